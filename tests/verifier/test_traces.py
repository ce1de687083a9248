"""After an erasure or a purge nothing of it is found: in no form, in no file, in no later backup.

Two kinds of canary: the values themselves, which never stand there, and their sealed bytes, which
whoever holds the key could open. Both must be gone from the tables, free pages, the write-ahead
log, the shared memory file, the log, and a backup made afterwards.
"""

import logging
import os
import sqlite3
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select
from sqlalchemy.engine import make_url
from support.asking import ask, sign_up, visit
from support.canary import findings
from support.verifier_home import Browser, VerifierHome, run

from credential.rights import Right, State
from verifier import config
from verifier.service import cases, retention
from verifier.store import register
from verifier.tables import DISCLOSURES, METADATA

DAY = 86_400
WROTE = "Onvindbaar-geschreven-zin"
SAID = "Onvindbaar-antwoord-van-een-mens"
CANARIES = (
    "Zwaantje",
    "Verzonnen-Achternaam",
    "pseudonym-of-zwaantje",
    "z@voorbeeld.nl",
    WROTE,
    SAID,
)
KINDS = ("woonadres", "huishouden")


def sealed(home: VerifierHome) -> set[bytes]:
    """The sealed bytes of everything that is about a person, as they stand now."""
    found = set()
    with home.open().store.reading() as connection:
        for table in METADATA.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, LargeBinary) and table.name != "rights_requests":
                    held = connection.execute(select(column).where(column.is_not(None)))
                    found |= {bytes(value) for value in held.scalars()}
        bodies = METADATA.tables["rights_requests"].c.body_sealed
        held = connection.execute(select(bodies).where(bodies.is_not(None))).scalars()
        found |= {bytes(value) for value in held}
    return found


def files_of(home: VerifierHome) -> dict[str, bytes]:
    """Everything in the home, and two backups made now."""
    found = {
        str(file): file.read_bytes()
        for file in home.home.rglob("*")
        if file.is_file() and "keys" not in file.parts
    }
    url = make_url(home.database or config.load(home.home).database)
    if url.get_backend_name() == "postgresql":
        return found | {"pg_dump": dumped(url)}
    assert any(name.endswith("verifier.db") for name in found)
    backup, vacuum = home.folder / "backup.db", home.folder / "vacuum.db"
    with sqlite3.connect(str(url.database)) as one, sqlite3.connect(backup) as two:
        one.backup(two)
        one.execute("VACUUM INTO ?", (str(vacuum),))
    one.close(), two.close()
    made = {"backup": backup.read_bytes(), "vacuum": vacuum.read_bytes()}
    backup.unlink(), vacuum.unlink()
    return found | made


def dumped(url: Any) -> bytes:
    schema = str(url.query["options"]).rpartition("=")[2]
    done = subprocess.run(
        ["pg_dump", "-h", str(url.host), "-p", str(url.port), "-U", str(url.username),
         "-n", schema, str(url.database)],
        capture_output=True, check=True, env={**os.environ, "PGOPTIONS": ""},
    )  # fmt: skip
    assert b"CREATE TABLE" in done.stdout
    return done.stdout


def lives(home: VerifierHome) -> Any:
    """Somebody signs up, adds to it, writes to us twice, and gets an answer by a person."""
    answer = sign_up(home)
    visit(home, "profiel-aanvullen", KINDS)
    ask(home, Right.OBJECTION, answer, text=WROTE)
    (case,) = cases.listed(home.open(), state="open")
    cases.decide(home.open(), case.id, state=State.REFUSED, nl=SAID, en=SAID, by="e")
    ask(home, Right.RECTIFICATION, answer, claims=(("family_name",),), proposed=WROTE)
    return answer


def by_right(home: VerifierHome, answer: Any) -> None:
    first = ask(home, Right.ERASURE, answer)
    assert first.consequence is not None
    assert ask(home, Right.ERASURE, answer, confirm=first.consequence.id).state is State.DONE


def by_page(home: VerifierHome, _answer: Any) -> None:
    async def work() -> None:
        async with home.client() as http:
            browser = await Browser(http).start("rechten")
            holder = home.holder(http, home.cards(("persoonsgegevens",)))
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            assert "Zwaantje" in browser.page
            await browser.post("/nl/rechten/wissen", sure="yes")
            assert "gewist" in browser.page

    run(work())


def by_term(home: VerifierHome, _answer: Any) -> None:
    store = home.open().store
    (found,) = register.registrations(store, None)
    retention.end(store, found.registration.number, home.clock.at)
    home.clock.at += 2 * 366 * DAY
    retention.purge(home.open().config, store, home.clock.at)


@pytest.mark.spec("Regie formats", "3", "after erasure and purge: no trace, in backups neither")
@pytest.mark.parametrize("goes", [by_right, by_page, by_term])
def test_no_trace(
    home: VerifierHome,
    goes: Callable[[VerifierHome, Any], None],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = lives(home)
    before = sealed(home)
    assert len(before) > 4
    standing = b"".join(files_of(home).values())
    assert all(stands(one, standing) for one in before), "the search sees what is there"
    goes(home, answer)
    gone = before - sealed(home)
    kept = {bytes(row) for row in _receipts(home)}
    assert gone - kept, "something must have gone"
    for name, data in files_of(home).items():
        assert not findings(data, CANARIES), name
        assert not [one for one in gone if stands(one, data)], name
    said = (caplog.text + "".join(capfd.readouterr())).encode()
    assert not findings(said, CANARIES)


def stands(one: bytes, data: bytes) -> bool:
    """Its first bytes will do: a long value goes on upon another page."""
    return one[:64] in data or one[:64].hex().encode() in data


def _receipts(home: VerifierHome) -> list[bytes]:
    with home.open().store.reading() as connection:
        column = DISCLOSURES.c.receipt_sealed
        return list(connection.execute(select(column).where(column.is_not(None))).scalars())


@pytest.mark.spec("Architecture", "Storage", "values never stand readable, before erasure neither")
def test_never_readable(home: VerifierHome) -> None:
    lives(home)
    for name, data in files_of(home).items():
        assert not findings(data, CANARIES), name
