"""A portal's side of the interface: a key, requests, and answers held against the description."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import jsonschema
from support.verifier_home import VerifierHome, make_home

from verifier import config

KEY = "portaal-" + "k" * 40
OTHER_KEY = "ander-" + "o" * 40
READER_KEY = "lezer-" + "l" * 40
SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
PORTAL = "https://portaal.example"
HOOK = "https://portaal.example/hooks/regie"
ALL = ("sessions", "verdicts", "registrations", "registrations.values", "webhooks")
EVENTS = ("session.completed", "registration.created", "registration.completed",
          "registration.ended", "data.erased", "right.asked")  # fmt: skip


def client_table(name: str, key: str, scopes: tuple[str, ...] = ALL, **more: Any) -> str:
    lines = [
        "[[api.client]]",
        f'id = "{name}"',
        f'key_sha256 = "{sha256(key.encode()).hexdigest()}"',
        f"scopes = {list(scopes)}",
        f"profiles = {more.pop('profiles', ['inschrijven', 'profiel-aanvullen'])}",
        f'return_origins = ["{PORTAL}"]',
        *(f"{member} = {value!r}" for member, value in more.items()),
    ]
    return "\n".join(lines).replace("'", '"') + "\n"


def hook_table(name: str = "portaal", url: str = HOOK, client: str = "portaal") -> str:
    return (
        f'[[api.webhook]]\nid = "{name}"\nclient = "{client}"\nurl = "{url}"\n'
        f"events = {list(EVENTS)}\n".replace("'", '"')
        + f'secret_file = "keys/webhook.{name}.key"\n'
    )


DEFAULT = (
    client_table("portaal", KEY)
    + client_table("ander", OTHER_KEY, profiles=["rechten"])
    + client_table("lezer", READER_KEY, ("sessions", "registrations"))
)


def with_api(home: VerifierHome, tables: str = DEFAULT, hooks: str = "") -> VerifierHome:
    """The home with these clients, as its administrator would write them."""
    file = home.home / config.FILE
    file.write_text(f"{file.read_text()}\n[api]\n{hooks.partition('[[')[0]}\n{tables}\n"
                    + (f"[[{hooks.partition('[[')[2]}" if "[[" in hooks else ""))  # fmt: skip
    for name in ("portaal", "tweede"):
        secret(home.home / "keys" / f"webhook.{name}.key")
    for profile in (home.home / "profiles").glob("*.toml"):
        text = profile.read_text("utf-8").replace("\napi = false", "\napi = true")
        if "\napi = " not in text:
            text = f"api = true\n{text}"
        profile.write_text(text, "utf-8")
    return home


def secret(file: Path) -> None:
    file.write_text(SECRET)
    file.chmod(0o600)


def api_home(
    folder: Path, hooks: str = "", tables: str = DEFAULT, database: str = ""
) -> VerifierHome:
    return with_api(make_home(folder, database=database), tables, hooks)


@dataclass
class Portal:
    """Asks with one key; every answer is held against the served description."""

    home: VerifierHome
    key: str | None = KEY
    document: dict[str, Any] = field(default_factory=dict)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def work() -> httpx.Response:
            async with self.home.client() as http:
                return await self.asked(http, method, path, **more)

        return asyncio.run(work())

    async def asked(
        self, http: httpx.AsyncClient, method: str, path: str, **more: Any
    ) -> httpx.Response:
        headers = {} if self.key is None else {"authorization": f"Bearer {self.key}"}
        headers |= more.pop("headers", {})
        if path.startswith("/") and not path.startswith("/api/"):
            path = f"/api/v1{path}"
        answer = await http.request(method, path, headers=headers, **more)
        if not self.document:
            self.document = (await http.get("/api/v1/openapi.json")).json()
        self.check(method, path.partition("?")[0], answer)
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.send("POST", path, json=body, **more)

    def check(self, method: str, path: str, answer: httpx.Response) -> None:
        """What was answered is what the description says it could be (with jsonschema)."""
        assert answer.headers["api-version"] == self.document["info"]["version"]
        assert answer.headers["cache-control"] == "no-store"
        operation = operation_of(self.document, method, httpx.URL(path).path)
        if operation is None or method == "HEAD":
            return
        described = operation["responses"][str(answer.status_code)]
        (media,) = described["content"]
        assert answer.headers["content-type"] == media
        schema = described["content"][media]["schema"]
        validator = jsonschema.Draft202012Validator(
            {**schema, "components": self.document["components"]},
            format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
        )
        validator.validate(answer.json())


def operation_of(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """The operation described for this path, with the names in it filled in."""
    parts = path.removeprefix("/api/v1").split("/")
    for template, methods in document["paths"].items():
        known = template.split("/")
        if len(known) == len(parts) and all(
            one == other or one.startswith("{") for one, other in zip(known, parts, strict=True)
        ):
            return methods.get(method.lower())
    return None


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)
