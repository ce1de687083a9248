"""Pages of a permit desk: fill in, share, look back."""

from starlette.routing import BaseRoute, Route

from verifier import clock
from verifier.profiles import Action
from verifier.service.verifier import Verifier
from verifier.web.doors import Handler, door
from verifier.web.limits import Limiter
from verifier.web.pages import Pages
from verifier.web.permit.pages import PermitPages

MULTIPART = "multipart/form-data"
# What stands around a file in a form: names, a boundary, the applicant's words.
AROUND = 32_768
# Own words of two thousand characters, each of which may take nine in a form.
MAX_FORM = 32_768
# A plan over a slow line takes longer than a form.
UPLOAD_SECONDS = 120


def routes(verifier: Verifier, _pages: Pages) -> list[BaseRoute]:
    """Every page of an application, for profiles with action `permit`."""
    paths = [
        one.profile.path
        for one in verifier.profiles.values()
        if one.profile.action is Action.PERMIT
    ]
    if not paths:
        return []
    pages = PermitPages(verifier)
    config = verifier.config
    limiter = Limiter(config.rate_per_minute, clock.monotonic, config.operation.proxies)
    uploads = Limiter(config.permit.uploads_per_minute, clock.monotonic, config.operation.proxies)
    file_bytes = config.permit.attachment_bytes + AROUND

    def page(path: str, handler: Handler, *methods: str, upload: bool = False) -> Route:
        if not upload:
            form = door(handler, pages.problem, max_bytes=MAX_FORM, limiter=limiter)
            return Route(path, form, methods=[*methods])
        file = door(
            handler,
            pages.problem,
            media=MULTIPART,
            max_bytes=file_bytes,
            limiter=uploads,
            before=pages.may_upload,
            seconds=UPLOAD_SECONDS,
        )
        return Route(path, file, methods=[*methods])

    found: list[BaseRoute] = []
    for prefix in ("/{lang:lang}", ""):
        if all(one.profile.action is Action.PERMIT for one in verifier.profiles.values()):
            found.append(page(f"{prefix}/zonder-wallet", pages.without, "GET"))
        for path in paths:
            one, of = f"{prefix}/{path}", pages.of(path)
            found += [
                page(one, of(pages.begin), "POST"),
                page(f"{one}/aanvraag", of(pages.form), "GET", "POST"),
                page(f"{one}/bijlagen", of(pages.attachments), "GET"),
                page(f"{one}/bijlagen", of(pages.attach), "POST", upload=True),
                page(f"{one}/bijlagen/weg", of(pages.detach), "POST"),
                page(f"{one}/delen", of(pages.sign), "POST"),
                page(f"{one}/terug/{{code}}", of(pages.returned), "GET"),
                page(f"{one}/klaar", of(pages.done), "GET"),
                page(f"{one}/wijzigen", of(pages.reopen), "POST"),
                page(f"{one}/indienen", of(pages.submit), "POST"),
                page(f"{one}/mijn-aanvraag", of(pages.mine), "GET"),
                page(f"{one}/aanvulling", of(pages.supplement), "POST", upload=True),
                page(f"{one}/intrekken", of(pages.withdraw), "POST"),
            ]
    return found
