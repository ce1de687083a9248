"""Asking an organisation that has no address for it: its page, a mail, the telephone (TS7 3.3).

Only that it was begun can be known and is on record (ARF 3.0 DATA_DLT_05 and 06). The resident
sends it, and puts the request away when it was answered.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from credential import base64url, jose, strictjson
from credential.errors import CredentialError
from credential.names import TYP_REQUEST_OBJECT, Path, path_text
from credential.plaintext import terminal_safe
from credential.rights import Right
from credential.strictjson import Json, Object
from credential.trust import leaf
from wallet.errors import NoMatch, Usage
from wallet.events import Kind
from wallet.links import https_url
from wallet.refusals import LinkError
from wallet.service.rights import require_text
from wallet.service.wallet import Wallet
from wallet.store.values import RightsCase

INITIATED: Final = "initiated"
RIGHTS: Final = frozenset(
    {Right.ACCESS, Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION, Right.OBJECTION}
)
"""What a letter can ask; how it stands and a receipt come from an address alone."""
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()./-]{3,28}[0-9]")
_MOST: Final = 500


class Channel(StrEnum):
    """How somebody is reached."""

    MAIL = "mail"
    WEB = "web"
    PHONE = "phone"


@dataclass(frozen=True)
class Way:
    """One way to reach somebody."""

    channel: Channel
    contact: str


def ways(wallet: Wallet, activity: str) -> tuple[Way, ...]:
    """How this organisation can be reached, as registered; else as its certificate says.

    The registration comes first (rights contact, support), then the access certificate, in which
    the support addresses stand as alternative names (TS7 3.3, step 1).
    """
    found: dict[Way, None] = {}
    for entry in reversed(wallet.store.events(activity)):
        party = entry.body.get("party")
        if isinstance(party, dict) and isinstance(stated := party.get("contacts"), dict):
            found.update(dict.fromkeys(read(stated)))
    if not found:
        found.update(dict.fromkeys(_certificate(wallet, activity)))
    order = [*Channel]
    return tuple(sorted(found, key=lambda way: order.index(way.channel)))


def read(stated: Object) -> Iterator[Way]:
    """The ways among stated contacts; an address may stand where a page is meant (TS7 3.2, I5)."""
    for name in ("email", "uri", "phone"):
        text = stated.get(name)
        way = None if not isinstance(text, str) else way_of(text)
        if way is not None:
            yield way


def way_of(text: str) -> Way | None:
    """What kind of contact this text is; nothing where it is none that can be used safely."""
    text = text.strip()
    if len(text) > _MOST or text != terminal_safe(text):
        return None
    scheme, _, rest = text.partition(":")
    if scheme.lower() in ("mailto", "tel"):
        text = rest.partition("?")[0]
    if _MAIL.fullmatch(text):
        return Way(Channel.MAIL, text)
    if _PHONE.fullmatch(text):
        return Way(Channel.PHONE, text)
    try:
        return Way(Channel.WEB, https_url(text, "link.not_https"))
    except LinkError:
        return None


def begin(
    wallet: Wallet,
    activity: str,
    right: Right,
    way: Way,
    *,
    claims: Sequence[Path] = (),
    proposed: Json = None,
    text: str = "",
    now: int,
) -> RightsCase:
    """On record before the page, the mail or the telephone opens: when, who, which data."""
    if right not in RIGHTS:
        raise NoMatch("ask.no_endpoint")
    found = wallet.store.activity(activity)
    if found is None or not any(claim.shared for claim in found.claims.values()):
        raise NoMatch("ask.not_shared")
    require_text(text)
    paths: list[Json] = [path_text(path) for path in dict.fromkeys(claims)]
    reached: Object = {"channel": way.channel.value, "contact": way.contact}
    case = RightsCase(
        wallet.store.new_id(),
        activity,
        right.value,
        INITIATED,
        now,
        None,
        None,
        {"claims": paths, **reached},
    )
    body: Object = {
        "right": right.value,
        "state": INITIATED,
        **reached,
        **({"claims": paths} if paths else {}),
    }
    texts: dict[str, bytes] = {"right-text": text.encode()} if text else {}
    if proposed is not None:
        texts["right-proposed"] = strictjson.dumps(proposed)
    wallet.store.open_right(case, body, at=now, texts=texts)
    return case


def choose(found: Sequence[Way], channel: str) -> Way:
    """The way of this kind, or a refusal that names those there are."""
    way = next((one for one in found if one.channel == channel), None)
    if way is None:
        raise Usage("ask.no_way", ways=", ".join(one.channel.value for one in found) or "-")
    return way


def reference(wallet: Wallet, activity: str) -> tuple[str, str]:
    """What they can find this disclosure by: the receipt's number, else the hash of the request."""
    for entry in reversed(wallet.store.events(activity)):
        if entry.kind == Kind.RECEIPT_VERIFIED:
            return "receipt", str(entry.body.get("jti") or "")
    for kept in wallet.store.evidence(activity):
        if kept.role == "request":
            return "request", base64url.sha256(kept.content)
    return "", ""


def _certificate(wallet: Wallet, activity: str) -> Iterator[Way]:
    """The addresses in the certificate the request was signed with; verified when it came."""
    for kept in wallet.store.evidence(activity):
        if kept.role != "request":
            continue
        try:
            signed = jose.parse(kept.content.decode(), typ=TYP_REQUEST_OBJECT)
            der = signed.x5c()[0]
            held = leaf.read(leaf.load(der), der)
        except (CredentialError, UnicodeDecodeError, IndexError):
            return
        for text in (*held.emails, *held.uris):
            way = way_of(text)
            if way is not None and not leaf.is_service_uri(text):
                yield way
