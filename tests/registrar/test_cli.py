"""`regie-registrar` end to end: a scheme from nothing, published, reviewed, taken back."""

import json
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from support.registerfiles import no_test

from credential import registration, snapshot
from registrar import cli, clock, config

EXAMPLES = Path(__file__).parents[2] / "examples" / "town" / "scheme"
NOW = 1_767_225_600
DAY = 86_400
ISSUER_NAMES = [f"gemeente-voorbeeldstad.{role}" for role in ("card", "status", "access")]


class Town:
    """A registrar in a folder, driven by its command."""

    def __init__(self, folder: Path, capsys, monkeypatch) -> None:
        self.folder, self.capsys, self.monkeypatch = folder, capsys, monkeypatch
        self.home, self.tree, self.csr = folder / "R", folder / "tree", folder / "csr"
        self.csr.mkdir()
        self.fingerprint = ""
        self.at(NOW)

    def at(self, now: int) -> None:
        self.now = now
        self.monkeypatch.setattr(clock, "now", lambda: now)

    def run(self, *words: str, code: int = 0) -> tuple[str, str]:
        self.monkeypatch.setattr(
            "sys.argv", ["regie-registrar", "--home", str(self.home), *map(str, words)]
        )
        try:
            cli.main()
            left = 0
        except SystemExit as leaving:
            left = int(leaving.code or 0)
        out, err = self.capsys.readouterr()
        assert left == code, (left, out, err)
        return out, err

    def data(self, *words: str, code: int = 0) -> list[dict]:
        out, _ = self.run(*words, "--json", code=code)
        lines = [json.loads(line) for line in out.splitlines()]
        assert all(line["version"] == 1 for line in lines)
        return lines

    def request(self, *names: str) -> None:
        for name in names:
            key = ec.generate_private_key(ec.SECP256R1())
            subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "doet er niet toe")])
            made = x509.CertificateSigningRequestBuilder().subject_name(subject)
            pem = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
            (self.csr / f"{name}.csr").write_bytes(pem)

    def settle(self) -> None:
        """Two parties, ready to publish."""
        self.fingerprint = self.data("init", "--test")[0]["fingerprint"]
        self.request(*ISSUER_NAMES, "inschrijving.access")
        self.add("issuer", "gemeente-voorbeeldstad", issuer="https://localhost:8441")
        self.add("verifier", "woonstichting-voorbeeldwonen", verifier="https://localhost:8442")

    def add(self, role: str, name: str, code: int = 0, **values: str) -> tuple[str, str]:
        settings = [word for one in values.items() for word in ("--set", "=".join(one))]
        file = EXAMPLES / f"{name}.toml"
        return self.run(f"add-{role}", str(file), "--csr", str(self.csr), *settings, code=code)

    def publish(self) -> dict:
        return self.data("publish", "--late", "--to", str(self.tree))[0]

    def open(self):
        return snapshot.open_scheme(
            lambda path: (self.tree / path).read_bytes(),
            fingerprint=bytes.fromhex(self.fingerprint),
            floor=0,
            now=self.now,
        )

    def handed(self, party: str, file: str) -> bytes:
        return (self.home / "certificates" / party / file).read_bytes()


