"""Receiving an answer: decrypt with this request's key alone, check, record, then answer.

The plan, in this order (OpenID4VP 1.0, 8.6): 1. find the request, waiting and in time. 2. Decrypt.
3. `state`. 4. The checks. 5. In one durable transaction: take the request, record what may be
kept, keep the receipt. 6. Only then answer; the answer does not tell the verdict.
"""

import hmac
from typing import Final

from sqlalchemy import Connection

from credential import base64url, jwe, receipt, transactiondata
from credential.errors import CredentialError
from verifier import dates, messages, transaction
from verifier.checks import Accepted, Expected, Report, examine, reused_key
from verifier.errors import Refused as RefusedMessage
from verifier.keys import open_with, seal_with, sealed_by_bytes
from verifier.messages import Declined, Presented
from verifier.processing import Activity
from verifier.profiles import Action, BoundProfile
from verifier.request import ENC_VALUES
from verifier.service import processing
from verifier.service.api import events
from verifier.service.outcome import Becomes, becomes, outcome_of
from verifier.service.verifier import Verifier
from verifier.store import register, transactions
from verifier.store.register import Received, Registration, Who
from verifier.store.transactions import Codes
from verifier.transaction import CONFIRM_DIGITS, Answered, Fetched, Outcome

RETRY = "regie/verifier/retry/1"
RECEIPT = "regie/verifier/receipt/1"
NOTHING = messages.answer(redirect_uri=None)
PREVIOUS = "_previous"
_ACTIVITIES: Final = {
    Action.REGISTER: Activity.SIGN_UP,
    Action.SUPPLEMENT: Activity.SUPPLEMENT,
    Action.RESIDENCE: Activity.RESIDENCE,
    Action.ALLOCATE: Activity.ALLOCATE,
    Action.JOIN: Activity.JOIN,
    Action.RIGHTS: Activity.RIGHTS,
    Action.PERMIT: Activity.PERMIT,
}


def receive(verifier: Verifier, transaction_id: str, body: bytes) -> bytes:
    """The JSON answer to a wallet; raises what is refused without having been read."""
    now = verifier.now()
    fields = messages.form(body)
    found = transactions.find(verifier.store, verifier.sealer, transaction_id)
    match found:
        case Fetched() if found.expires >= now:
            pass
        case Answered() | transaction.Bound():
            return _again(verifier, transaction_id, body)
        case _:
            raise RefusedMessage("response.no_request", "OpenID4VP 1.0 8.2")
    token = fields.get("response")
    if token is None:
        return _declined(
            verifier, found, messages.declined(fields.get("error"), fields.get("state")), body, now
        )
    plain = _decrypt(found, token)
    try:
        payload = messages.payload(plain)
        _check_state(found, payload.state)
    except RefusedMessage as error:
        # It was for this request: from here every refusal looks alike, and the reason stays here.
        _unread(verifier, found, Outcome.REFUSED, error.code, body, now)
        return NOTHING
    if isinstance(payload, Declined):
        return _declined(verifier, found, payload, body, now)
    return _Answer(verifier, found, payload, body, now).take()


def _check_state(found: Fetched, state: str | None) -> None:
    if state is None or not hmac.compare_digest(state.encode(), found.secrets.state.encode()):
        raise RefusedMessage("response.state", "OpenID4VP 1.0 8.2")


def _decrypt(found: Fetched, token: str) -> bytes:
    """The plain response: only this request's key is tried, found by its `kid`."""
    try:
        if not hmac.compare_digest(jwe.peek_kid(token).encode(), found.secrets.kid.encode()):
            raise RefusedMessage("response.kid", "OpenID4VP 1.0 8.3")
        return jwe.decrypt(
            token,
            key=found.secrets.key,
            kid=found.secrets.kid,
            enc_allowed=ENC_VALUES,
            max_bytes=messages.MAX_RESPONSE,
        )
    except CredentialError as error:
        raise RefusedMessage(error.code, error.section) from None


def _again(verifier: Verifier, transaction_id: str, body: bytes) -> bytes:
    """Identical bytes get the identical answer; anything else meets a finished request.

    Nothing of the first response is kept to compare with: its bytes are the key (formats.md 2).
    """
    sealed = transactions.stored_answer(verifier.store, transaction_id)
    if sealed is not None:
        plain = open_with(sealed_by_bytes(body, RETRY), sealed, transaction_id)
        if plain is not None:
            return plain
    raise RefusedMessage("response.answered", "OpenID4VP 1.0 8.2")


