"""What a person signs for by sharing: shown in full before, on record without values after."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.terminal import Terminal
from support.wallet_world import World

from credential import base64url, strictjson, transactiondata
from credential.names import TRANSACTION_APPLICATION
from credential.transactiondata import Attachment, Item, Title
from wallet.caution import Warn
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.service import share
from wallet.texts import Texts
from wallet.wording import lines

VP = "OpenID4VP 1.0"
ITEM = Item(
    TRANSACTION_APPLICATION,
    ("person", "residence"),
    Title("Terras plaatsen", "Placing a terrace"),
    "V-2026-0001",
    base64url.sha256("application"),
    (Attachment("tekening-anna\u001b[2J.pdf", base64url.sha256("drawing"), 120_000),),
)
FIRST = transactiondata.encode(ITEM)
SECOND = transactiondata.encode(
    replace(ITEM, credential_ids=("residence",), reference="V-2026-0002", attachments=())
)
At = Callable[[World], Terminal]


def asking(town: World, *texts: str) -> World:
    town.verifier.transaction_data = texts
    return town


def written(**changes: Any) -> str:
    members = strictjson.loads_object(base64url.decode(FIRST)) | changes
    return base64url.encode(strictjson.dumps(members))


@pytest.mark.spec(VP, "8.4", "what a wallet cannot show in full it refuses, and tells nobody")
@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        "text",
        [1],
        ["e30"],
        [FIRST, FIRST],
        [written(type="https://example.org/payment")],
        [written(more="unknown")],
        [written(credential_ids=["unknown"])],
        [written(title={"nl": "Terras"})],
        [FIRST, written(reference="met spatie")],
    ],
)
def test_refused(town: World, value: Any) -> None:
    town.verifier.claims = lambda claims: {**claims, "transaction_data": value}
    with pytest.raises(WalletError) as caught:
        town.receive()
    assert caught.value.exit == ExitCode.NOT_TRUSTED
    assert caught.value.params["rule"] == "request.transaction_data"
    assert [one["error"] for one in town.verifier.errors] == ["invalid_transaction_data"]
    assert town.verifier.received == []


@pytest.mark.spec(VP, "8.4", "the transaction data is shown to the person")
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_shown(town: World, lang: str) -> None:
    posed = asking(town, FIRST, SECOND).receive(lang=lang)
    texts = Texts(lang)
    shown = lines(posed.question, posed.question.options[0], texts)
    start = shown.index(texts.get("question.to_sign"))
    assert start < shown.index(texts.get("question.which"))
    part = "\n".join(shown[start : shown.index(texts.get("question.which"))])
    for word in (ITEM.title.text(lang), "V-2026-0001", "V-2026-0002", "tekening-anna", "118 kB"):
        assert word in part
    assert "\u001b" not in part, "the asker's text steers no terminal"
    assert Warn.SIGNS in posed.question.options[0].warnings


def test_nothing_of_it_where_nothing_is_signed(town: World) -> None:
    posed = town.receive()
    texts = Texts("nl")
    shown = lines(posed.question, posed.question.options[0], texts)
    assert texts.get("question.to_sign") not in shown
    assert Warn.SIGNS not in posed.question.options[0].warnings


@pytest.mark.spec(VP, "B.3.3", "each item is authorised by one card: the first that may")
@pytest.mark.spec("Regie formats", "3", "the receipt names what was signed, and that is checked")
def test_signed(town: World) -> None:
    done = asking(town, FIRST, SECOND).share()
    assert town.kinds(done.id)[-1] == "receipt.verified"
    bound = {query: one.kb for query, one in town.verifier.presented.items()}
    assert bound["person"]["transaction_data_hashes"] == [transactiondata.digest(FIRST)]
    assert bound["residence"]["transaction_data_hashes"] == [transactiondata.digest(SECOND)]
    assert all("transaction_data_hashes_alg" not in kb for kb in bound.values())


def test_the_algorithm_is_named_where_it_was_asked(town: World) -> None:
    named = transactiondata.encode(replace(ITEM, hashes_alg=("sha-512", "sha-256")))
    asking(town, named).share()
    assert town.verifier.presented["person"].kb["transaction_data_hashes_alg"] == "sha-256"
    assert "transaction_data_hashes" not in town.verifier.presented["residence"].kb


@pytest.mark.spec("Regie formats", "3", "a receipt that names something else is not accepted")
@pytest.mark.parametrize("found", [(), (transactiondata.digest(SECOND),)])
def test_another_receipt(town: World, found: tuple[str, ...]) -> None:
    town.verifier.receipt_change = lambda made: replace(made, transaction_data_hashes=found)
    done = asking(town, FIRST).share()
    assert town.body(done.id, Kind.RECEIPT_INVALID)["reason"] == "receipt.transaction_data"


@pytest.mark.spec("Regie formats", "2", "of transaction data the log keeps a type and blinded hash")
def test_the_log_holds_no_words_of_it(town: World) -> None:
    done = asking(town, FIRST).share()
    events = list(town.wallet.store.events(done.id))
    text = json.dumps([entry.body for entry in events], ensure_ascii=False)
    body = town.body(done.id, Kind.SHARE_INTENDED)
    assert body["transaction_types"] == [TRANSACTION_APPLICATION]
    for word in ("Terras", "V-2026-0001", "tekening", FIRST, transactiondata.digest(FIRST)):
        assert word not in text
    # What was asked stands in the table the resident can wipe; the entry has its blinded hash.
    assert town.wallet.store.texts(done.id)["request"] == town.verifier.request_object.encode()
    assert "request" not in {one.role for one in town.wallet.store.evidence(done.id)}
    [named] = [one for one in body["texts"] if one["name"] == "request"]
    assert named["sha256"] != base64url.sha256(town.verifier.request_object)


@pytest.mark.spec(VP, "8.4", "an answer without a card that may sign is not among the choices")
def test_only_answers_that_can_sign(town: World) -> None:
    query = json.loads(json.dumps(town.verifier.query))
    query["credential_sets"] = [
        {"options": [["person"]]},
        {"options": [["residence"]], "required": False},
    ]
    town.verifier.query = query
    free = town.receive().question.options
    assert {len(one.picks) for one in free} == {1, 2}


def test_the_optional_card_that_signs_is_not_optional(town: World) -> None:
    query = json.loads(json.dumps(town.verifier.query))
    query["credential_sets"] = [
        {"options": [["person"]]},
        {"options": [["residence"]], "required": False},
    ]
    town.verifier.query = query
    options = asking(town, SECOND).receive().question.options
    assert {len(one.picks) for one in options} == {2}


def test_a_no_signs_nothing(town: World) -> None:
    posed = asking(town, FIRST).receive()
    share.decline(town.wallet, town.network, posed, now=town.now)
    [error] = town.verifier.errors
    assert error["error"] == "access_denied"
    assert town.verifier.received == []


def test_scripts_say_yes_to_both(town: World, at: At) -> None:
    """`--claims` shares; what is handed in needs its own `--accept`."""
    terminal = at(asking(town, FIRST))
    code, [shown] = terminal.run("share", town.verifier.link, "--show")
    assert code == 0
    assert shown["warnings"] == ["first_time", "signs"]
    [item] = shown["transaction_data"]
    assert item["title"] == {"nl": "Terras plaatsen", "en": "Placing a terrace"}
    assert (item["reference"], item["type"]) == ("V-2026-0001", TRANSACTION_APPLICATION)
    assert item["attachments"][0]["size"] == 120_000
    answer = ("share", shown["request"], "--yes", "--claims", ",".join(shown["sets"][0]))
    code, [refused] = terminal.run(*answer, "--accept", "first_time")
    assert (code, refused["shared"]) == (ExitCode.DECLINED, "nothing")
    assert town.network.posts() == []
    code, [done] = terminal.run(*answer, "--accept", "first_time", "--accept", "signs")
    assert (code, done["receipt"]) == (0, "verified")


def test_looking_back(town: World, at: At) -> None:
    """What was handed in stays readable as long as the request does, and only where it left."""
    terminal = at(asking(town, FIRST))
    done = town.share()
    code, [shown] = terminal.run("activity", done.id)
    assert (code, shown["signed"][0]["reference"]) == (0, "V-2026-0001")
    code, [hidden] = terminal.run("activity", done.id, "--no-values")
    assert "signed" not in hidden
    code, words = terminal.plain("activity", done.id)
    assert "Ondertekend en ingediend: Terras plaatsen, V-2026-0001, tekening-anna" in words
    assert "\u001b" not in words
