import json

import pytest
from support.cards import counter, opened
from support.keys import test_key, test_signer

from credential import base64url, jose, sdjwt
from credential.errors import CredentialError, Malformed, NotAllowed
from credential.sdjwt import Decoys, Disclosable

KEY = test_key("issuer").public_key()


def issue(payload, *, typ="example+sd-jwt", entropy=None, decoys=0):
    return sdjwt.issue(
        payload,
        signer=test_signer("issuer"),
        x5c=[b"leaf"],
        typ=typ,
        entropy=entropy or counter(),
        decoys=decoys,
    )


def read(compact, typ="example+sd-jwt"):
    return sdjwt.verify(sdjwt.parse(compact, typ=typ), KEY)


def visible(compact):
    return jose.parse(compact.split("~")[0], typ="example+sd-jwt").dangerous_payload()


def test_what_is_marked_is_hidden_and_comes_back():
    compact = issue({"a": 1, "b": Disclosable("x"), "c": {"d": Disclosable([1, 2])}})
    assert "b" not in visible(compact)
    assert "d" not in visible(compact)["c"]
    assert read(compact).payload == {"a": 1, "b": "x", "c": {"d": [1, 2]}}


@pytest.mark.spec("RFC 9901", "4", "the SD-JWT ends in a tilde, also without disclosures")
def test_without_anything_hidden():
    compact = issue({"a": 1})
    assert compact.count("~") == 1
    assert compact.endswith("~")
    assert visible(compact) == {"a": 1}
    assert read(compact).payload == {"a": 1}


@pytest.mark.spec("RFC 9901", "4.2.1", "a disclosure of a member is salt, name and value")
@pytest.mark.spec("RFC 9901", "4.2.2", "a disclosure of an element is salt and value")
def test_disclosures():
    compact = issue({"n": Disclosable("x"), "l": ["v", Disclosable("w")]})
    contents = [json.loads(base64url.decode(raw)) for raw in compact.split("~")[1:-1]]
    assert [content[1:] for content in contents] == [["n", "x"], ["w"]]
    assert visible(compact)["l"][0] == "v"
    assert visible(compact)["l"][1].keys() == {"..."}


@pytest.mark.spec("RFC 9901", "4.2.3", "the digest covers the characters of the disclosure")
def test_digests():
    compact = issue({"n": Disclosable("é")})
    assert visible(compact)["_sd"] == [base64url.sha256(compact.split("~")[1])]
    assert visible(compact)["_sd_alg"] == "sha-256"


@pytest.mark.spec(
    "RFC 9901", "9.3", "each disclosure has its own salt of at least 128 bits, drawn at once"
)
def test_salts():
    calls = []

    def entropy(length):
        calls.append(length)
        return counter()(length)

    compact = issue(
        {"a": Disclosable("x"), "l": [Disclosable({"b": Disclosable("x")})], "d": Decoys({}, 2)},
        entropy=entropy,
    )
    assert calls == [5 * 18]
    salts = [json.loads(base64url.decode(raw))[0] for raw in compact.split("~")[1:-1]]
    assert len(set(salts)) == 3
    assert {len(base64url.decode(salt)) for salt in salts} == {18}


@pytest.mark.parametrize("given", [b"", bytes(35), bytes(37)], ids=len)
def test_entropy_that_comes_short(given):
    with pytest.raises(ValueError, match="entropy"):
        issue({"a": Disclosable(1), "b": Disclosable(2)}, entropy=lambda _: given)


@pytest.mark.spec("RFC 9901", "4.2.4.1", "the order of digests tells nothing")
def test_digests_are_sorted():
    digests = visible(issue({f"c{n}": Disclosable(n) for n in range(12)}, decoys=3))["_sd"]
    assert len(digests) == 15
    assert digests == sorted(digests)


@pytest.mark.spec("RFC 9901", "4.2.5", "a decoy is not to be told from a digest")
def test_decoys():
    compact = issue(
        {"a": Disclosable(1), "o": Disclosable(Decoys({"b": Disclosable(2)}, 4))}, decoys=2
    )
    assert len(visible(compact)["_sd"]) == 4
    assert {len(digest) for digest in visible(compact)["_sd"]} == {43}
    assert read(compact).payload == {"a": 1, "o": {"b": 2}}
    nested = json.loads(base64url.decode(compact.split("~")[3]))
    assert len(nested[2]["_sd"]) == 5


