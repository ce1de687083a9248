"""The check-up: what is in order, what is wrong, in words, and what the wallet repairs itself."""

import dataclasses
import json
import stat
from pathlib import Path

import pytest
from support.keyrings import keyring_of_this_computer
from support.refreshing import publish_list
from support.screens import PASSPHRASE, lock
from support.wallet_world import World

from wallet import clock, config, doctorwords, files, findings, keyfile, tries
from wallet.errors import ExitCode
from wallet.findings import Finding, Repair, Verdict
from wallet.service import cards, doctor, folder, locks
from wallet.store.values import Pending
from wallet.texts import LANGUAGES, Texts

DAY = 86_400
HERE = {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"}


@pytest.fixture
def whole(own_home: World) -> World:
    from support.logging_in import log_in

    log_in(own_home, "persoonsgegevens", "woonadres")
    lock(own_home)
    (own_home.wallet.home / keyfile.FILE).chmod(0o600)
    publish_list(own_home)
    return own_home


def outside(town: World) -> dict[str, Finding]:
    return {one.code: one for one in doctor.outside(town.wallet.home, HERE)}


def inside(town: World, now: int | None = None) -> dict[str, Finding]:
    found = doctor.inside(town.wallet, now=town.now if now is None else now)
    return {one.code: one for one in found}


def repaired(town: World, wanted: Repair) -> None:
    doctor.repair(town.wallet, town.network, wanted, now=town.now)


def words(found: dict[str, Finding], code: str, lang: str = "nl") -> str:
    texts = Texts(lang)
    return f"{doctorwords.what(found[code], texts)} {doctorwords.then(found[code], texts)}"


def test_a_whole_wallet_is_in_order(whole: World) -> None:
    found = outside(whole) | inside(whole)
    assert not [one for one in found.values() if one.verdict is Verdict.BAD]
    assert {"permissions", "keyfile", "settings", "database", "log", "clock"} <= set(found)
    assert {"scheme", "chain", "tls", "card-known", "unfinished", "links-none"} <= set(found)
    assert "Het stelsel kent deze uitgever" in words(found, "chain")
    assert findings.exit_code(tuple(found.values())) is ExitCode.OK


def test_it_changes_nothing_and_asks_nobody(whole: World) -> None:
    whole.network.calls.clear()
    before = whole.wallet.store.database.rows("SELECT n, h FROM entries ORDER BY n")
    outside(whole)
    inside(whole)
    assert whole.network.calls == []
    assert whole.wallet.store.database.rows("SELECT n, h FROM entries ORDER BY n") == before


# The folder and the computer.


def test_files_open_to_others_are_closed(whole: World) -> None:
    home = whole.wallet.home
    home.chmod(0o755)
    (home / "wallet.db").chmod(0o644)
    found = outside(whole)
    assert found["permissions-open"].verdict is Verdict.BAD
    assert "(aantal: 2)" in words(found, "permissions-open")
    repaired(whole, Repair.PERMISSIONS)
    assert "permissions" in outside(whole)
    assert folder.open_files(home) == ()


def test_what_a_crash_left_is_cleared_away(whole: World) -> None:
    home = whole.wallet.home
    (home / "wallet.head.new").write_bytes(b"half")
    (home / "scheme.new").mkdir()
    (home / "scheme.new" / "x").write_bytes(b"half")
    assert outside(whole)["leftovers"].params["count"] == 2
    repaired(whole, Repair.LEFTOVERS)
    assert "leftovers" not in outside(whole)
    assert (home / keyfile.FILE).exists()
    assert whole.wallet.trust(whole.now)


def test_what_is_not_the_wallets_stays_as_it_is(whole: World) -> None:
    home = whole.wallet.home
    for name in ("regie.backup.old", "notes.new"):
        (home / name).write_text("the only one")
    tool = home / "tool.sh"
    tool.write_text("#!/bin/sh")
    tool.chmod(0o755)
    assert {"leftovers", "permissions-open"} & outside(whole).keys() == set()
    repaired(whole, Repair.LEFTOVERS)
    repaired(whole, Repair.PERMISSIONS)
    assert stat.S_IMODE(tool.stat().st_mode) == 0o755
    assert (home / "regie.backup.old").read_text() == "the only one"
    assert (home / "notes.new").read_text() == "the only one"


@pytest.mark.parametrize("name", ["scheme", "wallet.head.new", "log.head", "lock"])
def test_every_file_of_the_wallet_is_closed(whole: World, name: str) -> None:
    place = whole.wallet.home / name
    if not place.exists():
        place.write_bytes(b"half")
    place.chmod(0o755)
    assert folder.open_files(whole.wallet.home) == (place,)
    repaired(whole, Repair.PERMISSIONS)
    assert folder.open_files(whole.wallet.home) == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"{}", "keyfile-bad"), (b'{"version":9,"slots":[]}', "keyfile-bad")],
)
def test_a_damaged_key_file_is_named(whole: World, content: bytes, code: str) -> None:
    (whole.wallet.home / keyfile.FILE).write_bytes(content)
    found = outside(whole)
    assert found[code].verdict is Verdict.BAD
    assert "sleutelbestand" in words(found, code)


