"""Fetching cards from home: everything on the way that must be refused."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from support.logging_in import begin, finish, log_in, look
from support.wallet_world import World

from credential.names import vct_of
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.store import Filter

VCI = "OpenID4VCI 1.0"
KINDS = ("persoonsgegevens", "verblijfsrecht")


def rule(error: WalletError) -> str:
    return str(error.params.get("rule", error.code))


def having(**more: object) -> Callable[[dict], dict]:
    return lambda found: {**found, **more}


def without(name: str) -> Callable[[dict], dict]:
    return lambda found: {key: value for key, value in found.items() if key != name}


# The server.


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            without("pushed_authorization_request_endpoint"),
            "issuer.login_unsupported",
            marks=pytest.mark.spec("HAIP 1.0", "4", "no login without pushed requests"),
        ),
        pytest.param(
            having(code_challenge_methods_supported=["plain"]),
            "issuer.login_unsupported",
            marks=pytest.mark.spec("RFC 7636", "4.2", "no login without S256"),
        ),
        (without("authorization_endpoint"), "issuer.login_unsupported"),
        (having(response_types_supported=["token"]), "issuer.login_unsupported"),
        (having(grant_types_supported=[]), "issuer.grant_unsupported"),
        (having(issuer="https://localhost:8441/0518"), "issuer.server_identifier"),
        pytest.param(
            having(authorization_endpoint="https://elsewhere.example/authorize"),
            "issuer.endpoint_host",
            marks=pytest.mark.spec(
                "Regie trust", "2.7", "the login is on a host of the certificate"
            ),
        ),
        (
            having(pushed_authorization_request_endpoint="https://elsewhere.example/par"),
            "issuer.endpoint_host",
        ),
        (having(token_endpoint="https://elsewhere.example/token"), "issuer.endpoint_host"),
        (having(challenge_endpoint="https://elsewhere.example/c"), "issuer.endpoint_host"),
        (having(authorization_endpoint="http://localhost:8441/authorize"), "issuer.endpoint"),
    ],
    ids=[
        *("no par", "no s256", "no authorization endpoint", "no code", "no grant", "identifier"),
        *("authorize elsewhere", "par elsewhere", "token elsewhere", "challenge elsewhere"),
        "http",
    ],
)
def test_refuses_the_server(home: World, change: Callable[[dict], dict], expected: str) -> None:
    home.issuer.server = change
    with pytest.raises(WalletError) as caught:
        look(home)
    assert rule(caught.value) == expected
    assert home.network.posts() == []
    [found] = home.wallet.store.activities(Filter(outcome="refused"))
    assert home.body(found.id, Kind.CARD_REFUSED)["reason"] == expected


def test_refuses_a_my_address_elsewhere(home: World) -> None:
    home.issuer.metadata_keys = having(nl_regie={"my_endpoint": "https://elsewhere.example/my"})
    with pytest.raises(WalletError) as caught:
        look(home)
    assert rule(caught.value) == "issuer.endpoint_host"


@pytest.mark.parametrize(
    ("change", "status", "expected"),
    [
        (having(), 200, "issuer.pushed"),
        (without("request_uri"), 201, "issuer.pushed"),
        (having(request_uri=""), 201, "issuer.pushed"),
        (without("expires_in"), 201, "issuer.pushed"),
        (having(expires_in=0), 201, "issuer.pushed"),
        (having(expires_in="60"), 201, "issuer.pushed"),
        (having(error="invalid_scope"), 400, "get.refused"),
    ],
    ids=["200", "no uri", "empty uri", "no life", "life 0", "life a text", "an error"],
)
@pytest.mark.spec("RFC 9126", "2.2", "a malformed answer is refused")
def test_refuses_what_answers_the_push(
    home: World, change: Callable[[dict], dict], status: int, expected: str
) -> None:
    home.issuer.pushed, home.issuer.pushed_status = change, status
    with pytest.raises(WalletError) as caught:
        begin(home, look(home))
    assert rule(caught.value) == expected
    assert home.wallet.store.sessions() == ()


# What the browser brings back.


CALLBACKS = [
    pytest.param(
        having(state="another"),
        "callback.state",
        marks=pytest.mark.spec("RFC 6749", "10.12", "state of another login"),
    ),
    (without("state"), "callback.state"),
    (having(state="é"), "callback.malformed"),
    pytest.param(
        having(iss="https://localhost:8441/0518"),
        "callback.iss",
        marks=pytest.mark.spec("RFC 9207", "2.4", "iss of another server"),
    ),
    pytest.param(
        without("iss"),
        "callback.iss",
        marks=pytest.mark.spec("HAIP 1.0", "4", "iss is there"),
    ),
    (without("code"), "callback.malformed"),
    (having(code=""), "callback.malformed"),
    (having(error="server_error"), "callback.malformed"),
]


@pytest.mark.parametrize(
    ("change", "expected"),
    CALLBACKS,
    ids=[
        *("another state", "no state", "not ascii", "another iss", "no iss"),
        *("no code", "empty code", "code and error"),
    ],
)
def test_refuses_what_comes_back(
    home: World, change: Callable[[dict], dict], expected: str
) -> None:
    home.issuer.callback = change
    login = begin(home, look(home))
    with pytest.raises(WalletError) as caught:
        finish(home, login)
    assert rule(caught.value) == expected
    assert home.issuer.tokens_asked == [], "no code left"
    assert home.kinds(login.found.activity) == ["card.offered", "card.refused"]
    assert home.body(login.found.activity, Kind.CARD_REFUSED)["reason"] == expected
    assert home.wallet.store.settle_logins(at=home.now) == ()


@pytest.mark.spec("RFC 6749", "3.1", "a parameter stands once")
def test_refuses_a_repeated_parameter(home: World) -> None:
    login = begin(home, look(home))
    query = home.issuer.browse(login.url)
    with pytest.raises(WalletError) as caught:
        finish(home, login, f"{query}&code=another")
    assert rule(caught.value) == "callback.malformed"


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        ("access_denied", "get.denied", ExitCode.DECLINED),
        ("invalid_scope", "get.refused", ExitCode.NOT_TRUSTED),
        ("x" * 300, "get.refused", ExitCode.NOT_TRUSTED),
    ],
)
def test_an_error_comes_back(home: World, error: str, code: str, exit_code: ExitCode) -> None:
    home.issuer.callback = lambda found: {**without("code")(found), "error": error}
    with pytest.raises(WalletError) as caught:
        finish(home, begin(home, look(home)))
    assert (caught.value.code, caught.value.exit) == (code, exit_code)
    assert len(str(caught.value.params.get("reason", ""))) <= 100


def test_an_error_is_only_believed_from_the_right_server(home: World) -> None:
    login = begin(home, look(home))
    query = urlencode({"error": "access_denied", "state": login.asked.state, "iss": "https://evil"})
    with pytest.raises(WalletError) as caught:
        finish(home, login, query)
    assert rule(caught.value) == "callback.iss"


# The token.


@pytest.mark.spec("RFC 9449", "5", "a token that is not bound is refused")
def test_refuses_a_bearer_token(home: World) -> None:
    home.issuer.token = having(token_type="Bearer")
    with pytest.raises(WalletError) as caught:
        log_in(home)
    assert rule(caught.value) == "issuer.token_not_bound"
    assert home.wallet.store.sessions() == ()


@pytest.mark.parametrize(
    "details",
    [
        [{"type": "openid_credential", "credential_identifiers": ["a"]}],
        [{"type": "openid_credential", "credential_configuration_id": "woonadres"}],
        [
            {
                "type": "openid_credential",
                "credential_configuration_id": "woonadres",
                "credential_identifiers": ["a", "a"],
            }
        ],
    ],
    ids=["no configuration", "no identifiers", "an identifier twice"],
)
def test_refuses_malformed_details(home: World, details: list[dict]) -> None:
    home.issuer.token = having(authorization_details=details)
    with pytest.raises(WalletError) as caught:
        log_in(home)
    assert rule(caught.value) == "issuer.token_malformed"


def test_a_code_that_is_over_means_begin_again(home: World) -> None:
    login = begin(home, look(home))
    query = home.issuer.browse(login.url)
    home.issuer.codes.clear()
    with pytest.raises(WalletError, match=r"get\.begin_again"):
        finish(home, login, query)
    assert home.kinds(login.found.activity)[-1] == "card.refused"


@pytest.mark.parametrize("how", ["lose", "drop", "refuse"])
def test_a_broken_line_at_the_token_means_begin_again(home: World, how: str) -> None:
    login = begin(home, look(home))
    setattr(home.network, how, lambda call: call.url.endswith("/token"))
    with pytest.raises(WalletError, match=r"get\.begin_again") as caught:
        finish(home, login)
    assert caught.value.exit is ExitCode.NETWORK
    assert home.wallet.store.issuances() == home.wallet.store.sessions() == ()
    assert len(home.issuer.tokens_asked) <= 1, "a code is never sent twice"


@pytest.mark.spec(VCI, "8.3", "more credentials than keys")
def test_refuses_more_copies_than_keys(home: World) -> None:
    home.issuer.batch = lambda copies: [*copies, copies[0]]
    with pytest.raises(WalletError) as caught:
        log_in(home, "woonadres")
    assert rule(caught.value) == "issuer.too_many_copies"
    assert home.wallet.store.cards() == ()


@pytest.mark.spec(VCI, "11.1", "a card that fails is reported as a failure")
def test_a_card_of_another_kind_is_refused_and_reported(home: World) -> None:
    home.issuer.payload = lambda found: {**found, "vct": vct_of("huishouden")}
    progress = log_in(home, "woonadres")
    assert (progress.state, home.wallet.store.cards()) == ("refused", ())
    assert [one["event"] for one in home.issuer.notified] == ["credential_failure"]
