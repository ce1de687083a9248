"""A resident at the counter with an extract on paper: check it, look at the document, register."""

from typing import Any, Final

from starlette.responses import Response

from verifier.errors import Refused
from verifier.service import retention
from verifier.service.paper import MAX_FILE, Judged
from verifier.service.staff import access, paper, people
from verifier.store.shown import Kept
from verifier.transaction import Outcome
from verifier.web.labels import Labels
from verifier.web.staff.desk import email_of, why
from verifier.web.staff.room import HOME, Entry, Room, to

DOCUMENTS: Final = ("passport", "id_card", "driving_licence", "residence_document")
MAX_UPLOAD: Final = MAX_FILE + 32_768
PROOF: Final = f"{HOME}/balie/bewijs"
_MAX_TEXT: Final = 16_384


class Paper:
    """The extract itself stays, sealed, in the session until somebody is registered or left."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def check(self, entry: Entry) -> Response:
        """The text or a picture of the extract, and what was found."""
        profile = entry.visit.params["profile"]
        bound = paper.find(self._room.verifier, profile)
        if not entry.posted:
            return self._form(entry, profile, {})
        file, text = entry.visit.file, entry.given("text")
        if file is None and not 0 < len(text) <= _MAX_TEXT:
            return self._form(entry, profile, {"text": entry.say("staff_paper.nothing")})
        try:
            extract = paper.read(text.encode() if file is None else file.data).strip()
            judged = paper.check(self._room.verifier, entry.employee, profile, extract)
        except Refused as wrong:
            said = entry.say(f"staff_problem.{wrong.code.replace('.', '_')}")
            return self._form(entry, profile, {"text" if file is None else "file": said})
        work = {"paper": extract, "profile": profile} if judged.verdict == "accepted" else {}
        access.keep(self._room.verifier, entry.session, work)
        return self._judged(entry, bound.profile.titles[entry.language], judged, {})

    def register(self, entry: Entry) -> Response:
        """The document was seen and it is the same person: registered, with a proof to print."""
        work = entry.session.work
        if "paper" not in work:
            return to(HOME)
        faults: dict[str, str] = {}
        if entry.given("document") not in DOCUMENTS:
            faults["document"] = entry.say("staff_paper.document_wrong")
        if entry.given("same") != "yes":
            faults["same"] = entry.say("staff_paper.same_wrong")
        try:
            email = email_of(entry)
        except Refused as wrong:
            faults["email"] = entry.say(wrong.code)
            email = None
        if faults:
            bound = paper.find(self._room.verifier, work["profile"])
            judged = paper.check(
                self._room.verifier, entry.employee, work["profile"], work["paper"]
            )
            return self._judged(entry, bound.profile.titles[entry.language], judged, faults)
        done = paper.take(
            self._room.verifier, entry.employee, work["profile"], work["paper"], email
        )
        access.keep(
            self._room.verifier,
            entry.session,
            {
                "proof": done.registration,
                "disclosure": done.disclosure,
                "profile": work["profile"],
                "again": done.again,
            },
        )
        return to(PROOF)

    def proof(self, entry: Entry) -> Response:
        """What a wallet would keep as a receipt: to print and give along."""
        work = entry.session.work
        if "proof" not in work:
            return to(HOME)
        verifier = self._room.verifier
        found = people.of(verifier, work["proof"])
        bound = paper.find(verifier, work["profile"])
        visit = next((one for one in found.visits if one.id == work["disclosure"]), None)
        lines: Any = ()
        until = ""
        if visit is not None:
            kept = Kept(
                frozenset((query, tuple(path)) for query, path in visit.row.kept or []),
                visit.delete_by,
            )
            lines = Labels(verifier, entry.language).received(bound.profile, kept).lines
            until = retention.in_words(visit.retention, visit.delete_by, entry.language)
        return self._room.show(
            entry,
            "proof.html",
            here=PROOF,
            listed=found.listed,
            title=bound.profile.titles[entry.language],
            again=work["again"],
            lines=[one for one in lines if one.fate != "seen"],
            until=until,
            registration=bound.registration,
            # Under this a request for access or erasure finds it, without a wallet.
            mark=work["disclosure"],
            now=verifier.now(),
        )

    def _form(self, entry: Entry, profile: str, faults: dict[str, str]) -> Response:
        bound = paper.find(self._room.verifier, profile)
        return self._room.show(
            entry,
            "paper.html",
            faults=faults,
            profile=profile,
            title=bound.profile.titles[entry.language],
        )

    def _judged(self, entry: Entry, title: str, judged: Judged, faults: dict[str, str]) -> Response:
        labels = Labels(self._room.verifier, entry.language)
        extract = judged.extract
        values = [
            (labels.claim(judged.stated[query].vct, _path(name)), value)
            for query, claims in judged.values.items()
            for name, value in claims.items()
        ]
        return self._room.show(
            entry,
            "judged.html",
            here=f"{HOME}/balie",
            faults=faults,
            title=title,
            verdict=judged.verdict,
            why=why(entry, Outcome.REFUSED, judged.rule) if judged.verdict == "refused" else "",
            checks=[one.members() for one in judged.results if one.note != "paper"],
            issuer=None if extract is None else extract.issuer.name,
            until=None if extract is None else extract.exp,
            values=values,
            documents=DOCUMENTS,
            document=entry.given("document"),
            email=entry.given("email"),
            no_email=entry.given("no_email") == "yes",
        )


def _path(name: str) -> tuple[str | int | None, ...]:
    return tuple(name.split("."))
