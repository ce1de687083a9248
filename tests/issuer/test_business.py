"""Companies and buildings: the same issuer, other registers, and nothing said that is not certain."""

import dataclasses
import io
import json
import sqlite3
import sys
import tomllib

import msgspec
import pytest
from support import business_world, issuer_home
from support.business_world import (
    DAGOBERT,
    DONALD,
    ENDED,
    HOME,
    SHIELDED,
    SHOP,
    TOWN,
    WITHDRAWN,
)
from support.issuer_home import API_KEY, DATA, FIVE, RESIDENT, SETTINGS
from support.register import over_https
from support.settled import Settled
from support.wallet_simulator import cards_of, new_key

from credential import sdjwtvc
from credential.desk import confirmation_number
from credential.names import vct_of
from issuer import cli, clock, config, registers
from issuer.brp.errors import BrpError, Denied, Rejected, Unavailable, Unreadable
from issuer.cards.claims import CLAIMS
from issuer.errors import DeskFault, NothingFound, SettingsFault, WalletFault
from issuer.register import create_app
from issuer.registers import Entry, bag, kvk
from issuer.service import business, desk, homeoffers, my, sources
from issuer.sources import Granted, LeftOut, Refused
from issuer.store.accounts import Accounts

WEEK = 7 * 86_400
COMPANY, BUILDING = "kvk-inschrijving", "bag-object"
URGENTIE = config.Declared(kind="urgentie", fields=(config.Field(name="reason", nl="x", en="x"),))


@pytest.fixture
def world(tmp_path):
    made = business_world.make(tmp_path / "home")
    yield made
    made.town.office.close()


def company(number: str = DONALD, seen: int | None = None) -> Entry:
    return Entry(register="kvk", key=number, authority_seen_at=seen)


def building(number: str = SHOP) -> Entry:
    return Entry(register="bag", key=number)


def decided(world, entry):
    return world.town.office.registers[entry.register].fetch(entry, world.town.now)


def offered(world, *entries, clerk="anna"):
    town = world.town
    return desk.offer_entries(town.office, entries, clerk=clerk, now=town.now)


def settle(world, *entries):
    """Desk, number, first cards, and a first refresh."""
    made = offered(world, *entries)
    wallet = world.town.wallet()
    answer = wallet.redeem(made.link, made.code)
    world.town.confirm(made, wallet)
    for kind in made.kinds:
        assert len(cards_of(wallet.ask_cards(kind, [new_key()]))) == 1
    settled = Settled(world.town, wallet, answer.json()["refresh_token"], made.case)
    assert settled.refresh().status_code == 200
    return settled


def read(world, card, kind):
    town = world.town
    return sdjwtvc.verify_card(card, town.scheme.trust, now=town.now, vct=vct_of(kind)).payload


@pytest.mark.spec("Regie domain", "2.6", "claims of the kinds from registers of businesses")
@pytest.mark.parametrize("kind", sorted(registers.KINDS))
def test_every_claim_is_registered(kind):
    text = (TOWN.parents[1] / "registrar" / "kinds" / f"{kind}.toml").read_text("utf-8")
    paths = {claim["path"].partition(".")[0] for claim in tomllib.loads(text)["claim"]}
    assert paths == {*CLAIMS[kind]}


# ---- what a card says


@pytest.mark.spec("Regie domain", "2.6", "claims of a registration in the business register")
def test_a_company(world):
    found = decided(world, company(seen=world.town.now))
    assert found == Granted(
        {
            "kvk_number": DONALD,
            "rsin": "857587973",
            "name": "Test BV Donald",
            "legal_form": "Besloten vennootschap met gewone structuur",
            "establishment_number": "000037178598",
            "main_activity": "01241 Teelt van appels en peren",
            "representative_authorised": True,
            "source": "KVK",
            "reference_moment": "2026-01-01",
        },
        with_pseudonym=False,
    )


