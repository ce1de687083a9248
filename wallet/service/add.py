"""Fetching cards by the desk route: look, agree, redeem, collect (OpenID4VCI 1.0; formats.md 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import desk, jose, strictjson
from credential.errors import CredentialError
from credential.names import MEDIA_FORM, MEDIA_JSON, MEDIA_JWT
from credential.strictjson import Object
from wallet import copies, messages, offer
from wallet.dpop import DpopClient
from wallet.errors import ExitCode, WalletError, from_credential
from wallet.events import Kind
from wallet.fetch import Call, Fetch
from wallet.issuance import Issuance, Item
from wallet.links import OfferByReference, OfferByValue, host_of
from wallet.offer import Delivered, Denied, Described, Offered, Waiting
from wallet.refusals import MessageError
from wallet.service.wallet import Wallet
from wallet.store.values import Card, NewCard, NewCopy, Pending

DEFERRED_FOR: Final = 7 * 86_400
FORGOTTEN: Final = Denied("invalid_transaction_id")


@dataclass(frozen=True)
class Look:
    """An offer that may be accepted: whose it is, what it brings, and what it needs."""

    activity: str
    described: Described
    server: messages.ServerMetadata = field(repr=False)

    @property
    def issuer(self) -> str:
        """The issuer by the name on the trusted list."""
        return self.described.issuer.name

    @property
    def host(self) -> str:
        """Where codes will be sent."""
        return self.described.offered.host

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of cards on offer."""
        return tuple(one.kind for one in self.described.wanted)

    @property
    def tx_code(self) -> messages.TxCode | None:
        """Which spoken code is needed, if any."""
        return self.described.offered.tx_code


@dataclass(frozen=True)
class Progress:
    """How an issuance stands; `number` is what the resident reads to the clerk."""

    id: str
    activity: str
    state: str
    number: str
    issuer: str
    kinds: tuple[str, ...]
    received: tuple[Card, ...]
    denied: tuple[tuple[str, str], ...]


def look(wallet: Wallet, fetch: Fetch, link: OfferByValue | OfferByReference, *, now: int) -> Look:
    """Who offers what, by the issuer's signed metadata; nothing is redeemed yet.

    Refuses an issuer that is not on the trusted list before any code is sent to it.
    """
    activity = wallet.store.new_activity()
    try:
        offered = _offered(wallet, fetch, link, now)
        described = _describe(wallet, fetch, offered, now)
        identifier = described.authorization_server
        offer.check_endpoint(identifier, described.leaf)
        url = offer.well_known(identifier, "oauth-authorization-server")
        server = offer.read_server(fetch.send(Call("GET", url)), identifier, described.leaf)
    except CredentialError as error:
        _refused(wallet, fetch, activity, _host(link), error.code, now)
        raise from_credential(error) from None
    except MessageError as error:
        _refused(wallet, fetch, activity, _host(link), error.rule, now)
        raise
    return Look(activity, described, server)


def decline(wallet: Wallet, found: Look, *, now: int) -> None:
    """The person said no: on record, and nobody is told."""
    body = {**_body(found), "reason": "declined"}
    wallet.store.append(found.activity, Kind.CARD_REFUSED, body, at=now)


def accept(wallet: Wallet, fetch: Fetch, found: Look, *, tx_code: str | None, now: int) -> Progress:
    """Redeems the offer and asks every card; those that need time are waited for."""
    key = jose.generate_key()
    client = DpopClient(fetch, jose.KeySigner(key), wallet.entropy)
    form = offer.token_form(found.described.offered, tx_code)
    call = Call("POST", found.server.token_endpoint, content_type=MEDIA_FORM, body=form)
    token = offer.read_token(client.send(call, now=now))
    metadata = found.described.metadata
    issuance = Issuance(
        issuer=metadata.credential_issuer,
        issuer_name=found.issuer,
        issuer_oin=found.described.issuer.oin,
        credential_endpoint=metadata.credential_endpoint,
        nonce_endpoint=metadata.nonce_endpoint or "",
        deferred_endpoint=metadata.deferred_credential_endpoint,
        notification_endpoint=metadata.notification_endpoint,
        token=token.access_token,
        dpop_key=jose.private_key_to_pem(key).decode(),
        batch=found.described.batch,
        items=tuple(Item(one.configuration, one.kind, one.vct) for one in found.described.wanted),
    )
    pending = Pending(
        id=found.activity,
        activity=found.activity,
        created_at=now,
        expires_at=now + (token.expires_in or DEFERRED_FOR),
        document=issuance.document(),
    )
    # Stored before anything is asked with it: a crash must not cost the resident a visit.
    wallet.store.add_issuance(pending, at=now, kind=Kind.CARD_OFFERED, body=_body(found))
    return advance(wallet, fetch, pending, now=now)


