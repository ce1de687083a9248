"""An application with what is sealed in it: opened, changed, and accounted for.

What people wrote is sealed for its case; it stands in no log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from issuer import dossier
from issuer.accounting import new_span
from issuer.application import (
    DAY,
    Application,
    File,
    Terms,
    Type,
    at,
    correction_terms,
    erase_at,
)
from issuer.dossier import Dossier
from issuer.evidence import Attachment
from issuer.service import statuslists
from issuer.service.office import Office
from issuer.store import ProcessingRow, Revocation
from issuer.store.applications import Change, SealedFile, StoredApplication

_ACTIVITY: Final = "https://regie.example/ns/activity/application"


@dataclass(frozen=True)
class Attached:
    """An attachment as it is listed."""

    number: int
    media: str
    size: int


@dataclass(frozen=True, repr=False)
class View:
    """An application as it stands now, with what is sealed in it."""

    application: Application
    dossier: Dossier
    attachments: tuple[Attached, ...]
    version: int
    """Changes with everything that happens to it."""
    trace: str


def terms(office: Office, file: File) -> Terms:
    """How long the decision may take: by law for a correction, else as the settings say."""
    if file.type is Type.CORRECTION:
        return correction_terms(file.kind, file.about)
    found = {one.kind: one for one in office.settings.declared}.get(file.kind)
    if found is None:
        # The kind was taken out of the settings while this was under way.
        return Terms(days=0, extension_days=0, reminder_days=0)
    return Terms(found.term_days, found.extension_days, found.reminder_days)


def view(office: Office, stored: StoredApplication, now: int) -> View:
    """An application as it stands now, opened."""
    state = at(stored.application, now)
    files = office.store.applications.attachments(state.file.case)
    return View(
        application=state,
        dossier=open_dossier(office, stored),
        attachments=tuple(Attached(one.number, one.media, one.size) for one in files),
        version=stored.version,
        trace=stored.trace,
    )


def change(
    office: Office,
    stored: StoredApplication,
    after: Application,
    content: Dossier,
    now: int,
    *,
    did: str | None = None,
    said: str = "",
    files: tuple[SealedFile, ...] = (),
) -> Change:
    """The next state with what is sealed in it.

    `did` stands in the processing log, with what is `said` behind it.
    """
    file = after.file
    keep = office.settings.keep_cases_days * DAY
    return Change(
        application=after,
        sealed=seal(office, file.case, content),
        erase_at=erase_at(after, keep),
        files=files,
        processed=None if did is None else processed(office, file, did, stored.trace, now, said),
    )


def processed(
    office: Office, file: File, did: str, trace: str, now: int, said: str = ""
) -> ProcessingRow:
    """One line of the processing log."""
    return ProcessingRow(
        trace_id=trace,
        span_id=new_span(office.entropy),
        parent_span_id=None,
        name=f"{did} {file.kind} ({said})" if said else f"{did} {file.kind}",
        activity_id=_ACTIVITY,
        start_time=now * 1_000,
        end_time=now * 1_000,
        data_subject_id=file.subject,
        municipality=file.municipality,
    )


def open_dossier(office: Office, stored: StoredApplication) -> Dossier:
    """What is sealed in an application; nothing once it was erased."""
    if stored.sealed is None:
        return Dossier()
    return dossier.decode(office.cases.open(stored.sealed, _row(stored.application.file.case)))


def open_file(office: Office, case_id: str, sealed: SealedFile) -> Attachment:
    """One attachment as it was sent."""
    data = office.cases.open(sealed.sealed, f"{_row(case_id)}/{sealed.number}")
    return Attachment(sealed.media, data)


def seal_files(
    office: Office, case_id: str, found: Sequence[Attachment], before: int
) -> tuple[SealedFile, ...]:
    """These attachments, each sealed for its case and number."""
    return tuple(
        SealedFile(
            number,
            one.media,
            len(one.data),
            office.cases.seal(one.data, f"{_row(case_id)}/{number}"),
        )
        for number, one in enumerate(found, start=before + 1)
    )


def seal(office: Office, case_id: str, content: Dossier) -> bytes:
    """A dossier, sealed for its case."""
    return office.cases.seal(dossier.encode(content), _row(case_id))


def _row(case_id: str) -> str:
    return f"application/{case_id}"


def end_copies(
    office: Office,
    file: File,
    kinds: frozenset[str],
    reason: str,
    said: str,
    now: int,
    *,
    at_once: bool = False,
    batches: frozenset[int] | None = None,
) -> None:
    """Revokes what this resident holds of these kinds, or only these batches of it.

    `reason` is told to the wallet, `said` stands in the processing log.
    """
    statuslists.end_cards(
        office,
        file.municipality,
        file.subject,
        kinds,
        now=now,
        revocation=Revocation(reason, at_once=at_once, batches=batches),
        said=said,
    )
