"""Cases at a municipality: how they stand, by what it says, and every change on record."""

import dataclasses
from dataclasses import dataclass, field
from typing import Final

from credential import decision as decisions
from credential.decision import Decision
from credential.errors import CredentialError, Malformed, NotAllowed
from credential.strictjson import Json, Object
from wallet import casefile
from wallet.casefile import SENDING, CaseFile, Said
from wallet.errors import NoMatch, Usage, WalletError
from wallet.events import Kind, Outcome
from wallet.fetch import Fetch
from wallet.service.session import IssuerSession, open_session
from wallet.service.wallet import Wallet
from wallet.store.values import Case, Evidence

VERIFIED: Final = "verified"
_ROLE: Final = "decision"
_SECTION: Final = "Regie formats 12"


@dataclass(frozen=True)
class Standing:
    """A case as the wallet last saw it; `file` is None while it is not certain that it arrived."""

    case: Case
    issuer: str
    file: CaseFile | None
    proof: str
    """`verified`, which rule the decision broke, or empty while there is no decision."""
    later: Said | str | None = field(default=None, repr=False)
    """Another reason than the signed one: when they take back what they granted."""

    @property
    def phase(self) -> str:
        """Where it is, `sending` while nothing came back."""
        return self.case.phase

    @property
    def outcome(self) -> str | None:
        """What they signed that they decided; a decision that is only said counts for nothing."""
        return self.file.outcome if self.file is not None and self.proof == VERIFIED else None

    @property
    def to_fetch(self) -> bool:
        """Whether there is a card to fetch: granted, or new since the register was corrected."""
        ready = "closed" if self.case.type == "correction" else "decided"
        return self.outcome in ("granted", "partly") and self.phase == ready

    def shown(self, now: int) -> bool:
        """Whether it belongs among what waits."""
        return self.file is None or self.file.shown(now)


@dataclass(frozen=True)
class Unreached:
    """A municipality that could not be asked now."""

    issuer: str
    error: WalletError


def held(wallet: Wallet) -> tuple[Standing, ...]:
    """Every case this wallet knows, as it was last told."""
    return tuple(_standing(wallet, case) for case in wallet.store.cases())


def waiting(wallet: Wallet, *, now: int) -> tuple[Standing, ...]:
    """The cases somebody still works on, and decisions that can still be objected to."""
    return tuple(one for one in held(wallet) if one.shown(now))


def one(wallet: Wallet, case_id: str) -> Standing:
    """One case by its number or the beginning of it."""
    found = wallet.store.case(case_id)
    if found is None:
        raise NoMatch("case.none")
    return _standing(wallet, found)


def written(wallet: Wallet, activity: str) -> dict[str, str]:
    """What the resident wrote in this case, by name, unless it was wiped."""
    return {
        name: content.decode(errors="replace")
        for name, content in wallet.store.texts(activity).items()
    }


def refresh(wallet: Wallet, fetch: Fetch, *, now: int) -> tuple[Unreached, ...]:
    """Asks every municipality; one that fails does not keep the others waiting."""
    unreached: list[Unreached] = []
    for stored in wallet.store.sessions():
        if stored.my_endpoint is None:
            continue
        try:
            session = open_session(wallet, fetch, stored.oin, now=now)
            learn(wallet, session, session.get(), now=now)
        except WalletError as error:
            unreached.append(Unreached(stored.name, error))
    return tuple(unreached)


def learn(wallet: Wallet, session: IssuerSession, told: Object, *, now: int) -> None:
    """Takes in what the municipality says about all cases of this resident.

    What was on its way goes once more first, the same bytes under the same number: it either
    arrived, and is answered as it was, or arrives now.
    """
    for case in _at(wallet, session.oin).values():
        if case.phase == SENDING:
            _deliver_again(wallet, session, case, now)
    forgotten = wallet.store.forgotten_cases(session.oin)
    found = told.get("cases", [])
    for value in found if isinstance(found, list) else ():
        file = casefile.read(value)
        if file.id not in forgotten:
            before = _at(wallet, session.oin).get(file.id)
            take(wallet, session, before or _adopt(wallet, session, file, now), file, now)


def _at(wallet: Wallet, oin: str) -> dict[str, Case]:
    return {case.id: case for case in wallet.store.cases() if case.issuer_oin == oin}


def _adopt(wallet: Wallet, session: IssuerSession, file: CaseFile, now: int) -> Case:
    """A case that began elsewhere: on the pages of the municipality, or at its desk."""
    case = Case(
        issuer_oin=session.oin,
        id=file.id,
        type=file.type,
        kind=file.kind,
        phase="received",
        due=file.due,
        document={},
        activity=wallet.store.new_activity(),
    )
    body = body_of(session, case, phase="received", due=file.due, outcome=Outcome.OPEN.value)
    wallet.store.open_case(case, body, at=now)
    return case


