"""What `doctor` says of profiles and amounts: who is refused, by which member, and what is coming."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.verifier_home import VerifierHome

from verifier.cli.main import cli
from verifier.cli.setup import DEFAULT_PROFILES
from verifier.decisions import SHIPPED, amounts
from verifier.service import doctor
from verifier.service.doctor import Finding, Level
from verifier.texts import LANGUAGES


def findings(home: VerifierHome, check: str, day: str | None = None) -> list[Finding]:
    now = (
        home.clock.at
        if day is None
        else int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    )
    return [one for one in doctor.examine(home.home, now) if one.check == check]


@pytest.mark.spec("Architecture", "Verifier", "doctor names the profile and the member")
@pytest.mark.parametrize(
    ("old", "new", "code", "member"),
    [
        ('basis = "6.1.b"', 'basis = "6.1.a"', "profile.basis", "basis"),
        ('duration = "P2Y"', 'duration = "P9Y"', "profile.retention_longer", "retention.duration"),
        (
            'starts = "end_of_registration"',
            'starts = "end_of_tenancy"',
            "profile.retention_longer",
            "retention.starts",
        ),
    ],
)
def test_a_profile_beyond_its_registration(
    home: VerifierHome, old: str, new: str, code: str, member: str
) -> None:
    file = home.home / "profiles" / "inschrijven.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1))
    found = findings(home, "profiles")
    (fault,) = [one for one in found if one.level is Level.FAULT]
    assert fault.code == code
    for lang in LANGUAGES:
        assert "inschrijven" in fault.sentence(lang)
        assert member in fault.sentence(lang)
    # One fault does not hide that the others are in order.
    assert len(found) == len(DEFAULT_PROFILES)


@pytest.mark.spec("Regie domain", "2.2", "missing amounts are told a month before they are needed")
@pytest.mark.parametrize(
    ("day", "level", "code"),
    [
        ("2026-01-01", Level.OK, "amounts"),
        ("2026-11-29", Level.OK, "amounts"),
        ("2026-12-01", Level.WARNING, "amounts_soon"),
        ("2026-12-31", Level.WARNING, "amounts_soon"),
        ("2027-01-01", Level.WARNING, "amounts_none"),
    ],
)
def test_amounts(home: VerifierHome, day: str, level: Level, code: str) -> None:
    (found,) = findings(home, "amounts", day)
    assert (found.level, found.code) == (level, code)
    for lang in LANGUAGES:
        assert ("suitable_income_single" in found.sentence(lang)) is (level is not Level.OK)


def test_an_amounts_file_that_is_wrong(home: VerifierHome) -> None:
    (home.home / amounts.FILE).write_text("[[amount]]\nname = 'daeb_rent'\n")
    (found,) = findings(home, "amounts")
    assert (found.level, found.code) == (Level.FAULT, "amounts.value")
    assert "daeb_rent" in found.sentence("nl")


def test_a_new_home_has_the_profiles_and_the_amounts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    arguments = ["--home", str(home), "init", "--base-url", "https://localhost:9443"]
    done = CliRunner().invoke(
        cli, [*arguments, "--mirror", str(tmp_path), "--fingerprint", "00" * 32]
    )
    assert done.exit_code == 0, done.output
    assert {file.stem for file in (home / "profiles").glob("*.toml")} == set(DEFAULT_PROFILES)
    assert amounts.load(home) == SHIPPED
