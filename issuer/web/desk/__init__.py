"""The desk of the municipality: pages for clerks, in three roles, without JavaScript."""

from collections.abc import Callable
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from issuer.errors import PageFault
from issuer.service.clerks import Role
from issuer.service.office import Office
from issuer.web.desk.accounts import Accounts
from issuer.web.desk.applications import Applications
from issuer.web.desk.cases import Cases
from issuer.web.desk.chains import Chains
from issuer.web.desk.login import Login
from issuer.web.desk.people import People
from issuer.web.desk.room import HOME, Handler, Room
from issuer.web.doors import Visit
from issuer.web.pages import Pages

__all__ = ["routes"]

_EITHER: Final = (Role.DESK, Role.DECISION)


def routes(
    office: Office, pages: Pages, *, now: Callable[[], int], moment: Callable[[], float]
) -> list[Route]:
    """Every address of the desk; without the setting `clerks` there is none."""
    if office.clerks is None:
        return []
    room = Room(office, pages, now=now, moment=moment)
    login, people, cases = Login(room), People(room), Cases(room)
    applications, accounts, chains = Applications(room), Accounts(room), Chains(room)

    def get(path: str, handler: Handler, *roles: Role) -> Route:
        return Route(f"{HOME}{path}", room.door(handler, *roles), methods=["GET"])

    def post(path: str, handler: Handler, *roles: Role) -> Route:
        return Route(f"{HOME}{path}", room.door(handler, *roles), methods=["POST"])

    case, application = "/zaken/{case}", "/aanvragen/{case}"
    return [
        get("", login.start, *Role),
        Route(f"{HOME}/inloggen", room.open(login.begin), methods=["GET"]),
        Route(f"{HOME}/callback", room.open(login.back), methods=["GET"]),
        post("/uitloggen", login.leave, *Role),
        get("/zoeken", people.search, *_EITHER),
        post("/zoeken", people.search, *_EITHER),
        get("/gevonden", people.found, *_EITHER),
        post("/gevonden", people.found, *_EITHER),
        get("/persoon", people.person, *_EITHER),
        post("/persoon", people.person, Role.DESK),
        post("/persoon/klaar", people.close, *_EITHER),
        get("/voorbeeld", people.preview, Role.DESK),
        post("/aanbod", people.offer, Role.DESK),
        post("/uittreksel", people.paper, Role.DESK),
        get("/zaken", cases.every, Role.DESK),
        get(case, cases.one, Role.DESK),
        post(f"{case}/getal", cases.number, Role.DESK),
        post(f"{case}/stoppen", cases.stop, Role.DESK),
        get("/aanvragen", applications.every, *_EITHER),
        get(application, applications.one, *_EITHER),
        get(f"{application}/bijlage/{{number:int}}", applications.attachment, *_EITHER),
        post(f"{application}/{{step}}", applications.step, *_EITHER),
        get("/certificaten", chains.read, *Role),
        get("/geschiedenis", accounts.history, *_EITHER),
        get("/terugnemen", accounts.revoke, Role.DECISION),
        post("/terugnemen", accounts.revoke, Role.DECISION),
        get("/controle", accounts.audit, Role.AUDIT),
        post("/controle", accounts.audit, Role.AUDIT),
        Route(f"{HOME}/{{rest:path}}", room.open(_no_page), methods=["GET", "POST"]),
    ]


def _no_page(_visit: Visit) -> Response:
    raise PageFault("page.not_found", "RFC 9110 15.5.5", status=404)
