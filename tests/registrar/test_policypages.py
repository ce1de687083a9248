"""The pages for everybody: what stands in the register, escaped, the same every time."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from posixpath import dirname, join, normpath

import pytest
from support.policy_pages import drawn, register
from support.scheme import NOW, VOORBEELDSTAD, VOORBEELDWONEN, example_party

from credential import snapshot
from credential.names import KINDS
from registrar import audit, kinds, policypages, publication
from registrar.life import Event, Step

DAY = 86_400


class Links(HTMLParser):
    """Every address a page names, and every identifier in it."""

    def __init__(self, page):
        super().__init__()
        self.targets, self.ids, self.tags = [], set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids.add(found.get("id"))
        self.targets += [found[name] for name in ("href", "src", "action") if name in found]


@pytest.fixture(scope="module")
def pages():
    return {path: data.decode() for path, data in drawn().items()}


def html(pages):
    return {path: text for path, text in pages.items() if path.endswith(".html")}


def text_of(page):
    bare = re.sub(r"<script.*?</script>|<[^>]*>", " ", page, flags=re.DOTALL)
    return " ".join(bare.split())


def test_every_party_and_every_kind_has_a_page_in_both_languages(pages):
    parties = {f"partij/{one}.html" for one in register().parties}
    found = set(html(pages))
    assert parties <= found
    assert {f"kaartje/{kind}.html" for kind in KINDS} <= found
    assert len([one for one in found if one.startswith("en/")]) * 2 == len(found)


def test_every_link_leads_somewhere_and_nothing_comes_from_elsewhere(pages):
    for path, page in html(pages).items():
        links = Links(page)
        for target in links.targets:
            where, _, anchor = target.partition("#")
            if target.startswith(("https://", "mailto:", "tel:", "data:,")):
                continue
            place = normpath(join(dirname(path), where)) if where else path
            assert place in {*pages, "scheme.jws"}, (path, target)
            if anchor:
                assert anchor in Links(pages[place]).ids, (path, target)
        loaded = [
            found
            for tag, found in links.tags
            if tag in ("img", "iframe", "object", "embed", "video", "source", "base")
            or (tag == "script" and "src" in found)
            or (tag == "link" and found["href"].startswith("http"))
        ]
        assert loaded == [], path
        assert not [name for _, found in links.tags for name in found if name.startswith("on")]


@pytest.mark.spec("CSP 3", "2.3.1", "a page loads its own sheet, and the one script by its hash")
def test_the_policy_of_a_page_names_its_script(pages):
    for path, page in html(pages).items():
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
        assert policy.startswith("default-src &#39;none&#39;; style-src &#39;self&#39;")
        scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
        assert len(scripts) == path.endswith("index.html")
        for script in scripts:
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"script-src &#39;sha256-{digest}&#39;" in policy


def test_what_may_be_asked_is_told_whole(pages):
    page = text_of(pages[f"partij/{VOORBEELDWONEN}.html"])
    for wanted in (
        "Wat mag Woonstichting Voorbeeldwonen aan je vragen?",
        "Inschrijven als woningzoekende",
        "18 jaar of ouder",
        "Mag in Nederland wonen",
        "AVG, artikel 6, lid 1, onder b",
        "Tot twee jaar na het einde van de inschrijving. In het register staat: 2 jaar, geteld",
        "Met niemand.",
        "Regionaal woningzoekendenregister Voorbeeldregio",
        "privacy@voorbeeldwonen.example",
        "Dit past bij wat nodig is voor: Inschrijven als woningzoekende.",
        "Heette tot 3 oktober 2025: Woonstichting &lt;Vroeger&gt; &amp; Zn",
        "Autoriteit Persoonsgegevens",
    ):
        assert wanted in page, wanted
    for use in register().parties[VOORBEELDWONEN].services[0].intended_uses:
        assert use.purpose.nl in page
        assert use.purpose.en in text_of(pages[f"en/party/{VOORBEELDWONEN}.html"])


def test_what_is_suspended_or_ended_stands_first(pages):
    index = text_of(pages["index.html"])
    assert "Woonstichting Grijpgraag Tijdelijk geschorst sinds 30 december 2025" in index
    assert "Gemeente Westhove Opgegaan in een ander op 2 december 2025" in index
    held = text_of(pages["partij/woonstichting-grijpgraag.html"])
    assert "Geldt weer vanaf 6 januari 2026." in held
    ended = text_of(pages["partij/gemeente-westhove.html"])
    assert "Gaat verder als Gemeente Voorbeeldstad, vanaf 2 december 2025." in ended
    assert "Neemt het werk over van Gemeente Westhove" in text_of(
        pages[f"partij/{VOORBEELDSTAD}.html"]
    )
    uses = text_of(pages[f"partij/{VOORBEELDWONEN}.html"])
    assert uses.count("Tijdelijk geschorst") == 1
    assert text_of(pages["kaartje/huishouden.html"]).count("Tijdelijk geschorst") == 1


@pytest.mark.parametrize(
    ("stop", "nl", "en"),
    [
        (Event(NOW - DAY, Step.SUSPENDED), "wordt dat nu niet aangenomen", "not accepted for now"),
        (Event(NOW - DAY, Step.SUSPENDED, cards_stay=True), "blijft dat goed", "stays good until"),
        ("ceased", "blijft dat goed", "stays good until"),
        ("compromised", "niet meer aangenomen", "not accepted any more"),
    ],
)
def test_what_a_stop_means_for_cards_people_have(stop, nl, en):
    party = example_party(VOORBEELDSTAD)
    begun = Event(NOW - 400 * DAY, Step.ADMITTED, party.issuing.kinds)
    changed = (
        {"withdrawn": NOW - DAY, "withdrawal_reason": stop}
        if isinstance(stop, str)
        else {"steps": (begun, stop)}
    )
    found = drawn(parties=[replace(party, issuing=replace(party.issuing, **changed))])
    assert nl in text_of(found[f"partij/{VOORBEELDSTAD}.html"].decode())
    assert en in text_of(found[f"en/party/{VOORBEELDSTAD}.html"].decode())


def test_a_kind_that_builds_on_another_is_asked_for_as_that_one():
    vct = "https://provincie.example/kaart/woonpas/1"
    text = f'vct = "{vct}"\nextends = "woonadres"\n'
    found = kinds.read({**kinds.shipped(), "kinds/woonpas.toml": text.encode()}).require()
    made = drawn(types=found.documents)
    (name,) = (one for one in made if one.startswith("kaartje/") and "woonpas" in one)
    page = text_of(made[name].decode())
    assert "Niemand in dit register mag naar" not in page
    assert "Hier wordt naar Woonadres gevraagd. Dit kaartje kan daarvoor ook" in page
    assert "Hier wordt naar" not in text_of(made["kaartje/woonadres.html"].decode())


def test_a_card_says_who_it_is_meant_for(pages):
    assert "erover: geregistreerde woningcorporaties." in pages["kaartje/urgentie.html"]
    assert "Dat zijn nu: Woonstichting Voorbeeldwonen." in pages["kaartje/urgentie.html"]
    assert "niet voor iedereen" not in pages["kaartje/woonadres.html"]


@pytest.mark.spec("Regie domain", "2.7", "asking more than a purpose needs is remarked upon")
def test_more_than_the_purpose_needs_is_remarked_upon():
    party = example_party(VOORBEELDWONEN)
    use = next(one for one in party.services[0].intended_uses if one.id == "toewijzing")
    greedy = replace(use, category="inschrijven")
    changed = replace(party, services=(replace(party.services[0], intended_uses=(greedy,)),))
    page = text_of(drawn(parties=[changed])[f"partij/{VOORBEELDWONEN}.html"].decode())
    assert "Voor Inschrijven als woningzoekende is dit niet nodig: Geboortedatum" in page


@pytest.mark.spec("Regie trust", "9.7", "texts of parties are escaped, links lead to the web only")
def test_nothing_of_a_party_is_markup_or_leads_astray():
    party = example_party(VOORBEELDWONEN)
    service = party.services[0]
    nasty = '<script>alert(1)</script>"\u202e\x1b[2J'
    use = replace(
        service.intended_uses[0],
        purpose=replace(service.intended_uses[0].purpose, nl=nasty, en=nasty),
        recipients=(nasty,),
        privacy_policy="javascript:alert(1)",
    )
    wrong = replace(
        party, name=nasty, services=(replace(service, name=nasty, intended_uses=(use,)),)
    )
    for path, data in drawn(parties=[wrong]).items():
        page = data.decode()
        assert "<script>alert" not in page, path
        assert 'href="javascript' not in page, path
        assert not {"\u202e", "\x1b"} & set(page), path


@pytest.mark.spec("House rules", "2", "the same register gives the same bytes")
def test_the_same_register_gives_the_same_bytes():
    listed = list(register().parties.values())
    assert drawn(parties=listed) == drawn(parties=listed[::-1])
    later = drawn(now=NOW + DAY)
    before = drawn()
    differing = {path for path, data in later.items() if before[path] != data}
    # A day on only the first page tells another day.
    assert differing == {"index.html", "en/index.html", "pages.json"}
    for path in ("index.html", "en/index.html"):
        assert policypages.undated(later[path]) == policypages.undated(before[path])


def test_every_page_is_named_with_its_hash():
    found = drawn()
    named = json.loads(found["pages.json"])["files"]
    assert set(named) == set(found) - {"pages.json"}
    assert list(policypages.audit(found.__getitem__)) == []
    changed = {**found, "index.html": found["index.html"] + b" "}
    del changed["pages.css"]
    codes = {(one.code, one.where) for one in policypages.audit(changed.__getitem__)}
    assert codes == {("audit.file_differs", "index.html"), ("audit.file_missing", "pages.css")}
    del changed["pages.json"]
    assert [one.code for one in policypages.audit(changed.__getitem__)] == ["audit.pages"]


def test_an_empty_register_has_a_first_page():
    page = text_of(drawn(parties=[])["index.html"].decode())
    assert "Er is nog geen organisatie die gegevens mag vragen." in page


@pytest.mark.spec("Regie trust", "9.7", "pages hang on one line of the snapshot, and are audited")
def test_pages_are_published_under_one_line_of_the_snapshot():
    scheme = register()
    tree = publication.tree(
        scheme.authority,
        list(scheme.parties.values()),
        kinds.standard().documents,
        {},
        scheme.ledger.published(),
        now=NOW,
        pages=drawn(),
    )
    opened = snapshot.open_snapshot(
        tree["scheme.jws"], tree["root.cer"], fingerprint=scheme.fingerprint, now=NOW
    )
    assert "pages.json" in opened.files
    assert not [path for path in opened.files if path.endswith((".html", ".css"))]
    assert "index.html" in tree
    assert not {"pages.json", "index.html"} & set(opened.needed)
    changed = {**tree, "kaartje/woonadres.html": b"<p>Iets anders</p>"}

    def found(files):
        read = files.__getitem__
        ledger = scheme.ledger.published()
        listed = audit.check(read, ledger, fingerprint=scheme.fingerprint, now=NOW)
        return {(one.code, one.where) for one in listed}

    assert found(changed) - found(tree) == {("audit.file_differs", "kaartje/woonadres.html")}
