"""Issuer, time, status, query, person and policy: what a verifier must refuse."""

from dataclasses import replace

import pytest
from support.holder_simulator import PERSON, Card, CardMaker, Lies
from support.scheme import VOORBEELDSTAD, WESTHOVE, Credentials, build
from support.verifier_home import VerifierHome, attempt, make_home, nothing_kept

from credential import jose
from credential.jose import KeySigner
from credential.names import vct_of
from verifier.store import register
from verifier.transaction import Outcome

WEEK = 7 * 86_400


def _failed(checks: list[dict]) -> list[str]:
    return [one["code"] for one in checks if one["ok"] is False]


def share(home: VerifierHome, card: Card, other: Card | None = None) -> tuple[Outcome, str]:
    """Share this as the first card, and an honest second one."""
    second = other or home.maker.card("verblijfsrecht")
    _, found = attempt(home, cards=[card, second])
    return found.outcome, found.rule


@pytest.mark.spec("SD-JWT VC", "2.5", "only a listed issuer may sign this kind")
def test_issuer_not_trusted(home: VerifierHome) -> None:
    scheme = home.scheme
    stranger = CardMaker(build(scheme.now))
    outcome, rule = share(home, stranger.card("persoonsgegevens"))
    assert outcome is Outcome.REFUSED
    assert rule == "x5c.no_anchor"
    assert nothing_kept(home)


@pytest.mark.spec("HAIP 1.0", "6.1.1", "a self-signed leaf or a root in x5c is refused")
def test_chain(home: VerifierHome) -> None:
    honest = home.scheme.issuer().card
    with_root = Credentials(honest.signer, (*honest.x5c, home.scheme.root))
    own_root = Credentials(honest.signer, (home.scheme.root,))
    status_leaf = home.scheme.issuer().status
    for signer in (with_root, own_root, status_leaf):
        maker = replace(home.maker, signer=signer)
        outcome, rule = share(home, maker.card("persoonsgegevens"))
        assert outcome is Outcome.REFUSED, rule


@pytest.mark.spec("SD-JWT VC", "2.5", "a signature by another key is refused")
def test_forged_signature(home: VerifierHome) -> None:
    forged = Credentials(KeySigner(jose.generate_key()), home.scheme.issuer().card.x5c)
    card = replace(home.maker, signer=forged).card("persoonsgegevens")
    assert share(home, card) == (Outcome.REFUSED, "jose.signature")


@pytest.mark.spec("Regie trust", "4.3", "an issuer signs only the kinds it is listed for")
def test_kind_not_listed(tmp_path) -> None:
    scheme = build()
    party = scheme.parties[VOORBEELDSTAD]
    issuing = replace(party.issuing, kinds=("verblijfsrecht",))
    scheme.change(VOORBEELDSTAD, issuing=issuing)
    scheme.publish()
    home = make_home(tmp_path, build_scheme=scheme)
    assert share(home, home.maker.card("persoonsgegevens")) == (
        Outcome.REFUSED,
        "trust.kind_not_listed",
    )
    home.close()


@pytest.mark.spec("RFC 9901", "7.1.6", "expired and not yet valid cards are refused")
def test_time(home: VerifierHome) -> None:
    now = home.clock.at
    expired = home.maker.card("persoonsgegevens", exp=now - 1)
    assert share(home, expired) == (Outcome.REFUSED, "card.expired")
    early = home.maker.card("persoonsgegevens", iat=now + 3600, nbf=now + 3600)
    assert share(home, early) == (Outcome.REFUSED, "card.not_yet_valid")
    endless = home.maker.card("persoonsgegevens", exp=None)
    assert share(home, endless)[0] is Outcome.REFUSED


@pytest.mark.spec(
    "Regie formats", "3", "receipt: a refused card was received too: the answer has a receipt"
)
def test_refused_gets_receipt(home: VerifierHome) -> None:
    card = home.maker.card("persoonsgegevens", exp=home.clock.at - 1)
    answer, found = attempt(home, cards=[card, home.maker.card("verblijfsrecht")])
    assert found.outcome is Outcome.REFUSED
    assert set(answer.body) == {"redirect_uri", "confirm_code", "receipt"}
    (visit,) = register.visits(home.open().store)
    assert visit.rule == "card.expired"
    failed = [check["code"] for check in visit.checks if check["ok"] is False]
    assert failed == ["card"]


@pytest.mark.spec("Token Status List", "8.3", "INVALID and out of range are refused")
def test_status_values(home: VerifierHome) -> None:
    home.publish(home.maker.status_list(revoked=(7,)))
    home.sync()
    revoked = home.maker.card("persoonsgegevens", index=7)
    assert share(home, revoked) == (Outcome.REFUSED, "status.revoked")
    beyond = home.maker.card("persoonsgegevens", index=9_999_999)
    assert share(home, beyond) == (Outcome.REFUSED, "status.out_of_range")
    assert share(home, home.maker.card("persoonsgegevens", index=8))[0] is Outcome.ACCEPTED


