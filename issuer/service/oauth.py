"""Tokens: a pre-authorized code and the spoken code against a token bound to one DPoP key."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credential import base64url
from credential.strictjson import Json, Object
from issuer import dpop, messages, offer
from issuer.errors import TokenFault, WalletFault
from issuer.offer import Case, Redeemed
from issuer.sealing import keyed
from issuer.service.office import Municipality, Office
from issuer.store import Grant, StoredCase

TOKEN_SECONDS: Final = offer.CONFIRM_SECONDS + offer.COLLECT_SECONDS
_TOKEN_BYTES: Final = 32
_IDENTIFIER: Final = ":1"


@dataclass(frozen=True, repr=False)
class Asked:
    """A request to a protected endpoint, as it came in."""

    method: str
    url: str
    authorization: Sequence[str]
    dpop: Sequence[str]
    traceparent: str | None
    now: int


def pre_authorized_code(office: Office, reference: str) -> str:
    """The code behind an offer link: derived, so that none is stored."""
    return keyed(office.secret, "pre-authorized-code", reference)


def code_mac(office: Office, case: str, code: str) -> str:
    """How the spoken code is kept: a bare hash of six digits would give it away."""
    return keyed(office.secret, "tx-code", f"{case}:{code}")


def identifier(kind: str) -> str:
    """The credential identifier of a kind, for wallets that ask with authorization_details."""
    return kind + _IDENTIFIER


def kind_of_identifier(value: str) -> str | None:
    """The kind behind a credential identifier."""
    return value.removesuffix(_IDENTIFIER) if value.endswith(_IDENTIFIER) else None


def token(office: Office, municipality: Municipality, asked: Asked, body: bytes) -> Object:
    """The token response (OpenID4VCI 1.0, 6.2); every failed try counts."""
    request = messages.token_request(body)
    proof = dpop.check(
        asked.dpop,
        dpop.Expected(
            method=asked.method,
            url=asked.url,
            now=asked.now,
            nonces=office.as_nonces,
            access_token=None,
            jkt=None,
            status=400,
        ),
    )
    _once(office, proof, asked.now, 400)
    if request.tx_code is None:
        # Every offer of ours names a tx_code (formats.md 6).
        raise WalletFault("invalid_request", "code.tx_code_missing", "OpenID4VCI 1.0 6.3")
    spoken = request.tx_code
    access_token = base64url.encode(office.entropy(_TOKEN_BYTES))
    expires_at = asked.now + TOKEN_SECONDS

    def decide(stored: StoredCase) -> Case:
        case = stored.case
        if case.municipality != municipality.code:
            raise WalletFault("invalid_grant", "code.elsewhere", "OpenID4VCI 1.0 6.3")
        mac = code_mac(office, case.case, spoken)
        right = stored.code_mac is not None and hmac.compare_digest(mac, stored.code_mac)
        if right and request.kinds is not None and not set(request.kinds) <= set(case.kinds):
            raise WalletFault("invalid_authorization_details", "token.not_offered", "RFC 9396 5")
        return offer.redeem(case, code_right=right, jkt=proof.jkt, now=asked.now)

    def grant(case: Case) -> Grant:
        return Grant(
            token_hash=base64url.sha256(access_token),
            case=case.case,
            jkt=proof.jkt,
            identifiers=request.kinds is not None,
            kinds=request.kinds or case.kinds,
            expires_at=expires_at,
        )

    code_hash = base64url.sha256(request.code.encode())
    case = office.store.cases.redeem(code_hash, decide, grant)
    if not isinstance(case, Redeemed):
        raise WalletFault("invalid_grant", "code.tx_code_wrong", "OpenID4VCI 1.0 6.3")
    kinds = request.kinds or case.kinds
    answer: Object = {
        "access_token": access_token,
        "token_type": "DPoP",
        "expires_in": TOKEN_SECONDS,
        "scope": " ".join(kinds),
    }
    if request.kinds is not None:
        details: list[Json] = [
            {
                "type": "openid_credential",
                "credential_configuration_id": kind,
                "credential_identifiers": [identifier(kind)],
            }
            for kind in kinds
        ]
        answer["authorization_details"] = details
    return answer


def authorise(office: Office, municipality: Municipality, asked: Asked) -> tuple[Grant, Case]:
    """What the access token of this request gives (RFC 9449, 7); its case as it stands now."""
    if len(asked.authorization) != 1:
        raise TokenFault("invalid_token", "bearer.missing", "RFC 6750 3", status=401)
    scheme, _, value = asked.authorization[0].partition(" ")
    if scheme.lower() != "dpop" or not value:
        # A bound token sent as Bearer is refused like no token (RFC 9449, 7.2).
        raise TokenFault("invalid_token", "bearer.scheme", "RFC 9449 7.2", status=401)
    if not value.isascii():
        raise TokenFault("invalid_token", "bearer.unknown", "RFC 6750 3.1", status=401)
    grant = office.store.cases.grant(base64url.sha256(value))
    if grant is None or asked.now >= grant.expires_at:
        raise TokenFault("invalid_token", "bearer.unknown", "RFC 6750 3.1", status=401)
    proof = dpop.check(
        asked.dpop,
        dpop.Expected(
            method=asked.method,
            url=asked.url,
            now=asked.now,
            nonces=office.rs_nonces,
            access_token=value,
            jkt=grant.jkt,
            status=401,
        ),
    )
    _once(office, proof, asked.now, 401)
    case = office.store.cases.change(grant.case, lambda found: offer.expire(found, asked.now))
    if case.municipality != municipality.code:
        raise TokenFault("invalid_token", "bearer.elsewhere", "RFC 6750 3.1", status=401)
    return grant, case


def _once(office: Office, proof: dpop.Proof, now: int, status: int) -> None:
    until = now + dpop.PAST_SECONDS + dpop.FUTURE_SECONDS + 1
    if not office.store.cases.use_once("dpop", frozenset({proof.replay}), until):
        raise WalletFault("invalid_dpop_proof", "dpop.replayed", "RFC 9449 11.1", status=status)
