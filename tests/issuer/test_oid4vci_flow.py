"""The whole desk route: five kinds, ten copies each, bound to the wallet the clerk confirmed."""

import pytest
from support.issuer_home import FIVE
from support.wallet_simulator import cards_of, new_key

from credential import jose, sdjwt, sdjwtvc, typerules
from credential.names import vct_of
from issuer.offer import Confirmed, Ended
from issuer.service import desk


@pytest.fixture
def town(https_town):
    """Everything here goes over https."""
    return https_town


@pytest.mark.spec("OpenID4VCI 1.0", "8.3", "one card per proven key, at most")
def test_five_kinds_of_ten_copies(town):
    made = town.offer(None)
    assert made.kinds == FIVE
    wallet = town.wallet()
    assert wallet.redeem(made.link, made.code).status_code == 200
    waiting = {}
    for kind in made.kinds:
        keys = [new_key() for _ in range(10)]
        answer = wallet.ask_cards(kind, keys)
        assert answer.status_code == 202
        assert set(answer.json()) == {"transaction_id", "interval"}
        waiting[kind] = (answer.json()["transaction_id"], keys)
    town.confirm(made, wallet)
    places = set()
    for kind, (transaction, keys) in waiting.items():
        cards = cards_of(wallet.collect(transaction))
        assert len(cards) == 10
        for card, key in zip(cards, keys, strict=True):
            verified = sdjwtvc.verify_card(card, town.scheme.trust, now=town.now, vct=vct_of(kind))
            assert verified.holder_jkt == jose.thumbprint(key.public_key())
            places.add((verified.status.uri, verified.status.idx))
    assert len(places) == 50
    case = town.office.store.cases.find(made.case).case
    assert isinstance(case, Confirmed)
    assert set(case.collected) == set(FIVE)
    assert isinstance(desk.find(town.office, made.case, case.expires_at), Ended)


@pytest.mark.spec("RFC 9901", "4.1.2", "every claim of a card can be withheld")
def test_only_the_frame_of_a_card_is_visible(town):
    wallet, _ = town.confirmed()
    (card,) = cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))
    payload = sdjwt.parse(card, typ="dc+sd-jwt").issuer_jwt.dangerous_payload()
    frame = {"vct", "vct#integrity", "iat", "nbf", "exp", "cnf", "status", "_sd", "_sd_alg"}
    assert set(payload) == frame
    assert len(payload["_sd"]) == 16


@pytest.mark.spec("SD-JWT VC", "6", "what may be withheld is what the type metadata says")
@pytest.mark.parametrize("kind", FIVE)
def test_a_card_conforms_to_its_type_metadata(town, kind):
    wallet, _ = town.confirmed((kind,))
    (card,) = cards_of(wallet.ask_cards(kind, [new_key()]))
    found = sdjwtvc.verify_card(card, town.scheme.trust, now=town.now, vct=vct_of(kind))
    metadata = town.scheme.trust.types[vct_of(kind)]
    assert metadata.vct == found.vct
    typerules.check_held(metadata, found.sd_jwt)


@pytest.mark.spec("RFC 9901", "4.2.5", "of a list with decoys a holder shows what there is")
def test_one_stay_of_many_is_shown_alone(town):
    wallet, _ = town.confirmed(("woongeschiedenis",))
    (card,) = cards_of(wallet.ask_cards("woongeschiedenis", [new_key()]))
    found = sdjwtvc.verify_card(card, town.scheme.trust, now=town.now, vct=None)
    stays = found.payload["stays"]
    assert len(stays) == 3
    shown = found.select([("stays", 1, "from"), ("stays", 2, "municipality")])
    compact = "~".join([card.split("~")[0], *(part.raw for part in shown.disclosures), ""])
    seen = sdjwtvc.verify_card(compact, town.scheme.trust, now=town.now, vct=None).payload
    assert seen["stays"] == [{"from": stays[1]["from"]}, {"municipality": stays[2]["municipality"]}]
