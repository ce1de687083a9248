"""Receiving an answer: decrypt with this request's key alone, check, record, then answer.

The plan, in this order (OpenID4VP 1.0, 8.6): 1. find the request, waiting and in time. 2. Decrypt.
3. `state`. 4. The checks. 5. In one durable transaction: take the request, record what may be
kept, keep the receipt. 6. Only then answer; the answer does not tell the verdict.
"""

import hmac
from dataclasses import dataclass

from credential import base64url, dcql, jwe, receipt
from credential.errors import CredentialError
from verifier import dates, messages, transaction
from verifier.checks import Accepted, Expected, Refused, Report, Unknown, examine, reused_key
from verifier.errors import Refused as RefusedMessage
from verifier.keys import open_with, seal_with, sealed_by_bytes
from verifier.messages import Declined, Presented
from verifier.profiles import Action, BoundProfile
from verifier.request import ENC_VALUES
from verifier.service.verifier import Verifier
from verifier.store import register, transactions
from verifier.store.register import Founding, Received, Registration, Value
from verifier.store.transactions import Codes
from verifier.transaction import CONFIRM_DIGITS, Answered, Fetched, Outcome

RETRY = "regie/verifier/retry/1"
RECEIPT = "regie/verifier/receipt/1"
NOTHING = messages.answer(redirect_uri=None)


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
    payload = messages.payload(_decrypt(found, token))
    if payload.state is None or not hmac.compare_digest(
        payload.state.encode(), found.secrets.state.encode()
    ):
        raise RefusedMessage("response.state", "OpenID4VP 1.0 8.2")
    if isinstance(payload, Declined):
        return _declined(verifier, found, payload, body, now)
    return _Answer(verifier, found, payload, body, now).take()


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
    if payload.state is None or not hmac.compare_digest(
        payload.state.encode(), found.secrets.state.encode()
    ):
        raise RefusedMessage("response.state", "OpenID4VP 1.0 8.2")
    _unread(verifier, found, Outcome.DECLINED, "wallet.declined", body, now)
    return NOTHING


def _unread(
    verifier: Verifier, found: Fetched, outcome: Outcome, rule: str, body: bytes, now: int
) -> None:
    """Close a request of which nothing may be recorded but its outcome."""
    answered = transaction.answer(
        found, outcome, rule, disclosure=None, registration=None, confirm_until=now
    )
    sealed = seal_with(sealed_by_bytes(body, RETRY), NOTHING, found.id, verifier.entropy)
    received = Received(answered, NOTHING, sealed, received=now)
    if not register.record(verifier.store, verifier.sealer, None, "", None, lambda *_: received):
        raise RefusedMessage("response.answered", "OpenID4VP 1.0 8.2")


@dataclass(frozen=True)
class _Standing:
    """What becomes of one answer: its outcome, and what of it is kept."""

    outcome: Outcome
    rule: str
    registration: str | None
    founding: Founding | None
    values: tuple[Value, ...]
    kept: tuple[tuple[str, tuple[str | int, ...]], ...]


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
        expected = Expected(self.bound.profile, verifier.client_id, found.secrets)
        try:
            generation = verifier.scheme.generation(now)
        except CredentialError as error:
            _unread(verifier, found, Outcome.UNDETERMINED, error.code, self.body, now)
            return NOTHING
        report = examine(self.payload.vp_token, self.payload.rights_key, expected, generation, now)
        if report.arrived is None:
            _unread(verifier, found, *self._outcome(report), self.body, now)
            return NOTHING
        person = None
        if isinstance(report.verdict, Accepted) and report.pseudonym is not None:
            person = verifier.sealer.person(report.pseudonym)
        received = register.record(
            verifier.store,
            verifier.sealer,
            person,
            self._registers(),
            report.rights_jkt,
            lambda standing, reused: (
                self._build(reused_key(report), None, None)
                if reused
                else self._build(report, person, standing)
            ),
        )
        if received is None:
            return _again(verifier, found.id, self.body)
        return received.answer

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

    @staticmethod
    def _outcome(report: Report) -> tuple[Outcome, str]:
        match report.verdict:
            case Accepted():
                return Outcome.ACCEPTED, ""
            case Refused(rule=rule):
                return Outcome.REFUSED, rule
            case Unknown(rule=rule):
                return Outcome.UNDETERMINED, rule

    def _standing(
        self, report: Report, person: str | None, standing: Registration | None
    ) -> _Standing:
        outcome, rule = self._outcome(report)
        profile = self.bound.profile
        if outcome is not Outcome.ACCEPTED or person is None:
            return _Standing(outcome, rule, None, None, (), ())
        if profile.action is Action.RIGHTS or (standing and standing.ended is not None):
            return _Standing(outcome, rule, standing.id if standing else None, None, (), ())
        if profile.action is Action.SUPPLEMENT:
            if standing is None or standing.confirmed is None:
                return _Standing(outcome, rule, None, None, (), ())
            values = self._values(report)
            return _Standing(outcome, rule, standing.id, None, values, _paths(values))
        if standing is not None and standing.confirmed is not None:
            # Registered already: nothing of this visit is needed, so nothing is kept.
            return _Standing(outcome, rule, standing.id, None, (), ())
        founding = Founding(
            id=standing.id if standing else self._random(18),
            number=standing.number if standing else self._number(),
            person=person,
        )
        values = self._values(report)
        # Of the pseudonym a keyed hash is kept, and the receipt says so.
        hashed = tuple((query_id, (profile.same_person,)) for query_id in profile.personal())
        return _Standing(outcome, rule, founding.id, founding, values, (*_paths(values), *hashed))

    def _values(self, report: Report) -> tuple[Value, ...]:
        """What the profile keeps, of what was asked; anything beyond the request is dropped."""
        found = []
        for query_id, path in self.bound.profile.keep:
            card = report.cards.get(query_id)
            if card is None:
                continue
            for at, value in dcql.select(path, card.payload):
                found.append(Value(query_id, tuple(p for p in at if p is not None), value))
        return tuple(found)

    def _build(self, report: Report, person: str | None, standing: Registration | None) -> Received:
        verifier, now = self.verifier, self.now
        outcome = self._standing(report, person, standing)
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
        retention = self.bound.registration.retention
        assert retention is not None
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

    def _receipt(self, report: Report, outcome: _Standing, jti: str) -> str:
        verifier, registered = self.verifier, self.bound.registration
        assert report.arrived is not None
        assert registered.retention is not None
        stated = receipt.Receipt(
            client_id=verifier.client_id,
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
            retention=receipt.Retention(registered.retention.duration, registered.retention.starts),
            rights_endpoint=registered.rights.uri if registered.rights else None,
            rights_jkt=report.rights_jkt,
        )
        return receipt.build(stated, signer=verifier.signer, x5c=verifier.chain)

    def _random(self, length: int) -> str:
        return base64url.encode(self.verifier.entropy(length))

    def _digits(self) -> str:
        drawn = int.from_bytes(self.verifier.entropy(8), "big") % 10**CONFIRM_DIGITS
        return f"{drawn:0{CONFIRM_DIGITS}d}"

    def _number(self) -> str:
        digits = f"{int.from_bytes(self.verifier.entropy(8), 'big') % 10**12:012d}"
        return "-".join((digits[:4], digits[4:8], digits[8:]))


def _paths(values: tuple[Value, ...]) -> tuple[tuple[str, tuple[str | int, ...]], ...]:
    return tuple((value.query_id, value.path) for value in values)
