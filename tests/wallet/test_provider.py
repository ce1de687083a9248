"""The pilot wallet provider: what it signs, what it refuses, what it never says or keeps."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from support.issuer_home import InMemoryRegister
from support.issuer_simulator import endless
from support.scheme import NOW, build

from credential import jose
from credential.names import TYP_KEY_ATTESTATION, TYP_PROOF, TYP_WALLET_ATTESTATION
from wallet import clock, vouch
from wallet.errors import WalletError
from wallet.provider import cli, home
from wallet.provider.attest import CHALLENGE_LIFE, MAX_REQUEST, Provider, Refusal
from wallet.provider.web import create_app

URL = "https://localhost:8446"
KEYS = [jose.generate_key() for _ in range(10)]
SCHEME = build()
CREDENTIALS = SCHEME.wallet_provider()
TRUST = SCHEME.publish()


@pytest.fixture
def provider() -> Provider:
    return Provider(URL, CREDENTIALS.signer, CREDENTIALS.x5c, bytes(32), endless())


def possession(provider: Provider, key: jose.PrivateKey, **changes: object) -> str:
    payload = {"aud": URL, "iat": NOW, "nonce": provider.challenge(now=NOW), **changes}
    signer = jose.KeySigner(key)
    header = {"jwk": jose.public_jwk(signer.public_key)}
    return jose.sign(payload, typ=vouch.TYP_POSSESSION, signer=signer, header=header)


def ask(provider: Provider, members: object, now: int = NOW) -> dict:
    return provider.vouch(json.dumps(members).encode(), now=now)


def opened(token: str, typ: str) -> dict:
    """What the attestation says, by a signer on the list of wallet providers."""
    jws = jose.parse(token, typ=typ)
    return jose.verify(jws, TRUST.wallet_provider_leaf(jws.x5c(), NOW).key).payload


# What it signs.


@pytest.mark.spec("ABCA", "5.1", "client attestation")
def test_a_client_attestation(provider: Provider) -> None:
    found = ask(provider, {"instance": possession(provider, KEYS[0])})
    assert set(found) == {"client_attestation"}
    claims = opened(found["client_attestation"], TYP_WALLET_ATTESTATION)
    assert claims == {
        "iss": URL,
        "sub": "regie-wallet",
        "iat": NOW,
        "exp": NOW + 86_400,
        "cnf": {"jwk": jose.public_jwk(KEYS[0].public_key())},
        "wallet_name": "Regie",
    }


@pytest.mark.spec("OpenID4VCI 1.0", "D.1", "key attestation: holds these keys, and no level")
def test_a_key_attestation(provider: Provider) -> None:
    proofs = [possession(provider, key) for key in KEYS]
    found = ask(provider, {"keys": proofs, "nonce": "c-nonce"})
    assert set(found) == {"key_attestation"}
    claims = opened(found["key_attestation"], TYP_KEY_ATTESTATION)
    assert claims == {
        "iss": URL,
        "iat": NOW,
        "exp": NOW + 300,
        "attested_keys": [jose.public_jwk(key.public_key()) for key in KEYS],
        "nonce": "c-nonce",
    }


@pytest.mark.spec("HAIP 1.0", "4.4.1", "nothing tells one instance from another but its key")
def test_two_wallets_differ_by_their_keys_alone(provider: Provider) -> None:
    first, second = (
        opened(
            ask(provider, {"instance": possession(provider, key)})["client_attestation"],
            TYP_WALLET_ATTESTATION,
        )
        for key in KEYS[:2]
    )
    assert {name for name in first if first[name] != second[name]} == {"cnf"}


# What it refuses.


def refusal(provider: Provider, members: object, now: int = NOW) -> str:
    with pytest.raises(Refusal) as caught:
        ask(provider, members, now)
    return caught.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "https://another.example"}, "invalid_proof"),
        ({"aud": [URL]}, "invalid_proof"),
        ({"iat": NOW - 3_600}, "invalid_proof"),
        ({"iat": True}, "invalid_proof"),
        ({"nonce": "AAAA"}, "invalid_challenge"),
        ({"nonce": "!"}, "invalid_proof"),
        ({"nonce": 5}, "invalid_proof"),
    ],
    ids=["aud", "aud a list", "old", "iat true", "made-up challenge", "no base64", "a number"],
)
def test_a_proof_for_something_else(provider: Provider, changes: dict, code: str) -> None:
    assert refusal(provider, {"instance": possession(provider, KEYS[0], **changes)}) == code


def test_a_challenge_is_over_after_minutes(provider: Provider) -> None:
    proof = possession(provider, KEYS[0])
    ask(provider, {"instance": proof}, NOW + CHALLENGE_LIFE)
    assert refusal(provider, {"instance": proof}, NOW + CHALLENGE_LIFE + 1) == "invalid_challenge"


def test_a_challenge_of_another_server(provider: Provider) -> None:
    other = Provider(URL, provider.signer, provider.chain, b"\1" * 32, endless())
    proof = possession(provider, KEYS[0], nonce=other.challenge(now=NOW))
    assert refusal(provider, {"instance": proof}) == "invalid_challenge"


def test_a_key_that_is_not_held(provider: Provider) -> None:
    head, body, _ = possession(provider, KEYS[0]).split(".")
    foreign = possession(provider, KEYS[1]).split(".")[2]
    assert refusal(provider, {"instance": f"{head}.{body}.{foreign}"}) == "invalid_proof"


def test_one_key_not_held_refuses_them_all(provider: Provider) -> None:
    good = possession(provider, KEYS[0])
    bad = possession(provider, KEYS[1], aud="https://another.example")
    assert refusal(provider, {"keys": [good, bad], "nonce": "n"}) == "invalid_proof"


def test_a_proof_of_another_type(provider: Provider) -> None:
    signer = jose.KeySigner(KEYS[0])
    payload = {"aud": URL, "iat": NOW, "nonce": provider.challenge(now=NOW)}
    header = {"jwk": jose.public_jwk(signer.public_key)}
    proof = jose.sign(payload, typ=TYP_PROOF, signer=signer, header=header)
    assert refusal(provider, {"instance": proof}) == "invalid_proof"


def test_a_private_key_in_the_header(provider: Provider) -> None:
    signer = jose.KeySigner(KEYS[0])
    payload = {"aud": URL, "iat": NOW, "nonce": provider.challenge(now=NOW)}
    header = {"jwk": {**jose.public_jwk(signer.public_key), "d": "AAAA"}}
    proof = jose.sign(payload, typ=vouch.TYP_POSSESSION, signer=signer, header=header)
    assert refusal(provider, {"instance": proof}) == "invalid_proof"


def test_the_same_key_twice(provider: Provider) -> None:
    proofs = [possession(provider, KEYS[0]) for _ in range(2)]
    assert refusal(provider, {"keys": proofs, "nonce": "n"}) == "invalid_proof"


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: {},
        lambda proof: {"keys": [proof]},
        lambda proof: {"nonce": "n"},
        lambda proof: {"instance": proof, "nonce": "n"},
        lambda proof: {"instance": proof, "keys": [proof], "nonce": "n"},
        lambda proof: {"keys": [proof] * 51, "nonce": "n"},
        lambda proof: {"instance": "x" * 3_000},
        lambda proof: [proof],
    ],
    ids=["empty", "no nonce", "no keys", "nonce", "both", "51 keys", "long", "a list"],
)
def test_a_malformed_request(provider: Provider, change: Callable[[str], object]) -> None:
    assert refusal(provider, change(possession(provider, KEYS[0]))) == "invalid_request"


# Over http.


def client(provider: Provider) -> httpx.Client:
    app = create_app(provider, now=lambda: NOW)
    return httpx.Client(transport=InMemoryRegister(app), base_url=URL)


def test_the_two_addresses(provider: Provider) -> None:
    with client(provider) as web:
        answer = web.post("/challenge")
        assert answer.headers["cache-control"] == "no-store"
        challenge = answer.json()["challenge"]
        proof = vouch.possession(
            jose.KeySigner(KEYS[0]), provider=URL, challenge=challenge, iat=NOW
        )
        found = web.post("/attestation", json={"instance": proof})
        assert found.status_code == 200
        assert found.headers["cache-control"] == "no-store"
        opened(found.json()["client_attestation"], TYP_WALLET_ATTESTATION)
        assert web.get("/health/live").status_code == 200


def test_refusals_over_http(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    with client(provider) as web:
        proof = possession(provider, KEYS[0], aud="https://another.example")
        answer = web.post("/attestation", json={"instance": proof})
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_proof"})
        assert web.post("/attestation", content=b"{}").status_code == 415
        big = b"{" + b" " * MAX_REQUEST + b"}"
        headers = {"content-type": "application/json"}
        assert web.post("/attestation", content=big, headers=headers).status_code == 413
        assert web.get("/attestation").status_code == 405
        assert web.get("/challenge").status_code == 405
        assert web.get("/elsewhere").status_code == 404
    assert proof not in caplog.text


# The folder and the commands.


SETTINGS = """
id = "walletaanbieder-voorbeeld"
base_url = "https://localhost:8446"
listen = "127.0.0.1:8446"
tls_cert = "tls.pem"
tls_key = "tls.key"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "provider.toml").write_text(SETTINGS)
    return tmp_path


