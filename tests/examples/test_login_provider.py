"""The example town's login provider: it keeps to OpenID Connect, and says that it is an imitation."""

import dataclasses
import html
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from crash.servers import Served, Tls, listener, url

from examples.town.login.__main__ import clients
from examples.town.login.app import build
from examples.town.login.people import clerks, employees, residents
from examples.town.login.provider import CODE_SECONDS, LEVELS, REQUEST_SECONDS, Provider
from examples.town.processes import free_ports, listens
from issuer import config
from issuer.clock import monotonic, now, random_bytes
from signin.client import OidcClient
from signin.errors import LoginFault

ROOT = Path(__file__).parents[2]
BRP = ROOT / "examples" / "town" / "brp"
BACK = "https://localhost:8441/login/callback"
CLIENTS = {
    "voorbeeldstad": {"secret": "a b+c:d", "redirect_uri": BACK, "people": "residents"},
    "balie": {"secret": "other", "redirect_uri": f"{BACK}/desk", "people": "clerks"},
}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls") / "files")


@pytest.fixture(scope="module")
def provider(tls: Tls) -> Iterator[Provider]:
    socket = listener()
    made = Provider(url(socket), clients(CLIENTS, BRP, ["0599"]))
    server = Served(build(made), socket, tls)
    yield made
    server.stop()


@pytest.fixture
def http(tls: Tls) -> Iterator[httpx.Client]:
    context = ssl.create_default_context(cafile=tls.ca)
    with httpx.Client(verify=context, trust_env=False) as client:
        yield client


def ours(issuer: str, tls: Tls, name: str = "voorbeeldstad", secret: str = "") -> OidcClient:
    settings = config.Provider(
        issuer=issuer, client_id=name, client_secret_file="unused", acr_values=LEVELS[:2]
    )
    given = secret or CLIENTS[name]["secret"]
    return OidcClient(settings, given.encode(), random_bytes, monotonic, tls_ca=Path(tls.ca))


class Visit:
    """Someone in front of the page."""

    def __init__(self, http: httpx.Client, client: OidcClient, language: str = "nl") -> None:
        self.http = http
        self.client = client
        self.back_to = CLIENTS[client.provider.client_id]["redirect_uri"]
        self.state, self.nonce, self.verifier = (client.random() for _ in range(3))
        there = client.authorization_url(
            state=self.state,
            nonce=self.nonce,
            verifier=self.verifier,
            redirect_uri=self.back_to,
            now=now(),
            language=language,
        )
        answer = http.get(there)
        assert answer.status_code == 303
        self.page = http.get(httpx.URL(there).join(answer.headers["location"]))
        assert self.page.status_code == 200
        self.request = re.search(r'name="request" value="([^"]+)"', self.page.text)[1]

    def choose(self, **fields: str) -> httpx.Response:
        address = self.page.url.join("/choose")
        return self.http.post(address, data={"request": self.request, **fields})

    def person(self, name: str) -> str:
        """The value of the button with this name on it."""
        buttons = re.findall(r'name="person" value="(\w+)"><span>([^<]*)<', self.page.text)
        return next(key for key, shown in buttons if html.unescape(shown) == name)

    def finish(self, answer: httpx.Response):
        assert answer.status_code == 303
        location = answer.headers["location"]
        assert location.startswith(f"{self.back_to}?")
        back = {name: one[0] for name, one in parse_qs(urlsplit(location).query).items()}
        assert back["state"] == self.state
        self.client.require_issuer(back["iss"], now())
        return self.client.exchange(
            back["code"],
            verifier=self.verifier,
            redirect_uri=self.back_to,
            nonce=self.nonce,
            now=now(),
        )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "Dit is een nagemaakte inlogdienst. Iedereen hier is verzonnen."),
        ("en", "This is an imitation login service. Everyone here is invented."),
    ],
)
def test_resident_logs_in(
    provider: Provider, tls: Tls, http: httpx.Client, language: str, words: str
) -> None:
    client = ours(provider.issuer, tls)
    visit = Visit(http, client, language)
    assert words in visit.page.text
    assert f'<html lang="{language}">' in visit.page.text
    assert "999999345" not in visit.page.text + str(visit.page.url)
    who = visit.choose(person=visit.person("Johan Groot Esselink"), level=LEVELS[1])
    found = visit.finish(who)
    assert (found.claims["bsn"], found.acr) == ("999999345", LEVELS[1])
    assert "represented_bsn" not in found.claims
    assert found.subject != found.claims["bsn"]
    assert found.claims["auth_time"] == pytest.approx(now(), abs=5)
    client.close()


def test_low_level(provider: Provider, tls: Tls, http: httpx.Client) -> None:
    client = ours(provider.issuer, tls)
    visit = Visit(http, client)
    answer = visit.choose(person=visit.person("Johan Groot Esselink"), level=LEVELS[2])
    with pytest.raises(LoginFault) as found:
        visit.finish(answer)
    assert found.value.code == "login.level"
    client.close()


def test_parent_for_a_child(provider: Provider, tls: Tls, http: httpx.Client) -> None:
    client = ours(provider.issuer, tls)
    visit = Visit(http, client)
    said = re.findall(
        r'value="(\w+)"><span>Johan Groot Esselink</span> <small>[^<]*</small> <small>([^<]*)',
        visit.page.text,
    )
    child = next(key for key, note in said if "namens Teun" in note)
    claims = visit.finish(visit.choose(person=child)).claims
    assert (claims["bsn"], claims["represented_bsn"]) == ("999999345", "999999369")
    client.close()


