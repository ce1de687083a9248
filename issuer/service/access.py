"""What an access token gives: of an offer at the desk, or of a wallet's standing grant."""

from collections.abc import Sequence
from dataclasses import dataclass

from credential import base64url
from issuer import box, dpop, offer
from issuer.box import Box
from issuer.errors import TokenFault, WalletFault
from issuer.offer import Case
from issuer.service.office import Municipality, Office
from issuer.store.grants import ACTIVE, Grant


@dataclass(frozen=True, repr=False)
class Asked:
    """A request to a protected endpoint, as it came in."""

    method: str
    url: str
    authorization: Sequence[str]
    dpop: Sequence[str]
    traceparent: str | None
    now: int
    attestation: Sequence[str] = ()
    attestation_pop: Sequence[str] = ()


@dataclass(frozen=True, repr=False)
class Access:
    """What the bearer may do; `case` for a token of the desk, `box` for one of a grant."""

    bearer: str
    token_hash: str
    municipality: Municipality
    subject: str
    jkt: str
    client: str
    """`client_id`, or nothing for a wallet that did not name itself."""
    identifiers: bool
    kinds: tuple[str, ...]
    grant_id: str
    expires_at: int
    case: Case | None = None
    """As it stands now."""
    box: Box | None = None
    refilled: bool = False
    changed: int = 0
    """Events since the register was asked for this grant; any: ask again."""


def authorise(office: Office, municipality: Municipality, asked: Asked) -> Access:
    """What the access token of this request gives (RFC 9449, 7)."""
    access = _of_bearer(office, municipality, _bearer(asked), asked.now)
    proof = dpop.check(
        asked.dpop,
        dpop.Expected(
            method=asked.method,
            url=asked.url,
            now=asked.now,
            nonces=office.rs_nonces,
            access_token=access.bearer,
            jkt=access.jkt,
            status=401,
        ),
    )
    once(office, proof, asked.now, 401)
    return access


def once(office: Office, proof: dpop.Proof, now: int, status: int) -> None:
    """Refuses a proof that was seen before (RFC 9449, 11.1)."""
    until = now + dpop.PAST_SECONDS + dpop.FUTURE_SECONDS + 1
    if not office.store.cases.use_once("dpop", frozenset({proof.replay}), until):
        raise WalletFault("invalid_dpop_proof", "dpop.replayed", "RFC 9449 11.1", status=status)


def _bearer(asked: Asked) -> str:
    if len(asked.authorization) != 1:
        raise TokenFault("invalid_token", "bearer.missing", "RFC 6750 3", status=401)
    scheme, _, value = asked.authorization[0].partition(" ")
    if scheme.lower() != "dpop" or not value:
        # A bound token sent as Bearer is refused like no token (RFC 9449, 7.2).
        raise TokenFault("invalid_token", "bearer.scheme", "RFC 9449 7.2", status=401)
    if not value.isascii():
        raise _unknown()
    return value


def _of_bearer(office: Office, municipality: Municipality, value: str, now: int) -> Access:
    """The access behind a bearer, whoever holds it: the proof is not checked yet."""
    token_hash = base64url.sha256(value)
    found = office.store.grants.token(token_hash)
    if found is None:
        return _of_desk(office, municipality, value, token_hash, now)
    token, grant = found
    if now >= token.expires_at or grant.state != ACTIVE:
        raise _unknown()
    _require_here(grant, municipality)
    return Access(
        bearer=value,
        token_hash=token_hash,
        municipality=municipality,
        subject=grant.subject,
        jkt=token.jkt,
        client=grant.client,
        identifiers=token.identifiers,
        kinds=token.kinds,
        grant_id=grant.grant_id,
        expires_at=token.expires_at,
        box=box.open_box(office.secret, value, token.box),
        refilled=token.refilled,
        changed=grant.changed,
    )


def _of_desk(
    office: Office, municipality: Municipality, value: str, token_hash: str, now: int
) -> Access:
    token = office.store.cases.token(token_hash)
    if token is None or now >= token.expires_at:
        raise _unknown()
    grant = office.store.grants.by_case(token.case)
    if grant is None:
        raise _unknown()
    _require_here(grant, municipality)
    case = office.store.cases.change(token.case, lambda found: offer.expire(found, now))
    return Access(
        bearer=value,
        token_hash=token_hash,
        municipality=municipality,
        subject=grant.subject,
        jkt=token.jkt,
        client=grant.client,
        identifiers=token.identifiers,
        kinds=token.kinds,
        grant_id=grant.grant_id,
        expires_at=token.expires_at,
        case=case,
    )


def _require_here(grant: Grant, municipality: Municipality) -> None:
    if grant.municipality != municipality.code:
        raise TokenFault("invalid_token", "bearer.elsewhere", "RFC 6750 3.1", status=401)


def _unknown() -> TokenFault:
    return TokenFault("invalid_token", "bearer.unknown", "RFC 6750 3.1", status=401)
