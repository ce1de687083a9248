"""Organisations without an address for requests: letters, and that they were begun (TS7)."""

import email
from collections.abc import Iterator
from email import policy
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from support.rights_world import MONTH_END, without_endpoint
from support.wallet_world import World

from credential.log import rendering
from credential.rights import Right
from registrar.parties import Contact
from wallet import letters
from wallet.errors import NoMatch, Usage
from wallet.events import Kind
from wallet.service import drafting, elsewhere, reminders
from wallet.service.elsewhere import Channel, Way
from wallet.service.lookback import look_back
from wallet.service.report import _told
from wallet.texts import Texts

NL, EN = Texts("nl"), Texts("en")


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[World]:
    town = without_endpoint(tmp_path)
    yield town
    town.wallet.close()


@pytest.mark.spec("ARF 3.0", "DATA_DLT_01", "all ways stated can be used: page, mail, telephone")
def test_the_ways_that_are_stated(quiet: World) -> None:
    done = quiet.share()
    assert quiet.wallet.store.rights_key(done.id) is None
    assert elsewhere.ways(quiet.wallet, done.id) == (
        Way(Channel.MAIL, "privacy@voorbeeldwonen.example"),
        Way(Channel.WEB, "https://voorbeeldwonen.example/contact"),
        Way(Channel.PHONE, "+31201234567"),
    )


@pytest.mark.parametrize(
    ("text", "channel", "contact"),
    [
        (
            "mailto:info@voorbeeld.example?subject=x&bcc=y@z.example",
            "mail",
            "info@voorbeeld.example",
        ),
        ("info@voorbeeld.example", "mail", "info@voorbeeld.example"),
        ("tel:+31 20 123 4567", "phone", "+31 20 123 4567"),
        ("https://voorbeeld.example/hulp", "web", "https://voorbeeld.example/hulp"),
    ],
)
@pytest.mark.spec("TS7", "3.2", "the kind of contact is read from what stands there")
def test_what_kind_of_contact(text: str, channel: str, contact: str) -> None:
    assert elsewhere.way_of(text) == Way(Channel(channel), contact)


@pytest.mark.parametrize(
    "text",
    [
        "http://voorbeeld.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://user:pw@voorbeeld.example",
        "mailto:a@b.example\r\nBcc: c@d.example",
        "a b@c.example",
        "-oProxy@c.example\x1b[2J",
        "tel:1;ext=2&x",
        "x" * 600,
        "",
    ],
)
def test_a_contact_that_is_not_safe_is_none(text: str) -> None:
    assert elsewhere.way_of(text) is None


@pytest.mark.spec("TS7", "3.3", "else the addresses in the access certificate")
def test_the_certificate_tells_where_the_entry_does_not(quiet: World) -> None:
    done = quiet.share()
    store = quiet.wallet.store
    found = store.events
    bare = [_without_contacts(one) for one in found(done.id)]
    store.events = lambda _activity: tuple(bare)  # type: ignore[method-assign]
    ways = elsewhere.ways(quiet.wallet, done.id)
    del store.events
    assert Way(Channel.WEB, "https://voorbeeldwonen.example/contact") in ways


def _without_contacts(entry: object) -> object:
    import dataclasses

    body = {k: v for k, v in entry.body.items() if k != "party"}  # type: ignore[attr-defined]
    return dataclasses.replace(entry, body=body)  # type: ignore[type-var]


@pytest.mark.parametrize("lang", [NL, EN], ids=["nl", "en"])
@pytest.mark.parametrize(
    ("right", "article"),
    [
        (Right.ACCESS, "15"),
        (Right.RECTIFICATION, "16"),
        (Right.ERASURE, "17"),
        (Right.RESTRICTION, "18"),
        (Right.OBJECTION, "21"),
    ],
)
@pytest.mark.spec("ARF 3.0", "DATA_DLT_08", "the subject names the article of the law")
@pytest.mark.spec("ARF 3.0", "DATA_DLT_09", "the body names the data")
def test_the_letter(quiet: World, lang: Texts, right: Right, article: str) -> None:
    done = quiet.share()
    found = look_back(quiet.wallet, done.id)
    made = drafting.ask(quiet.wallet, found, right, lang, words="Zelf geschreven")
    assert article in made.subject
    assert article in made.body
    assert "wallet" in made.subject
    assert "Woonstichting Voorbeeldwonen" in made.body
    assert ("18 jaar" in made.body) or ("18" in made.body)
    assert "Zelf geschreven" in made.body
    assert "j" * 22 in made.body, "the receipt they can find it by"
    for value in ("Anna", "Vries"):
        assert value not in made.body, "no value of a card"
    assert "Zelf" not in repr(made)


