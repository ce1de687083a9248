"""Every chain of every municipality: in `doctor`, on the page of the desk, and in health."""

import dataclasses
import json

import httpx
import pytest
from support import chain_homes, issuer_home
from support.scheme import VOORBEELDSTAD

from credential.trust import walkwords
from credential.trust.walk import Level, Use
from issuer import cli, clock
from issuer.service import chains, health

DAY = 86_400


@pytest.fixture
def home(tmp_path):
    town, registrar = chain_homes.issuer(tmp_path)
    yield town, registrar
    town.office.close()


def found(town):
    return {(one.use, one.what): one for one in chains.every(town.office, town.now)}


def wrong(town):
    return {one.cause for one in chains.every(town.office, town.now) if one.level is not Level.OK}


def ready(town):
    with httpx.Client(transport=issuer_home.InMemoryRegister(town.app)) as http:
        answer = http.get("https://localhost:8441/health/ready")
    return answer.status_code, answer.json()


@pytest.mark.spec("Architecture", "Issuer", "doctor walks every chain of every municipality")
def test_all_in_order(home):
    town, _ = home
    assert wrong(town) == set()
    uses = [use for use, _ in found(town)]
    assert {Use.SCHEME, Use.LIST, Use.CARD, Use.STATUS, Use.ISSUING, Use.REGISTRATION} == set(uses)
    assert ready(town) == (200, {"status": "ok"})


def test_every_municipality_is_walked(tmp_path):
    town, _ = chain_homes.issuer(tmp_path, westhove=True)
    names = {one.whose for one in chains.every(town.office, town.now) if one.use is Use.CARD}
    assert names == {"Gemeente Voorbeeldstad", "Gemeente Westhove"}
    town.office.close()


@pytest.mark.parametrize(
    ("name", "use"), [(".card", Use.CARD), (".status", Use.STATUS), (".access", Use.ISSUING)]
)
def test_a_revoked_certificate(home, name, use):
    town, registrar = home
    chain_homes.revoke(registrar, VOORBEELDSTAD, name)
    chain_homes.fetch(town, registrar)
    bad = [one for one in chains.every(town.office, town.now) if not one.holds]
    assert {one.use for one in bad} == {use}
    assert {one.code for one in bad} == {"trust.certificate_revoked"}
    assert "ingetrokken" in walkwords.headline(bad[0], "nl")
    # What the scheme decided takes no status list away from anybody.
    assert ready(town)[0] == 200
    assert ready(town)[1]["warnings"][0]["code"] == "chains"


def test_a_kind_that_is_not_admitted_is_told_apart(home):
    town, registrar = home
    issuing = registrar.parties[VOORBEELDSTAD].issuing
    kinds = tuple(kind for kind in issuing.kinds if kind != "woonadres")
    registrar.change(VOORBEELDSTAD, issuing=dataclasses.replace(issuing, kinds=kinds))
    registrar.publish()
    chain_homes.fetch(town, registrar)
    cards = {
        one.what: one.code for one in chains.every(town.office, town.now) if one.use is Use.CARD
    }
    assert cards.pop("woonadres") == "trust.kind_not_listed"
    assert set(cards.values()) == {""}


@pytest.mark.spec("Architecture", "Issuer", "health fails when a chain of everybody is broken")
def test_health_fails_on_a_broken_chain(home, monkeypatch):
    town, registrar = home
    late = max(one.certificates.access.not_after for one in town.office.municipalities.values())
    town.now = late + 1
    # The scheme is kept fresh by `sync`; here it is the certificate that ended.
    trust = town.office.scheme.trust(registrar.now)
    fresh = dataclasses.replace(trust, issued=town.now - DAY, next_update=town.now + DAY)
    monkeypatch.setattr(type(town.office.scheme), "trust", lambda _self, _now: fresh)
    status, body = ready(town)
    assert (status, body["status"]) == (503, "not ready")
    assert set(body["reasons"][0]) == {"code", "nl", "en"}
    assert "keten" in body["reasons"][0]["nl"]