@pytest.mark.spec("Token Status List", "8.3", "an unsigned, foreign or expired list says nothing")
@pytest.mark.parametrize("fault", ["unsigned", "card_signer", "other_sub", "expired", "ahead"])
def test_status_list_not_genuine(tmp_path, fault: str) -> None:
    home = make_home(tmp_path)
    path, honest = home.maker.status_list()
    now = home.clock.at
    match fault:
        case "unsigned":
            data = honest.rpartition(b".")[0] + b"."
        case "card_signer":
            _, data = home.maker.status_list(signer=home.scheme.issuer().card)
        case "other_sub":
            _, data = home.maker.status_list(uri=home.maker.list_uri + "0")
        case "expired":
            _, data = home.maker.status_list(iat=now - 8 * 86_400)
        case _:
            _, data = home.maker.status_list(iat=now + 3600)
    current = home.home / "scheme" / (home.home / "scheme" / "current").read_text()
    (current / path).write_bytes(data)
    assert share(home, home.maker.card("persoonsgegevens")) == (
        Outcome.UNDETERMINED,
        "status.missing",
    )
    home.close()


@pytest.mark.spec("Regie formats", "7", "age: 24 hours, 72 with a note, then undetermined")
def test_status_age(home: VerifierHome) -> None:
    def shared_at(hours: int) -> tuple[Outcome, str, str]:
        home.clock.at = home.scheme.now + hours * 3600
        pseudonym = f"person-{hours}"
        cards = [
            home.maker.card(kind, {**PERSON[kind], "housing_pseudonym": pseudonym})
            for kind in ("persoonsgegevens", "verblijfsrecht")
        ]
        _, found = attempt(home, cards=cards)
        listed = register.registrations(home.open().store, None)
        notes = {c.get("note", "") for c in listed[-1].checks if c["code"] == "status"}
        return found.outcome, found.rule, notes.pop() if len(notes) == 1 else "?"

    assert shared_at(23) == (Outcome.ACCEPTED, "", "")
    assert shared_at(48) == (Outcome.ACCEPTED, "", "status.old")
    assert shared_at(73)[:2] == (Outcome.UNDETERMINED, "status.stale")


@pytest.mark.spec(
    "Regie formats", "7", "cache: a list not in the cache is undetermined, never fetched"
)
def test_status_list_unknown(home: VerifierHome) -> None:
    prefix = home.scheme.issuer().status_prefix
    card = home.maker.card("persoonsgegevens", uri=f"{prefix}2")
    assert share(home, card) == (Outcome.UNDETERMINED, "status.missing")


@pytest.mark.spec(
    "Regie formats", "7", "binding: another municipality's list says nothing about this card"
)
def test_status_of_another_issuer(home: VerifierHome) -> None:
    other = CardMaker(home.scheme, WESTHOVE)
    home.publish(home.maker.status_list(), other.status_list(), other.aggregation())
    home.sync()
    card = home.maker.card("persoonsgegevens", uri=other.list_uri)
    assert share(home, card) == (Outcome.REFUSED, "card.status_prefix")


@pytest.mark.spec(
    "Regie formats", "8", "snapshot: an expired snapshot decides nothing, without grace"
)
def test_scheme_expired(home: VerifierHome) -> None:
    home.open()
    home.publish(home.maker.status_list(iat=home.clock.at + 1))
    home.clock.at = home.scheme.trust.next_update
    answer, found = attempt(home)
    assert found.outcome is Outcome.UNDETERMINED
    assert found.rule == "scheme.expired"
    assert set(answer.body) == {"redirect_uri", "confirm_code", "receipt"}


@pytest.mark.spec("OpenID4VP 1.0", "8.6", "the query is run again: a missing claim is refused")
@pytest.mark.parametrize("claim", ["age_over_18", "housing_residence_right"])
def test_missing_claim(home: VerifierHome, claim: str) -> None:
    _, found = attempt(home, Lies(withhold=frozenset({claim})))
    assert (found.outcome, found.rule) == (Outcome.REFUSED, "dcql.claims")


@pytest.mark.spec("OpenID4VP 1.0", "6.4.1", "some people have one name only")
@pytest.mark.parametrize("name", ["given_name", "family_name"])
def test_one_name_is_enough(home: VerifierHome, name: str) -> None:
    claims = {key: value for key, value in PERSON["persoonsgegevens"].items() if key != name}
    assert share(home, home.maker.card("persoonsgegevens", claims)) == (Outcome.ACCEPTED, "")


