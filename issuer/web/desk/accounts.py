"""Taking cards back, looking back at one resident, and the auditor's look at everything."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from starlette.responses import Response

from issuer.errors import NothingFound
from issuer.service import deskwork
from issuer.service.clerks import municipality
from issuer.service.desklog import Action
from issuer.service.statuslists import TOLD_AS
from issuer.store.audit import Period
from issuer.texts import fault
from issuer.web.desk.room import Entry, Room
from issuer.web.pages import to

REASONS: Final = tuple(TOLD_AS)
_PAGE: Final = 50
_PAGE_NUMBER: Final = re.compile(r"[0-9]{1,5}\Z")
_DAYS: Final = 30


class Accounts:
    """What was done, and what is undone."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def revoke(self, entry: Entry) -> Response:
        """Kinds, a reason, and a plain yes: there is no way back."""
        if entry.clerk.at_desk is None:
            return to("/desk/zoeken")
        if not entry.posted:
            return self._revoke(entry, {})
        self._room.same(entry)
        held = deskwork.held(self._room.office, entry.clerk, entry.now)
        wanted = [one for one in entry.form.every("kind") if one in held]
        reason = entry.form.one("reason")
        faults: dict[str, str] = {}
        if not wanted:
            faults["kind-1"] = entry.say("desk_revoke.no_kind")
        if reason not in REASONS:
            faults["reason"] = entry.say("desk_revoke.no_reason")
        if entry.form.one("sure") != "yes":
            faults["sure"] = entry.say("desk_revoke.not_sure")
        if faults:
            return self._revoke(entry, faults)
        try:
            done = deskwork.revoke(
                self._room.office,
                entry.clerk,
                wanted,
                reason,
                at_once=entry.form.one("at_once") == "yes",
                now=entry.now,
            )
        except NothingFound as nothing:
            return self._revoke(entry, {"kind-1": fault(entry.language, nothing.code)[0]})
        return self._room.show(
            entry, "revoked.html", at_desk=entry.clerk.at_desk, done=done, reason=reason
        )

    def history(self, entry: Entry) -> Response:
        """The cards of the resident at the desk, and what was done for them; no values."""
        if entry.clerk.at_desk is None:
            return to("/desk/zoeken")
        found = deskwork.history(self._room.office, entry.clerk, entry.now)
        return self._room.show(entry, "history.html", at_desk=entry.clerk.at_desk, found=found)

    def audit(self, entry: Entry) -> Response:
        """Desk actions and BRP queries of a period. By POST: names stay out of addresses."""
        today = datetime.fromtimestamp(entry.now, UTC).date()
        form = entry.form
        since = form.one("since") or (today - timedelta(days=_DAYS)).isoformat()
        until = form.one("until") or today.isoformat()
        given = {
            "since": since,
            "until": until,
            "clerk": form.one("clerk"),
            "reference": form.one("reference"),
        }
        first, last = _start(since), _start(until)
        faults: dict[str, str] = {}
        if first is None:
            faults["since"] = entry.say("desk_audit.date_wrong")
        if last is None:
            faults["until"] = entry.say("desk_audit.date_wrong")
        if first is not None and last is not None and last < first:
            faults["until"] = entry.say("desk_audit.order")
        if deskwork.holds_bsn(given["reference"]) or deskwork.holds_bsn(given["clerk"]):
            faults["reference"] = entry.say("desk_audit.no_numbers")
        if faults or first is None or last is None:
            return self._room.again(entry, "audit.html", faults, given=given, found=None)
        if not entry.posted:
            return self._room.show(entry, "audit.html", given=given, found=None)
        period = Period(first, last + 86_400, given["clerk"], given["reference"])
        page = form.one("page")
        number = int(page) if _PAGE_NUMBER.match(page) else 0
        return self._room.show(
            entry, "audit.html", given=given, found=self._found(entry, period, number)
        )

    def _found(self, entry: Entry, period: Period, page: int) -> dict[str, object]:
        office, clerk = self._room.office, entry.clerk
        # What was looked at stands on record too: which days, and whose work.
        days = "/".join(
            datetime.fromtimestamp(moment, UTC).date().isoformat()
            for moment in (period.since, period.until - 1)
        )
        why = " ".join(part for part in (period.reference, days, period.clerk) if part)
        deskwork.record(office, clerk, Action.AUDIT, why, entry.now)
        audit = office.store.audit
        codes = municipality(office, clerk).settings.register_codes
        actions, action_rows = audit.actions(
            clerk.municipality, period, most=_PAGE, skip=page * _PAGE
        )
        queries, query_rows = audit.queries(codes, period, most=_PAGE, skip=page * _PAGE)
        return {
            "counts": audit.counts(clerk.municipality, period),
            "actions": actions,
            "action_rows": action_rows,
            "queries": queries,
            "query_rows": query_rows,
            "page": page,
            "more": max(actions, queries) > (page + 1) * _PAGE,
        }

    def _revoke(self, entry: Entry, faults: dict[str, str]) -> Response:
        members: dict[str, Any] = {
            "at_desk": entry.clerk.at_desk,
            "held": deskwork.held(self._room.office, entry.clerk, entry.now),
            "reasons": REASONS,
            "wanted": entry.form.every("kind"),
            "reason": entry.form.one("reason"),
            "at_once": entry.form.one("at_once") == "yes",
        }
        if faults:
            return self._room.again(entry, "revoke.html", faults, **members)
        return self._room.show(entry, "revoke.html", **members)


def _start(text: str) -> int | None:
    """The first second of a day in UTC."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
