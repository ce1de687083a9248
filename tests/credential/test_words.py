"""Words for bytes: the list, both directions, and passphrases."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import words
from credential.errors import Malformed
from credential.wordlist import WORDS

LIST = WORDS.split()


def test_the_list():
    assert len(LIST) == len(set(LIST)) == 4096
    assert sorted(LIST) == LIST
    assert all(re.fullmatch("[a-z]{4,8}", word) for word in LIST)


def test_the_list_never_changes():
    """A head kept on paper must still be readable: this is the order of formats.md 2."""
    assert words.words_for(bytes(12)) == ("aaien",) * 8
    assert words.words_for(b"\xff" * 3) == ("zwijgt",) * 2
    assert words.words_for(bytes.fromhex("001002")) == (LIST[1], LIST[2])
    assert (LIST[1024], LIST[2048], LIST[3072]) == ("filteren", "lijn", "speeldag")


@given(st.binary(max_size=4).map(lambda part: part * 3))
def test_round_trip(data):
    if data:
        assert words.bytes_for(" ".join(words.words_for(data))) == data


@pytest.mark.parametrize("typed", ["Zwijgt  AAIEN", "zwijgt-aaien", " zwijgt,\naaien "])
def test_as_people_type_them(typed):
    assert words.bytes_for(typed) == b"\xff\xf0\x00"


@pytest.mark.parametrize("typed", ["", "   ", "aaien", "aaien aaien aaien"])
def test_wrong_number_of_words(typed):
    with pytest.raises(Malformed, match=r"words\.length"):
        words.bytes_for(typed)


def test_an_unknown_word_is_named_by_its_place():
    with pytest.raises(Malformed) as fault:
        words.bytes_for("aaien geheimwoord")
    assert fault.value.params == {"place": 2}
    assert "geheimwoord" not in str(fault.value)


def test_bytes_that_are_no_words():
    with pytest.raises(Malformed, match=r"words\.length"):
        words.words_for(b"12")


@pytest.mark.spec("Regie formats", "9", "a proposed passphrase of five words, sixty bits")
def test_phrase():
    asked = []

    def entropy(count):
        asked.append(count)
        return bytes(range(1, count + 1))

    phrase = words.phrase(entropy)
    assert asked == [8]
    number = int.from_bytes(bytes(range(1, 9)), "big") >> 4
    assert [LIST.index(word) for word in phrase.split()] == [
        number >> shift & 4095 for shift in (48, 36, 24, 12, 0)
    ]
    assert words.phrase(lambda n: b"\xff" * n) == " ".join(["zwijgt"] * 5)
    assert len(words.phrase(bytes)) >= 12