@pytest.mark.spec("OpenID4VP 1.0", "6.4.1", "the register knows people without a name")
def test_no_name_at_all_is_enough(home: VerifierHome) -> None:
    """A registration hangs on the recognition code (docs/decisions/0007)."""
    _, found = attempt(home, Lies(withhold=frozenset({"given_name", "family_name"})))
    assert (found.outcome, found.rule) == (Outcome.ACCEPTED, "")


@pytest.mark.spec("Regie formats", "1", "same person: one pseudonym in every card, or refused")
def test_two_people(home: VerifierHome) -> None:
    neighbour = {**PERSON["verblijfsrecht"], "housing_pseudonym": "of-the-neighbour"}
    outcome = share(
        home,
        home.maker.card("persoonsgegevens"),
        home.maker.card("verblijfsrecht", neighbour),
    )
    assert outcome == (Outcome.REFUSED, "person.unequal")
    assert nothing_kept(home)


@pytest.mark.spec("Regie formats", "1", "same person: the pseudonym may not be left out")
def test_pseudonym_withheld(home: VerifierHome) -> None:
    _, found = attempt(home, Lies(withhold=frozenset({"housing_pseudonym"})))
    assert found.outcome is Outcome.REFUSED
    empty = {**PERSON["persoonsgegevens"], "housing_pseudonym": ""}
    assert share(home, home.maker.card("persoonsgegevens", empty)) == (
        Outcome.REFUSED,
        "person.missing",
    )


@pytest.mark.parametrize(
    ("kind", "claim", "value", "rule"),
    [
        ("persoonsgegevens", "age_over_18", False, "policy.age"),
        ("persoonsgegevens", "age_over_18", 1, "policy.age"),
        ("persoonsgegevens", "age_over_18", "true", "policy.age"),
        ("verblijfsrecht", "housing_residence_right", False, "policy.residence_right"),
    ],
)
def test_policy(home: VerifierHome, kind: str, claim: str, value: object, rule: str) -> None:
    """A value outside the policy is refused; only `true` is true."""
    cards = [
        home.maker.card(one, PERSON[one] | ({claim: value} if one == kind else {}))
        for one in ("persoonsgegevens", "verblijfsrecht")
    ]
    answer, found = attempt(home, cards=cards)
    assert (found.outcome, found.rule) == (Outcome.REFUSED, rule)
    assert answer.body["receipt"]
    assert nothing_kept(home)


@pytest.mark.spec("SD-JWT VC", "2.4", "another kind under an asked id is refused")
def test_wrong_kind(home: VerifierHome) -> None:
    card = home.maker.card("persoonsgegevens", vct=vct_of("woonadres"))
    card.kind = "persoonsgegevens"
    assert share(home, card) == (Outcome.REFUSED, "card.vct")


@pytest.mark.spec("SD-JWT VC", "9", "a claim that stands open where its type lets it be withheld")
def test_against_its_type(home: VerifierHome) -> None:
    hidden = dict(PERSON["persoonsgegevens"])
    adult = hidden.pop("age_over_18")
    card = home.maker.card("persoonsgegevens", hidden, age_over_18=adult)
    answer, found = attempt(home, cards=[card, home.maker.card("verblijfsrecht")])
    assert (found.outcome, found.rule) == (Outcome.REFUSED, "type.sd")
    assert answer.body["receipt"]
    (visit,) = register.visits(home.open().store)
    assert _failed(visit.checks) == ["card"]


@pytest.mark.spec("SD-JWT VC", "2.4", "a card may answer for a type it is also known as")
def test_also_known_as(tmp_path) -> None:
    scheme = build()
    home = make_home(tmp_path, build_scheme=scheme)
    asked = vct_of("persoonsgegevens")
    both = home.maker.card("persoonsgegevens", vct=vct_of("woonadres"), aka_vcts=[asked])
    assert share(home, both)[0] is Outcome.ACCEPTED
    wrong = home.maker.card("persoonsgegevens", aka_vcts=[asked])
    assert share(home, wrong) == (Outcome.REFUSED, "card.aka_vcts")
    home.close()


@pytest.mark.spec("SD-JWT VC", "2.5", "what a card is also known as never proves its issuer may")
def test_also_known_as_proves_nothing(tmp_path) -> None:
    scheme = build()
    issuing = scheme.parties[VOORBEELDSTAD].issuing
    assert issuing is not None
    kinds = ("verblijfsrecht", "woonadres")
    scheme.change(VOORBEELDSTAD, issuing=replace(issuing, kinds=kinds))
    scheme.publish()
    home = make_home(tmp_path, build_scheme=scheme)
    asked = vct_of("persoonsgegevens")
    card = home.maker.card("persoonsgegevens", vct=vct_of("woonadres"), aka_vcts=[asked])
    assert share(home, card) == (Outcome.REFUSED, "trust.kind_not_listed")
    (visit,) = register.visits(home.open().store)
    assert _failed(visit.checks) == ["issuer"]
    home.close()