@pytest.mark.spec("RFC 9901", "4.2.5", "elements that are not there are not to be told either")
@pytest.mark.parametrize("values", [[], ["x"], ["x", {"b": Disclosable(1)}]])
def test_decoys_in_an_array(values):
    padded = Decoys([Disclosable(value) for value in values], 4 - len(values))
    compact = issue({"open": padded, "hidden": Disclosable(padded)})
    elements = visible(compact)["open"]
    assert [set(element) for element in elements] == [{"..."}] * 4
    assert len({element["..."] for element in elements}) == 4
    assert {len(element["..."]) for element in elements} == {43}
    plain = [{"b": 1} if isinstance(value, dict) else value for value in values]
    assert read(compact).payload == {"open": plain, "hidden": plain}
    issued_jwt, *disclosures, _ = compact.split("~")
    only = sdjwt.parse(f"{issued_jwt}~{disclosures[-1]}~", typ="example+sd-jwt")
    assert sdjwt.verify(only, KEY).payload == {"open": [], "hidden": []}


@pytest.mark.spec("RFC 9901", "4.2.6", "what is nested is hidden innermost first")
def test_recursive():
    compact = issue({"a": Disclosable({"b": Disclosable({"c": Disclosable("deep")})})})
    verified = read(compact)
    assert verified.payload == {"a": {"b": {"c": "deep"}}}
    assert [part.path for part in verified.disclosures] == [("a", "b", "c"), ("a", "b"), ("a",)]
    assert [part.parent for part in verified.disclosures] == [1, 2, None]


def test_the_chain_stands_in_the_protected_header():
    assert jose.parse(issue({}).split("~")[0], typ="example+sd-jwt").x5c() == (b"leaf",)


@pytest.mark.spec("RFC 9901", "4.1", "reserved names are never claim names")
@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
@pytest.mark.parametrize(
    "place",
    [
        lambda name: {name: []},
        lambda name: {name: Disclosable("x")},
        lambda name: {"o": {name: 1}},
        lambda name: {"o": Disclosable([{name: 1}])},
    ],
    ids=["top", "hidden", "nested", "hidden element"],
)
def test_reserved_names(name, place):
    with pytest.raises(NotAllowed, match=r"sdjwt.reserved_name"):
        issue(place(name))


@pytest.mark.spec("RFC 9901", "9.7", "what a verifier relies on is never hidden")
@pytest.mark.parametrize("name", ["iss", "nbf", "exp", "cnf", "aud"])
def test_never_disclosable(name):
    for value in (Disclosable("x"), {"jwk": Disclosable("x")}, Decoys({}, 1)):
        with pytest.raises(NotAllowed, match=r"sdjwt.never_disclosable"):
            issue({name: value})


def test_single_audiences_may_be_hidden():
    assert read(issue({"aud": ["a", Disclosable("b")]})).payload == {"aud": ["a", "b"]}


@pytest.mark.spec("SD-JWT VC", "2.2.2.2", "a card never hides its type, status or binding")
@pytest.mark.parametrize(
    "name", ["vct", "vct#integrity", "aka_vcts", "status", "iss", "nbf", "exp", "cnf"]
)
def test_never_disclosable_in_a_card(name):
    for value in (Disclosable("x"), {"jwk": Disclosable("x")}, [Disclosable("x")]):
        with pytest.raises(NotAllowed, match=r"sdjwt.never_disclosable"):
            issue({name: value}, typ="dc+sd-jwt")


def test_a_mark_in_a_mark():
    with pytest.raises(NotAllowed, match=r"sdjwt.not_a_claim"):
        issue({"a": Disclosable(Disclosable("x"))})


@pytest.mark.parametrize("value", [b"x", {1}, object()], ids=["bytes", "set", "object"])
def test_what_is_no_json(value):
    for payload in ({"a": value}, {"a": Disclosable(value)}, {"a": [Disclosable(value)]}):
        with pytest.raises(CredentialError):
            issue(payload)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800"], ids=["nan", "inf", "surrogate"]
)
def test_what_json_cannot_say(value):
    for payload in ({"a": value}, {"a": Disclosable(value)}):
        with pytest.raises(Malformed, match=r"json.unwritable"):
            issue(payload)


def test_nothing_personal_in_a_repr():
    verified = opened(issue({"name": Disclosable("Zwartkruis")}, typ="dc+sd-jwt"))
    shown = repr(Disclosable("Zwartkruis")) + repr(Decoys({"a": "Zwartkruis"}, 1)) + repr(verified)
    shown += repr(verified.disclosures) + repr(verified.select([("name",)]))
    shown += repr(sdjwt.parse(verified.compact, typ="dc+sd-jwt"))
    assert "Zwart" not in shown
