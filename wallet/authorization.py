"""Logging in at an issuer through the browser: what is pushed, and what may come back.

    Asked -> (pushed) -> browser -> (callback checked) -> code

Pure. Sources: RFC 9126; RFC 7636; RFC 9207; RFC 8252; OpenID4VCI 1.0 5; HAIP 1.0 4.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from credential import base64url, strictjson
from credential.names import GRANT_AUTHORIZATION_CODE
from credential.strictjson import Json, Object
from wallet import messages
from wallet.errors import ExitCode, WalletError
from wallet.fetch import Reply
from wallet.refusals import MessageError

RANDOM_BYTES: Final = 32
DETAIL: Final = "openid_credential"
MAX_CALLBACK: Final = 16_384
_CREATED: Final = 201
_REFUSED: Final = range(400, 500)


@dataclass(frozen=True)
class Asked:
    """One login under way: what only this wallet can answer when the browser comes back."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str

    @property
    def challenge(self) -> str:
        """The S256 challenge of the verifier (RFC 7636 4.2)."""
        return base64url.sha256(self.verifier)


def begin(redirect_uri: str, entropy: Callable[[int], bytes]) -> Asked:
    """A new login with its own `state` and verifier, 256 random bits each."""
    return Asked(
        state=base64url.encode(entropy(RANDOM_BYTES)),
        verifier=base64url.encode(entropy(RANDOM_BYTES)),
        redirect_uri=redirect_uri,
    )


def pushed_form(
    asked: Asked,
    wanted: Sequence[tuple[str, str | None]],
    *,
    issuer: str,
    servers_listed: bool,
    issuer_state: str | None,
) -> dict[str, str]:
    """What is pushed (RFC 9126 2.1); `wanted` are the configurations, each with its scope.

    By scope, as HAIP 1.0 4.2 wants it; kinds without one are asked by `authorization_details`.
    """
    form = {
        "response_type": "code",
        "redirect_uri": asked.redirect_uri,
        "code_challenge": asked.challenge,
        "code_challenge_method": "S256",
        "state": asked.state,
    }
    scopes = dict.fromkeys(scope for _, scope in wanted if scope is not None)
    if scopes:
        form["scope"] = " ".join(scopes)
    details = [_detail(name, issuer, servers_listed) for name, scope in wanted if scope is None]
    if details:
        form["authorization_details"] = strictjson.dumps(details).decode()
    if servers_listed:
        form["resource"] = issuer
    if issuer_state is not None:
        form["issuer_state"] = issuer_state
    return form


def _detail(configuration: str, issuer: str, servers_listed: bool) -> Json:
    found: Object = {"type": DETAIL, "credential_configuration_id": configuration}
    if servers_listed:
        # Which issuer this is for, where the server serves more than one (OpenID4VCI 1.0 5.1.1).
        found["locations"] = [issuer]
    return found


def read_pushed(reply: Reply) -> str:
    """The `request_uri` to send the browser with (RFC 9126 2.2)."""
    if reply.status in _REFUSED:
        reason = messages.error_code(reply.body)
        raise WalletError("get.refused", exit=ExitCode.NOT_TRUSTED, reason=reason or "?")
    if reply.status != _CREATED or reply.media_type != "application/json":
        raise MessageError("issuer.pushed", "RFC 9126 2.2")
    return messages.decode(reply.body, messages.Pushed, "issuer.pushed").request_uri


def browser_url(endpoint: str, *, client_id: str, request_uri: str) -> str:
    """What the browser opens: nothing in it but a reference (RFC 9126 4)."""
    scheme, netloc, path, query, _ = urlsplit(endpoint)
    ours = urlencode({"client_id": client_id, "request_uri": request_uri})
    return urlunsplit((scheme, netloc, path, f"{query}&{ours}" if query else ours, ""))


def read_callback(query: str, asked: Asked, *, server: str) -> str:
    """The code, if this answers our own login and comes from the server we sent the browser to.

    `state` keeps out the answer to somebody else's login (RFC 6749 10.12), `iss` that of another
    server (RFC 9207 2.4); both are looked at before anything else is believed.
    """
    parameters = _parameters(query)
    if not hmac.compare_digest(parameters.get("state", ""), asked.state):
        raise MessageError("callback.state", "RFC 6749 10.12")
    if parameters.get("iss") != server:
        raise MessageError("callback.iss", "RFC 9207 2.4")
    code, error = parameters.get("code"), parameters.get("error")
    if (code is None) == (error is None):
        raise MessageError("callback.malformed", "RFC 6749 4.1.2")
    if error == "access_denied":
        raise WalletError("get.denied", exit=ExitCode.DECLINED)
    if error is not None:
        reason = error if error.isascii() and error.isprintable() and len(error) <= 100 else "?"  # noqa: PLR2004
        raise WalletError("get.refused", exit=ExitCode.NOT_TRUSTED, reason=reason)
    assert code is not None
    if not code:
        raise MessageError("callback.malformed", "RFC 6749 4.1.2")
    return code


def _parameters(query: str) -> dict[str, str]:
    if len(query) > MAX_CALLBACK or not query.isascii():
        raise MessageError("callback.malformed", "RFC 6749 4.1.2")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=16)
    except ValueError:
        raise MessageError("callback.malformed", "RFC 6749 4.1.2") from None
    found = dict(pairs)
    if len(found) != len(pairs) or not all(value.isascii() for value in found.values()):
        raise MessageError("callback.malformed", "RFC 6749 3.1")
    return found


def code_form(code: str, asked: Asked) -> dict[str, str]:
    """The token request (RFC 6749 4.1.3, RFC 7636 4.5)."""
    return {
        "grant_type": GRANT_AUTHORIZATION_CODE,
        "code": code,
        "redirect_uri": asked.redirect_uri,
        "code_verifier": asked.verifier,
    }
