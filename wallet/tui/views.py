"""What lists show, as frozen lines; pure, from what the services say."""

from collections.abc import Iterable, Mapping
from typing import Final

from credential.plaintext import terminal_safe
from wallet import casewords, refusalwords
from wallet.casefile import UNDER_WAY
from wallet.cli.render import local_day, local_time
from wallet.errors import WalletError
from wallet.events import Outcome
from wallet.outcomes import outcome_text, right_text, told_text
from wallet.service import partycases
from wallet.service.cards import COMPROMISE, USABLE, Held
from wallet.service.cases import Standing
from wallet.service.collecting import Progress
from wallet.service.requests import QuestionWaiting
from wallet.store.projection import Activity
from wallet.store.values import PartyCase, Pending, RightsCase
from wallet.texts import Texts
from wallet.tui.widgets import Line, Part, Tone

KINDS: Final = (
    "persoonsgegevens",
    "woonadres",
    "huishouden",
    "woongeschiedenis",
    "verblijfsrecht",
    "urgentie",
    "kvk-inschrijving",
    "bag-object",
    "contactgegevens",
    "vertegenwoordiging",
)
CARD_TONES = {
    "valid": Tone.GOOD,
    "expiring": Tone.MIND,
    "renewable": Tone.MIND,
    "unknown": Tone.MIND,
    "not_yet": Tone.BAD,
    "suspended": Tone.BAD,
    "empty": Tone.MIND,
    "expired": Tone.BAD,
    "revoked": Tone.BAD,
}
CASE_TONES = {
    "sending": Tone.MIND,
    "sent": Tone.MIND,
    "published": Tone.GOOD,
    "received": Tone.BUSY,
    "in_progress": Tone.BUSY,
    "information_requested": Tone.MIND,
    "granted": Tone.GOOD,
    "partly": Tone.MIND,
    "refused": Tone.BAD,
    "decided": Tone.MIND,
    "issued": Tone.GOOD,
    "closed": Tone.GOOD,
    "withdrawn": Tone.PLAIN,
}
TONES = {
    Outcome.OPEN: Tone.BUSY,
    Outcome.INTENDED: Tone.BUSY,
    Outcome.SHARED: Tone.GOOD,
    Outcome.REJECTED: Tone.MIND,
    Outcome.UNSENT: Tone.BAD,
    Outcome.UNKNOWN: Tone.MIND,
    Outcome.DECLINED: Tone.PLAIN,
    Outcome.REFUSED: Tone.BAD,
    Outcome.UNMATCHED: Tone.PLAIN,
    Outcome.DONE: Tone.GOOD,
}


def card_state(held: Held, texts: Texts) -> str:
    """The state of a card in a few words."""
    at = held.starts_at if held.state == "not_yet" else held.card.expires_at
    return texts.get(f"tui.card.state.{held.state}", day=local_day(at))


def card_why(held: Held, texts: Texts) -> str:
    """Why a card is not as good as it was, and what to do; nothing of one that is."""
    days = {"day": local_day(held.known_at), "until": local_day(held.card.expires_at)}
    word = held.reason if held.reason == COMPROMISE else held.state
    then = "" if held.for_good else texts.find(f"tui.card.then.{word}", **days) or ""
    why = told_text(held.reason, texts) if held.reason else ""
    return f"{why[:1].upper()}{why[1:]}. {then}".strip() if why else then


def issuer_of(held: Held, texts: Texts) -> str:
    """Who issued a card, and who that is now where it has another name or went up in another."""
    issuer = terminal_safe(held.card.issuer_name)
    if not held.now:
        return issuer
    names = ", ".join(terminal_safe(name) for name in held.now)
    return texts.get("cards.now", issuer=issuer, names=names)


def copies_left(count: int, texts: Texts) -> str:
    """How often a card can be used, in words."""
    return texts.get("tui.card.copy" if count == 1 else "tui.card.copies", count=count)


def card_lines(held: Iterable[Held], texts: Texts) -> tuple[Line, ...]:
    """The cards per issuer, in the order people know them."""
    order = {kind: number for number, kind in enumerate(KINDS)}
    cards = sorted(held, key=lambda one: order.get(one.card.kind, len(order)))
    issuers = dict.fromkeys(issuer_of(one, texts) for one in cards)
    found: list[Line] = []
    for issuer in issuers:
        found.append(Line("", issuer, part=Part.HEADING))
        for one in cards:
            if issuer_of(one, texts) != issuer:
                continue
            title = texts.find(f"kind.{one.card.kind}") or terminal_safe(one.card.kind)
            state, tone = card_state(one, texts), CARD_TONES.get(one.state, Tone.PLAIN)
            right = copies_left(one.card.copies, texts) if one.state in USABLE else ""
            found.append(Line(f"card:{one.card.id}", title, state, tone, right))
            why = card_why(one, texts)
            if why:
                found.append(Line("", why, part=Part.DETAIL))
    return tuple(found)


