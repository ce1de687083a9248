"""An authorization request as it was pushed, checked before any browser sees it.

Pure. Sources: RFC 6749 4.1; RFC 7636; RFC 8252; RFC 8707; RFC 9126; RFC 9396; RFC 9449 10;
OpenID4VCI 1.0 5; HAIP 1.0 4.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from credential import base64url
from issuer import forms
from issuer.config import Client
from issuer.errors import WalletFault
from issuer.forms import invalid
from issuer.policies import LOOPBACK, on_device

REQUEST_URI: Final = "urn:ietf:params:oauth:request_uri:"
_MAX_URI: Final = 2_000
_MAX_VALUE: Final = 1_024
_SHA256: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
_VISIBLE: Final = re.compile(r"[\x21-\x7E]+\Z")
_STATE: Final = re.compile(r"[\x20-\x7E]*\Z")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a wallet asked for. It has no repr: `state` is the wallet's secret."""

    client_id: str
    redirect_uri: str
    kinds: tuple[str, ...]
    identifiers: bool
    """It asked with `authorization_details`, and uses credential identifiers from then on."""
    code_challenge: str
    state: str | None = None
    jkt: str | None = None
    """The DPoP key that the code is bound to (RFC 9449, 10)."""
    instance: str | None = None
    """Thumbprint of the attested key of this wallet; the token request must prove it again."""

    def __repr__(self) -> str:
        return "Request()"


@dataclass(frozen=True)
class Rules:
    """What this server lets anyone ask."""

    issuer: str
    kinds: Sequence[str]
    clients: Sequence[Client]
    haip: bool


@dataclass(frozen=True, repr=False)
class Caller:
    """Who pushes, as far as it was proved: attested, or by name alone."""

    attested: str | None
    """The `client_id` that a wallet provider vouches for."""
    instance: str | None
    jkt: str | None
    """The key of the DPoP proof that came along."""


def read(form: dict[str, str], rules: Rules, caller: Caller) -> tuple[Request, str | None]:
    """The request in this form, and its `issuer_state`; raises `WalletFault`."""
    if "request_uri" in form:
        raise invalid("authorize.request_uri", "RFC 9126 2.1")
    if "request" in form:
        raise WalletFault("request_not_supported", "authorize.request", "RFC 9101 6.3")
    client_id = form.get("client_id")
    if not client_id or len(client_id) > _MAX_VALUE or not _VISIBLE.match(client_id):
        raise invalid("authorize.client_id")
    if form.get("response_type") is None:
        raise invalid("authorize.response_type", "RFC 6749 3.1.1")
    if form["response_type"] != "code":
        raise WalletFault("unsupported_response_type", "authorize.response_type", "RFC 6749 3.1.1")
    if form.get("response_mode", "query") != "query":
        raise invalid("authorize.response_mode")
    if form.get("resource", rules.issuer) != rules.issuer:
        raise WalletFault("invalid_target", "authorize.resource", "RFC 8707 2")
    state = form.get("state")
    if state is not None and (len(state) > _MAX_VALUE or not _STATE.match(state)):
        raise invalid("authorize.state")
    kinds, identifiers = _kinds(form, rules)
    request = Request(
        client_id=client_id,
        redirect_uri=_redirect_uri(form, client_id, rules, caller),
        kinds=kinds,
        identifiers=identifiers,
        code_challenge=_challenge(form),
        state=state,
        jkt=_jkt(form, caller),
        instance=caller.instance,
    )
    issuer_state = form.get("issuer_state")
    if issuer_state is not None and not issuer_state:
        raise invalid("authorize.issuer_state", "OpenID4VCI 1.0 5.1.3")
    return request, issuer_state


def require_client(client_id: str, clients: Sequence[Client]) -> Client:
    """The public wallet with this name; one that is not registered is nobody's."""
    found = next((one for one in clients if one.id == client_id), None)
    if found is None:
        raise WalletFault("invalid_client", "client.unknown", "RFC 6749 5.2", status=401)
    return found


def verifier_fits(verifier: str, challenge: str) -> bool:
    """Whether this is the verifier behind the challenge (RFC 7636, 4.6; S256 alone)."""
    if not _VERIFIER.match(verifier):
        return False
    return hmac.compare_digest(base64url.sha256(verifier), challenge)


