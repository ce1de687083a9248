"""Klopt dit niet? What can be corrected, what is sent, and that it arrives once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.canary import findings
from support.my_simulator import at_home, my
from support.wallet_world import World

from credential import strictjson
from wallet import attachments, log
from wallet.attachments import MAX_BYTES, MOST, Attachment
from wallet.errors import ExitCode, NoMatch, Usage, WalletError
from wallet.events import Outcome
from wallet.service import cards, cases, correct
from wallet.service.cases import Standing
from wallet.service.correct import Attribute, Claimed
from wallet.store import Filter

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
SECRET = "Bibberkenmerk"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[World]:
    with at_home(tmp_path) as town:
        yield town


def card(town: World, kind: str = "persoonsgegevens") -> cards.Held:
    return cards.one(town.wallet, kind, now=town.now)


def items(town: World, kind: str = "persoonsgegevens") -> dict[str, Attribute]:
    found = correct.attributes(card(town, kind), cards.types(town.wallet))
    return {".".join(map(str, one.path)): one for one in found}


def send(
    town: World, *claims: Claimed, why: str = "Mijn akte.", files: tuple[Attachment, ...] = ()
) -> Standing:
    chosen = claims or (correct.claim(items(town)["family_name"], SECRET),)
    return correct.send(town.wallet, town.network, card(town), chosen, why, files, now=town.now)


def test_what_can_be_corrected_and_what_is_missing(home: World) -> None:
    found = items(home)
    assert list(found)[:2] == ["given_name", "family_name"]
    assert found["birthdate"].value == "1980-04-02"
    assert found["birthdate"].held
    assert not found["name_prefix"].held
    assert "housing_pseudonym" not in found
    assert "reference_moment" not in found


def test_parts_of_a_claim_are_items_of_their_own(home: World) -> None:
    my(home).kinds = ("woonadres",)
    home.add()
    found = items(home, "woonadres")
    assert found["address.house_number"].value == 7
    assert found["address.house_number"].held
    assert not found["address.house_letter"].held
    assert "address" not in found


@pytest.mark.parametrize(
    ("before", "typed", "after"),
    [
        ("Anna", " Anna Maria ", "Anna Maria"),
        ("1980-04-02", "03-04-1980", "1980-04-03"),
        ("1980-04-02", "3/4/1980", "1980-04-03"),
        ("1980-04-02", "1980-04-03", "1980-04-03"),
        ("1980-04-02", "1980", "1980"),
        ("1980-04-02", "04-1980", "1980-04"),
        ("1980", "04-1980", "1980-04"),
        (True, "Nee", False),
        (False, "yes", True),
        (7, "8", 8),
        (["NL", "DE"], "NL; BE", ["NL", "BE"]),
        ("Anna", "", None),
        (None, "van", "van"),
    ],
)
def test_what_is_typed_takes_the_form_of_what_it_replaces(
    before: strictjson.Json, typed: str, after: strictjson.Json
) -> None:
    assert correct.claim(Attribute(("x",), before), typed).value == after


@pytest.mark.parametrize(
    ("before", "typed", "code"),
    [
        ("1980-04-02", "31-02-1980", "correct.date"),
        ("1980-04-02", "vorige week", "correct.date"),
        ("1980-04-02", "13-1980", "correct.date"),
        (True, "misschien", "correct.yes_or_no"),
        (7, "zeven", "correct.number"),
        (7, "\u0667", "correct.number"),
        ("Anna", "Anna", "correct.same"),
        (None, "", "correct.same"),
        ("Anna", "x" * 501, "correct.value_size"),
    ],
)
def test_what_is_no_value_is_said(before: strictjson.Json, typed: str, code: str) -> None:
    with pytest.raises(Usage) as refusal:
        correct.claim(Attribute(("x",), before), typed)
    assert refusal.value.code == code


@given(st.sampled_from(["1980-04-02", True, 7, ["NL"], "Anna", None]), st.text(max_size=40))
def test_whatever_is_typed_is_a_value_or_a_refusal(before: strictjson.Json, typed: str) -> None:
    try:
        found = correct.claim(Attribute(("x",), before), typed)
    except Usage:
        return
    assert found.value != before
    strictjson.dumps({"value": found.value})


@pytest.mark.spec("Regie domain", "1.5", "a correction names the item, what is held and claimed")
def test_a_correction_is_sent_and_its_values_are_not_in_the_log(home: World) -> None:
    found = send(home, files=(Attachment("akte.png", "image/png", PNG),))
    assert (found.case.type, found.phase) == ("correction", "received")
    ((path, asked),) = my(home).posted
    assert path == "cases"
    assert asked == {
        "type": "correction",
        "kind": "persoonsgegevens",
        "claims": [{"path": ["family_name"], "held": "de Vries", "claimed": SECRET}],
        "explanation": "Mijn akte.",
        "attachments": [Attachment("", "image/png", PNG).message()],
    }
    entries = home.wallet.store.events(found.case.activity)
    assert [entry.kind for entry in entries] == ["case.opened", "case.state"]
    assert entries[0].body["paths"] == ["family_name"]
    assert entries[0].body["attachments"] == 1
    stored = json.dumps([entry.body for entry in entries]).encode()
    assert not findings(stored, [SECRET, "Mijn akte.", "de Vries"])
    written = cases.written(home.wallet, found.case.activity)
    assert json.loads(written["claims"])["claims"] == asked["claims"]
    assert written["explanation"] == "Mijn akte."
    assert home.wallet.store.outgoing(found.case.activity) is None
    assert log.verify(home.wallet.store).ok


def test_what_the_card_does_not_have_is_not_held(home: World) -> None:
    missing, wrong = items(home)["name_prefix"], items(home)["given_name"]
    send(home, correct.claim(missing, "van"), correct.claim(wrong, ""))
    claims = my(home).posted[0][1]["claims"]
    assert claims[0] == {"path": ["name_prefix"], "claimed": "van"}
    assert claims[1] == {"path": ["given_name"], "held": "Anna Maria", "claimed": None}


def test_nothing_wrong_is_nothing_to_send(home: World) -> None:
    with pytest.raises(Usage, match=r"correct\.nothing"):
        correct.send(home.wallet, home.network, card(home), (), "", (), now=home.now)
    with pytest.raises(Usage, match=r"case\.text_size"):
        send(home, why="x" * 2_001)
    assert home.network.calls == []


def test_only_data_of_the_register_is_corrected_here(home: World) -> None:
    held = card(home)
    strange = cards.Held(
        type(held.card)(**{**vars(held.card), "kind": "kvk-inschrijving"}), held.state
    )
    with pytest.raises(Usage, match=r"correct\.not_here"):
        correct.attributes(strange, {})


def test_a_wallet_that_never_logged_in_is_told_so(town: World) -> None:
    town.wallet.store.end_session(town.issuer.party.oin)
    with pytest.raises(NoMatch, match=r"session\."):
        send(town)
    assert cases.held(town.wallet) == ()


def test_not_sent_is_nothing_waiting(home: World) -> None:
    home.network.refuse = lambda call: call.method == "POST"
    with pytest.raises(WalletError, match=r"case\.unsent") as refusal:
        send(home)
    assert refusal.value.exit is ExitCode.NETWORK
    assert cases.held(home.wallet) == ()
    (activity,) = home.wallet.store.activities(Filter(type="case"))
    assert activity.outcome == Outcome.UNSENT
    assert home.wallet.store.outgoing(activity.id) is None


@pytest.mark.spec("Architecture", "Wallet", "a correction whose answer was lost arrives once")
@pytest.mark.parametrize("arrived", [True, False])
def test_an_answer_that_was_lost_is_settled_with_the_same_bytes(home: World, arrived: bool) -> None:
    my(home).dpop_nonce = None
    which = "lose" if arrived else "drop"
    setattr(home.network, which, lambda call: call.url.endswith("/my/cases"))
    with pytest.raises(WalletError, match=r"case\.maybe"):
        send(home)
    (waiting,) = cases.waiting(home.wallet, now=home.now)
    assert waiting.phase == "sending"
    assert waiting.file is None
    with pytest.raises(Usage, match=r"activity\.open"):
        home.wallet.store.forget_activity(waiting.case.activity, at=home.now)
    setattr(home.network, which, lambda _: False)
    assert cases.refresh(home.wallet, home.network, now=home.now) == ()
    (found,) = cases.held(home.wallet)
    assert (found.phase, found.case.activity) == ("received", waiting.case.activity)
    assert len(my(home).cases) == 1
    bodies = {call.body for call in home.network.calls if call.method == "POST"}
    keys = {call.headers["idempotency-key"] for call in home.network.calls if call.method == "POST"}
    assert (len(bodies), len(keys)) == (1, 1)
    assert home.kinds(found.case.activity) == ["case.opened", "case.state"]
    # And it is asked no more.
    home.network.calls.clear()
    cases.refresh(home.wallet, home.network, now=home.now)
    assert home.network.posts() == []


def test_what_is_refused_the_second_time_is_given_up(home: World) -> None:
    my(home).dpop_nonce = None
    home.network.drop = lambda call: call.url.endswith("/my/cases")
    with pytest.raises(WalletError, match=r"case\.maybe"):
        send(home)
    home.network.drop = lambda _: False
    my(home).refuse = (400, "application.claims")
    assert cases.refresh(home.wallet, home.network, now=home.now) == ()
    assert cases.held(home.wallet) == ()


def test_a_refusal_keeps_nothing_and_names_the_reason(home: World) -> None:
    my(home).refuse = (409, "application.many")
    with pytest.raises(Usage, match=r"session\.refused"):
        send(home)
    assert cases.held(home.wallet) == ()
    (activity,) = home.wallet.store.activities(Filter(type="case"))
    assert activity.reason == "application.many"


# --- the evidence


def test_a_file_is_what_its_first_bytes_say(tmp_path: Path) -> None:
    names = {"a.png": PNG, "b.txt": b"%PDF-1.7", "c.bin": b"\xff\xd8\xff\xe0"}
    kinds = []
    for name, content in names.items():
        (tmp_path / name).write_bytes(content)
        found = attachments.read(str(tmp_path / name))
        kinds.append(found.media)
        assert (found.name, found.size) == (name, len(content))
        assert name not in repr(found)
    assert kinds == ["image/png", "application/pdf", "image/jpeg"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ\x90", "attachment.kind"),
        (b"<svg/>", "attachment.kind"),
        (b"", "attachment.kind"),
        (b"%PDF-" + bytes(MAX_BYTES), "attachment.size"),
        (None, "attachment.unreadable"),
    ],
    ids=["program", "drawing", "empty", "large", "absent"],
)
def test_a_file_that_cannot_go(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "x.pdf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Usage) as refusal:
        attachments.read(str(path))
    assert refusal.value.code == code


def test_few_files_together() -> None:
    one = Attachment("a", "image/png", PNG)
    assert attachments.require((one,) * MOST)
    with pytest.raises(Usage, match=r"attachment\.many"):
        attachments.require((one,) * (MOST + 1))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Usage, match=r"attachment\.unreadable"):
        attachments.read(str(tmp_path))


# --- the command


def test_correct_asks_shows_and_sends(home: World, at, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "akte.png").write_bytes(PNG)
    terminal = at(home)
    number = str(list(items(home)).index("family_name") + 1)
    terminal.answers = [number, "van Dijk", "Zie mijn akte.", "ja"]
    code, out = terminal.plain(
        "correct", "persoonsgegevens", "--attach", str(tmp_path / "akte.png")
    )
    assert code == ExitCode.PENDING
    assert "Achternaam: de Vries" in terminal.err
    assert "Achternaam: nu de Vries, moet zijn van Dijk" in terminal.err
    assert "Bijlage: akte.png (72 B)" in terminal.err
    assert "Gemeente Voorbeeldstad heeft het ontvangen." in out
    assert "De gemeente moet beslissen vóór" in out
    ((_, asked),) = my(home).posted
    assert asked["explanation"] == "Zie mijn akte."


def test_no_means_that_nothing_is_sent(home: World, at) -> None:  # type: ignore[no-untyped-def]
    terminal = at(home)
    terminal.answers = ["1", "Annie", "", ""]
    assert terminal.run("correct", "persoonsgegevens")[0] == ExitCode.DECLINED
    assert my(home).posted == []
    assert cases.held(home.wallet) == ()
    for choice in ("0", "99", "x"):
        terminal.answers = [choice]
        assert terminal.run("correct", "persoonsgegevens")[0] == ExitCode.USAGE


def test_correct_from_a_file_for_machines(home: World, at, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wish = tmp_path / "wens.json"
    claims = [{"path": ["birthdate"], "claimed": "03-04-1980"}]
    wish.write_text(json.dumps({"claims": claims, "explanation": SECRET}), "utf-8")
    terminal = at(home)
    code, lines = terminal.run("correct", "persoonsgegevens", "--from-file", str(wish), "--yes")
    assert code == ExitCode.PENDING
    assert lines[0]["type"] == "case"
    assert lines[0]["case_type"] == "correction"
    assert my(home).posted[0][1]["claims"][0]["claimed"] == "1980-04-03"
    for content in (
        "[]",
        "{",
        '{"claims": [{"path": ["bsn"], "claimed": "1"}]}',
        '{"claims": [{"path": ["birthdate"], "claimed": 5}]}',
        '{"claims": [5]}',
        '{"claims": []}',
    ):
        wish.write_text(content, "utf-8")
        options = ("--from-file", str(wish), "--yes")
        assert terminal.run("correct", "persoonsgegevens", *options)[0] == ExitCode.USAGE


def test_the_card_says_how_to_correct_it(home: World, at) -> None:  # type: ignore[no-untyped-def]
    code, out = at(home).plain("card", "persoonsgegevens")
    assert code == 0
    assert f"regie-wallet correct {card(home).card.id[:8]}" in out