def take(
    wallet: Wallet, session: IssuerSession, before: Case, file: CaseFile, now: int
) -> Standing:
    """What changed, on record; a decision comes with its signed form, and only then counts."""
    old = _file(before)
    proof = str(before.document.get("proof") or "")
    signed, evidence = before.document.get("signed", {}), []
    if file.outcome is not None and proof != VERIFIED:
        try:
            token, decision = _decision(wallet, session, file, now)
        except CredentialError as error:
            proof = error.code
        else:
            proof, signed = VERIFIED, _words(decision)
            evidence = [Evidence(_ROLE, token.encode())]
    document: Object = {"file": casefile.document(file), "proof": proof, "signed": signed}
    after = dataclasses.replace(
        before, id=file.id, phase=file.phase, due=file.due, document=document
    )
    if after == before:
        return _standing(wallet, after)
    kind: Kind | None = None
    if evidence:
        kind = Kind.CASE_DECIDED
    elif old is None or _tells(old) != _tells(file) or proof != before.document.get("proof", ""):
        kind = Kind.CASE_STATE
    body = body_of(
        session,
        after,
        phase=file.phase,
        due=file.due,
        extended=file.extended,
        decision=file.outcome if proof == VERIFIED else None,
        outcome=outcome_of(file, proof).value,
    )
    if proof not in ("", VERIFIED):
        body["reason"] = proof
    wallet.store.move_case(before, after, kind, body, at=now, evidence=evidence)
    return _standing(wallet, after)


def _tells(file: CaseFile) -> tuple[object, ...]:
    """What is worth a line in the log when it changes."""
    return file.phase, file.due, file.extended, file.outcome, file.question, file.tell_recipients


def _decision(
    wallet: Wallet, session: IssuerSession, file: CaseFile, now: int
) -> tuple[str, Decision]:
    """The signed decision about this case and no other, with the outcome they say it has."""
    token = casefile.read_answer(session.get(f"/cases/{file.id}")).decision
    if token is None:
        raise Malformed("decision.absent", _SECTION)
    trust = wallet.trust(now)
    found = decisions.verify(token, trust=trust, oin=session.oin, now=now, case=file.id)
    if (found.type, found.kind, found.outcome) != (file.type, file.kind, file.outcome):
        raise NotAllowed("decision.other", _SECTION)
    return token, found


def _words(decision: Decision) -> Object:
    """The words that were signed: those are shown, whatever else is said."""
    said = {"reason": decision.reason, "remedy": decision.remedy}
    return {
        name: {"nl": words.nl, "en": words.en} for name, words in said.items() if words is not None
    }


def outcome_of(file: CaseFile, proof: str) -> Outcome:
    """How the activity of this case stands; without its proof a decision ends nothing."""
    if file.phase == "withdrawn":
        return Outcome.DECLINED
    if not file.over or (file.outcome is not None and proof != VERIFIED):
        return Outcome.OPEN
    return Outcome.REFUSED if file.outcome == "refused" else Outcome.DONE


# --- what is still on its way ---------------------------------------------------------------------


def deliver(wallet: Wallet, session: IssuerSession, case: Case, now: int) -> Standing:
    """Sends what is on its way, always the same bytes under the same number."""
    outgoing = wallet.store.outgoing(case.activity)
    if outgoing is None:
        raise NoMatch("case.none")
    headers = {"idempotency-key": case.id}
    reply = session.send("POST", outgoing.response_uri, outgoing.body, headers)
    return take(wallet, session, case, casefile.read_answer(reply.body).case, now)


def _deliver_again(wallet: Wallet, session: IssuerSession, case: Case, now: int) -> None:
    try:
        deliver(wallet, session, case, now)
    except (Usage, NoMatch) as error:
        give_up(wallet, session, case, error, now)


def give_up(
    wallet: Wallet, session: IssuerSession, case: Case, error: WalletError, now: int
) -> None:
    """Drops what they certainly do not have."""
    reason = str(error.params.get("reason", error.code))
    body = body_of(session, case, outcome=Outcome.UNSENT.value, reason=reason)
    wallet.store.drop_case(case, body, at=now)


# --- parts ----------------------------------------------------------------------------------------


def _standing(wallet: Wallet, case: Case) -> Standing:
    activity = wallet.store.activity(case.activity)
    issuer = "" if activity is None else activity.party_name
    file, proof = _file(case), str(case.document.get("proof") or "")
    later = None
    if file is not None and file.phase == "closed" and proof == VERIFIED:
        told = casefile.read(case.document["file"]).reason
        later = told if told != file.reason else None
    return Standing(case, issuer, file, proof, later)


def _file(case: Case) -> CaseFile | None:
    if "file" not in case.document:
        return None
    signed = case.document.get("signed")
    file, words = case.document["file"], signed if isinstance(signed, dict) else {}
    return casefile.read({**file, **words} if isinstance(file, dict) else file)


def body_of(session: IssuerSession, case: Case, **members: Json) -> Object:
    """The members of every event of a case, and those of this one."""
    body: Object = {
        "issuer": {"name": session.name, "oin": session.oin},
        "case": case.id,
        "case_type": case.type,
        "kind": case.kind,
    }
    return body | {name: value for name, value in members.items() if value is not None}
