"""Everything a wallet must refuse while cards are fetched, of listed issuers and of strangers alike.

One case per rule, in the order of the standard: the offer, the metadata, the answer of the browser,
the cards. Nothing is kept, each refusal is on record with its rule, and the rule has words.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from support.elsewhere import ForeignIssuer, settle
from support.home_issuer import HomeIssuer
from support.keys import test_key, test_signer
from support.logging_in import begin, finish, look
from support.scheme import Credentials
from support.wallet_world import World, world

from credential.trust import Role
from wallet import links
from wallet.errors import WalletError
from wallet.events import Kind
from wallet.refusals import LinkError
from wallet.refusalwords import rule_words
from wallet.store import Filter
from wallet.texts import Texts

VCI = "OpenID4VCI 1.0"
SCHEMED = "credential-offer://?"
Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(params=["listed", "stranger"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A wallet, and one issuer: of the scheme, or one that nobody registered."""
    made = world(tmp_path, cards=False, issuing=HomeIssuer)
    if request.param == "stranger":
        settle(made, tmp_path)
    made.issuer.kinds = made.issuer.kinds[:1]
    yield made
    made.wallet.close()


def having(**more: Any) -> Change:
    return lambda found: {**found, **more}


def without(name: str) -> Change:
    return lambda found: {key: value for key, value in found.items() if key != name}


def worded(rule: str) -> bool:
    return all(rule_words(rule, Texts(lang)) for lang in ("nl", "en"))


def refused(town: World) -> str:
    """The rule an offer was refused for, before a code was sent anywhere."""
    with pytest.raises(WalletError) as caught:
        town.add()
    assert town.issuer.tokens_asked == []
    assert town.wallet.store.cards() == ()
    rule = str(caught.value.params["rule"])
    [activity] = town.wallet.store.activities(Filter(outcome="refused"))
    assert town.body(activity.id, Kind.CARD_REFUSED)["reason"] == rule
    assert worded(rule)
    return rule


def denied(town: World) -> str:
    """The rule a delivered card was refused for; its issuer hears that it failed, and no more."""
    progress = town.add()
    assert (progress.state, town.wallet.store.cards()) == ("refused", ())
    [(_, rule)] = progress.denied
    assert town.kinds(progress.activity)[-1] == "card.refused"
    assert [set(one) for one in town.issuer.notified] == [{"notification_id", "event"}]
    assert [one["event"] for one in town.issuer.notified] == ["credential_failure"]
    assert worded(rule)
    return rule


def brought(town: World, change: Change) -> str:
    """The rule an answer of the browser was refused for, before its code was sent anywhere."""
    town.issuer.callback = change  # type: ignore[attr-defined]
    with pytest.raises(WalletError) as caught:
        finish(town, begin(town, look(town, issuer=town.issuer.id)))
    assert town.issuer.tokens_asked == []
    rule = str(caught.value.params["rule"])
    assert worded(rule)
    return rule


def signed_by(town: World, card: Credentials) -> None:
    party = town.issuer.party
    if isinstance(town.issuer, ForeignIssuer):
        party.card = card  # type: ignore[misc]
    else:
        town.issuer.party = dataclasses.replace(party, card=card)


# The offer.


@pytest.mark.spec(VCI, "4.1", "an offer by value and by reference at once, or by neither")
@pytest.mark.parametrize(
    "link",
    [
        "openid-credential-offer://?credential_offer=%7B%7D&credential_offer_uri=https%3A%2F%2Fx.y",
        "openid-credential-offer://?",
    ],
    ids=["both", "neither"],
)
def test_offer_with_both_delivery_forms(link: str) -> None:
    with pytest.raises(LinkError, match=r"link\.offer_both_or_neither"):
        links.parse(link)


@pytest.mark.spec(VCI, "4.1.1", "a configuration the issuer does not have")
def test_offer_of_an_unknown_configuration(town: World) -> None:
    town.issuer.offer = having(credential_configuration_ids=["paspoort"])
    assert refused(town) == "offer.unknown_configuration"


@pytest.mark.spec(VCI, "4.1.1", "an authorization server the issuer does not list")
@pytest.mark.parametrize("grant", ["code", "login"])
def test_offer_of_an_unlisted_server(town: World, grant: str) -> None:
    there = {"authorization_server": "https://attacker.example"}
    grants = {
        "code": {
            "urn:ietf:params:oauth:grant-type:pre-authorized_code": {
                "pre-authorized_code": "x",
                **there,
            }
        },
        "login": {"authorization_code": there},
    }
    town.issuer.offer = having(grants=grants[grant])
    assert refused(town) == "offer.authorization_server"


@pytest.mark.spec(VCI, "4.1.1", "an offer whose issuer is not named safely")
def test_offer_of_an_unsafe_issuer(town: World) -> None:
    town.issuer.offer = having(credential_issuer=f"{town.issuer.id}?x=1")
    assert refused(town) == "offer.issuer"


# The metadata.


@pytest.mark.spec(VCI, "12.2.1", "metadata of another identifier than was asked for")
def test_metadata_identifier_mismatch(town: World) -> None:
    town.issuer.metadata = having(credential_issuer=f"{town.issuer.id}/")
    assert refused(town) == "issuer.metadata_identifier"


