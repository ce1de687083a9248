"""Asking for cards from home: an issuer with a login, over https, and a wallet that pushes.

The login provider and the browser are left out: a test says who logged in, and calls what the
pages call. What wallets send goes over real https.
"""

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from crash.servers import Served, Tls, listener, url
from starlette.types import ASGIApp, Receive, Scope, Send
from support import issuer_home, scheme
from support.issuer_home import RESIDENT, TestIssuerHome
from support.wallet_provider import WalletProvider
from support.wallet_simulator import WalletSimulator

from credential import base64url, jose
from credential.jose import PrivateKey
from credential.names import TYP_WALLET_ATTESTATION, TYP_WALLET_ATTESTATION_POP
from issuer import config
from issuer.accounting import subject
from issuer.service import authorize
from issuer.service.office import Office
from issuer.service.sync import sync
from issuer.store import Grant
from signin.idtoken import Identity

CLIENT = "regie-wallet"
REDIRECT = "http://127.0.0.1:49152/callback"
VERIFIER = "a-verifier-of-forty-three-characters-or-more"
LOGIN = """
[login]
issuer = "https://login.example"
client_id = "regie"
client_secret_file = "keys/login-secret"
"""
SCHEME = """
[scheme]
url = "{url}"
fingerprint = "{fingerprint}"
"""


class Door:
    """One address for the issuer of whichever test is running."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class Front:
    """A served door, and how to reach it."""

    door: Door
    base: str
    ca: Path
    client: httpx.Client


@contextmanager
def served(folder: Path) -> Iterator[Front]:
    """An https server on a free port."""
    tls = Tls.make(folder / "tls")
    socket = listener()
    door = Door()
    # Longer than a client keeps them: what it is about to use is never just being closed.
    server = Served(door, socket, tls, keep_alive=60)
    limits = httpx.Limits(max_connections=60, keepalive_expiry=1)
    context = ssl.create_default_context(cafile=tls.ca)
    with httpx.Client(verify=context, timeout=30, limits=limits) as client:
        yield Front(door, url(socket), Path(tls.ca), client)
    server.stop()


def town(
    home: Path, *, top: str = "", tables: str = "", with_scheme: bool = True, **more: Any
) -> TestIssuerHome:
    """An issuer where residents log in, with the scheme fetched."""
    shared = scheme.shared(scheme.NOW)
    folder = shared.write(home / "mirror")
    if with_scheme:
        fingerprint = shared.fingerprint.hex()
        tables += SCHEME.format(url=folder, fingerprint=fingerprint)
    secrets = {"keys/login-secret": "geheim"}
    made = issuer_home.make(home, top=top, tables=tables + LOGIN, private=secrets, **more)
    if with_scheme:
        sync(home, config.load(home), scheme.NOW)
    return made


@dataclass
class HomeWallet(WalletSimulator):
    """A wallet that pushes requests; honest unless a knob makes it otherwise."""

    front: Front | None = None
    provider: WalletProvider | None = None
    """With one, it authenticates by attestation."""
    instance: PrivateKey = field(default_factory=jose.generate_key)
    client_id: str = CLIENT
    challenge: str | None = None
    refresh_token: str | None = None

    def send(self, method: str, url: str, **more: Any) -> httpx.Response:
        if self.front is None:
            return super().send(method, url, **more)
        # The issuer's own address stays in everything signed; only the socket is another.
        path = "/" + url.split("/", 3)[3]
        return self.front.client.request(method, self.front.base + path, **more)

    # Attestation.

    def attestation(self, header: dict | None = None, **claims: Any) -> str:
        assert self.provider is not None
        made = {
            "iss": "https://provider.example",
            "sub": self.client_id,
            "iat": self.now,
            "exp": self.now + 3_600,
            "cnf": {"jwk": dict(jose.public_jwk(self.instance.public_key()))},
        }
        return self.provider.sign(TYP_WALLET_ATTESTATION, {**made, **claims}, header)

    def pop(self, header: dict | None = None, key: PrivateKey | None = None, **claims: Any) -> str:
        self.count += 1
        made = {
            "iss": self.client_id,
            "aud": self.identifier,
            "jti": base64url.encode(os.urandom(16)),
            "iat": self.now,
            "challenge": self.challenge,
        }
        head = {"jwk": None, **(header or {})}
        return self.signed(key or self.instance, TYP_WALLET_ATTESTATION_POP, made, head, claims)

    def attested(self) -> list[tuple[str, str]]:
        if self.provider is None:
            return []
        return [
            ("OAuth-Client-Attestation", self.attestation()),
            ("OAuth-Client-Attestation-PoP", self.pop()),
        ]

    # Forms.

    def form(
        self,
        path: str,
        form: dict[str, Any],
        *,
        dpop: bool = True,
        headers: list[tuple[str, str]] | None = None,
    ) -> httpx.Response:
        """One request as it is; nonce and challenge are kept for the next."""
        url = self.at(path)
        sent = self.attested() if headers is None else list(headers)
        if dpop:
            sent.append(("DPoP", self.dpop("POST", url, nonce=self.as_nonce)))
        body = {name: value for name, value in form.items() if value is not None}
        answer = self.send("POST", url, data=body, headers=sent)
        self.as_nonce = answer.headers.get("DPoP-Nonce", self.as_nonce)
        kept = answer.headers.get("OAuth-Client-Attestation-Challenge")
        self.challenge = kept or self.challenge
        return answer

    def honest(self, path: str, form: dict[str, Any], **knobs: Any) -> httpx.Response:
        """The same, asked again for as long as the server only wants its nonce or challenge."""
        for _ in range(3):
            answer = self.form(path, form, **knobs)
            wanted = answer.json().get("error") if answer.status_code == 400 else None
            if wanted not in ("use_dpop_nonce", "use_attestation_challenge"):
                break
        return answer

    def request(self, *kinds: str, **changes: Any) -> dict[str, Any]:
        """What an honest wallet pushes for these kinds."""
        return {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": REDIRECT,
            "scope": " ".join(kinds or ("persoonsgegevens",)),
            "state": "state of the wallet",
            "code_challenge": base64url.sha256(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }

    def push(self, *kinds: str, dpop: bool = True, **changes: Any) -> httpx.Response:
        return self.honest("par", self.request(*kinds, **changes), dpop=dpop)

    def pushed(self, *kinds: str, **changes: Any) -> str:
        answer = self.push(*kinds, **changes)
        assert answer.status_code == 201, answer.text
        return answer.json()["request_uri"]

    def code_form(self, code: str, /, **changes: Any) -> dict[str, Any]:
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
            "client_id": self.client_id,
            **changes,
        }

    def ask_with_code(self, code: str, /, **changes: Any) -> httpx.Response:
        answer = self.honest("token", self.code_form(code, **changes))
        return self._keep(answer)

    def refresh(self, **changes: Any) -> httpx.Response:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self.refresh_token,
            "client_id": self.client_id,
            **changes,
        }
        return self._keep(self.honest("token", form))

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
            self.refresh_token = answer.json().get("refresh_token", self.refresh_token)
        return answer


@dataclass
class HttpsTown(TestIssuerHome):
    """The issuer of `issuer_home`, behind a socket."""

    front: Front | None = None
    _serving: tuple[Office, ASGIApp] | None = None

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application over the office as it is now: a test may change its settings."""
        if self._serving is None or self._serving[0] is not self.office:
            self._serving = (self.office, self.app)
        await self._serving[1](scope, receive, send)

    def wallet(self) -> WalletSimulator:
        return HomeWallet(None, self.identifier, self.now, front=self.front)


