"""Kinds as files: the shipped ones, a scheme's own, what extends what, and every fault by its line."""

import base64
import json
import re
import struct
from pathlib import Path

import pytest

from credential import disclosurepolicy, rendering, typemetadata
from credential.names import KINDS, NS, sector_entitlement, vct_of
from credential.typeshelf import Shelf
from registrar import kinds
from registrar.findings import Faulty
from registrar.kinds import earlier
from registrar.texts import LANGUAGES, texts

DOCUMENT = "SD-JWT VC"
PASS = "https://provincie.example/kaart/woonpas/1"
NAMES = """
[nl]
name = "Woonpas"
description = "Een pas."
[en]
name = "Housing pass"
description = "A pass."
"""
OWN = f"""vct = "{PASS}"
{NAMES}
[[claim]]
path = "number"
nl = "Nummer"
en = "Number"
"""


def png():
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 8, 8)
    return "data:image/png;base64," + base64.b64encode(head.ljust(48, b"\0")).decode()


def read(**texts):
    """The shipped kinds with these files added or replaced."""
    more = {f"kinds/{name.replace('_', '-')}.toml": text.encode() for name, text in texts.items()}
    return kinds.read({**kinds.shipped(), **more})


def faults(**texts):
    return [(one.code, one.where, one.what, one.line) for one in read(**texts).faults]


def document(found, stem):
    return json.loads(found.documents[f"{stem}-1.json"])


def test_the_shipped_kinds_are_whole():
    found = kinds.read(kinds.shipped())
    assert found.faults == ()
    assert {*found.kinds} == {*KINDS}
    assert found.documents == kinds.documents()
    assert found.policies == {}
    shelf = Shelf(found.documents.values())
    assert {one.vct for one in found.kinds.values()} == {*shelf} == {vct_of(one) for one in KINDS}


def test_a_scheme_has_kinds_of_its_own():
    found = read(woonpas=OWN)
    assert found.faults == ()
    assert found.names["woonpas"] == found.names[PASS] == PASS
    assert found.names["woonadres"] == "woonadres"
    assert found.types[PASS].label(("number",), "nl") == "Nummer"
    assert document(found, "woonpas")["claims"][0]["sd"] == "always"


@pytest.mark.spec(DOCUMENT, "6.4", "a child states what is its own, and pins its parent's text")
def test_a_kind_that_extends_another():
    child = f"""vct = "{PASS}"
extends = "woonadres"
[[claim]]
path = "municipality"
mandatory = true
[[claim]]
path = "number"
nl = "Nummer"
en = "Number"
"""
    found = read(woonpas=child)
    assert found.faults == ()
    made = document(found, "woonpas")
    assert made["extends"] == vct_of("woonadres")
    assert made["extends#integrity"] == rendering.integrity_of(found.documents["woonadres-1.json"])
    # Only what the file says: the rest is the parent's.
    assert "display" not in made
    assert made["claims"][0] == {"path": ["municipality"], "mandatory": True}
    resolved = Shelf(found.documents.values())[PASS]
    assert resolved.name("nl") == "Woonadres"
    assert resolved.ancestors == (vct_of("woonadres"),)
    stricter = resolved.claim(("municipality",))
    assert stricter is not None
    assert (stricter.mandatory, stricter.sd, stricter.label("nl")) == (True, "always", "Gemeente")
    assert read(woonpas=child.replace('"woonadres"', f'"{vct_of("woonadres")}"')).faults == ()


def test_looks():
    found = read(
        woonpas=OWN + f'[colours]\nbackground = "#123"\ntext = "#ffffff"\n'
        f'[logo]\nuri = "{png()}"\nnl = "Huis"\nen = "House"\n'
    )
    assert found.faults == ()
    shown = found.types[PASS]
    assert shown.colours == rendering.Colours("#112233", "#ffffff")
    assert shown.logo is not None
    assert shown.logo.alternative("en") == "House"


@pytest.mark.parametrize(
    ("text", "code", "what", "line"),
    [
        (OWN.replace("[en]", "[fy]"), "toml.missing", "en.name", 1),
        (OWN.replace('en = "Number"\n', ""), "toml.missing", "claim.en", 10),
        (OWN + 'sd = "soms"', "kind.sd", "soms", 14),
        (OWN + 'svg_id = "1x"', "kind.svg_id", "1x", 14),
        (OWN + "verplicht = true", "toml.unknown", "claim.verplicht", 14),
        (OWN.replace('"number"', '"a..b"'), "kind.path", "a..b", 11),
        (OWN.replace(PASS, "http://x.example/1"), "kind.vct", "http://x.example/1", 1),
        (OWN.replace(f'vct = "{PASS}"\n', ""), "toml.missing", "vct", 1),
        (OWN.replace(PASS, f"{NS}/kaart/woonpas/1"), "kind.vct_ours", f"{NS}/kaart/woonpas/1", 1),
        (f'extends = "niets"\n{OWN}', "kind.extends", "extends", 1),
        (f'extends = "woonpas"\n{OWN}', "kind.extends", "extends", 1),
        (OWN + '[[claim]]\npath = "number"\nnl = "N"\nen = "N"', "kind.claim_repeated", "", 10),
        (OWN + '[colours]\nbackground = "red"\ntext = "#fff"', "kind.colour", "red", 15),
        (OWN + '[logo]\nuri = "https://x.example/a.png"\nnl = "x"\nen = "x"', "kind.logo", "", 14),
        (OWN.replace('"Woonpas"', r'"Woon\u202epas"'), "toml.hidden", "nl.name", 4),
        (f'vct = "{PASS}"{NAMES}', "kind.nothing", "woonpas", 1),
        ("vct = ", "toml.syntax", "", 1),
    ],
)
def test_every_fault_has_its_line(text, code, what, line):
    found = faults(woonpas=text)
    assert any(
        one[0] == code and one[1] == "woonpas" and what in one[2] and one[3] == line
        for one in found
    ), found
    with pytest.raises(Faulty):
        read(woonpas=text).require()
    # The others stand all the same.
    assert len(read(woonpas=text).kinds) >= len(KINDS)


