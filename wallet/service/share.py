"""Answering a request: fetch, ask, then decline or share (OpenID4VP 1.0; formats.md 2 to 5).

Nothing is posted before a person, or a flag that stands for one, has answered. What leaves stands
in the log, on disk, before its first byte does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit

from credential import base64url, jose, sdjwtvc, strictjson
from credential.errors import CredentialError
from credential.names import MEDIA_FORM, MEDIA_REQUEST_OBJECT
from credential.plaintext import terminal_safe
from credential.strictjson import Object
from wallet import bodies, copies, proof, question, request, sharing
from wallet.caution import Before, InHand, Warn
from wallet.errors import Distrusted, ExitCode, Shared, Usage, WalletError, from_credential
from wallet.events import Kind, Outcome
from wallet.fetch import Call, Fetch, Reply
from wallet.links import PresentationLink, host_of, https_url
from wallet.question import Option, Question
from wallet.refusals import LinkError, Lost, MessageError, NotSent
from wallet.request import VerifiedRequest
from wallet.service import partycases
from wallet.service.wallet import Wallet
from wallet.sharing import Acknowledged, Holding, Prepared, Rejected, Settlement, Unknown, Unsent
from wallet.store.values import CopyUse, Evidence, Outgoing, Pending

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


@dataclass(frozen=True)
class Declined:
    """Nothing was shared; the organisation was told no more than that."""

    id: str
    host: str
    redirect_uri: str | None
    matched: bool


@dataclass(frozen=True)
class Done:
    """How sharing ended; `host` is the only place where the code may be typed (formats.md 5)."""

    id: str
    settlement: Settlement
    verdict: proof.Verdict | None
    confirm_code: str | None
    redirect_uri: str | None
    host: str


def receive(wallet: Wallet, fetch: Fetch, link: PresentationLink, *, lang: str, now: int) -> Posed:
    """The question behind a link; a link seen before is not fetched again (one-shot)."""
    seen = _seen(wallet, link, now)
    if seen is not None:
        return pose(wallet, seen, lang=lang, now=now)
    activity = wallet.store.new_activity()
    document, raw = _fetch(wallet, fetch, link)
    try:
        verified = _verify(wallet, document, now)
        posed = _posed(wallet, activity, verified, lang, now)
    except (CredentialError, MessageError) as error:
        _refuse(wallet, activity, link, raw, error, now)
        raise _distrusted(error) from None
    wallet.store.add_request(
        Pending(activity, activity, now, verified.expires_at or now + REQUEST_LIFE, document),
        bodies.received(verified, posed.question, fetch.peers),
        at=now,
        evidence=_evidence(wallet, verified, now),
        texts=_texts(verified),
    )
    return posed


def pose(wallet: Wallet, pending: Pending, *, lang: str, now: int) -> Posed:
    """The question of a stored request, verified anew at this moment."""
    try:
        verified = _verify(wallet, pending.document, now)
        return _posed(wallet, pending.activity, verified, lang, now)
    except (CredentialError, MessageError) as error:
        if wallet.store.request(pending.id) is not None:
            body: Object = {"reason": _rule(error)}
            wallet.store.close_request(pending.id, Kind.REQUEST_REFUSED, body, at=now)
        raise _distrusted(error) from None


def decline(wallet: Wallet, fetch: Fetch, posed: Posed, *, now: int) -> Declined:
    """The one "no": the same bytes whether the person declined or no card fits.

    On record first; that the organisation is told is a courtesy that may fail.
    """
    matched = bool(posed.question.options)
    kind = Kind.REQUEST_DECLINED if matched else Kind.REQUEST_UNMATCHED
    wallet.store.close_request(posed.id, kind, {"peers": [posed.request.response_host]}, at=now)
    result = _post(fetch, posed.request.response_uri, sharing.denial(posed.request))
    settled = sharing.settlement(result)
    redirect = None
    if isinstance(settled, Acknowledged):
        redirect = _redirect(posed.request, settled.answer.redirect_uri)
    return Declined(posed.id, posed.request.response_host, redirect, matched)


def share(
    wallet: Wallet,
    fetch: Fetch,
    posed: Posed,
    option: Option,
    *,
    accepted: Iterable[Warn],
    now: int,
) -> Done:
    """Shares exactly this option; each of its warnings must have been accepted by name."""
    agreed = frozenset(accepted)
    left = [one.value for one in option.warnings if one not in agreed]
    if left:
        raise WalletError(
            "share.not_accepted",
            exit=ExitCode.DECLINED,
            shared=Shared.NOTHING,
            warnings=", ".join(left),
        )
    prepared, spent = _prepare(wallet, posed, option, now)
    body: Object = {
        **bodies.intended(
            posed.request, posed.question, option, prepared, agreed, [posed.request.response_host]
        ),
        proof.MEMBER: proof.expected(posed.request, prepared),
    }
    wallet.store.record_share_intended(
        posed.id,
        body,
        at=now,
        copies=spent,
        sent=prepared.sent,
        evidence=_evidence(wallet, posed.request, now),
        rights_key=prepared.rights_key,
        outgoing=Outgoing(posed.request.response_uri, prepared.body),
        texts=_texts(posed.request),
        request=posed.id,
    )
    result = _post(fetch, posed.request.response_uri, prepared.body)
    return _settle(wallet, posed, body, sharing.settlement(result), spent, now)


def _settle(
    wallet: Wallet,
    posed: Posed,
    intended: Object,
    settled: Settlement,
    spent: tuple[CopyUse, ...],
    now: int,
) -> Done:
    """What it came to, then what the organisation signed for it."""
    kind, body = sharing.event(settled)
    returned = [use.copy for use in spent] if isinstance(settled, Unsent) else []
    wallet.store.settle(posed.id, kind, body, at=now, returned_copies=returned)
    if isinstance(settled, Acknowledged | Unknown):
        partycases.begin(
            wallet, posed.id, [item for _, item in posed.request.transaction_data], now=now
        )
    if not isinstance(settled, Acknowledged):
        return Done(posed.id, settled, None, None, None, posed.request.response_host)
    answer = settled.answer
    verdict = proof.judge(answer.receipt, intended, posed.request.raw, sent_at=now, now=now)
    keep_verdict(wallet, posed.id, verdict, settled.flaw, now)
    redirect = _redirect(posed.request, answer.redirect_uri)
    host = posed.request.response_host if redirect is None else host_of(redirect)
    return Done(posed.id, settled, verdict, answer.confirm_code, redirect, host)


def keep_verdict(
    wallet: Wallet, activity: str, verdict: proof.Verdict, flaw: str, now: int
) -> None:
    """The receipt, good or not, is kept with what was wrong with it."""
    kind, body = proof.event(verdict)
    if flaw:
        body = {**body, "reason": flaw}
    kept = []
    if not isinstance(verdict, proof.Absent):
        kept.append(Evidence("receipt", verdict.raw.encode("utf-8", "replace")))
    wallet.store.append(activity, kind, body, at=now, evidence=kept)


def resend(wallet: Wallet, fetch: Fetch, activity: str, *, now: int) -> Done:
    """The same bytes to the same address once more, if the outcome is not known (formats.md 2)."""
    outgoing = wallet.store.outgoing(activity)
    intended = share_body(wallet, activity)
    found = wallet.store.activity(activity)
    if outgoing is None or intended is None or found is None or found.outcome != Outcome.UNKNOWN:
        raise Usage("share.nothing_to_resend", shared=Shared.NOT_APPLICABLE)
    at, body = intended
    settled = sharing.settlement(_post(fetch, outgoing.response_uri, outgoing.body))
    host = host_of(outgoing.response_uri)
    match settled:
        case Unsent(reason) | Unknown(reason):
            # Earlier bytes may have arrived, so this attempt alone proves nothing.
            return Done(activity, Unknown(reason), None, None, None, host)
        case Rejected() | Acknowledged():
            kind, event = sharing.event(settled)
            wallet.store.settle(activity, kind, event, at=now)
    if not isinstance(settled, Acknowledged):
        return Done(activity, settled, None, None, None, host)
    verdict = proof.judge(
        settled.answer.receipt, body, request_object(wallet, activity), sent_at=at, now=now
    )
    keep_verdict(wallet, activity, verdict, settled.flaw, now)
    return Done(activity, settled, verdict, settled.answer.confirm_code, None, host)


def share_body(wallet: Wallet, activity: str) -> tuple[int, Object] | None:
    """When and as what sharing was recorded in this activity."""
    for entry in wallet.store.events(activity):
        if entry.kind == Kind.SHARE_INTENDED:
            return entry.at, entry.body
    return None


def request_object(wallet: Wallet, activity: str) -> str | None:
    """The request as it was sent, unless the resident wiped it."""
    for kept in wallet.store.evidence(activity):
        if kept.role == "request":
            return kept.content.decode()
    text = wallet.store.texts(activity).get("request")
    return None if text is None else text.decode()


def _prepare(
    wallet: Wallet, posed: Posed, option: Option, now: int
) -> tuple[Prepared, tuple[CopyUse, ...]]:
    """The response and the copies it spends; the last copy of a card is kept for later use."""
    by_id = {one.card.id: one for one in posed.hand}
    left = {one.card.id: one.card.copies for one in posed.hand}
    many = len(option.picks)
    fresh = {one.card: [*wallet.store.fresh_copies(one.card, many)] for one in option.picks}
    holdings: dict[str, Holding] = {}
    spent: list[CopyUse] = []
    trust = wallet.trust(now)
    for pick in option.picks:
        copy = fresh[pick.card].pop(0) if fresh[pick.card] else by_id[pick.card].copy
        assert copy is not None
        try:
            card = sdjwtvc.verify_card(copy.compact, trust, now=now, vct=copy.vct)
        except CredentialError as error:
            raise from_credential(error, shared=Shared.NOTHING) from None
        signer = jose.KeySigner(jose.private_key_from_pem(copy.private_key_pem))
        holdings[pick.query] = Holding(card, signer)
        again = copy.uses > 0
        spent.append(CopyUse(copy.id, keep=again or left[pick.card] <= 1, again=again))
        left[pick.card] -= 1
    contact = posed.request.registration.rights
    rights = None if contact is None or contact.uri is None else jose.generate_key()
    prepared = sharing.prepare(posed.request, option, holdings, rights=rights, now=now)
    return prepared, tuple(spent)


def _post(fetch: Fetch, url: str, form: bytes) -> Reply | NotSent | Lost:
    call = Call("POST", url, content_type=MEDIA_FORM, body=form, max_bytes=sharing.MAX_ANSWER)
    try:
        return fetch.send(call)
    except (NotSent, Lost) as failure:
        return failure


def _fetch(wallet: Wallet, fetch: Fetch, link: PresentationLink) -> tuple[Object, str]:
    """One read of the request object, and what verifying it again will need."""
    wallet_nonce = base64url.encode(wallet.entropy(NONCE_BYTES)) if link.post else None
    call = Call(
        "POST" if link.post else "GET",
        link.request_uri,
        accept=MEDIA_REQUEST_OBJECT,
        content_type=MEDIA_FORM if link.post else None,
        body=b"" if wallet_nonce is None else urlencode({"wallet_nonce": wallet_nonce}).encode(),
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


def _verify(wallet: Wallet, document: Object, now: int) -> VerifiedRequest:
    wallet_nonce = document.get("wallet_nonce")
    return request.verify(
        strictjson.text(document, "raw"),
        wallet.trust(now),
        now=now,
        client_id=strictjson.text(document, "client_id"),
        request_uri=strictjson.text(document, "request_uri"),
        wallet_nonce=wallet_nonce if isinstance(wallet_nonce, str) else None,
    )


def _posed(wallet: Wallet, activity: str, verified: VerifiedRequest, lang: str, now: int) -> Posed:
    store = wallet.store
    by_card = {copy.card: copy for copy in store.candidates()}
    # Looked up only where a verifier names authorities: it takes a certificate to be read.
    named = any(one.trusted_authorities for one in verified.query.credentials)
    hand = tuple(
        InHand(
            card,
            copy,
            copies.authority_key_ids(copy.compact) if named and copy else frozenset(),
        )
        for card in reversed(store.cards())
        for copy in (by_card.get(card.id),)
    )
    party = verified.registration
    before = Before(
        store.known_party(party.oin, party.service_id),
        store.last_purpose(party.oin, party.service_id),
    )
    built = question.build(verified, hand, before, wallet.trust(now), lang=lang, now=now)
    return Posed(activity, verified, built, hand)


def _evidence(wallet: Wallet, verified: VerifiedRequest, now: int) -> tuple[Evidence, ...]:
    """What proves later who asked what, and under which scheme (formats.md 2)."""
    kept = [
        Evidence("registration", verified.registration.raw.encode()),
        Evidence("scheme", wallet.trust(now).scheme_jws.encode()),
    ]
    if not verified.holds_values:
        kept.insert(0, Evidence("request", verified.raw.encode()))
    return tuple(kept)


def _texts(verified: VerifiedRequest) -> dict[str, bytes]:
    return {"request": verified.raw.encode()} if verified.holds_values else {}


def _refuse(
    wallet: Wallet,
    activity: str,
    link: PresentationLink,
    raw: str,
    error: CredentialError | MessageError,
    now: int,
) -> None:
    """On record with the rule; who asked is known only by the host that was contacted."""
    host = host_of(link.request_uri)
    body: Object = {"reason": _rule(error), "party": {"name": host}, "peers": [host]}
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


def _redirect(verified: VerifiedRequest, uri: str | None) -> str | None:
    """Where the browser goes on: https, on a host of this organisation, or nowhere."""
    if uri is None or uri != terminal_safe(uri, max_length=len(uri) + 1):
        return None
    try:
        https_url(uri.partition("#")[0], "link.not_https")
    except LinkError:
        return None
    return uri if (urlsplit(uri).hostname or "").lower() in verified.leaf.hosts else None
