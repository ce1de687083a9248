"""Pages for employees: log in, registrations and dossiers, the desk, the privacy officer."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from verifier.errors import Refused
from verifier.service.verifier import Verifier
from verifier.staff import Role
from verifier.web.staff.applications import Applications
from verifier.web.staff.asking import Asking
from verifier.web.staff.audit import Audit
from verifier.web.staff.chains import Chains
from verifier.web.staff.desk import Desk
from verifier.web.staff.login import Login
from verifier.web.staff.paper import MAX_UPLOAD, Paper
from verifier.web.staff.privacy import Privacy
from verifier.web.staff.registrations import Registrations
from verifier.web.staff.room import HOME, Handler, Room, Visit

__all__ = ["routes"]


def routes(verifier: Verifier) -> list[BaseRoute]:
    """Every page under `/medewerkers`; without the setting `staff` there is none."""
    if verifier.staff is None:
        return []
    room = Room(verifier)
    login, registrations, desk = Login(room), Registrations(room), Desk(room)
    paper, privacy, audit = Paper(room), Privacy(room), Audit(room)
    asking, applications, chains = Asking(room), Applications(room), Chains(room)

    def get(path: str, handler: Handler, *roles: Role) -> Route:
        return Route(f"{HOME}{path}", room.door(handler, *roles), methods=["GET"])

    def post(path: str, handler: Handler, *roles: Role, upload: int = 0) -> Route:
        made = room.door(handler, *roles, upload=upload)
        return Route(f"{HOME}{path}", made, methods=["POST"])

    registration, case = "/inschrijvingen/{number}", "/verzoeken/{case}"
    extract = "/balie/papier/{profile}"
    application = "/aanvragen/{number}"
    return [
        get("", login.start, *Role),
        Route(f"{HOME}/inloggen", room.open(login.begin), methods=["GET"]),
        Route(f"{HOME}/terug", room.open(login.back), methods=["GET"]),
        Route(f"{HOME}/rol", room.inside(login.role), methods=["GET", "POST"]),
        Route(f"{HOME}/uitloggen", room.inside(login.leave), methods=["POST"]),
        get("/inschrijvingen", registrations.every, Role.REGISTER),
        post("/inschrijvingen", registrations.search, Role.REGISTER),
        get(registration, registrations.one, Role.REGISTER),
        post(registration, registrations.values, Role.REGISTER),
        get(f"{registration}/beeindigen", registrations.end, Role.REGISTER),
        post(f"{registration}/beeindigen", registrations.end, Role.REGISTER),
        get("/aanvragen", applications.every, Role.REGISTER),
        get(application, applications.one, Role.REGISTER),
        post(application, applications.step, Role.REGISTER),
        get(f"{application}/bijlagen/{{position:int}}", applications.attachment, Role.REGISTER),
        post("/balie/start", desk.start, Role.DESK),
        get("/balie/bezig", desk.busy, Role.DESK),
        post("/balie/bezig", desk.code, Role.DESK),
        get("/balie/uitkomst", desk.result, Role.DESK),
        post("/balie/uitkomst", desk.contact, Role.DESK),
        post("/balie/klaar", desk.done, Role.DESK),
        get(extract, paper.check, Role.DESK),
        post(extract, paper.check, Role.DESK, upload=MAX_UPLOAD),
        post("/balie/papier-inschrijven", paper.register, Role.DESK),
        get("/balie/bewijs", paper.proof, Role.DESK),
        get("/verzoek-opnemen", asking.take, Role.DESK, Role.PRIVACY),
        post("/verzoek-opnemen", asking.take, Role.DESK, Role.PRIVACY),
        get("/verzoeken", privacy.every, Role.PRIVACY),
        get(case, privacy.one, Role.PRIVACY),
        post(f"{case}/beslissen", privacy.decide, Role.PRIVACY),
        post(f"{case}/verlengen", privacy.extend, Role.PRIVACY),
        post(f"{case}/opheffen", privacy.lift, Role.PRIVACY),
        get("/certificaten", chains.read, *Role),
        get("/controle", audit.read, Role.AUDIT),
        post("/controle", audit.read, Role.AUDIT),
        post("/controle/export", audit.export, Role.AUDIT),
        Route(f"{HOME}/{{rest:path}}", room.open(_no_page), methods=["GET", "POST"]),
    ]


def _no_page(_visit: Visit) -> Response:
    raise Refused("http.not_found", "RFC 9110 15.5.5", status=404)
