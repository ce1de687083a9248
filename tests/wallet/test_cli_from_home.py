"""`get` and `refresh` at the terminal: words, JSON and exit codes, with a real loopback address."""

import http.client
import json
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from support.logging_in import NAME, log_in
from support.terminal import Terminal
from support.wallet_world import World

from wallet import browser
from wallet.store import Filter

At = Callable[[World], Terminal]


@pytest.fixture
def surfing(monkeypatch: pytest.MonkeyPatch) -> Callable[[World], list[str]]:
    """A browser beside the terminal, with a resident who logs in at once."""

    def sit(town: World) -> list[str]:
        opened: list[str] = []

        def visit(port: int, query: str) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", f"/callback?{query}")
            connection.getresponse().read()
            connection.close()

        def start(url: str) -> bool:
            opened.append(url)
            query = town.issuer.browse(url)  # type: ignore[attr-defined]
            port = urlsplit(town.issuer.pushes[-1]["redirect_uri"]).port  # type: ignore[attr-defined]
            threading.Thread(target=visit, args=(port, query), daemon=True).start()
            return True

        monkeypatch.setattr(browser, "beside_terminal", lambda: start)
        return opened

    return sit


def test_get(home: World, at: At, surfing: Callable) -> None:
    opened = surfing(home)
    terminal = at(home)
    code, [done] = terminal.run("get", NAME, "persoonsgegevens", "--yes")
    assert (code, done["outcome"]) == (0, "received")
    assert set(done) == {
        *("version", "outcome", "request", "number", "issuer", "kinds", "cards", "denied"),
    }
    assert (done["number"], done["issuer"], done["kinds"]) == ("", NAME, ["persoonsgegevens"])
    assert len(done["cards"]) == 1
    assert opened[0] in terminal.err, "the address is printed too"


def test_get_asks_first(home: World, at: At, surfing: Callable) -> None:
    opened = surfing(home)
    terminal = at(home)
    terminal.answers = ["nee"]
    code, _ = terminal.plain("get", "0599")
    assert code == 3
    assert opened == []
    assert home.network.posts() == []
    terminal.answers = ["ja", "over"]
    code, out = terminal.plain("get", "0599", "persoonsgegevens")
    assert code == 0
    assert "Persoonsgegevens ontvangen" in out
    assert "Je browser opent localhost:8441" in " ".join(terminal.err.split())


def test_without_a_person_nothing_is_asked(home: World, at: At) -> None:
    code, [done] = at(home).run("get", NAME)
    assert (code, done["error"]) == (4, "terminal.needed")


