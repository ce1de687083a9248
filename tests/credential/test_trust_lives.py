"""The life of an issuer as a reader of the list knows it: on which day it might do what."""

import copy
from dataclasses import replace

import pytest
from support.scheme import NOW, WESTHOVE, build, shared

from credential import jose
from credential.errors import CredentialError, Malformed, NotTrusted
from credential.names import (
    SERVICE_EXTENSION,
    STATUS_NOTIFIED,
    STATUS_WITHDRAWN,
    lote_type,
    vct_of,
)
from credential.trust import spans
from credential.trust.entities import LIST_SERVICES, issuers_of
from credential.trust.lists import MAX_HISTORY, open_list
from credential.trust.spans import WEEK, Span
from registrar import lote
from registrar.authority import LIST_SIGNER

DAY = 86_400
VCT = vct_of("woonadres")
PUB_EAA = "pub-eaa-providers"
START = NOW - 300 * DAY


@pytest.fixture
def document():
    scheme = shared()
    made = lote.documents(scheme.authority, list(scheme.parties.values()), sequence=42, now=NOW)
    return copy.deepcopy(made[PUB_EAA])


def service(document) -> dict:
    return document["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityServices"][0]


def own(document) -> dict:
    return service(document)["ServiceInformation"]["ServiceInformationExtensions"][0]["value"]


def entity(document) -> dict:
    information = document["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityInformation"]
    return information["TEInformationExtensions"][0]["value"]


def earlier(document, since: int, status=STATUS_NOTIFIED, reason: str | None = None) -> dict:
    information = service(document)["ServiceInformation"]
    entry = {
        "ServiceName": information["ServiceName"],
        "ServiceDigitalIdentity": {"X509SKIs": ["AAAA"]},
        "ServiceStatus": status,
        "StatusStartingTime": lote.moment(since),
    }
    if reason is not None:
        value = {"withdrawal_reason": reason}
        entry["ServiceInformationExtensions"] = [
            {"Critical": False, "id": SERVICE_EXTENSION, "value": value}
        ]
    return entry


def listed(document):
    """The first issuer, as a reader of the signed list has it."""
    pair = shared().authority.pairs[LIST_SIGNER]
    header = {"cty": "json", "iat": NOW, **jose.x5c_header([pair.der])}
    data = jose.sign(document, typ="jose", signer=pair.signer, header=header).encode()
    found = open_list(
        data,
        list_type=lote_type(PUB_EAA),
        services=LIST_SERVICES[PUB_EAA],
        pins=[pair.der],
        now=NOW,
    )
    return issuers_of(found)[0]


def state(document, since: int, status=STATUS_NOTIFIED) -> None:
    information = service(document)["ServiceInformation"]
    information["ServiceStatus"] = status
    information["StatusStartingTime"] = lote.moment(since)


@pytest.mark.spec("TS 119 602", "6.6.4", "state now, and the history before it, newest first")
def test_history_state_and_announcement_are_one_row(document) -> None:
    state(document, NOW - 10 * DAY)
    service(document)["ServiceHistory"] = [
        earlier(document, NOW - 40 * DAY, STATUS_WITHDRAWN, "suspended"),
        earlier(document, START),
    ]
    own(document)["announced"] = [
        {"state": "withdrawn", "since": lote.moment(NOW + 20 * DAY), "reason": "merged"}
    ]
    issuer = listed(document)
    assert issuer.services[0].spans == (
        Span(START, "notified"),
        Span(NOW - 40 * DAY, "withdrawn", "suspended"),
        Span(NOW - 10 * DAY, "notified"),
        Span(NOW + 20 * DAY, "withdrawn", "merged"),
    )
    days = (START - 1, START, NOW - 40 * DAY, NOW - 10 * DAY, NOW, NOW + 20 * DAY)
    assert [issuer.allowed(VCT, day) for day in days] == [False, True, False, True, True, False]
    assert [issuer.idle(day, VCT) for day in days] == [
        *("trust.issuer_not_yet", None, "trust.issuer_suspended", None, None),
        "trust.issuer_withdrawn",
    ]
    assert issuer.issuing(NOW)
    assert not issuer.issuing(NOW + 20 * DAY)
    assert issuer.issuable(NOW + 20 * DAY) == frozenset()


