"""Metadata and offers: valid by the conformance suite's schemas, signed by who may sign them."""

import dataclasses

import msgspec
import pytest
from jsonschema import Draft202012Validator
from support.issuer_home import FIVE, with_declared, with_settings
from support.vectors import read_json
from support.wallet_simulator import PRE_AUTHORIZED

from credential import jose
from credential.names import TYP_ISSUER_METADATA, vct_of
from issuer.config import Declared, Field
from issuer.scheme import SchemeFolder

WELL_KNOWN = "https://localhost:8441/.well-known"


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(read_json(f"oidf-schemas/{name}.json"))


@pytest.fixture
def wallet(town):
    return town.wallet()


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "credential issuer metadata")
def test_issuer_metadata(wallet):
    answer = wallet.get(f"{WELL_KNOWN}/openid-credential-issuer/0599")
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert found["credential_issuer"] == wallet.identifier
    assert found["batch_credential_issuance"] == {"batch_size": 10}
    assert set(found["credential_configurations_supported"]) == set(FIVE)
    for kind, one in found["credential_configurations_supported"].items():
        assert (one["vct"], one["scope"]) == (vct_of(kind), kind)
    assert found["nonce_endpoint"] == wallet.at("nonce")
    assert found["deferred_credential_endpoint"] == wallet.at("deferred")
    # `nl_regie` is our own, `issuer_info` is ETSI TS 119 472-3's: not in the schema of OpenID4VCI.
    assert found.pop("nl_regie") == {"my_endpoint": wallet.at("my"), "declared": {}}
    assert [one["format"] for one in found.pop("issuer_info")] == [
        "registration_cert",
        "registrar_dataset",
    ]
    validator("credential_issuer_metadata-1_0").validate(found)


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.3", "signed metadata, by the registered issuer")
def test_signed_metadata(town, wallet):
    url = f"{WELL_KNOWN}/openid-credential-issuer/0599"
    answer = wallet.get(url, Accept="application/jwt")
    assert answer.headers["content-type"] == "application/jwt"
    jws = jose.parse(answer.text, typ=TYP_ISSUER_METADATA)
    leaf = town.scheme.trust.issuer_leaf(jws.x5c(), town.now)
    payload = jose.verify(jws, leaf.key).payload
    assert payload["sub"] == payload["credential_issuer"] == wallet.identifier
    assert "localhost" in leaf.hosts
    plain = wallet.get(url, Accept="application/json").json()
    assert {k: v for k, v in payload.items() if k not in ("sub", "iat", "exp")} == plain
    assert wallet.get(url, Accept="*/*").headers["content-type"] == "application/json"
    both = wallet.get(url, Accept="application/json, application/jwt")
    assert both.headers["content-type"] == "application/json"


@pytest.mark.spec("OpenID4VCI 1.0", "12.3", "authorization server metadata")
def test_authorization_server_metadata(wallet):
    found = wallet.get(f"{WELL_KNOWN}/oauth-authorization-server/0599").json()
    validator("oauth_authorization_server_metadata").validate(found)
    assert found["issuer"] == wallet.identifier
    assert found["pre-authorized_grant_anonymous_access_supported"] is True
    # Without a login provider nobody can ask from home.
    assert found["grant_types_supported"] == [PRE_AUTHORIZED, "refresh_token"]
    assert "authorization_endpoint" not in found


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.2", "the well-known part stands between host and path")
@pytest.mark.parametrize(
    "path",
    [
        "/0599/.well-known/openid-credential-issuer",
        "/.well-known/openid-credential-issuer",
        "/.well-known/openid-credential-issuer/0518",
        "/.well-known/openid-credential-issuer/0599/",
        "/",
        "/0599/status/99",
        "/0599/status/-1",
        "/0599/status/99999999999999999999999999",
        "/0599/o/%00",
        "/%00/o/x",
    ],
)
def test_other_addresses_do_not_exist(wallet, path):
    answer = wallet.get(f"https://localhost:8441{path}")
    assert answer.status_code == 404
    assert answer.json() == {"error": "not_found"}


@pytest.mark.spec("OpenID4VCI 1.0", "4.1", "credential offer by reference")
def test_the_offer(town, wallet):
    made = town.offer(None)
    answer = wallet.get(made.link)
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    validator("credential_offer-1_0").validate(found)
    assert found["credential_issuer"] == wallet.identifier
    assert tuple(found["credential_configuration_ids"]) == FIVE
    grant = found["grants"][PRE_AUTHORIZED]
    assert grant["tx_code"]["length"] == len(made.code) == 6
    assert grant["tx_code"]["input_mode"] == "numeric"
    assert wallet.offer(made.uri) == found
    assert wallet.get(made.link.lower()).json() == found
    assert made.code not in answer.text


def test_every_offer_has_its_own_link_and_code(town):
    made = [town.offer(("huishouden",)) for _ in range(5)]
    assert len({one.link for one in made}) == len({one.case for one in made}) == 5
    # 128 random bits, in letters and digits that a QR code packs tightly.
    assert all(len(one.link.rpartition("/")[2]) == 26 for one in made)


@pytest.mark.spec("Regie formats", "6", "the answer says nothing about whom it is for")
def test_headers_on_everything(wallet):
    for path in ("/health/live", "/health/ready", "/0599/o/unknown", "/0599/token"):
        answer = wallet.get(f"https://localhost:8441{path}")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers


