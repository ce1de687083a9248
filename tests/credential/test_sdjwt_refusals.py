"""Every reason RFC 9901, 7.1 gives to refuse an SD-JWT, and the ones it leaves to us."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.keys import test_key
from support.rawsdjwt import TYP, digest, disclosure, element, flipped, signed

from credential import base64url, sdjwt
from credential.errors import CredentialError, Malformed, NotTrusted

KEY = test_key("issuer").public_key()


def verify(compact):
    return sdjwt.verify(sdjwt.parse(compact, typ=TYP), KEY)


def refused(compact, code, cause=Malformed):
    with pytest.raises(cause) as caught:
        verify(compact)
    assert caught.value.code == code


def test_a_payload_with_everything():
    inner = disclosure("s", "inner", 1)
    outer = disclosure("s", "outer", {"_sd": [digest(inner)]})
    item = disclosure("s", {"_sd": []})
    made = verify(
        signed(
            {"_sd_alg": "sha-256", "_sd": [digest(outer)], "l": [element(item), 5], "e": {}},
            outer,
            inner,
            item,
        )
    )
    assert made.payload == {"outer": {"inner": 1}, "l": [{}, 5], "e": {}}


@pytest.mark.spec("RFC 9901", "7.1.4", "the same disclosure twice is refused")
def test_duplicate_disclosures():
    one = disclosure("s", "a", 1)
    refused(signed({"_sd": [digest(one)]}, one, one), "sdjwt.duplicate_disclosure")


@pytest.mark.spec("RFC 9901", "7.1.4", "a digest met twice is refused, wherever it stands")
@pytest.mark.parametrize("disclosed", [True, False], ids=["disclosed", "withheld"])
@pytest.mark.parametrize(
    "payload",
    [
        lambda one: {"_sd": [digest(one), digest(one)]},
        lambda one: {"_sd": [digest(one)], "o": {"_sd": [digest(one)]}},
        lambda one: {"_sd": [digest(one)], "l": [element(one)]},
        lambda one: {"l": [element(one), element(one)]},
    ],
    ids=["one object", "two objects", "object and array", "one array"],
)
def test_duplicate_digests(payload, disclosed):
    one = disclosure("s", "a", 1)
    compact = signed(payload(one), *([one] if disclosed else []))
    with pytest.raises(Malformed) as caught:
        verify(compact)
    assert caught.value.code in {"sdjwt.duplicate_digest", "sdjwt.element_length"}
    if not disclosed:
        assert caught.value.code == "sdjwt.duplicate_digest"


@pytest.mark.spec("RFC 9901", "7.1.4", "a digest that a disclosure repeats is refused")
def test_a_duplicate_digest_inside_a_disclosure():
    one = disclosure("s", "a", 1)
    outer = disclosure("s", "o", {"_sd": [digest(one)]})
    refused(signed({"_sd": [digest(one), digest(outer)]}, outer, one), "sdjwt.duplicate_digest")


@pytest.mark.spec("RFC 9901", "7.1.5", "a disclosure that belongs nowhere is refused")
def test_orphans():
    one, two = disclosure("s", "a", 1), disclosure("s", "b", 2)
    refused(signed({"_sd": [digest(one)]}, one, two), "sdjwt.orphan_disclosure")
    refused(signed({}, one), "sdjwt.orphan_disclosure")


@pytest.mark.spec("RFC 9901", "7.2", "a part comes with what it lies in")
def test_a_child_without_its_parent():
    inner = disclosure("s", "inner", 1)
    outer = disclosure("s", "outer", {"_sd": [digest(inner)]})
    refused(signed({"_sd": [digest(outer)]}, inner), "sdjwt.orphan_disclosure")


@pytest.mark.spec("RFC 9901", "7.1.3", "a disclosed name that is already there is refused")
def test_name_clashes():
    one, again = disclosure("s", "a", 1), disclosure("t", "a", 2)
    refused(signed({"a": 0, "_sd": [digest(one)]}, one), "sdjwt.name_clash")
    refused(signed({"_sd": [digest(one), digest(again)]}, one, again), "sdjwt.name_clash")
    refused(signed({"o": {"a": None, "_sd": [digest(one)]}}, one), "sdjwt.name_clash")


def test_the_same_name_at_two_levels():
    one, two = disclosure("s", "a", 1), disclosure("t", "a", 2)
    assert verify(
        signed({"_sd": [digest(one)], "o": {"_sd": [digest(two)]}}, one, two)
    ).payload == {"a": 1, "o": {"a": 2}}


@pytest.mark.spec("RFC 9901", "7.1.3", "a disclosure never brings a reserved name")
@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_reserved_names_in_disclosures(name):
    one = disclosure("s", name, [])
    refused(signed({"_sd": [digest(one)]}, one), "sdjwt.reserved_name")
    outer = disclosure("s", "o", {"_sd": [digest(one)]})
    refused(signed({"_sd": [digest(outer)]}, outer, one), "sdjwt.reserved_name")


@pytest.mark.spec("RFC 9901", "4.1", "three dots are no claim name")
def test_dots_as_a_name():
    refused(signed({"...": "x"}), "sdjwt.reserved_name")
    refused(signed({"o": {"...": "x"}}), "sdjwt.reserved_name")
    one = disclosure("s", "a", {"b": {"...": digest("x")}})
    refused(signed({"_sd": [digest(one)]}, one), "sdjwt.reserved_name")


@pytest.mark.spec("RFC 9901", "4.1.1", "_sd_alg stands at the top and names SHA-256")
@pytest.mark.parametrize("value", ["sha-1", "SHA-256", "sha-512", "md5", "", 1, None, ["sha-256"]])
def test_hash_algorithms(value):
    refused(signed({"_sd_alg": value}), "sdjwt.sd_alg")


@pytest.mark.spec("RFC 9901", "4.1.1", "_sd_alg below the top is refused")
def test_a_nested_hash_algorithm():
    refused(signed({"o": {"_sd_alg": "sha-256"}}), "sdjwt.reserved_name")
    one = disclosure("s", "a", {"_sd_alg": "sha-256"})
    refused(signed({"_sd": [digest(one)]}, one), "sdjwt.reserved_name")


@pytest.mark.spec("RFC 9901", "7.1.3", "a member's disclosure has three elements")
@pytest.mark.parametrize("content", [[], ["s"], ["s", "a"], ["s", "a", 1, 2]])
def test_members_of_another_length(content):
    one = disclosure(*content)
    refused(signed({"_sd": [digest(one)]}, one), "sdjwt.property_length")


@pytest.mark.spec("RFC 9901", "7.1.3", "an element's disclosure has two elements")
@pytest.mark.parametrize("content", [[], ["s"], ["s", "a", 1]])
def test_elements_of_another_length(content):
    one = disclosure(*content)
    refused(signed({"l": [element(one)]}, one), "sdjwt.element_length")


@pytest.mark.spec("RFC 9901", "4.2.1", "salt and name are strings")
def test_salt_and_name():
    for name in (1, None, ["a"], {}):
        one = disclosure("s", name, 1)
        refused(signed({"_sd": [digest(one)]}, one), "sdjwt.name_not_a_string")
    for salt in (1, None, ["s"]):
        one = disclosure(salt, "a", 1)
        refused(signed({"_sd": [digest(one)]}, one), "sdjwt.salt")
        one = disclosure(salt, 1)
        refused(signed({"l": [element(one)]}, one), "sdjwt.salt")


@pytest.mark.spec("RFC 9901", "4.2", "a disclosure is an array in JSON in base64url")
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (base64url.encode(b'{"s":1}'), "sdjwt.disclosure"),
        (base64url.encode(b'"s"'), "sdjwt.disclosure"),
        (base64url.encode(b'["s","a",1'), "json.syntax"),
        (base64url.encode(b'["s","a",NaN]'), "json.not_a_number"),
        (base64url.encode(b'["s","a",{"b":1,"b":2}]'), "json.duplicate"),
        (base64url.encode(b'["s","a","\\ud800"]'), "json.surrogate"),
        (base64url.encode(b'\xef\xbb\xbf["s","a",1]'), "json.bom"),
        (base64url.encode(b'["s","\xff",1]'), "json.utf8"),
        (disclosure("s", "a", 12) + "=", "base64url.alphabet"),
        ("ab.A", "base64url.alphabet"),
        ("", "json.syntax"),
    ],
)
def test_disclosures_of_another_form(raw, code):
    refused(signed({"_sd": [digest(raw)]}, raw), code)


def test_a_disclosure_that_is_too_deep():
    one = disclosure("s", "a", json.loads("[" * 30 + "]" * 30))
    refused(signed({"_sd": [digest(one)]}, one), "json.depth")


@pytest.mark.spec("RFC 9901", "4.2.4.1", "_sd is an array of strings")
@pytest.mark.parametrize("value", ["x", 1, None, {}, True])
def test_sd_of_another_type(value):
    refused(signed({"_sd": value}), "sdjwt.sd_not_an_array")
    refused(signed({"o": {"_sd": value}}), "sdjwt.sd_not_an_array")


@pytest.mark.spec("RFC 9901", "4.2.4.1", "a digest is a string")
@pytest.mark.parametrize("value", [1, None, True, ["x"], {"x": 1}])
def test_digests_that_are_no_strings(value):
    refused(signed({"_sd": [value]}), "sdjwt.digest_not_a_string")
    refused(signed({"_sd": ["x", value]}), "sdjwt.digest_not_a_string")
    refused(signed({"l": [{"...": value}]}), "sdjwt.digest_not_a_string")


@pytest.mark.spec("RFC 9901", "4.2.4.2", "a placeholder has no other member")
def test_a_placeholder_with_company():
    one = disclosure("s", 1)
    refused(signed({"l": [{**element(one), "x": 1}]}, one), "sdjwt.placeholder")
    refused(signed({"l": [{**element(one), "_sd": []}]}, one), "sdjwt.placeholder")


@pytest.mark.spec("RFC 9901", "7.1.3", "what nobody discloses disappears without a trace")
def test_withheld_parts():
    payload = {"_sd": ["x", "y"], "l": [{"...": "z"}, 1, {"...": "w"}], "o": {"_sd": ["v"]}}
    assert verify(signed(payload)).payload == {"l": [1], "o": {}}


def test_disclosures_nested_beyond_reason():
    parts, inner = [], disclosure("s", "a", 0)
    for _ in range(40):
        parts.append(inner)
        inner = disclosure("s", "a", {"_sd": [digest(inner)]})
    refused(signed({"_sd": [digest(inner)]}, inner, *parts), "sdjwt.nesting")


def test_too_many_disclosures():
    refused(
        signed({}, *(disclosure("s", str(n), n) for n in range(513))), "sdjwt.too_many_disclosures"
    )


def test_size():
    with pytest.raises(Malformed, match=r"sdjwt.size"):
        sdjwt.parse("a" * 131_073, typ=TYP)


@pytest.mark.spec("RFC 9901", "4", "there is always a tilde")
@pytest.mark.parametrize("compact", ["", "a.b.c", signed({})[:-1]])
def test_without_a_tilde(compact):
    with pytest.raises(Malformed, match=r"sdjwt.no_tilde"):
        sdjwt.parse(compact, typ=TYP)


@pytest.mark.parametrize("compact", ["~", "~~", "é~", "a.b.c~é~"])
def test_other_shapes(compact):
    with pytest.raises(Malformed):
        sdjwt.parse(compact, typ=TYP)


@pytest.mark.spec("RFC 9901", "7.1.2", "the issuer's signature covers everything visible")
def test_the_signature():
    one = disclosure("s", "a", 1)
    compact = signed({"_sd": [digest(one)]}, one)
    refused(flipped(compact, compact.index("~") - 40), "jose.signature", NotTrusted)
    with pytest.raises(NotTrusted, match=r"jose.signature"):
        sdjwt.verify(sdjwt.parse(compact, typ=TYP), test_key("other").public_key())


@pytest.mark.spec("RFC 9901", "7.1.3", "a disclosure of one changed character belongs nowhere")
def test_a_changed_disclosure():
    one = disclosure("salt", "given_name", "Jan")
    compact = signed({"_sd": [digest(one)]}, one)
    for at in range(compact.index("~") + 1, len(compact) - 2):
        refused(flipped(compact, at), "sdjwt.orphan_disclosure")


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5) | st.just("digest"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["a", "_sd", "...", "_sd_alg", "o"]), inner, max_size=3
            )
        ),
        max_leaves=15,
    ),
    st.lists(st.lists(st.sampled_from(["s", "a", "_sd", "...", 1, None]), max_size=4), max_size=3),
)
@settings(max_examples=200)
def test_hostile_issuers_meet_only_our_errors(payload, contents):
    parts = [disclosure(*content) for content in contents]

    def fill(value):
        if value == "digest" and parts:
            return digest(parts[0])
        if isinstance(value, list):
            return [fill(element) for element in value]
        if isinstance(value, dict):
            return {name: fill(member) for name, member in value.items()}
        return value

    with suppress(CredentialError):
        verify(signed({"o": fill(payload), "_sd": [digest(part) for part in parts[1:]]}, *parts))


@given(st.text(alphabet="eyJ0Q_-=.~é", max_size=60))
def test_garbage_raises_only_our_errors(compact):
    with suppress(CredentialError):
        verify(compact)
