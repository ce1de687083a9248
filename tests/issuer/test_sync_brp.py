"""What happens to people happens to their cards: only what is no longer true ends, and once."""

import pytest
from support import changing
from support.changing import DAY, NAAR_WESTHOVE, OVERLEDEN, VERHUISD, ChangingTown, title
from support.issuer_home import FIVE, RESIDENT
from support.people import day, nationality

from issuer.brp.errors import Unavailable
from issuer.errors import Busy
from issuer.offer import Ended, Reason
from issuer.service import events
from issuer.tables import brp_queries, issued, processing

HOUSEMATE = "999999357"


@pytest.fixture
def here(tmp_path, database_url) -> ChangingTown:
    made = changing.make(tmp_path, database=database_url)
    yield made
    made.town.office.close()


@pytest.fixture
def two(tmp_path) -> ChangingTown:
    made = changing.make(tmp_path, westhove=True)
    yield made
    made.town.office.close()


def rows(here: ChangingTown, table) -> list:
    with here.town.office.store._database.reading() as connection:
        return connection.execute(table.select()).all()


def standing(here: ChangingTown, cards: dict) -> dict[str, int]:
    """Valid copies per kind, once everything that was set in motion has happened."""
    here.later(DAY)
    return {kind: here.valid(copies) for kind, copies in cards.items()}


# ---- each event, end to end


def happens(here: ChangingTown, cards: dict, patch: dict) -> tuple[set[str], set[str]]:
    """The kinds that ended and the reasons that were given; a second run does nothing."""
    here.happens(patch)
    done = here.sync()
    assert done.failed == 0, done.codes
    again = here.sync()
    assert (again.revoked, again.better, again.failed) == ({}, 0, 0)
    told = {kind: reason for kind, event, reason in here.notices() if event == "revoked"}
    left = standing(here, cards)
    ended = {kind for kind, count in left.items() if count == 0}
    assert all(count in (0, len(cards[kind])) for kind, count in left.items())
    assert set(told) == ended
    assert sum(done.revoked.values()) == sum(len(cards[kind]) for kind in ended)
    assert set(done.revoked) == set(told.values())
    return ended, set(told.values())


@pytest.mark.spec("Regie formats", "7", "an event ends only what is no longer true")
@pytest.mark.parametrize(
    ("patch", "ended", "reason"),
    [
        (VERHUISD, {"woonadres", "woongeschiedenis", "huishouden"}, "moved"),
        (OVERLEDEN, set(FIVE), "died"),
        ({"naam": {"geslachtsnaam": "Nieuwenhuis"}}, {"persoonsgegevens"}, "name"),
        ({"nationaliteiten": [nationality("0110")]}, {"verblijfsrecht"}, "nationality"),
        (
            {"nationaliteiten": [nationality("0001"), nationality("0110")]},
            {"verblijfsrecht"},
            "nationality",
        ),
        (
            {"naam": {"inOnderzoek": {"geslachtsnaam": True}}},
            {"persoonsgegevens"},
            "investigation",
        ),
        (
            {"verblijfplaats": {"inOnderzoek": {"verblijfadres": True, "functieAdres": True}}},
            {"woonadres", "huishouden", "woongeschiedenis"},
            "investigation",
        ),
        (
            {"verblijfplaats": {"indicatieVastgesteldVerblijftNietOpAdres": True}},
            {"woonadres", "huishouden", "woongeschiedenis"},
            None,
        ),
        (NAAR_WESTHOVE, set(FIVE), "municipality"),
        (
            {
                "verblijfplaats": {"type": "VerblijfplaatsBuitenland"},
                "gemeenteVanInschrijving": {"code": "1999"},
                "opschortingBijhouding": {"reden": {"code": "E"}},
            },
            set(FIVE),
            "moved",
        ),
        ({"opschortingBijhouding": {"reden": {"code": "M"}}}, set(FIVE), "other"),
        ({"geslacht": {"code": "V"}}, {"persoonsgegevens"}, "other"),
        ({"aNummer": "1234567890"}, set(), None),
    ],
    ids=[
        "moved",
        "died",
        "name",
        "nationality-lost",
        "nationality-gained",
        "name-in-doubt",
        "address-in-doubt",
        "not-at-address",
        "other-municipality",
        "emigrated",
        "suspended",
        "sex",
        "nothing-on-a-card",
    ],
)
def test_an_event_ends_exactly_what_is_no_longer_true(here, patch, ended, reason):
    cards = here.issue(*FIVE)
    found, reasons = happens(here, cards, patch)
    assert found == ended
    if reason is not None:
        assert reasons == {reason}


