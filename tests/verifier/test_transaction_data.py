"""What a holder signs for besides the data: asked where configured, checked in every answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.holder_simulator import Answer, Lies, Request
from support.verifier_home import VerifierHome, run

from credential import base64url, receipt, transactiondata
from credential.names import TRANSACTION_APPLICATION
from credential.transactiondata import Attachment, Item, Title
from verifier.errors import NotReady
from verifier.service import sessions
from verifier.store import transactions
from verifier.transaction import Answered, Created, Origin, Outcome

VP = "OpenID4VP 1.0"
ITEM = Item(
    TRANSACTION_APPLICATION,
    ("persoonsgegevens", "verblijfsrecht"),
    Title("Terras plaatsen", "Placing a terrace"),
    "V-2026-0001",
    base64url.sha256("application"),
    (Attachment("tekening-geheim.pdf", base64url.sha256("drawing"), 120_000),),
)
FIRST = transactiondata.encode(ITEM)
SECOND = transactiondata.encode(
    replace(ITEM, credential_ids=("verblijfsrecht",), reference="V-2026-0002")
)
A, B = transactiondata.digest(FIRST), transactiondata.digest(SECOND)


@pytest.fixture
def signing(home: VerifierHome) -> VerifierHome:
    """The profile says that its people may be asked to sign."""
    file = home.home / "profiles" / "inschrijven.toml"
    file.write_text(f'transaction_data = ["{TRANSACTION_APPLICATION}"]\n{file.read_text()}')
    return home


def start(home: VerifierHome, *texts: str) -> sessions.Invitation:
    verifier = home.open()
    profile = verifier.profile("inschrijven")
    (made,) = sessions.start(
        verifier, profile, "nl", None, origin=Origin.COMMAND, transaction_data=texts
    )
    return made


def answered(
    home: VerifierHome,
    *texts: str,
    lies: Callable[[Request], Lies] = lambda _request: Lies(),
) -> tuple[Answer, Answered]:
    made = start(home, *texts)

    async def work() -> Answer:
        async with home.client() as http:
            holder = home.holder(http)
            request = await holder.fetch(made.link)
            return await holder.answer(request, lies(request))

    answer = run(work())
    verifier = home.open()
    found = transactions.find(verifier.store, verifier.sealer, made.transaction)
    assert isinstance(found, Answered)
    return answer, found


@pytest.mark.spec(VP, "8.4", "the request carries it as an array of texts; it is sent as it was")
def test_asked_and_signed(signing: VerifierHome) -> None:
    answer, found = answered(signing, FIRST, SECOND)
    assert answer.request.payload["transaction_data"] == [FIRST, SECOND]
    assert (found.outcome, found.rule) == (Outcome.ACCEPTED, "")
    stated = receipt.dangerous_read(answer.body["receipt"])
    assert stated.transaction_data_hashes == (A, B)


@pytest.mark.spec("Regie formats", "3", "no member where nothing was signed for")
def test_without(signing: VerifierHome) -> None:
    answer, found = answered(signing)
    assert "transaction_data" not in answer.request.payload
    assert found.outcome is Outcome.ACCEPTED
    assert receipt.dangerous_read(answer.body["receipt"]).transaction_data_hashes == ()


def hashes(*found: str, **more: str) -> dict[str, Any]:
    return {"transaction_data_hashes": [*found], **more}


PERSON, RESIDENCE = "persoonsgegevens", "verblijfsrecht"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing signed": ({}, "transaction.missing"),
    "one not signed": ({PERSON: hashes(A)}, "transaction.missing"),
    "over the decoded text": (
        {PERSON: hashes(base64url.sha256(base64url.decode(FIRST))), RESIDENCE: hashes(B)},
        "kb.transaction_data",
    ),
    "of another request": (
        {PERSON: hashes(A), RESIDENCE: hashes(B, "x" * 43)},
        "kb.transaction_data",
    ),
    "reordered": ({RESIDENCE: hashes(B, A)}, "kb.transaction_data"),
    "repeated": ({PERSON: hashes(A, A), RESIDENCE: hashes(B)}, "kb.transaction_data"),
    "by a card that may not": ({PERSON: hashes(A, B)}, "kb.transaction_data"),
    "by two cards": ({PERSON: hashes(A), RESIDENCE: hashes(A, B)}, "transaction.twice"),
    "another algorithm": (
        {PERSON: hashes(A, transaction_data_hashes_alg="sha-512"), RESIDENCE: hashes(B)},
        "kb.transaction_data_alg",
    ),
}


@pytest.mark.spec(VP, "8.4", "missing, wrong, extra or reordered hashes are refused")
@pytest.mark.spec(VP, "B.3.3", "one item is authorised by one card, over the text as sent")
@pytest.mark.parametrize("what", WRONG)
def test_refused(signing: VerifierHome, what: str) -> None:
    signs, rule = WRONG[what]
    answer, found = answered(signing, FIRST, SECOND, lies=lambda _request: Lies(signs=signs))
    assert (answer.status, found.outcome, found.rule) == (200, Outcome.REFUSED, rule)
    assert found.registration is None


@pytest.mark.spec("Regie formats", "3", "a refused answer that was bound gets a receipt as any")
def test_the_receipt_names_what_was_signed(signing: VerifierHome) -> None:
    answer, _ = answered(signing, FIRST, SECOND, lies=lambda _r: Lies(signs={PERSON: hashes(A)}))
    assert receipt.dangerous_read(answer.body["receipt"]).transaction_data_hashes == (A,)
    answer, _ = answered(signing, FIRST, lies=lambda _r: Lies(signs={PERSON: hashes("x" * 43)}))
    assert answer.body == {}, "a binding that does not hold binds nothing"


@pytest.mark.spec(VP, "8.4", "a profile that does not say so never has anything signed")
def test_only_where_configured(home: VerifierHome) -> None:
    with pytest.raises(NotReady, match=r"profile\.transaction_data"):
        start(home, FIRST)
    _, found = answered(home, lies=lambda _r: Lies(kb_extra=hashes(A)))
    assert (found.outcome, found.rule) == (Outcome.REFUSED, "kb.transaction_data")


def test_what_no_wallet_could_show_is_not_asked(signing: VerifierHome) -> None:
    foreign = transactiondata.encode(replace(ITEM, credential_ids=("unknown",)))
    for texts in ((foreign,), ("e30",), (FIRST, FIRST)):
        with pytest.raises(NotReady):
            start(signing, *texts)


def test_a_type_nobody_knows_does_not_start(home: VerifierHome) -> None:
    file = home.home / "profiles" / "inschrijven.toml"
    file.write_text(f'transaction_data = ["https://example.org/payment"]\n{file.read_text()}')
    with pytest.raises(NotReady, match=r"transaction_data"):
        home.open()


def test_sealed_until_it_is_answered(signing: VerifierHome) -> None:
    """Names of attachments may say something about a person: sealed, and gone with the answer."""
    made = start(signing, FIRST)
    verifier = signing.open()
    found = transactions.find(verifier.store, verifier.sealer, made.transaction)
    assert isinstance(found, Created)
    assert found.transaction_data == (FIRST,)
    answered(signing, FIRST)
    stored = signing.database_bytes()
    for text in (FIRST.encode(), b"tekening-geheim", b"Terras plaatsen"):
        assert text not in stored
    with verifier.store.reading() as connection:
        rows = connection.exec_driver_sql(
            "select state, transaction_data_sealed is null, request_sealed is null"
            " from transactions order by state"
        ).all()
    assert [tuple(row) for row in rows] == [("answered", 1, 1), ("created", 0, 1)]
