"""What is due: the law's month, an extension, data that should be gone; and who still has what."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from support.rights_world import DAY, MONTH_END
from support.wallet_world import World

from credential.rights import Reason, Right, State
from wallet import reminderwords
from wallet.errors import WalletError
from wallet.service import reminders
from wallet.service import rights as service
from wallet.service.reminders import Due
from wallet.store import deadlines
from wallet.texts import Texts

NL, EN = Texts("nl"), Texts("en")
WAITING: dict[str, Any] = {"state": State.IN_PROGRESS, "erased": ()}


def ask(town: World, activity: str, right: Right) -> None:
    service.ask(town.wallet, town.network, activity, right, now=town.now)


def answer(town: World, **members: Any) -> None:
    town.verifier.answer_change = lambda one: dataclasses.replace(one, **members)


def kept_until(town: World, activity: str, day: str) -> None:
    """As if their retention began with the disclosure; the view says until when."""
    town.wallet.store.database.execute(
        "UPDATE activities SET kept_until = ? WHERE id = ?", (day, activity)
    )


@pytest.mark.spec("AVG", "12(3)", "one month; the wallet reminds when it has passed")
def test_no_answer_within_the_month(town: World) -> None:
    done = town.share()
    town.network.lose = lambda call: call.url.endswith("/rights")
    with pytest.raises(WalletError):
        ask(town, done.id, Right.ERASURE)
    assert reminders.due(town.wallet, now=town.now + MONTH_END - 1) == ()
    [one] = reminders.due(town.wallet, now=town.now + MONTH_END)
    assert (one.kind, one.activity, one.right) == (Due.LATE, done.id, "erasure")
    assert one.party == "Woonstichting Voorbeeldwonen"
    assert "01-02-2026" in reminderwords.line(one, NL)
    assert "01-02-2026" in reminderwords.short(one, EN)


def test_the_day_they_sign_counts(town: World) -> None:
    done = town.share()
    answer(town, **WAITING, due=town.now + 5 * DAY)
    ask(town, done.id, Right.OBJECTION)
    assert reminders.due(town.wallet, now=town.now + 5 * DAY) == ()
    assert reminders.due(town.wallet, now=town.now + 5 * DAY + 1)[0].right == "objection"


@pytest.mark.spec("AVG", "12(3)", "extended once by two months, signed: then the reminder waits")
def test_an_extension_is_honoured(town: World) -> None:
    done = town.share()
    why = Reason("complex", "Het is ingewikkeld.", "It is complex.")
    answer(town, state=State.EXTENDED, erased=(), due=town.now + 80 * DAY, reason=why)
    ask(town, done.id, Right.ERASURE)
    assert reminders.due(town.wallet, now=town.now + 70 * DAY) == ()
    assert len(reminders.due(town.wallet, now=town.now + 81 * DAY)) == 1


@pytest.mark.parametrize(
    ("members", "right"),
    [
        ({}, Right.ERASURE),
        ({"state": State.REFUSED, "erased": (), "reason": Reason("x", "x", "x")}, Right.OBJECTION),
        ({}, Right.STATUS),
        ({**WAITING, "due": 0}, Right.STATUS),
    ],
)
def test_what_was_answered_is_never_late(
    town: World, members: dict[str, Any], right: Right
) -> None:
    done = town.share()
    if "due" in members:
        members = {**members, "due": town.now}
    answer(town, **members)
    ask(town, done.id, right)
    assert reminders.due(town.wallet, now=town.now + 400 * DAY) == ()


def test_put_away_is_no_longer_due(town: World) -> None:
    done = town.share()
    answer(town, **WAITING, due=town.now + DAY)
    ask(town, done.id, Right.ERASURE)
    later = town.now + 10 * DAY
    [one] = reminders.due(town.wallet, now=later)
    service.close(town.wallet, one.case[:10], now=later)
    assert reminders.due(town.wallet, now=later) == ()
    assert town.kinds(done.id)[-1] == "right.answered"
    with pytest.raises(WalletError, match=r"right\.none"):
        service.close(town.wallet, one.case, now=later)
    with pytest.raises(WalletError, match=r"right\.none"):
        service.close(town.wallet, "", now=later)


def test_after_the_day_of_erasing_proof_is_asked(town: World) -> None:
    done = town.share()
    kept_until(town, done.id, "2026-01-01")
    assert reminders.due(town.wallet, now=town.now) == ()
    [one] = reminders.due(town.wallet, now=town.now + DAY)
    assert (one.kind, one.activity) == (Due.PROOF, done.id)
    assert "01-01-2026" in reminderwords.line(one, NL)


@pytest.mark.parametrize("gone", [False, True])
def test_asking_for_proof_settles_it(town: World, gone: bool) -> None:
    """Whatever they answer it was asked; that they still have it stands on the entry."""
    done = town.share()
    kept_until(town, done.id, "2025-12-31")
    assert len(reminders.due(town.wallet, now=town.now)) == 1
    if gone:
        why = Reason(service.NOTHING_HELD, "Niets meer.", "Nothing left.")
        answer(town, erased=(), reason=why)
    ask(town, done.id, Right.STATUS)
    assert reminders.due(town.wallet, now=town.now + DAY) == ()
    assert reminders.standing(town.wallet, now=town.now).organisations == (0 if gone else 1)
    assert "right-answer" in {one.role for one in town.wallet.store.evidence(done.id)}


def test_of_one_organisation_once_and_not_for_ever(town: World) -> None:
    first, second = town.share().id, _again(town)
    kept_until(town, first, "2026-03-01")
    kept_until(town, second, "2026-02-01")
    at = int(datetime(2026, 4, 1, tzinfo=UTC).timestamp())
    [one] = reminders.due(town.wallet, now=at)
    assert one.activity == second
    assert reminders.due(town.wallet, now=at + 500 * DAY) == ()


def test_who_still_has_something(town: World) -> None:
    empty = reminders.standing(town.wallet, now=town.now)
    assert reminderwords.standing(empty, NL) == ""
    done = town.share()
    found = reminders.standing(town.wallet, now=town.now)
    assert reminderwords.standing(found, NL) == "Je gegevens zijn nog bij 1 organisatie."
    kept_until(town, done.id, "2027-03-01")
    words = reminderwords.standing(reminders.standing(town.wallet, now=town.now), NL)
    assert words.endswith("Woonstichting Voorbeeldwonen wist op 01-03-2027.")
    many = dataclasses.replace(found, organisations=3, first="A", day="2027-03-01")
    assert "3 organisaties. De eerste, A, wist op 01-03-2027" in reminderwords.standing(many, NL)


def test_what_is_due_is_found_by_an_index(town: World) -> None:
    """With 100,000 entries the first screen must not read them all."""
    store = town.wallet.store
    plan = store.database.rows(
        "EXPLAIN QUERY PLAN SELECT a.id FROM activities AS a WHERE a.kept_until <> ''"
        " AND a.kept_until >= ? ORDER BY a.kept_until, a.first_n LIMIT 1",
        ("2026-01-01",),
    )
    assert any("activities_kept" in str(row["detail"]) for row in plan)
    assert deadlines.overdue(store, "2026-01-01", "2025-01-01") == ()


def _again(town: World) -> str:
    for pending in town.wallet.store.requests():
        from wallet.events import Kind

        town.wallet.store.close_request(pending.id, Kind.REQUEST_DECLINED, {}, at=town.now)
    return town.share(town.receive()).id