def _declined(
    verifier: Verifier, found: Fetched, payload: Declined, body: bytes, now: int
) -> bytes:
    """The wallet said no: recorded, and nothing else happens."""
    _check_state(found, payload.state)
    said_no = payload.error is messages.WalletError.ACCESS_DENIED
    outcome = Outcome.DECLINED if said_no else Outcome.UNABLE
    rule = "wallet.declined" if said_no else f"wallet.{payload.error}"
    _unread(verifier, found, outcome, rule, body, now, wallet_error=payload.error.value)
    return NOTHING


def _unread(
    verifier: Verifier,
    found: Fetched,
    outcome: Outcome,
    rule: str,
    body: bytes,
    now: int,
    *,
    wallet_error: str | None = None,
) -> None:
    """Close a request of which nothing may be recorded but its outcome."""
    answered = transaction.answer(
        found,
        outcome,
        rule,
        disclosure=None,
        registration=None,
        confirm_until=now,
        wallet_error=wallet_error,
    )
    sealed = seal_with(sealed_by_bytes(body, RETRY), NOTHING, found.id, verifier.entropy)
    received = Received(answered, NOTHING, sealed, received=now)
    if not register.record(
        verifier.store,
        verifier.sealer,
        register.NOBODY,
        None,
        lambda *_: received,
        events.received(verifier, found.profile),
    ):
        raise RefusedMessage("response.answered", "OpenID4VP 1.0 8.2")
    verifier.counts.answer(found.profile, outcome.value)


def _signed_for(found: Fetched, report: Report) -> tuple[str, ...]:
    """What the holder signed for besides the data, in the order in which it was asked."""
    arrived = {digest for one in report.arrived or () for digest in one.authorised}
    asked = map(transactiondata.digest, found.secrets.transaction_data)
    return tuple(digest for digest in asked if digest in arrived)


