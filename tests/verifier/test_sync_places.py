"""`sync` from several mirrors, a folder or a bundle: who fails is passed by, and who lies is refused."""

import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.holder_simulator import CardMaker
from support.scheme import WESTHOVE
from support.verifier_home import VerifierHome, attempt, make_home

from credential import statuslist
from verifier import clock, config
from verifier.cli.main import cli
from verifier.errors import NotReady, VerifierError
from verifier.scheme import SchemeFolder, aggregation_path
from verifier.service import bundle, doctor, freshness, places
from verifier.service.sync import sync
from verifier.transaction import Outcome

DAY = 86_400


def with_mirrors(home: VerifierHome, *mirrors: Path) -> config.Config:
    """The settings name these after the place they had."""
    listed = ", ".join(f'"{one}"' for one in mirrors)
    file = home.home / config.FILE
    file.write_text(f"{file.read_text()}[sync]\nmirrors = [{listed}]\n")
    return config.load(home.home)


def copied(home: VerifierHome, name: str) -> Path:
    """Another mirror of the same, without the archive that would mend what a test breaks."""
    without = shutil.ignore_patterns("archive")
    return Path(shutil.copytree(home.mirror, home.folder / name, ignore=without))


def current(home: VerifierHome) -> str | None:
    settings = config.load(home.home)
    return SchemeFolder(settings.scheme_folder, settings.fingerprint).current_name()


def held(home: VerifierHome, path: str) -> bytes:
    return (home.home / "scheme" / str(current(home)) / path).read_bytes()


@pytest.mark.spec("Regie formats", "8", "any mirror will do: the next one when the first is gone")
def test_falls_over_in_order(home: VerifierHome) -> None:
    home.publish(home.maker.status_list(iat=home.clock.at))
    settings = with_mirrors(home, home.folder / "never-was", copied(home, "second"))
    shutil.rmtree(home.mirror)
    done = sync(settings, home.clock.at)
    assert done.place == f"{home.folder / 'second'}/scheme" or done.place.endswith("second")
    assert [code for _, code in done.failed] == ["sync.scheme_missing"] * 2
    last = places.last(settings.scheme_folder)
    assert last is not None
    assert (last.succeeded, len(last.failed)) == (home.clock.at, 2)


@pytest.mark.spec("Regie formats", "8", "a mirror that lies is passed by, with the reason kept")
def test_a_mirror_that_lies(home: VerifierHome) -> None:
    home.publish(home.maker.status_list(iat=home.clock.at))
    settings = with_mirrors(home, copied(home, "second"))
    shutil.rmtree(home.mirror / "scheme" / "archive")
    revoked = home.mirror / "scheme" / "revoked.json"
    revoked.write_bytes(revoked.read_bytes() + b" ")
    done = sync(settings, home.clock.at)
    assert done.place.endswith("second")
    assert dict(done.failed) == {settings.scheme: "scheme.file_hash"}


def test_all_of_them_fail(home: VerifierHome) -> None:
    """Who lies is told before who is silent, and what was in force stays."""
    before = current(home)
    settings = with_mirrors(home, copied(home, "second"))
    revoked = home.folder / "second" / "scheme" / "revoked.json"
    revoked.write_bytes(b"{}")
    shutil.rmtree(home.mirror)
    with pytest.raises(VerifierError, match=r"scheme\.file_hash"):
        sync(settings, home.clock.at)
    assert current(home) == before
    last = places.last(settings.scheme_folder)
    assert last is not None
    assert set(last.failed.values()) == {"scheme.file_hash", "sync.scheme_missing"}
    assert last.succeeded == home.scheme.now  # when it last worked is not forgotten


@pytest.mark.spec("Regie formats", "8", "rollback on every mirror but one: the one is taken")
def test_an_old_mirror_is_passed_by(home: VerifierHome) -> None:
    old = copied(home, "old")
    home.scheme.publish(home.clock.at + 60)
    home.clock.at += 60
    home.publish(home.maker.status_list(iat=home.clock.at))
    newest = home.scheme.trust.sequence
    settings = with_mirrors(home, old)
    assert sync(settings, home.clock.at).sequence == newest
    shutil.rmtree(home.mirror)
    with pytest.raises(VerifierError, match=r"scheme\.rollback"):
        sync(settings, home.clock.at)


