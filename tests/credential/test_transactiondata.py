"""Transaction data: one text, one reading, and hashes of what was sent."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cards import AUD, NONCE, NOW, VCT, FakeTrust, card
from support.keys import test_signer

from credential import base64url, dcql, keybinding, sdjwt, strictjson, transactiondata
from credential.errors import CredentialError, NotAllowed
from credential.names import TRANSACTION_APPLICATION, TYP_CARD
from credential.transactiondata import Attachment, Item, Signed, Title

VP = "OpenID4VP 1.0"
HASH = base64url.sha256("application")
ITEM = Item(
    TRANSACTION_APPLICATION,
    ("company", "place"),
    Title("Terras plaatsen", "Placing a terrace"),
    "V-2026-0001",
    HASH,
    (Attachment("tekening.pdf", base64url.sha256("drawing"), 120_000),),
)
OTHER = replace(ITEM, reference="V-2026-0002")
TEXT, SECOND = transactiondata.encode(ITEM), transactiondata.encode(OTHER)
QUERY = dcql.parse(
    {
        "credentials": [
            {"id": name, "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, **more}
            for name, more in (
                ("company", {}),
                ("place", {}),
                ("loose", {"require_cryptographic_holder_binding": False}),
            )
        ]
    }
)


def written(**changes: Any) -> str:
    """The text with these members in place; `None` takes one out."""
    members = strictjson.loads_object(base64url.decode(TEXT)) | changes
    left = {name: value for name, value in members.items() if value is not None}
    return base64url.encode(strictjson.dumps(left))


def refused(work: Any) -> str:
    with pytest.raises(CredentialError) as caught:
        work()
    return caught.value.code


@pytest.mark.spec("Regie formats", "13", "what was encoded is what is read")
def test_round_trip() -> None:
    assert transactiondata.decode(TEXT) == ITEM
    named = replace(ITEM, hashes_alg=("sha-512", "sha-256"), attachments=())
    assert transactiondata.decode(transactiondata.encode(named)) == named


@pytest.mark.spec(VP, "8.4", "an unknown type is refused")
@pytest.mark.spec(VP, "8.4", "unknown, missing or wrong members are refused")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "payment"}, "transaction.type"),
        ({"type": None}, "json.member"),
        ({"type": [TRANSACTION_APPLICATION]}, "json.member"),
        ({"more": "x"}, "transaction.members"),
        ({"reference": None}, "transaction.members"),
        ({"credential_ids": None}, "transaction.members"),
        ({"attachments": None}, "transaction.members"),
        ({"credential_ids": []}, "transaction.credential_ids"),
        ({"credential_ids": ["company", "company"]}, "transaction.credential_ids"),
        ({"credential_ids": "company"}, "json.member"),
        ({"title": {"nl": "Terras"}}, "transaction.title"),
        ({"title": {"nl": "Terras", "en": " "}}, "transaction.words"),
        ({"title": {"nl": "x" * 201, "en": "y"}}, "transaction.words"),
        ({"reference": "zonder zin"}, "transaction.reference"),
        ({"reference": "x\n"}, "transaction.reference"),
        ({"application_hash": "AAAA"}, "transaction.digest"),
        ({"application_hash": HASH + "="}, "base64url.alphabet"),
        ({"attachments": [{"name": "a", "sha256": HASH}]}, "transaction.attachments"),
        ({"attachments": [{"name": "a", "sha256": HASH, "size": -1}]}, "transaction.attachments"),
        ({"attachments": [{"name": "a", "sha256": HASH, "size": True}]}, "json.member"),
        ({"attachments": [1]}, "transaction.attachments"),
        ({"transaction_data_hashes_alg": ["sha-512"]}, "transaction.alg"),
        ({"transaction_data_hashes_alg": []}, "transaction.alg"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refused(lambda: transactiondata.decode(written(**changes))) == code


@given(st.text(max_size=80))
def test_garbage_raises_only_ours(text: str) -> None:
    with pytest.raises(CredentialError):
        transactiondata.decode(text)


@pytest.mark.spec(VP, "8.4", "each item names queries that are asked, with holder binding")
def test_held_against_the_query() -> None:
    assert transactiondata.read([TEXT], QUERY) == ((TEXT, ITEM),)
    for value, code in (
        ([], "transaction.shape"),
        ({}, "transaction.shape"),
        ("text", "transaction.shape"),
        ([1], "transaction.shape"),
        ([TEXT] * 2, "transaction.repeated"),
        ([TEXT] * 5, "transaction.shape"),
        ([written(credential_ids=["unknown"])], "transaction.credential_ids"),
        ([written(credential_ids=["loose"])], "transaction.credential_ids"),
        (["x" * 20_000], "transaction.size"),
    ):
        assert refused(lambda value=value: transactiondata.read(value, QUERY)) == code


@pytest.mark.spec(VP, "8.4", "one of several cards authorises an item")
def test_one_card_signs() -> None:
    items = transactiondata.read([TEXT, SECOND], QUERY)
    assert transactiondata.by_query(items, ["place", "company"]) == {"place": (TEXT, SECOND)}
    only = transactiondata.read([written(credential_ids=["company"])], QUERY)
    assert list(transactiondata.by_query(only, ["place", "company"])) == ["company"]
    assert refused(lambda: transactiondata.by_query(only, ["place"])) == "transaction.unanswered"


def present(members: dict[str, Any]) -> str:
    opened = sdjwt.dangerous_reopen(sdjwt.parse(card(), typ=TYP_CARD))
    return keybinding.make(
        opened.select([]).compact,
        signer=test_signer("holder"),
        aud=AUD,
        nonce=NONCE,
        iat=NOW,
        extra=members,
    )


def verify(members: dict[str, Any], allowed: tuple[str, ...]) -> tuple[str, ...]:
    shown = keybinding.verify_presentation(
        present(members),
        FakeTrust(),
        now=NOW,
        aud=AUD,
        nonce=NONCE,
        vct_values=[VCT],
        rights_jkt=None,
        transaction_data=allowed,
    )
    return shown.authorised


A, B = transactiondata.digest(TEXT), transactiondata.digest(SECOND)


@pytest.mark.spec(VP, "B.3.3", "the hash is over the text as it was sent")
def test_hashes_in_a_key_binding() -> None:
    assert base64url.sha256(TEXT) == A
    assert transactiondata.binding(()) == {}
    both = transactiondata.binding((TEXT, SECOND))
    assert both == {"transaction_data_hashes": [A, B]}
    assert verify(both, (TEXT, SECOND)) == (A, B)
    assert verify({"transaction_data_hashes": [B]}, (TEXT, SECOND)) == (B,)
    assert verify({}, (TEXT, SECOND)) == ()
    assert verify(both | {"transaction_data_hashes_alg": "sha-256"}, (TEXT, SECOND)) == (A, B)


@pytest.mark.spec(VP, "B.3.3", "a hash over what a text says is wrong")
@pytest.mark.spec(VP, "B.3.3", "hashes foreign, reordered, repeated or of another type: refused")
@pytest.mark.parametrize(
    "hashes",
    [
        [base64url.sha256(base64url.decode(TEXT))], [B, A], [A, A], [A, "x"], ["x"], [], A, [1],
        None,
    ],
)  # fmt: skip
def test_hashes_that_are_refused(hashes: Any) -> None:
    with pytest.raises(NotAllowed, match=r"kb\.transaction_data"):
        verify({"transaction_data_hashes": hashes}, (TEXT, SECOND))


@pytest.mark.spec(VP, "B.3.3", "nothing may be authorised that was not asked of this card")
def test_unasked_hashes() -> None:
    for members in ({"transaction_data_hashes": [A]}, {"transaction_data_hashes_alg": "sha-256"}):
        with pytest.raises(NotAllowed, match=r"kb\.transaction_data"):
            verify(members, ())


@pytest.mark.spec(VP, "B.3.3", "the algorithm is named where the request listed some")
def test_algorithms() -> None:
    text = transactiondata.encode(replace(ITEM, hashes_alg=("sha-256",)))
    made = transactiondata.binding((text,))
    assert made["transaction_data_hashes_alg"] == "sha-256"
    assert verify(made, (text,)) == (transactiondata.digest(text),)
    for alg in (None, "sha-512", "SHA-256"):
        members = {**made, "transaction_data_hashes_alg": alg}
        with pytest.raises(NotAllowed):
            verify({k: v for k, v in members.items() if v is not None}, (text,))
    with pytest.raises(NotAllowed, match="_alg"):
        verify({"transaction_data_hashes": [A], "transaction_data_hashes_alg": "sha-512"}, (TEXT,))


@pytest.mark.spec(VP, "8.4", "every item authorised, by one card and no more")
def test_all_of_it_once() -> None:
    transactiondata.check([TEXT, SECOND], [Signed("company", (A,)), Signed("place", (B,))])
    for bindings, code in (
        ([Signed("company", (A,))], "transaction.missing"),
        ([], "transaction.missing"),
        ([Signed("company", (A, B)), Signed("place", (B,))], "transaction.twice"),
        ([Signed("company", (A, B)), Signed("company", (A, B))], "transaction.twice"),
    ):
        with pytest.raises(NotAllowed, match=code):
            transactiondata.check([TEXT, SECOND], bindings)
