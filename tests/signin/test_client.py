"""A login provider over https: what is asked of it, and every lie that is refused."""

import dataclasses
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from crash.servers import Served, Tls, listener, url
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey
from support.oidc_provider import CLIENT, ENOUGH, HIGH, LOW, SECRET, Lies, OidcProvider

from credential import base64url, jose
from issuer import config
from issuer.clock import monotonic, random_bytes
from signin import client as oidc
from signin.client import Identity, OidcClient
from signin.errors import LoginFault, SettingsFault

NOW = 1_767_225_600
BACK = "https://localhost:8441/login/callback"
CORE = "OpenID Connect Core 1.0"


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[LoginFault]]:
    """What is inside raises this refusal."""
    with pytest.raises(LoginFault) as found:
        yield found
    assert found.value.code == code


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls") / "files")


@pytest.fixture(scope="module")
def served(tls: Tls) -> Iterator[OidcProvider]:
    socket = listener()
    provider = OidcProvider(url(socket), NOW)
    server = Served(provider.app, socket, tls)
    yield provider
    server.stop()


@pytest.fixture
def provider(served: OidcProvider) -> OidcProvider:
    """Honest again, with the key of this test."""
    fresh = OidcProvider(served.issuer, NOW)
    for field in dataclasses.fields(fresh):
        setattr(served, field.name, getattr(fresh, field.name))
    served.rotate()
    return served


Open = Callable[..., OidcClient]


@pytest.fixture
def client(tls: Tls) -> Iterator[Open]:
    """Opens clients of a provider, and closes them."""
    opened: list[OidcClient] = []

    def make(
        provider: OidcProvider, *, authority: Tls = tls, secret: bytes = b"", **settings: object
    ) -> OidcClient:
        given = {"acr_values": (HIGH, ENOUGH), **settings}
        made = OidcClient(
            config.Provider(
                issuer=provider.issuer, client_id=CLIENT, client_secret_file="unused", **given
            ),
            secret or SECRET.encode(),
            random_bytes,
            monotonic,
            tls_ca=Path(authority.ca),
        )
        opened.append(made)
        return made

    yield make
    for one in opened:
        one.close()


@cache
def trusting(authority: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority)


class Login:
    """One login: the browser goes there and comes back with a code."""

    def __init__(self, client: OidcClient, tls: Tls, now: int = NOW, **asked: object) -> None:
        self.client = client
        self.state, self.nonce, self.verifier = (client.random() for _ in range(3))
        there = client.authorization_url(
            state=self.state,
            nonce=self.nonce,
            verifier=self.verifier,
            redirect_uri=BACK,
            now=now,
            **asked,
        )
        self.there = there
        answer = httpx.get(there, verify=trusting(tls.ca), trust_env=False)
        assert answer.status_code == 303
        location = answer.headers["location"]
        assert location.startswith(f"{BACK}?")
        self.back = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    def finish(self, now: int = NOW, **changed: object) -> Identity:
        given = {
            "verifier": self.verifier,
            "redirect_uri": BACK,
            "nonce": self.nonce,
            "now": now,
            **changed,
        }
        return self.client.exchange(self.back["code"], **given)


@pytest.mark.spec(CORE, "3.1.2.1", "code flow with state, nonce, PKCE S256 and levels")
@pytest.mark.spec("RFC 7636", "4.2")
def test_whole_login(provider: OidcProvider, tls: Tls, client: Open) -> None:
    ours = client(provider)
    login = Login(ours, tls, language="en", prompt="login")
    asked = provider.asked[0]
    assert asked["code_challenge"] == base64url.sha256(login.verifier)
    assert asked["acr_values"] == f"{HIGH} {ENOUGH}"
    assert (asked["prompt"], asked["ui_locales"]) == ("login", "en")
    assert len({login.state, login.nonce, login.verifier}) == 3
    assert min(map(len, (login.state, login.nonce, login.verifier))) == 43
    assert login.back["state"] == login.state
    ours.require_issuer(login.back["iss"], NOW)
    found = login.finish()
    assert (found.subject, found.acr, found.claims["bsn"]) == ("one", ENOUGH, "999999345")
    assert "999999345" not in repr(found)


