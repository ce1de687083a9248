"""Codes and tokens: what is sent for them, and what is believed of the answer."""

from collections.abc import Mapping, Sequence
from typing import Final

from credential.names import GRANT_PRE_AUTHORIZED
from wallet import messages
from wallet.authorization import DETAIL
from wallet.errors import ExitCode, WalletError
from wallet.fetch import Reply
from wallet.offer import OK, Offered
from wallet.refusals import MessageError
from wallet.session import Wanted

LIFE: Final = 3600
"""How long an access token is used when the server does not say."""


def code_form(offered: Offered, tx_code: str | None) -> dict[str, str]:
    """The token request of an offer; the code is there exactly when the offer asks for it."""
    if offered.tx_code is None and tx_code is not None:
        tx_code = None
    if offered.tx_code is not None and not tx_code:
        raise WalletError("add.tx_code_needed", exit=ExitCode.USAGE)
    form = {"grant_type": GRANT_PRE_AUTHORIZED, "pre-authorized_code": offered.code or ""}
    if tx_code is not None:
        form["tx_code"] = tx_code.replace(" ", "").replace("-", "")
    return form


def refresh_form(refresh_token: str) -> dict[str, str]:
    """The token request of a wallet that comes back (RFC 6749 6)."""
    return {"grant_type": "refresh_token", "refresh_token": refresh_token}


def read_token(reply: Reply, *, refused: WalletError) -> messages.Token:
    """The access token; only one that is bound to our key (RFC 9449 5).

    `refused` is what it means here that the server does not know the code or token (any longer).
    """
    if reply.status != OK:
        if messages.error_code(reply.body) == "invalid_grant":
            raise refused
        raise MessageError("issuer.token_refused", "OpenID4VCI 1.0 6.3")
    token = messages.decode(reply.body, messages.Token, "issuer.token_malformed")
    if token.token_type.lower() != "dpop":
        raise MessageError("issuer.token_not_bound", "RFC 9449 5")
    return token


def until(token: messages.Token, now: int) -> int:
    """When an access token ends."""
    return now + (token.expires_in or LIFE)


def identifiers(token: messages.Token) -> dict[str, tuple[str, ...]]:
    """`credential_identifiers` by configuration: what is asked by from now on (6.2)."""
    found: dict[str, tuple[str, ...]] = {}
    for detail in token.authorization_details:
        if detail.type != DETAIL:
            continue
        name = detail.credential_configuration_id
        if name is None or not detail.credential_identifiers or name in found:
            raise MessageError("issuer.token_malformed", "OpenID4VCI 1.0 6.2")
        if len(set(detail.credential_identifiers)) != len(detail.credential_identifiers):
            raise MessageError("issuer.token_malformed", "OpenID4VCI 1.0 6.2")
        found[name] = detail.credential_identifiers
    return found


def granted(
    token: messages.Token, wanted: Sequence[Wanted], scopes: Mapping[str, str | None]
) -> tuple[Wanted, ...]:
    """What of `wanted` the token is good for; a server that says nothing gave what was asked.

    The resident may have chosen fewer cards in the browser.
    """
    named = identifiers(token)
    given = None if token.scope is None else set(token.scope.split(" "))
    if named:
        return tuple(
            one
            for one in wanted
            if one.configuration in named
            or (given is not None and scopes.get(one.configuration) in given)
        )
    if given is None:
        return tuple(wanted)
    return tuple(one for one in wanted if scopes.get(one.configuration) in (None, *given))