def test_clerk_logs_in(provider: Provider, tls: Tls, http: httpx.Client) -> None:
    client = ours(provider.issuer, tls, "balie")
    visit = Visit(http, client)
    assert "Johan Groot Esselink" not in visit.page.text
    claims = visit.finish(visit.choose(person=visit.person("Anna van Balie"))).claims
    assert claims["preferred_username"] == "anna-balie"
    assert (claims["roles"], claims["municipality"]) == (["desk"], "0599")
    assert "bsn" not in claims
    client.close()


def test_nobody_both_decides_and_audits() -> None:
    for one in clerks("0599"):
        assert not {"decision", "audit"} <= set(one.claims["roles"])


def test_cancelled(provider: Provider, tls: Tls, http: httpx.Client) -> None:
    client = ours(provider.issuer, tls)
    visit = Visit(http, client)
    answer = visit.choose(cancel="yes")
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back == {"error": ["access_denied"], "state": [visit.state], "iss": [provider.issuer]}
    assert visit.choose(cancel="yes").status_code == 400
    client.close()


def test_key_changes(provider: Provider, tls: Tls, http: httpx.Client) -> None:
    """A client that knows the old key finds the new one, and the old one is still published."""
    client = ours(provider.issuer, tls)
    visit = Visit(http, client)
    provider.rotate()
    assert len(provider.jwks()["keys"]) == 2
    assert "d" not in provider.jwks()["keys"][0]
    answer = visit.choose(person=visit.person("Johan Groot Esselink"))
    client._known = dataclasses.replace(client._known, keys_at=now() - 60)
    assert visit.finish(answer).claims["bsn"] == "999999345"
    client.close()


def test_numbers_are_nowhere_but_in_the_token(provider: Provider) -> None:
    everyone = residents(BRP)
    keys = [one.key for one in everyone]
    assert len(set(keys)) == len(keys) > 212
    for one in everyone:
        assert one.claims["bsn"] not in one.key + one.name + repr(one)


ASKED = {
    "response_type": "code",
    "client_id": "voorbeeldstad",
    "redirect_uri": BACK,
    "scope": "openid",
    "state": "s",
    "nonce": "n",
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "nobody"}, None),
        ({"redirect_uri": "https://evil.example"}, None),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_bad_request(
    provider: Provider, http: httpx.Client, changed: dict, error: str | None
) -> None:
    answer = http.get(f"{provider.issuer}/authorize?{urlencode({**ASKED, **changed})}")
    if error is None:
        assert answer.status_code == 400
        assert "location" not in answer.headers
        return
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["error"] == [error]
    assert back["iss"] == [provider.issuer]


def test_request_and_code_do_not_last(
    provider: Provider, tls: Tls, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ours(provider.issuer, tls)
    visit, other = Visit(http, client), Visit(http, client)
    answer = visit.choose(person=visit.person("Johan Groot Esselink"))
    later = time.time() + CODE_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(LoginFault, match=r"login\.code_refused"):
        visit.finish(answer)
    much_later = later + REQUEST_SECONDS
    monkeypatch.setattr(time, "time", lambda: much_later)
    assert other.choose(cancel="yes").status_code in (303, 400)
    assert http.get(other.page.url).status_code == 400
    client.close()


def test_wrong_secret(provider: Provider, tls: Tls, http: httpx.Client) -> None:
    client = ours(provider.issuer, tls, secret="guess")
    visit = Visit(http, client)
    with pytest.raises(LoginFault, match=r"login\.code_refused"):
        visit.finish(visit.choose(person=visit.person("Johan Groot Esselink")))
    client.close()


@pytest.mark.story
def test_as_a_process(tls: Tls, http: httpx.Client, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(CLIENTS))
    command = [sys.executable, "-m", "examples.town.login", "--port", str(port)]
    command += ["--tls-cert", tls.certificate, "--tls-key", tls.key, "--clients", str(file)]
    file.chmod(0o644)
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 4
    assert "chmod 600" in refused.stderr
    file.chmod(0o600)
    process = subprocess.Popen(
        [*command, "--municipality", "0599", "--municipality", "0518"], cwd=ROOT
    )
    try:
        until = time.monotonic() + 30
        while not listens(port):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        issuer = f"https://localhost:{port}"
        client = ours(issuer, tls)
        visit = Visit(http, client)
        assert "Gemeente 0518" in visit.page.text
        old = http.get(f"{issuer}/jwks").json()["keys"]
        os.kill(process.pid, signal.SIGHUP)
        until = time.monotonic() + 10
        while (new := http.get(f"{issuer}/jwks").json()["keys"]) == old:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert new[1:] == old
        client.close()
    finally:
        process.terminate()
        process.wait(10)


def test_employee_of_the_corporation_logs_in(tls: Tls, monkeypatch: pytest.MonkeyPatch) -> None:
    back = "https://localhost:8442/medewerkers/terug"
    given = {"wonen": {"secret": "s", "redirect_uri": back, "people": "employees"}}
    monkeypatch.setitem(CLIENTS, "wonen", given["wonen"])
    socket = listener()
    made = Provider(url(socket), clients(given, BRP, ["0599"]))
    server = Served(build(made), socket, tls)
    client = ours(made.issuer, tls, "wonen", "s")
    context = ssl.create_default_context(cafile=tls.ca)
    with httpx.Client(verify=context, trust_env=False) as http:
        visit = Visit(http, client)
        assert "Anna van Balie" not in visit.page.text
        claims = visit.finish(visit.choose(person=visit.person("Ilse Privacy"))).claims
    assert (claims["preferred_username"], claims["roles"]) == ("ilse-privacy", ["privacy"])
    client.close()
    server.idle()
    server.stop()


def test_no_employee_audits_their_own_work() -> None:
    for one in employees():
        roles = set(one.claims["roles"])
        assert "audit" not in roles or len(roles) == 1
