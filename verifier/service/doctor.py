"""What `doctor` looks at, link by link: each finding says what was checked and what to do about it.

One fault never hides another. A warning is about something that still works and soon will not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from credential import periods
from credential.errors import CredentialError
from credential.staleness import SIGNER_CLOCK, STATUS_FRESH
from credential.trust import walkwords, words
from credential.trust.walk import Level, Walk
from signin.errors import LoginFault
from verifier import clock, config, identity, keys, profiles
from verifier.config import Config
from verifier.decisions import amounts
from verifier.errors import NotReady, NotTrusted, VerifierError
from verifier.scheme import Announced, Generation, SchemeFolder
from verifier.service import chains, places, verifier
from verifier.service.amounts import missing
from verifier.store import Store, retention, webhooks
from verifier.texts import Language, find, sentence

DAY: Final = 86_400
HOUR: Final = 3600
CLOCK_AHEAD: Final = SIGNER_CLOCK
SCHEME_DAYS: Final = 2
SOON_DAYS: Final = 31
LONG_DAYS: Final = 5 * 365
OLD_SECONDS: Final = STATUS_FRESH
SYNC_SECONDS: Final = 6 * HOUR
WARNED: Final = 8
"""Everything works; something soon will not."""


@dataclass(frozen=True)
class Finding:
    """One thing that was checked; `code` names its sentence."""

    check: str
    level: Level
    code: str
    params: dict[str, str | int] = field(default_factory=dict)
    chain: Walk | None = None
    """The chain that was walked, where it is about one."""

    def sentence(self, language: Language) -> str:
        """In plain words, with what to do; a fault is told as everywhere else."""
        if self.chain is not None:
            what = walkwords.headline(self.chain, language)
            return f"{what} {walkwords.fault(self.chain, language).then}".strip()
        told = find(language, f"doctor.{self.code}", **self.params)
        if told is not None:
            return told
        key = self.code.replace(".", "_")
        try:
            said = find(language, f"error.{key}", **self.params)
            hint = find(language, f"hint.{key}", **self.params)
        except (KeyError, IndexError):
            said = hint = None
        if said is None and (shared := words.said(language, self.code)) is not None:
            said, hint = shared
        text = said or f"{sentence(language, 'error.not_trusted')} [{self.code}]"
        return f"{text} {hint}" if hint else text


def examine(home: Path, now: int) -> list[Finding]:
    """Every question that can be asked, whatever the answers to the others."""
    return [*_safely("settings", _settings, home), *_rest(home, now)]


def _rest(home: Path, now: int) -> Iterator[Finding]:
    try:
        settings = config.load(home)
    except VerifierError:
        return
    one = _Doctor(settings, now)
    for name, test in (
        ("keys", one.keys),
        ("certificate", one.certificate),
        ("scheme", one.scheme),
        ("status", one.status),
        ("clock", one.clock),
        ("sync", one.sync),
        ("access", one.access),
        ("chains", one.chains),
        ("profiles", one.profiles),
        ("amounts", one.amounts),
        ("database", one.database),
        ("tls", one.tls),
        ("api", one.api),
        ("staff", one.staff),
    ):
        yield from _safely(name, test)


def _safely(
    name: str, test: Callable[..., Iterator[Finding]], *arguments: object
) -> Iterator[Finding]:
    try:
        yield from test(*arguments)
    except (VerifierError, CredentialError) as error:
        yield Finding(name, Level.FAULT, error.code, dict(error.params))
    except (OSError, ValueError) as error:
        yield Finding(name, Level.FAULT, "unreadable", {"fault": type(error).__name__})


def _settings(home: Path) -> Iterator[Finding]:
    settings = config.load(home)
    yield Finding("settings", Level.OK, "settings", {"base_url": settings.base_url})
    if (home / config.FILE).stat().st_mode & 0o077 and "@" in settings.database:
        yield Finding("settings", Level.FAULT, "settings_mode", {"file": config.FILE})


class _Doctor:
    """The questions; each yields what it found or raises what is wrong."""

    def __init__(self, settings: Config, now: int) -> None:
        self.settings = settings
        self.now = now

    @property
    def _generation(self) -> Generation:
        folder = SchemeFolder(self.settings.scheme_folder, self.settings.fingerprint)
        return folder.generation(self.now)

    def keys(self) -> Iterator[Finding]:
        """The private keys are there, and only their owner reads them."""
        if not (self.settings.certificates / identity.ACCESS_CERTIFICATE).is_file():
            keys.access_key(self.settings.keys)
        else:
            identity.read(self.settings)
        keys.load_sealer(self.settings.keys, bytes)
        open_ones = [
            str(file.relative_to(self.settings.keys))
            for file in sorted(self.settings.keys.rglob("*"))
            if file.is_file() and file.stat().st_mode & 0o077
        ]
        if open_ones:
            raise NotReady("keys.mode", "", file=open_ones[0])
        yield Finding("keys", Level.OK, "keys")

    def certificate(self) -> Iterator[Finding]:
        """The access certificate is installed and is about our key."""
        found = identity.read(self.settings)
        print_ = keys.fingerprint(found.chain[0])[:16]
        yield Finding("certificate", Level.OK, "certificate", {"fingerprint": print_})
        if (self.settings.keys / identity.NEXT_KEY).is_file():
            yield Finding("certificate", Level.OK, "certificate_next")
        if before := len(identity.before(self.settings)):
            yield Finding("certificate", Level.OK, "certificate_before", {"count": before})

    def scheme(self) -> Iterator[Finding]:
        """The scheme was fetched, is fresh, and how long it will be."""
        trust = self._generation.trust
        trust.require_fresh(self.now)
        left = trust.next_update - self.now
        yield Finding(
            "scheme",
            Level.WARNING if left < SCHEME_DAYS * DAY else Level.OK,
            "scheme",
            {
                "sequence": trust.sequence,
                "operator": trust.operator,
                "hours": (self.now - trust.issued) // HOUR,
                "left": left // HOUR,
            },
        )

    def status(self) -> Iterator[Finding]:
        """The age of the lists, by issuer; how old they may be is the profiles' to say."""
        announced = self._generation.announced()
        most = {one.id: one.status_max_age for one in profiles.read_all(self.settings.profiles)}
        for name in dict.fromkeys(one.issuer for one in announced):
            yield self._of_issuer(name, [one for one in announced if one.issuer == name])
        signed = [one.iat for one in announced if one.iat is not None]
        if not signed:
            yield Finding("status", Level.FAULT, "status_none")
            return
        age = self.now - min(signed)
        for profile, allowed in sorted(most.items()):
            if age > allowed:
                params: dict[str, str | int] = {"profile": profile, "hours": allowed // HOUR}
                yield Finding("status", Level.FAULT, "status_too_old", params)
        yield Finding("status", Level.OK, "status", {"count": len(signed)})

    def _of_issuer(self, name: str, lists: list[Announced]) -> Finding:
        signed = [one.iat for one in lists if one.iat is not None]
        params: dict[str, str | int] = {"issuer": name, "count": len(lists)}
        if len(signed) < len(lists):
            missing = len(lists) - len(signed)
            return Finding("status", Level.WARNING, "status_missing", params | {"missing": missing})
        age = self.now - min(signed)
        level = Level.WARNING if age > OLD_SECONDS else Level.OK
        return Finding("status", level, "status_issuer", params | {"hours": age // HOUR})

    def clock(self) -> Iterator[Finding]:
        """Our clock against the newest thing that somebody else signed."""
        generation = self._generation
        signed = [one.iat for one in generation.announced() if one.iat is not None]
        newest = max([generation.trust.issued, *signed])
        if newest > self.now + CLOCK_AHEAD:
            behind = (newest - self.now) // 60
            yield Finding("clock", Level.FAULT, "clock", {"minutes": behind})
            return
        yield Finding("clock", Level.OK, "clock_ok")

    def sync(self) -> Iterator[Finding]:
        """When `sync` last succeeded, and which places failed it."""
        last = places.last(self.settings.scheme_folder)
        if last is None or last.succeeded is None:
            yield Finding("sync", Level.WARNING, "sync_never")
            return
        for place, code in sorted(last.failed.items()):
            params: dict[str, str | int] = {"place": place, "code": code}
            said = "sync_behind" if code == places.BEHIND else "sync_failed"
            yield Finding("sync", Level.WARNING, said, params)
        age = self.now - last.succeeded
        level = Level.WARNING if age > SYNC_SECONDS else Level.OK
        yield Finding("sync", level, "sync", {"hours": max(0, age) // HOUR, "place": last.place})

    def access(self) -> Iterator[Finding]:
        """The access certificate holds in the scheme, and names the host wallets reach."""
        chain, _ = verifier.credentials(self.settings)
        leaf = self._generation.trust.verifier_leaf(chain, self.now)
        if urlsplit(self.settings.base_url).hostname not in leaf.hosts:
            raise NotReady("config.value", "OpenID4VP 1.0 5.9.3", key="base_url")
        days = (leaf.not_after - self.now) // DAY
        yield Finding(
            "access",
            self._soon(days),
            "access",
            {"name": leaf.common_name, "oin": leaf.oin, "days": days},
        )

    def chains(self) -> Iterator[Finding]:
        """Every chain of certificates, from what is signed up to the list that carries it."""
        folder = SchemeFolder(self.settings.scheme_folder, self.settings.fingerprint)
        for found in chains.every(self.settings, folder, self.now):
            yield Finding("chains", found.level, found.cause, dict(found.params), found)

    def profiles(self) -> Iterator[Finding]:
        """No profile asks more than its registration certificate grants; each by itself."""
        chain, _ = verifier.credentials(self.settings)
        trust = self._generation.trust
        leaf = trust.regardless().verifier_leaf(chain, self.now)
        for profile in profiles.read_all(self.settings.profiles):
            try:
                trust.verifier_leaf(chain, self.now)
                bound = verifier.bound_profile(self.settings, profile, trust, leaf, self.now)
            except (VerifierError, CredentialError) as error:
                if (closed := verifier.CLOSED.get(error.code)) is not None:
                    # The rest goes on: rights and receipts do not wait for it.
                    use: dict[str, str | int] = {"use": profile.intended_use}
                    yield Finding("profiles", Level.WARNING, closed, use)
                    continue
                yield Finding("profiles", Level.FAULT, error.code, dict(error.params))
                continue
            days = (bound.registration.exp - self.now) // DAY
            params: dict[str, str | int] = {"profile": profile.id, "days": days}
            yield Finding("profiles", self._soon(days), "profile", params)

    def amounts(self) -> Iterator[Finding]:
        """Every amount that a profile looks up is entered, for today and a month from now."""
        found, sums = profiles.read_all(self.settings.profiles), amounts.load(self.settings.home)
        # A warning also when it is today: all but what needs the amount goes on.
        for code, after in (("amounts_none", 0), ("amounts_soon", SOON_DAYS)):
            day = periods.day_of(self.now + after * DAY)
            if names := missing(found, sums, day):
                yield Finding("amounts", Level.WARNING, code, {"names": ", ".join(names)})
                return
        yield Finding("amounts", Level.OK, "amounts", {})

    def database(self) -> Iterator[Finding]:
        """The database answers and is of this release; a file is its owner's alone."""
        store = Store.open(self.settings.database)
        kind, file = store.engine.dialect.name, store.engine.url.database
        waiting = retention.waiting_since(store, self.now - LONG_DAYS * DAY)
        store.close()
        if kind == "sqlite" and file and Path(file).stat().st_mode & 0o077:
            raise NotReady("keys.mode", "", file=Path(file).name)
        yield Finding("database", Level.OK, "database", {"kind": kind})
        if waiting:
            # Perhaps a tenancy that lasts; perhaps somebody forgot to say that none came.
            yield Finding("database", Level.WARNING, "waiting_long", {"count": waiting})

    def tls(self) -> Iterator[Finding]:
        """The files of our https certificate are there, and for how long; or a proxy does that."""
        files = (self.settings.tls_cert, self.settings.tls_key)
        if files == (None, None) and self.settings.operation.proxies:
            yield Finding("tls", Level.OK, "tls_proxy")
            return
        for name, file in zip(("tls_cert", "tls_key"), files, strict=True):
            if file is None or not file.is_file():
                raise NotReady("config.value", "Architecture, Https", key=name)
        assert files[0] is not None
        leaf = x509.load_pem_x509_certificate(files[0].read_bytes())
        days = (int(leaf.not_valid_after_utc.timestamp()) - self.now) // DAY
        yield Finding("tls", self._soon(days), "tls", {"days": days})

    def staff(self) -> Iterator[Finding]:
        """Whether the provider where employees log in answers, and is who the settings say."""
        if self.settings.staff is None:
            return
        client = verifier.login_client(self.settings.staff, clock.random_bytes)
        try:
            client.describe(self.now)
        except LoginFault as fault:
            yield Finding("staff", Level.FAULT, "staff_login", {"fault": fault.code})
        else:
            yield Finding("staff", Level.OK, "staff", {"issuer": self.settings.staff.issuer})
        finally:
            client.close()

    def api(self) -> Iterator[Finding]:
        """Which systems may use the interface, for what, and whether their messages get there."""
        api = self.settings.api
        open_to = {one.id for one in profiles.read_all(self.settings.profiles) if one.api}
        for client in api.clients:
            told = ", ".join(sorted(scope.value for scope in client.scopes))
            yield Finding("api", Level.OK, "api_client", {"client": client.id, "scopes": told})
            for profile in sorted(client.profiles - open_to):
                params: dict[str, str | int] = {"client": client.id, "profile": profile}
                yield Finding("api", Level.WARNING, "api_profile", params)
        if not api.hooks:
            return
        database = Store.open(self.settings.database)
        try:
            found = webhooks.waiting(database)
        finally:
            database.close()
        late = found.oldest is not None and self.now - found.oldest > DAY
        counts: dict[str, str | int] = {"waiting": found.waiting, "given_up": found.given_up}
        level = Level.WARNING if late or found.given_up else Level.OK
        yield Finding("api", level, "api_messages", counts)

    def _soon(self, days: int) -> Level:
        if days < 0:
            return Level.FAULT
        return Level.WARNING if days < self.settings.operation.warn_days else Level.OK


def exit_code(found: list[Finding]) -> int:
    """For monitoring: 5 when a chain is not trusted, 4 when it is not ready, 8 when soon not."""
    if any(one.chain is not None and one.chain.distrusted for one in found):
        return NotTrusted.exit_code
    levels = {one.level for one in found}
    if Level.FAULT in levels:
        return NotReady.exit_code
    return WARNED if Level.WARNING in levels else 0
