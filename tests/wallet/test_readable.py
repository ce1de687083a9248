"""The log as a page: for anybody to read, and nothing in it that runs or leads elsewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from support.terminal import Terminal
from support.wallet_world import World

from credential.rights import Right
from wallet.events import Kind
from wallet.service import exporting, rights
from wallet.store import Filter
from wallet.texts import Texts

HOUR = 3600


class Read(HTMLParser):
    """Every tag with its attributes, and all text."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data


@pytest.fixture
def lived(town: World) -> World:
    posed = town.receive()
    town.share(posed)
    town.now = town.verifier.now = town.now + HOUR
    rights.ask(town.wallet, town.network, posed.id, Right.ERASURE, now=town.now)
    return town


def made(town: World, file: Path, lang: str = "nl", **choice: Any) -> str:
    choice = {"activities": None, **choice}
    exporting.export_readable(town.wallet, file, lang, now=town.now, **choice)
    return file.read_text("utf-8")


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_everything_is_told(lived: World, tmp_path: Path, lang: str) -> None:
    page = Read(made(lived, tmp_path / "log.html", lang))
    texts = Texts(lang)
    party = lived.scheme.verifier().party
    assert page.open == []
    assert ("html", {"lang": lang}) in page.tags
    for part in (party.name, party.oin, texts.get("proof.signed", name=party.name, when="")[:20]):
        assert part in page.text
    assert texts.get("export.signed-by", name=party.name) in page.text
    assert texts.get("export.own") in page.text
    assert texts.get("event.right.answered") in page.text
    assert texts.get("verify.ok", count=0).split(":")[0] in page.text
    assert len(re.findall(r"SHA-256 \S{43}", page.text)) >= 5
    kinds = list(lived.wallet.store.activities(Filter(type="log")))
    assert len(kinds) == 1  # that the page was made is on record


@pytest.mark.spec("House rules", "8", "no value of a card stands on the page")
def test_no_values(lived: World, tmp_path: Path) -> None:
    page = made(lived, tmp_path / "log.html")
    rows = lived.wallet.store.cards()
    for value in ("Zwaantje", "Klaverblad", "1981-04-05"):
        assert value not in page
    assert rows


@pytest.mark.spec("WCAG 2.2", "1.3.1", "headings, lists and tables with their heads")
def test_structure(lived: World, tmp_path: Path) -> None:
    page = Read(made(lived, tmp_path / "log.html"))
    tags = [tag for tag, _ in page.tags]
    assert tags.count("h1") == 1
    assert {"main", "header", "footer", "article", "table", "caption", "dl"} <= set(tags)
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")
    assert "title" in tags


def test_nothing_runs_and_nothing_leads_elsewhere(lived: World, tmp_path: Path) -> None:
    text = made(lived, tmp_path / "log.html")
    page = Read(text)
    assert not {"script", "a", "img", "link", "iframe", "form", "object"} & {
        tag for tag, _ in page.tags
    }
    for _, attrs in page.tags:
        assert not {"src", "href", "style"} & set(attrs)
        assert not any(name.startswith("on") for name in attrs)
    [policy] = [attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "url(" not in text


def test_hostile_names(town: World, tmp_path: Path) -> None:
    """Whatever a party called itself, it is text."""
    evil = "<script>alert(1)</script>\"' onload=x \x1b[2J \u202e &lt;"
    store = town.wallet.store
    activity = store.new_activity()
    body = {
        "party": {"name": evil, "oin": evil, "service_id": evil},
        "purpose": {"id": evil, "nl": evil, "en": evil},
        "retention": {"duration": evil, "starts": "disclosure", "nl": evil, "en": evil},
        "shared_with": [evil],
        "policy_url": "javascript:alert(1)",
        "asked": [{"query": evil, "vct": evil, "paths": [evil], "required": True}],
    }
    store.append(activity, Kind.REQUEST_RECEIVED, body, at=town.now)
    store.append(activity, Kind.REQUEST_REFUSED, {"reason": evil}, at=town.now)
    text = made(town, tmp_path / "log.html", activities={activity})
    page = Read(text)
    assert "script" not in {tag for tag, _ in page.tags}
    assert "<script>alert(1)</script>" in page.text
    assert page.open == []
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_broken_log_says_so(lived: World, tmp_path: Path) -> None:
    lived.wallet.store.database.execute(
        "UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), ?, ?) AS BLOB)"
        " WHERE entry IS NOT NULL",
        ('"state":"done"', '"state":"kept"'),
    )
    page = Read(made(lived, tmp_path / "log.html"))
    assert Texts("nl").get("verify.broken", count=0).split(":")[0] in page.text
    assert ("div", {"class": "bad", "role": "alert"}) in page.tags


def test_command(lived: World, at: Any, tmp_path: Path) -> None:
    terminal: Terminal = at(lived)
    file = tmp_path / "log.html"
    code, [line] = terminal.run("activities", "export", str(file), "--readable")
    assert (code, line["entries"] > 5) == (0, True)
    assert file.stat().st_mode & 0o077 == 0
    assert file.read_text().startswith("<!DOCTYPE html>")
    assert "kan het lezen" in terminal.err
    assert terminal.run("activities", "export", str(file), "--readable")[0] == 2
