"""Settings for employees: where they log in, what their roles are called there, how long."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from verifier.errors import NotReady
from verifier.staff import Role

_LONGEST_NAME: Final = 100


@dataclass(frozen=True)
class Staff:
    """`[staff]`: without it there are no pages for employees."""

    issuer: str
    client_id: str
    client_secret_file: Path
    scopes: tuple[str, ...]
    acr_values: tuple[str, ...]
    tls_ca: Path | None
    roles_claim: str
    roles: dict[str, Role]
    """What the provider calls each role."""
    name_claim: str
    session_minutes: int
    """After so long without a page an employee logs in again."""
    longest_hours: int
    """And after so long in any case."""
    log_months: int
    """How long it stays on record who did what."""


def parse(raw: dict[str, Any], home: Path) -> Staff | None:
    """Read `[staff]`; what is unsafe is named."""
    table = raw.get("staff")
    if table is None:
        return None
    if not isinstance(table, dict):
        raise _wrong("staff")
    issuer = _text(table, "issuer")
    url = urlsplit(issuer)
    if url.scheme != "https" or not url.hostname or url.username or url.query or url.fragment:
        raise _wrong("staff.issuer")
    names = {role: _text(table, f"{role.value}_role", role.value) for role in Role}
    if len(set(names.values())) != len(names):
        # One name for two roles would make the choice between them meaningless.
        raise _wrong("staff.audit_role")
    scopes = _texts(table, "scopes", ("openid",))
    if "openid" not in scopes:
        raise _wrong("staff.scopes")
    authority = table.get("tls_ca", "")
    if not isinstance(authority, str):
        raise _wrong("staff.tls_ca")
    return Staff(
        issuer=issuer,
        client_id=_text(table, "client_id"),
        client_secret_file=(home / _text(table, "client_secret_file")).resolve(),
        scopes=scopes,
        acr_values=_texts(table, "acr_values", ()),
        tls_ca=(home / authority).resolve() if authority else None,
        roles_claim=_text(table, "roles_claim", "roles"),
        roles={name: role for role, name in names.items()},
        name_claim=_text(table, "name_claim", "preferred_username"),
        session_minutes=_number(table, "session_minutes", 30, 1, 120),
        longest_hours=_number(table, "longest_hours", 10, 1, 12),
        log_months=_number(table, "log_months", 13, 6, 60),
    )


def _wrong(key: str) -> NotReady:
    return NotReady("config.value", "", key=key)


def _text(table: dict[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST_NAME:
        raise _wrong(f"staff.{key}")
    return value


def _texts(table: dict[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = table.get(key, list(default))
    if not isinstance(value, list) or any(not isinstance(one, str) or not one for one in value):
        raise _wrong(f"staff.{key}")
    return tuple(value)


def _number(table: dict[str, Any], key: str, default: int, low: int, high: int) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _wrong(f"staff.{key}")
    return value
