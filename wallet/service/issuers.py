"""Which issuer the resident means: by name, number, host or address, from the trusted list."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from credential.trust import Issuer
from wallet.errors import NoMatch, Usage
from wallet.links import https_url
from wallet.service.session import no_longer
from wallet.service.wallet import Wallet


@dataclass(frozen=True)
class Place:
    """Where an issuer answers; `oin` where the resident named one and not merely an address."""

    url: str
    oin: str | None


def find(wallet: Wallet, text: str, *, now: int) -> Place:
    """The one issuer this names; refuses none and several, naming those."""
    trust = wallet.trust(now)
    trust.require_fresh(now)
    text = text.strip()
    if "://" in text:
        return Place(https_url(text, "link.malformed").removesuffix("/"), None)
    active = [one for one in trust.issuers if one.issuing(now)]
    found = (
        [one for one in active if text == one.oin or text in one.municipality_codes]
        or [one for one in active if one.name.casefold() == text.casefold()]
        or [one for one in active if _host(text) in one.issuer_hosts]
        or [one for one in active if text and text.casefold() in one.name.casefold()]
    )
    if not found:
        gone = [one for one in trust.issuers if text in (one.oin, one.name)]
        if gone:
            raise no_longer(trust, gone[0].oin, gone[0].name, now)
        raise NoMatch("get.issuer_none")
    if len(found) > 1:
        raise Usage("get.issuer_several", names=", ".join(one.name for one in found[:5]))
    return Place(address(wallet, found[0]), found[0].oin)


def address(wallet: Wallet, issuer: Issuer) -> str:
    """The identifier of an issuer: where its cards came from, else as its list entry tells.

    An entry names hosts and codes, and where its status lists lie; ours lie below the identifier.
    """
    for stored in wallet.store.sessions():
        if stored.oin == issuer.oin:
            return stored.issuer
    for card in wallet.store.cards():
        if card.issuer_oin == issuer.oin:
            return card.issuer_url
    code = issuer.municipality_codes[0] if issuer.municipality_codes else ""
    prefix = issuer.status_prefix.removesuffix("/").removesuffix("/status")
    if urlsplit(prefix).hostname in issuer.issuer_hosts and prefix.endswith(f"/{code}"):
        return prefix
    host = min(issuer.issuer_hosts, default="")
    return f"https://{host}/{code}" if code else f"https://{host}"


def _host(text: str) -> str:
    return text.partition("/")[0].partition(":")[0].lower()
