"""A plain static web server: the mirror that carries the scheme and the status lists.

Usage: python -m examples.town.mirror FOLDER PORT CERTIFICATE KEY
It knows nothing of cards or people; anyone can run one, and it stays up when the municipality
is switched off.
"""

import functools
import http.server
import ssl
import sys
from pathlib import Path

TYPES = {".jwt": "application/jwt", ".jws": "application/jose", ".json": "application/json"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, lists no folders, logs nothing."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, **TYPES}  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep no record of who fetched what."""

    def list_directory(self, path: object) -> None:  # noqa: ARG002
        """Refuse to list a folder."""
        self.send_error(404)


def main() -> None:
    """Serve until ended."""
    folder, port, certificate, key = sys.argv[1:5]
    handler = functools.partial(Handler, directory=str(Path(folder)))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
