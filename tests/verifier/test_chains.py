"""Every chain a verifier rests on: in `doctor`, on the page for employees, and in health."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from support import chain_homes
from support.scheme import VERIFIER, VOORBEELDSTAD, VOORBEELDWONEN, build
from support.staff_counter import make_desk
from support.staff_desk import StaffDesk
from support.verifier_home import VerifierHome, run

from credential.trust import walkwords
from credential.trust.walk import Level, Use, Walk
from verifier import clock, config, identity
from verifier.cli.main import cli
from verifier.scheme import SchemeFolder
from verifier.service import chains, doctor

DAY = 86_400


def found(home: VerifierHome, at: int | None = None) -> list[Walk]:
    settings = config.load(home.home)
    scheme = SchemeFolder(settings.scheme_folder, settings.fingerprint)
    return chains.every(settings, scheme, home.clock.at if at is None else at)


def wrong(home: VerifierHome, at: int | None = None) -> set[tuple[Use, str]]:
    return {(one.use, one.cause) for one in found(home, at) if one.level is not Level.OK}


def ready(home: VerifierHome) -> tuple[int, dict[str, object]]:
    async def work() -> httpx.Response:
        async with home.client() as http:
            return await http.get("/health/ready")

    answer = run(work())
    return answer.status_code, answer.json()


def fetch(home: VerifierHome) -> None:
    home.publish(home.maker.status_list())
    home.sync()
    home.close()


@pytest.mark.spec("Architecture", "Verifier", "doctor walks every chain it rests on")
def test_all_in_order(home: VerifierHome) -> None:
    walked = found(home)
    assert wrong(home) == set()
    assert {one.use for one in walked} == {
        Use.SCHEME, Use.LIST, Use.ASKING, Use.REGISTRATION, Use.STATUS,
    }  # fmt: skip
    profiles = {file.stem for file in (home.home / "profiles").glob("*.toml")}
    assert {one.what for one in walked if one.use is Use.REGISTRATION} == profiles
    assert ready(home)[0] == 200


def test_what_was_revoked_is_told_and_rights_go_on(home: VerifierHome) -> None:
    home.open()
    chain_homes.revoke(home.scheme, VOORBEELDWONEN, ".access")
    home.publish(home.maker.status_list())
    home.sync()
    assert wrong(home) == {(Use.ASKING, "trust.certificate_revoked")}
    status, body = ready(home)
    assert status == 200
    assert "chains" in {one["code"] for one in body["warnings"]}  # type: ignore[attr-defined]


@pytest.mark.spec("Regie trust", "1.4", "what is taken back of one purpose closes that one alone")
def test_a_purpose_that_is_closed_keeps_nothing_else_from_working(home: VerifierHome) -> None:
    def answers(*paths: str) -> list[tuple[int, bool]]:
        async def work() -> list[tuple[int, bool]]:
            async with home.client() as http:
                found = [await http.get(path) for path in paths]
                posted = await http.post(paths[0], headers={"origin": VERIFIER})
            assert posted.status_code in (303, found[0].status_code)
            return [(one.status_code, "wallet aan je vragen" in one.text) for one in found]

        return run(work())

    def closed() -> set[tuple[str, object]]:
        told = doctor.examine(home.home, home.clock.at)
        found_ = [one for one in told if one.check == "profiles" and one.level is not Level.OK]
        assert {one.level for one in found_} <= {Level.WARNING}
        assert all(str(one.params["use"]) in one.sentence("nl") for one in found_)
        return {(one.code, one.params["use"]) for one in found_}

    registered = next(
        one
        for one in home.scheme.ledger.registrations
        if (one.party, one.use) == (VOORBEELDWONEN, "inschrijven")
    )
    paths = ("/nl/inschrijven", "/nl/rechten")
    since = {registered.sha256: home.clock.at}
    home.scheme.ledger = home.scheme.ledger.with_suspended(since)
    home.scheme.publish()
    fetch(home)
    home.open()
    assert answers(*paths) == [(503, True), (200, False)]
    assert closed() == {("profile.suspended", "inschrijven")}
    # What is resumed opens again by itself.
    home.scheme.ledger = home.scheme.ledger.with_suspended({})
    home.scheme.publish()
    home.publish(home.maker.status_list())
    home.sync()
    assert answers(*paths) == [(200, False), (200, False)]
    assert closed() == set()
    # The access certificate taken back: nothing is asked any more, and rights go on.
    chain_homes.revoke(home.scheme, VOORBEELDWONEN, ".access")
    fetch(home)
    home.open()
    assert answers(*paths, "/nl/privacy") == [(503, True), (503, True), (200, False)]
    assert ("profile.revoked", "inschrijven") in closed()
    assert ready(home)[0] == 200

    async def right() -> int:
        async with home.client() as http:
            return (await http.post("/rights", content=b"{}")).status_code

    assert run(right()) in range(400, 500), "a right without a signed question, as always"


def test_a_certificate_of_before_that_was_taken_back_asks_nothing(
    home: VerifierHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "before", lambda settings: {"x": identity.read(settings)})
    assert wrong(home) == set()
    chain_homes.revoke(home.scheme, VOORBEELDWONEN, ".access")
    fetch(home)
    # Once, as the one in force; not again as one of before.
    assert [one.cause for one in found(home) if one.use is Use.ASKING] == [
        "trust.certificate_revoked"
    ]


def test_a_registration_that_is_gone_or_of_someone_else(home: VerifierHome) -> None:
    folder = config.load(home.home).certificates / "registration"
    (folder / "toewijzing.jwt").unlink()
    other = home.scheme.verifier("woonstichting-grijpgraag").registrations
    (folder / "inschrijven.jwt").write_text(next(iter(other.values())))
    assert wrong(home) == {
        (Use.REGISTRATION, "walk.registration_missing"),
        (Use.REGISTRATION, "registration.bond_identifier"),
    }


@pytest.mark.spec("Architecture", "Verifier", "health fails when a chain of our own is broken")
def test_health_fails_on_a_broken_chain(
    home: VerifierHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = home.open()
    generation = verifier.scheme.generation(home.clock.at)
    home.clock.at = verifier.leaf.not_after + 1
    # The scheme is kept fresh by `sync`; here it is the certificate that ended.
    fresh = dataclasses.replace(
        generation.trust, issued=home.clock.at - DAY, next_update=home.clock.at + DAY
    )
    newer = dataclasses.replace(generation, trust=fresh)
    monkeypatch.setattr(SchemeFolder, "generation", lambda _self, _now: newer)
    status, body = ready(home)
    assert (status, body["status"]) == (503, "not ready")
    reason = body["reasons"][0]  # type: ignore[index]
    assert reason["code"] == "chains"
    assert "keten" in reason["nl"]


def test_health_is_looked_at_once_a_minute(
    home: VerifierHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.open()
    seen: list[int] = []
    before = chains.standing

    def counted(verifier: object) -> chains.Standing:
        seen.append(1)
        return before(verifier)  # type: ignore[arg-type]

    monkeypatch.setattr(chains, "standing", counted)
    app = home.app

    async def ask() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as http:
            await http.get("/health/ready")

    for _ in range(3):
        run(ask())
    assert len(seen) == 1
    home.clock.at += 61
    run(ask())
    assert len(seen) == 2


def test_the_signer_of_status_lists(home: VerifierHome) -> None:
    chain_homes.revoke(home.scheme, VOORBEELDSTAD, ".status")
    fetch(home)
    assert wrong(home) == set()  # `sync` took no list of a revoked signer
    path, data = home.maker.status_list()
    settings = config.load(home.home)
    current = SchemeFolder(settings.scheme_folder, settings.fingerprint).current_name()
    assert current is not None
    file = settings.scheme_folder / current / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    assert wrong(home) == {(Use.STATUS, "trust.certificate_revoked")}


@pytest.mark.spec("Regie formats", "8", "a scheme that ran out hides nothing of the rest")
def test_one_fault_does_not_hide_another(home: VerifierHome) -> None:
    assert wrong(home, home.clock.at + 8 * DAY) == {(Use.SCHEME, "scheme.expired")}
    late = wrong(home, home.clock.at + 400 * DAY)
    assert {use for use, _ in late} >= {Use.SCHEME, Use.ASKING, Use.REGISTRATION}


def test_nothing_fetched_or_installed(home: VerifierHome) -> None:
    (home.home / "scheme" / "current").unlink()
    assert wrong(home) == {(Use.SCHEME, "scheme.missing")}
    found_ = doctor.examine(home.home, home.clock.at)
    assert doctor.exit_code(found_) == 4  # not ready is not untrusted
    home.sync()
    (config.load(home.home).certificates / "access.pem").unlink()
    assert wrong(home) == {(Use.ASKING, "walk.certificate_missing")}


def test_the_command(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> None:
    home.open()
    chain_homes.revoke(home.scheme, VOORBEELDWONEN, ".access")
    fetch(home)
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    done = CliRunner().invoke(cli, ["--home", str(home.home), "--json", "doctor"])
    assert done.exit_code == 5
    told = [json.loads(line) for line in done.stdout.splitlines()]
    walked = [one["chain"] for one in told if "chain" in one]
    assert [one["use"] for one in walked if one["code"]] == ["asking"]
    leaf = next(one for one in walked if one["use"] == "asking")["links"][0]
    assert (leaf["code"], leaf["level"]) == ("trust.certificate_revoked", "fault")
    done = CliRunner().invoke(cli, ["--home", str(home.home), "--lang", "en", "doctor"])
    assert "FOUT  chains: The access of Woonstichting Voorbeeldwonen to ask for data" in done.stdout
    assert "certificate: Woonstichting Voorbeeldwonen (" in done.stdout


# The page.


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[StaffDesk]:
    made = make_desk(tmp_path, build_scheme=build())
    yield made
    made.home.close()


@pytest.mark.spec("Architecture", "Verifier", "the same sentences on a page for employees")
@pytest.mark.parametrize("role", ["desk", "register", "privacy", "audit"])
def test_the_page(desk: StaffDesk, role: str) -> None:
    chain_homes.revoke(desk.home.scheme, VOORBEELDWONEN, ".access")
    desk.home.publish(desk.home.maker.status_list())
    desk.home.sync()
    browser = desk.logged_in(role)
    browser.get("/medewerkers/certificaten")
    assert browser.status == 200
    walked = found(desk.home)
    for one in walked:
        assert walkwords.headline(one, "nl") in browser.text
    assert "Niet alles is in orde (aantal: 1)" in browser.text
    assert browser.page.count("<details>") == sum(one.holds for one in walked)


def test_the_page_is_for_employees(desk: StaffDesk) -> None:
    browser = desk.browser()
    browser.get("/medewerkers/certificaten")
    assert browser.status == 403
    assert "SHA" not in browser.page
