"""The cases of the EU's conformance framework about the form of a query, each under its own number.

`docs/traceability.md` says where every other case is tested, and which do not apply.
"""

import copy
from typing import Any

import pytest

from credential import dcql
from credential.dcql.paths import parse_path, resolve, select
from credential.errors import CredentialError

FCAF = "FCAF WS_RP_MS_ProtocolMessages"
VCT = "https://regie.example/ns/kaart/persoonsgegevens/1"
Query = dict[str, Any]
CREDENTIAL: Query = {
    "id": "person",
    "format": "dc+sd-jwt",
    "meta": {"vct_values": [VCT]},
    "claims": [{"id": "a", "path": ["given_name"]}, {"id": "b", "path": ["family_name"]}],
}
AKI = {"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}


def query(**more: Any) -> Query:
    return {"credentials": [copy.deepcopy(CREDENTIAL)], **more}


def credential(**more: Any) -> Query:
    return {"credentials": [{**copy.deepcopy(CREDENTIAL), **more}]}


def lacking(name: str) -> Query:
    return {"credentials": [{key: one for key, one in CREDENTIAL.items() if key != name}]}


def claim(**more: Any) -> Query:
    return credential(claims=[{"path": ["given_name"], **more}])


def authority(**more: Any) -> Query:
    return credential(trusted_authorities=[{**AKI, **more}])


def sets(*found: Any) -> Query:
    return query(credential_sets=list(found))


ACCEPTED: dict[str, Query] = {
    "052 credentials": query(),
    "057 no credential_sets": query(),
    "059 an unknown member at the top": query(unheard_of=1),
    "060 an unknown member below": credential(unheard_of=1),
    "064 letters, digits, _ and -": credential(id="Person_1-a"),
    "067 a format of Appendix B": credential(),
    "070 no multiple": credential(),
    "071 multiple": credential(multiple=True),
    "079 trusted_authorities": credential(trusted_authorities=[AKI]),
    "080 no trusted_authorities": credential(),
    "082 no claims": lacking("claims"),
    "087 twice the same card": {
        "credentials": [CREDENTIAL, {**CREDENTIAL, "id": "again"}],
    },
    "096 options": sets({"options": [["person"]]}),
    "103 no required": sets({"options": [["person"]]}),
    "105 claims": credential(),
    "109 no ids without claim_sets": claim(),
    "116 no values": claim(),
    "118 texts, nulls and numbers": claim(path=["stays", None, "place", 0]),
}
REFUSED: dict[str, Query] = {
    "053 credentials of another type": query(credentials="person"),
    "054 no credentials": {},
    "055 empty credentials": query(credentials=[]),
    "056 credentials no array": query(credentials={"id": "person"}),
    "058 empty credential_sets": query(credential_sets=[]),
    "061 no id": lacking("id"),
    "062 an id that is no text": credential(id=1),
    "063 an empty id": credential(id=""),
    "065 an id of other characters": credential(id="per son"),
    "066 an id twice": {"credentials": [CREDENTIAL, CREDENTIAL]},
    "068 no format": lacking("format"),
    "072 multiple of another type": credential(multiple="yes"),
    "074 meta of another format": credential(meta={"doctype_value": "org.iso.18013.5.1.mDL"}),
    "075 no meta": lacking("meta"),
    "077 empty trusted_authorities": credential(trusted_authorities=[]),
    "078 trusted_authorities no array": credential(trusted_authorities=AKI),
    "081 binding of another type": credential(require_cryptographic_holder_binding="true"),
    "083 empty claims": credential(claims=[]),
    "084 claims no array": credential(claims={"path": ["given_name"]}),
    "085 empty claim_sets": credential(claim_sets=[]),
    "086 claim_sets no array": credential(claim_sets="a"),
    "089 authority without type": credential(trusted_authorities=[{"values": ["x"]}]),
    "090 authority without values": credential(trusted_authorities=[{"type": "aki"}]),
    "091 authority type no text": authority(type=1),
    "092 authority values no array": authority(values="x"),
    "093 authority value no text": authority(values=[1]),
    "094 authority value empty": authority(values=[""]),
    "097 empty options": sets({"options": []}),
    "098 options no array": sets({"options": "person"}),
    "099 options without identifiers": sets({"options": [[1]]}),
    "100 options of unknown identifiers": sets({"options": [["permit"]]}),
    "108 claim_sets without ids": credential(
        claims=[{"path": ["given_name"]}, {"path": ["family_name"]}], claim_sets=[["a"]]
    ),
    "110 a claim id twice": credential(
        claims=[{"id": "a", "path": ["given_name"]}, {"id": "a", "path": ["family_name"]}]
    ),
    "111 an empty claim id": claim(id=""),
    "112 a claim id of other characters": claim(id="a.b"),
    "113 no path": credential(claims=[{"id": "a"}]),
    "114 an empty path": claim(path=[]),
    "115 a path that is no array": claim(path="given_name"),
    "119 an empty path pointer": claim(path=[]),
    "120 a boolean in a path": claim(path=["stays", True]),
    "121 a negative index": claim(path=["stays", -1]),
    "122 a pointer that is no array": claim(path=7),
    "123 an invalid pointer": claim(path=["stays", 1.5]),
}


def named(cases: dict[str, Query]) -> list[Any]:
    return [
        pytest.param(one, id=name, marks=pytest.mark.spec(FCAF, *name.split(" ", 1)))
        for name, one in cases.items()
    ]


@pytest.mark.parametrize("found", named(ACCEPTED))
def test_accepted(found: Query) -> None:
    assert dcql.parse(found).credentials


@pytest.mark.parametrize("found", named(REFUSED))
def test_refused(found: Query) -> None:
    with pytest.raises(CredentialError):
        dcql.parse(found)


HELD: Query = {
    "name": "x",
    "address": {"street": {"name": "y"}},
    "stays": [{"place": "a", "year": 1}, {"place": "b"}, {}],
    "matrix": [["a", "b"], ["c"]],
}
SELECTED: dict[str, tuple[list[Any], list[Any]]] = {
    "001 a text is a key": (["name"], ["x"]),
    "002 null is every element": (["stays", None, "place"], ["a", "b"]),
    "003 a number is an index": (["stays", 1, "place"], ["b"]),
    "004 from left to right": (["address", "street", "name"], ["y"]),
    "005 a key at the top": (["name"], ["x"]),
    "008 what lacks the key falls out": (["stays", None, "year"], [1]),
    "011 what lacks the index falls out": (["matrix", None, 1], ["b"]),
}
ABORTED: dict[str, list[Any]] = {
    "006 no such key at the top": ["surname"],
    "007 a key in what is no object": ["name", "first"],
    "009 null in what is no array": ["address", None],
    "010 an index in what is no array": ["address", 0],
    "013 nothing left": ["stays", None, "street"],
}


POINTERS = "FCAF WS_RP_SH_Encoding_TextualEncoding"


def values(path: list[Any]) -> list[Any]:
    """What a pointer selects; nothing selected is refused (OpenID4VP 1.0 7)."""
    found = parse_path(path)
    resolve(found, HELD)
    return [value for _, value in select(found, HELD)]


def pointers(cases: dict[str, Any]) -> list[Any]:
    return [
        pytest.param(one, id=name, marks=pytest.mark.spec(POINTERS, *name.split(" ", 1)))
        for name, one in cases.items()
    ]


@pytest.mark.parametrize("case", pointers(SELECTED))
def test_selected(case: tuple[list[Any], list[Any]]) -> None:
    path, expected = case
    assert values(path) == expected


@pytest.mark.parametrize("path", pointers(ABORTED))
def test_aborted(path: list[Any]) -> None:
    with pytest.raises(CredentialError):
        values(path)
