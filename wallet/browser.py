"""The browser of this computer, and the one request it brings back (RFC 8252 7.3, 8.3).

Plain http, on the loopback address alone and on a port the system picks; what comes back is worth
nothing without this wallet's verifier and key.
"""

import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from wallet import clock
from wallet.errors import ExitCode, WalletError

HOST: Final = "127.0.0.1"
PATH: Final = "/callback"
SECONDS: Final = 900.0
_POLL: Final = 0.25
_PATIENCE: Final = 5.0
_MAX_LINE: Final = 20_000
_PAGE: Final = (
    b'<!doctype html><html lang="nl"><head><meta charset="utf-8">'
    b'<meta name="viewport" content="width=device-width"><title>Regie</title></head>'
    b"<body><main><h1>Ga terug naar uw wallet</h1><p>U kunt dit venster sluiten.</p>"
    b'<p lang="en">Go back to your wallet. You can close this window.</p></main></body></html>'
)
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}


class Listener:
    """Waits for the one answer of one login; closed again as soon as it is there."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._server = HTTPServer((HOST, 0), self._handler())
        self._server.timeout = _POLL

    @property
    def redirect_uri(self) -> str:
        """Where the issuer sends the browser back to."""
        return f"http://{self._authority}{PATH}"

    def wait(
        self, seconds: float = SECONDS, *, cancelled: Callable[[], bool] = lambda: False
    ) -> str:
        """The query of the one request; `get.too_long` when none came in time."""
        deadline = clock.monotonic() + seconds
        while not self._found:
            if cancelled() or clock.monotonic() >= deadline:
                raise WalletError("get.too_long", exit=ExitCode.NOT_READY)
            self._server.handle_request()
        self.close()
        return self._found[0]

    def close(self) -> None:
        """Nothing listens any more; doing it twice is harmless."""
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def _authority(self) -> str:
        return f"{HOST}:{self._server.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = _PATIENCE
            server_version = "Regie"
            sys_version = ""

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                # A name that points here is not this address: pages elsewhere may use one.
                here = self.headers.get_all("host") == [listener._authority]
                if parts.path != PATH or not here or len(self.path) > _MAX_LINE:
                    self.send_error(404)
                    return
                # The page is the same whatever came, and comes before anything is looked at.
                self.send_response(200)
                for name, value in {**_HEADERS, "Content-Length": str(len(_PAGE))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(_PAGE)
                if not listener._found:
                    listener._found.append(parts.query)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing: the address of a request holds a code (house rule 8)."""

        return Handler


def beside_terminal() -> Callable[[str], bool] | None:
    """A browser beside this terminal; None when the only one would take the terminal over."""
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return None
    foreground = isinstance(found, webbrowser.GenericBrowser) and not isinstance(
        found, webbrowser.BackgroundBrowser
    )
    return None if foreground else found.open
