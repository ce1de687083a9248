"""The town of the permit story: the municipality issues from KVK and BAG, and also asks.

Its permit desk is a server of its own, with its own home, certificate and registration, under the
municipality's own number: one organisation is one party.
"""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from examples.town.processes import Result
from examples.town.settings import issuer_settings
from examples.town.town import HERE, Town

PARTY = "gemeente-voorbeeldstad"
REGISTERS = """
[kvk]
url = "https://localhost:{register}/api"
api_key_file = "keys/kvk-api-key"
tls_ca = "{tls}/ca.pem"

[bag]
url = "https://localhost:{register}/lvbag/individuelebevragingen/v2"
api_key_file = "keys/bag-api-key"
tls_ca = "{tls}/ca.pem"
"""
# Four weeks, as a small permit may take; a wallet may ask again after a second, so that the story
# does not take days.
PERMIT = """
[permit]
weeks = 4
status_seconds = 1
"""


class PermitTown(Town):
    """A municipality with two registers more, and a permit desk instead of a corporation."""

    def build(self) -> dict[str, Any]:
        """Make everybody's keys, certificates and lists, and start the servers."""
        self._make_scheme()
        self._make_issuer()
        published = self.registrar("publish", "--to", str(self.mirror_folder)).json()
        certificates = published["certificates"]
        both = Path(certificates[PARTY]).parent
        self._install("regie-issuer", "issuer", str(both))
        self._install("regie-verifier", "verifier", certificates[PARTY])
        self._start_mirror()
        self.issuer("sync")
        self._start_login()
        self.start_municipality()
        self.issuer("publish-status")
        self.permits("sync")
        self.start_verifier()
        return {
            "folder": str(self.folder),
            "fingerprint": self.fingerprint,
            "ports": self.ports,
            "scheme": published["sequence"],
        }

    def _make_issuer(self) -> None:
        """The municipality with its registers; its party file also names the permit desk."""
        super()._make_issuer()
        keys = self.folder / "issuer" / "keys"
        for name in ("kvk-api-key", "bag-api-key"):
            # The example register has one key for everything it answers.
            shutil.copy2(keys / "brp-api-key", keys / name)

    def _settings(self) -> str:
        text = issuer_settings(self.ports, str(self.tls), str(self.mirror_folder), self.fingerprint)
        more = '  "urgentie",\n  "kvk-inschrijving",\n  "bag-object",\n]'
        return text.replace('  "urgentie",\n]', more, 1) + REGISTERS.format(
            tls=self.tls, **self.ports
        )

    def _add(self, command: str, party: str, requests: Path) -> None:
        if party != PARTY:
            super()._add(command, party, requests)
            return
        self._make_desk()
        folder = self.folder / "party"
        folder.mkdir()
        for request in (*requests.glob("*.csr"), *self._desk_requests.glob("*.csr")):
            shutil.copy2(request, folder)
        text = (HERE / "scheme" / f"{party}.toml").read_text("utf-8")
        desk = (HERE / "scheme" / "services" / "vergunningenloket.toml").read_text("utf-8")
        file = folder / f"{party}.toml"
        file.write_text(text + desk, "utf-8")
        settings = [f"--set={name}={self.url(name)}" for name in ("issuer", "mirror")]
        settings.append(f"--set=permit={self.url('verifier')}")
        self.registrar(command, str(file), "--csr", str(folder), *settings)

    @property
    def _desk_requests(self) -> Path:
        return self.folder / "verifier" / "csr"

    def _make_desk(self) -> None:
        self.permits(
            "init",
            "--base-url",
            self.url("verifier"),
            "--service-id",
            "vergunningen",
            "--scheme",
            self.url("mirror"),
            "--fingerprint",
            self.fingerprint,
            "--tls-cert",
            str(self.tls / "server.pem"),
            "--tls-key",
            str(self.tls / "server.key"),
            "--tls-ca",
            self.tls_ca,
            "--profile",
            "vergunning",
        )
        with (self.folder / "verifier" / "verifier.toml").open("a", encoding="utf-8") as file:
            file.write(PERMIT)

    def permits(self, *command: str) -> Result:
        """Run `regie-verifier` of the permit desk."""
        return self.verifier(*command)

    @property
    def start_day(self) -> str:
        """A day in two months, when the terrace is to open."""
        return (datetime.now(UTC) + timedelta(days=60)).date().isoformat()

    def wait_to_ask(self) -> None:
        """A wallet does not ask again before the moment it was told."""
        time.sleep(1.1)
