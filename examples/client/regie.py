"""What a portal needs of Regie: start a session, read what came of it, believe a message.

Only httpx beside the standard library. Copy it, and keep the three checks it makes.
"""

import base64
import hmac
import json
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx

TOLERANCE = 300
"""Seconds that a message may be old: after that it could be one that somebody kept."""


class NotOurs(Exception):
    """A message that was not signed with our secret, or not now."""


@dataclass(frozen=True)
class Session:
    """A session that began: remember the id with your visitor, and send the browser to `page`."""

    id: str
    page: str


class Regie:
    """The interface of one organisation, with the key it gave us."""

    def __init__(self, base_url: str, key: str, tls_ca: str | None = None) -> None:
        self._http = httpx.Client(
            base_url=f"{base_url}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            verify=ssl.create_default_context(cafile=tls_ca),
            trust_env=False,
            timeout=10,
        )

    def start(self, profile: str, return_url: str, lang: str = "nl") -> Session:
        """Begin; sent again after a broken connection, it still begins once."""
        again = {"Idempotency-Key": secrets.token_urlsafe(24)}
        body = {"profile": profile, "lang": lang, "returnUrl": return_url}
        for last in (False, True):
            try:
                made = self._json(self._http.post("/sessions", json=body, headers=again))
                return Session(made["id"], made["pageUrl"])
            except httpx.TransportError:
                if last:
                    raise
        raise AssertionError

    def session(self, session: str) -> dict[str, Any]:
        """How a session stands; `result` is `None` until it is known whose it is."""
        return self._json(self._http.get(f"/sessions/{session}"))

    def registration(self, number: str, *fields: str) -> dict[str, Any]:
        """One registration; with `values` or `contact` its person sees that you looked."""
        asked = {"fields": ",".join(fields)} if fields else {}
        return self._json(self._http.get(f"/registrations/{number}", params=asked))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @staticmethod
    def _json(answer: httpx.Response) -> dict[str, Any]:
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def message(secret: str, headers: Mapping[str, str], body: bytes, now: int) -> dict[str, Any]:
    """A message that is certainly from the organisation (Standard Webhooks 1.0.0).

    The bytes are checked as they came, before they are read; `webhook-id` is the same when a
    message is sent again, so keep the ids you dealt with.
    """
    name, at = headers["webhook-id"], headers["webhook-timestamp"]
    if not at.isdigit() or abs(now - int(at)) > TOLERANCE:
        raise NotOurs
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{name}.{at}.".encode() + body, sha256).digest()
    signed = [one.partition(",") for one in headers["webhook-signature"].split(" ")]
    expected = base64.b64encode(made).decode()
    if not any(kind == "v1" and hmac.compare_digest(mac, expected) for kind, _, mac in signed):
        raise NotOurs
    told: dict[str, Any] = json.loads(body)
    return told