def test_description_and_keys_are_kept(provider: OidcProvider, tls: Tls, client: Open) -> None:
    ours = client(provider)
    for _ in range(3):
        Login(ours, tls).finish()
    assert provider.calls.count("discovery") == 1
    assert provider.calls.count("jwks") == 1
    Login(ours, tls, now=NOW + oidc.DISCOVERY_SECONDS)
    assert provider.calls.count("discovery") == 2


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_other_algorithms(provider: OidcProvider, tls: Tls, client: Open, alg: str) -> None:
    provider.lies = Lies(alg=alg)
    assert Login(client(provider), tls).finish().subject == "one"


@pytest.mark.spec(CORE, "10.1.1", "a key rotated in is found, asking at most once a minute")
def test_key_rotation(provider: OidcProvider, tls: Tls, client: Open) -> None:
    ours = client(provider)
    Login(ours, tls).finish()
    provider.rotate()
    with refused("login.token_key"):
        Login(ours, tls).finish(NOW + 59)
    assert provider.calls.count("jwks") == 1
    assert Login(ours, tls).finish(NOW + 60).subject == "one"
    assert provider.calls.count("jwks") == 2
    provider.lies = Lies(header={"kid": "never published"})
    for later in (61, 100, 119):
        with refused("login.token_key"):
            Login(ours, tls).finish(NOW + later)
    assert provider.calls.count("jwks") == 2


@pytest.mark.spec(CORE, "9", "private_key_jwt")
@pytest.mark.spec("RFC 7523", "3")
def test_client_with_a_key(provider: OidcProvider, tls: Tls, client: Open) -> None:
    key = jose.generate_key()
    provider.client_key = ECKey.import_key(dict(jose.public_jwk(key.public_key())))
    ours = client(provider, secret=jose.private_key_to_pem(key))
    assert Login(ours, tls).finish().subject == "one"
    provider.lies = Lies(
        discovery={"token_endpoint_auth_methods_supported": ["client_secret_basic"]}
    )
    with refused("login.client_method"):
        Login(client(provider, secret=jose.private_key_to_pem(key)), tls).finish()


@pytest.mark.parametrize("secret", [b"-----BEGIN NONSENSE", b"\xff\xfe"])
def test_client_secret_unreadable(
    provider: OidcProvider, tls: Tls, client: Open, secret: bytes
) -> None:
    with pytest.raises(SettingsFault, match=r"settings\.value"):
        client(provider, secret=secret)


OTHER_KEY = ECKey.generate_key("P-256", private=True)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", SecurityWarning)
    WEAK_KEY = RSAKey.generate_key(1024, {"kid": "weak", "use": "sig"}, private=True)
