"""The grant behind an offer at the desk: it waits for the clerk; and answers that got lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from support.from_home import grants_of, refused
from support.issuer_home import RESIDENT
from support.wallet_simulator import cards_of, new_key

from issuer.offer import OFFER_SECONDS, REPEAT_AFTER_SECONDS, REPEATS
from issuer.service import desk, statuslists
from issuer.tables import cases

DAY = 86_400


def at_the_desk(home, kinds=("persoonsgegevens",)):
    """A wallet that redeemed an offer, and the offer."""
    made = home.town.offer(kinds)
    wallet = home.wallet()
    answer = wallet.redeem(made.link, made.code)
    assert answer.status_code == 200, answer.text
    wallet.refresh_token = answer.json()["refresh_token"]
    return wallet, made


@pytest.mark.spec(
    "Regie formats", "6", "a refresh token of the desk works once the clerk confirmed"
)
def test_it_waits_for_the_clerk(home):
    wallet, made = at_the_desk(home)
    refused(wallet.refresh(), "invalid_grant")
    assert grants_of(home)[0].state == "waiting"
    home.town.confirm(made, wallet)
    assert grants_of(home)[0].state == "active"
    assert wallet.refresh().status_code == 200
    cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))


@pytest.mark.parametrize("how", ["refused", "wrong number", "too late", "refused afterwards"])
def test_it_ends_with_a_case_that_is_stopped(home, how):
    wallet, made = at_the_desk(home)
    office, now = home.town.office, home.town.now
    if how == "refused":
        desk.refuse(office, made.case, clerk="anna", now=now)
    elif how == "wrong number":
        for _ in range(3):
            with pytest.raises(desk.DeskFault):
                desk.confirm(office, made.case, "000000", clerk="anna", now=now)
    elif how == "too late":
        desk.purge(office, now + 3_600, DAY)
    else:
        home.town.confirm(made, wallet)
        assert wallet.refresh().status_code == 200
        desk.refuse(office, made.case, clerk="anna", now=now)
    assert grants_of(home)[0].state == "ended"
    refused(wallet.refresh(), "invalid_grant")


def test_it_stays_when_a_confirmed_case_is_over(home):
    wallet, made = at_the_desk(home)
    home.town.confirm(made, wallet)
    home.later(wallet, 2 * DAY)
    desk.purge(home.town.office, home.town.now, 30 * DAY)
    assert desk.find(home.town.office, made.case, home.town.now).reason == "expired"
    assert wallet.refresh().status_code == 200


@pytest.mark.parametrize(
    ("reason", "state"),
    [("request", "ended"), ("death", "ended"), ("compromise", "ended"), ("changed", "active")],
)
def test_revocation_and_the_grant(home, reason, state):
    wallet = home.granted("persoonsgegevens")
    cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))
    statuslists.revoke(
        home.town.office,
        home.municipality,
        RESIDENT,
        frozenset({"persoonsgegevens"}),
        now=home.town.now,
        at_once=True,
        reason=reason,
    )
    (grant,) = grants_of(home)
    assert grant.state == state
    assert grant.changed == (state == "active")
    if state == "ended":
        refused(wallet.refresh(), "invalid_grant")
        answer = wallet.ask_cards("persoonsgegevens", [new_key()])
        assert answer.status_code == 401


# ---- a wallet that crashed before it kept its token


def again(home, wallet, code, spoken):
    """The same token request once more, by the same key."""
    answer = wallet.ask_token(code, spoken)
    if answer.status_code == 400 and answer.json()["error"] == "use_dpop_nonce":
        answer = wallet.ask_token(code, spoken)
    return answer


def test_a_lost_answer_is_given_again(home):
    made = home.town.offer(("persoonsgegevens",))
    wallet = home.wallet()
    code = wallet.code(made.link)
    wallet.ask_token("x", "1")
    first = wallet.ask_token(code, made.code).json()
    # At once it would be a race, or a replay.
    refused(wallet.ask_token(code, made.code), "invalid_grant")
    home.later(wallet, REPEAT_AFTER_SECONDS)
    thief = home.wallet()
    refused(again(home, thief, code, made.code), "invalid_grant")
    refused(again(home, wallet, code, "000000" if made.code != "000000" else "1"), "invalid_grant")
    second = again(home, wallet, code, made.code)
    assert second.status_code == 200
    assert second.json()["access_token"] != first["access_token"]
    for token, status in ((first["access_token"], 401), (second.json()["access_token"], 202)):
        wallet.token = token
        assert wallet.ask_cards("persoonsgegevens", [new_key()]).status_code == status
    refused(wallet.refresh(refresh_token=first["refresh_token"]), "invalid_grant")
    home.town.confirm(made, wallet)
    assert wallet.refresh(refresh_token=second.json()["refresh_token"]).status_code == 200


def test_not_often_and_not_late(home):
    made = home.town.offer(("persoonsgegevens",))
    wallet = home.wallet()
    code = wallet.code(made.link)
    assert again(home, wallet, code, made.code).status_code == 200
    for _ in range(REPEATS):
        home.later(wallet, REPEAT_AFTER_SECONDS)
        assert again(home, wallet, code, made.code).status_code == 200
    home.later(wallet, REPEAT_AFTER_SECONDS)
    refused(again(home, wallet, code, made.code), "invalid_grant")

    made = home.town.offer(("persoonsgegevens",))
    code = wallet.code(made.link)
    assert again(home, wallet, code, made.code).status_code == 200
    home.later(wallet, OFFER_SECONDS)
    refused(again(home, wallet, code, made.code), "invalid_grant")


def test_not_once_the_clerk_confirmed(home):
    made = home.town.offer(("persoonsgegevens",))
    wallet = home.wallet()
    code = wallet.code(made.link)
    assert again(home, wallet, code, made.code).status_code == 200
    home.town.confirm(made, wallet)
    home.later(wallet, REPEAT_AFTER_SECONDS)
    refused(again(home, wallet, code, made.code), "invalid_grant")


@pytest.mark.spec("OpenID4VCI 1.0", "6.1", "of fifty wallets with one offer one gets a token")
def test_of_fifty_with_one_offer_one_wins(at_home, database_url):
    home = at_home(top=f'database = "{database_url}"\n')
    made = home.town.offer(("persoonsgegevens",))
    first = home.wallet()
    code = first.code(made.link)
    first.ask_token("x", "1")

    def race(number: int) -> int:
        # Half of them are one wallet that presses too often.
        one = home.wallet(key=first.key) if number % 2 else home.wallet()
        one.as_nonce = first.as_nonce
        return one.ask_token(code, made.code).status_code

    with ThreadPoolExecutor(50) as pool:
        answers = sorted(pool.map(race, range(50)))
    assert answers == [200] + [400] * 49
    assert len(grants_of(home)) == 1


@pytest.mark.spec("RFC 6749", "5.2", "a registered public client may name itself at an offer")
def test_a_wallet_that_names_itself_at_an_offer(home):
    made = home.town.offer(("persoonsgegevens",))
    wallet = home.wallet()
    answer = wallet.redeem(made.link, made.code, form={"client_id": wallet.client_id})
    assert answer.status_code == 200
    assert grants_of(home)[0].client == wallet.client_id
    wallet.refresh_token = answer.json()["refresh_token"]
    home.town.confirm(made, wallet)
    assert wallet.refresh().status_code == 200
    assert wallet.refresh(client_id=None).status_code == 200


def test_an_offer_from_before_an_upgrade_is_made_anew(home):
    made = home.town.offer(("persoonsgegevens",))
    wallet = home.wallet()
    code = wallet.code(made.link)
    with home.town.office.store._database.writing() as connection:
        connection.execute(update(cases).values(sealed=None))
    refused(again(home, wallet, code, made.code), "invalid_grant")
