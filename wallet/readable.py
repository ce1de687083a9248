"""The log as one page for a lawyer, a nephew or a printer: no script, nothing from elsewhere.

Everything in it is text that was escaped; whose word it is stands beside every line
(formats.md 2, Export). Values of cards are not in it.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from credential import jose
from credential.log import Fault, head_words, open_head
from credential.log.entries import Entry
from credential.log.judging import Document, Judgement, Statement, evidence_of
from credential.plaintext import terminal_safe
from wallet.cli.render import event_line, local_time, until_text
from wallet.naming import Types, label_of_text, title_of
from wallet.outcomes import outcome_text
from wallet.service.exporting import Checked
from wallet.statements import statements
from wallet.store.projection import Activity
from wallet.store.values import Entry as Kept
from wallet.texts import Texts

STYLE: Final = """
:root{color-scheme:light}
body{font:1rem/1.5 system-ui,sans-serif;color:#111;background:#fff;max-width:52rem;
margin:0 auto;padding:1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;border-top:2px solid #111;padding-top:.6rem}
h3{font-size:1rem;margin-bottom:.2rem}
dt{font-weight:bold}dd{margin:0 0 .4rem 0}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold}
th,td{border:1px solid #555;padding:.25rem .5rem;text-align:left;vertical-align:top}
.bad{border:3px solid #a00;padding:.5rem}.good{border:3px solid #060;padding:.5rem}
code{overflow-wrap:anywhere}
@media print{article{break-inside:avoid-page}a{color:inherit}}
"""


def page(
    found: Checked,
    activities: Sequence[Activity],
    types: Types,
    lang: str,
    *,
    at: int,
    as_of: int,
) -> str:
    """The whole page, of activities in the order they began; judged by the lists of `as_of`."""
    texts = Texts(lang)
    return "".join(_Page(found, activities, types, texts, at, as_of).parts())


class _Page:
    """One page being written."""

    def __init__(
        self,
        found: Checked,
        activities: Sequence[Activity],
        types: Types,
        texts: Texts,
        at: int,
        as_of: int,
    ) -> None:
        self._found, self._activities, self._types = found, activities, types
        self._texts, self._at, self._as_of = texts, at, as_of
        self._entries: dict[str, list[Entry]] = {}
        for entry in found.exported.entries:
            self._entries.setdefault(entry.activity, []).append(entry)
        judged = found.judgement
        self._statements: Mapping[int, Statement] = {one.n: one for one in judged.statements}
        self._documents: Mapping[str, Document] = {one.sha256: one for one in judged.documents}

    def parts(self) -> Iterator[str]:
        """From the first line to the last."""
        texts = self._texts
        title = texts.get("page.title")
        digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")
        policy = f"default-src 'none'; style-src 'sha256-{digest}'"
        yield f'<!DOCTYPE html>\n<html lang="{texts.lang}">\n<head>\n<meta charset="utf-8">\n'
        yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        yield '<meta name="referrer" content="no-referrer">\n'
        yield f"<title>{_safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        yield f"<header>\n<h1>{_safe(title)}</h1>\n"
        yield from self._about()
        yield "</header>\n<main>\n"
        for one in self._activities:
            yield from self._article(one)
        yield "</main>\n<footer>\n"
        yield from self._foot()
        yield "</footer>\n</body>\n</html>\n"

    def _about(self) -> Iterator[str]:
        texts, found = self._texts, self._found
        judged = found.judgement
        yield _p(texts.get("page.made", when=local_time(self._at), count=len(self._activities)))
        yield from _verdict(judged, texts)
        if self._as_of < self._at:
            yield _p(texts.get("proof.old-list", when=local_time(self._as_of)))
        if found.exported.withheld:
            yield _p(texts.get("export.withheld", count=found.exported.withheld))
        yield _p(texts.get("page.whose"))
        yield _p(texts.get("page.values"))

    def _article(self, one: Activity) -> Iterator[str]:
        texts = self._texts
        name = one.party_name or texts.get(f"type.{one.type}")
        entries = self._entries.get(one.id, [])
        yield f'<article id="a-{_safe(one.id)}">\n<h2>{_safe(name)}</h2>\n'
        # The same lines the wallet shows, of entries that are here.
        kept = [Kept(e.n, e.activity, e.kind.value, e.at, e.body) for e in entries]
        ended = outcome_text(one, texts, Counter(e.kind for e in kept))
        yield _p(f"{local_time(one.started)}: {ended}.")
        rows = statements(texts, kept).all
        if one.kept_until:
            rows.append(
                (texts.get("page.until"), until_text(texts, one.kept_until, None, now=self._at))
            )
        yield from _list(rows)
        yield from self._claims(one)
        yield from self._events(kept)
        yield from self._proof(entries)
        yield "</article>\n"

    def _claims(self, one: Activity) -> Iterator[str]:
        texts = self._texts
        if not one.claims:
            return
        heads = [texts.get(f"page.{name}") for name in ("card", "item", "what")]
        yield from _table(
            texts.get("page.data"),
            heads,
            (
                (
                    title_of(vct, vct, self._types, texts.lang),
                    label_of_text(vct, path, self._types, texts.lang),
                    self._what(one, claim.shared, claim.erased),
                )
                for (vct, path), claim in one.claims.items()
            ),
        )

    def _what(self, one: Activity, shared: bool, erased: bool) -> str:
        if not shared:
            return self._texts.get("page.only-asked")
        name = {"maybe-shared": "maybe", "intended": "maybe", "unsent": "unsent"}.get(
            one.outcome, "shared"
        )
        said = self._texts.get(f"page.{name}")
        return f"{said}; {self._texts.get('activity.erased')}" if erased else said

    def _events(self, entries: Sequence[Kept]) -> Iterator[str]:
        texts = self._texts
        heads = [texts.get(f"page.{name}") for name in ("row", "event", "word")]
        yield from _table(
            texts.get("activity.events"),
            heads,
            ((str(e.n), event_line(texts, e), self._word(e.n)) for e in entries),
        )

    def _word(self, n: int) -> str:
        statement = self._statements.get(n)
        if statement is None or statement.signed_by is None:
            return self._texts.get("export.own")
        return self._texts.get("export.signed-by", name=statement.signed_by)

    def _proof(self, entries: Sequence[Entry]) -> Iterator[str]:
        texts = self._texts
        roles = {sha256: role for entry in entries for role, sha256 in evidence_of(entry.body)}
        if not roles:
            return
        yield f"<h3>{_safe(texts.get('page.proof'))}</h3>\n<ul>\n"
        for sha256, role in roles.items():
            name = texts.find(f"evidence.{role}") or role
            yield f"<li>{_safe(name)}: {_safe(self._signed(sha256))}<br>"
            yield f"<code>SHA-256 {_safe(sha256)}</code></li>\n"
        yield "</ul>\n"

    def _signed(self, sha256: str) -> str:
        document = self._documents.get(sha256)
        if document is None:
            return self._texts.get("page.unchecked")
        when = local_time(document.at)
        if not document.organisation:
            return self._texts.get("proof.own", when=when)
        return self._texts.get("proof.signed", name=document.organisation, when=when)

    def _foot(self) -> Iterator[str]:
        segment, texts = self._found.exported.segment, self._texts
        head = open_head(segment.heads[-1], segment.log_key) if segment.heads else None
        yield f"<h2>{_safe(texts.get('page.log'))}</h2>\n"
        rows = [(texts.get("page.key"), jose.thumbprint(segment.log_key))]
        if head is not None:
            rows.append((texts.get("page.rows"), str(head.n)))
            rows.append((texts.get("page.words"), " ".join(head_words(head.h))))
        yield from _list(rows)
        yield _p(texts.get("export.word"))
        yield _p(texts.get("page.check"))


def _verdict(judged: Judgement, texts: Texts) -> Iterator[str]:
    count = len(judged.statements)
    if not judged.faults:
        yield f'<p class="good"><strong>{_safe(texts.get("verify.ok", count=count))}</strong></p>\n'
        return
    yield '<div class="bad" role="alert"><p><strong>'
    yield f"{_safe(texts.get('verify.broken', count=count))}</strong></p>\n<ul>\n"
    for fault in judged.faults[:_MOST]:
        yield f"<li>{_safe(_fault(fault, texts))}</li>\n"
    yield "</ul></div>\n"


_MOST: Final = 100


def _fault(fault: Fault, texts: Texts) -> str:
    what = texts.find(f"fault.{fault.code}") or texts.get("export.fault", code=fault.code)
    return texts.get("verify.fault", n=fault.n, what=what)


def _safe(text: str) -> str:
    """Text of strangers as text: no markup, no signs that turn a line around."""
    return escape(terminal_safe(text), quote=True)


def _p(text: str) -> str:
    return f"<p>{_safe(text)}</p>\n"


def _list(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    found = [f"<dt>{_safe(label)}</dt><dd>{_safe(text)}</dd>\n" for label, text in rows]
    if found:
        yield "<dl>\n"
        yield from found
        yield "</dl>\n"


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"<table>\n<caption>{_safe(caption)}</caption>\n<thead><tr>"
    yield from (f'<th scope="col">{_safe(head)}</th>' for head in heads)
    yield "</tr></thead>\n<tbody>\n"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>\n"
    yield "</tbody>\n</table>\n"
