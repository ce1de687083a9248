"""The commands as they are typed: names, flags, JSON members and exit codes (ARCHITECTURE.md)."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.scheme import VERIFIER, VOORBEELDWONEN, TestScheme, build
from support.verifier_home import Browser, VerifierHome, attempt, run

from verifier import clock, keys
from verifier.cli.main import cli


def call(*arguments: str, expect: int = 0) -> list[dict[str, Any]]:
    done = CliRunner().invoke(cli, list(arguments))
    assert done.exit_code == expect, (done.output, done.exception)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.fixture
def scheme() -> TestScheme:
    return build()


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch, scheme: TestScheme) -> None:
    monkeypatch.setattr(clock, "now", lambda: scheme.now)


def hand_over(scheme: TestScheme, folder: Path, home: Path) -> Path:
    """What the registrar gives back for our own request."""
    key = keys.access_key(home / "keys")
    scheme.keys[VOORBEELDWONEN]["inschrijving.access"] = key
    scheme.add(scheme.parties[VOORBEELDWONEN])
    scheme.publish()
    for path, data in scheme.files[VOORBEELDWONEN].items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


def test_from_nothing_to_a_request(tmp_path: Path, scheme: TestScheme) -> None:
    """Init, certificates, sync, doctor, request: the order an administrator types them in."""
    home = tmp_path / "home"
    at = ("--home", str(home), "--json")
    mirror = tmp_path / "mirror"
    (made,) = call(
        *at, "init", "--base-url", VERIFIER, "--mirror", str(mirror),
        "--fingerprint", scheme.fingerprint.hex(),
    )  # fmt: skip
    assert made["version"] == 1
    assert (home / "csr" / "inschrijving.access.csr").read_bytes().startswith(b"-----BEGIN CERT")
    for name in ("access.key", "secret.key"):
        assert (home / "keys" / name).stat().st_mode & 0o777 == 0o600
    call(*at, "init", "--base-url", VERIFIER, "--mirror", "x", "--fingerprint", "00", expect=4)
    call(*at, "sync", expect=6)
    handed = hand_over(scheme, tmp_path / "handed", home)
    scheme.write(mirror / "scheme")
    (installed,) = call(*at, "install-certificates", str(handed))
    assert "inschrijven" in installed["registrations"]
    (synced,) = call(*at, "sync")
    assert synced["sequence"] == scheme.trust.sequence
    answers = {line["check"]: line["ok"] for line in call(*at, "doctor", expect=4)}
    assert {name for name, ok in answers.items() if not ok} == {"status", "tls"}
    (asked,) = call("--home", str(home), "request", "inschrijven", "--json")
    assert asked["link"].startswith("openid4vp://?client_id=x509_hash%3A")
    assert call(*at, "migrate") == [{"version": 1, "migrated": True}]


def test_certificates_of_another_key(tmp_path: Path, scheme: TestScheme) -> None:
    home = tmp_path / "home"
    at = ("--home", str(home), "--json")
    call(*at, "init", "--base-url", VERIFIER, "--scheme", str(tmp_path),
         "--fingerprint", scheme.fingerprint.hex())  # fmt: skip
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / "access.pem").write_bytes(scheme.files[VOORBEELDWONEN]["access.pem"])
    (told,) = call(*at, "install-certificates", str(handed), expect=4)
    assert told["error"] == "certificates.other_key"


def test_unsafe_settings_are_named(tmp_path: Path) -> None:
    for wrong in (
        ["--base-url", "http://localhost:1"],
        ["--base-url", "https://localhost", "--fingerprint", "zz"],
        ["--base-url", "https://localhost", "--port", "99999"],
    ):
        arguments = ["--mirror", "x", *wrong]
        if "--fingerprint" not in wrong:
            arguments += ["--fingerprint", "00" * 32]
        (told,) = call("--home", str(tmp_path / "h"), "init", *arguments, "--json", expect=4)
        assert told["error"] == "config.value"
    assert not (tmp_path / "h" / "verifier.toml").exists()


def test_registrations(home: VerifierHome) -> None:
    """No personal value unless it is asked for."""

    async def sign_up() -> str:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            return browser.number

    number = run(sign_up())
    expired = home.maker.card("persoonsgegevens", exp=home.clock.at - 1)
    attempt(home, cards=[expired, home.maker.card("verblijfsrecht")])
    at = ("--home", str(home.home), "--json")
    (line,) = call(*at, "registrations")
    assert line["version"] == 1
    assert (line["number"], line["state"], line["verdict"]) == (number, "active", "accepted")
    assert line["since"] == "2026-01-01T00:00:00Z"
    assert all(check["ok"] for check in line["checks"])
    assert "Zwaantje" not in json.dumps(line)
    (open_line,) = call(*at, "registrations", "--values")
    assert "Zwaantje" in json.dumps(open_line["values"])
    assert open_line["contact"] == {"email": "z@voorbeeld.nl"}
    _, visit = call(*at, "registrations", "--all")
    assert (visit["number"], visit["verdict"], visit["rule"]) == (None, "refused", "card.expired")
    counts = call(*at, "statistics")
    assert {(c["outcome"], c["rule"], c["count"]) for c in counts} == {
        ("accepted", "", 1),
        ("refused", "card.expired", 1),
    }
    (ended,) = call(*at, "registrations", "--end", number)
    assert ended["delete_by"].startswith("2028-01-01")
    call(*at, "registrations", "--end", number, expect=7)
    (line,) = call(*at, "registrations")
    assert line["state"] == "ended"
    (purged,) = call(*at, "purge")
    assert purged["registrations"] == 0
    assert call(*at, "requests") == []
    call(*at, "answer", "nobody", "--state", "done", expect=7)


def test_check_a_receipt_and_a_card(home: VerifierHome, tmp_path: Path) -> None:
    answer, _ = attempt(home)
    at = ("--home", str(home.home), "--json")
    file = tmp_path / "receipt.jwt"
    file.write_text(answer.body["receipt"])
    (told,) = call(*at, "check", str(file))
    assert told["type"] == "disclosure-receipt+jwt"
    assert told["signed_by"] == "Woonstichting Voorbeeldwonen"
    assert "persoonsgegevens:given_name" in told["kept"]
    file.write_text(home.maker.card("woonadres").compact)
    (told,) = call(*at, "check", str(file))
    assert (told["kind"], told["signed_by"]) == ("woonadres", "Gemeente Voorbeeldstad")
    assert "5281AA" not in json.dumps(told)
    file.write_text(answer.body["receipt"][:-6] + "AAAAAA")
    call(*at, "check", str(file), expect=5)


def test_sentences_for_people(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["--home", str(tmp_path), "--lang", "nl", "serve"])
    assert done.exit_code == 4
    assert "Hier staat nog geen verifier" in done.stderr
    assert "hint: Begin met: regie-verifier init" in done.stderr
    done = CliRunner().invoke(cli, ["--home", str(tmp_path), "--lang", "en", "sync"])
    assert "no verifier here yet" in done.stderr


def test_version_names_the_standards() -> None:
    done = CliRunner().invoke(cli, ["--version"])
    assert "OpenID4VP 1.0" in done.stdout
