"""The two BRP APIs over https: one question, bounded attempts, a decoded answer or a typed error.

Every question is a POST that only reads, so asking again is safe. Nothing of a question or an
answer ever reaches an error, and no URL holds a number (domain.md 1.1).
"""

import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
import msgspec

from issuer.brp.errors import (
    BrpError,
    Denied,
    Rejected,
    TooManyResults,
    Unavailable,
    Unreadable,
)
from issuer.brp.types import AddressLines, History, People, Person, Stay
from issuer.errors import SettingsFault

PERSONEN: Final = "/haalcentraal/api/brp/personen"
HISTORIE: Final = "/haalcentraal/api/brphistorie/verblijfplaatshistorie"

MAX_ANSWER: Final = 4 * 1024 * 1024
ATTEMPTS: Final = 3
LONGEST_WAIT: Final = 5.0

_JSON: Final = "application/json; charset=utf-8"
_TRY_AGAIN: Final = frozenset({429, 502, 503, 504})

T = TypeVar("T")


@dataclass(frozen=True)
class RegisterSettings:
    """How to reach the register: base URL, key, trusted CA, and a client certificate if wanted."""

    base_url: str
    api_key: str = field(repr=False)
    tls_ca: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    timeout: float = 5.0


class _Problem(msgspec.Struct, frozen=True):
    """Of an `application/problem+json` answer only the code: the rest may echo what was sent."""

    code: str = ""


class BrpClient:
    """Asks the register; safe to share between threads."""

    def __init__(
        self,
        settings: RegisterSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        if not settings.base_url.startswith("https://"):
            raise SettingsFault("settings.value", "Architecture, Https", key="brp.url")
        self._wait = wait
        self._http = httpx.Client(
            base_url=settings.base_url.rstrip("/"),
            headers={"X-API-KEY": settings.api_key, "Accept": _JSON, "Content-Type": _JSON},
            timeout=settings.timeout,
            verify=_context(settings),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def by_bsn(
        self, bsn: str, fields: tuple[str, ...], municipality: str | None
    ) -> tuple[Person, ...]:
        """The person with this number: one, or none when unknown or of another municipality."""
        question = {"type": "RaadpleegMetBurgerservicenummer", "burgerservicenummer": [bsn]}
        return self._personen(question, fields, municipality)

    def at_object(self, identification: str, fields: tuple[str, ...]) -> tuple[Person, ...]:
        """Everyone registered at a BAG addressable object."""
        question = {
            "type": "ZoekMetAdresseerbaarObjectIdentificatie",
            "adresseerbaarObjectIdentificatie": identification,
        }
        return self._personen(question, fields, None)

    def at_number(self, lines: AddressLines, fields: tuple[str, ...]) -> tuple[Person, ...]:
        """Everyone registered at a postcode and house number, with letter and addition if any."""
        question: dict[str, object] = {
            "type": "ZoekMetPostcodeEnHuisnummer",
            "postcode": lines.postcode,
            "huisnummer": lines.huisnummer,
        }
        if lines.huisletter:
            question["huisletter"] = lines.huisletter
        if lines.huisnummertoevoeging:
            question["huisnummertoevoeging"] = lines.huisnummertoevoeging
        return self._personen(question, fields, None)

    def stays_on(self, bsn: str, day: date) -> tuple[Stay, ...]:
        """Where this person was registered on that day."""
        question = {
            "type": "RaadpleegMetPeildatum",
            "burgerservicenummer": bsn,
            "peildatum": day.isoformat(),
        }
        return self._ask(HISTORIE, question, History).verblijfplaatsen

    def stays_between(self, bsn: str, start: date, end: date) -> tuple[Stay, ...]:
        """Where this person was registered in the period, newest first."""
        question = {
            "type": "RaadpleegMetPeriode",
            "burgerservicenummer": bsn,
            "datumVan": start.isoformat(),
            "datumTot": end.isoformat(),
        }
        return self._ask(HISTORIE, question, History).verblijfplaatsen

    def _personen(
        self, question: Mapping[str, object], fields: tuple[str, ...], municipality: str | None
    ) -> tuple[Person, ...]:
        body: dict[str, object] = {**question, "fields": list(fields)}
        if municipality is not None:
            body["gemeenteVanInschrijving"] = municipality
        return self._ask(PERSONEN, body, People).personen

    def _ask(self, path: str, question: object, shape: type[T]) -> T:
        content = msgspec.json.encode(question)
        failure: BrpError = Unavailable("brp.unavailable", "Architecture, Issuer", why="no answer")
        for attempt in range(ATTEMPTS):
            try:
                status, headers, body = self._post(path, content)
            except httpx.TimeoutException:
                failure = Unavailable("brp.unavailable", "Architecture, Issuer", why="timeout")
            except httpx.HTTPError:
                failure = Unavailable("brp.unavailable", "Architecture, Issuer", why="connection")
            else:
                if status == httpx.codes.OK:
                    return _decode(body, shape)
                failure = _refusal(status, body)
                if status not in _TRY_AGAIN:
                    break
                self._pause(attempt, headers.get("Retry-After"))
                continue
            self._pause(attempt, None)
        # Raised here and not where it happened: the cause holds the request, and that the number.
        raise failure

    def _post(self, path: str, content: bytes) -> tuple[int, httpx.Headers, bytes]:
        with self._http.stream("POST", path, content=content) as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER:
                    raise Unreadable("brp.unreadable", "Architecture, Issuer", why="size")
            return answer.status_code, answer.headers, bytes(body)

    def _pause(self, attempt: int, retry_after: str | None) -> None:
        if attempt + 1 < ATTEMPTS:
            asked = float(retry_after) if retry_after and retry_after.isdigit() else 0.0
            self._wait(min(max(asked, 0.2 * 2**attempt), LONGEST_WAIT))


def _context(settings: RegisterSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(settings.tls_ca) if settings.tls_ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.client_certificate is not None:
        context.load_cert_chain(settings.client_certificate, settings.client_key)
    return context


def _decode(body: bytes, shape: type[T]) -> T:
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(body, type=shape)
    # A msgspec message may quote a value; only the fact goes on, not even as context.
    raise Unreadable("brp.unreadable", "Regie domain 1.2", why="shape")


def _refusal(status: int, body: bytes) -> BrpError:
    try:
        code = msgspec.json.decode(body, type=_Problem).code
    except msgspec.MsgspecError:
        code = ""
    match status:
        case 401 | 403:
            return Denied("brp.denied", "Regie domain 1.3", status=status)
        case 400 if code == "tooManyResults":
            return TooManyResults("brp.too_many_results", "Regie domain 2.8")
        case 429:
            return Unavailable("brp.unavailable", "Regie domain 1.3", why="busy", status=status)
        case _ if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return Unavailable("brp.unavailable", "Regie domain 1.3", why="broken", status=status)
        case _:
            return Rejected("brp.rejected", "Regie domain 1.3", status=status)
