"""The register as files: a purpose apart, kinds of its own, every fault of every file at once."""

import pytest
from support.registerfiles import TEST, changed, check, files, text_of
from support.scheme import NOW, VOORBEELDWONEN, WESTHOVE

from registrar import kinds, lint, parties, register
from registrar.findings import wrong

USE = """
[[service.intended_use]]
id = "{id}"
category = "rechten"
privacy_policy = "https://voorbeeldwonen.example/privacy"
recipients = []
purpose.nl = "Nog iets"
purpose.en = "Something else"
retention = {{ duration = "P1M", starts = "decision", text.nl = "Een maand", text.en = "A month" }}
rights = {{ uri = "https://localhost:1/rights" }}
legal_basis = [{{ gdpr = "6.1.b" }}]
card = [{{ kind = "persoonsgegevens", required = ["housing_pseudonym"] }}]
"""


def test_a_purpose_in_a_file_of_its_own():
    found = files()
    path = f"parties/{VOORBEELDWONEN}/uses/inschrijving.nog-iets.toml"
    alone = USE.format(id="nog-iets").replace("[[service.intended_use]]\n", "")
    found[path] = alone.encode()
    assert check(found) == []
    party = next(one for one in register.read(found).parties if one.id == VOORBEELDWONEN)
    assert [one.id for one in party.services[0].intended_uses][-1] == "nog-iets"
    # The same as a table of the party's own file.
    nested = parties.parse(text_of(VOORBEELDWONEN) + USE.format(id="nog-iets"), "x")
    assert nested == party
    found[path] = alone.replace('"P1M"', '"een maand"').encode()
    [fault] = check(found)
    assert (fault.code, fault.file) == ("party.duration", path)
    assert "een maand" in alone.replace('"P1M"', '"een maand"').splitlines()[fault.line - 1]
    found[path] = alone.replace('"housing_pseudonym"', '"sex"').encode()
    [fault] = check(found)
    assert (fault.code, fault.file) == ("lint.more_than_least", path)
    del found[path]
    found[f"parties/{VOORBEELDWONEN}/uses/elders.nog-iets.toml"] = alone.encode()
    assert [one.code for one in check(found)] == ["party.use_service"]


def test_a_file_is_called_after_its_party():
    found = files()
    found["parties/iets-anders.toml"] = found.pop(f"parties/{WESTHOVE}.toml")
    assert [(one.code, one.file) for one in check(found)] == [
        ("party.file_name", "parties/iets-anders.toml")
    ]


def test_faults_of_all_files_at_once():
    found = files(gemeente_westhove="dit is geen toml")
    found[f"parties/{VOORBEELDWONEN}.toml"] = changed(
        VOORBEELDWONEN, 'duration = "P2Y"', 'duration = "P2"'
    ).encode()
    found["scheme.toml"] = TEST.replace("https://", "http://").encode()
    codes = {(one.code, one.file) for one in check(found)}
    assert ("toml.syntax", f"parties/{WESTHOVE}.toml") in codes
    assert ("party.duration", f"parties/{VOORBEELDWONEN}.toml") in codes
    assert ("config.registry_uri", "scheme.toml") in codes


def test_a_kind_of_the_schemes_own():
    vct = "https://stelsel.example/kaart/parkeren/1"
    kind = f"""
vct = "{vct}"
[nl]
name = "Parkeren"
description = "Waar je mag parkeren."
[en]
name = "Parking"
description = "Where you may park."
[[claim]]
path = "area"
nl = "Gebied"
en = "Area"
"""
    found = files() | dict(kinds.shipped()) | {"kinds/parkeren.toml": kind.encode()}
    found[f"parties/{WESTHOVE}.toml"] = changed(
        WESTHOVE, '["persoonsgegevens", ', '["parkeren", "persoonsgegevens", '
    ).encode()
    found[f"parties/{VOORBEELDWONEN}.toml"] = (
        text_of(VOORBEELDWONEN)
        + USE.format(id="parkeren").replace(
            'kind = "persoonsgegevens", required = ["housing_pseudonym"]',
            'kind = "parkeren", required = ["area"]',
        )
    ).encode()
    read = register.read(found)
    assert wrong(lint.check(read, now=NOW)) == []
    issuer = next(one for one in read.parties if one.id == WESTHOVE)
    assert issuer.issuing.kinds[0] == vct
    assert "parkeren-1.json" in read.types


ODD = ("1", '""', "[]", "{}", "[1]", "true", '"\\u0000"', "1979-01-01", '["x", "x"]', "[{}]")
# What may be left out, said as nothing, or said otherwise: wallets show it, nothing is wrong.
OPEN = ("recipients", "required", "optional", "public_body", "sector", "uri", "phone", "since")


@pytest.mark.spec("Regie trust", "9.2", "whatever stands in a file, reading it ends in findings")
@pytest.mark.parametrize("odd", ODD)
def test_nothing_in_a_file_goes_by_unseen(odd):
    text = text_of(VOORBEELDWONEN).splitlines()[:82]
    members = [
        number
        for number, line in enumerate(text)
        if " = " in line and not line.startswith(("#", *OPEN))
    ]
    assert len(members) > 30
    for number in members:
        name = text[number].partition(" = ")[0]
        changed_text = "\n".join([*text[:number], f"{name} = {odd}", *text[number + 1 :]])
        reading = parties.read((f"{VOORBEELDWONEN}.toml", changed_text.encode()))
        party = reading.party
        found = list(reading.findings)
        if party is not None:
            found += lint.check(register.of([party], None), now=NOW)
        assert found, (number, name)


def test_members_that_hide_something_or_stand_twice():
    text = changed(VOORBEELDWONEN, "recipients = []", 'recipients = ["x", "x", "y\\u200b"]')
    text = text.replace('law.nl = "Nodig', 'law.nl = "\\u202eNodig', 1)
    text = text.replace('required = ["housing_pseudonym"]', "required = []", 1)
    found = check(files(woonstichting_voorbeeldwonen=text))
    assert [one.code for one in found] == ["toml.twice", "toml.hidden", "toml.hidden"]
    bare = changed(
        VOORBEELDWONEN,
        'required = ["housing_pseudonym"]\noptional = ["municipality_code"]',
        "required = []",
    )
    found = check(files(woonstichting_voorbeeldwonen=bare))
    assert [(one.code, one.what) for one in found] == [("party.card_empty", "woonadres")]
