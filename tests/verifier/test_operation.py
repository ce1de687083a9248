"""For whoever keeps it running: figures, health, `doctor`; sentences with what to do, nobody's data."""

import json
import os
import socket
import urllib.request
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families
from support.holder_simulator import PERSON, CardMaker
from support.scheme import VERIFIER, WESTHOVE
from support.verifier_home import VerifierHome, attempt, run

from verifier import clock, config
from verifier.cli.main import cli
from verifier.errors import NotReady
from verifier.metrics import Metrics
from verifier.service import doctor
from verifier.service.doctor import Level
from verifier.store import Store
from verifier.texts import LANGUAGES, _texts
from verifier.web import server
from verifier.web.app import build

HOUR, DAY = 3600, 86_400


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def read(url: str) -> tuple[str, dict[Any, float]]:
    with urllib.request.urlopen(url) as answer:
        text = answer.read().decode()
    return text, {
        (one.name, *sorted(one.labels.values())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def ask(home: VerifierHome, path: str, **parts: Any) -> httpx.Response:
    async def work() -> httpx.Response:
        async with home.client() as http:
            return await http.get(path, **parts)

    return run(work())


@pytest.mark.spec("Architecture", "Storage", "figures count what happens and name nobody")
def test_figures(home: VerifierHome) -> None:
    verifier = home.open()
    attempt(home)
    home.clock.at += 90
    metrics = Metrics(verifier)
    port = free_port()
    metrics.serve("127.0.0.1", port)
    app = build(verifier, metrics=metrics, moment=lambda: 0.0)

    async def look() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=VERIFIER) as http:
            await http.get("/nl/inschrijven")
            await http.get("/nergens/zo/diep")
            await http.get("/request/een-geheim")

    run(look())
    text, found = read(f"http://127.0.0.1:{port}/metrics")
    requests = "regie_verifier_requests_total"
    assert found[requests, "/{lang:lang}/{profile}", "2xx"] == 1
    assert found[requests, "/request/{id}", "4xx"] == 1
    assert found[requests, "4xx", "other"] == 1
    assert found["regie_verifier_answers_total", "accepted", "inschrijven"] == 1
    assert found["regie_verifier_oldest_list_age_seconds",] == 90
    assert found["regie_verifier_certificate_seconds", "access"] == (
        verifier.leaf.not_after - home.clock.at
    )
    assert found["regie_verifier_late_cases",] == 0
    for hidden in ("een-geheim", "nergens", *map(str, PERSON["persoonsgegevens"].values())):
        assert hidden == "True" or hidden not in text


@pytest.mark.spec("Architecture", "Storage", "figures are for this machine alone")
@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ('[metrics]\nlisten = "0.0.0.0:9464"', "metrics.listen"),
        ('[metrics]\nlisten = "192.0.2.1:9464"', "metrics.listen"),
        ('[metrics]\nlisten = "127.0.0.1:0"', "metrics.listen"),
        ('[server]\nproxies = ["0.0.0.0/0"]', "server.proxies"),
        ('[server]\nproxies = ["proxy.example"]', "server.proxies"),
        ('[sync]\nmirrors = ["http://mirror.example"]', "sync.mirrors"),
        ("[database_pool]\nconnections = 0", "database_pool.connections"),
        ('server = "x"', "server"),
    ],
)
def test_unsafe_settings_are_refused(home: VerifierHome, settings: str, key: str) -> None:
    file = home.home / config.FILE
    file.write_text(f"{file.read_text()}{settings}\n")
    with pytest.raises(NotReady) as caught:
        config.load(home.home)
    assert caught.value.params == {"key": key}


def test_plain_http_on_loopback_behind_a_proxy_alone(home: VerifierHome) -> None:
    verifier = home.open()
    for host in ("127.0.0.1", "0.0.0.0"):
        with pytest.raises(NotReady, match="tls_cert"):
            server.serve(verifier, host, 1)


