"""The types of a scheme: resolved, pinned, found again by digest, and never a proof of authority."""

import json

import pytest
from support.cards import NOW, VCT, FakeTrust, card, envelope, present
from support.rawsdjwt import signed

from credential import keybinding, rendering, sdjwtvc
from credential.errors import Malformed, NotAllowed, NotTrusted
from credential.names import vct_of
from credential.typeshelf import EMPTY, Shelf, also_known_as, types_of

DOCUMENT = "SD-JWT VC"
HOUSEHOLD = vct_of("huishouden")
BASE = "https://land.example/kaart/adres/1"
X5C = {"x5c": ["aXNzdWVy"]}


def text(vct, **members):
    return json.dumps({"vct": vct, **members}).encode()


def named(name):
    return {"display": [{"locale": "nl", "name": name}]}


def child(parent, vct=VCT, **members):
    return text(
        vct, extends=BASE, **{"extends#integrity": rendering.integrity_of(parent)}, **members
    )


def test_types_by_their_names():
    shelf = Shelf([text("a", **named("A")), text("b", **named("B"))])
    assert (len(shelf), [*shelf]) == (2, ["a", "b"])
    assert shelf["a"].name("nl") == "A"
    assert shelf.get("c") is None
    assert shelf.document("a") == text("a", **named("A"))
    assert shelf.integrity("a") == rendering.integrity_of(text("a", **named("A")))
    assert (shelf.document("c"), shelf.integrity("c")) == (None, None)
    with pytest.raises(Malformed, match=r"scheme.type_repeated"):
        Shelf([text("a"), text("a")])


def test_what_was_read_before_is_looked_into_when_it_is_needed():
    broken = Shelf([b"{"], when_used=True)
    with pytest.raises(Malformed):
        broken.open_all()
    later = Shelf([text("a", **named("A"))], when_used=True)
    assert repr(later) == "Shelf(1)"
    assert later["a"].name("nl") == "A"


def test_names_of_strangers_come_second_and_pin_nothing():
    shelf = Shelf([text("a", **named("Van het stelsel"))])
    other = Shelf([text("a", **named("Van een ander")), text("x", **named("Pas"))])
    both = shelf.besides(other)
    assert (both["a"].name("nl"), both["x"].name("nl")) == ("Van het stelsel", "Pas")
    assert both.document("x") is None
    assert both.matching("x", None) is None
    assert "x" not in shelf


@pytest.mark.spec(DOCUMENT, "7", "a pinned parent is the text that was pinned, or nothing")
def test_a_parent_is_pinned():
    old, new = text(BASE, **named("Oud")), text(BASE, **named("Nieuw"))
    assert Shelf([new, child(new)])[VCT].name("nl") == "Nieuw"
    assert Shelf([new, child(old)], [old])[VCT].name("nl") == "Oud"
    with pytest.raises(NotTrusted, match=r"type.integrity"):
        Shelf([new, child(old)])


@pytest.mark.spec(DOCUMENT, "6.4", "extends is resolved first, and what is not there refuses")
def test_a_parent_outside_the_tree_refuses_the_whole():
    with pytest.raises(NotTrusted, match=r"type.parent"):
        Shelf([text("a", extends="b")])
    with pytest.raises(Malformed, match=r"type.extends"):
        Shelf([text("a", extends="b"), text("b", extends="a")])


@pytest.mark.spec(DOCUMENT, "7", "a card finds the text it was made by, and no other")
def test_an_earlier_text_is_found_by_its_digest():
    old, new = text(VCT, **named("Oud")), text(VCT, **named("Nieuw"))
    shelf = Shelf([new], [old])
    assert shelf[VCT].name("nl") == "Nieuw"
    for integrity, name in (
        (None, "Nieuw"),
        (rendering.integrity_of(new), "Nieuw"),
        (rendering.integrity_of(old), "Oud"),
        (f"sha256-AAAA {rendering.integrity_of(old)}", "Oud"),
    ):
        found = shelf.matching(VCT, integrity)
        assert found is not None
        assert found.name("nl") == name
    for unknown in (rendering.integrity_of(b"x"), "", "md5-x"):
        assert shelf.matching(VCT, unknown) is None


