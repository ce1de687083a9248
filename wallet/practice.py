"""A question to practise with: an invented person, an invented organisation, nothing behind it.

It is made in memory from sentences alone. No wallet is opened, nothing is fetched, nothing is kept.
"""

from typing import Final

from credential.names import Path, path_text, vct_of
from credential.registration import LegalBasis, Retention
from credential.registration.model import Localised
from credential.strictjson import Json
from wallet.caution import Warn
from wallet.options import Item, Option, Pick
from wallet.question import Asked, Asker, Question, Untouched
from wallet.texts import Texts

KIND: Final = "persoonsgegevens"
HOST: Final = "voorbeeldwonen.example"
_PART: Final = "person"
_WHOLE: Final = ("given_name", "family_name", "birthdate")
_LESS: Final = ("given_name", "family_name", "age_over_18")
_VALUES: Final[dict[str, Json]] = {
    "given_name": "Sam",
    "family_name": "Voorbeeld",
    "birthdate": "1990-05-17",
    "age_over_18": True,
}


def question(texts: Texts) -> Question:
    """What the invented organisation asks: more than it needs, and less is possible."""
    title, issuer = texts.get(f"kind.{KIND}"), texts.get("practise.issuer")
    whole = Option(
        (_pick(_WHOLE, title, issuer, texts),), (Warn.FIRST_TIME, Warn.BIRTHDATE_FOR_AGE)
    )
    less = Option((_pick(_LESS, title, issuer, texts),), (Warn.FIRST_TIME,))
    paths: tuple[Path, ...] = tuple((name,) for name in dict.fromkeys((*_WHOLE, *_LESS)))
    return Question(
        asker=_asker(texts),
        purpose=texts.get("practise.purpose"),
        purpose_id="practise",
        since=None,
        legal_basis=(LegalBasis("6.1.b", Localised("", ""), None),),
        asked=(
            Asked(
                query=_PART,
                vcts=(vct_of(KIND),),
                title=title,
                paths=paths,
                labels=tuple(_label(str(path[0]), texts) for path in paths),
                required=True,
                lack=None,
                lacking=None,
            ),
        ),
        options=(whole, less),
        not_asked=(Untouched(title, (_label("sex", texts), _label("place_of_birth", texts))),),
        retention=Retention("P1Y", "disclosure", Localised("", "")),
        recipients=(),
        authority={"name": "Autoriteit Persoonsgegevens", "country": "NL"},
        rights_endpoint=f"https://{HOST}/rights",
        privacy_policy=None,
        over_asked=(),
        warnings=(Warn.FIRST_TIME,),
    )


def _asker(texts: Texts) -> Asker:
    name = texts.get("practise.asker")
    return Asker(
        name=name,
        legal_name=name,
        oin="00000099000000000000",
        country="NL",
        service_id="practise",
        host=HOST,
        request_host=HOST,
        hosts=(HOST,),
        registered=True,
        scheme=texts.get("practise.scheme"),
        intermediary=None,
        support=None,
        website=None,
    )


def _pick(names: tuple[str, ...], title: str, issuer: str, texts: Texts) -> Pick:
    items = tuple(_item(name, texts) for name in names)
    return Pick(_PART, "practise", KIND, vct_of(KIND), title, issuer, 10, items)


def _item(name: str, texts: Texts) -> Item:
    path: Path = (name,)
    return Item(f"{KIND}:{path_text(path)}", path, _label(name, texts), _VALUES[name])


def _label(name: str, texts: Texts) -> str:
    return texts.get(f"practise.label.{name}")
