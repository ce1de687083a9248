"""What the commands say to a person: the whole question first, then words, never script names."""

from collections.abc import Callable

from support.screens import PASSPHRASE, lock
from support.terminal import Terminal
from support.wallet_world import World

FULL = (
    "persoonsgegevens:given_name,persoonsgegevens:family_name,persoonsgegevens:age_over_18,"
    "persoonsgegevens:housing_pseudonym,verblijfsrecht:housing_residence_right,"
    "verblijfsrecht:housing_pseudonym"
)
At = Callable[[World], Terminal]


def test_the_question_first_then_the_other_answers(town: World, at: At) -> None:
    lock(town)
    terminal = at(town)
    terminal.answers = ["9", "2", "ja", "ja", PASSPHRASE]
    code, out = terminal.plain("share", town.verifier.link)
    assert code == 0
    shown = terminal.err
    order = ["Wie\n", "Reden\n", "Niet gevraagd", "Hoe lang en met wie", "Let op", "Liever minder"]
    assert [shown.index(word) for word in order] == sorted(shown.index(word) for word in order)
    assert "  2: zonder Voornamen" in shown
    assert "Dat nummer staat er niet bij." in shown
    again = shown.rsplit("Welke gegevens", 1)[1]
    assert "Achternaam: de Vries" in again
    assert "Voornamen" not in again
    assert "first_time" not in shown
    assert "persoonsgegevens:" not in shown
    assert "Gedeeld met Woonstichting Voorbeeldwonen." in out


def test_show_names_what_scripts_type(town: World, at: At) -> None:
    _, out = at(town).plain("share", town.verifier.link, "--show")
    assert f"  --claims {','.join(sorted(FULL.split(',')))}\n" in out
    assert "  --accept first_time\n" in out
    assert "persoonsgegevens:" not in out.split("Voor programma's")[0]


def test_looking_back_in_words(town: World, at: At) -> None:
    terminal = at(town)
    done = town.share()
    _, out = terminal.plain("activity", done.id)
    assert "  6 gegevens gedeeld\n" in out
    assert "  Persoonsgegevens\n    18 jaar of ouder: ja\n" in out
    assert "volgens hen: AVG artikel 6, lid 1 onder b: nodig voor de overeenkomst" in out
    proofs = out.split("Bewijs in je wallet\n")[1].split("Wat je nu")[0].splitlines()
    assert len(proofs) == len(set(proofs)) == 4
    assert "persoonsgegevens:" not in out
    _, out = terminal.plain("activity", done.id, "--no-values")
    assert "    Voornamen\n" in out
    _, out = terminal.plain("who")
    assert "Mag in Nederland wonen" in out
    assert "tot twee jaar na het einde van de inschrijving" in out
    assert out.count("Woonstichting Voorbeeldwonen") == 1
    _, out = terminal.plain("activities")
    assert "Gemeente Voorbeeldstad: 2 kaartjes ontvangen" in out
    assert all(len(line) <= 80 for line in out.splitlines())
