"""The ceremony at the root: two people, a machine that is looked at, and a report of it."""

import hashlib
import tomllib
from pathlib import Path

import pytest
from support.operator import NOW, SCHEME
from support.registrar_command import Command

from registrar import machine, papers, texts
from registrar.ceremony import Check
from registrar.errors import BadInput
from registrar.service import ceremony as service

GOOD = tuple(
    Check(code, good=True)
    for code in ("network", "uptime", "entropy", "swap", "core", "folder", "environment")
)


class Room:
    """The room, the machine in it, and what the two people type."""

    def __init__(self, folder: Path, command: Command, monkeypatch) -> None:
        self.folder, self.command, self.patch = folder, command, monkeypatch
        self.root, self.backup = folder / "root", folder / "second" / "backup"
        self.settings, self.answer = folder / "scheme.toml", folder / "stick" / "answer.json"
        self.settings.write_text(SCHEME)
        self.answer.parent.mkdir()
        self.state(GOOD)

    def state(self, checks) -> None:
        self.patch.setattr(machine, "look", lambda folder, **_: checks)

    def hold(self, what: str, *typed: str, request=None, code: int = 0, listen: bool = True):
        """One ceremony; whoever watches types what was read aloud, unless told otherwise."""
        said = []
        ask = service.Ceremony.heard

        def heard(held, name, digest, text):
            said.append(name)
            ask(held, name, digest, papers.spoken(digest) if listen and not text else text)

        words = ["root", "ceremony", what, *([request] if request else [])]
        words += ["--root", self.root, "--backup", self.backup]
        words += ["--scheme", self.settings] if what == "init" else ["--out", self.answer]
        with self.patch.context() as patch:
            patch.setattr(service.Ceremony, "heard", heard)
            lines = "".join(f"{line}\n" for line in typed)
            if code:
                return self.command.run("--lang", "en", *words, code=code, typed=lines)[1]
            found = self.command.data("--lang", "en", *words, typed=lines)
        assert "fingerprint" in said
        return found

    def report(self, found) -> dict:
        return self.command.data(
            "root", "report", found["report"], "--fingerprint", found["fingerprint"]
        )


PEOPLE = ("Anna van Voorbeeld", "Bram de Proef")
YES = ("y", "y")


@pytest.fixture
def room(tmp_path, capsys, monkeypatch):
    return Room(tmp_path, Command(capsys, monkeypatch, NOW), monkeypatch)


@pytest.mark.spec("Architecture", "Trust", "a ceremony has two people and a signed report")
def test_a_root_is_made_and_a_request_is_signed(room):
    made = room.hold("init", *PEOPLE, *YES, "", *YES)
    report = room.report(made)
    assert report["people"] == [*PEOPLE]
    assert report["accepted"] == []
    home = room.folder / "home"
    asked = room.command.data("--home", home, "init", "--scheme", room.settings)
    done = room.hold("sign", *PEOPLE, *YES, asked["words"], "", "", *YES, request=asked["file"])
    told = room.report(done)
    assert told["request"] == asked["sha256"]
    assert told["answer"] == hashlib.sha256(room.answer.read_bytes()).hexdigest()
    assert len(told["certified"]) == 9
    assert told["certified"] == done["certified"]
    room.command.data("--home", home, "install", room.answer, "--fingerprint", made["fingerprint"])
    # What the backup holds is a whole root: it could sign tomorrow.
    shown = room.command.data("root", "renew", "--root", room.backup, "--out", room.answer)
    assert shown["fingerprint"] == made["fingerprint"]
    reports = sorted(file.name for file in (room.root / "reports").iterdir())
    assert reports == ["001-init.jws", "001-init.txt", "002-sign.jws", "002-sign.txt"]
    text = (room.root / "reports" / "001-init.txt").read_text()
    assert "Anna van Voorbeeld" in text
    assert made["fingerprint"] in text
    for file in room.root.rglob("*"):
        if file.is_file() and "reports" in file.parts:
            assert b"PRIVATE" not in file.read_bytes()


def test_words_that_differ_stop_the_ceremony(room):
    wrong = papers.spoken(bytes(32))
    said = room.hold("init", *PEOPLE, *YES, wrong, *YES, code=5)
    assert "other words" in said
    # The root was made; it is taken up and not made again.
    before = (room.root / "root.json").read_bytes()
    room.hold("init", *PEOPLE, *YES, "", *YES)
    assert (room.root / "root.json").read_bytes() == before
    assert "is a root" in room.hold("init", *PEOPLE, *YES, "", *YES, code=4)


