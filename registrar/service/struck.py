"""What the register's files no longer state, as the signed archive still says it (trust 9.6).

A party or a purpose is struck by removing its file; whoever asks about a day before that is
answered from the publication of that day.
"""

from typing import Final

from registrar.errors import BadInput, NothingFound
from registrar.history import Verdict
from registrar.ledger import Ledger
from registrar.party import Party, vct
from registrar.published import Past
from registrar.service.answering import Answer, Question, answer

STRUCK: Final = "not_in_register"
_NO: Final = Verdict(allowed=False, whole=False)


def use(ledger: Ledger, party: Party | None, name: str, wanted: str, question: Question) -> Answer:
    """Whether a purpose that is not in the register now was registered on that day."""
    ident, oin = _who(ledger, party, name, question)
    past = question.then
    then = past.registered(oin, wanted) if past is not None else None
    signed = any((one.party, one.use) == (ident, wanted) for one in ledger.registrations)
    if not signed and not (then is not None and then.allowed):
        raise NothingFound("history.use", party=party.name if party else name, use=wanted)
    shown = party.name if party is not None else name
    if not question.archived:
        raise NothingFound("history.use_struck", party=shown, use=wanted)
    gone = question.words.say("history.struck_use", name=shown, use=wanted)
    said = question.archive("then_use" if then is not None and then.allowed else "then_no_use")
    return answer(question, ident, _NO, then, STRUCK, (gone, said), use=wanted)


def kind(ledger: Ledger, party: Party | None, name: str, wanted: str, question: Question) -> Answer:
    """Whether a party that issues nothing now might issue this kind on that day."""
    ident, oin = _who(ledger, party, name, question)
    issuer = question.past.trust.issuer_by_oin(oin) if question.past is not None else None
    if party is not None and issuer is None:
        raise BadInput("history.kind", party=party.name)
    shown = party.name if party is not None else issuer.name if issuer is not None else name
    past = question.then
    then = past.issued(oin, vct(wanted), question.asked) if past is not None else None
    gone = question.words.say("history.struck_kind", name=shown)
    word = "then_kind" if then is not None and then.allowed else "then_no_kind"
    said = question.archive(word, kind=question.words.kind(wanted))
    return answer(question, ident, _NO, then, STRUCK, (gone, said), kind=wanted)


def _who(ledger: Ledger, party: Party | None, name: str, question: Question) -> tuple[str, str]:
    """The name of the party's file and its OIN, as far as ledger and archive know them."""
    if party is not None:
        return party.id, party.oin
    ident = next((one.party for one in ledger.registrations if one.party == name.casefold()), "")
    if ident and not question.archived:
        raise NothingFound("history.party_struck", name=name)
    oin = "" if question.past is None else _oin(ledger, ident, name, question.past)
    if not ident and not oin:
        raise NothingFound("history.party", name=name)
    return ident or _ident(ledger, oin, question.past) or name, oin


def _oin(ledger: Ledger, ident: str, name: str, past: Past) -> str:
    """The OIN under which a publication has this party; empty where it has none."""
    signed = {one.sha256 for one in ledger.registrations if one.party == ident and ident}
    for path, digest in past.snapshot.files.items():
        if digest in signed and path.startswith("registration/"):
            return path.split("/")[1]
    known = {path.split("/")[1] for path in past.snapshot.files if path.startswith("registration/")}
    if name in known or past.trust.issuer_by_oin(name) is not None:
        return name
    wanted = name.casefold()
    for issuer in past.trust.issuers:
        if wanted in (issuer.organization_identifier.casefold(), issuer.name.casefold()):
            return issuer.oin
    return ""


def _ident(ledger: Ledger, oin: str, past: Past | None) -> str:
    """The name the file of this party had, by what was signed for it."""
    if past is None:
        return ""
    found = {
        digest
        for path, digest in past.snapshot.files.items()
        if path.startswith(f"registration/{oin}/")
    }
    return next((one.party for one in ledger.registrations if one.sha256 in found), "")
