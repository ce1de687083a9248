"""`serve-register` and `sync-brp` as a functional manager runs them, over real https."""

import io
import json
import sys

import pytest
from support.changing import VERHUISD
from support.issuer_home import API_KEY, DATA, RESIDENT
from support.register import over_https
from support.wallet_simulator import cards_of, new_key

from issuer import cli, clock
from issuer.web import server

SECRET = "secret-of-the-client"


@pytest.fixture
def run(town, monkeypatch, capsys):
    monkeypatch.setattr(clock, "now", lambda: town.now)
    monkeypatch.setenv("REGIE_LANG", "nl")

    def command(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["regie-issuer", "--home", str(town.home), *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code = 0
        try:
            cli.main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def served(town, run, monkeypatch, tmp_path):
    """The register that the command would serve, on a port of our own."""
    made = []
    monkeypatch.setattr(server, "listen", lambda app, **_more: made.append(app))
    for name in ("tls.pem", "tls.key"):
        (town.home / name).touch()
    secret = town.home / "client-secret"
    secret.touch(0o600)
    secret.write_text(SECRET)
    code, _, err = run(
        "serve-register",
        *("--data", str(DATA), "--port", "1"),
        *("--tls-cert", str(town.home / "tls.pem"), "--tls-key", str(town.home / "tls.key")),
        *("--changes", str(town.home / "changes.jsonl")),
        *("--client-id", "regie", "--client-secret-file", str(secret)),
    )
    assert code == 0, err
    with over_https(made[0], tmp_path / "tls") as (base, ca):
        yield base, ca


def settings(town, base: str, ca, more: str = "") -> None:
    text = (town.home / "issuer.toml").read_text()
    old = 'url = "https://localhost:8445"\n'
    new = f'url = "{base}"\ntls_ca = "{ca}"\nretries = 0\nseconds = 5.0\n{more}'
    assert text.count(old) == 1
    (town.home / "issuer.toml").write_text(text.replace(old, new))


def issue(town) -> None:
    wallet, _ = town.confirmed(("woonadres",))
    cards_of(wallet.ask_cards("woonadres", [new_key(), new_key()]))


def happens(town, patch: dict) -> None:
    with (town.home / "changes.jsonl").open("a") as file:
        file.write(json.dumps({"burgerservicenummer": RESIDENT, "persoon": patch}) + "\n")


@pytest.mark.spec("Architecture", "Commands", "sync-brp: what it did, nobody named")
def test_a_move_in_the_register_ends_the_card(town, run, served):
    settings(town, *served)
    issue(town)
    happens(town, VERHUISD)
    code, out, err = run("sync-brp", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "version": 1,
        "changed": 1,
        "asked": 1,
        "revoked": {"moved": 2},
        "renewable": 0,
        "failed": 0,
        "errors": [],
    }
    code, out, _ = run("sync-brp")
    assert code == 0
    assert "1 personen met een wijziging, 0 daarvan" in out


def test_with_a_token_instead_of_a_key_and_in_words(town, run, served):
    base, ca = served
    (town.home / "keys" / "brp-api-key").write_text("not the key")
    more = (
        f'token_url = "{base}/oauth/token"\nclient_id = "regie"\n'
        'client_secret_file = "client-secret"\n'
    )
    settings(town, base, ca, more)
    issue(town)
    happens(town, {**VERHUISD, "geheimhoudingPersoonsgegevens": True})
    code, out, err = run("sync-brp")
    assert (code, err) == (0, "")
    assert "2 exemplaren ingetrokken: verhuisd." in out
    for secret in (RESIDENT, SECRET, API_KEY):
        assert secret not in out


def test_a_register_that_is_not_there(town, run):
    settings(town, "https://localhost:1", town.home / "tls-ca.pem")
    from support.register import make_certificate

    ca, _, _ = make_certificate(town.home / "ca")
    (town.home / "tls-ca.pem").write_bytes(ca.read_bytes())
    code, _, err = run("sync-brp")
    assert code == 6
    assert "niet bereikbaar" in err


def test_somebody_who_fails_is_counted_and_not_named(town, run, served):
    settings(town, *served)
    issue(town)
    happens(town, {**VERHUISD, "geboorte": {"datum": {"type": "Datum", "datum": "x"}}})
    code, out, err = run("sync-brp", "--json")
    assert code == 6
    found = json.loads(out)
    assert (found["failed"], found["errors"]) == (1, ["brp.unavailable"])
    assert "Bij 1 personen lukte het niet (brp.unavailable)" in err
    assert RESIDENT not in out + err


def test_the_secret_and_the_client_go_together(town, run):
    for name in ("tls.pem", "tls.key"):
        (town.home / name).touch()
    pair = ("--tls-cert", str(town.home / "tls.pem"), "--tls-key", str(town.home / "tls.key"))
    code, _, err = run(
        "serve-register", "--data", str(DATA), "--port", "1", *pair, "--client-id", "x"
    )
    assert code == 2
    assert "--client-secret-file" in err


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('token_url = "https://x.example"\n', "brp.token_url"),
        (
            'token_url = "http://x.example"\nclient_id = "a"\nclient_secret_file = "b"\n',
            "brp.token_url",
        ),
        ('changes_url = "http://x.example"\n', "brp.changes_url"),
        ('tls_cert = "x"\n', "brp.tls_cert"),
    ],
)
def test_unsafe_settings_are_refused_by_name(town, run, more, key):
    settings(town, "https://localhost:8445", "ca.pem", more)
    code, _, err = run("sync-brp")
    assert code == 4
    assert key in err


@pytest.mark.parametrize(
    ("name", "value"), [("seconds", "0.0"), ("seconds", "61.0"), ("retries", "9")]
)
def test_limits_of_the_settings(town, run, name, value):
    text = (town.home / "issuer.toml").read_text()
    (town.home / "issuer.toml").write_text(text.replace("[brp]\n", f"[brp]\n{name} = {value}\n"))
    code, _, err = run("sync-brp")
    assert code == 4
    assert f"brp.{name}" in err
