"""RFC 7518 appendix C: the key two sides agree on, with and without party information."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from support.vectors import read_json

from credential import base64url, jose, jwe

VECTORS = read_json("jose-oauth/vectors.json")
APPENDIX_C = VECTORS["ecdh_es_rfc7518_appendix_c"]


def _private(jwk):
    number = int.from_bytes(base64url.decode(jwk["d"]), "big")
    return ec.derive_private_key(number, ec.SECP256R1())


def _public(jwk):
    return jose.key_from_jwk({name: jwk[name] for name in ("kty", "crv", "x", "y")})


@pytest.mark.spec("RFC 7518", "C", "the shared secret, from either side")
def test_shared_secret():
    ours, theirs = APPENDIX_C["recipient_private_jwk"], APPENDIX_C["ephemeral_private_jwk"]
    z = _private(ours).exchange(ec.ECDH(), _public(theirs))
    assert z == _private(theirs).exchange(ec.ECDH(), _public(ours))
    assert z.hex() == APPENDIX_C["shared_secret_z_hex"]


@pytest.mark.spec("RFC 7518", "4.6.2", "Concat KDF with apu and apv")
def test_derived_key_with_party_information():
    z = bytes.fromhex(APPENDIX_C["shared_secret_z_hex"])
    apu, apv = (base64url.decode(APPENDIX_C[name]) for name in ("apu", "apv"))
    key = jwe.derive(z, APPENDIX_C["enc"], apu=apu, apv=apv)
    assert base64url.encode(key) == APPENDIX_C["derived_key_base64url"]


@pytest.mark.spec("RFC 7518", "4.6.2", "absent apu and apv have length zero")
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_derived_key_without_party_information(enc):
    z = bytes.fromhex(APPENDIX_C["shared_secret_z_hex"])
    expected = VECTORS["ecdh_es_same_z_no_apu_apv"][f"{enc}_key_base64url"]
    assert base64url.encode(jwe.derive(z, enc)) == expected
