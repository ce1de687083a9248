"""Clerks, their sessions and their log on disk: once is once, on every database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.issuer_home import stream

from issuer.store import Store
from issuer.store.audit import Period
from issuer.store.clerks import ActionRow

NOW = 1_800_000_000


@pytest.fixture
def store(database_url):
    made = Store(database_url, stream())
    made.migrate()
    yield made
    made.close()


def action(what: str, **members: object) -> ActionRow:
    row = {
        "at": NOW,
        "keep_until": NOW + 100,
        "municipality": "0599",
        "clerk": "anna",
        "action": what,
        "case_id": None,
        "subject": None,
        "purpose": "question",
        **members,
    }
    return ActionRow(**row)  # type: ignore[arg-type]


@pytest.mark.spec("House rules", "6", "of fifty answers to one login one is the first")
def test_a_login_is_finished_once(store):
    store.clerks.begin("session", "state", b"sealed", NOW + 600)

    def finish(_number: int) -> bytes | None:
        return store.clerks.finish("session", "state", NOW)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(finish, range(50)))
    assert [one for one in found if one is not None] == [b"sealed"]


def test_a_login_of_another_browser_or_too_late_is_none(store):
    store.clerks.begin("session", "state", b"sealed", NOW + 600)
    assert store.clerks.finish("other", "state", NOW) is None
    assert store.clerks.finish("session", "other", NOW) is None
    assert store.clerks.finish("session", "state", NOW + 600) is None
    assert store.clerks.finish("session", "state", NOW) is None  # a try too late uses it up


def test_a_session_is_written_over_what_was_read(store):
    store.clerks.open("session", b"one", NOW + 600, action("login"))
    with ThreadPoolExecutor(8) as pool:
        done = list(
            pool.map(lambda n: store.clerks.change("session", b"one", b"%d" % n), range(30))
        )
    assert done.count(True) == 1
    after = store.clerks.session("session", NOW, 60, stays=False)
    assert after == b"%d" % done.index(True)


def test_a_session_ends_by_itself(store):
    store.clerks.open("session", b"one", NOW + 100, action("login"))
    assert store.clerks.session("session", NOW + 59, 60, stays=False) == b"one"
    assert store.clerks.session("session", NOW + 99, 60, stays=True) == b"one"
    assert store.clerks.session("session", NOW + 100, 60, stays=True) is None
    store.clerks.purge(NOW + 100, 60)
    store.clerks.open("session", b"two", NOW + 1_000, action("login"))
    assert store.clerks.session("session", NOW + 60, 60, stays=False) is None
    store.clerks.close("session")
    assert store.clerks.session("session", NOW, 60, stays=False) is None


def test_the_log_is_searched_and_ends_after_its_term(store):
    for row in (
        action("search"),
        action("offer", case_id="AAAA", subject="one"),
        action("confirm", case_id="AAAA", clerk="bram", at=NOW + 5),
        action("offer", case_id="BBBB", subject="two", purpose="card-issuance Z_7"),
        action("offer", municipality="0518"),
    ):
        store.clerks.act(row)
    audit = store.audit

    def found(**wanted: object) -> list[str]:
        period = Period(**{"since": NOW, "until": NOW + 10, **wanted})  # type: ignore[arg-type]
        total, rows = audit.actions("0599", period, most=10, skip=0)
        assert total == len(rows)
        return [one.action for one in rows]

    assert found() == ["confirm", "offer", "offer", "search"]
    assert found(until=NOW + 5) == ["offer", "offer", "search"]
    assert found(clerk="bram") == ["confirm"]
    assert found(reference="AAAA") == ["confirm", "offer"]
    assert found(reference="Z_7") == ["offer"]
    assert found(reference="Z%7") == []
    assert audit.counts("0599", Period(NOW, NOW + 10)) == {"confirm": 1, "offer": 2, "search": 1}
    assert [one.action for one in audit.actions_of("0599", "one", most=9)] == ["confirm", "offer"]
    total, rows = audit.actions("0599", Period(NOW, NOW + 10), most=1, skip=1)
    assert (total, [one.case_id for one in rows]) == (4, ["BBBB"])
    store.clerks.purge(NOW + 100, 60)
    assert found() == []
