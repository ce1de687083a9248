"""`root` and `install`: what is carried to the safe and back, and what is refused on both sides."""

import hashlib
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import load_der_x509_certificate
from support.operator import DAY, NOW, SCHEME
from support.registerfiles import no_test
from support.registrar_command import Command

from credential import jose
from registrar import own, papers, safe
from registrar.service import keys


class Both:
    """A register and a root on two machines, and the medium between them."""

    def __init__(self, folder, command: Command) -> None:
        self.command = command
        self.home, self.root = folder / "home", folder / "root"
        self.settings, self.carried = folder / "scheme.toml", folder / "stick" / "answer.json"
        self.carried.parent.mkdir()
        self.settings.write_text(SCHEME)

    def register(self, *words, **more):
        return self.command.data("--home", self.home, *words, **more)

    def refused(self, *words, code=5, language="en"):
        _, said = self.command.run("--lang", language, "--home", self.home, *words, code=code)
        assert "\nhint: " in said, said
        return said

    @property
    def request(self):
        return self.home / "request.json"

    def begin(self) -> dict:
        self.register("init", "--scheme", self.settings)
        return self.command.data("root", "init", "--root", self.root, "--scheme", self.settings)

    def sign(self, **more) -> dict:
        return self.command.data(
            "root", "sign", self.request, "--root", self.root, "--out", self.carried, **more
        )


@pytest.fixture
def both(tmp_path, capsys, monkeypatch):
    return Both(tmp_path, Command(capsys, monkeypatch, NOW))


@pytest.mark.spec("Architecture", "Trust", "the root is made and signs on a machine of its own")
def test_a_register_begins_with_a_root_elsewhere(both):
    made = both.begin()
    assert "no certificates" in both.refused("publish", "--to", both.home.parent / "tree", code=4)
    signed = both.sign()
    assert sorted(signed["fresh"]) == sorted(own.ROOTED)
    both.refused("install", both.carried, code=2)
    done = both.register("install", both.carried, "--fingerprint", made["words"])
    assert done["fingerprint"] == made["fingerprint"]
    assert not both.request.exists()
    assert both.register("publish", "--to", both.home.parent / "tree")["sequence"] == 1
    # The root's key was never where the register is, and the register's never at the root.
    assert not (both.home / "keys" / "root.key").exists()
    assert [file.name for file in (both.root / "keys").iterdir()] == ["root.key"]
    shown = both.command.data("root", "show", "--root", both.root)
    assert shown["certified"] == signed["certified"]


def test_the_words_of_the_request_are_said_and_said_again(both):
    words = ("--lang", "en", "--home", both.home, "init", "--scheme", both.settings)
    first, _ = both.command.run(*words)
    spoken = papers.spoken(hashlib.sha256(both.request.read_bytes()).digest())
    assert f"request.json, to read aloud: {spoken}" in first
    assert both.command.run(*words)[0] == first
    # Cut off between the settings and the request: the same keys are asked for.
    made = json.loads(both.request.read_bytes())["wanted"]
    both.request.unlink()
    assert both.register("init", "--scheme", both.settings)["file"] == str(both.request)
    assert json.loads(both.request.read_bytes())["wanted"].keys() == made.keys()
    # Another scheme, and a register that was answered, are no place to begin.
    other = both.settings.with_name("other.toml")
    other.write_text(SCHEME.replace("Stelselbeheerder Regie", "Een ander"))
    assert "a register" in both.refused("init", "--scheme", other, code=4)
    made = both.command.data("root", "init", "--root", both.root, "--scheme", both.settings)
    both.sign()
    both.register("install", both.carried, "--fingerprint", made["words"])
    assert "a register" in both.refused("init", "--scheme", both.settings, code=4)


def test_an_answer_of_somebody_else_is_not_installed(both, tmp_path):
    made = both.begin()
    stranger = tmp_path / "other"
    both.command.data("root", "init", "--root", stranger, "--scheme", both.settings)
    both.command.data("root", "sign", both.request, "--root", stranger, "--out", both.carried)
    said = both.refused("install", both.carried, "--fingerprint", made["fingerprint"])
    assert "do not install it" in said
    both.sign()
    both.register("install", both.carried, "--fingerprint", made["fingerprint"])
    # Later the register knows its root itself.
    both.command.data("root", "renew", "--root", stranger, "--out", both.carried)
    assert "does not lead to the root" in both.refused("install", both.carried)


def exchanged(both, change):
    """An answer in which somebody on the way changed something."""
    answer = papers.load_answer(both.carried.read_bytes())
    both.carried.write_bytes(papers.dump_answer(change(answer)))


