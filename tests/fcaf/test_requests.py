"""The cases of the EU's conformance framework about a request around its query, by their numbers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.wallet_world import World, world

from wallet.errors import WalletError
from wallet.sharing import Acknowledged

MESSAGES = "FCAF WS_RP_MS_ProtocolMessages"
METADATA = "FCAF WS_RP_MS_Metadata"
INTEGRITY = "FCAF WS_RP_SM_RpIntegrity"
Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[World]:
    made = world(tmp_path)
    yield made
    made.wallet.close()


def having(**more: Any) -> Change:
    return lambda found: {**found, **more}


def answered(town: World, change: Change) -> dict[str, Any]:
    """What the asker received, after a yes to a request with this change."""
    town.verifier.claims = change
    assert isinstance(town.share().settlement, Acknowledged)
    [message] = town.verifier.received
    return dict(message)


def refused(town: World, change: Change) -> str:
    """The rule it was refused for; nothing was shared, whatever the asker hears."""
    town.verifier.claims = change
    with pytest.raises(WalletError) as caught:
        town.receive()
    assert town.verifier.received == []
    return str(caught.value.params["rule"])


@pytest.mark.spec(MESSAGES, "008", "no iss")
def test_without_iss(town: World) -> None:
    assert answered(town, lambda found: {k: v for k, v in found.items() if k != "iss"})


@pytest.mark.spec(MESSAGES, "009", "another iss counts for nothing")
def test_another_iss(town: World) -> None:
    assert answered(town, having(iss="https://somebody.example"))


@pytest.mark.spec(MESSAGES, "016", "parameters nobody knows")
def test_unknown_parameters(town: World) -> None:
    assert answered(town, having(unheard_of={"a": [1]}, presentation_definition={}))


@pytest.mark.spec(MESSAGES, "032", "no state asked, none given")
def test_without_state(town: World) -> None:
    found = answered(town, lambda found: {k: v for k, v in found.items() if k != "state"})
    assert "state" not in found


@pytest.mark.spec(MESSAGES, "031", "the state as it came")
def test_the_state_comes_back(town: World) -> None:
    state = "Aa0-._~" * 4
    assert answered(town, having(state=state))["state"] == state


@pytest.mark.spec(MESSAGES, "037", "vp_token, and nothing of OAuth beside it")
def test_no_tokens_of_oauth(town: World) -> None:
    found = answered(town, having())
    assert not {"code", "access_token", "token_type", "id_token"} & set(found)


@pytest.mark.spec(METADATA, "105", "members of client_metadata nobody knows")
def test_unknown_metadata(town: World) -> None:
    def change(found: dict[str, Any]) -> dict[str, Any]:
        return {**found, "client_metadata": {**found["client_metadata"], "logo_uri": "x", "a": 1}}

    assert answered(town, change)


@pytest.mark.spec(METADATA, "106", "client_metadata that is no object")
@pytest.mark.parametrize("value", ["{}", [], 1, None], ids=["text", "array", "number", "null"])
def test_metadata_that_is_no_object(town: World, value: object) -> None:
    assert refused(town, having(client_metadata=value)) == "request.client_metadata"
    assert [one["error"] for one in town.verifier.errors] == ["invalid_request"]


@pytest.mark.spec(METADATA, "109", "what stands outside client_metadata is passed over")
@pytest.mark.spec(INTEGRITY, "021", "what stands outside client_metadata is passed over")
def test_metadata_outside_client_metadata(town: World) -> None:
    """A key at the top of the request is nobody's: the answer goes to the one inside."""
    stray = {"kty": "EC", "crv": "P-256", "x": "A", "y": "A", "kid": "stray", "alg": "ECDH-ES"}
    more = having(jwks={"keys": [stray]}, client_name="Iemand anders", vp_formats_supported={})
    assert answered(town, more)["vp_token"]
    town.verifier.claims = having(client_name="Iemand anders")
    assert town.receive().question.asker.name == "Woonstichting Voorbeeldwonen"


@pytest.mark.spec(
    "FCAF WS_RP_SM_DeviceBinding", "006", "other kinds of information are passed over"
)
def test_other_verifier_info(town: World) -> None:
    def change(found: dict[str, Any]) -> dict[str, Any]:
        other = {"format": "of-tomorrow", "data": {"a": 1}, "credential_ids": ["x"]}
        return {**found, "verifier_info": [other, *found["verifier_info"]]}

    assert answered(town, change)


@pytest.mark.spec("FCAF WS_RP_MS_CredentialFormats", "039", "vp_token id_token")
@pytest.mark.spec("FCAF WS_RP_MS_CredentialFormats", "040", "code")
@pytest.mark.parametrize("type_", ["vp_token id_token", "code", "id_token", ""])
def test_other_response_types(town: World, type_: str) -> None:
    assert refused(town, having(response_type=type_)) == "request.response_type"


@pytest.mark.spec("FCAF WS_RP_IA_Metadata", "013", "an audience that is not the fixed one")
@pytest.mark.parametrize("audience", ["https://wallet.example", "", None, 1])
def test_another_audience(town: World, audience: object) -> None:
    assert refused(town, having(aud=audience)) == "request.aud"
