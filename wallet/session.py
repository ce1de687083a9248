"""What lets this wallet come back to an issuer without its resident logging in again.

Sources: RFC 6749 6; RFC 9449 5; OpenID4VCI 1.0 13.5 (refreshing credentials).
"""

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from credential.strictjson import Object

if TYPE_CHECKING:
    from credential import jose

# The store knows these values, and must open fast: what reads them is imported where it is used.


@dataclass(frozen=True)
class Wanted:
    """One kind of card to ask for."""

    configuration: str
    kind: str
    vct: str


@dataclass(frozen=True)
class Instance:
    """The key one issuer knows this wallet by, and who vouches for it until when.

    Made for one issuer and used nowhere else (HAIP 1.0 4.4.1).
    """

    key: str = field(repr=False)
    attestation: str = field(repr=False)
    until: int


@dataclass(frozen=True)
class StoredSession:
    """One issuer, the tokens it gave, and the key they are bound to."""

    issuer: str
    oin: str
    name: str
    server: str
    token_endpoint: str
    dpop_key: str = field(repr=False)
    access_token: str = field(repr=False)
    access_until: int
    opened_at: int
    wanted: tuple[Wanted, ...] = ()
    """The kinds of cards these tokens are good for."""
    identifiers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """`credential_identifiers` per configuration, where the issuer gave them."""
    refresh_token: str | None = field(default=None, repr=False)
    my_endpoint: str | None = None
    challenge_endpoint: str | None = None
    client_id: str = ""
    """Empty: the wallet came anonymously, by the desk route."""
    instance: Instance | None = field(default=None, repr=False)
    declared: dict[str, Any] = field(default_factory=dict, repr=False)
    """What the issuer asks for the kinds a person decides on: `nl_regie.declared`."""
    topped_up_at: int = 0

    @classmethod
    def read(cls, document: Object) -> Self:
        """The session as this wallet stored it."""
        import msgspec  # noqa: PLC0415

        return msgspec.convert(document, cls)

    def document(self) -> Object:
        """The session as it is stored; inside the encrypted database, like every key."""
        import msgspec  # noqa: PLC0415

        found: Object = msgspec.to_builtins(self)
        return found

    @property
    def foreign(self) -> bool:
        """Whether this issuer stands outside the scheme: known by its address, and no number."""
        return self.oin == self.issuer

    @property
    def key(self) -> "jose.PrivateKey":
        """The key every use of the tokens must prove."""
        from credential import jose  # noqa: PLC0415

        return jose.private_key_from_pem(self.dpop_key.encode())

    def renewed(self, access_token: str, access_until: int) -> Self:
        """The same, with a newer access token."""
        return dataclasses.replace(self, access_token=access_token, access_until=access_until)
