"""A wallet provider joins the scheme: its file, its request, its certificate, its role."""

import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from support.scheme import NOW, REGISTRY, WALLETAANBIEDER, build, example_party

from credential.errors import NotTrusted
from registrar import cli, clock, config, lint, parties, register
from registrar.errors import BadInput

FILE = Path(__file__).parents[2] / "examples" / "town" / "scheme" / f"{WALLETAANBIEDER}.toml"
NAME = f"{WALLETAANBIEDER}.attestation"


def run(home: Path, monkeypatch, *words: str) -> int:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr("sys.argv", ["regie-registrar", "--home", str(home), *map(str, words)])
    try:
        cli.main()
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


@pytest.fixture
def csr(tmp_path: Path) -> Path:
    folder = tmp_path / "csr"
    folder.mkdir()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "doet er niet toe")])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject)
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / f"{NAME}.csr").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return folder


@pytest.mark.spec("Regie trust", "4.3", "a wallet provider has its own authority")
def test_from_request_to_certificate(tmp_path, csr, monkeypatch, capsys):
    home = tmp_path / "R"
    assert run(home, monkeypatch, "init", "--test") == 0
    assert run(home, monkeypatch, "add-wallet-provider", FILE, "--csr", csr) == 0
    assert run(home, monkeypatch, "lint") == 0
    capsys.readouterr()
    assert run(home, monkeypatch, "publish", "--to", tmp_path / "tree", "--json") == 0
    [done] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    folder = Path(done["certificates"][WALLETAANBIEDER])
    assert {file.name for file in folder.iterdir()} == {"attestation.pem", "party.json"}
    made = x509.load_pem_x509_certificate((folder / "attestation.pem").read_bytes())
    authority = x509.load_der_x509_certificate(
        (tmp_path / "tree" / "ca" / "wallet-provider.cer").read_bytes()
    )
    assert made.issuer == authority.subject
    made.verify_directly_issued_by(authority)


def test_its_leaf_vouches_for_wallets_and_for_nothing_else():
    scheme = build()
    chain = scheme.wallet_provider().x5c
    trust = scheme.publish()
    assert trust.wallet_provider_leaf(chain, NOW).organization == "Walletaanbieder Voorbeeld"
    for judge in (trust.issuer_leaf, trust.verifier_leaf, trust.registration_signer):
        with pytest.raises(NotTrusted):
            judge(chain, NOW)
    assert len(trust.issuers) == 2


@pytest.mark.spec("Regie formats", "8", "a wallet provider that is taken back vouches no more")
def test_taken_back():
    scheme = build()
    chain = scheme.wallet_provider().x5c
    scheme.publish()
    trust = scheme.revoke(WALLETAANBIEDER)
    with pytest.raises(NotTrusted, match=r"trust\.certificate_revoked"):
        trust.wallet_provider_leaf(chain, NOW)


@pytest.mark.parametrize("command", ["add-issuer", "add-verifier"])
def test_it_is_added_as_what_it_is(tmp_path, csr, monkeypatch, capsys, command):
    home = tmp_path / "R"
    run(home, monkeypatch, "init", "--test")
    assert run(home, monkeypatch, command, FILE, "--csr", csr) == 2


def test_who_states_no_such_thing_is_not_added_as_one(tmp_path, csr, monkeypatch, capsys):
    home = tmp_path / "R"
    run(home, monkeypatch, "init", "--test")
    other = FILE.with_name("woonstichting-voorbeeldwonen.toml")
    settings = [f"--set={name}=https://localhost:1" for name in ("issuer", "verifier", "mirror")]
    assert run(home, monkeypatch, "add-wallet-provider", other, "--csr", csr, *settings) == 2


def test_without_its_request(tmp_path, monkeypatch, capsys):
    home, empty = tmp_path / "R", tmp_path / "empty"
    empty.mkdir()
    run(home, monkeypatch, "init", "--test")
    assert run(home, monkeypatch, "add-wallet-provider", FILE, "--csr", empty) == 2
    assert NAME in capsys.readouterr().err


@pytest.mark.parametrize("line", ['hosts = ["https://localhost"]', "hosts = []", 'name = ""'])
def test_a_malformed_statement(line):
    text = FILE.read_text("utf-8")
    head, table = text.split("[wallet_provider]\n")
    key = line.partition(" ")[0]
    kept = [one for one in table.splitlines() if not one.startswith(key)]
    with pytest.raises(BadInput):
        parties.parse("\n".join([head, "[wallet_provider]", *kept, line]), "x.toml")


def linted(party):
    scheme = config.parse(config.TEST_SCHEME.replace("{registry}", REGISTRY))
    return [one.code for one in lint.check(register.of([party], scheme), now=NOW)]


def test_lint_reads_its_addresses():
    import dataclasses

    party = example_party(WALLETAANBIEDER)
    assert linted(party) == []
    provider = party.wallet_provider
    assert provider is not None
    wrong = dataclasses.replace(provider, privacy_policy="http://x", name="Wal\u202elet")
    found = linted(dataclasses.replace(party, wallet_provider=wrong))
    assert found == ["lint.unreadable", "lint.unreadable"]
