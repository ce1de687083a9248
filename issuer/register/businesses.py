"""The KVK API Basisprofiel v1 and the BAG API v2 over folders with one file for each entry.

Each file is the answer as it stands; a file that changes is another answer from then on.
"""

import hmac
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from issuer.register import problems

KVK: Final = "/api/v1/basisprofielen/{number}"
BAG: Final = "/lvbag/individuelebevragingen/v2/adressenuitgebreid/{number}"

_KVK_NUMBER: Final = re.compile(r"[0-9]{8}\Z")
_DESIGNATION: Final = re.compile(r"[0-9]{4}20[0-9]{10}\Z")
_HAL: Final = "application/hal+json"


@dataclass(frozen=True)
class Businesses:
    """Companies and buildings, for whoever has the key."""

    kvk: Path
    bag: Path
    api_key: bytes = field(repr=False)

    def routes(self) -> list[Route]:
        """An API for each folder that is there."""
        found = []
        if self.kvk.is_dir():
            found.append(Route(KVK, self._company, methods=["GET"]))
        if self.bag.is_dir():
            found.append(Route(BAG, self._address, methods=["GET"]))
        return found

    async def _company(self, request: Request) -> Response:
        number = request.path_params["number"]
        if not self._known(request, "apikey"):
            return _mistake(401, "IPD0002", "Niet geautoriseerd.")
        if not _KVK_NUMBER.match(number):
            return _mistake(400, "IPD0004", "Het KVK-nummer is niet valide.")
        file = self.kvk / f"{number}.json"
        if not file.is_file():
            return _mistake(404, "IPD0005", "Het product kan niet worden geleverd.")
        return _answer(200, file.read_bytes(), _HAL)

    async def _address(self, request: Request) -> Response:
        number = request.path_params["number"]
        if "x-api-key" not in request.headers:
            raise problems.not_authenticated()
        if not self._known(request, "x-api-key"):
            raise problems.not_authorised()
        crs = request.headers.get("accept-crs", "epsg:28992")
        if _HAL not in request.headers.get("accept", _HAL) or crs != "epsg:28992":
            raise problems.not_acceptable()
        if not _DESIGNATION.match(number):
            wrong = problems.Invalid("nummeraanduidingIdentificatie", "pattern", "Ongeldig.")
            raise problems.wrong_parameters([wrong])
        file = self.bag / f"{number}.json"
        if not file.is_file():
            raise problems.not_found()
        return _answer(200, file.read_bytes(), _HAL)

    def _known(self, request: Request, header: str) -> bool:
        return hmac.compare_digest(request.headers.get(header, "").encode(), self.api_key)


def _mistake(status: int, code: str, words: str) -> Response:
    """The KVK's own shape of an error."""
    said = {"fout": [{"code": code, "omschrijving": words}]}
    return _answer(status, msgspec.json.encode(said), "application/json")


def _answer(status: int, body: bytes, media_type: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(body, status, headers=headers, media_type=media_type)
