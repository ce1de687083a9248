"""The adapter against a register that misbehaves, over real https."""

import contextlib
import logging
import ssl
import threading
import time

import httpx
import pytest
import uvicorn
from support.issuer_home import stream
from support.register import FOLDER, KEY, NOW, make_certificate, over_https

from issuer.brp.access import ApiKey, ClientCredentials
from issuer.brp.breaker import Breaker
from issuer.brp.changes import UPDATES, UpdateFeed
from issuer.brp.client import PERSONEN, BrpClient
from issuer.brp.errors import Denied, Rejected, Unavailable, Unreadable
from issuer.brp.fields import ALWAYS
from issuer.brp.link import MAX_ANSWER, Link, LinkSettings
from issuer.errors import SettingsFault
from issuer.register import Limits, Tokens, create_app
from issuer.texts import fault

BSN = "999999345"
SECRET = "secret-of-the-client"

pytestmark = pytest.mark.spec("Architecture", "Issuer", "the register, whatever it does")


class Hostile:
    """The example register behind a door that does as it is told, once per entry of `says`."""

    def __init__(self, **more):
        self.register = create_app(FOLDER, KEY, lambda: NOW, **more)
        self.says = []
        self.asked = []

    async def __call__(self, scope, receive, send):
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append((scope["method"], scope["path"], headers))
        if not self.says or scope["path"].startswith("/oauth"):
            await self.register(scope, receive, send)
            return
        said = self.says.pop(0)
        status, body, *more = said if isinstance(said, tuple) else (said, b"")
        names = [(b"content-type", b"application/problem+json"), *(more[0] if more else ())]
        await send({"type": "http.response.start", "status": status, "headers": names})
        if callable(body):
            for part in body():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            body = b""
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def hostile(tmp_path):
    app = Hostile()
    with over_https(app, tmp_path) as (base, ca):
        yield app, base, ca


class Client:
    """A client with a clock that only waiting moves."""

    def __init__(self, base, ca, *, access=None, breaker=None, timeout=5.0, retries=2, **more):
        self.waits = []
        self.at = 0.0
        settings = LinkSettings(
            base, access or ApiKey(KEY), tls_ca=ca, timeout=timeout, retries=retries, **more
        )
        self.link = Link(
            settings, breaker=breaker or Breaker(), moment=lambda: self.at, wait=self._wait
        )
        self.brp = BrpClient(self.link)

    def _wait(self, seconds):
        self.waits.append(seconds)
        self.at += seconds

    def ask(self):
        (found,) = self.brp.by_bsn(BSN, ALWAYS, None)
        return found.burgerservicenummer


@contextlib.contextmanager
def client(base, ca, **more):
    made = Client(base, ca, **more)
    with made.brp:
        yield made


# ---- trying again


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_passing_fault_is_tried_again_with_growing_pauses(hostile, status):
    app, base, ca = hostile
    app.says = [status, status]
    with client(base, ca) as one:
        assert one.ask() == BSN
        assert one.waits == [0.2, 0.4]
        assert len(app.asked) == 3


def test_attempts_are_bounded(hostile):
    app, base, ca = hostile
    app.says = [503] * 9
    with client(base, ca, retries=1) as one, pytest.raises(Unavailable):
        one.ask()
    assert len(app.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 415, 500, 501])
def test_what_will_not_change_is_asked_once(hostile, status):
    app, base, ca = hostile
    app.says = [status] * 9
    with client(base, ca) as one, pytest.raises((Denied, Rejected, Unavailable)):
        one.ask()
    assert len(app.asked) == 1


@pytest.mark.spec("RFC 9110", "10.2.3", "not asked again sooner than the register asks")
@pytest.mark.parametrize(
    ("header", "waits"),
    [
        (b"3", [3.0]),
        (b"0", [0.2]),
        (b"nonsense", [0.2]),
        (b"-5", [0.2]),
    ],
)
def test_retry_after_is_honoured(hostile, header, waits):
    app, base, ca = hostile
    app.says = [(503, b"", [(b"retry-after", header)])]
    with client(base, ca) as one:
        assert one.ask() == BSN
        assert one.waits == waits