FALSE_TOKENS = {
    "wrong nonce": (Lies(claims={"nonce": "other"}), "login.token_nonce", "11"),
    "no nonce": (Lies(claims={"nonce": ...}), "login.token_nonce", "11"),
    "nonce is a number": (Lies(claims={"nonce": 1}), "login.token_nonce", "11"),
    "wrong iss": (Lies(claims={"iss": "https://other.example"}), "login.token_issuer", "2"),
    "no iss": (Lies(claims={"iss": ...}), "login.token_issuer", "2"),
    "wrong aud": (Lies(claims={"aud": "other"}), "login.token_audience", "3"),
    "no aud": (Lies(claims={"aud": ...}), "login.token_audience", "3"),
    "another audience too": (Lies(claims={"aud": [CLIENT, "x"]}), "login.token_audience", "3"),
    "azp of another": (Lies(claims={"azp": "other"}), "login.token_audience", "5"),
    "expired": (Lies(claims={"exp": NOW - 60}), "login.token_expired", "9"),
    "no exp": (Lies(claims={"exp": ...}), "login.token_expired", "9"),
    "exp is a text": (Lies(claims={"exp": str(NOW + 60)}), "login.token_expired", "9"),
    "exp is true": (Lies(claims={"exp": True}), "login.token_expired", "9"),
    "from the future": (Lies(claims={"iat": NOW + 61}), "login.token_moment", "10"),
    "made long ago": (Lies(claims={"iat": NOW - 601}), "login.token_moment", "10"),
    "no iat": (Lies(claims={"iat": ...}), "login.token_moment", "10"),
    "not yet": (Lies(claims={"nbf": NOW + 61}), "login.token_moment", ""),
    "no sub": (Lies(claims={"sub": ...}), "login.token_subject", ""),
    "long sub": (Lies(claims={"sub": "x" * 256}), "login.token_subject", ""),
    "no acr": (Lies(claims={"acr": ...}), "login.level", "12"),
    "low acr": (Lies(claims={"acr": LOW}), "login.level", "12"),
    "acr is a list": (Lies(claims={"acr": [ENOUGH]}), "login.level", "12"),
    "unsigned": (Lies(alg="none", bare=True), "login.token_algorithm", "7"),
    "no signature": (Lies(bare=True), "login.token_signature", "6"),
    "a MAC with our secret": (Lies(alg="HS256"), "login.token_algorithm", "7"),
    "another curve": (
        Lies(alg="ES384", key=ECKey.generate_key("P-384", private=True)),
        "login.token_algorithm",
        "7",
    ),
    "another key": (Lies(key=OTHER_KEY), "login.token_signature", "6"),
    "a key of another kind": (Lies(header={"kid": "rsa"}), "login.token_key", ""),
    "unknown kid": (Lies(header={"kid": "unknown"}), "login.token_key", ""),
    "kid is a number": (Lies(header={"kid": 7}, bare=True), "login.token_form", ""),
    "another type": (Lies(header={"typ": "at+jwt"}), "login.token_type", ""),
    "a logout": (Lies(header={"typ": "logout+jwt"}), "login.token_type", ""),
    "names twice": (Lies(payload=b'{"iss":"a","iss":"b"}'), "login.token_form", ""),
    "a list": (Lies(payload=b"[]"), "login.token_form", ""),
    "no JSON": (Lies(payload=b"\xff"), "login.token_form", ""),
    "not a token": (Lies(token="a.b"), "login.token_form", ""),
    "too large": (Lies(token="e30." + "a" * 70_000 + ".e30"), "login.token_form", ""),
    "a token that is no text": (Lies(token=7), "login.code_refused", ""),
}


@pytest.mark.spec(CORE, "3.1.3.7", "an ID token that breaks one rule is refused")
@pytest.mark.spec("RFC 8725", "3.1", "never none, never a MAC, only algorithms we chose")
@pytest.mark.parametrize(("lies", "code", "step"), FALSE_TOKENS.values(), ids=FALSE_TOKENS)
def test_false_token(
    provider: OidcProvider, tls: Tls, client: Open, lies: Lies, code: str, step: str
) -> None:
    login = Login(client(provider), tls)
    provider.lies = lies
    with pytest.raises(LoginFault) as found:
        login.finish()
    assert found.value.code == code
    assert found.value.section.endswith(step)
    assert found.value.__cause__ is None


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 59},
        {"iat": NOW + 60},
        {"nbf": NOW + 60},
        {"aud": [CLIENT]},
        {"azp": CLIENT},
        {"acr": HIGH},
        {"exp": NOW + 1.5},
    ],
    ids=str,
)
def test_within_the_rules(provider: OidcProvider, tls: Tls, client: Open, claims: dict) -> None:
    provider.lies = Lies(claims=claims)
    assert Login(client(provider), tls).finish().subject == "one"


def test_any_level_where_none_is_asked(provider: OidcProvider, tls: Tls, client: Open) -> None:
    provider.acr = None
    found = Login(client(provider, acr_values=()), tls)
    assert "acr_values" not in provider.asked[0]
    assert found.finish().acr is None


@pytest.mark.spec(CORE, "3.1.3.7", "auth_time is looked at when a greatest age was asked")
@pytest.mark.parametrize(
    ("auth_time", "holds"), [(NOW, True), (NOW - 360, True), (NOW - 361, False), (..., False)]
)
def test_how_long_ago(
    provider: OidcProvider, tls: Tls, client: Open, auth_time: object, holds: bool
) -> None:
    provider.lies = Lies(claims={"auth_time": auth_time})
    login = Login(client(provider), tls, max_age=300)
    assert provider.asked[0]["max_age"] == "300"
    if holds:
        assert login.finish(max_age=300).subject == "one"
        return
    with refused("login.too_long_ago"):
        login.finish(max_age=300)