def test_a_slip_of_the_fingers_is_asked_again(room):
    first, _, *others = papers.spoken(bytes(range(32))).split()
    slips = (" ".join(others), "", " ".join([first, "regiee", *others]))
    home = room.folder / "home"
    room.hold("init", *PEOPLE, *YES, slips[0], slips[2], "", *YES)
    asked = room.command.data("--home", home, "init", "--scheme", room.settings)
    missing = asked["words"].rpartition(" ")[0]
    typed = (missing, f"{missing} regiee", asked["words"], "", "", *YES)
    room.hold("sign", *PEOPLE, *YES, *typed, request=asked["file"])
    for slip, place in ((missing, 0), (f"{missing} regiee", 10), (slips[2], 2)):
        with pytest.raises(BadInput) as refused:
            papers.heard(slip)
        assert refused.value.params["place"] == place


def test_a_report_tells_what_was_signed_that_day_apart(room):
    room.hold("init", *PEOPLE, *YES, "", *YES)
    home = room.folder / "home"
    asked = room.command.data("--home", home, "init", "--scheme", room.settings)
    typed = ("", "", *YES)
    made = room.hold("sign", *PEOPLE, *YES, asked["words"], *typed, request=asked["file"])
    room.command.data("--home", home, "install", room.answer, "--fingerprint", made["fingerprint"])
    asked = room.command.data("--home", home, "rotate", "card", "--compromised")
    done = room.hold("sign", *PEOPLE, *YES, asked["words"], *typed, request=asked["file"])
    text = Path(done["report"]).with_suffix(".txt").read_text()
    assert [line.split()[1] for line in text.splitlines() if line.startswith("Certified")] == [
        "card-2"
    ]
    assert len(done["certified"]) == text.count("\nStands: ") + 1
    assert "\nTaken back: card\n" in text


def test_a_report_is_told_in_the_language_of_its_reader(room):
    made = room.hold("init", *PEOPLE, *YES, "", *YES)
    words = ("root", "report", made["report"], "--fingerprint", made["fingerprint"])
    out, _ = room.command.run("--lang", "nl", *words)
    assert f"Aanwezig: {PEOPLE[0]}, die leidt en typt" in out
    out, _ = room.command.run("--lang", "en", *words)
    assert f"Present: {PEOPLE[1]}, who watches and compares" in out


def test_a_request_that_was_exchanged_is_not_signed(room):
    room.hold("init", *PEOPLE, *YES, "", *YES)
    home = room.folder / "home"
    asked = room.command.data("--home", home, "init", "--scheme", room.settings)
    other = room.folder / "elsewhere"
    stranger = room.command.data("--home", other, "init", "--scheme", room.settings)
    said = room.hold("sign", *PEOPLE, *YES, asked["words"], request=stranger["file"], code=5)
    assert "other words" in said
    assert room.command.data("root", "show", "--root", room.root)["certified"] == []
    assert not room.answer.exists()


def test_nobody_holds_a_ceremony_alone(room):
    assert "two different" in room.hold("init", "Anna", " anna ", code=2)
    assert "name is missing" in room.hold("init", "Anna", "", code=2)
    assert not (room.root / "root.json").exists()


@pytest.mark.spec("House rules", "7", "what is not good needs a reason that is written down")
def test_a_machine_that_is_not_good_needs_a_reason(room):
    room.state((Check("network", good=False, detail="eth0"), *GOOD[1:]))
    assert "Stopped at: network" in room.hold("init", *PEOPLE, "", code=4)
    assert not (room.root / "root.json").exists()
    why = "test room, the cable was measured"
    found = room.hold("init", *PEOPLE, why, *YES, "", *YES)
    assert room.report(found)["accepted"] == ["network"]
    text = (room.root / "reports" / "001-init.txt").read_text()
    assert why in text
    assert "eth0" in text


def test_a_backup_that_cannot_be_read_back_is_none(room, monkeypatch):
    room.backup = room.root / "copy"
    assert "another medium" in room.hold("init", *PEOPLE, *YES, "", *YES, code=2)
    room.backup = room.folder / "second"
    whole = service.write_whole

    def worn(target, data, **more):
        whole(target, data[:-1] if target.name == "root.json" else data, **more)

    with monkeypatch.context() as patch:
        patch.setattr(service, "write_whole", worn)
        assert "differs" in room.hold("init", *PEOPLE, *YES, "", *YES, code=5)
    assert not list((room.root).glob("reports/*"))