@pytest.mark.spec("Regie formats", "7", "death at once, the rest at moments of their own")
def test_death_shows_at_the_next_publication_and_a_move_within_a_day(here):
    moved = here.issue("woonadres", copies=10)
    dead = here.issue("woonadres", copies=10, bsn=HOUSEMATE)
    here.happens(VERHUISD)
    here.happens(OVERLEDEN, HOUSEMATE)
    assert here.sync().revoked == {"moved": 10, "died": 10}
    assert here.valid(dead["woonadres"]) == 0
    assert here.valid(moved["woonadres"]) > 0
    here.later(DAY)
    assert here.valid(moved["woonadres"]) == 0


def test_the_next_card_says_what_is_so_and_stays(here):
    old = here.issue("woonadres")
    here.happens(VERHUISD)
    here.sync()
    new = here.issue("woonadres")
    assert new["woonadres"][0].payload["address"]["street_address"] == "Perenlaan"
    assert here.sync().revoked == {}
    here.later(DAY)
    assert (here.valid(old["woonadres"]), here.valid(new["woonadres"])) == (0, 3)


def test_a_grant_gives_no_more_of_what_was_so(here):
    here.issue("woonadres")
    store = here.town.office.store
    (before,) = store.grants.of_subject("0599", subject(here))
    here.happens(VERHUISD)
    here.sync()
    (after,) = store.grants.of_subject("0599", subject(here))
    assert (before.changed, bool(after.changed), after.state) == (0, True, "active")
    here.happens(OVERLEDEN)
    here.sync()
    # Everything had ended already; nobody is asked about, but nothing is given either.
    (after,) = store.grants.of_subject("0599", subject(here))
    assert after.changed


def test_who_died_has_no_grant_any_more(here):
    here.issue("woonadres")
    here.happens(OVERLEDEN)
    here.sync()
    (after,) = here.town.office.store.grants.of_subject("0599", subject(here))
    assert (after.state, after.box) == ("ended", None)


def subject(here: ChangingTown, bsn: str = RESIDENT) -> str:
    from issuer.service.heritage import holder

    return holder(here.town.office, "0599").subject(bsn)


# ---- what time does


@pytest.mark.spec("Regie formats", "1", "what ends sooner ends through the status list, on the day")
def test_a_title_ends_on_its_day_without_a_word_from_the_register(here):
    here.happens(title("21", "2026-03-10"))
    cards = here.issue("verblijfsrecht", "persoonsgegevens", copies=10)
    here.sync()
    here.later(65 * DAY)  # 7 March
    assert here.sync().revoked == {}
    here.later(3 * DAY - 100)  # just before the tenth
    asked = len(here.network.questions())
    assert here.sync().revoked == {"title_ended": 10}
    assert here.sync().revoked == {}
    assert here.notices() == []
    assert here.valid(cards["verblijfsrecht"]) == 10
    here.later(100)
    assert here.notices() == [("verblijfsrecht", "revoked", "title_ended")]
    assert standing(here, cards) == {"verblijfsrecht": 0, "persoonsgegevens": 10}
    # Time alone ended it: the register was not asked about anyone.
    assert len(here.network.questions()) == asked


