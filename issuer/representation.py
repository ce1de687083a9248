"""Who speaks for a resident that cannot ask alone: recorded, never assumed (Wet BRP 2.55(5))."""

from enum import StrEnum
from typing import Final

import msgspec

from issuer.errors import DeskFault


class Relation(StrEnum):
    """What the person at the desk is to the resident."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    CURATOR = "curator"


class Seen(StrEnum):
    """The document that showed the relation."""

    AUTHORITY_REGISTER = "authority_register"
    BIRTH_RECORD = "birth_record"
    CURATORSHIP_REGISTER = "curatorship_register"
    COURT_DECISION = "court_decision"


PROOFS: Final = {
    Relation.PARENT: (Seen.AUTHORITY_REGISTER, Seen.BIRTH_RECORD),
    Relation.GUARDIAN: (Seen.AUTHORITY_REGISTER, Seen.COURT_DECISION),
    Relation.CURATOR: (Seen.CURATORSHIP_REGISTER, Seen.COURT_DECISION),
}
"""Which documents can show which relation."""


class Representation(msgspec.Struct, frozen=True):
    """A clerk saw the document and vouches for it; who it was stays out of the accounts."""

    relation: Relation
    seen: Seen

    @property
    def speaks_for_minors(self) -> bool:
        """A parent or guardian; a curator of an adult is neither."""
        return self.relation in (Relation.PARENT, Relation.GUARDIAN)


def representation(relation: str, seen: str) -> Representation:
    """What a clerk recorded; a document that cannot show the relation shows nothing."""
    try:
        found = Representation(Relation(relation), Seen(seen))
    except ValueError:
        raise DeskFault("desk.representation", "Wet BRP 2.55(5)") from None
    if found.seen not in PROOFS[found.relation]:
        raise DeskFault("desk.representation", "Wet BRP 2.55(5)")
    return found
