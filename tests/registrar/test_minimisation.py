"""The catalogue of least data: claims that exist, sources that exist, and the page that shows it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from credential.names import kind_of, path_text
from registrar import kinds, minimisation
from registrar.party import Claim, IntendedUse, Local, vct
from registrar.usefile import path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "minimisation.md"
DEFAULTS = ROOT / "verifier" / "defaults"
HEAD = """# Least data per purpose

What a purpose needs at the least, and who says so. `regie-registrar lint` compares each purpose with the
`category` it names and advises; the operator of the scheme decides. In **bold**: what the purpose cannot do
without. This page is `registrar/minimisation.toml`, and a test holds them together.
"""


def page() -> str:
    """The catalogue as its page."""
    return "\n".join([HEAD, *(_section(one) for one in minimisation.catalogue().values())])


def _section(one: minimisation.Least) -> str:
    rows = [f"| `{kind}` | {', '.join(claims)} |" for kind, claims in _cards(one)]
    return "\n".join(
        [
            f"## `{one.id}`: {one.name.en} ({one.name.nl})",
            "",
            f"{one.why.en}",
            "",
            "| card | claims |",
            "|---|---|",
            *rows,
            "",
            f"*{'; '.join(one.sources)}*",
            "",
        ]
    )


def _cards(one: minimisation.Least) -> Iterator[tuple[str, list[str]]]:
    for kind in dict.fromkeys(claim.kind for claim in one.claims):
        yield (
            kind,
            [
                f"**{path_text(claim.path)}**" if claim.required else path_text(claim.path)
                for claim in one.claims
                if claim.kind == kind
            ],
        )


def test_the_page_shows_the_catalogue():
    assert PAGE.read_text("utf-8") == page()


def use(*claims: Claim) -> IntendedUse:
    text = Local("x", "x")
    return IntendedUse("x", text, "https://x.example", (), None, None, None, claims)


@pytest.mark.parametrize("one", minimisation.catalogue().values(), ids=lambda one: one.id)
def test_each_category_names_claims_and_sources_that_exist(one):
    types = kinds.standard().types
    for claim in one.claims:
        assert types[vct(claim.kind)].claim(claim.path) is not None, claim
    assert list(minimisation.beyond(use(*one.claims), one)) == []
    domain = (ROOT / "docs" / "domain.md").read_text("utf-8")
    for source in one.sources:
        section = re.fullmatch(r"Regie domain (\d\.\d)", source)
        assert section is None or f"### {section[1]} " in domain, source
    assert any(source.startswith("Regie domain") for source in one.sources)
    assert one.name.nl != one.name.en
    assert one.why.nl != one.why.en


@pytest.mark.spec("Regie trust", "9.4", "more than the category needs is advice")
@pytest.mark.parametrize(
    ("category", "claim", "required", "remark"),
    [
        ("inschrijven", "persoonsgegevens:age_over_18", True, None),
        ("inschrijven", "persoonsgegevens:birthdate", False, "more_than_least"),
        ("inschrijven", "woonadres:address", False, "more_than_least"),
        ("inschrijven", "persoonsgegevens:family_name", True, "need_not_be_required"),
        ("woonduur", "woongeschiedenis:stays", False, "more_than_least"),
        ("toewijzing", "woonadres:address.postal_code", False, None),
        ("toewijzing", "verblijfsrecht:nationalities", False, "more_than_least"),
    ],
)
def test_what_lies_beyond(category, claim, required, remark):
    kind, _, text = claim.partition(":")
    asked = Claim(kind, path(text), required)
    least = minimisation.find(category)
    found = [one for _, one in minimisation.beyond(use(asked), least)]
    assert found == ([] if remark is None else [remark])


CATEGORIES = {
    "inschrijven": "inschrijven",
    "inschrijven-papier": "inschrijven",
    "mede-aanvrager": "samen-zoeken",
    "profiel-aanvullen": "profiel-aanvullen",
    "rechten": "rechten",
    "toewijzing": "toewijzing",
    "vergunning": "ondernemersvergunning",
    "woonduur": "woonduur",
}


@pytest.mark.parametrize(("profile", "category"), CATEGORIES.items())
def test_no_profile_of_ours_asks_more_than_the_least(profile, category):
    found = tomllib.loads((DEFAULTS / f"{profile}.toml").read_text("utf-8"))
    asked = [
        Claim(kind_of(query["meta"]["vct_values"][0]), tuple(claim["path"]), False)
        for query in found["dcql"]["credentials"]
        for claim in query["claims"]
    ]
    assert asked
    least = minimisation.find(category)
    assert list(minimisation.beyond(use(*asked), least)) == []


def test_every_profile_of_ours_has_its_category():
    profiles = {file.stem for file in DEFAULTS.glob("*.toml")} - {"amounts"}
    assert profiles == set(CATEGORIES)
