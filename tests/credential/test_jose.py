import json
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from support.keys import test_key, test_signer
from support.rawsdjwt import flipped, with_header

from credential import base64url, jose, names
from credential.errors import CredentialError, Malformed, NotTrusted

TYP = names.TYP_KEY_BINDING
TOKEN = jose.sign({"nonce": "n"}, typ=TYP, signer=test_signer("issuer"))
KEY = test_key("issuer").public_key()
ALL_TYPES = sorted({value for name, value in vars(names).items() if name.startswith("TYP_")})


def refused(token, code, cause=CredentialError, typ=TYP):
    with pytest.raises(cause) as caught:
        jose.verify(jose.parse(token, typ=typ), KEY)
    assert caught.value.code == code


def test_round_trip():
    verified = jose.verify(jose.parse(TOKEN, typ=TYP), KEY)
    assert verified.payload == {"nonce": "n"}
    assert verified.header == {"alg": "ES256", "typ": TYP}
    assert verified.raw == TOKEN


@pytest.mark.spec("RFC 7518", "3.4", "an ES256 signature is r and s, 64 bytes")
def test_the_signature_is_raw():
    assert len(base64url.decode(TOKEN.split(".")[2])) == 64


@pytest.mark.spec("RFC 8725", "3.1", "only the algorithm we chose; never none, never a MAC")
@pytest.mark.parametrize(
    "alg", ["none", "NONE", "HS256", "ES384", "RS256", "es256", "", None, ["ES256"]]
)
def test_algorithms(alg):
    refused(with_header(TOKEN, alg=alg), "jose.alg", NotTrusted)


def test_alg_none_without_signature():
    head = base64url.encode(json.dumps({"alg": "none", "typ": TYP}).encode())
    refused(f"{head}.{TOKEN.split('.')[1]}.", "jose.alg", NotTrusted)


@pytest.mark.spec("RFC 8725", "3.11", "every message is taken for its own type only")
@pytest.mark.parametrize("wanted", ALL_TYPES)
def test_types_are_not_swapped(wanted):
    for typ in ALL_TYPES:
        token = jose.sign({}, typ=typ, signer=test_signer("issuer"))
        if typ == wanted:
            assert jose.verify(jose.parse(token, typ=wanted), KEY).payload == {}
        else:
            refused(token, "jose.typ", NotTrusted, typ=wanted)


@pytest.mark.parametrize("typ", ["KB+JWT", "application/kb+jwt", "JWT", None, 1, ["kb+jwt"]])
def test_types_are_compared_exactly(typ):
    refused(with_header(TOKEN, typ=typ), "jose.typ", NotTrusted)


def test_one_of_several_types():
    assert jose.parse(TOKEN, typ=frozenset({"a", TYP})).header["typ"] == TYP
    with pytest.raises(NotTrusted):
        jose.parse(TOKEN, typ=frozenset({"a", "b"}))


@pytest.mark.spec("RFC 7515", "4.1.11", "an extension we do not know is refused: we know none")
@pytest.mark.parametrize("crit", [["exp"], [], ["b64"]])
def test_crit(crit):
    refused(with_header(TOKEN, crit=crit), "jose.crit", NotTrusted)


@pytest.mark.spec("RFC 7797", "6", "an unencoded payload is refused")
@pytest.mark.parametrize("b64", [False, True])
def test_b64(b64):
    refused(with_header(TOKEN, b64=b64), "jose.b64", NotTrusted)


@pytest.mark.spec("RFC 9901", "7.3", "a key named by address is never fetched")
@pytest.mark.parametrize("name", ["jku", "x5u"])
def test_keys_by_reference(name):
    refused(with_header(TOKEN, **{name: "https://evil.example/"}), f"jose.{name}", NotTrusted)


@pytest.mark.spec("RFC 7515", "5.2", "any change breaks the signature")
def test_every_part_is_signed():
    head, _, signature = TOKEN.split(".")
    other = jose.sign({"nonce": "m"}, typ=TYP, signer=test_signer("issuer")).split(".")[1]
    refused(f"{head}.{other}.{signature}", "jose.signature", NotTrusted)
    refused(flipped(TOKEN, len(TOKEN) - 40), "jose.signature", NotTrusted)


def test_another_key():
    with pytest.raises(NotTrusted, match=r"jose.signature"):
        jose.verify(jose.parse(TOKEN, typ=TYP), test_key("other").public_key())


def test_a_key_on_another_curve():
    with pytest.raises(NotTrusted, match=r"jose.curve"):
        jose.verify(
            jose.parse(TOKEN, typ=TYP), ec.generate_private_key(ec.SECP384R1()).public_key()
        )


