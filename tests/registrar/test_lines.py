"""Where members of a TOML text stand: the same members as `tomllib` reads, each on its line."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registrar.lines import lines

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in ("registrar", "examples", "verifier", "wallet", "issuer")
    for file in (ROOT / folder).rglob("*.toml")
)
ODD = """\
# a comment with [brackets] and "quotes
a.b."c.d" = [ 1, [2, 3], {x = "}", y = [ "]", '\\' ] }, # another
 \"\"\"text
\"\"\"\"\", ]
[t . u]
'q' = '''one
[not.a.table]
two = 1'''
[[t.v]]
k = 1979-05-27T07:32:00Z
[[t.v]]
[t.v.w]
z = -inf
[[t.v.n]]
"" = true
"""


def members(value, way=()):
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in inside:
        yield (*way, name)
        if isinstance(one, dict | list):
            yield from members(one, (*way, name))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_of_ours_is_read_alike(file):
    text = file.read_text("utf-8")
    assert set(lines(text)) == set(members(tomllib.loads(text)))


def test_each_member_has_its_line():
    found = lines(ODD)
    assert set(found) == set(members(tomllib.loads(ODD)))
    assert found["a", "b", "c.d"] == 2
    assert found["a", "b", "c.d", 1, 1] == 2
    assert found["a", "b", "c.d", 2, "y"] == 2
    assert found["a", "b", "c.d", 3] == 3
    assert found["t", "u", "q"] == 6
    assert found["t", "v", 0, "k"] == 10
    assert found["t", "v", 1] == 11
    assert found["t", "v", 1, "n", 0, ""] == 15


scalars = st.one_of(
    st.integers(-9, 9).map(str),
    st.sampled_from(['"a,b"', "'#'", '"""x\ny"""', "true", "1979-05-27", '"\\"]}"', "0x1F"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: "[ " + ", ".join(found) + " ]"),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(
            lambda found: "{" + ", ".join(f"{k} = {v}" for k, v in found.items()) + "}"
        ),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["k", '"l m"', "n.o", "p"]), values, max_size=4))
def test_any_text_that_is_read_is_placed(found):
    text = "\n".join(f"{key} = {value}  # {value!r}"[:200] for key, value in found.items())
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(lines(text)) == set(members(read))