def test_a_company_of_one_person_has_no_rsin_and_one_main_activity(world):
    found = decided(world, company(DAGOBERT))
    assert "rsin" not in found.claims
    assert found.claims["establishment_number"] == "000038509504"
    assert found.claims["main_activity"] == "1011 Slachterijen (geen pluimvee-)"


def test_a_shielded_address_and_a_thin_registration_are_no_obstacle(world):
    found = decided(world, company(SHIELDED))
    assert "main_activity" not in found.claims
    assert found.claims["legal_form"].startswith("Besloten")
    world.change(SHIELDED, lambda one: one.pop("_embedded"))
    assert decided(world, company(SHIELDED)).claims.keys() == {
        "kvk_number",
        "name",
        "source",
        "reference_moment",
    }


@pytest.mark.spec("Regie domain", "2.6", "who may act for a company is never assumed")
def test_only_what_a_clerk_saw_says_who_may_act_and_not_forever(world):
    now = world.town.now
    missing = (LeftOut("representative_authorised", "authority_not_seen"),)
    for seen in (None, now - kvk.AUTHORITY_SECONDS):
        found = decided(world, company(seen=seen))
        assert "representative_authorised" not in found.claims
        assert found.left_out == missing
    assert decided(world, company(seen=now - kvk.AUTHORITY_SECONDS + 1)).left_out == ()


@pytest.mark.spec("Regie domain", "2.6", "claims of a building or unit")
def test_a_building(world):
    found = decided(world, building())
    assert found.claims == {
        "bag_nummeraanduiding": SHOP,
        "bag_adresseerbaar_object": "0599010099990032",
        "address": {
            "street_address": "Stadhuisplein",
            "house_number": "12",
            "house_letter": "A",
            "postal_code": "3012AR",
            "locality": "Rotterdam",
        },
        "purposes_of_use": ["winkelfunctie", "kantoorfunctie"],
        "floor_area": 215,
        "object_status": "Verblijfsobject in gebruik",
        "building_ids": ["0599100099990033", "0599100099990034"],
        "source": "BAG",
        "reference_moment": "2026-01-01",
    }
    assert found.left_out == (LeftOut("construction_year", "construction_years_differ"),)


@pytest.mark.spec("Regie domain", "2.6", "a value under investigation is left out")
@pytest.mark.parametrize(
    ("mark", "gone"),
    [
        ("oppervlakte", {"floor_area"}),
        ("huisletter", {"address"}),
        ("nummeraanduidingStatus", {"address"}),
        ("gebruiksdoelen", {"purposes_of_use"}),
        ("adresseerbaarObjectStatus", {"object_status"}),
        ("maaktDeelUitVan", {"building_ids", "construction_year"}),
        ("oorspronkelijkBouwjaar", {"construction_year"}),
        ("adresseerbaarObjectGeometrie", set()),
    ],
)
def test_a_building_under_investigation(world, mark, gone):
    whole = {*CLAIMS[BUILDING]} - {"municipality_code"}
    world.change(HOME, lambda one: one.update(inonderzoek={mark: True, "postcode": False}))
    found = decided(world, building(HOME))
    assert found.claims.keys() == whole - gone
    assert {one.claim for one in found.left_out} == gone
    assert {one.code for one in found.left_out} <= {"under_investigation"}


def test_the_example_home_has_a_floor_area_in_doubt(world):
    found = decided(world, building(HOME))
    assert found.left_out == (LeftOut("floor_area", "under_investigation"),)
    assert found.claims["construction_year"] == 1953


# ---- what gets no card


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (company("12345678"), "company_unknown"),
        (company(ENDED), "company_ended"),
        (building("0599200000000001"), "building_unknown"),
        (building(WITHDRAWN), "building_ended"),
    ],
)
def test_refusals(world, entry, code):
    assert decided(world, entry) == Refused(code)
    with pytest.raises(NothingFound) as refused:
        offered(world, entry)
    assert refused.value.code == f"refusal.{code}"


