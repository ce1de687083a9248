"""The life of a party, and whether something was allowed on a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from credential.errors import CredentialError
from credential.trust.spans import Span
from registrar import history, life
from registrar import party as model
from registrar import published as archives
from registrar.errors import NothingFound, Untrusted
from registrar.history import Verdict
from registrar.home import Home
from registrar.party import IntendedUse, Issuing, Party, Service
from registrar.published import Past
from registrar.register import Register
from registrar.service import struck
from registrar.service.answering import Answer, Question, answer
from registrar.taken import Life, Taken, merged, told, withdrawn
from registrar.texts import Language
from registrar.wording import Words


@dataclass(frozen=True)
class SpanOf:
    """One state of an issuer's kind, of a purpose, or of the party as a whole."""

    kind: str
    use: str
    since: int
    state: str
    reason: str


@dataclass(frozen=True)
class Told:
    """The life of a party: for machines and for people."""

    party: str
    spans: tuple[SpanOf, ...]
    lines: tuple[tuple[int, str], ...]
    """Each with how deep it stands under the one before."""


def tell(home: Home, name: str, lang: Language, *, now: int) -> Told:
    """Every state of everything this party may do, oldest first."""
    register = _register(home)
    party = _party(register, name)
    if party is None:
        raise NothingFound("history.party", name=name)
    words, taken = Words(lang, register.kinds.types), Taken(home.ledger())
    lives = list(_lives(party, taken, now))
    spans = tuple(
        SpanOf(row.kind, row.use.id if row.use else "", one.since, one.state, one.reason or "")
        for row in lives
        for one in merged(row.spans, row.taken)
    )
    return Told(party.id, spans, tuple(_lines(party, lives, words, taken, now)))


def ask(
    home: Home,
    name: str,
    lang: Language,
    *,
    kind: str | None,
    use: str | None,
    on: str | None,
    published: Path | None,
    now: int,
) -> Answer:
    """Whether this party might issue this kind, or was registered for this purpose, on that day.

    What the files no longer state is answered from the archive, if that is asked.
    """
    register = _register(home)
    party = _party(register, name)
    asked = history.window(on, now)
    question = Question(
        asked=asked,
        words=Words(lang, register.kinds.types),
        past=_past(home, published, min(asked.end - 1, now), now) if published else None,
        archived=published is not None,
        coming=asked.start > now,
    )
    if use is not None:
        found = _use(party, use) if party is not None else None
        if party is None or found is None:
            return struck.use(home.ledger(), party, name, use, question)
        lives = Taken(home.ledger()).asking(party, found[0], use)
        return _asked(party, found[1], lives, question)
    wanted = register.kinds.names.get(kind or "", kind or "")
    _known(register, party, wanted, question)
    if party is None or party.issuing is None:
        return struck.kind(home.ledger(), party, name, wanted, question)
    return _issued(party, party.issuing, wanted, Taken(home.ledger()), question)


def _known(register: Register, party: Party | None, kind: str, question: Question) -> None:
    """Refuses a kind that nobody ever heard of: that is a slip of the pen, not an answer."""
    held = party.issuing.kinds if party is not None and party.issuing is not None else ()
    listed = question.past.trust.listed_kinds if question.past is not None else frozenset()
    if kind not in (*register.kinds.names.values(), *held) and model.vct(kind) not in listed:
        names = ", ".join(sorted(register.kinds.kinds))
        raise NothingFound("history.no_kind", kind=kind, kinds=names)


def _past(home: Home, folder: Path, moment: int, now: int) -> Past | None:
    try:
        return archives.past(home, folder, moment, now=now)
    except (CredentialError, OSError, KeyError) as error:
        raise Untrusted("history.archive", folder=str(folder), reason=str(error)) from None


def _register(home: Home) -> Register:
    register = home.register()
    register.require()
    return register


def _party(register: Register, name: str) -> Party | None:
    wanted = name.casefold()
    for party in register.parties:
        names = (party.id, party.oin, party.organization_identifier, party.name)
        if wanted in (one.casefold() for one in names):
            return party
    return None


def _use(party: Party, wanted: str) -> tuple[Service, IntendedUse] | None:
    for service in party.services:
        for use in service.intended_uses:
            if use.id == wanted:
                return service, use
    return None


@dataclass(frozen=True)
class _Row:
    """One thing a party may do: its life by the file, and of what was taken back."""

    kind: str
    use: IntendedUse | None
    spans: Sequence[Span]
    taken: tuple[Life, ...]


