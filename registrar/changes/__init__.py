"""What a change of the register lets whom do: for who reviews it (Regie trust 9.5).

Pure: two readings of the register's files, and the keys that parties asked certificates for.
"""

from collections.abc import Mapping

from registrar.changes import kinds, parties
from registrar.changes.notes import DIRECTIONS, Change, Direction, Notes, matched
from registrar.config import Scheme
from registrar.register import Register
from registrar.texts import Language
from registrar.wording import Words

__all__ = ["DIRECTIONS", "Change", "Direction", "compare"]

Requests = Mapping[str, str]
"""The key of each certificate request, by `party/name`."""


def compare(
    old: Register,
    new: Register,
    lang: Language,
    *,
    requests: tuple[Requests, Requests] = ({}, {}),
) -> tuple[Change, ...]:
    """Every change, party by party, in the order of the files."""
    notes = Notes(Words(lang, {**old.kinds.types, **new.kinds.types}, old.kinds.types))
    _scheme(old.scheme, new.scheme, notes)
    owners = _owners(requests)
    for was, now in matched(old.parties, new.parties, lambda one: one.id):
        found = now or was
        assert found is not None
        own = notes.about(found.id)
        parties.compare(was, now, own)
        if now is not None:
            _keys(found.id, requests, owners, own)
    kinds.compare(old.kinds.types, new.kinds.types, notes)
    kinds.policies(old.kinds.policies, new.kinds.policies, notes)
    return tuple(notes.found)


def _scheme(old: Scheme | None, new: Scheme | None, notes: Notes) -> None:
    if old is None or new is None:
        return
    for member in ("operator", "organization_identifier", "oin", "registry_uri", "policy_uri"):
        before, after = getattr(old, member), getattr(new, member)
        if before != after:
            notes.add("wider", f"scheme.{member}", old=before, new=after)
    if old.development != new.development:
        code = "scheme.development" if new.development else "scheme.development_gone"
        notes.add("wider", code)
    contacts = [(one.address, one.email, one.website, one.country) for one in (old, new)]
    if contacts[0] != contacts[1]:
        notes.add("neutral", "scheme.contact")


def _owners(requests: tuple[Requests, Requests]) -> dict[str, set[str]]:
    """Which parties ask or asked for each key."""
    found: dict[str, set[str]] = {}
    for side in requests:
        for name, key in side.items():
            found.setdefault(key, set()).add(name.split("/", 1)[0])
    return found


def _keys(
    party: str,
    requests: tuple[Requests, Requests],
    owners: Mapping[str, set[str]],
    notes: Notes,
) -> None:
    """Keys that parties had certificates for, or ask them for, and that are others now."""
    before, after = (
        {name: key for name, key in side.items() if name.startswith(f"{party}/")}
        for side in requests
    )
    for name, key in after.items():
        others = sorted(owners[key] - {party})
        if before.get(name) != key and others:
            notes.add("wider", "key_shared", name=name.split("/", 1)[1], other=others[0])
        elif name not in before:
            notes.add("neutral", "key_added", name=name.split("/", 1)[1])
        elif before[name] != key:
            notes.add("wider", "key", name=name.split("/", 1)[1])
    for name in before:
        if name not in after:
            notes.add("neutral", "key_gone", name=name.split("/", 1)[1])
