import json
from contextlib import suppress
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import strictjson
from credential.errors import CredentialError, Malformed

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def refused(data, code, **limits):
    with pytest.raises(Malformed) as caught:
        strictjson.loads(data, **limits)
    assert caught.value.code == code


@pytest.mark.spec("RFC 8259", "4", "an object with the same name twice is refused")
@pytest.mark.parametrize(
    "text", ['{"a":1,"a":1}', '{"x":{"a":1,"b":2,"a":3}}', '[{"a":1,"\\u0061":2}]']
)
def test_duplicate_names(text):
    refused(text, "json.duplicate")


@pytest.mark.spec("RFC 8259", "6", "NaN and infinities are no numbers")
@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a":-Infinity}'])
def test_not_a_number(text):
    refused(text, "json.not_a_number")


@pytest.mark.spec("RFC 8259", "6", "a number that becomes infinite is refused")
@pytest.mark.parametrize("text", ["1e400", "[-1e999]"])
def test_too_large_a_float(text):
    refused(text, "json.number")


def test_an_integer_of_very_many_digits():
    refused("9" * 5000, "json.syntax")


@pytest.mark.spec("RFC 8259", "8.1", "a byte order mark is refused")
@pytest.mark.parametrize("data", [b"\xef\xbb\xbf{}", "\ufeff{}"])
def test_byte_order_mark(data):
    refused(data, "json.bom")


@pytest.mark.spec("RFC 8259", "8.1", "text is UTF-8")
@pytest.mark.parametrize(
    "data", [b"\xff\xfe{\x00}\x00", b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\xaf"']
)
def test_not_utf8(data):
    refused(data, "json.utf8")


@pytest.mark.spec("RFC 8259", "8.2", "a lone surrogate is refused")
@pytest.mark.parametrize("text", ['"\\ud800"', '{"a":["\\udfff"]}', '{"\\ud800":1}', '"a\ud800"'])
def test_lone_surrogates(text):
    refused(text, "json.surrogate")


def test_a_pair_of_surrogates_is_a_character():
    assert strictjson.loads('"\\ud83d\\ude00"') == "\U0001f600"


def test_size():
    assert strictjson.loads(b"1234", max_bytes=4) == 1234
    refused(b"12345", "json.size", max_bytes=4)


def test_depth():
    assert strictjson.loads("[" * 24 + "]" * 24) == json.loads("[" * 24 + "]" * 24)
    refused("[" * 25 + "]" * 25, "json.depth")
    refused('{"a":' * 25 + "1" + "}" * 25, "json.depth")
    refused("[" * 30_000 + "]" * 30_000, "json.syntax")
    assert strictjson.loads(json.dumps([[]] * 100)) == [[]] * 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "{}{}",
        "{} x",
        "'a'",
        "{a:1}",
        "[1,]",
        '{"a":1,}',
        "01",
        "+1",
        ".5",
        "1.",
        "\x0c1",
        '"\t"',
        "tru",
        "/**/1",
        "\u00a01",
    ],
)
def test_what_is_not_json(text):
    refused(text, "json.syntax")


def test_blanks_around_are_json():
    assert strictjson.loads(" \r\n\t{ } \n") == {}


def test_an_object_is_asked_for():
    assert strictjson.loads_object(b"{}") == {}
    with pytest.raises(Malformed, match=r"json.not_an_object"):
        strictjson.loads_object(b"[]")


@given(JSON)
def test_round_trip(value):
    assert strictjson.loads(strictjson.dumps(value)) == value


@given(st.binary() | st.text(alphabet=st.characters()))
def test_garbage_raises_only_our_errors(data):
    with suppress(CredentialError):
        strictjson.loads(data)


def test_written_text_is_sorted_and_tight():
    assert strictjson.dumps({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'.encode()


def test_written_as_text():
    assert strictjson.dumps_text("é\n") == '"é\\n"'
    assert strictjson.dumps_text([1, None]) == "[1,null]"
    with pytest.raises(Malformed, match=r"json.unwritable"):
        strictjson.dumps_text(float("nan"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {1, 2}, b"x"])
def test_what_cannot_be_written(value):
    with pytest.raises(Malformed, match=r"json.unwritable"):
        strictjson.dumps(value)


class TestMembers:
    OBJECT: ClassVar = {
        "t": "x",
        "n": 5,
        "b": True,
        "f": 5.9,
        "o": {},
        "a": ["x"],
        "m": ["x", 1],
        "z": None,
    }

    def test_their_types(self):
        members = self.OBJECT
        assert strictjson.text(members, "t") == "x"
        assert strictjson.text_or_none(members, "absent") is None
        assert strictjson.integer(members, "n") == 5
        assert strictjson.integer_or_none(members, "absent") is None
        assert strictjson.numeric_date(members, "f") == 5
        assert strictjson.boolean(members, "b", default=False) is True
        assert strictjson.boolean(members, "absent", default=True) is True
        assert strictjson.obj(members, "o") == {}
        assert strictjson.array(members, "m") == ["x", 1]
        assert strictjson.texts(members, "a") == ("x",)

    @pytest.mark.parametrize(
        ("read", "name"),
        [
            (strictjson.text, "n"), (strictjson.text, "absent"), (strictjson.text_or_none, "z"),
            (strictjson.integer, "b"), (strictjson.integer, "f"), (strictjson.integer, "t"),
            (strictjson.integer_or_none, "z"),
            (strictjson.numeric_date, "b"), (strictjson.numeric_date, "t"),
            (strictjson.obj, "a"), (strictjson.array, "o"), (strictjson.texts, "m"),
        ],
    )  # fmt: skip
    def test_another_type_is_refused(self, read, name):
        with pytest.raises(Malformed) as caught:
            read(self.OBJECT, name)
        assert caught.value.code == "json.member"
        assert caught.value.params == {"member": name}

    @pytest.mark.spec("RFC 7519", "2", "a boolean is no NumericDate")
    @pytest.mark.parametrize("value", [True, "1", None, -1, 1 << 41, 1e300])
    def test_dates(self, value):
        with pytest.raises(Malformed):
            strictjson.numeric_date({"iat": value}, "iat")

    def test_a_boolean_of_another_type(self):
        with pytest.raises(Malformed):
            strictjson.boolean({"b": 1}, "b", default=False)
