"""Party files: what may stand in them, and what is named when it is wrong."""

import tomllib
from pathlib import Path

import pytest

from credential.names import KINDS
from registrar import config, parties, texts
from registrar.errors import BadInput

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "town" / "scheme").glob("*.toml"))
VALUES = {"issuer": "https://localhost:1", "verifier": "https://localhost:2", "mirror": "x"}


def read(name):
    file = next(one for one in EXAMPLES if one.stem == name)
    return parties.fill(file.read_text("utf-8"), VALUES)


def refusal(text):
    with pytest.raises(BadInput) as caught:
        parties.parse(text, "x.toml")
    return caught.value


def faults(text):
    return parties.read(("x.toml", text.encode())).findings


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_is_read(file):
    party = parties.parse(parties.fill(file.read_text("utf-8"), VALUES), file.name)
    assert party.id == file.stem
    assert party.oin.startswith("00000099")
    assert party.authority.name == "Autoriteit Persoonsgegevens"


def test_every_municipality_issues_under_its_own_code():
    codes = {"gemeente-voorbeeldstad": "0599", "gemeente-westhove": "0518"}
    for name, code in codes.items():
        issuing = parties.parse(read(name), name).issuing
        assert issuing.municipality_codes == (code,)
        assert f"/{code}/" in issuing.status_prefix


def test_signing_up_asks_no_more_than_it_may():
    party = parties.parse(read("woonstichting-voorbeeldwonen"), "x")
    use = next(one for one in party.services[0].intended_uses if one.id == "inschrijven")
    asked = {(claim.kind, claim.path) for claim in use.claims}
    assert asked == {
        ("persoonsgegevens", ("given_name",)),
        ("persoonsgegevens", ("family_name",)),
        ("persoonsgegevens", ("age_over_18",)),
        ("persoonsgegevens", ("housing_pseudonym",)),
        ("verblijfsrecht", ("housing_residence_right",)),
        ("verblijfsrecht", ("housing_pseudonym",)),
    }


def test_a_path_is_written_with_dots():
    assert parties.path("stays.*.municipality") == ("stays", None, "municipality")
    assert parties.path("stays.0") == ("stays", 0)


@pytest.mark.parametrize(
    ("old", "new", "code", "what"),
    [
        ('oin = "00000099000000003000"', 'oin = "123"', "party.oin", "123"),
        ('"NTRNL-90000001"', '"90000001"', "party.identifier", "90000001"),
        ('id = "woonstichting-voorbeeldwonen"', 'id = "../x"', "party.id", "../x"),
        ('hosts = ["localhost"]', 'hosts = ["https://x"]', "party.hosts", "https://x"),
        ('hosts = ["localhost"]', "hosts = []", "party.hosts", "service.hosts"),
        ('hosts = ["localhost"]', "", "toml.missing", "service.hosts"),
        ('hosts = ["localhost"]', 'hosts = ["*.example"]', "party.hosts", "*.example"),
        ('starts = "end_of_registration"', 'starts = "ooit"', "party.starts", "ooit"),
        ('duration = "P2Y"', 'duration = "twee jaar"', "party.duration", "twee jaar"),
        ('gdpr = "6.1.b"', 'gdpr = "toestemming"', "party.gdpr", "toestemming"),
        (
            'purpose.en = "Registering you as a home seeker"',
            "",
            "toml.language",
            "intended_use.purpose.en",
        ),
        ('street = "Huurdersweg 12"', "street = 12", "toml.member", "address.street"),
        ('email = "klantcontact@voorbeeldwonen.example"', 'email = ""', "toml.member", "email"),
        ('website = "https://', 'webiste = "https://', "toml.unknown", "webiste"),
        ('category = "inschrijven"', 'category = "In schrijven"', "party.category", "In schrijven"),
    ],
)
def test_what_is_wrong_is_named(old, new, code, what):
    text = read("woonstichting-voorbeeldwonen")
    assert old in text
    changed = text.replace(old, new, 1)
    [found] = [one for one in faults(changed) if one.what == what]
    assert found.code == code
    # The line is the one that was changed, or the table a member is missing from.
    line = text[: text.index(old)].count("\n") + 1
    if code in ("toml.missing", "toml.language"):
        assert found.line <= line
    else:
        assert found.line == line


