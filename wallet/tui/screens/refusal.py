"""A refusal: what is wrong, what to do, and whether anything was shared."""

from textual.app import ComposeResult

from wallet import refusalwords
from wallet.errors import ExitCode, Shared, WalletError
from wallet.tui.page import Page
from wallet.tui.widgets import Reading, Tone, note, plain


def place_of(error: BaseException) -> str:
    """Where our own mistake was made; never its text, which may hold values."""
    place, trace = "?", error.__traceback__
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def unexpected(error: Exception) -> "RefusalScreen":
    """For a mistake of this wallet itself."""
    kind, place = type(error).__name__, place_of(error)
    return RefusalScreen(
        WalletError("unexpected", exit=ExitCode.UNEXPECTED, kind=kind, place=place)
    )


class RefusalScreen(Page):
    """Shows one refusal until the resident goes back."""

    NAME = "refusal"
    AUTO_FOCUS = "Reading"

    def __init__(self, error: WalletError) -> None:
        super().__init__()
        self.error = error

    def content(self) -> ComposeResult:
        """Sentence, hint, and what left."""
        texts = self.texts
        hint = refusalwords.hint(self.error, texts, keys=True) or texts.get("error.unknown.hint")
        with Reading():
            yield note(Tone.BAD, refusalwords.sentence(self.error, texts))
            yield plain(hint, "spaced")
            if self.error.shared is not Shared.NOT_APPLICABLE:
                yield plain(self.say(f"shared.{self.error.shared.value}"), "spaced", "strong")
