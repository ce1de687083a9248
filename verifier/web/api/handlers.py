"""From a request that is in order to the use case, and from its answer to members."""

import re
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Final, cast
from urllib.parse import urlencode

from sqlalchemy.exc import SQLAlchemyError

from credential import base64url, strictjson
from credential.errors import CredentialError
from credential.strictjson import Json, Object
from verifier.dates import stamp
from verifier.errors import Refused
from verifier.service import webhooks
from verifier.service.api import registrations, sessions, verdicts
from verifier.service.api.once import Told
from verifier.settings.api import Scope
from verifier.store import listing
from verifier.store import webhooks as deliveries
from verifier.store.webhooks import Delivery
from verifier.texts import language_of
from verifier.web.api.operations import BASE, VERSION, Call, Handler
from verifier.web.api.problems import Invalid
from verifier.web.api.reading import Placed
from verifier.web.api.schema import Fault, moment

PAGE = 50
_LATEST: Final = 2**53
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z", re.ASCII)


def handlers(describe: Callable[[], Object]) -> Mapping[str, Handler]:
    """The handler of each operation, by its name."""
    return {
        "startSession": start_session,
        "getSession": get_session,
        "listRegistrations": list_registrations,
        "getRegistration": get_registration,
        "addRegistrationEvent": add_event,
        "getOpenCases": open_cases,
        "listDeliveries": list_deliveries,
        "redeliver": redeliver,
        "getHealth": get_health,
        "getVersion": get_version,
        "getDescription": lambda _call: Told(200, describe()),
    }


def start_session(call: Call) -> Told:
    """A session, and where its visitor goes."""
    body, client = call.body, call.asker
    return_url = _text(body.get("returnUrl"))
    if return_url is not None and not sessions.may_return(client, return_url):
        raise Invalid([Placed("body", Fault(("returnUrl",), "origin"))])
    profile = sessions.profile_for(call.verifier, client, str(body["profile"]))
    number, dossier = _text(body.get("dossier")), None
    if number is not None:
        dossier = sessions.into_dossier(call.verifier, client, profile, number)
        if dossier is None:
            raise Invalid([Placed("body", Fault(("dossier",), "dossier"))])
    made = sessions.start(
        call.verifier,
        client,
        profile,
        lang=language_of(_text(body.get("lang"))),
        return_url=return_url,
        dossier=dossier,
    )
    return Told(
        201,
        {
            "id": made.session.id,
            "profile": profile.id,
            "pageUrl": made.page,
            "links": {"sameDevice": made.same, "otherDevice": made.other},
            "expiresAt": stamp(made.session.expires),
        },
    )


def get_session(call: Call) -> Told:
    """How it stands, and the verdict once it is known whose it is."""
    found = sessions.view(call.verifier, call.asker, call.path["session"])
    if found is None:
        raise Refused("api.not_found", "", status=404)
    result: Json = None
    if found.bound is not None and Scope.VERDICTS in call.asker.scopes:
        result = verdicts.members(call.verifier, found.bound)
    return Told(
        200,
        {
            "id": found.session.id,
            "profile": found.session.profile,
            "state": found.state,
            "createdAt": stamp(found.session.created),
            "expiresAt": stamp(found.session.expires),
            "result": result,
        },
    )


def list_registrations(call: Call) -> Told:
    """A page of registrations."""
    query = call.query
    since = _text(query.get("since"))
    items, key = registrations.page(
        call.verifier,
        call.asker,
        profile=_text(query.get("profile")),
        state=_text(query.get("state")),
        since=None if since is None else moment(since),
        after=_after(query),
        limit=_limit(query),
    )
    return Told(200, {"items": list(items), "next": _next(call, "/registrations", key)})


def get_registration(call: Call) -> Told:
    """One registration."""
    fields = cast("list[str]", call.query.get("fields", []))
    if fields and Scope.VALUES not in call.asker.scopes:
        raise Refused("api.forbidden", "RFC 6750 3.1", status=403)
    found = registrations.one(
        call.verifier, call.asker, call.path["number"], fields, trace=call.trace
    )
    return Told(200, found)