@pytest.mark.parametrize(
    ("ends", "over"),
    [("20260101", True), ("20260102", False), ("20260000", True), ("20270000", False), ("", False)],
)
def test_the_day_a_company_ends(world, ends, over):
    def change(one):
        one["materieleRegistratie"]["datumEinde"] = ends
        one["_embedded"]["hoofdvestiging"]["materieleRegistratie"]["datumEinde"] = ends

    world.change(DONALD, change)
    assert isinstance(decided(world, company()), Refused) is over


def test_an_establishment_that_ended_is_not_on_the_card(world):
    def change(one):
        one["_embedded"]["hoofdvestiging"]["materieleRegistratie"]["datumEinde"] = "20251231"

    world.change(DONALD, change)
    assert "establishment_number" not in decided(world, company()).claims


@pytest.mark.parametrize(
    "mark",
    [
        "typeAdresseerbaarObject",
        "adresseerbaarObjectheeftAlsHoofdadres",
        "adresseerbaarObjectheeftAlsNevenadres",
    ],
)
def test_doubt_about_which_object_it_is_is_no_card(world, mark):
    world.change(SHOP, lambda one: one.update(inonderzoek={mark: True}))
    assert decided(world, building()) == Refused("building_under_investigation")


@pytest.mark.parametrize(
    "status",
    [
        "Niet gerealiseerd verblijfsobject",
        "Plaats ingetrokken",
        "Verblijfsobject ten onrechte opgevoerd",
    ],
)
def test_ended_objects(world, status):
    world.change(SHOP, lambda one: one.update(adresseerbaarObjectStatus=status))
    assert decided(world, building()) == Refused("building_ended")
    world.change(SHOP, lambda one: one.update(inonderzoek={"adresseerbaarObjectStatus": True}))
    assert "object_status" not in decided(world, building()).claims


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        *((company(key), "desk.not_a_kvk_number") for key in ("", "1234567", "123456789")),
        *(
            (company(key), "desk.not_a_kvk_number")
            for key in ("6875011a", "68750110\n", "٦٨٧٥٠١١٠")
        ),
        *((building(key), "desk.not_a_bag_number") for key in ("", "059920009999003", "../kvk")),
        (building("0599010099990032"), "desk.not_a_bag_number"),
    ],
)
def test_a_number_of_another_form_is_never_asked(world, entry, code):
    with pytest.raises(DeskFault) as refused:
        offered(world, building(), entry)
    assert refused.value.code == code
    assert world.asked() == 0


def test_a_register_or_kind_that_is_not_here(world):
    town = world.town
    bare = dataclasses.replace(town.office, registers={})
    with pytest.raises(DeskFault, match="no_register"):
        desk.offer_entries(bare, [company()], clerk="anna", now=town.now)
    (one,) = town.office.settings.municipality
    settings = msgspec.structs.replace(one, kinds=("huishouden", BUILDING))
    here = dataclasses.replace(town.office.municipality("0599"), settings=settings)
    with pytest.raises(DeskFault, match="unknown_kind"):
        business.look_up_entries(town.office, here, [company()], town.now)
    assert world.asked() == 0


# ---- the registers themselves


def answering(world, monkeypatch, status, body, headers=None):
    """Both registers give this answer."""
    import httpx

    monkeypatch.setattr(
        world.transport,
        "handle_request",
        lambda _request: httpx.Response(status, content=body, headers=headers or {}),
    )


@pytest.mark.spec("House rules", "8", "no number of a company or building in an error")
@pytest.mark.parametrize("entry", [company(), building()])
@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, b"<html>", Unreadable),
        (200, b"{}", Unreadable),
        (401, b"", Denied),
        (403, b"", Denied),
        (404, b"", Rejected),
        (404, b"<html>68750110 0599200099990031</html>", Rejected),
        (404, b'{"fout":[{"code":"IPD9999"}]}', Rejected),
        (429, b"", Unavailable),
        (500, b"", Unavailable),
    ],
)
def test_what_a_register_answers_otherwise(world, monkeypatch, entry, status, body, fault):
    """A path that is wrong gives 404 too: it must not end every company."""
    answering(world, monkeypatch, status, body)
    with pytest.raises(BrpError) as failed:
        decided(world, entry)
    assert type(failed.value) is fault
    said = f"{failed.value!r} {failed.value} {failed.value.params} {failed.value.__context__!r}"
    assert entry.key not in said
    assert entry.key not in repr(entry)