def https_town(home: Path, front: Front, **more: Any) -> HttpsTown:
    """An issuer that has fetched the scheme, over https."""
    made = town(home, **more)
    found = HttpsTown(made.home, made.office, made.scheme, made.now, front)
    front.door.app = found.serve
    return found


@dataclass
class Home:
    """A resident at home: their wallet, their browser, and the municipality's server."""

    town: TestIssuerHome
    front: Front

    def wallet(self, **knobs: Any) -> HomeWallet:
        made = HomeWallet(None, self.town.identifier, self.town.now, front=self.front, **knobs)
        if made.provider is not None:
            answer = made.send("POST", made.at("challenge"))
            made.challenge = answer.json()["attestation_challenge"]
        return made

    def later(self, wallet: HomeWallet, seconds: int) -> None:
        self.town.now = wallet.now = self.town.now + seconds

    @property
    def municipality(self) -> Any:
        return self.town.office.municipality("0599")

    def start(self, request_uri: str, client_id: str = CLIENT) -> authorize.Started:
        return authorize.start(
            self.town.office, self.municipality, client_id, request_uri, self.town.now
        )

    def login(self, started: authorize.Started, **claims: Any) -> authorize.Preview:
        """The browser is back from the provider, and someone logged in."""
        office, now = self.town.office, self.town.now
        back = authorize.returned(office, started.cookie, started.state, now)
        assert (back.nonce, back.verifier) == (started.nonce, started.verifier)
        person = {"sub": "one", "bsn": RESIDENT, **claims}
        identity = Identity(subject="one", acr=None, claims=person)
        return authorize.identify(office, started.cookie, identity, now)

    def finish(
        self, started: authorize.Started, *chosen: str, fields: dict | None = None
    ) -> dict[str, str]:
        """The resident's choice; what the browser brings to the wallet."""
        found = authorize.finish(
            self.town.office, started.cookie, chosen, self.town.now, fields=fields or {}
        )
        return callback(found)

    def code(self, wallet: HomeWallet, *kinds: str, **changes: Any) -> str:
        """A code for these kinds, the whole way."""
        kinds = kinds or ("persoonsgegevens",)
        started = self.start(wallet.pushed(*kinds, **changes), wallet.client_id)
        self.login(started)
        return self.finish(started, *kinds)["code"]

    def granted(self, *kinds: str, **knobs: Any) -> HomeWallet:
        """A wallet that holds tokens for these kinds."""
        wallet = self.wallet(**knobs)
        answer = wallet.ask_with_code(self.code(wallet, *kinds))
        assert answer.status_code == 200, answer.text
        return wallet


def grants_of(home: Home) -> list[Grant]:
    """What wallets of the resident may come back for, the newest first."""
    name = subject(home.municipality.subject_key, "0599", RESIDENT)
    return home.town.office.store.grants.of_subject("0599", name)


def callback(found: str) -> dict[str, str]:
    """What stands in the query of a redirect."""
    return {name: values[0] for name, values in parse_qs(urlsplit(found).query).items()}


def refused(answer: httpx.Response, error: str, status: int = 400) -> None:
    """The refusal is this one, and says nothing more."""
    assert answer.status_code == status, answer.text
    assert answer.json() == {"error": error}
    assert answer.headers["cache-control"] == "no-store"


Make = Callable[..., Home]
