import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cards import counter, hide
from support.keys import test_key, test_signer
from support.rawsdjwt import TYP, digest, disclosure, element, signed

from credential import sdjwt
from credential.errors import NotAllowed
from credential.sdjwt import MISSING, Disclosable

KEY = test_key("issuer").public_key()
NAMES = st.sampled_from(["a", "b", "c", "d"])
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        st.integers(0, 9) | st.text(max_size=3),
        lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def opened(compact):
    return sdjwt.verify(sdjwt.parse(compact, typ=TYP), KEY)


def issued(payload):
    return opened(
        sdjwt.issue(payload, signer=test_signer("issuer"), x5c=[b"x"], typ=TYP, entropy=counter())
    )


def places(value, path=()):
    """Every path in a tree of claims."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, member in items:
        yield (*path, name)
        yield from places(member, (*path, name))


CARD = issued(
    {
        "vct": "v",
        "address": Disclosable(
            {"street": Disclosable("Dorpsstraat"), "code": Disclosable("1234AB")}
        ),
        "name": Disclosable("Jan"),
        "stays": [
            Disclosable({"place": Disclosable("A")}),
            Disclosable({"place": Disclosable("B")}),
        ],
        "open": {"hidden": Disclosable(1), "shown": 2},
    }
)


@pytest.mark.spec("RFC 9901", "7.2", "a chosen part comes with its ancestors and nothing else")
@pytest.mark.parametrize(
    ("paths", "released"),
    [
        ([], set()),
        ([("name",)], {("name",)}),
        ([("address", "code")], {("address",), ("address", "code")}),
        ([("address",)], {("address",), ("address", "code"), ("address", "street")}),
        ([("stays", 1, "place")], {("stays", 1), ("stays", 1, "place")}),
        ([("stays", 0)], {("stays", 0), ("stays", 0, "place")}),
        ([("stays",)], {("stays", 0), ("stays", 0, "place"), ("stays", 1), ("stays", 1, "place")}),
        ([("open",)], {("open", "hidden")}),
        ([("open", "shown"), ("vct",)], set()),
        ([("name",), ("name",)], {("name",)}),
    ],
)
def test_select(paths, released):
    chosen = CARD.select(paths)
    assert {part.path for part in chosen.disclosures} == released
    assert chosen.compact.endswith("~")
    shown = opened(chosen.compact)
    assert {part.path for part in shown.disclosures} == released
    assert chosen.by_path == dict(shown.disclosed())


def test_digests_come_with_those_of_their_ancestors():
    by_path = CARD.select([("address", "code")]).by_path
    (outer,) = by_path["address",]
    assert by_path["address", "code"][0] == outer
    assert len(by_path["address", "code"]) == 2


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("absent",),
        ("address", "absent"),
        ("name", "x"),
        ("stays", 2),
        ("stays", "0"),
        ("stays", None),
        ("address", 0),
        ("stays", True),
        (0,),
    ],
)
def test_what_is_not_there_cannot_be_released(path):
    with pytest.raises(NotAllowed) as caught:
        CARD.select([("name",), path])
    assert caught.value.code == "sdjwt.no_such_claim"


def test_claim():
    assert CARD.claim(("address", "code")) == "1234AB"
    assert CARD.claim(("stays", 1, "place")) == "B"
    assert CARD.claim(("absent",)) is MISSING
    assert not MISSING
    assert repr(MISSING) == "MISSING"


def test_the_whole_is_what_was_issued():
    assert opened(CARD.compact).payload == CARD.payload


@pytest.mark.spec("RFC 9901", "7.1.3", "an index counts the elements as issued, also hidden ones")
def test_indices_count_what_is_hidden():
    one, two, three = (disclosure("s", value) for value in ("a", "b", "c"))
    payload = {"l": [element(one), {"...": "decoy"}, element(two), [element(three), 1]]}
    held = opened(signed(payload, one, two, three))
    assert held.payload == {"l": ["a", "b", ["c", 1]]}
    assert [part.path for part in held.disclosures] == [("l", 0), ("l", 2), ("l", 3, 0)]
    # The holder names places in what is seen; the second element seen stood third.
    assert [part.raw for part in held.select([("l", 1)]).disclosures] == [two]
    assert [part.raw for part in held.select([("l", 2, 0)]).disclosures] == [three]
    shown = opened(held.select([("l", 1)]).compact)
    assert shown.payload == {"l": ["b", [1]]}
    assert shown.disclosed() == ((("l", 2), (digest(two),)),)


@given(TREES)
@settings(max_examples=60)
def test_round_trip(tree):
    assert issued(hide(tree)).payload == tree


@given(TREES, st.data())
@settings(max_examples=60)
def test_exactly_the_chosen_paths_leave(tree, data):
    held = issued(hide(tree))
    every = sorted(places(tree), key=repr)
    chosen = data.draw(st.lists(st.sampled_from(every), max_size=3)) if every else []
    shown = opened(held.select(chosen).compact)

    def related(path):
        return any(path[: len(one)] == one or one[: len(path)] == path for one in chosen)

    assert {part.path for part in shown.disclosures} == {path for path in every if related(path)}


def test_a_holder_opens_their_own_store_without_the_issuer_s_key():
    kept = sdjwt.dangerous_reopen(sdjwt.parse(CARD.compact, typ=TYP))
    assert kept.select([("name",)]).compact == CARD.select([("name",)]).compact
