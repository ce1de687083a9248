"""What runs beside the requests: lists kept young, what is over erased; and the web's own bounds."""

import asyncio

from issuer.errors import SettingsFault
from issuer.service import statuslists
from issuer.web import create_app, server
from issuer.web.limits import ADDRESSES, Limiter


def test_maintenance_signs_what_is_due_and_erases_what_is_over(town, tmp_path):
    made = town.offer(("huishouden",))
    mirror = tmp_path / "mirror"
    server.maintain(town.office, town.now, mirror)
    assert len(list((mirror / "status").iterdir())) == 3
    first = statuslists.token(town.office, town.office.municipality("0599"), 1)
    server.maintain(town.office, town.now + 60, mirror)
    assert statuslists.token(town.office, town.office.municipality("0599"), 1) == first
    server.maintain(town.office, town.now + 3_600, mirror)
    assert statuslists.token(town.office, town.office.municipality("0599"), 1) != first
    assert town.office.store.cases.find(made.case).sealed is None


def test_a_fault_in_maintenance_waits_for_the_next_round(town, monkeypatch, caplog):
    def fault(*_args):
        raise SettingsFault("certificate.too_old", "design 5")

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
