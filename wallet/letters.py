"""What a resident writes to an organisation or to the authority, drafted in full (TS7, TS8 3.3).

The subject names the article of the law; the body names the data by what people call it and never
holds a value, except what the resident says it should be. The name below it is filled in by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from credential.plaintext import terminal_safe
from credential.rights import Right
from wallet.texts import Texts

_LINE: Final = 300


@dataclass(frozen=True)
class Letter:
    """A subject and a body, ready to send."""

    subject: str
    body: str = field(repr=False)

    @property
    def text(self) -> str:
        """Both, as a page."""
        return f"{self.subject}\n\n{self.body}\n"


@dataclass(frozen=True)
class About:
    """One disclosure, as both kinds of letter tell of it; `claims` are labels by card."""

    party: str
    oin: str
    service: str
    day: str
    purpose: str
    intermediary: str = ""
    reference: tuple[str, str] = ("", "")
    claims: Mapping[str, Sequence[str]] = field(default_factory=dict)


def ask(
    texts: Texts,
    right: Right,
    about: About,
    *,
    chosen: bool,
    changes: Sequence[tuple[str, str]] = (),
    words: str = "",
) -> Letter:
    """A request to the organisation; `chosen`: about these data, not about everything."""
    name = right.value
    lines = [texts.get("letter.greeting"), ""]
    lines.append(texts.get("letter.shared", day=about.day, party=_safe(about.party)))
    lines.append(texts.get(f"letter.ask.{name}"))
    lines += ["", texts.get("letter.chosen" if chosen else "letter.all"), *_claims(about), ""]
    if changes:
        lines.append(texts.get("letter.changes"))
        lines += [f"- {_safe(label)}: {_safe(value)}" for label, value in changes]
        lines.append("")
    lines += _context(texts, about)
    if words:
        lines += ["", texts.get("letter.words"), *_own(words)]
    also = texts.find(f"letter.also.{name}")
    lines += ["", *([also] if also else []), texts.get("letter.term"), texts.get("letter.identity")]
    lines += ["", texts.get("letter.closing"), "", texts.get("letter.name")]
    return Letter(texts.get(f"letter.subject.{name}"), "\n".join(lines))


def report(
    texts: Texts,
    about: About,
    *,
    asked: Mapping[str, Sequence[str]],
    facts: Sequence[str],
    files: Sequence[str],
    words: str = "",
) -> Letter:
    """A report to the authority, after the template it recommends (TS8 3.3)."""
    party = _safe(about.party)
    lines = [texts.get("letter.greeting"), ""]
    lines.append(texts.get("letter.report.begin", day=about.day, party=party))
    lines.append(texts.get("letter.report.please"))
    lines += ["", texts.get("letter.report.who"), f"- {party}"]
    for key, value in (("oin", about.oin), ("service", about.service)):
        lines += [f"- {texts.get(f'letter.report.{key}', value=_safe(value))}"] if value else []
    if about.intermediary:
        between = _safe(about.intermediary)
        lines.append(f"- {texts.get('letter.report.intermediary', value=between)}")
    if facts:
        lines += ["", texts.get("letter.report.facts"), *(f"- {_safe(one)}" for one in facts)]
    for key, claims in (("asked", asked), ("shared", about.claims)):
        if claims:
            lines += ["", texts.get(f"letter.report.{key}"), *_listed(claims)]
    lines += ["", *_context(texts, about)]
    if words:
        lines += ["", texts.get("letter.words"), *_own(words)]
    if files:
        lines += ["", texts.get("letter.report.files"), *(f"- {one}" for one in files)]
    lines += ["", texts.get("letter.closing"), "", texts.get("letter.name")]
    return Letter(texts.get("letter.report.subject", party=party), "\n".join(lines))


def mailto(letter: Letter, address: str) -> str:
    """The draft as a link for a mail program (RFC 6068); line ends as it wants them."""
    body = letter.body.replace("\n", "\r\n")
    return f"mailto:{quote(address, safe='@')}?subject={quote(letter.subject)}&body={quote(body)}"


def mail_file(letter: Letter, address: str, *, at: int) -> bytes:
    """The draft as a file that mail programs open (RFC 5322); not sent yet."""
    message = EmailMessage(policy=SMTP)
    user, _, domain = address.rpartition("@")
    message["To"] = Address(username=user, domain=domain)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    message["X-Unsent"] = "1"
    message.set_content(letter.body)
    return message.as_bytes()


def _claims(about: About) -> list[str]:
    return _listed(about.claims)


def _listed(claims: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        f"- {_safe(title)}: {', '.join(_safe(label) for label in labels)}"
        for title, labels in claims.items()
    ]


def _context(texts: Texts, about: About) -> list[str]:
    found = []
    if about.purpose:
        found.append(texts.get("letter.purpose", purpose=_safe(about.purpose)))
    kind, value = about.reference
    if kind and value:
        found.append(texts.get(f"letter.reference.{kind}", value=_safe(value)))
    return found


def _own(words: str) -> list[str]:
    """What the resident wrote, line by line."""
    return [terminal_safe(line, max_length=4000) for line in words.splitlines()]


def _safe(text: str) -> str:
    return terminal_safe(text, max_length=_LINE)
