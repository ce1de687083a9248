"""`diff` as a command: against git, a folder, and what was published."""

import shutil
import subprocess

import pytest
from support.register_town import NAMES, begun
from support.scheme import VERIFIER, VOORBEELDSTAD, VOORBEELDWONEN

from registrar import revision
from registrar.sheet import LINK

DAY = 86_400


@pytest.fixture
def town(tmp_path, capsys, monkeypatch):
    return begun(tmp_path, capsys, monkeypatch)


def wider(town):
    town.edit(VOORBEELDWONEN, '"age_over_18", "housing', '"birthdate", "housing')


def test_against_what_was_published_last(town):
    town.run("diff", code=4)
    town.publish()
    assert town.run("diff").strip() == "Er is niets veranderd."
    wider(town)
    found = town.lines("diff")
    assert [(one["direction"], one["code"]) for one in found] == [
        ("wider", "claim_required"),
        ("narrower", "claim_gone"),
    ]
    assert {(one["party"], one["use"]) for one in found} == {(VOORBEELDWONEN, "inschrijven")}
    out = town.run("diff")
    assert "Woonstichting Voorbeeldwonen" in out
    assert "ruimer: Mag vragen, en heeft nodig: Geboortedatum (van Persoonsgegevens)." in out
    assert out.endswith("1 ruimer, 1 krapper, 0 anders.\n")
    town.run("diff", "--fail-on-wider", code=2)
    town.publish()
    assert town.lines("diff", "--fail-on-wider") == []


def test_another_key_under_the_same_name_is_told(town):
    town.publish()
    town.request("inschrijving.access")
    town.add("verifier", VOORBEELDWONEN, verifier=VERIFIER)
    (found,) = town.lines("diff")
    assert (found["direction"], found["code"]) == ("wider", "key")


@pytest.mark.spec("Regie trust", "9.4", "a key is one party's: a copied request is refused")
@pytest.mark.parametrize("published", [True, False])
def test_the_key_of_another_is_told_and_refused(town, published):
    town.publish()
    if not published:
        # A clone has no ledger; then both are told.
        (town.home / "ledger.json").rename(town.home.parent / "ledger.json")
    mine = town.home / "parties" / VOORBEELDWONEN / "inschrijving.access.csr"
    shutil.copy(town.home / "parties" / VOORBEELDSTAD / f"{NAMES[0]}.csr", mine)
    (change,) = town.lines("diff")
    assert (change["direction"], change["code"]) == ("wider", "key_shared")
    assert VOORBEELDSTAD in change["text"]
    errors = [one for one in town.lines("lint", code=2) if one["level"] == "error"]
    assert {one["code"] for one in errors} == {"lint.key_shared"}
    asked = [VOORBEELDWONEN] if published else [VOORBEELDSTAD, VOORBEELDWONEN]
    assert sorted(one["where"] for one in errors) == asked
    assert errors[-1]["file"] == f"parties/{VOORBEELDWONEN}/inschrijving.access.csr"
    if published:
        town.run("publish", "--to", town.tree, code=2)


@pytest.mark.spec("Regie trust", "9.2", "a file of the register is a file, not a link")
def test_a_link_is_no_file_of_the_register(town, tmp_path):
    file = town.home / "parties" / f"{VOORBEELDWONEN}.toml"
    elsewhere = file.rename(tmp_path / "note.md")
    file.symlink_to(elsewhere)
    request = town.home / "parties" / VOORBEELDSTAD / f"{NAMES[0]}.csr"
    request.rename(tmp_path / "x.csr")
    request.symlink_to(tmp_path / "x.csr")
    errors = [one for one in town.lines("lint", code=2) if one["level"] == "error"]
    assert [(one["code"], one["where"]) for one in errors] == [
        ("toml.link", VOORBEELDWONEN),
        ("lint.request_unreadable", VOORBEELDSTAD),
    ]
    town.run("publish", "--to", town.tree, code=2)
    git = shutil.which("git")
    if git is None:
        pytest.skip("needs git")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        subprocess.run([git, "-C", town.home, *who, *words], check=True, capture_output=True)
    assert revision.gather(town.home, "HEAD")[f"parties/{VOORBEELDWONEN}.toml"] == LINK


def test_a_request_that_is_missing_or_left_over_is_named(town):
    folder = town.home / "parties" / VOORBEELDSTAD
    (folder / f"{NAMES[0]}.csr").rename(folder / "oud.csr")
    (folder / "map.csr").mkdir()
    assert [(one["code"], one["level"], one["what"]) for one in town.lines("lint", code=2)] == [
        ("lint.request_missing", "error", NAMES[0]),
        ("lint.request_unused", "advice", "oud"),
    ]
    (folder / "oud.csr").rename(folder / f"{NAMES[0]}.csr")
    # What nobody needs, nobody looks at.
    (folder / "zzz.csr").write_bytes(b"geen aanvraag")
    town.publish()
    town.run("diff")


