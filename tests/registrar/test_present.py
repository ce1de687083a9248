"""What stands where is published to is held against it: nothing goes back, nothing of others goes."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support import national
from support.scheme import NOW, counter

from credential import jose, strictjson
from credential.names import TYP_SCHEME
from credential.snapshot import MAX_SNAPSHOT
from registrar import audit, placing
from registrar.errors import BadInput, NotReady, Untrusted
from registrar.home import Home
from registrar.service import publishing

DAY = 86_400
CORPORATION = "woonstichting-0001"


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """A register with its parties, nothing signed yet."""
    return national.home(tmp_path_factory.mktemp("register"), municipal=1, corporations=1).path


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
        return publishing.publish(self.home, self.tree, None, now=now, entropy=self.entropy, **more)

    def files(self, below: Path | None = None) -> dict[str, bytes]:
        folder = below or self.tree
        return {
            str(file.relative_to(folder)): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    def audited(self, now=NOW):
        return audit.check(
            placing.reader(self.tree), self.home.ledger(), fingerprint=self.fingerprint, now=now
        )


def named(tree: Path) -> dict[str, str]:
    """The files a published snapshot names, with their digests."""
    text = (tree / "scheme.jws").read_text("ascii")
    token = jose.parse(text, typ=TYP_SCHEME, max_bytes=MAX_SNAPSHOT)
    return token.dangerous_payload()["files"]


@pytest.mark.spec("Regie trust", "8", "what was taken back stays so, whatever the ledger says")
def test_a_ledger_that_forgot_a_revocation_is_not_published(office):
    office.publish()
    kept = office.home.ledger()
    found = kept.revocable(CORPORATION, NOW)
    office.home.save_ledger(kept.with_revoked(found, NOW, "compromised"))
    office.publish(NOW + 60)
    before = office.files()
    present_ledger = office.home.ledger()
    # Put back from a copy, with the number of today: nothing else would refuse it.
    office.home.save_ledger(replace(kept, sequence=present_ledger.sequence))
    assert {one.code for one in office.audited(NOW + 60)} == {"audit.forgotten"}
    for _ in range(2):
        with pytest.raises(NotReady) as caught:
            office.publish(NOW + 120)
        assert caught.value.code == "publish.forgotten"
        assert office.files() == before
        # Where it is named may be broken; the archive has it too.
        (office.tree / "revoked.json").write_bytes(b"{}")
        before = office.files()
    # Taken back again it is as it was, and so is the ledger that was there.
    forgetful = office.home.ledger()
    office.home.save_ledger(forgetful.with_revoked(found, NOW + 120, "compromised"))
    office.publish(NOW + 120)
    office.home.save_ledger(replace(present_ledger, sequence=office.home.ledger().sequence))
    office.publish(NOW + 180)
    assert office.audited(NOW + 180) == []


def test_what_was_suspended_may_count_again(office):
    office.publish()
    kept = office.home.ledger()
    access = next(one for one in kept.certificates if one.role == "verifier-access")
    office.home.save_ledger(kept.with_suspended({access.fingerprint: NOW}))
    office.publish(NOW + 60)
    office.publish(NOW + 120)
    assert office.audited(NOW + 120) == []


@pytest.mark.parametrize("where", [".", "keys", "tree", "..", "root"])
def test_no_register_is_published_into(office, where, tmp_path):
    folder = office.home.path / where
    if where == "root":
        folder = tmp_path / "other"
        folder.mkdir()
        (folder / "root.json").write_bytes(b"{}")
    before = office.files(office.home.path)
    office.tree = folder
    with pytest.raises(BadInput) as caught:
        office.publish()
    assert caught.value.code == "publish.in_home"
    assert office.files(office.home.path) == before


@pytest.mark.parametrize("what", ["root", "snapshot", "all", "revoked"])
def test_the_publication_of_another_scheme_is_left_alone(office, tmp_path, what):
    office.publish()
    theirs = national.home(tmp_path / "theirs", municipal=1, corporations=0)
    other = Office(theirs.path, tmp_path / "their-tree")
    other.publish()
    other.publish(NOW + 30)
    if what == "revoked":
        digest = named(office.tree)["revoked.json"]
        for path in ("revoked.json", f"archive/{digest}"):
            (office.tree / path).write_bytes(b"{}")
    elif what == "all":
        office.tree = other.tree
    else:
        name = {"root": "root.cer", "snapshot": "scheme.jws"}[what]
        (office.tree / name).write_bytes((other.tree / name).read_bytes())
    (office.tree / ".next").mkdir()
    (office.tree / ".next" / "theirs").write_bytes(b"x")
    before = office.files()
    with pytest.raises(Untrusted) as caught:
        office.publish(NOW + 60)
    assert caught.value.code == "publish.foreign"
    assert office.files() == before
    assert office.publish(NOW + 60, replace=True).sequence == 2
    assert office.audited(NOW + 60) == []
    if what == "all":
        # Nothing of theirs is taken away because they had named it.
        assert before.keys() - office.files().keys() == {".next/theirs"}


@pytest.mark.spec("Regie trust", "4.6", "no later number under an earlier day")
def test_the_clock_is_held_against_the_publication_before(office):
    office.publish(NOW + 60)
    before = office.files()
    for now, code in ((NOW + 59, "clock_back"), (NOW + 60 + 38 * DAY, "clock_ahead")):
        with pytest.raises(NotReady) as caught:
            office.publish(now, late=False)
        assert caught.value.code == f"publish.{code}"
        assert office.files() == before
    office.publish(NOW + 60 + 37 * DAY, late=False)
    office.publish(NOW + 80 * DAY, late=True)


@pytest.mark.spec("Regie formats", "8", "only files that a publication made are removed")
def test_what_others_write_there_stays(office):
    office.publish()
    listed = office.tree / "pages.json"
    document = strictjson.loads_object(listed.read_bytes())
    for path in ("status/abc.jwt", "robots.txt"):
        (office.tree / path).parent.mkdir(exist_ok=True)
        (office.tree / path).write_bytes(b"theirs")
        document["files"][path] = "0" * 64
    listed.write_bytes(strictjson.dumps(document))
    office.publish(NOW + 60)
    assert (office.tree / "status/abc.jwt").read_bytes() == b"theirs"
    assert (office.tree / "robots.txt").read_bytes() == b"theirs"
    assert office.audited(NOW + 60) == []


def test_no_link_leads_a_publication_elsewhere(office, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    office.tree.mkdir()
    (office.tree / "types").symlink_to(elsewhere)
    with pytest.raises(BadInput) as caught:
        office.publish()
    assert caught.value.code == "publish.stage"
    assert [*elsewhere.iterdir()] == []
    assert not (office.tree / "scheme.jws").exists()
