"""Who has an old address and what could be linked, in words; the same for terminal and screens."""

from collections.abc import Iterable, Iterator

from credential.plaintext import terminal_safe
from credential.strictjson import Json
from wallet.naming import Types, label_of_text, path_of_text
from wallet.phrases import claim_text, date_text
from wallet.service.addresses import OldAddress
from wallet.service.linking import Link, Linkable, Linked
from wallet.texts import Texts


def old_address(found: OldAddress, texts: Texts, types: Types) -> list[str]:
    """Who it is, what they have, until when, and what was asked about it."""
    lines = [terminal_safe(found.name)]
    if found.values:
        vct = found.claims[0][0]
        said = ", ".join(
            f"{label_of_text(vct, at, types, texts.lang)} {_value(at, value, texts)}"
            for at, value in found.values
        )
        lines.append(texts.get("old-address.has", values=said))
    if not found.compared:
        lines.append(texts.get("old-address.wiped"))
    if found.kept_until:
        day = texts.get("who.until", day=date_text(found.kept_until))
        lines.append(f"{day[:1].upper()}{day[1:]}.")
    if not found.certain:
        lines.append(texts.get("old-address.maybe"))
    if found.right:
        right = texts.find(f"right.{found.right}") or found.right
        state = texts.find(f"rights.states.{found.state}") or found.state
        lines.append(texts.get("old-address.asked", right=right, state=state))
    return lines


def _value(at: str, value: Json, texts: Texts) -> str:
    return claim_text(path_of_text(at), value, texts)


def named(name: str, service: str, names: Iterable[str]) -> str:
    """A party by its name, and by the service too where several of its services are listed."""
    shown = terminal_safe(name)
    return f"{shown} ({terminal_safe(service)})" if [*names].count(name) > 1 else shown


def linked(found: Linkable, texts: Texts) -> Iterator[tuple[str, str]]:
    """Part and sentence: `heading` begins something, `line` belongs to it."""
    if not found.links:
        yield "heading", texts.get("linked.none")
    else:
        yield "heading", texts.get("linked.what")
    for link in found.links:
        yield "heading", texts.get(f"linked.{link.means.value}")
        for line in _link(link, texts):
            yield "line", line
    if found.unlinked:
        yield "heading", texts.get("linked.unlinked", names=listed(found.unlinked, texts))
    yield "heading", texts.get("linked.municipality")


def _link(link: Link, texts: Texts) -> Iterator[str]:
    if link.together:
        yield together(link, texts)
    for one in link.parties:
        if one.times > 1:
            yield texts.get("linked.alone", name=terminal_safe(one.name), times=one.times)


def together(link: Link, texts: Texts) -> str:
    """Who can see it side by side; the services of one organisation need nobody else."""
    names = {one.name for one in link.parties}
    name = "linked.together" if len(names) > 1 else "linked.services"
    return texts.get(name, names=listed(link.parties, texts))


def listed(parties: tuple[Linked, ...], texts: Texts) -> str:
    """`A, B en C`; services of one organisation count once."""
    names = list(dict.fromkeys(terminal_safe(one.name) for one in parties))
    if len(names) == 1:
        return names[0]
    return texts.get("list.and", words=", ".join(names[:-1]), last=names[-1])
