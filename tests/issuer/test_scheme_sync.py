"""The scheme fetched: whole or not at all, never back (Regie formats 8)."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from support import from_home, issuer_home
from support import scheme as schemes

from credential.errors import CredentialError
from issuer import config
from issuer.errors import NetworkFault, SettingsFault
from issuer.service import health
from issuer.service import sync as syncing

DAY = 86_400


@pytest.fixture
def registrar():
    """A registrar of this test alone."""
    return schemes.build(schemes.NOW)


@pytest.fixture
def home(tmp_path, registrar):
    """A home that names the registrar's mirror and has fetched nothing."""
    mirror = registrar.write(tmp_path / "mirror")
    table = from_home.SCHEME.format(url=mirror, fingerprint=registrar.fingerprint.hex())
    issuer_home.make(tmp_path, tables=table).office.close()
    return tmp_path


def sync(home, now=schemes.NOW, **more):
    return syncing.sync(home, config.load(home), now, **more)


def folder(home):
    from issuer.scheme import SchemeFolder, fingerprint_of

    scheme = config.load(home).scheme
    return SchemeFolder(home / "scheme", fingerprint_of(scheme.fingerprint))


@pytest.mark.spec("Regie formats", "8", "a reader takes the whole snapshot")
def test_it_is_taken(home, registrar):
    with pytest.raises(SettingsFault, match=r"scheme\.missing"):
        folder(home).trust(schemes.NOW)
    done = sync(home)
    assert done.changed
    assert folder(home).trust(schemes.NOW).sequence == done.sequence
    assert not sync(home).changed
    registrar.publish(schemes.NOW + DAY)
    registrar.write(home / "mirror")
    newer = sync(home, schemes.NOW + DAY)
    assert newer.changed
    assert newer.sequence > done.sequence
    names = [one.name for one in (home / "scheme").iterdir() if one.is_dir()]
    assert len(names) == 2
    registrar.publish(schemes.NOW + 2 * DAY)
    registrar.write(home / "mirror")
    sync(home, schemes.NOW + 2 * DAY)
    assert len([one for one in (home / "scheme").iterdir() if one.is_dir()]) == 2


@pytest.mark.spec("Regie formats", "8", "an older snapshot is refused")
def test_no_way_back(home, registrar, tmp_path):
    old = registrar.write(tmp_path / "old")
    registrar.publish(schemes.NOW + DAY)
    registrar.write(home / "mirror")
    newer = sync(home, schemes.NOW + DAY)
    with pytest.raises(CredentialError, match="rollback"):
        sync(home, schemes.NOW + DAY, source=str(old))
    assert folder(home).trust(schemes.NOW + DAY).sequence == newer.sequence


@pytest.mark.spec("Regie formats", "8", "a file that is not the named one spoils the whole")
def test_a_changed_file(home, registrar):
    sync(home)
    before = folder(home).current_name()
    registrar.publish(schemes.NOW + DAY)
    registrar.write(home / "mirror")
    shutil.rmtree(home / "mirror" / "archive")
    needed = next((home / "mirror" / "lote").iterdir())
    needed.write_bytes(needed.read_bytes() + b" ")
    with pytest.raises(CredentialError):
        sync(home, schemes.NOW + DAY)
    needed.unlink()
    with pytest.raises(NetworkFault):
        sync(home, schemes.NOW + DAY)
    assert folder(home).current_name() == before
    assert not list((home / "scheme").glob(".next-*"))


@pytest.mark.spec("Regie formats", "8", "who may ask what is checked by its hash as well")
def test_registrations_come_along(home, registrar):
    # Every name that the register allows, also with capitals and dots.
    party = registrar.parties[schemes.VOORBEELDWONEN]
    more = [replace(use, id=f"{use.id.title()}.2") for use in party.services[0].intended_uses[:1]]
    service = replace(party.services[0], intended_uses=(*party.services[0].intended_uses, *more))
    registrar.change(party.id, services=(service,))
    registrar.publish()
    registrar.write(home / "mirror")
    sync(home)
    found = dict(folder(home).files("registration/"))
    assert "registration/00000099000000003000/Inschrijven.2.jwt" in found
    assert "registration/00000099000000003000/inschrijven.jwt" in found
    file = home / "mirror" / "registration" / "00000099000000003000" / "inschrijven.jwt"
    registrar.publish(schemes.NOW + DAY)
    registrar.write(home / "mirror")
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(CredentialError):
        sync(home, schemes.NOW + DAY)


def test_another_root(home):
    text = (home / "issuer.toml").read_text()
    good = config.load(home).scheme.fingerprint
    (home / "issuer.toml").write_text(text.replace(good, "00" * 32))
    with pytest.raises(CredentialError, match="fingerprint"):
        sync(home)


def test_paths_stay_below_the_mirror(home):
    from issuer import fetch

    with fetch.reader(str(home / "mirror"), None) as read:
        for path in ("../issuer.toml", "/etc/passwd", "", "lote"):
            with pytest.raises(NetworkFault):
                read(path)


def test_over_https(home, tmp_path, front):
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    from issuer import fetch

    static = StaticFiles(directory=home / "mirror")
    front.door.app = Starlette(routes=[Mount("/scheme", static)])
    with fetch.reader(f"{front.base}/scheme", front.ca) as read:
        assert read("scheme.jws") == (home / "mirror" / "scheme.jws").read_bytes()
        with pytest.raises(NetworkFault, match=r"fetch\.status"):
            read("nothing")
    with (
        fetch.reader(f"{front.base}/scheme", None) as read,
        pytest.raises(NetworkFault, match=r"fetch\.failed"),
    ):
        read("scheme.jws")


def test_settings_without_a_scheme(town):
    with pytest.raises(SettingsFault, match="not_configured"):
        sync(town.home)
    assert town.office.trust(town.now) is None


def test_the_command(home):
    command = [sys.executable, "-m", "issuer", "--home", str(home), "--json", "sync"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ}, check=False)
    # The test's scheme is of 2026-01-01 and this clock is real: it says so, and takes nothing.
    found = json.loads(done.stdout)
    assert done.returncode == 5, done.stderr
    assert found["error"] == "scheme.expired"
    assert folder(home).current_name() is None


@pytest.mark.spec("Architecture", "Issuer", "doctor tells how fresh the scheme is")
def test_the_doctor_looks_at_the_scheme(home):
    def said(now=schemes.NOW):
        findings = health.examine(home, now, issuer_home.stream("doctor"))
        return {one.key: one for one in findings}["doctor.scheme"]

    assert (said().ok, said().code) == (False, "scheme.missing")
    sync(home)
    assert said().ok
    assert "2026" in said().sentence("nl")
    assert said(schemes.NOW + 30 * DAY).code == "scheme.expired"
