"""The example corporation, served over https, and everything that ever arrived there."""

import socket
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crash.servers import Served, Tls, url
from support.holder_simulator import CardMaker
from support.scheme import TestScheme
from support.verifier_home import VerifierHome

from credential import base64url, jose, sdjwt, strictjson
from credential.names import TYP_CARD
from verifier.service import receive, sessions
from verifier.service.sessions import Invitation
from verifier.store import rights
from wallet import clock

EXTRA = """
rate_per_minute = 1000000
tls_cert = "{certificate}"
tls_key = "{key}"
"""


class Now:
    """The clock on the wall."""

    @property
    def at(self) -> int:
        return clock.now()

    def __call__(self) -> int:
        return clock.now()


@dataclass(frozen=True)
class Arrival:
    """One response that could be read: which keys it was bound to, and what it disclosed."""

    transaction: str
    jkt: str
    presented: dict[str, str]

    @property
    def disclosed(self) -> dict[str, set[str]]:
        """The digests that arrived, by the issuer-signed card they belong to."""
        return {
            compact.split("~")[0]: {base64url.sha256(one) for one in compact.split("~")[1:-1]}
            for compact in self.presented.values()
        }

    @property
    def bindings(self) -> dict[str, str]:
        """Each key binding and the thumbprint of the key of its copy."""
        found = {}
        for compact in self.presented.values():
            payload = sdjwt.parse(compact, typ=TYP_CARD).issuer_jwt.dangerous_payload()
            found[compact.rsplit("~", 1)[1]] = jose.thumbprint(payload["cnf"]["jwk"])
        return found


@dataclass
class Corporation:
    """One verifier in a folder; `serve` puts it at its address, in this process."""

    home: VerifierHome
    listening: socket.socket
    tls: Tls
    arrivals: list[Arrival] = field(default_factory=list)
    bodies: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    gate: threading.Event = field(default_factory=threading.Event)
    _served: Served | None = None

    @classmethod
    def make(
        cls, folder: Path, scheme: TestScheme, maker: CardMaker, listening: socket.socket, tls: Tls
    ) -> "Corporation":
        folder.mkdir()
        home = VerifierHome(folder, scheme, Now(), maker)  # type: ignore[arg-type]
        home.make(url(listening))
        settings = home.home / "verifier.toml"
        text = settings.read_text("utf-8")
        settings.write_text(text + EXTRA.format(certificate=tls.certificate, key=tls.key), "utf-8")
        home.publish(maker.status_list(size=65_536))
        home.sync()
        made = cls(home, listening, tls)
        made.gate.set()
        return made

    def serve(self) -> None:
        self._served = Served(self.home.app, self.listening, self.tls)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note what arrives, for as long as one test runs: the code is everybody's."""
        read, take = receive._decrypt, receive.receive

        def decrypt(found: Any, token: str) -> bytes:
            plain = read(found, token)
            payload = strictjson.loads_object(plain)
            if "vp_token" in payload:
                self._note(found.id, payload)
            return plain

        def received(verifier: Any, transaction: str, body: bytes) -> bytes:
            self.bodies[transaction].append(body)
            self.gate.wait(10)
            return take(verifier, transaction, body)

        limit = rights.MAX_PER_HOUR
        receive._decrypt, receive.receive = decrypt, received
        rights.MAX_PER_HOUR = 1_000_000
        try:
            yield
        finally:
            receive._decrypt, receive.receive, rights.MAX_PER_HOUR = read, take, limit

    def _note(self, transaction: str, payload: dict[str, Any]) -> None:
        presented = {query: found for query, [found] in payload["vp_token"].items()}
        self.arrivals.append(
            Arrival(transaction, jose.thumbprint(payload["rights_key"]), presented)
        )

    def stop(self) -> None:
        if self._served is not None:
            self._served.stop()
            self._served = None
        self.home.close()

    def idle(self) -> None:
        assert self._served is not None
        self._served.idle()

    def ask(self) -> Invitation:
        """A fresh request for data, as the sign-up page makes it for another device."""
        verifier = self.home.open()
        [made] = sessions.start(verifier, verifier.profiles["inschrijven"], "nl", None)
        return made

    def knows(self, jkt: str) -> bool:
        """Whether a disclosure with this rights key is on record here."""
        return rights.known(self.home.open().store, jkt)

    def of(self, transaction: str) -> list[Arrival]:
        return [one for one in self.arrivals if one.transaction == transaction]