@pytest.mark.spec("Architecture", "Storage", "health says why, in words")
def test_health(home: VerifierHome) -> None:
    assert ask(home, "/health/live").json() == {"status": "live"}
    other = CardMaker(home.scheme, WESTHOVE)
    home.publish(home.maker.status_list(), other.aggregation())
    home.sync()
    told = ask(home, "/health/ready")
    assert told.status_code == 200
    assert [one["code"] for one in told.json()["warnings"]] == ["missing"]
    home.clock.at += 8 * DAY
    told = ask(home, "/health/ready")
    assert (told.status_code, told.json()["warnings"][0]["code"]) == (200, "scheme")
    assert "te oud" in told.json()["warnings"][0]["nl"]


def test_not_ready_without_a_database(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def fails(_self: Store) -> Any:
        raise OperationalError("", {}, Exception("gone"))

    home.open()
    monkeypatch.setattr(Store, "reading", fails)
    told = ask(home, "/health/ready")
    assert told.status_code == 503
    assert told.json()["reasons"][0]["code"] == "database"


def levels(found: list[doctor.Finding]) -> dict[str, set[Level]]:
    seen: dict[str, set[Level]] = {}
    for one in found:
        seen.setdefault(one.check, set()).add(one.level)
    return seen


def codes(found: list[doctor.Finding], level: Level) -> set[str]:
    return {one.code for one in found if one.level is level}


def test_doctor_asks_everything(home: VerifierHome) -> None:
    found = doctor.examine(home.home, home.clock.at)
    assert levels(found)["profiles"] == {Level.OK}
    assert codes(found, Level.FAULT) == {"config.value"}  # no https certificate in a test
    for language in LANGUAGES:
        for one in found:
            assert one.sentence(language)
            assert "{" not in one.sentence(language)


@pytest.mark.spec(
    "Regie formats", "7", "how old the lists are, and which profiles they no longer do"
)
def test_doctor_on_age(home: VerifierHome) -> None:
    warned = doctor.examine(home.home, home.clock.at + 30 * HOUR)
    assert "status_issuer" in codes(warned, Level.WARNING)
    # 24 hours unless the profile says otherwise; signing up says 72.
    assert {one.params["profile"] for one in warned if one.code == "status_too_old"} & {
        "inschrijven"
    } == set()
    late = doctor.examine(home.home, home.clock.at + 73 * HOUR)
    assert "inschrijven" in {one.params["profile"] for one in late if one.code == "status_too_old"}
    over = doctor.examine(home.home, home.clock.at + 8 * DAY)
    assert "scheme.expired" in codes(over, Level.FAULT)
    assert "sync" in codes(over, Level.WARNING)


def test_doctor_on_the_clock(home: VerifierHome) -> None:
    early = doctor.examine(home.home, home.clock.at - 30 * 60)
    found = next(one for one in early if one.check == "clock")
    assert found.level is Level.FAULT
    assert "30 minuten achter" in found.sentence("nl") or found.code == "scheme.not_yet_valid"


def test_doctor_on_certificates_about_to_end(home: VerifierHome) -> None:
    """Said in days, a month before."""
    leaf = home.open().leaf
    file = home.home / config.FILE
    left = (leaf.not_after - home.clock.at) // DAY
    file.write_text(f"{file.read_text()}[server]\nwarn_days = {min(365, left + 1)}\n")
    found = next(one for one in doctor.examine(home.home, home.clock.at) if one.check == "access")
    assert found.params["days"] == left
    assert found.level is (Level.WARNING if left < 365 else Level.OK)
    after = doctor.examine(home.home, leaf.not_after + 1)
    assert Level.FAULT in levels(after)["access"]


@pytest.mark.parametrize("name", ["keys/access.key", "keys/secret.key", "verifier.db"])
def test_doctor_on_modes(home: VerifierHome, name: str) -> None:
    (home.home / name).chmod(0o640)
    found = doctor.examine(home.home, home.clock.at)
    assert "keys.mode" in codes(found, Level.FAULT)


def test_doctor_on_a_profile_that_asks_too_much(home: VerifierHome) -> None:
    file = home.home / "profiles" / "inschrijven.toml"
    file.write_text(file.read_text().replace('"given_name"', '"birthdate"'))
    found = doctor.examine(home.home, home.clock.at)
    mine = [one for one in found if one.check == "profiles"]
    assert {one.level for one in mine} == {Level.OK, Level.FAULT}  # the others are told as well


def test_one_fault_does_not_hide_another(home: VerifierHome) -> None:
    (home.home / "keys" / "access.key").unlink()
    (home.home / "scheme" / "current").unlink()
    home.close()
    (home.home / "verifier.db").write_bytes(b"")
    for name in ("verifier.db-wal", "verifier.db-shm"):
        (home.home / name).unlink(missing_ok=True)
    found = levels(doctor.examine(home.home, home.clock.at))
    faults = {check for check, seen in found.items() if Level.FAULT in seen}
    assert {"keys", "certificate", "scheme", "status", "profiles", "database", "tls"} <= faults


@pytest.mark.parametrize(("hours", "code"), [(0, 0), (30, 8), (8 * 24, 5)])
def test_exit_codes_for_monitoring(
    home: VerifierHome, monkeypatch: pytest.MonkeyPatch, hours: int, code: int
) -> None:
    """0 in order, 8 soon not, 5 not trusted, 4 not ready."""
    other = CardMaker(home.scheme, WESTHOVE)
    home.publish(home.maker.status_list(), other.status_list(), other.aggregation())
    home.sync()
    file = home.home / config.FILE
    file.write_text(f'{file.read_text()}[server]\nproxies = ["127.0.0.1"]\n')
    profiles = home.home / "profiles"
    for one in profiles.glob("*.toml"):
        text = one.read_text()
        one.write_text("status_max_age_hours = 72\n" + "\n".join(
            line for line in text.splitlines() if not line.startswith("status_max_age_hours")
        ))  # fmt: skip
    monkeypatch.setattr(clock, "now", lambda: home.clock.at + hours * HOUR)
    done = CliRunner().invoke(cli, ["--home", str(home.home), "--json", "doctor"])
    assert done.exit_code == code, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"version", "check", "ok", "level", "code", "detail"} == set(lines[0])