def test_a_file_name_nobody_can_trust():
    found = kinds.read({**kinds.shipped(), "kinds/Woon\x1b[2Jpas.toml": OWN.encode()})
    assert [(one.code, one.where, one.file) for one in found.faults] == [
        ("kind.name", "Woonpas", "kinds/Woonpas.toml")
    ]
    assert {*found.kinds} == {*KINDS}


def test_contrast_is_advice():
    found = read(woonpas=OWN + '[colours]\nbackground = "#fff"\ntext = "#eee"')
    assert [(one.code, one.level) for one in found.faults] == [("kind.contrast", "advice")]
    found.require()


def test_one_vct_is_one_kind():
    assert ("kind.vct_repeated", "woonpas", "andere", 1) in faults(woonpas=OWN, andere=OWN)


@pytest.mark.spec(DOCUMENT, "6.4", "a child may only narrow, and the register says so by its line")
def test_a_child_that_loosens():
    text = (
        f'vct = "{PASS}"\nextends = "woonadres"\n[[claim]]\npath = "municipality"\nsd = "allowed"\n'
    )
    assert ("kind.loosened", "woonpas", "municipality", 3) in faults(woonpas=text)


POLICY = """
[disclosure]
uri = "https://stelsel.example/beleid/woonpas/1"
text = "Alleen voor woningcorporaties."
info = "https://stelsel.example/beleid"
sectors = ["woningcorporatie"]
services = ["NTRNL-90000001/inschrijving"]
parties = ["NTRNL-90000002"]
"""


@pytest.mark.spec("ARF 3.0", "EDP_02", "a list of parties, services, or all of one sector")
def test_who_should_see_a_kind():
    found = read(woonpas=OWN + POLICY)
    assert found.faults == ()
    policy = disclosurepolicy.parse(found.policies[PASS])
    assert policy.form is disclosurepolicy.Form.PARTIES
    assert [(one.identifier, one.service_id, one.entitlement) for one in policy.parties] == [
        (None, None, sector_entitlement("woningcorporatie")),
        ("NTRNL-90000002", None, None),
        ("NTRNL-90000001", "inschrijving", None),
    ]
    # The policy is the issuer's to say: it is no part of the type.
    assert "disclosure" not in document(found, "woonpas")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"woningcorporatie"', '"Woning corporatie"', "kind.sector"),
        ('"NTRNL-90000002"', '"90000002"', "kind.party"),
        ("/inschrijving", "", "kind.service"),
        ("info = ", "info = 'http://x' # ", "kind.policy"),
        ("uri = ", "# uri = ", "toml.missing"),
        (POLICY[POLICY.index("sectors") :], "", "kind.policy_empty"),
    ],
)
def test_a_policy_wallets_could_not_read(old, new, code):
    assert code in [one[0] for one in faults(woonpas=OWN + POLICY.replace(old, new))]


@pytest.mark.spec(DOCUMENT, "7", "an earlier text stays published as long as its kind is")
def test_earlier_texts_stay():
    before = kinds.documents()
    kept, given_out = earlier.to_keep(before), earlier.digests(before)
    assert earlier.with_earlier(before, kept, given_out) == before
    changed = {f"{path}": text for path, text in kinds.shipped().items()}
    path = "kinds/woonadres.toml"
    changed[path] = changed[path].replace(b'"Woonadres"', b'"Uw woonadres"')
    now = kinds.read(changed).documents
    # A text that was never published is nobody's, whoever put it there.
    assert earlier.with_earlier(now, kept, frozenset()) == now
    published = earlier.with_earlier(now, kept, given_out)
    (old,) = published.keys() - now.keys()
    assert old.startswith("earlier/")
    assert published[old] == before["woonadres-1.json"]
    shelf = Shelf(now.values(), [published[old]])
    made_then = shelf.matching(vct_of("woonadres"), rendering.integrity_of(published[old]))
    assert made_then is not None
    assert (made_then.name("nl"), shelf[vct_of("woonadres")].name("nl")) == (
        "Woonadres",
        "Uw woonadres",
    )
    # What was put there by hand under another name, or of a kind that is gone, is not published.
    stray = {"types/" + "0" * 64 + ".json": before["huishouden-1.json"], "types/x.json": b"{"}
    others = read(woonpas=OWN).documents
    gone, known = earlier.to_keep(others), given_out | earlier.digests(others)
    assert earlier.with_earlier(before, kept | stray | gone, known) == before


def test_what_is_published_is_what_readers_read():
    for data in read(woonpas=OWN + POLICY).documents.values():
        assert typemetadata.parse(data).claims


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_a_sentence_and_says_how_to_mend(language):
    source = Path(kinds.__file__).parent
    codes = {
        code
        for file in source.glob("*.py")
        for code in re.findall(r'"kind\.([a-z_]+)"', file.read_text("utf-8"))
    } | {"loosened", "claim_repeated"}
    assert codes == texts(language)["kind"].keys() == texts(language)["mend"]["kind"].keys()
