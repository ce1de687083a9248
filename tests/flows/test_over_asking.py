"""Over-asking has teeth: one claim too many, from the register's file to the resident's log."""

import re
from pathlib import Path

import pytest
from support.registerfiles import changed, files
from support.scheme import NOW, VOORBEELDWONEN, build
from support.verifier_home import make_home
from support.wallet_world import world

from credential.names import vct_of
from registrar import lint, register
from registrar.findings import wrong
from verifier.errors import NotReady
from wallet.caution import Warn
from wallet.errors import WalletError

REGISTERED = 'optional = ["given_name", "family_name"]'
MORE = 'optional = ["given_name", "family_name", "birthdate"]'
QUERY = {
    "credentials": [
        {
            "id": "one",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [vct_of("persoonsgegevens")]},
            "claims": [{"path": ["birthdate"]}, {"path": ["housing_pseudonym"]}],
        }
    ]
}


@pytest.mark.spec("Regie trust", "9.4", "a purpose that asks more than its category: advice")
def test_the_registrar_advises() -> None:
    text = changed(VOORBEELDWONEN, REGISTERED, MORE)
    found = lint.check(register.read(files(woonstichting_voorbeeldwonen=text)), now=NOW)
    [one] = found
    assert (one.code, one.level) == ("lint.more_than_least", "advice")
    assert one.what == "inschrijven persoonsgegevens:birthdate"
    assert text.splitlines()[one.line - 1] == MORE
    assert wrong(found) == [], "the operator decides: it may be published"


@pytest.mark.spec("Regie trust", "2.8", "no profile asks more than its purpose is registered for")
def test_the_corporation_does_not_start(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    home.close()
    file = home.home / "profiles" / "inschrijven.toml"
    person = '  { id = "person", path = ["housing_pseudonym"] },\n'
    more = person + '  { id = "born", path = ["birthdate"] },\n'
    file.write_text(file.read_text("utf-8").replace(person, more, 1), "utf-8")
    with pytest.raises(NotReady, match=r"profile\.over_asked .*path=birthdate"):
        home.open()


@pytest.mark.spec("ARF 3.0", "RPRC_21", "more than registered: named, accepted apart, on record")
def test_the_wallet_warns_and_records(tmp_path: Path) -> None:
    town = world(tmp_path, scheme=build())
    with town.wallet:
        town.verifier.query = QUERY
        posed = town.receive()
        assert posed.question.over_asked == ("Persoonsgegevens: Geboortedatum",)
        every = set(posed.question.options[0].warnings)
        with pytest.raises(WalletError) as caught:
            town.share(posed, accepted=every - {Warn.OVER_ASKING})
        assert caught.value.params["warnings"] == "over_asking"
        assert town.network.posts() == []
        town.share(posed, accepted=every)
        bodies = [entry.body for entry in town.wallet.store.events(posed.id)]
        warned = [one for body in bodies for one in body.get("warnings", ())]
        assert {"code": "over_asking", "accepted": True} in warned
        # What left, and the certificate that did not allow it, stand beside it.
        assert re.search(r"birthdate", str(bodies))
        assert re.search(r"inschrijven", str(bodies))
