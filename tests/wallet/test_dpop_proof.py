"""Proofs of possession of one key, and the nonces of two servers."""

import pytest
from support.keys import test_key, test_signer
from support.network import reply

from credential import base64url, jose
from credential.names import TYP_DPOP
from wallet.dpop import DpopClient, proof
from wallet.fetch import Call, Reply
from wallet.refusals import MessageError

URL = "https://localhost:8441/0599/token"


def read(token: str) -> tuple[dict, dict]:
    jws = jose.parse(token, typ=TYP_DPOP)
    return jws.header, jose.verify(jws, test_key("dpop").public_key()).payload


@pytest.mark.spec("RFC 9449", "4.2", "typ, jwk, jti, htm, htu, iat, ath, nonce")
def test_the_members_of_a_proof() -> None:
    header, payload = read(
        proof(
            test_signer("dpop"),
            method="POST",
            url=URL + "?a=b#c",
            iat=5,
            jti="j",
            access_token="token",
            nonce="n",
        )
    )
    assert set(header) == {"typ", "alg", "jwk"}
    assert set(header["jwk"]) == {"kty", "crv", "x", "y"}
    assert payload == {
        "jti": "j",
        "htm": "POST",
        "htu": URL,
        "iat": 5,
        "ath": base64url.sha256("token"),
        "nonce": "n",
    }
    assert set(read(proof(test_signer("dpop"), method="GET", url=URL, iat=5, jti="j"))[1]) == {
        "jti",
        "htm",
        "htu",
        "iat",
    }


class Server:
    peers = ()

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.calls: list[Call] = []

    def send(self, call: Call) -> Reply:
        self.calls.append(call)
        return self.replies.pop(0)


def client(server: Server) -> DpopClient:
    numbers = iter(range(100))
    return DpopClient(server, test_signer("dpop"), lambda n: next(numbers).to_bytes(n, "big"))


WANTS = '{"error":"use_dpop_nonce"}'
OK = reply(200, "{}", "application/json")


@pytest.mark.spec("RFC 9449", "8", "asked again once with the nonce, in a new proof")
def test_asked_again_once() -> None:
    server = Server(reply(400, WANTS, "application/json", dpop_nonce="n-1"), OK)
    assert client(server).send(Call("POST", URL), now=5).status == 200
    first, second = (read(call.headers["dpop"])[1] for call in server.calls)
    assert "nonce" not in first
    assert second["nonce"] == "n-1"
    assert first["jti"] != second["jti"]


def test_not_asked_a_third_time() -> None:
    wants = reply(400, WANTS, "application/json", dpop_nonce="n")
    server = Server(wants, wants, OK)
    assert client(server).send(Call("POST", URL), now=5).status == 400
    assert len(server.calls) == 2


def test_a_nonce_that_does_not_come_is_a_fault() -> None:
    with pytest.raises(MessageError) as caught:
        client(Server(reply(400, WANTS, "application/json"))).send(Call("POST", URL), now=5)
    assert caught.value.rule == "issuer.dpop_nonce_missing"


@pytest.mark.spec("RFC 9449", "8.2", "a nonce on any answer is used next, per server")
def test_nonces_are_kept_per_server() -> None:
    server = Server(reply(200, "{}", "application/json", dpop_nonce="n-1"), OK, OK)
    way = client(server)
    way.send(Call("POST", URL), now=5)
    way.send(Call("POST", URL), now=5, access_token="t")
    way.send(Call("POST", "https://localhost:9999/x"), now=5)
    nonces = [read(call.headers["dpop"])[1].get("nonce") for call in server.calls]
    assert nonces == [None, "n-1", None]
    assert server.calls[1].headers["authorization"] == "DPoP t"


@pytest.mark.parametrize("nonce", ["", "x" * 301, "é"])
def test_odd_nonces_are_not_kept(nonce: str) -> None:
    server = Server(reply(200, "{}", "application/json", dpop_nonce=nonce), OK)
    way = client(server)
    way.send(Call("POST", URL), now=5)
    way.send(Call("POST", URL), now=5)
    assert "nonce" not in read(server.calls[1].headers["dpop"])[1]
