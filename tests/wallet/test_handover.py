"""A link handed to the screens that are open: only this user's, only a link, one line."""

import asyncio
import os
import socket
import stat
from pathlib import Path

import pytest

from wallet import handover
from wallet.cli import handing
from wallet.errors import ExitCode
from wallet.handover import Door
from wallet.tui.inbox import MOST, Inbox

LINK = "openid4vp://?client_id=x509_hash%3Aabc&request_uri=https%3A%2F%2Flocalhost%2F1"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


async def visit(home: Path, sent: bytes, *, end: bool = True) -> bytes:
    """What a visitor who sends this gets back."""
    with handover._address(home) as address:
        reader, writer = await asyncio.open_unix_connection(address)
    writer.write(sent)
    if end:
        writer.write_eof()
    try:
        return await reader.read()
    except OSError:
        return b""
    finally:
        writer.close()


def told(home: Path, *sent: bytes, inbox: Inbox | None = None) -> tuple[Inbox, list[bytes]]:
    """An inbox after these visits, one after the other."""

    async def run() -> tuple[Inbox, list[bytes]]:
        box = inbox or Inbox(lambda: None)
        await box.listen(Door.open_in(home))
        answers = [await visit(home, one) for one in sent]
        box.close()
        return box, answers

    return asyncio.run(run())


def test_one_line_is_taken_and_answered(home: Path) -> None:
    box, answers = told(home, LINK.encode() + b"\n")
    assert answers == [handover.TAKEN]
    assert box.take() == LINK
    assert box.take() is None


def test_a_command_hands_over_and_is_told(home: Path) -> None:
    async def run() -> bool:
        box = Inbox(lambda: None)
        await box.listen(Door.open_in(home))
        taken = await asyncio.to_thread(handover.give, home, LINK)
        box.close()
        assert box.take() == LINK
        return taken

    assert asyncio.run(run())


def test_a_long_folder_name(home: Path) -> None:
    deep = home / ("m" * 90) / ("n" * 90)
    deep.mkdir(parents=True)
    box, answers = told(deep, LINK.encode() + b"\n")
    assert answers == [handover.TAKEN]
    assert box.take() == LINK


@pytest.mark.spec("Architecture", "Wallet", "links are handed over through a socket of mode 0600")
def test_the_socket_is_its_owners_alone(home: Path) -> None:
    door = Door.open_in(home)
    assert door is not None
    found = (home / handover.FILE).lstat()
    assert stat.S_ISSOCK(found.st_mode)
    assert stat.S_IMODE(found.st_mode) & 0o177 == 0
    door.close()
    assert not (home / handover.FILE).exists()


def test_somebody_else_gets_no_answer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "is_mine", lambda _: False)
    box, answers = told(home, LINK.encode() + b"\n")
    assert answers == [b""]
    assert box.take() is None


def test_nothing_is_given_to_somebody_elses_socket(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX) as other, handover._address(home) as address:
        other.bind(address)
        other.listen()
        monkeypatch.setattr(handover, "is_mine", lambda _: False)
        assert not handover.give(home, LINK)
        connection, _ = other.accept()
        with connection:
            assert connection.recv(100) == b""


def test_the_other_side_is_known_by_its_user() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert handover.is_mine(one)


def test_another_user_is_not_me(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    with one, other:
        assert not handover.is_mine(one)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\n",
        b"hallo\n",
        b"file:///etc/passwd\n",
        b"/etc/hostname.png\n",
        LINK.encode(),
        b"openid4vp://?client_id=\xff\n",
        LINK.encode() + b"&a=\x1b[2J\n",
        b"openid4vp://?client_id=" + b"a" * 20_000 + b"\n",
        b"a" * 200_000,
    ],
)
def test_what_is_no_link_is_not_taken(home: Path, sent: bytes) -> None:
    box, answers = told(home, sent, LINK.encode() + b"\n")
    assert answers == [b"", handover.TAKEN]
    assert box.take() == LINK
    assert box.take() is None


def test_one_who_says_nothing_is_left(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "SECONDS", 0.01)

    async def run() -> bytes:
        box = Inbox(lambda: None)
        await box.listen(Door.open_in(home))
        answer = await visit(home, b"openid4vp:", end=False)
        box.close()
        return answer

    assert asyncio.run(run()) == b""


def test_not_more_than_a_person_can_have_clicked(home: Path) -> None:
    sent = [f"{LINK}{number}\n".encode() for number in range(MOST + 1)]
    _, answers = told(home, *sent, sent[0])
    assert answers == [handover.TAKEN] * MOST + [handover.FULL, handover.TAKEN]


def test_a_socket_that_was_left_is_replaced(home: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left, handover._address(home) as address:
        left.bind(address)
    assert not handover.give(home, LINK)
    _, answers = told(home, LINK.encode() + b"\n")
    assert answers == [handover.TAKEN]


def test_who_comes_later_keeps_their_door(home: Path) -> None:
    first, second = Door.open_in(home), Door.open_in(home)
    assert first is not None
    assert second is not None
    first.close()
    assert (home / handover.FILE).exists()
    second.close()
    assert not (home / handover.FILE).exists()


def test_where_nobody_listens_nothing_is_given(home: Path) -> None:
    assert not handover.give(home, LINK)
    assert not handover.give(home, f"{LINK}\n{LINK}")
    assert not handover.give(home, "a" * 20_000)


@pytest.mark.parametrize("command", ["add", "share", "open"])
def test_commands_hand_over(at, town, monkeypatch, command: str) -> None:
    given: list[str] = []
    monkeypatch.setattr(handover, "give", lambda _home, link: given.append(link) or True)
    monkeypatch.setattr("wallet.cli.open.key_file", lambda _home: b"")
    link = town.issuer.link if command == "add" else town.verifier.link
    code, lines = at(town).run(command, link)
    assert given == [link]
    assert lines == [{"version": 1, "outcome": handing.OUTCOME}]
    assert code == (ExitCode.OK if command == "open" else ExitCode.PENDING)
    assert town.network.calls == []


@pytest.mark.parametrize("flags", [("--show",), ("--decline",), ("--yes", "--claims", "a:b")])
def test_a_program_is_answered_and_not_handed_over(at, town, monkeypatch, flags) -> None:
    def never(_home: Path, _link: str) -> bool:
        raise AssertionError

    monkeypatch.setattr(handover, "give", never)
    at(town).run("share", town.verifier.link, *flags)


def test_an_offer_is_not_shared_nor_a_request_added(at, town, monkeypatch) -> None:
    monkeypatch.setattr(handover, "give", lambda _home, _link: False)
    assert at(town).run("add", town.verifier.link)[0] == ExitCode.USAGE
    assert at(town).run("share", town.issuer.link)[0] == ExitCode.USAGE


def test_a_line_longer_than_any_link_is_put_away_quietly(home: Path) -> None:
    told: list[object] = []

    async def run() -> bytes:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        box = Inbox(lambda: None)
        await box.listen(Door.open_in(home))
        answer = await asyncio.wait_for(visit(home, b"x" * 5 * handover.MAX_LINE, end=False), 10)
        box.close()
        assert len(box) == 0
        return answer

    assert asyncio.run(run()) == b""
    assert told == []
