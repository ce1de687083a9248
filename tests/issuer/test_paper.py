"""Paper extracts at the municipality: what one organisation may ask for one purpose, and no more."""

import shutil
import stat

import pytest
from support import issuer_home
from support import scheme as schemes

from credential import paper as extracts
from credential import registration, statuslist
from credential.errors import NotAllowed, NotTrusted
from credential.names import vct_of
from credential.paper import Purpose
from issuer.errors import DeskFault
from issuer.scheme import SchemeFolder
from issuer.service import paper, statuslists
from issuer.service.lookup import look_up
from issuer.sources import Occasion
from issuer.web.extract import page

OIN = "00000099000000003000"
SIGN_UP = f"{OIN}/inschrijven"


@pytest.fixture
def town(tmp_path):
    made = issuer_home.make(tmp_path)
    folder = tmp_path / "scheme"
    made.scheme.write(folder / "1")
    scheme = SchemeFolder(folder, made.scheme.fingerprint)
    scheme.put_in_force("1")
    object.__setattr__(made.office, "scheme", scheme)
    yield made
    made.office.close()


def make(town, use=SIGN_UP, bsn=issuer_home.RESIDENT):
    asker = paper.find(paper.askers(town.office, town.now), use)
    municipality = town.office.municipality("0599")
    found = look_up(
        town.office,
        bsn,
        paper.kinds_of(asker, municipality),
        occasion=Occasion(official="anna", purpose=paper.PURPOSE, municipality=None),
        now=town.now,
        municipality=municipality,
    )
    return paper.make(town.office, municipality, found.box, asker, clerk="anna", now=town.now)


def read(town, made):
    asker = made.asker
    purpose = Purpose(asker.oin, asker.service_id, asker.intended_use_id)
    return extracts.verify(made.text, town.scheme.trust, purpose, now=town.now)


@pytest.mark.spec("Regie formats", "11", "an extract states what is registered for its purpose")
def test_no_more_than_the_organisation_may_ask(town):
    made = make(town)
    found = read(town, made)
    stated = {part.vct: set(part.claims) for part in found.parts}
    assert stated == {
        vct_of("persoonsgegevens"): {
            "given_name",
            "family_name",
            "age_over_18",
            "housing_pseudonym",
        },
        vct_of("verblijfsrecht"): {"housing_residence_right", "housing_pseudonym"},
    }
    assert issuer_home.RESIDENT not in made.text
    assert found.parts[0].claims["age_over_18"] is True


@pytest.mark.spec("Regie formats", "11", "an extract is on record and can be taken back")
def test_it_is_accounted_for_and_revoked(town):
    made = make(town)
    found = read(town, made)
    municipality = town.office.municipality("0599")
    actions = town.office.store.audit.actions_of("0599", subject_of(town), most=9)
    assert [one.action for one in actions] == ["paper"]
    statuslists.revoke(
        town.office,
        municipality,
        issuer_home.RESIDENT,
        frozenset({"verblijfsrecht"}),
        now=town.now,
        at_once=True,
        reason="request",
    )
    statuslists.publish(town.office, town.now)
    states = {}
    for part in found.parts:
        number = int(part.status.uri.rsplit("/", 1)[1])
        token = statuslists.token(town.office, "0599", number)
        opened = statuslist.open_token(
            token, uri=part.status.uri, issuer=found.issuer, trust=town.scheme.trust, now=town.now
        )
        states[part.vct] = opened.get(part.status.idx)
    assert states == {vct_of("persoonsgegevens"): 0, vct_of("verblijfsrecht"): 1}


def subject_of(town):
    from issuer.accounting import subject

    one = town.office.municipality("0599")
    return subject(one.subject_key, one.code, issuer_home.RESIDENT)


