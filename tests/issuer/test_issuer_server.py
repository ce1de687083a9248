"""What runs beside the requests: lists kept young, what is over erased; and the web's own bounds."""

import asyncio

import httpx

from issuer.errors import SettingsFault
from issuer.service import statuslists
from issuer.web import create_app, server
from issuer.web.limits import ADDRESSES, Limiter


def test_maintenance_signs_what_is_due_and_erases_what_is_over(town, tmp_path):
    made = town.offer(("huishouden",))
    mirror = tmp_path / "mirror"
    server.maintain(town.office, town.now, mirror)
    assert len(list((mirror / "status").iterdir())) == 3
    first = statuslists.token(town.office, "0599", 1)
    server.maintain(town.office, town.now + 60, mirror)
    assert statuslists.token(town.office, "0599", 1) == first
    server.maintain(town.office, town.now + 3_600, mirror)
    assert statuslists.token(town.office, "0599", 1) != first
    assert town.office.store.cases.find(made.case).sealed is None


def test_a_fault_in_maintenance_waits_for_the_next_round(town, monkeypatch, caplog):
    def fault(*_args):
        raise SettingsFault("certificate.too_old", "Architecture, Trust")

    monkeypatch.setattr(statuslists, "publish", fault)
    caplog.set_level("INFO", logger="issuer")
    server.maintain(town.office, town.now, None)
    assert "certificate.too_old" in caplog.text


def test_the_background_runs_for_as_long_as_the_app(town):
    seen = []

    async def background():
        seen.append("start")
        yield
        seen.append("end")

    app = create_app(town.office, now=lambda: town.now, moment=lambda: 0.0, background=background)

    async def live():
        async with app.router.lifespan_context(app):
            seen.append("serving")

    asyncio.run(live())
    assert seen == ["start", "serving", "end"]


def test_the_limiter_lets_some_through_again_and_forgets():
    limiter = Limiter(burst=2, per_minute=60)
    assert [limiter.take("a", 0.0) for _ in range(3)] == [None, None, 2]
    assert limiter.take("b", 0.0) is None
    assert limiter.take("a", 1.0) is None
    assert limiter.take("a", 1.0) == 2
    for number in range(ADDRESSES + 5):
        limiter.take(str(number), 2.0)
    assert len(limiter._buckets) == ADDRESSES
    assert limiter.take("a", 2.0) is None


def test_an_authorization_header_twice_is_none(town):
    wallet, _ = town.confirmed()
    answer = wallet.send(
        "POST",
        wallet.at("credential"),
        content=b"{}",
        headers=[
            ("Authorization", f"DPoP {wallet.token}"),
            ("Authorization", f"DPoP {wallet.token}"),
            ("Content-Type", "application/json"),
        ],
    )
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_token"})


def test_what_cannot_be_signed_does_not_keep_what_is_over(town, monkeypatch, caplog):
    made = town.offer(("huishouden",))

    def full(*_args):
        raise OSError("/mirror: no space left on device")

    monkeypatch.setattr(statuslists, "publish", full)
    caplog.set_level("INFO", logger="issuer")
    server.maintain(town.office, town.now + 3_600, None)
    assert town.office.store.cases.find(made.case).sealed is None
    assert "unexpected.OSError" in caplog.text
    assert "/mirror" not in caplog.text


def test_a_fault_nobody_foresaw_is_answered_like_the_rest(town, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr("issuer.service.issuance.nonce", broken)
    wallet = town.wallet()

    async def once():
        transport = httpx.ASGITransport(app=town.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.post(wallet.at("nonce"))

    answer = asyncio.run(once())
    assert (answer.status_code, answer.json()) == (500, {"error": "server_error"})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_address_that_makes_work_is_limited(town):
    app = town.app
    well_known = "https://localhost:8441/.well-known"

    async def ask(url: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport) as client:
            for _ in range(301):
                answer = await client.get(url)
                if answer.status_code == 429:
                    return answer
            return answer

    server.maintain(town.office, town.now, None)
    for url in (
        f"{well_known}/oauth-authorization-server/0599",
        "https://localhost:8441/0599/status/1",
        f"{well_known}/openid-credential-issuer/0599",
    ):
        answer = asyncio.run(ask(url))
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