@pytest.mark.spec("House rules", "7", "what was exchanged on the way is refused by name")
def test_an_answer_that_was_changed_on_the_way(both):
    made = both.begin()
    both.sign()
    good = both.carried.read_bytes()

    def named(**certificates):
        return lambda answer: replace(answer, certificates={**answer.certificates, **certificates})

    found = papers.load_answer(good).certificates
    cases = {
        "of another key": named(card=found["status"]),
        "the root does not sign": named(**{"registration-signer": found["card"]}),
        "nothing for 'card'": lambda answer: replace(
            answer, certificates={k: v for k, v in answer.certificates.items() if k != "card"}
        ),
        "revocation list is not good": lambda answer: replace(answer, crls={}),
    }
    for sentence, change in cases.items():
        both.carried.write_bytes(good)
        exchanged(both, change)
        said = both.refused("install", both.carried, "--fingerprint", made["words"])
        assert sentence in said
    for data in (b"[]", b"{}", b'{"version":2}', b"\xff", good[:-1], b'{"version":1,"roots":[]}'):
        both.carried.write_bytes(data)
        both.refused("install", both.carried, "--fingerprint", made["words"], code=2)
    both.carried.write_bytes(good)
    both.refused("install", both.carried, "--fingerprint", "een twee drie", code=2)
    both.refused("install", both.carried, "--fingerprint", "00" * 32)
    assert not (both.home / "authorities.json").exists()
    both.register("install", both.carried, "--fingerprint", made["words"])


def test_what_the_root_does_not_sign(both):
    both.begin()
    asked = papers.load_request(both.request.read_bytes())

    def of(**changes):
        both.request.write_bytes(papers.dump_request(replace(asked, **changes)))
        _, said = both.command.run(
            "--lang", "en", "root", "sign", both.request, "--root", both.root, code=5
        )
        assert "\nhint: " in said
        return said

    card, status = asked.wanted["card"], asked.wanted["status"]
    assert "another scheme" in of(operator="Een ander")
    assert "another scheme" in of(oin="00000099000000000009")
    assert "does not sign 'registration-signer'" in of(wanted={"registration-signer": card})
    assert "does not sign 'root'" in of(wanted={"root": card})
    assert "no key named" in of(wanted={"card-1": card})
    assert "no key named" in of(wanted={"nergens": card})
    assert "as well" in of(wanted={"card": card, "status": card})
    forged = card.replace(b"A", b"B", 60)
    assert "request" in of(wanted={"card": forged})
    assert both.command.data("root", "show", "--root", both.root)["certified"] == []
    both.request.write_bytes(papers.dump_request(asked))
    both.sign()
    assert "has another key" in of(wanted={"card": status.replace(status, _other())})
    # The same request again changes nothing.
    both.request.write_bytes(papers.dump_request(asked))
    assert both.sign()["fresh"] == []


