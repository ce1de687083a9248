"""Two municipalities behind one server: each its own residents, leaf, path and lists."""

import json
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import select
from support import issuer_home, scheme
from support.issuer_home import RESIDENT
from support.wallet_simulator import cards_of, new_key

from credential import sdjwtvc
from credential.names import vct_of
from issuer.brp.errors import NotFound
from issuer.errors import DeskFault, NothingFound, SettingsFault
from issuer.service import desk, statuslists
from issuer.service.office import open_office
from issuer.tables import brp_queries

LETTER_ADDRESS = "999991280"  # lives in 0518, with a letter address


@pytest.fixture
def both(tmp_path):
    made = issuer_home.make(tmp_path, westhove=True)
    yield made
    made.office.close()


def westhove_wallet(both):
    wallet = both.wallet()
    wallet.identifier = "https://localhost:8441/0518"
    return wallet


@pytest.mark.spec(
    "Regie domain", "2.8", "no woonadres for a letter address; the other cards are issued"
)
def test_a_resident_of_the_second_gets_its_cards(both):
    made = both.offer(None, LETTER_ADDRESS, "0518")
    assert made.municipality == "0518"
    assert "/0518/" in made.link
    assert [one.kind for one in made.refused] == ["woonadres"]
    wallet = westhove_wallet(both)
    assert wallet.redeem(made.link, made.code).status_code == 200
    both.confirm(made, wallet)
    kind = "verblijfsrecht"
    (card,) = cards_of(wallet.ask_cards(kind, [new_key()]))
    read = sdjwtvc.verify_card(card, both.scheme.trust, now=both.now, vct=vct_of(kind))
    assert read.issuer.oin == both.scheme.parties[scheme.WESTHOVE].oin
    assert read.status.uri.startswith("https://localhost:8441/0518/status/")


def test_a_clerk_may_insist_on_one_municipality(both):
    with pytest.raises((NotFound, NothingFound)):
        desk.make_offer(both.office, RESIDENT, None, clerk="a", now=both.now, municipality="0518")


@pytest.mark.spec("OpenID4VCI 1.0", "6.3", "a code works at its own issuer only")
def test_a_code_of_one_is_no_code_of_the_other(both):
    made = both.offer(("huishouden",))
    code = both.wallet().code(made.link)
    other = westhove_wallet(both)
    other.ask_token("x", "1")
    answer = other.ask_token(code, made.code)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    assert other.get(made.link.replace("/0599/", "/0518/")).status_code == 404


@pytest.mark.spec("RFC 6750", "3.1", "a token works at its own issuer only")
def test_a_token_of_one_is_no_token_of_the_other(both):
    wallet, _ = both.confirmed(("huishouden",))
    wallet.identifier = "https://localhost:8441/0518"
    answer = wallet.ask_cards("huishouden", [new_key()])
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_token"})


def test_lists_and_revocations_are_each_their_own(both):
    wallet, _ = both.confirmed(("huishouden",))
    cards_of(wallet.ask_cards("huishouden", [new_key()]))
    assert statuslists.publish(both.office, both.now) == 4
    other = both.office.municipality("0518")
    with pytest.raises(NothingFound):
        statuslists.revoke(
            both.office,
            other,
            RESIDENT,
            frozenset({"huishouden"}),
            now=both.now,
            at_once=True,
            reason="death",
        )


@pytest.mark.spec("Architecture", "Issuer", "only what the municipality at hand issues is asked")
def test_a_municipality_asks_for_its_own_kinds_only(both):
    with pytest.raises(DeskFault, match="unknown_municipality"):
        desk.make_offer(both.office, RESIDENT, None, clerk="a", now=both.now, municipality="0999")
    assert both.office.store.accounts.query_count() == 0
    one = both.office.municipality("0599")
    one.__dict__["settings"] = msgspec.structs.replace(one.settings, kinds=("persoonsgegevens",))
    made = desk.make_offer(
        both.office, RESIDENT, None, clerk="a", now=both.now, municipality="0599"
    )
    assert made.kinds == ("persoonsgegevens",)
    assert both.office.store.accounts.query_count() == 1


def test_a_kind_that_only_another_municipality_issues_is_unknown_here(both):
    one = both.office.municipality("0599")
    one.__dict__["settings"] = msgspec.structs.replace(one.settings, kinds=("persoonsgegevens",))
    with pytest.raises(DeskFault, match="unknown_kind"):
        both.offer(("persoonsgegevens", "huishouden"))


@pytest.mark.spec("Regie formats", "7", "lists lie under the registered prefix")
def test_lists_at_another_address_than_was_registered_open_nothing(town):
    party = town.home / "certificates" / "gemeente-voorbeeldstad" / "party.json"
    facts = json.loads(party.read_bytes())
    assert facts["status_prefix"]
    party.write_text(json.dumps({**facts, "status_prefix": "https://elsewhere.example/"}))
    with pytest.raises(SettingsFault, match=r"status\.prefix"):
        open_office(town.home, issuer_home.stream(), lambda *_: None)


def asked_under(both) -> list[str | None]:
    """The register codes that the queries so far were limited to."""
    with both.office.store._database.reading() as connection:
        query = select(brp_queries.c.municipality).order_by(brp_queries.c.query_id)
        return list(connection.execute(query).scalars())


@pytest.mark.spec("Regie domain", "1.1", "a merged municipality asks under each of its codes")
def test_a_clerk_of_one_gives_nothing_to_a_resident_of_another(both):
    """Also where the one has two codes in the register: each is asked, and protocolled."""
    other = both.office.municipality("0518")
    settings = msgspec.structs.replace(other.settings, codes=("0518", "0519"))
    other.__dict__["settings"] = settings
    with pytest.raises(NotFound):
        desk.make_offer(both.office, RESIDENT, None, clerk="a", now=both.now, municipality="0518")
    assert asked_under(both) == ["0518", "0519"]


def test_a_resident_is_found_under_the_second_code(both):
    one = both.office.municipality("0599")
    one.__dict__["settings"] = msgspec.structs.replace(one.settings, codes=("0519", "0599"))
    assert both.offer(("persoonsgegevens",)).kinds == ("persoonsgegevens",)
    assert asked_under(both) == ["0519", "0599"]


def test_a_register_that_does_not_filter_gives_nobody_a_card_of_another(both, monkeypatch):
    fetch = both.office.source.fetch

    def unfiltered(bsn, kinds, now, *, occasion):
        return fetch(bsn, kinds, now, occasion=replace(occasion, municipality="0599"))

    monkeypatch.setattr(both.office.source, "fetch", unfiltered)
    with pytest.raises(NothingFound, match="not_our_resident"):
        both.offer(None, RESIDENT, "0518")


@pytest.mark.spec("Regie domain", "1.1", "nobody is asked about without saying whose resident")
def test_a_clerk_of_a_server_for_several_says_for_which(both):
    with pytest.raises(DeskFault, match=r"desk\.which_municipality"):
        desk.make_offer(both.office, RESIDENT, None, clerk="a", now=both.now)
    assert asked_under(both) == []
