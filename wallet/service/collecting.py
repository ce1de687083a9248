"""Collecting the cards of an issuance: each is kept, verified, before the next is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from credential import desk, jose
from credential.errors import CredentialError
from credential.strictjson import Object
from credential.trust import Trust
from wallet import changes, copies, credentials, encryption, parties
from wallet.changes import Change
from wallet.credentials import Answered, Delivered, Denied, Waiting
from wallet.errors import WalletError
from wallet.fetch import Call, Fetch
from wallet.issuance import Issuance, Item
from wallet.offer import Offered
from wallet.refusals import MessageError
from wallet.service import looking, vouching
from wallet.service.access import Access
from wallet.service.wallet import Wallet
from wallet.session import StoredSession
from wallet.store.values import Card, NewCard, NewCopy, Pending

FORGOTTEN = Denied("invalid_transaction_id")
STALE_NONCE = Denied("invalid_nonce")
STALE_KEYS = Denied("invalid_encryption_parameters")


@dataclass(frozen=True)
class Progress:
    """How an issuance stands; `number` is what the resident reads to the clerk, if there is one."""

    id: str
    activity: str
    state: str
    number: str
    issuer: str
    kinds: tuple[str, ...]
    received: tuple[Card, ...]
    denied: tuple[tuple[str, str], ...]
    changed: Mapping[str, tuple[Change, ...]] = field(default_factory=dict, repr=False)
    """By the id of a new card, what it says else than the one it took the place of."""


def advance(wallet: Wallet, fetch: Fetch, pending: Pending, *, now: int) -> Progress:
    """Asks for what has not arrived."""
    work = _Work(wallet, fetch, pending, now)
    return work.run()


def standing(pending: Pending, state: str) -> Progress:
    """How it stands without asking anyone."""
    issuance = Issuance.read(pending.document)
    return _progress(pending, issuance, state)


def number_of(issuance: Issuance) -> str:
    """The number the resident reads to the clerk from their own wallet (formats.md 6)."""
    if not issuance.desk:
        return ""
    return desk.confirmation_number(jose.thumbprint(issuance.session.key.public_key()))


def rest(issuance: Issuance) -> Object | None:
    """What is left to wait for, as it is stored; None when nothing is."""
    return issuance.document() if any(item.open for item in issuance.items) else None


def card_body(issuance: Issuance, kind: str, number: int) -> Object:
    """What the log says of one card (ARF 3.0 DASH_05)."""
    return {
        "kind": kind,
        **parties.issuer(
            issuance.issuer_name,
            issuance.issuer_oin,
            issuance.provider,
            registered=not issuance.session.foreign,
        ),
        "copies": number,
        "copies_asked": issuance.batch,
        "trigger": issuance.trigger,
    }


class _Work:
    """One round over the cards of one issuance."""

    def __init__(self, wallet: Wallet, fetch: Fetch, pending: Pending, now: int) -> None:
        self.wallet = wallet
        self.fetch = fetch
        self.pending = pending
        self.now = now
        self.received: set[str] = set()
        self.changed: dict[str, tuple[Change, ...]] = {}
        self.issuance = Issuance.read(pending.document)
        self.access = Access(wallet, fetch, self.issuance.session, now=now, keep=self._keep_session)

    def run(self) -> Progress:
        received: list[Card] = []
        denied: list[tuple[str, str]] = []
        told: list[tuple[str, str]] = []
        for index, item in enumerate(self.issuance.items):
            if not item.open:
                continue
            answer = self._ask(index)
            if isinstance(answer, Delivered):
                try:
                    card, made = self._checked(answer, self.issuance.items[index])
                    batch = replace(card, policy=item.policy), made
                except (CredentialError, MessageError) as error:
                    rule = error.rule if isinstance(error, MessageError) else error.code
                    if answer.notification is not None:
                        told.append((answer.notification, "credential_failure"))
                    answer = Denied(rule)
                else:
                    if answer.notification is not None:
                        told.append((answer.notification, "credential_accepted"))
                    self.issuance = self.issuance.closed(index, "received")
                    received += self._keep(item.kind, batch)
            match answer:
                case Waiting(transaction, interval):
                    self.issuance = self.issuance.waiting(index, transaction, self.now + interval)
                    self._store()
                case Denied(code):
                    denied.append((item.kind, code))
                    self._refuse(index, code)
                case Delivered():
                    pass
        for notification, event in told:
            self._notify(notification, event)
        waiting = rest(self.issuance) is not None
        state = "pending" if waiting else "received" if received else "refused"
        found = _progress(self.pending, self.issuance, state)
        return replace(found, received=tuple(received), denied=tuple(denied), changed=self.changed)

    def _ask(self, index: int) -> Answered:
        """One card; what the issuer merely lost or renewed is asked for once more."""
        answer = self._ask_once(index)
        if answer == STALE_KEYS:
            # It writes under other keys by now: the newest are in its metadata.
            offered = Offered(self.issuance.issuer, (self.issuance.items[index].configuration,))
            found = looking.describe(self.wallet, self.fetch, offered, now=self.now)
            self.issuance = self.issuance.with_encryption(encryption.choose(found.metadata))
            self._store()
            answer = self._ask_once(index)
        if answer == FORGOTTEN and self.issuance.items[index].transaction is not None:
            # It was answered before and the answer was lost, by a crash or a broken line: the
            # token still gives these cards, and the keys are the same (OpenID4VCI 1.0 8.2).
            self.issuance = self.issuance.asked_anew(index)
            answer = self._ask_once(index)
        if answer == STALE_NONCE:
            answer = self._ask_once(index)
        return answer

    def _ask_once(self, index: int) -> Answered:
        """By proofs of possession at first, later by the transaction."""
        item = self._with_keys(index)
        if item.transaction is not None:
            if self.issuance.deferred_endpoint is None:
                raise MessageError("issuer.no_deferred_endpoint", "OpenID4VCI 1.0 9")
            members: Object = {"transaction_id": item.transaction}
            return self._post(self.issuance.deferred_endpoint, members, item)
        call = Call("POST", self.issuance.nonce_endpoint)
        nonce = credentials.read_nonce(self.fetch.send(call))
        proofs = self._proofs(item, nonce)
        members = credentials.request(item.wanted, item.identifier, item.proof, proofs)
        return self._post(self.issuance.credential_endpoint, members, item)

    def _proofs(self, item: Item, nonce: str) -> Sequence[str]:
        keys = item.private_keys()
        attestation = None
        if item.attested:
            attestation = vouching.key_attestation(
                self.wallet, self.fetch, keys, nonce, now=self.now
            )
            if item.proof == "attestation":
                return [attestation]
            keys = keys[:1]
        return [
            credentials.key_proof(
                jose.KeySigner(key),
                audience=self.issuance.issuer,
                nonce=nonce,
                iat=self.now,
                client_id=self.issuance.session.client_id,
                attestation=attestation,
            )
            for key in keys
        ]

    def _post(self, url: str, members: Object, item: Item) -> Answered:
        sealed = encryption.seal(members, self.issuance.encryption)
        call = Call("POST", url, content_type=sealed.media_type, body=sealed.body)
        reply = sealed.open(self.access.send(call))
        return credentials.read_answer(reply, len(item.keys), transaction=item.transaction)

    def _with_keys(self, index: int) -> Item:
        """Keys for the copies of one card, stored before the issuer sees their public halves."""
        if not self.issuance.items[index].keys:
            keys = tuple(
                jose.private_key_to_pem(jose.generate_key()).decode()
                for _ in range(self.issuance.batch)
            )
            self.issuance = self.issuance.with_keys(index, keys)
            self._store()
        return self.issuance.items[index]

    def _checked(self, answer: Delivered, item: Item) -> tuple[NewCard, Sequence[NewCopy]]:
        trust = self.wallet.trust(self.now)
        return copies.check(
            answer,
            item.private_keys(),
            item.wanted,
            self._judge(item.vct, trust),
            trust.types,
            issuer_url=self.issuance.issuer,
        )

    def _judge(self, vct: str, trust: Trust) -> copies.Judge:
        """Who may say that a copy is good: the scheme, or an anchor the resident chose."""
        oin = self.issuance.issuer_oin
        if self.issuance.session.foreign:
            return copies.from_elsewhere(
                self.wallet.foreign, vct=vct, issuer=self.issuance.issuer, now=self.now
            )
        return copies.of_scheme(trust, vct=vct, issuer_oin=oin, now=self.now)

    def _keep(self, kind: str, batch: tuple[NewCard, Sequence[NewCopy]]) -> tuple[Card, ...]:
        """The card goes in and the issuance moves on, at once; it takes the place of an older one.

        So does the session of the desk, which is worth something from the first card on.
        """
        issuance = self.issuance
        older = {
            card.vct: card
            for card in self.wallet.store.cards()
            if card.issuer_oin == issuance.issuer_oin and card.id not in self.received
        }
        card, made = batch
        body = card_body(issuance, kind, len(made))
        before = older.get(card.vct)
        different = () if before is None else changes.between(before.payload, card.payload)
        if different:
            # Which, and never what: the old values end with the old card.
            body["changed"] = [one.text for one in different]
        found = self.wallet.store.add_cards(
            [(*batch, body)],
            activity=self.pending.activity,
            at=self.now,
            pending=self.pending.id,
            document=rest(issuance),
            replaces={vct: one.id for vct, one in older.items()},
            session=issuance.session if issuance.desk else None,
        )
        self.received |= {card.id for card in found}
        if before is not None:
            self.changed |= {one.id: different for one in found}
        return found

    def _refuse(self, index: int, code: str) -> None:
        kind = self.issuance.items[index].kind
        self.issuance = self.issuance.closed(index, "denied")
        body: Object = {**card_body(self.issuance, kind, 0), "reason": code}
        body["peers"] = [*self.fetch.peers]
        self.wallet.store.refuse_card(
            self.pending.id, body, at=self.now, document=rest(self.issuance)
        )

    def _notify(self, notification: str, event: str) -> None:
        """Tells the issuer what became of the card; optional, so a failure changes nothing."""
        if self.issuance.notification_endpoint is None:
            return
        sealed = encryption.seal({"notification_id": notification, "event": event}, None)
        call = Call(
            "POST",
            self.issuance.notification_endpoint,
            content_type=sealed.media_type,
            body=sealed.body,
        )
        try:
            self.access.send(call)
        except WalletError:
            return

    def _keep_session(self, session: StoredSession) -> None:
        """Renewed tokens, also where the standing session is this one."""
        self.issuance = self.issuance.with_session(session)
        self._store()
        standing = self.wallet.store.session(session.oin)
        if standing is not None and standing.dpop_key == session.dpop_key:
            self.wallet.store.keep_session(session)

    def _store(self) -> None:
        self.wallet.store.update_issuance(self.pending.id, self.issuance.document())


def _progress(pending: Pending, issuance: Issuance, state: str) -> Progress:
    return Progress(
        id=pending.id,
        activity=pending.activity,
        state=state,
        number=number_of(issuance),
        issuer=issuance.issuer_name,
        kinds=tuple(item.kind for item in issuance.items),
        received=(),
        denied=(),
    )
