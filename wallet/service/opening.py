"""From a token to an issuance: what it is good for is stored before anything is asked with it."""

from dataclasses import replace
from typing import Final

from credential import jose
from wallet import encryption, messages, tokens
from wallet.attestation import Client
from wallet.events import Kind
from wallet.fetch import Fetch
from wallet.issuance import Issuance, Item, Trigger
from wallet.offer import Described
from wallet.service.collecting import Progress, advance
from wallet.service.looking import Look
from wallet.service.wallet import Wallet
from wallet.session import StoredSession, Wanted
from wallet.store.values import Pending

DEFERRED_FOR: Final = 7 * 86_400
PROMISED_FOR: Final = 366 * 86_400
"""How long a wallet that can come back goes on asking for what a person decides."""
NOT_GRANTED: Final = "not_granted"


def open_issuance(
    wallet: Wallet,
    fetch: Fetch,
    found: Look,
    *,
    token: messages.Token,
    key: jose.PrivateKey,
    client: Client,
    now: int,
) -> Progress:
    """Keeps the tokens, then asks every card they are good for."""
    session = _session(found, token, key, client, now)
    # A clerk who compares a number is a promise of the scheme's own issuers (Regie formats 6).
    desk = not found.needs_login and found.registered
    issuance = issuance_of(found.described, session, desk=desk)
    lasting = found.needs_login and session.refresh_token is not None
    pending = Pending(
        id=found.activity,
        activity=found.activity,
        created_at=now,
        expires_at=now + (PROMISED_FOR if lasting else token.expires_in or DEFERRED_FOR),
        document=issuance.document(),
    )
    _keep_words(wallet, found)
    # A crash must not cost the resident a visit, or a second login.
    if found.needs_login:
        wallet.store.add_issuance(pending, at=now, session=session)
    else:
        wallet.store.add_issuance(
            pending,
            at=now,
            kind=Kind.CARD_OFFERED,
            body=found.body(),
            session=None if desk else session,
        )
    progress = advance(wallet, fetch, pending, now=now)
    missing = tuple(
        (one.kind, NOT_GRANTED) for one in found.described.wanted if one not in session.wanted
    )
    return replace(progress, denied=(*progress.denied, *missing))


def _keep_words(wallet: Wallet, found: Look) -> None:
    """What a stranger calls its kinds, unless a card of another issuer goes by those words."""
    oin = found.described.issuer.oin
    others = {card.vct for card in wallet.store.cards() if card.issuer_oin != oin}
    new = {vct: one for vct, one in found.described.types.items() if vct not in others}
    if new:
        wallet.store.keep_foreign_types(new)
        wallet.forget_trust()


def issuance_of(
    described: Described,
    session: StoredSession,
    *,
    desk: bool,
    kinds: tuple[str, ...] | None = None,
    trigger: Trigger = "user",
) -> Issuance:
    """What to ask with these tokens: everything they are good for, or these kinds of it.

    One card per identifier where the issuer named any, else one per kind.
    """
    metadata = described.metadata
    return Issuance(
        issuer=metadata.credential_issuer,
        issuer_name=described.issuer.name,
        issuer_oin=described.issuer.oin,
        credential_endpoint=metadata.credential_endpoint,
        nonce_endpoint=metadata.nonce_endpoint or "",
        deferred_endpoint=metadata.deferred_credential_endpoint,
        notification_endpoint=metadata.notification_endpoint,
        batch=described.batch,
        items=tuple(
            Item(
                one.configuration,
                one.kind,
                one.vct,
                identifier=identifier,
                proof=described.proof_of(one).type,
                attested=described.proof_of(one).attested,
                policy=described.policy_of(one),
            )
            for one in described.wanted
            if one in session.wanted and (kinds is None or one.kind in kinds)
            for identifier in session.identifiers.get(one.configuration) or (None,)
        ),
        session=session,
        encryption=encryption.choose(metadata),
        desk=desk,
        provider=described.provider,
        trigger=trigger,
    )


def _session(
    found: Look, token: messages.Token, key: jose.PrivateKey, client: Client, now: int
) -> StoredSession:
    described, server = found.described, found.server
    scopes = {one.configuration: described.scope_of(one) for one in described.wanted}
    wanted: tuple[Wanted, ...] = tokens.granted(token, described.wanted, scopes)
    regie = described.metadata.nl_regie
    return StoredSession(
        issuer=described.metadata.credential_issuer,
        oin=described.issuer.oin,
        name=found.issuer,
        server=server.issuer,
        token_endpoint=server.token_endpoint,
        dpop_key=jose.private_key_to_pem(key).decode(),
        access_token=token.access_token,
        access_until=tokens.until(token, now),
        opened_at=now,
        wanted=wanted,
        identifiers=tokens.identifiers(token),
        refresh_token=token.refresh_token,
        my_endpoint=None if regie is None else regie.my_endpoint,
        challenge_endpoint=server.challenge_endpoint,
        client_id=client.client_id,
        instance=client.instance,
        declared={} if regie is None else {**regie.declared},
        topped_up_at=now,
    )
