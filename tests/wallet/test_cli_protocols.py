"""The commands that talk to others: flags, JSON members and exit codes are a contract (ARCHITECTURE.md)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.scheme import GRIJPGRAAG
from support.screens import PASSPHRASE, lock
from support.terminal import Terminal
from support.wallet_world import World, world

from credential.rights import Consequence

FULL = "persoonsgegevens:given_name,persoonsgegevens:family_name,persoonsgegevens:age_over_18,persoonsgegevens:housing_pseudonym,verblijfsrecht:housing_residence_right,verblijfsrecht:housing_pseudonym"


At = Callable[[World], Terminal]


def test_show_then_share(town: World, at: At) -> None:
    terminal = at(town)
    code, [shown] = terminal.run("share", town.verifier.link, "--show")
    assert code == 0
    assert shown["asker"]["name"] == "Woonstichting Voorbeeldwonen"
    assert shown["purpose"]["nl"] == "Inschrijven als woningzoekende"
    assert shown["warnings"] == ["first_time"]
    assert shown["sets"][0] == sorted(FULL.split(","))
    assert "Anna" not in json.dumps(shown)
    assert town.network.posts() == []
    code, [done] = terminal.run(
        "share", shown["request"], "--yes", "--claims", FULL, "--accept", "first_time"
    )
    assert code == 0
    assert done["outcome"] == "shared"
    assert done["receipt"] == "verified"
    assert (done["confirm_code"], done["host"]) == ("123456", "localhost:8442")
    assert done["redirect_uri"].startswith("https://localhost:8442/")


def test_yes_needs_one_whole_set(town: World, at: At) -> None:
    terminal = at(town)
    code, _ = terminal.run(
        "share", town.verifier.link, "--yes", "--claims", "persoonsgegevens:given_name"
    )
    assert code == 2
    code, _ = terminal.run(
        "share", town.verifier.link, "--yes", "--claims", FULL + ",persoonsgegevens:birthdate"
    )
    assert code == 2
    code, [refused] = terminal.run("share", town.verifier.link, "--yes")
    assert (code, refused["shared"]) == (2, "nothing")
    assert "er is niets gedeeld" in terminal.err
    assert town.network.posts() == []
    # The request still waits.
    code, [one] = terminal.run("requests")
    assert (one["type"], one["state"], one["host"]) == ("share", "open", "localhost:8442")


def test_each_warning_needs_its_accept(town: World, at: At) -> None:
    terminal = at(town)
    code, [refused] = terminal.run("share", town.verifier.link, "--yes", "--claims", FULL)
    assert (code, refused["error"]) == (3, "share.not_accepted")
    assert refused["params"]["warnings"] == "first_time"
    code, _ = terminal.run(
        "share", town.verifier.link, "--yes", "--claims", FULL, "--accept", "nonsense"
    )
    assert code == 2
    assert town.network.posts() == []


def test_decline(town: World, at: At) -> None:
    terminal = at(town)
    code, [told] = terminal.run("share", town.verifier.link, "--decline")
    assert (code, told["outcome"], told["shared"]) == (3, "declined", "nothing")
    assert "er is niets gedeeld" in terminal.err
    assert len(town.verifier.errors) == 1


def test_no_card(empty: World, at: At) -> None:
    terminal = at(empty)
    code, [shown] = terminal.run("share", empty.verifier.link, "--show")
    assert (code, shown["satisfiable"], shown["sets"]) == (0, False, [])
    code, _ = terminal.run("share", shown["request"], "--yes", "--claims", FULL)
    assert code == 7
    assert empty.network.posts() == []
    code, [told] = terminal.run("share", shown["request"], "--decline")
    assert (code, told["outcome"]) == (7, "unmatched")
    assert len(empty.verifier.errors) == 1


def test_without_a_person_nothing_is_asked(town: World, at: At) -> None:
    code, [refused] = at(town).run("share", town.verifier.link)
    assert (code, refused["error"]) == (4, "terminal.needed")
    assert town.network.posts() == []


def test_a_person_says_no_by_pressing_enter(town: World, at: At) -> None:
    terminal = at(town)
    terminal.answers = ["1", "ja", ""]
    code, _ = terminal.plain("share", town.verifier.link)
    assert code == 3
    assert len(town.verifier.errors) == 1
    assert town.verifier.received == []
    assert "Welke gegevens" in terminal.err


def test_a_person_chooses_and_says_yes(town: World, at: At) -> None:
    lock(town)
    terminal = at(town)
    terminal.answers = ["2", "ja", "ja", PASSPHRASE]
    code, out = terminal.plain("share", town.verifier.link)
    assert code == 0
    assert "Typ deze code alleen op localhost:8442: 123 456" in out
    assert "Ontvangstbewijs gecontroleerd" in out
    [message] = town.verifier.received
    assert message["vp_token"]["person"][0].count("~") == 4


def test_a_person_without_a_card_presses_enter(empty: World, at: At) -> None:
    terminal = at(empty)
    terminal.answers = [""]
    code, _ = terminal.plain("share", empty.verifier.link)
    assert code == 7
    assert len(empty.verifier.errors) == 1


@pytest.mark.parametrize(
    ("how", "error", "shared", "words"),
    [
        ("refuse", "share.unsent", "nothing", "er is niets gedeeld"),
        ("drop", "share.unknown", "maybe", "er is mogelijk iets gedeeld"),
    ],
)
def test_failures_say_whether_anything_left(
    town: World, at: At, how: str, error: str, shared: str, words: str
) -> None:
    terminal = at(town)
    setattr(town.network, how, lambda call: urlsplit(call.url).path == "/response/1")
    code, [refused] = terminal.run(
        "share", town.verifier.link, "--yes", "--claims", FULL, "--accept", "first_time"
    )
    assert (code, refused["error"], refused["shared"]) == (6, error, shared)
    assert words in terminal.err


def test_resending(town: World, at: At) -> None:
    terminal = at(town)
    town.network.drop = lambda call: urlsplit(call.url).path == "/response/1"
    _, [refused] = terminal.run(
        "share", town.verifier.link, "--yes", "--claims", FULL, "--accept", "first_time"
    )
    town.network.drop = lambda _call: False
    activity = refused["params"]["activity"]
    code, [done] = terminal.run("share", activity, "--yes", "--claims", FULL)
    assert (code, done["outcome"], done["receipt"]) == (0, "shared", "verified")


def test_unknown_request(town: World, at: At) -> None:
    code, [refused] = at(town).run("share", "doesnotexist", "--show")
    assert (code, refused["error"]) == (7, "share.request_gone")
    code, [refused] = at(town).run("share", town.issuer.link, "--show")
    assert (code, refused["error"]) == (2, "share.not_a_request")
    code, [refused] = at(town).run("add", town.verifier.link, "--yes")
    assert (code, refused["error"]) == (2, "add.not_an_offer")


def test_over_asking_is_declined(tmp_path: Path, at: At) -> None:
    town = world(tmp_path, name=GRIJPGRAAG)
    terminal = at(town)
    code, [shown] = terminal.run("share", town.verifier.link, "--show")
    assert "over_asking" in shown["warnings"]
    assert shown["over_asked"]
    code, _ = terminal.run(
        "share", shown["request"], "--yes", "--claims", FULL, "--accept", "first_time"
    )
    assert code == 3
    code, _ = terminal.run("share", shown["request"], "--decline")
    assert code == 3
    town.wallet.close()


def test_an_untrusted_request(town: World, at: At) -> None:
    terminal = at(town)
    town.verifier.claims = lambda claims: {**claims, "aud": "x"}
    code, [refused] = terminal.run("share", town.verifier.link, "--show", "--trace")
    assert (code, refused["error"], refused["shared"]) == (5, "message.not-trusted", "nothing")
    assert refused["params"] == {"rule": "request.aud", "section": "OpenID4VP 1.0 5.8"}
    assert "localhost:8442" in terminal.err


def test_add(empty: World, at: At, tmp_path: Path) -> None:
    terminal = at(empty)
    secret = tmp_path / "code"
    secret.write_text("123456\n")
    secret.chmod(0o600)
    code, [done] = terminal.run("add", empty.issuer.link, "--tx-code-file", str(secret), "--yes")
    assert (code, done["outcome"], done["kinds"]) == (
        0,
        "received",
        ["persoonsgegevens", "verblijfsrecht"],
    )
    code, cards = terminal.run("cards")
    assert [(card["kind"], card["copies"], card["state"]) for card in cards] == [
        ("persoonsgegevens", 10, "valid"),
        ("verblijfsrecht", 10, "valid"),
    ]
    code, [card] = terminal.run("card", cards[0]["card"][:6])
    assert card["claims"]["given_name"] == "Anna Maria"
    code, out = terminal.plain("card", "persoonsgegevens")
    assert "Voornamen: Anna Maria" in out
    assert "Geboortedatum: 02-04-1980" in out
    code, [gone] = terminal.run("forget", cards[0]["card"], "--yes")
    assert (code, gone["outcome"]) == (0, "deleted")
    code, cards = terminal.run("cards")
    assert len(cards) == 1


def test_add_waits_for_the_desk(empty: World, at: At, tmp_path: Path) -> None:
    terminal = at(empty)
    empty.issuer.deferred = True
    secret = tmp_path / "code"
    secret.write_text("123456")
    secret.chmod(0o600)
    code, [done] = terminal.run("add", empty.issuer.link, "--tx-code-file", str(secret), "--yes")
    assert (code, done["outcome"]) == (8, "pending")
    assert len(done["number"]) == 6
    code, [waiting] = terminal.run("requests")
    assert (waiting["request"], waiting["state"]) == (done["request"], "pending")
    empty.issuer.decided = True
    code, [ready] = terminal.run("requests")
    assert (code, ready["type"], ready["state"]) == (0, "cards", "received")
    assert ready["kinds"] == ["persoonsgegevens", "verblijfsrecht"]
    code, lines = terminal.run("requests")
    assert (code, lines) == (0, [])


def test_add_by_a_person(empty: World, at: At) -> None:
    terminal = at(empty)
    terminal.answers = ["nee"]
    code, _ = terminal.plain("add", empty.issuer.link)
    assert code == 3
    assert empty.issuer.tokens_asked == []
    terminal.answers = ["ja", "123456"]
    code, out = terminal.plain("add", empty.issuer.link)
    assert code == 0
    assert "Persoonsgegevens ontvangen. Je kunt dit kaartje 10 keer gebruiken." in out
    assert "Gemeente Voorbeeldstad (localhost:8441) biedt je aan:" in terminal.err
    assert "1. Je typt de code die je aan de balie hoorde." in terminal.err
    assert "Klaar. Bekijk je kaartjes: regie-wallet cards" in out


@pytest.mark.parametrize("last", ["", "stop"])
def test_add_at_the_desk_by_a_person(empty: World, at: At, last: str) -> None:
    terminal = at(empty)
    empty.issuer.deferred = True

    def typed(_call: Any) -> bool:
        # The clerk has typed the number by the time the person looks again.
        empty.issuer.decided = not terminal.answers
        return False

    empty.network.refuse = typed
    terminal.answers = ["ja", "123456", "", last]
    code, out = terminal.plain("add", empty.issuer.link)
    assert "Lees dit nummer voor aan de medewerker van Gemeente Voorbeeldstad: " in out
    assert "Nog niet klaar. Je nummer blijft " in out
    if last == "stop":
        assert code == 8
        assert "De kaartjes komen nog. Ophalen: regie-wallet requests" in out
    else:
        assert code == 0
        assert "Verblijfsrecht ontvangen." in out
        assert len(empty.wallet.store.cards()) == 2


def test_a_code_file_others_can_read_is_refused(empty: World, at: At, tmp_path: Path) -> None:
    secret = tmp_path / "code"
    secret.write_text("123456")
    secret.chmod(0o644)
    code, _ = at(empty).run("add", empty.issuer.link, "--tx-code-file", str(secret), "--yes")
    assert code == 4


def test_erasure_with_a_consequence(town: World, at: At) -> None:
    terminal = at(town)
    town.verifier.consequence = Consequence("c", "Je inschrijving stopt.", "It ends.")
    done = town.share()
    # A yes to what was not shown yet is none.
    code, [answer] = terminal.run("ask", "erasure", done.id, "--confirm")
    assert (code, answer["state"]) == (8, "needs_confirmation")
    assert "Je inschrijving stopt." in terminal.err
    code, [answer] = terminal.run("ask", "erasure", done.id, "--confirm")
    assert (code, answer["state"], answer["erased"]) == (0, "done", ["age_over_18"])


def test_a_script_sees_the_consequence_and_comes_back(town: World, at: At) -> None:
    terminal = at(town)
    town.verifier.consequence = Consequence("c", "Je inschrijving stopt.", "It ends.")
    done = town.share()
    code, [answer] = terminal.run("ask", "erasure", done.id, "--yes")
    assert (code, answer["state"]) == (8, "needs_confirmation")
    assert answer["consequence"]["nl"] == "Je inschrijving stopt."
    assert [one.question.confirm for one in town.verifier.asked] == [None]


def test_erasure_by_a_person_defaults_to_no(town: World, at: At) -> None:
    terminal = at(town)
    town.verifier.consequence = Consequence("c", "Je inschrijving stopt.", "It ends.")
    done = town.share()
    terminal.answers = ["ja", ""]
    code, _out = terminal.plain("ask", "erasure", done.id[:8])
    assert code == 3
    assert [one.question.confirm for one in town.verifier.asked] == [None]
    terminal.answers = [""]
    code, _ = terminal.plain("ask", "erasure", done.id)
    assert code == 3
    assert len(town.verifier.asked) == 1


def test_settling_from_the_command_line(town: World, at: At) -> None:
    terminal = at(town)
    town.network.lose = lambda call: urlsplit(call.url).path == "/response/1"
    done = town.share()
    town.network.lose = lambda _call: False
    code, [answer] = terminal.run("ask", "receipt", done.id)
    assert (code, answer["receipt"], answer["outcome"]) == (0, "verified", "shared")
    town.verifier.knows = False
    code, [answer] = terminal.run("ask", "status", done.id)
    assert (code, answer["state"], answer["outcome"]) == (7, "not_known", "shared")


def test_sync(town: World, at: At) -> None:
    code, [done] = at(town).run("sync")
    assert (code, done["changed"], done["issuers"]) == (0, False, 2)


def test_plain_words(town: World, at: At) -> None:
    terminal = at(town)
    assert "nog 10 keer te gebruiken" in terminal.plain("cards")[1]
    assert terminal.plain("requests")[1] == "Er loopt niets.\n"
    _, out = terminal.plain("share", town.verifier.link, "--show")
    assert "Wie\n  Woonstichting Voorbeeldwonen" in out
    assert "Er is niets gedeeld." in out
    _code, out = terminal.plain("requests")
    assert "Woonstichting Voorbeeldwonen vraagt gegevens." in out
    assert terminal.plain("sync")[1].startswith("Niets nieuws")


def test_a_wrong_passphrase_after_yes_shares_nothing(town: World, at: At) -> None:
    lock(town)
    terminal = at(town)
    terminal.answers = ["1", "ja", "ja", "a", "b", "c"]
    code, _ = terminal.plain("share", town.verifier.link)
    assert code == 4
    assert "er is niets gedeeld" in terminal.err
    assert town.network.posts() == []
