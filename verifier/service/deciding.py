"""What one rights request comes to, given what is held and what was asked before (formats.md 4).

Automatic where that is certain or the profile allows it; else a case for the privacy officer, with
the legal clock running from the day it came.
"""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from credential import base64url, rights
from credential.names import Path
from credential.rights import (
    Consequence,
    Reason,
    Right,
    RightsAnswer,
    RightsRequest,
    State,
)
from credential.strictjson import Json, Object
from verifier import dates
from verifier.errors import Refused
from verifier.keys import open_with, sealed_by_bytes
from verifier.profiles import BoundProfile
from verifier.service import retention
from verifier.service.permit import telling
from verifier.service.receive import RECEIPT
from verifier.service.verifier import Verifier
from verifier.store import cases, effects, erasing
from verifier.store.effects import Effect, Held
from verifier.store.retention import rests_on, stays_longer
from verifier.store.rights import OPEN_STATES, Act, Asked, History
from verifier.texts import sentence

# Polling costs the resident nothing, and us little: once an hour is often enough for a decision.
RETRY_SECONDS: Final = 3600
# A request lives five minutes: after a day its answer cannot be asked for again.
TOLD_SECONDS: Final = 86_400
MAX_PROPOSED: Final = 200


def stored_receipt(held: Held, nonce: str | None) -> str | None:
    """The receipt, which only the nonce of the request can open."""
    if nonce is None or held.receipt_sealed is None:
        return None
    plain = open_with(sealed_by_bytes(nonce.encode(), RECEIPT), held.receipt_sealed, held.id)
    return None if plain is None else plain.decode()


def reason(code: str, **params: str) -> Reason:
    """A reason of ours, in both languages."""
    nl, en = (sentence(lang, f"reason.{code}", **params) for lang in ("nl", "en"))
    return Reason(code, nl, en)


def proposals(claims: tuple[Path, ...] | None, proposed: Json) -> tuple[tuple[Path, Json], ...]:
    """What somebody proposes, per path: one value for one path, or a list for several."""
    if not claims or proposed is None:
        return ()
    if len(claims) == 1:
        return ((claims[0], proposed),)
    if isinstance(proposed, list) and len(proposed) == len(claims):
        return tuple(zip(claims, proposed, strict=True))
    return ()


def fits(new: Json, old: Any) -> bool:  # noqa: ANN401 - a claim's value
    """Whether a value may take the place of another: the same kind, and no monster."""
    if type(new) is not type(old) or isinstance(new, dict | list):
        return False
    return not isinstance(new, str) or (0 < len(new) <= MAX_PROPOSED and new.isprintable())


