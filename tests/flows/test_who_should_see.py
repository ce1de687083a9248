"""Who should see a card, from the register to the log: a kind for housing corporations alone.

Registrar, municipality and wallet are the real ones; the askers are simulated, with registrations
the registrar really signed (ARF 3.0 topic 43).
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import issuer_home
from support.in_process import InProcess
from support.issuer_home import TestIssuerHome
from support.scheme import ISSUER, VOORBEELDSTAD, VOORBEELDWONEN, TestScheme, build
from support.verifier_simulator import VerifierSimulator
from support.wallet_world import World, world

from credential import disclosurepolicy, rendering, strictjson
from credential.names import vct_of
from credential.strictjson import Object
from issuer.errors import SettingsFault
from issuer.scheme import SchemeFolder
from issuer.service import desk, setup
from registrar import kinds
from registrar.party import Claim
from wallet import links
from wallet.caution import Warn
from wallet.errors import WalletError
from wallet.events import Kind
from wallet.links import OfferByReference
from wallet.service import add
from wallet.texts import Texts
from wallet.wording import lines

EDP = "ARF 3.0"
URI = "https://stelsel.example/beleid/huishouden/1"
POLICY = f"""
[disclosure]
uri = "{URI}"
text = "Met hoeveel mensen je woont, is alleen voor woningcorporaties."
info = "https://stelsel.example/beleid/huishouden"
sectors = ["woningcorporatie"]
"""
ASKED = {
    "credentials": [
        {
            "id": "household",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [vct_of("huishouden")]},
            "claims": [{"path": ["persons_at_address"]}],
        }
    ]
}
LOOSER = f"""
[[disclosure]]
kind = "huishouden"
policy_uri = "{URI}"
policy_type = "{{form}}"

