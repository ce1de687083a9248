"""The list of issuers as it is written and as our own readers read it: every step of a life."""

from dataclasses import replace

import pytest
from support.scheme import NOW, VOORBEELDSTAD, WESTHOVE, build

from credential.names import vct_of
from credential.trust.spans import Span
from registrar import life, lote
from registrar.life import Event, Step
from registrar.party import vct

DAY = 86_400
KINDS = ("persoonsgegevens", "woonadres", "huishouden")


@pytest.fixture(scope="module")
def scheme():
    return build(names=(VOORBEELDSTAD, WESTHOVE))


def lived(scheme, *events, name=WESTHOVE):
    """The same municipality with this life, published and read again."""
    party = scheme.parties[name]
    kinds = tuple(dict.fromkeys(k for one in events for k in one.kinds if one.step != "reduced"))
    end = life.end_of(events)
    issuing = replace(
        party.issuing,
        steps=events,
        kinds=kinds,
        since=events[0].on,
        withdrawn=end and end.on,
        withdrawal_reason=end and end.step.value,
    )
    scheme.parties[name] = replace(party, issuing=issuing)
    try:
        return issuing, scheme.publish().issuer_by_oin(party.oin), document(scheme, party)
    finally:
        scheme.parties[name] = party


def document(scheme, party):
    made = lote.documents(scheme.authority, scheme.parties.values(), sequence=9, now=scheme.now)[
        "pub-eaa-providers"
    ]
    return next(
        one
        for one in made["LoTE"]["TrustedEntitiesList"]
        if one["TrustedEntityInformation"]["TETradeName"][0]["value"]
        == party.organization_identifier
    )


def admitted(days=-100, kinds=KINDS):
    return Event(NOW + days * DAY, Step.ADMITTED, kinds)


LIVES = {
    "admitted": [admitted()],
    "extended": [admitted(), Event(NOW - DAY, Step.EXTENDED, ("urgentie",))],
    "reduced": [admitted(), Event(NOW - DAY, Step.REDUCED, ("woonadres",))],
    "suspended": [admitted(), Event(NOW - DAY, Step.SUSPENDED)],
    "suspended, cards stay": [admitted(), Event(NOW - DAY, Step.SUSPENDED, cards_stay=True)],
    "resumed": [
        admitted(),
        Event(NOW - 9 * DAY, Step.SUSPENDED),
        Event(NOW - DAY, Step.RESUMED),
    ],
    "merged": [admitted(), Event(NOW - DAY, Step.MERGED)],
    "compromised after it merged": [
        admitted(),
        Event(NOW - 9 * DAY, Step.MERGED),
        Event(NOW - DAY, Step.COMPROMISED),
    ],
    "announced": [admitted(), Event(NOW + 30 * DAY, Step.MERGED)],
    "announced twice": [
        admitted(),
        Event(NOW + 3 * DAY, Step.SUSPENDED),
        Event(NOW + 30 * DAY, Step.RESUMED),
    ],
    "not yet": [admitted(days=14)],
    "one kind not yet": [admitted(), Event(NOW + DAY, Step.EXTENDED, ("urgentie",))],
}


@pytest.mark.spec("Regie trust", "4.5", "readers find the whole life of every kind in the list")
@pytest.mark.parametrize("events", LIVES.values(), ids=LIVES)
def test_what_is_written_is_what_is_read(scheme, events):
    issuing, found, _ = lived(scheme, *events)
    for kind in issuing.kinds:
        for moment in (NOW - 50 * DAY, NOW, NOW + 20 * DAY, NOW + 60 * DAY):
            asked = kind in issuing.allowed(moment)
            assert (vct(kind) in found.issuable(moment)) == asked, (kind, moment)


@pytest.mark.spec("TS 119 602", "ServiceHistory", "the state now, earlier ones newest first")
def test_history_names_the_key_and_the_reason(scheme):
    _, _, entity = lived(scheme, *LIVES["resumed"])
    issuance = entity["TrustedEntityServices"][0]
    information, history = issuance["ServiceInformation"], issuance["ServiceHistory"]
    assert information["ServiceStatus"].endswith("/notified")
    assert information["StatusStartingTime"] == lote.moment(NOW - DAY)
    assert [one["ServiceStatus"].rpartition("/")[2] for one in history] == ["withdrawn", "notified"]
    assert all("X509SKIs" in one["ServiceDigitalIdentity"] for one in history)
    reason = history[0]["ServiceInformationExtensions"][0]["value"]
    assert reason == {"withdrawal_reason": "suspended"}


@pytest.mark.spec("Regie trust", "4.4", "what is announced is not the state of today")
def test_what_is_announced_stays_as_it_is_until_the_day(scheme):
    _, found, entity = lived(scheme, *LIVES["announced"])
    information = entity["TrustedEntityServices"][0]["ServiceInformation"]
    assert information["ServiceStatus"].endswith("/notified")
    value = information["ServiceInformationExtensions"][0]["value"]
    later = {"state": "withdrawn", "since": lote.moment(NOW + 30 * DAY), "reason": "merged"}
    assert value["announced"] == [later]
    entity_value = entity["TrustedEntityInformation"]["TEInformationExtensions"][0]["value"]
    assert "withdrawal_reason" not in entity_value
    assert found.issuing(NOW)
    assert not found.issuing(NOW + 30 * DAY)


@pytest.mark.spec("Regie trust", "4.5", "nobody is listed as in force before the first day")
def test_a_kind_that_begins_later_is_in_force_for_nobody(scheme):
    _, found, entity = lived(scheme, *LIVES["not yet"])
    statuses = [
        one["ServiceInformation"]["ServiceStatus"] for one in entity["TrustedEntityServices"]
    ]
    assert all(one.endswith("/withdrawn") for one in statuses)
    assert not found.issuing(NOW)
    assert found.issuing(NOW + 14 * DAY)


@pytest.mark.spec("Regie trust", "4.4", "kinds with one life share a service")
def test_kinds_with_the_same_life_share_a_service(scheme):
    _, found, _ = lived(scheme, *LIVES["reduced"])
    assert sorted(len(one.vcts) for one in found.services) == [1, 2]
    gone = next(one for one in found.services if len(one.vcts) == 1)
    assert gone.vcts == {vct_of("woonadres")}
    assert gone.spans[-1] == Span(NOW - DAY, "withdrawn", "reduced")


def test_a_name_of_before_is_kept_and_a_name_of_later_waits(scheme):
    past = [admitted(), Event(NOW - DAY, Step.RENAMED, formerly="Gemeente Westhaven")]
    _, found, _ = lived(scheme, *past)
    assert found.name == "Gemeente Westhove"
    assert [(one.name, one.until) for one in found.formerly] == [("Gemeente Westhaven", NOW - DAY)]
    coming = [admitted(), Event(NOW + DAY, Step.RENAMED, formerly="Gemeente Westhaven")]
    _, found, _ = lived(scheme, *coming)
    assert found.name == "Gemeente Westhaven"
    assert found.formerly == ()


def test_an_issuer_that_was_never_admitted_for_anything_is_not_listed(scheme):
    party = scheme.parties[WESTHOVE]
    scheme.parties[WESTHOVE] = replace(party, issuing=replace(party.issuing, kinds=()))
    try:
        assert scheme.publish().issuer_by_oin(party.oin) is None
    finally:
        scheme.parties[WESTHOVE] = party
