"""The check-up tells the chain of every card and of the scheme, in the words of every component."""

import json
from pathlib import Path

import pytest
from support.screens import PASSPHRASE, lock
from support.wallet_world import World

from credential.trust import walkwords
from credential.trust.walk import Level, Use
from wallet import clock, doctorwords, findings
from wallet.errors import ExitCode
from wallet.findings import Finding, Repair, Verdict
from wallet.service import doctor
from wallet.texts import LANGUAGES, Texts

DAY = 86_400


@pytest.fixture
def whole(own_home: World) -> World:
    from support.logging_in import log_in

    log_in(own_home, "persoonsgegevens", "woonadres")
    lock(own_home)
    return own_home


def inside(town: World, now: int | None = None) -> list[Finding]:
    return list(doctor.inside(town.wallet, now=town.now if now is None else now))


def of(found: list[Finding], code: str) -> Finding:
    return next(one for one in found if one.code == code)


@pytest.mark.spec("Architecture", "Wallet", "the check-up walks the chain of every card")
def test_every_card_and_the_scheme_are_walked(whole: World) -> None:
    found = inside(whole)
    cards = [one.chain for one in found if one.code == "chain"]
    assert {one.what for one in cards if one is not None} == {"persoonsgegevens", "woonadres"}
    assert all(one is not None and one.use is Use.CARD and one.holds for one in cards)
    scheme = of(found, "scheme").chain
    assert scheme is not None
    assert (scheme.use, scheme.level) == (Use.SCHEME, Level.OK)
    lines = doctorwords.links(of(found, "chain"), Texts("nl"))
    assert lines[0].startswith("certificaat: Gemeente Voorbeeldstad (")
    assert "ondertekend door Stelselbeheerder" in lines[0]


@pytest.mark.spec("Regie formats", "8", "a list that was changed is told by name")
def test_a_list_that_was_changed(whole: World) -> None:
    place = whole.wallet.scheme_folder / "lote" / "wrpac-providers.jwt"
    place.write_bytes(place.read_bytes() + b" ")
    whole.wallet.forget_trust()
    found = inside(whole)
    told = of(found, "list-bad")
    assert (told.verdict, told.repair) == (Verdict.BAD, Repair.SYNC)
    for lang in LANGUAGES:
        said = doctorwords.what(told, Texts(lang))
        assert walkwords.said(lang, "scheme.file_hash").what in said
        assert doctorwords.then(told, Texts(lang))
    assert findings.exit_code(tuple(found)) is ExitCode.NOT_TRUSTED


def test_a_scheme_that_is_gone_or_old(whole: World) -> None:
    old = inside(whole, whole.now + 8 * DAY)
    told = of(old, "scheme-old")
    assert told.chain is not None
    assert "verlopen" in doctorwords.what(told, Texts("nl"))
    (whole.wallet.scheme_folder / "scheme.jws").write_bytes(b"x")
    whole.wallet.forget_trust()
    told = of(inside(whole), "scheme-bad")
    assert told.error
    assert told.chain is not None
    assert doctorwords.what(told, Texts("en")).startswith("The statement of the scheme: not in ")


def test_a_card_of_an_issuer_that_was_taken_back(whole: World, tmp_path: Path) -> None:
    scheme = whole.scheme
    record = next(one for one in scheme.ledger.certificates if one.name.endswith(".card"))
    scheme.revoke(record.fingerprint)
    for path, data in scheme.tree.items():
        file = whole.wallet.scheme_folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    whole.wallet.forget_trust()
    told = of(inside(whole), "chain-bad")
    assert told.chain is not None
    assert told.chain.links[0].code == "trust.certificate_revoked"
    assert "Het certificaat is ingetrokken." in doctorwords.what(told, Texts("nl"))
    assert "nieuwe sleutel" in doctorwords.then(told, Texts("nl"))


def test_by_command(whole: World, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    from wallet import cli

    home = whole.wallet.home
    whole.wallet.close()
    monkeypatch.setattr(clock, "now", lambda: whole.now)
    (home / "wallet.head").chmod(0o600)
    common = ["--lang", "en", "--home", str(home)]
    cli.run([*common, "doctor"], {"REGIE_PASSPHRASE": PASSPHRASE})
    assert "    certificate: Gemeente Voorbeeldstad (" in capsys.readouterr().out
    cli.run([*common, "--json", "doctor"], {"REGIE_PASSPHRASE": PASSPHRASE})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    chains = [one["chain"] for one in lines if one["chain"] is not None]
    assert {one["use"] for one in chains} == {"scheme", "card"}
    assert {one["level"] for one in chains} == {"ok"}