[[disclosure.authorized_parties]]
identifier = "NTRNL-90000001"
"""


def registered() -> TestScheme:
    """The example scheme with one kind for one sector, and a party that is not of it."""
    files = dict(kinds.shipped())
    files["kinds/huishouden.toml"] += POLICY.encode()
    found = build(names=(VOORBEELDSTAD, VOORBEELDWONEN), kinds=kinds.read(files).require())
    one = found.parties[VOORBEELDWONEN]
    assert one.sector == "woningcorporatie"
    service = one.services[0]
    use = next(use for use in service.intended_uses if use.id == "inschrijven")
    claim = Claim("huishouden", ("persons_at_address",), required=True)
    asking = dataclasses.replace(use, claims=(claim,))
    services = (dataclasses.replace(service, intended_uses=(asking,)),)
    found.change(VOORBEELDWONEN, services=services)
    found.add(
        dataclasses.replace(
            found.parties[VOORBEELDWONEN],
            id="makelaar-voorbeeld",
            name="Makelaar Voorbeeld",
            legal_name="Makelaar Voorbeeld",
            oin="00000099000000007000",
            organization_identifier="NTRNL-90000077",
            sector=None,
        )
    )
    found.publish()
    return found


@pytest.fixture(scope="module")
def scheme() -> TestScheme:
    return registered()


@pytest.fixture(scope="module")
def town(scheme: TestScheme, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestIssuerHome]:
    made = issuer_home.make(tmp_path_factory.mktemp("issuer"), scheme=scheme)
    folder = SchemeFolder(made.home / "scheme", scheme.fingerprint)
    scheme.write(folder.folder / "1")
    folder.put_in_force("1")
    made.office = dataclasses.replace(made.office, scheme=folder)
    yield made
    made.office.close()


@pytest.fixture(scope="module")
def resident(
    scheme: TestScheme, town: TestIssuerHome, tmp_path_factory: pytest.TempPathFactory
) -> World:
    """Somebody who got the card at the desk."""
    found = world(tmp_path_factory.mktemp("wallet"), scheme=scheme, cards=False, query=ASKED)
    found.network.hosts[ISSUER.removeprefix("https://")] = InProcess(town.app)
    made = town.offer(("huishouden",))
    link = links.parse(made.link)
    assert isinstance(link, OfferByReference)
    look = add.look(found.wallet, found.network, link, now=found.now)
    waiting = add.accept(found.wallet, found.network, look, tx_code=made.code, now=found.now)
    desk.confirm(town.office, made.case, str(waiting.number), clerk="anna", now=town.now)
    pending = found.wallet.store.issuances()[0]
    collected = add.advance(found.wallet, found.network, pending, now=found.now)
    assert [card.kind for card in collected.received] == ["huishouden"]
    return found


def asks(resident: World, scheme: TestScheme, name: str) -> VerifierSimulator:
    found = VerifierSimulator(scheme, name, query=ASKED)
    resident.verifier = found
    resident.network.hosts[found.host] = found
    return found


@pytest.mark.spec(EDP, "EDP_09", "the register's policy is carried by value in issuer metadata")
def test_the_municipality_says_what_the_register_says(town: TestIssuerHome) -> None:
    municipality = town.office.municipality("0599")
    carried = municipality.certificates.disclosure
    assert {*carried} == {"huishouden"}
    assert disclosurepolicy.parse(carried["huishouden"]).uri == URI


@pytest.mark.spec(EDP, "EDP_10", "what the register says is kept with the card")
def test_the_wallet_keeps_it_with_the_card(resident: World) -> None:
    [card] = resident.wallet.store.cards()
    assert resident.wallet.store.policies()[card.id]["policy_uri"] == URI


@pytest.mark.spec(
    "SD-JWT VC", "7", "a card pins the text of its type, as the register publishes it"
)
def test_the_card_pins_its_type(resident: World, scheme: TestScheme) -> None:
    [card] = resident.wallet.store.cards()
    published = scheme.tree["types/huishouden-1.json"]
    assert card.payload["vct#integrity"] == rendering.integrity_of(published)


@pytest.mark.spec(EDP, "EDP_06", "all parties of a registered sector are allowed by one entry")
def test_a_corporation_of_the_sector_is_told_to_be_fine(
    resident: World, scheme: TestScheme
) -> None:
    asks(resident, scheme, VOORBEELDWONEN)
    question = resident.receive().question
    assert all(Warn.DISCLOSURE_POLICY not in one.warnings for one in question.options)
    text = "\n".join(lines(question, question.options[0], Texts("nl")))
    assert "vindt het goed dat deze organisatie dit kaartje ziet" in text


@pytest.mark.spec(EDP, "EDP_07", "the resident may overrule the register, after a plain question")
def test_another_is_refused_unless_the_resident_says_yes_to_that(
    resident: World, scheme: TestScheme
) -> None:
    asker = asks(resident, scheme, "makelaar-voorbeeld")
    posed = resident.receive()
    for lang, words in (("nl", "wil niet dat deze"), ("en", "does not want this")):
        question = resident.receive(lang=lang).question
        text = "\n".join(lines(question, question.options[0], Texts(lang)))
        assert words in text
        assert "alleen voor woningcorporaties" in text
        assert "https://stelsel.example/beleid/huishouden" in text
    with pytest.raises(WalletError) as caught:
        resident.share(posed, accepted=[one for one in Warn if one is not Warn.DISCLOSURE_POLICY])
    assert caught.value.params["warnings"] == "disclosure_policy"
    assert asker.received == []
    done = resident.share(posed)
    body = resident.body(done.id, Kind.SHARE_INTENDED)
    assert {"code": "disclosure_policy", "accepted": True} in body["warnings"]
    assert body["policies"] == [
        {"query": "household", "policy": URI, "verdict": "not_listed", "overruled": True}
    ]
    assert URI not in str(asker.received)


@pytest.mark.spec("Regie trust", "4.7", "an issuer never says less strict than the scheme")
@pytest.mark.parametrize(
    ("more", "strict"),
    [
        (LOOSER.format(form="no_policy").partition("[[disclosure.auth")[0], False),
        (LOOSER.format(form="authorized_rp_only"), False),
        (
            LOOSER.format(form="authorized_rp_only")
            + 'entitlement_uri = "https://regie.example/ns/entitlement/woningcorporatie"\n',
            True,
        ),
    ],
)
def test_an_issuer_that_would_be_looser_does_not_start(
    town: TestIssuerHome, more: str, strict: bool
) -> None:
    settings = (town.home / "issuer.toml").read_text()
    try:
        (town.home / "issuer.toml").write_text(settings + more)
        if strict:
            issuer_home.open_town(town.home).close()
            return
        with pytest.raises(SettingsFault) as caught:
            issuer_home.open_town(town.home)
        assert caught.value.code == "disclosure.looser"
        assert caught.value.params["kind"] == "huishouden"
    finally:
        (town.home / "issuer.toml").write_text(settings)


@pytest.mark.spec(EDP, "EDP_11", "who changes a policy is told to take the cards of that kind back")
def test_a_change_is_told_when_the_files_are_taken_over(
    town: TestIssuerHome, scheme: TestScheme, tmp_path: Path
) -> None:
    handed = tmp_path / VOORBEELDSTAD
    for name, data in scheme.files[VOORBEELDSTAD].items():
        (handed / name).parent.mkdir(parents=True, exist_ok=True)
        (handed / name).write_bytes(data)
    assert setup.changed_policies(town.home, tmp_path) == ()
    party = strictjson.loads_object((handed / "party.json").read_bytes())
    stated = strictjson.obj(party, "disclosure")
    moved: Object = {**strictjson.obj(stated, "huishouden"), "policy_uri": f"{URI}/2"}
    other: Object = {**strictjson.obj(stated, "huishouden")}
    for changed, kinds_named in (
        ({}, ("huishouden",)),
        ({"huishouden": moved}, ("huishouden",)),
        ({**stated, "woonadres": other}, ("woonadres",)),
        (stated, ()),
    ):
        (handed / "party.json").write_bytes(strictjson.dumps({**party, "disclosure": changed}))
        assert setup.changed_policies(town.home, tmp_path) == kinds_named