def test_a_coming_renaming_begins_with_the_name_of_now(town):
    town.publish()
    name = "Woonstichting Voorbeeldwonen"

    def step(formerly):
        begun = '[[step]]\non = 2025-01-01\nwhat = "admitted"\n'
        return f'{begun}[[step]]\non = 2027-01-01\nwhat = "renamed"\nformerly = "{formerly}"\n\n'

    town.edit(VOORBEELDWONEN, "[[service]]", f"{step('Gemeente Elders')}[[service]]")
    (error,) = [one for one in town.lines("lint", code=2) if one["level"] == "error"]
    assert (error["code"], error["where"]) == ("lint.formerly_unknown", VOORBEELDWONEN)
    assert "Gemeente Elders" in error["what"]
    assert name in error["what"]
    town.run("publish", "--to", town.tree, code=2)
    town.edit(VOORBEELDWONEN, "Gemeente Elders", name)
    town.edit(VOORBEELDWONEN, f'\nname = "{name}"', '\nname = "Nieuwe Naam"')
    town.publish()
    # The name of now is still the former one: another day may be chosen.
    town.edit(VOORBEELDWONEN, "2027-01-01", "2027-02-01")
    assert not [one for one in town.lines("lint") if one["level"] == "error"]


@pytest.mark.parametrize(
    ("old", "new"),
    [('support_uri = "', 'support_uri = "tel:\u00e9" # '), ('email = "', 'email = "\u00e9')],
)
def test_what_no_certificate_can_carry_is_a_finding(town, old, new):
    town.edit(VOORBEELDWONEN, old, new)
    errors = [one for one in town.lines("lint", code=2) if one["level"] == "error"]
    assert {one["where"] for one in errors} == {VOORBEELDWONEN}
    town.run("publish", "--to", town.tree, code=2)


def test_one_key_in_two_roles_and_a_request_that_is_none(town):
    folder = town.home / "parties" / VOORBEELDSTAD
    shutil.copy(folder / f"{NAMES[0]}.csr", folder / f"{NAMES[1]}.csr")
    (folder / f"{NAMES[2]}.csr").write_bytes(b"geen aanvraag")
    errors = [one for one in town.lines("lint", code=2) if one["level"] == "error"]
    assert {(one["code"], one["where"]) for one in errors} == {
        ("lint.key_twice", VOORBEELDSTAD),
        ("lint.request_unreadable", VOORBEELDSTAD),
    }


@pytest.mark.parametrize("where", ["itself", "above"])
def test_against_a_revision_and_a_folder(town, tmp_path, where):
    git = shutil.which("git")
    if git is None:
        pytest.skip("needs git")

    def run(*words):
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        top = town.home if where == "itself" else town.home.parent
        subprocess.run([git, "-C", top, *who, *words], check=True, capture_output=True)

    run("init", "-q")
    run("add", "-A")
    run("commit", "-q", "-m", "eerst")
    listed = subprocess.run(
        [git, "-C", town.home, "ls-files"], check=True, capture_output=True, text=True
    ).stdout
    assert f"parties/{VOORBEELDWONEN}.toml" in listed
    assert "keys/" not in listed
    old = shutil.copytree(town.home, tmp_path / "old")
    wider(town)
    for against in ("git:HEAD", str(old)):
        assert [one["code"] for one in town.lines("diff", against)] == [
            "claim_required",
            "claim_gone",
        ]
    for wrong in ("git:elders", "git:--output=x", str(tmp_path), "git:"):
        assert town.run("diff", wrong, code=2) == ""


def test_as_a_comment_nothing_of_a_party_is_markup(town):
    town.publish()
    named = "@beheer https://evil.example/ <img src=x> *[a](b)* ``c` #1"
    town.edit(VOORBEELDWONEN, "recipients = []", f"recipients = ['{named}']")
    out = town.run("diff", "--markdown")
    (line,) = [one for one in out.splitlines() if named in one]
    said = line.removeprefix("- **ruimer**: ")
    # Code between fences that do not occur in it: no markup, no mention, no link.
    assert said.startswith("```")
    assert said.endswith("```")
    assert "```" not in said[3:-3]
    (head,) = [one for one in out.splitlines() if one.startswith("### ")]
    assert head == f"### `Woonstichting Voorbeeldwonen ({VOORBEELDWONEN})`"
    assert out.startswith("## Wat verandert er?")


def test_a_register_with_faults_is_not_compared(town):
    town.publish()
    town.edit(VOORBEELDWONEN, "[address]", "[adres]")
    (town.home / "kinds" / "raar.toml").write_text('vct = "geen adres"\n', "utf-8")
    (town.home / "kinds" / "stuk.toml").write_text("naam = woonpas\n", "utf-8")
    _, said = town.command.run("--home", town.home, "diff", code=2)
    lines = [line for line in said.splitlines() if ": fout: " in line]
    assert len(lines) == len({*lines}) > 5
    places = [line.split(":")[0] for line in lines]
    assert places == sorted(places)
    assert said.endswith(
        f"Dit zijn {len(lines)} fouten. Zolang ze er staan, doet dit commando niets.\n"
    )
    # A type that is no type is named once, and the reader's English is not the sentence.
    assert said.count("geen https-adres of urn") == 1
    assert "weigeren de beschrijving van het kaartje raar" not in said
    assert "stuk.toml:1: fout: Op deze regel is het bestand geen geldig TOML meer." in said
    assert "(at line" not in said
