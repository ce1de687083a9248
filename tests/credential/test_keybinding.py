import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cards import AUD, CLAIMS, NONCE, NOW, VCT, FakeTrust, card, opened, present
from support.keys import test_signer
from support.rawsdjwt import flipped, with_header

from credential import base64url, jose, keybinding, sdjwt
from credential.errors import CredentialError, Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.names import TYP_CARD, TYP_KEY_BINDING, vct_of

CARD = card()
JKT = "r" * 43


def verify(compact, *, trust=None, **changes):
    expected = {
        "now": NOW, "aud": AUD, "nonce": NONCE, "vct_values": [VCT],
        "rights_jkt": None, "transaction_data": (),
    }  # fmt: skip
    return keybinding.verify_presentation(compact, trust or FakeTrust(), **(expected | changes))


def refused(compact, code, cause=CredentialError, **changes):
    with pytest.raises(cause) as caught:
        verify(compact, **changes)
    assert caught.value.code == code


def bound(compact, payload=None, *, typ=TYP_KEY_BINDING, signer="holder", **changes):
    """A key binding written by hand; a change to `None` removes the claim."""
    claims = {
        "iat": NOW,
        "aud": AUD,
        "nonce": NONCE,
        "sd_hash": base64url.sha256(compact),
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return compact + jose.sign(
        claims if payload is None else payload, typ=typ, signer=test_signer(signer)
    )


def test_a_presentation():
    shown = verify(present(CARD, ("address", "postal_code"), ("housing_pseudonym",)))
    assert shown.claim(("address",)) == {"postal_code": "1234AB"}
    assert shown.claim(("municipality",)) is sdjwt.MISSING
    assert shown.kind == "woonadres"
    assert shown.kb["nonce"] == NONCE
    chosen = opened(CARD).select([("address", "postal_code"), ("housing_pseudonym",)])
    assert dict(shown.disclosed) == chosen.by_path
    assert {path for path, _ in shown.disclosed} == {
        ("address",), ("address", "postal_code"), ("housing_pseudonym",),
    }  # fmt: skip


@pytest.mark.spec(
    "RFC 9901", "4.3", "a key binding says when, to whom, for which request, over what"
)
def test_what_a_key_binding_says():
    token = jose.parse(present(CARD).rsplit("~", 1)[1], typ=TYP_KEY_BINDING)
    assert token.header == {"alg": "ES256", "typ": "kb+jwt"}
    assert token.dangerous_payload() == {
        "iat": NOW, "aud": AUD, "nonce": NONCE, "sd_hash": base64url.sha256(opened(CARD).select([]).compact),
    }  # fmt: skip


def test_only_what_ends_in_a_tilde_is_bound():
    with pytest.raises(Malformed, match=r"sdjwt.no_tilde"):
        keybinding.make("a.b.c", signer=test_signer("holder"), aud=AUD, nonce=NONCE, iat=NOW)


def test_extra_members_never_replace_ours():
    compact = keybinding.make(
        CARD,
        signer=test_signer("holder"),
        aud=AUD,
        nonce=NONCE,
        iat=NOW,
        extra={"nonce": "x", "rights_jkt": JKT},
    )
    assert verify(compact, rights_jkt=JKT).kb["nonce"] == NONCE


@pytest.mark.spec("RFC 9901", "7.3", "no key binding, no presentation")
def test_without_a_key_binding():
    refused(CARD, "kb.missing", NotAllowed)


@pytest.mark.spec("RFC 9901", "7.3", "typ is kb+jwt")
@pytest.mark.parametrize("typ", ["dc+sd-jwt", "JWT", "openid4vci-proof+jwt", "dpop+jwt", "kb+JWT"])
def test_types(typ):
    refused(bound(CARD, typ=typ), "jose.typ", NotTrusted)


@pytest.mark.spec("RFC 9901", "7.3", "the key of cnf, and no other")
def test_another_key():
    refused(bound(CARD, signer="mallory"), "jose.signature", NotTrusted)
    refused(bound(CARD, signer="issuer"), "jose.signature", NotTrusted)


@pytest.mark.spec("RFC 9901", "7.3", "never an algorithm of the sender's choice")
@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"crit": ["x"]},
        {"b64": False},
        {"jku": "https://evil.example"},
        {"typ": None},
    ],
)
def test_headers(changes):
    start, kb = bound(CARD).rsplit("~", 1)
    refused(f"{start}~{with_header(kb, **changes)}", f"jose.{next(iter(changes))}", NotTrusted)


@pytest.mark.spec("OpenID4VP 1.0", "14.1.2", "aud is our full client_id, as a string")
@pytest.mark.parametrize(
    ("aud", "code"),
    [
        ("x509_hash:other", "kb.aud"), (AUD.split(":")[1], "kb.aud"), (AUD + "/", "kb.aud"),
        ([AUD], "json.member"), (None, "json.member"), (1, "json.member"),
    ],
)  # fmt: skip
def test_audiences(aud, code):
    refused(bound(CARD, aud=aud), code)


@pytest.mark.spec("OpenID4VP 1.0", "14.1", "the nonce is that of our request")
@pytest.mark.parametrize(
    ("nonce", "code"),
    [("x", "kb.nonce"), ("", "kb.nonce"), (None, "json.member"), (1, "json.member")],
)
def test_nonces(nonce, code):
    refused(bound(CARD, nonce=nonce), code)


