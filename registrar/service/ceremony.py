"""A ceremony step by step: whoever asks people for answers calls these in this order."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from registrar import ceremony, config, machine, papers
from registrar.ceremony import Check, Report, What
from registrar.certificates import Entropy, Pair
from registrar.errors import BadInput, NotReady, Untrusted
from registrar.home import write_whole
from registrar.keystore import FileKeys
from registrar.roothome import RootHome
from registrar.service import rooting
from registrar.service.rooting import Rooted

REPORTS: Final = "reports"
_SKIPPED: Final = frozenset({"lock"})


@dataclass
class Ceremony:
    """One ceremony under way; every step checks, and writes down what it found."""

    root: RootHome
    what: What
    scheme_toml: str
    passphrase: bytes | None = field(repr=False)
    begun: int
    token: bytes | None = None
    report: Report = field(init=False)
    _done: Rooted | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        scheme = config.parse(self.scheme_toml)
        self.report = Report(self.what, scheme.operator, scheme.oin, self.begun)

    @property
    def done(self) -> Rooted:
        """What the root did; only after `perform`."""
        if self._done is None:
            raise NotReady("ceremony.order")
        return self._done

    def people(self, people: list[tuple[str, str]]) -> None:
        """Who is there: two at the least."""
        self.report = self.report.with_people(people)

    def machine(self, system: Path = Path("/")) -> tuple[Check, ...]:
        """What there is to see of the machine; `note` takes each into the report."""
        return machine.look(self.root.path, system=system)

    def note(self, check: Check, why: str = "") -> None:
        """One thing that was looked at; what is not good needs a reason to go on."""
        if not check.good and not why.strip():
            raise NotReady("ceremony.stopped", what=check.code)
        if len(why) > ceremony.LONGEST:
            raise BadInput("ceremony.long")
        self.report = self.report.with_check(replace(check, why="" if check.good else why.strip()))

    def heard(self, code: str, digest: bytes, typed: str) -> None:
        """What the other person typed is what stands here: ten words, or the ceremony stops."""
        if not papers.is_heard(papers.heard(typed), digest):
            raise Untrusted("ceremony.words")
        self.note(Check(code, good=True, detail=digest.hex()))

    def kept(self, name: str) -> None:
        """Both say that this key of a signer of snapshots is the operator's alone (`roll`)."""
        self.note(Check("signer", good=True, detail=name))

    def perform(self, request: bytes | None, *, now: int, entropy: Entropy) -> Rooted:
        """What the ceremony is for; one that was cut off after this goes on from here."""
        if request is not None:
            self.report = replace(self.report, request=hashlib.sha256(request).hexdigest())
        done = self._performed(request, now=now, entropy=entropy)
        self._done = done
        self.report = replace(
            self.report,
            fingerprint=done.fingerprint.hex(),
            certified=ceremony.fingerprints(done.answer.certificates),
            fresh=done.fresh,
            dropped=done.dropped,
        )
        return done

    def _performed(self, request: bytes | None, *, now: int, entropy: Entropy) -> Rooted:
        if self.what == "renew":
            return rooting.renew(self.root, self.passphrase, now=now)
        if self.what == "roll":
            said = any(one.code == "signer" for one in self.report.checks)
            return rooting.roll(
                self.root, self.passphrase, request, signer_kept=said, now=now, entropy=entropy
            )
        if self.what == "sign":
            if request is None:
                raise BadInput("ceremony.request")
            return rooting.sign(self.root, request, self.passphrase, now=now, entropy=entropy)
        if self.root.exists and not self._reported():
            return rooting.look(self.root)
        text, token = self.scheme_toml, self.token
        return rooting.init(self.root, text, self.passphrase, token=token, now=now, entropy=entropy)

    def answer(self, target: Path) -> bytes:
        """The answer as a file to carry; its SHA-256."""
        digest = hashlib.sha256(rooting.write_answer(target, self.done)).digest()
        self.report = replace(self.report, answer=digest.hex())
        return digest

    def backup(self, target: Path) -> None:
        """The whole folder on another medium, read back: every file, and the key itself."""
        if target.resolve().is_relative_to(self.root.path.resolve()):
            raise BadInput("ceremony.backup_inside")
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.chmod(0o700)
        for file in self._files():
            copy = target / file.relative_to(self.root.path)
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(copy, file.read_bytes(), mode=0o600)
        shown = hashlib.sha256()
        for file in self._files():
            data = (target / file.relative_to(self.root.path)).read_bytes()
            if data != file.read_bytes():
                raise Untrusted("ceremony.backup_differs", file=file.name)
            shown.update(hashlib.sha256(data).digest())
        copied = RootHome(target)
        keys = copied.keys(self.passphrase)
        if isinstance(keys, FileKeys):
            found = copied.safe()
            if not ceremony.holds(keys.load(found.root_name), found.root):
                raise Untrusted("ceremony.backup_key")
        self.note(Check("backup", good=True, detail=shown.hexdigest()))

    def clean(self, passphrase_file: Path | None, out: Path | None) -> Check:
        """Whether nothing is left where it does not belong; the caller notes it."""
        left = [file.name for file in self.root.path.rglob("*.new")]
        inside = self.root.path.resolve()
        given = [file for file in (passphrase_file, out) if file is not None]
        left += [file.name for file in given if file.resolve().is_relative_to(inside)]
        return Check("clean", good=not left, detail=" ".join(left))

    def close(self, text: str, *, now: int) -> tuple[Path, bytes]:
        """The signed report and its text, kept with the root; the path and the SHA-256."""
        found = self.root.safe()
        self.report = replace(self.report, ended=now)
        pair = Pair(found.root, self.root.key(found, self.passphrase))
        data = ceremony.sign(self.report, pair).encode()
        number = 1 + len(list((self.root.path / REPORTS).glob("*.jws")))
        name = f"{REPORTS}/{number:03d}-{self.what}"
        self.root.write(f"{name}.txt", text.encode())
        self.root.write(f"{name}.jws", data)
        return self.root.path / f"{name}.jws", hashlib.sha256(data).digest()

    def _reported(self) -> bool:
        return any((self.root.path / REPORTS).glob("*.jws"))

    def _files(self) -> list[Path]:
        return [
            file
            for file in sorted(self.root.path.rglob("*"))
            if file.is_file() and file.name not in _SKIPPED
        ]
