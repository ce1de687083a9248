"""Settings for other systems: what is unsafe or half written is refused, by name."""

from hashlib import sha256
from pathlib import Path

import pytest
from support.api_client import SECRET, api_home, hook_table, secret

from verifier.errors import NotReady
from verifier.service import doctor, webhooks
from verifier.service.doctor import Level
from verifier.settings import api
from verifier.settings.api import Scope

KEY = "k" * 40
CLIENT = {
    "id": "portaal",
    "key_sha256": sha256(KEY.encode()).hexdigest(),
    "scopes": ["sessions", "webhooks"],
    "profiles": ["inschrijven"],
    "return_origins": ["https://portaal.example"],
}
HOOK = {
    "id": "portaal",
    "client": "portaal",
    "url": "https://portaal.example/hooks",
    "events": ["session.completed"],
    "secret_file": "hook.key",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    secret(tmp_path / "hook.key")
    return tmp_path


def parsed(home: Path, **more: object) -> api.Api:
    return api.parse({"api": {"client": [CLIENT], "webhook": [HOOK], **more}}, home)


def test_read(home: Path) -> None:
    found = parsed(home, allow_networks=["10.0.0.0/8"], deliver_in_serve=True)
    (client,), (hook,) = found.clients, found.hooks
    assert client.scopes == {Scope.SESSIONS, Scope.WEBHOOKS}
    assert client.holds(sha256(KEY.encode()).digest())
    assert not client.holds(sha256(b"x").digest())
    assert hook.secrets == (b"secret-secret-secret-secret",)
    assert found.deliver_in_serve
    assert KEY not in repr(found)
    assert "secret-secret" not in repr(found)


def test_nothing_written_is_no_interface(home: Path) -> None:
    found = api.parse({}, home)
    assert (found.clients, found.hooks, found.deliver_in_serve) == ((), (), False)


def test_key_in_a_file(home: Path) -> None:
    file = home / "key"
    file.write_text(f"{KEY}\n")
    raw = {name: value for name, value in CLIENT.items() if name != "key_sha256"}
    one = {"api": {"client": [raw | {"key_file": "key"}]}}
    file.chmod(0o644)
    with pytest.raises(NotReady, match=r"keys\.mode"):
        api.parse(one, home)
    file.chmod(0o600)
    assert api.parse(one, home).clients[0].holds(sha256(KEY.encode()).digest())
    file.write_text("kort")
    with pytest.raises(NotReady, match=r"key=api\.client\.key_file"):
        api.parse(one, home)
    one["api"]["client"][0]["key_file"] = "elders"
    with pytest.raises(NotReady, match=r"keys\.missing"):
        api.parse(one, home)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", "Portaal"),
        ("id", ""),
        ("scopes", []),
        ("scopes", ["alles"]),
        ("profiles", []),
        ("return_origins", ["https://portaal.example/pad"]),
        ("return_origins", ["http://portaal.example"]),
        ("return_origins", ["https://PORTAAL.example"]),
        ("return_origins", ["https://u@portaal.example"]),
        ("key_sha256", "abc"),
        ("key_sha256", []),
        ("rate_per_minute", 0),
        ("rate_per_minute", True),
    ],
)
def test_client_refused(home: Path, member: str, value: object) -> None:
    with pytest.raises(NotReady, match=r"config\.value"):
        api.parse({"api": {"client": [CLIENT | {member: value}]}}, home)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client", "onbekend"),
        ("url", "http://portaal.example/"),
        ("url", "https://u:p@portaal.example/"),
        ("url", "https://"),
        ("url", "https://portaal.example/#x"),
        ("url", "https://portaal.example/een spatie"),
        ("url", "https://portaal.example:poort/"),
        ("events", []),
        ("events", ["alles"]),
        ("secret_file", []),
    ],
)
def test_hook_refused(home: Path, member: str, value: object) -> None:
    with pytest.raises(NotReady, match=r"config\.value"):
        api.parse({"api": {"client": [CLIENT], "webhook": [HOOK | {member: value}]}}, home)


def test_a_hook_needs_its_scope(home: Path) -> None:
    with pytest.raises(NotReady, match=r"api\.webhook\.client"):
        api.parse({"api": {"client": [CLIENT | {"scopes": ["sessions"]}], "webhook": [HOOK]}}, home)


@pytest.mark.spec("Standard Webhooks 1.0.0", "Signature scheme", "a secret of 24 to 64 bytes")
@pytest.mark.parametrize("text", [SECRET.removeprefix("whsec_"), "whsec_kort", "whsec_***", ""])
def test_secret_refused(home: Path, text: str) -> None:
    file = home / "hook.key"
    file.write_text(text)
    with pytest.raises(NotReady, match=r"secret_file"):
        parsed(home)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("allow_networks", ["0.0.0.0/0"]),
        ("allow_networks", ["::/0"]),
        ("allow_networks", ["overal"]),
        ("deliver_in_serve", "ja"),
        ("contact", "iemand"),
        ("webhook_ca", 3),
        ("give_up_hours", 0),
        ("keep_days", 365),
        ("client", "portaal"),
        ("client", [CLIENT, CLIENT | {"key_sha256": "0" * 64}]),
        ("client", [CLIENT, CLIENT | {"id": "ander"}]),
    ],
)
def test_refused(home: Path, member: str, value: object) -> None:
    with pytest.raises(NotReady, match=r"config\.value"):
        parsed(home, **{member: value})


def test_doctor(tmp_path: Path) -> None:
    """Who may do what, a profile that is not open, and messages that do not get there."""
    made = api_home(tmp_path, hooks=hook_table())
    try:
        verifier = made.open()
        with verifier.store.writing() as connection:
            data = {"registration": "1111-2222-3333", "profile": "inschrijven"}
            webhooks.emit(connection, verifier, "registration.created", data, made.clock.at)
        found = {
            one.code: one
            for one in doctor.examine(made.home, made.clock.at + 90_000)
            if one.check == "api"
        }
        assert found["api_client"].level is Level.OK
        assert found["api_messages"].level is Level.WARNING
        assert found["api_messages"].params == {"waiting": 1, "given_up": 0}
        assert "1" in found["api_messages"].sentence("nl")
        assert "api_profile" not in found
        profile = made.home / "profiles" / "rechten.toml"
        profile.write_text(profile.read_text().replace("api = true", "api = false"))
        late = [one for one in doctor.examine(made.home, made.clock.at) if one.check == "api"]
        assert ("api_profile", Level.WARNING) in [(one.code, one.level) for one in late]
    finally:
        made.close()
