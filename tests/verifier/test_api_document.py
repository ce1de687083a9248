"""The description is of what is served: held against the routes and against outside validators."""

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Route
from support.api_client import Portal, api_home
from support.verifier_home import VerifierHome

from verifier.web import api
from verifier.web.api import shapes
from verifier.web.api.operations import BASE
from verifier.web.api.schema import Members

NLGOV = "NLGov REST API Design Rules 2.1"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VerifierHome]:
    made = api_home(tmp_path_factory.mktemp("document"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def document(home: VerifierHome) -> dict[str, Any]:
    answer = Portal(home, None).get("/openapi.json", headers={"origin": "https://lezer.example"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


@pytest.mark.spec(NLGOV, "/core/doc-openapi", "valid OpenAPI 3.1, by a validator that is not ours")
@pytest.mark.interop
def test_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


@pytest.mark.spec(NLGOV, "/core/publish-openapi", "what is served is described, and the reverse")
def test_routes_and_document(home: VerifierHome, document: dict[str, Any]) -> None:
    served: set[tuple[str, str]] = set()
    portal = Portal(home)
    for route in api.routes(home.open()):
        assert isinstance(route, Route)
        path = route.path.removeprefix(BASE)
        if path == "/api/{rest:path}":
            continue
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            filled = path.format(
                session="x" * 24, number="0000-0000-0000", delivery="msg_" + "x" * 24
            )
            if portal.send(method, filled).status_code != 405:
                served.add((method, path))
    described = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert served == described


@pytest.mark.spec(NLGOV, "/core/version-header", "described on every answer; problems as RFC 9457")
def test_answers_as_the_design_rules_ask(document: dict[str, Any]) -> None:
    assert document["servers"][0]["url"].startswith("https://")
    assert document["servers"][0]["url"].endswith("/v1")
    assert {"name", "url", "email"} == set(document["info"]["contact"])
    names = [one for methods in document["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in names}) == len(names)
    for path, methods in document["paths"].items():
        assert path == path.lower()
        assert not path.endswith("/")
        for one in methods.values():
            assert one["summary"]
            assert one["description"]
            assert "400" in one["responses"]
            for parameter in one["parameters"]:
                if parameter["in"] == "query":
                    assert parameter["name"][0].islower()
                    assert "_" not in parameter["name"]
            for status, answer in one["responses"].items():
                assert "API-Version" in answer["headers"]
                if status >= "400":
                    assert list(answer["content"]) == ["application/problem+json"]


@pytest.mark.spec(NLGOV, "/core/date-time", "members in camelCase, moments as date-time in UTC")
def test_members(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert name[0].isupper()
        assert schema["description"]
        for member, shape in schema["properties"].items():
            assert "_" not in member
            assert "$ref" in shape or "anyOf" in shape or shape["description"]
            if member.endswith("At"):
                inner = shape["anyOf"][0] if "anyOf" in shape else shape
                assert inner["format"] == "date-time"


def test_every_shape_is_used(document: dict[str, Any]) -> None:
    named = {one.name for one in vars(shapes).values() if isinstance(one, Members) and one.name}
    assert named == set(document["components"]["schemas"])


def test_without_clients_only_the_description(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = api_home(tmp_path_factory.mktemp("none"), tables="")
    try:
        assert Portal(made, None).get("/health").status_code == 200
        assert Portal(made).get("/registrations").status_code == 401
    finally:
        made.close()
