"""The description of the interface: OpenAPI 3.1, made from the values that serve it."""

from collections.abc import Sequence
from typing import Final

from credential.names import MEDIA_JSON, MEDIA_PROBLEM
from credential.strictjson import Json, Object
from verifier.service.verifier import Verifier
from verifier.web.api import shapes
from verifier.web.api.operations import BASE, KEY, PATH, VERSION, Operation, Parameter
from verifier.web.api.schema import Members, named

_INTRODUCTION: Final = (
    "Voor de eigen systemen van de organisatie: een sessie beginnen, een oordeel lezen, "
    "inschrijvingen opvragen, gebeurtenissen melden en berichten krijgen. Volgt de NLGov REST API "
    "Design Rules 2.1. De namen zijn Engels: zij volgen OpenID4VP en onze eigen formaten."
)
_WORDS: Final = {
    400: "Het verzoek klopt niet; alle fouten tegelijk.",
    401: "Geen sleutel, of een die wij niet kennen.",
    403: "Deze sleutel mag dit niet.",
    404: "Dit bestaat niet, of niet voor deze sleutel.",
    406: "Wij antwoorden alleen in JSON.",
    409: "Hetzelfde verzoek wordt nog behandeld.",
    413: "Te groot.",
    415: "Alleen JSON.",
    422: "Dit kenmerk hoort bij een ander verzoek.",
    429: "Te vaak; wacht even.",
    500: "Een fout van ons.",
    503: "De dienst kan nu niet werken.",
}
_VERSION_HEADER: Final[Object] = {
    "API-Version": {
        "description": "De volledige versie van dit koppelvlak.",
        "schema": {"type": "string", "examples": [VERSION]},
    }
}


def document(verifier: Verifier, operations: Sequence[Operation]) -> Object:
    """The whole description."""
    paths: dict[str, Object] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    organisation = next(iter(verifier.profiles.values())).registration
    tags = dict.fromkeys(one.tag for one in operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Regie: gegevens delen met {organisation.name}",
            "description": _INTRODUCTION,
            "version": VERSION,
            "contact": _contact(verifier),
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": f"{verifier.config.base_url}{BASE}", "description": organisation.name}],
        "tags": [{"name": tag} for tag in tags],
        "security": [{"sleutel": []}],
        "paths": {**paths},
        "components": {
            "securitySchemes": {
                "sleutel": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Een sleutel die de organisatie aan een systeem geeft.",
                }
            },
            "schemas": _schemas(operations),
        },
    }


def _contact(verifier: Verifier) -> Object:
    """Whom to write to: as set for the interface, else as registered."""
    organisation = next(iter(verifier.profiles.values())).registration
    registered = organisation.rights.email if organisation.rights else None
    email = verifier.config.api.contact or registered
    found: Object = {"name": organisation.name, "url": organisation.support_uri}
    return found | {"email": email} if email else found


def _schemas(operations: Sequence[Operation]) -> Object:
    roots: list[Members] = [shapes.PROBLEM, shapes.INVALID]
    for one in operations:
        roots += [shape for shape in (one.body, one.answer) if shape is not None]
    found = {shape.name: shape for root in roots for shape in named(root)}
    return {name: found[name].whole() for name in sorted(found)}


def _operation(one: Operation) -> Object:
    parameters: list[Json] = [_path(name) for name in one.names]
    parameters += [_query(parameter) for parameter in one.parameters]
    if one.body is not None:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": KEY.description,
                "schema": KEY.openapi(),
            }
        )
    found: Object = {
        "operationId": one.id,
        "tags": [one.tag],
        "summary": one.summary,
        "description": _with_scope(one),
        "parameters": parameters,
        "responses": _responses(one),
    }
    if one.body is not None:
        found["requestBody"] = {
            "required": bool(one.body.members),
            "content": {MEDIA_JSON: {"schema": one.body.openapi()}},
        }
    if one.scope is None:
        found["security"] = []
    return found


def _with_scope(one: Operation) -> str:
    if one.scope is None:
        return one.description
    return f"{one.description} Bevoegdheid: `{one.scope.value}`."


def _path(name: str) -> Json:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": PATH[name].description,
        "schema": PATH[name].openapi(),
    }


def _query(parameter: Parameter) -> Json:
    schema: Object = parameter.shape.openapi()
    found: Object = {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.shape.description,
    }
    if parameter.choices:
        schema = {
            "type": "array",
            "items": {"type": "string", "enum": list(parameter.choices)},
            "uniqueItems": True,
        }
        found |= {"style": "form", "explode": False}
    return found | {"schema": schema}


def _responses(one: Operation) -> Object:
    answer: Object = {"type": "object"} if one.answer is None else one.answer.openapi()
    words = one.summary if one.answer is None else one.answer.description
    headers: Object = {**_VERSION_HEADER}
    if one.answer is None:
        headers["Access-Control-Allow-Origin"] = {
            "description": "Iedereen mag dit lezen.",
            "schema": {"type": "string"},
        }
    found: Object = {
        str(one.status): {
            "description": words,
            "headers": headers,
            "content": {MEDIA_JSON: {"schema": answer}},
        }
    }
    for status in one.refusals():
        shape = shapes.INVALID if status == 400 else shapes.PROBLEM  # noqa: PLR2004
        found[str(status)] = {
            "description": _WORDS[status],
            "headers": {**_VERSION_HEADER},
            "content": {MEDIA_PROBLEM: {"schema": shape.openapi()}},
        }
    return found