@pytest.mark.spec(CORE, "10.1", "without a key id there is one key that fits, or none")
def test_no_key_id(provider: OidcProvider, tls: Tls, client: Open) -> None:
    provider.lies = Lies(header={"kid": ...})
    assert Login(client(provider), tls).finish().subject == "one"
    provider.keys.append(ECKey.generate_key("P-256", {"kid": "second"}, private=True))
    with refused("login.token_key"):
        Login(client(provider), tls).finish()


def test_keys_that_are_not_for_us(provider: OidcProvider, tls: Tls, client: Open) -> None:
    """Weak keys, keys to encrypt with and secrets are passed over; the good one still works."""
    to_encrypt = ECKey.generate_key("P-256", {"kid": "enc", "use": "enc"}, private=True)
    strange = [
        WEAK_KEY.as_dict(private=False),
        to_encrypt.as_dict(private=False),
        ECKey.generate_key("P-256", {"kid": "told"}, private=True).as_dict(private=True),
        ECKey.generate_key("P-384", {"kid": "big"}, private=True).as_dict(private=False),
        {"kty": "oct", "kid": "mac", "k": "c2VjcmV0"},
        {"kty": "EC", "kid": "half", "crv": "P-256", "x": "AA"},
        {"kty": "RSA", "kid": "odd", "n": 7, "e": []},
        {"kty": ["EC"]},
        {"kid": 1},
        "text",
        None,
    ]
    provider.lies = Lies(keys=strange)
    assert Login(client(provider), tls).finish().subject == "one"
    provider.lies = Lies(keys=strange, header={"kid": "enc"}, bare=True)
    with refused("login.token_key"):
        Login(client(provider), tls).finish()
    provider.lies = Lies(keys=strange, alg="RS256", header={"kid": "weak"}, bare=True)
    with refused("login.token_key"):
        Login(client(provider), tls).finish()
    provider.lies = Lies(
        discovery={"jwks_uri": f"{provider.issuer}/.well-known/openid-configuration"}
    )
    with refused("login.provider_keys"):
        Login(client(provider), tls)


@pytest.mark.spec("RFC 9207", "2.4", "an answer of another provider is refused")
def test_mix_up(provider: OidcProvider, tls: Tls, client: Open) -> None:
    ours = client(provider)
    for given in (None, "https://other.example", f"{provider.issuer}/"):
        with refused("login.answer_issuer"):
            ours.require_issuer(given, NOW)
    provider.lies = Lies(discovery={"authorization_response_iss_parameter_supported": ...})
    older = client(provider)
    older.require_issuer(None, NOW)
    with refused("login.answer_issuer"):
        older.require_issuer("https://other.example", NOW)


@pytest.mark.spec("RFC 7636", "4.6", "a code taken from another login is of no use")
def test_injected_code(provider: OidcProvider, tls: Tls, client: Open) -> None:
    ours = client(provider)
    mine, stolen = Login(ours, tls), Login(ours, tls)
    with refused("login.code_refused"):
        ours.exchange(
            stolen.back["code"],
            verifier=mine.verifier,
            redirect_uri=BACK,
            nonce=mine.nonce,
            now=NOW,
        )
    with refused("login.code_refused"):
        stolen.finish()  # the provider saw it once


DESCRIPTIONS = {
    "another issuer": ({"issuer": "https://other.example"}, "login.provider_issuer"),
    "a slash more": ({"issuer": "https://localhost/"}, "login.provider_issuer"),
    "no issuer": ({"issuer": ...}, "login.provider_issuer"),
    "token over http": ({"token_endpoint": "http://localhost/token"}, "login.provider_address"),
    "no keys": ({"jwks_uri": ...}, "login.provider_address"),
    "a name in the address": (
        {"authorization_endpoint": "https://a@localhost/"},
        "login.provider_address",
    ),
    "a script": ({"authorization_endpoint": "javascript:alert(1)"}, "login.provider_address"),
    "only a MAC": (
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        "login.provider_algorithms",
    ),
    "no algorithms": ({"id_token_signing_alg_values_supported": ...}, "login.provider_algorithms"),
    "algorithms in a text": (
        {"id_token_signing_alg_values_supported": "ES256"},
        "login.provider_answer",
    ),
}