@pytest.mark.spec("RFC 9110", "10.2.3", "a date is read beside the register's own")
def test_retry_after_may_be_a_date():
    waits = []

    def handle(_request):
        headers = {
            "Retry-After": "Thu, 01 Jan 2026 00:00:02 GMT",
            "Date": "Thu, 01 Jan 2026 00:00:00 GMT",
        }
        return httpx.Response(503, headers=headers)

    settings = LinkSettings("https://register.example", ApiKey(KEY), retries=1)
    link = Link(settings, transport=httpx.MockTransport(handle), wait=waits.append)
    with pytest.raises(Unavailable):
        BrpClient(link).by_bsn(BSN, ALWAYS, None)
    assert waits == [2.0]


@pytest.mark.parametrize("header", [b"6", b"86400", b"9" * 400])
def test_longer_than_a_resident_waits_is_not_waited(hostile, header):
    app, base, ca = hostile
    app.says = [(429, b"", [(b"retry-after", header)])]
    with client(base, ca) as one:
        with pytest.raises(Unavailable) as caught:
            one.ask()
        assert caught.value.code == "brp.busy"
        assert one.waits == []


# ---- the breaker


def test_a_register_that_stays_down_is_left_alone_and_tried_with_one_question(hostile):
    app, base, ca = hostile
    app.says = [503] * 6
    with client(base, ca, breaker=Breaker(failures=5, rest=30.0)) as one:
        for _ in range(2):
            with pytest.raises(Unavailable):
                one.ask()
        assert len(app.asked) == 5
        with pytest.raises(Unavailable) as caught:
            one.ask()
        assert caught.value.params["why"] == "resting"
        assert len(app.asked) == 5
        one.at += 30
        with pytest.raises(Unavailable):
            one.ask()
        # One probe, which failed: no second attempt, and another rest.
        assert len(app.asked) == 6
        with pytest.raises(Unavailable):
            one.ask()
        assert len(app.asked) == 6
        one.at += 30
        assert [one.ask(), one.ask()] == [BSN, BSN]


def test_a_refusal_is_an_answer(hostile):
    app, base, ca = hostile
    app.says = [403] * 20
    with client(base, ca, breaker=Breaker(failures=3)) as one:
        for _ in range(10):
            with pytest.raises(Denied):
                one.ask()
    assert len(app.asked) == 10


def test_a_breaker_lets_one_of_many_through():
    breaker = Breaker(failures=1, rest=10.0)
    breaker.failed(0.0)
    assert [breaker.admit(11.0) for _ in range(5)] == [True, False, False, False, False]
    # A probe that is never heard of again does not close the door for good.
    assert breaker.admit(21.0)
    breaker.answered()
    assert breaker.admit(21.0)


def test_each_process_and_each_link_has_a_breaker_of_its_own(hostile):
    app, base, ca = hostile
    app.says = [503] * 3
    with client(base, ca, breaker=Breaker(failures=3)) as down, client(base, ca) as other:
        with pytest.raises(Unavailable):
            down.ask()
        with pytest.raises(Unavailable):
            down.ask()
        assert other.ask() == BSN


# ---- time, size, redirects, plain http


def test_a_register_that_says_nothing_is_not_waited_for(hostile):
    app, base, ca = hostile
    held = threading.Event()

    def hold():
        held.wait(2)
        yield b"{}"

    app.says = [(200, hold)]
    settings = LinkSettings(base, ApiKey(KEY), tls_ca=ca, timeout=0.15, retries=0)
    start = time.monotonic()
    with BrpClient(Link(settings)) as brp, pytest.raises(Unavailable) as caught:
        brp.by_bsn(BSN, ALWAYS, None)
    held.set()
    assert caught.value.params["why"] == "timeout"
    assert time.monotonic() - start < 1.5


def test_drops_that_each_come_in_time_do_not_take_for_ever(hostile):
    app, base, ca = hostile
    app.says = [(200, lambda: (b" " for _ in range(1_000)))]
    with client(base, ca, retries=0) as one:
        ticks = iter(range(10**6))
        one.link._moment = lambda: float(next(ticks))
        with pytest.raises(Unavailable) as caught:
            one.ask()
    assert caught.value.params["why"] == "timeout"


