"""Coming back to an issuer: what is kept for it, and how an older wallet gets a place for that."""

import json
from pathlib import Path

import pytest
from support.logging_in import log_in
from support.network import reply
from support.scheme import VOORBEELDSTAD, WESTHOVE
from support.wallet_world import World
from support.wallets import NOW, give_card

from wallet import clock, log
from wallet.config import Config
from wallet.errors import ExitCode, NotReady, WalletError
from wallet.keyfile import LABEL_DATABASE, MasterKey
from wallet.service import issuers, sync
from wallet.service.session import open_session
from wallet.service.wallet import Wallet
from wallet.session import StoredSession
from wallet.store import DATABASE_FILE, Filter, Store, schema, view
from wallet.store.database import Database
from wallet.texts import LANGUAGES, Texts

PHRASE = "een zin van genoeg tekens"
DATA = Path(__file__).parent / "data"
MASTER = MasterKey(bytes(32))


def session(home: World):
    return open_session(home.wallet, home.network, home.issuer.party.oin, now=home.now)


def stored(home: World) -> StoredSession:
    found = home.wallet.store.session(home.issuer.party.oin)
    assert found is not None
    return found


# The `my` addresses.


def test_a_login_leaves_a_session(home: World) -> None:
    home.issuer.declared = {"urgentie": [{"name": "reden", "type": "long"}]}
    log_in(home)
    found = stored(home)
    assert found.name == "Gemeente Voorbeeldstad"
    assert found.my_endpoint == f"{home.issuer.id}/my"
    assert found.refresh_token == "refresh-1"
    assert {one.kind for one in found.wanted} == {
        "persoonsgegevens",
        "verblijfsrecht",
        "woonadres",
    }
    assert session(home).declared == {"urgentie": [{"name": "reden", "type": "long"}]}


def test_the_desk_leaves_a_session_once_there_is_a_card(home: World) -> None:
    home.issuer.deferred = True
    progress = home.add()
    assert progress.state == "pending"
    assert home.wallet.store.sessions() == ()
    home.issuer.decided = True
    from wallet.service import requests

    requests.collect(home.wallet, home.network, now=home.now)
    assert stored(home).refresh_token == "refresh-1"
    assert session(home).get() == {}


def test_what_is_asked_there_is_proven_with_the_key(home: World) -> None:
    log_in(home)
    home.issuer.my_answer = {"cards": []}
    assert session(home).get() == {"cards": []}
    assert home.issuer.my_calls[-1].headers["authorization"] == "DPoP access-1"


def test_posting(home: World) -> None:
    log_in(home)
    home.issuer.my_routes["POST", "/cases"] = lambda call: reply(
        201, json.dumps({"case": json.loads(call.body)}), "application/json"
    )
    home.issuer.my_routes["POST", "/cases/1/withdraw"] = lambda _: reply(204, "", "text/plain")
    opened = session(home)
    assert opened.post("/cases", {"kind": "urgentie"}, {"idempotency-key": "k"}) == {
        "case": {"kind": "urgentie"}
    }
    assert home.issuer.my_calls[-1].headers["idempotency-key"] == "k"
    assert opened.post("/cases/1/withdraw", {}) == {}


@pytest.mark.spec("RFC 6749", "6", "an access token that ended is renewed")
def test_a_token_that_ended_is_renewed_and_kept(home: World) -> None:
    log_in(home)
    home.now = home.issuer.now = home.now + 4_000
    session(home).get()
    assert stored(home).access_token == "access-2"
    session(home).get()
    assert len(home.issuer.tokens_asked) == 2, "kept: not renewed for every call"


def test_a_token_refused_before_its_time_is_renewed_once(home: World) -> None:
    log_in(home)
    home.issuer.access.clear()
    session(home).get()
    assert len(home.issuer.tokens_asked) == 2
    home.issuer.my_routes["GET", ""] = lambda _: reply(401, "", "application/json")
    with pytest.raises(WalletError, match=r"session\.ended"):
        session(home).get()
    assert len(home.issuer.tokens_asked) == 3


def test_without_a_refresh_token_it_ends(home: World) -> None:
    home.issuer.refreshes = False
    log_in(home)
    session(home).get()
    home.now = home.issuer.now = home.now + 4_000
    with pytest.raises(WalletError, match=r"session\.ended") as caught:
        session(home).get()
    assert caught.value.exit is ExitCode.NOT_READY


@pytest.mark.spec("RFC 9449", "5", "a refreshed token that is not bound is refused")
def test_refuses_a_bearer_token_on_renewal(home: World) -> None:
    log_in(home)
    home.now = home.issuer.now = home.now + 4_000
    home.issuer.token = lambda found: {**found, "token_type": "Bearer"}
    with pytest.raises(WalletError) as caught:
        session(home).get()
    assert caught.value.params["rule"] == "issuer.token_not_bound"


