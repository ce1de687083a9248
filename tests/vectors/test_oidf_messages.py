"""What issuer and wallet write themselves, by the conformance suite's schemas of OpenID4VCI.

The suite has none for authorization, pushed and token requests: those are OAuth's.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support import from_home
from support.issuer_home import TestIssuerHome, with_declared
from support.issuer_simulator import KINDS
from support.login_world import URGENCY
from support.vectors import read_json
from support.wallet_world import world

from credential import jose, jwe
from credential.names import vct_of
from issuer.service import homeoffers
from wallet import credentials, encryption
from wallet.credentials import Wanted
from wallet.encryption import Encryption

WELL_KNOWN = "https://localhost:8441/.well-known"
ALL = 'key_attestation = "required"\nencryption = "required"\nclient_attestation = "required"\n'
MODES = {"as delivered": "", "haip": "haip = true\n", "all required": ALL}
Make = Callable[[str], TestIssuerHome]


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(read_json(f"oidf-schemas/{name}.json"))


REQUEST = validator("credential_request-1_0")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Make]:
    """Makes an issuer with a login, a scheme and a kind that a person decides on."""
    made: list[TestIssuerHome] = []

    def make(top: str) -> TestIssuerHome:
        found = from_home.town(tmp_path, top=top)
        made.append(found)
        with_declared(found, URGENCY)
        return found

    yield make
    for one in made:
        one.office.close()


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "issuer metadata in every mode")
@pytest.mark.parametrize("mode", MODES)
def test_issuer_metadata(town: Make, mode: str) -> None:
    found = town(MODES[mode]).wallet().get(f"{WELL_KNOWN}/openid-credential-issuer/0599").json()
    assert "urgentie" in found["credential_configurations_supported"]
    schema = validator("credential_issuer_metadata-1_0")
    # `nl_regie` is our own, `issuer_info` is ETSI TS 119 472-3's; 12.2.4 lets wallets ignore both.
    assert not schema.is_valid(found)
    assert found.pop("nl_regie")["declared"]["urgentie"]
    assert found.pop("issuer_info")
    schema.validate(found)


@pytest.mark.spec("OpenID4VCI 1.0", "12.3", "authorization server metadata in every mode")
@pytest.mark.parametrize("mode", MODES)
def test_authorization_server_metadata(town: Make, mode: str) -> None:
    found = town(MODES[mode]).wallet().get(f"{WELL_KNOWN}/oauth-authorization-server/0599").json()
    assert found["pushed_authorization_request_endpoint"]
    validator("oauth_authorization_server_metadata").validate(found)


@pytest.mark.spec("OpenID4VCI 1.0", "4.1.1", "both offers: of the desk, and for who logs in")
def test_offers(town: Make) -> None:
    here = town("")
    schema = validator("credential_offer-1_0")
    desk = here.wallet().offer(here.offer(None).uri)
    home = homeoffers.make(here.office, None, municipality="0599", now=here.now)
    from_them = here.wallet().offer(home.uri)
    schema.validate(desk)
    schema.validate(from_them)
    assert desk["grants"].keys() != from_them["grants"].keys()


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "what the wallet sends for a card")
def test_the_wallets_requests(tmp_path: Path) -> None:
    there = world(tmp_path, cards=False)
    there.add()
    sent = [
        json.loads(one.body) for one in there.network.posts() if one.url.endswith("/credential")
    ]
    assert {one["credential_configuration_id"] for one in sent} == {*KINDS}
    for one in sent:
        REQUEST.validate(one)


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "by identifier or configuration, sealed or not")
@pytest.mark.parametrize("identifier", [None, "one of the token answer"])
@pytest.mark.parametrize("proof_type", ["jwt", "attestation"])
@pytest.mark.parametrize("enc", [None, "A128GCM", "A256GCM"])
def test_every_request_the_wallet_can_write(
    identifier: str | None, proof_type: str, enc: str | None
) -> None:
    wanted = Wanted("woonadres", "woonadres", vct_of("woonadres"))
    members = credentials.request(wanted, identifier, proof_type, ["a.b.c"])
    key = jose.generate_key()
    jwk = jose.public_jwk(key.public_key())
    to = None if enc is None else Encryption(jwk, "of-the-issuer", enc, enc)
    sealed = encryption.seal(members, to)
    body = sealed.body
    if enc is not None:
        body = jwe.decrypt(body.decode(), key=key, kid="of-the-issuer", enc_allowed=(enc,))
    found = json.loads(body)
    REQUEST.validate(found)
    assert ("credential_response_encryption" in found) is (enc is not None)
