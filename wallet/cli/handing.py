"""A link for which the screens are already open goes there: there is one writer at a time."""

from wallet import doors, handover, links
from wallet.cli.session import Session
from wallet.errors import Shared
from wallet.refusals import LinkError

OUTCOME = "handed-over"


def link_in(session: Session, target: str) -> str:
    """The link where the target is one, in an image or on standard input; else the target."""
    if target != "-" and ":" not in target and not links.is_image(target):
        return target
    try:
        return doors.read_text(target, session.read_input)
    except LinkError as error:
        error.shared = Shared.NOTHING
        raise


def given(session: Session, text: str) -> bool:
    """Whether open screens took this link; that is told. What comes of it is seen there."""
    try:
        links.parse(text)
    except LinkError:
        return False
    if not handover.give(session.home, text):
        return False
    session.say.result({"outcome": OUTCOME})
    session.say.text("open.handed")
    return True