def test_settings_that_are_wrong_are_named(whole: World) -> None:
    (whole.wallet.home / config.FILE).write_text('kleur = "rood"\n')
    found = outside(whole)
    assert "kleur" in words(found, "settings-bad")


def test_the_pin_and_its_keyring(whole: World) -> None:
    assert "pin-impossible" in outside(whole)
    with keyring_of_this_computer():
        assert "pin-none" in outside(whole)
        locks.set_pin(whole.wallet, PASSPHRASE, "804219", now=whole.now)
        assert "pin-set" in outside(whole)
        (whole.wallet.home / tries.FILE).write_bytes(b"." * tries.MOST)
        (whole.wallet.home / tries.FILE).chmod(0o600)
        assert "pin-blocked" in outside(whole)
    assert outside(whole)["pin-dead"].verdict is Verdict.BAD


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("Filename Type Size Used Priority\n", "swap"),
        ("Filename Type Size Used Priority\n/dev/zram0 partition 1 0 5\n", "swap"),
        ("Filename Type Size Used Priority\n/swapfile file 1 0 -2\n", "swap-on"),
    ],
)
def test_memory_on_disk(
    whole: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, code: str
) -> None:
    swaps = tmp_path / "swaps"
    swaps.write_text(content)
    monkeypatch.setattr(folder, "_SWAPS", swaps)
    assert code in outside(whole)


def test_links_that_half_open_here(whole: World, tmp_path: Path) -> None:
    here = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    lines = "[Default Applications]\nx-scheme-handler/openid4vp=regie-wallet.desktop;\n"
    (tmp_path / "mimeapps.list").write_text(lines)
    found = {one.code for one in doctor.outside(whole.wallet.home, here)}
    assert "links-part" in found


# Log and database.


@pytest.mark.spec("Regie formats", "2", "what was changed behind the wallet's back is named")
def test_a_changed_log_is_exit_9_and_cannot_be_repaired_away(whole: World) -> None:
    whole.wallet.store.database.execute("UPDATE entries SET entry = 'x' WHERE n = 1")
    found = inside(whole)
    assert found["log-broken"].repair is None
    assert findings.exit_code(tuple(found.values())) is ExitCode.LOG_BROKEN
    assert "eerst bij regel 1" in words(found, "log-broken")


def test_a_changed_list_is_made_anew_from_the_log(whole: World) -> None:
    whole.wallet.store.database.execute("UPDATE activities SET party_name = 'Een ander'")
    assert inside(whole)["log-view"].repair is Repair.VIEW
    repaired(whole, Repair.VIEW)
    assert "log" in inside(whole)


def test_a_damaged_database_is_named(whole: World) -> None:
    database = whole.wallet.store.database
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("UPDATE copies SET card = 'nergens' WHERE id = (SELECT min(id) FROM copies)")
    assert inside(whole)["database-damaged"].params["count"] == 1


def test_long_work_can_be_stopped(whole: World) -> None:
    from wallet.progress import Progress, Stopped

    how = Progress()
    how.stop()
    with pytest.raises(Stopped):
        doctor.inside(whole.wallet, now=whole.now, report=how)


# Clock, chains, lists.


def test_a_clock_that_runs_behind_is_seen_without_a_network(whole: World) -> None:
    assert "clock" in inside(whole, whole.now - doctor.CLOCK_AHEAD)
    found = inside(whole, whole.now - 3_600)
    assert "60 minuten of meer achter" in words(found, "clock-behind")


def test_an_old_scheme_is_fetched_anew(whole: World) -> None:
    found = inside(whole, whole.now + 8 * DAY)
    assert found["scheme-old"].repair is Repair.SYNC
    assert findings.exit_code(tuple(found.values())) is ExitCode.NOT_TRUSTED
    assert "card-unknown" in found
    whole.network.calls.clear()
    repaired(whole, Repair.SYNC)
    assert "scheme" in inside(whole)


def test_a_scheme_that_was_changed_is_not_used(whole: World) -> None:
    place = whole.wallet.scheme_folder / "scheme.jws"
    place.write_bytes(place.read_bytes()[:-8] + b"AAAAAAAA")
    whole.wallet.forget_trust()
    found = inside(whole)
    assert found["scheme-bad"].verdict is Verdict.BAD
    assert found["scheme-bad"].repair is Repair.SYNC
    assert "log" in found


