"""`doctor` says whether employees can log in, before the first of them tries."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash.servers import Served, Tls, listener, url
from support.oidc_provider import CLIENT, SECRET, OidcProvider
from support.verifier_home import VerifierHome, make_home

from verifier import config
from verifier.service import doctor
from verifier.service.doctor import Level


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[tuple[OidcProvider, Tls]]:
    tls = Tls.make(tmp_path / "tls")
    socket = listener()
    made = OidcProvider(url(socket), 1_767_225_600)
    server = Served(made.app, socket, tls)
    yield made, tls
    server.idle()
    server.stop()


def configured(home: VerifierHome, issuer: str, authority: str) -> None:
    secret = home.home / "keys" / "login-staff"
    secret.touch(0o600)
    secret.write_text(SECRET)
    with (home.home / config.FILE).open("a") as out:
        values = {"issuer": issuer, "client_id": CLIENT, "tls_ca": authority}
        values["client_secret_file"] = "keys/login-staff"
        lines = (f"{name} = {json.dumps(value)}\n" for name, value in values.items())
        out.write("\n[staff]\n" + "".join(lines))


def found(home: VerifierHome) -> list[doctor.Finding]:
    return [one for one in doctor.examine(home.home, home.clock.at) if one.check == "staff"]


def test_doctor(tmp_path: Path, provider: tuple[OidcProvider, Tls]) -> None:
    served, tls = provider
    (tmp_path / "town").mkdir()
    home = make_home(tmp_path / "town")
    assert found(home) == []
    configured(home, served.issuer, tls.ca)
    (one,) = found(home)
    assert (one.level, one.params["issuer"]) == (Level.OK, served.issuer)
    assert "Medewerkers kunnen inloggen" in one.sentence("nl")
    served.lies.discovery = {"issuer": "https://other.example"}
    (one,) = found(home)
    assert (one.level, one.params["fault"]) == (Level.FAULT, "login.provider_issuer")
    assert "[staff]" in one.sentence("en")
    home.close()
