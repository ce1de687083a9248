"""A wallet made by others asks our issuer for cards: `@openid4vc/openid4vci`, over real https.

What the library itself cannot do, and who does it then, stands at the top of
`openid4vci/wallet.mjs`.
"""

import pytest
from support.login_world import LoginWorld
from support.node_wallet import Refused
from support.stranger import Stranger, anchor

from credential.trust import Role

pytestmark = pytest.mark.interop

PERSON = "persoonsgegevens"
HOUSE = "woonadres"


# ---- metadata


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "read as version 1.0 by another library")
def test_metadata_is_read_as_final(wallet: Stranger) -> None:
    wallet.be()
    found = wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])
    assert (found["version"], found["signed"], found["batch"]) == ("V1", False, 10)
    assert {PERSON, HOUSE, "urgentie"} <= set(found["known"])


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.3", "signed metadata, believed by another library")
def test_signed_metadata(wallet: Stranger, there: LoginWorld) -> None:
    """It checks `sub`, `credential_issuer` and `exp`, and leaves whom to trust to its wallet."""
    wallet.be(anchor=anchor(there, Role.ISSUER_ACCESS))
    assert wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])["signed"]
    wallet.be(anchor=anchor(there, Role.CARD))
    with pytest.raises(Refused, match="verification failed"):
        wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])


# ---- at the desk: pre-authorized code


@pytest.mark.spec("OpenID4VCI 1.0", "9", "offer, transaction code, DPoP, batch, promise and cards")
def test_pre_authorized_and_deferred(wallet: Stranger) -> None:
    made = wallet.redeemed(PERSON, HOUSE)
    # First without our nonce, then with it (RFC 9449, 8).
    assert wallet.asked("token") == [400, 200]
    answer, keys = wallet.batch(PERSON, 5)
    assert set(answer) == {"transaction_id", "interval"}
    waiting = wallet("deferred", transaction_id=answer["transaction_id"])
    assert waiting == answer
    wallet.confirm(made.case)
    wallet.verified(wallet("deferred", transaction_id=answer["transaction_id"]), PERSON, keys)
    # From now on cards come at once.
    at_once, others = wallet.batch(HOUSE, 3)
    wallet.verified(at_once, HOUSE, others)
    wallet("notify", event="credential_accepted")
    assert wallet.asked("notification") == [204]


@pytest.mark.spec("OpenID4VCI 1.0", "6.3", "a refusal that another library can read")
def test_what_the_library_is_told(wallet: Stranger) -> None:
    made = wallet.there.town.offer((PERSON,))
    wallet.be()
    wallet("resolve", uri=made.uri)
    wrong = "000000" if made.code != "000000" else "000001"
    with pytest.raises(Refused) as caught:
        wallet("preauthorized", tx_code=wrong)
    assert (caught.value.name, caught.value.error) == (
        "Oauth2ClientErrorResponseError",
        "invalid_grant",
    )
    wallet("preauthorized", tx_code=made.code)
    _, keys = wallet.batch(PERSON, 1)
    assert keys
    with pytest.raises(Refused) as caught:
        wallet("cards", kind=PERSON)  # the nonce is used up
    assert (caught.value.name, caught.value.error) == (
        "Openid4vciRetrieveCredentialsError",
        "invalid_nonce",
    )
    with pytest.raises(Refused) as caught:
        wallet("deferred", transaction_id="unknown")
    assert caught.value.error == "invalid_transaction_id"


@pytest.mark.spec("OpenID4VCI 1.0", "9.2", "a deferred answer: cards together with notification_id")
def test_a_fault_of_the_library(wallet: Stranger) -> None:
    """It refuses the two together. Once this fails, `withoutNotification` has served its time."""
    made = wallet.redeemed(PERSON, untouched=True)
    answer, _ = wallet.batch(PERSON, 1)
    wallet.confirm(made.case)
    with pytest.raises(Refused, match="retrieving deferred credentials"):
        wallet("deferred", transaction_id=answer["transaction_id"])
    assert wallet.asked("deferred")[-1] == 200


@pytest.mark.spec("OpenID4VCI 1.0", "10", "request and answer as JWE that another library made")
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_encrypted(wallet: Stranger, enc: str) -> None:
    """The library's messages inside JWEs of the `jose` package, which opens our answers."""
    made = wallet.redeemed(PERSON)
    answer, keys = wallet.batch(PERSON, 3, enc=enc)
    transaction = answer["transaction_id"]
    assert wallet("deferred", transaction_id=transaction, enc=enc) == answer
    wallet.confirm(made.case)
    cards = wallet("deferred", transaction_id=transaction, enc=enc)
    wallet.verified(cards, PERSON, keys)
    again, others = wallet.batch(PERSON, 2, enc=enc)
    wallet.verified(again, PERSON, others)
