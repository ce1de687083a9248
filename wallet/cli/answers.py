"""What an organisation answered to a right, on the terminal; what it holds where that was asked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from credential.names import Path, path_text
from credential.rights import Consequence
from credential.strictjson import Object
from wallet import accesswords, proof, reminderwords
from wallet.cli.output import Output
from wallet.cli.render import moment
from wallet.cli.session import Session
from wallet.errors import ExitCode
from wallet.naming import label_of
from wallet.service import cards
from wallet.service import rights as service
from wallet.service.accessdata import Told
from wallet.service.rights import Answered
from wallet.service.wallet import Wallet

if TYPE_CHECKING:
    from wallet.naming import Types


@dataclass(frozen=True)
class Labels:
    """What people call the claims of one activity; an answer names them by path alone."""

    vcts: tuple[str, ...]
    types: "Types"
    lang: str

    @classmethod
    def of(cls, wallet: Wallet, activity: str, session: Session) -> Self:
        """Those of the cards this activity was about."""
        found = wallet.store.activity(activity)
        vcts = dict.fromkeys(vct for vct, _ in found.claims) if found else {}
        types = {} if session.json_mode else cards.types(wallet)
        return cls(tuple(vcts), types, session.lang)

    def label(self, path: Path) -> str:
        """The label of the first card that has this claim, else its path."""
        for vct in self.vcts:
            kind = self.types.get(vct)
            if kind is not None and kind.claim(path) is not None:
                return label_of(vct, path, self.types, self.lang)
        return path_text(path)


def show(found: Answered, say: Output, labels: Labels) -> None:
    """The answer, its proof, and how the activity stands since."""
    answer = found.answer
    line: Object = {
        "activity": found.activity,
        "right": found.right.value,
        "state": found.state,
        "outcome": found.outcome,
        "receipt": None if found.verdict is None else proof.word(found.verdict),
    }
    if answer is not None:
        line |= {
            "due": None if answer.due is None else moment(answer.due),
            "erased": [path_text(path) for path in answer.erased],
            "kept": [path_text(path) for path, _ in answer.kept],
            "reason": None if answer.reason is None else answer.reason.code,
            "consequence": None if answer.consequence is None else _sentences(answer.consequence),
        }
    if found.told is not None:
        line["data"] = found.told.raw
    say.result(line)
    state = say.texts.find(f"rights.states.{found.state}") or found.state
    say.text("rights.state", state=state)
    if answer is not None:
        _details(found, say, labels)
    if found.verdict is not None:
        say.text(f"share.receipt.{proof.word(found.verdict)}")
    if found.told is not None:
        tell(found.told, say, labels)
    outcome = say.texts.find(f"outcome.{found.outcome}") or found.outcome
    say.text("rights.outcome", outcome=outcome)


def tell(told: Told, say: Output, labels: Labels) -> None:
    """What they hold, then what they did with it."""
    for heading, lines in accesswords.parts(told, say.texts, labels.label):
        say.plain(heading)
        for line in lines:
            say.plain(f"  {line}")


def exit_code(found: Answered) -> int:
    """What a script is told of it."""
    match found.state:
        case "in_progress" | "extended" | "needs_confirmation":
            return ExitCode.PENDING
        case service.UNKNOWN_THERE:
            return ExitCode.NO_MATCH
        case _:
            return ExitCode.OK


def _sentences(consequence: Consequence) -> Object:
    return {"id": consequence.id, "nl": consequence.nl, "en": consequence.en}


def _details(found: Answered, say: Output, labels: Labels) -> None:
    answer = found.answer
    assert answer is not None
    if answer.erased:
        paths = ", ".join(dict.fromkeys(labels.label(path) for path in answer.erased))
        say.text("rights.erased", paths=paths)
    for path, reason in answer.kept:
        text = reason.en if say.texts.lang == "en" else reason.nl
        say.text("rights.kept", path=labels.label(path), reason=text)
    if answer.reason is not None:
        text = answer.reason.en if say.texts.lang == "en" else answer.reason.nl
        say.text("rights.reason", reason=text)
    if answer.due is not None:
        say.text("rights.due", day=reminderwords.day_text(answer.due))