def redirect(request: Request, issuer: str, answer: Mapping[str, str]) -> str:
    """Where the browser goes back to, with the answer, `state` and `iss` (RFC 9207, 2)."""
    scheme, netloc, path, query, _ = urlsplit(request.redirect_uri)
    ours = {**answer, "iss": issuer}
    if request.state is not None:
        ours["state"] = request.state
    added = urlencode(ours)
    return urlunsplit((scheme, netloc, path, f"{query}&{added}" if query else added, ""))


def _kinds(form: dict[str, str], rules: Rules) -> tuple[tuple[str, ...], bool]:
    """What is asked: details decide, each scope value is read on its own (OpenID4VCI 1.0, 5.1)."""
    scope, given = form.get("scope"), form.get("authorization_details")
    by_scope = [one for one in (scope or "").split(" ") if one in rules.kinds]
    if rules.haip and not by_scope:
        raise WalletFault("invalid_scope", "authorize.scope_required", "HAIP 1.0 4.2")
    if given is None:
        if not by_scope:
            raise WalletFault("invalid_scope", "authorize.scope", "OpenID4VCI 1.0 5.1.2")
        return tuple(dict.fromkeys(by_scope)), False
    by_details = forms.details(given, rules.issuer)
    if not set(by_details) <= set(rules.kinds):
        raise WalletFault("invalid_authorization_details", "authorize.kind", "RFC 9396 5")
    return tuple(dict.fromkeys((*by_details, *by_scope))), True


def _challenge(form: dict[str, str]) -> str:
    challenge = form.get("code_challenge")
    if challenge is None:
        raise invalid("authorize.pkce_missing", "RFC 7636 4.4.1")
    # Without a method it would be `plain`, which gives the verifier away.
    if form.get("code_challenge_method") != "S256":
        raise invalid("authorize.pkce_method", "RFC 7636 4.4.1")
    if not _SHA256.match(challenge):
        raise invalid("authorize.pkce_challenge", "RFC 7636 4.2")
    return challenge


def _jkt(form: dict[str, str], caller: Caller) -> str | None:
    named = form.get("dpop_jkt")
    if named is None:
        return caller.jkt
    if not _SHA256.match(named):
        raise invalid("authorize.dpop_jkt", "RFC 9449 10")
    if caller.jkt is not None and caller.jkt != named:
        raise WalletFault("invalid_dpop_proof", "authorize.dpop_jkt_other", "RFC 9449 10.1")
    return named


def _redirect_uri(form: dict[str, str], client_id: str, rules: Rules, caller: Caller) -> str:
    uri = form.get("redirect_uri")
    if not uri:
        raise invalid("authorize.redirect_uri_missing", "RFC 9126 2.4")
    if len(uri) > _MAX_URI or not _VISIBLE.match(uri) or "#" in uri or not _readable(uri):
        raise invalid("authorize.redirect_uri", "RFC 6749 3.1.2")
    if caller.attested is not None:
        # Who is authenticated may set its own, if only this device can receive it (RFC 9126, 2.4).
        # An attestation says that a wallet holds its key, not whose server an address is: https
        # has to be registered, or anybody could have another's login sent to their own.
        registered = [one for one in rules.clients if one.id == client_id]
        allowed = on_device(uri) or any(
            _same(uri, address) for one in registered for address in one.redirect_uris
        )
    else:
        client = require_client(client_id, rules.clients)
        allowed = any(_same(uri, one) for one in client.redirect_uris)
    if not allowed:
        raise invalid("authorize.redirect_uri", "RFC 9126 2.4")
    return uri


def _readable(uri: str) -> bool:
    """Whether every reader takes it for the same address."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
        parse_qsl(parts.query, strict_parsing=bool(parts.query), keep_blank_values=True)
    except ValueError:
        return False
    return "\\" not in uri and parts.username is None and parts.password is None


def _same(uri: str, registered: str) -> bool:
    """Exactly the registered one, but for the port of a loopback address (RFC 8252, 7.3)."""
    if uri == registered:
        return True
    parts, wanted = urlsplit(uri), urlsplit(registered)
    if wanted.scheme != "http" or wanted.hostname not in LOOPBACK:
        return False
    bare = parts._replace(netloc=parts.netloc.rpartition(":")[0] or parts.netloc)
    return parts.port is not None and urlunsplit(bare) == urlunsplit(
        wanted._replace(netloc=_without_port(wanted.netloc))
    )


def _without_port(netloc: str) -> str:
    host, separator, port = netloc.rpartition(":")
    return host if separator and port.isdigit() else netloc
