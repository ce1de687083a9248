"""Foreign text on a terminal: nothing that moves, hides or reverses."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential.plaintext import terminal_safe


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("Woonstichting Voorbeeldwonen", "Woonstichting Voorbeeldwonen"),
        ("Gemeente Súdwest-Fryslân", "Gemeente Súdwest-Fryslân"),
        ("Cafe\u0301", "Café"),
        ("", ""),
        ("\x1b[31mrood\x1b[0m", "rood"),
        ("\x1b[2J\x1b[HWis", "Wis"),
        ("\x9b31mrood", "rood"),
        ("a\x1b]0;titel\x07b", "ab"),
        ("a\x1b]8;;https://x\x1b\\b\x1b]8;;\x1b\\", "ab"),
        ("a\x1bP1$r\x1b\\b", "ab"),
        ("a\x1bcb", "ab"),
        ("a\x1b", "a"),
        ("a\x1b[", "a"),
        ("a\rb\nc\td", "a b c d"),
        ("a\x00\x08\x7f\x85b", "a b"),
        ("a\u2028b\u2029c\u00a0d\u3000e", "a b c d e"),
        ("\u202egnoh\u202c", "gnoh"),
        ("a\u2066b\u2069\u200e\u200f\u061cc", "abc"),
        ("a\u200bb\u200cc\u200dd\ufeffe\u2060f\u00adg", "abcdefg"),
        ("a\U000e0041\U000e0042b", "ab"),
        ("a\u3164b\u115fc\u2800d\ufe0fe", "abcde"),
        ("a\ue000b\ud800c\u0378d", "abcd"),
        ("Z" + "\u0300\u0301\u0302\u0303\u0304" * 20 + "x", "Z\u0300\u0301x"),
        ("\u0301a", "a"),
        ("e\u200b\u0301", "é"),
        ("  veel   ruimte  ", "veel ruimte"),
    ],
    ids=lambda value: ascii(value)[1:30],
)
def test_shown(foreign, shown):
    assert terminal_safe(foreign) == shown


def test_length_is_bounded():
    assert terminal_safe("x" * 10_000_000) == "x" * 499 + "…"
    assert terminal_safe("abcdef", max_length=4) == "abc…"
    assert terminal_safe("abcd", max_length=4) == "abcd"
    assert terminal_safe("ab cd", max_length=4) == "ab…"


@given(st.text())
def test_nothing_but_visible_characters(foreign):
    shown = terminal_safe(foreign, max_length=40)
    assert len(shown) <= 40
    assert shown.isprintable()
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert terminal_safe(shown, max_length=40) == shown
