"""An application as states, as a form and as bytes: what needs no verifier to be decided."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier import application, attachments, permit
from verifier.attachments import Attachment
from verifier.errors import NotReady, UsageError
from verifier.permit import State
from verifier.settings import permit as settings

TODAY = date(2026, 1, 1)
GOOD = {"activity": "terras", "description": "Een terras met tafels.", "start": "2026-04-01"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 17
JPEG = b"\xff\xd8\xff\xdb\x00\x04\x00\x00\xff\xd9"


# The states.

MOVES = {
    State.CONCEPT: {State.RECEIVED},
    State.RECEIVED: {State.IN_PROGRESS, State.WITHDRAWN},
    State.IN_PROGRESS: {State.INFORMATION_REQUESTED, State.DECIDED, State.WITHDRAWN},
    State.INFORMATION_REQUESTED: {State.IN_PROGRESS, State.DECIDED, State.WITHDRAWN},
    State.DECIDED: {State.PUBLISHED},
    State.PUBLISHED: set(),
    State.WITHDRAWN: set(),
}


@pytest.mark.spec("Regie domain", "2.6", "an application goes from ontvangen to bekendgemaakt")
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("to", State)
def test_every_move(state: State, to: State) -> None:
    if to in MOVES[state]:
        assert permit.move(state, to) is to
    else:
        with pytest.raises(UsageError) as caught:
            permit.move(state, to)
        assert caught.value.code == "permit.move"


def test_a_wallet_is_told_every_state_but_the_concept() -> None:
    told = {state: permit.phase(state) for state in State}
    assert told.pop(State.CONCEPT) is None
    assert {phase.value for phase in told.values() if phase} == {state.value for state in told}


@pytest.mark.spec("Awb", "4:15", "the term stands still while the applicant is asked something")
@given(st.integers(0, 400 * permit.DAY))
def test_the_term_stands_still(waited: int) -> None:
    later = permit.prolonged(1_000_000, 5_000, 5_000 + waited)
    assert later - 1_000_000 >= waited
    assert later - 1_000_000 - waited < permit.DAY
    assert (later - 1_000_000) % permit.DAY == 0


# The form.


def read(**changes: str) -> tuple[str, ...]:
    return application.read(GOOD | changes, ["terras"], TODAY, "salt")[1]


def test_a_form_that_can_be_shared() -> None:
    assert read() == ()
    assert read(start="2026-01-01") == ()


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"activity": "kasteel"}, "activity"),
        ({"activity": ""}, "activity"),
        ({"description": "kort"}, "description"),
        ({"description": "x" * 2001}, "description"),
        ({"description": "een\x07bel in de woorden"}, "description"),
        ({"start": "2025-12-31"}, "start"),
        ({"start": "2026-02-30"}, "start"),
        ({"start": "1 april 2026"}, "start"),
        ({"start": "2036-01-01"}, "start"),
        ({"start": "\u0662\u0660\u0662\u0666-04-01"}, "start"),
    ],
)
def test_what_is_wrong_is_named(change: dict, wrong: str) -> None:
    assert read(**change) == (wrong,)


def test_nothing_filled_in() -> None:
    assert application.read({}, ["terras"], TODAY, "s")[1] == ("activity", "description", "start")


# What is signed.

FORM = application.form_of(GOOD | {"salt": "s"})
PLAN = Attachment("plan.pdf", "a" * 43, 10, attachments.PDF)


@pytest.mark.spec("Regie formats", "13", "the hash covers words, attachments, number and salt")
@pytest.mark.parametrize(
    "other",
    [
        ("2", "vergunning", FORM, [PLAN]),
        ("1", "ander", FORM, [PLAN]),
        ("1", "vergunning", application.form_of(GOOD | {"salt": "t"}), [PLAN]),
        (
            "1",
            "vergunning",
            application.form_of(GOOD | {"salt": "s", "start": "2026-04-02"}),
            [PLAN],
        ),
        ("1", "vergunning", FORM, []),
        ("1", "vergunning", FORM, [PLAN, PLAN]),
        ("1", "vergunning", FORM, [Attachment("plan.pdf", "b" * 43, 10, attachments.PDF)]),
        ("1", "vergunning", FORM, [Attachment("ander.pdf", "a" * 43, 10, attachments.PDF)]),
        ("1", "vergunning", FORM, [Attachment("plan.pdf", "a" * 43, 11, attachments.PDF)]),
    ],
)
def test_every_part_is_in_the_hash(other: tuple) -> None:
    mine = application.hash_of("1", "vergunning", FORM, [PLAN])
    assert mine == application.hash_of("1", "vergunning", FORM, [PLAN])
    assert mine != application.hash_of(*other)
    assert len(mine) == 43


# Attachments.


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"%PDF-1.7\n...", attachments.PDF),
        (b"%PDF-2.0\n...", attachments.PDF),
        (PNG, attachments.PNG),
        (JPEG, attachments.JPEG),
        (b"", None),
        (b"%PDF", None),
        (b" %PDF-1.7", None),
        (b"MZ\x90\x00", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<html><script>", None),
        (b"PK\x03\x04", None),
        (b"GIF89a", None),
        (JPEG[:-2], None),
        (PNG[:10], None),
    ],
)
def test_bytes_decide_what_a_file_is(data: bytes, media: str | None) -> None:
    assert attachments.media_of(data) == media


@pytest.mark.parametrize(
    ("name", "media", "clean"),
    [
        ("plattegrond.pdf", attachments.PDF, "plattegrond.pdf"),
        ("C:\\thuis\\plan.PDF", attachments.PDF, "plan.pdf"),
        ("../../etc/passwd", attachments.PDF, "passwd.pdf"),
        ("foto.jpeg", attachments.JPEG, "foto.jpg"),
        ("rekening.exe", attachments.PDF, "rekening.exe.pdf"),
        ("", attachments.PNG, "bijlage.png"),
        ("....", attachments.PNG, "bijlage.png"),
        ("a\x00b\x1b[2J.png", attachments.PNG, "ab[2J.png"),
        ("x" * 500 + ".pdf", attachments.PDF, "x" * 116 + ".pdf"),
    ],
)
def test_names_lose_what_a_name_does_not_need(name: str, media: str, clean: str) -> None:
    assert attachments.clean_name(name, media) == clean


@given(st.text(max_size=300), st.sampled_from(attachments.MEDIA))
def test_any_name(name: str, media: str) -> None:
    clean = attachments.clean_name(name, media)
    assert 0 < len(clean) <= attachments.MAX_NAME
    assert clean.isprintable()
    assert "/" not in clean


def test_a_photo_that_says_where_it_was_made() -> None:
    exif = b"\xff\xd8\xff\xe1\x00\x08Exif\0\0\xff\xdb\x00\x04\0\0\xff\xd9"
    assert attachments.says_more(exif, attachments.JPEG)
    assert not attachments.says_more(JPEG, attachments.JPEG)
    text = PNG + b"\x00\x00\x00\x02tEXtab" + b"\0" * 4
    assert attachments.says_more(text, attachments.PNG)
    assert not attachments.says_more(PNG, attachments.PNG)
    assert not attachments.says_more(b"%PDF-1.7", attachments.PDF)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    for media in attachments.MEDIA:
        attachments.says_more(data, media)
    attachments.media_of(data)


# Settings.


def parse(**members: object) -> settings.PermitSettings:
    from pathlib import Path

    return settings.parse({"permit": members}, Path())


def test_settings() -> None:
    assert settings.parse({}, None).weeks == 8  # type: ignore[arg-type]
    made = parse(weeks=4, activity=[{"id": "boom", "nl": "Kappen", "en": "Felling"}])
    assert made.weeks == 4
    assert made.activity("boom") is not None
    assert made.activity("terras") is None


@pytest.mark.parametrize(
    ("members", "key"),
    [
        ({"weeks": 0}, "permit.weeks"),
        ({"weeks": True}, "permit.weeks"),
        ({"attachments": 21}, "permit.attachments"),
        ({"attachment_bytes": 1 << 30}, "permit.attachment_bytes"),
        ({"status_seconds": 0}, "permit.status_seconds"),
        ({"require_establishment": "ja"}, "permit.require_establishment"),
        ({"activity": []}, "permit.activity"),
        ({"activity": [{"id": "Boom!", "nl": "a", "en": "b"}]}, "permit.activity"),
        ({"activity": [{"id": "boom", "nl": "a"}]}, "permit.activity"),
        ({"activity": [{"id": "boom", "nl": "a", "en": "b"}] * 2}, "permit.activity"),
    ],
)
def test_unsafe_settings_are_named(members: dict, key: str) -> None:
    with pytest.raises(NotReady) as caught:
        parse(**members)
    assert caught.value.params["key"] == key
