"""What the desk does with an application, and what its applicant is told through the wallet."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from support.databases import empty_database
from support.holder_simulator import Answer, Holder
from support.permit_desk import PDF, WORDS, Applicant, at_desk, permit_home, scheme
from support.scheme import VERIFIER, TestScheme
from support.verifier_home import VerifierHome, run

from credential import jose, jwe, rights
from credential.permitcase import Phase
from credential.rights import Right, RightsAnswer
from verifier.cli.main import cli
from verifier.errors import NothingFound, Refused, UsageError
from verifier.permit import Ruling, State
from verifier.service import retention
from verifier.service.permit import casework
from verifier.store import permits
from verifier.store.permitsteps import Words
from verifier.tables import APPLICATIONS as A
from verifier.tables import ATTACHMENTS as B
from verifier.tables import DISCLOSURES as D
from verifier.tables import PROCESSING as P
from verifier.tables import STEPS as S

DAY = 86_400
QUESTION = Words("Hoe breed is de stoep?", "How wide is the pavement?")
REASON = Words("Het terras past op de stoep.", "The terrace fits on the pavement.")


@pytest.fixture(scope="module")
def made() -> TestScheme:
    return scheme()


@pytest.fixture
def home(
    tmp_path: Path, made: TestScheme, request: pytest.FixtureRequest
) -> Iterator[VerifierHome]:
    with empty_database(getattr(request, "param", "sqlite")) as url:
        found = permit_home(tmp_path, made, database=url)
        yield found
        found.close()


def applied(home: VerifierHome) -> tuple[Answer, str]:
    found: tuple[Answer, str] = at_desk(home, lambda me: me.apply())
    return found


def move(home: VerifierHome, number: str, to: State, **members: Any) -> permits.Application:
    return casework.move(home.open(), number, to=to, by="desk", **members)


def ask(home: VerifierHome, answer: Answer, right: Right, **members: Any) -> httpx.Response:
    async def work() -> httpx.Response:
        async with home.client() as http:
            holder = Holder(http, [], home.clock.at)
            question = holder.question(
                right, answer, endpoint=f"{VERIFIER}/rights", oin=home.open().leaf.oin, **members
            )
            sent = await http.post(
                "/rights", content=question, headers={"content-type": "application/jwt"}
            )
            sent.extensions["question"] = question
            return sent

    return run(work())


def told(home: VerifierHome, answer: Answer, right: Right = Right.STATUS) -> RightsAnswer:
    """The signed answer, verified as a wallet does."""
    response = ask(home, answer, right)
    assert response.status_code == 200
    return rights.verify_answer(
        response.text,
        trust=home.scheme.trust,
        oin=home.open().leaf.oin,
        request=response.extensions["question"],
        jkt=jose.thumbprint(answer.rights_key.public_key()),
        now=home.clock.at,
    )


# The steps.


@pytest.mark.spec("Regie domain", "2.6", "the applicant sees every state, up to bekendgemaakt")
def test_every_state_reaches_the_wallet(home: VerifierHome) -> None:
    answer, number = applied(home)
    first = told(home, answer)
    assert first.case is not None
    assert (first.case.number, first.case.phase) == (number, Phase.RECEIVED)
    assert first.case.due is not None
    assert first.retry_after == home.clock.at + 3600
    seen = [first.case.phase]
    for to, members in (
        (State.IN_PROGRESS, {}),
        (State.DECIDED, {"words": REASON, "ruling": Ruling.GRANTED}),
        (State.PUBLISHED, {}),
    ):
        home.clock.at += 3600
        move(home, number, to, **members)
        case = told(home, answer).case
        assert case is not None
        seen.append(case.phase)
    assert [step.phase for step in case.history] == seen
    assert case.due is None
    assert case.reason is not None
    assert case.reason.nl == (
        "U krijgt de vergunning. Het terras past op de stoep. "
        "Bent u het niet eens met dit besluit? Dan kunt u binnen zes weken bezwaar maken."
    )
    assert told(home, answer).retry_after is None


@pytest.mark.spec("Awb", "4:15", "asked to add something, the term stands still until it is there")
def test_a_question_and_its_answer(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        _, number = await me.apply()
        due = casework.find(home.open(), number).application.due
        move(home, number, State.IN_PROGRESS)
        move(home, number, State.INFORMATION_REQUESTED, words=QUESTION)
        await me.get("/mijn-aanvraag")
        assert QUESTION.nl in me.page
        assert "staat de termijn stil" in me.page
        home.clock.at += 3 * DAY - 100
        await me.upload("", b"", "/aanvulling", text=" ")
        assert me.browser.status == 422
        await me.upload("kwaad.exe", b"MZ", "/aanvulling", text="Kijk maar.")
        assert me.browser.status == 422
        assert "Kijk maar." in me.page
        await me.upload("stoep.pdf", PDF, "/aanvulling", text="Vier meter breed.")
        file = casework.find(home.open(), number)
        assert file.application.state is State.IN_PROGRESS
        assert file.application.due == due + 3 * DAY
        assert file.steps[-1].by == "applicant"
        assert [one.later for one in file.concept.attachments] == [False, True]
        assert "Vier meter breed." in me.page
        assert "later toegevoegd" in me.page
        await me.upload("te-laat.pdf", PDF, "/aanvulling", text="Nog iets.")
        assert me.browser.status == 409

    at_desk(home, work)


def test_what_a_wallet_is_told_of_a_question(home: VerifierHome) -> None:
    answer, number = applied(home)
    move(home, number, State.IN_PROGRESS)
    move(home, number, State.INFORMATION_REQUESTED, words=QUESTION)
    case = told(home, answer).case
    assert case is not None
    assert case.reason is not None
    assert (case.reason.nl, case.reason.en) == (QUESTION.nl, QUESTION.en)


@pytest.mark.spec("Awb", "3:46", "a decision has an outcome and a reason")
@pytest.mark.parametrize(
    ("to", "members", "code"),
    [
        (State.DECIDED, {"ruling": Ruling.GRANTED}, "permit.words"),
        (State.DECIDED, {"words": REASON}, "permit.ruling"),
        (State.DECIDED, {"words": Words("", "x"), "ruling": Ruling.REFUSED}, "permit.words"),
        (State.INFORMATION_REQUESTED, {}, "permit.words"),
        (State.PUBLISHED, {}, "permit.move"),
        (State.RECEIVED, {}, "permit.move"),
        (State.CONCEPT, {}, "permit.move"),
        (State.WITHDRAWN, {"ruling": Ruling.REFUSED}, "permit.ruling"),
    ],
)
def test_steps_that_are_refused(home: VerifierHome, to: State, members: dict, code: str) -> None:
    _, number = applied(home)
    move(home, number, State.IN_PROGRESS)
    with pytest.raises(UsageError) as caught:
        move(home, number, to, **members)
    assert caught.value.code == code


def test_of_two_who_move_it_one_does(home: VerifierHome) -> None:
    from verifier.service.permit import steps

    _, number = applied(home)
    before = casework.find(home.open(), number).application
    steps.moved(home.open(), before, State.IN_PROGRESS, by="desk")
    with pytest.raises(Refused, match=r"permit\.moved"):
        steps.moved(home.open(), before, State.WITHDRAWN, by="applicant")


def test_withdrawn_by_the_applicant(home: VerifierHome) -> None:
    async def work(me: Applicant) -> None:
        _, number = await me.apply()
        await me.post("/intrekken")
        assert me.browser.status == 422
        await me.post("/intrekken", sure="yes")
        assert "Ingetrokken" in me.page
        assert casework.find(home.open(), number).application.state is State.WITHDRAWN
        await me.post("/intrekken", sure="yes")
        assert "Intrekken kan niet meer" in me.page

    at_desk(home, work)


def test_a_concept_is_nobodys_but_the_applicants(home: VerifierHome) -> None:
    at_desk(home, lambda me: me.fill())
    with home.open().store.reading() as connection:
        number = connection.execute(select(A.c.number)).scalar_one()
    assert casework.listed(home.open()) == ()
    with pytest.raises(NothingFound):
        casework.find(home.open(), number)
    with pytest.raises(NothingFound):
        move(home, number, State.IN_PROGRESS)


def test_the_list_goes_on_where_it_ended(home: VerifierHome) -> None:
    numbers = []
    for _ in range(5):
        numbers.append(applied(home)[1])
        home.clock.at += 10
    newest = numbers[::-1]
    verifier = home.open()
    first = [one.number for one in casework.listed(verifier, limit=2)]
    rest = [one.number for one in casework.listed(verifier, after=first[-1])]
    assert first + rest == newest
    move(home, numbers[0], State.IN_PROGRESS)
    found = casework.listed(verifier, state=State.IN_PROGRESS)
    assert [one.number for one in found] == [numbers[0]]


# The accounts of the organisation.


@pytest.mark.spec("Regie formats", "3", "the term begins with the decision; then everything goes")
def test_kept_until_five_years_after_the_decision(home: VerifierHome) -> None:
    answer, number = applied(home)
    verifier = home.open()
    home.clock.at += 60 * DAY
    retention.purge(verifier.config, verifier.store, home.clock.at)
    assert casework.find(verifier, number).concept.checked
    move(home, number, State.IN_PROGRESS)
    move(home, number, State.DECIDED, words=REASON, ruling=Ruling.REFUSED)
    until = casework.find(verifier, number).application.delete_by
    assert until is not None
    assert 5 * 365 * DAY < until - home.clock.at < 5 * 367 * DAY
    retention.purge(verifier.config, verifier.store, until - 1)
    assert casework.find(verifier, number).concept.checked
    retention.purge(verifier.config, verifier.store, until + 1)
    with verifier.store.reading() as connection:
        for table in (A, B, S):
            assert connection.execute(select(table)).all() == []
        assert connection.execute(select(D.c.values_sealed)).scalars().all() == [None]
    home.clock.at = until + 1
    held = home.database_bytes()
    for secret in (number, WORDS):
        assert secret.encode() not in held
    assert answer.status == 200


@pytest.mark.spec("AVG", "17(3)", "an application under way is not erased without a person looking")
def test_erasure_is_a_case_for_a_person(home: VerifierHome) -> None:
    answer, number = applied(home)
    asked = told(home, answer, Right.ERASURE)
    assert asked.state is rights.State.IN_PROGRESS
    assert casework.find(home.open(), number).concept.checked
    again = told(home, answer)
    assert again.right is Right.ERASURE
    assert again.case is not None


@pytest.mark.spec("AVG", "18", "what somebody asked to leave alone is kept, and not read")
def test_restricted(home: VerifierHome) -> None:
    _, number = applied(home)
    verifier = home.open()
    with verifier.store.writing() as connection:
        connection.execute(update(D).values(restricted=home.clock.at))
    assert casework.find(verifier, number).concept.checked == ()


@pytest.mark.spec("AVG", "15", "who asks what is held gets the application too")
def test_access_shows_the_application(home: VerifierHome) -> None:
    answer, number = applied(home)
    key = jose.generate_key()
    enc = {**jose.public_jwk(key.public_key()), "kid": "k", "use": "enc", "alg": "ECDH-ES"}
    response = ask(home, answer, Right.ACCESS, enc_jwk=enc)
    plain = jwe.decrypt(
        response.json()["data"], key=key, kid="k", enc_allowed=("A256GCM",), max_bytes=1 << 18
    )
    found = json.loads(plain)["application"]
    assert found["number"] == number
    assert found["form"]["description"] == WORDS
    assert found["attachments"][0]["name"] == "plattegrond.pdf"
    assert found["steps"][0]["by"] == "applicant"


@pytest.mark.spec("LDV", "3", "each step of an application is on record, under its disclosure")
def test_the_processing_log(home: VerifierHome) -> None:
    _, number = applied(home)
    move(home, number, State.IN_PROGRESS)
    with home.open().store.reading() as connection:
        rows = connection.execute(
            select(P).where(P.c.activity == "permit").order_by(P.c.started, P.c.role)
        ).all()
        disclosure = connection.execute(select(A.c.disclosure)).scalar_one()
    assert {"resident", "desk"} <= {row.role for row in rows}
    assert {row.disclosure for row in rows} == {disclosure}


# The commands.


def command(home: VerifierHome, *words: str, code: int = 0) -> list[dict]:
    done = CliRunner().invoke(cli, ["--home", str(home.home), "--lang", "nl", "--json", *words])
    assert done.exit_code == code, done.output
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.fixture
def desk(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> VerifierHome:
    monkeypatch.setattr("verifier.clock.now", lambda: home.clock.at)
    return home


def test_commands_list_show_and_move(desk: VerifierHome, tmp_path: Path) -> None:
    _, number = applied(desk)
    (line,) = command(desk, "applications")
    assert (line["number"], line["state"]) == (number, "received")
    assert WORDS not in str(line)
    (shown,) = command(desk, "application", number)
    assert "form" not in shown
    (shown,) = command(desk, "application", number, "--values")
    assert shown["form"]["description"] == WORDS
    assert shown["checked"]["kvk-inschrijving.kvk_number"] == "68750110"
    (saved,) = command(desk, "application", number, "--save", str(tmp_path / "bijlagen"))
    (file,) = saved["saved"]
    assert Path(file).read_bytes() == PDF
    assert Path(file).stat().st_mode & 0o077 == 0
    said = {lang: tmp_path / f"said.{lang}" for lang in ("nl", "en")}
    said["nl"].write_text(REASON.nl)
    said["en"].write_text(REASON.en)
    words = ["--text-nl-file", str(said["nl"]), "--text-en-file", str(said["en"])]
    command(desk, "application", number, "--state", "in_progress")
    command(desk, "application", number, "--state", "decided", *words, code=2)
    (done,) = command(
        desk, "application", number, "--state", "decided", "--ruling", "partly", *words
    )
    assert [one["state"] for one in done["history"]] == ["received", "in_progress", "decided"]
    assert done["delete_by"] is not None
    assert command(desk, "applications", "--state", "received") == []


def test_commands_that_are_refused(desk: VerifierHome) -> None:
    _, number = applied(desk)
    (fault,) = command(desk, "application", "0000-0000-0000", code=7)
    assert fault["error"] == "permit.none"
    (fault,) = command(desk, "application", number, "--state", "published", code=2)
    assert fault["error"] == "permit.move"
    (fault,) = command(desk, "application", number, "--text-nl-file", "-", code=2)
    assert fault["error"] == "permit.words"