class Decision:
    """One request on its way to its answer."""

    def __init__(self, verifier: Verifier, request: RightsRequest, now: int) -> None:
        self.verifier = verifier
        self.request = request
        self.question = request.question
        self.now = now

    def act(self, connection: Connection, held: Held, history: History) -> Act:
        """Decide, and build the signed answer that is stored with it."""
        self._about(held)
        match self.question.right:
            case Right.STATUS:
                answer = self._case(connection, held, self._status(held, history))
                return replace(self._store(held, answer), told=_heard(history.latest))
            case Right.RECEIPT:
                return self._store(held, self._receipt(held))
            case Right.ERASURE:
                return self._erasure(connection, held, history)
            case Right.ACCESS:
                return self._store(held, self._answer(State.DONE, why=self._nothing(held)))
            case Right.RECTIFICATION:
                return self._gone(held) or self._rectification(connection, held)
            case Right.RESTRICTION:
                return self._gone(held) or self._restriction(connection, held, "restricted")
            case Right.OBJECTION:
                return self._gone(held) or self._restriction(connection, held, "objection_accepted")

    def _about(self, held: Held) -> None:
        """The receipt or nonce named must be that of this key's disclosure, where we can tell."""
        question = self.question
        if question.receipt is not None and question.receipt != held.jti:
            raise Refused("rights.about", "Regie formats 4")
        if (
            question.nonce is not None
            and held.receipt_sealed
            and not stored_receipt(held, question.nonce)
        ):
            raise Refused("rights.about", "Regie formats 4")

    def _answer(self, state: State, *, why: Reason | None = None) -> RightsAnswer:
        return RightsAnswer(
            client_id=self.verifier.client_id,
            oin=self.verifier.leaf.oin,
            jkt=self.request.jkt,
            iat=self.now,
            request_hash=self.request.request_hash,
            received_at=self.now,
            right=self.question.right,
            state=state,
            reason=why,
        )

    def _nothing(self, held: Held) -> Reason | None:
        return None if held.kept and held.erased is None else reason("nothing_held")

    def _gone(self, held: Held) -> Act | None:
        """Nothing is left to do this with."""
        if held.erased is None:
            return None
        return self._store(held, self._answer(State.REFUSED, why=self._nothing(held)))

    def _automatic(self, held: Held) -> bool:
        bound = self._bound(held)
        return bound is not None and self.question.right in bound.profile.rights.automatic

    def _bound(self, held: Held) -> BoundProfile | None:
        return next(
            (one for one in self.verifier.profiles.values() if one.id == held.profile), None
        )

    def _status(self, held: Held, history: History) -> RightsAnswer:
        """The open or latest request if there is one, else what is kept, why and until when."""
        if history.latest is not None:
            return again(self._answer(State.DONE), history.latest, self.now)
        why = self._why(held)
        kept: tuple[tuple[Path, Reason], ...] = tuple((path, why) for path in held.paths)
        return replace(self._answer(State.DONE, why=self._nothing(held)), kept=kept)

    def _case(self, connection: Connection, held: Held, answer: RightsAnswer) -> RightsAnswer:
        """With how the application stands that this disclosure belongs to, if there is one."""
        case = telling.case_of(connection, self.verifier, held.id)
        if case is None or case.phase.over:
            return replace(answer, case=case)
        again = self.now + self.verifier.config.permit.status_seconds
        return replace(answer, case=case, retry_after=min(answer.retry_after or again, again))

    def _why(self, held: Held) -> Reason:
        bound, row = self._bound(held), held.row
        if bound is None:
            return reason("purpose")
        nl, en = (
            sentence(
                lang,
                "reason.kept",
                purpose=bound.profile.purpose[lang],
                until=retention.in_words(row.retention, row.delete_by, lang),
            ).strip()
            for lang in ("nl", "en")
        )
        return Reason("purpose", nl, en)

    def _receipt(self, held: Held) -> RightsAnswer:
        if stored_receipt(held, self.question.nonce) is None:
            return self._answer(State.REFUSED, why=reason("receipt_gone"))
        return self._answer(State.DONE)

    # ---- what changes something --------------------------------------------------------------

    def _erasure(self, connection: Connection, held: Held, history: History) -> Act:
        if held.erased is not None:
            # Asked again, perhaps because our first answer got lost: what went is said again.
            done = self._answer(State.DONE, why=reason("nothing_held"))
            return self._store(held, replace(done, erased=history.erased))
        if (
            erasing.has_application(connection, held.id)
            or rests_on(held)
            or (held.founds and stays_longer(connection, held))
        ):
            # What the law or a tenancy needs is weighed by somebody (AVG 17(3)(b)).
            return self._for_a_person(connection, held)
        wanted = self.question.claims
        if wanted is not None and not set(held.paths) <= set(wanted):
            named = tuple(path for path in effects.erasable(connection, held) if path in wanted)
            return self._partial(connection, held, named)
        confirmed = self.question.confirm if self.question.confirm in history.awaiting else None
        standing = held.registration
        if held.founds and confirmed is None and standing is not None and standing.ended is None:
            return self._ask_again(held, standing.since)
        answer = replace(
            self._answer(State.DONE, why=None if held.paths else reason("nothing_held")),
            erased=held.paths,
        )
        return replace(self._store(held, answer), effect=Effect(erase=True), spend=confirmed)

    def _partial(self, connection: Connection, held: Held, paths: tuple[Path, ...]) -> Act:
        """Some of it: without what the registration itself hangs on."""
        bound = self._bound(held)
        same = None if bound is None else (bound.profile.same_person,)
        if same is None or (held.founds and same in paths):
            return self._for_a_person(connection, held)
        if not paths:
            return self._store(held, self._answer(State.DONE, why=reason("not_held")))
        answer = replace(self._answer(State.DONE), erased=paths)
        return replace(self._store(held, answer), effect=Effect(erase_paths=paths))

    def _rectification(self, connection: Connection, held: Held) -> Act:
        """What they propose, where the profile trusts them with it; else an employee looks."""
        proposed = proposals(self.question.claims, self.question.proposed)
        now = effects.correctable(held, self.verifier.sealer)
        if (
            not self._automatic(held)
            or not proposed
            or not all(path in now and fits(value, now[path]) for path, value in proposed)
        ):
            return self._for_a_person(connection, held)
        answer = self._answer(State.DONE, why=reason("rectified"))
        return replace(self._store(held, answer), effect=Effect(correct=proposed))

    def _restriction(self, connection: Connection, held: Held, code: str) -> Act:
        """From now on it is kept and not used; whether an objection holds, a person decides."""
        if not self._automatic(held):
            return self._for_a_person(connection, held)
        answer = self._answer(State.DONE, why=reason(code))
        return replace(self._store(held, answer), effect=Effect(restrict=True))

    def _ask_again(self, held: Held, since: int) -> Act:
        """Erasing this ends a registration: said first, done only after a yes."""
        consequence = base64url.encode(self.verifier.entropy(18))
        nl, en = (
            sentence(lang, "consequence.registration_ends", date=dates.for_people(since, lang))
            for lang in ("nl", "en")
        )
        answer = replace(
            self._answer(State.NEEDS_CONFIRMATION), consequence=Consequence(consequence, nl, en)
        )
        return self._store(held, answer, consequence=consequence)

    def _for_a_person(self, connection: Connection, held: Held) -> Act:
        """Recorded for the organisation's staff; the law's term at most (AVG 12(3)).

        What waits already is not recorded twice, and a key has a few at a time: one person's
        requests do not bury those of others.
        """
        question = self.question
        body: Object = {
            "claims": None if question.claims is None else [[*path] for path in question.claims],
            "proposed": question.proposed,
            "text": question.text,
        }
        right = question.right.value
        waiting = cases.waiting(connection, self.verifier.sealer, held.rights_jkt, right)
        for one in waiting:
            if (one.wrote or {}) == body:
                answer = again(self._answer(State.DONE), one.asked, self.now)
                return self._store(held, answer, told=True)
        if len(waiting) >= cases.MAX_OPEN:
            raise Refused("rights.rate", "Regie formats 4", wire="too_many_requests", status=429)
        answer = replace(
            self._answer(State.IN_PROGRESS, why=reason("received")),
            due=dates.last_moment(self.now, self.verifier.config.rights.term),
            retry_after=self.now + RETRY_SECONDS,
        )
        return self._store(held, answer, body=body)

    def _store(
        self,
        held: Held,
        answer: RightsAnswer,
        *,
        consequence: str | None = None,
        body: Object | None = None,
        told: bool = False,
    ) -> Act:
        token = rights.build_answer(answer, signer=self.verifier.signer, x5c=self.verifier.chain)
        pending = answer.state in (State.IN_PROGRESS, State.EXTENDED, State.NEEDS_CONFIRMATION)
        asked = Asked(
            # No dash in front: it is typed on a command line.
            id=self.verifier.entropy(12).hex(),
            rights_jkt=self.request.jkt,
            jti=self.request.jti,
            request_hash=self.request.request_hash,
            # An answer that tells of a request which waits already is no request of its own.
            asked=(Right.STATUS if told else self.question.right).value,
            received=self.now,
            due=answer.due,
            state=answer.state.value,
            outcome=outcome(answer.state, answer.reason, answer.erased),
            answer=token,
            consequence=consequence,
            remove_after=self._remove_after(told=told),
            body=dict(body) if body else None,
            profile=held.profile,
            decided=None if pending else self.now,
        )
        return Act(asked)

    def _remove_after(self, *, told: bool) -> int:
        """Answers that decided something stay 13 months; one that only told, as long as needed."""
        if told or self.question.right in (Right.STATUS, Right.RECEIPT):
            return self.now + TOLD_SECONDS
        return dates.last_moment(self.now, f"P{self.verifier.config.answer_months}M")


def outcome(state: State, why: Reason | None, erased: tuple[Path, ...]) -> dict[str, Any]:
    """What a later `status` repeats: codes, sentences and paths, never a value."""
    return {
        "state": state.value,
        "reason": None if why is None else [why.code, why.nl, why.en],
        "erased": [[*path] for path in erased],
    }


def _heard(latest: Asked | None) -> str | None:
    """The request whose outcome this answer tells: from then on what is open goes first."""
    return None if latest is None or latest.state in OPEN_STATES else latest.id


def again(template: RightsAnswer, latest: Asked, now: int) -> RightsAnswer:
    """The state of an earlier request, in an answer to this one."""
    stated = latest.outcome
    why = None if stated["reason"] is None else Reason(*stated["reason"])
    state = State(latest.state)
    pending = state in (State.IN_PROGRESS, State.EXTENDED)
    return replace(
        template,
        right=Right(latest.asked),
        received_at=latest.received,
        state=state,
        reason=why,
        due=latest.due if pending else None,
        retry_after=now + RETRY_SECONDS if pending else None,
        erased=tuple(tuple(path) for path in stated["erased"]),
    )
