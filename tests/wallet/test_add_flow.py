"""Fetching cards: the desk route from link to cards, and everything that must be refused."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from support.keys import test_key, test_signer
from support.scheme import VOORBEELDWONEN, WESTHOVE
from support.wallet_world import World

from credential import desk, jose, registration
from credential.names import GRANT_PRE_AUTHORIZED, vct_of
from wallet import links
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.issuance import Issuance
from wallet.service import add, requests
from wallet.store import Filter

VCI = "OpenID4VCI 1.0"


def refused(town: World, link: str | None = None) -> WalletError:
    """The refusal, with no code ever sent and no card kept."""
    with pytest.raises(WalletError) as caught:
        town.add(link)
    assert town.issuer.tokens_asked == []
    assert town.wallet.store.cards() == ()
    return caught.value


def having(**more: Any) -> Callable[[dict], dict]:
    return lambda found: {**found, **more}


def without(name: str) -> Callable[[dict], dict]:
    return lambda found: {key: value for key, value in found.items() if key != name}


# The whole way.


def test_cards_arrive_with_ten_copies_each(empty: World) -> None:
    progress = empty.add()
    assert progress.state == "received"
    assert [(card.kind, card.copies) for card in progress.received] == [
        ("persoonsgegevens", 10),
        ("verblijfsrecht", 10),
    ]
    assert empty.kinds(progress.activity) == ["card.offered", "card.received", "card.received"]
    assert empty.wallet.store.issuances() == ()
    assert empty.network.peers == ("localhost:8441",)
    assert [one["event"] for one in empty.issuer.notified] == ["credential_accepted"] * 2


def test_by_value_and_by_reference_are_one_road(empty: World) -> None:
    assert empty.add(empty.issuer.link_by_value).state == "received"


def test_without_a_code(empty: World) -> None:
    empty.issuer.tx_code = None
    assert empty.add(tx_code="999999").state == "received"
    assert "tx_code" not in empty.issuer.tokens_asked[-1]


@pytest.mark.spec("Regie formats", "6", "deferred until the clerk confirms the number")
def test_the_desk_confirms_the_number(empty: World) -> None:
    empty.issuer.deferred = True
    progress = empty.add()
    assert progress.state == "pending"
    assert len(progress.number) == 6
    [pending] = empty.wallet.store.issuances()
    key = Issuance.read(pending.document).session.key
    assert progress.number == desk.confirmation_number(jose.thumbprint(key.public_key()))
    [still] = requests.collect(empty.wallet, empty.network, now=empty.now)
    assert still.progress.state == "pending"
    assert still.progress.number == progress.number
    empty.issuer.decided = True
    [done] = requests.collect(empty.wallet, empty.network, now=empty.now)
    assert done.progress.state == "received"
    assert len(empty.wallet.store.cards()) == 2
    assert requests.collect(empty.wallet, empty.network, now=empty.now) == ()


def test_an_unreachable_issuer_does_not_lose_the_promise(empty: World) -> None:
    empty.issuer.deferred = True
    empty.add()
    empty.network.refuse = lambda _call: True
    [waiting] = requests.collect(empty.wallet, empty.network, now=empty.now)
    assert (waiting.progress.state, waiting.error) == ("pending", "network.failed")
    empty.network.refuse = lambda _call: False
    empty.issuer.decided = True
    [done] = requests.collect(empty.wallet, empty.network, now=empty.now)
    assert done.progress.state == "received"


def test_a_promise_ends_with_its_token(empty: World) -> None:
    empty.issuer.deferred = True
    progress = empty.add()
    [waiting] = requests.collect(empty.wallet, empty.network, now=empty.now + 90_000)
    assert waiting.progress.state == "expired"
    assert empty.kinds(progress.activity)[-1] == "card.refused"


def test_an_interrupted_request_is_asked_again(empty: World) -> None:
    empty.network.lose = lambda call: call.url.endswith("/credential")
    with pytest.raises(WalletError, match=r"network\.failed"):
        empty.add()
    empty.network.lose = lambda _call: False
    [done] = requests.collect(empty.wallet, empty.network, now=empty.now)
    assert done.progress.state == "received"


def test_one_denied_card_does_not_cost_the_others(empty: World) -> None:
    empty.issuer.denied = frozenset({"verblijfsrecht"})
    progress = empty.add()
    assert progress.state == "received"
    assert progress.denied == (("verblijfsrecht", "credential_request_denied"),)
    assert [card.kind for card in progress.received] == ["persoonsgegevens"]
    assert empty.kinds(progress.activity)[-1] == "card.refused"


def test_all_denied(empty: World) -> None:
    empty.issuer.denied = frozenset({"persoonsgegevens", "verblijfsrecht"})
    assert empty.add().state == "refused"
    assert empty.wallet.store.issuances() == ()


def test_a_renewed_card_takes_the_place_of_the_old(town: World) -> None:
    before = {card.id for card in town.wallet.store.cards()}
    progress = town.add()
    after = {card.id for card in town.wallet.store.cards()}
    assert len(after) == len(before) == 2
    assert not before & after
    assert "card.renewed" in town.kinds(progress.activity)


def test_declining_an_offer_tells_nobody(empty: World) -> None:
    link = links.parse(empty.issuer.link)
    look = add.look(empty.wallet, empty.network, link, now=empty.now)  # type: ignore[arg-type]
    calls = len(empty.network.calls)
    add.decline(empty.wallet, look, now=empty.now)
    assert len(empty.network.calls) == calls
    assert empty.body(look.activity, Kind.CARD_REFUSED)["reason"] == "declined"


@pytest.mark.spec("RFC 9449", "8", "a server's nonce is put in the next proof")
def test_dpop_nonce(empty: World) -> None:
    empty.issuer.dpop_nonce = "another-nonce"
    assert empty.add().state == "received"
    tokens = [call for call in empty.network.calls if call.url.endswith("/token")]
    proofs = {call.headers["dpop"] for call in tokens}
    assert len(tokens) == len(proofs) == 2


def test_a_wrong_code_says_so(empty: World) -> None:
    with pytest.raises(WalletError, match=r"add\.code_refused"):
        empty.add(tx_code="000000")
    with pytest.raises(WalletError, match=r"add\.tx_code_needed"):
        empty.add(tx_code=None)
    assert empty.add(tx_code="123 456").state == "received"


# The offer.


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(
            without("credential_issuer"),
            "message.not-trusted",
            id="credential_issuer is there",
            marks=pytest.mark.spec(VCI, "4.1.1", "credential_issuer is there"),
        ),
        pytest.param(
            having(credential_configuration_ids=[]),
            "message.not-trusted",
            id="at least one configuration",
            marks=pytest.mark.spec(VCI, "4.1.1", "at least one configuration"),
        ),
        pytest.param(
            having(credential_configuration_ids=["persoonsgegevens"] * 2),
            "message.not-trusted",
            id="configurations are unique",
            marks=pytest.mark.spec(VCI, "4.1.1", "configurations are unique"),
        ),
        pytest.param(
            having(credential_configuration_ids=["unknown"]),
            "message.not-trusted",
            id="unknown configuration",
            marks=pytest.mark.spec(VCI, "4.1.1", "unknown configuration"),
        ),
        pytest.param(
            having(grants={"urn:example:grant": {}}), "add.no_known_grant", id="no known grant"
        ),
        pytest.param(
            having(grants={}),
            "message.not-trusted",
            id="without a grant it is up to the server",
            marks=pytest.mark.spec(VCI, "4.1.1", "without a grant it is up to the server"),
        ),
        pytest.param(
            having(credential_issuer="http://localhost:8441/0599"),
            "message.not-trusted",
            id="issuer identifiers are https",
            marks=pytest.mark.spec(VCI, "12.2.1", "issuer identifiers are https"),
        ),
        pytest.param(
            having(credential_issuer="https://localhost:8441/0599?a=b"),
            "message.not-trusted",
            id="issuer identifiers have no query",
            marks=pytest.mark.spec(VCI, "12.2.1", "issuer identifiers have no query"),
        ),
        pytest.param(
            having(credential_issuer="https://unlisted.example/0599"),
            "add.issuer_unknown",
            id="no tx_code to an issuer not on the trusted list",
            marks=pytest.mark.spec(
                "Regie formats", "6", "no tx_code to an issuer not on the trusted list"
            ),
        ),
        pytest.param(
            having(
                grants={
                    GRANT_PRE_AUTHORIZED: {
                        "pre-authorized_code": "c",
                        "authorization_server": "https://localhost:8441/other",
                    }
                }
            ),
            "message.not-trusted",
            id="authorization server not listed",
            marks=pytest.mark.spec(VCI, "4.1.1", "authorization server not listed"),
        ),
    ],
)
def test_refuses_the_offer(empty: World, change: Callable[[dict], dict], code: str) -> None:
    empty.issuer.offer = change
    assert refused(empty).code == code


def test_an_unlisted_host_is_not_even_contacted(empty: World) -> None:
    with pytest.raises(WalletError, match=r"add\.issuer_unknown"):
        empty.add(
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Funlisted.example%2Fo"
        )
    assert empty.network.calls == []


# The metadata.


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param(
            having(sub="https://localhost:8441/0518"),
            "issuer.metadata_identifier",
            id="sub is the issuer identifier",
            marks=pytest.mark.spec(VCI, "12.2.3", "sub is the issuer identifier"),
        ),
        pytest.param(
            having(credential_issuer="https://localhost:8441/0518"),
            "issuer.metadata_identifier",
            id="credential_issuer is identical",
            marks=pytest.mark.spec(VCI, "12.2.3", "credential_issuer is identical"),
        ),
        pytest.param(
            without("iat"),
            "issuer.metadata_malformed",
            id="iat is there",
            marks=pytest.mark.spec(VCI, "12.2.3", "iat is there"),
        ),
        pytest.param(
            having(exp=1_000),
            "issuer.metadata_expired",
            id="not expired",
            marks=pytest.mark.spec(VCI, "12.2.3", "not expired"),
        ),
        pytest.param(
            having(credential_endpoint="https://elsewhere.example/credential"),
            "issuer.endpoint_host",
            id="endpoints on hosts of the certificate",
            marks=pytest.mark.spec("Regie trust", "2.7", "endpoints on hosts of the certificate"),
        ),
        pytest.param(
            having(nonce_endpoint="http://localhost:8441/nonce"),
            "issuer.endpoint",
            id="endpoints are https",
            marks=pytest.mark.spec(VCI, "12.2.4", "endpoints are https"),
        ),
        pytest.param(
            without("nonce_endpoint"),
            "issuer.configuration",
            id="a nonce endpoint where keys are bound",
            marks=pytest.mark.spec("HAIP 1.0", "4.1", "a nonce endpoint where keys are bound"),
        ),
        pytest.param(
            having(batch_credential_issuance={"batch_size": 1}),
            "issuer.metadata_malformed",
            id="batch_size is 2 or more",
            marks=pytest.mark.spec(VCI, "12.2.4", "batch_size is 2 or more"),
        ),
        pytest.param(
            without("issuer_info"),
            "registration.absent",
            id="the issuer shows its registration",
            marks=pytest.mark.spec("TS 119 472-3", "4.2.3", "the issuer shows its registration"),
        ),
        pytest.param(
            having(
                credential_configurations_supported={
                    "persoonsgegevens": {"format": "mso_mdoc", "vct": vct_of("persoonsgegevens")}
                }
            ),
            "issuer.configuration",
            id="another format",
        ),
    ],
)
def test_refuses_the_metadata(empty: World, change: Callable[[dict], dict], rule: str) -> None:
    empty.issuer.kinds = ("persoonsgegevens",)
    empty.issuer.metadata = change
    error = refused(empty)
    assert error.params["rule"] == rule
    [found] = empty.wallet.store.activities(Filter(outcome="refused"))
    assert empty.body(found.id, Kind.CARD_REFUSED)["reason"] == rule


@pytest.mark.spec("Regie trust", "3.2", "unsigned metadata of a scheme issuer is refused")
def test_refuses_unsigned_metadata(empty: World) -> None:
    empty.issuer.unsigned = True
    assert refused(empty).params["rule"] == "issuer.metadata_unsigned"


@pytest.mark.spec("Regie trust", "4.3", "a verifier does not issue")
def test_refuses_metadata_of_a_verifier(empty: World) -> None:
    other = empty.scheme.verifier(VOORBEELDWONEN).access
    empty.issuer.party = dataclasses.replace(empty.issuer.party, access=other)
    assert refused(empty).exit == ExitCode.NOT_TRUSTED


@pytest.mark.spec("TS 119 475", "WRPRC", "the registration is that of this issuer")
def test_refuses_a_borrowed_registration(empty: World) -> None:
    other = empty.scheme.issuer(WESTHOVE).registration
    empty.issuer.metadata = having(issuer_info=registration.to_verifier_info(other))
    assert str(refused(empty).params["rule"]).startswith("registration.bond")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param(
            having(issuer="https://localhost:8441/0518"),
            "issuer.server_identifier",
            id="issuer is identical",
            marks=pytest.mark.spec("RFC 8414", "3.3", "issuer is identical"),
        ),
        pytest.param(
            having(token_endpoint="https://elsewhere.example/token"),
            "issuer.endpoint_host",
            id="the token endpoint too",
            marks=pytest.mark.spec("Regie trust", "2.7", "the token endpoint too"),
        ),
        pytest.param(
            having(dpop_signing_alg_values_supported=["RS256"]),
            "issuer.dpop_unsupported",
            id="DPoP with ES256",
            marks=pytest.mark.spec("RFC 9449", "5.1", "DPoP with ES256"),
        ),
        pytest.param(
            without("pre-authorized_grant_anonymous_access_supported"),
            "issuer.grant_unsupported",
            id="anonymous access must be offered",
            marks=pytest.mark.spec(VCI, "12.3", "anonymous access must be offered"),
        ),
    ],
)
def test_refuses_the_server(empty: World, change: Callable[[dict], dict], rule: str) -> None:
    empty.issuer.server = change
    assert refused(empty).params["rule"] == rule


@pytest.mark.spec("RFC 9449", "5", "a token that is not bound is refused")
def test_refuses_a_bearer_token(empty: World) -> None:
    empty.issuer.token = having(token_type="Bearer")
    with pytest.raises(WalletError) as caught:
        empty.add()
    assert caught.value.params["rule"] == "issuer.token_not_bound"
    assert empty.wallet.store.cards() == ()


# The cards.


def refuses_cards(town: World) -> tuple[str, ...]:
    town.issuer.kinds = ("persoonsgegevens",)
    progress = town.add()
    assert progress.state == "refused"
    assert town.wallet.store.cards() == ()
    assert town.kinds(progress.activity)[-1] == "card.refused"
    return tuple(reason for _, reason in progress.denied)


def foreign(town: World, **changes: Any) -> Callable[[list[str]], list[str]]:
    key = test_key("stranger").public_key()
    return lambda copies: [*copies[:-1], town.issuer.card("persoonsgegevens", key, **changes)]


@pytest.mark.spec(VCI, "8.2", "a copy bound to a key that is not ours")
def test_refuses_a_foreign_key(empty: World) -> None:
    empty.issuer.batch = foreign(empty)
    assert refuses_cards(empty) == ("card.foreign_key",)


@pytest.mark.spec(VCI, "8.2", "each key is used once")
def test_refuses_two_copies_on_one_key(empty: World) -> None:
    empty.issuer.batch = lambda copies: [copies[0], *copies[:-1]]
    assert refuses_cards(empty) == ("card.foreign_key",)


@pytest.mark.spec(VCI, "8.3", "more copies than keys")
def test_refuses_more_copies_than_keys(empty: World) -> None:
    empty.issuer.kinds = ("persoonsgegevens",)
    empty.issuer.batch = lambda copies: [*copies, copies[0]]
    with pytest.raises(WalletError) as caught:
        empty.add()
    assert caught.value.params["rule"] == "issuer.too_many_copies"
    assert empty.wallet.store.cards() == ()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param(
            having(vct=vct_of("woonadres")),
            "card.vct",
            id="the vct that was asked for",
            marks=pytest.mark.spec("SD-JWT VC", "2.4", "the vct that was asked for"),
        ),
        pytest.param(
            having(exp=1_000),
            "card.expired",
            id="a card that has expired",
            marks=pytest.mark.spec("RFC 9901", "7.1", "a card that has expired"),
        ),
        pytest.param(
            without("cnf"),
            "json.member",
            id="a card without a key",
            marks=pytest.mark.spec("HAIP 1.0", "6.1", "a card without a key"),
        ),
        pytest.param(
            having(iss="https://elsewhere.example"),
            "card.iss",
            id="iss belongs to the leaf",
            marks=pytest.mark.spec("SD-JWT VC", "2.5", "iss belongs to the leaf"),
        ),
    ],
)
def test_refuses_the_card(empty: World, change: Callable[[dict], dict], rule: str) -> None:
    empty.issuer.payload = change
    assert refuses_cards(empty) == (rule,)


@pytest.mark.spec("RFC 9901", "7.2", "a holder refuses a card that brings a key binding")
def test_refuses_a_key_binding(empty: World) -> None:
    empty.issuer.batch = lambda copies: [copy + "eyJ.eyJ.AA" for copy in copies]
    assert refuses_cards(empty) == ("kb.unexpected",)


@pytest.mark.spec("RFC 9901", "7.1", "orphaned and repeated disclosures")
@pytest.mark.parametrize("extra", ["WyJzIiwgImEiLCAxXQ~", None], ids=["orphan", "repeated"])
def test_refuses_disclosures_that_do_not_fit(empty: World, extra: str | None) -> None:
    def change(copies: list[str]) -> list[str]:
        return [copy + (extra or copy.split("~")[1] + "~") for copy in copies]

    empty.issuer.batch = change
    [rule] = refuses_cards(empty)
    assert rule.startswith("sdjwt.")


@pytest.mark.spec("RFC 9901", "7.1", "a bad signature")
def test_refuses_a_bad_signature(empty: World) -> None:
    card = dataclasses.replace(empty.issuer.party.card, signer=test_signer("stranger"))
    empty.issuer.party = dataclasses.replace(empty.issuer.party, card=card)
    assert refuses_cards(empty) == ("jose.signature",)


@pytest.mark.spec("Regie formats", "1", "the issuer of the card is the one that was asked")
def test_refuses_a_card_of_another_municipality(empty: World) -> None:
    other = empty.scheme.issuer(WESTHOVE)
    empty.issuer.party = dataclasses.replace(empty.issuer.party, card=other.card)

    def theirs(payload: dict) -> dict:
        idx = payload["status"]["status_list"]["idx"]
        status = {"status_list": {"idx": idx, "uri": f"{other.status_prefix}1"}}
        return {**payload, "status": status}

    empty.issuer.payload = theirs
    assert refuses_cards(empty) == ("card.other_issuer",)


@pytest.mark.spec("HAIP 1.0", "6.1.1", "no anchor in x5c")
def test_refuses_the_authority_in_the_chain(empty: World) -> None:
    from credential.trust import Role

    anchor = empty.scheme.trust.anchors(Role.CARD)
    if not anchor:
        anchor = empty.scheme.trust.issuers[0].services[0].anchors
    chain = (*empty.issuer.party.card.x5c, anchor[0])
    card = dataclasses.replace(empty.issuer.party.card, x5c=chain)
    empty.issuer.party = dataclasses.replace(empty.issuer.party, card=card)
    assert len(refuses_cards(empty)) == 1


@pytest.mark.spec(VCI, "3.3.2", "copies that can be told apart are refused")
def test_refuses_copies_that_differ(empty: World) -> None:
    numbers = iter(range(100))
    empty.issuer.payload = lambda payload: {**payload, "marker": next(numbers)}
    assert refuses_cards(empty) == ("card.copies_differ",)


@pytest.mark.spec("Token Status List", "13.2", "every copy has a status entry of its own")
def test_refuses_a_shared_status_entry(empty: World) -> None:
    status = {"status_list": {"idx": 1, "uri": "https://localhost:8441/0599/status/1"}}
    empty.issuer.payload = having(status=status)
    assert refuses_cards(empty) == ("card.status_shared",)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"transaction_id": "t", "interval": 5},
        {"credentials": [], "notification_id": "n"},
        {"credentials": [{"credential": "x"}], "transaction_id": "t", "interval": 5},
    ],
    ids=["nothing", "promise with 200", "no copies", "both"],
)
@pytest.mark.spec(VCI, "8.3", "copies or a promise, never both or neither")
def test_refuses_the_answer(empty: World, answer: dict) -> None:
    empty.issuer.answer = lambda _: answer
    with pytest.raises(WalletError) as caught:
        empty.add()
    assert caught.value.params["rule"] == "issuer.answer_malformed"
    assert empty.wallet.store.cards() == ()


@pytest.mark.spec(VCI, "9.2", "the deferred answer is about our transaction")
def test_refuses_another_transaction(empty: World) -> None:
    empty.issuer.deferred = True
    empty.add()
    empty.issuer.answer = having(transaction_id="another")
    [waiting] = requests.collect(empty.wallet, empty.network, now=empty.now)
    assert (waiting.progress.state, waiting.error) == ("pending", "message.not-trusted")
