"""Finding activities: words, phrases, accents, hostile input, what people call things, pages."""

import re

import pytest
from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as st
from support import long_log
from support.wallets import ADDRESS, DAY, NOW, OIN, disclose, give_card, new_store, request_body

from wallet.cli.render import parse_day
from wallet.events import Kind
from wallet.service.overview import understood
from wallet.store import Filter, filtering
from wallet.store.filtering import MAX_TERMS, Term, expression, terms


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = new_store(tmp_path_factory.mktemp("store"))
    give_card(made, copies=3)
    yield made
    made.close()


@pytest.fixture
def fresh(tmp_path):
    made = new_store(tmp_path)
    give_card(made, copies=3)
    yield made
    made.close()


def asked(store, *, at=NOW, kind=Kind.REQUEST_DECLINED, **members):
    activity = store.new_activity()
    names = {"name", "service", "purpose"}
    body = request_body(**{k: v for k, v in members.items() if k in names})
    more = {k: v for k, v in members.items() if k not in names}
    store.append(activity, Kind.REQUEST_RECEIVED, {**body, **more}, at=at)
    store.append(activity, kind, {}, at=at)
    return activity


def ids(store, **wanted):
    return [one.id for one in store.activities(Filter(**wanted))]


# What is typed.


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("huis zoeken", (Term("huis"), Term("zoeken"))),
        ('"huis zoeken"', (Term("huis zoeken", phrase=True),)),
        ('a "b c" d', (Term("a"), Term("b c", phrase=True), Term("d"))),
        ('"b c', (Term("b c", phrase=True),)),
        ('""', ()),
        ("- * ^ : ( )", ()),
        ("a\0b", (Term("a"), Term("b"))),
        ("\ud800a", (Term("a"),)),
        ("x" * 500, (Term("x" * 100),)),
        ("a " * 500, (Term("a"),) * MAX_TERMS),
    ],
)
def test_terms(typed, found):
    assert terms(typed) == found


@settings(max_examples=200)
@cases(typed=st.text())
def test_anything_typed_is_an_answer(store, typed):
    # Not one of them is an error, whichever filter it is typed in.
    for name in ("search", "party", "purpose", "attribute"):
        assert isinstance(ids(store, limit=5, **{name: typed}), list)


HOSTILE = (
    *(
        '"',
        '""',
        "NEAR(a b)",
        "a OR b*",
        "words:x",
        "-",
        "'; --",
        "NOT",
        "{words} : x",
        "^a",
        "a+b",
    ),
    *("(" * 5000, "a " * 20_000, '"' * 999, "\0", "\ud800", "\u202e"),
)


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_searches_find_nothing_and_break_nothing(store, typed):
    assert ids(store, search=typed) == []
    assert store.totals(Filter(search=typed)).activities == 0


def test_phrases_words_accents_and_hosts(fresh):
    one = asked(fresh, name="Café Zürich", purpose="Tafel reserveren aan zee")
    two = asked(
        fresh,
        purpose="Aan tafel",
        peers=["wonen.example"],
        intermediary={"name": "Bureau Óveral"},
        shared_with=["Gemeente Westhove"],
    )
    assert ids(fresh, search="tafel aan") == [two, one]
    assert ids(fresh, search='"aan tafel"') == [two]
    assert ids(fresh, search="zurich CAFE") == [one]
    assert ids(fresh, search="wonen.example") == [two]
    assert ids(fresh, search="overal") == [two]
    assert ids(fresh, search="westhove") == [two]
    # A phrase is not the beginning of a word.
    assert ids(fresh, search='"tafel res"') == []


def test_an_organisation_by_a_part_of_its_name_whatever_its_accents(fresh):
    one = asked(fresh, name="Woonstichting 'Ons Éigen Huis'")
    two = asked(fresh, name="Voorbeeldwater", intermediary={"name": "Bureau Overal"})
    assert ids(fresh, party="STICHTING") == [one]
    assert ids(fresh, party="eigen") == [one]
    assert ids(fresh, party="bureau") == [two]
    assert ids(fresh, party=OIN) == [two, one]
    assert ids(fresh, party="%") == ids(fresh, party="_") == []


def test_rights_and_reports_are_found_in_the_activity_they_are_about(fresh):
    one, two = disclose(fresh), disclose(fresh)
    fresh.append(one, Kind.RIGHT_ASKED, {"right": "erasure", "state": "asked"}, at=NOW)
    fresh.append(two, Kind.REPORT_MADE, {"authority": {"name": "AP"}}, at=NOW)
    assert ids(fresh, type="right") == [one]
    assert ids(fresh, type="report") == [two]
    assert set(ids(fresh, type="disclosure")) == {one, two}


def test_months_have_their_own_length():
    # The day the clock goes forward has 23 hours.
    assert parse_day("2026-03-29", end=True) == parse_day("2026-03-30")


# What people call it.


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("voornaam", False),
        ("voornamen", True),
        ("Voorn", True),
        ("given names", True),
        ("herkenningscode", True),
        ("postcode", False),
        ("persoonsgeg", True),
    ],
)
def test_words_for_data_are_understood_in_both_languages(town, typed, finds):
    shared = town.share().id
    wanted = understood(town.wallet, Filter(search=typed, type="disclosure"))
    found = [one.id for one in town.wallet.store.activities(wanted)]
    assert found == ([shared] if finds else [])


