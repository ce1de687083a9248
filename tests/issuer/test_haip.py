"""One switch: what HAIP 1.0 demands is demanded, and settings it forbids are refused at start."""

import json

import pytest
from jsonschema import Draft202012Validator
from support import scheme
from support.from_home import LOGIN, SCHEME, Home, refused
from support.issuer_home import SETTINGS
from support.vectors import read_json
from support.wallet_provider import WalletProvider
from support.wallet_simulator import new_key

from issuer import config
from issuer.errors import SettingsFault

URL = "https://localhost:8441/.well-known/oauth-authorization-server/0599"
HAIP = "haip = true\n"
SCHEME_TABLE = SCHEME.format(url="https://scheme.example", fingerprint="00" * 32)


@pytest.fixture
def haip(at_home) -> Home:
    return at_home(top=HAIP)


@pytest.fixture(scope="module")
def provider() -> WalletProvider:
    return WalletProvider.of(scheme.shared(scheme.NOW))


def parse(top: str = "", tables: str = "") -> config.Settings:
    plain = SETTINGS.format(decoys=0, four_eyes="false")
    return config.parse((top + plain + tables).encode())


@pytest.mark.spec("HAIP 1.0", "4", "settings that HAIP forbids")
@pytest.mark.parametrize(
    ("top", "tables", "key"),
    [
        (HAIP + 'client_attestation = "off"\n', LOGIN + SCHEME_TABLE, "client_attestation"),
        (HAIP + 'encryption = "off"\n', LOGIN + SCHEME_TABLE, "encryption"),
        (HAIP, SCHEME_TABLE, "login"),
        (HAIP, LOGIN, "scheme"),
    ],
)
def test_what_haip_forbids_is_refused_at_start(top, tables, key):
    with pytest.raises(SettingsFault) as found:
        parse(top, tables)
    assert found.value.code == "settings.haip"
    assert found.value.params == {"key": key}


def test_what_haip_allows():
    assert parse(HAIP, LOGIN + SCHEME_TABLE).haip
    assert parse(HAIP + 'client_attestation = "required"\n', LOGIN + SCHEME_TABLE).haip


@pytest.mark.parametrize("name", ["client_attestation", "key_attestation"])
def test_attestation_cannot_be_required_without_someone_to_trust(name):
    with pytest.raises(SettingsFault) as found:
        parse(f'{name} = "required"\n')
    assert found.value.code == "settings.needs_scheme"
    assert found.value.params == {"key": name}
    parse(f'{name} = "required"\n', SCHEME_TABLE)
    parse(f'{name} = "accepted"\n')


@pytest.mark.parametrize("fingerprint", ["", "00", "zz" * 32, "00" * 33])
def test_the_fingerprint_is_one(fingerprint):
    with pytest.raises(SettingsFault, match=r"settings\.value"):
        parse("", SCHEME.format(url="https://scheme.example", fingerprint=fingerprint))


@pytest.mark.parametrize(
    "uris", ["[]", '["http://wallet.example/x"]', '["wallet:/x"]', '["https://a.example/#x"]']
)
def test_a_registered_way_back_is_one_that_only_this_wallet_can_take(uris):
    with pytest.raises(SettingsFault, match=r"settings\.value"):
        parse("", f'[[client]]\nid = "x"\nredirect_uris = {uris}\n')
    parse("", '[[client]]\nid = "x"\nredirect_uris = ["https://a.example/x", "nl.example:/x"]\n')


@pytest.mark.spec("HAIP 1.0", "4.4.1", "clients authenticate at PAR and token endpoint")
def test_a_public_wallet_is_refused(haip):
    wallet = haip.wallet()
    refused(wallet.push(), "invalid_client", 401)
    refused(wallet.honest("token", wallet.code_form("x")), "invalid_client", 401)


@pytest.mark.spec("HAIP 1.0", "4.4.1", "no anonymous access with the code of an offer")
def test_an_anonymous_offer_is_refused(haip, provider):
    made = haip.town.offer(("persoonsgegevens",))
    wallet = haip.wallet()
    refused(wallet.redeem(made.link, made.code), "invalid_client", 401)
    attested = haip.wallet(provider=provider)
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        "pre-authorized_code": attested.code(made.link),
        "tx_code": made.code,
    }
    assert attested.honest("token", form).status_code == 200


@pytest.mark.spec("HAIP 1.0", "4.2", "the wallet asks by scope")
def test_scope_is_required(haip, provider):
    wallet = haip.wallet(provider=provider)
    details = json.dumps(
        [{"type": "openid_credential", "credential_configuration_id": "persoonsgegevens"}]
    )
    refused(wallet.push(scope=None, authorization_details=details), "invalid_scope")
    assert wallet.push(authorization_details=details).status_code == 201
    assert wallet.push().status_code == 201


@pytest.mark.spec("HAIP 1.0", "4.3", "tokens belong to a key")
def test_a_token_needs_its_key(haip, provider):
    wallet = haip.granted(provider=provider)
    answer = wallet.post("credential", {}, scheme="Bearer", dpop=None)
    assert answer.status_code == 401
    assert 'DPoP error="invalid_token"' in answer.headers["www-authenticate"]
    answer = wallet.ask_cards("persoonsgegevens", [new_key()], key=new_key())
    assert answer.status_code == 401


@pytest.mark.spec("RFC 8414", "2", "what the authorization server says of itself")
def test_metadata(haip):
    found = haip.wallet().get(URL).json()
    at = haip.wallet().at
    assert found["authorization_endpoint"] == at("authorize")
    assert found["pushed_authorization_request_endpoint"] == at("par")
    assert found["challenge_endpoint"] == at("challenge")
    assert found["require_pushed_authorization_requests"] is True
    assert found["token_endpoint_auth_methods_supported"] == ["attest_jwt_client_auth"]
    assert found["client_attestation_signing_alg_values_supported"] == ["ES256"]
    assert found["client_attestation_pop_signing_alg_values_supported"] == ["ES256"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["response_types_supported"] == ["code"]
    assert found["pre-authorized_grant_anonymous_access_supported"] is False
    assert found["dpop_signing_alg_values_supported"] == ["ES256"]
    assert found["grant_types_supported"] == [
        "authorization_code",
        "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        "refresh_token",
    ]


@pytest.mark.spec("RFC 8414", "2", "the same of a server that takes public wallets too")
def test_metadata_without_haip(home):
    found = home.wallet().get(URL).json()
    schema = read_json("oidf-schemas/oauth_authorization_server_metadata.json")
    Draft202012Validator(schema).validate(found)
    methods = found["token_endpoint_auth_methods_supported"]
    assert methods == ["attest_jwt_client_auth", "none"]
    assert found["pre-authorized_grant_anonymous_access_supported"] is True