def test_a_title_that_was_prolonged_does_not_end(here):
    here.happens(title("21", "2026-03-10"))
    cards = here.issue("verblijfsrecht")
    here.sync()
    here.later(30 * DAY)
    here.happens(title("21", "2031-03-10"))
    assert here.sync().revoked == {"other": 3}
    new = here.issue("verblijfsrecht")
    here.later(60 * DAY)
    assert here.sync().revoked == {}
    assert (here.valid(cards["verblijfsrecht"]), here.valid(new["verblijfsrecht"])) == (0, 3)


@pytest.mark.spec("Regie formats", "1", "age flags only go from false to true: renewed on the day")
def test_a_birthday_is_told_once_and_ends_nothing(here):
    here.happens({"geboorte": {"datum": day("2005-03-01")}})
    cards = here.issue("persoonsgegevens", "woonadres")
    assert here.sync().better == 0
    here.later(58 * DAY)  # 28 February
    done = here.sync()
    assert (done.better, done.revoked) == (1, {})
    assert here.notices() == []
    here.later(DAY)
    assert here.notices() == [("persoonsgegevens", "renewable", "birthday")]
    again = here.sync()
    assert (again.better, again.revoked) == (0, {})
    # And a change of something else does not mistake the grown flag for an untruth.
    here.happens({"aNummer": "1234567890"})
    done = here.sync()
    assert (done.better, done.revoked) == (0, {})
    assert standing(here, cards) == {"persoonsgegevens": 3, "woonadres": 3}


def test_a_wallet_that_fetched_since_is_not_told_again_and_another_is(here):
    here.happens({"geboorte": {"datum": day("2005-03-01")}})
    for _ in range(2):
        here.issue("persoonsgegevens")
    here.later(60 * DAY)
    here.sync()
    here.issue("persoonsgegevens")
    store = here.town.office.store

    def told(grant_id: str) -> list[str]:
        found = store.notices.of("0599", subject(here), here.now, grant_id=grant_id)
        return [one.reason for one in found]

    first, second, third = [
        row.grant_id for row in sorted(rows(here, issued), key=lambda row: row.issued_id)
    ]
    assert [told(first), told(second), told(third)] == [["birthday"], ["birthday"], []]
    here.happens(VERHUISD | {"naam": {"geslachtsnaam": "Nieuwenhuis"}})
    here.sync()
    assert [told(one)[0] for one in (first, second, third)] == ["name", "name", "name"]


def test_what_the_register_can_say_now_is_told_once(here):
    here.happens({"naam": {"inOnderzoek": {"voornamen": True}}})
    cards = here.issue("persoonsgegevens")
    here.happens({"naam": {"inOnderzoek": None}})
    assert here.sync().better == 1
    assert here.notices() == [("persoonsgegevens", "renewable", "name")]
    for _ in range(2):
        here.later(DAY)
        here.happens({"aNummer": "1234567890"})
        assert here.sync().better == 0
    assert len(here.notices()) == 1
    assert standing(here, cards) == {"persoonsgegevens": 3}


def test_the_mark_of_restricted_disclosure_is_worth_a_new_card_and_ends_none(here):
    cards = here.issue(*FIVE)
    here.happens({"geheimhoudingPersoonsgegevens": True})
    done = here.sync()
    assert (done.better, done.revoked) == (5, {})
    here.happens({"geheimhoudingPersoonsgegevens": None})
    done = here.sync()
    assert (done.better, done.revoked) == (0, {})
    assert set(standing(here, cards).values()) == {3}


# ---- who is asked about, and what is protocolled


@pytest.mark.spec("Regie domain", "1.4", "nobody is asked about who holds no cards")
def test_the_register_is_not_asked_about_who_has_no_cards(here):
    here.happens(VERHUISD)
    done = here.sync()
    assert (done.changed, done.asked) == (1, 0)
    assert here.network.questions() == []
    assert rows(here, brp_queries) == []


