"""One honest presentation taken apart, and put together again with a difference."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.holder_simulator import Card, Holder, Lies, Request
from support.scheme import Credentials
from support.verifier_home import VerifierHome

from credential import base64url, jose, sdjwt, strictjson
from credential.jose import KeySigner, PrivateKey
from credential.names import FORMAT_CARD, TYP_KEY_BINDING

Change = Callable[["Shown"], str]


@dataclass(frozen=True)
class Shown:
    """What a holder shows of one card for one request, and what it takes to make it anew."""

    home: VerifierHome
    card: Card
    compact: str

    @property
    def presented(self) -> str:
        """The part that `sd_hash` covers."""
        return self.compact[: self.compact.rindex("~") + 1]

    @property
    def issuer_jwt(self) -> str:
        return self.compact.split("~")[0]

    @property
    def disclosures(self) -> list[str]:
        return self.compact.split("~")[1:-1]

    @property
    def hidden(self) -> list[str]:
        """The disclosures of the card that were not shown."""
        return [one for one in self.card.compact.split("~")[1:-1] if one not in self.disclosures]

    @property
    def kb_jwt(self) -> str:
        return self.compact.rpartition("~")[2]

    @property
    def binding(self) -> dict[str, Any]:
        return dict(jose.parse(self.kb_jwt, typ=TYP_KEY_BINDING).dangerous_payload())

    @property
    def payload(self) -> dict[str, Any]:
        return dict(jose.parse(self.issuer_jwt, typ=FORMAT_CARD).dangerous_payload())

    def joined(self, issuer_jwt: str | None = None, disclosures: list[str] | None = None) -> str:
        """Another issuer JWT or other disclosures, ending in `~`."""
        shown = self.disclosures if disclosures is None else disclosures
        return "~".join((issuer_jwt or self.issuer_jwt, *shown, ""))

    def bound(
        self,
        presented: str | None = None,
        *,
        key: PrivateKey | None = None,
        typ: str = TYP_KEY_BINDING,
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """A fresh key binding over this; a claim of `...` is left out."""
        text = self.presented if presented is None else presented
        members = {**self.binding, "sd_hash": base64url.sha256(text), **claims}
        payload = {name: value for name, value in members.items() if value is not ...}
        signer = KeySigner(key or self.card.key)
        return text + jose.sign(payload, typ=typ, signer=signer, header=header)

    def issued(
        self,
        *,
        by: Credentials | None = None,
        typ: str = FORMAT_CARD,
        header: dict[str, Any] | None = None,
        disclosures: list[str] | None = None,
        **claims: Any,
    ) -> str:
        """The card issued with other claims, and bound by its holder; `...` leaves one out."""
        issuer = by or self.home.scheme.issuer().card
        payload = {n: v for n, v in {**self.payload, **claims}.items() if v is not ...}
        made = jose.sign(
            payload, typ=typ, signer=issuer.signer, header={**issuer.header, **(header or {})}
        )
        return self.bound(self.joined(made, disclosures))


def showing(
    home: VerifierHome, holder: Holder, card: Card, query: dict[str, Any], request: Request
) -> Shown:
    """An honest presentation of this card, by a wallet that knows no rights keys."""
    compact = holder.present(card, query, request, Lies(no_rights=True), "")
    return Shown(home, card, compact)


def disclosure(*content: Any) -> str:
    """A disclosure of this content (RFC 9901, 4.2)."""
    return base64url.encode(strictjson.dumps(list(content)))


def digest(raw: str) -> str:
    return base64url.sha256(raw)


def claims_of(compact: str) -> dict[str, Any]:
    """The processed payload, as we read it."""
    return dict(sdjwt.dangerous_reopen(sdjwt.parse(compact, typ=FORMAT_CARD)).payload)


def flipped(text: str, at: int) -> str:
    """The text with one character replaced by another of the alphabet."""
    other = "A" if text[at] != "A" else "B"
    return text[:at] + other + text[at + 1 :]