@pytest.mark.spec("Regie trust", "9.2", "every fault is named, not the first alone")
def test_reading_goes_on_after_a_fault():
    text = read("woonstichting-voorbeeldwonen")
    for old, new in (
        ('oin = "00000099000000003000"', 'oin = "123"'),
        ('duration = "P1Y"', 'duration = "een jaar"'),
        ('gdpr = "6.1.f"', 'gdpr = "6.1"'),
        ('required = ["housing_pseudonym"]', "required = 1"),
    ):
        text = text.replace(old, new, 1)
    found = [(one.code, one.line) for one in faults(text)]
    assert {code for code, _ in found} == {
        "party.oin",
        "party.gdpr",
        "party.duration",
        "toml.member",
    }
    assert {one.file for one in faults(text)} == {"x.toml"}
    lines = text.splitlines()
    for code, line in found:
        wrong = {"party.oin": "123", "party.duration": "een jaar", "party.gdpr": '"6.1"'}
        assert wrong.get(code, "required = 1") in lines[line - 1]


def test_an_authority_without_a_contact_is_none():
    text = read("woonstichting-voorbeeldwonen")
    bare = "\n".join(
        line
        for line in text.splitlines()
        if not line.startswith(("uri =", "phone =")) or "wetten" in line
    )
    assert refusal(bare).code == "party.authority"


def test_other_refusals():
    text = read("woonstichting-voorbeeldwonen")
    unknown = text.replace('kind = "persoonsgegevens"', 'kind = "rijbewijs"', 1)
    assert refusal(unknown).code == "party.kind"
    twice = text.replace('id = "rechten"', 'id = "toewijzing"', 1)
    assert refusal(twice).code == "party.use_repeated"
    assert refusal("geen toml").code == "toml.syntax"
    assert refusal("x = " + "[" * 100_000).code == "toml.syntax"
    assert refusal("# " + "x" * 300_000).code == "toml.large"
    assert refusal(text[: text.index("[[service]]")]).code == "party.nothing"
    prefix = read("gemeente-westhove").replace("/status/", "/status", 1)
    assert refusal(prefix).code == "party.status_prefix"


def test_a_placeholder_without_a_value_is_named():
    with pytest.raises(BadInput) as caught:
        parties.fill("https://{verifier}/x", {})
    assert caught.value.params["name"] == "verifier"
    # TOML's own braces stay.
    assert parties.fill("{ uri = 1 }", {}) == "{ uri = 1 }"


@pytest.mark.parametrize("uri", ["http://register.example", "https://register.example/"])
def test_the_registers_address_is_https(uri):
    with pytest.raises(BadInput) as caught:
        config.parse(config.TEST_SCHEME.replace("{registry}", uri))
    assert caught.value.code == "config.registry_uri"


def test_both_languages_say_the_same_things():
    def keys(table, prefix=""):
        for name, value in table.items():
            yield from (
                keys(value, f"{prefix}{name}.") if isinstance(value, dict) else [prefix + name]
            )

    nl, en = (set(keys(texts.texts(lang))) for lang in texts.LANGUAGES)
    assert nl == en
    for name in nl:
        places = [set(_fields(texts.texts(lang), name)) for lang in texts.LANGUAGES]
        assert places[0] == places[1], name


def _fields(table, name):
    import string

    for part in name.split("."):
        table = table[part]
    return [field for _, field, _, _ in string.Formatter().parse(table) if field]


def test_every_kind_file_is_toml_with_both_languages():
    folder = Path(parties.__file__).parent / "kinds"
    files = sorted(folder.glob("*.toml"))
    assert len(files) == len(KINDS)
    for file in files:
        found = tomllib.loads(file.read_text("utf-8"))
        for claim in found["claim"]:
            assert claim["nl"]
            assert claim["en"]