def advance(wallet: Wallet, fetch: Fetch, pending: Pending, *, now: int) -> Progress:
    """Asks for what has not arrived; each card is kept, verified, before the next is asked."""
    issuance = Issuance.read(pending.document)
    key = jose.private_key_from_pem(issuance.dpop_key.encode())
    client = DpopClient(fetch, jose.KeySigner(key), wallet.entropy)
    received: list[Card] = []
    notices: list[str] = []
    denied: list[tuple[str, str]] = []
    for index, item in enumerate(issuance.items):
        if not item.open:
            continue
        item, issuance = _with_keys(wallet, pending, issuance, index)  # noqa: PLW2901
        answer = _ask(client, issuance, item, now)
        if answer == FORGOTTEN and item.transaction is not None:
            # It was answered before and the answer was lost, by a crash or a broken line: the
            # token still gives these cards, and the keys are the same (OpenID4VCI 1.0 8.2).
            issuance = issuance.asked_anew(index)
            answer = _ask(client, issuance, issuance.items[index], now)
        if isinstance(answer, Delivered):
            try:
                batch = _checked(wallet, answer, item, issuance, now)
            except (CredentialError, MessageError) as error:
                rule = error.rule if isinstance(error, MessageError) else error.code
                answer = Denied(rule)
            else:
                if answer.notification is not None:
                    notices.append(answer.notification)
                issuance = issuance.closed(index, "received")
                received += _keep(wallet, pending, issuance, item, batch, now)
        match answer:
            case Waiting(transaction, interval):
                issuance = issuance.waiting(index, transaction, now + interval)
                wallet.store.update_issuance(pending.id, issuance.document())
            case Denied(code):
                denied.append((item.kind, code))
                issuance = issuance.closed(index, "denied")
                body: Object = {**_card_body(issuance, item.kind, 0), "reason": code}
                body["peers"] = [*fetch.peers]
                wallet.store.refuse_card(pending.id, body, at=now, document=_rest(issuance))
            case Delivered():
                pass
    for notification in notices:
        _notify(client, issuance, notification, now)
    waiting = _rest(issuance) is not None
    return Progress(
        id=pending.id,
        activity=pending.activity,
        state="pending" if waiting else "received" if received else "refused",
        number=number_of(issuance),
        issuer=issuance.issuer_name,
        kinds=tuple(item.kind for item in issuance.items),
        received=tuple(received),
        denied=tuple(denied),
    )


def _rest(issuance: Issuance) -> Object | None:
    """What is left to wait for, as it is stored; None when nothing is."""
    return issuance.document() if any(item.open for item in issuance.items) else None


def _checked(
    wallet: Wallet, answer: Delivered, item: Item, issuance: Issuance, now: int
) -> tuple[NewCard, Sequence[NewCopy]]:
    return copies.check(
        answer,
        item.private_keys(),
        item.wanted,
        wallet.trust(now),
        issuer_oin=issuance.issuer_oin,
        issuer_url=issuance.issuer,
        now=now,
    )


def _keep(
    wallet: Wallet,
    pending: Pending,
    issuance: Issuance,
    item: Item,
    batch: tuple[NewCard, Sequence[NewCopy]],
    now: int,
) -> tuple[Card, ...]:
    """The card goes in and the issuance moves on, at once; it takes the place of an older one."""
    older = {
        card.vct: card.id
        for card in wallet.store.cards()
        if card.issuer_oin == issuance.issuer_oin and card.state == "valid"
    }
    return wallet.store.add_cards(
        [(*batch, _card_body(issuance, item.kind, len(batch[1])))],
        activity=pending.activity,
        at=now,
        pending=pending.id,
        document=_rest(issuance),
        replaces=older,
    )


def number_of(issuance: Issuance) -> str:
    """The number the resident reads to the clerk from their own wallet (formats.md 6)."""
    key = jose.private_key_from_pem(issuance.dpop_key.encode())
    return desk.confirmation_number(jose.thumbprint(key.public_key()))


