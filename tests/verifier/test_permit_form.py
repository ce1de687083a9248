"""The form of an application: its faults, its attachments, whose it is, and what stays of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from support.permit_desk import (
    COMPANY,
    FORM,
    PATH,
    PDF,
    WORDS,
    Applicant,
    at_desk,
    cards,
    permit_home,
    scheme,
)
from support.scheme import VERIFIER, TestScheme
from support.verifier_home import VerifierHome, run

from credential.jose import parse
from verifier.permit import State
from verifier.service import retention
from verifier.service.permit import casework
from verifier.tables import APPLICATIONS as A
from verifier.tables import ATTACHMENTS as B

PHOTO = b"\xff\xd8\xff\xe1\x00\x08Exif\0\0\xff\xdb\x00\x04\0\0\xff\xd9"


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


# The form and its attachments.


def test_faults_are_named_beside_the_field(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.post()
        await me.post("/aanvraag", activity="terras", description="kort", start="2020-01-01")
        assert me.browser.status == 422
        assert 'id="fout-description"' in me.page
        assert 'id="fout-start"' in me.page
        assert 'id="fout-activity"' not in me.page
        assert "kort" in me.page

    at_desk(home, work)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("virus.pdf", b"MZ\x90\x00", "geen PDF, PNG of JPEG"),
        ("plan.svg", b"<svg xmlns='x'/>", "geen PDF, PNG of JPEG"),
        ("groot.pdf", b"%PDF-1.7" + b"0" * 4096, "te groot"),
        ("leeg.pdf", b"", "Kies eerst een bestand"),
    ],
)
def test_attachments_that_are_not_taken(
    tmp_path: Path, made: TestScheme, name: str, data: bytes, said: str
) -> None:
    home = permit_home(tmp_path, made, "[permit]\nattachment_bytes = 4096\n")

    async def work(me: Applicant) -> None:
        await me.fill()
        await me.upload(name, data)
        assert me.browser.status == 422
        assert said in me.page
        assert 'class="cards"' not in me.page

    at_desk(home, work)
    home.close()


def test_no_more_than_may_be(tmp_path: Path, made: TestScheme) -> None:
    home = permit_home(tmp_path, made, "[permit]\nattachments = 1\n")

    async def work(me: Applicant) -> None:
        await me.fill()
        await me.upload("een.pdf", PDF)
        await me.upload("twee.pdf", PDF)
        assert me.browser.status == 422
        assert "twee.pdf" not in me.page
        name = me.browser._link(r'name="attachment" value="([^"]+)"')
        await me.post("/bijlagen/weg", attachment=name)
        await me.upload("twee.pdf", PDF)
        assert me.browser.status == 200

    at_desk(home, work)
    home.close()


@pytest.mark.spec("House rules", "1", "concepts of everybody together have a bound")
def test_nobody_fills_the_disk(tmp_path: Path, made: TestScheme) -> None:
    home = permit_home(tmp_path, made, "[permit]\nconcept_bytes = 1048576\n")
    large = PDF + b"x" * 600_000

    async def work() -> None:
        for visitor in range(2):
            async with home.client() as http:
                me = Applicant(home, http)
                await me.fill()
                await me.upload("groot.pdf", large)
                assert me.browser.status == (422 if visitor else 200)
                assert ("te veel aanvragen open" in me.page) is bool(visitor)

    run(work())
    home.close()


def test_uploads_have_a_rate_of_their_own(tmp_path: Path, made: TestScheme) -> None:
    home = permit_home(tmp_path, made, "[permit]\nuploads_per_minute = 2\n")

    async def work(me: Applicant) -> None:
        await me.fill()
        met = []
        for number in range(3):
            await me.upload(f"{number}.pdf", PDF)
            met.append(me.browser.status)
        assert met == [200, 200, 429]

    at_desk(home, work)
    home.close()


def test_the_person_is_told_of_what_is_in_a_photo(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        assert "waar en wanneer die is gemaakt" in me.page
        await me.upload("gevel.jpg", PHOTO)
        assert "meer gegevens dan u ziet" in me.page

    at_desk(home, work)


@pytest.mark.spec("House rules", "1", "nothing of a file is read from who has no application here")
@pytest.mark.parametrize("place", ["/bijlagen", "/aanvulling"])
def test_a_stranger_uploads_nothing(home: VerifierHome, place: str) -> None:
    read: list[bool] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(True)
        yield b"x" * 1000

    async def work(me: Applicant) -> None:
        await me.post()
        sent = await me.http.post(
            f"/nl/{PATH}{place}",
            content=body(),
            headers={"origin": VERIFIER, "content-type": "multipart/form-data; boundary=x"},
        )
        assert sent.status_code == 404
        assert read == []

    at_desk(home, work)


def test_too_many_bytes_end_before_they_are_read(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.upload("groot.pdf", b"%PDF-1.7" + b"0" * (6 << 20))
        assert me.browser.status == 413

    at_desk(home, work)


# Other browsers, other sites.


def test_forms_of_other_sites_are_refused(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        for place in ("", "/aanvraag", "/delen", "/wijzigen", "/indienen", "/intrekken"):
            sent = await me.http.post(
                f"/nl/{PATH}{place}", headers={"origin": "https://elders.example"}
            )
            assert sent.status_code == 403, place

    at_desk(home, work)


@pytest.mark.spec("Regie formats", "5", "another browser gets neither the words nor the cards")
def test_only_the_browser_where_it_was_filled_in(home: VerifierHome) -> None:
    async def work() -> None:
        async with home.client() as first, home.client() as second:
            me, other = Applicant(home, first), Applicant(home, second)
            await me.fill()
            await me.post("/delen")
            holder = home.holder(first, cards(home))
            request = await holder.fetch(me.browser.other_device)
            answer = await holder.answer(request)
            for somebody in (
                other,
                await Applicant(home, second).fill(description="Een ander ding."),
            ):
                await somebody.browser.get(answer.body["redirect_uri"])
                assert somebody.browser.status == 403
                assert "ander venster" in somebody.page
                assert WORDS not in somebody.page
                assert COMPANY["name"] not in somebody.page
            # It was not used up: where it belongs it can still be typed.
            await me.post("/code", code=answer.body["confirm_code"])
            assert await me.submit() in submitted(home)

    asyncio.run(work())


def test_without_a_wallet(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.browser.get("/nl/zonder-wallet")
        assert "U hebt geen wallet nodig" in me.page
        assert "vergunning" in me.page.lower()

    at_desk(home, work)


# Nothing stays that nobody submitted, and nothing is readable.


@pytest.mark.spec("House rules", "8", "what an applicant wrote and sent is sealed at rest")
def test_nothing_readable_at_rest(home: VerifierHome) -> None:
    _, number = at_desk(home, lambda me: me.apply())
    assert number in submitted(home)
    held = home.database_bytes()
    for secret in (WORDS, "geheime terras", "plattegrond", str(COMPANY["name"]), "Stadhuisplein"):
        assert secret.encode() not in held


@pytest.mark.spec("Regie formats", "3", "a concept that nobody submits goes with its attachments")
def test_a_forgotten_concept_is_purged(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.upload("plattegrond.pdf", PDF)

    at_desk(home, work)
    verifier = home.open()
    home.clock.at += 2 * verifier.config.session_seconds + 1
    retention.purge(verifier.config, verifier.store, home.clock.at)
    with verifier.store.reading() as connection:
        assert connection.execute(select(A)).all() == []
        assert connection.execute(select(B)).all() == []


def test_one_concept_for_one_browser(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        await me.post("/aanvraag", **(FORM | {"activity": "reclame"}))

    at_desk(home, work)
    with home.open().store.reading() as connection:
        rows = connection.execute(select(A)).all()
    assert [(row.state, row.version) for row in rows] == [(State.CONCEPT.value, 2)]


def test_no_address_names_anybody(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        await me.fill()
        answer = await me.share()
        payload = parse(answer.request.token, typ="oauth-authz-req+jwt").dangerous_payload()
        assert VERIFIER in str(payload["response_uri"])
        assert WORDS.split()[1] not in me.browser.url

    at_desk(home, work)
