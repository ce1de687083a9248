"""Token Status List: the encodings of the specification, all 2^20 positions of them."""

import zlib

import pytest
from support.vectors import read_json

from credential import jose, sdjwt, statuslist
from credential.names import TYP_STATUS_LIST
from credential.statuslist import StatusList

SMALL = read_json("token-status-list/small_examples.json")
LARGE = read_json("token-status-list/test_vectors_2pow20.json")
TOKENS = read_json("token-status-list/token_examples.json")


def opened(bits, lst):
    return StatusList("https://example.com/statuslists/1", 0, 1, None, bits, statuslist.decode(lst))


@pytest.mark.spec("Token Status List", "4.1", "the small examples")
@pytest.mark.parametrize("example", SMALL, ids=lambda one: f"{one['bits']} bits")
def test_small(example):
    octets = statuslist.decode(example["lst_base64url"])
    assert octets.hex() == example["byte_array_hex"]
    assert octets == zlib.decompress(bytes.fromhex(example["zlib_hex"]))
    found = opened(example["bits"], example["lst_base64url"])
    assert [found.get(n) for n in range(example["entries"])] == example["statuses"]
    # Another compressor, other bytes: what they hold is the same.
    assert statuslist.decode(statuslist.encode(octets)) == octets


@pytest.mark.spec("Token Status List", "A", "the lists of 2^20 entries")
@pytest.mark.parametrize("example", LARGE, ids=lambda one: f"{one['bits']} bits")
def test_large(example):
    found = opened(example["bits"], example["lst_base64url"])
    assert len(found) == example["size"] == 1 << 20
    expected = {int(index): value for index, value in example["statuses"].items()}
    assert all(found.get(index) == value for index, value in expected.items())
    # Every other entry is zero: as many bits are set as these values have.
    assert sum(octet.bit_count() for octet in found.octets) == sum(
        value.bit_count() for value in expected.values()
    )


@pytest.mark.spec("Token Status List", "5.1", "the status list token of the specification")
def test_token():
    example = TOKENS["status_list_jwt"]
    key = jose.key_from_jwk(example["public_key"])
    found = jose.verify(jose.parse(example["compact"], typ=TYP_STATUS_LIST), key)
    # The raw token still has an `iss` that the decoded one lacks: more claims are legal.
    assert example["payload"].items() <= found.payload.items()
    listed = found.payload["status_list"]
    assert opened(listed["bits"], listed["lst"]).get(0) == 1


@pytest.mark.spec("Token Status List", "6.2", "the referenced token of the specification")
def test_referenced_token():
    example = TOKENS["referenced_token_sd_jwt"]
    unverified = sdjwt.parse(example["compact"], typ="example+sd-jwt")
    assert sdjwt.process(unverified).dangerous_payload == example["processed_payload"]
    found = statuslist.reference(example["processed_payload"])
    listed = example["processed_payload"]["status"]["status_list"]
    assert (found.uri, found.idx) == (listed["uri"], listed["idx"])


@pytest.mark.spec("Token Status List", "9", "an aggregation names status list addresses")
def test_aggregation():
    uris = TOKENS["aggregation_example"]["status_lists"]
    assert len({statuslist.mirror_path(uri) for uri in uris}) == len(uris)
