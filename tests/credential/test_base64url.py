import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import base64url
from credential.errors import CredentialError, Malformed


def refused(encoded, code, decode=base64url.decode, **limits):
    with pytest.raises(Malformed) as caught:
        decode(encoded, **limits)
    assert caught.value.code == code


@given(st.binary())
def test_round_trip(data):
    encoded = base64url.encode(data)
    assert encoded == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    assert base64url.decode(encoded) == data
    assert base64url.decode(encoded.encode()) == data


@given(st.binary())
def test_round_trip_padded(data):
    encoded = base64url.encode_padded(data)
    assert encoded == base64.b64encode(data).decode()
    assert base64url.decode_padded(encoded) == data


@given(st.text(alphabet="AQgw-_+/= \n\x00é"))
def test_one_encoding_for_each_byte_string(encoded):
    try:
        data = base64url.decode(encoded)
    except CredentialError:
        return
    assert base64url.encode(data) == encoded


@given(st.text(alphabet="AQgw-_+/= \n\x00é"))
def test_one_padded_encoding_for_each_byte_string(encoded):
    try:
        data = base64url.decode_padded(encoded)
    except CredentialError:
        return
    assert base64url.encode_padded(data) == encoded


@pytest.mark.spec("RFC 7515", "2", "no padding, blanks or other alphabet in base64url")
@pytest.mark.parametrize(
    "encoded", ["QQ==", "Zm8=", "Z m8", "Zm8\n", "Zm+v", "Zm/v", "Zmé8", "Zm8.", "Zg8\x00", "===="]
)
def test_foreign_characters(encoded):
    refused(encoded, "base64url.alphabet")


def test_impossible_length():
    refused("ZmZmZ", "base64url.length")


@pytest.mark.spec("RFC 4648", "3.5", "spare bits are zero")
@pytest.mark.parametrize("encoded", ["QR", "Zm9", "__", "Zm9v_-9"])
def test_spare_bits(encoded):
    refused(encoded, "base64url.spare_bits")


def test_size():
    assert base64url.decode("AAAA", max_bytes=3) == bytes(3)
    refused("AAAAAA", "base64url.size", max_bytes=3)
    refused("AAAAAAAA", "base64.size", base64url.decode_padded, max_bytes=3)


@pytest.mark.spec("RFC 7515", "4.1.6", "x5c is ordinary base64 with its padding")
@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        ("QQ", "base64.padding"), ("QQ=", "base64.padding"), ("QQ===", "base64.padding"),
        ("QUE==", "base64.padding"), ("QUFB====", "base64.padding"), ("====", "base64.padding"),
        ("QR==", "base64url.spare_bits"), ("Zm-v", "base64url.alphabet"), ("Zm8\n", "base64url.alphabet"),
        ("Q=Q=", "base64url.alphabet"), ("Zmé8", "base64url.alphabet"), ("Q===", "base64url.length"),
    ],
)  # fmt: skip
def test_padded(encoded, code):
    refused(encoded, code, base64url.decode_padded)


def test_sha256():
    assert base64url.sha256("") == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
    assert base64url.sha256(b"abc") == base64url.sha256("abc")
