"""Answering a request: decline or share (OpenID4VP 1.0; formats.md 2 to 5).

Nothing is posted before a person, or a flag that stands for one, has answered. What leaves stands
in the log, on disk, before its first byte does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from credential import jose
from credential.errors import CredentialError
from credential.plaintext import terminal_safe
from credential.strictjson import Object
from wallet import bodies, copies, proof, sharing
from wallet.caution import Warn
from wallet.errors import ExitCode, Shared, Usage, WalletError, from_credential
from wallet.events import Kind, Outcome
from wallet.fetch import Fetch
from wallet.links import host_of, https_url
from wallet.options import Option
from wallet.refusals import LinkError
from wallet.request import VerifiedRequest
from wallet.service import partycases
from wallet.service.asking import Posed, evidence_of, pose, post, receive, texts_of
from wallet.service.wallet import Wallet
from wallet.sharing import Acknowledged, Holding, Prepared, Rejected, Settlement, Unknown, Unsent
from wallet.store.values import CopyUse, Evidence, Outgoing

__all__ = [
    "Declined",
    "Done",
    "Posed",
    "decline",
    "keep_verdict",
    "pose",
    "receive",
    "request_object",
    "resend",
    "share",
    "share_body",
]


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


def decline(wallet: Wallet, fetch: Fetch, posed: Posed, *, now: int) -> Declined:
    """The one "no": the same bytes whether the person declined or no card fits.

    On record first; that the organisation is told is a courtesy that may fail.
    """
    matched = bool(posed.question.options)
    kind = Kind.REQUEST_DECLINED if matched else Kind.REQUEST_UNMATCHED
    wallet.store.close_request(posed.id, kind, {"peers": [posed.request.response_host]}, at=now)
    result = post(fetch, posed.request.response_uri, sharing.denial(posed.request))
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
        evidence=evidence_of(wallet, posed.request, now),
        rights_key=prepared.rights_key,
        outgoing=Outgoing(posed.request.response_uri, prepared.body),
        texts=texts_of(posed.request),
        request=posed.id,
    )
    result = post(fetch, posed.request.response_uri, prepared.body)
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
    settled = sharing.settlement(post(fetch, outgoing.response_uri, outgoing.body))
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
    holdings: list[Holding] = []
    spent: list[CopyUse] = []
    trust = wallet.trust(now)
    for pick in option.picks:
        copy = fresh[pick.card].pop(0) if fresh[pick.card] else by_id[pick.card].copy
        assert copy is not None
        try:
            card = copies.again(copy, trust, wallet.foreign, now=now)
        except CredentialError as error:
            raise from_credential(error, shared=Shared.NOTHING) from None
        signer = jose.KeySigner(jose.private_key_from_pem(copy.private_key_pem))
        holdings.append(Holding(card, signer))
        again = copy.uses > 0
        spent.append(CopyUse(copy.id, keep=again or left[pick.card] <= 1, again=again))
        left[pick.card] -= 1
    rights = None if posed.request.rights_endpoint is None else jose.generate_key()
    prepared = sharing.prepare(posed.request, option, holdings, rights=rights, now=now)
    return prepared, tuple(spent)


def _redirect(verified: VerifiedRequest, uri: str | None) -> str | None:
    """Where the browser goes on: https, on a host of this organisation, or nowhere."""
    if uri is None or uri != terminal_safe(uri, max_length=len(uri) + 1):
        return None
    try:
        https_url(uri.partition("#")[0], "link.not_https")
    except LinkError:
        return None
    hosts = {*verified.leaf.hosts}
    if verified.registration is None:
        # Nothing but the question binds the address of such a party: it was named there.
        hosts.add((urlsplit(verified.response_uri).hostname or "").lower())
    return uri if (urlsplit(uri).hostname or "").lower() in hosts else None
