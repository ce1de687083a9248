"""Registering somebody from an extract on paper: the same rules as from a wallet (formats.md 11).

One registration per person, whichever way they came; the same conditions, the same term. What a
wallet proves by its key, an employee sees in an identity document, and the record says "paper".
"""

from dataclasses import dataclass, field

from credential import base64url, dcql
from credential.errors import CredentialError
from credential.strictjson import Object
from verifier import dates
from verifier.errors import NotTrusted, Refused
from verifier.processing import Activity
from verifier.profiles import BoundProfile
from verifier.service import paper
from verifier.service.paper import Judged
from verifier.service.staff import log
from verifier.service.staff.log import Employee
from verifier.service.verifier import Verifier
from verifier.service.webhooks import Event, emit
from verifier.staff import Act, Reason
from verifier.store import register
from verifier.store.engine import again, hold
from verifier.store.register import Founding, Received, Registration, Value
from verifier.transaction import About, Answered, Device, Origin, Outcome


@dataclass(frozen=True)
class Registered:
    """What came of it, for the proof that is printed."""

    registration: str
    disclosure: str | None
    """What is kept of this visit; `None` when somebody was registered already."""
    again: bool


def offered(verifier: Verifier) -> list[BoundProfile]:
    """The profiles that take paper and register somebody."""
    return [one for one in verifier.paper.values() if one.profile.registers]


def find(verifier: Verifier, profile: str) -> BoundProfile:
    """One of those."""
    found = next((one for one in offered(verifier) if one.id == profile), None)
    if found is None:
        raise Refused("staff.no_profile", "Architecture, Verifier", status=404)
    return found


def read(data: bytes) -> str:
    """The text of an extract that was typed, scanned or photographed."""
    try:
        return paper.text_of(data)
    except NotTrusted as fault:
        raise Refused(fault.code, fault.section, status=422) from None


def check(verifier: Verifier, employee: Employee, profile: str, text: str) -> Judged:
    """Hold an extract against every rule; that somebody's extract was looked at is on record."""
    bound = find(verifier, profile)
    judged = _judge(verifier, bound, text)
    with verifier.store.writing() as connection:
        log.looked(
            connection,
            verifier,
            employee,
            Act.PAPER,
            now=verifier.now(),
            activity=Activity.PAPER_CHECK,
            reference=profile,
            reason=Reason.DESK,
        )
    return judged


def take(
    verifier: Verifier, employee: Employee, profile: str, text: str, email: str | None
) -> Registered:
    """Register the person whose identity document was seen; checked anew, because time passed."""
    bound = find(verifier, profile)
    judged = _judge(verifier, bound, text)
    if judged.verdict != "accepted" or judged.pseudonym is None:
        raise Refused("staff.paper_changed", "Regie formats 11", status=409)
    # The same person may come in by another door just now; then it is seen the second time.
    return again(_Taking(verifier, employee, bound, judged, email).run)


def _judge(verifier: Verifier, bound: BoundProfile, text: str) -> Judged:
    try:
        return paper.judge(text, bound, verifier.scheme, verifier.now(), verifier.amounts)
    except CredentialError as fault:
        raise Refused(fault.code, fault.section, status=422) from None


@dataclass(frozen=True)
class _Taking:
    verifier: Verifier
    employee: Employee
    bound: BoundProfile
    judged: Judged = field(repr=False)
    email: str | None = field(repr=False)

    def run(self) -> Registered:
        """Everything in one transaction."""
        verifier, now = self.verifier, self.verifier.now()
        assert self.judged.pseudonym is not None
        person = verifier.sealer.person(self.judged.pseudonym)
        registers = self._registers()
        with verifier.store.writing() as connection:
            hold(connection, f"person/{registers}/{person}")
            standing = register.standing(connection, registers, person)
            if standing is not None and standing.confirmed is not None:
                done = Registered(standing.id, None, again=True)
            else:
                received = self._received(person, standing, now)
                register.enter(connection, verifier.sealer, received, standing, registers)
                assert received.founding is not None
                founded = received.founding
                register.complete(connection, verifier.sealer, founded.id, self.email, now)
                done = Registered(founded.id, received.answered.disclosure, again=False)
                told: Object = {"registration": founded.number, "profile": registers}
                for event in (Event.REGISTRATION_CREATED, Event.REGISTRATION_COMPLETED):
                    emit(connection, verifier, event, told, now)
            log.looked(
                connection,
                verifier,
                self.employee,
                Act.PAPER_REGISTER,
                now=now,
                activity=Activity.SIGN_UP,
                registration=done.registration,
                disclosure=done.disclosure,
                reference=self.bound.id,
                reason=Reason.DESK,
            )
        return done

    def _registers(self) -> str:
        """The profile whose registrations these are: that of wallets, if there is one."""
        return next(
            (
                one.id
                for one in self.verifier.profiles.values()
                if one.profile.action is self.bound.profile.action
                and one.profile.intended_use == self.bound.profile.intended_use
            ),
            self.bound.id,
        )

    def _received(self, person: str, standing: Registration | None, now: int) -> Received:
        profile, disclosure = self.bound.profile, self._random(18)
        founding = Founding(
            id=standing.id if standing else self._random(18),
            number=standing.number if standing else self._number(),
            person=person,
        )
        values = self._values()
        hashed = tuple(
            (query, (profile.same_person,))
            for query in profile.personal()
            if query in self.judged.stated
        )
        promised = self.bound.retention
        return Received(
            answered=Answered(
                id="",
                profile=self.bound.id,
                lang="nl",
                device=Device.OTHER,
                about=About(origin=Origin.DESK, started_by=self.employee.id),
                outcome=Outcome.ACCEPTED,
                rule="",
                disclosure=disclosure,
                registration=founding.id,
                confirm_until=0,
                tries_left=0,
            ),
            answer=b"",
            answer_sealed=b"",
            # No wallet has a key to it, and no thumbprint has a dot: by this name a request about
            # it is kept like any other, taken in by an employee.
            rights_jkt=f"paper.{self._random(24)}",
            checks=tuple(result.members() for result in self.judged.results),
            kept=(*((one.query_id, one.path) for one in values), *hashed),
            values=values,
            decisions=tuple(
                one for one in self.judged.decided if one.name in profile.keep_decisions
            ),
            founding=founding,
            retention={"duration": promised.duration, "starts": promised.starts},
            delete_by=(
                dates.last_moment(now, promised.duration)
                if promised.starts == "disclosure"
                else None
            ),
            received=now,
        )

    def _values(self) -> tuple[Value, ...]:
        """What the profile keeps, of what was asked; anything beyond that is dropped."""
        found = []
        for query, path in self.bound.profile.keep:
            stated = self.judged.stated.get(query)
            if stated is not None:
                for at, value in dcql.select(path, stated.payload):
                    found.append(Value(query, tuple(p for p in at if p is not None), value))
        return tuple(found)

    def _random(self, length: int) -> str:
        return base64url.encode(self.verifier.entropy(length))

    def _number(self) -> str:
        digits = f"{int.from_bytes(self.verifier.entropy(8), 'big') % 10**12:012d}"
        return "-".join((digits[:4], digits[4:8], digits[8:]))
