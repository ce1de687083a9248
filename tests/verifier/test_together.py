"""Looking together: two wallets, two registrations, one dossier, and nobody lured into one."""

import asyncio

import httpx
import pytest
from support.holder_simulator import Holder
from support.together import DAY, Person, dossier_of, listed, pair, people, rows
from support.verifier_home import VerifierHome, run

# ---- two people, one dossier


@pytest.mark.spec("Regie domain", "2.7", "two wallets, two presentations, one dossier, own times")
def test_two_people_look_together(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram") as (anna, bram):
            await pair(home, anna, bram)
            assert "U zoekt samen" in bram.page
            assert "2 januari 2026" in bram.page, "their own time"
            assert "1 januari 2026" in bram.page, "and that of the other"
            assert "Anna" not in bram.page, "but not who the other is"
            assert "U zoekt samen" in anna.page
            assert "Bram" not in anna.page

    run(work())
    found = listed(home)
    assert set(found) == {"Anna", "Bram"}
    assert found["Anna"].registration.since + DAY == found["Bram"].registration.since
    assert found["Anna"].registration.number != found["Bram"].registration.number
    assert {one.registration.profile for one in found.values()} == {"inschrijven"}
    anna, bram = dossier_of(home, "Anna"), dossier_of(home, "Bram")
    assert anna is not None
    assert bram is not None
    assert anna.members == bram.members
    assert anna.others != bram.others


def test_who_is_registered_already_keeps_number_and_time(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram") as (anna, bram):
            await bram.sign_up()
            before = listed(home)["Bram"].registration
            home.clock.at += DAY
            await pair(home, anna, bram)
            assert "U zoekt samen" in bram.page
            after = listed(home)["Bram"].registration
            assert (after.number, after.since) == (before.number, before.since)
            assert after.dossier == listed(home)["Anna"].registration.dossier

    run(work())


@pytest.mark.spec("Regie formats", "5", "a session that was lured here joins nobody's dossier")
def test_sharing_alone_joins_nobody(home: VerifierHome) -> None:
    """The yes is asked in the browser that proved to belong to the wallet, and nowhere else."""

    async def work() -> None:
        async with people(home, "Anna", "Bram", "Mallory") as (anna, bram, mallory):
            await anna.sign_up()
            link = await anna.invite()
            await mallory.open(link)
            async with home.client() as wallet:
                holder = Holder(wallet, bram.cards, home.clock.at)
                answer = await holder.answer(await holder.fetch(mallory.browser.other_device))
            # Bram's wallet answered what Mallory's page showed: the result is not Mallory's.
            await mallory.browser.post("/nl/mede-aanvrager/samen")
            assert mallory.browser.status == 404
            await bram.browser.get(answer.body["redirect_uri"])
            await bram.browser.post("/nl/mede-aanvrager/gegevens", email="b@voorbeeld.nl")
            assert "Wilt u samen zoeken?" in bram.page
            assert dossier_of(home, "Bram") is None

    run(work())


# ---- refused, with a sentence


def test_joining_with_the_same_person(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna") as (anna,):
            await anna.sign_up()
            link = await anna.invite()
            await anna.accept(link)
            assert anna.browser.status == 409
            assert "Deze uitnodiging hebt u zelf gemaakt." in anna.page
            # It can still be used by whom it is for.
            await Person(home, anna.http, "Anna").browser.get(httpx.URL(link).path)

    run(work())
    found = dossier_of(home, "Anna")
    assert found is not None
    assert len(found.members) == 1
    assert found.invited_until is not None


@pytest.mark.spec("Regie domain", "2.1", "at most one co-applicant")
def test_a_second_co_applicant(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram", "Carla") as (anna, bram, carla):
            link = await pair(home, anna, bram)
            await anna.invite()
            assert anna.browser.status == 409
            assert "U zoekt al samen met iemand." in anna.page
            await carla.browser.get(httpx.URL(link).path)
            assert carla.browser.status == 404
            assert "al gebruikt, is verlopen" in carla.page
            await carla.open(link)
            assert carla.browser.status == 404

    run(work())
    assert set(listed(home)) == {"Anna", "Bram"}


def test_a_code_works_once_also_for_who_opened_it_in_time(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram", "Carla") as (anna, bram, carla):
            await anna.sign_up()
            link = await anna.invite()
            await carla.open(link)
            await bram.accept(link)
            await carla.share("mede-aanvrager")
            assert "U bent ingeschreven" in carla.page, "a registration of her own, and no more"
            await carla.browser.post("/nl/mede-aanvrager/samen")
            assert carla.browser.status == 404
            assert "Vraag de ander om een nieuwe link" in carla.page
            assert dossier_of(home, "Carla") is None

    run(work())
    found = dossier_of(home, "Anna")
    assert found is not None
    assert len(found.members) == 2


@pytest.mark.parametrize(("days", "status"), [(7, 200), (8, 404)])
def test_an_invitation_is_good_for_seven_days(home: VerifierHome, days: int, status: int) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram") as (anna, bram):
            await anna.sign_up()
            link = await anna.invite()
            assert "8 januari 2026" in anna.page
            home.clock.at += days * DAY
            await bram.browser.get(httpx.URL(link).path)
            assert bram.browser.status == status

    run(work())


def test_a_new_invitation_ends_the_old_one(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram") as (anna, bram):
            await anna.sign_up()
            first = await anna.invite()
            await anna.browser.get("/nl/inschrijven/klaar")
            assert "staat een uitnodiging open" in anna.page
            second = await anna.invite()
            await bram.browser.get(httpx.URL(first).path)
            assert bram.browser.status == 404
            await bram.accept(second)
            assert "U zoekt samen" in bram.page

    run(work())
    assert rows(home) == 1


def test_who_is_with_somebody_else_leaves_first(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram", "Carla") as (anna, bram, carla):
            await pair(home, anna, bram)
            await carla.sign_up()
            link = await carla.invite()
            await bram.accept(link)
            assert bram.browser.status == 409
            assert "Stop daar eerst mee" in bram.page
            assert "Stop met samen zoeken" in bram.page, "and that is a button right here"
            await bram.browser.post("/nl/mede-aanvrager/samen/stoppen")
            assert "U zoekt niet meer samen" in bram.page
            await bram.accept(link)
            assert "U zoekt samen" in bram.page

    run(work())
    assert dossier_of(home, "Anna") is None
    assert rows(home) == 1


def test_without_an_invitation_nothing_starts(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Bram") as (bram,):
            for path in ("/nl/mede-aanvrager", "/nl/samen/x", "/nl/samen/" + "x" * 200):
                await bram.browser.get(path)
                assert bram.browser.status == 404
            await bram.browser.post("/nl/mede-aanvrager")
            assert "Hiervoor hebt u een uitnodiging nodig." in bram.page
            for path in ("inschrijven/samen/uitnodigen", "inschrijven/samen/stoppen"):
                await bram.browser.post(f"/nl/{path}")
                assert bram.browser.status == 404
            await bram.browser.post("/nl/inschrijven/samen")
            assert bram.browser.status == 404

    run(work())


def test_a_form_of_another_site_invites_and_joins_nobody(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna") as (anna,):
            await anna.sign_up()
            evil = {"origin": "https://evil.example"}
            for step in ("uitnodigen", "stoppen"):
                sent = await anna.http.post(f"/nl/inschrijven/samen/{step}", headers=evil)
                assert sent.status_code == 403

    run(work())
    assert rows(home) == 0


def test_an_unfinished_registration_invites_nobody(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna") as (anna,):
            await anna.browser.start("inschrijven")
            async with home.client() as wallet:
                holder = Holder(wallet, anna.cards, home.clock.at)
                answer = await holder.answer(await holder.fetch(anna.browser.same_device))
            await anna.browser.get(answer.body["redirect_uri"])
            await anna.invite()
            assert anna.browser.status == 409
            assert "Rond eerst uw eigen inschrijving af" in anna.page

    run(work())
    assert rows(home) == 0


# ---- at once


@pytest.mark.spec("House rules", "6", "an invitation is spent by one statement")
def test_two_at_the_same_moment_never_make_three(home: VerifierHome) -> None:
    async def work() -> None:
        async with people(home, "Anna", "Bram", "Carla") as (anna, bram, carla):
            await anna.sign_up()
            link = await anna.invite()
            for one in (bram, carla):
                await one.open(link)
                await one.share("mede-aanvrager")
                assert "Wilt u samen zoeken?" in one.page
            await asyncio.gather(
                *(one.browser.post("/nl/mede-aanvrager/samen") for one in (bram, carla))
            )
            assert sorted(one.browser.status for one in (bram, carla)) == [200, 404]

    run(work())
    found = dossier_of(home, "Anna")
    assert found is not None
    assert len(found.members) == 2
