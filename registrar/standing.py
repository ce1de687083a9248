"""What no longer counts because of how its party or purpose stands: suspended, ended, or gone.

The register's files are the truth: what they no longer state may not stay good in anybody's hands
(Regie trust 1.4: a suspended registration takes its access certificate along). Of issuers the
list itself says who may issue what (Regie trust 4.5); only a compromise also takes back what they
hold, so that readers of revocation lists know it too, and so does a year after an orderly end, when
no card can be good any more.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from credential.trust import Role
from credential.trust.spans import COMPROMISED, at
from registrar import life, lote, registrations
from registrar.ledger import CertificateRecord, Ledger, RegistrationRecord
from registrar.life import Standing
from registrar.party import IntendedUse, Party, Service
from registrar.plans import Wanted

ENDED: Final = "ended"
"""The reason of what ended with the life of its party or purpose; a new life signs anew."""

SUPERSEDED: Final = "superseded"
OVERLAP: Final = lote.PERIOD
"""How long a party may use what it had after its file states something else."""

_ISSUING: Final = frozenset({Role.CARD.value, Role.STATUS.value, Role.ISSUER_ACCESS.value})
# Cards and status lists are signed for later: those certificates run out, whatever comes after.
_REPLACED: Final = frozenset(
    {Role.VERIFIER_ACCESS.value, Role.ISSUER_ACCESS.value, Role.WALLET_PROVIDER.value}
)
_ORDER: Final = (Standing.IN_FORCE, Standing.SUSPENDED, Standing.NOT_YET, Standing.ENDED)


def applied(ledger: Ledger, parties: Iterable[Party], *, now: int) -> Ledger:
    """The ledger with what ended taken back for good, and exactly what is suspended suspended."""
    by_id = {party.id: party for party in parties}
    ended: list[str] = []
    suspended: dict[str, int] = {}
    for fingerprint, standing, since in (
        *_certificates(ledger, by_id, now),
        *_registrations(ledger, by_id, now),
    ):
        if fingerprint in ledger.revoked:
            continue
        if standing is Standing.SUSPENDED:
            suspended[fingerprint] = since
        elif standing is not Standing.IN_FORCE:
            ended.append(fingerprint)
    ledger = ledger.with_revoked(_compromised(ledger, by_id, now), now, COMPROMISED)
    ledger = ledger.with_revoked(ended, now, ENDED)
    ledger = ledger.with_revoked(_superseded(ledger, now), now, SUPERSEDED)
    still = {one: since for one, since in suspended.items() if one not in ledger.revoked}
    return ledger.with_suspended(still)


def of_service(party: Party, service: Service, now: int) -> Standing:
    """How a service stands: in force as long as one of its purposes is."""
    uses = service.intended_uses or (None,)
    return min((party.standing(now, use) for use in uses), key=_ORDER.index)


def of_certificate(party: Party, one: Wanted, now: int) -> Standing:
    """How the party stands in what this certificate is for; a list says it of issuers."""
    if one.role.value in _ISSUING:
        issuing = party.issuing
        gone = issuing is not None and (
            issuing.compromised(now) or (one.role is Role.CARD and issuing.run_out(now))
        )
        return Standing.ENDED if gone else Standing.IN_FORCE
    if one.role is Role.WALLET_PROVIDER:
        return party.standing(now)
    service = next((s for s in party.services if one.name == f"{s.id}.access"), None)
    if one.role is not Role.VERIFIER_ACCESS or service is None:
        return Standing.IN_FORCE
    return of_service(party, service, now)


def _compromised(ledger: Ledger, parties: Mapping[str, Party], now: int) -> list[str]:
    """All that was held by whoever's keys got into the wrong hands.

    Also what ended before: the same key may stand in it, and a thief writes any date.
    """
    return [
        one.fingerprint
        for one in ledger.certificates
        if one.party in parties and _stolen(one, parties[one.party], now)
    ] + [
        one.sha256
        for one in ledger.registrations
        if one.exp >= now and one.party in parties and _misused(one, parties[one.party], now)
    ]


def _stolen(one: CertificateRecord, party: Party, now: int) -> bool:
    """Whether the key of this certificate is in the wrong hands, as the party's file says."""
    if one.role in _ISSUING:
        return party.issuing is not None and party.issuing.compromised(now)
    if life.compromised(party.steps, now):
        return True
    # A service whose purposes all ended, one of them so: they share its one key.
    service = next((s for s in party.services if one.name == f"{s.id}.access"), None)
    return (
        service is not None
        and of_service(party, service, now) is Standing.ENDED
        and any(life.compromised(use.steps, now) for use in service.intended_uses)
    )