def add_event(call: Call) -> Told:
    """Something a retention period begins with."""
    event, receipt = str(call.body["event"]), _text(call.body.get("receipt"))
    number = call.path["number"]
    return Told(200, registrations.happened(call.verifier, call.asker, number, event, receipt))


def open_cases(call: Call) -> Told:
    """How many requests of people wait."""
    verifier = call.verifier
    found = listing.open_cases(verifier.store, call.asker.profiles, verifier.now())
    return Told(
        200,
        {"open": found.open, "overdue": found.overdue, "nextDueAt": stamp(found.next_due)},
    )


def list_deliveries(call: Call) -> Told:
    """A page of messages to the client's own addresses."""
    verifier, query, limit = call.verifier, call.query, _limit(call.query)
    found = deliveries.deliveries(
        verifier.store,
        webhooks.hooks_of(verifier.config, call.asker.id),
        state=_text(query.get("state")),
        event=_text(query.get("event")),
        after=_after(query),
        limit=limit + 1,
    )
    shown = found[:limit]
    key = (shown[-1].created, shown[-1].id) if len(found) > limit else None
    return Told(
        200,
        {
            "items": [_delivery(one) for one in shown],
            "next": _next(call, "/webhook-deliveries", key),
        },
    )


def redeliver(call: Call) -> Told:
    """One message once more."""
    verifier = call.verifier
    found = webhooks.redeliver(
        verifier.config, verifier.store, call.asker.id, call.path["delivery"], verifier.now()
    )
    if found is None:
        raise Refused("api.not_found", "", status=404)
    return Told(202, _delivery(found))


def get_health(call: Call) -> Told:
    """Ready when the database answers: without it nothing here can be said."""
    try:
        with call.verifier.store.reading() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError:
        raise Refused("api.not_ready", "", status=503) from None
    return Told(200, {"status": "ready"})


def get_version(call: Call) -> Told:
    """Versions, and whether this is a trial."""
    return Told(200, {"api": VERSION, "program": version("regie"), "test": call.verifier.is_test})


def _delivery(one: Delivery) -> Object:
    if one.delivered is not None:
        state = "delivered"
    else:
        state = "given_up" if one.given_up is not None else "waiting"
    return {
        "id": one.id,
        "webhook": one.hook,
        "event": one.event,
        "state": state,
        "createdAt": stamp(one.created),
        "tries": one.tries,
        "nextTryAt": stamp(one.next_try),
        "deliveredAt": stamp(one.delivered),
        "givenUpAt": stamp(one.given_up),
        "lastStatus": one.last_status,
    }


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _limit(query: Mapping[str, Json]) -> int:
    value = query.get("limit", PAGE)
    assert isinstance(value, int)
    return value


def _after(query: Mapping[str, Json]) -> tuple[int, str] | None:
    """The key of a page: where the one before it ended."""
    given = _text(query.get("after"))
    if given is None:
        return None
    try:
        match strictjson.loads(base64url.decode(given)):
            case [int(at), str(last)] if _is_key(at, last):
                return at, last
            case _:
                pass
    except CredentialError:
        pass
    raise Invalid([Placed("query", Fault(("after",), "form"))])


def _is_key(at: int, last: str) -> bool:
    """A moment and an id, as we give them: anything else would be the database's to refuse."""
    return not isinstance(at, bool) and 0 <= at < _LATEST and _ID.match(last) is not None


def _next(call: Call, path: str, key: tuple[int, str] | None) -> str | None:
    if key is None:
        return None
    asked = {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in call.query.items()
        if name != "after"
    }
    after = base64url.encode(strictjson.dumps([*key]))
    query = urlencode({**asked, "after": after})
    return f"{call.verifier.config.base_url}{BASE}{path}?{query}"