@pytest.mark.parametrize("typed", ["Voornamen", "voornamen", "persoonsgegevens:given names"])
def test_an_item_by_what_it_is_called(town, typed):
    shared = town.share().id
    wanted = understood(town.wallet, Filter(attribute=typed))
    assert [one.id for one in town.wallet.store.activities(wanted)] == [shared]
    other = understood(town.wallet, Filter(attribute=f"woonadres:{typed.rpartition(':')[2]}"))
    assert [*town.wallet.store.activities(other)] == []


def test_a_right_by_what_it_is_called(town):
    shared = town.share().id
    body = {"right": "erasure", "state": "asked"}
    town.wallet.store.append(shared, Kind.RIGHT_ASKED, body, at=town.now)
    wanted = understood(town.wallet, Filter(search="wissen"))
    assert [one.id for one in town.wallet.store.activities(wanted)] == [shared]


def test_meanings_are_bounded():
    many = tuple(f"word {n}" for n in range(1000))
    assert expression("x", {"x": many}).count(" OR ") == filtering.MAX_SENSES


# Pages.


def test_a_page_goes_on_where_the_last_one_ended(fresh):
    made = [asked(fresh, at=NOW + n) for n in range(7)][::-1]
    first = [*fresh.activities(Filter(type="disclosure", limit=3))]
    assert [one.id for one in first] == made[:3]
    # What is added in between moves nothing.
    asked(fresh, at=NOW + 99)
    last = fresh.place(first[-1].id)
    assert ids(fresh, type="disclosure", limit=3, before=last) == made[3:6]
    assert ids(fresh, type="disclosure", before=fresh.place(made[-1])) == []


def test_long_lists_come_in_pages_and_whole(fresh, monkeypatch):
    monkeypatch.setattr("wallet.store.activities.PAGE", 3)
    made = [asked(fresh, at=NOW + n) for n in range(8)][::-1]
    assert ids(fresh, type="disclosure") == made
    assert ids(fresh, type="disclosure", limit=6) == made[:6]
    assert ids(fresh, type="disclosure", limit=7) == made[:7]
    counts = fresh.event_counts(made)
    assert all(counts[one][Kind.REQUEST_RECEIVED] == 1 for one in made)


def test_the_command_says_how_to_go_on(town, at):
    for _ in range(3):
        town.share()
    terminal = at(town)
    _, every = terminal.run("activities")
    _, first = terminal.run("activities", "--limit", "2")
    assert [one["id"] for one in first] == [one["id"] for one in every[:2]]
    assert f"--before {first[-1]['id'][:8]}" in terminal.err
    _, rest = terminal.run("activities", "--before", first[-1]["id"][:8])
    assert first + rest == every
    assert "--before" not in terminal.err
    terminal.run("activities", "--limit", str(len(every)))
    assert "--before" not in terminal.err


# How it is found: by an index, never by reading the log (the times are in docs/speed.md).


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    made = new_store(tmp_path_factory.mktemp("long"))
    long_log.fill(made, 400, until=NOW)
    yield made
    made.close()


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(before=5),
        Filter(party="voorbeeld 3"),
        Filter(purpose="soort 2"),
        Filter(attribute="woonadres:address"),
        Filter(search="woonst"),
        Filter(type="report"),
        Filter(since=NOW - DAY, until=NOW, outcome="shared"),
    ],
)
def test_a_page_reads_no_entry_and_sorts_nothing(long, wanted):
    conditions, parameters = filtering.where(long.database, wanted)
    plan = [
        row["detail"]
        for row in long.database.rows(
            f"EXPLAIN QUERY PLAN SELECT a.* FROM activities AS a{conditions}"
            " ORDER BY a.first_n DESC LIMIT 101",
            parameters,
        )
    ]
    assert plan[0] in ("SCAN a", "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)") or re.match(
        r"SEARCH a USING INTEGER PRIMARY KEY \(rowid[<>]\?\)", plan[0]
    )
    assert not any("TEMP B-TREE" in step or "entries" in step for step in plan), plan
    for step in plan:
        # Claims and words only through their indexes.
        assert not re.match(r"SCAN (activity_claims|c|events)\b(?! VIRTUAL)", step), plan


def test_a_filter_finds_what_it_says_in_a_long_log(long):
    every = [*long.activities(Filter())]
    for wanted, fits in (
        (Filter(party="voorbeeld 3"), lambda one: "Voorbeeld 3" in one.party_name),
        (Filter(purpose="soort 2"), lambda one: one.purpose_id == "doel-2"),
        (Filter(attribute="address"), lambda one: (ADDRESS, "address.postal_code") in one.claims),
        (Filter(outcome="declined"), lambda one: one.outcome == "declined"),
        (Filter(type="card"), lambda one: one.type == "card"),
        (Filter(search='"soort 4"'), lambda one: one.purpose_id == "doel-4"),
    ):
        expected = [one for one in every if fits(one)]
        assert [*long.activities(wanted)] == expected
        assert expected