@pytest.mark.spec("RFC 9901", "7.3", "made just now")
def test_times():
    for iat in (NOW - 300, NOW, NOW + 60, NOW + 0.5):
        assert verify(bound(CARD, iat=iat))
    refused(bound(CARD, iat=NOW - 301), "kb.iat_old", NotValidNow)
    refused(bound(CARD, iat=NOW + 61), "kb.iat_ahead", NotValidNow)
    refused(bound(CARD, iat=NOW - 11), "kb.iat_old", NotValidNow, max_age=10)
    for iat in (None, True, str(NOW), 1e300):
        refused(bound(CARD, iat=iat), "json.member", Malformed)


@pytest.mark.spec("RFC 9901", "4.3.1", "the holder signs exactly these disclosures")
class TestSdHash:
    def test_another_hash(self):
        refused(bound(CARD, sd_hash="x"), "kb.sd_hash", NotTrusted)
        refused(bound(CARD, sd_hash=base64url.sha256(CARD[:-1])), "kb.sd_hash", NotTrusted)
        refused(bound(CARD, sd_hash=None), "json.member", Malformed)

    def test_a_disclosure_added(self):
        shown = present(CARD, ("municipality",))
        start, kb = shown.rsplit("~", 1)
        extra = opened(CARD).select([("resident_since",)]).disclosures[0].raw
        refused(f"{start}~{extra}~{kb}", "kb.sd_hash", NotTrusted)

    def test_a_disclosure_removed(self):
        parts = present(CARD, ("municipality",), ("resident_since",)).split("~")
        refused("~".join([parts[0], *parts[2:]]), "kb.sd_hash", NotTrusted)

    def test_disclosures_reordered(self):
        jws, one, two, kb = present(CARD, ("municipality",), ("resident_since",)).split("~")
        refused(f"{jws}~{two}~{one}~{kb}", "kb.sd_hash", NotTrusted)

    def test_a_key_binding_of_another_copy(self):
        start, _ = present(CARD).rsplit("~", 1)
        _, kb = present(card({"municipality": "Westhove"})).rsplit("~", 1)
        refused(f"{start}~{kb}", "kb.sd_hash", NotTrusted)


@pytest.mark.spec("Regie formats", "4", "every key binding names the rights key of its response")
def test_rights_keys():
    with_key = bound(CARD, rights_jkt=JKT)
    assert verify(with_key, rights_jkt=JKT)
    assert verify(with_key, rights_jkt=keybinding.ANY)
    assert verify(bound(CARD), rights_jkt=keybinding.ANY)
    refused(with_key, "kb.rights_jkt", NotAllowed)
    refused(with_key, "kb.rights_jkt", NotAllowed, rights_jkt="x")
    refused(bound(CARD), "kb.rights_jkt", NotAllowed, rights_jkt=JKT)
    refused(bound(CARD, rights_jkt=[JKT]), "kb.rights_jkt", NotAllowed, rights_jkt=JKT)


@pytest.mark.spec("OpenID4VP 1.0", "B.3.3.1", "transaction data nobody asked for is refused")
def test_transaction_data():
    refused(bound(CARD, transaction_data_hashes=["x"]), "kb.transaction_data", NotAllowed)


@pytest.mark.spec("OpenID4VP 1.0", "8.6", "the card is of a type that was asked for")
def test_types_of_card():
    refused(bound(CARD), "card.vct", NotAllowed, vct_values=[vct_of("huishouden")])
    refused(bound(CARD), "card.vct", NotAllowed, vct_values=[])
    assert verify(bound(CARD), vct_values=[vct_of("huishouden"), VCT])


def test_the_card_itself_must_hold():
    expired = card(exp=NOW)
    refused(bound(expired), "card.expired", NotValidNow)
    refused(bound(card(signer="other")), "trust.fake", NotTrusted)
    forged = sdjwt.issue(
        {**opened(CARD).payload},
        signer=test_signer("mallory"),
        x5c=[b"issuer"],
        typ=TYP_CARD,
        entropy=bytes,
    )
    refused(bound(forged), "jose.signature", NotTrusted)


def test_refusals_that_cost_nothing_come_first():
    trust = FakeTrust()
    for compact in (
        bound(CARD, aud="x"),
        bound(CARD, nonce="x"),
        bound(CARD, sd_hash="x"),
        bound(CARD, iat=1),
    ):
        with pytest.raises(CredentialError):
            verify(compact, trust=trust)
    assert trust.asked == []


@pytest.mark.parametrize("payload", [b'{"aud":"a","aud":"b"}', b"[]", b"x", b'{"iat":NaN}'])
def test_payloads_that_are_no_object(payload):
    with pytest.raises(Malformed):
        verify(bound(CARD, payload))


def test_nothing_personal_in_a_repr():
    assert CLAIMS["municipality"] not in repr(verify(present(CARD, ("municipality",))))


@given(st.data())
def test_a_presentation_with_one_changed_character_is_refused(data):
    compact = present(CARD, ("municipality",))
    at = data.draw(st.integers(0, len(compact) - 1))
    with pytest.raises(CredentialError):
        verify(flipped(compact, at))


@given(
    st.lists(
        st.sampled_from(
            [("municipality",), ("address",), ("address", "postal_code"), ("resident_since",)]
        )
    )
)
def test_what_is_verified_is_what_was_chosen(paths):
    chosen = opened(CARD).select(paths)
    assert dict(verify(present(CARD, *paths)).disclosed) == chosen.by_path


def test_a_key_binding_may_not_be_of_any_size():
    refused(bound(CARD, extra="x" * keybinding.MAX_KB), "jose.size", Malformed)
