"""What a wallet must refuse when it is asked for data: the list of the protocol digest, by name.

One test per line that `test_request_refusals` and the conformance modules do not already name.
"""

import datetime as dt
import json
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from support.network import reply
from support.strangers import named
from support.terminal import Terminal
from support.verifier_simulator import SIGN_UP
from support.wallet_world import World

from credential import base64url, jose, sdjwt
from credential.jose import KeySigner
from credential.names import TYP_CARD, vct_of
from wallet.caution import Warn
from wallet.errors import ExitCode, NotReady, WalletError
from wallet.events import Kind

VP = "OpenID4VP 1.0"


def refused(town: World, link: str | None = None) -> str:
    with pytest.raises(WalletError) as caught:
        town.receive(link)
    assert town.verifier.received == []
    return str(caught.value.params["rule"])


@pytest.mark.spec("HAIP 1.0", "5", "a self-signed leaf is refused")
def test_a_self_signed_leaf(town: World) -> None:
    key = jose.generate_key()
    moment = dt.datetime.fromtimestamp(town.now, dt.UTC)
    name = named(c="NL", o="Zelf", cn="Zelf")
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(moment - dt.timedelta(days=1))
        .not_valid_after(moment + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    client_id = "x509_hash:" + base64url.sha256(leaf)
    town.verifier.signer = KeySigner(key)
    town.verifier.header = lambda _: jose.x5c_header((leaf,))
    town.verifier.claims = lambda asked: {**asked, "client_id": client_id}
    assert refused(town, town.verifier.link_for(client_id)) == "x5c.self_signed"
    assert town.network.posts() == []


@pytest.mark.spec(VP, "5", "an unsigned request object is refused")
@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}])
def test_an_unsigned_object(town: World, header: dict) -> None:
    claims = town.verifier.request_claims()
    x5c = jose.x5c_header(town.verifier.party.access.x5c)
    members = {**header, **x5c, "typ": "oauth-authz-req+jwt"}
    token = ".".join(base64url.encode(json.dumps(part).encode()) for part in (members, claims))
    answer = reply(200, f"{token}.", "application/oauth-authz-req+jwt")
    town.verifier._request = lambda _call: answer  # type: ignore[method-assign]
    assert refused(town) == "jose.alg"
    assert town.network.posts() == []


@pytest.mark.spec(VP, "5.9", "the same party under another certificate is another client_id")
def test_a_client_id_with_another_prefix_than_signed(town: World) -> None:
    other = town.verifier.party.client_id.replace("x509_hash:", "x509_san_dns:")
    assert refused(town, town.verifier.link_for(other)) == "request.client_id"


@pytest.mark.spec(VP, "8.5", "vp_formats_not_supported: none of the formats is known here")
def test_only_formats_nobody_here_has(town: World) -> None:
    town.verifier.query = {
        "credentials": [
            {"id": "m", "format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"}}
        ]
    }
    assert refused(town) == "request.no_known_format"
    assert [one["error"] for one in town.verifier.errors] == ["vp_formats_not_supported"]


@pytest.mark.spec(VP, "8.5", "invalid_scope: a word instead of a query")
def test_a_scope_instead_of_a_query(town: World) -> None:
    town.verifier.claims = lambda asked: {
        **{name: value for name, value in asked.items() if name != "dcql_query"},
        "scope": "pid",
    }
    assert refused(town) == "request.scope"
    assert [one["error"] for one in town.verifier.errors] == ["invalid_scope"]


@pytest.mark.spec(
    VP, "8.3", "an error is sealed where the request allows it, else it goes in clear"
)
@pytest.mark.parametrize("sealed", [True, False])
def test_errors_are_sealed_where_they_can_be(town: World, sealed: bool) -> None:
    changes = {"redirect_uri": "https://localhost:8442/x"}
    if not sealed:
        changes |= {"client_metadata": {"jwks": {"keys": []}}}  # type: ignore[dict-item]
    town.verifier.claims = lambda asked: {**asked, **changes}
    refused(town)
    [error] = town.verifier.errors
    assert error == {"error": "invalid_request", "state": error["state"]}
    assert town.verifier.in_clear == (0 if sealed else 1)


