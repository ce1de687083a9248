"""Lists of trusted entities with one thing wrong, and who else refuses them.

All of them are refused by us; `openvc` reads a signed list, `@owf/eudi-lote` its shape alone.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from support.scheme import NOW, TestScheme

from credential import base64url, jose
from credential.names import SVC_ACCESS_ISSUANCE
from registrar import lote
from registrar.authority import LIST_SIGNER, SNAPSHOT_SIGNER

DAY = 86_400
Document = dict[str, Any]


class Row(NamedTuple):
    """What is done to a list, who else refuses it, and why not where somebody does not."""

    change: Callable[[TestScheme, Document], bytes]
    openvc: bool
    shape: bool | None
    """Of the reader that knows the shape alone; `None` where the shape is not what is wrong."""
    why: str = ""


def signed(
    scheme: TestScheme,
    document: Document | bytes,
    *,
    signer: str = LIST_SIGNER,
    header: dict[str, Any] | None = None,
    typ: str = "jose",
) -> bytes:
    pair = scheme.authority.pairs[signer]
    full = {**jose.x5c_header([pair.der]), "cty": "json", "iat": NOW, **(header or {})}
    kept = {name: value for name, value in full.items() if value is not None}
    return jose.sign(document, typ=typ, signer=pair.signer, header=kept).encode()


def edited(edit: Callable[[Document], Any]) -> Callable[[TestScheme, Document], bytes]:
    """The list with this done to it, genuinely signed."""

    def change(scheme: TestScheme, document: Document) -> bytes:
        edit(document)
        return signed(scheme, document)

    return change


def scheme_of(document: Document) -> Document:
    return document["LoTE"]["ListAndSchemeInformation"]


def entity_of(document: Document) -> Document:
    return document["LoTE"]["TrustedEntitiesList"][0]


def service_of(document: Document) -> Document:
    return entity_of(document)["TrustedEntityServices"][0]["ServiceInformation"]


def set_scheme(**members: Any) -> Callable[[TestScheme, Document], bytes]:
    return edited(lambda document: scheme_of(document).update(members))


def extended(**item: Any) -> Callable[[TestScheme, Document], bytes]:
    """With one more extension on an entity."""
    return edited(
        lambda document: entity_of(document)["TrustedEntityInformation"][
            "TEInformationExtensions"
        ].append({"id": "https://elders.example/1", "value": 1, **item})
    )


def _flipped(scheme: TestScheme, document: Document) -> bytes:
    head, body, signature = signed(scheme, document).split(b".")
    other = base64url.encode(json.dumps(document).encode() + b" ").encode()
    return b".".join((head, other if other != body else body, signature))


def _duplicate(scheme: TestScheme, document: Document) -> bytes:
    text = json.dumps(document)
    twice = text.replace('"LoTESequenceNumber"', '"SchemeTerritory":"NL","LoTESequenceNumber"', 1)
    return signed(scheme, twice.encode())


def _unsigned(scheme: TestScheme, document: Document) -> bytes:
    body = signed(scheme, document).split(b".")[1]
    head = {"alg": "none", "typ": "jose", **jose.x5c_header([_pin(scheme)])}
    return base64url.encode(json.dumps(head).encode()).encode() + b"." + body + b"."


def _pin(scheme: TestScheme) -> bytes:
    return scheme.authority.pairs[LIST_SIGNER].der


def _closed(document: Document) -> None:
    scheme_of(document)["NextUpdate"] = None


def _stale(document: Document) -> None:
    scheme_of(document)["ListIssueDateTime"] = lote.moment(NOW - 7 * DAY)
    scheme_of(document)["NextUpdate"] = lote.moment(NOW - 1)


def _bare(scheme: TestScheme, document: Document) -> bytes:
    return signed(scheme, document["LoTE"])


def _camel(document: Document) -> None:
    document["LoTE"]["listAndSchemeInformation"] = document["LoTE"].pop("ListAndSchemeInformation")


FRESH = "its schema reads no clock and no calendar"
SUBSET = "its schema drops what it does not know"
LOOSE = "it does not look at what is inside this member"
TYPE = "it leaves the `typ` of a list to its caller"
EXPECTED = "it is not told which list is expected here"
NUMBER = "any integer, also one that no list can have"

BAD: dict[str, Row] = {
    "signature over another text": Row(_flipped, True, None),
    "no signature": Row(_unsigned, True, None),
    "signed by another of our keys": Row(
        lambda s, d: signed(s, d, signer=SNAPSHOT_SIGNER), True, None
    ),
    "no x5c": Row(lambda s, d: signed(s, d, header={"x5c": None}), True, None),
    "an unknown critical header": Row(
        lambda s, d: signed(s, d, header={"crit": ["x"], "x": 1}), True, None
    ),
    "a payload that is not encoded": Row(
        lambda s, d: signed(s, d, header={"b64": False}), False, None, "it reads no `b64` here"
    ),
    "the type of a status list": Row(
        lambda s, d: signed(s, d, typ="statuslist+jwt"), False, None, TYPE
    ),
    "another list": Row(lambda s, _: s.read("lote/wrpac-providers.jwt"), False, None, EXPECTED),
    "another operator": Row(
        set_scheme(SchemeOperatorName=[{"lang": "nl", "value": "Iemand"}]), True, None
    ),
    "another country": Row(set_scheme(SchemeTerritory="BE"), True, None),
    "closed": Row(edited(_closed), True, True),
    "a second too late": Row(edited(_stale), True, False, FRESH),
    "in force for seven months": Row(
        set_scheme(NextUpdate=lote.moment(NOW + 213 * DAY)),
        False,
        False,
        f"only with the profile of an EU list; {FRESH}",
    ),
    "not yet issued": Row(
        set_scheme(ListIssueDateTime=lote.moment(NOW + DAY)),
        False,
        False,
        f"it does not compare the day of issue; {FRESH}",
    ),
    "a fraction of a second": Row(
        set_scheme(NextUpdate="2026-01-05T00:00:00.000Z"), True, False, FRESH
    ),
    "an offset": Row(set_scheme(NextUpdate="2026-01-05T00:00:00+01:00"), True, True),
    "number true": Row(set_scheme(LoTESequenceNumber=True), True, True),
    "number as text": Row(set_scheme(LoTESequenceNumber="42"), True, True),
    "number 0": Row(set_scheme(LoTESequenceNumber=0), False, False, NUMBER),
    "no wrapper": Row(_bare, True, True),
    "names in camel case": Row(edited(_camel), True, True),
    "a member twice": Row(_duplicate, False, None, "it takes the last of the two"),
    "an unknown member at the top": Row(edited(lambda d: d.update(Extra=1)), True, False, SUBSET),
    "an unknown member of the scheme": Row(set_scheme(Extra=1), True, False, SUBSET),
    "an unknown member of an entity": Row(
        edited(lambda d: entity_of(d).update(Extra=1)), True, False, SUBSET
    ),
    "an unknown member of a service": Row(
        edited(lambda d: service_of(d).update(Extra=1)), True, False, SUBSET
    ),
    "an unknown member of a certificate": Row(
        edited(
            lambda d: service_of(d)["ServiceDigitalIdentity"]["X509Certificates"][0].update(x=1)
        ),
        True,
        False,
        SUBSET,
    ),
    "an unknown member of an address": Row(
        edited(lambda d: scheme_of(d)["SchemeOperatorAddress"].update(Extra=1)),
        False,
        False,
        f"{LOOSE}; {SUBSET}",
    ),
    "no entities in a list of them": Row(
        edited(lambda d: d["LoTE"].update(TrustedEntitiesList=[])),
        True,
        False,
        "its schema has no rule against an empty list here",
    ),
    "no names in a list of them": Row(
        edited(lambda d: service_of(d).update(ServiceName=[])), True, True
    ),
    "policy and notice mixed": Row(
        edited(lambda d: scheme_of(d)["PolicyOrLegalNotice"].append({"LoTELegalNotice": "x"})),
        False,
        True,
        LOOSE,
    ),
    "a critical extension nobody knows": Row(extended(Critical=True), True, False, LOOSE),
    "a service that is not of this list": Row(
        edited(lambda d: service_of(d).update(ServiceTypeIdentifier=SVC_ACCESS_ISSUANCE)),
        False,
        None,
        EXPECTED,
    ),
}
"""Refused by us, all of them."""
