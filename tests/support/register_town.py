"""A register in a folder with the parties of the town, its commands, and what it published."""

import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from support.registerfiles import FOLDER
from support.registrar_command import Command
from support.scheme import ISSUER, NOW, VERIFIER, VOORBEELDSTAD, VOORBEELDWONEN

NAMES = [f"{VOORBEELDSTAD}.{role}" for role in ("card", "status", "access")]


class Town:
    """A published register in a folder, with its files to edit."""

    def __init__(self, command: Command, folder) -> None:
        self.command, self.home, self.tree = command, folder / "R", folder / "tree"
        self.csr = folder / "csr"
        self.csr.mkdir()

    def run(self, *words, code=0):
        return self.command.run("--home", self.home, *words, code=code)[0]

    def lines(self, *words, code=0):
        out, _ = self.command.run("--home", self.home, "--json", *words, code=code)
        found = [json.loads(line) for line in out.splitlines()]
        assert all(one["version"] == 1 for one in found)
        return found

    def add(self, role, name, **values):
        settings = [word for one in values.items() for word in ("--set", "=".join(one))]
        self.run(f"add-{role}", FOLDER / f"{name}.toml", "--csr", self.csr, *settings)

    def request(self, *names):
        for name in names:
            made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
            key = ec.generate_private_key(ec.SECP256R1())
            pem = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
            (self.csr / f"{name}.csr").write_bytes(pem)

    def publish(self):
        self.run("publish", "--to", self.tree)

    def edit(self, name, old, new):
        file = self.home / "parties" / f"{name}.toml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")


def begun(folder, capsys, monkeypatch) -> Town:
    """One with a municipality and a corporation, nothing published yet."""
    made = Town(Command(capsys, monkeypatch, NOW), folder)
    made.run("init", "--test")
    made.request(*NAMES, "inschrijving.access")
    made.add("issuer", VOORBEELDSTAD, issuer=ISSUER)
    made.add("verifier", VOORBEELDWONEN, verifier=VERIFIER)
    return made
