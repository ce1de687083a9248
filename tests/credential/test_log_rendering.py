"""The log as transactions of TS10: one class per kind of activity, nothing filled in."""

import pytest

from credential.log.entries import Entry, Event
from credential.log.rendering import OIN_TYPE, render
from credential.names import vct_of

PARTY = {
    "name": "Voorbeeldwonen",
    "oin": "00000099000000002000",
    "service_id": "inschrijving",
    "country": "NL",
    "contacts": {
        "email": "privacy@voorbeeldwonen.example",
        "uri": "https://voorbeeldwonen.example",
    },
}
STATED = {
    "party": PARTY,
    "intermediary": None,
    "purpose": {"id": "p", "nl": "Inschrijven", "en": "Register"},
    "policy_url": "https://voorbeeldwonen.example/privacy",
    "authority": {"name": "AP", "country": "NL", "uri": "https://ap.example"},
    "registrar_url": "https://registry.example",
    "asked": [{"query": "q", "vct": "urn:a", "paths": ["name", "age"], "required": True}],
}
SHARED = {"shared": [{"query": "q", "vct": "urn:a", "issuer": "x", "paths": ["name"]}]}


def entries(*events):
    return [
        Entry(n, "activity", kind, 1_767_225_600 + n, body)
        for n, (kind, body) in enumerate(events, start=1)
    ]


def rendered(*events):
    [one] = render(entries(*events))
    return one


@pytest.mark.spec("EUDI TS10", "3.2", "a presentation: who, why, what was asked and presented")
def test_presentation():
    one = rendered(
        (Event.REQUEST_RECEIVED, STATED),
        (Event.SHARE_INTENDED, STATED | SHARED),
        (Event.SHARE_ACKNOWLEDGED, {"response_size": 9}),
        (Event.RECEIPT_VERIFIED, {}),
    )
    assert one == {
        "transactionIdentifier": "activity",
        "time": "2026-01-01T00:00:01",
        "transactionType": "Presentation",
        "transactionResult": "Completed",
        "presentation": {
            "interactingPartyIdentifier": {"type": OIN_TYPE, "identifier": PARTY["oin"]},
            "interactingPartyName": [{"lang": "nl", "content": "Voorbeeldwonen"}],
            "interactingPartyContact": [
                "NL", "privacy@voorbeeldwonen.example", "https://voorbeeldwonen.example",
            ],
            "interactingPartyType": "ServiceProvider",
            "isIntermediary": False,
            "registrarURL": "https://registry.example",
            "purpose": [
                {"lang": "nl", "content": "Inschrijven"}, {"lang": "en", "content": "Register"},
            ],
            "privacyPolicy": [
                {
                    "type": "http://data.europa.eu/eudi/policy/privacy-policy",
                    "policyURI": "https://voorbeeldwonen.example/privacy",
                }
            ],
            "dpaName": [{"lang": "nl", "content": "AP"}],
            "dpaCountry": [{"lang": "nl", "content": "NL"}],
            "dpaContact": ["https://ap.example"],
            "listOfClaimsRequested": [{"credentialIdentifier": "urn:a", "claims": ["name", "age"]}],
            "listOfClaimsPresented": [{"credentialIdentifier": "urn:a", "claims": ["name"]}],
        },
    }  # fmt: skip


@pytest.mark.spec("EUDI TS10", "3.2", "not completed: the reason, and what was prepared")
@pytest.mark.parametrize(
    ("last", "why"),
    [
        ((Event.REQUEST_DECLINED, {}), "declined by the user"),
        ((Event.REQUEST_REFUSED, {"reason": "request.aud"}), "refused by the wallet: request.aud"),
        ((Event.REQUEST_UNMATCHED, {}), "nothing in the wallet answers it"),
        ((Event.SHARE_UNSENT, {"reason": "network.failed"}), "not sent: network.failed"),
        ((Event.SHARE_UNKNOWN, {}), "may have been shared"),
        ((Event.SHARE_REJECTED, {}), "refused by the recipient; may have been shared"),
    ],
)
def test_not_completed(last, why):
    one = rendered((Event.REQUEST_RECEIVED, STATED), (Event.SHARE_INTENDED, STATED | SHARED), last)
    assert one["transactionResult"] == "NotCompleted"
    assert one["presentation"]["reasonOfNoncompletion"] == why
    assert one["presentation"]["listOfClaimsPresented"]


