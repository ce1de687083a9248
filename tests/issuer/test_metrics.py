"""Figures for whoever keeps the server running: there for the token alone, and about nobody."""

import asyncio

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from support import issuer_home

from issuer.web import create_app

TOKEN = "een-lang-geheim"


@pytest.fixture
def town(tmp_path):
    made = issuer_home.make(tmp_path)
    yield made
    made.office.close()


def ask(app, path, **headers):
    async def once():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(once())


def app_of(town, token=TOKEN):
    return create_app(
        town.office, now=lambda: town.now, moment=lambda: float(town.now), metrics_token=token
    )


def figures(app):
    answer = ask(app, "/metrics", authorization=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return answer.text, {
        (one.name, *sorted(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


@pytest.mark.spec("Architecture", "Storage", "figures are for whoever has the token")
def test_nobody_else_sees_figures(town):
    app = app_of(town)
    for shown in ("", "Bearer", "Bearer een-ander", f"Basic {TOKEN}", TOKEN):
        assert ask(app, "/metrics", authorization=shown).status_code == 401
    assert ask(app_of(town, None), "/metrics", authorization="Bearer None").status_code == 404


@pytest.mark.spec("Architecture", "Storage", "figures count what happens and name nobody")
def test_what_is_counted(town):
    app = app_of(town)
    offered = town.offer(("huishouden",))
    assert ask(app, f"/0599/o/{offered.link.rsplit('/', 1)[1]}").status_code == 200
    assert ask(app, "/nergens").status_code == 404
    text, found = figures(app)
    name = "regie_issuer_requests_total"
    assert found[name, ("endpoint", "offer"), ("status", "2xx")] == 1
    assert found[name, ("endpoint", "other"), ("status", "4xx")] == 1
    assert found["regie_issuer_open", ("sort", "case"), ("state", "running")] == 1
    seconds = found["regie_issuer_certificate_seconds", ("municipality", "0599"), ("role", "card")]
    assert seconds == town.office.municipality("0599").certificates.card.not_after - town.now
    for hidden in (issuer_home.RESIDENT, offered.case, offered.code, offered.link, "anna"):
        assert hidden not in text


def test_lists_are_in_the_figures(town):
    from issuer.service import statuslists

    statuslists.publish(town.office, town.now)
    town.now += 90
    _, found = figures(app_of(town))
    assert found["regie_issuer_status_list_age_seconds", ("municipality", "0599")] == 90
    assert found["regie_issuer_status_list_room", ("municipality", "0599")] > 4000