def test_a_report_is_of_one_root(room, tmp_path):
    found = room.hold("init", *PEOPLE, *YES, "", *YES)
    file = Path(found["report"])
    _, said = room.command.run(
        "--lang", "en", "root", "report", file, "--fingerprint", "00" * 32, code=5
    )
    assert "another root" in said
    data = file.read_bytes()
    for broken in (data[:-4] + b"AAAA", b"", b"a.b.c"):
        file.write_bytes(broken)
        room.command.run("root", "report", file, "--fingerprint", found["fingerprint"], code=5)


def test_a_changed_root_is_carried_like_any_answer(room):
    room.hold("init", *PEOPLE, *YES, "", *YES)
    first = room.hold("renew", *PEOPLE, *YES, "", "", *YES)
    rolled = room.hold("roll", *PEOPLE, *YES, "y", "", "", *YES)
    assert rolled["fingerprint"] != first["fingerprint"]
    assert room.report(rolled)["what"] == "roll"


@pytest.mark.spec("Architecture", "Trust", "a new root is what ends a stolen signer of snapshots")
def test_a_new_root_takes_no_stolen_signer_along(room):
    home = room.folder / "home"
    made = room.hold("init", *PEOPLE, *YES, "", *YES)
    asked = room.command.data("--home", home, "init", "--scheme", room.settings)
    room.hold("sign", *PEOPLE, *YES, asked["words"], "", "", *YES, request=asked["file"])
    room.command.data("--home", home, "install", room.answer, "--fingerprint", made["fingerprint"])
    before = (room.root / "root.json").read_bytes()
    said = room.hold("roll", *PEOPLE, *YES, "n", code=2)
    assert "snapshot-signer comes under the new root as well" in said
    assert "rotate snapshot-signer --compromised" in said
    assert (room.root / "root.json").read_bytes() == before

    asked = room.command.data("--home", home, "rotate", "snapshot-signer", "--compromised")
    out, _ = room.command.run("--home", home, "rotate", "snapshot-signer", "--compromised")
    assert f"root ceremony roll {asked['file']}" in out, "taking it back helps nobody"
    words = (asked["words"], "", "", *YES)
    done = room.hold("roll", *PEOPLE, *YES, *words, request=asked["file"])
    told = room.report(done)
    assert told["request"] == asked["sha256"]
    assert "snapshot-signer-2" in done["certified"]
    assert "snapshot-signer" not in done["certified"]
    found = room.command.data("--home", home, "install", room.answer)
    assert found["dropped"] == ["snapshot-signer"]


def test_what_the_machine_shows(tmp_path, monkeypatch):
    system, folder = tmp_path / "system", tmp_path / "root"

    def shows(**files):
        for name, text in files.items():
            file = system / name.replace("__", "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return {one.code: one for one in machine.look(folder, system=system)}

    monkeypatch.setenv("REGIE_PASSPHRASE", "geheim")
    unseen = shows()
    assert [code for code, one in unseen.items() if one.good] == ["core", "folder"]
    assert "geheim" not in repr(unseen)
    monkeypatch.delenv("REGIE_PASSPHRASE")
    quiet = {
        "sys__class__net__lo__operstate": "unknown\n",
        "sys__class__net__eth0__operstate": "down\n",
        "proc__uptime": "600.5 12.0\n",
        "proc__sys__kernel__random__entropy_avail": "256\n",
        "proc__swaps": "Filename Type Size Used Priority\n",
    }
    assert all(one.good for one in shows(**quiet).values())
    folder.chmod(0o750)
    loud = shows(
        sys__class__net__eth0__operstate="up\n",
        proc__uptime="900000 1\n",
        proc__sys__kernel__random__entropy_avail="12\n",
        proc__swaps="Filename Type\n/dev/sda2 partition\n",
    )
    bad = [code for code, one in loud.items() if not one.good]
    assert bad == ["network", "uptime", "entropy", "swap", "folder"]
    assert loud["network"].detail == "eth0"


def test_the_program_is_named_by_its_files(room):
    version, digest = machine.program()
    found = room.command.data("root", "program")
    assert (found["program"], found["sha256"]) == (version, digest.hex())
    assert papers.heard(found["words"]) == digest[:15]
    assert machine.program() == (version, digest)
    assert len(digest) == 32


def test_every_check_has_its_sentence():
    asked = {*(one.code for one in GOOD), "clock", "program", "request", "fingerprint", "answer"}
    asked |= {"signer", "token_backup", "backup", "clean", "phrase_apart", "media_away"}
    for language in texts.LANGUAGES:
        assert set(texts.texts(language)["ceremony"]["check"]) == asked
    assert tomllib.loads(SCHEME)["development"] is True