@pytest.mark.spec("RFC 8414", "3.3", "a server that calls itself something else")
def test_server_identifier_mismatch(town: World) -> None:
    town.issuer.server = having(issuer="https://attacker.example")
    assert refused(town) == "issuer.server_identifier"


@pytest.mark.spec(VCI, "12.2.4", "an endpoint that is not https")
def test_endpoint_in_clear(town: World) -> None:
    town.issuer.metadata = having(credential_endpoint="http://issuer.example/credential")
    assert refused(town) == "issuer.endpoint"


# The answer of the browser.


@pytest.mark.spec("RFC 9207", "2.4", "iss of another server, or none")
@pytest.mark.parametrize(
    "change", [having(iss="https://attacker.example"), without("iss")], ids=["another", "none"]
)
def test_callback_iss_mismatch(town: World, change: Change) -> None:
    assert brought(town, change) == "callback.iss"


@pytest.mark.spec("RFC 6749", "10.12", "state of another login, or none")
@pytest.mark.parametrize(
    "change", [having(state="another"), without("state")], ids=["another", "none"]
)
def test_callback_state_mismatch(town: World, change: Change) -> None:
    assert brought(town, change) == "callback.state"


# The cards.


@pytest.mark.spec(VCI, "8.2", "bound to a key that is not ours")
def test_card_bound_to_a_foreign_key(town: World) -> None:
    key = test_key("stranger").public_key()
    kind = town.issuer.kinds[0]
    town.issuer.batch = lambda copies: [*copies[:-1], town.issuer.card(kind, key)]
    assert denied(town) == "card.foreign_key"


@pytest.mark.spec("SD-JWT VC", "2.4", "of another type than was asked for")
def test_card_with_the_wrong_vct(town: World) -> None:
    town.issuer.payload = having(vct="https://attacker.example/type")
    assert denied(town) == "card.vct"


@pytest.mark.spec("RFC 9901", "7.1", "signed with another key than its certificate's")
def test_card_with_a_bad_signature(town: World) -> None:
    x5c = town.issuer.party.card.x5c
    signed_by(town, Credentials(test_signer("stranger"), x5c))  # type: ignore[arg-type]
    assert denied(town) == "jose.signature"


@pytest.mark.spec("RFC 9901", "7.2", "with a key binding of somebody")
def test_card_with_a_key_binding(town: World) -> None:
    town.issuer.batch = lambda copies: [copy + "eyJ.eyJ.AA" for copy in copies]
    assert denied(town) == "kb.unexpected"


@pytest.mark.spec("RFC 9901", "7.1", "disclosures that nothing refers to, or that come twice")
@pytest.mark.parametrize("extra", ["WyJzIiwgImEiLCAxXQ~", ""], ids=["orphaned", "duplicated"])
def test_card_with_disclosures_that_do_not_fit(town: World, extra: str) -> None:
    town.issuer.batch = lambda copies: [
        copy + (extra or copy.split("~")[1] + "~") for copy in copies
    ]
    assert denied(town).startswith("sdjwt.")


def anchor_of(town: World) -> bytes:
    if isinstance(town.issuer, ForeignIssuer):
        return town.issuer.authority.der
    return town.scheme.authority.role(Role.CARD).der


@pytest.mark.spec("HAIP 1.0", "6.1.1", "the anchor itself in x5c")
def test_card_with_its_root_in_x5c(town: World) -> None:
    card = town.issuer.party.card
    signed_by(town, Credentials(card.signer, (*card.x5c, anchor_of(town))))
    assert denied(town) == "x5c.anchor_inside"


@pytest.mark.spec("HAIP 1.0", "6.1.1", "a leaf that signed itself")
def test_card_of_a_self_signed_leaf(town: World) -> None:
    from support.elsewhere import ForeignAuthority

    alone = ForeignAuthority(town.now, "Zelf")
    signed_by(town, Credentials(test_signer("stranger"), (alone.der,)))  # type: ignore[arg-type]
    assert denied(town) == "x5c.self_signed"


@pytest.mark.spec(VCI, "8.3", "more credentials than keys")
def test_more_credentials_than_keys(town: World) -> None:
    town.issuer.batch = lambda copies: [*copies, copies[0]]
    with pytest.raises(WalletError) as caught:
        town.add()
    assert caught.value.params["rule"] == "issuer.too_many_copies"
    assert town.wallet.store.cards() == ()
    assert worded("issuer.too_many_copies")


def test_an_offer_tells_nobody_anything_before_a_yes(town: World) -> None:
    """By value nothing is sent at all but what asks who the issuer is."""
    found = quote(json.dumps(town.issuer.offer_object()))
    link = links.parse(f"openid-{SCHEMED}credential_offer={found}")
    from wallet.service import add

    add.look(town.wallet, town.network, link, now=town.now)  # type: ignore[arg-type]
    assert {call.method for call in town.network.calls} == {"GET"}
    assert all("/.well-known/" in call.url for call in town.network.calls)
