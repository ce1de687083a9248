"""A card under a whole scheme: real chains, a real trusted list, a real status list."""

import pytest
from support.cards import AUD, CLAIMS, NONCE, envelope, hide
from support.keys import test_signer
from support.scheme import NOW, VOORBEELDSTAD, WESTHOVE, build, counter

from credential import jose, keybinding, sdjwt, sdjwtvc, statuslist
from credential.errors import NotAllowed, NotTrusted, NotValidNow
from credential.names import TYP_CARD, vct_of

VCT = vct_of("woonadres")
DAY = 86_400


@pytest.fixture(scope="module")
def scheme():
    return build(NOW)


def card(issuer, **changes):
    status = {"status_list": {"idx": 3, "uri": f"{issuer.status_prefix}1"}}
    payload = envelope(vct=VCT, iat=NOW - DAY, nbf=NOW - DAY, status=status, **changes) | hide(
        CLAIMS
    )
    return sdjwt.issue(
        payload, signer=issuer.card.signer, x5c=issuer.card.x5c, typ=TYP_CARD, entropy=counter()
    )


def test_a_card_and_its_presentation(scheme):
    issuer = scheme.issuer()
    compact = card(issuer)
    held = sdjwtvc.verify_card(compact, scheme.trust, now=NOW, vct=VCT)
    assert held.issuer.oin == held.leaf.oin == issuer.oin
    shown = keybinding.make(
        held.select([("address", "postal_code")]).compact,
        signer=test_signer("holder"), aud=AUD, nonce=NONCE, iat=NOW,
    )  # fmt: skip
    found = keybinding.verify_presentation(
        shown,
        scheme.trust,
        now=NOW,
        aud=AUD,
        nonce=NONCE,
        vct_values=[VCT],
        rights_jkt=None,
        transaction_data=(),
    )
    assert found.claim(("address",)) == {"postal_code": "1234AB"}
    assert found.issuer == held.issuer
    token = statuslist.build_token(
        held.status.uri, bytes(1024), iat=NOW, exp=NOW + 7 * DAY, ttl=DAY // 2,
        signer=issuer.status.signer, x5c=issuer.status.x5c,
    )  # fmt: skip
    listed = statuslist.open_token(
        token, uri=held.status.uri, issuer=held.issuer, trust=scheme.trust, now=NOW
    )
    statuslist.check(held.status, listed, now=NOW + DAY, max_age=DAY)


@pytest.mark.spec("SD-JWT VC", "2.5", "an issuer signs only the kinds it is listed for")
def test_a_kind_the_issuer_is_not_listed_for(scheme):
    issuer = scheme.issuer()
    payload = envelope(vct="https://regie.example/ns/kaart/rijbewijs/1")
    compact = sdjwt.issue(
        payload, signer=issuer.card.signer, x5c=issuer.card.x5c, typ=TYP_CARD, entropy=counter()
    )
    with pytest.raises(NotAllowed, match=r"trust.kind_not_listed"):
        sdjwtvc.verify_card(compact, scheme.trust, now=NOW, vct=None)


@pytest.mark.spec("HAIP 1.0", "6.1.1", "no root inside x5c, no leaf that signed itself")
def test_a_root_inside_the_chain(scheme):
    issuer = scheme.issuer()
    for x5c in ((*issuer.card.x5c, scheme.root), (scheme.root,)):
        compact = sdjwt.issue(
            envelope(vct=VCT), signer=issuer.card.signer, x5c=x5c, typ=TYP_CARD, entropy=counter()
        )
        with pytest.raises(NotTrusted):
            sdjwtvc.verify_card(compact, scheme.trust, now=NOW, vct=VCT)


@pytest.mark.spec("Regie formats", "7", "a status key signs no cards, a card key no status")
def test_keys_of_another_role(scheme):
    issuer = scheme.issuer()
    for other in (issuer.status, issuer.access):
        compact = sdjwt.issue(
            envelope(vct=VCT), signer=other.signer, x5c=other.x5c, typ=TYP_CARD, entropy=counter()
        )
        with pytest.raises(NotTrusted):
            sdjwtvc.verify_card(compact, scheme.trust, now=NOW, vct=VCT)
    token = statuslist.build_token(
        f"{issuer.status_prefix}1", bytes(8), iat=NOW, exp=NOW + DAY, ttl=60,
        signer=issuer.card.signer, x5c=issuer.card.x5c,
    )  # fmt: skip
    listed = scheme.trust.issuer_by_oin(issuer.oin)
    with pytest.raises(NotTrusted):
        statuslist.open_token(
            token, uri=f"{issuer.status_prefix}1", issuer=listed, trust=scheme.trust, now=NOW
        )


@pytest.mark.spec("Regie formats", "7", "a list counts for its own issuer only")
def test_a_list_of_another_municipality(scheme):
    ours, other = scheme.issuer(VOORBEELDSTAD), scheme.issuer(WESTHOVE)
    uri = f"{ours.status_prefix}1"
    token = statuslist.build_token(
        uri,
        bytes(8),
        iat=NOW,
        exp=NOW + DAY,
        ttl=60,
        signer=other.status.signer,
        x5c=other.status.x5c,
    )
    with pytest.raises(NotTrusted):
        statuslist.open_token(
            token, uri=uri, issuer=scheme.trust.issuer_by_oin(ours.oin), trust=scheme.trust, now=NOW
        )


def test_a_signature_by_another_key_under_the_same_chain(scheme):
    issuer = scheme.issuer()
    compact = sdjwt.issue(
        envelope(vct=VCT), signer=jose.KeySigner(jose.generate_key()),
        x5c=issuer.card.x5c, typ=TYP_CARD, entropy=counter(),
    )  # fmt: skip
    with pytest.raises(NotTrusted, match=r"jose.signature"):
        sdjwtvc.verify_card(compact, scheme.trust, now=NOW, vct=VCT)


def test_a_scheme_past_its_next_update(scheme):
    with pytest.raises(NotValidNow, match=r"scheme.expired"):
        sdjwtvc.verify_card(
            card(scheme.issuer()), scheme.trust, now=scheme.trust.next_update, vct=VCT
        )


@pytest.mark.spec("Regie formats", "7", "a card's list is its own issuer's")
def test_a_card_whose_status_stands_with_another_municipality(scheme):
    issuer, other = scheme.issuer(), scheme.issuer(WESTHOVE)
    status = {"status_list": {"idx": 3, "uri": f"{other.status_prefix}1"}}
    payload = envelope(vct=VCT, iat=NOW - DAY, nbf=NOW - DAY) | hide(CLAIMS) | {"status": status}
    compact = sdjwt.issue(
        payload, signer=issuer.card.signer, x5c=issuer.card.x5c, typ=TYP_CARD, entropy=counter()
    )
    with pytest.raises(NotTrusted) as caught:
        sdjwtvc.verify_card(compact, scheme.trust, now=NOW, vct=VCT)
    assert caught.value.code == "card.status_prefix"