def test_an_answer_without_end_is_not_read(hostile):
    app, base, ca = hostile
    left = threading.Event()
    sent = []

    def endless():
        # Until the client has gone: had it a limit of time only, it would say Unavailable.
        while not left.is_set():
            sent.append(1)
            yield b" " * 65_536

    app.says = [(200, endless)]
    try:
        with client(base, ca) as one, pytest.raises(Unreadable):
            one.ask()
    finally:
        left.set()
    assert len(sent) > MAX_ANSWER // 65_536


def test_a_compressed_answer_is_not_opened(hostile):
    app, base, ca = hostile
    app.says = [(200, b"x", [(b"content-encoding", b"gzip")])]
    with client(base, ca) as one, pytest.raises(Unreadable):
        one.ask()
    assert app.asked[0][2]["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(hostile, status):
    app, base, ca = hostile
    app.says = [(status, b"", [(b"location", f"{base}{PERSONEN}".encode())])]
    with client(base, ca) as one, pytest.raises(Rejected):
        one.ask()
    assert len(app.asked) == 1


def test_nothing_is_asked_over_plain_http():
    for key in ("brp.url", "brp.changes_url"):
        with pytest.raises(SettingsFault) as caught:
            Link(LinkSettings("http://localhost:1", ApiKey(KEY), key=key))
        assert caught.value.params == {"key": key}


def test_a_certificate_of_another_authority_is_no_register(hostile, tmp_path):
    app, base, _ = hostile
    other, _, _ = make_certificate(tmp_path / "other")
    with client(base, other, retries=0) as one, pytest.raises(Unavailable):
        one.ask()
    assert app.asked == []


# ---- what it says is not repeated, and every refusal has words


@pytest.mark.spec("House rules", "8", "no number, key or secret in an error or a log")
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
def test_nothing_of_an_answer_is_repeated(hostile, status, caplog):
    app, base, ca = hostile
    caplog.set_level(logging.DEBUG)
    echo = f'{{"code": "{BSN}", "detail": "{BSN} {KEY}"}}'.encode()
    app.says = [(status, echo)] * 3
    with client(base, ca) as one, pytest.raises((Denied, Rejected, Unavailable)) as caught:
        one.ask()
    told = f"{caught.value} {caught.value.params} {caplog.text}"
    assert BSN not in told
    assert KEY not in told
    for language in ("nl", "en"):
        said, _ = fault(language, caught.value.code, **caught.value.params)
        assert said != fault(language, "no.such.code")[0]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "brp.denied"),
        (403, "brp.no_permission"),
        (429, "brp.busy"),
        (500, "brp.unavailable"),
        (503, "brp.unavailable"),
        (400, "brp.rejected"),
    ],
)
def test_every_refusal_has_its_own_reason(hostile, status, code):
    app, base, ca = hostile
    app.says = [status]
    with (
        client(base, ca, retries=0) as one,
        pytest.raises((Denied, Rejected, Unavailable)) as found,
    ):
        one.ask()
    assert found.value.code == code


def test_the_register_is_busy_when_a_key_asks_too_much(tmp_path):
    app = create_app(FOLDER, KEY, lambda: NOW, Limits(questions_a_minute=1))
    with over_https(app, tmp_path) as (base, ca), client(base, ca) as one:
        assert one.ask() == BSN
        with pytest.raises(Unavailable) as caught:
            one.ask()
        assert (caught.value.code, one.waits) == ("brp.busy", [])


# ---- OAuth client credentials


@pytest.fixture
def with_tokens(tmp_path):
    tokens = Tokens("regie", SECRET, stream("register"))
    app = Hostile(tokens=tokens)
    with over_https(app, tmp_path) as (base, ca):
        yield app, tokens, base, ca


def _tokens_fetched(app) -> int:
    return sum(path == "/oauth/token" for _, path, _ in app.asked)


