"""Reporting to the supervisory authority: who that is, the letter, the evidence, the record."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.rights_world import DAY, MONTH_END, supervised
from support.scheme import GRIJPGRAAG, build
from support.wallet_world import World, world

from credential import base64url, strictjson
from credential.rights import Right
from registrar.parties import Contact
from wallet.caution import Warn
from wallet.errors import NoMatch, Usage, WalletError
from wallet.events import Kind
from wallet.service import drafting, reminders, report
from wallet.service import rights as service
from wallet.service.elsewhere import Channel, Way
from wallet.service.report import Facts
from wallet.texts import Texts

NL, EN = Texts("nl"), Texts("en")


def facts(town: World, activity: str) -> Facts:
    return report.facts(town.wallet, activity, now=town.now)


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.fixture
def greedy(tmp_path: Path) -> Iterator[World]:
    town = world(tmp_path, name=GRIJPGRAAG)
    yield town
    town.wallet.close()


@pytest.mark.spec("ARF 3.0", "RPT_DPA_01", "the authority of the registration certificate")
@pytest.mark.spec("ARF 3.0", "RPT_DPA_02", "from an entry of the log")
def test_who_the_authority_is(town: World) -> None:
    found = facts(town, town.share().id)
    assert found.authority["name"] == "Autoriteit Persoonsgegevens"
    assert found.ways == (
        Way(Channel.WEB, "https://www.autoriteitpersoonsgegevens.nl"),
        Way(Channel.PHONE, "+31880712140"),
    )


def test_also_of_a_request_that_was_declined(town: World) -> None:
    posed = town.receive()
    town.wallet.store.close_request(posed.id, Kind.REQUEST_DECLINED, {}, at=town.now)
    assert facts(town, posed.id).activity.party_name == "Woonstichting Voorbeeldwonen"


def test_nobody_to_report(town: World) -> None:
    [first] = [one for one in town.wallet.store.activities(_all()) if one.type == "trust"][:1]
    with pytest.raises(NoMatch, match=r"report\.nobody"):
        facts(town, first.id)


def _all() -> object:
    from wallet.store import Filter

    return Filter()


def test_what_the_log_itself_shows(greedy: World) -> None:
    activity = greedy.share(accepted=tuple(Warn)).id
    found = facts(greedy, activity)
    assert "warning.over_asking" in found.codes
    made = drafting.report(greedy.wallet, found, NL)
    assert "meer dan zij volgens hun registratie mogen vragen" in made.body


@pytest.mark.spec("TS8", "3.3", "subject and body after the template; the party is named")
@pytest.mark.spec("ARF 3.0", "RPT_DPA_07a", "the subject says what it is about")
@pytest.mark.spec("ARF 3.0", "RPT_DPA_09", "the body identifies the party and what was asked")
@pytest.mark.parametrize("lang", [NL, EN], ids=["nl", "en"])
def test_the_letter(town: World, lang: Texts) -> None:
    found = facts(town, town.share().id)
    made = drafting.report(town.wallet, found, lang, words="Zij belden mij op.")
    assert "Woonstichting Voorbeeldwonen" in made.subject
    for part in ("00000099000000003000", "Zij belden mij op.", "inschrijving", "j" * 22):
        assert part in made.body
    assert "Anna" not in made.body


@pytest.mark.spec("ARF 3.0", "RPT_DPA_04", "machine-readable evidence: TS10 and what was signed")
def test_the_evidence_goes_along(town: World) -> None:
    activity = town.share().id
    service.ask(town.wallet, town.network, activity, Right.ERASURE, now=town.now)
    found = facts(town, activity)
    letter = drafting.report(
        town.wallet, found, NL, files=report.names(town.wallet, activity), words="Mijn woorden"
    )
    packed = files(report.bundle(town.wallet, found, letter, now=town.now))
    assert packed[report.LETTER].decode() == letter.text
    kept = {one.content for one in town.wallet.store.evidence(activity)}
    assert {data for name, data in packed.items() if name.endswith(".jwt")} == kept
    index = strictjson.loads_object(packed[report.INDEX])
    documents = {one["file"]: one for one in index["documents"]}  # type: ignore[union-attr,index,call-overload]
    for name, one in documents.items():
        assert one["sha256"] == base64url.sha256(packed[str(name)])  # type: ignore[index,call-overload]
    receipt = documents["bewijs/receipt-1.jwt"]
    assert receipt["verdict"] == "holds"  # type: ignore[index,call-overload]
    assert receipt["oin"] == "00000099000000003000"  # type: ignore[index,call-overload]
    told = strictjson.loads(packed[report.LOG])
    assert {one["transactionType"] for one in told} == {"Presentation", "DataDeletionRequest"}  # type: ignore[union-attr,index,call-overload]
    for data in packed.values():
        assert b"Anna" not in data
        assert base64url.encode(b"Anna").encode() not in data


def test_the_file_is_for_the_owner_and_never_written_over(town: World, tmp_path: Path) -> None:
    file = tmp_path / "melding.zip"
    report.save(b"1", file)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(Usage, match=r"export\.exists"):
        report.save(b"2", file)
    with pytest.raises(Usage, match=r"file\.unwritable"):
        report.save(b"2", tmp_path / "none" / "melding.zip")


@pytest.mark.spec("ARF 3.0", "RPT_DPA_05", "the report is in the log, with the authority")
@pytest.mark.spec("ARF 3.0", "RPT_DPA_05a", "with the channel and the contact")
def test_it_is_on_record_and_followed(town: World) -> None:
    done = town.share()
    found = facts(town, done.id)
    letter = drafting.report(town.wallet, found, NL, words="Geheime woorden")
    report.begin(town.wallet, found, found.ways[1], letter, now=town.now)
    body = town.body(done.id, Kind.REPORT_MADE)
    assert body["authority"]["name"] == "Autoriteit Persoonsgegevens"
    assert (body["channel"], body["contact"]) == ("phone", "+31880712140")
    assert "Geheime" not in str(body)
    assert b"Geheime" in town.wallet.store.texts(done.id)["report"]
    activity = town.wallet.store.activity(done.id)
    assert activity is not None
    assert activity.outcome == "shared", "reporting does not change what happened"
    assert reminders.due(town.wallet, now=town.now + 80 * DAY) == ()
    [one] = reminders.due(town.wallet, now=town.now + 100 * DAY)
    assert (one.right, one.activity) == (reminders.REPORT, done.id)


def test_no_answer_is_a_fact(town: World) -> None:
    done = town.share()
    town.network.lose = lambda call: call.url.endswith("/rights")
    with pytest.raises(WalletError):
        service.ask(town.wallet, town.network, done.id, Right.ERASURE, now=town.now)
    later = report.facts(town.wallet, done.id, now=town.now + MONTH_END)
    assert "no_answer" in later.codes
    assert "no_answer" not in facts(town, done.id).codes


def test_an_authority_with_a_mail_address(tmp_path: Path) -> None:
    scheme = supervised(build(), Contact(None, "meldingen@toezicht.example", None))
    town = world(tmp_path, scheme=scheme)
    found = facts(town, town.share().id)
    assert found.ways == (Way(Channel.MAIL, "meldingen@toezicht.example"),)
    town.wallet.close()


def test_words_have_an_end() -> None:
    assert report.require_words("x" * report.MAX_WORDS)
    with pytest.raises(Usage, match=r"case\.text_size"):
        report.require_words("x" * (report.MAX_WORDS + 1))
