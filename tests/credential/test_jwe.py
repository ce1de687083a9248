"""JWE: both directions with other libraries, and every refusal of RFC 7516 and RFC 7518, 4.6."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe as joserfc_jwe
from joserfc.jwk import ECKey
from jwcrypto import jwe as jwcrypto_jwe
from jwcrypto import jwk as jwcrypto_jwk
from support.keys import test_key as key_of

from credential import base64url, jose, jwe, strictjson
from credential.errors import CredentialError, Malformed, NotAllowed, NotTrusted

KEY = key_of("jwe recipient")
JWK = jose.public_jwk(KEY.public_key())
PLAIN = b'{"vp_token":{"p":["eyJ..."]}}'


def private_jwk():
    number = KEY.private_numbers().private_value
    return {**JWK, "d": base64url.encode(number.to_bytes(32, "big"))}


def decrypt(token, **changes):
    members = {"key": KEY, "kid": "k1", "enc_allowed": jwe.ENC_VALUES, **changes}
    return jwe.decrypt(token, **members)


def encrypt(payload=PLAIN, enc="A256GCM", kid="k1"):
    return jwe.encrypt(payload, recipient=JWK, enc=enc, kid=kid)


def with_header(change, token=None):
    """A token whose header was changed; the tag no longer holds, but refusals come before it."""
    first, *rest = (token or encrypt()).split(".")
    header = strictjson.loads_object(base64url.decode(first))
    change(header)
    return ".".join([base64url.encode(json.dumps(header).encode()), *rest])


def with_part(index, part):
    parts = encrypt().split(".")
    parts[index] = part
    return ".".join(parts)


def refused(token, **changes):
    with pytest.raises(CredentialError) as fault:
        decrypt(token, **changes)
    return fault.value.code


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "ECDH-ES with A128GCM and A256GCM")
@pytest.mark.parametrize("enc", jwe.ENC_VALUES)
def test_round_trip(enc):
    token = encrypt(enc=enc)
    assert decrypt(token) == PLAIN
    assert jwe.peek_kid(token) == "k1"
    header = strictjson.loads_object(base64url.decode(token.split(".")[0]))
    assert header["alg"] == "ECDH-ES"
    assert set(header) == {"alg", "enc", "epk", "kid"}
    assert token.split(".")[1] == ""


@pytest.mark.spec("RFC 7518", "4.6", "a fresh ephemeral key and IV each time")
def test_nothing_repeats():
    one, other = encrypt().split("."), encrypt().split(".")
    assert one[0] != other[0]
    assert one[2] != other[2]


@pytest.mark.interop
@pytest.mark.spec("OpenID4VP 1.0", "8.3", "joserfc reads ours")
@pytest.mark.parametrize("enc", jwe.ENC_VALUES)
def test_joserfc_reads_ours(enc):
    registry = joserfc_jwe.JWERegistry(algorithms=["ECDH-ES", enc])
    opened = joserfc_jwe.decrypt_compact(
        encrypt(enc=enc), ECKey.import_key(private_jwk()), registry=registry
    )
    assert opened.plaintext == PLAIN


@pytest.mark.interop
@pytest.mark.spec("OpenID4VP 1.0", "8.3", "jwcrypto reads ours")
@pytest.mark.parametrize("enc", jwe.ENC_VALUES)
def test_jwcrypto_reads_ours(enc):
    opened = jwcrypto_jwe.JWE(algs=["ECDH-ES", enc])
    opened.deserialize(encrypt(enc=enc), jwcrypto_jwk.JWK(**private_jwk()))
    assert opened.payload == PLAIN


def party(**info):
    return {name: base64url.encode(value) for name, value in info.items()}


@pytest.mark.interop
@pytest.mark.spec("RFC 7518", "4.6.1", "apu and apv are honoured, present and absent")
@pytest.mark.parametrize("enc", jwe.ENC_VALUES)
@pytest.mark.parametrize(
    "info", [{}, {"apu": b"Alice"}, {"apv": b"Bob"}, {"apu": b"\x00\xff" * 99, "apv": b"nonce"}]
)
def test_we_read_joserfc_and_jwcrypto(enc, info):
    header = {"alg": "ECDH-ES", "enc": enc, "kid": "k1", **party(**info)}
    registry = joserfc_jwe.JWERegistry(algorithms=["ECDH-ES", enc])
    token = joserfc_jwe.encrypt_compact(
        {**header}, PLAIN, ECKey.import_key({**JWK}), registry=registry
    )
    assert decrypt(token) == PLAIN
    other = jwcrypto_jwe.JWE(PLAIN, json.dumps(header), algs=["ECDH-ES", enc])
    other.add_recipient(jwcrypto_jwk.JWK(**JWK))
    assert decrypt(other.serialize(compact=True)) == PLAIN


@pytest.mark.spec("RFC 7518", "4.6", "another algorithm")
@pytest.mark.parametrize("alg", ["ECDH-ES+A128KW", "RSA-OAEP", "dir", "none", "", None, 1])
def test_wrong_alg(alg):
    assert refused(with_header(lambda h: h.update(alg=alg))) == "jwe.alg"


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "an `enc` that was not offered")
@pytest.mark.parametrize("enc", ["A128CBC-HS256", "A192GCM", "", None, 1, ["A128GCM"]])
def test_unknown_enc(enc):
    assert refused(with_header(lambda h: h.update(enc=enc))) == "jwe.enc"


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "an `enc` we know but did not offer")
def test_enc_not_offered():
    assert refused(encrypt(enc="A128GCM"), enc_allowed=("A256GCM",)) == "jwe.enc"
    assert refused(encrypt(), enc_allowed=()) == "jwe.enc"


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "no `kid`, or that of another request")
def test_kid():
    assert refused(encrypt(kid=None)) == "jwe.kid"
    assert refused(encrypt(kid="k2")) == "jwe.kid"
    assert refused(with_header(lambda h: h.update(kid=1))) == "jwe.kid"
    with pytest.raises(NotAllowed, match=r"jwe\.kid"):
        jwe.peek_kid(encrypt(kid=None))


@pytest.mark.spec("RFC 7518", "4.6.1.1", "`epk` off the curve: the invalid curve attack")
def test_epk_off_the_curve():
    assert refused(with_header(lambda h: h["epk"].update(y=h["epk"]["x"]))) == "jwe.epk"
    zero = base64url.encode(bytes(32))
    assert refused(with_header(lambda h: h["epk"].update(x=zero, y=zero))) == "jwe.epk"


@pytest.mark.spec("RFC 7518", "4.6.1.1", "`epk` missing, malformed, or on another curve")
@pytest.mark.parametrize(
    "change",
    [
        lambda h: h.pop("epk"),
        lambda h: h.update(epk="x"),
        lambda h: h["epk"].update(crv="P-384"),
        lambda h: h["epk"].update(kty="OKP"),
        lambda h: h["epk"].pop("y"),
        lambda h: h["epk"].update(x=h["epk"]["x"] + "="),
        lambda h: h["epk"].update(x=base64url.encode(bytes(31))),
    ],
    ids=["missing", "text", "P-384", "OKP", "no y", "padded", "short"],
)
def test_malformed_epk(change):
    assert refused(with_header(change)) == "jwe.epk"


@pytest.mark.spec("RFC 7518", "4.6.1.1", "a private part in `epk`")
def test_private_epk():
    assert refused(with_header(lambda h: h["epk"].update(d="AAAA"))) == "jwe.epk"


@pytest.mark.spec("RFC 7518", "4.6", "a second part that is not empty")
def test_encrypted_key_present():
    assert refused(with_part(1, "AAAA")) == "jwe.encrypted_key"


@pytest.mark.spec("RFC 7516", "4.1.3", "compression nobody negotiated")
def test_zip():
    assert refused(with_header(lambda h: h.update(zip="DEF"))) == "jwe.zip"


@pytest.mark.spec("RFC 7516", "4.1.13", "critical members")
def test_crit():
    assert refused(with_header(lambda h: h.update(crit=["exp"], exp=1))) == "jwe.crit"


@pytest.mark.spec("RFC 7516", "7.1", "too large, before anything is decoded")
def test_oversize():
    assert refused(encrypt(b"x" * 2000), max_bytes=2000) == "jwe.size"
    with pytest.raises(Malformed, match=r"jwe\.size"):
        jwe.peek_kid(encrypt(), max_bytes=10)
    assert refused(with_header(lambda h: h.update(pad="x" * 4096))) == "base64url.size"


@pytest.mark.spec("RFC 7516", "7.1", "five parts")
@pytest.mark.parametrize("token", ["", "a", "a.b.c", "....", "a.b.c.d.e.f", "é.b.c.d.e"])
def test_shape(token):
    with pytest.raises(Malformed):
        decrypt(token)


@pytest.mark.spec("RFC 7518", "5.3", "IV of 96 bits, tag of 128 bits")
def test_iv_and_tag():
    assert refused(with_part(2, base64url.encode(bytes(16)))) == "jwe.iv_or_tag"
    assert refused(with_part(4, base64url.encode(bytes(12)))) == "jwe.iv_or_tag"


@pytest.mark.spec("RFC 7516", "5.2", "any change is noticed")
@pytest.mark.parametrize("index", [2, 3, 4])
def test_changed_bytes(index):
    part = bytearray(base64url.decode(encrypt().split(".")[index]))
    part[0] ^= 1
    with pytest.raises(NotTrusted, match=r"jwe\.tag"):
        decrypt(with_part(index, base64url.encode(bytes(part))))


@pytest.mark.spec("RFC 7516", "5.1", "the header is authenticated")
def test_changed_header():
    assert refused(with_header(lambda h: h.update(cty="json"))) == "jwe.tag"
    assert refused(with_header(lambda h: h.update(apu="QWxpY2U"))) == "jwe.tag"


def test_another_key():
    assert refused(encrypt(), key=key_of("somebody else")) == "jwe.tag"


@pytest.mark.spec("RFC 7518", "4.6.1", "malformed party information")
@pytest.mark.parametrize("value", [1, None, "a=", "é", base64url.encode(bytes(1025))])
def test_party_information(value):
    with pytest.raises(Malformed):
        decrypt(with_header(lambda h: h.update(apu=value)))


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "keys we cannot encrypt to")
def test_recipient():
    with pytest.raises(NotAllowed, match=r"jwe\.enc"):
        encrypt(enc="A128CBC-HS256")
    with pytest.raises(NotAllowed, match=r"jwe\.alg"):
        jwe.encrypt(PLAIN, recipient={**JWK, "alg": "RSA-OAEP"}, enc="A128GCM", kid=None)
    with pytest.raises(Malformed, match=r"jose\.jwk"):
        jwe.encrypt(PLAIN, recipient=private_jwk(), enc="A128GCM", kid=None)
    named = {**JWK, "alg": "ECDH-ES", "use": "enc", "kid": "k1"}
    assert decrypt(jwe.encrypt(PLAIN, recipient=named, enc="A128GCM", kid="k1")) == PLAIN


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{0,40}(\.[A-Za-z0-9_-]{0,40}){4}"))
def test_garbage_raises_only_our_errors(token):
    with pytest.raises(CredentialError):
        decrypt(token)


@given(st.binary(max_size=300), st.sampled_from(jwe.ENC_VALUES))
def test_every_payload_survives(payload, enc):
    assert decrypt(encrypt(payload, enc)) == payload


def test_shared_secret_is_32_bytes():
    assert len(KEY.exchange(ec.ECDH(), key_of("x").public_key())) == 32
