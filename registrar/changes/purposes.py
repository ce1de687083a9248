"""A purpose: why, which data, how long, with whom, and where people turn."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from credential.periods import within
from credential.registration import covers
from registrar.changes import lives
from registrar.changes.notes import Direction, Notes, wider_if
from registrar.party import Claim, Contact, IntendedUse, LegalBasis, Retention


def compare(old: IntendedUse | None, new: IntendedUse | None, notes: Notes) -> None:
    """What changed for one purpose; one that is new or gone is told whole."""
    words = notes.words
    if new is None:
        assert old is not None
        notes.add("narrower", "use_gone", purpose=words.text(old.purpose))
        return
    if old is None:
        notes.add("wider", "use_added", purpose=words.text(new.purpose))
        notes.other("wider", new.purpose)
        # Held against a purpose that asks nothing: the lines that follow tell what it asks.
        old = IntendedUse(new.id, new.purpose, "", (), None, (), None, ())
    elif old.purpose != new.purpose:
        notes.told("wider", "purpose", old.purpose, new.purpose)
    _claims(old.claims, new.claims, notes)
    _grounds(old, new, notes)
    _retention(old.retention, new.retention, notes, fresh=not old.privacy_policy)
    _recipients(old, new, notes)
    _rights(old, new, notes)
    if old.privacy_policy:
        notes.moved("privacy_policy", old.privacy_policy, new.privacy_policy)
        notes.moved("category", old.category, new.category)
    lives.compare(old.life, new.life, notes)


def _claims(old: Iterable[Claim], new: Iterable[Claim], notes: Notes) -> None:
    before, after = list(old), list(new)
    for claim in after:
        if claim in before:
            continue
        same = [one for one in before if (one.kind, one.path) == (claim.kind, claim.path)]
        wide = [one for one in before if _covered(claim, one)]
        names = _names(claim, notes)
        if same:
            if claim.required:
                notes.add("wider", "claim_now_required", **names)
            else:
                notes.add("narrower", "claim_now_optional", **names)
        elif any(one.required or not claim.required for one in wide):
            notes.add("neutral", "claim_part", **names)
        else:
            notes.add("wider", "claim_required" if claim.required else "claim_optional", **names)
    for claim in before:
        if any((one.kind, one.path) == (claim.kind, claim.path) for one in after):
            continue
        if not any(_covered(claim, one) for one in after):
            notes.add("narrower", "claim_gone", **_names(claim, notes))


def _covered(claim: Claim, by: Claim) -> bool:
    return claim.kind == by.kind and covers(by.path, claim.path)


def _names(claim: Claim, notes: Notes) -> dict[str, str]:
    words = notes.words
    return {"claim": words.claim(claim.kind, claim.path), "kind": words.kind(claim.kind)}


def _grounds(old: IntendedUse, new: IntendedUse, notes: Notes) -> None:
    stay = {one.gdpr for one in old.legal_basis if one in new.legal_basis}
    before = {one.gdpr for one in old.legal_basis}
    after = {one.gdpr for one in new.legal_basis}
    reworded: set[str] = set()
    for basis in new.legal_basis:
        if basis in old.legal_basis:
            continue
        added = basis.gdpr not in before or basis.gdpr in stay | reworded
        reworded.add(basis.gdpr)
        direction: Direction = "wider" if added else "neutral"
        notes.add(direction, f"ground_{'added' if added else 'text'}", ground=_ground(basis, notes))
        if basis.law:
            notes.other(direction, basis.law)
    for basis in old.legal_basis:
        if basis not in new.legal_basis and basis.gdpr not in reworded:
            # Asking without any ground is asking more, not less.
            notes.add(wider_if(not after), "ground_gone", ground=_ground(basis, notes))


def _ground(basis: LegalBasis, notes: Notes) -> str:
    law = f". {notes.words.text(basis.law)}" if basis.law else ""
    return notes.words.ground(basis.gdpr) + law


def _retention(old: Retention | None, new: Retention | None, notes: Notes, *, fresh: bool) -> None:
    if old == new:
        return

    def text(found: Retention) -> str:
        words = notes.words
        return f"{words.text(found.text)} ({words.period(found.duration)})"

    if new is None:
        assert old is not None
        notes.add("wider", "retention_gone", old=text(old))
        return
    if old is None:
        direction: Direction = "wider" if fresh else "narrower"
        notes.add(direction, "retention_added", new=text(new))
    elif (old.starts, old.duration) == (new.starts, new.duration):
        notes.told("neutral", "retention_text", old.text, new.text)
        return
    elif old.starts != new.starts:
        direction = "wider"
        notes.add(direction, "retention_start", old=text(old), new=text(new))
    elif within(new.duration, old.duration):
        direction = "narrower"
        notes.add(direction, "retention_shorter", old=text(old), new=text(new))
    else:
        direction = "wider"
        notes.add(direction, "retention_longer", old=text(old), new=text(new))
    notes.other(direction, new.text, old.text if old else None)


def _recipients(old: IntendedUse, new: IntendedUse, notes: Notes) -> None:
    if new.recipients is None:
        if old.recipients is not None:
            notes.add("wider", "recipients_gone")
        return
    if old.recipients is None:
        notes.add("narrower", "recipients_added", what=notes.said("; ".join(new.recipients)))
        return
    notes.each(old.recipients, new.recipients, "recipient")


def _rights(old: IntendedUse, new: IntendedUse, notes: Notes) -> None:
    if old.rights is not None and new.rights is None:
        notes.add("wider", "rights_gone")
    elif old.rights is None and new.rights is not None and old.privacy_policy:
        notes.add("narrower", "rights_added")
    elif old.rights is not None and new.rights is not None:
        # Another door of the same house is no more than that; another house nobody can weigh.
        same = _house(old.rights) == _house(new.rights)
        direction: Direction = "neutral" if same else "wider"
        notes.moved("rights", _place(old.rights), _place(new.rights), direction)


def _place(found: Contact) -> str:
    return ", ".join(one for one in (found.uri, found.email, found.phone) if one)


def _house(found: Contact) -> tuple[str | None, str]:
    return urlsplit(found.uri or "").hostname, (found.email or "").rpartition("@")[2].lower()
