"""Names as the register has them, settings that are unsafe, and two processes at one database."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from support.holder_simulator import PERSON, Holder
from support.verifier_home import Browser, VerifierHome, body_of, requests, run

from verifier import config
from verifier.errors import NotReady
from verifier.service import sync
from verifier.store import register

NAMES = ("<Onbekend> & </Onbemind>", "Ä" * 230, '"; DROP TABLE registrations; --')


@pytest.mark.parametrize("name", NAMES)
def test_names_of_the_register(home: VerifierHome, name: str) -> None:
    """Kept exactly as it is, shown on no page, and no part of it becomes markup."""
    claims = PERSON["persoonsgegevens"] | {"family_name": name}

    async def story() -> list[str]:
        async with home.client() as http:
            browser = await Browser(http).start()
            cards = [home.maker.card("persoonsgegevens", claims), home.maker.card("verblijfsrecht")]
            holder = home.holder(http, cards)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            seen = [(await browser.get(answer.body["redirect_uri"])).page]
            await browser.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            assert "U bent ingeschreven" in browser.page
            return [*seen, browser.page]

    for page in run(story()):
        assert "Onbekend" not in page
        assert "ÄÄ" not in page
    (listed,) = register.registrations(home.open().store, home.open().sealer)
    assert ["persoonsgegevens", ["family_name"], name] in (listed.values or [])


@pytest.mark.parametrize(
    "bad", ["a@b.nl\0", "a\u202e@voorbeeld.nl", "a@voorbeeld.nl\r\nBcc: b@c.nl"]
)
def test_address_with_control_characters(home: VerifierHome, bad: str) -> None:
    """Nothing that could begin another header, or turn the text around, is kept."""

    async def story() -> None:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/gegevens", email=bad)
            assert browser.status == 422

    run(story())


@pytest.mark.parametrize(
    "base_url",
    [
        "http://voorbeeldwonen.example",
        "https://voorbeeldwonen.example/regie",
        "https://voorbeeldwonen.example?x",
        "https://someone@voorbeeldwonen.example",
        "https://Voorbeeldwonen.example",
        "https://voorbeeldwonen.example:443",
        "https://voorbeeldwonen.example:99999",
        "https://",
    ],
)
def test_base_url_is_an_origin(home: VerifierHome, base_url: str) -> None:
    """As browsers write it: the forms of the pages are held against it."""
    file = home.home / config.FILE
    first, _, rest = file.read_text().partition("\n")
    assert first.startswith("base_url")
    file.write_text(f'base_url = "{base_url}"\n{rest}')
    with pytest.raises(NotReady, match=r"config\.value .*base_url"):
        config.load(home.home)


def test_password_of_the_database_is_not_in_the_repr(home: VerifierHome) -> None:
    file = home.home / config.FILE
    file.write_text(file.read_text() + 'database = "postgresql+psycopg://u:geheim@db/x"\n')
    settings = config.load(home.home)
    assert "geheim" in settings.database
    assert "geheim" not in repr(settings)


@pytest.mark.spec(
    "Regie formats", "8", "snapshot: two syncs at once never bring an older scheme back"
)
def test_syncs_at_the_same_moment(home: VerifierHome) -> None:
    """One works, the others are told so at once; what is in force is whole and the newest."""
    busy: list[int] = []
    barrier = threading.Barrier(4)
    take = sync._take_scheme

    def watched(*given: object) -> object:
        busy.append(1)
        assert len(busy) == 1
        try:
            return take(*given)  # type: ignore[arg-type]
        finally:
            busy.pop()

    def one(_: int) -> int:
        barrier.wait()
        try:
            return home.sync().sequence
        except NotReady as told:
            if told.code != "sync.busy":
                raise
            return 0

    home.scheme.publish(home.clock.at + 1)
    home.publish(home.maker.status_list())
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(4) as pool:
        patch.setattr(sync, "_take_scheme", watched)
        found = set(pool.map(one, range(4)))
    assert found - {0} == {home.open().scheme.generation(home.clock.at).trust.sequence}


CHILD = """
import sys
from pathlib import Path
from verifier.service import receive
from verifier.service.verifier import open_verifier
home, now, *work = sys.argv[1:]
verifier = open_verifier(Path(home), now=lambda: int(now))
print("ready", flush=True)
sys.stdin.readline()
for transaction, body in zip(work[::2], work[1::2], strict=True):
    assert b"receipt" in receive.receive(verifier, transaction, Path(body).read_bytes())
"""


@pytest.mark.spec("Regie formats", "1", "one registration: two processes, one database, one person")
def test_two_processes(home: VerifierHome, tmp_path: Path) -> None:
    work: list[list[str]] = [[], []]
    for number, request in enumerate(requests(home, 6)):
        holder = Holder(httpx.AsyncClient(), home.cards(), home.clock.at)
        body = tmp_path / f"body-{number}"
        body.write_bytes(body_of(holder, request))
        work[number % 2] += [request.payload["response_uri"].rsplit("/", 1)[1], str(body)]
    home.close()
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(home.home), str(home.clock.at), *items],
            env={"PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for items in work
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=60)
        assert child.returncode == 0
    assert len(register.registrations(home.open().store, None)) == 1
