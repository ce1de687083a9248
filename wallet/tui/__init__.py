"""The wallet's screens: keyboard first, over the same services as the commands."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wallet.cli.session import Session


def run(session: "Session", *, link: str = "") -> None:
    """Opens the screens, and the link there; needs a terminal, and writes until it is closed."""
    # Deferred: no command pays for Textual.
    from wallet.tui.access import Access  # noqa: PLC0415
    from wallet.tui.app import RegieApp  # noqa: PLC0415

    session.say.needs_terminal()
    access = Access.of(session)
    app = RegieApp(access)
    if link:
        app.inbox.put(link)
    try:
        app.run()
    finally:
        access.close()
    if app.return_code:
        raise SystemExit(app.return_code)