@pytest.mark.parametrize("code", ["IPD1002", "IPD1003"])
def test_later_is_not_unknown(world, monkeypatch, code):
    answering(world, monkeypatch, 404, b'{"fout":[{"code":"%s"}]}' % code.encode())
    with pytest.raises(Unavailable):
        decided(world, company())


def test_the_answer_must_be_about_what_was_asked(world):
    world.change(DONALD, lambda one: one.update(kvkNummer=DAGOBERT))
    world.change(SHOP, lambda one: one.update(nummeraanduidingIdentificatie=HOME))
    for entry in (company(), building()):
        with pytest.raises(Unreadable):
            decided(world, entry)


def test_the_wrong_key_is_not_accepted(world):
    for name, key in (("kvk", "apikey"), ("bag", "X-Api-Key")):
        assert key == {"kvk": kvk.HEADER, "bag": bag.HEADER}[name]
    town = world.town
    other = create_app(DATA, "another", lambda: town.now, kvk=TOWN / "kvk", bag=TOWN / "bag")
    world.transport._asgi.app = other
    for entry in (company(), building()):
        with pytest.raises(Denied):
            decided(world, entry)


def test_without_data_there_is_no_such_api(tmp_path):
    app = create_app(DATA, API_KEY, lambda: 0)
    assert not [route for route in app.routes if "number" in route.path]


@pytest.mark.spec("Architecture", "Https", "registers of companies and buildings over https")
def test_over_https(tmp_path):
    app = create_app(DATA, API_KEY, lambda: 0, kvk=TOWN / "kvk", bag=TOWN / "bag")
    with over_https(app, tmp_path) as (base, ca):
        home = tmp_path / "home"
        (home / "keys").mkdir(parents=True)
        for name in ("kvk", "bag"):
            file = home / "keys" / f"{name}-api-key"
            file.touch(0o600)
            file.write_text(f"{API_KEY}\n")
        settings = config.parse(
            (SETTINGS + business_world.TABLES)
            .format(decoys=0, four_eyes="false")
            .replace("https://localhost:8445", base)
            .replace("api_key_file", f'tls_ca = "{ca}"\napi_key_file')
            .encode()
        )
        opened = sources.registers(settings, home)
        assert opened.keys() == registers.KIND.keys()
        for entry in (company(), building()):
            assert isinstance(opened[entry.register].fetch(entry, 1_767_225_600), Granted)
        for one in opened.values():
            one.close()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('url = "https://localhost:8445/api"', 'url = "http://localhost:8445/api"', "kvk.url"),
        ('[bag]\nurl = "https', '[bag]\nurl = "http', "bag.url"),
        (business_world.TABLES.partition("\n\n")[2], "", "kvk"),
    ],
)
def test_settings_that_cannot_be_promised(old, new, key):
    text = (SETTINGS + business_world.TABLES).format(decoys=0, four_eyes="false")
    config.parse(text.encode())
    assert old in text
    with pytest.raises(SettingsFault) as refused:
        config.parse(text.replace(old, new).encode())
    assert refused.value.params == {"key": key}


def test_the_example_settings_are_good():
    text = SETTINGS.format(decoys=0, four_eyes="false")
    example = (TOWN.parent / "settings" / "business.toml").read_text("utf-8")
    settings = config.parse((text + example).encode())
    assert settings.kvk is not None
    assert settings.bag is not None


# ---- the desk


