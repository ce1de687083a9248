"""The four lists of a scheme, each opened when somebody first asks for what it says.

A wallet that is asked for data needs two small lists, not the one of every municipality. What a
list is has been checked before: its bytes are those the snapshot names.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, TypeAlias, overload

from credential.names import LISTS
from credential.trust.chains import Role
from credential.trust.entities import Issuer, anchors_of, issuers_of
from credential.trust.lists import TrustedList

Open: TypeAlias = Callable[[str, bytes], TrustedList]

_ISSUERS: Final = "pub-eaa-providers"
_LIST_OF: Final[Mapping[Role, str]] = {
    Role.CARD: _ISSUERS,
    Role.STATUS: _ISSUERS,
    Role.VERIFIER_ACCESS: "wrpac-providers",
    Role.ISSUER_ACCESS: "wrpac-providers",
    Role.REGISTRATION: "wrprc-providers",
    Role.REGISTRATION_STATUS: "wrprc-providers",
    Role.WALLET_PROVIDER: "wallet-providers",
}


class Lists:
    """What the lists say; `open_one` verifies one by its name and bytes, when it is needed."""

    def __init__(
        self, documents: Mapping[str, bytes], open_one: Open, revoked: Collection[str]
    ) -> None:
        self._documents = {**documents}
        self._open = open_one
        self._revoked = revoked
        self._issuers: tuple[Issuer, ...] = ()
        self._anchors: dict[str, Mapping[Role, tuple[bytes, ...]]] = {}

    @property
    def opened(self) -> frozenset[str]:
        """The names of the lists that were needed so far."""
        return frozenset(self._anchors)

    def open_all(self) -> None:
        """Now, and refused as a whole where one of them is."""
        for name in LISTS:
            self._of(name)

    @property
    def issuers(self) -> tuple[Issuer, ...]:
        """Everybody on the list of issuers."""
        self._of(_ISSUERS)
        return self._issuers

    def anchors(self, role: Role) -> tuple[bytes, ...]:
        """The authorities of a role, revoked ones left out."""
        return self._of(_LIST_OF[role])[role]

    def _of(self, name: str) -> Mapping[Role, tuple[bytes, ...]]:
        found = self._anchors.get(name)
        if found is not None:
            return found
        document = self._documents.get(name)
        if document is None:
            # Another thread was here in the meantime, and left what it found.
            return self._anchors[name]
        # Two threads may both read it: the same bytes say the same twice.
        listed = self._open(name, document)
        issuers = issuers_of(listed) if name == _ISSUERS else ()
        self._issuers = issuers or self._issuers
        self._anchors[name] = anchors_of((listed,), issuers, self._revoked)
        # Given back once it is read: a list as a document is larger than all it says.
        self._documents.pop(name, None)
        return self._anchors[name]


class Issuers(Sequence[Issuer]):
    """The issuers of a scheme, in the order of their list."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    @overload
    def __getitem__(self, index: int) -> Issuer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Issuer]: ...
    def __getitem__(self, index: int | slice) -> Issuer | Sequence[Issuer]:
        return self._lists.issuers[index]

    def __len__(self) -> int:
        return len(self._lists.issuers)

    def __iter__(self) -> Iterator[Issuer]:
        return iter(self._lists.issuers)


class Anchors(Mapping[Role, tuple[bytes, ...]]):
    """The authorities per role."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    def __getitem__(self, role: Role) -> tuple[bytes, ...]:
        return self._lists.anchors(role)

    def __iter__(self) -> Iterator[Role]:
        return iter(Role)

    def __len__(self) -> int:
        return len(Role)