def test_every_finding_has_a_sentence() -> None:
    source = Path(doctor.__file__).read_text()
    named = {key for key in _texts("nl")["doctor"] if f'"{key}"' in source}
    assert named == set(_texts("nl")["doctor"])


def test_the_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Store.open(f"sqlite:///{tmp_path}/a.db", migrate=True).close()
    finally:
        os.umask(before)
    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("url", ["mysql://x@localhost/y", "no address"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(NotReady, match=r"config\.value"):
        Store.open(url)


def test_a_database_that_does_not_answer() -> None:
    with pytest.raises(NotReady, match=r"store\.unreachable"):
        Store.open(f"postgresql+psycopg://regie@127.0.0.1:{free_port()}/x")


def test_a_fault_of_the_database_tells_no_row(postgresql_url: str) -> None:
    """PostgreSQL writes the row into the details of a fault; ours tell a code."""
    from sqlalchemy import insert
    from sqlalchemy.exc import IntegrityError

    from verifier.tables import REGISTRATIONS

    store = Store.open(postgresql_url, migrate=True)
    row = {"id": "canary-id", "number": "canary-number", "profile": "p", "founded_by": "f",
           "since": 2**40, "person": "canary-person"}  # fmt: skip
    with store.writing() as connection:
        connection.execute(insert(REGISTRATIONS).values(row))
    with pytest.raises(IntegrityError) as caught, store.writing() as connection:
        connection.execute(insert(REGISTRATIONS).values(row))
    told = f"{caught.value} {caught.value.orig} {caught.value.__cause__}"
    assert "canary" not in told
    assert "23505" in told
    store.close()
