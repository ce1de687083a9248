"""What the wallet says became of its cards: by its own grant, as often as it likes, of nobody."""

import pytest
from sqlalchemy import select
from support.wallet_simulator import new_key

from issuer.store.notifications import KEEP_SECONDS
from issuer.tables import notifications


def refused(answer, error, status=400):
    assert answer.status_code == status, answer.text
    assert answer.json() == {"error": error}


@pytest.fixture
def town(https_town):
    """Everything here goes over https."""
    return https_town


@pytest.fixture
def wallet(town):
    return town.confirmed(("persoonsgegevens",))[0]


@pytest.fixture
def given(wallet):
    answer = wallet.ask_cards("persoonsgegevens", [new_key(), new_key()])
    return answer.json()["notification_id"]


def say(wallet, identifier, event="credential_accepted", **more):
    body = {"notification_id": identifier, "event": event, **more}
    return wallet.post("notification", body)


def rows(town):
    with town.office.store._database.reading() as connection:
        return connection.execute(select(notifications)).all()


@pytest.mark.spec("OpenID4VCI 1.0", "11.2", "204, and the same again is no fault")
def test_a_notification(town, wallet, given):
    for _ in range(2):
        answer = say(wallet, given, event_description="Stored in 12 ms")
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["cache-control"] == "no-store"
    assert town.office.store.notifications.counts() == {
        ("persoonsgegevens", "credential_accepted"): 1
    }


@pytest.mark.spec("OpenID4VCI 1.0", "11.1", "the three events; the last one counts")
def test_the_events(town, wallet, given):
    counts = town.office.store.notifications.counts
    assert counts() == {("persoonsgegevens", None): 1}
    for event in ("credential_accepted", "credential_deleted", "credential_failure"):
        assert say(wallet, given, event).status_code == 204
        assert counts() == {("persoonsgegevens", event): 1}


@pytest.mark.spec("OpenID4VCI 1.0", "8.3", "every batch has an id of its own")
def test_each_batch_has_its_own_id(wallet, given):
    other = wallet.ask_cards("persoonsgegevens", [new_key()]).json()["notification_id"]
    assert other != given
    assert min(len(other), len(given)) >= 22


@pytest.mark.spec("OpenID4VCI 1.0", "11.3", "an id nobody was given")
def test_an_unknown_id(wallet, given):
    refused(say(wallet, "x"), "invalid_notification_id")
    refused(say(wallet, given[:-1]), "invalid_notification_id")


@pytest.mark.spec("OpenID4VCI 1.0", "11.3", "an id that another wallet was given")
def test_the_id_of_another(town, wallet, given):
    other, _ = town.confirmed(("persoonsgegevens",))
    other.ask_cards("persoonsgegevens", [new_key()])
    refused(say(other, given), "invalid_notification_id")
    assert (None in {row.event for row in rows(town)}) is True


@pytest.mark.spec("OpenID4VCI 1.0", "11.3", "what is no notification")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event": "credential_accepted"},
        {"notification_id": 1, "event": "credential_accepted"},
        {"notification_id": "", "event": "credential_accepted"},
        {"notification_id": "x"},
        {"notification_id": "x", "event": "credential_stored"},
        {"notification_id": "x", "event": ["credential_accepted"]},
        {"notification_id": "x", "event": "credential_accepted", "event_description": 1},
        {"notification_id": "x", "event": "credential_accepted", "event_description": 'a"b'},
        {"notification_id": "x", "event": "credential_accepted", "event_description": "é"},
        b"[]",
        b"{",
    ],
)
def test_a_malformed_notification(wallet, given, body):
    assert given
    refused(wallet.post("notification", body), "invalid_notification_request")


@pytest.mark.spec("RFC 9449", "7", "the token and its proof are asked here too")
def test_without_the_token_or_its_key(town, wallet, given):
    body = {"notification_id": given, "event": "credential_accepted"}
    refused(wallet.post("notification", body, scheme="Bearer"), "invalid_token", 401)
    refused(wallet.post("notification", body, token="x"), "invalid_token", 401)
    refused(wallet.post("notification", body, dpop=None), "invalid_dpop_proof", 401)
    refused(wallet.post("notification", body, key=new_key()), "invalid_token", 401)
    refused(wallet.post("notification", body, media="text/plain"), "invalid_request", 415)
    assert rows(town)[0].event is None


def test_it_is_forgotten_after_a_month(town, wallet, given):
    store = town.office.store.notifications
    store.purge(town.now + KEEP_SECONDS - 1)
    assert len(rows(town)) == 1
    store.purge(town.now + KEEP_SECONDS)
    assert rows(town) == []


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "the metadata names the endpoint")
def test_the_endpoint_is_in_the_metadata(wallet):
    url = "https://localhost:8441/.well-known/openid-credential-issuer/0599"
    assert wallet.get(url).json()["notification_endpoint"] == wallet.at("notification")
