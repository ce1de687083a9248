"""How the interface behaves whatever is asked: keys, scopes, faults, repetition, methods."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from support.api_client import ALL, KEY, OTHER_KEY, READER_KEY, Portal, api_home, client_table, run
from support.verifier_home import VerifierHome

from credential import strictjson
from verifier.errors import NotReady
from verifier.service.api import once, sessions
from verifier.store import once as store

NLGOV = "NLGov REST API Design Rules 2.1"
NEW = {"profile": "inschrijven"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VerifierHome]:
    made = api_home(tmp_path_factory.mktemp("contract"))
    yield made
    made.close()


@pytest.fixture
def portal(home: VerifierHome) -> Portal:
    return Portal(home)


PATHS = (
    "/registrations",
    "/registrations/0000-0000-0000",
    "/rights-cases",
    "/webhook-deliveries",
    "/sessions/" + "x" * 24,
    "/version",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic abc", f"Bearer {KEY}x", f"{KEY}", "Bearer " + "a" * 999],
)
@pytest.mark.spec("RFC 6750", "3", "without a key that we know there is nothing to see")
def test_no_key(home: VerifierHome, path: str, header: str | None) -> None:
    stranger = Portal(home, None)
    answer = stranger.get(path, headers={} if header is None else {"authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_scheme_is_written_as_one_likes(home: VerifierHome) -> None:
    answer = Portal(home, None).get("/version", headers={"authorization": f"bearer {KEY}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (("sessions",), {"/version", "/sessions/" + "x" * 24}),
        (("verdicts",), set()),
        (("registrations",), {PATHS[0], PATHS[1], PATHS[2]}),
        (("registrations.values",), set()),
        (("webhooks",), {"/webhook-deliveries"}),
    ],
)
@pytest.mark.spec("RFC 6750", "3.1", "a scope opens what it names and nothing else")
def test_scopes(tmp_path: Path, scopes: tuple[str, ...], allowed: set[str]) -> None:
    made = api_home(tmp_path, tables=client_table("een", KEY, scopes))
    portal = Portal(made)
    try:
        found = {path for path in PATHS if portal.get(path).status_code != 403}
        assert found == allowed
        assert (portal.post("/sessions", NEW).status_code == 201) == ("sessions" in scopes)
    finally:
        made.close()


@pytest.mark.spec(NLGOV, "/core/error-handling", "every fault of a request in one answer")
def test_all_faults_together(portal: Portal) -> None:
    body = {"profile": 3, "lang": "fr", "returnUrl": "x" * 500, "dossier": "?", "bsn": "999999345"}
    answer = portal.post("/sessions?limit=1", body, headers={"idempotency-key": "kort"})
    assert answer.status_code == 400
    found = {(e["in"], e["location"].get("pointer"), e["code"]) for e in answer.json()["errors"]}
    assert found == {
        ("query", None, "unknown"),
        ("header", None, "form"),
        ("body", "", "unknown"),
        ("body", "/profile", "type"),
        ("body", "/lang", "choice"),
        ("body", "/returnUrl", "length"),
        ("body", "/dossier", "form"),
    }
    assert "999999345" not in answer.text
    assert "bsn" not in answer.text


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("onbekend=1", "unknown"),
        ("limit=0", "bounds"),
        ("limit=201", "bounds"),
        ("limit=%2B5", "type"),
        ("limit=5&limit=6", "twice"),
        ("state=weg", "choice"),
        ("since=2026-01-01", "form"),
        ("since=2026-13-01T00:00:00Z", "form"),
        ("after=abc", "form"),
        ("after=WzEsMl0", "form"),
        ("limit", "form"),
        ("%ff=1", "form"),
    ],
)
@pytest.mark.spec(NLGOV, "/core/error-handling", "what is not understood is refused, not ignored")
def test_query(portal: Portal, query: str, code: str) -> None:
    answer = portal.get(f"/registrations?{query}")
    assert answer.status_code == 400
    assert [one["code"] for one in answer.json()["errors"]] == [code]


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b'"x"', b'{"profile":"a","profile":"b"}', b"\xff", b"{}" + b" " * 20]
)
def test_body(portal: Portal, data: bytes) -> None:
    answer = portal.send(
        "POST", "/sessions", content=data, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400


def test_size_and_media(portal: Portal) -> None:
    big = portal.send(
        "POST", "/sessions", content=b"{" * 20_000, headers={"content-type": "application/json"}
    )
    assert big.status_code == 413
    form = portal.send("POST", "/sessions", data={"profile": "inschrijven"})
    assert form.status_code == 415
    assert portal.get("/version", headers={"accept": "text/html"}).status_code == 406
    assert portal.get("/version", headers={"accept": "text/html, */*;q=0.1"}).status_code == 200


@pytest.mark.spec(NLGOV, "/core/http-methods", "HEAD, OPTIONS, and a 405 that says what can")
def test_methods(portal: Portal) -> None:
    shown = portal.get("/registrations")
    head = portal.send("HEAD", "/registrations")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == shown.headers["content-length"]
    options = portal.send("OPTIONS", "/sessions")
    assert (options.status_code, options.headers["allow"]) == (204, "POST, OPTIONS")
    assert "access-control-allow-origin" not in options.headers
    for method in ("PUT", "PATCH", "DELETE", "GET"):
        answer = portal.send(method, "/sessions")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST, OPTIONS"
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.spec(NLGOV, "/core/no-trailing-slash", "a slash too many is nothing, not a redirect")
@pytest.mark.parametrize(
    "path", ["/registrations/", "/sessions/", "/bestaat-niet", "/", "/api/v2/registrations"]
)
def test_no_such_resource(portal: Portal, path: str) -> None:
    answer = portal.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail"}


@pytest.mark.spec(NLGOV, "/core/version-header", "the version and protection on every answer")
def test_headers(home: VerifierHome, portal: Portal) -> None:
    answers = [
        portal.get("/version"),
        portal.get("/bestaat-niet"),
        Portal(home, None).get("/registrations"),
        portal.send("DELETE", "/version"),
        portal.post("/sessions", {}),
        portal.get("/health"),
    ]
    for answer in answers:
        assert answer.headers["api-version"] == "1.0.0"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "strict-transport-security" in answer.headers


def test_a_method_of_nobody(portal: Portal) -> None:
    answer = portal.send("TRACE", "/sessions")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_language(portal: Portal) -> None:
    english = portal.get("/bestaat-niet", headers={"accept-language": "en"})
    assert english.json()["title"] == "Not found"
    assert english.headers["content-language"] == "en"
    assert portal.get("/bestaat-niet").json()["title"] == "Niet gevonden"


@pytest.mark.spec("RFC 6585", "4", "each client has its own measure")
def test_rate_per_client(tmp_path: Path) -> None:
    tables = client_table("een", KEY, ALL, rate_per_minute=2) + client_table("twee", OTHER_KEY)
    made = api_home(tmp_path, tables=tables)

    async def work() -> list[int]:
        async with made.client() as http:
            one, two = Portal(made), Portal(made, OTHER_KEY)
            found = [
                (await portal.asked(http, "GET", "/version")).status_code
                for portal in (one, one, one, two)
            ]
            late = await one.asked(http, "GET", "/version")
            assert late.headers["retry-after"] == "60"
            return found

    try:
        assert run(work()) == [200, 200, 429, 200]
    finally:
        made.close()


@pytest.mark.spec(NLGOV, "/core/http-safety", "the same POST again is answered, not done again")
def test_idempotency(home: VerifierHome, portal: Portal) -> None:
    key = {"idempotency-key": "verzoek-0001"}
    first = portal.post("/sessions", NEW, headers=key)
    again = portal.post("/sessions", NEW, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    other = portal.post("/sessions", {**NEW, "lang": "en"}, headers=key)
    assert other.status_code == 422
    without = portal.post("/sessions", NEW)
    assert without.json()["id"] != first.json()["id"]
    reader = Portal(home, READER_KEY).post("/sessions", NEW, headers=key)
    assert reader.json()["id"] != first.json()["id"]


def test_idempotency_ends(home: VerifierHome, portal: Portal) -> None:
    key = {"idempotency-key": "verzoek-0002"}
    refused = portal.post("/sessions", {"profile": "bestaat-niet"}, headers=key)
    assert refused.status_code == 403
    first = portal.post("/sessions", NEW, headers=key)
    assert first.status_code == 201
    home.clock.at += 25 * 3600
    try:
        assert portal.post("/sessions", NEW, headers=key).json()["id"] != first.json()["id"]
    finally:
        home.clock.at -= 25 * 3600


def test_idempotency_while_it_is_done(home: VerifierHome, portal: Portal) -> None:
    """Asked again before the first answer was there; and after whoever did it was killed."""
    verifier = home.open()
    hidden = verifier.sealer.session("idempotency:portaal:verzoek-0003")
    now = home.clock.at
    asked = strictjson.dumps({"operation": "startSession", "path": {}, "body": NEW})
    store.claim(
        verifier.store,
        verifier.sealer,
        "portaal",
        hidden,
        verifier.sealer.session(f"request:{sha256(asked).hexdigest()}"),
        now=now,
        until=now + once.CLAIM_SECONDS,
        end=now + 3600,
    )
    key = {"idempotency-key": "verzoek-0003"}
    answer = portal.post("/sessions", NEW, headers=key)
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "5")
    home.clock.at += once.CLAIM_SECONDS + 1
    try:
        assert portal.post("/sessions", NEW, headers=key).status_code == 201
    finally:
        home.clock.at = now


def test_a_fault_of_ours(
    home: VerifierHome, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise NotReady("registration.expired", "Regie trust 2.6", use="geheim-gebruik")

    monkeypatch.setattr(sessions, "start", broken)
    answer = portal.post("/sessions", NEW)
    assert answer.status_code == 500
    assert "geheim-gebruik" not in answer.text