@pytest.fixture
def town(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("REGIE_PASSPHRASE", raising=False)
    monkeypatch.delenv("REGIE_LANG", raising=False)
    return Town(tmp_path, capsys, monkeypatch)


def test_a_scheme_from_nothing(town):
    town.settle()
    done = town.publish()
    assert done["sequence"] == 1
    assert done["fingerprint"] == town.fingerprint
    trust = town.open()
    assert [one.name for one in trust.issuers] == ["Gemeente Voorbeeldstad"]
    pem = town.handed("woonstichting-voorbeeldwonen", "access.pem")
    der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    leaf = trust.verifier_leaf((der,), NOW)
    compact = town.handed("woonstichting-voorbeeldwonen", "registration/inschrijven.jwt").decode()
    found = registration.verify_registration(compact, trust, now=NOW, leaf=leaf)
    assert found.rights.uri == "https://localhost:8442/rights"
    party = json.loads(town.handed("gemeente-voorbeeldstad", "party.json"))
    assert party["oin"] == "00000099000000001000"
    assert party["status_prefix"] == "https://localhost:8441/0599/status/"
    assert party["development"] is True
    for role in ("card", "status", "access"):
        asked = x509.load_pem_x509_csr(
            (town.csr / f"gemeente-voorbeeldstad.{role}.csr").read_bytes()
        )
        given = x509.load_pem_x509_certificate(town.handed("gemeente-voorbeeldstad", f"{role}.pem"))
        assert given.public_key() == asked.public_key()
        assert given.subject != asked.subject


def test_a_test_town_gets_https(town):
    town.run("init", "--test")
    tls = town.home / "tls"
    authority = x509.load_pem_x509_certificate((tls / "ca.pem").read_bytes())
    server = x509.load_pem_x509_certificate((tls / "server.pem").read_bytes())
    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert "127.0.0.1" in map(str, names.get_values_for_type(x509.IPAddress))
    key = load_pem_private_key((tls / "server.key").read_bytes(), None)
    assert key.public_key() == server.public_key()


def test_keys_are_for_nobody_else(town):
    town.run("init", "--test")
    for file in [*(town.home / "keys").iterdir(), town.home / "tls" / "server.key"]:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_publishing_again_keeps_what_is_still_good(town):
    town.settle()
    town.publish()
    before = {file: file.read_bytes() for file in (town.home / "certificates").rglob("*.*")}
    town.at(NOW + DAY)
    assert town.publish()["sequence"] == 2
    assert before == {file: file.read_bytes() for file in (town.home / "certificates").rglob("*.*")}
    assert town.open().sequence == 2
    assert (town.tree / "snapshots" / "1.jws").is_file()


def test_what_runs_out_is_renewed(town):
    town.settle()
    town.publish()
    name = "woonstichting-voorbeeldwonen"
    access, use = (
        town.handed(name, "access.pem"),
        town.handed(name, "registration/inschrijven.jwt"),
    )
    town.at(NOW + 125 * DAY)
    town.publish()
    assert town.handed(name, "access.pem") == access
    assert town.handed(name, "registration/inschrijven.jwt") != use
    town.at(NOW + 250 * DAY)
    town.publish()
    assert town.handed(name, "access.pem") != access
    assert town.open()


def test_a_changed_file_changes_the_registration(town):
    town.settle()
    town.publish()
    name = "woonstichting-voorbeeldwonen"
    use, other = (
        town.handed(name, f"registration/{one}.jwt") for one in ("inschrijven", "rechten")
    )
    file = town.home / "parties" / f"{name}.toml"
    file.write_text(
        file.read_text("utf-8").replace("Inschrijven als woningzoekende", "Iets anders"),
        "utf-8",
    )
    town.publish()
    assert town.handed(name, "registration/inschrijven.jwt") != use
    assert town.handed(name, "registration/rechten.jwt") == other


@pytest.mark.spec("Regie formats", "8", "revoked certificates and registrations are in it")
def test_a_party_that_is_taken_back_stays_taken_back(town):
    town.settle()
    town.publish()
    name = "woonstichting-voorbeeldwonen"
    revoked = town.data("revoke", name)[0]["revoked"]
    assert len(revoked) == 7
    before = town.handed(name, "access.pem")
    for _ in range(2):
        town.publish()
        trust = town.open()
        fingerprint = x509.load_pem_x509_certificate(before).fingerprint(hashes.SHA256()).hex()
        assert fingerprint in trust.revoked_certificates
        assert len(trust.revoked_registrations) == 6
        # The same key and the same words are not certified again behind everybody's back.
        assert town.handed(name, "access.pem") == before
    assert town.data("lint", str(town.tree)) == []
    out, err = town.run("revoke", name, code=7)
    assert out == ""
    assert "is al ingetrokken" in err
    # A new request with a new key is a new decision.
    town.request("inschrijving.access")
    town.add("verifier", name, verifier="https://localhost:8442")
    town.publish()
    assert town.handed(name, "access.pem") != before


def test_one_registration_is_taken_back_by_its_hash(town):
    town.settle()
    town.publish()
    ledger = json.loads((town.home / "ledger.json").read_bytes())
    one = next(item for item in ledger["registrations"] if item.get("use") == "toewijzing")
    assert town.data("revoke", one["sha256"])[0]["revoked"] == [one["sha256"]]
    town.publish()
    assert town.open().revoked_registrations == {one["sha256"]}
    assert town.data("lint", str(town.tree)) == []
    # Another address for all registrations is no reason to make it anew; a word of somebody is.
    name = "registration/toewijzing.jwt"
    party, file = "woonstichting-voorbeeldwonen", town.home / "scheme.toml"
    before = town.handed(party, name)
    file.write_text(file.read_text().replace("/policy", "/policies"))
    assert town.publish()["waiting"] == [f"{party}/{name}"]
    assert town.handed(party, name) == before
    _, err = town.run("revoke", "--undo", "00" * 32, code=7)
    assert "met de hand ingetrokken" in err
    assert town.data("revoke", "--undo", party)[0]["released"] == [one["sha256"]]
    assert town.publish()["waiting"] == []
    assert town.handed(party, name) != before
    assert town.open().revoked_registrations >= {one["sha256"]}
    assert town.data("lint", str(town.tree)) == []


def test_nothing_is_published_while_lint_finds_something(town):
    town.settle()
    file = town.home / "parties" / "woonstichting-voorbeeldwonen.toml"
    file.write_text(
        file.read_text("utf-8").replace("housing_residence_right", "verblijfstitel"), "utf-8"
    )
    found = town.data("lint", code=2)
    assert {one["code"] for one in found} == {"lint.claim_unknown"}
    _, err = town.run("publish", "--to", str(town.tree), code=2)
    assert "hint:" in err
    assert not town.tree.exists()


def test_doctor_says_how_long_everything_lasts(town):
    town.settle()
    none = {one["name"]: one["code"] for one in town.data("doctor", code=8)}
    assert none["Gemeente Voorbeeldstad"] == "party_none"
    town.publish()
    found = {one["name"]: one for one in town.data("doctor")}
    assert found["Gemeente Voorbeeldstad"]["count"] == 3
    assert not found["root"]["soon"]
    town.at(NOW + 340 * DAY)
    found = {one["name"]: one for one in town.data("doctor", code=5)}
    assert found["Gemeente Voorbeeldstad"]["soon"]
    assert "geldt tot" in town.run("doctor", code=5)[0]


def test_what_is_missing_is_named(town):
    _, err = town.run("publish", "--to", str(town.tree), code=4)
    assert "hint: Begin met" in err
    town.run("init", "--test")
    assert town.run("init", "--test", code=4)[1].startswith("In ")
    _, err = town.add("issuer", "gemeente-voorbeeldstad", code=2)
    assert "--set issuer=" in err
    _, err = town.add("issuer", "gemeente-voorbeeldstad", code=2, issuer="https://localhost:1")
    assert "gemeente-voorbeeldstad.card" in err
    _, err = town.add("issuer", "woonstichting-grijpgraag", code=2, verifier="https://localhost:1")
    assert "geen uitgever" in err
    _, err = town.run(
        "--lang", "en", "add-verifier", str(EXAMPLES / "gemeente-westhove.toml"),
        "--csr", str(town.csr), "--set", "issuer=https://localhost:1", code=2,
    )  # fmt: skip
    assert "asks for no data" in err
    _, err = town.run(
        "add-issuer", str(EXAMPLES / "gemeente-westhove.toml"),
        "--csr", str(town.csr), "--set", "issuer", code=2,
    )  # fmt: skip
    assert "naam=waarde" in err


def test_a_request_must_prove_its_key(town):
    town.run("init", "--test")
    town.request("inschrijving.access")
    file = town.csr / "inschrijving.access.csr"
    der = x509.load_pem_x509_csr(file.read_bytes()).public_bytes(Encoding.DER)
    forged = x509.load_der_x509_csr(der[:-1] + bytes([der[-1] ^ 1]))
    file.write_bytes(forged.public_bytes(Encoding.PEM))
    values = {"verifier": "https://localhost:8442"}
    _, err = town.add("verifier", "woonstichting-voorbeeldwonen", code=5, **values)
    assert "bewijst niet" in err
    file.write_bytes(b"geen aanvraag")
    _, err = town.add("verifier", "woonstichting-voorbeeldwonen", code=5, **values)
    assert "niet te lezen" in err
    other = ec.generate_private_key(ec.SECP384R1())
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    file.write_bytes(made.sign(other, hashes.SHA256()).public_bytes(Encoding.PEM))
    _, err = town.add("verifier", "woonstichting-voorbeeldwonen", code=5, **values)
    assert "P-256" in err


def test_a_real_scheme_keeps_its_keys_behind_a_passphrase(town, tmp_path):
    town.run("init", code=2)
    scheme = tmp_path / "scheme.toml"
    text = config.TEST_SCHEME.replace("{registry}", "https://register.example")
    scheme.write_text(no_test(text), "utf-8")
    _, err = town.run("init", "--scheme", str(scheme), code=2)
    assert "achter een wachtwoord" in err
    secret = tmp_path / "secret"
    secret.write_text("vijf woorden die niemand raadt\n", "utf-8")
    secret.chmod(0o644)
    _, err = town.run("--passphrase-file", str(secret), "init", "--scheme", str(scheme), code=2)
    assert "leesbaar voor anderen" in err
    secret.chmod(0o600)
    words = ("--passphrase-file", str(secret))
    town.run(*words, "init", "--scheme", str(scheme))
    assert b"ENCRYPTED" in (town.home / "keys" / "card.key").read_bytes()
    assert not (town.home / "keys" / "root.key").exists()
    _, err = town.run(*words, "publish", "--to", str(town.tree), code=4)
    assert "request.json" in err
    root, answer = str(tmp_path / "root"), str(tmp_path / "answer.json")
    made = town.data(*words, "root", "init", "--root", root, "--scheme", str(scheme))[0]
    request = str(town.home / "request.json")
    town.run(*words, "root", "sign", request, "--root", root, "--out", answer)
    town.run(*words, "install", answer, "--fingerprint", made["fingerprint"])
    _, err = town.run("publish", "--to", str(town.tree), code=2)
    assert "niet te openen" in err
    town.run(*words, "publish", "--to", str(town.tree))
    town.fingerprint = town.data(*words, "publish", "--to", town.tree)[0]["fingerprint"]
    assert town.fingerprint == made["fingerprint"]
    assert not [*town.open().issuers]
    assert not (town.home / "tls").exists()


def test_two_commands_do_not_write_at_once(town):
    town.run("init", "--test")
    from registrar.home import Home

    with Home(town.home).locked():
        _, err = town.run("publish", "--to", str(town.tree), code=4)
    assert "ander commando" in err


def test_the_version_names_the_standards(town):
    out, _ = town.run("--version")
    assert out.startswith("regie-registrar ")
    assert "TS 119 602" in out