def test_from_request_to_certificate(folder: Path, tmp_path: Path) -> None:
    from support.scheme import WALLETAANBIEDER, example_party

    from registrar import certificates

    assert cli.run(["--home", str(folder), "init"]) == 0
    pem = (folder / "csr" / f"{WALLETAANBIEDER}.attestation.csr").read_bytes()
    before = (folder / "attestation.key").read_bytes()
    assert cli.run(["--home", str(folder), "init"]) == 0
    assert (folder / "attestation.key").read_bytes() == before, "a key is never replaced"
    assert (folder / "attestation.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(WalletError, match=r"provider\.no_certificate"):
        home.open_provider(folder, clock.random_bytes)
    from registrar import handover
    from registrar.ledger import Ledger

    party = example_party(WALLETAANBIEDER)
    key = certificates.requested_key(pem)
    made, _ = handover.make(
        SCHEME.authority,
        party,
        {f"{WALLETAANBIEDER}.attestation": key},
        {},
        Ledger(),
        now=NOW,
        entropy=endless(),
    )
    given = tmp_path / "given"
    given.mkdir()
    (given / "attestation.pem").write_bytes(made.files["attestation.pem"])
    assert cli.run(["--home", str(folder), "install-certificate", str(given)]) == 0
    opened_provider = home.open_provider(folder, endless())
    found = ask(opened_provider, {"instance": possession(opened_provider, KEYS[0])})
    jws = jose.parse(found["client_attestation"], typ=TYP_WALLET_ATTESTATION)
    assert TRUST.wallet_provider_leaf(jws.x5c(), NOW).organization == "Walletaanbieder Voorbeeld"


def test_a_certificate_of_another_key(folder: Path, tmp_path: Path) -> None:
    from support.scheme import WALLETAANBIEDER

    cli.run(["--home", str(folder), "init"])
    given = tmp_path / "given"
    given.mkdir()
    (given / "attestation.pem").write_bytes(SCHEME.files[WALLETAANBIEDER]["attestation.pem"])
    assert cli.run(["--home", str(folder), "install-certificate", str(given)]) == 5


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('base_url = "http://localhost:8446"', "base_url"),
        ('listen = "8446"', "listen"),
        ("tls_key = 5", "tls_key"),
        ('level = "high"', "level"),
        ('behind_proxy = "yes"', "behind_proxy"),
    ],
)
def test_unsafe_settings_are_refused_by_name(tmp_path: Path, line: str, key: str) -> None:
    kept = [one for one in SETTINGS.splitlines() if not one.startswith(f"{key} ")]
    (tmp_path / "provider.toml").write_text("\n".join([*kept, line]))
    with pytest.raises(WalletError) as caught:
        home.load(tmp_path)
    assert caught.value.params["key"] == key


