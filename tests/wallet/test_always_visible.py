"""What an issuer lets nobody withhold: shown, minded and on record like what was asked for."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cards import hide
from support.elsewhere import DIPLOMA, ForeignIssuer, settle
from support.terminal import Terminal
from support.wallet_world import World, world

from credential import base64url, sdjwt
from credential.names import vct_of
from wallet.caution import Warn
from wallet.errors import Shared
from wallet.refusals import MessageError
from wallet.service import share
from wallet.store.projection import Claim
from wallet.texts import Texts
from wallet.tui import question_view
from wallet.wording import lines

NAME = "Anna van Elders"


@pytest.fixture
def abroad(tmp_path: Path) -> Iterator[World]:
    made = world(tmp_path, cards=False)
    settle(made, tmp_path)
    yield made
    made.wallet.close()


@pytest.fixture
def school(abroad: World) -> ForeignIssuer:
    assert isinstance(abroad.issuer, ForeignIssuer)
    return abroad.issuer


def asks(town: World, *paths: list[str], vct: str = DIPLOMA) -> None:
    query = {
        "id": "d",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [vct]},
        "claims": [{"path": path} for path in paths],
    }
    town.verifier.claims = lambda found: {**found, "dcql_query": {"credentials": [query]}}
    town.verifier._answer = lambda _message: {}  # type: ignore[method-assign]


def items(posed: share.Posed) -> dict[str, tuple[Any, bool]]:
    return {
        item.name.removeprefix(f"{DIPLOMA}:"): (item.value, item.always)
        for pick in posed.question.options[0].picks
        for item in pick.items
    }


def sent(town: World) -> str:
    """Everything the asker can read, as one text."""
    [message] = town.verifier.received
    [token] = message["vp_token"]["d"]
    issuer_jwt, *disclosures = token.split("~")[:-1]
    parts = [issuer_jwt.split(".")[1], *disclosures]
    return " ".join(base64url.decode(part).decode() for part in parts)


@pytest.mark.spec("Regie trust", "6", "what leaves is what was shown, asked for or not")
def test_what_nobody_can_withhold_is_in_the_question(abroad: World, school: ForeignIssuer) -> None:
    school.payload = lambda found: {**found, "holder_name": NAME, "aka_vcts": ["urn:x"]}
    abroad.add()
    asks(abroad, ["degree"])
    posed = abroad.receive()
    assert items(posed) == {"degree": ("Master of {Science}", False), "holder_name": (NAME, True)}
    [untouched] = posed.question.not_asked
    assert untouched.labels == ("year",)
    for lang, note in (("nl", "gaat altijd mee"), ("en", "always goes along")):
        text = "\n".join(lines(posed.question, posed.question.options[0], Texts(lang)))
        assert f"holder_name: {NAME}" in text
        assert note in text
        [part] = question_view.parts(posed.question.options[0], Texts(lang))
        assert [row[:2] for row in part.rows if note in row[2]] == [("holder_name", NAME)]
    done = abroad.share(posed)
    assert NAME in sent(abroad)
    found = abroad.wallet.store.activity(done.id)
    assert found is not None
    assert found.claims[DIPLOMA, "holder_name"] == Claim(asked=False, shared=True)
    assert {one.path for one in abroad.wallet.store.holdings()} == {"degree", "holder_name"}


def test_siblings_inside_what_is_disclosed(abroad: World, school: ForeignIssuer) -> None:
    """An object that can be withheld only as a whole takes its plain members along."""
    held = {"name": NAME, "grades": [7, 8], "born": sdjwt.Disclosable("1990-01-01")}
    school.payload = lambda found: {**found, "person": sdjwt.Disclosable(held)}
    abroad.add()
    asks(abroad, ["person", "born"])
    assert items(abroad.receive()) == {
        "person.born": ("1990-01-01", False),
        "person.name": (NAME, True),
        "person.grades.0": (7, True),
        "person.grades.1": (8, True),
    }


def test_an_object_asked_for_as_a_whole_is_said_once(abroad: World, school: ForeignIssuer) -> None:
    school.payload = lambda found: {**found, "person": {"name": NAME, **hide({"born": "1990"})}}
    abroad.add()
    asks(abroad, ["person"])
    assert items(abroad.receive()) == {"person": ({"name": NAME, "born": "1990"}, False)}


def test_what_counts_for_what_is_asked_counts_for_it_too(
    abroad: World, school: ForeignIssuer
) -> None:
    school.payload = lambda found: {**found, "bsn": "999991772", "birthdate": "1990-01-01"}
    abroad.add()
    asks(abroad, ["degree"])
    [option] = abroad.receive().question.options
    assert {Warn.BSN, Warn.BIRTHDATE_FOR_AGE} <= {*option.warnings}
    assert len(set(option.warnings)) == len(option.warnings)


def test_machines_are_told(
    abroad: World, school: ForeignIssuer, at: Callable[[World], Terminal]
) -> None:
    school.payload = lambda found: {**found, "holder_name": NAME}
    abroad.add()
    asks(abroad, ["degree"])
    _, [shown] = at(abroad).run("share", abroad.verifier.link, "--show")
    assert shown["set_always"] == [[f"{DIPLOMA}:holder_name"]]
    assert NAME not in json.dumps(shown)


@pytest.mark.spec("OpenID4VCI 1.0", "3.3.2", "copies differ in their keys alone")
def test_copies_that_hide_something_else(abroad: World, school: ForeignIssuer) -> None:
    school.payload = lambda found: {
        **found,
        "name": NAME if school.index % 2 else sdjwt.Disclosable(NAME),
    }
    progress = abroad.add()
    assert [code for _, code in progress.denied] == ["card.copies_differ"]


def test_a_copy_that_shows_more_never_leaves(abroad: World, school: ForeignIssuer) -> None:
    """Whatever a wallet holds from before: what is spent is held against the question."""
    school.payload = lambda found: {**found, "holder_name": NAME}
    abroad.add()
    asks(abroad, ["degree"])
    posed = abroad.receive()
    [option] = posed.question.options
    [pick] = option.picks
    object.__setattr__(pick, "items", tuple(item for item in pick.items if not item.always))
    with pytest.raises(MessageError) as caught:
        abroad.share(posed, option)
    assert (caught.value.rule, caught.value.shared) == ("card.more_than_shown", Shared.NOTHING)
    assert abroad.network.posts("/response") == []


@pytest.mark.spec("Regie trust", "4.4", "nor a card that is also known as one")
def test_no_card_from_elsewhere_passes_for_ours(abroad: World, school: ForeignIssuer) -> None:
    school.payload = lambda found: {**found, "aka_vcts": ["urn:x", vct_of("persoonsgegevens")]}
    progress = abroad.add()
    assert [code for _, code in progress.denied] == ["foreign.scheme_type"]
    assert abroad.wallet.store.cards() == ()


def test_nor_for_a_type_the_lists_name_later(abroad: World, school: ForeignIssuer) -> None:
    school.payload = lambda found: {**found, "aka_vcts": ["urn:x"]}
    abroad.add()
    asks(abroad, ["degree"], vct="urn:x")
    assert abroad.receive().question.options
    # Another value, as the next snapshot would be: what it worked out of itself is not shared.
    trust = dataclasses.replace(abroad.wallet.trust(abroad.now))
    first, *others = trust.issuers[0].services
    listed = dataclasses.replace(first, vcts=first.vcts | {"urn:x"})
    object.__setattr__(trust.issuers[0], "services", (listed, *others))
    abroad.wallet.trust = lambda _now: trust  # type: ignore[method-assign]
    assert not abroad.receive().question.options
