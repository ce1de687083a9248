"""`kvk-inschrijving` from the KVK API Basisprofiel v1 (domain.md 2.6): a company as registered.

The basic profile does not say who may act for a company. So `representative_authorised` is what a
clerk saw, and is left out when nobody looked or when it was long ago. No address is a claim: some
are shielded.
"""

import re
from typing import Final

import msgspec

from credential.strictjson import Json
from issuer.brp.dates import day_of
from issuer.brp.errors import BrpError, NotFound, Unavailable, Unreadable
from issuer.brp.link import Link
from issuer.errors import DeskFault
from issuer.registers import Entry
from issuer.registers.asking import ask, certain
from issuer.sources import Decision, Granted, LeftOut, Refused

PATH: Final = "/v1/basisprofielen/"
HEADER: Final = "apikey"
AUTHORITY_SECONDS: Final = 13 * 7 * 86_400
"""As long as an extract of the register is taken for good in practice (domain.md 2.6)."""

_NUMBER: Final = re.compile(r"[0-9]{8}\Z")
_AUTHORISED: Final = "representative_authorised"
_YES: Final = "Ja"
_NOT_DELIVERED: Final = "IPD0005"
_LATER: Final = frozenset({"IPD1002", "IPD1003"})


class _Shape(msgspec.Struct, frozen=True, rename="camel"):
    """Members of the answer; those that no claim needs are not read."""

    def __repr__(self) -> str:
        return type(self).__name__


class _Registered(_Shape, frozen=True):
    datum_einde: str | None = None


class _Activity(_Shape, frozen=True):
    sbi_code: str
    sbi_omschrijving: str = ""
    ind_hoofdactiviteit: str = ""


class _Establishment(_Shape, frozen=True):
    vestigingsnummer: str | None = None
    materiele_registratie: _Registered | None = None


class _Owner(_Shape, frozen=True):
    rsin: str | None = None
    rechtsvorm: str | None = None
    uitgebreide_rechtsvorm: str | None = None


class _Embedded(_Shape, frozen=True):
    hoofdvestiging: _Establishment | None = None
    eigenaar: _Owner | None = None


class _Profile(_Shape, frozen=True):
    kvk_nummer: str
    naam: str
    materiele_registratie: _Registered | None = None
    sbi_activiteiten: tuple[_Activity, ...] | None = None
    embedded: _Embedded | None = msgspec.field(default=None, name="_embedded")


class _Mistake(msgspec.Struct, frozen=True):
    code: str = ""


class _Mistakes(msgspec.Struct, frozen=True):
    fout: tuple[_Mistake, ...] = ()


class KvkRegister:
    """The business register; fulfils `Register`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def check(self, key: str) -> None:
        """Eight digits."""
        if not _NUMBER.match(key):
            raise DeskFault("desk.not_a_kvk_number", "Regie domain 2.6")

    def fetch(self, entry: Entry, now: int) -> Decision:
        """The registration under this number, unless it is unknown or ended."""
        self.check(entry.key)
        profile = ask(self._link, PATH + entry.key, _Profile, {})
        if profile is None:
            return Refused("company_unknown")
        if profile.kvk_nummer != entry.key:
            raise Unreadable("brp.unreadable", "Regie domain 2.6", why="other company")
        if _ended(profile.materiele_registratie, now):
            return Refused("company_ended")
        return _card(profile, entry, now)

    def close(self) -> None:
        """Closes every connection."""
        self._link.close()


def meaning(_status: int, body: bytes) -> BrpError | None:
    """What an answer says by its code: only one of them that there is no such company."""
    try:
        codes = {one.code for one in msgspec.json.decode(body, type=_Mistakes).fout}
    except msgspec.MsgspecError:
        return None
    if codes & _LATER:
        return Unavailable("brp.unavailable", "Regie domain 2.6", why="later")
    if _NOT_DELIVERED in codes:
        return NotFound("register.unknown", "Regie domain 2.6")
    return None


def _card(profile: _Profile, entry: Entry, now: int) -> Granted:
    embedded = profile.embedded or _Embedded()
    owner = embedded.eigenaar or _Owner()
    main = embedded.hoofdvestiging
    if main is not None and _ended(main.materiele_registratie, now):
        main = None
    seen = entry.authority_seen_at
    authorised = seen is not None and now < seen + AUTHORITY_SECONDS
    claims: dict[str, Json] = {
        "kvk_number": profile.kvk_nummer,
        "rsin": owner.rsin,
        "name": profile.naam,
        "legal_form": owner.uitgebreide_rechtsvorm or owner.rechtsvorm,
        "establishment_number": None if main is None else main.vestigingsnummer,
        "main_activity": _activity(profile.sbi_activiteiten or ()),
        _AUTHORISED: True if authorised else None,
        "source": "KVK",
        "reference_moment": day_of(now).isoformat(),
    }
    left_out = () if authorised else (LeftOut(_AUTHORISED, "authority_not_seen"),)
    return Granted(certain(claims), left_out, with_pseudonym=False)


def _activity(activities: tuple[_Activity, ...]) -> str | None:
    """The main activity: the SBI code, and what it is called."""
    for one in activities:
        if one.ind_hoofdactiviteit == _YES:
            return f"{one.sbi_code} {one.sbi_omschrijving}".rstrip()
    return None


def _ended(registered: _Registered | None, now: int) -> bool:
    """Dates are `YYYYMMDD`; a day or month that is not known is 00 and has certainly begun."""
    ends = None if registered is None else registered.datum_einde
    return bool(ends) and str(ends) <= day_of(now).strftime("%Y%m%d")
