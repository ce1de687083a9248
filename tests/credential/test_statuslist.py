import time
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cards import LIST, NOW, FakeTrust
from support.keys import test_signer

from credential import base64url, jose, statuslist
from credential.errors import (
    CredentialError,
    Malformed,
    NotAllowed,
    NotTrusted,
    NotValidNow,
    Undetermined,
)
from credential.names import TYP_STATUS_LIST
from credential.statuslist import StatusReference

HOUR = 3600
DAY = 24 * HOUR
BITS = bytes([0b10111001, 0b10100011])  # 1,0,0,1,1,1,0,1 1,1,0,0,0,1,0,1
TRUST = FakeTrust()


def token(*, signer="status", x5c=None, typ=TYP_STATUS_LIST, **changes):
    payload = {
        "sub": LIST, "iat": NOW, "exp": NOW + 7 * DAY, "ttl": 12 * HOUR,
        "status_list": {"bits": 1, "lst": statuslist.encode(BITS)}, **changes,
    }  # fmt: skip
    payload = {name: value for name, value in payload.items() if value is not None}
    header = jose.x5c_header([(x5c or signer).encode()])
    return jose.sign(payload, typ=typ, signer=test_signer(signer), header=header)


def open_(compact, *, uri=LIST, now=NOW, trust=TRUST, issuer=None):
    return statuslist.open_token(
        compact, uri=uri, issuer=issuer or trust.issuer, trust=trust, now=now
    )


def refused(code, cause=CredentialError, compact=None, now=NOW, uri=LIST, **changes):
    with pytest.raises(cause) as caught:
        open_(compact or token(**changes), now=now, uri=uri)
    assert caught.value.code == code


def lst(octets, wbits=15):
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return base64url.encode(packer.compress(octets) + packer.flush())


def test_round_trip():
    made = statuslist.build_token(
        LIST,
        BITS,
        iat=NOW,
        exp=NOW + 7 * DAY,
        ttl=12 * HOUR,
        signer=test_signer("status"),
        x5c=[b"status"],
    )
    found = open_(made)
    assert (found.uri, found.iat, found.exp, found.ttl, found.bits) == (
        LIST,
        NOW,
        NOW + 7 * DAY,
        12 * HOUR,
        1,
    )
    assert len(found) == 16
    assert [found.get(n) for n in range(16)] == [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]


@pytest.mark.spec("Token Status List", "4.1", "the example of the specification")
def test_the_example_of_the_specification():
    assert statuslist.decode("eNrbuRgAAhcBXQ") == BITS
    assert open_(token(status_list={"bits": 1, "lst": "eNrbuRgAAhcBXQ"})).get(3) == 1


@pytest.mark.spec(
    "Token Status List", "4.1", "two, four and eight bits count from the least significant one"
)
@pytest.mark.parametrize(("bits", "values"), [(2, [1, 2, 0, 3]), (4, [0xA, 0x3]), (8, [0xFE])])
def test_more_bits(bits, values):
    octet = sum(value << n * bits for n, value in enumerate(values))
    found = open_(token(status_list={"bits": bits, "lst": lst(bytes([octet]))}))
    assert [found.get(n) for n in range(len(found))] == values


@pytest.mark.spec("Token Status List", "8.3", "an index outside the list is refused")
@pytest.mark.parametrize("idx", [16, 17, 1 << 40, -1, -16])
def test_out_of_range(idx):
    with pytest.raises(NotAllowed, match=r"status.out_of_range"):
        open_(token()).get(idx)


@pytest.mark.spec("Regie formats", "7", "the address lies under the issuer's own prefix")
def test_prefix():
    for uri in (
        "https://localhost:8441/0518/status/1",
        "https://localhost:8441/0599/status",
        "",
        "https://evil.example/",
    ):
        refused("status.prefix", NotTrusted, uri=uri, compact=token(sub=uri))


def test_an_issuer_without_a_prefix_has_no_lists():
    trust = FakeTrust()
    trust.issuer.status_prefix = ""
    with pytest.raises(NotTrusted, match=r"status.prefix"):
        open_(token(), trust=trust)


@pytest.mark.spec("Token Status List", "8.3", "sub is the address it was found for")
def test_sub():
    refused("status.sub", NotTrusted, sub=LIST + "2")
    refused("status.sub", NotTrusted, sub=LIST.upper())
    refused("json.member", Malformed, sub=None)


@pytest.mark.spec("Token Status List", "8.3", "not from the future, not past exp")
def test_times():
    assert open_(token(), now=NOW - 60)
    assert open_(token(), now=NOW + 7 * DAY - 1)
    refused("status.not_yet_valid", NotValidNow, now=NOW - 61)
    refused("status.expired", NotValidNow, now=NOW + 7 * DAY)
    for name in ("iat", "exp"):
        for value in (None, True, "x"):
            refused("json.member", Malformed, **{name: value})


@pytest.mark.spec("Token Status List", "5.1", "ttl is a positive number")
def test_ttl():
    assert open_(token(ttl=None)).ttl is None
    refused("status.ttl", Malformed, ttl=0)
    refused("status.ttl", Malformed, ttl=-1)
    refused("json.member", Malformed, ttl="1")


@pytest.mark.spec("Token Status List", "5.1", "typ is statuslist+jwt")
@pytest.mark.parametrize("typ", ["dc+sd-jwt", "JWT", "statuslist+cwt"])
def test_typ(typ):
    refused("jose.typ", NotTrusted, typ=typ)