def test_a_letter_about_a_part(quiet: World) -> None:
    done = quiet.share()
    found = look_back(quiet.wallet, done.id)
    some = drafting.ask(quiet.wallet, found, Right.ERASURE, NL, claims=[("given_name",)]).body
    every = drafting.ask(quiet.wallet, found, Right.ERASURE, NL).body
    assert "Voornamen" in some
    assert (
        "18"
        not in some.replace("2018", "").split("Het gaat om deze gegevens")[1].split("Nummer")[0]
    )
    assert len(every) > len(some)


@pytest.mark.spec("ARF 3.0", "DATA_DLT_06", "on record: when, who, which data")
def test_that_it_was_begun_is_on_record(quiet: World) -> None:
    done = quiet.share()
    way = elsewhere.choose(elsewhere.ways(quiet.wallet, done.id), "mail")
    elsewhere.begin(
        quiet.wallet,
        done.id,
        Right.ERASURE,
        way,
        claims=[("given_name",)],
        text="Geheim",
        now=quiet.now,
    )
    body = quiet.body(done.id, Kind.RIGHT_ASKED)
    assert body["claims"] == ["given_name"]
    assert (body["state"], body["channel"]) == ("initiated", "mail")
    assert "Geheim" not in str(body)
    [case] = quiet.wallet.store.rights_waiting()
    assert case.state == "initiated"
    [one] = reminders.due(quiet.wallet, now=quiet.now + MONTH_END)
    assert one.activity == done.id
    entries = [_told(entry) for entry in quiet.wallet.store.events(done.id)]
    [deletion] = [
        one for one in rendering.render(entries) if one["transactionType"] == "DataDeletionRequest"
    ]
    listed = deletion["dataDeletionRequest"]["listOfClaims"]  # type: ignore[index,call-overload]
    assert [claim for one in listed for claim in one["claims"]] == ["given_name"]  # type: ignore[union-attr,index,call-overload]


def test_what_a_letter_cannot_ask(quiet: World) -> None:
    done = quiet.share()
    way = Way(Channel.MAIL, "a@b.example")
    for right in (Right.STATUS, Right.RECEIPT):
        with pytest.raises(NoMatch, match=r"ask\.no_endpoint"):
            elsewhere.begin(quiet.wallet, done.id, right, way, now=quiet.now)
    posed = quiet.wallet.store.new_activity()
    with pytest.raises(NoMatch, match=r"ask\.not_shared"):
        elsewhere.begin(quiet.wallet, posed, Right.ERASURE, way, now=quiet.now)
    with pytest.raises(Usage, match=r"ask\.no_way"):
        elsewhere.choose((way,), "phone")


def test_only_a_page(tmp_path: Path) -> None:
    town = without_endpoint(tmp_path, contact=Contact(None, None, "020 123 45 67"))
    done = town.share()
    assert [one.channel for one in elsewhere.ways(town.wallet, done.id)] == ["web", "phone"]
    town.wallet.close()


# The forms a letter takes.


def test_a_mail_link_and_a_mail_file() -> None:
    letter = letters.Letter("Onderwerp & meer", "Regel één\nRegel twee: 100% ?&=#")
    link = urlsplit(letters.mailto(letter, "a+b@c.example"))
    assert unquote(link.path) == "a+b@c.example"
    found = parse_qs(link.query, strict_parsing=True)
    assert found == {"subject": [letter.subject], "body": [letter.body.replace("\n", "\r\n")]}
    message = email.message_from_bytes(
        letters.mail_file(letter, "a+b@c.example", at=1_767_225_600), policy=policy.default
    )
    assert (message["To"], message["Subject"]) == ("a+b@c.example", letter.subject)
    assert message["X-Unsent"] == "1"
    assert message.get_content().splitlines() == letter.body.splitlines()  # type: ignore[attr-defined]


def test_what_strangers_wrote_stays_on_its_line() -> None:
    about = letters.About("Kwaad\r\nBcc: x@y.example\x1b[2J", "1", "s", "01-01-2026", "doel\n\nX")
    made = letters.report(NL, about, asked={}, facts=[], files=[])
    assert "\n" not in made.subject
    assert "\x1b" not in made.text
    assert "\nBcc" not in made.text