def denied_lines(progress: Progress, texts: Texts) -> list[str]:
    """The cards that were not given, and why."""
    lines: list[str] = []
    for kind, reason in progress.denied:
        why = texts.find(f"denied.{reason}") or texts.get("denied.other", code=reason)
        title = texts.find(f"kind.{kind}") or terminal_safe(kind)
        lines.append(texts.get("add.denied", title=title, reason=why))
    return lines


def issuance_line(pending: Pending, issuer: str, texts: Texts) -> Line:
    """Cards that an issuer has yet to hand over."""
    return Line(
        f"issuance:{pending.id}", terminal_safe(issuer), texts.get("tui.waiting.cards"), Tone.BUSY
    )


def case_tone(found: Standing) -> Tone:
    """The tone of a case: its decision, else its phase; what waits for the resident stands out."""
    file = found.file
    if file is not None and file.wants_answer:
        return Tone.MIND
    return CASE_TONES.get(found.outcome or found.phase, Tone.PLAIN)


def case_line(found: Standing, texts: Texts, now: int) -> Line:
    """A case at a municipality: what was asked, where it is, and until when."""
    words, tone = casewords.phase(found, texts), case_tone(found)
    if found.file is not None and found.phase in UNDER_WAY:
        words = _until(words, found.file.due, texts, now)
        tone = Tone.MIND if found.file.due < now else tone
    return Line(f"case:{found.case.id}", casewords.title(found, texts), words, tone)


def _until(phase: str, due: int, texts: Texts, now: int) -> str:
    """Where it is with the last day, and that it has passed where that is so."""
    name = "tui.waiting.late" if due < now else "tui.waiting.case"
    return texts.get(name, phase=phase, day=casewords.day(due))


def application_line(case: PartyCase, texts: Texts, now: int) -> Line:
    """An application at an organisation: whose and what, where it is, and until when."""
    words = casewords.application_phase(case, texts)
    tone = CASE_TONES.get(case.phase, Tone.PLAIN)
    if case.due is not None:
        words = _until(words, case.due, texts, now)
        tone = Tone.MIND if case.due < now else tone
    what = partycases.title(case, texts.lang) or texts.get("case.title.application")
    return Line(f"application:{case.activity}", what, words, tone)


def refusal_line(error: WalletError, texts: Texts) -> str:
    """A refusal in one line, with the way on."""
    sentence = refusalwords.sentence(error, texts)
    return f"{sentence} {refusalwords.hint(error, texts, keys=True) or ''}".strip()


def question_line(question: QuestionWaiting, texts: Texts) -> Line:
    """A request that has not been answered."""
    until = local_time(question.expires_at)[-5:]
    name = terminal_safe(question.party or question.host)
    state = texts.get("tui.waiting.question", until=until)
    return Line(f"question:{question.id}", name, state, Tone.MIND)


def right_line(case: RightsCase, party: str, texts: Texts) -> Line:
    """A right that was asked and not answered in full."""
    right = texts.find(f"right.{case.right}") or case.right
    state = texts.find(f"rights.states.{case.state}") or case.state
    words = f"{right}: {state}"
    return Line(f"activity:{case.activity}", terminal_safe(party), words, Tone.BUSY)


def maybe_line(activity: Activity, texts: Texts) -> Line:
    """A disclosure of which the outcome is not known."""
    words = texts.get("tui.waiting.maybe")
    return Line(f"activity:{activity.id}", terminal_safe(activity.party_name), words, Tone.MIND)


def who(activity: Activity, texts: Texts) -> str:
    """The other party, or what the activity is about."""
    if activity.card_kind and not activity.party_name:
        return texts.find(f"kind.{activity.card_kind}") or terminal_safe(activity.card_kind)
    return terminal_safe(activity.party_name) or texts.get(f"type.{activity.type}")


def tone(activity: Activity) -> Tone:
    """The tone of an outcome."""
    return TONES.get(Outcome(activity.outcome), Tone.PLAIN)


def activity_line(activity: Activity, texts: Texts, events: Mapping[str, int]) -> Line:
    """One activity of the list: when and who, how it ended and what was asked since."""
    words = right_text(activity, texts) or outcome_text(activity, texts, events)
    left = f"{local_day(activity.started)}  {who(activity, texts)}"
    return Line(f"activity:{activity.id}", left, words, tone(activity))
