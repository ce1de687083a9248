"""From an answered question to a settled disclosure: frozen states and pure steps.

    VerifiedRequest -> (person: no)  -> denial
                    -> (person: yes) -> Prepared -> [share.intended, durable] -> POST
        -> Acknowledged | Rejected | Unsent | Unknown   (share.*)
        -> receipt Verified | Invalid | Absent          (receipt.*)

Sources: OpenID4VP 1.0 section 8; formats.md 2, 3, 4, 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from credential import jose, jwe, keybinding, strictjson, transactiondata
from credential.errors import CredentialError
from credential.foreigncard import ForeignCard
from credential.names import MEDIA_JSON, Path, path_text
from credential.sdjwtvc import VerifiedCard
from credential.strictjson import Json, Object
from wallet import copies, messages
from wallet.errors import Shared
from wallet.events import Kind
from wallet.fetch import Reply
from wallet.options import Option
from wallet.refusals import Lost, MessageError, NotSent
from wallet.replyto import Encryption, ReplyTo
from wallet.request import VerifiedRequest
from wallet.store.values import RightsKey, SentCopy

MAX_ANSWER: Final = 131_072
DENIED: Final = "access_denied"


@dataclass(frozen=True)
class Released:
    """What leaves of one card, as the receipt must list it."""

    query: str
    vct: str
    issuer: str
    disclosed: tuple[tuple[Path, tuple[str, ...]], ...] = field(repr=False)


@dataclass(frozen=True)
class Prepared:
    """The response as it will leave, with everything the log must hold before it does."""

    body: bytes = field(repr=False)
    released: tuple[Released, ...]
    sent: tuple[SentCopy, ...] = field(repr=False)
    rights_key: RightsKey | None


@dataclass(frozen=True)
class Holding:
    """A copy about to be spent: the verified card and its key."""

    card: VerifiedCard | ForeignCard = field(repr=False)
    signer: jose.Signer = field(repr=False)


@dataclass(frozen=True)
class Acknowledged:
    """It arrived; what the organisation said is in `answer`, empty if that cannot be read."""

    answer: messages.PostAnswer
    size: int
    flaw: str = ""


@dataclass(frozen=True)
class Rejected:
    """The response arrived and was turned away."""

    reason: str
    size: int


@dataclass(frozen=True)
class Unsent:
    """Not one byte of the response left."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """The response left, or may have left; what became of it is not known."""

    reason: str


Settlement = Acknowledged | Rejected | Unsent | Unknown


def prepare(
    request: VerifiedRequest,
    option: Option,
    holdings: Sequence[Holding],
    *,
    rights: jose.PrivateKey | None,
    now: int,
) -> Prepared:
    """Exactly the claims of this option, each card by a copy with a key of its own.

    `holdings` are those copies, in the order of the option.
    `rights` is a fresh key where the registration names a rights endpoint (formats.md 4).
    """
    vp_token: dict[str, list[Json]] = {}
    released: list[Released] = []
    sent: list[SentCopy] = []
    jkt = None if rights is None else jose.thumbprint(rights.public_key())
    named: Object = {} if jkt is None else {"rights_jkt": jkt}
    signs = transactiondata.by_query(
        request.transaction_data, [pick.query for pick in option.picks]
    )
    for pick, holding in zip(option.picks, holdings, strict=True):
        paths = [item.path for item in pick.items]
        if copies.besides(holding.card.sd_jwt, paths):
            # This copy would show more than the person saw in the question.
            raise MessageError("card.more_than_shown", "RFC 9901 7.2", shared=Shared.NOTHING)
        selection = holding.card.select(paths)
        presentation = keybinding.make(
            selection.compact,
            signer=holding.signer,
            aud=request.client_id,
            nonce=request.nonce,
            iat=now,
            extra={**named, **transactiondata.binding(signs.get(pick.query, ()))},
        )
        vp_token.setdefault(pick.query, []).append(presentation)
        released.append(
            Released(pick.query, pick.vct, pick.issuer, tuple(selection.by_path.items()))
        )
        sent.append(SentCopy(pick.query, pick.card, pick.kind, pick.vct, selection.compact))
    return Prepared(
        _answer(request, {**vp_token}, rights),
        tuple(released),
        tuple(sent),
        _rights_key(request, rights, jkt),
    )


def _answer(
    request: VerifiedRequest, vp_token: dict[str, Json], rights: jose.PrivateKey | None
) -> bytes:
    payload: Object = {"vp_token": vp_token}
    if request.state is not None:
        payload["state"] = request.state
    if rights is not None:
        payload["rights_key"] = jose.public_jwk(rights.public_key())
    return _sealed(payload, request.encryption)


def _sealed(payload: Object, encryption: Encryption) -> bytes:
    """The form body of `direct_post.jwt` (OpenID4VP 1.0 8.3.1): the state lies inside."""
    token = jwe.encrypt(
        strictjson.dumps(payload),
        recipient=encryption.jwk,
        enc=encryption.enc,
        kid=encryption.kid,
    )
    return urlencode({"response": token}).encode()


def _rights_key(
    request: VerifiedRequest, rights: jose.PrivateKey | None, jkt: str | None
) -> RightsKey | None:
    endpoint = request.rights_endpoint
    if rights is None or jkt is None or endpoint is None:
        return None
    return RightsKey(
        jkt=jkt,
        private_key_pem=jose.private_key_to_pem(rights),
        endpoint=endpoint,
        oin=request.party_key[0],
        nonce=request.nonce,
    )


def denial(request: VerifiedRequest) -> bytes:
    """The one answer to "no", whether a person declined or no card fits (OpenID4VP 1.0 8.5)."""
    return refusal(request.reply_to, DENIED)


def refusal(reply_to: ReplyTo, error: str) -> bytes:
    """What the asker may know: one code, sealed like an answer where that can be (8.3, 8.5)."""
    form = {"error": error}
    if reply_to.state is not None:
        form["state"] = reply_to.state
    if reply_to.encryption is None:
        return urlencode(form).encode()
    return _sealed({**form}, reply_to.encryption)


def settlement(result: Reply | NotSent | Lost) -> Settlement:
    """What the attempt to send came to."""
    match result:
        case NotSent():
            return Unsent(result.code)
        case Lost():
            return Unknown(result.code)
        case Reply(status=status) if status >= 500:  # noqa: PLR2004
            # A server that broke down may have stored what arrived, or nothing.
            return Unknown(f"http_{status}")
        case Reply(status=200):
            return _acknowledged(result)
        case Reply(status=status):
            return Rejected(f"http_{status}", len(result.body))


def _acknowledged(reply: Reply) -> Acknowledged:
    """A 200 with a JSON object; one that cannot be read still means that data arrived."""
    size = len(reply.body)
    if reply.media_type != MEDIA_JSON:
        return Acknowledged(messages.PostAnswer(), size, "answer_type")
    try:
        answer = messages.decode(
            reply.body, messages.PostAnswer, "share.answer", max_bytes=MAX_ANSWER
        )
    except (MessageError, CredentialError):
        return Acknowledged(messages.PostAnswer(), size, "answer_malformed")
    return Acknowledged(answer, size)


def event(settled: Settlement) -> tuple[Kind, Object]:
    """How a settlement stands in the log."""
    match settled:
        case Acknowledged():
            return Kind.SHARE_ACKNOWLEDGED, {"response_size": settled.size}
        case Rejected():
            return Kind.SHARE_REJECTED, {"reason": settled.reason, "response_size": settled.size}
        case Unsent():
            return Kind.SHARE_UNSENT, {"reason": settled.reason}
        case Unknown():
            return Kind.SHARE_UNKNOWN, {"reason": settled.reason}


def digests_of(released: Released) -> Object:
    """Path text to digests, as the log's body and its view name them."""
    return {path_text(path): [*digests] for path, digests in released.disclosed}
