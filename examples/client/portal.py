"""A housing portal of one page, beside a corporation that uses Regie.

    python -m examples.client.portal portal.toml

    GET  /            a button: sign up with your wallet
    POST /begin       starts a session, sends the browser to the corporation's page
    GET  /terug       the browser comes back; shows the result to this browser alone
    POST /hooks/regie messages from the corporation, signed

Two rules to keep. The number of a session stays here until a browser comes back with it. And a
result is for the browser that began that session and came back: for nobody else, however they
ask. Otherwise somebody could begin here, send you the link, and be signed up as you.
"""

import html
import secrets
import ssl
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from examples.client.regie import NotOurs, Regie, message

COOKIE = "__Host-portal"
MAX_MESSAGE = 65_536
PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><title>Woonportaal</title>
<main><h1>{title}</h1>{body}</main></html>"""


@dataclass
class Portal:
    """What the portal remembers. In memory here; in a database when it is real."""

    regie: Regie
    base_url: str
    secret: str
    now: Callable[[], float] = time.time
    visitors: dict[str, str] = field(default_factory=dict)
    """Which visitor began which session."""
    seen: set[str] = field(default_factory=set)
    """The messages that were dealt with."""
    told: list[dict[str, Any]] = field(default_factory=list)
    registrations: dict[str, dict[str, Any]] = field(default_factory=dict)

    def begin(self, visitor: str) -> str:
        """The address of the corporation's page for this visitor."""
        session = self.regie.start("inschrijven", f"{self.base_url}/terug")
        self.visitors[session.id] = visitor
        return session.page

    def returned(self, session: str, visitor: str | None) -> dict[str, Any] | None:
        """The result, for the visitor who began this session; `None` for anybody else."""
        if visitor is None or self.visitors.get(session) != visitor:
            return None
        return self.regie.session(session)["result"]

    def receive(self, headers: dict[str, str], body: bytes) -> bool:
        """Deal with a message, once; false when it is not from the corporation."""
        try:
            told = message(self.secret, headers, body, int(self.now()))
        except (NotOurs, KeyError, ValueError):
            return False
        if headers["webhook-id"] in self.seen:
            return True
        if told["type"] == "registration.completed":
            number = told["data"]["registration"]
            self.registrations[number] = self.regie.registration(number, "contact")
        self.told.append(told)
        # Last: what failed half-way is dealt with when the message comes again.
        self.seen.add(headers["webhook-id"])
        return True


class Pages(BaseHTTPRequestHandler):
    """The pages over one portal."""

    portal: Portal

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/":
            form = '<form method="post" action="/begin"><button>Schrijf mij in</button></form>'
            self._show(200, "Zoek een woning", form)
        elif parts.path == "/terug":
            session = parse_qs(parts.query).get("session", [""])[0]
            self._result(self.portal.returned(session, self._visitor()))
        else:
            self._show(404, "Niet gevonden", "")

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(length, MAX_MESSAGE))
        if self.path == "/begin":
            visitor = self._visitor() or secrets.token_urlsafe(24)
            self._go(self.portal.begin(visitor), visitor)
        elif self.path == "/hooks/regie":
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._show(204 if self.portal.receive(headers, body) else 401, "", "")
        else:
            self._show(404, "Niet gevonden", "")

    def _visitor(self) -> str | None:
        cookie = SimpleCookie(self.headers.get("cookie", "")).get(COOKIE)
        return None if cookie is None else cookie.value

    def _result(self, result: dict[str, Any] | None) -> None:
        if result is None:
            self._show(403, "Dit is niet uw sessie", "<p>Begin hier opnieuw.</p>")
            return
        registration = result["registration"] or {}
        said = html.escape(result["sentence"]["nl"])
        number = html.escape(registration.get("number", ""))
        self._show(200, "Klaar", f'<p>{said}</p><p id="nummer">{number}</p>')

    def _go(self, address: str, visitor: str) -> None:
        self.send_response(303)
        self.send_header("location", address)
        cookie = f"{COOKIE}={visitor}; Path=/; Secure; HttpOnly; SameSite=Lax"
        self.send_header("set-cookie", cookie)
        self.send_header("content-length", "0")
        self.end_headers()

    def _show(self, status: int, title: str, body: str) -> None:
        data = PAGE.format(title=html.escape(title), body=body).encode() if title else b""
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: object) -> None:
        """Addresses hold session numbers: none is logged."""


def server(portal: Portal, port: int, certificate: str, key: str) -> ThreadingHTTPServer:
    """The portal on loopback, over https."""
    made = ThreadingHTTPServer(("127.0.0.1", port), type("OurPages", (Pages,), {"portal": portal}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    return made


def configured(file: Path) -> tuple[Portal, ThreadingHTTPServer]:
    """A portal with the settings in a TOML file; keys stand in files of their own."""
    settings = tomllib.loads(file.read_text("utf-8"))
    found = {
        name: file.parent / settings[name]
        for name in ("key_file", "secret_file", "tls_cert", "tls_key", "tls_ca")
    }
    key, secret = (found[name].read_text().strip() for name in ("key_file", "secret_file"))
    regie = Regie(settings["regie"], key, str(found["tls_ca"]))
    portal = Portal(regie, settings["base_url"], secret)
    port = urlsplit(settings["base_url"]).port or 443
    return portal, server(portal, port, str(found["tls_cert"]), str(found["tls_key"]))


if __name__ == "__main__":
    configured(Path(sys.argv[1]))[1].serve_forever()
