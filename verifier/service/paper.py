"""A paper extract held against a profile that takes paper (Regie formats 11), offline.

The same conditions as for a card in a wallet, but for the key binding: that there is none is
written in the profile, and every result says so. Whoever checks it looks at the person's
identity document.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from credential import dcql, paper, sdjwt, statuslist
from credential.errors import CredentialError
from credential.names import Path, path_text
from credential.paper import Extract, Part, Purpose
from credential.registration import Registration
from credential.strictjson import Json, Object
from verifier import dates
from verifier.checks.answer import same_person
from verifier.checks.policy import conditions
from verifier.checks.results import Accepted, Check, Found, Refused, Result, of_error, verdict
from verifier.decisions import NONE as NO_AMOUNTS
from verifier.decisions import Amounts, Decided, decide
from verifier.errors import NotReady, NotTrusted
from verifier.profiles import BoundProfile, KeyBinding, Profile
from verifier.scheme import Generation, SchemeFolder

MAX_FILE: Final = 8 * 1024 * 1024
_MAX_PIXELS: Final = 40_000_000
_IMAGES: Final = (b"\x89PNG", b"\xff\xd8\xff")


@dataclass(frozen=True)
class Stated:
    """One part of an extract, as the checks on cards read it."""

    vct: str
    payload: Object = field(repr=False)

    def claim(self, path: Path) -> Json | sdjwt.Missing:
        """The value at a path, or `MISSING`."""
        return sdjwt.value_at(self.payload, path)


@dataclass(frozen=True)
class Judged:
    """What was found; values exist only when the extract is genuine."""

    verdict: str
    """`accepted`, `refused` or `undetermined`."""
    rule: str
    results: tuple[Result, ...]
    extract: Extract | None
    values: Mapping[str, Mapping[str, Json]] = field(repr=False)
    """By query: what the profile asks, and no more."""
    decided: tuple[Decided, ...] = field(default=(), repr=False)
    pseudonym: str | None = field(default=None, repr=False)
    """By which the person is recognised, where the profile asks it."""
    stated: Mapping[str, Stated] = field(default_factory=dict, repr=False)
    """By query: what can be kept of it."""


def profile_of(bound: Sequence[BoundProfile], name: str) -> BoundProfile:
    """The profile of this name, if it takes paper."""
    found = next((one for one in bound if one.id == name), None)
    if found is None:
        raise NotReady("profile.unknown", "Architecture, Verifier", profile=name)
    if found.profile.key_binding is not KeyBinding.NONE:
        raise NotReady("profile.no_paper", "Regie formats 11", profile=name)
    return found


def text_of(data: bytes) -> str:
    """The text of an extract: as it is, or from the one QR code in a PNG or JPEG."""
    if len(data) > MAX_FILE:
        raise NotTrusted("input.file", "Regie formats 11", file="-")
    if data.startswith(_IMAGES):
        return _from_image(data)
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise NotTrusted("paper.form", "Regie formats 11") from None


def purpose_of(registered: Registration) -> Purpose:
    """For whom and for what an extract must have been made."""
    return Purpose(registered.oin, registered.service_id, registered.intended_use_id)


def judge(
    text: str,
    bound: BoundProfile,
    scheme: SchemeFolder,
    now: int,
    amounts: Amounts = NO_AMOUNTS,
) -> Judged:
    """Run every check there is for paper and come to a verdict; opens no connection."""
    return _Judging(bound, scheme.generation(now), now, amounts).run(text)


class _Judging:
    """The checks in their order; what comes after a failure is not done."""

    def __init__(
        self, bound: BoundProfile, generation: Generation, now: int, amounts: Amounts
    ) -> None:
        self._profile: Profile = bound.profile
        self._amounts = amounts
        self._decided: tuple[Decided, ...] = ()
        self._purpose = purpose_of(bound.registration)
        self._generation = generation
        self._now = now
        self._results: list[Result] = []
        self._extract: Extract | None = None
        self._stated: dict[str, Stated] = {}
        self._pseudonym: str | None = None

    def run(self, text: str) -> Judged:
        trust = self._generation.trust
        self._do(Check.SCHEME, lambda: trust.require_fresh(self._now))
        self._do(Check.ISSUER, lambda: self._verify(text))
        for check in (Check.BINDING, Check.RIGHTS_KEY, Check.HOLDER):
            # Paper has none: the profile says that it may do without.
            self._results.append(Result(check, "", Found.NOT_DONE, note="paper"))
        self._do(Check.STATUS, self._status)
        self._do(Check.QUERY, self._query)
        self._do(Check.PERSON, self._person)
        self._do(Check.POLICY, self._conditions)
        self._results.sort(key=lambda result: result.check.number)
        match verdict(self._results):
            case Accepted():
                return self._judged("accepted", "")
            case Refused(rule):
                return self._judged("refused", rule)
            case other:
                return self._judged("undetermined", other.rule)

    def _judged(self, name: str, rule: str) -> Judged:
        return Judged(
            name,
            rule,
            tuple(self._results),
            self._extract,
            self._values(),
            self._decided,
            self._pseudonym,
            dict(self._stated),
        )

    def _do(self, check: Check, work: Callable[[], Any]) -> None:
        if any(one.found in (Found.FAILED, Found.UNDETERMINED) for one in self._results):
            self._results.append(Result(check, "", Found.NOT_DONE))
            return
        try:
            work()
        except CredentialError as error:
            self._results.append(of_error(check, "", error))
        else:
            self._results.append(Result(check, "", Found.OK))

    def _verify(self, text: str) -> None:
        self._extract = paper.verify(text, self._generation.trust, self._purpose, now=self._now)
        parts = {part.vct: part for part in self._extract.parts}
        for asked in self._profile.query.credentials:
            part = next((parts[vct] for vct in asked.vct_values if vct in parts), None)
            if part is not None:
                self._stated[asked.id] = Stated(part.vct, {"vct": part.vct, **part.claims})

    def _status(self) -> None:
        assert self._extract is not None
        for part in self._extract.parts:
            self._listed(part, self._extract)

    def _listed(self, part: Part, extract: Extract) -> None:
        found = self._generation.status_list(part.status.uri, extract.issuer, self._now)
        statuslist.check(part.status, found, now=self._now, max_age=self._profile.status_max_age)

    def _query(self) -> None:
        dcql.check_answer(
            self._profile.query,
            {query: [(one.vct, one.payload)] for query, one in self._stated.items()},
        )

    def _person(self) -> None:
        self._pseudonym = same_person(self._stated, self._profile)

    def _conditions(self) -> None:
        today = dates.dutch_day(self._now)
        self._decided = decide(self._profile, self._stated, self._amounts, today)
        conditions(self._profile.rules, self._stated, self._decided)

    def _values(self) -> dict[str, dict[str, Json]]:
        found: dict[str, dict[str, Json]] = {}
        for asked in self._profile.query.credentials:
            stated = self._stated.get(asked.id)
            if stated is None:
                continue
            for claim in asked.claims or ():
                value = stated.claim(claim.path)
                if not isinstance(value, sdjwt.Missing) and claim.path != (
                    self._profile.same_person,
                ):
                    found.setdefault(asked.id, {})[path_text(claim.path)] = value
        return found


def _from_image(data: bytes) -> str:
    import zxingcpp  # noqa: PLC0415  a megabyte that only this door needs
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise NotTrusted("paper.image", "Regie formats 11")
            grey = image.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NotTrusted("paper.image", "Regie formats 11") from None
    pixels = memoryview(grey.tobytes()).cast("B", (grey.height, grey.width))
    codes = zxingcpp.read_barcodes(
        pixels, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    )
    texts = {code.text for code in codes if code.valid}
    if len(texts) != 1:
        raise NotTrusted("paper.image", "Regie formats 11")
    return str(texts.pop())
