"""Profiles: bounded by the registration, consistent in themselves, each with its own end."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.holder_simulator import PERSON
from support.scheme import VERIFIER, VOORBEELDWONEN, build
from support.verifier_home import DEFAULTS, Browser, VerifierHome, make_home, run

from verifier import profiles
from verifier.errors import NotReady
from verifier.store import register


def raw(name: str = "inschrijven") -> dict[str, Any]:
    return tomllib.loads((DEFAULTS / f"{name}.toml").read_text("utf-8"))


@pytest.mark.spec("Regie trust", "2.8", "a profile that asks more than registered does not start")
@pytest.mark.parametrize("claim", ["birthdate", "place_of_birth"])
def test_over_asking_is_refused_at_start(home: VerifierHome, claim: str) -> None:
    home.close()
    file = home.home / "profiles" / "inschrijven.toml"
    text = file.read_text("utf-8")
    more = '  { id = "person", path = ["housing_pseudonym"] },\n'
    file.write_text(text.replace(more, more + f'  {{ id = "x", path = ["{claim}"] }},\n', 1))
    with pytest.raises(NotReady, match=rf"profile\.over_asked .*path={claim}"):
        home.open()


def test_another_kind_is_refused_at_start(home: VerifierHome) -> None:
    home.close()
    file = home.home / "profiles" / "rechten.toml"
    file.write_text(
        file.read_text("utf-8").replace("kaart/persoonsgegevens/1", "kaart/woonadres/1")
    )
    with pytest.raises(NotReady, match=r"profile\.over_asked"):
        home.open()


@pytest.mark.spec(
    "Regie formats", "4", "endpoint: the registration names the endpoint that is served"
)
def test_rights_endpoint_elsewhere(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    settings = home.home / "verifier.toml"
    settings.write_text(settings.read_text().replace(VERIFIER, "https://localhost:9999"))
    with pytest.raises(NotReady, match=r"registration\.rights_endpoint"):
        home.open()


def test_registration_revoked(tmp_path: Path) -> None:
    scheme = build()
    home = make_home(tmp_path, build_scheme=scheme)
    found = scheme.verifier(VOORBEELDWONEN).registrations["inschrijven"]
    assert found
    (home.home / "certificates" / "registration" / "inschrijven.jwt").unlink()
    with pytest.raises(NotReady, match=r"registration\.missing"):
        home.open()


Change = Callable[[dict[str, Any]], object]
WRONG: dict[str, Change] = {
    "no_dcql": lambda p: p.pop("dcql"),
    "no_title": lambda p: p.pop("title"),
    "unbound": lambda p: p["dcql"]["credentials"][0].update(
        require_cryptographic_holder_binding=False
    ),
    "multiple": lambda p: p["dcql"]["credentials"][0].update(multiple=True),
    "keeps_unasked": lambda p: p["keep"].append({"query": "persoonsgegevens", "path": ["bsn"]}),
    "rule_on_unasked": lambda p: p["rules"][0].update(path=["aow_age_reached"]),
    "pseudonym_from_one_card": lambda p: p["dcql"]["credentials"][1]["claims"].pop(),
    "no_same_person": lambda p: p.pop("same_person"),
    "endless_status": lambda p: p.update(status_max_age_hours=200),
    "unknown_action": lambda p: p.update(action="sell"),
    "path_with_slash": lambda p: p.update(path="a/b"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_inconsistent_profiles(fault: str) -> None:
    changed = raw()
    WRONG[fault](changed)
    with pytest.raises(NotReady, match=r"profile\.value"):
        profiles.parse(changed, "inschrijven")


def test_defaults_are_sound() -> None:
    for name in ("inschrijven", "profiel-aanvullen", "rechten"):
        assert profiles.parse(raw(name), name).id == name


def test_sign_up_asks_no_more_than_it_says() -> None:
    """domain.md 2.7: not the birth date, address, BSN or income."""
    asked = {
        part
        for query in profiles.parse(raw(), "inschrijven").query.credentials
        for claim in query.claims or ()
        for part in claim.path
    }
    assert asked == {
        "given_name",
        "family_name",
        "age_over_18",
        "housing_residence_right",
        "housing_pseudonym",
    }


def visit(home: VerifierHome, profile: str, kinds: tuple[str, ...]) -> str:
    """One visit to the end; returns the last page."""

    async def work() -> str:
        async with home.client() as http:
            browser = await Browser(http).start(profile)
            holder = home.holder(http, home.cards(kinds))
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            if browser.url.endswith("/gegevens"):
                await browser.post(f"/nl/{profile}/gegevens", email="z@voorbeeld.nl")
            return browser.page

    return run(work())


def test_supplement_needs_a_registration(home: VerifierHome) -> None:
    page = visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    assert "U bent hier nog niet ingeschreven" in page
    visit(home, "inschrijven", ("persoonsgegevens", "verblijfsrecht"))
    page = visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    assert "Uw profiel is aangevuld" in page
    page = visit(home, "profiel-aanvullen", ("huishouden",))
    assert "Uw profiel is aangevuld" in page
    verifier = home.open()
    kept = [row for row in register.visits(verifier.store) if row.profile == "profiel-aanvullen"]
    assert len(kept) == 3
    with verifier.store.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT delete_by FROM disclosures WHERE profile='profiel-aanvullen'"
        ).all()
    assert sum(row[0] is not None for row in rows) == 2  # of the first visit nothing was kept


def test_rights_profile_recognises_the_person(home: VerifierHome) -> None:
    assert "Wij hebben niets gevonden" in visit(home, "rechten", ("persoonsgegevens",))
    visit(home, "inschrijven", ("persoonsgegevens", "verblijfsrecht"))
    page = visit(home, "rechten", ("persoonsgegevens",))
    assert "1 januari 2026" in page


def test_lost_rights_key_erases_at_the_page(home: VerifierHome) -> None:
    """Regie formats 4: who lost the key proves to be the same person with the pseudonym alone."""
    visit(home, "inschrijven", ("persoonsgegevens", "verblijfsrecht"))

    async def work() -> None:
        async with home.client() as http:
            browser = await Browser(http).start("rechten")
            holder = home.holder(http, home.cards(("persoonsgegevens",)))
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/rechten/wissen")
            assert browser.status == 422
            await browser.post("/nl/rechten/wissen", sure="yes")
            assert "Uw inschrijving is gewist" in browser.page
            stranger = Browser(http)
            await stranger.post("/nl/inschrijven/wissen", sure="yes")
            assert stranger.status == 404

    run(work())
    assert register.registrations(home.open().store, None) == []


def test_purge(home: VerifierHome) -> None:
    """Each period ends what it promised to end, and running it twice changes nothing."""
    from verifier.service import retention

    visit(home, "inschrijven", ("persoonsgegevens", "verblijfsrecht"))
    visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    verifier = home.open()

    def purge(days: int) -> tuple[int, int, int]:
        home.clock.at = home.scheme.now + days * 86_400
        done = retention.purge(verifier.config, verifier.store, home.clock.at)
        return done.registrations, done.disclosures, done.receipts

    assert purge(8) == (0, 0, 0)
    assert purge(32) == (0, 0, 2)
    assert purge(367) == (0, 1, 0)
    assert purge(367) == (0, 0, 0)
    (listed,) = register.registrations(verifier.store, verifier.sealer)
    assert listed.values
    number = listed.registration.number
    until = retention.end(verifier.store, number, home.clock.at)
    assert purge(368) == (0, 0, 0)
    assert purge((until - home.scheme.now) // 86_400 + 2) == (1, 1, 0)
    assert register.registrations(verifier.store, None) == []
    assert purge(10_000)[0] == 0
    with verifier.store.reading() as connection:
        left = connection.exec_driver_sql("SELECT count(*) FROM disclosures").scalar_one()
    assert left == 0


def test_other_person_in_rights_profile(home: VerifierHome) -> None:
    visit(home, "inschrijven", ("persoonsgegevens", "verblijfsrecht"))
    stranger = PERSON["persoonsgegevens"] | {"housing_pseudonym": "another"}
    home.maker = replace(home.maker)
    card = home.maker.card("persoonsgegevens", stranger, index=3000)

    async def work() -> str:
        async with home.client() as http:
            browser = await Browser(http).start("rechten")
            holder = home.holder(http, [card])
            answer = await holder.answer(await holder.fetch(browser.same_device))
            return (await browser.get(answer.body["redirect_uri"])).page

    assert "Wij hebben niets gevonden" in run(work())