@pytest.mark.spec("Regie formats", "6", "cards for a business are bound to one wallet at the desk")
def test_from_desk_to_verified_cards(world):
    town = world.town
    made = offered(world, company(seen=town.now), building())
    assert made.kinds == (COMPANY, BUILDING)
    wallet = town.wallet()
    assert wallet.redeem(made.link, made.code).status_code == 200
    assert wallet.ask_cards(COMPANY, [new_key()]).status_code == 202
    town.confirm(made, wallet)
    for kind in made.kinds:
        cards = cards_of(wallet.ask_cards(kind, [new_key(), new_key()]))
        assert len(cards) == 2
        found = read(world, cards[0], kind)
        assert found["municipality_code"] == "0599"
        assert found["source"] == kind.partition("-")[0].upper()
        assert not {"housing_pseudonym", "disclosure_restricted"} & found.keys()
        assert found.keys() - {"vct", "iat", "nbf", "exp", "cnf", "status", "iss"} <= {
            *CLAIMS[kind]
        }
    assert read(world, cards[0], BUILDING)["address"]["house_letter"] == "A"


def test_one_of_two_that_is_refused_is_named_and_the_other_offered(world):
    made = offered(world, company(ENDED), building())
    assert made.kinds == (BUILDING,)
    assert [(one.kind, one.reason) for one in made.refused] == [(COMPANY, "company_ended")]


@pytest.mark.spec("House rules", "8", "no number of a company in what is kept or told")
def test_what_is_on_record(world):
    town = world.town
    made = offered(world, company(seen=town.now), building())
    offered(world, company())
    with sqlite3.connect(town.home / "issuer.db") as connection:
        rows = connection.execute(
            "select action, purpose, subject, case_id from desk_actions order by action_id"
        ).fetchall()
        dump = "\n".join(connection.iterdump())
    assert [row[:2] for row in rows] == [
        ("offer", "card-issuance (authorised: officers_register)"),
        ("offer", "card-issuance"),
    ]
    # The same company under the same name, which is not that of a person with its number.
    assert rows[0][2] == rows[1][2] == business.subject(town.office.municipality("0599"), company())
    assert rows[0][3] == made.case
    for number in (DONALD, SHOP, "Test BV Donald"):
        assert number not in dump
        assert number.encode().hex().upper() not in dump.upper()
        assert number not in repr(made)
    assert Accounts(town.office.store._database).query_count() == 0


def test_residents_are_not_offered_what_is_of_a_business(world):
    town = world.town
    made = town.offer(None)
    assert set(made.kinds) == {"persoonsgegevens", "huishouden"} <= set(FIVE)
    assert made.refused == ()
    with pytest.raises(NothingFound, match="kind_not_offered"):
        town.offer((COMPANY,))
    town.office = dataclasses.replace(
        town.office,
        settings=msgspec.structs.replace(
            town.office.settings,
            login=config.Login(issuer="https://x", client_id="x", client_secret_file="x"),
        ),
    )
    home = homeoffers.make(town.office, None, municipality="0599", now=town.now)
    assert home.kinds == ("persoonsgegevens", "huishouden")
    with pytest.raises(DeskFault, match="unknown_kind"):
        homeoffers.make(town.office, (BUILDING,), municipality="0599", now=town.now)


# ---- coming back


@pytest.mark.spec("Architecture", "Issuer", "copies of a business's cards do not ask its register")
def test_a_refill_asks_nobody(world):
    settled = settle(world, company(seen=world.town.now), building())
    before = world.asked()
    for kind in (COMPANY, BUILDING):
        assert len(cards_of(settled.wallet.ask_cards(kind, [new_key() for _ in range(5)]))) == 5
    assert (before, world.asked()) == (2, 2)


