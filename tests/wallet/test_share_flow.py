"""What leaves, when, and what the log says of it: sharing, declining, failing."""

import dataclasses
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.issuer_simulator import CLAIMS
from support.scheme import GRIJPGRAAG, build
from support.verifier_simulator import NONCE, SIGN_UP, STATE
from support.wallet_world import World, world

from credential import jwe, sdjwt
from credential.names import TYP_CARD, vct_of
from wallet import sharing
from wallet.caution import Warn
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.fetch import Call
from wallet.service import share
from wallet.sharing import Acknowledged, Rejected, Unknown, Unsent
from wallet.store import Filter


def to_response(call: Call) -> bool:
    return urlsplit(call.url).path == "/response/1"


def opened(town: World, call: Call) -> dict[str, Any]:
    form = parse_qs(call.body.decode())
    plain = jwe.decrypt(
        form["response"][0], key=town.verifier.key, kid="k1", enc_allowed=("A256GCM",)
    )
    return dict(json.loads(plain))


def claims_in(presentation: str) -> dict[str, Any]:
    """What anybody reads in a presentation: the members that were disclosed."""
    parsed = sdjwt.parse(presentation, typ=TYP_CARD)
    payload = sdjwt.process(parsed).dangerous_payload
    hidden = {"vct", "iat", "nbf", "exp", "cnf", "status"}
    return {name: value for name, value in payload.items() if name not in hidden}


def test_shares_exactly_what_was_chosen(town: World) -> None:
    done = town.share()
    assert isinstance(done.settlement, Acknowledged)
    assert (done.confirm_code, done.host) == ("123456", "localhost:8442")
    assert town.kinds(done.id) == [
        "request.received",
        "share.intended",
        "share.acknowledged",
        "receipt.verified",
    ]
    [message] = town.verifier.received
    assert message["state"] == STATE
    [person] = message["vp_token"]["person"]
    assert claims_in(person) == {
        "given_name": "Anna Maria",
        "family_name": "de Vries",
        "age_over_18": True,
        "housing_pseudonym": "pseudonym-anna",
    }
    assert town.network.peers == ("localhost:8442",)


@pytest.mark.spec(
    "OpenID4VP 1.0", "8.3", "A256GCM before A128GCM; kid copied; state inside the JWE"
)
def test_the_response_is_encrypted_to_the_key_of_this_request(town: World) -> None:
    town.share()
    [call] = town.network.posts("/response")
    assert set(parse_qs(call.body.decode())) == {"response"}
    message = opened(town, call)
    assert set(message) == {"vp_token", "state", "rights_key"}
    assert isinstance(message["vp_token"], dict)


@pytest.mark.spec(
    "OpenID4VP 1.0", "14.1.2", "aud is the whole client_id, nonce that of the request"
)
def test_each_card_is_bound_to_this_request(town: World) -> None:
    town.share()
    for one in town.verifier.presented.values():
        assert one.kb["aud"] == town.verifier.party.client_id
        assert one.kb["nonce"] == NONCE
        assert one.kb["rights_jkt"] == town.verifier.known_jkt


@pytest.mark.spec("Regie formats", "4", "a rights key only where a rights endpoint is registered")
def test_no_rights_key_without_an_endpoint(tmp_path: Path) -> None:
    scheme = build()
    service = scheme.parties[GRIJPGRAAG].services[0]
    uses = tuple(dataclasses.replace(use, rights=None) for use in service.intended_uses)
    scheme.change(GRIJPGRAAG, services=(dataclasses.replace(service, intended_uses=uses),))
    scheme.publish()
    town = world(tmp_path, scheme=scheme, name=GRIJPGRAAG)
    town.verifier.query = {
        "credentials": [
            {
                "id": "person",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct_of("persoonsgegevens")]},
                "claims": [{"path": ["age_over_18"]}],
            }
        ]
    }
    done = town.share()
    [message] = town.verifier.received
    assert set(message) == {"vp_token", "state"}
    assert town.wallet.store.rights_key(done.id) is None
    assert "rights_jkt" not in town.verifier.presented["person"].kb
    assert town.kinds(done.id)[-1] == "receipt.verified"
    town.wallet.close()


def test_nothing_is_posted_before_the_answer(town: World) -> None:
    posed = town.receive()
    assert town.network.posts() == []
    assert town.kinds(posed.id) == ["request.received"]
    assert town.wallet.store.request(posed.id) is not None


def test_a_link_is_fetched_once(town: World) -> None:
    first, second = town.receive(), town.receive()
    assert first.id == second.id
    assert town.verifier.fetched == 1


