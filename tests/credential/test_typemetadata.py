"""Type metadata: names for people, inheritance, integrity, and what a holder checks."""

import base64
import hashlib
import json

import pytest
from support.scheme import shared

from credential import rendering, typemetadata
from credential.errors import Malformed, NotTrusted
from credential.names import KINDS, vct_of

DOCUMENT = "SD-JWT VC"


def parse(**members):
    return typemetadata.parse(json.dumps({"vct": "urn:a:1", **members}).encode())


def claim(*path, **members):
    return {"path": list(path), **members}


def label(text, locale="nl"):
    return {"display": [{"locale": locale, "label": text}]}


def test_every_kind_has_names_and_labels_in_two_languages():
    types = shared().trust.types
    for kind in KINDS:
        found = types[vct_of(kind)]
        assert found.name("nl") != vct_of(kind)
        assert found.description("nl")
        assert found.description("en")
        assert found.names.keys() == {"nl", "en"}
        for one in found.claims:
            assert one.labels.keys() == {"nl", "en"}, one.path


def test_no_kind_knows_a_bsn():
    for found in shared().trust.types.values():
        for one in found.claims:
            names = [part for part in one.path if isinstance(part, str)]
            assert not any("bsn" in part or "burgerservice" in part for part in names)


def test_labels_are_found_by_concrete_path_too():
    found = shared().trust.types[vct_of("woongeschiedenis")]
    assert found.label(("stays", 3, "municipality"), "nl") == "Gemeente"
    assert found.label(("stays", None, "municipality"), "en") == "Municipality"
    assert found.label(("stays", True, "municipality"), "nl") is None
    assert found.label(("onbekend",), "nl") is None


def test_a_missing_language_shows_another():
    found = parse(
        display=[{"locale": "en-GB", "name": "Card"}],
        claims=[claim("x", **label("Naam", "nl-NL"))],
    )
    assert found.name("nl") == "Card"
    assert found.label(("x",), "en") == "Naam"
    assert parse().name("nl") == "urn:a:1"


@pytest.mark.spec(DOCUMENT, "12", "no control characters reach the terminal")
def test_texts_are_stripped_of_what_a_terminal_obeys():
    found = parse(
        display=[{"locale": "nl", "name": "Kaart\u001b[2J\u202e"}],
        claims=[claim("x", **label("Naam\u0007\nregel"))],
    )
    assert found.name("nl") == "Kaart"
    assert found.label(("x",), "nl") == "Naam regel"


@pytest.mark.spec(DOCUMENT, "6.2", "unknown members are ignored")
def test_unknown_members_are_ignored():
    assert parse(onbekend=1, schema={}, claims=[claim("x", iets=1)]).claims[0].path == ("x",)


@pytest.mark.parametrize(
    "members",
    [
        {"vct": 1},
        {"display": {}},
        {"display": ["x"]},
        {"display": [{"name": "x"}]},
        {"display": [{"locale": "nl"}]},
        {"claims": {}},
        {"claims": ["x"]},
        {"claims": [{}]},
        {"claims": [{"path": []}]},
        {"claims": [{"path": [-1]}]},
        {"claims": [{"path": [True]}]},
        {"claims": [{"path": [1.0]}]},
        {"claims": [claim("x", sd="soms")]},
        {"claims": [claim("x", mandatory="ja")]},
        {"claims": [claim("x", svg_id="1x")]},
        {"claims": [claim("x", svg_id="a"), claim("y", svg_id="a")]},
        {"claims": [claim("x"), claim("x")]},
        {"claims": [claim("x", display=[{"locale": "nl"}])]},
        {"extends": 1},
        {"extends": ""},
        {"vct": ""},
        {"vct": "x" * 501},
        {"claims": [claim(str(number)) for number in range(257)]},
        {"display": [{"locale": "nl", "name": "x"}] * 33},
    ],
)
def test_wrong_shapes_are_malformed(members):
    with pytest.raises(Malformed):
        parse(**members)


def load(documents):
    return lambda vct: json.dumps({"vct": vct, **documents[vct]}).encode()


@pytest.mark.spec(DOCUMENT, "6.4", "cycles and depth")
def test_a_cycle_or_too_deep_a_chain_is_refused():
    with pytest.raises(Malformed, match=r"type.extends"):
        typemetadata.resolve("a", load({"a": {"extends": "b"}, "b": {"extends": "a"}}))
    deep = {str(n): {"extends": str(n + 1)} for n in range(8)} | {"8": {}}
    with pytest.raises(Malformed, match=r"type.extends"):
        typemetadata.resolve("0", load(deep))
    assert typemetadata.resolve("1", load(deep)).vct == "1"


