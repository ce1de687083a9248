"""The types of the cards, served as the register publishes them, and pinned in each card."""

import asyncio
import dataclasses

import httpx
import pytest
from support import issuer_home
from support.wallet_simulator import cards_of, new_key

from credential import rendering, sdjwt
from credential.names import KINDS, vct_of
from issuer.scheme import SchemeFolder

DOCUMENT = "SD-JWT VC"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = issuer_home.make(tmp_path_factory.mktemp("issuer"))
    folder = SchemeFolder(made.home / "scheme", made.scheme.fingerprint)
    made.scheme.write(folder.folder / "1")
    folder.put_in_force("1")
    made.office = dataclasses.replace(made.office, scheme=folder)
    yield made
    made.office.close()


def get(town, path):
    async def once():
        transport = httpx.ASGITransport(app=town.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="https://localhost:8441"
        ) as http:
            return await http.get(path)

    return asyncio.run(once())


@pytest.mark.spec(
    DOCUMENT, "6.3.1", "type metadata is JSON, byte for byte, with no door for scripts"
)
def test_a_type_is_served(home):
    answer = get(home, "/0599/types/woonadres")
    assert answer.status_code == 200
    assert answer.content == home.scheme.tree["types/woonadres-1.json"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_only_what_is_issued_here(home):
    served = {kind for kind in KINDS if get(home, f"/0599/types/{kind}").status_code == 200}
    assert served == {*home.office.kinds(home.office.municipality("0599"))}
    assert get(home, "/0599/types/onbekend").status_code == 404
    assert get(home, "/0000/types/woonadres").status_code == 404


@pytest.mark.spec(DOCUMENT, "7", "a card pins the type it was made by")
def test_a_card_pins_what_is_served(home):
    wallet, _ = home.confirmed(("woonadres",))
    (card,) = cards_of(wallet.ask_cards("woonadres", [new_key()]))
    payload = sdjwt.parse(card, typ="dc+sd-jwt").issuer_jwt.dangerous_payload()
    served = get(home, "/0599/types/woonadres").content
    assert payload["vct"] == vct_of("woonadres")
    rendering.check_integrity(served, payload["vct#integrity"])


@pytest.mark.spec("SD-JWT VC", "2.2", "what pins the type tells no two people of a kind apart")
def test_the_pin_is_the_same_for_everybody(home):
    pins = set()
    for bsn in (issuer_home.RESIDENT, "999993872"):
        made = home.offer(("woonadres",), bsn)
        wallet = home.wallet()
        assert wallet.redeem(made.link, made.code).status_code == 200
        home.confirm(made, wallet)
        cards = cards_of(wallet.ask_cards("woonadres", [new_key(), new_key()]))
        for one in cards:
            payload = sdjwt.parse(one, typ="dc+sd-jwt").issuer_jwt.dangerous_payload()
            pins.add(payload["vct#integrity"])
    assert len(pins) == 1


def test_without_a_scheme_nothing_is_pinned(home):
    bare = dataclasses.replace(home, office=dataclasses.replace(home.office, scheme=None))
    assert get(bare, "/0599/types/woonadres").status_code == 404
    wallet, _ = bare.confirmed(("persoonsgegevens",))
    (card,) = cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))
    payload = sdjwt.parse(card, typ="dc+sd-jwt").issuer_jwt.dangerous_payload()
    assert "vct#integrity" not in payload