@pytest.mark.spec("Regie formats", "8", "expired: a scheme past its next update is never taken")
def test_an_expired_scheme_is_refused(home: VerifierHome) -> None:
    before = current(home)
    home.clock.at += 8 * DAY
    with pytest.raises(VerifierError, match=r"scheme\.expired"):
        home.sync()
    assert current(home) == before


@pytest.mark.spec("Regie formats", "7", "of several mirrors the youngest list is taken")
def test_the_youngest_list(home: VerifierHome) -> None:
    second = copied(home, "second")
    home.clock.at += 20 * 3600
    path, young = home.maker.status_list(iat=home.clock.at - 60)
    (second / path).write_bytes(young)
    settings = with_mirrors(home, second)
    done = sync(settings, home.clock.at)
    assert done.failed == ()
    assert held(home, path) == young


def test_a_list_that_one_mirror_lacks(home: VerifierHome) -> None:
    second = copied(home, "second")
    path, data = home.maker.status_list(iat=home.clock.at + 1)
    home.clock.at += 60
    (second / path).write_bytes(data)
    (home.mirror / path).unlink()
    assert sync(with_mirrors(home, second), home.clock.at).lists == 1
    assert held(home, path) == data


@pytest.mark.spec(
    "Regie formats", "8", "air-gapped: what a bundle holds is checked like a mirror's"
)
def test_bundle_there_and_back(home: VerifierHome, tmp_path: Path) -> None:
    file, again = tmp_path / "regie.tar", tmp_path / "again.tar"
    count = bundle.write(config.load(home.home), file)
    assert bundle.write(config.load(home.home), again) == count
    assert file.read_bytes() == again.read_bytes()
    (tmp_path / "island").mkdir()
    island = make_home(tmp_path / "island", build_scheme=home.scheme)
    shutil.rmtree(island.home / "scheme")
    shutil.rmtree(island.mirror)
    done = sync(config.load(island.home), island.clock.at, source=str(file))
    assert (done.sequence, done.lists) == (home.scheme.trust.sequence, 1)
    assert attempt(island)[1].outcome is Outcome.ACCEPTED
    island.close()


def test_no_bundle_of_nothing(home: VerifierHome, tmp_path: Path) -> None:
    (home.home / "scheme" / "current").unlink()
    with pytest.raises(NotReady, match=r"scheme\.missing"):
        bundle.write(config.load(home.home), tmp_path / "regie.tar")