def _lives(party: Party, taken: Taken, now: int) -> Iterator[_Row]:
    if party.issuing is not None:
        for kind in party.issuing.kinds:
            yield _Row(kind, None, party.issuing.spans(kind), taken.issuing(party, now))
    if party.services or party.wallet_provider:
        yield _Row("", None, life.spans(party.life), _whole(party, taken, now))
    for service in party.services:
        for use in service.intended_uses:
            yield _Row("", use, life.spans(use.life), taken.asking(party, service, use.id))


def _whole(party: Party, taken: Taken, now: int) -> tuple[Life, ...]:
    """What stops a party as a whole: what it vouches with, or everything it asks with."""
    asking = [
        taken.asking(party, service, use.id)
        for service in party.services
        for use in service.intended_uses
    ]
    if asking and all(withdrawn(lives, now) for lives in asking):
        return asking[0]
    return taken.vouching(party)


def _lines(
    party: Party,
    lives: Sequence[_Row],
    words: Words,
    taken: Taken,
    now: int,
) -> Iterator[tuple[int, str]]:
    yield 0, words.say("history.party", name=party.name, number=party.organization_identifier)
    for name, until in party.formerly:
        yield 0, words.say("history.formerly", name=name, day=words.day(until))
    if party.issuing is not None:
        spans = told(party.issuing.spans(), taken.issuing(party, now), now)
        yield 0, words.say("history.as_issuer", state=words.state(spans, now)[1])
    for row in lives:
        state = words.state(told(row.spans, row.taken, now), now)[1]
        if row.use is not None:
            purpose = words.text(row.use.purpose)
            yield 1, words.say("history.use", use=row.use.id, purpose=purpose, state=state)
        elif row.kind:
            yield 1, words.say("history.kind", kind=words.kind(row.kind), state=state)
        else:
            yield 0, words.say("history.as_asker", state=state)
        spans = merged(row.spans, row.taken)
        if len(spans) > 1:
            for one in spans:
                yield 2, words.state((one,), one.since)[1]


def _issued(party: Party, issuing: Issuing, kind: str, taken: Taken, question: Question) -> Answer:
    words, asked, past = question.words, question.asked, question.then
    spans = issuing.spans(kind) if kind in issuing.kinds else ()
    verdict = history.judged(asked, spans) if spans else Verdict(allowed=False, whole=False)
    reason, said = words.state(spans, asked.start) if spans else ("", "")
    line = question.say(
        f"{verdict.word}_kind",
        name=party.name,
        kind=words.kind(kind),
        reason=_small(said) if spans else words.say("history.never_kind"),
    )
    then = past.issued(party.oin, model.vct(kind), asked) if past else None
    # Who might issue might, whatever became of the key: that is said beside it.
    recalled = taken.recalled(party)
    beside = [words.say("history.recalled", day=words.day(recalled))] if recalled else []
    lines = (line, *beside, *_beside(party, question, verdict, then))
    return answer(question, party.id, verdict, then, reason or "not_listed", lines, kind=kind)


def _asked(party: Party, use: IntendedUse, taken: tuple[Life, ...], question: Question) -> Answer:
    words, asked, past = question.words, question.asked, question.then
    lives = (life.spans(party.life), life.spans(use.life))
    verdict = history.judged(asked, *lives, *taken)
    gone = withdrawn(taken, asked.start) or withdrawn(taken, asked.end - 1)
    states = [words.state(one, asked.start) for one in lives]
    states += [words.state((gone,), gone.since)] if gone is not None else []
    reason, said = next((one for one in states if one[0] not in ("always", "notified")), states[1])
    purpose = words.text(use.purpose)
    line = question.say(f"{verdict.word}_use", name=party.name, purpose=purpose, reason=said)
    then = past.registered(party.oin, use.id) if past else None
    lines = (line, *_beside(party, question, verdict, then, taken=gone is not None))
    return answer(question, party.id, verdict, then, reason, lines, use=use.id)


def _beside(
    party: Party,
    question: Question,
    verdict: Verdict,
    then: Verdict | None,
    *,
    taken: bool = False,
) -> Iterator[str]:
    """The name of that day, and what the publication of that day said."""
    for name, until in party.formerly:
        if question.asked.start < until:
            yield question.words.say("history.name_then", name=name)
            break
    if then is not None and taken and then != verdict:
        # Nothing changed in the files: the ledger says why the two differ.
        yield question.archive("archive_not_taken" if then.allowed else "archive_taken")
    elif then is not None:
        yield question.archive("archive_same" if then == verdict else "archive_differs")
    elif question.archived:
        yield question.archive("archive_none")


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
