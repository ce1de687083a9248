"""Tokens, each for one DPoP key: for the code of an offer or a login, or a refresh token."""

import hmac
from collections.abc import Callable
from typing import Final

from credential import base64url
from credential.names import (
    GRANT_AUTHORIZATION_CODE,
    GRANT_PRE_AUTHORIZED,
    GRANT_REFRESH_TOKEN,
)
from credential.strictjson import Json, Object
from issuer import authorization, box, dpop, forms, offer
from issuer.box import Box
from issuer.errors import WalletFault
from issuer.forms import AuthorizationCode, PreAuthorized, Refresh
from issuer.offer import Case, Redeemed
from issuer.sealing import keyed
from issuer.service import clients, renewal
from issuer.service.access import Asked, once
from issuer.service.batches import open_sealed
from issuer.service.clients import Known
from issuer.service.office import Municipality, Office
from issuer.store import CaseToken, Grant, GrantToken, StoredCase
from issuer.store.grants import ACTIVE, WAITING

CASE_TOKEN_SECONDS: Final = offer.CONFIRM_SECONDS + offer.COLLECT_SECONDS
TOKEN_SECONDS: Final = 3_600
TOKENS_PER_GRANT: Final = 8
_TOKEN_BYTES: Final = 32
_GRANT_BYTES: Final = 16
_DAY: Final = 86_400
_IDENTIFIER: Final = ":1"


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


def grant_types(office: Office) -> tuple[str, ...]:
    """The ways to a token here."""
    found = [GRANT_PRE_AUTHORIZED]
    if office.settings.login is not None:
        found.insert(0, GRANT_AUTHORIZATION_CODE)
    if office.settings.refresh_days:
        found.append(GRANT_REFRESH_TOKEN)
    return tuple(found)


def token(office: Office, municipality: Municipality, asked: Asked, body: bytes) -> Object:
    """The token response (RFC 6749, 5.1; OpenID4VCI 1.0, 6.2); every failed try counts."""
    request = forms.token_request(body, frozenset(grant_types(office)))
    known = clients.authenticate(office, municipality, asked, request.client_id)
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
    once(office, proof, asked.now, 400)
    clients.once(office, known, asked.now)
    match request:
        case PreAuthorized():
            return _Tokens(office, municipality, known, proof.jkt, asked.now).of_offer(request)
        case AuthorizationCode():
            return _Tokens(office, municipality, known, proof.jkt, asked.now).of_login(request)
        case Refresh():
            return _Tokens(office, municipality, known, proof.jkt, asked.now).again(request)


