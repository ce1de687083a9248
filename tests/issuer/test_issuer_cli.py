"""The commands: data on stdout, talk on stderr, exit codes, nothing secret in argv."""

import io
import json
import sys

import pytest
import zxingcpp
from PIL import Image
from support.issuer_home import RESIDENT
from support.wallet_simulator import cards_of, new_key

from credential.desk import confirmation_number
from issuer import cli, clock
from issuer.cli import desk as desk_commands
from issuer.cli.qr import QUIET, lines
from issuer.service.office import open_office
from issuer.sources import Refused
from issuer.store.audit import Period


@pytest.fixture
def run(town, monkeypatch, capsys):
    """Runs a command on the town's home, at the town's moment, without a terminal."""

    def make_office(session):
        return open_office(session.folder, town.office.entropy, lambda *_: town.office.source)

    monkeypatch.setattr(clock, "now", lambda: town.now)
    for module in ("desk", "status", "serving"):
        monkeypatch.setattr(f"issuer.cli.{module}.office_of", make_office)
    monkeypatch.setenv("REGIE_LANG", "nl")
    monkeypatch.setenv("REGIE_CLERK", "anna")

    def command(*args: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["regie-issuer", "--home", str(town.home), *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = 0
        try:
            cli.main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def person(town):
    file = town.home / "person"
    file.touch(0o600)
    file.write_text(f"{RESIDENT}\n")
    return str(file)


def test_from_offer_to_cards(town, run, person):
    code, out, err = run("offer", "--person-file", person, "--kinds", "huishouden", "--json")
    assert (code, err) == (0, "")
    made = json.loads(out)
    assert made["version"] == 1
    assert made["kinds"] == ["huishouden"]
    assert {"offer", "case", "link", "uri", "code", "expires", "refused"} <= set(made)
    wallet = town.wallet()
    assert wallet.redeem(made["link"], made["code"]).status_code == 200
    waiting = wallet.ask_cards("huishouden", [new_key()]).json()["transaction_id"]

    (line,) = run("cases", "--json")[1].splitlines()
    assert json.loads(line)["state"] == "redeemed"
    code, _, err = run("decide", made["case"], "--number", "000 000")
    assert code == 5
    assert "Nog 2" in err
    assert "hint:" in err
    number = confirmation_number(wallet.jkt)
    code, out, _ = run("decide", made["case"].lower(), "--number", number, "--clerk", "b", "--json")
    assert code == 0
    assert json.loads(out)["state"] == "confirmed"
    assert len(cards_of(wallet.collect(waiting))) == 1
    assert json.loads(run("cases", made["case"], "--json")[1])["collected"] == ["huishouden"]

    code, out, _ = run(
        "revoke", "--person-file", person, "--kinds", "all", "--now", "--reason", "death", "--json"
    )
    assert json.loads(out) == {
        "version": 1,
        "revoked": {"huishouden": 1},
        "cases": 1,
        "wallets": 1,
        "now": True,
        "reason": "death",
    }
    assert run("revoke", "--person-file", person, "--reason", "death")[0] == 7
    code, out, _ = run("publish-status", "--to", str(town.home / "mirror"), "--json")
    assert json.loads(out)["lists"] == 2
    assert len(list((town.home / "mirror" / "status").iterdir())) == 3


def test_an_offer_in_words(run, person):
    code, out, err = run("offer", "--person-file", person)
    assert code == 0
    assert "HTTPS://LOCALHOST:8441/0599/O/" in out
    assert "openid-credential-offer://" in out
    assert RESIDENT not in out + err
    assert "regie-issuer decide" in err
    code, out, _ = run("cases")
    assert "aangeboden" in out


def test_the_person_comes_on_standard_input_or_from_a_private_file(town, run, person):
    assert run("offer", "--person-file", "-", "--json", stdin=f"{RESIDENT}\n")[0] == 0
    (town.home / "person").chmod(0o644)
    code, _, err = run("offer", "--person-file", person)
    assert code == 4
    assert "chmod 600" in err
    assert run("offer", "--person-file", "-", stdin="")[0] == 2
    assert run("offer", "--person-file", "-", stdin="1 2")[0] == 2


def test_what_is_refused_says_why_and_exits_so(run, person):
    assert run("offer", "--person-file", person, "--kinds", "rijbewijs")[0] == 2
    assert run("cases", "NOSUCH")[0] == 7
    assert run("decide", "NOSUCH", "--number", "1")[0] == 7
    assert run("nonsense")[0] == 2
    code, out, _ = run("cases", "NOSUCH", "--json")
    assert json.loads(out)["error"] == "desk.unknown_case"
    made = json.loads(run("offer", "--person-file", person, "--json")[1])
    code, _, err = run("decide", made["case"])
    assert (code, "--number" in err) == (2, True)
    assert run("decide", made["case"], "--refuse")[0] == 0
    assert run("decide", made["case"], "--number", "1")[0] == 2


def test_doctor(town, run):
    code, out, _ = run("doctor", "--json")
    findings = [json.loads(line) for line in out.splitlines()]
    assert [one["check"] for one in findings if not one["ok"]] == ["doctor.status"]
    assert code == 4
    run("publish-status", "--to", str(town.home / "mirror"))
    code, out, _ = run("doctor")
    assert code == 8  # nothing is wrong; without a scheme no chain can be looked at
    assert "FOUT" not in out
    assert "noemen geen stelsel" in out
    (town.home / "keys" / "server.secret").chmod(0o644)
    code, out, _ = run("--lang", "en", "doctor")
    assert code == 4
    assert "Others can read" in out


def test_init_migrate_and_install(town, run):
    assert json.loads(run("init", "--json")[1])["municipalities"] == ["gemeente-voorbeeldstad"]
    assert run("migrate")[0] == 0
    _, out, _ = run("install-certificates", str(town.home / "handed"), "--json")
    assert json.loads(out)["installed"] == ["gemeente-voorbeeldstad"]
    assert run("--version")[1].startswith("regie-issuer ")


@pytest.mark.parametrize(
    ("name", "language"), [("en_GB.UTF-8", "en"), ("nl_NL", "nl"), ("C", "nl")]
)
def test_the_language(monkeypatch, name, language):
    for variable in ("REGIE_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", name)
    assert cli.Session().lang == language


def test_the_clerk_is_asked_for_the_number_at_a_terminal(town, run, person, monkeypatch, capsys):
    answers = iter(["123456", "000 000"])
    wallet = town.wallet()

    def prompt(*_args, **_kwargs) -> str:
        (case,) = town.office.store.cases.every()
        answer = next(answers, None)
        if answer is not None:
            return answer
        if wallet.token is None:
            link, code = found[0], found[1]
            wallet.redeem(link, code)
            return confirmation_number(wallet.jkt)
        raise AssertionError(case)

    found: list[str] = []
    original = desk_commands._explain

    def explain(session, made):
        found[:] = [made.link, made.code]
        original(session, made)

    monkeypatch.setattr(desk_commands, "_explain", explain)
    monkeypatch.setattr(desk_commands.click, "prompt", prompt)
    monkeypatch.setattr(type(cli.Session()), "interactive", property(lambda _self: True))
    code, out, err = run("offer", "--person-file", person, "--kinds", "huishouden")
    assert code == 0
    assert "▀" in out
    assert "Nog geen wallet" in err
    assert "Klopt" in err


@pytest.mark.spec(
    "House rules", "10", "the QR code in the terminal is black on white and can be read"
)
def test_the_qr_code_decodes():
    link = "HTTPS://LOCALHOST:8441/0599/O/FIOLLK7GF4Q2FPNXBOXPZEOB6E"
    rows = lines(link)
    assert len(rows) + 2 <= 24, "fits an 80x24 terminal"
    assert len(rows[0].split("m", 1)[1].removesuffix("\x1b[0m")) <= 80
    assert zxingcpp.read_barcodes(_picture(rows))[0].text == link


def _picture(rows: list[str]) -> Image.Image:
    """What a terminal shows: foreground black, background white, two halves per row."""
    cells = []
    for row in rows:
        assert row.startswith("\x1b[38;2;0;0;0;48;2;255;255;255m")
        glyphs = row.removeprefix("\x1b[38;2;0;0;0;48;2;255;255;255m").removesuffix("\x1b[0m")
        cells.append([0 if glyph in "▀█" else 255 for glyph in glyphs])
        cells.append([0 if glyph in "▄█" else 255 for glyph in glyphs])
    assert all(value == 255 for row in cells[:QUIET] for value in row)
    image = Image.new("L", (len(cells[0]), len(cells)))
    image.putdata([value for row in cells for value in row])
    return image.resize((image.width * 6, image.height * 6), Image.Resampling.NEAREST)


def test_a_file_that_is_not_there(run, town):
    code, _, err = run("offer", "--person-file", str(town.home / "nobody"))
    assert code == 2
    assert "is er niet" in err


def test_a_second_clerk_confirms_where_four_eyes_are_wanted(run, person, town, monkeypatch):
    """The first is not asked for a number they may not confirm."""
    (town.home / "issuer.toml").write_text(
        (town.home / "issuer.toml").read_text().replace("four_eyes = false", "four_eyes = true")
    )
    monkeypatch.setattr(type(cli.Session()), "interactive", property(lambda _self: True))
    code, _, err = run("offer", "--person-file", person, "--kinds", "huishouden")
    assert code == 0
    assert "regie-issuer decide" in err


def test_a_reason_with_a_number_in_it_is_said_whole(run, person, monkeypatch):
    refused = Refused("too_many_at_address", {"limit": 30})
    monkeypatch.setattr("issuer.cards.decide", lambda *_: refused)
    code, _, err = run("offer", "--person-file", person, "--kinds", "huishouden")
    assert code == 7
    assert "meer dan 30 mensen" in err


def test_a_parent_at_the_desk_and_a_revocation_are_on_record(town, run):
    from support.clerk_desk import CHILD

    file = town.home / "child"
    file.touch(0o600)
    file.write_text(f"{CHILD}\n")
    offer = ("offer", "--person-file", str(file), "--kinds", "huishouden")
    assert run(*offer)[0] == 7
    assert run(*offer, "--relation", "parent")[0] == 2
    assert run(*offer, "--relation", "parent", "--seen", "court_decision")[0] == 2
    assert run(*offer, "--relation", "parent", "--seen", "birth_record")[0] == 0
    assert run("revoke", "--person-file", str(file), "--reason", "request")[0] == 0
    clerks = town.office.store.audit.actions("0599", Period(0, 1 << 40), most=9, skip=0)[1]
    assert [(one.action, one.clerk) for one in clerks] == [("revoke", "anna"), ("offer", "anna")]
    assert clerks[1].purpose == "card-issuance (parent: birth_record)"
    assert clerks[0].purpose.startswith("revocation (request: ")