def test_no_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--home", str(tmp_path), "--json", "serve"]) == 4
    assert json.loads(capsys.readouterr().out)["error"] == "provider.none"


def test_over_real_https(folder: Path, tmp_path: Path) -> None:
    """The installed command, its own certificate, the wallet's own client."""
    import socket
    import ssl
    import subprocess
    import sys
    import time

    from support.scheme import WALLETAANBIEDER

    from registrar import tls

    made = tls.make("localhost", now=clock.now(), entropy=clock.random_bytes)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "tls.pem").write_bytes(made.certificate)
    (folder / "tls.key").write_bytes(made.key)
    ca = folder / "ca.pem"
    ca.write_bytes(made.ca)
    (folder / "provider.toml").write_text(SETTINGS.replace("8446", str(port)))
    key = SCHEME.keys[WALLETAANBIEDER][f"{WALLETAANBIEDER}.attestation"]
    (folder / "attestation.key").write_bytes(jose.private_key_to_pem(key))
    (folder / "attestation.key").chmod(0o600)
    cli.run(["--home", str(folder), "init"])
    (folder / "attestation.pem").write_bytes(SCHEME.files[WALLETAANBIEDER]["attestation.pem"])
    server = subprocess.Popen(
        [sys.executable, "-m", "wallet.provider", "--home", str(folder), "serve"]
    )
    try:
        url = f"https://localhost:{port}"
        deadline = time.monotonic() + 20
        with httpx.Client(verify=ssl.create_default_context(cafile=ca)) as web:
            while True:
                try:
                    challenge = web.post(f"{url}/challenge").json()["challenge"]
                    break
                except httpx.ConnectError:
                    assert time.monotonic() < deadline
                    assert server.poll() is None
                    time.sleep(0.1)
            proof = vouch.possession(
                jose.KeySigner(KEYS[0]), provider=url, challenge=challenge, iat=clock.now()
            )
            assert web.post(f"{url}/attestation", json={"instance": proof}).status_code == 200
    finally:
        server.terminate()
        server.wait(10)