def test_the_wallets_request_is_one_the_schema_knows(town, monkeypatch):
    """The simulator itself speaks OpenID4VCI 1.0, so that our server is tried with that."""
    wallet, _ = town.confirmed()
    sent = []
    post = wallet.post
    monkeypatch.setattr(
        wallet, "post", lambda path, body, **k: sent.append(body) or post(path, body, **k)
    )
    wallet.ask_cards("persoonsgegevens", [jose.generate_key()])
    validator("credential_request-1_0").validate(sent[0])


@pytest.mark.spec("RFC 5280", "4.1.2.5", "nothing is signed that outlives its certificate")
def test_an_access_certificate_that_is_over_signs_no_metadata(town):
    issuer = town.office.municipality("0599")
    leaf = issuer.certificates.access
    issuer.certificates.__dict__["access"] = type(leaf)(
        leaf.signer, leaf.der, leaf.not_before, town.now + 60
    )
    url = "https://localhost:8441/.well-known/openid-credential-issuer/0599"
    answer = town.wallet().get(url, Accept="application/jwt")
    assert (answer.status_code, answer.json()) == (503, {"error": "temporarily_unavailable"})


# ---- what the cards are called, and how keys are proved


def described(town, kind):
    found = town.wallet().get(f"{WELL_KNOWN}/openid-credential-issuer/0599").json()
    return found["credential_configurations_supported"][kind]


def with_scheme(town, **settings):
    """The same issuer after `sync`: the scheme on disk is its only source of trust."""
    folder = SchemeFolder(town.home / "scheme", town.scheme.fingerprint)
    town.scheme.write(folder.folder / "1")
    folder.put_in_force("1")
    town.office = dataclasses.replace(town.office, scheme=folder)
    with_settings(town, **settings)


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "claims and their names, in both languages")
@pytest.mark.parametrize("kind", FIVE)
def test_our_own_words_name_what_the_scheme_names(town, kind):
    without = described(town, kind)["credential_metadata"]
    with_scheme(town)
    named = described(town, kind)["credential_metadata"]
    assert [one["locale"] for one in named["display"]] == ["nl", "en"]
    assert all(one["description"] for one in named["display"])
    labels = [[label["locale"] for label in claim["display"]] for claim in named["claims"]]
    assert labels == [["nl", "en"]] * len(named["claims"])
    ours = [claim["path"] for claim in without["claims"]]
    theirs = [claim["path"] for claim in named["claims"] if len(claim["path"]) == 1]
    assert [one for one in theirs if one != ["disclosure_restricted"]] == ours
    assert all(len(claim["display"]) == 2 for claim in without["claims"])


@pytest.mark.spec("OpenID4VCI 1.0", "B.1", "no claim is described twice, null and index not mixed")
def test_claim_descriptions_fit_together(town):
    with_scheme(town)
    found = town.wallet().get(f"{WELL_KNOWN}/openid-credential-issuer/0599").json()
    for one in found["credential_configurations_supported"].values():
        paths = [tuple(claim["path"]) for claim in one["credential_metadata"]["claims"]]
        assert len(set(paths)) == len(paths)
        assert not any(isinstance(part, int) for path in paths for part in path)
        assert all(path[:-1] in paths for path in paths if len(path) > 1)
    found.pop("issuer_info")
    found.pop("nl_regie")
    validator("credential_issuer_metadata-1_0").validate(found)


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "key_attestations_required only where they are")
@pytest.mark.parametrize(
    ("policy", "proof_types"),
    [
        ("off", {"jwt": {}}),
        ("accepted", {"jwt": {}, "attestation": {}}),
        (
            "required",
            {
                "jwt": {"key_attestations_required": {}},
                "attestation": {"key_attestations_required": {}},
            },
        ),
    ],
)
def test_what_is_said_of_key_attestations(town, policy, proof_types):
    with_scheme(town, key_attestation=policy)
    algorithms = {"proof_signing_alg_values_supported": ["ES256"]}
    expected = {name: {**algorithms, **more} for name, more in proof_types.items()}
    for kind in FIVE:
        assert described(town, kind)["proof_types_supported"] == expected


def test_without_a_scheme_nobody_can_vouch_for_keys(town):
    assert set(described(town, "huishouden")["proof_types_supported"]) == {"jwt"}


def test_a_scheme_that_is_not_there_yet_stops_no_metadata(town):
    folder = SchemeFolder(town.home / "scheme", town.scheme.fingerprint)
    town.office = dataclasses.replace(town.office, scheme=folder)
    assert described(town, "huishouden")["credential_metadata"]["claims"]


def test_declared_kinds_are_offered_with_their_fields(town):
    field = Field(name="phone", nl="Telefoon", en="Telephone", type="phone", most=20)
    choice = Field(name="why", nl="Waarom", en="Why", type="choice", required=False, choices=("a",))
    with_declared(town, Declared(kind="urgentie", fields=(field, choice)))
    one = town.office.municipality("0599")
    kinds = (*one.settings.kinds, "urgentie")
    one.__dict__["settings"] = msgspec.structs.replace(one.settings, kinds=kinds)
    found = town.wallet().get(f"{WELL_KNOWN}/openid-credential-issuer/0599").json()
    assert found["credential_configurations_supported"]["urgentie"]["scope"] == "urgentie"
    assert found["nl_regie"]["declared"]["urgentie"] == [
        {
            "name": "phone",
            "type": "phone",
            "required": True,
            "most": 20,
            "choices": [],
            "label": {"nl": "Telefoon", "en": "Telephone"},
        },
        {
            "name": "why",
            "type": "choice",
            "required": False,
            "most": 200,
            "choices": ["a"],
            "label": {"nl": "Waarom", "en": "Why"},
        },
    ]