@pytest.mark.spec("Regie formats", "7", "signed by a status signer of this issuer")
def test_who_may_sign():
    refused("trust.fake", NotTrusted, signer="issuer")
    refused("jose.signature", NotTrusted, signer="mallory", x5c="status")


def test_unsigned():
    head, body, _ = token().split(".")
    refused("jose.signature", NotTrusted, compact=f"{head}.{body}.")


@pytest.mark.spec("Token Status List", "4.2", "bits is 1, 2, 4 or 8")
@pytest.mark.parametrize(
    ("bits", "code"),
    [
        (0, "status.bits"),
        (3, "status.bits"),
        (16, "status.bits"),
        (True, "json.member"),
        ("1", "json.member"),
        (None, "json.member"),
    ],
)
def test_bits(bits, code):
    refused(code, Malformed, status_list={"bits": bits, "lst": lst(BITS)})


@pytest.mark.spec(
    "Token Status List", "4.1", "DEFLATE in its zlib form, whole, with nothing behind it"
)
@pytest.mark.parametrize(
    "encoded",
    [
        lst(BITS, -15), lst(BITS, 31), base64url.encode(zlib.compress(BITS)[:-2]), base64url.encode(b""), base64url.encode(BITS),
        base64url.encode(zlib.compress(BITS) + b"\x00"), base64url.encode(zlib.compress(BITS) * 2),
    ],
    ids=["raw", "gzip", "cut off", "empty", "not compressed", "more", "twice"],
)  # fmt: skip
def test_other_compressions(encoded):
    refused("status.deflate", Malformed, status_list={"bits": 1, "lst": encoded})


def test_other_encodings():
    refused("base64url.alphabet", Malformed, status_list={"bits": 1, "lst": lst(BITS) + "=="})
    refused("json.member", Malformed, status_list={"bits": 1})
    refused("json.member", Malformed, status_list=None)


@pytest.mark.spec("Token Status List", "11", "inflation is bounded")
def test_bomb():
    bomb = lst(bytes(statuslist.MAX_INFLATED + 1))
    started = time.monotonic()
    refused("status.too_large", Malformed, status_list={"bits": 1, "lst": bomb})
    assert time.monotonic() - started < 5
    assert len(statuslist.decode(lst(bytes(statuslist.MAX_INFLATED)))) == statuslist.MAX_INFLATED


@pytest.mark.spec("Regie formats", "7", "never older than the newest list seen")
def test_rollback():
    found = open_(token())
    statuslist.require_not_older(found, NOW)
    with pytest.raises(NotValidNow, match=r"status.rollback"):
        statuslist.require_not_older(found, NOW + 1)


class TestCheck:
    REFERENCE = StatusReference(LIST, 1)  # 0: valid

    def refused(self, code, cause, reference=REFERENCE, lst_=..., now=NOW, max_age=DAY):
        found = open_(token()) if lst_ is ... else lst_
        with pytest.raises(cause) as caught:
            statuslist.check(reference, found, now=now, max_age=max_age)
        assert caught.value.code == code

    def test_valid(self):
        statuslist.check(self.REFERENCE, open_(token()), now=NOW, max_age=DAY)

    @pytest.mark.spec("Token Status List", "7.1", "1 is revoked")
    def test_revoked(self):
        self.refused("status.revoked", NotAllowed, StatusReference(LIST, 0))

    @pytest.mark.spec("Token Status List", "7.1", "whatever is not valid is not accepted")
    def test_other_values(self):
        found = open_(token(status_list={"bits": 2, "lst": lst(bytes([0b11_10_01_00]))}))
        statuslist.check(StatusReference(LIST, 0), found, now=NOW, max_age=DAY)
        for idx, code in (
            (1, "status.revoked"),
            (2, "status.suspended"),
            (3, "status.unknown_value"),
        ):
            self.refused(code, NotAllowed, StatusReference(LIST, idx), found)

    @pytest.mark.spec("Regie formats", "7", "a list that is not at hand decides nothing")
    def test_missing(self):
        self.refused("status.missing", Undetermined, lst_=None)
        self.refused("status.missing", Undetermined, StatusReference(LIST + "2", 0))

    @pytest.mark.spec("Regie formats", "7", "a list that is too old decides nothing")
    def test_stale(self):
        statuslist.check(self.REFERENCE, open_(token()), now=NOW + DAY, max_age=DAY)
        self.refused("status.stale", Undetermined, now=NOW + DAY + 1)
        statuslist.check(self.REFERENCE, open_(token()), now=NOW + DAY + 1, max_age=3 * DAY)
        self.refused("status.stale", Undetermined, now=NOW + 7 * DAY, max_age=30 * DAY)

    def test_out_of_range(self):
        self.refused("status.out_of_range", NotAllowed, StatusReference(LIST, 16))

    def test_no_index_in_a_repr(self):
        assert "status/1" not in repr(self.REFERENCE) + repr(open_(token()))


@pytest.mark.spec("Regie formats", "7", "where a mirror keeps a list")
def test_mirror_path():
    assert statuslist.mirror_path(LIST) == f"status/{base64url.sha256(LIST)}.jwt"


@given(st.binary(min_size=1, max_size=64))
def test_encoding_round_trip(octets):
    assert statuslist.decode(statuslist.encode(octets)) == octets


@given(st.text(alphabet="eNrbuRgAAhcBXQ_-=", max_size=40))
def test_garbage_raises_only_our_errors(encoded):
    with suppress(CredentialError):
        statuslist.decode(encoded)
