"""Issuers outside the scheme: accepted under an anchor of one's own, and never more than that."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from support.elsewhere import (
    DIPLOMA,
    HOST,
    IDENTIFIER,
    MEMBER,
    NAME,
    SERVER,
    ForeignAuthority,
    ForeignIssuer,
    choose,
    settle,
)
from support.logging_in import begin, finish, log_in, look
from support.wallet_world import World, world

from credential import jose
from credential.errors import CredentialError
from credential.names import NS, vct_of
from wallet import copies, links
from wallet.errors import WalletError
from wallet.events import Kind
from wallet.service import add, refresh, requests
from wallet.service.statuslists import look as look_at_lists
from wallet.sharing import Acknowledged

VCI = "OpenID4VCI 1.0"


@pytest.fixture
def abroad(tmp_path: Path) -> Iterator[World]:
    """A wallet whose owner trusts one authority outside the scheme, and a school under it."""
    made = world(tmp_path, cards=False)
    settle(made, tmp_path)
    yield made
    made.wallet.close()


@pytest.fixture
def school(abroad: World) -> ForeignIssuer:
    assert isinstance(abroad.issuer, ForeignIssuer)
    return abroad.issuer


def rule(error: WalletError) -> str:
    return str(error.params.get("rule", error.code))


def refused(town: World) -> str:
    """The rule for which an offer was turned away, before any code was sent."""
    with pytest.raises(WalletError) as caught:
        town.add()
    assert town.issuer.tokens_asked == []
    assert town.wallet.store.cards() == ()
    return rule(caught.value)


def denied(town: World) -> str:
    progress = town.add()
    assert progress.state == "refused"
    assert town.wallet.store.cards() == ()
    [(_, code)] = progress.denied
    return code


# The whole way.


@pytest.mark.spec(VCI, "3.5", "a pre-authorized code of an issuer nobody registered")
def test_by_code(abroad: World, school: ForeignIssuer) -> None:
    progress = abroad.add()
    assert progress.state == "received"
    [card] = abroad.wallet.store.cards()
    assert (card.kind, card.vct, card.issuer_name, card.copies) == (DIPLOMA, DIPLOMA, NAME, 10)
    assert card.foreign
    assert (card.issuer_oin, card.issuer_url) == (IDENTIFIER, IDENTIFIER)
    assert [one["event"] for one in school.notified] == ["credential_accepted"]
    body = abroad.body(progress.activity, Kind.CARD_RECEIVED)
    assert body["issuer"]["registered"] is False


@pytest.mark.spec(VCI, "3.4", "an authorization code of an issuer nobody registered")
def test_by_login(abroad: World, school: ForeignIssuer) -> None:
    progress = log_in(abroad, issuer=IDENTIFIER)
    assert {card.vct for card in progress.received} == {DIPLOMA, MEMBER}
    assert school.pushes[0]["scope"] == "diploma membership"


@pytest.mark.spec(VCI, "9", "deferred, without a number that no clerk compares")
def test_deferred(abroad: World, school: ForeignIssuer) -> None:
    school.waits = frozenset({"diploma"})
    progress = abroad.add()
    assert (progress.state, progress.number) == ("pending", "")
    school.decided = True
    [done] = requests.collect(abroad.wallet, abroad.network, now=abroad.now)
    assert done.progress.state == "received"


@pytest.mark.spec(VCI, "12.2.4", "the authorization server may stand on another host")
def test_a_server_elsewhere(abroad: World, school: ForeignIssuer) -> None:
    school.server_apart = True
    found = look(abroad, issuer=IDENTIFIER)
    assert (found.host, found.login_host) == (HOST, SERVER)
    login = begin(abroad, found)
    assert school.pushes[0]["resource"] == IDENTIFIER
    assert login.url.startswith(f"https://{SERVER}/")
    assert finish(abroad, login).state == "received"


@pytest.mark.parametrize("policy", ["accepted", "required"])
@pytest.mark.spec(VCI, "10", "encrypted both ways with an issuer from elsewhere")
def test_encrypted(abroad: World, school: ForeignIssuer, policy: str) -> None:
    school.encryption = policy
    assert abroad.add().state == "received"
    assert school.sealed_requests > 0
    assert not any(b"diploma" in call.body for call in abroad.network.posts("/school/credential"))


@pytest.mark.spec(VCI, "8.2", "credential_identifiers and a refresh token from elsewhere")
def test_identifiers_and_refresh(abroad: World, school: ForeignIssuer) -> None:
    school.identified, school.token_life = True, 600
    assert log_in(abroad, issuer=IDENTIFIER).state == "received"
    abroad.now = school.now = abroad.now + 7_200
    store = abroad.wallet.store
    store.database.execute("DELETE FROM copies WHERE id % 2 = 0")
    [news] = refresh.look(abroad.wallet, abroad.network, now=abroad.now).issuers
    assert (news.oin, news.state, set(news.fetch)) == (IDENTIFIER, "known", {DIPLOMA, MEMBER})
    progress = refresh.renew(abroad.wallet, abroad.network, news, now=abroad.now)
    assert progress.state == "received"
    assert [card.copies for card in store.cards()] == [10, 10]
    assert [form["grant_type"] for form in school.tokens_asked] == [
        "authorization_code",
        "refresh_token",
    ]


# Who it is.


@pytest.mark.spec(VCI, "12.2.3", "signed metadata counts under an anchor, with its organisation")
def test_signed_metadata_names_the_organisation(abroad: World, school: ForeignIssuer) -> None:
    school.unsigned = False
    found = look(abroad, issuer=IDENTIFIER)
    assert (found.issuer, found.registered) == (NAME, False)
    school.unsigned = True
    assert look(abroad, issuer=IDENTIFIER).issuer == HOST


@pytest.mark.spec(VCI, "12.2.3", "a signer without an anchor is refused, not read as unsigned")
def test_metadata_signed_by_a_stranger(abroad: World, school: ForeignIssuer) -> None:
    school.unsigned = False
    school.party.access = ForeignAuthority(abroad.now, "Another Root").leaf()
    assert refused(abroad) == "x5c.no_anchor"


def test_without_anchors_nothing_is_contacted(abroad: World) -> None:
    choose(abroad, "")
    link = links.parse(abroad.issuer.link)
    assert add.first_contact(abroad.wallet, link, now=abroad.now) is None  # type: ignore[arg-type]
    with pytest.raises(WalletError, match=r"add\.issuer_unknown"):
        abroad.add()
    assert abroad.network.calls == []


@pytest.mark.spec(VCI, "14.1", "a person agrees before a stranger's link is opened")
def test_the_first_contact_is_named(abroad: World, school: ForeignIssuer) -> None:
    for text in (school.link, school.link_by_value):
        link = links.parse(text)
        assert add.first_contact(abroad.wallet, link, now=abroad.now) == HOST  # type: ignore[arg-type]
    known = json.dumps(
        {
            "credential_issuer": abroad.scheme.issuer().identifier,
            "credential_configuration_ids": ["x"],
        }
    )
    link = links.parse(f"openid-credential-offer://?credential_offer={quote(known)}")
    assert add.first_contact(abroad.wallet, link, now=abroad.now) is None  # type: ignore[arg-type]
    assert abroad.network.calls == []


def test_names_are_safe_to_print(abroad: World) -> None:
    found = look(abroad, issuer=IDENTIFIER)
    assert found.names("en")[DIPLOMA] == "diploma (en)"
    abroad.add()
    assert abroad.wallet.foreign_names("nl")[DIPLOMA] == "diploma {nl}"
    types = abroad.wallet.trust(abroad.now).types
    assert types[DIPLOMA].label(("degree",), "nl") == "Graad"


def test_another_issuer_cannot_rename_what_is_held(abroad: World, school: ForeignIssuer) -> None:
    abroad.add()
    store = abroad.wallet.store
    [card] = store.cards()
    store.database.execute("UPDATE cards SET issuer_oin = 'https://first.example'")
    school.metadata_keys = lambda found: json.loads(json.dumps(found).replace("{nl}", "Paspoort"))
    abroad.add()
    assert abroad.wallet.foreign_names("nl")[DIPLOMA] == "diploma {nl}"
    assert card.vct == DIPLOMA


def test_what_the_scheme_added_counts_for_its_own_issuers(
    abroad: World, school: ForeignIssuer
) -> None:
    school.metadata_keys = lambda found: {
        **found,
        "nl_regie": {"my_endpoint": f"{IDENTIFIER}/my", "declared": {"urgentie": []}},
    }
    log_in(abroad, issuer=IDENTIFIER)
    stored = abroad.wallet.store.session(IDENTIFIER)
    assert stored is not None
    assert (stored.my_endpoint, stored.declared) == (None, {})


# What is refused.


@pytest.mark.spec("Regie trust", "4.4", "the kinds of the scheme are for its own issuers")
@pytest.mark.parametrize(
    "ours", [vct_of("persoonsgegevens"), "persoonsgegevens", "Woonadres", f"{NS}/kaart/nieuw/1"]
)
def test_never_a_kind_of_the_scheme(abroad: World, school: ForeignIssuer, ours: str) -> None:
    school.metadata_keys = lambda found: json.loads(json.dumps(found).replace(DIPLOMA, ours))
    assert refused(abroad) == "issuer.kind_not_allowed"


@pytest.mark.spec("Regie trust", "4.4", "nor a card that says it is one")
def test_a_card_that_says_it_is_of_the_scheme(abroad: World, school: ForeignIssuer) -> None:
    school.payload = lambda found: {**found, "vct": vct_of("persoonsgegevens")}
    assert denied(abroad) == "card.vct"


def test_a_listed_host_is_never_a_stranger(abroad: World, school: ForeignIssuer) -> None:
    """Whatever is offered there is judged by the scheme, also where an anchor would do."""
    identifier = abroad.scheme.issuer().identifier
    abroad.network.hosts["localhost:8441"] = school
    school.id = school.party.identifier = identifier
    with pytest.raises(AssertionError):
        look(abroad, issuer=identifier)  # the school asserts what a stranger would be asked for


def test_an_organisation_number_of_the_scheme_gives_nothing(
    abroad: World, school: ForeignIssuer
) -> None:
    """An anchor may sign any name and number; cards of the municipality stay what they are."""
    real = abroad.scheme.issuer()
    school.party.card = school.authority.leaf(organisation=real.party.name, SERIAL_NUMBER=real.oin)
    abroad.add()
    [card] = abroad.wallet.store.cards()
    assert (card.issuer_oin, card.foreign) == (IDENTIFIER, True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(
            {"vct": MEMBER}, "card.vct", marks=pytest.mark.spec("SD-JWT VC", "2.4", "another vct")
        ),
        pytest.param(
            {"exp": 1_000}, "card.expired", marks=pytest.mark.spec("RFC 9901", "7.1", "expired")
        ),
        pytest.param(
            {"nbf": 9_999_999_999},
            "card.not_yet_valid",
            marks=pytest.mark.spec("RFC 9901", "7.1", "not yet valid"),
        ),
        pytest.param(
            {"iss": "https://another.example"},
            "card.iss",
            marks=pytest.mark.spec("SD-JWT VC", "2.5", "iss is of the certificate"),
        ),
        pytest.param(
            {"cnf": {"kid": "elsewhere"}},
            "card.cnf",
            marks=pytest.mark.spec("HAIP 1.0", "6.1", "bound by cnf.jwk"),
        ),
        pytest.param(
            {"status": {"other": {}}},
            "json.member",
            marks=pytest.mark.spec("HAIP 1.0", "6.1", "status has a status_list"),
        ),
    ],
    ids=["vct", "expired", "not yet", "iss", "cnf", "status"],
)
def test_refuses_a_card(
    abroad: World, school: ForeignIssuer, change: dict[str, object], code: str
) -> None:
    school.payload = lambda found: {**found, **change}
    assert denied(abroad) == code


@pytest.mark.spec("HAIP 1.0", "6.1.1", "signed by somebody no anchor stands behind")
def test_a_card_without_an_anchor(abroad: World, school: ForeignIssuer) -> None:
    school.party.card = ForeignAuthority(abroad.now, "Another Root").leaf()
    assert denied(abroad) == "x5c.no_anchor"


@pytest.mark.spec("HAIP 1.0", "6.1.1", "the anchor is not in x5c, and does not sign cards itself")
def test_a_card_with_its_anchor(abroad: World, school: ForeignIssuer) -> None:
    good, root = school.party.card, school.authority
    school.party.card = type(good)(good.signer, (*good.x5c, root.der))
    assert denied(abroad) == "x5c.anchor_inside"
    school.party.card = type(good)(jose.KeySigner(root.key), (root.der,))
    assert denied(abroad) == "x5c.anchor_inside"


def test_a_card_without_times_or_status(abroad: World, school: ForeignIssuer) -> None:
    school.payload = lambda found: {
        name: one for name, one in found.items() if name not in ("iat", "exp", "status")
    }
    assert abroad.add().state == "received"
    assert look_at_lists(abroad.wallet, abroad.network, now=abroad.now).read == 0


@pytest.mark.spec("Token Status List", "8.3", "a list of elsewhere, under the same anchors")
def test_taken_back(abroad: World, school: ForeignIssuer) -> None:
    abroad.add()
    assert look_at_lists(abroad.wallet, abroad.network, now=abroad.now).revoked == ()
    school.now += 60
    school.revoked = frozenset({3})
    found = look_at_lists(abroad.wallet, abroad.network, now=abroad.now)
    assert [card.vct for card in found.revoked] == [DIPLOMA]


def test_a_list_by_somebody_else_says_nothing(abroad: World, school: ForeignIssuer) -> None:
    abroad.add()
    school.revoked = frozenset({3})
    school.party.card = ForeignAuthority(abroad.now, "Another Root").leaf()
    found = look_at_lists(abroad.wallet, abroad.network, now=abroad.now)
    assert (found.read, found.missing, found.revoked) == (0, 1, ())


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"]
)
def test_anchors_that_cannot_be_read_are_no_anchors(
    abroad: World, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "broken.pem").write_bytes(content)
    choose(abroad, str(tmp_path / "broken.pem"))
    with pytest.raises(WalletError, match=r"config\.value"):
        abroad.add()
    assert abroad.network.calls == []


@pytest.mark.spec("OpenID4VP 1.0", "8.1", "a card from elsewhere is shown like any other")
def test_it_is_shared_like_any_other(abroad: World) -> None:
    abroad.add()
    query = {
        "credentials": [
            {
                "id": "diploma",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [DIPLOMA]},
                "claims": [{"path": ["degree"]}],
            }
        ]
    }
    abroad.verifier.claims = lambda found: {**found, "dcql_query": query}
    abroad.verifier._answer = lambda _: {}  # type: ignore[method-assign]
    posed = abroad.receive()
    [pick] = posed.question.options[0].picks
    assert (pick.title, pick.issuer) == ("diploma {nl}", NAME)
    assert [(item.label, item.value) for item in pick.items] == [("Graad", "Master of {Science}")]
    assert isinstance(abroad.share(posed).settlement, Acknowledged)
    [message] = abroad.verifier.received
    assert set(message["vp_token"]) == {"diploma"}
    assert abroad.wallet.store.copies_left(pick.card) == 9


def test_without_its_anchor_it_is_not_shared_any_more(abroad: World) -> None:
    abroad.add()
    choose(abroad, "")
    [card] = abroad.wallet.store.cards()
    [copy] = abroad.wallet.store.fresh_copies(card.id, 1)
    with pytest.raises(CredentialError, match=r"x5c\.no_anchor"):
        copies.again(copy, abroad.wallet.trust(abroad.now), abroad.wallet.foreign, now=abroad.now)
