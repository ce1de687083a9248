"""What a municipality says about a case, strictly decoded, and what that asks of the resident.

A case is what a person decides: a card that no register knows, or a correction. Source: Regie
formats 4 (at the issuer); Wet BRP 2.55, 2.58, 2.60 and 3.23.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object
from wallet.messages import Message, ShortText, convert, decode

Long = Annotated[str, Meta(max_length=8_192)]
At = Annotated[int, Meta(ge=0, le=1 << 40)]
Phase = Literal[
    "received", "in_progress", "information_requested", "decided", "issued", "closed", "withdrawn"
]
Ruling = Literal["granted", "refused", "partly"]
CaseType = Literal["card", "correction"]

SENDING: Final = "sending"
"""Not a phase of theirs: it left this wallet, and no answer came yet."""
UNDER_WAY: Final = frozenset({SENDING, "received", "in_progress", "information_requested"})
OBJECTION: Final = 42 * 86_400
"""Six weeks to object to a decision (Awb 6:7)."""
_MALFORMED: Final = "issuer.case_malformed"
_MOST: Final = 1 << 20
_LONGEST: Final = 8_192


class Said(Message, frozen=True, kw_only=True):
    """A sentence of the municipality in both languages."""

    nl: Long
    en: Long = ""


class Step(Message, frozen=True, kw_only=True):
    """One phase of a case, and since when."""

    phase: Phase
    at: At


class CaseFile(Message, frozen=True, kw_only=True):
    """A case as the municipality tells it; unknown members are ignored."""

    id: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")]
    type: CaseType
    kind: ShortText
    phase: Phase
    received_at: At
    due: At
    outcome: Ruling | None = None
    extended: bool = False
    extension: Said | Long | None = None
    question: Said | Long | None = None
    history: Annotated[tuple[Step, ...], Meta(max_length=200)] = ()
    reason: Said | Long | None = None
    remedy: Said | Long | None = None
    may_supplement: bool = False
    ask_recipients: bool = False
    tell_recipients: bool | None = None

    @property
    def over(self) -> bool:
        """Whether nobody works on it any more."""
        # Granted and not done yet: the card is still to come, the register still to be corrected.
        doing = self.phase == "decided" and self.outcome != "refused"
        return self.phase not in UNDER_WAY and not doing

    @property
    def since(self) -> int:
        """When the present phase began."""
        return max((step.at for step in self.history), default=self.received_at)

    @property
    def may_withdraw(self) -> bool:
        """Before the decision; after it there is nothing to take back."""
        return self.phase in UNDER_WAY

    @property
    def wants_answer(self) -> bool:
        """Whether it waits for the resident: a question, or whether recipients must be told."""
        asked = self.ask_recipients and self.tell_recipients is None
        return self.phase == "information_requested" or asked

    def shown(self, now: int) -> bool:
        """Whether it still belongs among what waits: until the time to object has passed."""
        if not self.over or self.wants_answer:
            return True
        decided = max((step.at for step in self.history if step.phase == "decided"), default=0)
        return self.phase in ("decided", "closed") and now - decided < OBJECTION


class Answer(Message, frozen=True, kw_only=True):
    """One case, with its decision once there is one."""

    case: CaseFile
    decision: Annotated[str, Meta(min_length=1, max_length=65_536)] | None = None


def read(value: Json) -> CaseFile:
    """One of the cases they list, or as this wallet stored it; `issuer.case_malformed` if not."""
    return convert(value, CaseFile, _MALFORMED)


def read_answer(found: bytes | Object) -> Answer:
    """The answer about one case; refuses what is none."""
    if isinstance(found, bytes):
        return decode(found, Answer, _MALFORMED, max_bytes=_MOST)
    return convert(found, Answer, _MALFORMED)


def document(found: CaseFile) -> Object:
    """The case as it is stored; inside the encrypted database."""
    kept: Object = msgspec.to_builtins(found)
    return kept


def words(said: Said | str | None, lang: str) -> str:
    """What they wrote, in this language where they did; nothing in it reaches the terminal."""
    if said is None:
        return ""
    text = said if isinstance(said, str) else (lang == "en" and said.en) or said.nl
    return terminal_safe(text, max_length=_LONGEST)
