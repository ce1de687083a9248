"""The shape of a list of trusted entities, member by member (TS 119 602 JSON binding).

Every level is closed: a member nobody knows, an empty array, a boolean for an integer or a date
with a fraction refuses the whole list.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

from credential.errors import Malformed
from credential.strictjson import Json, Object

Shape: TypeAlias = Callable[[Json, str], None]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+\Z")
_SECTION: Final = "TS 119 602"


def moment(value: Json) -> int:
    """The seconds of `YYYY-MM-DDThh:mm:ssZ`, the only form allowed (TS 119 602 6.1.3)."""
    if not isinstance(value, str) or not _MOMENT.match(value):
        raise Malformed("lote.moment", _SECTION)
    try:
        return int(datetime.fromisoformat(value).timestamp())
    except ValueError:
        raise Malformed("lote.moment", _SECTION) from None


def check_list(document: Object) -> None:
    """The document is one LoTE of the official schema, closed at every level."""
    _DOCUMENT(document, "LoTE")


def _text(value: Json, where: str) -> None:
    if not isinstance(value, str) or not value:
        raise Malformed("lote.text", _SECTION, member=where)


def _uri(value: Json, where: str) -> None:
    if not isinstance(value, str) or not _URI.match(value):
        raise Malformed("lote.uri", _SECTION, member=where)


def _integer(value: Json, where: str) -> None:
    if type(value) is not int:
        raise Malformed("lote.integer", _SECTION, member=where)


def _positive(value: Json, where: str) -> None:
    if type(value) is not int or value < 1:
        raise Malformed("lote.integer", _SECTION, member=where)


def _territory(value: Json, where: str) -> None:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{2}", value):
        raise Malformed("lote.territory", _SECTION, member=where)


def _moment(value: Json, _where: str) -> None:
    moment(value)


def _moment_or_null(value: Json, _where: str) -> None:
    if value is not None:
        moment(value)


def _anything(_value: Json, _where: str) -> None:
    pass


def _extension(value: Json, where: str) -> None:
    """An extension of our form; one we do not know may not be critical (clause 6.6.9)."""
    if not isinstance(value, dict):
        raise Malformed("lote.extension", _SECTION, member=where)


def _array(item: Shape) -> Shape:
    def check(value: Json, where: str) -> None:
        if not isinstance(value, list) or not value:
            raise Malformed("lote.array", _SECTION, member=where)
        for one in value:
            item(one, where)

    return check


def _members(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    known = {**required, **(optional or {})}

    def check(value: Json, where: str) -> None:
        if not isinstance(value, dict):
            raise Malformed("lote.object", _SECTION, member=where)
        for name in required:
            if name not in value:
                raise Malformed("lote.missing", _SECTION, member=name)
        for name, one in value.items():
            if name not in known:
                # The name comes from outside: say where, not what.
                raise Malformed("lote.unknown_member", _SECTION, member=where)
            known[name](one, name)

    return check


def _policy(value: Json, where: str) -> None:
    """All policies or all notices, not mixed."""
    _array(_anything)(value, where)
    assert isinstance(value, list)
    for form in (_members({"LoTEPolicy": _ML_URI}), _members({"LoTELegalNotice": _text})):
        try:
            _array(form)(value, where)
        except Malformed:
            continue
        return
    raise Malformed("lote.policy", _SECTION, member=where)


_ML_TEXT: Final = _members({"lang": _text, "value": _text})
_ML_URI: Final = _members({"lang": _text, "uriValue": _uri})
_NAMES: Final = _array(_ML_TEXT)
_URIS: Final = _array(_ML_URI)
_POSTAL: Final = _array(
    _members(
        {"lang": _text, "StreetAddress": _text, "Country": _text},
        {"Locality": _text, "StateOrProvince": _text, "PostalCode": _text},
    )
)
_IDENTITY: Final = _members(
    {},
    {
        "X509Certificates": _array(
            _members({"val": _text}, {"encoding": _uri, "specRef": _text}),
        ),
        "X509SubjectNames": _array(_text),
        "PublicKeyValues": _array(_anything),
        "X509SKIs": _array(_text),
        "OtherIds": _array(_text),
    },
)
_EXTENSIONS: Final = _array(_extension)
_SERVICE_INFORMATION: Final = _members(
    {"ServiceName": _NAMES, "ServiceDigitalIdentity": _IDENTITY},
    {
        "ServiceTypeIdentifier": _uri,
        "ServiceStatus": _uri,
        "StatusStartingTime": _moment,
        "SchemeServiceDefinitionURI": _URIS,
        "ServiceSupplyPoints": _array(_members({"uriValue": _uri}, {"ServiceType": _uri})),
        "ServiceDefinitionURI": _URIS,
        "ServiceInformationExtensions": _EXTENSIONS,
    },
)
_HISTORY: Final = _array(
    _members(
        {
            "ServiceName": _NAMES,
            "ServiceDigitalIdentity": _IDENTITY,
            "ServiceStatus": _uri,
            "StatusStartingTime": _moment,
        },
        {"ServiceTypeIdentifier": _uri, "ServiceInformationExtensions": _EXTENSIONS},
    )
)
_ENTITY: Final = _members(
    {
        "TrustedEntityInformation": _members(
            {
                "TEName": _NAMES,
                "TEAddress": _members({"TEPostalAddress": _POSTAL, "TEElectronicAddress": _URIS}),
                "TEInformationURI": _URIS,
            },
            {"TETradeName": _NAMES, "TEInformationExtensions": _EXTENSIONS},
        ),
        "TrustedEntityServices": _array(
            _members({"ServiceInformation": _SERVICE_INFORMATION}, {"ServiceHistory": _HISTORY})
        ),
    }
)
_POINTER: Final = _members(
    {
        "LoTELocation": _uri,
        "ServiceDigitalIdentities": _array(_IDENTITY),
        "LoTEQualifiers": _array(
            _members(
                {"LoTEType": _uri, "SchemeOperatorName": _NAMES, "MimeType": _text},
                {"SchemeTypeCommunityRules": _URIS, "SchemeTerritory": _territory},
            )
        ),
    }
)
_SCHEME: Final = _members(
    {
        "LoTEVersionIdentifier": _integer,
        "LoTESequenceNumber": _positive,
        "SchemeOperatorName": _NAMES,
        "ListIssueDateTime": _moment,
        "NextUpdate": _moment_or_null,
        # Optional in the schema, present on every list of the explicit kind.
        "LoTEType": _uri,
        "SchemeTerritory": _territory,
    },
    {
        "SchemeOperatorAddress": _members(
            {"SchemeOperatorPostalAddress": _POSTAL, "SchemeOperatorElectronicAddress": _URIS}
        ),
        "SchemeName": _NAMES,
        "SchemeInformationURI": _URIS,
        "StatusDeterminationApproach": _uri,
        "SchemeTypeCommunityRules": _URIS,
        "PolicyOrLegalNotice": _policy,
        "HistoricalInformationPeriod": _integer,
        "PointersToOtherLoTE": _array(_POINTER),
        "DistributionPoints": _array(_uri),
        "SchemeExtensions": _EXTENSIONS,
    },
)
_DOCUMENT: Final = _members(
    {
        "LoTE": _members(
            {"ListAndSchemeInformation": _SCHEME}, {"TrustedEntitiesList": _array(_ENTITY)}
        )
    }
)
