"""Members that stand in more than one place of a party's files."""

import re
from collections.abc import Mapping
from typing import Final

from credential.names import REGISTERED_ID
from registrar.life import Event, Step
from registrar.party import Contact, Local
from registrar.sheet import Section

SERVICE_ID: Final = REGISTERED_ID
HOSTS: Final = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
_OF_ISSUING: Final = frozenset({Step.EXTENDED, Step.REDUCED, Step.MERGED})
_WITH_KINDS: Final = frozenset({Step.ADMITTED, Step.EXTENDED, Step.REDUCED})
_CARDS: Final = ("stay", "refused")


def local(found: Section, name: str) -> Local:
    """A text in both languages."""
    texts = found.section(name)
    return Local(nl=_language(texts, "nl"), en=_language(texts, "en"))


def contact(found: Section) -> Contact:
    """Where people turn."""
    return Contact(found.optional("uri"), found.optional("email"), found.optional("phone"))


def hosts(found: Section) -> tuple[str, ...]:
    """Names of hosts as certificates carry them: no port, no path, no wildcard."""
    named = tuple(host.lower() for host in found.texts("hosts"))
    if not named and "hosts" not in found:
        found.fault("toml.missing", "hosts")
    elif not named:
        found.fault("party.hosts", "hosts")
    for number, host in enumerate(named):
        if not HOSTS.fullmatch(host):
            found.fault("party.hosts", "hosts", host, element=number)
    return named


def kind(found: Section, name: str, written: str, kinds: Mapping[str, str]) -> str:
    """The kind of this name, as the model knows it; nothing for one that does not exist."""
    known = kinds.get(written)
    if known is None and written:
        found.fault("party.kind", name, written)
    return known or ""


def kinds_of(found: Section, name: str, kinds: Mapping[str, str]) -> tuple[str, ...]:
    """Every kind this member names."""
    listed = []
    for number, written in enumerate(found.texts(name)):
        known = kinds.get(written)
        if known is None:
            found.fault("party.kind", name, written, element=number)
        else:
            listed.append(known)
    return tuple(listed)


def steps(found: Section, kinds: Mapping[str, str] | None) -> tuple[Event, ...]:
    """The life as its steps; those of an issuer name kinds, a verifier's (`None`) do not."""
    read = (_step(one, kinds) for one in found.sections("step"))
    return tuple(one for one in read if one is not None)


def _step(found: Section, kinds: Mapping[str, str] | None) -> Event | None:
    on, what = found.moment("on"), found.text("what")
    listed = kinds_of(found, "kinds", kinds or {})
    formerly, cards = found.optional("formerly"), found.text_or("cards", "refused")
    known = {step.value for step in Step if kinds is not None or step not in _OF_ISSUING}
    if what not in known:
        if what:
            found.fault("party.step", "what", what)
        return None
    step = Step(what)
    takes_kinds = kinds is not None and step in _WITH_KINDS
    if takes_kinds and not listed and not found.texts("kinds"):
        found.fault("party.step_kinds", "what", what)
    if ("kinds" in found and not takes_kinds) or ("cards" in found and step is not Step.SUSPENDED):
        found.fault("party.step_member", "what", what)
    if (formerly is None) == (step is Step.RENAMED):
        found.fault("party.step_formerly", "what", what)
    if cards not in _CARDS:
        found.fault("party.step_cards", "cards", cards)
    return Event(on, step, listed, formerly or "", cards == "stay")


def _language(texts: Section, name: str) -> str:
    if name not in texts:
        texts.asked.add(name)
        texts.fault("toml.language", name)
        return ""
    return texts.text(name)
