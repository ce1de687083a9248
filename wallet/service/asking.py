"""From a link to a question: fetched once, verified, on record; or refused, and told so.

What is refused is on record before the asker is told, and it is told no more than what is wrong
with its own request (OpenID4VP 1.0 5, 8.5; formats.md 2).
"""

import json
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from credential import base64url, disclosurepolicy, strictjson
from credential.disclosurepolicy import DisclosurePolicy
from credential.errors import CredentialError
from credential.names import MEDIA_FORM, MEDIA_REQUEST_OBJECT
from credential.strictjson import Object
from wallet import bodies, copies, question, request, sharing, terms
from wallet.caution import Before, InHand
from wallet.errors import Distrusted, Shared, WalletError, from_credential
from wallet.events import Kind
from wallet.fetch import Call, Fetch, Reply
from wallet.links import PresentationLink, host_of
from wallet.question import Question
from wallet.refusals import Lost, MessageError, NotSent
from wallet.request import Addressed, VerifiedRequest
from wallet.service.wallet import Wallet
from wallet.store.values import Evidence, Pending

REQUEST_LIFE: Final = 600
NONCE_BYTES: Final = 32
MAX_REQUEST_REPLY: Final = 65_536


@dataclass(frozen=True)
class Posed:
    """A verified request with the question it puts; `id` is also that of its activity."""

    id: str
    request: VerifiedRequest
    question: Question
    hand: tuple[InHand, ...] = field(repr=False)


def receive(wallet: Wallet, fetch: Fetch, link: PresentationLink, *, lang: str, now: int) -> Posed:
    """The question behind a link; a link seen before is not fetched again (one-shot)."""
    seen = _seen(wallet, link, now)
    if seen is not None:
        return pose(wallet, seen, lang=lang, now=now)
    activity = wallet.store.new_activity()
    document, raw = _fetch(wallet, fetch, link)
    addressed = None
    try:
        addressed = _address(wallet, document, now)
        verified = request.read(addressed, wallet.trust(now), now=now)
    except (CredentialError, MessageError) as error:
        _refuse(wallet, activity, link, raw, error, now, addressed)
        if addressed is not None:
            tell = sharing.refusal(addressed.reply_to, request.wire_error(_rule(error)))
            post(fetch, addressed.reply_to.response_uri, tell)
        raise _distrusted(error) from None
    try:
        posed = _posed(wallet, activity, verified, lang, now)
    except (CredentialError, MessageError) as error:
        # It hangs on what is in this wallet: on record here, and told to nobody.
        _refuse(wallet, activity, link, raw, error, now, None)
        raise _distrusted(error) from None
    wallet.store.add_request(
        Pending(activity, activity, now, verified.expires_at or now + REQUEST_LIFE, document),
        bodies.received(verified, posed.question, fetch.peers),
        at=now,
        evidence=evidence_of(wallet, verified, now),
        texts=texts_of(verified),
    )
    return posed


def pose(wallet: Wallet, pending: Pending, *, lang: str, now: int) -> Posed:
    """The question of a stored request, verified anew at this moment."""
    try:
        addressed = _address(wallet, pending.document, now)
        verified = request.read(addressed, wallet.trust(now), now=now)
        return _posed(wallet, pending.activity, verified, lang, now)
    except (CredentialError, MessageError) as error:
        if wallet.store.request(pending.id) is not None:
            body: Object = {"reason": _rule(error)}
            wallet.store.close_request(pending.id, Kind.REQUEST_REFUSED, body, at=now)
        raise _distrusted(error) from None


def _fetch(wallet: Wallet, fetch: Fetch, link: PresentationLink) -> tuple[Object, str]:
    """One read of the request object, and what verifying it again will need."""
    wallet_nonce = base64url.encode(wallet.entropy(NONCE_BYTES)) if link.post else None
    form = {"wallet_metadata": json.dumps(request.METADATA, separators=(",", ":"))}
    call = Call(
        "POST" if link.post else "GET",
        link.request_uri,
        accept=MEDIA_REQUEST_OBJECT,
        content_type=MEDIA_FORM if link.post else None,
        body=b""
        if wallet_nonce is None
        else urlencode({**form, "wallet_nonce": wallet_nonce}).encode(),
        max_bytes=MAX_REQUEST_REPLY,
    )
    raw = request.body_of(fetch.send(call))
    document: Object = {
        "raw": raw,
        "client_id": link.client_id,
        "request_uri": link.request_uri,
        "wallet_nonce": wallet_nonce,
    }
    return document, raw