def test_the_document_is_about_what_was_asked():
    with pytest.raises(NotTrusted, match=r"type.vct"):
        typemetadata.resolve("a", lambda _: b'{"vct":"b"}')


@pytest.mark.spec(DOCUMENT, "6.4", "a child may only narrow")
def test_a_child_may_only_narrow():
    def resolved(own, inherited):
        return typemetadata.resolve(
            "a",
            load(
                {
                    "a": {"extends": "b", "claims": [claim("x", **own)]},
                    "b": {"claims": [claim("x", **inherited)]},
                }
            ),
        ).claims[0]

    assert resolved({"sd": "never"}, {}).sd == "never"
    assert resolved({"sd": "always", "mandatory": True}, {"sd": "always"}).mandatory
    for own, inherited in (
        ({"sd": "always"}, {"sd": "never"}),
        ({"sd": "allowed"}, {"sd": "always"}),
        ({"mandatory": False}, {"mandatory": True}),
    ):
        with pytest.raises(Malformed, match=r"type.loosened"):
            resolved(own, inherited)


@pytest.mark.spec(DOCUMENT, "6.4", "the child's members win one by one, the others stay")
def test_what_the_child_does_not_say_the_parent_said():
    documents = {
        "a": {"extends": "b", "claims": [claim("x"), claim("y", display=[]), claim("z")]},
        "b": {
            "claims": [
                claim("x", sd="always", mandatory=True, svg_id="ex", **label("Ouder")),
                claim("y", sd="never", **label("Weg")),
            ]
        },
    }
    x, y, z = typemetadata.resolve("a", load(documents)).claims
    assert (x.sd, x.mandatory, x.svg_id, x.label("nl")) == ("always", True, "ex", "Ouder")
    # An array replaces an array, also when it is empty: arrays are never merged.
    assert (y.sd, y.label("nl")) == ("never", None)
    assert (z.sd, z.mandatory) == ("allowed", False)


@pytest.mark.spec(DOCUMENT, "6.4", "an svg_id is unique, also after a merge")
def test_a_merge_never_makes_an_id_ambiguous():
    documents = {
        "a": {"extends": "b", "claims": [claim("x", svg_id="same")]},
        "b": {"claims": [claim("y", svg_id="same")]},
    }
    with pytest.raises(Malformed, match=r"type.claim_repeated"):
        typemetadata.resolve("a", load(documents))


def test_a_resolved_type_knows_what_it_extends():
    documents = {"a": {"extends": "b"}, "b": {"extends": "c"}, "c": {}}
    assert typemetadata.resolve("a", load(documents)).ancestors == ("b", "c")
    assert typemetadata.resolve("c", load(documents)).ancestors == ()


@pytest.mark.spec(DOCUMENT, "6.4", "the child's display replaces the parent's")
def test_the_childs_names_replace_the_parents():
    documents = {
        "a": {"extends": "b", "display": [{"locale": "en", "name": "Child"}]},
        "b": {"display": [{"locale": "nl", "name": "Ouder", "description": "x"}]},
        "c": {"extends": "b"},
        "d": {"extends": "b", "display": []},
    }
    child = typemetadata.resolve("a", load(documents))
    assert (child.name("nl"), child.description("nl")) == ("Child", None)
    assert typemetadata.resolve("c", load(documents)).name("nl") == "Ouder"
    assert typemetadata.resolve("d", load(documents)).name("nl") == "d"


@pytest.mark.spec(DOCUMENT, "7", "integrity by the strongest digest listed")
def test_integrity():
    data = b'{"vct":"a"}'

    def sri(name, of=data):
        return f"{name}-{base64.b64encode(hashlib.new(name, of).digest()).decode()}"

    for good in (
        sri("sha256"),
        sri("sha384"),
        f"{sri('sha256', b'x')} {sri('sha512')}",
        f"{sri('sha512', b'x')} {sri('sha512')}",
        sri("sha256") + "?optie",
    ):
        rendering.check_integrity(data, good)
        assert typemetadata.resolve("a", lambda _: data, integrity=good).vct == "a"
    for wrong in ("", "md5-abc", sri("sha256", b"x"), f"{sri('sha256')} {sri('sha512', b'x')}"):
        with pytest.raises(NotTrusted, match=r"type.integrity"):
            rendering.check_integrity(data, wrong)
