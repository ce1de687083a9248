"""Dossiers apart again: leaving, erasure of one, what is over, and what is kept of a code."""

import pytest
from support.together import DAY, dossier_of, listed, pair, people, rows
from support.verifier_home import VerifierHome, run

from verifier.service import dossiers, retention
from verifier.store import dossiers as store

# ---- apart again


def test_leaving_keeps_both_registrations_and_times(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram") as (anna, bram):
            await pair(home, anna, bram)
            before = {name: one.registration for name, one in listed(home).items()}
            await anna.browser.post("/nl/inschrijven/samen/stoppen")
            assert "U zoekt niet meer samen" in anna.page
            for name, one in listed(home).items():
                assert (one.registration.number, one.registration.since) == (
                    before[name].number,
                    before[name].since,
                )
                assert one.registration.dossier is None
            await bram.browser.get("/nl/mede-aanvrager/klaar")
            assert "Nodig iemand uit" in bram.page

    run(work())
    assert rows(home) == 0


@pytest.mark.spec("Regie formats", "4", "erasure of one never touches a co-applicant")
@pytest.mark.parametrize(("gone", "stays"), [("Anna", "Bram"), ("Bram", "Anna")])
def test_an_erasure_never_touches_the_other(home: VerifierHome, gone: str, stays: str) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram") as (anna, bram):
            await pair(home, anna, bram)
            one = {"Anna": anna, "Bram": bram}[gone]
            before = listed(home)[stays]
            await one.browser.start("rechten")
            await one.share("rechten")
            await one.browser.post("/nl/rechten/wissen", sure="yes")
            assert "Uw inschrijving is gewist" in one.page
            after = listed(home)
            assert set(after) == {stays}
            assert after[stays].values == before.values
            assert after[stays].contact == before.contact
            assert after[stays].registration.since == before.registration.since

    run(work())
    verifier = home.open()
    retention.purge(verifier.config, verifier.store, home.clock.at)
    with verifier.store.writing() as connection:
        store.tidy(connection, home.clock.at)
    assert listed(home)[stays].registration.dossier is None
    assert rows(home) == 0


def test_who_is_ended_by_the_organisation_leaves_the_dossier(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram") as (anna, bram):
            await pair(home, anna, bram)

    run(work())
    number = listed(home)["Anna"].registration.number
    since = listed(home)["Bram"].registration.since
    verifier = home.open()
    retention.end(verifier.store, number, home.clock.at)
    assert dossier_of(home, "Bram") is None
    assert listed(home)["Bram"].registration.since == since
    assert rows(home) == 0


def test_an_invitation_that_is_over_is_tidied_away(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna") as (anna,):
            await anna.sign_up()
            await anna.invite()

    run(work())
    verifier = home.open()
    with verifier.store.writing() as connection:
        assert store.tidy(connection, home.clock.at) == 0
        assert store.tidy(connection, home.clock.at + 9 * DAY) == 2
        assert store.tidy(connection, home.clock.at + 9 * DAY) == 0
    assert rows(home) == 0
    assert set(listed(home)) == {"Anna"}


# ---- at rest


def test_of_a_code_only_a_keyed_hash_is_kept(home: VerifierHome) -> None:
    async def work() -> str:
        async with people(home, "Anna", "Bram") as (anna, bram):
            await anna.sign_up()
            link = await anna.invite()
            await bram.open(link)
            return link.rsplit("/", 1)[1]

    code = run(work())
    assert len(code) == 32
    assert code.encode() not in home.database_bytes()


def test_a_system_of_ours_invites_by_number(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram") as (anna, _bram):
            await anna.sign_up()
            await anna.invite()

    run(work())
    verifier, found = home.open(), dossier_of(home, "Anna")
    assert found is not None
    made = dossiers.invite_into(verifier, found.number, role="api")
    assert isinstance(made, str)
    assert not isinstance(made, dossiers.Refusal)
    assert store.is_open(verifier.store, made, home.clock.at)
    assert dossiers.invite_into(verifier, "0000-0000-0000", role="api") is dossiers.Refusal.OVER
