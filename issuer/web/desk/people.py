"""A resident at the desk: found with a purpose, looked at, offered cards."""

import re
from datetime import date
from typing import Any, Final

import msgspec
from starlette.responses import Response

from credential.errors import CredentialError
from credential.registration import Registration
from issuer.brp.errors import Rejected, TooManyResults
from issuer.brp.number import is_bsn
from issuer.errors import DeskFault, IssuerError, NothingFound
from issuer.representation import PROOFS, Relation, Representation, Seen, representation
from issuer.service import clerks, deskwork, paper
from issuer.service.clerks import Clerk
from issuer.service.deskwork import Purpose
from issuer.sources import ByName, ByNumber
from issuer.texts import Language, fault
from issuer.web import extract
from issuer.web.desk.room import Entry, Room
from issuer.web.pages import to

PERSON: Final = "/desk/persoon"
_DUTCH_DATE: Final = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})\Z", re.ASCII)
_MOST_NAME: Final = 200
# A representation that would help against the reason why there are no cards.
_HELPS: Final = {
    "refusal.under_16": (Relation.PARENT, Relation.GUARDIAN),
    "refusal.curator": (Relation.CURATOR,),
}


class People:
    """From the search to the offer."""

    def __init__(self, room: Room) -> None:
        self._room = room

    # ---- finding ---------------------------------------------------------------------------

    def search(self, entry: Entry) -> Response:
        """Who is at the desk? By number, or by surname and birth date; and why it is asked."""
        if not entry.posted:
            return self._search(entry, {})
        faults: dict[str, str] = {}
        why = self._purpose(entry, faults)
        question = self._question(entry, faults)
        if question is None or faults:
            return self._search(entry, faults)
        try:
            found = deskwork.search(self._room.office, entry.clerk, question, why, entry.now)
        except Rejected as wrong:
            if isinstance(question, ByNumber):
                raise
            key = "too_many" if isinstance(wrong, TooManyResults) else "name_wrong"
            return self._search(entry, {"surname": entry.say(f"desk_search.{key}")})
        if not found:
            name = "surname" if isinstance(question, ByName) else "bsn"
            return self._search(entry, {name: entry.say("desk_search.nobody")})
        if isinstance(question, ByNumber):
            clerk = deskwork.choose(self._room.office, entry.clerk, found[0], why, entry.now)
            self._room.keep(entry, clerk)
            return to(PERSON)
        self._room.keep(entry, msgspec.structs.replace(entry.clerk, found=found, purpose=why))
        return to("/desk/gevonden")

    def found(self, entry: Entry) -> Response:
        """Who was found; the clerk compares with the identity document and chooses."""
        if not entry.clerk.found:
            return to("/desk/zoeken")
        if not entry.posted:
            return self._room.show(entry, "found.html", found=entry.clerk.found)
        self._room.same(entry)
        chosen = entry.form.one("who")
        if not chosen.isdecimal() or int(chosen) >= len(entry.clerk.found):
            raise DeskFault("desk.nobody", "Architecture, Issuer")
        who, why = entry.clerk.found[int(chosen)], entry.clerk.purpose
        self._room.keep(entry, deskwork.choose(self._room.office, entry.clerk, who, why, entry.now))
        return to(PERSON)

    def close(self, entry: Entry) -> Response:
        """The resident has left the desk; nothing of them stays in the session."""
        self._room.keep(
            entry,
            msgspec.structs.replace(
                entry.clerk, found=(), purpose="", at_desk=None, preview=None, shown=None
            ),
        )
        return to("/desk/zoeken")

    # ---- cards -----------------------------------------------------------------------------

    def person(self, entry: Entry) -> Response:
        """Who stands at the desk, and what can be done for them."""
        if entry.clerk.at_desk is None:
            return to("/desk/zoeken")
        if not entry.posted:
            return self._person(entry, {})
        self._room.same(entry)
        faults: dict[str, str] = {}
        wanted = entry.form.every("kind")
        if not wanted:
            faults["kind-1"] = entry.say("desk_person.no_kind")
        speaker = self._speaker(entry, faults)
        if faults:
            return self._person(entry, faults)
        try:
            clerk = deskwork.preview(self._room.office, entry.clerk, wanted, speaker, entry.now)
        except NothingFound as none:
            return self._nothing(entry, none)
        self._room.keep(entry, clerk)
        return to("/desk/voorbeeld")

    def preview(self, entry: Entry) -> Response:
        """Exactly what would be issued, and why something is not."""
        preview = entry.clerk.preview
        if preview is None:
            return to(PERSON)
        return self._room.show(
            entry,
            "preview.html",
            at_desk=entry.clerk.at_desk,
            preview=preview,
            until=preview.at + deskwork.PREVIEW_SECONDS,
            too_late=entry.now - preview.at > deskwork.PREVIEW_SECONDS,
            four_eyes=self._room.office.settings.desk.four_eyes,
            askers=self._askers(entry),
        )

    def offer(self, entry: Entry) -> Response:
        """The case is opened; its page shows the code to scan and the code to say."""
        self._room.same(entry)
        clerk, preview = deskwork.seen(entry.clerk, entry.now)
        entry = self._room.keep(entry, clerk)
        clerk, shown = deskwork.offer(self._room.office, clerk, preview, entry.now)
        self._room.keep(entry, clerk)
        return to(f"/desk/zaken/{shown.case}")

    def paper(self, entry: Entry) -> Response:
        """The extract for one purpose, of exactly what was looked at: a file to open and print."""
        self._room.same(entry)
        _, preview = deskwork.seen(entry.clerk, entry.now)
        office = self._room.office
        asker = paper.find(paper.askers(office, entry.now), entry.form.one("profile"))
        issuer = clerks.municipality(office, entry.clerk)
        made = paper.make(office, issuer, preview.box, asker, clerk=entry.clerk.name, now=entry.now)
        return Response(
            extract.page(made, issuer.settings.name, entry.language),
            media_type="application/octet-stream",
            headers={
                # Its styles are its own, which a page of ours may not have: it is never shown here.
                "Content-Disposition": 'attachment; filename="uittreksel.html"',
                "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
                "Cache-Control": "no-store",
            },
        )

    def _askers(self, entry: Entry) -> list[tuple[str, str]]:
        """For whom paper can be made of these cards; nobody without a scheme that is fresh."""
        preview, office = entry.clerk.preview, self._room.office
        if preview is None or office.scheme is None:
            return []
        try:
            found = paper.askers(office, entry.now)
        except (IssuerError, CredentialError):
            return []
        issuer = clerks.municipality(office, entry.clerk)
        return [
            (f"{one.oin}/{one.intended_use_id}", f"{one.name}: {_purpose(one, entry.language)}")
            for one in found
            if set(paper.kinds_of(one, issuer)) & set(preview.box.claims)
        ]

    # ---- forms -----------------------------------------------------------------------------

    def _question(self, entry: Entry, faults: dict[str, str]) -> ByNumber | ByName | None:
        form = entry.form
        bsn = re.sub(r"[ .]", "", form.one("bsn"))
        surname, born = form.one("surname"), form.one("born")
        if bsn and (surname or born):
            faults["bsn"] = entry.say("desk_search.one_of_two")
            return None
        if bsn:
            if not is_bsn(bsn):
                faults["bsn"] = entry.say("desk_search.bsn_wrong")
            return ByNumber(bsn)
        if not surname and not born:
            faults["bsn"] = entry.say("desk_search.nothing_given")
            return None
        if not surname or len(surname) > _MOST_NAME:
            faults["surname"] = entry.say("desk_search.surname_missing")
        day = _date(born)
        if day is None:
            faults["born"] = entry.say("desk_search.born_wrong")
            return None
        return ByName(surname, day.isoformat(), form.one("given_names")[:_MOST_NAME])

    def _purpose(self, entry: Entry, faults: dict[str, str]) -> str:
        try:
            return deskwork.purpose(entry.form.one("purpose"), entry.form.one("reference"))
        except DeskFault as wrong:
            name = "purpose" if wrong.code == "desk.purpose" else "reference"
            faults[name] = fault(entry.language, wrong.code)[0]
            return ""

    def _speaker(self, entry: Entry, faults: dict[str, str]) -> Representation | None:
        relation, seen = entry.form.one("relation"), entry.form.one("seen")
        if relation == "self":
            return None
        try:
            return representation(relation, seen)
        except DeskFault as wrong:
            name = "relation" if not relation else "seen"
            faults[name] = fault(entry.language, wrong.code)[0]
            return None

    def _search(self, entry: Entry, faults: dict[str, str]) -> Response:
        given = ("purpose", "reference", "bsn", "surname", "born", "given_names")
        members: dict[str, Any] = {
            "purposes": [(one.value, f"desk_purpose.{one.value}") for one in Purpose],
            "given": {name: entry.form.one(name) for name in given},
        }
        if faults:
            return self._room.again(entry, "search.html", faults, **members)
        return self._room.show(entry, "search.html", **members)

    def _person(self, entry: Entry, faults: dict[str, str]) -> Response:
        issuer = clerks.municipality(self._room.office, entry.clerk)
        kinds = deskwork.offered_kinds(issuer)
        members: dict[str, Any] = {
            "at_desk": entry.clerk.at_desk,
            "kinds": kinds,
            "wanted": entry.form.every("kind") if entry.posted else kinds,
            "relations": [one.value for one in Relation],
            "proofs": _proofs(),
            "relation": entry.form.one("relation") or "self",
            "seen": entry.form.one("seen"),
        }
        if faults:
            return self._room.again(entry, "person.html", faults, **members)
        return self._room.show(entry, "person.html", **members)

    def _nothing(self, entry: Entry, none: IssuerError) -> Response:
        """No card at all: the reason, and whether someone else may ask for them."""
        clerk: Clerk = entry.clerk
        return self._room.show(
            entry,
            "nothing.html",
            at_desk=clerk.at_desk,
            said=fault(entry.language, none.code, **none.params)[0],
            helps=[one.value for one in _HELPS.get(none.code, ())],
        )


def _proofs() -> list[tuple[str, list[str]]]:
    """Each document, and the relations it can show."""
    return [
        (seen.value, [relation.value for relation, proofs in PROOFS.items() if seen in proofs])
        for seen in Seen
    ]


def _date(text: str) -> date | None:
    """A birth date as people in the Netherlands write it, or as computers do."""
    found = _DUTCH_DATE.match(text)
    try:
        if found is not None:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def _purpose(asker: Registration, language: Language) -> str:
    return (asker.purpose.en if language == "en" else "") or asker.purpose.nl