@pytest.mark.spec("OpenID Connect Discovery 1.0", "4.3", "the description is the provider's own")
@pytest.mark.parametrize(("changed", "code"), DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_false_description(
    provider: OidcProvider, tls: Tls, client: Open, changed: dict, code: str
) -> None:
    provider.lies = Lies(discovery=changed)
    with pytest.raises(LoginFault) as found:
        Login(client(provider), tls)
    assert found.value.code == code


def test_algorithm_must_be_announced(provider: OidcProvider, tls: Tls, client: Open) -> None:
    provider.lies = Lies(discovery={"id_token_signing_alg_values_supported": ["RS256"]})
    with refused("login.token_algorithm"):
        Login(client(provider), tls).finish()


RAW = {"large": b"[" * 300_000, "no JSON": b"<html>", "empty": b"", "list": b"[]", "null": b"null"}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_answers_that_are_none(provider: OidcProvider, tls: Tls, client: Open, raw: bytes) -> None:
    ours = client(provider)
    login = Login(ours, tls)
    provider.lies = Lies(raw=raw)
    with refused("login.provider_answer"):
        login.finish()
    with refused("login.provider_answer"):
        Login(client(provider), tls)


@pytest.mark.spec("Architecture", "Https", "no redirect is followed, and a code goes nowhere else")
def test_redirect_not_followed(provider: OidcProvider, tls: Tls, client: Open) -> None:
    login = Login(client(provider), tls)
    provider.lies = Lies(location=f"{provider.issuer}/token")
    with refused("login.provider_answer"):
        login.finish()
    assert provider.calls.count("token") == 1


def test_server_fault(provider: OidcProvider, tls: Tls, client: Open) -> None:
    login = Login(client(provider), tls)
    provider.lies = Lies(token_status=503)
    with refused("login.unreachable"):
        login.finish()


def test_unreachable_is_said_at_once_to_the_next(tls: Tls) -> None:
    """Nobody there: one visitor waits, the others hear it without asking again."""
    tries, clock = [], [0.0]

    def nobody(request: httpx.Request) -> httpx.Response:
        tries.append(request)
        clock[0] += 5.0
        raise httpx.ConnectTimeout("with the request in it")

    ours = OidcClient(
        config.Provider(issuer="https://localhost:1", client_id="x", client_secret_file="x"),
        b"secret",
        random_bytes,
        lambda: clock[0],
        transport=httpx.MockTransport(nobody),
    )
    asked = {"state": "s", "nonce": "n", "verifier": "v", "redirect_uri": BACK}
    # It failed five seconds after it was asked: the next are told from then on, for five seconds.
    for later, tried in ((100.0, 1), (105.0, 1), (109.9, 1), (110.1, 2)):
        clock[0] = later
        with refused("login.unreachable") as found:
            ours.authorization_url(**asked, now=NOW)
        assert found.value.__context__ is None
        assert len(tries) == tried


def test_certificate_of_another_authority(
    provider: OidcProvider, tls: Tls, client: Open, tmp_path: Path
) -> None:
    other = Tls.make(tmp_path / "other")
    ours = client(provider, authority=other)
    with refused("login.unreachable"):
        ours.authorization_url(state="s", nonce="n", verifier="v", redirect_uri=BACK, now=NOW)


@pytest.mark.parametrize(
    "issuer", ["http://localhost", "https://", "https://a@b.example", "https://b.example?x=1"]
)
def test_issuer_must_be_https(issuer: str) -> None:
    provider = config.Provider(issuer=issuer, client_id="x", client_secret_file="x")
    with pytest.raises(SettingsFault):
        OidcClient(provider, b"secret", random_bytes, monotonic)