@pytest.mark.spec(
    "RFC 6749", "4.4", "client credentials, the token kept until shortly before its end"
)
def test_a_token_is_fetched_once_and_again_before_it_ends(with_tokens):
    app, _, base, ca = with_tokens
    access = ClientCredentials(f"{base}/oauth/token", "regie", SECRET)
    with client(base, ca, access=access) as one:
        for at in (0.0, 100.0, 3_500.0):
            one.at = at
            assert one.ask() == BSN
        assert _tokens_fetched(app) == 1
        one.at = 3_571.0
        assert one.ask() == BSN
        assert _tokens_fetched(app) == 2
    for method, path, headers in app.asked:
        assert method == "POST"
        assert SECRET not in path
        assert "x-api-key" not in headers


def test_a_token_that_the_register_forgot_is_renewed_once(with_tokens):
    app, tokens, base, ca = with_tokens
    access = ClientCredentials(f"{base}/oauth/token", "regie", SECRET)
    with client(base, ca, access=access) as one:
        assert one.ask() == BSN
        tokens.forget()
        assert one.ask() == BSN
        assert _tokens_fetched(app) == 2
        app.says = [401, 401, 401]
        with pytest.raises(Denied):
            one.ask()
        assert _tokens_fetched(app) == 3
        assert one.waits == []


def test_fifty_questions_at_once_fetch_one_token(with_tokens):
    app, _, base, ca = with_tokens
    access = ClientCredentials(f"{base}/oauth/token", "regie", SECRET)
    with client(base, ca, access=access) as one:
        threads = [threading.Thread(target=one.ask) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert _tokens_fetched(app) == 1


def test_a_wrong_secret_is_our_fault_and_says_so(with_tokens):
    app, _, base, ca = with_tokens
    access = ClientCredentials(f"{base}/oauth/token", "regie", "other")
    assert "other" not in repr(access)
    with client(base, ca, access=access) as one, pytest.raises(Denied) as caught:
        one.ask()
    assert caught.value.code == "brp.denied"
    assert [path for _, path, _ in app.asked] == ["/oauth/token"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"{"),
        httpx.Response(200, json={"access_token": "a b", "token_type": "Bearer"}),
        httpx.Response(200, json={"access_token": "a\r\nX: y", "token_type": "Bearer"}),
        httpx.Response(200, json={"access_token": "abc", "token_type": "mac"}),
        httpx.Response(200, json={"access_token": "", "token_type": "Bearer"}),
        httpx.Response(400, json={"error": "invalid_client"}),
    ],
)
def test_a_token_that_is_none_is_never_sent(answer):
    seen = []

    def handle(request):
        seen.append(request.url.path)
        return answer

    access = ClientCredentials("https://login.example/token", "regie", SECRET)
    settings = LinkSettings("https://register.example", access)
    link = Link(settings, transport=httpx.MockTransport(handle), wait=lambda _seconds: None)
    with pytest.raises(Denied) as caught:
        BrpClient(link).by_bsn(BSN, ALWAYS, None)
    assert seen == ["/token"]
    assert SECRET not in repr(caught.value)


# ---- mutual TLS


@contextlib.contextmanager
def _mutual(app, folder):
    ca, certificate, key = make_certificate(folder)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_ca_certs=str(ca),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
        log_level="critical",
        ws="none",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"https://localhost:{port}", ca, certificate, key
    finally:
        server.should_exit = True
        thread.join(timeout=5)


def test_the_client_certificate_opens_the_door_and_nothing_else_does(tmp_path):
    app = Hostile()
    with _mutual(app, tmp_path) as (base, ca, certificate, key):
        pair = {"client_certificate": certificate, "client_key": key}
        with client(base, ca, **pair) as one:
            assert one.ask() == BSN
        with client(base, ca, retries=0) as one, pytest.raises(Unavailable):
            one.ask()
    assert len(app.asked) == 1


# ---- the feed goes the same way


def test_the_feed_is_asked_with_the_same_care(hostile):
    app, base, ca = hostile
    app.says = [503]
    with client(base + UPDATES, ca) as one:
        assert UpdateFeed(one.link).changed_since(None) == ()
        assert one.waits == [0.2]
    method, path, headers = app.asked[-1]
    assert (method, path) == ("GET", f"{UPDATES}/wijzigingen")
    assert "application/hal+json" in headers["accept"]