def test_a_change_is_asked_about_and_on_the_next_card(world):
    settled = settle(world, company(), building())
    before = world.asked()
    world.change(DONALD, lambda one: one.update(naam="Test BV Katrien"))
    town = world.town
    name = business.subject(town.office.municipality("0599"), company())
    assert town.office.store.grants.mark_changed("0599", name) == 1
    assert settled.wallet.ask_cards(COMPANY, [new_key()]).status_code == 401
    assert settled.refresh().status_code == 200
    assert world.asked() == before + 2
    (card,) = cards_of(settled.wallet.ask_cards(COMPANY, [new_key()]))
    assert read(world, card, COMPANY)["name"] == "Test BV Katrien"
    settled.later(3_600)
    settled.refresh()
    assert world.asked() == before + 2


def test_a_week_later_the_registers_are_asked_again(world):
    settled = settle(world, company())
    settled.later(WEEK - 1)
    settled.refresh()
    assert world.asked() == 1
    settled.later(1)
    assert settled.wallet.ask_cards(COMPANY, [new_key()]).status_code == 401
    assert settled.refresh().status_code == 200
    assert world.asked() == 2
    assert len(cards_of(settled.wallet.ask_cards(COMPANY, [new_key()]))) == 1
    assert box_of(settled).claims[COMPANY]["reference_moment"] == "2026-01-08"


def test_what_a_clerk_saw_is_not_said_again_after_a_quarter(world):
    settled = settle(world, company(seen=world.town.now))
    settled.later(kvk.AUTHORITY_SECONDS - 1)
    assert settled.refresh().status_code == 200
    world.town.office.store.grants.mark_changed("0599", settled.grant.subject)
    settled.later(1)
    assert settled.refresh().status_code == 200
    found = business.renewed(
        world.town.office,
        world.town.office.municipality("0599"),
        box_of(settled),
        {COMPANY},
        world.town.now,
    )
    assert "representative_authorised" not in found.claims[COMPANY]
    assert "representative_authorised" not in box_of(settled).claims[COMPANY]


def box_of(settled):
    from issuer import box

    return box.open_box(settled.town.office.secret, settled.refresh_token, settled.grant.box)


def test_a_company_that_ends_gets_no_more_copies_and_its_building_does(world):
    settled = settle(world, company(), building())
    world.remove(DONALD)
    world.town.office.store.grants.mark_changed("0599", settled.grant.subject)
    assert settled.refresh().status_code == 200
    assert settled.wallet.ask_cards(COMPANY, [new_key()]).json() == {
        "error": "credential_request_denied"
    }
    assert len(cards_of(settled.wallet.ask_cards(BUILDING, [new_key()]))) == 1
    world.remove(SHOP)
    world.town.office.store.grants.mark_changed("0599", settled.grant.subject)
    assert settled.refresh().status_code == 200
    assert box_of(settled).gone


def test_a_register_that_is_away_ends_nothing(world, monkeypatch):
    settled = settle(world, company())
    world.town.office.store.grants.mark_changed("0599", settled.grant.subject)
    asked = world.transport.handle_request
    answering(world, monkeypatch, 404, b"<html>moved</html>")
    assert settled.refresh().status_code >= 400
    monkeypatch.setattr(world.transport, "handle_request", asked)
    assert settled.refresh().status_code == 200
    assert len(cards_of(settled.wallet.ask_cards(COMPANY, [new_key()]))) == 1


def test_nothing_personal_is_asked_for_under_the_name_of_a_business(world):
    """Nobody's application, no correction of a register of people, no card that people decide on."""
    settled = settle(world, company())
    town = world.town
    access = dataclasses.make_dataclass("Bearer", ["kinds", "municipality", "subject"])(
        (COMPANY,), town.office.municipality("0599"), settled.grant.subject
    )
    for request in (
        {"type": "card", "kind": "urgentie", "fields": {"reason": "x"}},
        {
            "type": "correction",
            "kind": "persoonsgegevens",
            "claims": [{"path": ["given_name"], "claimed": "x"}],
            "explanation": "x",
        },
    ):
        with pytest.raises(WalletFault) as refused:
            my.open_case(town.office, access, town.now, json.dumps(request).encode(), ["a" * 22])
        assert refused.value.code == "application.not_ours"
    issuer_home.with_declared(town, URGENTIE)
    settled.wallet.app = town.app
    settled.wallet.c_nonce()
    answer = settled.wallet.ask_cards("urgentie", [new_key()])
    assert (answer.status_code, answer.json()) == (403, {"error": "insufficient_scope"})