def test_a_request_is_answered_once(town: World) -> None:
    posed = town.receive()
    town.share(posed)
    with pytest.raises(WalletError, match=r"share\.request_gone|activity\.settled"):
        town.share(posed)
    with pytest.raises(WalletError, match=r"share\.request_gone"):
        share.decline(town.wallet, town.network, posed, now=town.now)
    assert len(town.network.posts("/response")) == 1


def test_every_warning_must_be_accepted(town: World) -> None:
    posed = town.receive()
    with pytest.raises(WalletError) as caught:
        town.share(posed, accepted=())
    assert (caught.value.code, caught.value.exit) == ("share.not_accepted", ExitCode.DECLINED)
    assert town.network.posts() == []
    assert town.wallet.store.request(posed.id) is not None


@pytest.mark.spec("Regie formats", "2", "share.intended is durable before the first byte leaves")
def test_the_log_is_written_before_anything_leaves(town: World) -> None:
    seen: list[list[str]] = []
    honest = town.verifier._response

    def looking(call: Call) -> Any:
        [activity] = [a.id for a in town.wallet.store.activities(Filter(outcome="intended"))]
        seen.append(town.kinds(activity))
        assert town.wallet.store.outgoing(activity).body == call.body
        return honest(call)

    town.verifier._response = looking  # type: ignore[method-assign]
    town.share()
    assert seen == [["request.received", "share.intended"]]


def test_no_values_in_the_log(town: World) -> None:
    done = town.share()
    text = json.dumps([entry.body for entry in town.wallet.store.events(done.id)])
    for value in ("Anna Maria", "de Vries", "pseudonym-anna"):
        assert value not in text
    body = town.body(done.id, Kind.SHARE_INTENDED)
    assert body["party"]["oin"] == town.verifier.party.oin
    assert body["purpose"]["nl"] == "Inschrijven als woningzoekende"
    assert body["retention"]["duration"] == "P2Y"
    assert body["shared_with"] == []
    assert [one["query"] for one in body["shared"]] == ["person", "residence"]
    assert set(body["shared"][0]["digests"]) == set(body["shared"][0]["paths"])
    assert all(one["accepted"] for one in body["warnings"])


@pytest.mark.spec("Regie formats", "2", "evidence: request, registration, scheme, receipt")
def test_evidence_is_kept_byte_for_byte(town: World) -> None:
    done = town.share()
    kept = {one.role: one.content.decode() for one in town.wallet.store.evidence(done.id)}
    assert kept["request"] == town.verifier.request_object
    assert kept["registration"] == town.verifier.party.registrations["inschrijven"]
    assert kept["scheme"] == town.scheme.trust.scheme_jws
    assert kept["receipt"] == town.verifier.stored_receipt


def test_a_request_with_values_goes_into_the_erasable_table(town: World) -> None:
    query = json.loads(json.dumps(SIGN_UP))
    query["credentials"][0]["claims"][2]["values"] = [True]
    town.verifier.query = query
    done = town.share()
    assert "request" in town.wallet.store.texts(done.id)
    assert "request" not in {one.role for one in town.wallet.store.evidence(done.id)}
    assert town.kinds(done.id)[-1] == "receipt.verified"


def test_a_copy_is_spent_once(town: World) -> None:
    before = {card.kind: card.copies for card in town.wallet.store.cards()}
    first = town.share()
    town.share()
    after = {card.kind: card.copies for card in town.wallet.store.cards()}
    assert {kind: before[kind] - after[kind] for kind in before} == {
        "persoonsgegevens": 2,
        "verblijfsrecht": 2,
    }
    keys = [message["vp_token"]["person"][0] for message in town.verifier.received]
    holders = {json.dumps(sdjwt.parse(k, typ=TYP_CARD).issuer_jwt.raw) for k in keys}
    assert len(holders) == 2
    assert town.wallet.store.sent(first.id)


# Declining and not being able to: one code path, the same bytes.


