"""Our reading of a body and the published schema agree, on whatever is sent."""

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential.strictjson import Json
from verifier.web.api import reading, shapes
from verifier.web.api.operations import Parameter
from verifier.web.api.reading import Read
from verifier.web.api.schema import Members, Text, Whole, moment, named

NLGOV = "NLGov REST API Design Rules 2.1"
SHAPES = (shapes.NEW_SESSION, shapes.NEW_EVENT, shapes.NOTHING)
DRAFT = jsonschema.Draft202012Validator
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["profile", "lang", "returnUrl", "dossier", "event", "bsn", ""])
VALUES = st.one_of(
    JSON,
    st.sampled_from(["inschrijven", "nl", "en", "fr", "https://portaal.example/", "decision"]),
    st.from_regex(r"[0-9]{4}-[0-9]{4}-[0-9]{4}", fullmatch=True),
    st.sampled_from(["1111-2222-3333\n", "\u0661111-2222-3333", "a" * 401, "x" * 64, "x" * 65]),
)
BODIES = JSON | st.dictionaries(NAMES, VALUES, max_size=5)


def published(shape: Members) -> Any:
    schemas = {one.name: one.whole() for one in named(shape)}
    # `\Z` in ours, `$` in theirs: a line end at the end is told apart by the test below.
    return DRAFT({**shape.openapi(), "components": {"schemas": schemas}})


@pytest.mark.spec(
    NLGOV, "/core/doc-openapi", "what is refused and what is described as wrong agree"
)
@pytest.mark.parametrize("shape", SHAPES, ids=[one.name for one in SHAPES])
@given(body=BODIES)
def test_we_and_the_schema_agree(shape: Members, body: Json) -> None:
    ours = list(shape.faults(body, ()))
    theirs = list(published(shape).iter_errors(body))
    if ours and not theirs:
        # Python's `$` also matches before a last line end; ours does not take one.
        assert isinstance(body, dict)
        assert any(isinstance(value, str) and value.endswith("\n") for value in body.values())
        return
    assert bool(ours) == bool(theirs), (ours, theirs)


@given(text=st.text(max_size=60) | st.sampled_from(["limit=5", "limit=5&limit=6", "fields=a,b"]))
def test_any_query_is_read_or_refused(text: str) -> None:
    found = Read()
    parameters = (
        Parameter("limit", Whole("Hoeveel.", 1, 200)),
        Parameter("fields", Text("Wat."), choices=("a", "b")),
    )
    reading.query(found, parameters, text)
    assert set(found.query) <= {"limit", "fields"}
    for one in found.faults:
        assert one.location() in ({}, {"name": "limit"}, {"name": "fields"})


@pytest.mark.spec(NLGOV, "/core/date-time", "any offset is read, what is no moment is not")
@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-01T00:00:00Z", 1_767_225_600),
        ("2026-01-01T01:00:00+01:00", 1_767_225_600),
        ("2025-12-31T19:00:00-05:00", 1_767_225_600),
        ("2026-01-01T00:00:00", None),
        ("2026-01-01", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-01-01T24:00:01Z", None),
        ("2026-01-01T00:00:00Z\n", None),
        ("2026-01-01 00:00:00Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("\u0662026-01-01T00:00:00Z", None),
    ],
)
def test_moment(text: str, at: int | None) -> None:
    assert moment(text) == at
