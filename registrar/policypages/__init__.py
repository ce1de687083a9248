"""The register for everybody: who may ask what, and who may issue what, as pages in two languages.

Made in the same run as the signed lists and from the same files. `pages.json` names every page
with its SHA-256 and is itself named in the snapshot, so that a page that was changed on the way is
found, and no wallet carries the names of pages it never reads (decision 0047).
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from credential import strictjson
from credential.errors import CredentialError
from credential.names import kind_of, sector_entitlement
from credential.snapshot import MAX_FILE
from credential.strictjson import Json, Object
from credential.typemetadata import TypeMetadata
from registrar import wording
from registrar.config import Scheme
from registrar.findings import Finding
from registrar.ledger import Ledger
from registrar.party import Party, vct
from registrar.policypages import drawing
from registrar.policypages.drawing import Pen
from registrar.policypages.facts import Known, Purpose, known
from registrar.taken import Taken
from registrar.texts import LANGUAGES, Language
from registrar.wording import Words

MANIFEST: Final = "pages.json"
_NAMED_AT_MOST: Final = 12
_OF_A_DAY: Final = re.compile(rb'<p id="opgave">[^<]*</p>')
_PARTY: Final[Mapping[Language, str]] = {"nl": "partij", "en": "en/party"}
_KIND: Final[Mapping[Language, str]] = {"nl": "kaartje", "en": "en/card"}
_INDEX: Final[Mapping[Language, str]] = {"nl": "index.html", "en": "en/index.html"}


def pages(
    parties: Sequence[Party],
    types: Mapping[str, bytes],
    scheme: Scheme,
    ledger: Ledger,
    *,
    now: int,
    policies: Mapping[str, Object] | None = None,
) -> dict[str, bytes]:
    """Every page by its path, the sheet, and `pages.json`; the same register gives the same bytes.

    Only the first page tells the day and the number of the publication.
    """
    found: dict[str, bytes] = {drawing.STYLE: drawing.style()}
    metadata = wording.types_of({name: data for name, data in types.items() if "/" not in name})
    pen, taken = Pen(), Taken(ledger)
    for lang in LANGUAGES:
        book = _Book(lang, parties, metadata, scheme, policies or {}, pen, taken, now=now)
        found |= dict(book.pages(ledger.sequence))
    digests: dict[str, Json] = {
        path: hashlib.sha256(data).hexdigest() for path, data in sorted(found.items())
    }
    return {**found, MANIFEST: strictjson.dumps({"version": 1, "files": digests})}


def undated(page: bytes) -> bytes:
    """The first page without the one line that tells which publication it is of."""
    return _OF_A_DAY.sub(b"", page)


def audit(read: Callable[[str], bytes]) -> Iterator[Finding]:
    """Every page of a published tree that is not as `pages.json` names it."""
    try:
        listed = strictjson.loads_object(read(MANIFEST), max_bytes=MAX_FILE)
        named = strictjson.obj(listed, "files")
    except (CredentialError, OSError, KeyError) as error:
        yield Finding("audit.pages", MANIFEST, str(error))
        return
    for path, digest in named.items():
        try:
            data = read(path)
        except (OSError, KeyError):
            yield Finding("audit.file_missing", path)
            continue
        if hashlib.sha256(data).hexdigest() != digest:
            yield Finding("audit.file_differs", path)


class _Book:
    """All pages of one language."""

    def __init__(
        self,
        lang: Language,
        parties: Sequence[Party],
        types: Mapping[str, TypeMetadata],
        scheme: Scheme,
        policies: Mapping[str, Object],
        pen: Pen,
        taken: Taken,
        *,
        now: int,
    ) -> None:
        self.lang = lang
        self.words = Words(lang, types)
        self.scheme = scheme
        self.now = now
        self._pen = pen
        self._policies = {vct(kind): policy for kind, policy in policies.items()}
        names = {one.organization_identifier: one.name for one in parties}
        self.known = [
            known(party, names, self.words, taken, now=now)
            for party in sorted(parties, key=lambda one: (one.name.casefold(), one.id))
        ]
        self._kinds = {one: f"{_KIND[lang]}/{_slug(one)}.html" for one in types}

    def pages(self, sequence: int) -> Iterator[tuple[str, bytes]]:
        """Every page by its path."""
        yield self._draw("index.html", _INDEX, "", self._index(sequence), scripted=True)
        kinds = {kind: page for kind in self._named() if (page := self._kinds.get(vct(kind)))}
        for one in self.known:
            values = {"one": one, "kind_pages": kinds}
            yield self._draw("party.html", _PARTY, one.party.id, values)
        for name, metadata in self.words.types.items():
            yield self._draw("kind.html", _KIND, _slug(name), self._kind(metadata))

    def _draw(
        self,
        template: str,
        places: Mapping[Language, str],
        name: str,
        values: Mapping[str, Any],
        *,
        scripted: bool = False,
    ) -> tuple[str, bytes]:
        path, other = (
            f"{places[lang]}/{name}.html" if name else places[lang]
            for lang in (self.lang, _other(self.lang))
        )
        common = {
            "lang": self.lang,
            "other_lang": _other(self.lang),
            "other": other,
            "up": "../" * path.count("/"),
            "home": _INDEX[self.lang],
            "operator": self.scheme.operator,
            "test": self.scheme.development,
            "say": self.words.say,
            "policy": drawing.policy(scripted=scripted),
        }
        return path, self._pen.draw(template, {**common, **values})

    def _named(self) -> set[str]:
        """Every kind somebody issues, as parties name it."""
        return {kind for one in self.known if one.party.issuing for kind in one.party.issuing.kinds}

    def _page(self, one: Known) -> str:
        return f"{_PARTY[self.lang]}/{one.party.id}.html"

    def _index(self, sequence: int) -> dict[str, Any]:
        asking = [one for one in self.known if one.purposes]
        issuing = [one for one in self.known if one.issued]
        vouching = [one for one in self.known if one.party.wallet_provider]
        return {
            "asking": [self._row(one, self._asks(one.purposes)) for one in asking],
            "issuing": [self._row(one, self._issues(one)) for one in issuing],
            "vouching": [self._row(one, _wallet_name(one)) for one in vouching],
            "kinds": [
                {
                    "name": kind.name(self.lang),
                    "page": self._kinds[kind.vct],
                    "line": kind.description(self.lang) or "",
                    "words": _together(kind.name(self.lang), *_labels(kind, self.lang)),
                }
                for kind in self.words.types.values()
            ],
            "sequence": sequence,
            "today": self.words.day(self.now),
            "script": Markup(drawing.script()),  # noqa: S704 - our own file, never a text of a party
        }

    def _row(self, one: Known, line: str) -> dict[str, Any]:
        claims = [
            claim
            for use in one.purposes
            for asked in (*use.required, *use.optional)
            for claim in (asked.name, *asked.claims)
        ]
        codes = one.issued.codes if one.issued else ()
        former = [name for name, _ in one.formerly]
        return {
            "name": one.name,
            "page": self._page(one),
            "held": one.held,
            "line": line,
            "words": _together(one.name, one.party.legal_name, *former, line, *codes, *claims),
        }

    def _asks(self, purposes: Sequence[Purpose]) -> str:
        named = "; ".join(one.name for one in purposes)
        if len(purposes) == 1:
            return self.words.say("pages.index.asks_one", purposes=named)
        return self.words.say("pages.index.asks", count=len(purposes), purposes=named)

    def _issues(self, one: Known) -> str:
        kinds = one.issued.now if one.issued else ()
        if not kinds:
            return self.words.say("pages.index.issues_none")
        return self.words.say("pages.index.issues", kinds=", ".join(kinds))

    def _kind(self, kind: TypeMetadata) -> dict[str, Any]:
        # A card also answers a question for what its kind builds on (Regie trust 4.7).
        answers = {kind.vct, *kind.ancestors}
        asked = [
            {
                "name": one.name,
                "page": f"{self._page(one)}#{use.id}",
                "purpose": use.name,
                "held": use.state if use.state.held else None,
                "claims": [
                    claim
                    for part in (*use.required, *use.optional)
                    if vct(part.kind) in answers
                    for claim in part.claims
                ],
                "through": list(
                    dict.fromkeys(
                        part.name
                        for part in (*use.required, *use.optional)
                        if vct(part.kind) in kind.ancestors
                    )
                ),
            }
            for one in self.known
            for use in one.purposes
            if any(vct(part.kind) in answers for part in (*use.required, *use.optional))
        ]
        issued = [
            {
                "name": one.name,
                "page": self._page(one),
                "held": part.state if part.state.held else None,
            }
            for one in self.known
            if one.issued
            for part in one.issued.kinds
            if vct(part.kind) == kind.vct
        ]
        return {
            "name": kind.name(self.lang),
            "description": kind.description(self.lang),
            "claims": list(
                dict.fromkeys(
                    (self.words.claim(kind.vct, one.path), one.description(self.lang))
                    for one in kind.claims
                    if None not in one.path
                )
            ),
            "policies": self._meant_for(kind.vct),
            "asked": asked,
            "issued": issued,
        }

    def _meant_for(self, name: str) -> tuple[str, ...]:
        """Who should see cards of this kind, as its issuers say (ARF 3.0 topic 43)."""
        policy = self._policies.get(name)
        if policy is None:
            return ()
        said = strictjson.text(policy, "description").rstrip(".")
        names = [one.name for one in self.known if _meant(policy, one.party)]
        if len(names) > _NAMED_AT_MOST:
            who = self.words.say("pages.kind.policy_many", count=len(names))
        elif names:
            who = self.words.say("pages.kind.policy_names", names="; ".join(names))
        else:
            who = self.words.say("pages.kind.policy_nobody")
        return self.words.say("pages.kind.policy", who=said), who


def _meant(policy: Object, party: Party) -> bool:
    """Whether a kind is meant for this party, by its sector or by itself (ARF 3.0 topic 43)."""
    uri = sector_entitlement(party.sector) if party.sector else None
    return any(
        isinstance(one, dict)
        and (
            (uri is not None and one.get("entitlement_uri") == uri)
            or one.get("identifier") == party.organization_identifier
        )
        for one in strictjson.array(policy, "authorized_parties")
    )


def _other(lang: Language) -> Language:
    return "en" if lang == "nl" else "nl"


def _slug(name: str) -> str:
    """A short name for the page of a kind that no other kind has."""
    ours = kind_of(name)
    if ours is not None:
        return ours
    kept = re.sub(r"[^a-z0-9]+", "-", name.lower())[-40:].strip("-")
    return f"{kept}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _labels(kind: TypeMetadata, lang: Language) -> list[str]:
    return [label for one in kind.claims if (label := one.label(lang))]


def _wallet_name(one: Known) -> str:
    provider = one.party.wallet_provider
    return provider.name if provider else ""


def _together(*texts: str) -> str:
    """The words a row is found by, each text once."""
    return " ".join(dict.fromkeys(text for text in texts if text))
