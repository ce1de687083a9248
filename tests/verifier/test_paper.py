"""Paper extracts at the corporation: the profile decides, and an employee still has to look."""

import io
import json
import shutil
from pathlib import Path

import pytest
import qrcode
from click.testing import CliRunner
from support.verifier_home import DEFAULTS, make_home

from credential import paper as extracts
from credential.names import vct_of
from credential.paper import Part
from credential.statuslist import StatusReference
from verifier import config, profiles
from verifier.cli.main import cli
from verifier.errors import NotReady, NotTrusted
from verifier.service import paper, verifier

NAME = "inschrijven-papier"
PEOPLE = {
    "persoonsgegevens": {
        "given_name": "Anna",
        "family_name": "Papier",
        "age_over_18": True,
        "birthdate": "1990-01-01",
        "housing_pseudonym": "p" * 43,
    },
    "verblijfsrecht": {"housing_residence_right": True, "housing_pseudonym": "p" * 43},
}


@pytest.fixture
def home(tmp_path):
    made = make_home(tmp_path)
    shutil.copyfile(DEFAULTS / f"{NAME}.toml", config.load(made.home).profiles / f"{NAME}.toml")
    yield made
    made.close()


def bound_of(home):
    settings = config.load(home.home)
    chain, _ = verifier.credentials(settings)
    scheme = verifier.SchemeFolder(settings.scheme_folder, settings.fingerprint)
    found = verifier.bound_profiles(settings, chain, scheme, home.clock.at)
    return found, scheme


def extract(home, people=PEOPLE, *, now=None, revoked=False, prefix=None):
    issuer = home.scheme.issuer()
    bound, _ = bound_of(home)
    purpose = paper.purpose_of(paper.profile_of(bound, NAME).registration)
    uri = (prefix or issuer.status_prefix) + "1"
    parts = [
        Part(vct_of(kind), claims, StatusReference(uri, 100 + n))
        for n, (kind, claims) in enumerate(people.items())
    ]
    home.publish(home.maker.status_list(revoked=(100,) if revoked else ()))
    home.sync()
    return extracts.make(
        purpose,
        parts,
        identifier="i" * 22,
        now=home.clock.at if now is None else now,
        signer=issuer.card.signer,
        x5c=issuer.card.x5c,
    )


def judge(home, text):
    bound, scheme = bound_of(home)
    return paper.judge(text, paper.profile_of(bound, NAME), scheme, home.clock.at)


@pytest.mark.spec("Regie formats", "11", "an extract is held against the profile, offline")
def test_a_good_extract(home):
    found = judge(home, extract(home))
    assert (found.verdict, found.rule) == ("accepted", "")
    assert found.values == {
        "persoonsgegevens": {"given_name": "Anna", "family_name": "Papier", "age_over_18": True},
        "verblijfsrecht": {"housing_residence_right": True},
    }, "what the profile does not ask is not shown, nor is the recognition code"
    states = {result.check.code: result.found.value for result in found.results}
    assert [states[name] for name in ("binding", "rights_key", "holder")] == ["not_done"] * 3
    assert "Anna" not in repr(found)


@pytest.mark.spec("Regie formats", "11", "an extract meets the conditions of the profile, or not")
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda people: people["persoonsgegevens"].update(age_over_18=False), "policy.age"),
        (
            lambda people: people["verblijfsrecht"].update(housing_pseudonym="q" * 43),
            "person.unequal",
        ),
        (lambda people: people["verblijfsrecht"].pop("housing_pseudonym"), "dcql.claims"),
        (lambda people: people.pop("verblijfsrecht"), "dcql.unsatisfied"),
    ],
)
def test_what_does_not_count(home, change, rule):
    people = json.loads(json.dumps(PEOPLE))
    change(people)
    found = judge(home, extract(home, people))
    assert (found.verdict, found.rule) == ("refused", rule)


@pytest.mark.spec("Regie formats", "11", "an extract that was taken back is refused")
def test_taken_back(home):
    found = judge(home, extract(home, revoked=True))
    assert (found.verdict, found.rule) == ("refused", "status.revoked")


@pytest.mark.spec("Regie formats", "7", "without its status list an extract cannot be judged")
def test_no_list(home):
    text = extract(home)
    home.clock.at += 80 * 3600
    home.scheme.publish(home.clock.at)
    home.publish()
    home.sync()
    found = judge(home, text)
    assert (found.verdict, found.rule) == ("undetermined", "status.stale")
    home.scheme.publish(home.clock.at - 80 * 3600)


@pytest.mark.spec("Regie formats", "11", "only a profile that says so takes paper, and no wallet")
def test_the_profile_decides(home):
    bound, _ = bound_of(home)
    with pytest.raises(NotReady, match=r"profile\.no_paper"):
        paper.profile_of(bound, "inschrijven")
    with pytest.raises(NotReady, match=r"profile\.unknown"):
        paper.profile_of(bound, "nergens")
    opened = home.open()
    assert NAME not in opened.profiles
    with pytest.raises(NotReady, match=r"profile\.unknown"):
        opened.profile(NAME)
    raw = (DEFAULTS / f"{NAME}.toml").read_text().replace('"none"', '"soms"')
    file = Path(home.folder) / "x.toml"
    file.write_text(raw)
    with pytest.raises(NotReady, match=r"profile\.value"):
        profiles.read(file)


@pytest.mark.spec("Regie formats", "11", "the QR code is read from a picture")
def test_from_a_picture(home):
    text = extract(home)
    picture = io.BytesIO()
    qrcode.make(text, error_correction=qrcode.constants.ERROR_CORRECT_L).save(picture, "PNG")
    assert paper.text_of(picture.getvalue()) == text
    for wrong, code in ((b"\x89PNG rest", "paper.image"), (b"\xff\xfe", "paper.form")):
        with pytest.raises(NotTrusted, match=code):
            paper.text_of(wrong)
    empty = io.BytesIO()
    qrcode.make("x").get_image().crop((0, 0, 30, 30)).save(empty, "PNG")
    with pytest.raises(NotTrusted, match=r"paper\.image"):
        paper.text_of(empty.getvalue())


@pytest.mark.spec("House rules", "8", "the command shows values only when asked")
def test_the_command(home, monkeypatch):
    file = home.folder / "uittreksel.txt"
    file.write_text(extract(home) + "\n")
    monkeypatch.setattr("verifier.clock.now", lambda: home.clock.at)

    def run(*words):
        return CliRunner().invoke(cli, ["--home", str(home.home), "check", str(file), *words])

    plain = run("--profile", NAME, "--lang", "nl")
    assert plain.exit_code == 0, plain.output
    assert "identiteitsbewijs" in plain.output
    assert "Papier" not in plain.output
    found = json.loads(run("--profile", NAME, "--values", "--json").output)
    assert (found["verdict"], found["key_binding"]) == ("accepted", False)
    assert found["values"]["persoonsgegevens"]["family_name"] == "Papier"
    file.write_text("REGIE1:NIETS.")
    refused = run("--profile", NAME, "--json")
    assert (refused.exit_code, json.loads(refused.output)["verdict"]) == (5, "refused")
    assert run("--profile", "inschrijven").exit_code == 4
