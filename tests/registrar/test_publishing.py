"""Publishing: the same again for the same, only what changed, all of it or nothing."""

import contextlib
import hashlib
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support import national
from support.scheme import NOW, counter

from credential import archive, gathering, snapshot
from credential.errors import CredentialError
from credential.trust import Role
from credential.trust.lists import MAX_LIST
from registrar import audit, cli, clock, lote, placing, registryaudit, texts
from registrar.errors import BadInput, NotReady, Untrusted
from registrar.home import Home
from registrar.service import publishing

DAY = 86_400
CORPORATION = "woonstichting-0001"
MUNICIPALITY = "gemeente-0014"


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """A register with its parties, nothing signed yet."""
    return national.home(tmp_path_factory.mktemp("register"), municipal=2, corporations=2).path


@pytest.fixture
def office(register, tmp_path):
    return Office(shutil.copytree(register, tmp_path / "R"), tmp_path / "tree")


class Office:
    """One registrar with the folder it publishes to."""

    def __init__(self, home: Path, tree: Path) -> None:
        self.home, self.tree = Home(home), tree
        self.fingerprint = national.fingerprint(self.home)
        self.entropy = counter(50)

    def publish(self, now=NOW, **more):
        more = {"late": True, **more}
        return publishing.publish(self.home, self.tree, None, now=now, entropy=self.entropy, **more)

    def files(self, below: Path | None = None) -> dict[str, bytes]:
        folder = below or self.tree
        return {
            str(file.relative_to(folder)): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    def gathered(self, now=NOW):
        """As a reader with a copy of its own: everything fetched, then opened."""
        found = gathering.gather(
            placing.reader(self.tree), fingerprint=self.fingerprint, now=now, gone=(OSError,)
        )
        return snapshot.open_scheme(
            found.__getitem__, fingerprint=self.fingerprint, floor=0, now=now
        )

    def audited(self, now=NOW):
        return audit.check(
            placing.reader(self.tree), self.home.ledger(), fingerprint=self.fingerprint, now=now
        )

    def edit(self, party: str, old: str, new: str) -> None:
        file = self.home.path / "parties" / f"{party}.toml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.spec("RFC 6979", "3.2", "the same register gives the same bytes")
def test_the_same_input_gives_the_same_bytes(register, tmp_path):
    found = []
    for name in ("one", "other"):
        office = Office(shutil.copytree(register, tmp_path / name / "R"), tmp_path / name / "tree")
        office.publish()
        office.publish(NOW + DAY)
        found.append((office.files(), office.files(office.home.path)))
    assert found[0] == found[1]


def test_only_what_changed_is_signed_and_written(office):
    first = office.publish()
    assert {one.word for one in first.changes} == {"new"}
    before = office.files()
    again = office.publish(NOW + 60)
    assert again.changes == ()
    after = office.files()
    dated = {path for path in after if after[path] != before.get(path)}
    assert not any(path.startswith(("registration/", "types/", "ca/")) for path in dated)
    office.edit(CORPORATION, '"P2Y"', '"P18M"')
    changed = {one.path: one.word for one in office.publish(NOW + 120).changes}
    own = {path for path in changed if path.startswith("registration/")}
    assert own == {
        f"registration/00000099000020001000/{use}.jwt"
        for use in ("inschrijven", "mede-aanvrager", "toewijzing")
    }
    assert all("0001" in path for path in changed if path.endswith((".jwt", ".html"))), changed
    assert not any("lote/" in path for path in changed)


def test_nothing_is_published_that_is_not_due(office):
    office.publish()
    before = office.files()
    done = office.publish(NOW + DAY, when_due=True)
    assert done.unchanged
    assert (done.sequence, done.next_update) == (1, NOW + 7 * DAY)
    assert office.files() == before
    assert office.home.ledger().sequence == 1
    done = office.publish(NOW + 4 * DAY, when_due=True)
    assert (done.unchanged, done.sequence) == (False, 2)
    office.edit(CORPORATION, '"P2Y"', '"P18M"')
    done = office.publish(NOW + 4 * DAY + 60, when_due=True)
    assert (done.unchanged, done.sequence) == (False, 3)


def test_a_step_that_is_announced_is_published_once(office):
    begun = '[[issuing.step]]\non = 2025-01-01\nwhat = "admitted"\nkinds = ["woonadres"]\n'
    later = '[[issuing.step]]\non = 2026-03-01\nwhat = "extended"\nkinds = ["huishouden"]\n'
    office.edit(MUNICIPALITY, "since = 2025-01-01T00:00:00Z\n", "")
    file = office.home.path / "parties" / f"{MUNICIPALITY}.toml"
    text = re.sub(r"(?m)^kinds = .*\n", "", file.read_text("utf-8"))
    file.write_text(f"{text}\n{begun}\n{later}", "utf-8")
    office.publish()
    assert office.publish(NOW + 60, when_due=True).unchanged
    assert office.publish(NOW + 120).changes == ()
    done = office.publish(NOW + 60 * DAY, when_due=True)
    assert "lote/pub-eaa-providers.jwt" in {one.path for one in done.changes}


@pytest.mark.spec("Regie trust", "4.6", "a number is never given out twice")
def test_a_ledger_from_before_publishes_nothing(office):
    old = (office.home.path / "ledger.json").read_bytes()
    office.publish()
    before = office.files()
    (office.home.path / "ledger.json").write_bytes(old)
    with pytest.raises(NotReady, match=r"publish.behind"):
        office.publish(NOW + DAY)
    assert office.files() == before


def test_what_readers_refuse_is_not_published(office, monkeypatch):
    office.publish()
    before, ledger = office.files(), office.home.ledger()
    # The clock of the machine runs a year ahead, for this signature only.
    make = publishing.publication.tree
    monkeypatch.setattr(
        publishing.publication,
        "tree",
        lambda *args, now, **more: make(*args, now=now + 365 * DAY, **more),
    )
    with pytest.raises(Untrusted, match=r"publish.refused"):
        office.publish(NOW + DAY)
    assert office.files() == before
    assert office.home.ledger() == ledger


def test_files_of_others_stay_and_old_ones_of_ours_go(office):
    office.publish()
    status = office.tree / "status" / "0014" / "1.jwt"
    status.parent.mkdir(parents=True)
    status.write_bytes(b"of an issuer")
    gone = office.home.path / "parties" / "woonstichting-0002.toml"
    gone.unlink()
    done = office.publish(NOW + DAY)
    assert status.read_bytes() == b"of an issuer"
    words = {one.path: one.word for one in done.changes}
    assert words["wrp/NTRNL-92000002.jwt"] == "gone"
    assert not (office.tree / "wrp/NTRNL-92000002.jwt").exists()
    assert not any("00000099000020002000" in path for path in office.files())
    trust = office.gathered(NOW + DAY)
    assert len(trust.revoked_certificates) == 1


@pytest.mark.spec("Regie formats", "8", "any day's scheme can be opened again")
def test_every_day_stays_readable(office):
    days = (NOW, NOW + 3 * DAY, NOW + 9 * DAY)
    for day in days:
        office.publish(day)
        office.edit(CORPORATION, '"P2Y"', '"P18M"') if day == NOW else None
    read = placing.reader(office.tree)
    for number, day in enumerate(days, start=1):
        trust = snapshot.open_archived_scheme(
            archive.of(read, number), fingerprint=office.fingerprint
        )
        assert (trust.sequence, trust.issued) == (number, day)
        assert len(trust.issuers) == 2


def test_an_archive_that_was_tampered_with_is_refused(office):
    office.publish()
    office.publish(NOW + DAY)
    read = placing.reader(office.tree)
    past = archive.of(read, 1)
    names = snapshot.open_snapshot(
        read("snapshots/1.jws"), read("root.cer"), fingerprint=office.fingerprint, now=NOW
    ).files
    (office.tree / archive.path_of(names["revoked.json"])).write_bytes(b'{"certificates":[]}')
    with pytest.raises(CredentialError, match=r"scheme.file_hash"):
        snapshot.open_archived_scheme(past, fingerprint=office.fingerprint)


class Killed(BaseException):
    """The process died here."""


def die(office, monkeypatch, stop):
    """Dies before the `stop`-th thing that changes a disk; what each was, up to there."""
    seen = []

    def watch(name, real):
        def act(*args, **more):
            seen.append((name, _place(args[-1])))
            if len(seen) == stop:
                raise Killed
            return real(*args, **more)

        return act

    def _place(target):
        for folder in (office.tree, office.home.path):
            if isinstance(target, Path) and folder in target.parents:
                return target.relative_to(folder).parts[0]
        return ""

    with monkeypatch.context() as patched:
        for owner, name in (
            (Path, "replace"),
            (Path, "unlink"),
            (os, "fsync"),
            (shutil, "rmtree"),
        ):
            patched.setattr(owner, name, watch(name, getattr(owner, name)))
        with contextlib.suppress(Killed):
            office.publish(NOW + DAY)
    return seen


@pytest.mark.spec("House rules", "5", "killed at any step, readers find one publication, whole")
def test_killed_at_any_step_nothing_is_lost(tmp_path, monkeypatch):
    home = national.home(tmp_path / "R", municipal=1, corporations=1)
    start = Office(home.path, tmp_path / "tree")
    start.publish()
    start.edit(CORPORATION, '"P2Y"', '"P18M"')
    acts = die(copied(start, tmp_path / "all"), monkeypatch, stop=0)
    # Before the first act of every kind, and before the last of all.
    stops = {act: at for at, act in reversed([*enumerate(acts, start=1)])}
    step = ("replace", snapshot.SNAPSHOT)
    assert {step, ("replace", "ledger.json"), ("replace", "certificates")} <= {*acts}
    numbers = set()
    for stop in sorted({*stops.values(), acts.index(step) + 2, len(acts)}):
        office = copied(start, tmp_path / str(stop))
        assert len(die(office, monkeypatch, stop)) == stop
        trust = office.gathered(NOW + DAY)
        numbers.add(trust.sequence)
        certified = {one.sha256 for one in office.home.ledger().registrations}
        done = office.publish(NOW + DAY + 60)
        assert done.sequence > trust.sequence
        ledger = office.home.ledger()
        assert certified <= {one.sha256 for one in ledger.registrations}
        assert office.gathered(NOW + DAY + 60).sequence == done.sequence
        assert not (office.tree / placing.STAGE).exists()
        assert office.audited(NOW + DAY + 60) == []
    assert numbers == {1, 2}


def copied(office, folder):
    made = Office(
        shutil.copytree(office.home.path, folder / "R"),
        shutil.copytree(office.tree, folder / "tree"),
    )
    made.entropy = counter(900)
    return made


def test_a_reader_in_between_finds_one_publication(office, monkeypatch):
    """After every single file that is put in its place, everything can be fetched and opened."""
    office.publish()
    seen = []
    replace = Path.replace

    def observed(file, target):
        moved = replace(file, target)
        if office.tree in Path(target).parents:
            seen.append(office.gathered(NOW + DAY).sequence)
        return moved

    monkeypatch.setattr(Path, "replace", observed)
    office.publish(NOW + DAY)
    assert seen == sorted(seen)
    assert {*seen} == {1, 2}


def test_the_command_says_what_changed(office, monkeypatch, capsys):
    def run(*words):
        argv = ["regie-registrar", "--home", str(office.home.path), "publish", *words]
        monkeypatch.setattr("sys.argv", [*argv, "--to", str(office.tree)])
        cli.main()
        return capsys.readouterr()

    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("LANG", "nl_NL.UTF-8")
    first = json.loads(run("--json").out)
    assert first["sequence"] == 1
    assert {"path": "wrp/index.jwt", "change": "new"} in first["changes"]
    assert (first["unchanged"], first["healed"], first["waiting"]) == (False, False, [])
    assert "Er is niets veranderd. Opgave 1" in run("--when-due").out
    office.edit(CORPORATION, '"P2Y"', '"P18M"')
    said = run().out
    assert "Veranderd: registration/00000099000020001000/inschrijven.jwt" in said
    assert "Opgave 2 staat in" in said


@pytest.mark.spec("Regie trust", "4.6", "the scheme of a country stays within what readers take")
def test_a_whole_country_fits():
    scheme = national.build()
    sizes = {path: len(data) for path, data in scheme.tree.items()}
    assert len(scheme.trust.issuers) == national.MUNICIPALITIES
    assert max(sizes.values()) < snapshot.MAX_FILE
    # Nothing of a party stands in the snapshot but its registrations.
    named = snapshot.open_snapshot(
        scheme.read("scheme.jws"), scheme.root, fingerprint=scheme.fingerprint, now=scheme.now
    ).files
    assert len(named) < 100
    role = scheme.authority.role(Role.CARD)
    both = {
        one.value: ((f"{one.value}", scheme.authority.role(one)), ("x-2", role)) for one in Role
    }
    twice = replace(scheme.authority, generations={**scheme.authority.generations, **both})
    listed = lote.documents(twice, scheme.parties.values(), sequence=2, now=scheme.now)
    overlap = lote.sign(twice, listed["pub-eaa-providers"], now=scheme.now)
    assert 2 * 2**20 < len(overlap) < MAX_LIST


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_finding_on_a_tree_has_a_sentence_and_says_how_to_mend_it(language):
    sources = [Path(module.__file__).read_text("utf-8") for module in (audit, registryaudit)]
    codes = {*re.findall(r'"(audit\.[a-z_]+)"', "".join(sources)), "audit.pages"}
    assert len(codes) > 12
    for code in codes:
        assert texts.find(language, code, where="x", what="y"), code
        assert texts.find(language, f"mend.{code}", where="x", what="y"), code


def test_what_others_write_in_the_folder_takes_nothing_away_elsewhere(office):
    office.publish()
    mine = office.tree.parent / "mine.txt"
    mine.write_text("mine", "utf-8")
    named = json.loads((office.tree / "registry.json").read_bytes())
    named["files"]["../mine.txt"] = "0" * 64
    (office.tree / "registry.json").write_text(json.dumps(named), "utf-8")
    office.publish(NOW + DAY)
    assert mine.exists()
    stage = office.tree / placing.STAGE
    stage.mkdir()
    snapshot_hash = hashlib.sha256((office.tree / "scheme.jws").read_bytes()).hexdigest()
    plan = {"version": 1, "changed": [], "obsolete": ["../mine.txt"], "snapshot": snapshot_hash}
    (stage / "plan").write_text(json.dumps(plan), "utf-8")
    with pytest.raises(BadInput, match=r"publish.stage"):
        office.publish(NOW + 2 * DAY)
    assert mine.exists()