@pytest.mark.spec("Regie formats", "11", "paper is made for a purpose the scheme knows")
def test_only_purposes_of_the_scheme(town):
    known = {f"{one.oin}/{one.intended_use_id}" for one in paper.askers(town.office, town.now)}
    assert SIGN_UP in known
    assert not any(one.startswith("00000099000000001000") for one in known), "issuers ask nothing"
    for wrong in ("niets", f"{OIN}/niets", "inschrijven"):
        # Two organisations sign people up: the use alone does not say which is meant.
        with pytest.raises(DeskFault, match=r"paper\.asker"):
            make(town, wrong)


@pytest.mark.spec(
    "Regie trust", "2.6", "a published registration counts only as the registrar made it"
)
def test_a_registration_that_was_changed_is_not_listed(town):
    compact = town.scheme.tree[f"registration/{OIN}/inschrijven.jwt"].decode()
    found = registration.verify_published(compact, town.scheme.trust, now=town.now)
    assert (found.oin, found.intended_use_id) == (OIN, "inschrijven")
    with pytest.raises(NotTrusted):
        registration.verify_published(compact[:-4] + "AAAA", town.scheme.trust, now=town.now)
    issuing = town.scheme.tree["registration/00000099000000001000/issuing.jwt"].decode()
    with pytest.raises(NotAllowed):
        registration.verify_published(issuing, town.scheme.trust, now=town.now)


@pytest.mark.spec("House rules", "10", "the page says for whom, for how long and what to bring")
def test_the_page(town):
    made = make(town)
    for language, words in (
        (
            "nl",
            ("identiteitsbewijs", "alleen voor Woonstichting Voorbeeldwonen", "30-01-2026"),
        ),
        ("en", ("identity document", "alone", "Personal data")),
    ):
        html = page(made, "Gemeente Voorbeeldstad", language)
        assert all(one in html for one in words), language
        assert "http://" not in html.replace("http://www.w3.org", "")
        assert "https://" not in html
        assert made.parts[0][1]["housing_pseudonym"] not in html


def test_the_file_is_for_its_owner_alone(town, tmp_path, monkeypatch):
    from click.testing import CliRunner

    from issuer.cli import group
    from issuer.cli import paper as command

    monkeypatch.setattr(command, "office_of", lambda _session: town.office)
    monkeypatch.setattr("issuer.clock.now", lambda: town.now)
    person = tmp_path / "person"
    person.touch(0o600)
    person.write_text(issuer_home.RESIDENT)
    out = tmp_path / "uit.html"
    words = ["paper", "--person-file", str(person), "--profile", SIGN_UP, "--out", str(out)]
    done = CliRunner().invoke(group, [*words, "--json"])
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "<svg" in out.read_text()
    listed = CliRunner().invoke(group, ["paper", "--list"])
    assert SIGN_UP in listed.output
    shutil.rmtree(tmp_path / "scheme")


def test_schemes_are_needed(town):
    assert schemes.VOORBEELDWONEN in town.scheme.parties


@pytest.mark.spec("Regie formats", "11", "the desk makes an extract of what the clerk looked at")
def test_at_the_desk(town):
    from support.clerk_desk import ClerkDesk

    desk = ClerkDesk(town)
    browser = desk.logged_in("desk")
    browser.search(issuer_home.RESIDENT)
    browser.preview()
    assert "Of op papier" in browser.text
    hidden = browser.hidden("/desk/uittreksel")
    answer = browser.send(
        "POST", "/desk/uittreksel", data={**hidden, "profile": SIGN_UP}, follow=False
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "Uittreksel voor Woonstichting Voorbeeldwonen" in answer.text
    assert len(desk.actions("paper")) == 1
    for data in ({**hidden, "profile": "niets"}, {**hidden, "stamp": "x", "profile": SIGN_UP}):
        wrong = browser.send("POST", "/desk/uittreksel", data=data, follow=False)
        assert wrong.status_code >= 400
    assert len(desk.actions("paper")) == 1


def test_a_clerk_who_decides_makes_no_paper(town):
    from support.clerk_desk import ClerkDesk

    browser = ClerkDesk(town).logged_in("decision")
    browser.search(issuer_home.RESIDENT)
    answer = browser.post("/desk/uittreksel", {"profile": SIGN_UP})
    assert answer.status_code == 403
