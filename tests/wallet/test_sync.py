"""Bringing in the scheme: whole and verified, or the old one stays."""

from pathlib import Path

import pytest
from support.network import Network, reply
from support.scheme import TestScheme, build
from support.wallet_world import World, world

from wallet.config import Config
from wallet.errors import ExitCode, WalletError
from wallet.fetch import Call, Reply
from wallet.service import sync
from wallet.store import Filter

MIRROR = "https://mirror.example/stelsel"


@pytest.fixture
def scheme() -> TestScheme:
    return build()


@pytest.fixture
def town(tmp_path: Path, scheme: TestScheme) -> World:
    return world(tmp_path, scheme=scheme, cards=False)


def mirrored(town: World, scheme: TestScheme) -> None:
    """The same scheme from a web server."""

    def serve(call: Call) -> Reply:
        path = call.url.removeprefix(f"{MIRROR}/")
        data = scheme.tree.get(path)
        if data is None:
            return reply(404, "", "text/plain")
        return reply(200, data, "application/octet-stream")

    town.wallet.config = Config(scheme_url=MIRROR + "/", fingerprint=scheme.fingerprint.hex())
    town.network.hosts["mirror.example"] = serve


def test_from_a_folder_and_from_the_web(town: World, scheme: TestScheme) -> None:
    again = sync.sync(town.wallet, town.network, now=town.now)
    assert (again.changed, again.issuers) == (False, 2)
    mirrored(town, scheme)
    scheme.publish()
    found = sync.sync(town.wallet, town.network, now=town.now)
    assert found.changed
    assert found.sequence == town.wallet.trust(town.now).sequence
    assert town.network.peers == ("mirror.example",)
    noted = list(town.wallet.store.activities(Filter(type="trust")))
    assert len(noted) == 2


@pytest.mark.spec("Regie formats", "8", "an older sequence is refused")
def test_an_older_snapshot_is_refused(town: World, scheme: TestScheme) -> None:
    mirrored(town, scheme)
    old = dict(scheme.tree)
    scheme.publish()
    newest = sync.sync(town.wallet, town.network, now=town.now)
    scheme.tree = old
    with pytest.raises(WalletError) as caught:
        sync.sync(town.wallet, town.network, now=town.now)
    assert caught.value.params["rule"] == "scheme.rollback"
    assert town.wallet.trust(town.now).sequence == newest.sequence


@pytest.mark.spec("Regie formats", "8", "mixed or altered files are refused")
def test_an_altered_file_leaves_the_old_scheme(town: World, scheme: TestScheme) -> None:
    mirrored(town, scheme)
    before = town.wallet.trust(town.now).sequence
    scheme.publish()
    scheme.forget_archive()
    scheme.swap("lote/pub-eaa-providers.jwt", b"altered")
    with pytest.raises(WalletError) as caught:
        sync.sync(town.wallet, town.network, now=town.now)
    assert caught.value.exit == ExitCode.NOT_TRUSTED
    town.wallet.forget_trust()
    assert town.wallet.trust(town.now).sequence == before


@pytest.mark.spec("Regie formats", "8", "the fingerprint names the root")
def test_another_root_is_refused(town: World) -> None:
    other = build()
    mirrored(town, other)
    town.wallet.config = Config(scheme_url=MIRROR, fingerprint="00" * 32)
    with pytest.raises(WalletError) as caught:
        sync.sync(town.wallet, town.network, now=town.now)
    assert caught.value.params["rule"] == "scheme.fingerprint"


def test_a_missing_file_is_the_networks_fault(town: World, scheme: TestScheme) -> None:
    mirrored(town, scheme)
    scheme.forget_archive()
    del scheme.tree["revoked.json"]
    with pytest.raises(WalletError, match=r"sync\.missing") as caught:
        sync.sync(town.wallet, town.network, now=town.now)
    assert caught.value.exit == ExitCode.NETWORK


def test_a_folder_without_a_scheme(town: World, tmp_path: Path) -> None:
    fingerprint = town.wallet.config.fingerprint
    town.wallet.config = Config(scheme_url=str(tmp_path / "none"), fingerprint=fingerprint)
    with pytest.raises(WalletError, match=r"sync\.folder"):
        sync.sync(town.wallet, town.network, now=town.now)
    town.wallet.config = Config()
    with pytest.raises(WalletError, match=r"trust\.missing"):
        sync.sync(town.wallet, Network(), now=town.now)


@pytest.mark.spec("Regie formats", "8", "no grace after next_update")
def test_an_old_scheme_decides_nothing(town: World) -> None:
    later = town.now + 8 * 86_400
    town.wallet.forget_trust()
    with pytest.raises(WalletError):
        town.wallet.trust(later)


def test_leftovers_of_a_crash_are_no_obstacle(town: World) -> None:
    folder = town.wallet.scheme_folder
    for name in (folder.name + ".new", folder.name + ".old"):
        (folder.with_name(name) / "lote").mkdir(parents=True)
    sync.sync(town.wallet, town.network, now=town.now)
    assert not folder.with_name(folder.name + ".new").exists()
    assert not folder.with_name(folder.name + ".old").exists()


def test_a_folder_has_no_end(town: World, scheme: TestScheme, tmp_path: Path) -> None:
    """A stick whose files lead out of it, to a device, or are larger than the disk."""
    folder = scheme.write(tmp_path / "stick")
    town.wallet.config = Config(scheme_url=str(folder), fingerprint=town.wallet.config.fingerprint)
    sync.sync(town.wallet, town.network, now=town.now)
    root = folder / "root.cer"
    kept = root.read_bytes()
    (tmp_path / "elsewhere.cer").write_bytes(kept)
    for target in ("/dev/zero", str(tmp_path / "elsewhere.cer")):
        root.unlink()
        root.symlink_to(target)
        with pytest.raises(WalletError, match=r"sync\.folder"):
            sync.sync(town.wallet, town.network, now=town.now)
    root.unlink()
    with root.open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(WalletError, match=r"sync\.too_big"):
        sync.sync(town.wallet, town.network, now=town.now)
