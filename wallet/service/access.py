"""An access token in use: proven with its key, and renewed before or when it ends."""

import dataclasses
from collections.abc import Callable
from typing import Final

from credential import jose
from wallet import tokens
from wallet.attestation import Client
from wallet.dpop import DpopClient
from wallet.errors import ExitCode, WalletError
from wallet.fetch import Call, Fetch, Reply
from wallet.service import vouching
from wallet.service.wallet import Wallet
from wallet.session import StoredSession

MARGIN: Final = 60
"""An access token is renewed this long before its end: one `now` serves a whole command."""
_UNAUTHORISED: Final = 401


class Access:
    """The tokens of one issuer; `keep` stores them each time they are renewed."""

    def __init__(
        self,
        wallet: Wallet,
        fetch: Fetch,
        stored: StoredSession,
        *,
        now: int,
        keep: Callable[[StoredSession], None],
    ) -> None:
        self.stored = stored
        self.fetch = fetch
        self._wallet = wallet
        self._now = now
        self._keep = keep
        self._dpop = DpopClient(fetch, jose.KeySigner(stored.key), wallet.entropy)

    def send(self, call: Call) -> Reply:
        """The reply to a call with the access token; renewed when that has ended, and then once."""
        fresh = False
        if self.stored.access_until - MARGIN <= self._now and self.stored.refresh_token:
            self.renew()
            fresh = True
        reply = self._once(call)
        if reply.status == _UNAUTHORISED and self.stored.refresh_token and not fresh:
            self.renew()
            reply = self._once(call)
        return reply

    def renew(self) -> None:
        """A new access token for the refresh token, kept at once (RFC 6749 6)."""
        stored = self.stored
        if stored.refresh_token is None:
            raise ended(stored)
        instance = stored.instance
        if instance is not None and instance.until - MARGIN <= self._now:
            # The key stays, since the refresh token is bound to it (ABCA 10.3).
            instance = vouching.attested(self._wallet, self.fetch, instance.key, now=self._now)
        client = Client(
            dpop=self._dpop,
            server=stored.server,
            client_id=stored.client_id,
            instance=instance,
            challenge_endpoint=stored.challenge_endpoint,
        )
        form = tokens.refresh_form(stored.refresh_token)
        reply = client.post(stored.token_endpoint, form, now=self._now)
        token = tokens.read_token(reply, refused=ended(stored))
        self.stored = dataclasses.replace(
            stored.renewed(token.access_token, tokens.until(token, self._now)),
            instance=instance,
            refresh_token=token.refresh_token or stored.refresh_token,
            identifiers=tokens.identifiers(token) or stored.identifiers,
        )
        self._keep(self.stored)

    def _once(self, call: Call) -> Reply:
        return self._dpop.send(call, now=self._now, access_token=self.stored.access_token)


def ended(stored: StoredSession) -> WalletError:
    """The issuer no longer knows these tokens: the resident logs in once more."""
    return WalletError("session.ended", exit=ExitCode.NOT_READY, issuer=stored.name)
