"""The example portal, beside a served verifier: everything over https on loopback."""

import asyncio
import re
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from http.server import ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from crash.servers import Served, Tls, listener, url
from crash.town import scheme_at
from support.api_client import KEY, SECRET, client_table, with_api
from support.holder_simulator import PERSON, Card, CardMaker, Holder
from support.verifier_home import VerifierHome

from examples.client.portal import Portal, configured
from examples.client.regie import NotOurs, message
from verifier.cli.main import cli
from wallet import clock

SETTINGS = Path(__file__).parents[2] / "examples" / "client" / "portal.toml"


class Now:
    """The clock on the wall: certificates and messages are of this moment."""

    @property
    def at(self) -> int:
        return clock.now()

    def __call__(self) -> int:
        return clock.now()


@dataclass
class World:
    """A corporation and a portal, each at its own address."""

    home: VerifierHome
    served: Served
    portal: Portal
    front: ThreadingHTTPServer
    tls: Tls

    def browser(self) -> httpx.AsyncClient:
        context = ssl.create_default_context(cafile=self.tls.ca)
        return httpx.AsyncClient(verify=context, trust_env=False, follow_redirects=True)

    def deliver(self) -> None:
        done = CliRunner().invoke(cli, ["--home", str(self.home.home), "--json", "deliver"])
        assert done.exit_code == 0, done.output


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    tls = Tls.make(tmp_path / "tls")
    ours, free = listener(), listener()
    front = url(free)
    free.close()
    base = url(ours)
    scheme = scheme_at({"issuer": base, "verifier": base, "mirror": base})
    home = VerifierHome(tmp_path, scheme, Now(), CardMaker(scheme))  # type: ignore[arg-type]
    home.make(base)
    home.publish(home.maker.status_list())
    home.sync()
    tables = client_table("portaal", KEY).replace("https://portaal.example", front)
    hook = (
        f'allow_networks = ["127.0.0.0/8", "::1/128"]\nwebhook_ca = "{tls.ca}"\n'
        f'[[api.webhook]]\nid = "portaal"\nclient = "portaal"\nurl = "{front}/hooks/regie"\n'
        'events = ["registration.completed", "session.completed"]\n'
        'secret_file = "keys/webhook.portaal.key"\n'
    )
    with_api(home, tables, hook)
    served = Served(home.app, ours, tls)
    folder = tmp_path / "portal"
    folder.mkdir()
    (folder / "portal.key").write_text(KEY)
    (folder / "portal.secret").write_text(SECRET)
    shown = SETTINGS.read_text("utf-8")
    for name, value in {
        "https://localhost:8442": base,
        "https://localhost:8450": front,
        "localhost.pem": tls.certificate,
        "localhost.key.pem": tls.key,
        "tls-ca.pem": tls.ca,
    }.items():
        assert f'"{name}"' in shown
        shown = shown.replace(f'"{name}"', f'"{value}"')
    (folder / "portal.toml").write_text(shown)
    portal, pages = configured(folder / "portal.toml")
    thread = threading.Thread(target=pages.serve_forever, args=(0.05,))
    thread.start()
    yield World(home, served, portal, pages, tls)
    pages.shutdown()
    thread.join()
    pages.server_close()
    portal.regie.close()
    served.stop()
    home.close()


def cards(home: VerifierHome) -> list[Card]:
    return [home.maker.card(kind, PERSON[kind]) for kind in ("persoonsgegevens", "verblijfsrecht")]


async def share(world: World, http: httpx.AsyncClient, page: httpx.Response) -> httpx.Response:
    """A wallet on the same device: from the page with its link, back to our page."""
    found = re.search(r'id="same-device" href="([^"]+)"', page.text)
    assert found, page.text
    holder = Holder(http, cards(world.home), clock.now())
    answer = await holder.answer(await holder.fetch(unescape(found[1])))
    return await http.get(answer.body["redirect_uri"])


@pytest.mark.spec("Regie formats", "5", "through a portal: begun there, shared here, shown there")
def test_sign_up_through_the_portal(world: World) -> None:
    async def work() -> None:
        async with world.browser() as http:
            page = await http.post(f"{world.portal.base_url}/begin")
            assert page.url.host == "localhost"
            assert page.url.path == "/nl/inschrijven/delen"
            reach = await share(world, http, page)
            base = world.home.open().config.base_url
            done = await http.post(
                f"{base}/nl/inschrijven/gegevens",
                data={"email": "z@voorbeeld.nl"},
                headers={"origin": base},
            )
            assert reach.status_code == done.status_code == 200
            onward = re.search(r'id="onward" href="([^"]+)"', done.text)
            number = re.search(r'id="number">([^<]+)<', done.text)
            assert onward
            assert number
            back = await http.get(unescape(onward[1]))
            assert f'id="nummer">{number[1]}<' in back.text
            await asyncio.to_thread(world.deliver)
            assert sorted(one["type"] for one in world.portal.told) == [
                "registration.completed",
                "session.completed",
            ]
            held = world.portal.registrations[number[1]]
            assert held["contact"] == {"email": "z@voorbeeld.nl"}
            assert "values" not in held
            await asyncio.to_thread(world.deliver)
            assert len(world.portal.told) == 2

    asyncio.run(work())


@pytest.mark.spec("Regie formats", "5", "a portal shows a result to the browser that began alone")
def test_somebody_else_began(world: World) -> None:
    """Somebody begins at the portal, and sends the link to you."""

    async def work() -> None:
        async with world.browser() as somebody, world.browser() as you:
            sent = await somebody.post(f"{world.portal.base_url}/begin", follow_redirects=False)
            page = await you.get(sent.headers["location"])
            shared = await share(world, you, page)
            assert shared.status_code == 200
            (session,) = world.portal.visitors
            assert session not in str(sent.headers) + sent.text
            back = f"{world.portal.base_url}/terug"
            assert (await you.get(f"{back}?session={session}")).status_code == 403
            assert (await somebody.get(back)).status_code == 403
            assert (await somebody.get(sent.headers["location"])).status_code == 404

    asyncio.run(work())


def test_a_message_that_is_not_ours() -> None:
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "100", "webhook-signature": "v1,AAAA"}
    with pytest.raises(NotOurs):
        message(SECRET, headers, b"{}", 100)
    with pytest.raises(NotOurs):
        message(SECRET, {**headers, "webhook-timestamp": "-1"}, b"{}", 100)


@pytest.mark.spec("Standard Webhooks 1.0.0", "Verifying", "an old message is not believed")
def test_an_old_message(world: World) -> None:
    from verifier.service.webhooks import signature
    from verifier.settings.api import _secret

    now = clock.now()
    for at, taken in ((now, True), (now - 299, True), (now - 301, False), (now + 301, False)):
        body = b'{"type":"session.completed","data":{}}'
        signed = signature((_secret(SECRET.encode()),), f"msg_{at}", at, body)
        headers = {
            "webhook-id": f"msg_{at}",
            "webhook-timestamp": str(at),
            "webhook-signature": signed,
        }
        assert world.portal.receive(headers, body) is taken