def test_the_first_question_is_the_smallest_and_every_one_is_protocolled(here):
    here.issue("woonadres")
    before = len(here.network.questions())
    queries = len(rows(here, brp_queries))
    here.happens(NAAR_WESTHOVE)
    here.sync()
    (only,) = here.network.questions()[before:]
    assert set(only["fields"]) == {
        "burgerservicenummer",
        "geboorte.datum",
        "gemeenteVanInschrijving",
        "indicatieCurateleRegister",
    }
    (row,) = rows(here, brp_queries)[queries:]
    assert (row.official, row.purpose, row.found) == ("sync-brp", "card-maintenance", 1)
    names = [row.name for row in rows(here, processing)]
    assert "compare cards" in names
    assert "revoke woonadres (municipality)" in names


def test_nobody_is_gone_because_the_register_stays_silent(here):
    """An irreversible act rests on what the register says, not on an empty answer."""
    cards = here.issue("woonadres")
    here.happens(VERHUISD)
    source = here.town.office.source
    original = source._client.by_bsn
    source._client.by_bsn = lambda *_args: ()
    done = here.sync()
    assert (done.failed, done.codes, done.revoked) == (1, {"brp.not_found"}, {})
    assert here.valid(cards["woonadres"]) == 3
    source._client.by_bsn = original
    assert here.sync().revoked == {"moved": 3}


def test_a_resident_of_the_neighbour_is_the_neighbours(two):
    here = two
    mine = here.issue("woonadres")
    here.happens(NAAR_WESTHOVE)
    assert here.sync().revoked == {"municipality": 3}
    new = here.issue("woonadres", code="0518")
    assert here.sync().revoked == {}
    assert here.valid(new["woonadres"]) == 3
    here.later(DAY)
    assert here.valid(mine["woonadres"]) == 0
    assert here.notices("0518") == []


def test_who_came_under_curatorship_keeps_cards_that_are_true(here):
    cards = here.issue("woonadres", "persoonsgegevens")
    here.happens({"indicatieCurateleRegister": True})
    assert here.sync().revoked == {}
    here.happens({"naam": {"geslachtsnaam": "Nieuwenhuis"}})
    assert here.sync().revoked == {"name": 3}
    assert standing(here, cards) == {"woonadres": 3, "persoonsgegevens": 0}


# ---- faults, and being killed


def test_a_fault_of_one_does_not_stop_the_other_and_is_tried_again(here, caplog):
    here.issue("woonadres")
    here.issue("woonadres", bsn=HOUSEMATE)
    here.network.broken_for = frozenset({RESIDENT})
    here.happens(VERHUISD)
    here.happens(VERHUISD, HOUSEMATE)
    done = here.sync()
    assert (done.revoked, done.failed, done.codes) == ({"moved": 3}, 1, {"brp.rejected"})
    here.later(3 * DAY)
    here.network.broken_for = frozenset()
    done = here.sync()
    # The other one too: the day that was asked last is asked again.
    assert (done.changed, done.revoked, done.failed) == (2, {"moved": 3}, 0)
    assert here.town.office.store.bookmarks.starting("sync-brp/again/") == {}
    assert RESIDENT not in caplog.text


@pytest.mark.spec("House rules", "8", "who must be tried again is kept sealed")
def test_who_failed_is_nowhere_to_be_read(here):
    here.issue("woonadres")
    here.network.broken_for = frozenset({RESIDENT})
    here.happens(VERHUISD)
    here.sync()
    assert here.town.office.store.bookmarks.starting("sync-brp/again/")
    for file in here.town.home.glob("issuer.db*"):
        assert RESIDENT.encode() not in file.read_bytes()


def test_a_feed_that_does_not_answer_leaves_the_bookmark(here, monkeypatch):
    here.happens({"aNummer": "1"})
    here.sync()
    bookmark = here.town.office.store.bookmarks.value("sync-brp/day")
    here.later(5 * DAY)

    class Down:
        def changed_since(self, _day):
            raise Unavailable("brp.unavailable")

    with pytest.raises(Unavailable):
        events.sync_brp(here.town.office, Down(), here.now)
    assert here.town.office.store.bookmarks.value("sync-brp/day") == bookmark


