"""Fifty at once, on SQLite and on PostgreSQL: what may happen once happens once, to nobody's harm.

The same for an offer, a login, a code and a refresh token stands with their own tests.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import select
from support import from_home
from support.from_home import HttpsTown
from support.issuer_home import RESIDENT, stream, with_declared
from support.settled import KINDS, Settled, settle
from support.wallet_simulator import WalletSimulator, cards_of, new_key

from credential import base64url
from credential.desk import confirmation_number
from issuer.accounting import subject
from issuer.application import Outcome
from issuer.config import Declared, Field
from issuer.errors import DeskFault, IssuerError, WalletFault
from issuer.offer import CODE_TRIES, Confirmed, Ended
from issuer.service import applications, deciding, desk, statuslists
from issuer.store import Revocation, Store, Waiting
from issuer.store.lists import place
from issuer.tables import (
    deferred,
    grant_tokens,
    grants,
    issued,
    notices,
    promises,
    status_indices,
    status_lists,
    tokens,
)
from issuer.web import server

MANY = 50
URGENCY = Declared(kind="urgentie", fields=(Field(name="reason", nl="Waarom", en="Why"),))
DECIDED = {"urgency_granted": True, "category": "medisch", "valid_until": "2026-12-31"}
T = TypeVar("T")


@pytest.fixture
def town(tmp_path, front, database_url) -> Iterator[HttpsTown]:
    """An issuer over https, on each kind of database."""
    made = from_home.https_town(tmp_path, front, top=f'database = "{database_url}"\n')
    yield made
    made.office.close()


def at_once(ask: Callable[[int], T], many: int = MANY) -> list[T]:
    """What each gets; all begin at the same moment."""
    together = Barrier(many)

    def one(number: int) -> T:
        together.wait(30)
        return ask(number)

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def twins(town: HttpsTown, wallet: WalletSimulator) -> list[WalletSimulator]:
    """So many connections of one wallet."""
    made = []
    for _ in range(MANY):
        one = town.wallet()
        one.key, one.token = wallet.key, wallet.token
        one.as_nonce, one.rs_nonce = wallet.as_nonce, wallet.rs_nonce
        made.append(one)
    return made


def said(answer) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("error")


def rows(town: HttpsTown, table, *which) -> list:
    with town.office.store._database.reading() as connection:
        return connection.execute(select(table).where(*which)).all()


def require_places(town: HttpsTown, *answers) -> None:
    """Every copy has a place of its own, which the accounts know."""
    copies = [card for answer in answers for card in cards_of(answer)]
    assert len(rows(town, status_indices, status_indices.c.issued_id.is_not(None))) == len(copies)
    taken = Counter(row.number for row in rows(town, status_indices))
    assert {row.number: row.taken for row in rows(town, status_lists) if row.taken} == taken


# ---- what a wallet sends


@pytest.mark.spec("OpenID4VCI 1.0", "6.3", "a code is used once, and guessed at five times")
def test_fifty_guesses_at_once_are_five(town):
    made = town.offer(("persoonsgegevens",))
    first = town.wallet()
    code = first.code(made.link)
    first.ask_token("x", "1")
    wrong = "000000" if made.code != "000000" else "111111"
    twin = twins(town, first)
    answers = at_once(lambda n: said(twin[n].ask_token(code, wrong)))
    assert Counter(answers) == {(400, "invalid_grant"): MANY}
    ended = town.office.store.cases.find(made.case)
    assert isinstance(ended.case, Ended)
    assert ended.version == 1 + CODE_TRIES
    assert said(first.ask_token(code, made.code)) == (400, "invalid_grant")


@pytest.mark.spec("RFC 9449", "11.1", "one proof opens one request")
def test_fifty_with_one_dpop_proof(town):
    """At the token endpoint; its code is still there for who comes with a proof of their own."""
    made = town.offer(("persoonsgegevens",))
    first = town.wallet()
    code = first.code(made.link)
    first.ask_token("x", "1")
    proof = first.dpop("POST", first.at("token"), nonce=first.as_nonce)
    twin = twins(town, first)
    answers = at_once(lambda n: said(twin[n].ask_token(code, made.code, dpop=proof)))
    assert Counter(answers) == {(200, None): 1, (400, "invalid_dpop_proof"): MANY - 1}
    assert len(rows(town, tokens)) == len(rows(town, grants)) == 1


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.2", "one nonce gives one batch")
def test_fifty_with_one_proof_nonce(town):
    wallet, _ = town.confirmed()
    nonce = wallet.c_nonce()
    twin = twins(town, wallet)
    answers = at_once(lambda n: twin[n].ask_cards("persoonsgegevens", [new_key()], nonce=nonce))
    found = Counter(map(said, answers))
    assert found == {(200, None): 1, (400, "invalid_nonce"): MANY - 1}
    require_places(town, *(one for one in answers if one.status_code == 200))


@pytest.mark.spec("OpenID4VCI 1.0", "9", "one deferred transaction gives one batch")
def test_fifty_with_one_deferred_transaction(town):
    wallet, made = town.redeemed()
    keys = [new_key() for _ in range(3)]
    transaction = wallet.ask_cards("persoonsgegevens", keys).json()["transaction_id"]
    town.confirm(made, wallet)
    twin = twins(town, wallet)
    answers = at_once(lambda n: twin[n].collect(transaction))
    found = Counter(map(said, answers))
    assert found == {(200, None): 1, (400, "invalid_transaction_id"): MANY - 1}
    assert rows(town, deferred) == []
    require_places(town, *(one for one in answers if one.status_code == 200))


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "a case gives five batches of a kind, not one more")
def test_fifty_batches_of_one_case(town):
    wallet, made = town.confirmed()
    twin = twins(town, wallet)
    answers = at_once(lambda n: twin[n].ask_cards("persoonsgegevens", [new_key(), new_key()]))
    found = Counter(map(said, answers))
    assert found == {(200, None): 5, (400, "credential_request_denied"): MANY - 5}
    case = town.office.store.cases.find(made.case).case
    assert isinstance(case, Confirmed)
    assert case.collected == {"persoonsgegevens": 5}
    require_places(town, *(one for one in answers if one.status_code == 200))


# ---- what a person decides


@pytest.fixture
def applied(town) -> tuple[Settled, str]:
    """A wallet with a promise of a card that was granted, and the promise."""
    with_declared(town, URGENCY)
    settled = settle(town)
    issuer = town.office.municipality("0599")
    view = applications.open_card(
        town.office, issuer, settled.subject, "urgentie", {"reason": "ziek"}, (), town.now
    )
    answer = settled.wallet.ask_cards("urgentie", [new_key(), new_key()])
    case, clerk = view.application.file.case, {"clerk": "bea", "now": town.now}
    deciding.take(town.office, case, **clerk)
    deciding.decide(town.office, case, Outcome.GRANTED, claims=DECIDED, **clerk)
    return settled, answer.json()["transaction_id"]


@pytest.mark.spec("OpenID4VCI 1.0", "9", "one promise gives one batch")
def test_fifty_with_one_promise(town, applied):
    settled, transaction = applied
    before = len(rows(town, issued))
    twin = twins(town, settled.wallet)
    answers = at_once(lambda n: twin[n].collect(transaction))
    found = Counter(map(said, answers))
    # Who read the promise just before it was used up may hear that the hour has its batch.
    assert found.pop((200, None)) == 1
    assert set(found) <= {(400, "invalid_transaction_id"), (202, None)}
    assert len(rows(town, issued)) == before + 1
    assert said(settled.wallet.collect(transaction)) == (400, "invalid_transaction_id")


def test_of_fifty_promises_for_one_kind_the_last_stands(town):
    with_declared(town, URGENCY)
    settled = settle(town)
    twin = twins(town, settled.wallet)
    answers = at_once(lambda n: twin[n].ask_cards("urgentie", [new_key()]))
    assert {one.status_code for one in answers} == {202}
    (kept,) = rows(town, promises)
    mine = {base64url.sha256(one.json()["transaction_id"].encode()) for one in answers}
    assert kept.transaction_hash in mine


@pytest.mark.spec("Architecture", "Issuer", "of one kind of card one application is open")
def test_of_fifty_applications_for_one_kind_one_is_opened(town):
    with_declared(town, URGENCY)
    issuer = town.office.municipality("0599")
    name = subject(issuer.subject_key, "0599", RESIDENT)

    def apply(_number: int) -> str:
        try:
            applications.open_card(
                town.office, issuer, name, "urgentie", {"reason": "ziek"}, (), town.now
            )
        except WalletFault as fault:
            return fault.error
        return "opened"

    assert Counter(at_once(apply)) == {"opened": 1, "already_open": MANY - 1}
    assert len(town.office.store.applications.of_subject("0599", name)) == 1


# ---- the desk


@pytest.mark.spec("Regie formats", "6", "of twenty confirmations one counts")
def test_twenty_confirmations_at_once(town):
    wallet, made = town.redeemed()

    def confirm(_number: int) -> str:
        try:
            town.confirm(made, wallet)
        except DeskFault as fault:
            return fault.code
        return "confirmed"

    answers = Counter(at_once(confirm, 20))
    assert answers == {"confirmed": 1, "desk.confirmed_already": 19}


@pytest.mark.spec("Regie formats", "6", "three wrong numbers end it, however many are sent at once")
def test_twenty_wrong_numbers_and_the_right_one(town):
    wallet, made = town.redeemed()
    right = confirmation_number(wallet.jkt)
    wrong = "000000" if right != "000000" else "111111"

    def confirm(_number: int) -> str:
        try:
            desk.confirm(town.office, made.case, wrong, clerk="anna", now=town.now)
        except IssuerError as fault:
            return fault.code
        return "confirmed"

    answers = Counter(at_once(confirm, 20))
    assert set(answers) <= {"desk.number_wrong", "desk.number_locked", "desk.ended"}
    assert (answers["desk.number_wrong"], answers["desk.number_locked"]) == (2, 1)
    with pytest.raises(DeskFault, match=r"desk\.ended"):
        town.confirm(made, wallet)
    assert rows(town, grant_tokens) == []
    assert town.office.store.grants.by_case(made.case).state == "ended"


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.2", "one token has a bounded number of waiting requests")
def test_no_more_requests_wait_than_may(town):
    wallet, _ = town.redeemed()
    store = town.office.store.cases
    digest = base64url.sha256(wallet.token)

    def wait(number: int) -> str:
        try:
            store.wait(Waiting(f"t{number}", digest, "persoonsgegevens", (), town.now + 9), most=5)
        except WalletFault as fault:
            return fault.code
        return "waits"

    assert Counter(at_once(wait)) == {"waits": 5, "deferred.too_many": MANY - 5}
    with pytest.raises(WalletFault, match=r"bearer\.unknown"):
        store.wait(Waiting("other", "nobody's", "persoonsgegevens", (), town.now + 9), most=5)


# ---- places, revocations, publications, all together


@pytest.mark.spec("Token Status List", "13", "an index is never given twice")
@pytest.mark.spec("House rules", "6", "writers who meet wait for each other and never for ever")
def test_placing_revoking_and_publishing_at_once(town):
    settled = [settle(town) for _ in range(3)]
    issuer, office = town.office.municipality("0599"), town.office
    name = settled[0].subject
    kept = len(rows(town, status_indices))

    def account(count):
        raise AssertionError(count)

    def do(number: int) -> None:
        match number % 5:
            case 0:
                with office.store._database.writing() as connection:
                    place(connection, "0599", office.pool, 10, now=town.now, entropy=office.entropy)
            case 1:
                statuslists.publish(office, town.now)
            case 2:
                statuslists.revoke(
                    office,
                    issuer,
                    RESIDENT,
                    frozenset(KINDS if number % 2 else KINDS[::-1]),
                    now=town.now,
                    at_once=bool(number % 3),
                    reason="changed",
                )
            case 3:
                office.store.grants.mark_changed("0599", name)
                office.store.lists.revoke(
                    "0518", name, frozenset(KINDS), account, now=1, revocation=Revocation("other")
                )
            case _:
                server.maintain(office, town.now, None)

    for done in at_once(_caught(do), 30):
        assert done in (None, "revoke.nothing")
    assert len(rows(town, status_indices)) == kept + 60
    taken = Counter(row.number for row in rows(town, status_indices))
    assert {row.number: row.taken for row in rows(town, status_lists) if row.taken} == taken
    assert all(row.revoked_at for row in rows(town, status_indices) if row.issued_id)
    assert len({(row.kind, row.reason, row.at) for row in rows(town, notices)}) == len(KINDS)
    office.store.grants.end_of_subject("0599", name)
    assert {row.state for row in rows(town, grants)} == {"ended"}


def _caught(do: Callable[[int], None]) -> Callable[[int], str | None]:
    def one(number: int) -> str | None:
        try:
            do(number)
        except IssuerError as fault:
            return fault.code
        return None

    return one


# ---- starting


MIGRATE = """
import sys
from issuer.store import Store
store = Store(sys.argv[1], bytes)
print("ready", flush=True)
sys.stdin.readline()
store.migrate()
store.close()
"""


@pytest.mark.spec("Architecture", "Storage", "processes that start together find one database")
def test_two_processes_migrate_one_fresh_database(database_url):
    programs = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", MIGRATE, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for one in programs:
        assert one.stdout.readline() == "ready\n"
    for one in programs:
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in programs:
        one.communicate(timeout=30)
    assert [one.returncode for one in programs] == [0, 0, 0]
    store = Store(database_url, stream())
    assert store.lists.numbers("0599") == []
    store.close()