@pytest.mark.parametrize("signature", [b"", b"0" * 63, b"0" * 65, b"0" * 96])
def test_signatures_of_another_length(signature):
    start = TOKEN.rsplit(".", 1)[0]
    refused(f"{start}.{base64url.encode(signature)}", "jose.signature", NotTrusted)


@pytest.mark.parametrize("signature", [bytes(64), b"\xff" * 64])
def test_signatures_out_of_range(signature):
    start = TOKEN.rsplit(".", 1)[0]
    refused(f"{start}.{base64url.encode(signature)}", "jose.signature", NotTrusted)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b", f"{TOKEN}.", f".{TOKEN}", "é.é.é", TOKEN.replace(".", "~")]
)
def test_shapes(token):
    with pytest.raises(Malformed):
        jose.parse(token, typ=TYP)


def test_padding_inside_a_token():
    head, body, signature = TOKEN.split(".")
    for token in (f"{head}=.{body}.{signature}", f"{head}.{body}=.{signature}", f"{TOKEN}="):
        with pytest.raises(CredentialError):
            jose.verify(jose.parse(token, typ=TYP), KEY)


def test_size():
    with pytest.raises(Malformed, match=r"jose.size"):
        jose.parse(TOKEN, typ=TYP, max_bytes=len(TOKEN) - 1)


@pytest.mark.spec("RFC 7515", "4", "header names are unique")
def test_duplicate_names_in_the_header():
    head = base64url.encode(b'{"alg":"none","alg":"ES256","typ":"kb+jwt"}')
    refused(f"{head}.{TOKEN.split('.', 1)[1]}", "json.duplicate", Malformed)


@pytest.mark.spec("RFC 7519", "4", "claim names are unique")
def test_duplicate_names_in_the_payload():
    token = jose.sign(b'{"aud":"a","aud":"b"}', typ=TYP, signer=test_signer("issuer"))
    refused(token, "json.duplicate", Malformed)


@pytest.mark.parametrize("payload", [b"[]", b"1", b"", b"\xef\xbb\xbf{}", b'{"a":NaN}'])
def test_payloads_that_are_no_object(payload):
    with pytest.raises(Malformed):
        jose.verify(
            jose.parse(jose.sign(payload, typ=TYP, signer=test_signer("issuer")), typ=TYP), KEY
        )


def test_a_header_of_ours_is_never_overruled():
    token = jose.sign(
        {}, typ=TYP, signer=test_signer("issuer"), header={"alg": "none", "typ": "x", "kid": "k"}
    )
    assert jose.parse(token, typ=TYP).header == {"alg": "ES256", "typ": TYP, "kid": "k"}


class TestX5c:
    def test_round_trip(self):
        token = jose.sign(
            {}, typ=TYP, signer=test_signer("issuer"), header=jose.x5c_header([b"leaf", b"ca"])
        )
        assert jose.parse(token, typ=TYP).x5c() == (b"leaf", b"ca")

    @pytest.mark.parametrize(
        "x5c", [None, [], "QQ==", ["QQ"], [1], ["QQ=="] * 5, [["QQ=="]], {"0": "QQ=="}]
    )
    def test_other_shapes(self, x5c):
        with pytest.raises(Malformed):
            jose.parse(with_header(TOKEN, x5c=x5c), typ=TYP).x5c()