def test_a_card_whose_chain_no_longer_holds(whole: World) -> None:
    database = whole.wallet.store.database
    [row] = database.rows("SELECT id, compact FROM copies ORDER BY id LIMIT 1")
    head, _, rest = row["compact"].partition(".")
    database.execute("UPDATE copies SET compact = ? WHERE id = ?", (f"{head}A.{rest}", row["id"]))
    found = inside(whole)
    assert found["chain-bad"].exit is ExitCode.NOT_TRUSTED
    assert found["chain-bad"].params["kind"] == "persoonsgegevens"


def test_an_anchor_for_https_that_is_no_certificate(whole: World, tmp_path: Path) -> None:
    bad = tmp_path / "ca.pem"
    bad.write_text("niets")
    whole.wallet.config = dataclasses.replace(whole.wallet.config, tls_ca=str(bad))
    assert inside(whole)["tls-bad"].verdict is Verdict.BAD


# What is half done.


def test_requests_that_ended_are_cleared_away(whole: World) -> None:
    store = whole.wallet.store
    pending = Pending("r", store.new_activity(), whole.now - 900, whole.now - 600, {})
    store.add_request(pending, {"party": {"name": "X", "oin": "1"}}, at=whole.now - 900)
    assert inside(whole)["requests-late"].params["count"] == 1
    repaired(whole, Repair.REQUESTS)
    assert "requests-late" not in inside(whole)


def test_what_a_crash_left_unknown_is_told(town: World) -> None:
    town.network.lose = lambda call: call.method == "POST"
    town.share()
    found = inside(town)
    assert found["maybe-shared"].params["count"] == 1


# In words.


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_has_words(lang: str) -> None:
    from wallet.texts import flat, load

    texts = Texts(lang)
    told = {key.split(".")[1] for key in flat(load(lang)) if key.startswith("doctor.")}
    params = {
        "count": 2, "file": "f", "minutes": 3, "operator": "o", "sequence": 1, "issuers": 2,
        "root": "ab", "chosen": "cd", "kind": "woonadres", "issuer": "g", "until": 0,
        "rule": "jws.signature", "section": "RFC 7515", "name": "n", "days": 8, "n": 1,
    }  # fmt: skip
    for code in told - {"verdict", "heading", "all", "repair", "repairs", "repaired", "can-repair"}:
        finding = Finding(code, Verdict.BAD, params, error="wallet.none")
        assert doctorwords.what(finding, texts)
        doctorwords.then(finding, texts)
    for one in Repair:
        assert texts.get(f"doctor.repair.{one.value}")
        assert texts.get(f"doctor.repairs.{one.value}")
    for state in (*doctor.STANDS, "compromise"):
        assert texts.get(f"doctor.card-{state}.what", kind="x", issuer="g")


def test_by_command(whole: World, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    from wallet import cli

    home = whole.wallet.home
    whole.wallet.close()
    monkeypatch.setattr(clock, "now", lambda: whole.now)
    (home / "wallet.db").chmod(0o644)
    secrets = {"REGIE_PASSPHRASE": PASSPHRASE}
    common = ["--lang", "nl", "--home", str(home)]
    assert cli.run([*common, "doctor"], dict(secrets)) == ExitCode.NOT_READY
    out, err = capsys.readouterr()
    assert "fout: Anderen op deze computer" in out
    assert "goed: Je logboek klopt" in out
    assert "regie-wallet doctor --repair" in err
    assert cli.run([*common, "doctor", "--repair", "--yes", "--json"], dict(secrets)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(line["version"] == 1 for line in lines)
    assert {"permissions", "log", "chain"} <= {line["check"] for line in lines}
    # It explains also what cannot be opened.
    assert cli.run([*common, "doctor"], {"REGIE_PASSPHRASE": "niet de goede zin"}) == 4
    assert "Je wallet gaat niet open. Deze wachtzin klopt niet." in capsys.readouterr().out
    files.write_atomically(home / "wallet.db", b"not a database at all" * 400)
    assert cli.run([*common, "doctor"], dict(secrets)) == ExitCode.NOT_READY
    assert "fout: Je wallet gaat niet open." in capsys.readouterr().out


def test_every_state_of_a_card_is_told(whole: World) -> None:
    [held, *_] = cards.held(whole.wallet, now=whole.now)
    whole.wallet.store.database.execute(
        "UPDATE cards SET state = 'revoked' WHERE id = ?", (held.card.id,)
    )
    assert "teruggenomen door de uitgever" in words(inside(whole), "card-revoked")