def test_no_browser_only_prints(
    home: World, at: At, surfing: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = surfing(home)
    monkeypatch.setattr(browser, "SECONDS", 0.0)
    monkeypatch.setattr(browser.Listener.wait, "__defaults__", (0.0,))
    terminal = at(home)
    code, [done] = terminal.run("get", NAME, "--yes", "--no-browser")
    assert (code, done["error"]) == (4, "get.too_long")
    assert opened == []
    assert f"{home.issuer.id}/authorize?" in terminal.err
    [activity] = home.wallet.store.activities(Filter(outcome="refused"))
    assert home.kinds(activity.id) == ["card.offered", "card.refused"]


def test_interrupted(home: World, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(browser.Listener, "wait", wait)
    code, _ = at(home).run("get", NAME, "--yes", "--no-browser")
    assert code == 130
    assert home.wallet.store.settle_logins(at=home.now) == (), "abandoned, on record"


def test_what_a_person_decides_is_pending(home: World, at: At, surfing: Callable) -> None:
    surfing(home)
    home.issuer.waits = frozenset({"verblijfsrecht"})
    terminal = at(home)
    code, out = terminal.plain("get", NAME, "verblijfsrecht", "--yes")
    assert code == 8
    assert "beslist een medewerker" in out
    assert "Lees dit nummer voor" not in out


def test_an_offer_with_a_login_through_the_add_door(home: World, at: At, surfing: Callable) -> None:
    surfing(home)
    offer = {
        "credential_issuer": home.issuer.id,
        "credential_configuration_ids": ["persoonsgegevens"],
        "grants": {"authorization_code": {"issuer_state": "s"}},
    }
    link = f"openid-credential-offer://?credential_offer={quote(json.dumps(offer))}"
    code, [done] = at(home).run("add", link, "--yes")
    assert (code, done["outcome"], done["number"]) == (0, "received", "")


# refresh


@pytest.fixture
def held(home: World) -> World:
    log_in(home, "persoonsgegevens", "verblijfsrecht")
    return home


def test_refresh_with_nothing_new(held: World, at: At) -> None:
    code, [done] = at(held).run("refresh")
    assert code == 0
    assert set(done) == {"version", "lists", "revoked", "issuers"}
    [issuer] = done["issuers"]
    assert set(issuer) == {
        *("issuer", "oin", "state", "cards", "wait", "successors", "error"),
    }
    assert (issuer["state"], issuer["wait"]) == ("known", 0)
    _, out = at(held).plain("refresh")
    assert "je kaartjes zijn bij" in out


def test_refresh_explains_and_fetches(held: World, at: At) -> None:
    held.issuer.my_answer = {
        "cards": [
            {"kind": "persoonsgegevens", "state": "renewable", "reason": "moved", "at": held.now}
        ]
    }
    terminal = at(held)
    code, [done] = terminal.run("refresh", "--yes")
    assert code == 0
    [issuer] = done["issuers"]
    assert issuer["cards"] == [
        {
            "kind": "persoonsgegevens",
            "state": "renewable",
            "reason": "moved",
            "at": "2026-01-01T00:00:00Z",
        }
    ]
    assert (issuer["outcome"], len(issuer["fetched"])) == ("received", 2)
    _, out = terminal.plain("refresh", "--yes")
    assert "je bent verhuisd" in out
    assert "Persoonsgegevens ontvangen" in out


def test_refresh_asks_and_takes_a_no(held: World, at: At) -> None:
    held.issuer.my_answer = {
        "cards": [{"kind": "persoonsgegevens", "state": "renewable", "reason": "name"}]
    }
    terminal = at(held)
    terminal.answers = ["nee"]
    held.issuer.asked_kinds.clear()
    assert terminal.plain("refresh")[0] == 0
    assert held.issuer.asked_kinds == []


def test_refresh_says_what_is_wrong(held: World, at: At) -> None:
    held.network.refuse = lambda call: "localhost:8441" in call.url
    code, [done] = at(held).run("refresh")
    assert (code, done["issuers"][0]["state"]) == (6, "unreachable")
    held.network.refuse = lambda _call: False
    held.issuer.my_answer = {"cards": 5}
    code, [done] = at(held).run("refresh")
    assert (code, done["issuers"][0]["state"]) == (5, "refused")


def test_refresh_offers_to_log_in_again(held: World, at: At, surfing: Callable) -> None:
    surfing(held)
    held.issuer.ended = True
    held.now = held.issuer.now = held.now + 5 * 3_600
    terminal = at(held)
    code, [done] = terminal.run("refresh")
    assert (code, done["issuers"][0]["state"]) == (0, "login")
    terminal.answers = ["ja", "over"]
    code, out = terminal.plain("refresh")
    assert "opnieuw in te loggen" in out
    assert len(held.issuer.pushes) == 2


def test_refresh_without_any_issuer(home: World, at: At) -> None:
    code, out = at(home).plain("refresh")
    assert code == 0
    assert "regie-wallet get NAAM" in " ".join(out.split())


def test_no_code_or_token_on_screen_or_disk(
    home: World, at: At, surfing: Callable, tmp_path: Path
) -> None:
    surfing(home)
    terminal = at(home)
    _, lines = terminal.run("get", NAME, "--yes")
    said = json.dumps(lines) + terminal.err
    for secret in ("code-1", "access-1", "refresh-1", home.issuer.pushes[0]["state"]):
        assert secret not in said
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"refresh-1" not in path.read_bytes()
