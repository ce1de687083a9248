"""Kinds through a whole publication: words corrected, a kind of the scheme's own, who should see it."""

import json
import shutil
from pathlib import Path

import pytest
from support import national
from support.scheme import NOW, counter

from credential import base64url, disclosurepolicy, snapshot
from credential.names import sector_entitlement, vct_of
from registrar import audit, placing
from registrar.errors import BadInput
from registrar.home import Home
from registrar.service import publishing

DAY = 86_400
ADDRESS = vct_of("woonadres")
PASS = "https://provincie.example/kaart/woonpas/1"
OWN = f"""vct = "{PASS}"
extends = "woonadres"

[[claim]]
path = "municipality"
mandatory = true
"""
POLICY = """
[disclosure]
uri = "https://stelsel.example/beleid/huishouden/1"
text = "Alleen voor woningcorporaties."
sectors = ["woningcorporatie"]
"""


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    return national.home(tmp_path_factory.mktemp("register"), municipal=1, corporations=1).path


@pytest.fixture
def office(register, tmp_path):
    return Office(shutil.copytree(register, tmp_path / "R"), tmp_path / "tree")


class Office:
    """One registrar with the folder it publishes to."""

    def __init__(self, home: Path, tree: Path) -> None:
        self.home, self.tree = Home(home), tree
        self.fingerprint = national.fingerprint(self.home)
        self.entropy = counter(90)

    def publish(self, now=NOW):
        publishing.publish(self.home, self.tree, None, now=now, entropy=self.entropy)
        read = placing.reader(self.tree)
        found = audit.check(read, self.home.ledger(), fingerprint=self.fingerprint, now=now)
        assert not list(found)
        return snapshot.open_scheme(read, fingerprint=self.fingerprint, floor=0, now=now)

    def change(self, kind: str, old: str, new: str) -> None:
        file = self.home.path / "kinds" / f"{kind}.toml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def party_json(self, party: str) -> dict:
        return json.loads((self.home.path / "certificates" / party / "party.json").read_bytes())


@pytest.mark.spec("SD-JWT VC", "7", "every text that was published stays, for the cards made by it")
def test_a_word_is_corrected(office):
    before = office.publish().types
    pinned = before.integrity(ADDRESS)
    office.change("woonadres", '"Woonadres"', '"Jouw woonadres"')
    after = office.publish(NOW + DAY).types
    assert (before[ADDRESS].name("nl"), after[ADDRESS].name("nl")) == (
        "Woonadres",
        "Jouw woonadres",
    )
    assert after.integrity(ADDRESS) != pinned
    made_then = after.matching(ADDRESS, pinned)
    assert made_then is not None
    assert made_then.name("nl") == "Woonadres"
    # And after the next one too; put back as it was, there is one text less to keep apart.
    office.change("woonadres", '"Jouw woonadres"', '"Je woonadres"')
    assert office.publish(NOW + 2 * DAY).types.matching(ADDRESS, pinned) == made_then
    office.change("woonadres", '"Je woonadres"', '"Woonadres"')
    back = office.publish(NOW + 3 * DAY).types
    assert back.integrity(ADDRESS) == pinned
    assert len(list((office.tree / "types" / "earlier").glob("*.json"))) == 2


def test_a_kind_of_the_schemes_own(office):
    (office.home.path / "kinds" / "woonpas.toml").write_text(OWN, "utf-8")
    found = office.publish().types
    assert found[PASS].ancestors == (ADDRESS,)
    office.change("woonpas", "mandatory = true", 'sd = "allowed"')
    with pytest.raises(BadInput) as caught:
        office.publish(NOW + DAY)
    assert caught.value.code == "lint.failed"


@pytest.mark.spec("ARF 3.0", "EDP_09", "the register's policy reaches the issuers with their files")
def test_who_should_see_a_kind(office):
    [issuer] = [party.id for party in office.home.parties() if party.issuing]
    [asker] = [party.id for party in office.home.parties() if party.services]
    office.publish()
    assert "disclosure" not in office.party_json(issuer)
    file = office.home.path / "kinds" / "huishouden.toml"
    file.write_text(file.read_text("utf-8") + POLICY, "utf-8")
    sector = office.home.path / "parties" / f"{asker}.toml"
    if "sector =" not in sector.read_text("utf-8"):
        sector.write_text('sector = "woningcorporatie"\n' + sector.read_text("utf-8"), "utf-8")
    office.publish(NOW + DAY)
    stated = office.party_json(issuer)["disclosure"]
    assert {*stated} == {"huishouden"}
    [party] = disclosurepolicy.parse(stated["huishouden"]).parties
    assert party.entitlement == sector_entitlement("woningcorporatie")
    assert "disclosure" not in office.party_json(asker)
    for compact in (office.home.path / "certificates" / asker / "registration").glob("*.jwt"):
        payload = compact.read_text("ascii").split(".")[1]
        assert party.entitlement in json.loads(base64url.decode(payload))["entitlements"]
