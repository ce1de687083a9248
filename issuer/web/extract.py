"""A paper extract as one page to print: everything in it, nothing to fetch."""

from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from issuer.service.paper import Paper
from issuer.texts import Language, sentence
from issuer.web import qr
from issuer.web.desk.words import Words


def page(made: Paper, municipality: str, language: Language) -> str:
    """The page, in A4, as HTML of its own: the code, and in words what it says to whom."""
    words = Words(language)

    def say(key: str, **params: str | int) -> str:
        return sentence(language, key, **params)

    purpose = made.asker.purpose.nl if language == "nl" else made.asker.purpose.en
    environment = Environment(
        loader=PackageLoader("issuer", "pages"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("paper.html").render(
        lang=language,
        say=say,
        municipality=municipality,
        asker=made.asker.name,
        purpose=purpose or made.asker.purpose.nl,
        until=words.day(made.exp - _HALF_DAY),
        code=qr.svg(made.text, say("paper_page.code"), small=True),
        parts=[
            (
                words.kind(kind),
                [one for one in words.claims(claims) if one[0] != words.claim(_CODE)],
                _CODE in claims,
            )
            for kind, claims in made.parts
        ],
    )


_CODE: Final = "housing_pseudonym"
_HALF_DAY: Final = 43_200  # the last day it counts, on any clock in the country
