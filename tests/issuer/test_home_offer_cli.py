"""`offer --from-home`: a link that names nobody."""

import io
import json
import sys

import pytest

from issuer import cli, clock
from issuer.cli import desk as desk_commands
from issuer.service.office import open_office


@pytest.fixture
def run(home, monkeypatch, capsys):
    town = home.town

    def make_office(session):
        return open_office(session.folder, town.office.entropy, lambda *_: town.office.source)

    monkeypatch.setattr(clock, "now", lambda: town.now)
    monkeypatch.setattr(desk_commands, "office_of", make_office)
    monkeypatch.setenv("REGIE_LANG", "nl")

    def command(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["regie-issuer", "--home", str(town.home), *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code = 0
        try:
            cli.main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.mark.spec("OpenID4VCI 1.0", "4.1.1", "an offer from the command line, for who logs in")
def test_a_link_for_whoever_logs_in(home, run):
    code, out, err = run("offer", "--from-home", "--kinds", "woonadres", "--json")
    assert (code, err) == (0, "")
    made = json.loads(out)
    assert made["kinds"] == ["woonadres"]
    found = home.wallet().offer(made["link"])
    assert found["credential_configuration_ids"] == ["woonadres"]
    assert home.wallet().offer(made["uri"]) == found


def test_in_words(run):
    code, out, _ = run("offer", "--from-home")
    assert code == 0
    assert "openid-credential-offer://" in out
    assert "logt in" in out


def test_what_does_not_go_together(run):
    assert run("offer")[0] == 2
    assert run("offer", "--from-home", "--person-file", "-")[0] == 2
    assert run("offer", "--from-home", "--kinds", "rijbewijs")[0] == 2
    assert run("offer", "--from-home", "--municipality", "0999")[0] == 2


def test_without_a_login_there_is_nothing_to_offer(town):
    from issuer.errors import DeskFault
    from issuer.service import homeoffers

    with pytest.raises(DeskFault, match=r"desk\.no_login"):
        homeoffers.make(town.office, None, municipality=None, now=town.now)
