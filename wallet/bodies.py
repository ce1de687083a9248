"""What the log says of a disclosure, from what was verified; no values (formats.md 2)."""

from collections.abc import Iterable, Sequence
from typing import Final

from credential.names import path_text
from credential.plaintext import terminal_safe
from credential.registration import LegalBasis, Registration
from credential.strictjson import Json, Object
from wallet.caution import Warn
from wallet.options import Option
from wallet.question import Question
from wallet.request import VerifiedRequest
from wallet.sharing import Prepared, digests_of

_STATED: Final = (
    "intermediary",
    "purpose",
    "legal_basis",
    "retention",
    "shared_with",
    "policy_url",
    "authority",
    "registrar_url",
    "rights_endpoint",
)
"""What a registration would say."""


def received(request: VerifiedRequest, question: Question, peers: Sequence[str]) -> Object:
    """The body of `request.received`: who, why, what was asked, how long, with whom."""
    registered = request.registration
    return {
        **(_unregistered(request) if registered is None else _registered(registered)),
        "asked": [
            {
                "query": one.query,
                "vct": one.vcts[0] if one.vcts else "",
                "paths": [path_text(path) for path in one.paths],
                "required": one.required,
            }
            for one in question.asked
        ],
        "transaction_types": [*dict.fromkeys(item.type for _, item in request.transaction_data)],
        "warnings": [{"code": one.value, "accepted": False} for one in question.warnings],
        "peers": [*peers],
    }


def intended(
    request: VerifiedRequest,
    question: Question,
    option: Option,
    prepared: Prepared,
    accepted: Iterable[Warn],
    peers: Sequence[str],
) -> Object:
    """The body of `share.intended`: all of the above, and what is about to leave."""
    agreed = frozenset(accepted)
    return {
        **received(request, question, peers),
        "shared": [
            {
                "query": one.query,
                "vct": one.vct,
                "issuer": one.issuer,
                "paths": [path_text(item.path) for item in pick.items],
                "digests": digests_of(one),
            }
            for pick, one in zip(option.picks, prepared.released, strict=True)
        ],
        "warnings": [{"code": one.value, "accepted": one in agreed} for one in option.warnings],
        **_policies(option),
    }


def _registered(registered: Registration) -> Object:
    """What the registration certificate states; what it does not state is null."""
    retention, rights = registered.retention, registered.rights
    return {
        "party": party(registered),
        "intermediary": None
        if registered.intermediary is None
        else {"name": str(registered.intermediary)},
        "registered": "yes",
        "purpose": {
            "id": registered.intended_use_id,
            "nl": registered.purpose.nl,
            "en": registered.purpose.en,
        },
        "legal_basis": legal_basis(registered.legal_basis),
        "retention": None
        if retention is None
        else {
            "duration": retention.duration,
            "starts": retention.starts,
            "nl": retention.text.nl,
            "en": retention.text.en,
        },
        "shared_with": None if registered.recipients is None else [*registered.recipients],
        "policy_url": registered.privacy_policy,
        "authority": {**registered.authority},
        "registrar_url": registered.registry_uri,
        "rights_endpoint": None if rights is None else rights.uri,
    }


def _unregistered(request: VerifiedRequest) -> Object:
    """What a certificate of another scheme says of its holder, and that nothing else is stated."""
    leaf, (identifier, service) = request.leaf, request.party_key
    name = leaf.common_name or leaf.organization or request.response_host
    contacts = {"email": next(iter(leaf.emails), "")}
    nothing: dict[str, Json] = dict.fromkeys(_STATED)
    return {
        **nothing,
        "party": {
            "name": terminal_safe(name),
            "oin": terminal_safe(identifier),
            "service_id": terminal_safe(service),
            "service_name": terminal_safe(name),
            "country": terminal_safe(leaf.country),
            "contacts": {kind: terminal_safe(value) for kind, value in contacts.items() if value},
        },
        "registered": "no",
    }


def _policies(option: Option) -> Object:
    """What issuers wanted of who sees their cards, and whether this went against it (EDP_07)."""
    found: list[Json] = [
        {
            "query": pick.query,
            "policy": pick.wish.uri,
            "verdict": pick.wish.verdict.value,
            "overruled": not pick.wish.verdict.met,
        }
        for pick in option.picks
        if pick.wish is not None
    ]
    return {"policies": found} if found else {}


def party(registered: Registration) -> Object:
    """Who asks, and how to reach them."""
    rights = registered.rights
    contacts: dict[str, Json] = {"uri": registered.support_uri}
    if rights is not None:
        contacts |= {"email": rights.email, "phone": rights.phone}
    return {
        "name": registered.name,
        "oin": registered.oin,
        "service_id": registered.service_id,
        "service_name": registered.name,
        "country": registered.country,
        "contacts": {name: value for name, value in contacts.items() if value},
    }


def legal_basis(stated: tuple[LegalBasis, ...] | None) -> Json:
    """The grounds as stated, or None where none was."""
    if not stated:
        return None
    laws = [one.law for one in stated if one.law.nl or one.law.en]
    return {
        "gdpr": [one.gdpr for one in stated],
        "law": {
            "nl": "; ".join(law.nl for law in laws),
            "en": "; ".join(law.en or law.nl for law in laws),
        },
        "uri": next((one.uri for one in stated if one.uri), None),
    }