def test_an_intermediary_is_named():
    body = STATED | {"intermediary": {"name": "Tussenpartij"}}
    found = rendered((Event.REQUEST_RECEIVED, body))["presentation"]
    assert found["isIntermediary"] is True
    assert found["intermediaryName"] == [{"lang": "nl", "content": "Tussenpartij"}]


@pytest.mark.spec("EUDI TS10", "3.5", "issuance, and 3.6 deletion of cards")
def test_cards():
    issuer = {"name": "Gemeente", "oin": "1"}
    came = rendered(
        (Event.CARD_OFFERED, {"issuer": issuer}),
        (Event.CARD_RECEIVED, {"kind": "woonadres", "issuer": issuer, "copies": 10}),
    )
    assert came["transactionType"] == "CredentialIssuance"
    assert came["credentialIssuance"]["credentialIdentifier"] == [vct_of("woonadres")]
    assert came["credentialIssuance"]["credentialNumberIssued"] == 10
    assert came["credentialIssuance"]["credentialNumberRequested"] == 10
    assert came["credentialIssuance"]["isUserTriggered"] is True
    body = {"kind": "woonadres", "issuer": issuer, "copies": 4, "copies_asked": 10}
    fewer = rendered((Event.CARD_RENEWED, {**body, "trigger": "wallet"}))["credentialIssuance"]
    assert (fewer["credentialNumberRequested"], fewer["credentialNumberIssued"]) == (10, 4)
    assert fewer["isUserTriggered"] is False
    assert rendered((Event.CARD_REFUSED, {"issuer": issuer}))["transactionResult"] == "NotCompleted"
    gone = rendered((Event.CARD_DELETED, {"kind": "woonadres", "issuer": issuer}))
    assert gone["credentialDeletion"] == {
        "credentialIdentifier": vct_of("woonadres"),
        "credentialIssuerIdentifier": {"type": OIN_TYPE, "identifier": "1"},
        "credentialIssuerName": [{"lang": "nl", "content": "Gemeente"}],
    }


@pytest.mark.spec("EUDI TS10", "3.13", "each erasure that was asked is a transaction of its own")
def test_erasures():
    ask = {"right": "erasure", "state": "asked"}
    found = render(
        entries(
            (Event.SHARE_INTENDED, STATED | SHARED),
            (Event.RIGHT_ASKED, ask),
            (Event.RIGHT_ANSWERED, ask | {"state": "needs_confirmation"}),
            (Event.RIGHT_ASKED, ask),
            (Event.RIGHT_ANSWERED, ask | {"state": "done"}),
            (Event.RIGHT_ASKED, {"right": "status"}),
        )
    )
    told = [
        (one["transactionIdentifier"], one["transactionType"], one["transactionResult"])
        for one in found
    ]
    assert told == [
        ("activity", "Presentation", "NotCompleted"),
        ("activity-2", "DataDeletionRequest", "NotCompleted"),
        ("activity-4", "DataDeletionRequest", "Completed"),
        ("activity-6", "OtherTransaction", "Completed"),
    ]
    assert found[2]["dataDeletionRequest"]["listOfClaims"] == [
        {"credentialIdentifier": "urn:a", "claims": ["name"]}
    ]


@pytest.mark.spec("EUDI TS10", "3.15", "what TS10 has no class for is told by its kind")
def test_other():
    one = rendered((Event.TRUST_UPDATED, {}), (Event.LOG_EXPORTED, {}))
    assert one["otherTransaction"] == {"description": "trust.updated, log.exported"}
    report = rendered((Event.REPORT_MADE, {"authority": {"name": "AP", "country": "NL"}}))
    assert report["dpaReport"]["dpaName"] == [{"lang": "nl", "content": "AP"}]


@pytest.mark.parametrize("kind", list(Event))
def test_every_kind_of_event_can_be_told(kind):
    """Also when a body says nothing, or nonsense."""
    nonsense = dict.fromkeys((*STATED, "shared", "issuer", "kind", "right", "state", "copies"), 7)
    for body in ({}, nonsense):
        one = rendered((kind, body))
        assert one["transactionResult"] in ("Completed", "NotCompleted")