class _Tokens:
    """One token request that proved its key, and as much of the wallet as it could."""

    def __init__(
        self, office: Office, municipality: Municipality, known: Known, jkt: str, now: int
    ) -> None:
        self._office = office
        self._municipality = municipality
        self._known = known
        self._jkt = jkt
        self._now = now
        self._bearer = self._secret()

    # The code of an offer.

    def of_offer(self, request: PreAuthorized) -> Object:
        if request.tx_code is None:
            # Every offer of ours names a tx_code (formats.md 6).
            raise WalletFault("invalid_request", "code.tx_code_missing", "OpenID4VCI 1.0 6.3")
        refresh = self._secret() if self._office.settings.refresh_days else None
        code_hash = base64url.sha256(request.code.encode())
        case = self._office.store.cases.redeem(
            code_hash, self._deciding(request), self._granting(request, refresh)
        )
        if not isinstance(case, Redeemed):
            raise WalletFault("invalid_grant", "code.tx_code_wrong", "OpenID4VCI 1.0 6.3")
        kinds = request.kinds or case.kinds
        return self._answer(kinds, request.kinds is not None, CASE_TOKEN_SECONDS, refresh)

    def _deciding(self, request: PreAuthorized) -> Callable[[StoredCase], Case]:
        def decide(stored: StoredCase) -> Case:
            case = stored.case
            if case.municipality != self._municipality.code:
                raise WalletFault("invalid_grant", "code.elsewhere", "OpenID4VCI 1.0 6.3")
            if stored.sealed is None:
                raise WalletFault("invalid_grant", "code.ended", "OpenID4VCI 1.0 6.3")
            mac = code_mac(self._office, case.case, request.tx_code or "")
            right = stored.code_mac is not None and hmac.compare_digest(mac, stored.code_mac)
            if right and request.kinds is not None and not set(request.kinds) <= set(case.kinds):
                raise _not_granted()
            return offer.redeem(case, code_right=right, jkt=self._jkt, now=self._now)

        return decide

    def _granting(
        self, request: PreAuthorized, refresh: str | None
    ) -> Callable[[StoredCase, Redeemed], tuple[CaseToken, Grant]]:
        def grant(stored: StoredCase, case: Redeemed) -> tuple[CaseToken, Grant]:
            found = open_sealed(self._office, stored)
            standing = self._grant(found, case.kinds, refresh, case=case.case)
            token = CaseToken(
                token_hash=base64url.sha256(self._bearer),
                case=case.case,
                jkt=self._jkt,
                identifiers=request.kinds is not None,
                kinds=request.kinds or case.kinds,
                expires_at=self._now + CASE_TOKEN_SECONDS,
            )
            return token, standing

        return grant

    # The code of a login.

    def of_login(self, request: AuthorizationCode) -> Object:
        code_hash = base64url.sha256(request.code.encode())
        code = self._office.store.logins.code(code_hash)
        if code is None:
            self._office.store.logins.betrayed(code_hash)
            raise _invalid_grant("code.unknown", "RFC 6749 4.1.2")
        asked = code.request
        if code.municipality != self._municipality.code or self._now >= code.expires_at:
            raise _invalid_grant("code.ended", "RFC 6749 4.1.2")
        if asked.client_id != self._known.client_id or asked.instance != self._known.instance:
            raise _invalid_grant("code.other_client", "RFC 6749 4.1.3")
        if asked.jkt not in (None, self._jkt):
            raise _invalid_grant("code.other_key", "RFC 9449 10")
        if asked.redirect_uri != request.redirect_uri:
            raise _invalid_grant("code.redirect_uri", "RFC 6749 4.1.3")
        if not authorization.verifier_fits(request.verifier, asked.code_challenge):
            raise _invalid_grant("code.verifier", "RFC 7636 4.6")
        kinds = request.kinds or code.kinds
        if not set(kinds) <= set(code.kinds):
            raise _not_granted()
        found = box.open_box(self._office.secret, request.code, code.box)
        refresh = self._secret() if self._office.settings.refresh_days else None
        grant = self._grant(found, code.kinds, refresh, case=None)
        identifiers = asked.identifiers or request.kinds is not None
        token = self._token(grant, found, kinds, identifiers=identifiers, refilled=False)
        if not self._office.store.logins.use_code(code_hash, grant, token):
            self._office.store.logins.betrayed(code_hash)
            raise _invalid_grant("code.used", "RFC 6749 4.1.2")
        return self._answer(kinds, identifiers, TOKEN_SECONDS, refresh)

    # A refresh token.

    def again(self, request: Refresh) -> Object:
        refresh_hash = base64url.sha256(request.refresh_token.encode())
        grant = self._office.store.grants.by_refresh(refresh_hash)
        if grant is None or grant.municipality != self._municipality.code or grant.box is None:
            raise _invalid_grant("refresh.unknown", "RFC 6749 5.2")
        if grant.state != ACTIVE or self._now >= grant.expires_at:
            raise _invalid_grant("refresh.not_active", "RFC 6749 5.2")
        self._require_same_wallet(grant)
        kinds = request.kinds or request.scope or grant.kinds
        if not set(kinds) <= set(grant.kinds):
            if request.kinds is not None:
                raise _not_granted()
            raise WalletFault("invalid_scope", "refresh.scope", "RFC 6749 6")
        kept = box.open_box(self._office.secret, request.refresh_token, grant.box)
        fresh = renewal.renewed(self._office, self._municipality, grant, kept, self._now)
        token = self._token(
            grant, fresh or kept, kinds, identifiers=request.kinds is not None, refilled=True
        )
        resealed = None if fresh is None else self._seal(request.refresh_token, fresh)
        if not self._office.store.grants.refresh(
            grant, token, now=self._now, box=resealed, most=TOKENS_PER_GRANT
        ):
            raise _invalid_grant("refresh.not_active", "RFC 6749 5.2")
        return self._answer(kinds, request.kinds is not None, TOKEN_SECONDS, None)

    def _require_same_wallet(self, grant: Grant) -> None:
        """The key and the instance the grant was made for (HAIP 1.0 4; ABCA 10)."""
        if not hmac.compare_digest(grant.jkt, self._jkt):
            raise _invalid_grant("refresh.other_key", "RFC 9449 5")
        if grant.instance is not None and grant.instance != self._known.instance:
            raise _invalid_grant("refresh.other_instance", "ABCA 10")
        if grant.client and self._known.client_id not in ("", grant.client):
            raise _invalid_grant("refresh.other_client", "RFC 6749 5.2")

    # What all three give.

    def _grant(
        self, found: Box, kinds: tuple[str, ...], refresh: str | None, *, case: str | None
    ) -> Grant:
        days = self._office.settings.refresh_days
        first = TOKEN_SECONDS if case is None else CASE_TOKEN_SECONDS
        return Grant(
            grant_id=base64url.encode(self._office.entropy(_GRANT_BYTES)),
            municipality=self._municipality.code,
            subject=found.subject,
            origin="login" if case is None else "desk",
            case_id=case,
            client=self._known.client_id,
            jkt=self._jkt,
            instance=self._known.instance,
            kinds=kinds,
            refresh_hash=None if refresh is None else base64url.sha256(refresh),
            box=None if refresh is None else self._seal(refresh, found),
            state=ACTIVE if case is None else WAITING,
            created_at=self._now,
            expires_at=self._now + max(first, days * _DAY),
        )

    def _token(
        self,
        grant: Grant,
        found: Box,
        kinds: tuple[str, ...],
        *,
        identifiers: bool,
        refilled: bool,
    ) -> GrantToken:
        return GrantToken(
            token_hash=base64url.sha256(self._bearer),
            grant_id=grant.grant_id,
            jkt=self._jkt,
            identifiers=identifiers,
            kinds=kinds,
            refilled=refilled,
            box=self._seal(self._bearer, found),
            expires_at=min(self._now + TOKEN_SECONDS, grant.expires_at),
        )

    def _seal(self, bearer: str, found: Box) -> bytes:
        return box.seal(self._office.secret, bearer, found, self._office.entropy)

    def _secret(self) -> str:
        return base64url.encode(self._office.entropy(_TOKEN_BYTES))

    def _answer(
        self, kinds: tuple[str, ...], identifiers: bool, seconds: int, refresh: str | None
    ) -> Object:
        answer: Object = {
            "access_token": self._bearer,
            "token_type": "DPoP",
            "expires_in": seconds,
            "scope": " ".join(kinds),
        }
        if refresh is not None:
            answer["refresh_token"] = refresh
        if identifiers:
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


def _not_granted() -> WalletFault:
    return WalletFault("invalid_authorization_details", "token.not_offered", "RFC 9396 5")


def _invalid_grant(code: str, section: str) -> WalletFault:
    return WalletFault("invalid_grant", code, section)
