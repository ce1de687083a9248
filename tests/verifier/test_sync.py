"""`sync`: whole or not at all, never back in time, one bad list spoils nothing else."""

import shutil

import pytest
from support.holder_simulator import CardMaker
from support.scheme import WESTHOVE
from support.verifier_home import VerifierHome, attempt

from verifier import config
from verifier.errors import VerifierError
from verifier.scheme import SchemeFolder
from verifier.service.sync import sync
from verifier.transaction import Outcome


def current(home: VerifierHome) -> str | None:
    settings = config.load(home.home)
    return SchemeFolder(settings.scheme_folder, settings.fingerprint).current_name()


def test_brings_scheme_and_lists(home: VerifierHome) -> None:
    other = CardMaker(home.scheme, WESTHOVE)
    home.publish(home.maker.status_list(), other.status_list(), other.aggregation())
    done = home.sync()
    assert (done.lists, done.kept, done.missing) == (2, 0, ())
    assert done.sequence == home.scheme.trust.sequence


def test_twice_is_the_same(home: VerifierHome) -> None:
    before = current(home)
    home.sync()
    assert current(home) == before


@pytest.mark.spec(
    "Regie formats", "8", "rollback: an older snapshot is refused, what we have stays"
)
def test_rollback(home: VerifierHome) -> None:
    old = dict(home.scheme.tree)
    home.scheme.publish(home.clock.at + 60)
    home.clock.at += 60
    home.publish(home.maker.status_list())
    home.sync()
    before = current(home)
    home.scheme.tree = old
    home.publish()
    with pytest.raises(VerifierError, match=r"scheme\.rollback"):
        home.sync()
    assert current(home) == before


@pytest.mark.spec("Regie formats", "8", "mixed files: a file the snapshot does not name is refused")
@pytest.mark.parametrize("path", ["lote/pub-eaa-providers.jwt", "revoked.json", "root.cer"])
def test_changed_file(home: VerifierHome, path: str) -> None:
    before = current(home)
    shutil.rmtree(home.mirror / "scheme" / "archive")
    file = home.mirror / "scheme" / path
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(VerifierError):
        home.sync()
    assert current(home) == before
    assert attempt(home)[1].outcome is Outcome.ACCEPTED


def test_missing_file(home: VerifierHome) -> None:
    shutil.rmtree(home.mirror / "scheme" / "archive")
    (home.mirror / "scheme" / "revoked.json").unlink()
    with pytest.raises(VerifierError) as caught:
        home.sync()
    assert caught.value.exit_code == 6


@pytest.mark.spec("Regie formats", "7", "rollback: an older list is left where it is")
def test_older_list_is_not_taken(home: VerifierHome) -> None:
    newest = home.maker.status_list(revoked=(0,))
    home.publish(newest)
    home.sync()
    older = home.maker.status_list(iat=home.clock.at - 3600)
    home.publish(older)
    done = home.sync()
    assert (done.lists, done.kept) == (0, 1)
    folder = home.home / "scheme" / str(current(home))
    assert (folder / newest[0]).read_bytes() == newest[1]


@pytest.mark.spec("Token Status List", "9.4", "one list that fails does not stop the others")
def test_bad_list_keeps_the_good(home: VerifierHome) -> None:
    path, data = home.maker.status_list()
    home.publish((path, data[:-8] + b"AAAAAAAA"))
    done = home.sync()
    assert (done.lists, done.kept) == (0, 1)
    (home.mirror / path).unlink()
    assert home.sync().kept == 1


def test_aggregation_gone(home: VerifierHome) -> None:
    (home.mirror / home.maker.aggregation()[0]).unlink()
    assert home.sync().lists == 1


@pytest.mark.spec(
    "Regie formats", "8", "revoked: with a revoked access certificate a verifier asks nothing"
)
def test_own_certificate_revoked(home: VerifierHome) -> None:
    home.scheme.revoke("woonstichting-voorbeeldwonen")
    home.publish(home.maker.status_list())
    home.sync()
    home.close()
    opened = home.open()
    found = {opened.closed(one) for one in opened.profiles.values()}
    assert found == {"profile.revoked"}


def test_no_scheme_yet(home: VerifierHome) -> None:
    home.close()
    (home.home / "scheme" / "current").unlink()
    with pytest.raises(VerifierError, match=r"scheme\.missing"):
        home.open()


def test_from_one_mirror(home: VerifierHome) -> None:
    done = sync(config.load(home.home), home.clock.at, source=str(home.mirror))
    assert done.lists == 1