def test_a_server_may_rotate_its_refresh_token(home: World) -> None:
    log_in(home)
    home.now = home.issuer.now = home.now + 4_000
    home.issuer.token = lambda found: {**found, "refresh_token": "newer"}
    session(home).get()
    assert stored(home).refresh_token == "newer"


@pytest.mark.parametrize(
    ("status", "body", "code", "exit_code"),
    [
        (404, {"error": "not_found"}, "session.not_found", ExitCode.NO_MATCH),
        (413, {"error": "invalid_request"}, "session.too_big", ExitCode.USAGE),
        (400, {"error": "case_closed"}, "session.refused", ExitCode.USAGE),
        (409, {}, "session.refused", ExitCode.USAGE),
        (403, {"error": "insufficient_scope"}, "session.ended", ExitCode.NOT_READY),
        (429, {}, "network.busy", ExitCode.NETWORK),
        (503, {}, "network.busy", ExitCode.NETWORK),
        (302, {}, "session.refused", ExitCode.USAGE),
    ],
)
def test_refusals_in_plain_words(
    home: World, status: int, body: dict, code: str, exit_code: ExitCode
) -> None:
    log_in(home)
    home.issuer.my_status, home.issuer.my_answer = status, body
    with pytest.raises(WalletError) as caught:
        session(home).get()
    assert (caught.value.code, caught.value.exit) == (code, exit_code)


def test_an_answer_that_is_no_object(home: World) -> None:
    log_in(home)
    home.issuer.my_routes["GET", ""] = lambda _: reply(200, "[1]", "application/json")
    with pytest.raises(WalletError) as caught:
        session(home).get()
    assert caught.value.params["rule"] == "issuer.my_malformed"


def test_nobody_to_go_back_to(home: World) -> None:
    with pytest.raises(WalletError, match=r"session\.none") as caught:
        session(home)
    assert caught.value.exit is ExitCode.NO_MATCH


def test_an_issuer_without_the_addresses(home: World) -> None:
    home.issuer.metadata_keys = lambda found: {
        name: value for name, value in found.items() if name != "nl_regie"
    }
    log_in(home)
    with pytest.raises(WalletError, match=r"session\.no_my"):
        session(home).get()


@pytest.mark.spec("Regie trust", "4.5", "nothing is sent to an issuer that was withdrawn")
def test_nothing_goes_to_an_issuer_that_may_not_issue(own_home: World) -> None:
    log_in(own_home)
    withdraw(own_home)
    own_home.network.calls.clear()
    with pytest.raises(WalletError, match=r"session\.issuer_ended"):
        session(own_home)
    assert own_home.network.calls == []


@pytest.mark.parametrize("reason", ["merged", "ceased", "compromised"])
def test_why_nothing_goes_there_any_more(own_home: World, reason: str) -> None:
    """Each its own sentence: with a way on where there is one, and a warning of a stolen key."""
    log_in(own_home)
    if reason == "merged":
        own_home.scheme.succeed(VOORBEELDSTAD, [WESTHOVE], at=own_home.now, reason=reason)
        published(own_home)
    else:
        withdraw(own_home, withdrawal_reason=reason)
    code = {"merged": "withdrawn", "ceased": "ended"}.get(reason, reason)
    name = own_home.scheme.parties[VOORBEELDSTAD].name
    for ask in (
        lambda: session(own_home),
        lambda: issuers.find(own_home.wallet, name, now=own_home.now),
    ):
        with pytest.raises(WalletError) as caught:
            ask()
        assert caught.value.code == f"session.issuer_{code}"
        for lang in LANGUAGES:
            told = Texts(lang)
            assert name in told.get(f"error.{caught.value.code}.sentence", issuer=name)
            assert told.get(f"error.{caught.value.code}.hint")


def test_nothing_goes_to_a_host_that_is_no_longer_its_own(own_home: World) -> None:
    log_in(own_home)
    found = stored(own_home)
    import dataclasses

    own_home.wallet.store.keep_session(
        dataclasses.replace(found, my_endpoint="https://elsewhere.example/my")
    )
    own_home.network.calls.clear()
    with pytest.raises(WalletError) as caught:
        session(own_home)
    assert caught.value.params["rule"] == "issuer.endpoint_host"
    assert own_home.network.calls == []


def withdraw(home: World, **more: object) -> None:
    import dataclasses

    party = home.scheme.parties[VOORBEELDSTAD]
    assert party.issuing is not None
    more = {"withdrawal_reason": "merged", **more}
    issuing = dataclasses.replace(party.issuing, withdrawn=home.now, **more)  # type: ignore[arg-type]
    home.scheme.change(VOORBEELDSTAD, issuing=issuing)
    published(home)


def published(home: World) -> None:
    home.scheme.publish(home.now + 60)
    home.now = home.issuer.now = home.now + 60
    home.scheme.write(Path(home.wallet.config.scheme_url))
    sync.sync(home.wallet, home.network, now=home.now)


# The store.