@pytest.mark.spec(DOCUMENT, "2.2.2.1", "aka_vcts: a filled array of other types")
def test_what_a_card_is_also_known_as():
    assert also_known_as({"vct": "a"}) == ()
    assert also_known_as({"vct": "a", "aka_vcts": ["b", "c"]}) == ("b", "c")
    for wrong in ([], "b", ["a"], ["b", 1], ["b", ""], None, {}, [f"t{n}" for n in range(33)]):
        with pytest.raises(Malformed):
            also_known_as({"vct": "a", "aka_vcts": wrong})
    for wrong in ([], [VCT]):
        with pytest.raises(Malformed, match=r"card.aka_vcts"):
            sdjwtvc.verify_card(
                signed(envelope(aka_vcts=wrong), header=X5C), FakeTrust(), now=NOW, vct=VCT
            )


def test_every_type_a_card_can_answer_for():
    base = text(BASE)
    shelf = Shelf([base, child(base)])
    payload = {"vct": VCT, "aka_vcts": ["urn:x", BASE]}
    assert types_of(payload, shelf) == (VCT, "urn:x", BASE)
    assert types_of({"vct": VCT}, shelf) == (VCT, BASE)
    assert types_of({"vct": VCT}, EMPTY) == (VCT,)
    # Made by a text nobody has: what it extended is not known.
    assert types_of({"vct": VCT, "vct#integrity": "sha256-AAAA"}, shelf) == (VCT,)


def shown(trust, vct_values, **changes):
    return keybinding.verify_presentation(
        present(card(**changes), ("municipality",)),
        trust,
        now=NOW,
        aud="x509_hash:verifier",
        nonce="n" * 32,
        vct_values=vct_values,
        rights_jkt=None,
        transaction_data=(),
    )


@pytest.mark.spec(DOCUMENT, "2.4", "a card answers for a type it is also known as, or extends")
@pytest.mark.parametrize("asked", [HOUSEHOLD, BASE])
def test_a_card_answers_for_its_other_types(asked):
    base = text(BASE)
    trust = FakeTrust(vcts=frozenset({VCT, HOUSEHOLD, BASE}), types=Shelf([base, child(base)]))
    found = shown(trust, (asked,), aka_vcts=[HOUSEHOLD])
    assert (found.vct, found.as_type) == (VCT, asked)
    assert shown(trust, (asked, VCT), aka_vcts=[HOUSEHOLD]).as_type == VCT
    with pytest.raises(NotAllowed, match=r"card.vct"):
        shown(trust, ("urn:other",), aka_vcts=[HOUSEHOLD])


@pytest.mark.spec(DOCUMENT, "2.5", "neither aka_vcts nor extends proves that an issuer may")
@pytest.mark.parametrize("asked", [HOUSEHOLD, BASE])
def test_authority_is_never_inherited(asked):
    base = text(BASE)
    types = Shelf([base, child(base)])
    # Listed for the card's own type alone: then it answers for that alone.
    own = FakeTrust(vcts=frozenset({VCT}), types=types)
    with pytest.raises(NotTrusted, match=r"trust.fake"):
        shown(own, (asked,), aka_vcts=[HOUSEHOLD])
    # Listed for the other type alone: a card of its own type is nobody's to make.
    other = FakeTrust(vcts=frozenset({asked}), types=types)
    with pytest.raises(NotTrusted, match=r"trust.fake"):
        shown(other, (asked,), aka_vcts=[HOUSEHOLD])


@pytest.mark.spec(DOCUMENT, "9", "a verifier that knows the type holds a presentation against it")
def test_a_presentation_is_held_against_its_type():
    never = text(VCT, claims=[{"path": ["municipality"], "sd": "never"}])
    always = text(VCT, claims=[{"path": ["municipality"], "sd": "always", "mandatory": True}])
    pinned = {"vct#integrity": rendering.integrity_of(never)}
    assert shown(FakeTrust(types=Shelf([always])), (VCT,)).vct == VCT
    for trust in (FakeTrust(types=Shelf([never])), FakeTrust(types=Shelf([always], [never]))):
        with pytest.raises(NotAllowed, match=r"type.sd"):
            shown(trust, (VCT,), **pinned)
    # A text nobody published here cannot be held against: the card stands on its own.
    assert shown(FakeTrust(types=Shelf([always])), (VCT,), **pinned).vct == VCT
