"""Asking the verifier about a disclosure as a wallet does, and reading its signed answer."""

from typing import Any

import httpx
from support.holder_simulator import Answer, Holder
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome, run

from credential import jose, jwe, rights, strictjson
from credential.rights import Right, RightsAnswer
from credential.strictjson import Object

ENDPOINT = f"{VERIFIER}/rights"


def oin(home: VerifierHome) -> str:
    return home.open().leaf.oin


def make(home: VerifierHome, right: Right, answer: Answer, **members: Any) -> str:
    holder = Holder(httpx.AsyncClient(), [], home.clock.at)
    members = {"endpoint": ENDPOINT, "oin": oin(home), **members}
    return holder.question(right, answer, **members)


def post(home: VerifierHome, body: str | bytes) -> httpx.Response:
    async def work() -> httpx.Response:
        async with home.client() as http:
            return await http.post(
                "/rights", content=body, headers={"content-type": "application/jwt"}
            )

    return run(work())


def ask(home: VerifierHome, right: Right, answer: Answer, **members: Any) -> RightsAnswer:
    """Ask, and verify the signed answer as a wallet does."""
    question = make(home, right, answer, **members)
    response = post(home, question)
    assert response.status_code == 200, response.text
    if response.headers["content-type"] == "application/json":
        token = response.json()["answer"]
    else:
        token = response.text
    return rights.verify_answer(
        token,
        trust=home.scheme.trust,
        oin=oin(home),
        request=question,
        jkt=jose.thumbprint(answer.rights_key.public_key()),
        now=home.clock.at,
    )


def sign_up(home: VerifierHome) -> Answer:
    """A complete registration."""

    async def work() -> Answer:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            assert "U bent ingeschreven" in browser.page
            return answer

    return run(work())


def data_of(home: VerifierHome, answer: Answer) -> Object:
    """Everything the verifier holds, as it travels in the answer to `access`."""
    key = jose.generate_key()
    jwk = {**jose.public_jwk(key.public_key()), "kid": "k", "alg": "ECDH-ES"}
    response = post(home, make(home, Right.ACCESS, answer, enc_jwk=jwk))
    assert response.status_code == 200, response.text
    plain = jwe.decrypt(
        response.json()["data"], key=key, kid="k", enc_allowed=("A256GCM",), max_bytes=65_536
    )
    return strictjson.loads_object(plain)


def visit(home: VerifierHome, profile: str, kinds: tuple[str, ...]) -> Answer:
    """One visit on the same device, to its end."""

    async def work() -> Answer:
        async with home.client() as http:
            browser = await Browser(http).start(profile)
            holder = home.holder(http, home.cards(kinds))
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            return answer

    return run(work())