def test_one_session_per_issuer(home: World) -> None:
    log_in(home)
    log_in(home)
    assert len(home.wallet.store.sessions()) == 1
    assert stored(home).refresh_token == "refresh-2"


def test_a_session_can_be_ended(home: World) -> None:
    log_in(home)
    assert home.wallet.store.end_session(home.issuer.party.oin)
    assert not home.wallet.store.end_session(home.issuer.party.oin)
    assert home.wallet.store.sessions() == ()


def test_tokens_are_nowhere_in_the_files(home: World) -> None:
    log_in(home)
    home.wallet.store.close()
    for path in home.wallet.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"refresh-1" not in content
            assert b"access-1" not in content
    home.wallet.store = Store.open(
        home.wallet.home, MASTER, write=True, entropy=home.wallet.entropy
    )


# From earlier versions.


def tables(database: Database) -> dict[str, str]:
    rows = database.rows("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {row["name"]: " ".join(row["sql"].split()) for row in rows}


def old_wallet(folder: Path, version: int = 1) -> Path:
    """A wallet with a card, as this version left it."""
    with Wallet.create(folder, PHRASE, config=Config(), at=NOW, entropy=clock.random_bytes) as made:
        give_card(made.store)
        database = made.store.database
        older = statements(version)
        for name, sql in sorted(tables(database).items()):
            if older.get(name) != sql and not name.startswith("activity_words_"):
                kind = "INDEX" if sql.startswith("CREATE INDEX") else "TABLE"
                database.execute(f"DROP {kind} IF EXISTS {name}")
        # A view as it was, and empty: it is made anew from the log.
        lost = [older[name] for name in older.keys() - tables(database).keys()]
        for sql in sorted(lost, key=lambda sql: sql.startswith("CREATE INDEX")):
            database.execute(sql)
        database.execute(f"PRAGMA user_version = {version}")
        assert tables(database) == statements(version)
    return folder


def statements(version: int) -> dict[str, str]:
    """The tables of a version as they were, by name."""
    found = {}
    for line in (DATA / f"schema-{version}.sql").read_text("utf-8").splitlines():
        name, _, sql = line.partition("\t")
        found[name] = sql
    return found


@pytest.mark.spec("Architecture", "Storage", "a wallet of the version before is brought up to date")
@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_version_is_brought_up_and_keeps_everything(tmp_path: Path, version: int) -> None:
    folder = old_wallet(tmp_path / "wallet", version)
    with Wallet.open(folder, PHRASE, write=True, at=NOW, entropy=clock.random_bytes) as wallet:
        assert schema.version_of(wallet.store.database) == schema.VERSION
        assert len(wallet.store.cards()) == 1
        assert wallet.store.sessions() == ()
        # The view was made anew from the log.
        [received] = wallet.store.activities(Filter(search="persoonsgegevens"))
        assert received.others == "localhost:8441"
        assert log.verify(wallet.store).ok
        migrated = tables(wallet.store.database)
    with Wallet.create(
        tmp_path / "fresh", PHRASE, config=Config(), at=NOW, entropy=clock.random_bytes
    ) as fresh:
        assert migrated == tables(fresh.store.database)


def test_reading_an_older_wallet_brings_it_up_to_date_too(tmp_path: Path) -> None:
    folder = old_wallet(tmp_path / "wallet")
    with Wallet.open(folder, PHRASE, write=False, at=NOW, entropy=clock.random_bytes) as wallet:
        assert schema.version_of(wallet.store.database) == schema.VERSION
        assert len(wallet.store.cards()) == 1


def test_an_older_wallet_is_not_touched_while_another_program_writes(tmp_path: Path) -> None:
    from wallet.lock import WriterLock

    folder = old_wallet(tmp_path / "wallet")
    lock = WriterLock.take(folder)
    with pytest.raises(NotReady, match=r"wallet\.busy"):
        Wallet.open(folder, PHRASE, write=False, at=NOW, entropy=clock.random_bytes)
    lock.release()


def test_a_newer_wallet_is_refused(tmp_path: Path) -> None:
    store = Store.create(tmp_path, MASTER, at=NOW, entropy=clock.random_bytes)
    store.database.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    store.close()
    for write in (True, False):
        with pytest.raises(NotReady, match=r"store\.newer"):
            Store.open(tmp_path, MASTER, write=write, entropy=clock.random_bytes)


def test_a_migration_is_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = old_wallet(tmp_path / "wallet")
    from wallet import keyfile

    master = keyfile.unlock((folder / keyfile.FILE).read_bytes(), PHRASE)
    database = Database.open(folder / DATABASE_FILE, master.derive(LABEL_DATABASE), write=True)
    database.execute("CREATE TABLE logins (in_the_way INTEGER)")
    with pytest.raises(Exception, match="already exists"):
        schema.migrate(database, view.remake)
    assert schema.version_of(database) == 1
    assert "issuer_sessions" not in tables(database)
    database.close()