def test_one_municipality_does_not_take_the_others_away(tmp_path, monkeypatch):
    town, _ = chain_homes.issuer(tmp_path, westhove=True)
    office = town.office
    first, second = office.municipalities.values()
    swapped = dataclasses.replace(first.certificates, access=second.certificates.status)
    municipalities = {**office.municipalities}
    municipalities[first.code] = dataclasses.replace(first, certificates=swapped)
    town.office = dataclasses.replace(office, municipalities=municipalities)
    assert "trust.wrong_role" in wrong(town)
    assert ready(town)[0] == 200
    assert ready(town)[1]["warnings"][0]["code"] == "chains"
    office.close()


def test_an_old_scheme_is_told_once(home):
    town, _ = home
    town.now += 8 * DAY
    town.office.scheme._loaded = None
    assert [one.code for one in chains.every(town.office, town.now)] == ["scheme.expired"]
    assert ready(town)[1]["warnings"][0]["code"] == "scheme"


@pytest.mark.parametrize(("broken", "code"), [(False, 8), (True, 5)])
def test_the_command(home, monkeypatch, capsys, broken, code):
    town, registrar = home
    if broken:
        chain_homes.revoke(registrar, VOORBEELDSTAD, ".card")
        chain_homes.fetch(town, registrar)
    monkeypatch.setattr(clock, "now", lambda: town.now)
    entropy = issuer_home.stream("doctor")
    findings = [one for one in health.examine(town.home, town.now, entropy)
                if one.key == "doctor.chains"]  # fmt: skip
    assert findings
    assert health.exit_code(findings) == (5 if broken else 0)
    soon = [*findings, health.Finding("doctor.chains", True, warning=True)]
    assert health.exit_code(soon) == (5 if broken else 8) == code
    for one in findings:
        for lang in ("nl", "en"):
            assert "{" not in one.sentence(lang)


def test_the_lines_for_machines_and_people(home, monkeypatch, capsys):
    town, _ = home
    monkeypatch.setattr(clock, "now", lambda: town.now)
    with pytest.raises(SystemExit):
        cli.group.main(["--home", str(town.home), "--json", "doctor"], standalone_mode=False)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [one for one in lines if "chain" in one]
    assert all(one["version"] == 1 for one in lines)
    assert {"use", "whose", "what", "level", "code", "until", "links"} == set(told[0]["chain"])
    assert {one["chain"]["use"] for one in told} >= {"scheme", "list", "card", "registration"}
    with pytest.raises(SystemExit):
        cli.group.main(["--home", str(town.home), "--lang", "en", "doctor"], standalone_mode=False)
    out = capsys.readouterr().out
    assert "      certificate: Gemeente Voorbeeldstad (" in out
    assert "valid from 24 December 2025" in out


# The page.


@pytest.mark.spec("Architecture", "Issuer", "the same sentences on a page for clerks")
@pytest.mark.parametrize("role", ["desk", "decision", "audit"])
def test_the_page(home, role):
    town, registrar = home
    chain_homes.revoke(registrar, VOORBEELDSTAD, ".card")
    chain_homes.fetch(town, registrar)
    browser = chain_homes.clerks(town).logged_in(role)
    assert browser.get("/desk/certificaten").status_code == 200
    for one in chains.every(town.office, town.now):
        assert walkwords.headline(one, "nl") in browser.text
    assert "Niet alles is in orde" in browser.text
    assert browser.page.count("<details>") == sum(
        one.holds for one in chains.every(town.office, town.now)
    )


def test_the_page_is_for_clerks_and_about_their_own(tmp_path):
    town, _ = chain_homes.issuer(tmp_path, westhove=True)
    desk = chain_homes.clerks(town)
    assert desk.browser().get("/desk/certificaten").status_code == 403
    browser = desk.browser()
    browser.log_in("els", ("audit",), municipality="0599")
    browser.get("/desk/certificaten")
    assert "Gemeente Voorbeeldstad om kaartjes te geven" in browser.text
    assert "Westhove" not in browser.text
    town.office.close()


def test_without_a_scheme_it_says_so(town):
    browser = chain_homes.clerks(town).logged_in("audit")
    browser.get("/desk/certificaten")
    assert "noemen geen stelsel" in browser.text
    assert chains.standing(town.office, town.now).ready