@pytest.mark.spec("OpenID4VP 1.0", "8.5", "access_denied when the person declines")
def test_declining(town: World) -> None:
    posed = town.receive()
    declined = share.decline(town.wallet, town.network, posed, now=town.now)
    assert declined.matched
    assert town.verifier.errors == [{"error": "access_denied", "state": STATE}]
    assert town.kinds(posed.id) == ["request.received", "request.declined"]
    assert {card.copies for card in town.wallet.store.cards()} == {10}


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "no match is indistinguishable from a refusal")
def test_no_matching_card_looks_the_same_to_the_asker(town: World, tmp_path: Path) -> None:
    poor = world(tmp_path / "poor", cards=False)
    posed, lacking = town.receive(), poor.receive()
    assert lacking.question.options == ()
    assert lacking.question.asker == posed.question.asker
    assert lacking.question.purpose == posed.question.purpose
    assert poor.network.posts() == []
    share.decline(town.wallet, town.network, posed, now=town.now)
    declined = share.decline(poor.wallet, poor.network, lacking, now=poor.now)
    assert not declined.matched
    assert poor.kinds(lacking.id) == ["request.received", "request.unmatched"]
    [ours], [theirs] = town.network.posts(), poor.network.posts()
    # Sealed, each to the key of its own request: alike in all that can be compared.
    assert town.verifier.errors == poor.verifier.errors
    assert (town.verifier.in_clear, poor.verifier.in_clear) == (0, 0)
    assert len(ours.body) == len(theirs.body)
    one, other = (dataclasses.asdict(call) | {"body": b""} for call in (ours, theirs))
    assert one == other
    poor.wallet.close()


def test_a_decline_that_cannot_be_told_is_a_decline_all_the_same(town: World) -> None:
    posed = town.receive()
    town.network.refuse = to_response
    share.decline(town.wallet, town.network, posed, now=town.now)
    assert town.kinds(posed.id)[-1] == "request.declined"


# Failures on the way.


@pytest.mark.spec("Regie formats", "2", "a copy returns only when nothing could have left")
def test_unreachable_before_a_byte(town: World) -> None:
    posed = town.receive()
    town.network.refuse = to_response
    done = town.share(posed)
    assert isinstance(done.settlement, Unsent)
    assert town.kinds(done.id)[-1] == "share.unsent"
    assert {card.copies for card in town.wallet.store.cards()} == {10}
    assert town.wallet.store.rights_key(done.id) is None


@pytest.mark.parametrize("how", ["lose", "drop"])
def test_lost_after_the_first_byte(town: World, how: str) -> None:
    posed = town.receive()
    setattr(town.network, how, to_response)
    done = town.share(posed)
    assert isinstance(done.settlement, Unknown)
    assert town.kinds(done.id)[-1] == "share.unknown"
    assert {card.copies for card in town.wallet.store.cards()} == {9}
    assert town.wallet.store.rights_key(done.id) is not None


@pytest.mark.spec("Regie formats", "2", "a retry sends identical bytes to the same address")
def test_resending_sends_the_same_bytes(town: World) -> None:
    town.network.drop = to_response
    done = town.share()
    town.network.drop = lambda _call: False
    again = share.resend(town.wallet, town.network, done.id, now=town.now + 60)
    first, second = town.network.posts("/response")
    assert (first.body, first.url) == (second.body, second.url)
    assert town.kinds(again.id)[-2:] == ["share.acknowledged", "receipt.verified"]
    with pytest.raises(WalletError, match=r"share\.nothing_to_resend"):
        share.resend(town.wallet, town.network, done.id, now=town.now)


def test_a_failed_resend_proves_nothing(town: World) -> None:
    town.network.drop = to_response
    done = town.share()
    town.network.refuse = to_response
    again = share.resend(town.wallet, town.network, done.id, now=town.now)
    assert isinstance(again.settlement, Unknown)
    assert town.kinds(done.id)[-1] == "share.unknown"
    assert {card.copies for card in town.wallet.store.cards()} == {9}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "share.rejected"),
        (302, "share.rejected"),
        (404, "share.rejected"),
        (500, "share.unknown"),
        (503, "share.unknown"),
    ],
)
def test_answers_that_are_not_200(town: World, status: int, kind: str) -> None:
    town.verifier.answer_status = status
    done = town.share()
    assert town.kinds(done.id)[-1] == kind
    assert isinstance(done.settlement, Rejected if kind == "share.rejected" else Unknown)
    assert {card.copies for card in town.wallet.store.cards()} == {9}


@pytest.mark.spec("OpenID4VP 1.0", "8.2", "{} is a valid answer; unknown members are ignored")
@pytest.mark.parametrize("answer", [{}, {"other": [1, {"a": None}]}])
def test_an_empty_answer(town: World, answer: dict) -> None:
    town.verifier.answer = lambda _: answer
    done = town.share()
    assert isinstance(done.settlement, Acknowledged)
    assert town.kinds(done.id)[-2:] == ["share.acknowledged", "receipt.absent"]