def _misused(one: RegistrationRecord, party: Party, now: int) -> bool:
    """Whether what is registered here came into the wrong hands, as the party's file says."""
    if one.use is None:
        return party.issuing is not None and party.issuing.compromised(now)
    uses = (use for s in party.services if s.id == one.service for use in s.intended_uses)
    own = (use.steps for use in uses if use.id == one.use)
    return any(life.compromised(steps, now) for steps in (party.steps, *own))


def _certificates(
    ledger: Ledger, parties: Mapping[str, Party], now: int
) -> Iterator[tuple[str, Standing, int]]:
    for one in ledger.certificates:
        if one.not_after >= now:
            found = _certificate(one, parties.get(one.party), now)
            if found is not None:
                yield one.fingerprint, *found


def _certificate(
    one: CertificateRecord, party: Party | None, now: int
) -> tuple[Standing, int] | None:
    """How the holder of this certificate stands; `None` where a list says it."""
    if one.role == Role.CARD.value:
        gone = party is not None and party.issuing is not None and party.issuing.run_out(now)
        return (Standing.ENDED, now) if gone else None
    if one.role == Role.STATUS.value:
        return None
    if party is None:
        return Standing.ENDED, now
    if one.role == Role.ISSUER_ACCESS.value:
        return None if party.issuing else (Standing.ENDED, now)
    if one.role == Role.WALLET_PROVIDER.value:
        if party.wallet_provider is None:
            return Standing.ENDED, now
        return party.standing(now), _since(party, None, now)
    service = next((s for s in party.services if one.name == f"{s.id}.access"), None)
    if service is None:
        return Standing.ENDED, now
    sinces = [_since(party, use, now) for use in service.intended_uses or (None,)]
    return of_service(party, service, now), max(sinces)


def _registrations(
    ledger: Ledger, parties: Mapping[str, Party], now: int
) -> Iterator[tuple[str, Standing, int]]:
    for one in ledger.registrations:
        if one.exp >= now:
            yield one.sha256, *_registration(one, parties.get(one.party), now)


def _registration(one: RegistrationRecord, party: Party | None, now: int) -> tuple[Standing, int]:
    if party is None:
        return Standing.ENDED, now
    if one.use is None:
        issues = party.issuing is not None and party.issuing.service.id == one.service
        return (Standing.IN_FORCE if issues else Standing.ENDED), now
    for service in party.services:
        for use in service.intended_uses:
            if (service.id, use.id) == (one.service, one.use):
                return party.standing(now, use), _since(party, use, now)
    return Standing.ENDED, now


def _superseded(ledger: Ledger, now: int) -> list[str]:
    """What was replaced by something else longer ago than anybody needs to install it.

    The days run from the first thing that replaced it: nobody begins them anew with another word.
    """
    found = [
        one.fingerprint
        for one in ledger.certificates
        if one.role in _REPLACED and 0 < one.replaced <= now - OVERLAP and one.not_after >= now
    ]
    later: dict[tuple[str, str, str | None], RegistrationRecord] = {}
    last: dict[tuple[str, str, str | None], str] = {}
    replaced: dict[tuple[str, str, str | None], int] = {}
    for one in reversed(ledger.registrations):
        purpose = one.party, one.service, one.use
        after = later.get(purpose)
        if after is not None and after.content != one.content:
            replaced[purpose] = after.exp - registrations.LIFE
        later[purpose] = one
        if one.exp < now or one.content in ("", last.setdefault(purpose, one.content)):
            continue
        if replaced[purpose] <= now - OVERLAP:
            found.append(one.sha256)
    return found


def _since(party: Party, use: IntendedUse | None, now: int) -> int:
    """Since when the party or this purpose of it stands as it does."""
    rows = [party.life, *([use.life] if use is not None else [])]
    spans = [at(life.spans(events), now) for events in rows if events]
    stopped = [one.since for one in spans if one is not None and one.state == "withdrawn"]
    return min(stopped, default=now)