class _Answer:
    """One decrypted answer on its way through the checks and into the register."""

    def __init__(
        self, verifier: Verifier, found: Fetched, payload: Presented, body: bytes, now: int
    ) -> None:
        self.verifier = verifier
        self.found = found
        self.payload = payload
        self.body = body
        self.now = now
        self.bound: BoundProfile = verifier.profile(found.profile)

    def take(self) -> bytes:
        """Check, record, answer."""
        verifier, found, now = self.verifier, self.found, self.now
        expected = Expected(
            self.bound.profile,
            verifier.identity(found.id).client_id,
            found.secrets,
            verifier.amounts,
        )
        try:
            generation = verifier.scheme.generation(now)
        except CredentialError as error:
            _unread(verifier, found, Outcome.UNDETERMINED, error.code, self.body, now)
            return NOTHING
        report = examine(self.payload.vp_token, self.payload.rights_key, expected, generation, now)
        if report.arrived is None:
            _unread(verifier, found, *outcome_of(report), self.body, now)
            return NOTHING
        person = None
        if isinstance(report.verdict, Accepted) and report.pseudonym is not None:
            person = verifier.sealer.person(report.pseudonym)
        received = register.record(
            verifier.store,
            verifier.sealer,
            self._who(report, person),
            report.rights_jkt,
            lambda standing, reused: (
                self._build(reused_key(report), None, None)
                if reused
                else self._build(report, person, standing)
            ),
            self._account,
        )
        if received is None:
            return _again(verifier, found.id, self.body)
        verifier.counts.answer(found.profile, received.answered.outcome.value)
        return received.answer

    def _who(self, report: Report, person: str | None) -> Who:
        profile = self.bound.profile
        previous = None
        if person is not None:
            # While the region replaces its key, cards carry both codes (Regie formats 1).
            name = f"{profile.same_person}{PREVIOUS}"
            shown = [report.cards[one] for one in profile.personal() if one in report.cards]
            codes = {card.payload.get(name) for card in shown}
            if len(codes) == 1 and isinstance(code := codes.pop(), str):
                previous = self.verifier.sealer.person(code)
        former = profile.action is Action.RIGHTS
        return Who(self._registers(), person, previous, former)

    def _account(self, connection: Connection, received: Received) -> None:
        """What was done with whose data (Logboek Dataverwerkingen), in the same transaction."""
        answered = received.answered
        events.received(self.verifier, self._registers())(connection, received)
        if answered.disclosure is None:
            return
        processing.note(
            connection,
            self.verifier,
            _ACTIVITIES[self.bound.profile.action],
            subject=answered.registration,
            disclosure=answered.disclosure,
            role="system",
            trace=answered.about.trace,
            now=self.now,
        )

    def _registers(self) -> str:
        """The profile whose registrations this one concerns."""
        if self.bound.profile.action is Action.REGISTER:
            return self.bound.id
        return next(
            (
                one.id
                for one in self.verifier.profiles.values()
                if one.profile.action is Action.REGISTER
            ),
            self.bound.id,
        )

    def _build(self, report: Report, person: str | None, standing: Registration | None) -> Received:
        verifier, now = self.verifier, self.now
        outcome = becomes(
            self.bound.profile,
            report,
            person,
            standing,
            new=lambda: (self._random(18), self._number()),
        )
        disclosure, jti = self._random(18), self._random(24)
        return_code, confirm_code = self._random(24), self._digits()
        token = self._receipt(report, outcome, jti)
        answer = messages.answer(
            redirect_uri=f"{verifier.config.base_url}/{self.found.lang}"
            f"/{self.bound.profile.path}/terug/{return_code}",
            confirm_code=confirm_code,
            receipt=token,
        )
        confirm_until = now + verifier.config.confirm_seconds
        nonce = self.found.secrets.nonce
        retention = self.bound.retention
        codes = Codes(
            verifier.sealer.session(f"return:{return_code}"),
            verifier.sealer.session(f"confirm:{confirm_code}"),
            confirm_until,
        )
        return Received(
            answered=transaction.answer(
                self.found,
                outcome.outcome,
                outcome.rule,
                disclosure=disclosure,
                registration=outcome.registration,
                confirm_until=confirm_until,
            ),
            answer=answer,
            answer_sealed=seal_with(
                sealed_by_bytes(self.body, RETRY), answer, self.found.id, verifier.entropy
            ),
            codes=codes,
            jti=jti,
            rights_jkt=report.rights_jkt,
            checks=tuple(result.members() for result in report.results),
            kept=outcome.kept,
            values=outcome.values,
            decisions=outcome.decisions,
            founding=outcome.founding,
            retention={"duration": retention.duration, "starts": retention.starts},
            delete_by=(
                dates.last_moment(now, retention.duration)
                if retention.starts == "disclosure" and outcome.kept
                else None  # nothing kept: only that it came, as long as its receipt
            ),
            # Only who still has the nonce can open it: we keep no receipt we could read.
            receipt_sealed=seal_with(
                sealed_by_bytes(nonce.encode(), RECEIPT),
                token.encode(),
                disclosure,
                verifier.entropy,
            ),
            receipt_until=now + verifier.config.receipt_days * 86_400,
            received=now,
        )

    def _receipt(self, report: Report, outcome: Becomes, jti: str) -> str:
        verifier, registered = self.verifier, self.bound.registration
        asker = verifier.identity(self.found.id)
        assert report.arrived is not None
        stated = receipt.Receipt(
            client_id=asker.client_id,
            org=receipt.Organisation(registered.name, verifier.leaf.oin, verifier.leaf.service_id),
            iat=self.now,
            jti=jti,
            nonce=self.found.secrets.nonce,
            request_hash=self.found.secrets.request_hash,
            registration_hash=self.found.secrets.registration_hash,
            disclosed=tuple(
                receipt.Disclosed(one.query_id, one.vct, one.disclosed) for one in report.arrived
            ),
            kept=outcome.kept,
            retention=self.bound.retention,
            rights_endpoint=registered.rights.uri if registered.rights else None,
            rights_jkt=report.rights_jkt,
            transaction_data_hashes=_signed_for(self.found, report),
        )
        return receipt.build(stated, signer=asker.signer, x5c=asker.chain)

    def _random(self, length: int) -> str:
        return base64url.encode(self.verifier.entropy(length))

    def _digits(self) -> str:
        drawn = int.from_bytes(self.verifier.entropy(8), "big") % 10**CONFIRM_DIGITS
        return f"{drawn:0{CONFIRM_DIGITS}d}"

    def _number(self) -> str:
        digits = f"{int.from_bytes(self.verifier.entropy(8), 'big') % 10**12:012d}"
        return "-".join((digits[:4], digits[4:8], digits[8:]))
