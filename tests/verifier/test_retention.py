"""Nothing stays longer than was promised: refused visits, unfinished ones, what was added later."""

from support.holder_simulator import PERSON
from support.verifier_home import Browser, VerifierHome, attempt, run

from verifier.service import retention
from verifier.store import erasing, register
from verifier.store.retention import Purged

DAY = 86_400


def purge(home: VerifierHome, days: int) -> Purged:
    """Purge this many days after the scheme began."""
    home.clock.at = home.scheme.now + days * DAY
    return retention.purge(home.open().config, home.open().store, home.clock.at)


def count(home: VerifierHome, where: str) -> int:
    with home.open().store.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {where}").scalar_one())


def visit(home: VerifierHome, profile: str, kinds: tuple[str, ...]) -> None:
    """One visit on the same device, to its end."""

    async def work() -> None:
        async with home.client() as http:
            browser = await Browser(http).start(profile)
            holder = home.holder(http, home.cards(kinds))
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            if browser.url.endswith("/gegevens"):
                await browser.post(f"/nl/{profile}/gegevens", email="z@voorbeeld.nl")
                await browser.post(f"/nl/{profile}/wissen", sure="yes")
                assert browser.status == 404, "only the profile for rights erases at the page"

    run(work())


def test_refused_visit(home: VerifierHome) -> None:
    minor = PERSON["persoonsgegevens"] | {"age_over_18": False}
    attempt(
        home, cards=[home.maker.card("persoonsgegevens", minor), home.maker.card("verblijfsrecht")]
    )
    assert purge(home, 30).disclosures == 0
    assert count(home, "transactions") == 0
    assert purge(home, 32).disclosures == 1
    assert register.visits(home.open().store) == []
    assert (
        count(
            home, "disclosures WHERE CAST(checks AS TEXT) != 'null' OR receipt_sealed IS NOT NULL"
        )
        == 0
    )
    purge(home, 32 + 430)
    assert count(home, "disclosures") == 0


def test_unfinished_visit(home: VerifierHome) -> None:
    attempt(home)
    assert purge(home, 7).registrations == 0
    assert purge(home, 8).registrations == 1
    assert count(home, "disclosures WHERE values_sealed IS NOT NULL") == 0
    assert count(home, "registrations") == 0


def test_what_was_added_goes_with_the_registration(home: VerifierHome) -> None:
    visit(home, "inschrijven", ("persoonsgegevens", "verblijfsrecht"))
    visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    assert count(home, "disclosures WHERE values_sealed IS NOT NULL") == 2
    visit_rights(home)
    assert count(home, "disclosures WHERE values_sealed IS NOT NULL") == 0
    assert count(home, "registrations") == 0


def test_ending_wipes_what_was_kept_for_it(home: VerifierHome) -> None:
    visit(home, "inschrijven", ("persoonsgegevens", "verblijfsrecht"))
    visit(home, "profiel-aanvullen", ("woonadres", "huishouden"))
    store = home.open().store
    (listed,) = register.registrations(store, None)
    with store.writing() as connection:
        erasing.end(connection, home.open().sealer, listed.registration.id)
    assert count(home, "disclosures WHERE values_sealed IS NOT NULL") == 0


def visit_rights(home: VerifierHome) -> None:
    """Erase everything at the page."""

    async def work() -> None:
        async with home.client() as http:
            browser = await Browser(http).start("rechten")
            holder = home.holder(http, home.cards(("persoonsgegevens",)))
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/wissen", sure="yes")
            assert browser.status == 404
            assert count(home, "registrations") == 1
            await browser.post("/nl/rechten/wissen", sure="yes")

    run(work())


def test_ended_registration(home: VerifierHome) -> None:
    """Its person is not recognised any more and may sign up again; its values go on the day."""
    visit(home, "inschrijven", ("persoonsgegevens", "verblijfsrecht"))
    (listed,) = register.registrations(home.open().store, None)
    until = retention.end(home.open().store, listed.registration.number, home.clock.at)
    visit(home, "inschrijven", ("persoonsgegevens", "verblijfsrecht"))
    assert count(home, "registrations") == 2
    assert purge(home, (until - home.scheme.now) // DAY + 1).registrations == 1
    (left,) = register.registrations(home.open().store, None)
    assert left.registration.number != listed.registration.number


def test_address_is_given_once(home: VerifierHome) -> None:
    """Who comes later, in whatever window, does not change how somebody is reached."""
    attempt(home)
    (listed,) = register.registrations(home.open().store, None)
    verifier, at = home.open(), home.clock.at
    number = listed.registration.id
    assert register.confirm(verifier.store, verifier.sealer, number, "z@voorbeeld.nl", at)
    assert not register.confirm(verifier.store, verifier.sealer, number, "x@voorbeeld.nl", at)
    (after,) = register.registrations(verifier.store, verifier.sealer)
    assert after.contact == {"email": "z@voorbeeld.nl"}
