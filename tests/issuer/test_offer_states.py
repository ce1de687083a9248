"""The states of a desk case: what may follow what, and what every state refuses."""

import threading

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import issuer_home
from support.wallet_simulator import new_key

from credential import jose
from credential.desk import confirmation_number
from issuer import offer
from issuer.errors import DeskFault, NumberWrong, WalletFault
from issuer.offer import (
    CODE_TRIES,
    COLLECT_SECONDS,
    CONFIRM_SECONDS,
    NUMBER_TRIES,
    OFFER_SECONDS,
    Case,
    Confirmed,
    Ended,
    Offered,
    Reason,
    Redeemed,
)
from issuer.service import desk

JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
NUMBER = confirmation_number(JKT)
NOW = 1_000


def offered(**more) -> Offered:
    return Offered(
        case="ABCDEFGH",
        municipality="0599",
        kinds=("woonadres", "huishouden"),
        clerk="anna",
        created_at=NOW,
        expires_at=NOW + OFFER_SECONDS,
        **more,
    )


def redeemed() -> Redeemed:
    return offer.redeem(offered(), code_right=True, jkt=JKT, now=NOW)


def confirmed() -> Confirmed:
    return offer.confirm(redeemed(), number=NUMBER, clerk="bert", four_eyes=True, now=NOW)


@pytest.mark.spec("Regie formats", "6", "the number: 20 bits of the hash of the thumbprint")
def test_the_confirmation_number():
    assert confirmation_number(JKT) == "997494"
    numbers = {confirmation_number(jose.thumbprint(new_key().public_key())) for _ in range(50)}
    assert len(numbers) > 45
    assert all(len(number) == 6 and number.isdigit() for number in numbers)


def test_the_straight_way():
    assert isinstance(redeemed(), Redeemed)
    assert confirmed().confirmed_by == "bert"
    one = offer.collect(confirmed(), "woonadres", NOW)
    assert one.expires_at == NOW + COLLECT_SECONDS
    both = offer.collect(one, "huishouden", NOW)
    assert both.expires_at == NOW + offer.GRACE_SECONDS
    assert offer.expire(both, both.expires_at).reason is Reason.COLLECTED


@pytest.mark.spec("Regie formats", "6", "ten minutes, five codes, three numbers")
@pytest.mark.parametrize(
    ("case", "seconds"),
    [(offered(), OFFER_SECONDS), (redeemed(), CONFIRM_SECONDS), (confirmed(), COLLECT_SECONDS)],
    ids=["offered", "redeemed", "confirmed"],
)
def test_each_state_has_its_time(case, seconds):
    assert offer.expire(case, NOW + seconds - 1) is case
    ended = offer.expire(case, NOW + seconds)
    assert isinstance(ended, Ended)
    assert ended.reason is Reason.EXPIRED
    assert offer.expire(ended, NOW + 10**9) is ended


def test_wrong_codes_run_out():
    case: Case = offered()
    for left in range(CODE_TRIES, 1, -1):
        case = offer.redeem(case, code_right=False, jkt=JKT, now=NOW)
        assert isinstance(case, Offered)
        assert CODE_TRIES - case.wrong_codes == left - 1
    case = offer.redeem(case, code_right=False, jkt=JKT, now=NOW)
    assert isinstance(case, Ended)
    assert case.reason is Reason.CODE_TRIES


def test_wrong_numbers_run_out():
    case: Case = redeemed()
    for _ in range(NUMBER_TRIES - 1):
        case = offer.confirm(case, number="000000", clerk="anna", four_eyes=False, now=NOW)
        assert isinstance(offer.wrong_number(case), NumberWrong)
        assert isinstance(case, Redeemed)
    case = offer.confirm(case, number="000000", clerk="anna", four_eyes=False, now=NOW)
    assert isinstance(case, Ended)
    assert case.reason is Reason.NUMBER_TRIES


@pytest.mark.parametrize("number", ["", "x", "12345", "1234567", "\u0660" * 6])
def test_what_cannot_be_a_number_is_no_try(number):
    with pytest.raises(DeskFault, match="number_form"):
        offer.confirm(redeemed(), number=number, clerk="anna", four_eyes=False, now=NOW)


@pytest.mark.parametrize(
    "case", [redeemed(), confirmed(), offer.refuse(offered(), NOW, clerk="bea")]
)
def test_only_an_offered_case_can_be_redeemed(case):
    with pytest.raises(WalletFault) as found:
        offer.redeem(case, code_right=True, jkt="other", now=NOW)
    assert found.value.error == "invalid_grant"


@pytest.mark.parametrize(
    "case", [offered(), confirmed(), offer.refuse(offered(), NOW, clerk="bea")]
)
def test_only_a_redeemed_case_can_be_confirmed(case):
    with pytest.raises(DeskFault):
        offer.confirm(case, number=NUMBER, clerk="anna", four_eyes=False, now=NOW)


@pytest.mark.spec("Regie formats", "6", "four eyes")
def test_four_eyes():
    with pytest.raises(DeskFault, match="four_eyes"):
        offer.confirm(redeemed(), number=NUMBER, clerk="anna", four_eyes=True, now=NOW)


