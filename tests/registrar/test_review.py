"""The register as a git repository: laid out, reviewed without keys, refused with file and line."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from support.registerfiles import FOLDER, TEST, changed, files
from support.scheme import GRIJPGRAAG, NOW, VOORBEELDWONEN

from credential.names import KINDS
from registrar import cli, clock, lint, register
from registrar.ledger import CertificateRecord, Ledger, RegistrationRecord
from registrar.lint import dates

DAY = 86_400
RIGHTS = """
category = "rechten"
privacy_policy = "https://grijpgraag.example/privacy"
recipients = []
purpose.nl = "Nagaan wie een privacyrecht gebruikt"
purpose.en = "Checking that it is you, when you use a privacy right"
retention = { duration = "P1M", starts = "decision", text.nl = "Een maand", text.en = "A month" }
rights = { uri = "{verifier}/rights" }
legal_basis = [{ gdpr = "6.1.c", law.nl = "AVG 12", law.en = "GDPR 12" }]
card = [{ kind = "persoonsgegevens", required = ["housing_pseudonym"] }]
"""


class Command:
    """`regie-registrar` on one folder."""

    def __init__(self, home: Path, capsys, monkeypatch) -> None:
        self.home, self.capsys, self.monkeypatch = home, capsys, monkeypatch
        monkeypatch.setattr(clock, "now", lambda: NOW)
        monkeypatch.delenv("REGIE_LANG", raising=False)

    def run(self, *words: object, code: int = 0) -> tuple[str, str]:
        line = ["regie-registrar", "--home", str(self.home), *map(str, words)]
        self.monkeypatch.setattr("sys.argv", line)
        try:
            cli.main()
            left = 0
        except SystemExit as leaving:
            left = int(leaving.code or 0)
        out, err = self.capsys.readouterr()
        assert left == code, (left, out, err)
        return out, err

    def data(self, *words: object, code: int = 0) -> list[dict]:
        return [json.loads(line) for line in self.run(*words, "--json", code=code)[0].splitlines()]


@pytest.fixture
def command(tmp_path, capsys, monkeypatch):
    return Command(tmp_path / "R", capsys, monkeypatch)


def write(home: Path, found: dict[str, bytes]) -> None:
    for name, data in found.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(data)


def git(home: Path, *words: str) -> list[str]:
    made = subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.nl", *words],
        cwd=home,
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.splitlines()


@pytest.mark.spec("Regie trust", "9.1", "the folder is a git repository without secrets")
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_what_git_keeps_is_no_secret(command):
    command.run("init", "--test")
    home = command.home
    git(home, "init", "-q")
    git(home, "add", "-A")
    kept = git(home, "ls-files")
    assert {"README.md", ".gitignore", "scheme.toml", "ledger.json"} <= set(kept)
    assert {f"kinds/{kind}.toml" for kind in KINDS} <= set(kept)
    secret = {str(file.relative_to(home)) for file in home.rglob("*.key")}
    assert secret
    assert not secret & set(kept)
    for name in kept:
        assert b"PRIVATE KEY" not in (home / name).read_bytes(), name


@pytest.mark.spec("Regie trust", "9.2", "a review needs no keys")
def test_a_clone_without_keys_is_reviewed(command):
    write(command.home, files())
    out, _ = command.run("lint")
    assert out == "Niets gevonden.\n"


def test_file_and_line_and_how_to_mend_it(command):
    text = changed(VOORBEELDWONEN, 'duration = "P1Y"', 'duration = "een jaar"')
    text = text.replace('optional = ["municipality_code"]', 'optional = ["address"]', 1)
    write(command.home, files(woonstichting_voorbeeldwonen=text))
    lines = text.splitlines()
    wrong = next(number for number, line in enumerate(lines, 1) if "een jaar" in line)
    broad = next(number for number, line in enumerate(lines, 1) if 'optional = ["address"]' in line)
    out, _ = command.run("lint", code=2)
    place = f"parties/{VOORBEELDWONEN}.toml"
    assert f"{place}:{wrong}: fout: De bewaartermijn is geen termijn: een jaar.\n    " in out
    assert f"{place}:{broad}: advies: " in out
    out, _ = command.run("--lang", "en", "lint", "--github", code=2)
    assert f"::error file={place},line={wrong},title=party.duration::The retention" in out
    assert f"::warning file={place},line={broad},title=lint.more_than_least::" in out
    found = command.data("lint", code=2)
    assert {(one["code"], one["level"], one["file"], one["line"]) for one in found} == {
        ("party.duration", "error", place, wrong),
        ("lint.more_than_least", "advice", place, broad),
    }
    assert all(one["version"] == 1 and one["text"] and one["mend"] for one in found)


def test_advice_alone_ends_well(command):
    text = changed(VOORBEELDWONEN, 'optional = ["municipality_code"]', 'optional = ["address"]')
    write(command.home, files(woonstichting_voorbeeldwonen=text))
    [one] = command.data("lint", code=0)
    assert one["level"] == "advice"


def test_what_a_file_says_reaches_no_terminal(command):
    text = changed(VOORBEELDWONEN, 'duration = "P1Y"', 'duration = "\\u001b[2J\\u202e"')
    text = text.replace('name = "Woon', 'x"\n"\\u001b]0;x\\u0007" = 1\nname = "Woon', 1)
    text = text.replace('x"\n"\\u001b', '"\\u001b', 1)
    write(command.home, files(woonstichting_voorbeeldwonen=text))
    for words in (("lint",), ("lint", "--github"), ("lint", "--json")):
        out, err = command.run(*words, code=2)
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err


def test_a_purpose_is_added_from_a_file_of_its_own(command, tmp_path):
    command.run("init", "--test")
    given = tmp_path / "given"
    (given / GRIJPGRAAG / "uses").mkdir(parents=True)
    main = given / f"{GRIJPGRAAG}.toml"
    main.write_bytes((FOLDER / f"{GRIJPGRAAG}.toml").read_bytes())
    (given / GRIJPGRAAG / "uses" / "inschrijving.rechten.toml").write_text(RIGHTS, "utf-8")
    add = ["add-verifier", main, "--csr", tmp_path, "--set", "verifier=https://localhost:8443"]
    _, err = command.run(*add, code=2)
    assert "inschrijving.access" in err, "refused for want of a request, not for the files"
    make_request(tmp_path / "inschrijving.access.csr")
    command.run(*add)
    kept = command.home / "parties" / GRIJPGRAAG / "uses" / "inschrijving.rechten.toml"
    assert "https://localhost:8443/rights" in kept.read_text("utf-8")
    [party] = register_of(command.home).parties
    assert [one.id for one in party.services[0].intended_uses] == ["inschrijven", "rechten"]
    # Given again without its purposes, what stands in the register stays.
    shutil.rmtree(given / GRIJPGRAAG)
    command.run(*add)
    assert register_of(command.home).parties == (party,)
    main.write_text(main.read_text("utf-8").replace('id = "inschrijven"', 'id = "rechten"'))
    _, err = command.run(*add, code=2)
    assert "Twee doelen van deze partij heten hetzelfde" in err


def test_every_fault_of_a_file_that_is_added(command, tmp_path):
    command.run("init", "--test")
    text = changed(VOORBEELDWONEN, '"NTRNL-90000001"', '"90000001"')
    file = tmp_path / "nieuw.toml"
    file.write_text(text.replace('gdpr = "6.1.f"', 'gdpr = "6.1"'), "utf-8")
    out, err = command.run("add-verifier", file, "--csr", tmp_path, code=2)
    assert out + err != ""
    assert "nieuw.toml:5: fout: " in out + err
    assert "grondslag" in out + err
    file.write_bytes(b"\xff\xfe")
    _, err = command.run("add-verifier", file, "--csr", tmp_path, code=2)
    assert "niet te lezen" in err


def test_certificates_that_end_soon_are_advice():
    found = register.read(files())

    def records(end, registered):
        one = CertificateRecord("aa", 1, "verifier-access", VOORBEELDWONEN, "x.access", end)
        other = RegistrationRecord("bb", 0, VOORBEELDWONEN, "inschrijving", "woonduur", registered)
        ledger = Ledger().with_certificate(one, NOW).with_registration(other)
        return [(finding.code, finding.level) for finding in dates.check(found, ledger, now=NOW)]

    assert records(NOW + 31 * DAY, NOW + 31 * DAY) == []
    assert records(NOW + 29 * DAY, NOW - 1) == [
        ("lint.certificate_ends", "advice"),
        ("lint.certificate_ended", "advice"),
    ]
    own = [*dates.own([("root", NOW + 400 * DAY), ("card", NOW)], now=NOW)]
    assert [(one.code, one.where) for one in own] == [("lint.own_ended", "card")]
    assert lint.check(found, now=NOW) == []


def register_of(home: Path):
    from registrar.home import Home

    return Home(home).register()


def make_request(target: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    key = ec.generate_private_key(ec.SECP256R1())
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    target.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))


@pytest.mark.spec("Regie trust", "9.4", "a made-up number is found before certificates carry it")
def test_a_real_scheme_does_not_begin_with_a_number_of_a_test(command, tmp_path):
    file = tmp_path / "scheme.toml"
    file.write_text(TEST.replace("development = true", "development = false"), "utf-8")
    for words in (("init",), ("root", "init", "--root", tmp_path / "root")):
        _, err = command.run(*words, "--scheme", file, code=2)
        assert "scheme.toml:4: fout: scheme.toml heeft een verzonnen OIN" in err
    assert not command.home.exists()