def _seen(wallet: Wallet, link: PresentationLink, now: int) -> Pending | None:
    for pending in wallet.store.requests():
        if (
            pending.document.get("request_uri") == link.request_uri
            and pending.document.get("client_id") == link.client_id
            and pending.expires_at > now
        ):
            return pending
    return None


def _address(wallet: Wallet, document: Object, now: int) -> Addressed:
    wallet_nonce = document.get("wallet_nonce")
    return request.address(
        strictjson.text(document, "raw"),
        wallet.trust(now),
        now=now,
        client_id=strictjson.text(document, "client_id"),
        request_uri=strictjson.text(document, "request_uri"),
        wallet_nonce=wallet_nonce if isinstance(wallet_nonce, str) else None,
        foreign=wallet.foreign.anchors,
    )


def _posed(wallet: Wallet, activity: str, verified: VerifiedRequest, lang: str, now: int) -> Posed:
    store = wallet.store
    by_card = {copy.card: copy for copy in store.candidates()}
    policies = _policies(wallet)
    # Looked up only where a verifier names authorities: it takes a certificate to be read.
    named = any(one.trusted_authorities for one in verified.query.credentials)
    hand = tuple(
        InHand(
            card,
            copy,
            copies.authority_key_ids(copy.compact) if named and copy else frozenset(),
            policies.get(card.id),
        )
        for card in reversed(store.cards())
        for copy in (by_card.get(card.id),)
    )
    last = store.last_terms(*verified.party_key)
    before = Before(
        store.known_party(*verified.party_key), None if last is None else terms.logged(last)
    )
    built = question.build(verified, hand, before, wallet.trust(now), lang=lang, now=now)
    return Posed(activity, verified, built, hand)


def evidence_of(wallet: Wallet, verified: VerifiedRequest, now: int) -> tuple[Evidence, ...]:
    """What proves later who asked what, and under which scheme (formats.md 2)."""
    kept = [Evidence("scheme", wallet.trust(now).scheme_jws.encode())]
    if verified.registration is not None:
        kept.insert(0, Evidence("registration", verified.registration.raw.encode()))
    if not _as_text(verified):
        kept.insert(0, Evidence("request", verified.raw.encode()))
    return tuple(kept)


def texts_of(verified: VerifiedRequest) -> dict[str, bytes]:
    """A request that holds values lies where it can be erased (formats.md 2)."""
    return {"request": verified.raw.encode()} if _as_text(verified) else {}


def _as_text(verified: VerifiedRequest) -> bool:
    """Whether a request is no evidence for others.

    It holds values, or its certificate is of another scheme: who checks an export cannot judge it.
    """
    return verified.holds_values or verified.registration is None


def _refuse(
    wallet: Wallet,
    activity: str,
    link: PresentationLink,
    raw: str,
    error: CredentialError | MessageError,
    now: int,
    addressed: Addressed | None,
) -> None:
    """On record with the rule; who asked is known only by the host that was contacted.

    `addressed`: where the asker is told, if that place could be trusted.
    """
    host = host_of(link.request_uri)
    told = [] if addressed is None else [host_of(addressed.reply_to.response_uri)]
    body: Object = {
        "reason": _rule(error),
        "party": {"name": host},
        "peers": [*dict.fromkeys([host, *told])],
    }
    wallet.store.append(
        activity, Kind.REQUEST_REFUSED, body, at=now, texts={"request": raw.encode()}
    )


def _rule(error: CredentialError | MessageError) -> str:
    return error.rule if isinstance(error, MessageError) else error.code


def _distrusted(error: CredentialError | MessageError) -> WalletError:
    if isinstance(error, Distrusted):
        error.shared = Shared.NOTHING
        return error
    return from_credential(error, shared=Shared.NOTHING)


def _policies(wallet: Wallet) -> dict[str, DisclosurePolicy]:
    """What issuers say about who should see each card, as kept when it came."""
    return {
        card: disclosurepolicy.parse(document) for card, document in wallet.store.policies().items()
    }


def post(fetch: Fetch, url: str, form: bytes) -> Reply | NotSent | Lost:
    """The one way an answer leaves."""
    call = Call("POST", url, content_type=MEDIA_FORM, body=form, max_bytes=sharing.MAX_ANSWER)
    try:
        return fetch.send(call)
    except (NotSent, Lost) as failure:
        return failure
