"""The services of one issuer in the list of issuers: what it may sign, and since when.

Kinds with the same life share a service. The members of TS 119 602 speak of now and before;
what is announced for later stands in our own extension (Regie trust 4.4, 4.5).
"""

from collections.abc import Sequence
from typing import Final

from cryptography import x509

from credential import base64url
from credential.names import (
    SERVICE_EXTENSION,
    STATUS_NOTIFIED,
    STATUS_WITHDRAWN,
    SVC_CARD_ISSUANCE,
    SVC_CARD_REVOCATION,
)
from credential.strictjson import Json, Object
from credential.trust import Role
from credential.trust.leaf import seconds
from credential.trust.spans import Span, at
from registrar import listwords
from registrar.authority import Authority
from registrar.certificates import Pair
from registrar.party import Issuing, vct

NOT_YET: Final = "not_yet"
"""The reason of a service that stands in the list before its first day."""

_STATUSES: Final = {"notified": STATUS_NOTIFIED, "withdrawn": STATUS_WITHDRAWN}
_CARDS: Final = "Uitgifte van kaarten"
_STATUS: Final = "Status van kaarten"


def services(authority: Authority, issuing: Issuing, *, now: int) -> list[Json]:
    """One issuing service per authority and group of kinds, one status service per authority."""
    return [
        *(
            _service(
                SVC_CARD_ISSUANCE,
                _CARDS,
                pair,
                spans,
                now,
                {
                    "vcts": [vct(kind) for kind in kinds],
                    "issuer_hosts": [*issuing.service.hosts],
                    "status_prefix": issuing.status_prefix,
                    "status_aggregation": issuing.status_aggregation,
                },
            )
            for pair in authority.listed(Role.CARD)
            for spans, kinds in groups(issuing)
        ),
        *(
            _service(SVC_CARD_REVOCATION, _STATUS, pair, issuing.spans(), now, {})
            for pair in authority.listed(Role.STATUS)
        ),
    ]


def groups(issuing: Issuing) -> list[tuple[tuple[Span, ...], tuple[str, ...]]]:
    """The kinds by the life they share, in the order of their admission."""
    found: dict[tuple[Span, ...], list[str]] = {}
    for kind in issuing.kinds:
        found.setdefault(issuing.spans(kind), []).append(kind)
    return [(spans, tuple(kinds)) for spans, kinds in found.items() if spans]


def ended(issuing: Issuing, now: int) -> str | None:
    """Why the issuer as a whole may issue nothing any more; `None` while it may, or is paused."""
    span = at(issuing.spans(), now)
    if span is None or span.state == "notified":
        return None
    return span.reason if span.reason in ("merged", "ceased", "compromised") else None


def _service(
    kind: str, title: str, pair: Pair, spans: Sequence[Span], now: int, own: Object
) -> Json:
    begun = [span for span in spans if span.since <= now]
    # A service that nobody may believe yet is not shown as one that is in force: not since the
    # key is there, which is a moment that is the same in every publication.
    known = min(now, seconds(pair.certificate.not_valid_before_utc))
    present = begun[-1] if begun else Span(known, "withdrawn", NOT_YET)
    extension = own | _reason(present)
    coming = [_coming(span) for span in spans if span.since > now]
    if coming:
        extension["announced"] = coming
    service: Object = {
        # A withdrawn service keeps its certificate here: history names only key identifiers.
        "ServiceInformation": _state(
            kind,
            title,
            {"X509Certificates": [{"val": base64url.encode_padded(pair.der)}]},
            present,
            extension,
        )
    }
    if begun[:-1]:
        identity: Object = {"X509SKIs": [_key_identifier(pair)]}
        service["ServiceHistory"] = [
            _state(kind, title, identity, span, _reason(span)) for span in reversed(begun[:-1])
        ]
    return service


def _state(kind: str, title: str, identity: Object, span: Span, extension: Object) -> Object:
    found: Object = {
        "ServiceName": listwords.nl(title),
        "ServiceTypeIdentifier": kind,
        "ServiceDigitalIdentity": identity,
        "ServiceStatus": _STATUSES[span.state],
        "StatusStartingTime": listwords.moment(span.since),
    }
    if extension:
        found["ServiceInformationExtensions"] = [listwords.own(SERVICE_EXTENSION, extension)]
    return found


def _reason(span: Span) -> Object:
    return {} if span.reason is None else {"withdrawal_reason": span.reason}


def _coming(span: Span) -> Json:
    return {"state": span.state, "since": listwords.moment(span.since), **_without(span)}


def _without(span: Span) -> Object:
    return {} if span.reason is None else {"reason": span.reason}


def _key_identifier(pair: Pair) -> str:
    own = pair.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return base64url.encode_padded(own.value.digest)