def altered(source: Path, target: Path, change: str) -> Path:
    """The same bundle with one thing in it that has no place there."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            data = old.extractfile(member)
            assert data is not None
            new.addfile(member, data)
        extra = tarfile.TarInfo("scheme/extra")
        match change:
            case "climbs":
                extra.name = "scheme/../../../etc/passwd"
            case "absolute":
                extra.name = "/etc/passwd"
            case "link":
                extra.type, extra.linkname = tarfile.SYMTYPE, "/etc/passwd"
            case "hard link":
                extra.type, extra.linkname = tarfile.LNKTYPE, "scheme/scheme.jws"
            case "device":
                extra.type = tarfile.CHRTYPE
            case "twice":
                extra.name = "scheme/scheme.jws"
        new.addfile(extra, io.BytesIO())
    return target


@pytest.mark.spec("Regie formats", "8", "bundle: a name that climbs, a link or a device is refused")
@pytest.mark.parametrize("change", ["climbs", "absolute", "link", "hard link", "device", "twice"])
def test_hostile_bundle(home: VerifierHome, tmp_path: Path, change: str) -> None:
    before = current(home)
    good = tmp_path / "good.tar"
    bundle.write(config.load(home.home), good)
    bad = altered(good, tmp_path / "bad.tar", change)
    with pytest.raises(VerifierError, match=r"sync\.bundle"):
        sync(config.load(home.home), home.clock.at, source=str(bad))
    assert current(home) == before


def test_bundle_that_is_none(home: VerifierHome, tmp_path: Path) -> None:
    file = tmp_path / "regie.tar"
    for data in (b"", b"not a tar" * 100, bytes(10240)):
        file.write_bytes(data)
        with pytest.raises(VerifierError) as caught:
            sync(config.load(home.home), home.clock.at, source=str(file))
        assert caught.value.code in ("fetch.bundle", "sync.scheme_missing")


@pytest.mark.spec(
    "Regie formats", "7", "a list counts for the issuer that may say it, for no other"
)
def test_lists_are_kept_by_issuer(home: VerifierHome) -> None:
    """Asked for another issuer first, the list is not hidden from its own."""
    verifier = home.open()
    generation = verifier.scheme.generation(home.clock.at)
    mine = generation.trust.issuers
    own = next(one for one in mine if one.keeps_status_at(home.maker.list_uri))
    other = next(one for one in mine if one.oin != own.oin)
    uri = home.maker.list_uri
    assert generation.status_list(uri, other, home.clock.at) is None
    assert generation.status_list(uri, own, home.clock.at) is not None
    assert generation.status_list(uri, other, home.clock.at) is None


@pytest.mark.spec("Regie formats", "7", "the age of the scheme and of every list is shown")
def test_ages_are_shown(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> None:
    other = CardMaker(home.scheme, WESTHOVE)
    home.publish(home.maker.status_list(), other.aggregation())
    home.sync()
    home.clock.at += 5 * 3600
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    done = CliRunner().invoke(cli, ["--home", str(home.home), "--json", "sync", "--status"])
    assert done.exit_code == 0, done.output
    scheme, *lists = [json.loads(line) for line in done.stdout.splitlines()]
    assert scheme["age_seconds"] == home.clock.at - home.scheme.trust.issued
    by_uri = {one["uri"]: one for one in lists}
    assert by_uri[home.maker.list_uri]["age_seconds"] == 5 * 3600
    assert by_uri[other.list_uri]["signed"] is None  # announced, and not there
    ages = freshness.ages(home.open())
    assert ages.oldest_list == ages.newest_list == home.scheme.now
    assert (ages.lists, ages.missing > 0) == (1, True)


def test_bundle_and_status_on_the_command_line(
    home: VerifierHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    at = ["--home", str(home.home), "--json", "sync"]
    file = tmp_path / "regie.tar"
    done = CliRunner().invoke(cli, [*at, "--bundle", str(file)])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[1])["files"] > 5
    with tarfile.open(file) as tar:
        names = set(tar.getnames())
    assert {"scheme/scheme.jws", statuslist.mirror_path(home.maker.list_uri)} <= names
    assert aggregation_path("x").startswith("status/")
    for wrong in (["--bundle", str(tmp_path / "regie.zip")], ["--status", "--from", "x"]):
        assert CliRunner().invoke(cli, [*at, *wrong]).exit_code == 2


@pytest.mark.spec("Regie formats", "8", "of several mirrors the newest scheme is taken")
def test_a_mirror_that_stands_still_keeps_nobody_behind(home: VerifierHome) -> None:
    """Asked first, and genuine: without whoever was taken back since."""
    home.publish(home.maker.status_list(iat=home.clock.at))
    honest = copied(home, "honest")
    frozen = home.mirror
    settings = with_mirrors(home, honest)
    home.clock.at += 2 * 3600
    home.scheme.now = home.clock.at
    home.scheme.revoke(WESTHOVE)
    shutil.rmtree(honest / "scheme")
    home.scheme.write(honest / "scheme")
    newest = home.scheme.trust.sequence
    for days in (0, 1, 6):
        done = sync(settings, home.clock.at + days * DAY)
        assert done.sequence == newest
        assert done.place == str(honest)
        assert dict(done.failed)[f"{frozen}/scheme"] == "sync.behind"
    told = [one for one in doctor.examine(home.home, home.clock.at) if one.check == "sync"]
    assert told[0].code == "sync_behind"
    assert "loopt achter" in told[0].sentence("nl")


@pytest.mark.spec("Regie formats", "7", "a mirror that announces no list erases none")
@pytest.mark.parametrize("announced", ['{"status_lists":[]}', '{"status_lists":["https://x/1"]}'])
def test_a_mirror_that_announces_nothing(home: VerifierHome, announced: str) -> None:
    """What is held stays, and what another place has is fetched there."""
    path, data = home.maker.status_list(iat=home.clock.at)
    home.publish((path, data))
    honest = copied(home, "honest")
    (home.mirror / home.maker.aggregation()[0]).write_text(announced)
    (home.mirror / path).unlink()
    assert home.sync().kept == 1  # from this place alone
    assert held(home, path)
    home.clock.at += 3600
    young = home.maker.status_list(iat=home.clock.at)[1]
    (honest / path).write_bytes(young)
    done = sync(with_mirrors(home, honest), home.clock.at)
    assert (done.lists, held(home, path)) == (1, young)
    assert attempt(home)[1].outcome is Outcome.ACCEPTED