# ---- the command


@pytest.fixture
def run(world, monkeypatch, capsys):
    monkeypatch.setattr(clock, "now", lambda: world.town.now)
    monkeypatch.setattr("issuer.cli.desk.office_of", lambda _session: world.town.office)
    monkeypatch.setenv("REGIE_LANG", "en")
    monkeypatch.setenv("REGIE_CLERK", "anna")

    def command(*args, stdin=""):
        monkeypatch.setattr(sys, "argv", ["regie-issuer", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = 0
        try:
            cli.main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


BOTH = json.dumps({"kvk_number": DONALD, "bag": {"nummeraanduiding": SHOP}})


def test_the_command(world, run, tmp_path):
    file = tmp_path / "entry"
    file.touch(0o600)
    file.write_text(BOTH)
    code, out, err = run("offer", "--entry-file", str(file), "--authorised", "--json")
    assert (code, err) == (0, "")
    made = json.loads(out)
    assert made["kinds"] == [COMPANY, BUILDING]
    assert made["refused"] == []
    wallet = world.town.wallet()
    assert wallet.redeem(made["link"], made["code"]).status_code == 200
    number = confirmation_number(wallet.jkt)
    assert run("decide", made["case"], "--number", number)[0] == 0
    (card,) = cards_of(wallet.ask_cards(COMPANY, [new_key()]))
    assert read(world, card, COMPANY)["representative_authorised"] is True


def test_the_command_tells_what_is_not_on_the_card(run):
    code, out, _err = run("offer", "--entry-file", "-", stdin=BOTH)
    assert code == 0
    assert "Authorised representative (Business registration). Nobody at the desk" in out
    assert "Year of construction (Building (BAG)). The buildings at this address" in out


@pytest.mark.parametrize(
    ("text", "args", "code"),
    [
        ("", (), "desk.entry_file"),
        ("{}", (), "desk.entry_file"),
        ('{"kvk_number": 68750110}', (), "desk.entry_file"),
        ('{"kvk_number": "68750110", "representative": {"name": "x"}}', (), "desk.entry_file"),
        (json.dumps({"kvk_number": "1"}), (), "desk.not_a_kvk_number"),
        (
            json.dumps({"bag": {"nummeraanduiding": SHOP}}),
            ("--authorised",),
            "desk.authority_of_nothing",
        ),
        (json.dumps({"kvk_number": ENDED}), (), "refusal.company_ended"),
    ],
)
def test_files_that_are_refused(world, run, text, args, code):
    before = world.asked()
    status, out, err = run("offer", "--entry-file", "-", "--json", *args, stdin=text)
    assert status != 0
    assert json.loads(out)["error"] == code
    assert DONALD not in err
    assert world.asked() - before == (code == "refusal.company_ended")


def test_a_file_that_others_can_read_or_that_is_not_there(run, tmp_path):
    file = tmp_path / "entry"
    file.write_text(BOTH)
    file.chmod(0o644)
    for path, code in (
        (file, "keys.readable_by_others"),
        (tmp_path / "x", "desk.entry_file_missing"),
    ):
        status, out, _err = run("offer", "--entry-file", str(path), "--json")
        assert status != 0
        assert json.loads(out)["error"] == code


@pytest.mark.parametrize(
    "args",
    [
        ("--entry-file", "-", "--person-file", "-"),
        ("--entry-file", "-", "--from-home"),
        ("--entry-file", "-", "--kinds", COMPANY),
        ("--entry-file", "-", "--relation", "parent", "--seen", "birth_record"),
        ("--person-file", "-", "--authorised"),
        (),
    ],
)
def test_what_does_not_go_together(run, args):
    assert run("offer", *args, stdin=RESIDENT)[0] == 2
