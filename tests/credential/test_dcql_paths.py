"""Claims path pointers in both readings."""

import pytest

from credential import dcql
from credential.errors import NotAllowed

CARD = {
    "name": "x",
    "empty": [],
    "nothing": None,
    "address": {"street": {"name": "y"}},
    "stays": [{"from": 1}, {"from": 2, "to": 3}, {}],
    "matrix": [[1, 2], [3]],
}


@pytest.mark.spec("OpenID4VP 1.0", "7.1", "names, indices and wildcards select")
@pytest.mark.parametrize(
    ("path", "concrete"),
    [
        (("name",), [("name",)]),
        (("nothing",), [("nothing",)]),
        (("address", "street", "name"), [("address", "street", "name")]),
        (("stays", None, "from"), [("stays", 0, "from"), ("stays", 1, "from")]),
        (("stays", 1, "to"), [("stays", 1, "to")]),
        (("stays", None), [("stays", 0), ("stays", 1), ("stays", 2)]),
        (("matrix", None, 0), [("matrix", 0, 0), ("matrix", 1, 0)]),
        (("matrix", None, 1), [("matrix", 0, 1)]),
        (("matrix", 1, None), [("matrix", 1, 0)]),
    ],
)
def test_selected(path, concrete):
    assert dcql.resolve(path, CARD) == tuple(concrete)
    assert dcql.resolve_or_empty(path, CARD) == tuple(concrete)


@pytest.mark.spec("OpenID4VP 1.0", "7.1", "an empty selection is an error")
@pytest.mark.spec("SD-JWT VC", "claim metadata path", "an empty selection is an empty set")
@pytest.mark.parametrize(
    "path",
    [
        ("gone",),
        ("address", "gone"),
        ("stays", 3),
        ("stays", None, "gone"),
        ("empty", None),
        ("empty", 0),
    ],
)
def test_two_readings_of_nothing(path):
    with pytest.raises(NotAllowed, match=r"dcql\.path_empty"):
        dcql.resolve(path, CARD)
    assert dcql.resolve_or_empty(path, CARD) == ()


@pytest.mark.spec("OpenID4VP 1.0", "7.1", "a name into what is no object, an index into no array")
@pytest.mark.parametrize("reading", [dcql.resolve, dcql.resolve_or_empty])
@pytest.mark.parametrize(
    ("path", "code"),
    [
        (("name", "first"), "dcql.path_not_object"),
        (("nothing", "first"), "dcql.path_not_object"),
        (("stays", "0"), "dcql.path_not_object"),
        (("stays", None, "from", "year"), "dcql.path_not_object"),
        (("address", None), "dcql.path_not_array"),
        (("address", 0), "dcql.path_not_array"),
        (("name", None), "dcql.path_not_array"),
        (("name", 0), "dcql.path_not_array"),
    ],
)
def test_type_errors_in_both_readings(reading, path, code):
    with pytest.raises(NotAllowed) as fault:
        reading(path, CARD)
    assert fault.value.code == code


def test_a_path_cannot_select_without_end():
    wide = {"a": [[0] * 100] * 100}
    with pytest.raises(NotAllowed, match=r"dcql\.path_too_wide"):
        dcql.resolve(("a", None, None), wide)


def test_a_boolean_is_no_index():
    assert dcql.resolve_or_empty(("matrix", True), CARD) == ()


@pytest.mark.parametrize(
    ("pattern", "concrete", "covered"),
    [
        (("a",), ("a",), True),
        (("a",), ("a", "b"), True),
        (("a", "b"), ("a",), True),
        (("a", None, "c"), ("a", 4, "c"), True),
        (("a", None), ("a", "b"), False),
        (("a", 1), ("a", 2), False),
        (("a", "b"), ("a", "c"), False),
        (("b",), ("a",), False),
    ],
)
def test_covers(pattern, concrete, covered):
    assert dcql.covers(pattern, concrete) is covered
