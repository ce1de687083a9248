"""The example municipality, served over https: cards by the desk route."""

import itertools
import socket
from dataclasses import dataclass
from pathlib import Path

from crash.servers import Served, Tls, url
from support import issuer_home
from support.scheme import VOORBEELDSTAD, TestScheme

from credential import jose
from issuer.brp.access import ApiKey
from issuer.brp.client import BrpClient
from issuer.brp.link import Link, LinkSettings
from issuer.brp.source import HaalCentraalSource
from issuer.offer import Confirmed
from issuer.register import create_app as create_register
from issuer.service import desk
from issuer.service.office import Office, open_office
from issuer.service.setup import install_certificates, prepare
from issuer.web import create_app
from wallet import clock

KINDS = ("persoonsgegevens", "woonadres")


@dataclass
class Municipality:
    """One issuer with its desk."""

    office: Office
    served: Served

    @classmethod
    def serve(
        cls, folder: Path, scheme: TestScheme, listening: socket.socket, tls: Tls
    ) -> "Municipality":
        (folder / "keys").mkdir(parents=True, mode=0o700)
        text = issuer_home.SETTINGS.format(decoys=0, four_eyes="false")
        (folder / "issuer.toml").write_text(text.replace("https://localhost:8441", url(listening)))
        for role in ("card", "status", "access"):
            key = scheme.keys[VOORBEELDSTAD][f"{VOORBEELDSTAD}.{role}"]
            _private(folder / "keys" / f"{VOORBEELDSTAD}.{role}.key", jose.private_key_to_pem(key))
        _private(folder / "keys" / "brp-api-key", issuer_home.API_KEY.encode())
        prepare(folder, clock.random_bytes)
        for name, data in scheme.files[VOORBEELDSTAD].items():
            target = folder / "handed" / VOORBEELDSTAD / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        install_certificates(folder, folder / "handed")
        office = open_office(folder, clock.random_bytes, _source)
        # Many residents behind one address: each moment is a minute after the last.
        app = create_app(office, now=clock.now, moment=itertools.count(0.0, 60.0).__next__)
        return cls(office, Served(app, listening, tls))

    def offer(self) -> desk.OfferMade:
        return desk.make_offer(
            self.office, issuer_home.RESIDENT, KINDS, clerk="anna", now=clock.now()
        )

    def confirm(self, case: str, number: str) -> None:
        desk.confirm(self.office, case, number, clerk="anna", now=clock.now())

    def delivered(self, case: str) -> dict[str, int]:
        """How often cards of each kind were handed out in this case."""
        found = desk.find(self.office, case, clock.now())
        return dict(found.collected) if isinstance(found, Confirmed) else {}

    def stop(self) -> None:
        self.served.stop()
        self.office.close()


def _private(file: Path, content: bytes) -> None:
    file.touch(0o600)
    file.write_bytes(content)


def _source(_settings: object, _home: Path, protocol: object) -> HaalCentraalSource:
    register = create_register(issuer_home.DATA, issuer_home.API_KEY, clock.now)
    client = BrpClient(
        Link(
            LinkSettings("https://localhost:8445", ApiKey(issuer_home.API_KEY)),
            transport=issuer_home.InMemoryRegister(register),
        )
    )
    return HaalCentraalSource(client, protocol)  # type: ignore[arg-type]
