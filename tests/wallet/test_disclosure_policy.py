"""What an issuer says about who should see a card: kept on receipt, told, overruled on record."""

from collections.abc import Callable
from typing import Any

import pytest
from support.choices import OTHER, OURS, URI, issued_for, with_policy
from support.terminal import Terminal
from support.wallet_world import World

from wallet.caution import Warn
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.texts import Texts
from wallet.wording import lines

EDP = "ARF 3.0"


@pytest.mark.spec(EDP, "EDP_10", "the policy is stored with the card, and goes with it")
def test_kept_with_the_card(empty: World) -> None:
    issued_for(empty, OURS)
    store = empty.wallet.store
    [card] = [one for one in store.cards() if one.kind == "persoonsgegevens"]
    assert store.policies()[card.id]["policy_uri"] == URI
    assert set(store.policies()) == {card.id}
    store.delete_card(card.id, activity=store.new_activity(), body={}, at=empty.now)
    assert store.policies() == {}


@pytest.mark.spec(EDP, "EDP_06", "the wallet tells what comes of the policy")
def test_told_when_it_is_met(empty: World) -> None:
    issued_for(empty, OURS)
    question = empty.receive().question
    assert all(Warn.DISCLOSURE_POLICY not in one.warnings for one in question.options)
    text = "\n".join(lines(question, question.options[0], Texts("nl")))
    assert "vindt het goed dat deze organisatie dit kaartje ziet" in text


@pytest.mark.spec(EDP, "EDP_05", "the explanation of the issuer is shown where it has one")
def test_told_when_it_is_not_met(empty: World) -> None:
    issued_for(empty, OTHER)
    question = empty.receive().question
    assert all(Warn.DISCLOSURE_POLICY in one.warnings for one in question.options)
    for lang, words in (("nl", "wil niet dat deze"), ("en", "does not want this")):
        question = empty.receive(lang=lang).question
        text = "\n".join(lines(question, question.options[0], Texts(lang)))
        assert words in text
        assert "lleen voor woningcorporaties" in text
        assert "https://gemeente.example/beleid" in text


@pytest.mark.spec(EDP, "EDP_07", "the resident may overrule, after a plain question, on record")
def test_overruled_on_record(empty: World) -> None:
    issued_for(empty, OTHER)
    posed = empty.receive()
    with pytest.raises(WalletError) as caught:
        empty.share(posed, accepted=[one for one in Warn if one is not Warn.DISCLOSURE_POLICY])
    assert caught.value.params["warnings"] == "disclosure_policy"
    assert empty.network.posts() == []
    done = empty.share(posed)
    body = empty.body(done.id, Kind.SHARE_INTENDED)
    assert {"code": "disclosure_policy", "accepted": True} in body["warnings"]
    assert body["policies"] == [
        {"query": "person", "policy": URI, "verdict": "not_listed", "overruled": True}
    ]


def test_a_policy_of_another_card_is_not_named(empty: World) -> None:
    issued_for(empty, OTHER, kind="woonadres")
    question = empty.receive().question
    assert all(Warn.DISCLOSURE_POLICY not in one.warnings for one in question.options)


@pytest.mark.spec("TS 119 472-3", "4.2.5", "the policy never leaves the wallet")
def test_the_asker_learns_nothing_of_it(empty: World) -> None:
    issued_for(empty, OTHER)
    empty.share()
    [message] = empty.verifier.received
    assert URI not in str(message)


@pytest.mark.parametrize("policy", [{}, {"policy_uri": URI, "policy_type": 1}, {"policy_uri": ""}])
def test_a_policy_that_cannot_be_read_stops_the_offer(empty: World, policy: Any) -> None:
    with_policy(empty, policy)
    with pytest.raises(WalletError) as caught:
        empty.add()
    assert caught.value.exit == ExitCode.NOT_TRUSTED
    assert empty.wallet.store.cards() == ()


def test_a_policy_of_an_unknown_form_is_told_and_may_be_overruled(empty: World) -> None:
    with_policy(empty, {"policy_uri": URI, "policy_type": "attribute_based"})
    empty.add()
    question = empty.receive().question
    assert Warn.DISCLOSURE_POLICY in question.options[0].warnings
    text = "\n".join(lines(question, question.options[0], Texts("nl")))
    assert "je wallet begrijpt die regel niet" in text


def test_machines_see_the_verdict(empty: World, at: Callable[[World], Terminal]) -> None:
    issued_for(empty, OTHER)
    code, [shown] = at(empty).run("share", empty.verifier.link, "--show")
    assert code == ExitCode.OK
    assert shown["set_policies"][0] == [{"query": "person", "policy": URI, "verdict": "not_listed"}]
    assert "disclosure_policy" in shown["warnings"]