def _offered(
    wallet: Wallet, fetch: Fetch, link: OfferByValue | OfferByReference, now: int
) -> Offered:
    if isinstance(link, OfferByValue):
        data: bytes | str = link.offer
    else:
        _known_host(wallet, link.uri, now)
        data = offer.fetched_offer(link, fetch.send(Call("GET", link.uri)))
    offered = offer.read_offer(data)
    _known_host(wallet, offered.issuer, now)
    return offered


def _known_host(wallet: Wallet, url: str, now: int) -> None:
    """Refuses before contact what no listed issuer answers at (OpenID4VCI 1.0 14.1)."""
    host = host_of(url)
    if wallet.trust(now).issuer_for_host(host.partition(":")[0]) is None:
        raise WalletError("add.issuer_unknown", exit=ExitCode.NOT_TRUSTED, host=host)


def _describe(wallet: Wallet, fetch: Fetch, offered: Offered, now: int) -> Described:
    url = offer.well_known(offered.issuer, "openid-credential-issuer")
    reply = fetch.send(Call("GET", url, accept=MEDIA_JWT))
    return offer.describe(offered, reply, wallet.trust(now), now=now)


def _with_keys(
    wallet: Wallet, pending: Pending, issuance: Issuance, index: int
) -> tuple[Item, Issuance]:
    """Keys for the copies of one card, stored before the issuer sees their public halves."""
    if not issuance.items[index].keys:
        keys = tuple(
            jose.private_key_to_pem(jose.generate_key()).decode() for _ in range(issuance.batch)
        )
        issuance = issuance.with_keys(index, keys)
        wallet.store.update_issuance(pending.id, issuance.document())
    return issuance.items[index], issuance


def _ask(client: DpopClient, issuance: Issuance, item: Item, now: int) -> offer.Answered:
    """One card: first by proofs of possession, later by its transaction."""
    if item.transaction is not None:
        if issuance.deferred_endpoint is None:
            raise MessageError("issuer.no_deferred_endpoint", "OpenID4VCI 1.0 9")
        return _post(
            client,
            issuance,
            item,
            issuance.deferred_endpoint,
            strictjson.dumps({"transaction_id": item.transaction}),
            now,
        )
    call = Call("POST", issuance.nonce_endpoint)
    nonce = offer.read_nonce(client.fetch.send(call))
    proofs = [
        offer.key_proof(jose.KeySigner(key), audience=issuance.issuer, nonce=nonce, iat=now)
        for key in item.private_keys()
    ]
    body = offer.credential_request(item.wanted, proofs)
    return _post(client, issuance, item, issuance.credential_endpoint, body, now)


def _post(
    client: DpopClient, issuance: Issuance, item: Item, url: str, body: bytes, now: int
) -> offer.Answered:
    call = Call("POST", url, content_type=MEDIA_JSON, body=body)
    reply = client.send(call, now=now, access_token=issuance.token)
    return offer.read_answer(reply, len(item.keys), transaction=item.transaction)


def _notify(client: DpopClient, issuance: Issuance, notification: str, now: int) -> None:
    """Tells the issuer that the card is kept; optional, so a failure changes nothing."""
    if issuance.notification_endpoint is None:
        return
    body = strictjson.dumps({"notification_id": notification, "event": "credential_accepted"})
    call = Call("POST", issuance.notification_endpoint, content_type=MEDIA_JSON, body=body)
    try:
        client.send(call, now=now, access_token=issuance.token)
    except WalletError:
        return


def _refused(wallet: Wallet, fetch: Fetch, activity: str, host: str, rule: str, now: int) -> None:
    body: Object = {"reason": rule, "peers": [*fetch.peers], "party": {"name": host}}
    wallet.store.append(activity, Kind.CARD_REFUSED, body, at=now)


def _host(link: OfferByValue | OfferByReference) -> str:
    return host_of(link.uri) if isinstance(link, OfferByReference) else ""


def _body(found: Look) -> Object:
    return {
        "issuer": {"name": found.issuer, "oin": found.described.issuer.oin},
        "kinds": [*found.kinds],
        "peers": [found.host],
    }


def _card_body(issuance: Issuance, kind: str, number: int) -> Object:
    return {
        "kind": kind,
        "issuer": {"name": issuance.issuer_name, "oin": issuance.issuer_oin},
        "copies": number,
    }