def test_an_ended_case_stays_ended():
    with pytest.raises(DeskFault):
        offer.refuse(offer.refuse(confirmed(), NOW, clerk="bea"), NOW, clerk="bea")


def test_nothing_of_a_state_is_shown():
    assert repr(redeemed()) == "Redeemed(ABCDEFGH)"


@given(
    st.lists(st.tuples(st.sampled_from(["good", "bad", "number", "wrong", "refuse", "collect"]),
                       st.integers(0, 5_000)), max_size=12)
)  # fmt: skip
def test_whatever_happens_a_case_only_moves_forward(steps):
    order = [Offered, Redeemed, Confirmed, Ended]
    case: Case = offered()
    now = NOW
    for what, seconds in steps:
        now += seconds
        before = case
        try:
            match what:
                case "good" | "bad":
                    case = offer.redeem(case, code_right=what == "good", jkt=JKT, now=now)
                case "number" | "wrong":
                    number = NUMBER if what == "number" else "000000"
                    case = offer.confirm(case, number=number, clerk="b", four_eyes=False, now=now)
                case "refuse":
                    case = offer.refuse(case, now, clerk="bea")
                case _ if isinstance(case, Confirmed):
                    case = offer.collect(case, "woonadres", now)
        except (DeskFault, WalletFault):
            assert case is before
        assert order.index(type(case)) >= order.index(type(before))
        assert msgspec.json.decode(msgspec.json.encode(case), type=Case) == case


# ---- the same, on disk


@pytest.mark.spec("Regie formats", "6", "a guess that lost a race is judged again")
def test_a_decision_on_a_state_that_is_gone_is_made_again(town):
    made = town.offer(("huishouden",))
    cases = town.office.store.cases
    seen = []

    def guess(case: Case) -> Case:
        return offer.redeem(case, code_right=False, jkt=JKT, now=town.now)

    def slow(case: Case) -> Case:
        seen.append(case.wrong_codes)
        if len(seen) == 1:
            cases.change(made.case, guess)
        return guess(case)

    assert cases.change(made.case, slow).wrong_codes == 2
    assert seen == [0, 1]


@pytest.mark.spec("Regie formats", "6", "four eyes, as the settings say")
def test_four_eyes_at_the_desk(tmp_path):
    town = issuer_home.make(tmp_path, four_eyes=True)
    wallet, made = town.redeemed()
    with pytest.raises(DeskFault, match="four_eyes"):
        town.confirm(made, wallet, clerk="anna")
    town.confirm(made, wallet, clerk="bea")
    town.office.close()


@pytest.mark.spec("Regie formats", "6", "protocolled with the clerk")
def test_who_decided_stands_in_the_case(town):
    _, made = town.confirmed()
    desk.refuse(town.office, made.case, clerk="bea", now=town.now)
    ended = town.office.store.cases.find(made.case).case
    assert (ended.clerk, ended.confirmed_by, ended.refused_by) == ("anna", "anna", "bea")


def test_nothing_is_left_to_guess_the_spoken_code_with(town):
    _, made = town.confirmed()
    assert town.office.store.cases.find(made.case).code_mac is None


def test_of_two_wallets_with_one_code_one_wins(town):
    made = town.offer(("huishouden",))
    code = town.wallet().code(made.link)
    answers: list[int] = []

    def race() -> None:
        wallet = town.wallet()
        wallet.ask_token("x", "1")
        answers.append(wallet.ask_token(code, made.code).status_code)

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 400, 400, 400, 400, 400]


def test_guesses_at_the_same_moment_all_count(town):
    made = town.offer(("huishouden",))
    code = town.wallet().code(made.link)

    def guess() -> None:
        wallet = town.wallet()
        wallet.ask_token("x", "1")
        wallet.ask_token(code, "nope")

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    case = town.office.store.cases.find(made.case).case
    assert isinstance(case, Ended)
    assert case.reason is Reason.CODE_TRIES


def test_purging_erases_what_was_sealed_and_then_forgets(town):
    made = town.offer(("huishouden",))
    assert town.office.store.cases.find(made.case).sealed is not None
    desk.purge(town.office, town.now + OFFER_SECONDS, keep=100)
    assert town.office.store.cases.find(made.case).sealed is None
    assert [one.case for one in desk.cases(town.office, town.now)] == [made.case]
    desk.purge(town.office, town.now + OFFER_SECONDS + 101, keep=100)
    assert desk.cases(town.office, town.now) == []


def test_the_clerk_sees_what_is_wrong(town):
    made = town.offer(("huishouden",))
    with pytest.raises(DeskFault, match="not_redeemed"):
        desk.confirm(town.office, made.case, "123456", clerk="b", now=town.now)
    wallet = town.wallet()
    wallet.redeem(made.link, made.code)
    with pytest.raises(NumberWrong) as found:
        desk.confirm(town.office, made.case, "000 000", clerk="b", now=town.now)
    assert found.value.params == {"left": 2}
    with pytest.raises(DeskFault, match="unknown_case"):
        desk.confirm(town.office, "NOSUCH", "x", clerk="b", now=town.now)
