"""`doctor` of the registrar: keys, authorities, files, parties, what is published, what is coming."""

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest
from support import national
from support.registrar_command import Command
from support.scheme import NOW, counter

from credential.trust.walk import Level
from registrar import own
from registrar.home import Home
from registrar.service import examining, publishing, revoking
from registrar.texts import LANGUAGES, find, texts

DAY = 86_400
CORPORATION = "woonstichting-0001"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A register of a few parties, published once."""
    folder = tmp_path_factory.mktemp("doctor")
    home = national.home(folder / "R", municipal=2, corporations=2)
    publishing.publish(home, folder / "tree", None, now=NOW, entropy=counter(50))
    return folder


class Office:
    """A registrar of one test alone."""

    def __init__(self, folder: Path) -> None:
        self.home, self.tree = Home(folder / "R"), folder / "tree"
        self.entropy = counter(60)

    def publish(self, now=NOW):
        publishing.publish(self.home, self.tree, None, now=now, entropy=self.entropy)

    def examine(self, now=NOW, published=True, **more):
        place = str(self.tree) if published else None
        return examining.examine(self.home, now=now, published=place, **more)

    def wrong(self, now=NOW, **more):
        return {one.code for one in self.examine(now, **more) if one.level is not Level.OK}

    def edit(self, old, new, party=CORPORATION):
        file = self.home.path / "parties" / f"{party}.toml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def office(published, tmp_path):
    shutil.copytree(published, tmp_path / "office")
    return Office(tmp_path / "office")


@pytest.fixture
def command(capsys, monkeypatch):
    return Command(capsys, monkeypatch, NOW)


@pytest.mark.spec(
    "Architecture", "Trust", "the registrar's doctor looks at everything it answers for"
)
def test_all_in_order(office):
    found = office.examine()
    assert {one.code for one in found if one.level is not Level.OK} == set()
    assert examining.exit_code(found) == 0
    codes = {one.code for one in found}
    assert {"root", "authority", "root_crl", "keys", "permissions", "party"} <= codes
    assert {"sequence", "published", "published_chain", "audit_clean"} <= codes
    names = {one.name for one in found if one.code == "authority"}
    assert names == set(own.SLOTS)
    chains = [one.chain for one in found if one.code == "authority"]
    assert all(one.links[-1].place.value == "root" for one in chains)


def test_it_changes_nothing(office):
    def state():
        files = [one for one in office.home.path.parent.rglob("*") if one.is_file()]
        return {str(one): (one.read_bytes(), one.stat().st_mtime_ns) for one in files}

    before = state()
    office.examine()
    assert state() == before


def test_what_a_party_holds_is_counted_and_what_is_suspended_is_said(office, command):
    out, _ = command.run("--home", office.home.path, "doctor", office.tree)
    assert ": 3 certificaten en 1 registratie. Het eerste loopt af op 2026-07-02." in out
    assert ": 1 certificaat en 6 registraties. Het eerste loopt af op 2026-07-02." in out
    office.edit(
        'id = "inschrijven"\n',
        'id = "inschrijven"\nstep = [{ on = 2025-01-01, what = "admitted" },'
        ' { on = 2025-12-30, what = "suspended" }]\n',
    )
    (found,) = [one for one in office.examine() if one.code == "party_suspended"]
    assert (found.until, found.level) == (NOW - 2 * DAY, Level.WARNING)
    out, _ = command.run("--home", office.home.path, "doctor", "--brief", code=8)
    assert "(inschrijven) is geschorst sinds 2025-12-30." in out


# Keys and files.


def test_a_key_that_is_gone_or_another(office):
    keys = office.home.path / "keys"
    (keys / "card.key").unlink()
    shutil.copyfile(keys / "status.key", keys / "list-signer.key")
    found = {(one.code, one.name) for one in office.examine() if one.level is Level.FAULT}
    assert {("key_missing", "card"), ("key_other", "list-signer")} <= found
    assert examining.exit_code(office.examine()) == 4


def test_who_can_read_the_keys(office):
    (office.home.path / "keys" / "card.key").chmod(0o644)
    found = {one.code: one for one in office.examine()}
    assert found["open_files"].name == "keys/card.key"
    assert found["key_unreadable"].name == "card"
    assert "permissions" not in found


def test_what_a_killed_command_left(office):
    (office.home.path / ".ledger.json.new").write_bytes(b"{")
    found = office.examine()
    assert [one.level for one in found if one.code == "leftovers"] == [Level.WARNING]
    assert examining.exit_code(found) == 8


@pytest.mark.spec("Regie trust", "1.4", "the root's key is not where publications are made")
def test_a_root_that_is_not_offline(office, monkeypatch):
    found = office.home.scheme()
    assert found.development
    real = dataclasses.replace(found, development=False)
    monkeypatch.setattr(Home, "scheme", lambda _self: real)
    folder = office.home.path / "root" / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "root.key").touch(0o600)
    assert "root_here" in office.wrong()


# How long.


@pytest.mark.spec("Architecture", "Trust", "what ends is told a month before")
def test_certificates_that_end(office):
    assert "party" not in office.wrong(NOW + 200 * DAY, published=False)
    late = office.examine(NOW + 340 * DAY, published=False)
    parties = [one for one in late if one.code == "party"]
    assert all(one.soon for one in parties)
    ended = office.examine(NOW + 400 * DAY, published=False)
    broken = {one.chain.code for one in ended if one.code == "chain" and one.level is Level.FAULT}
    assert "x5c.expired" in broken
    assert examining.exit_code(ended) == 5
    crl = {one.code: one for one in ended}
    assert "root_crl_ended" in crl


def test_a_generation_that_ended_is_told_with_its_chain(office):
    signers = office.examine(NOW + 3 * 365 * DAY, published=False)
    one = next(one for one in signers if one.name == "list-signer")
    assert (one.level, one.chain.code) == (Level.FAULT, "x5c.expired")


# Parties.


def test_a_party_without_certificates(office):
    shutil.rmtree(office.home.path / "certificates" / CORPORATION)
    found = office.examine()
    chains = [one for one in found if one.code == "chain"]
    assert {one.chain.code for one in chains} == {"walk.certificate_missing"}


@pytest.mark.spec("Architecture", "Trust", "what was taken back is told, and is no fault")
def test_what_was_taken_back(office):
    revoking.revoke(office.home, CORPORATION, "compromised", now=NOW)
    # The same key is never certified again: to publish once more helps nobody.
    for _ in range(2):
        without = {one.name for one in office.examine() if one.code == "party_taken"}
        assert len(without) == 1
        office.publish()
    office.publish(NOW + 60)
    found = office.examine(NOW + 60)
    assert {one.level for one in found if one.code == "chain"} <= {Level.WARNING}
    assert examining.exit_code(found) == 8


def test_steps_that_are_coming(office):
    office.edit(
        'id = "woonstichting-0001"',
        'id = "woonstichting-0001"\nstep = [{ on = 2026-02-01, what = "suspended" }, '
        '{ on = 2027-02-01, what = "resumed" }]',
    )
    found = [one for one in office.examine(published=False) if one.code == "step"]
    if not found:
        faults = [one for one in office.examine(published=False) if one.code == "register_faults"]
        pytest.fail(f"no step was read: {faults}")
    assert [(one.params["step"], one.until) for one in found] == [("suspended", NOW + 31 * DAY)]


def test_files_with_faults(office):
    office.edit('name = "', 'naam = "')
    found = {one.code: one for one in office.examine(published=False)}
    assert found["register_faults"].level is Level.FAULT


# What is published.


def test_a_web_server_that_fell_behind(office):
    old = office.tree.parent / "old"
    shutil.copytree(office.tree, old)
    office.publish(NOW + DAY)
    found = examining.examine(office.home, now=NOW + DAY, published=str(old))
    behind = {one.code: one for one in found}
    assert (behind["published_old"].name, behind["published_old"].params["last"]) == ("1", 2)
    assert examining.exit_code(found) == 5


@pytest.mark.spec("Regie trust", "8", "what is published is held against the ledger")
def test_a_tree_that_was_changed(office, command):
    (office.tree / "revoked.json").write_bytes(b'{"certificates":[],"registrations":[] }')
    found = office.examine()
    assert {one.code for one in found if one.level is Level.FAULT} >= {"chain", "audit"}
    assert any(one.chain.code == "scheme.file_hash" for one in found if one.code == "chain")
    # Readers are told to fetch again; whoever publishes has nothing to fetch.
    out, _ = command.run("--home", office.home.path, "doctor", "--brief", office.tree, code=5)
    assert "Publiceer opnieuw." in out
    assert "(sync)" not in out


def test_nothing_published_there(office, tmp_path):
    found = examining.examine(office.home, now=NOW, published=str(tmp_path / "nowhere"))
    assert "scheme.missing" in {one.chain.code for one in found if one.code == "chain"}
    assert examining.exit_code(found) == 4


def test_a_statement_about_to_expire(office):
    assert "published_chain" in office.wrong(NOW + 5 * DAY)
    assert office.wrong(NOW + 8 * DAY) >= {"chain"}


@pytest.mark.spec("Architecture", "Https", "the published address is read over https alone")
def test_over_https(office, tmp_path):
    from crash.servers import Served, Tls, listener, url
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    tls = Tls.make(tmp_path / "tls")
    app = Starlette(routes=[Mount("/scheme", StaticFiles(directory=office.tree))])
    socket = listener()
    served = Served(app, socket, tls)
    try:
        place = f"{url(socket)}/scheme"
        found = examining.examine(office.home, now=NOW, published=place, tls_ca=tls.ca)
        assert {one.code for one in found} >= {"published", "published_chain"}
        assert examining.exit_code(found) == 0
        strange = examining.examine(office.home, now=NOW, published=place)
        assert "published_unread" in {one.code for one in strange}
    finally:
        served.stop()


# The command.


def test_the_command(office, command, capsys):
    out, _ = command.run("--home", office.home.path, "doctor", office.tree)
    assert "De hoofdsleutel geldt tot" in out
    assert "ondertekend door" in out
    assert "De gepubliceerde bestanden vertellen hetzelfde" in out
    out, _ = command.run("--home", office.home.path, "--lang", "en", "--json", "doctor")
    lines = [json.loads(line) for line in out.splitlines()]
    assert all(one["version"] == 1 for one in lines)
    assert {
        "code",
        "name",
        "until",
        "count",
        "soon",
        "level",
        "text",
        "mend",
        "params",
        "chain",
    } == (set(lines[0]) - {"version"})
    root = next(one for one in lines if one["code"] == "root")
    assert root["chain"]["links"][0]["place"] == "root"
    out, _ = command.run("--home", office.home.path, "doctor", "--brief", office.tree)
    assert out == ""
    (office.home.path / "keys" / "card.key").unlink()
    out, _ = command.run("--home", office.home.path, "doctor", "--brief", code=4)
    assert "FOUT   De sleutel 'card' ontbreekt." in out
    assert "regie-registrar rotate card" in out


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_a_sentence(language):
    sources = [Path(examining.__file__), Path(examining.__file__).with_name("ownfiles.py")]
    named = {
        code
        for source in sources
        for code in re.findall(r'(?:Health|Seen)\(\s*"([a-z_]+)"', source.read_text("utf-8"))
    } - {"audit"}
    named |= {"published_old", "published_ahead", "party_none", "party_idle", "keys_token"}
    named |= {"party_taken"}
    params = {"name": "n", "until": "u", "count": 2, "role": "r", "party": "p", "sequence": "1",
              "last": 2, "path": "x", "what": "w", "use": "", "held": "h"}  # fmt: skip
    for code in named:
        assert find(language, f"doctor.{code}", **params), code
    assert set(texts(language)["doctor_then"]) <= set(texts(language)["doctor"])