@pytest.mark.spec("Regie formats", "7", "killed at any moment, nothing is lost")
@pytest.mark.parametrize(
    "where",
    ["gone", "end_cards", "tell", "move"],
)
def test_killed_in_between_the_next_run_finishes(here, monkeypatch, where):
    class Killed(BaseException):
        pass

    def kill(*_args, **_more):
        raise Killed

    cards = here.issue("woonadres", "persoonsgegevens")
    other = here.issue("woonadres", bsn=HOUSEMATE)
    here.happens(VERHUISD)
    here.happens({"geheimhoudingPersoonsgegevens": True})
    here.happens(VERHUISD, HOUSEMATE)
    store = here.town.office.store
    with monkeypatch.context() as patch:
        match where:
            case "gone":
                patch.setattr(events.verdicts, "gone", kill)
            case "end_cards":
                patch.setattr(events, "end_cards", kill)
            case "tell":
                patch.setattr(store.standing, "tell", kill)
            case "move":
                patch.setattr(store.bookmarks, "move", kill)
        with pytest.raises(Killed):
            here.sync()
    assert store.bookmarks.value("sync-brp/day") is None
    here.sync()
    here.later(DAY)
    assert here.valid(cards["woonadres"]) == 0
    assert here.valid(cards["persoonsgegevens"]) == 3
    assert here.valid(other["woonadres"]) == 0
    told = here.notices()
    assert told.count(("woonadres", "revoked", "moved")) == 1
    assert told.count(("persoonsgegevens", "renewable", "other")) == 1
    assert store.bookmarks.value("sync-brp/day") == "2025-12-31"


def test_two_at_once_one_works_and_the_other_says_so(here):
    store = here.town.office.store
    with store.alone("sync-brp") as mine:
        assert mine
        with pytest.raises(Busy):
            here.sync()
    assert here.sync().failed == 0


def test_a_bookmark_only_moves_from_where_it_was_read(here):
    marks = here.town.office.store.bookmarks
    assert marks.move("x", None, "1", 1)
    assert not marks.move("x", None, "2", 1)
    assert not marks.move("x", "0", "2", 1)
    assert marks.move("x", "1", "2", 1)
    assert marks.value("x") == "2"


def test_the_day_that_was_asked_last_is_asked_again(here):
    """Two changes on one day, with a run between them: the feed tells days, not moments."""
    cards = here.issue("woonadres", "persoonsgegevens")
    here.happens({"naam": {"geslachtsnaam": "Nieuwenhuis"}})
    assert here.sync().revoked == {"name": 3}
    here.later(2 * 3_600)
    here.happens(VERHUISD)
    assert here.sync().revoked == {"moved": 3}
    here.later(3 * DAY)
    assert here.sync().changed == 1
    here.later(DAY)
    assert here.sync().changed == 0
    assert here.valid([*cards["woonadres"], *cards["persoonsgegevens"]]) == 0


def test_what_was_issued_before_facts_were_kept_ends_when_its_person_changes(here):
    here.issue("woonadres")
    with here.town.office.store._database.writing() as connection:
        connection.execute(issued.update().values(facts=None))
    here.happens({"aNummer": "1"})
    assert here.sync().revoked == {"other": 3}


@pytest.mark.spec(
    "Regie formats", "7", "what was looked up before a change is not handed out after it"
)
@pytest.mark.parametrize(
    ("patch", "kinds", "ends"),
    [
        (VERHUISD, ("woonadres",), True),
        (VERHUISD, ("persoonsgegevens",), False),
        (OVERLEDEN, ("persoonsgegevens",), True),
        ({"aNummer": "1234567890"}, FIVE, False),
    ],
)
def test_a_case_at_the_desk_with_older_data_ends(here, patch, kinds, ends):
    """Also of somebody who holds no cards yet, and so is in no list of what was issued."""
    made = here.town.offer(kinds)
    here.happens(patch)
    assert here.sync().failed == 0
    case = here.town.office.store.cases.find(made.case).case
    assert isinstance(case, Ended) is ends
    assert case.reason is Reason.CHANGED if ends else True
