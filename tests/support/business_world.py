"""An issuer that also asks the registers of companies and buildings, whose answers a test changes."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import issuer_home
from support.issuer_home import API_KEY, DATA, TestIssuerHome
from support.register import InProcess

from issuer.brp.access import ApiKey
from issuer.brp.link import Link, LinkSettings
from issuer.register import create_app
from issuer.registers import Register, bag, kvk

DONALD = "68750110"
DAGOBERT = "69599084"
SHIELDED = "90001354"
ENDED = "99999998"
SHOP = "0599200099990031"
HOME = "0599200001012572"
WITHDRAWN = "0599200099990041"

TOWN = DATA.parent
TABLES = """kinds = ["persoonsgegevens", "huishouden", "kvk-inschrijving", "bag-object"]

[kvk]
url = "https://localhost:8445/api"
api_key_file = "keys/kvk-api-key"

[bag]
url = "https://localhost:8445/lvbag/individuelebevragingen/v2"
api_key_file = "keys/bag-api-key"
"""
KEYS = {"keys/kvk-api-key": API_KEY, "keys/bag-api-key": API_KEY}


@dataclass
class Businesses:
    """The town, and the folders of the register beside it."""

    town: TestIssuerHome
    folder: Path
    transport: InProcess

    def asked(self) -> int:
        """How many questions reached the two registers."""
        return len(self.transport.asked)

    def change(self, number: str, change: Callable[[dict[str, Any]], Any]) -> None:
        """Another answer from now on."""
        (file,) = self.folder.glob(f"*/{number}.json")
        members = json.loads(file.read_bytes())
        change(members)
        file.write_text(json.dumps(members))

    def remove(self, number: str) -> None:
        """The register no longer knows it."""
        (file,) = self.folder.glob(f"*/{number}.json")
        file.unlink()


def registers(
    transport: InProcess | None, base: str = "https://localhost:8445", *, ca: Path | None = None
) -> dict[str, Register]:
    """Both registers, without waiting between attempts."""

    def link(path: str, header: str, meaning: Any, key: str = API_KEY) -> Link:
        settings = LinkSettings(
            base + path, ApiKey(key, header), tls_ca=ca, meaning=meaning, retries=0
        )
        return Link(settings, transport=transport, wait=lambda _seconds: None)

    return {
        "kvk": kvk.KvkRegister(link("/api", kvk.HEADER, kvk.meaning)),
        "bag": bag.BagRegister(link("/lvbag/individuelebevragingen/v2", bag.HEADER, bag.meaning)),
    }


def make(home: Path) -> Businesses:
    """A town with both registers in memory."""
    home.mkdir(exist_ok=True)
    folder = home / "registers"
    for name in ("kvk", "bag"):
        shutil.copytree(TOWN / name, folder / name)
    town = issuer_home.make(home, tables=TABLES, private=KEYS)
    for one in town.office.registers.values():
        one.close()
    app = create_app(DATA, API_KEY, lambda: town.now, kvk=folder / "kvk", bag=folder / "bag")
    transport = InProcess(app)
    town.office = dataclasses.replace(town.office, registers=registers(transport))
    return Businesses(town, folder, transport)
