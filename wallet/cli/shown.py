"""The question for machines (`share --show --json`): all that is stated, and no values."""

from credential.registration import Retention
from credential.strictjson import Json, Object
from wallet.cli.render import moment
from wallet.options import Option
from wallet.question import Asker, Question, Since
from wallet.request import VerifiedRequest
from wallet.service.share import Posed


def shown(posed: Posed) -> Object:
    """Who asks, why, what can be chosen and on which terms; null is "not stated"."""
    question, request = posed.question, posed.request
    every = dict.fromkeys(
        [*question.warnings, *(warn for one in question.options for warn in one.warnings)]
    )
    return {
        "request": posed.id,
        "asker": _asker(question.asker),
        **_stated(question, request),
        "changed": None if question.since is None else _changed(question.since),
        "transaction_data": [
            {
                "type": item.type,
                "credential_ids": [*item.credential_ids],
                "title": {"nl": item.title.nl, "en": item.title.en},
                "reference": item.reference,
                "application_hash": item.application_hash,
                "attachments": [
                    {"name": one.name, "sha256": one.sha256, "size": one.size}
                    for one in item.attachments
                ],
            }
            for _, item in request.transaction_data
        ],
        "warnings": [warn.value for warn in every],
        "over_asked": [*question.over_asked],
        "satisfiable": bool(question.options),
        "missing": [
            {"query": one.query, "lack": one.lack.value}
            for one in question.asked
            if one.lack is not None
        ],
        "parts": [{"query": one.query, "required": one.required} for one in question.asked],
        "sets": [[*sorted(one.names)] for one in question.options],
        "set_cards": [[*dict.fromkeys(p.card for p in one.picks)] for one in question.options],
        "set_always": [_always(one) for one in question.options],
        "set_policies": [_policies(one) for one in question.options],
        "set_warnings": [[warn.value for warn in one.warnings] for one in question.options],
        "not_asked": [{"title": one.title, "labels": [*one.labels]} for one in question.not_asked],
        "expires": None if request.expires_at is None else moment(request.expires_at),
    }


def _asker(asker: Asker) -> Object:
    return {
        "name": asker.name,
        "legal_name": asker.legal_name,
        "oin": asker.oin,
        "country": asker.country or None,
        "service_id": asker.service_id,
        "host": asker.host,
        "request_host": asker.request_host,
        "certificate_hosts": [*asker.hosts],
        "registered": asker.registered,
        "intermediary": asker.intermediary,
        "support": asker.support,
        "website": asker.website,
    }


def _stated(question: Question, request: VerifiedRequest) -> Object:
    registered = request.registration
    basis = question.legal_basis
    return {
        "purpose": None
        if registered is None
        else {
            "id": question.purpose_id,
            "nl": registered.purpose.nl,
            "en": registered.purpose.en,
        },
        "legal_basis": None
        if basis is None
        else [
            {"gdpr": one.gdpr, "nl": one.law.nl, "en": one.law.en, "uri": one.uri} for one in basis
        ],
        "retention": _retention(question.retention),
        "recipients": _texts(question.recipients),
        "privacy_policy": question.privacy_policy,
        "authority": None if question.authority is None else {**question.authority},
        "rights_endpoint": question.rights_endpoint,
    }


def _changed(since: Since) -> Object:
    """What is different from the last time, each as it was then."""
    changed = since.changed
    before = changed.before
    found: Object = {"more": [*since.more], "less": [*since.less]}
    if changed.purpose:
        purpose = before.purpose
        found["purpose_before"] = None if purpose is None else {"nl": purpose.nl, "en": purpose.en}
    if changed.retention:
        found["retention_before"] = _retention(before.retention)
    if changed.recipients:
        found["recipients_before"] = _texts(before.recipients)
    return found


def _always(option: Option) -> list[Json]:
    items = (item for pick in option.picks for item in pick.items if item.always)
    return [*dict.fromkeys(item.name for item in items)]


def _policies(option: Option) -> list[Json]:
    return [
        {"query": pick.query, "policy": pick.wish.uri, "verdict": pick.wish.verdict.value}
        for pick in option.picks
        if pick.wish is not None
    ]


def _retention(retention: Retention | None) -> Json:
    if retention is None:
        return None
    return {"duration": retention.duration, "starts": retention.starts}


def _texts(texts: tuple[str, ...] | None) -> Json:
    return None if texts is None else [*texts]