class TestJwk:
    JWK = jose.public_jwk(KEY)

    def test_round_trip(self):
        assert jose.key_from_jwk(self.JWK) == KEY
        assert jose.key_from_jwk({**self.JWK, "kid": "1", "use": "sig"}) == KEY

    def test_in_a_header(self):
        token = jose.sign({}, typ=TYP, signer=test_signer("issuer"), header={"jwk": self.JWK})
        parsed = jose.parse(token, typ=TYP)
        assert jose.verify(parsed, parsed.jwk()).payload == {}
        with pytest.raises(Malformed):
            jose.parse(TOKEN, typ=TYP).jwk()

    @pytest.mark.spec("RFC 7517", "9.2", "a private key that travels is refused")
    @pytest.mark.parametrize("name", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
    def test_private_members(self, name):
        with pytest.raises(Malformed, match=r"jose.jwk_private"):
            jose.key_from_jwk({**self.JWK, name: "AA"})

    @pytest.mark.parametrize(
        "change",
        [
            {"kty": "OKP"}, {"kty": None}, {"crv": "P-384"}, {"crv": "secp256k1"}, {"x": None}, {"y": 1},
            {"x": "AA"}, {"x": JWK["x"] + "="}, {"x": base64url.encode(bytes(33))}, {"y": JWK["x"]},
            {"x": base64url.encode(bytes(32)), "y": base64url.encode(bytes(32))},
        ],
    )  # fmt: skip
    def test_what_is_no_p256_key(self, change):
        with pytest.raises(Malformed):
            jose.key_from_jwk({**self.JWK, **change})

    @pytest.mark.parametrize("value", [None, [], "x", 1, True])
    def test_what_is_no_object(self, value):
        with pytest.raises(Malformed):
            jose.key_from_jwk(value)

    @pytest.mark.spec("RFC 7638", "3", "the thumbprint covers only the required members")
    def test_thumbprint(self):
        assert jose.thumbprint(KEY) == jose.thumbprint({**self.JWK, "kid": "x", "use": "sig"})
        assert len(base64url.decode(jose.thumbprint(KEY))) == 32


class TestPem:
    def test_round_trip(self):
        key = jose.generate_key()
        assert (
            jose.private_key_from_pem(jose.private_key_to_pem(key)).public_key() == key.public_key()
        )

    def test_with_a_passphrase(self):
        pem = jose.private_key_to_pem(test_key("issuer"), b"geheim")
        assert b"ENCRYPTED" in pem
        assert jose.private_key_from_pem(pem, b"geheim").public_key() == KEY
        for wrong in (b"anders", None):
            with pytest.raises(Malformed, match=r"key.pem"):
                jose.private_key_from_pem(pem, wrong)

    def test_what_is_no_p256_key(self):
        from cryptography.hazmat.primitives import serialization as s

        with pytest.raises(Malformed, match=r"key.pem"):
            jose.private_key_from_pem(b"geen sleutel")
        for key in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())):
            pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
            with pytest.raises(Malformed, match=r"key.not_p256"):
                jose.private_key_from_pem(pem)


def test_nothing_personal_in_a_repr():
    token = jose.sign({"name": "Zwartkruis"}, typ=TYP, signer=test_signer("issuer"))
    unverified = jose.parse(token, typ=TYP)
    verified = jose.verify(unverified, KEY)
    assert "Zwart" not in repr(unverified) + repr(verified)


@given(st.text() | st.lists(st.text(alphabet="eyJ0Q_-=.~"), min_size=3, max_size=3).map(".".join))
def test_garbage_raises_only_our_errors(token):
    with suppress(CredentialError):
        jose.verify(jose.parse(token, typ=TYP), KEY)


class Fixed:
    """A private key that answers with one signature."""

    def __init__(self, r, s):
        self.der = encode_dss_signature(r, s)

    def sign(self, *_):
        return self.der


@pytest.mark.spec("RFC 7518", "3.4", "r and s keep their leading zeros, and DER drops them")
@pytest.mark.parametrize("r", [1, 0x7F, 0x80, 1 << 247, 1 << 248, (1 << 255) - 1, (1 << 256) - 1])
@pytest.mark.parametrize("s", [1, 0x80, 1 << 240, (1 << 256) - 1])
def test_both_forms_of_a_signature(r, s):
    raw = jose.KeySigner(Fixed(r, s)).sign(b"")
    assert raw == r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert jose._to_der(raw) == encode_dss_signature(r, s)


@pytest.mark.parametrize("half", [bytes(64), bytes(32) + b"\x01" * 32, b"\x01" * 32 + bytes(32)])
def test_a_signature_of_nothing(half):
    head = TOKEN.rpartition(".")[0]
    refused(f"{head}.{base64url.encode(half)}", "jose.signature", NotTrusted)


def test_a_kept_header_is_judged_by_whoever_asks():
    kept = jose.HeaderCache()
    once, again = (jose.parse(TOKEN, typ=TYP, headers=kept).header for _ in range(2))
    assert once is again
    with pytest.raises(NotTrusted, match=r"jose\.typ"):
        jose.parse(TOKEN, typ=names.TYP_PROOF, headers=kept)


def test_a_header_with_a_key_is_not_kept():
    header = {"jwk": jose.public_jwk(KEY)}
    token = jose.sign({}, typ=TYP, signer=test_signer("issuer"), header=header)
    kept = jose.HeaderCache()
    jose.parse(token, typ=TYP, headers=kept)
    assert kept.size == 0


def test_kept_headers_are_bounded():
    kept = jose.HeaderCache()
    for n in range(jose._KEPT_HEADERS + 2):
        token = jose.sign({}, typ=TYP, signer=test_signer("issuer"), header={"kid": str(n)})
        jose.parse(token, typ=TYP, headers=kept)
    assert 0 < kept.size <= jose._KEPT_HEADERS
