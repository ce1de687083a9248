"""Looking back: filters, search, who has what, and how an activity follows from its events."""

from datetime import date

import pytest
from support.wallets import (
    ADDRESS,
    DAY,
    NOW,
    OIN,
    disclose,
    give_card,
    intend,
    new_store,
    request_body,
)

from wallet.errors import WalletError
from wallet.events import Kind, Outcome
from wallet.store import Filter
from wallet.store.projection import add_duration, fold
from wallet.store.values import Entry


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path)
    give_card(made, copies=5)
    yield made
    made.close()


def declined(store, *, at=NOW, **body):
    activity = store.new_activity()
    store.append(activity, Kind.REQUEST_RECEIVED, request_body(**body), at=at)
    store.append(activity, Kind.REQUEST_DECLINED, {}, at=at)
    return activity


def ids(store, **wanted):
    return [activity.id for activity in store.activities(Filter(**wanted))]


def test_filters(store):
    one = disclose(store, at=NOW)
    two = declined(
        store, at=NOW + 2 * DAY, name="Café Zürich", purpose="Reserveren", service="tafel"
    )
    assert ids(store, type="disclosure") == [two, one]
    assert ids(store, type="disclosure", limit=1) == [two]
    assert ids(store, party="voorbeeldwonen") == [one]
    assert ids(store, party=OIN) == [two, one]
    assert ids(store, purpose="reserv") == [two]
    assert ids(store, purpose="inschrijven", party="voorbeeld") == [one]
    assert ids(store, outcome="shared") == [one]
    assert ids(store, outcome="declined") == [two]
    assert ids(store, since=NOW + DAY) == [two]
    assert ids(store, until=NOW + DAY, type="disclosure") == [one]
    assert ids(store, attribute="given_name") == [two, one]
    assert ids(store, attribute="woonadres:address") == [two, one]
    assert ids(store, attribute="woonadres:given_name") == []
    assert ids(store, attribute="address.postal") == []


def test_search(store):
    one = disclose(store)
    two = declined(store, name="Café Zürich", purpose="Tafel reserveren")
    assert ids(store, search="cafe") == [two]
    assert ids(store, search="Zuri tafel") == [two]
    assert ids(store, search="postal") == [two, one]
    assert ids(store, search="persoonsgegevens", type="disclosure") == [two, one]
    # What a person types is never an expression of the search engine.
    for typed in ('"', "NEAR(", "a OR b*", "words:x", "-", "'; --", "NOT"):
        assert ids(store, search=typed) == []


def test_find_by_beginning(store):
    activity = disclose(store)
    assert store.find_activity(activity[:6]) == activity
    for beginning in ("", "%", "zzzzzz"):
        with pytest.raises(WalletError):
            store.find_activity(beginning)


@pytest.mark.spec("Regie formats", "2", "an activity is a view over its events")
@pytest.mark.parametrize(
    ("kinds", "outcome"),
    [
        ([Kind.REQUEST_RECEIVED], Outcome.OPEN),
        ([Kind.REQUEST_RECEIVED, Kind.REQUEST_REFUSED], Outcome.REFUSED),
        ([Kind.REQUEST_RECEIVED, Kind.REQUEST_UNMATCHED], Outcome.UNMATCHED),
        ([Kind.SHARE_INTENDED], Outcome.INTENDED),
        ([Kind.SHARE_INTENDED, Kind.SHARE_ACKNOWLEDGED], Outcome.SHARED),
        ([Kind.SHARE_INTENDED, Kind.SHARE_REJECTED, Kind.RECEIPT_VERIFIED], Outcome.REJECTED),
        ([Kind.SHARE_INTENDED, Kind.SHARE_ACKNOWLEDGED, Kind.RECEIPT_INVALID], Outcome.SHARED),
        ([Kind.SHARE_INTENDED, Kind.SHARE_UNKNOWN], Outcome.UNKNOWN),
        ([Kind.SHARE_INTENDED, Kind.SHARE_UNKNOWN, Kind.RIGHT_ASKED], Outcome.UNKNOWN),
        ([Kind.SHARE_INTENDED, Kind.SHARE_UNKNOWN, Kind.RECEIPT_ABSENT], Outcome.UNKNOWN),
        ([Kind.SHARE_INTENDED, Kind.SHARE_UNKNOWN, Kind.RECEIPT_VERIFIED], Outcome.SHARED),
        ([Kind.SHARE_INTENDED, Kind.SHARE_UNSENT], Outcome.UNSENT),
        ([Kind.CARD_OFFERED], Outcome.OPEN),
        ([Kind.CARD_OFFERED, Kind.CARD_RECEIVED], Outcome.DONE),
        ([Kind.TRUST_UPDATED], Outcome.DONE),
    ],
)
def test_outcome_follows_from_events(kinds, outcome):
    activity = None
    for n, kind in enumerate(kinds, 1):
        activity = fold(activity, Entry(n, "a", kind, NOW, {}))
    assert activity.outcome == outcome


def test_who_has_what(store):
    assert store.holdings() == ()
    assert not store.known_party(OIN, "inschrijving")
    first = disclose(store, at=NOW)
    second = disclose(store, at=NOW + DAY)
    declined(store)
    (held,) = store.holdings()
    assert (held.path, held.times, held.certain) == ("given_name", 2, True)
    assert (held.since, held.activity, held.kept_until) == (NOW, second, "2027-01-02")
    assert store.known_party(OIN, "inschrijving")
    assert not store.known_party(OIN, "elders")
    assert store.last_purpose(OIN, "inschrijving") == {
        "id": "inschrijven",
        "nl": "Inschrijven",
        "en": "Registration",
    }
    store.forget_activity(second, at=NOW)
    assert store.holdings()[0].activity == first


def test_maybe_shared_is_not_certain(store):
    activity = store.new_activity()
    intend(store, activity)
    store.settle(activity, Kind.SHARE_UNKNOWN, {}, at=NOW)
    assert [held.certain for held in store.holdings()] == [False]


def test_unsent_is_not_held(store):
    activity = store.new_activity()
    intend(store, activity)
    store.settle(activity, Kind.SHARE_UNSENT, {}, at=NOW)
    assert store.holdings() == ()


def test_asked_but_not_shared(store):
    activity = store.activity(disclose(store))
    claim = activity.claims[ADDRESS, "address.postal_code"]
    assert (claim.asked, claim.shared) == (True, False)


@pytest.mark.spec("Regie formats", "2", "what was sent is erasable, the screen says so")
def test_erase_values(store):
    one, two = disclose(store), disclose(store)
    assert store.sent(one)
    assert store.erase_sent(one) == 1
    assert store.sent(one) == ()
    assert store.sent(two)
    assert store.erase_sent(None) == 1
    assert store.sent(two) == ()


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("P1Y", date(2025, 2, 28)),
        ("P1M", date(2024, 3, 29)),
        ("P13M", date(2025, 3, 29)),
        ("P2W", date(2024, 3, 14)),
        ("P90D", date(2024, 5, 29)),
        ("P1Y1M1D", date(2025, 3, 30)),
        ("P", None),
        ("PT1H", None),
        ("1Y", None),
        ("P9999Y", None),
        ("", None),
    ],
)
def test_durations(duration, expected):
    assert add_duration(date(2024, 2, 29), duration) == expected
