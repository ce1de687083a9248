"""Applying for a permit at the pages: own words, attachments, two cards, one signature."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from support.permit_desk import (
    COMPANY,
    FORM,
    PDF,
    WORDS,
    Applicant,
    at_desk,
    cards,
    permit_home,
    scheme,
    text_of,
)
from support.scheme import TestScheme
from support.verifier_home import VerifierHome

from credential import receipt, transactiondata
from verifier.errors import Refused
from verifier.profiles import Action
from verifier.service.permit import casework, concept
from verifier.store import permits
from verifier.tables import APPLICATIONS as A
from verifier.tables import ATTACHMENTS as B


@pytest.fixture(scope="module")
def made() -> TestScheme:
    return scheme()


@pytest.fixture
def home(tmp_path: Path, made: TestScheme) -> Iterator[VerifierHome]:
    found = permit_home(tmp_path, made)
    yield found
    found.close()


def submitted(home: VerifierHome) -> tuple[str, ...]:
    return tuple(one.number for one in casework.listed(home.open()))


def test_the_profile_asks_no_personal_card(home: VerifierHome) -> None:
    (bound,) = home.open().profiles.values()
    assert bound.profile.action is Action.PERMIT
    assert bound.profile.same_person == ""
    assert {one.id for one in bound.profile.query.credentials} == {concept.KVK, concept.BAG}
    assert home.open().leaf.oin == "00000099000000001000"


# The way that works.


@pytest.mark.spec("Regie domain", "2.6", "the form is filled in and marked as checked")
def test_from_first_page_to_number(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.get()
        assert "burgerservicenummer" in me.page
        await me.fill()
        await me.upload("plattegrond.pdf", PDF)
        assert "plattegrond.pdf" in me.page
        await me.share()
        page = text_of(me.page)
        assert page.count("Al gecontroleerd. Bron:") == 2
        assert "Bron: KVK, gegevens van 1 januari 2026." in page
        assert "Bron: BAG, gegevens van 30 december 2025." in page
        assert COMPANY["name"] in page
        assert "Stadhuisplein 12A, 3012AR Voorbeeldstad" in page
        assert "Niemand heeft die gecontroleerd" in page
        assert WORDS in page
        assert "is hier niet gecontroleerd" in page
        number = await me.submit()
        page = text_of(me.page)
        assert (number,) == submitted(home)
        assert "Ontvangen op 1 januari 2026" in page
        assert "uiterlijk op 26 februari 2026" in page
        assert "Een medewerker neemt haar in behandeling" in page
        await me.get("/mijn-aanvraag")
        assert number in me.page
        await me.get("/klaar")
        assert me.browser.url.endswith("/mijn-aanvraag")

    at_desk(home, work)


@pytest.mark.spec("Regie formats", "13", "the wallet signs this application and its attachments")
def test_what_the_wallet_signs(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.upload("plattegrond.pdf", PDF)
        await me.post("/delen")
        holder = home.holder(me.http, cards(home))
        request = await holder.fetch(me.browser.same_device)
        (text,) = request.payload["transaction_data"]
        item = transactiondata.decode(text)
        assert item.title.nl == "Een terras plaatsen"
        assert [(one.name, one.size) for one in item.attachments] == [("plattegrond.pdf", len(PDF))]
        assert WORDS not in str(request.payload)
        answer = await holder.answer(request)
        stated = receipt.dangerous_read(answer.body["receipt"])
        assert stated.transaction_data_hashes == (transactiondata.digest(text),)
        await me.browser.get(answer.body["redirect_uri"])
        number = await me.submit()
        assert number == item.reference
        found = casework.find(home.open(), number)
        assert found.application.transaction_hash == item.application_hash
        assert concept.hash_of(found.concept) == item.application_hash

    at_desk(home, work)


def test_with_the_wallet_on_another_device(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.post("/delen")
        holder = home.holder(me.http, cards(home))
        request = await holder.fetch(me.browser.other_device)
        answer = await holder.answer(request)
        await me.post("/code", code=answer.body["confirm_code"])
        assert "Controleer en dien in" in me.page
        assert await me.submit() in submitted(home)

    at_desk(home, work)


def test_in_english(home: VerifierHome) -> None:
    async def work() -> None:
        async with home.client() as http:
            me = Applicant(home, http, "en")
            await me.fill()
            await me.share()
            assert "Already checked. Source: KVK" in me.page
            await me.submit()
            assert "We decide by" in me.page

    asyncio.run(work())


# What was signed is what is submitted.


@pytest.mark.spec("Regie formats", "13", "an application that was changed after signing is refused")
def test_changed_between_question_and_yes(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.post("/delen")
        holder = home.holder(me.http, cards(home))
        request = await holder.fetch(me.browser.same_device)
        await me.post("/aanvraag", **(FORM | {"description": "Iets heel anders dan getekend."}))
        answer = await holder.answer(request)
        await me.browser.get(answer.body["redirect_uri"])
        assert me.browser.status == 409
        assert "niet wat u ondertekende" in me.page
        await me.post("/indienen")
        assert me.browser.status == 409
        assert submitted(home) == ()

    at_desk(home, work)


def test_what_is_signed_cannot_be_changed_but_by_signing_again(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.share()
        await me.post("/aanvraag", **FORM)
        assert me.browser.status == 409
        await me.upload("nog-een.pdf", PDF)
        assert me.browser.status == 409
        await me.post("/bijlagen/weg", attachment="x")
        assert me.browser.status == 409
        await me.post("/wijzigen")
        await me.post("/indienen")
        assert me.browser.status == 409
        await me.share()
        assert await me.submit() in submitted(home)

    at_desk(home, work)


@pytest.mark.spec(
    "Regie formats", "13", "an attachment with other bytes than were signed is refused"
)
def test_tampering_with_an_attachment_at_rest(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.upload("plattegrond.pdf", PDF)
        await me.share()
        verifier = home.open()
        with verifier.store.writing() as connection:
            name = connection.execute(select(B.c.id)).scalar_one()
            other = verifier.sealer.seal("JVBERi0xLjcK", f"attachments.body.{name}")
            connection.execute(update(B).values(body_sealed=other))
        await me.post("/indienen")
        assert me.browser.status == 409
        assert submitted(home) == ()

    at_desk(home, work)


def test_tampering_with_the_words_at_rest(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.share()
        verifier = home.open()
        with verifier.store.writing() as connection:
            name = connection.execute(select(A.c.id)).scalar_one()
            form = permits.form(verifier.store, verifier.sealer, name).members()
            other = verifier.sealer.seal(
                form | {"start": "2026-05-01"}, f"applications.fields.{name}"
            )
            connection.execute(update(A).values(fields_sealed=other))
        await me.post("/indienen")
        assert me.browser.status == 409
        assert submitted(home) == ()

    at_desk(home, work)


def test_tampering_after_submitting_shows_when_it_is_opened(home: VerifierHome) -> None:
    _, number = at_desk(home, lambda me: me.apply())
    verifier = home.open()
    kept, data = casework.attachment(verifier, number, 1)
    assert (kept.name, data) == ("plattegrond.pdf", PDF)
    with verifier.store.writing() as connection:
        name = connection.execute(select(B.c.id)).scalar_one()
        other = verifier.sealer.seal("JVBERi0xLjcK", f"attachments.body.{name}")
        connection.execute(update(B).values(body_sealed=other))
    with pytest.raises(Refused, match=r"permit\.changed"):
        casework.attachment(verifier, number, 1)


def test_nothing_without_a_signature(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.post("/indienen")
        assert me.browser.status == 409
        await me.get("/mijn-aanvraag")
        assert me.browser.status == 404
        assert submitted(home) == ()

    at_desk(home, work)


# Who may act for the company.


@pytest.mark.spec("Regie domain", "2.6", "who may act for the company is checked")
@pytest.mark.parametrize("authorised", [False, None])
def test_not_authorised(home: VerifierHome, authorised: bool | None) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.share(cards(home, representative_authorised=authorised))
        page = text_of(me.page)
        assert "niet dat u voor dit bedrijf mag tekenen" in page
        assert "Ga met uw identiteitsbewijs naar de balie" in page
        assert "inschrijven" not in page
        await me.post("/indienen")
        assert submitted(home) == ()

    at_desk(home, work)


def test_a_company_without_main_activity_or_establishment(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.share(cards(home, main_activity=None, establishment_number=None))
        assert "Op uw kaartje staat geen vestiging" in me.page
        assert await me.submit() in submitted(home)

    at_desk(home, work)


def test_an_establishment_where_that_is_demanded(tmp_path: Path, made: TestScheme) -> None:
    home = permit_home(tmp_path, made, "[permit]\nrequire_establishment = true\n")

    async def work(me: Applicant) -> None:
        await me.fill()
        await me.share(cards(home, establishment_number=None))
        await me.post("/indienen")
        assert me.browser.status == 409
        assert "moet uw bedrijf een vestiging hebben" in me.page
        assert submitted(home) == ()

    at_desk(home, work)
    home.close()