@pytest.mark.spec("Regie trust", "4.4", "what is announced holds from its day, without a new list")
def test_an_announced_end_begins_on_its_day() -> None:
    scheme = build()
    party = scheme.parties[WESTHOVE]
    end = NOW + 2 * DAY
    issuing = replace(party.issuing, withdrawn=end, withdrawal_reason="ceased")
    scheme.change(WESTHOVE, issuing=issuing)
    trust, x5c = scheme.publish(), scheme.issuer(WESTHOVE).card.x5c
    assert trust.next_update > end
    issuer = trust.issuer_by_oin(party.oin)
    assert issuer.issuing(end - 1)
    assert issuer.idle(end) == "trust.issuer_withdrawn"
    trust.card_signer(x5c, vct=VCT, issued_at=end - 1, now=end)
    with pytest.raises(NotTrusted) as caught:
        trust.card_signer(x5c, vct=VCT, issued_at=end, now=end)
    assert caught.value.code == "trust.issuer_withdrawn"


def test_what_is_listed_before_its_first_day_has_not_begun(document) -> None:
    state(document, NOW, STATUS_WITHDRAWN)
    own(document)["withdrawal_reason"] = "not_yet"
    own(document)["announced"] = [{"state": "notified", "since": lote.moment(NOW + DAY)}]
    issuer = listed(document)
    assert issuer.idle(NOW, VCT) == "trust.issuer_not_yet"
    assert issuer.allowed(VCT, NOW + DAY)


def test_the_reason_of_the_whole_issuer_serves_a_service_without_one(document) -> None:
    state(document, NOW - DAY, STATUS_WITHDRAWN)
    service(document)["ServiceHistory"] = [earlier(document, START)]
    entity(document)["withdrawal_reason"] = "compromised"
    assert listed(document).idle(NOW) == "trust.issuer_compromised"
    own(document)["withdrawal_reason"] = "suspended"
    assert listed(document).idle(NOW) == "trust.issuer_suspended"


@pytest.mark.parametrize(
    "announced",
    [
        {"state": "withdrawn"},
        [{"state": "withdrawn"}],
        [{"state": "weg", "since": lote.moment(NOW + DAY)}],
        [{"state": "withdrawn", "since": NOW + DAY}],
        [{"state": "withdrawn", "since": "2026-02-30T00:00:00Z"}],
        [{"state": "withdrawn", "since": lote.moment(NOW + DAY), "reason": 1}],
        ["withdrawn"],
        [{"state": "withdrawn", "since": lote.moment(0)}],
        [{"state": "notified", "since": lote.moment(NOW + n * DAY)} for n in range(1, 20)],
    ],
)
def test_an_announcement_of_a_wrong_shape_refuses_the_list(document, announced) -> None:
    own(document)["announced"] = announced
    with pytest.raises(Malformed):
        listed(document)


def test_a_history_out_of_order_or_too_long_refuses_the_list(document) -> None:
    state(document, NOW - DAY)
    for history in (
        [earlier(document, START), earlier(document, START + DAY)],
        [earlier(document, NOW - DAY)],
        [earlier(document, NOW - DAY - n) for n in range(1, MAX_HISTORY + 2)],
    ):
        service(document)["ServiceHistory"] = history
        with pytest.raises(Malformed) as caught:
            listed(document)
        assert caught.value.code == "lote.history"


def test_a_name_is_the_one_of_the_day(document) -> None:
    entity(document)["formerly"] = [
        {"name": "Gemeente Later", "until": lote.moment(NOW - DAY)},
        {"name": "Gemeente Eerst\x1b[2J", "until": lote.moment(NOW - 90 * DAY)},
    ]
    issuer = listed(document)
    moments = (NOW - 91 * DAY, NOW - 90 * DAY, NOW - DAY - 1, NOW - DAY)
    assert [issuer.name_on(moment) for moment in moments] == [
        *("Gemeente Eerst", "Gemeente Later", "Gemeente Later", "Gemeente Voorbeeldstad")
    ]
    for wrong in ("Westhove", ["Westhove"], [{"name": "Westhove"}], [{"name": 1, "until": ""}]):
        entity(document)["formerly"] = wrong
        with pytest.raises(CredentialError):
            listed(document)


