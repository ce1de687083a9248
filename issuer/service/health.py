"""What `doctor` looks at: each finding says what was checked and, if wrong, why."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from credential import kinds
from credential.errors import CredentialError
from credential.trust import walkwords
from credential.trust.walk import Level, Walk
from issuer import config
from issuer.certificates import MARGIN_SECONDS
from issuer.errors import Exit, IssuerError, ours
from issuer.service import chains
from issuer.service.office import Municipality, Office, open_office
from issuer.service.sources import haal_centraal
from issuer.service.statuslists import due
from issuer.status import Entropy
from issuer.texts import Language, fault, sentence
from signin.client import OidcClient


@dataclass(frozen=True)
class Finding:
    """One thing that was checked; `code` is that of the fault."""

    key: str
    ok: bool
    code: str = ""
    params: dict[str, str | int] = field(default_factory=dict)
    detail: str | None = None
    warning: bool = False
    """It works, and soon will not."""
    chain: Walk | None = None
    """The chain that was walked, where it is about one."""

    @property
    def level(self) -> Level:
        """How bad it is."""
        if not self.ok:
            return Level.FAULT
        return Level.WARNING if self.warning else Level.OK

    def sentence(self, language: Language) -> str:
        """In plain words, with what to do about a chain."""
        if self.chain is not None:
            what = walkwords.headline(self.chain, language)
            return f"{what} {walkwords.fault(self.chain, language).then}".strip()
        subject = sentence(language, self.key, **self.params)
        if not self.ok:
            return f"{subject}: {fault(language, self.code, **self.params)[0]}"
        if self.detail is None:
            return subject
        return f"{subject}: {sentence(language, self.detail, **self.params)}"


def examine(home: Path, now: int, entropy: Entropy) -> list[Finding]:
    """Everything that must be right before the first card."""
    try:
        config.load(home)
    except IssuerError as wrong:
        return [Finding("doctor.settings", False, wrong.code, dict(wrong.params))]
    found = [Finding("doctor.settings", True)]
    try:
        office = open_office(home, entropy, haal_centraal)
    except (IssuerError, CredentialError) as wrong:
        return [*found, Finding("doctor.keys", False, wrong.code, dict(wrong.params))]
    found += [Finding("doctor.keys", True), Finding("doctor.database", True)]
    for one in office.municipalities.values():
        found += _municipality(one, now)
    found.append(_status(office, now))
    if office.scheme is not None:
        found.append(_scheme(office, now))
        found += [_chain(one) for one in chains.every(office, now)]
    else:
        found.append(Finding("doctor.chains", True, detail="doctor.unchecked", warning=True))
    found += [
        _provider(f"doctor.{name}", client, now)
        for name, client in (("login", office.login), ("clerks", office.clerks))
        if client is not None
    ]
    office.close()
    return found


def _municipality(one: Municipality, now: int) -> list[Finding]:
    card = one.certificates.card
    until = min(
        card.not_after, one.certificates.status.not_after, one.certificates.access.not_after
    )
    signs = card.not_after - kinds.LONGEST - MARGIN_SECONDS
    params: dict[str, str | int] = {
        "municipality": one.settings.name,
        "until": _day(until),
        "signs": _day(signs),
    }
    certificates = (
        Finding("doctor.certificates", True, params=params, detail="doctor.valid")
        if now < min(until, signs)
        else Finding("doctor.certificates", False, "certificate.too_old", params)
    )
    count = len(one.certificates.registrations)
    registration = Finding(
        "doctor.registration",
        count > 0,
        "" if count else "certificate.missing",
        {"municipality": one.settings.name, "count": count},
        "doctor.number",
    )
    return [certificates, registration]


def _status(office: Office, now: int) -> Finding:
    late = due(office, now - office.settings.status.interval_minutes * 60)
    return Finding("doctor.status", not late, "status.late" if late else "")


def _scheme(office: Office, now: int) -> Finding:
    try:
        trust = office.trust(now)
        assert trust is not None
        trust.require_fresh(now)
    except (IssuerError, CredentialError) as wrong:
        return Finding("doctor.scheme", False, wrong.code, dict(wrong.params))
    until: dict[str, str | int] = {"until": _day(trust.next_update)}
    return Finding("doctor.scheme", True, params=until, detail="doctor.until")


def _chain(one: Walk) -> Finding:
    return Finding(
        "doctor.chains",
        one.holds,
        one.cause,
        dict(one.params),
        warning=one.level is Level.WARNING,
        chain=one,
    )


def exit_code(found: list[Finding]) -> Exit:
    """For monitoring: 5 when a chain is not trusted, 4 when it is not ready, 8 when soon not."""
    if any(one.chain is not None and one.chain.distrusted for one in found):
        return Exit.NOT_TRUSTED
    levels = {one.level for one in found}
    if Level.FAULT in levels:
        return Exit.NOT_READY
    return Exit.PENDING if Level.WARNING in levels else Exit.OK


def _provider(key: str, client: OidcClient, now: int) -> Finding:
    """Whether the login provider answers, and describes itself as the settings say."""
    try:
        with ours():
            client.describe(now)
    except IssuerError as wrong:
        return Finding(key, False, wrong.code, dict(wrong.params))
    return Finding(key, True)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