@pytest.mark.parametrize(
    "answer", [{"confirm_code": 123456}, {"confirm_code": "12345a"}, {"receipt": 5}]
)
def test_an_answer_that_cannot_be_read_still_means_it_arrived(town: World, answer: dict) -> None:
    town.verifier.answer = lambda _: answer
    done = town.share()
    assert town.kinds(done.id)[-2:] == ["share.acknowledged", "receipt.absent"]
    assert town.body(done.id, Kind.RECEIPT_ABSENT)["reason"] == "answer_malformed"


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:8442/x",
        "https://elsewhere.example/x",
        "javascript:alert(1)",
        "https://localhost:8442/\x1b[2J",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(town: World, uri: str) -> None:
    town.verifier.answer = lambda honest: {**honest, "redirect_uri": uri}
    done = town.share()
    assert done.redirect_uri is None
    assert done.host == "localhost:8442"


# Which bytes leave, for any choice.


PATHS = [("persoonsgegevens", name) for name in CLAIMS["persoonsgegevens"]]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sets(st.sampled_from([name for _, name in PATHS]), min_size=1))
def test_bytes_sent_are_the_claims_answered_yes_to(town: World, names: set[str]) -> None:
    town.network.calls.clear()
    town.verifier.received.clear()
    # A copy is spent in every round, so the cards are fetched anew.
    town.add()
    town.verifier.query = {
        "credentials": [
            {
                "id": "person",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct_of("persoonsgegevens")]},
                "claims": [{"path": [name]} for name in sorted(names)],
            }
        ]
    }
    town.verifier.claims = lambda claims: claims
    posed = _fresh(town)
    option = posed.question.options[0]
    assert option.names == {f"persoonsgegevens:{name}" for name in names}
    town.share(posed, option)
    [message] = town.verifier.received
    assert list(message["vp_token"]) == ["person"]
    [presentation] = message["vp_token"]["person"]
    assert claims_in(presentation) == {n: CLAIMS["persoonsgegevens"][n] for n in names}
    assert presentation.count("~") == len(names) + 1


def _fresh(town: World) -> Any:
    for pending in town.wallet.store.requests():
        town.wallet.store.close_request(pending.id, Kind.REQUEST_DECLINED, {}, at=town.now)
    return town.receive()


def test_the_smaller_claim_set_sends_less(town: World) -> None:
    posed = town.receive()
    smaller = next(one for one in posed.question.options if len(one.names) == 5)
    town.share(posed, smaller)
    [message] = town.verifier.received
    assert "given_name" not in claims_in(message["vp_token"]["person"][0])


def test_an_element_of_a_list_leaves_alone(town: World) -> None:
    town.verifier.query = {
        "credentials": [
            {
                "id": "residence",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct_of("verblijfsrecht")]},
                "claims": [{"path": ["nationalities", 1]}],
            }
        ]
    }
    posed = town.receive()
    assert [sorted(one.names) for one in posed.question.options] == [
        ["verblijfsrecht:nationalities.1"]
    ]
    town.share(posed)
    [message] = town.verifier.received
    assert claims_in(message["vp_token"]["residence"][0])["nationalities"] == ["DE"]


@pytest.mark.spec("HAIP 1.0", "5", "aki in trusted_authorities")
def test_trusted_authorities(town: World) -> None:
    from wallet.copies import authority_key_ids

    [copy, *_] = town.wallet.store.candidates()
    [aki] = authority_key_ids(copy.compact)
    query = json.loads(json.dumps(SIGN_UP))
    query["credentials"][0]["trusted_authorities"] = [{"type": "aki", "values": [aki]}]
    town.verifier.query = query
    assert town.receive().question.options
    query["credentials"][0]["trusted_authorities"] = [{"type": "aki", "values": ["AAAA"]}]
    assert _fresh(town).question.options == ()


# Reuse.


def use_up(town: World, times: int) -> None:
    for _ in range(times):
        town.share(_fresh(town))


def test_the_last_copy_is_kept_and_used_again_only_when_asked(town: World) -> None:
    use_up(town, 9)
    posed = _fresh(town)
    assert Warn.LAST_COPIES in posed.question.options[0].warnings
    town.share(posed)
    posed = _fresh(town)
    warnings = posed.question.options[0].warnings
    assert Warn.REUSE in warnings
    with pytest.raises(WalletError, match=r"share\.not_accepted"):
        town.share(posed, accepted=[one for one in warnings if one is not Warn.REUSE])
    done = town.share(posed)
    assert isinstance(done.settlement, Acknowledged)
    copies = [m["vp_token"]["person"][0].split("~")[0] for m in town.verifier.received]
    assert copies[-1] == copies[-2]
    assert len(set(copies)) == 10


def test_settlement_is_total() -> None:
    assert sharing.event(Unsent("x"))[0] is Kind.SHARE_UNSENT
    assert sharing.event(Unknown("x"))[0] is Kind.SHARE_UNKNOWN