def _other() -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return made.sign(jose.generate_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


def test_a_rotation_is_carried_to_the_root_and_back(both):
    made = both.begin()
    both.sign()
    both.register("install", both.carried, "--fingerprint", made["words"])
    asked = both.register("rotate", "card")
    assert asked["since"] is None
    assert len(asked["words"].split()) == 10
    # Twice asked is once made.
    # Given again before the root answered it is the same paper, with the same words.
    assert both.register("rotate", "card")["sha256"] == asked["sha256"]
    words = ("--lang", "en", "--home", both.home, "rotate", "card")
    out, _ = both.command.run(*words)
    assert "still waits for the root" in out
    assert asked["words"] in out
    assert both.sign()["fresh"] == ["card-2"]
    done = both.register("install", both.carried)
    assert done["coming"] == [{"name": "card-2", "since": NOW + own.NOTICE}]
    assert both.register("rotate", "card") == {
        "version": 1, "name": "card-2", "since": NOW + own.NOTICE,
    }  # fmt: skip
    rolled = both.command.data(
        "root", "roll", "--signer-kept", "--root", both.root, "--out", both.carried
    )
    assert both.register("install", both.carried)["fingerprint"] == rolled["fingerprint"]
    assert "where it is kept" in both.refused("rotate", "root", code=2)
    # What was brought before is not listed "from the next publication" a second time.
    text = both.command.run("--lang", "en", "--home", both.home, "install", both.carried)[0]
    assert "card-2 signs from" in text
    assert "is listed from" not in text
    text = both.command.run("--lang", "en", "--home", both.home, "rotate", "card", "--finish")[0]
    assert "card is needed still, until" in text
    kept = [{"name": "card", "until": NOW + own.NOTICE}]
    assert both.register("rotate", "card", "--finish")["kept"] == kept
    text = both.command.run("--home", both.home, "rotate", "status", "--finish")[0]
    assert "geen oude sleutel" in text


def test_a_real_scheme_keeps_root_and_register_apart_and_behind_passphrases(both, tmp_path):
    both.settings.write_text(no_test(SCHEME))
    both.refused("init", "--scheme", both.settings, code=2)
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text("vijf woorden die niemand raadt\n")
    words = ("--passphrase-file", secret)
    both.command.run("root", "init", "--root", both.root, "--scheme", both.settings, code=2)
    made = both.command.data(*words, "root", "init", "--root", both.root, "--scheme", both.settings)
    both.register(*words, "init", "--scheme", both.settings)
    assert "Only a test" in both.refused(*words, "rotate", "root", "--root", both.root, code=2)
    both.command.data(
        *words, "root", "sign", both.request, "--root", both.root, "--out", both.carried
    )
    both.register(*words, "install", both.carried, "--fingerprint", made["words"])
    for file in (*(both.home / "keys").iterdir(), *(both.root / "keys").iterdir()):
        assert b"ENCRYPTED" in file.read_bytes()
        assert b"raadt" not in file.read_bytes()
    _, said = both.command.run("root", "renew", "--root", both.root, code=2)
    assert "niet te openen" in said


@pytest.mark.spec("House rules", "8", "no private key is shown, printed or carried")
def test_papers_hold_no_private_key(both):
    made = both.begin()
    both.sign()
    both.register("install", both.carried, "--fingerprint", made["words"])
    both.register("rotate", "card")
    for file in (
        both.request,
        both.carried,
        both.home / "authorities.json",
        both.root / "root.json",
    ):
        assert b"PRIVATE" not in file.read_bytes()
        json.loads(file.read_bytes())
    from registrar.home import Home

    authority = Home(both.home).authority(None, now=NOW)
    assert "key=" not in repr(authority)
    assert "PRIVATE" not in repr(authority)


def test_the_roots_revocation_list_lasts_until_the_next_ceremony(both):
    made = both.begin()
    both.sign()
    both.register("install", both.carried, "--fingerprint", made["words"])
    both.command.at(NOW + 300 * DAY)
    both.command.data("root", "renew", "--root", both.root, "--out", both.carried)
    both.register("install", both.carried)
    from cryptography import x509

    from registrar.home import Home

    owned = Home(both.home).owned()
    crl = x509.load_der_x509_crl(owned.crls["root"])
    until = crl.next_update_utc
    assert until is not None
    assert until.timestamp() == NOW + 665 * DAY
    assert load_der_x509_certificate(owned.roots[0].certificate).public_key()
    assert safe.fingerprint(owned.root).hex() == made["fingerprint"]
    assert keys.REQUEST == "request.json"


@pytest.mark.spec("Architecture", "Trust", "a register of before gives its root away")
def test_a_register_of_before_gives_its_root_away(both, monkeypatch):
    """As version 0.1 wrote it: every key and certificate of the operator in one folder."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from support.scheme import counter

    from registrar import authority, config
    from registrar.home import Home
    from registrar.ledger import Ledger
    from registrar.service import rooting

    home = Home(both.home)
    made = authority.create(config.parse(SCHEME), now=NOW - DAY, entropy=counter(9))
    for name, pair in made.pairs.items():
        key = both.home / "keys" / f"{name}.key"
        key.parent.mkdir(parents=True, exist_ok=True)
        key.touch(0o600)
        key.write_bytes(jose.private_key_to_pem(pair.key))
        home.write(f"ca/{name}.pem", pair.certificate.public_bytes(Encoding.PEM))
    home.save_ledger(Ledger(sequence=41))
    (both.home / "parties").mkdir()
    home.write("scheme.toml", SCHEME.encode())

    words = ("--home", both.home, "root", "adopt", "--root", both.root)
    with monkeypatch.context() as patch:
        # Killed before the key is removed, and given again.
        patch.setattr(Home, "save_owned", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            rooting.adopt(home, rooting.RootHome(both.root), None, now=NOW)
    assert (both.home / "keys" / "root.key").exists()
    done = both.command.data(*words)
    assert done["fingerprint"] == safe.fingerprint(made.root.certificate).hex()
    assert not (both.home / "keys" / "root.key").exists()
    assert (both.root / "keys" / "root.key").stat().st_mode & 0o777 == 0o600
    assert both.register("publish", "--to", both.home.parent / "tree")["sequence"] == 42
    assert "does not have its root" in both.refused("root", "adopt", "--root", both.root, code=4)
    # And the root that was taken out signs.
    both.register("rotate", "card")
    assert both.sign()["fresh"] == ["card-2"]


@pytest.mark.spec("RFC 5280", "5.2.3", "an answer of before is not installed again")
def test_an_answer_of_before_undoes_nothing(both):
    made = both.begin()
    both.sign()
    first = both.carried.read_bytes()
    both.register("install", both.carried, "--fingerprint", made["words"])
    both.register("rotate", "card", "--compromised")
    assert both.sign()["dropped"] == ["card"]
    assert both.register("install", both.carried)["dropped"] == ["card"]
    newest = both.carried.read_bytes()
    both.carried.write_bytes(first)
    assert "older" in both.refused("install", both.carried)
    both.carried.write_bytes(newest)
    # The same once more changes nothing.
    assert both.register("install", both.carried)["dropped"] == []
    exchanged(both, lambda answer: replace(answer, crls={**answer.crls, "root": b"\x30\x00"}))
    both.refused("install", both.carried)
    text = both.carried.read_text().replace('"card-2":"', '"card-2":"AAAA')
    both.carried.write_text(text)
    both.refused("install", both.carried, code=2)