@pytest.mark.spec(VP, "5", "nothing is posted before the address is known to be theirs")
@pytest.mark.parametrize("claim", ["aud", "response_uri", "exp", "response_mode"])
def test_no_error_goes_to_an_address_that_was_not_checked(town: World, claim: str) -> None:
    wrong = {"exp": 1, "response_uri": "https://elsewhere.example/1"}.get(claim, "other")
    town.verifier.claims = lambda asked: {**asked, claim: wrong, "nonce": "short"}
    refused(town)
    assert town.network.posts() == []


def test_what_was_told_is_on_record_first(town: World) -> None:
    """The refusal stands in the log also when telling it fails."""
    town.verifier.claims = lambda asked: {**asked, "nonce": "short"}
    town.network.refuse = lambda call: call.method == "POST"
    assert refused(town) == "request.nonce"
    from wallet.store import Filter

    [found] = town.wallet.store.activities(Filter(outcome="refused"))
    body = town.body(found.id, Kind.REQUEST_REFUSED)
    assert (body["reason"], body["peers"]) == ("request.nonce", ["localhost:8442"])


def test_a_clock_behind_tells_nobody(town: World) -> None:
    town.verifier.claims = lambda asked: {**asked, "iat": town.now + 900}
    with pytest.raises(NotReady):
        town.receive()
    assert town.network.posts() == []


@pytest.mark.spec(VP, "14.2", "nothing leaves before a person, or a flag that stands for one")
def test_nothing_before_consent(town: World, at: Callable[[World], Terminal]) -> None:
    code, [shown] = at(town).run("share", town.verifier.link, "--show")
    assert code == ExitCode.OK
    assert town.network.posts() == []
    code, _ = at(town).run(
        "share", shown["request"], "--yes", "--claims", ",".join(shown["sets"][0])
    )
    assert code == ExitCode.DECLINED
    assert town.network.posts() == []


@pytest.mark.spec(VP, "6.4.1", "no claim beyond the query is released")
def test_no_claim_beyond_the_query(town: World) -> None:
    town.share()
    [message] = town.verifier.received
    asked = {
        one["id"]: {claim["path"][0] for claim in one["claims"]} for one in SIGN_UP["credentials"]
    }
    for query, [presentation] in message["vp_token"].items():
        parsed = sdjwt.parse(presentation, typ=TYP_CARD)
        names = {*sdjwt.process(parsed).dangerous_payload}
        assert names - {"vct", "iat", "nbf", "exp", "cnf", "status"} == asked[query]


@pytest.mark.spec(VP, "14.5", "one copy is not shown to two verifiers")
def test_no_copy_is_shown_twice(town: World) -> None:
    shown = []
    for _ in range(2):
        town.share()
        for pending in town.wallet.store.requests():
            town.wallet.store.close_request(pending.id, Kind.REQUEST_DECLINED, {}, at=town.now)
    for message in town.verifier.received:
        shown += [one.split("~")[0] for part in message["vp_token"].values() for one in part]
    assert len(set(shown)) == len(shown) == 4


@pytest.mark.spec(VP, "6.4.2", "a query that cannot be answered in full is not answered at all")
def test_no_answer_in_part(town: World) -> None:
    town.verifier.query = {
        "credentials": [
            *SIGN_UP["credentials"],
            {
                "id": "home",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct_of("huishouden")]},
                "claims": [{"path": ["adults"]}],
            },
        ]
    }
    posed = town.receive()
    assert posed.question.options == ()
    assert town.network.posts() == []


@pytest.mark.spec("ARF 3.0", "RPRC_21", "over-asking is refused until it is accepted by name")
def test_over_asking_needs_its_own_yes(town: World) -> None:
    town.verifier.query = {
        "credentials": [
            {
                "id": "one",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct_of("persoonsgegevens")]},
                "claims": [{"path": ["birthdate"]}],
            }
        ]
    }
    posed = town.receive()
    every = set(posed.question.options[0].warnings)
    assert Warn.OVER_ASKING in every
    with pytest.raises(WalletError) as caught:
        town.share(posed, accepted=every - {Warn.OVER_ASKING})
    assert caught.value.params["warnings"] == "over_asking"
    assert town.network.posts() == []
