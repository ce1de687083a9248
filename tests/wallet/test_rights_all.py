"""Every right over one disclosure: what is asked, what may be written, what they tell."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from support.rights_world import HELD
from support.wallet_world import World

from credential import jwe, rights, strictjson
from credential.rights import Reason, Right, State
from wallet.errors import Usage, WalletError
from wallet.events import Kind
from wallet.refusals import MessageError
from wallet.service import accessdata, proposals
from wallet.service import rights as service
from wallet.service.lookback import look_back
from wallet.service.rights import Answered
from wallet.store.rights import ACCESS_DATA


def ask(town: World, activity: str, right: Right, **more: Any) -> Answered:
    return service.ask(town.wallet, town.network, activity, right, now=town.now, **more)


# Which data, and in which words.


@pytest.mark.spec("Regie formats", "4", "claims name what a right is about")
def test_a_part_of_what_was_shared_is_erased(town: World) -> None:
    done = town.share()
    found = ask(town, done.id, Right.ERASURE, claims=[("given_name",)])
    assert town.verifier.asked[-1].question.claims == (("given_name",),)
    assert found.state == "done"
    body = town.body(done.id, Kind.RIGHT_ASKED)
    assert body["claims"] == ["given_name"]
    # Of a part only what they name is gone.
    assert "gone" not in town.body(done.id, Kind.RIGHT_ANSWERED)
    activity = town.wallet.store.activity(done.id)
    assert activity is not None
    assert [path for (_, path), claim in activity.claims.items() if claim.erased] == ["age_over_18"]


@pytest.mark.spec(
    "Regie formats", "2", "free text and proposed values are erasable, not in entries"
)
def test_what_the_resident_writes_can_be_erased(town: World) -> None:
    done = town.share()
    ask(
        town,
        done.id,
        Right.RECTIFICATION,
        claims=[("given_name",)],
        proposed="Geheimnaam",
        text="In mijn akte staat Geheimnaam.",
    )
    question = town.verifier.asked[-1].question
    assert (question.proposed, question.text) == ("Geheimnaam", "In mijn akte staat Geheimnaam.")
    assert "Geheimnaam" not in str([one.body for one in town.wallet.store.events(done.id)])
    evidence = town.wallet.store.evidence(done.id)
    assert "right-request" not in {one.role for one in evidence}
    assert b"Geheimnaam" not in b"".join(one.content for one in evidence)
    [case] = town.wallet.store.rights_cases(done.id)
    assert "Geheimnaam" not in str(case.document)
    texts = town.wallet.store.texts(done.id)
    assert texts["right-text"] == b"In mijn akte staat Geheimnaam."
    assert {"right-request", "right-proposed"} <= texts.keys()
    town.wallet.store.erase_sent(done.id)
    assert "right-request" not in town.wallet.store.texts(done.id)


def test_without_words_the_request_itself_is_evidence(town: World) -> None:
    done = town.share()
    ask(town, done.id, Right.RESTRICTION)
    assert "right-request" in {one.role for one in town.wallet.store.evidence(done.id)}
    assert town.wallet.store.texts(done.id) == {}


@pytest.mark.spec("Regie formats", "4", "text is at most 1000 characters")
def test_too_many_words_are_refused_before_anything_leaves(town: World) -> None:
    done = town.share()
    before = len(town.network.calls)
    with pytest.raises(Usage, match=r"ask\.text_size"):
        ask(town, done.id, Right.OBJECTION, text="x" * 1001)
    assert len(town.network.calls) == before
    assert town.kinds(done.id)[-1] != "right.asked"


def test_a_consequence_is_confirmed_about_the_same_data(town: World) -> None:
    done = town.share()
    town.verifier.consequence = rights.Consequence("c-1", "Dan stopt het.", "Then it ends.")
    ask(town, done.id, Right.ERASURE, claims=[("given_name",)], text="Weg ermee")
    ask(town, done.id, Right.ERASURE, claims=[("given_name",)], text="Weg ermee", confirm="c-1")
    first, second = (one.question for one in town.verifier.asked)
    assert (first.claims, first.text) == (second.claims, second.text)


# Erased, by what they sign.


@pytest.mark.parametrize("right", [Right.STATUS, Right.ERASURE, Right.ACCESS])
def test_a_signed_nothing_held_settles_who_has_what(town: World, right: Right) -> None:
    done = town.share()
    gone = Reason(service.NOTHING_HELD, "Wij hebben niets meer.", "We hold nothing.")
    town.verifier.answer_change = lambda answer: dataclasses.replace(
        answer, state=State.DONE, erased=(), reason=gone
    )
    ask(town, done.id, right)
    assert town.wallet.store.holdings() == ()


def test_a_status_that_tells_of_a_whole_erasure_settles_it(town: World) -> None:
    done = town.share()
    waiting = {"state": State.IN_PROGRESS, "erased": (), "due": town.now + 1}
    town.verifier.answer_change = lambda answer: dataclasses.replace(answer, **waiting)
    ask(town, done.id, Right.ERASURE)
    assert town.wallet.store.holdings()
    town.verifier.answer_change = lambda answer: dataclasses.replace(
        answer, right=Right.ERASURE, erased=(("age_over_18",),)
    )
    ask(town, done.id, Right.STATUS)
    assert town.wallet.store.holdings() == ()
    assert [one.state for one in town.wallet.store.rights_cases(done.id)] == ["done", "done"]


def test_done_about_something_else_erases_nothing(town: World) -> None:
    done = town.share()
    for right in (Right.STATUS, Right.RESTRICTION, Right.OBJECTION, Right.ACCESS):
        ask(town, done.id, right)
    assert town.wallet.store.holdings()


# What they hold.


@pytest.mark.spec("Regie formats", "4", "access: the data is sealed to a key of this request")
def test_access_shows_what_they_hold_and_did(town: World) -> None:
    town.verifier.held = HELD
    done = town.share()
    found = ask(town, done.id, Right.ACCESS)
    assert found.told is not None
    values = {one.path: one.value for one in found.told.items}
    assert values["values", "given_name"] == "Anna Maria"
    assert values["registration", "number"] == "W-1"
    assert [one.name.nl for one in found.told.acts] == ["Inschrijven", "Bekeken"]
    kept = accessdata.told(town.wallet, done.id)
    assert kept is not None
    assert kept.raw == HELD
    assert "Anna" not in repr(found)
    assert "Anna" not in str([entry.body for entry in town.wallet.store.events(done.id)])


def test_only_the_newest_of_what_they_told_is_kept(town: World) -> None:
    done = town.share()
    for number in ("W-1", "W-2"):
        town.verifier.held = {"registration": {"number": number}}
        ask(town, done.id, Right.ACCESS)
    rows = town.wallet.store.database.rows(
        "SELECT content FROM erasable WHERE name = ?", (ACCESS_DATA,)
    )
    assert len(rows) == 1
    kept = accessdata.told(town.wallet, done.id)
    assert kept is not None
    assert kept.raw == {"registration": {"number": "W-2"}}
    town.wallet.store.forget_activity(done.id, at=town.now)
    assert accessdata.told(town.wallet, done.id) is None


def _other_key(_token: str) -> str:
    from credential import jose

    jwk = {**jose.public_jwk(jose.generate_key().public_key()), "alg": "ECDH-ES"}
    return jwe.encrypt(b"{}", recipient=jwk, enc="A256GCM", kid="access")


@pytest.mark.parametrize(
    "sealed",
    [
        pytest.param(_other_key, id="for another key"),
        pytest.param(lambda token: token[:-8] + "AAAAAAAA", id="changed"),
        pytest.param(lambda _: '{"given_name":"Anna"}', id="in the open"),
    ],
)
@pytest.mark.spec("Regie formats", "4", "access: what is not sealed to this key is refused")
def test_data_that_is_not_for_this_wallet_is_refused(town: World, sealed: Any) -> None:
    town.verifier.held, town.verifier.sealed = HELD, sealed
    done = town.share()
    with pytest.raises((WalletError, MessageError)):
        ask(town, done.id, Right.ACCESS)
    assert town.body(done.id, Kind.RIGHT_ANSWERED)["state"] == "invalid"
    assert accessdata.told(town.wallet, done.id) is None


@pytest.mark.parametrize(
    "held",
    [
        {"values": "none"},
        {"values": [1, ["a"], ["q", "p", {"x": []}]]},
        {"processing": [3, {"time": 1, "name": 4, "role": {}}, {"time": "x\x1b[31m"}]},
        {"processing": {"a": 1}},
        {"x" * 900: "y\x1b[2J" * 500, "deep": {"a": {"b": {"c": [[1, [2]]]}}}},
    ],
)
def test_whatever_they_tell_can_be_read(held: dict[str, Any]) -> None:
    from wallet import accesswords
    from wallet.texts import Texts

    told = accessdata.read(strictjson.dumps(held), 0)
    lines = [
        line
        for heading, found in accesswords.parts(told, Texts("nl"), str)
        for line in (heading, *found)
    ]
    assert not any("\x1b" in line or "\n" in line for line in lines)


def test_saving_what_they_told(town: World, tmp_path: Path) -> None:
    done = town.share()
    with pytest.raises(WalletError, match=r"data\.none"):
        accessdata.save(town.wallet, done.id, tmp_path / "data.json")
    town.verifier.held = HELD
    ask(town, done.id, Right.ACCESS)
    file = tmp_path / "data.json"
    accessdata.save(town.wallet, done.id, file)
    assert strictjson.loads_object(file.read_bytes()) == HELD
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(Usage, match=r"export\.exists"):
        accessdata.save(town.wallet, done.id, file)


# What can be said to be wrong.


def test_items_to_choose_from(town: World) -> None:
    done = town.share()
    found = look_back(town.wallet, done.id)
    names = {one.name for one in proposals.single(found)}
    assert "persoonsgegevens:given_name" in names
    [item] = [one for one in proposals.single(found) if one.path == ("age_over_18",)]
    assert proposals.should_be(item, "nee") is False
    with pytest.raises(Usage, match=r"correct\.yes_or_no"):
        proposals.should_be(item, "misschien")
    with pytest.raises(Usage, match=r"ask\.no_claim"):
        proposals.choose(proposals.whole(found), ["persoonsgegevens:birthdate"])
    town.wallet.store.erase_sent(done.id)
    later = look_back(town.wallet, done.id)
    assert not any(one.known for one in proposals.single(later))


def test_a_file_with_corrections(town: World) -> None:
    done = town.share()
    items = proposals.single(look_back(town.wallet, done.id))
    wish = proposals.read(
        items,
        '{"claims":[{"claim":"persoonsgegevens:given_name","proposed":"Anne"},'
        '{"claim":"persoonsgegevens:family_name","proposed":"Vries"}],"text":"zo"}',
    )
    assert wish.proposed == ["Anne", "Vries"]
    for wrong in ("[]", "{", '{"claims":[]}', '{"claims":[{"claim":3}]}'):
        with pytest.raises(Usage, match=r"ask\.file"):
            proposals.read(items, wrong)