LIFE = (Span(START, "notified"), Span(NOW, "withdrawn", "reduced"))


@pytest.mark.parametrize(
    ("reason", "issued_at", "expected"),
    [
        ("reduced", NOW - 1, None),
        ("reduced", NOW, "trust.kind_withdrawn"),
        ("paused", NOW - 1, None),
        ("paused", NOW, "trust.issuer_suspended"),
        ("suspended", NOW - 1, "trust.issuer_suspended"),
        ("merged", NOW - 1, None),
        ("merged", NOW, "trust.issuer_withdrawn"),
        ("ceased", START - WEEK + 1, None),
        ("ceased", START - WEEK, "trust.issuer_not_yet"),
        ("compromised", NOW - 1, "trust.issuer_compromised"),
        (None, NOW - 1, "trust.issuer_withdrawn"),
        ("onbekend", NOW - 1, "trust.issuer_withdrawn"),
    ],
)
@pytest.mark.spec("Regie trust", "4.5", "what an end does to cards of before, and in which words")
def test_an_end_says_why(reason, issued_at, expected) -> None:
    life = (Span(START, "notified"), Span(NOW, "withdrawn", reason))
    assert spans.refusal(life, issued_at=issued_at, now=NOW + DAY) == expected
    # Before that day nothing of it holds yet.
    if issued_at < NOW and issued_at > START - WEEK:
        assert spans.refusal(life, issued_at=issued_at, now=NOW - 1) is None


def test_after_a_suspension_the_cards_of_before_it_count_again() -> None:
    life = (
        Span(START, "notified"),
        Span(NOW, "withdrawn", "suspended"),
        Span(NOW + 30 * DAY, "notified"),
    )
    late = NOW + 31 * DAY
    assert spans.refusal(life, issued_at=NOW - 1, now=NOW + DAY) == "trust.issuer_suspended"
    assert spans.refusal(life, issued_at=NOW - 1, now=late) is None
    assert spans.refusal(life, issued_at=NOW + DAY, now=late) == "trust.issuer_suspended"
    assert spans.refusal(life, issued_at=late, now=late) is None


def test_of_several_services_the_one_in_force_decides() -> None:
    issuer = shared().trust.issuers[0]
    old, new = (replace(issuer.services[0], spans=life) for life in (LIFE, LIFE[:1]))
    both = replace(issuer, services=(old, new))
    assert both.idle(NOW, VCT) is None
    assert replace(issuer, services=(old,)).idle(NOW, VCT) == "trust.kind_withdrawn"
    assert issuer.idle(NOW, "https://elders.example/kaart") == "trust.kind_not_listed"


@pytest.mark.spec("Regie formats", "8", "suspended: held for a time, and named as such")
def test_what_is_suspended_is_refused_in_its_own_words() -> None:
    scheme = build()
    trust, verifier = scheme.trust, scheme.verifier()
    fingerprint = scheme.leaf().fingerprint
    held = replace(
        trust,
        revoked_certificates=frozenset({fingerprint}),
        suspended=frozenset({fingerprint}),
    )
    with pytest.raises(NotTrusted) as caught:
        held.verifier_leaf(verifier.access.x5c, NOW)
    assert caught.value.code == "trust.certificate_suspended"
    for_good = replace(held, suspended=frozenset())
    with pytest.raises(NotTrusted) as caught:
        for_good.verifier_leaf(verifier.access.x5c, NOW)
    assert caught.value.code == "trust.certificate_revoked"
    with pytest.raises(NotTrusted) as caught:
        replace(
            held, revoked_registrations=frozenset({"ab"}), suspended=frozenset({"ab"})
        ).require_registered("ab")
    assert caught.value.code == "registration.suspended"
