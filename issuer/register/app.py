"""The APIs as a Starlette app: authentication, media types, question, answer (domain.md 1).

Two to ask about people, and the Update API (Haal Centraal, 1.0) that tells whose record changed;
beside them, where there is data for it, one of companies and one of buildings.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credential.errors import CredentialError
from credential.strictjson import Object, loads_object
from issuer.brp.dates import day_of
from issuer.register import problems, questions
from issuer.register.answers import all_of, stays_between
from issuer.register.businesses import Businesses
from issuer.register.changes import ChangesFile
from issuer.register.data import MOST_FOUND, People
from issuer.register.problems import Problem
from issuer.register.tokens import PATH as TOKEN
from issuer.register.tokens import Tokens

PERSONEN: Final = "/haalcentraal/api/brp/personen"
HISTORIE: Final = "/haalcentraal/api/brphistorie/verblijfplaatshistorie"
WIJZIGINGEN: Final = "/haalcentraal/api/brpupdate/wijzigingen"

MAX_BODY: Final = 32 * 1024
_JSON: Final = "application/json; charset=utf-8"
_HAL: Final = "application/hal+json"
_JSON_TYPES: Final = frozenset({"application/json", "application/json;charset=utf-8"})
_ANY_TYPES: Final = frozenset({"", "*/*", "*/*;charset=utf-8"})
# Every method arrives, so that a wrong one gets the register's own answer.
_EVERY_METHOD: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_WINDOW: Final = 60

Clock = Callable[[], int]


@dataclass(frozen=True)
class Limits:
    """What the key may do: fields (None: all) and questions a minute (None: unlimited)."""

    fields: frozenset[str] | None = None
    questions_a_minute: int | None = None


@dataclass
class _Register:
    people: People
    api_key: bytes = field(repr=False)
    clock: Clock
    limits: Limits
    tokens: Tokens | None
    changes: ChangesFile | None
    window: int = 0
    asked: int = 0

    async def personen(self, request: Request) -> Response:
        body, now = await self._question(request)
        kind = questions.check(body, questions.PERSONEN)
        fields = [str(path) for path in _array(body["fields"])]
        if self.limits.fields is not None and not self.limits.fields.issuperset(fields):
            raise problems.not_authorised()
        found = self.people.find(kind, body)
        if kind in MOST_FOUND and len(found) > MOST_FOUND[kind]:
            raise problems.too_many_results(MOST_FOUND[kind])
        return _answer({"type": kind, "personen": all_of(found, fields, day_of(now))})

    async def historie(self, request: Request) -> Response:
        body, _ = await self._question(request)
        kind = questions.check(body, questions.HISTORIE)
        history = self.people.history(str(body["burgerservicenummer"]))
        if history is None:
            return _answer({"verblijfplaatsen": []})
        if kind == questions.ON_DAY:
            start = date.fromisoformat(str(body["peildatum"]))
            end = start + timedelta(days=1) if start < date.max else start
        else:
            start = date.fromisoformat(str(body["datumVan"]))
            end = date.fromisoformat(str(body["datumTot"]))
        return _answer(stays_between(history, start, end))

    async def wijzigingen(self, request: Request) -> Response:
        self._asked(request, "GET")
        accepted = _media_type(request, "accept").split(",")
        if not {_HAL, *_JSON_TYPES, *_ANY_TYPES}.intersection(accepted):
            raise problems.not_acceptable()
        numbers = self.people.changed_since(questions.since(request.query_params))
        members = {
            "_links": {
                "self": {"href": WIJZIGINGEN},
                "ingeschrevenPersoon": {"href": PERSONEN},
            },
            "burgerservicenummers": numbers,
        }
        return _answer(members, _HAL)

    async def token(self, request: Request) -> Response:
        if self.tokens is None:
            raise problems.not_found()
        return await self.tokens.answer(request, self.clock())

    async def _question(self, request: Request) -> tuple[Object, int]:
        """The body of a question that may be asked, in the order the real API checks."""
        now = self._asked(request, "POST")
        if _media_type(request, "accept") not in _JSON_TYPES | _ANY_TYPES:
            raise problems.not_acceptable()
        if _media_type(request, "content-type") not in _JSON_TYPES | {""}:
            raise problems.unsupported_media_type()
        return await _body(request), now

    def _asked(self, request: Request, method: str) -> int:
        """Who asks may ask, and what changed since the last question has happened."""
        now = self.clock()
        given = request.headers.get("x-api-key", "").encode()
        known = hmac.compare_digest(given, self.api_key)
        if not known and (self.tokens is None or not self.tokens.accepts(request, now)):
            raise problems.not_authenticated()
        self._count(now)
        if request.method != method:
            raise problems.method_not_allowed(method)
        if self.changes is not None:
            for one in self.changes.new():
                self.people.change(one.bsn, one.patch, one.day or day_of(now))
        return now

    def _count(self, now: int) -> None:
        if self.limits.questions_a_minute is None:
            return
        if now // _WINDOW != self.window:
            self.window, self.asked = now // _WINDOW, 0
        self.asked += 1
        if self.asked > self.limits.questions_a_minute:
            raise problems.too_many_requests(_WINDOW - now % _WINDOW)


def create_app(
    data_dir: Path,
    api_key: str,
    clock: Clock,
    limits: Limits | None = None,
    *,
    tokens: Tokens | None = None,
    changes: Path | None = None,
    kvk: Path | None = None,
    bag: Path | None = None,
) -> Starlette:
    """A register of the people in `data_dir`, for whoever has the key or a token.

    What is added to the file `changes` happens before the next question is answered. `kvk` and
    `bag` are folders of companies and buildings; default: those of that name in `data_dir`.
    """
    businesses = Businesses(kvk or data_dir / "kvk", bag or data_dir / "bag", api_key.encode())
    register = _Register(
        People(data_dir),
        api_key.encode(),
        clock,
        limits or Limits(),
        tokens,
        None if changes is None else ChangesFile(changes),
    )
    return Starlette(
        routes=[
            Route(PERSONEN, register.personen, methods=_EVERY_METHOD),
            Route(HISTORIE, register.historie, methods=_EVERY_METHOD),
            Route(WIJZIGINGEN, register.wijzigingen, methods=_EVERY_METHOD),
            Route(TOKEN, register.token, methods=["POST"]),
            *businesses.routes(),
        ],
        exception_handlers={
            Problem: _on_problem,
            HTTPException: _on_http,
            Exception: _on_fault,
        },
    )


def _media_type(request: Request, header: str) -> str:
    return request.headers.get(header, "").lower().replace(" ", "")


async def _body(request: Request) -> Object:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise problems.not_json()
    try:
        return loads_object(bytes(body), max_bytes=MAX_BODY)
    except CredentialError:
        raise problems.not_json() from None


def _array(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _answer(members: object, media_type: str = _JSON) -> Response:
    return Response(
        msgspec.json.encode(members),
        media_type=media_type,
        headers={"Cache-Control": "no-store"},
    )


async def _on_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.answer(request.url.path)


async def _on_http(request: Request, _fault: Exception) -> Response:
    return problems.not_found().answer(request.url.path)


async def _on_fault(request: Request, _fault: Exception) -> Response:
    return problems.server_error().answer(request.url.path)
