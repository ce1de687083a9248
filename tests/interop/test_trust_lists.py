"""Our lists of trusted entities, read by two implementations that are not ours (TS 119 602).

`openvc` reads a signed list as we do, shape, signer and operator; `@owf/eudi-lote` knows the shape
alone. Where somebody takes what another refuses, the row of `list_changes` says why.
"""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from openvc.trustlist import Select, TrustList, TrustListError, walk_lote
from openvc.trustlist import consume_lote as consume
from support.list_changes import BAD, Document, entity_of, service_of, signed
from support.node_wallet import NodeWallet
from support.scheme import NOW, VOORBEELDSTAD, WESTHOVE, TestScheme, build

from credential import base64url, jose
from credential.errors import CredentialError
from credential.names import (
    LISTS,
    STATUS_NOTIFIED,
    SVC_ACCESS_ISSUANCE,
    SVC_CARD_ISSUANCE,
    lote_type,
)
from credential.trust import Role
from credential.trust.entities import LIST_SERVICES
from credential.trust.lists import TrustedList, open_list
from registrar import lote
from registrar.authority import LIST_SIGNER

pytestmark = pytest.mark.interop

PROGRAMS = "trust"
DAY = 86_400
LIST = "pub-eaa-providers"


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeWallet]:
    made = NodeWallet(tmp_path_factory.mktemp("judge"), "", 0, PROGRAMS, "judge.mjs")
    yield made
    made.close()


@pytest.fixture(scope="module")
def scheme() -> TestScheme:
    """A scheme in which something happened: one municipality ended in another."""
    made = build()
    made.succeed(WESTHOVE, [VOORBEELDSTAD], at=NOW - 30 * DAY)
    made.publish()
    return made


def at(now: int) -> datetime:
    return datetime.fromtimestamp(now, UTC)


def by_us(
    scheme: TestScheme, data: bytes, name: str = LIST, now: int = NOW
) -> TrustedList | CredentialError:
    try:
        return open_list(
            data,
            list_type=lote_type(name),
            services=LIST_SERVICES[name],
            pins=[scheme.authority.pairs[LIST_SIGNER].der],
            now=now,
        )
    except CredentialError as refused:
        return refused


def by_openvc(scheme: TestScheme, data: bytes, name: str = LIST, now: int = NOW) -> TrustList | str:
    """What `openvc` reads, or at which of its stages it refuses."""
    pins = [scheme.authority.pairs[LIST_SIGNER].certificate]
    try:
        found = consume(data, expected_signer_certs=pins, now=at(now))
    except TrustListError as refused:
        return type(refused).__name__
    # Its walk adds what its reading leaves to the caller: whether the list is still in force.
    walked = walk_lote(
        "https://register.example/list",
        lote_signer_certs=pins,
        fetch=lambda _: data,
        select=None,
        now=at(now),
    )
    return walked.problems[0].stage if walked.problems else found


def told(found: TrustedList) -> list[Any]:
    """Entities with their services, as all three can tell them."""
    return [
        [
            entity.name,
            [
                [one.type, one.status, [base64url.encode_padded(der) for der in one.certificates]]
                for one in entity.services
            ],
        ]
        for entity in found.entities
    ]


def told_by_openvc(found: TrustList) -> list[Any]:
    return [
        [
            provider.name,
            [
                [
                    one.service_type,
                    one.service_status or None,
                    [base64url.encode_padded(one.certificate.public_bytes(Encoding.DER))],
                ]
                for one in provider.services
            ],
        ]
        for provider in found.providers
    ]


@pytest.mark.spec("TS 119 602", "JSON schema", "two outside readers read our lists as we do")
@pytest.mark.parametrize("name", LISTS)
def test_three_readers_read_the_same(scheme: TestScheme, judge: NodeWallet, name: str) -> None:
    data = scheme.read(f"lote/{name}.jwt")
    ours = by_us(scheme, data, name)
    theirs = by_openvc(scheme, data, name)
    assert isinstance(ours, TrustedList)
    assert isinstance(theirs, TrustList), theirs
    payload = jose.parse(data.decode(), typ="jose", max_bytes=len(data)).dangerous_payload()
    (shape,) = judge("judge", documents=[payload])
    assert told(ours) == told_by_openvc(theirs) == shape["entities"]
    assert ours.sequence == theirs.sequence_number == shape["sequence"]
    assert lote_type(name) == theirs.tsl_type == shape["type"]
    assert (ours.operator, ours.territory) == (theirs.scheme_operator, theirs.territory)
    assert at(ours.next_update) == theirs.next_update


@pytest.mark.spec("TS 119 602", "SvcType", "outside readers choose anchors by service type")
def test_an_outside_reader_chooses_the_anchors_we_choose(scheme: TestScheme) -> None:
    pins = [scheme.authority.pairs[LIST_SIGNER].certificate]

    def anchors(name: str, service: str, status: str) -> list[tuple[str | None, bytes]]:
        found = walk_lote(
            f"https://register.example/lote/{name}.jwt",
            lote_signer_certs=pins,
            fetch=lambda _: scheme.read(f"lote/{name}.jwt"),
            select=Select(service_types=frozenset({service}), statuses=frozenset({status})),
            now=at(NOW),
        )
        assert found.problems == ()
        chosen = found.anchors
        return [(one.tsp_name, one.certificate.public_bytes(Encoding.DER)) for one in chosen]

    trust = scheme.trust
    running = [one for one in trust.issuers if one.issuing(NOW)]
    assert len(running) == len(trust.issuers) - 1
    assert anchors(LIST, SVC_CARD_ISSUANCE, STATUS_NOTIFIED) == [
        (one.name, der) for one in running for der in one.card_anchors
    ]
    # A list of presence has no status: being there is being in force.
    access = {der for _, der in anchors("wrpac-providers", SVC_ACCESS_ISSUANCE, "")}
    assert access == {*trust.anchors(Role.VERIFIER_ACCESS), *trust.anchors(Role.ISSUER_ACCESS)}


@pytest.mark.spec("TS 119 602", "6.8", "refused by us; who else refuses stands in a table")
def test_lists_that_are_refused(scheme: TestScheme, judge: NodeWallet) -> None:
    issued = lote.documents(scheme.authority, list(scheme.parties.values()), sequence=42, now=NOW)[
        LIST
    ]
    found: dict[str, bytes] = {}
    for name, row in BAD.items():
        found[name] = row.change(scheme, copy.deepcopy(issued))
        assert isinstance(by_us(scheme, found[name]), CredentialError), name
    openvc = {name: isinstance(by_openvc(scheme, data), str) for name, data in found.items()}
    assert openvc == {name: row.openvc for name, row in BAD.items()}
    shaped = [name for name, row in BAD.items() if row.shape is not None]
    payloads = [
        json.loads(base64url.decode(found[name].split(b".")[1].decode())) for name in shaped
    ]
    verdicts = judge("judge", documents=payloads)
    shape = {name: "refused" in one for name, one in zip(shaped, verdicts, strict=True)}
    assert shape == {name: BAD[name].shape for name in shaped}
    for name, row in BAD.items():
        assert (row.openvc and row.shape is not False) == (not row.why), name


@pytest.mark.spec("TS 119 602", "6.6.9", "what is not critical is passed over by all")
def test_what_all_pass_over(scheme: TestScheme, judge: NodeWallet) -> None:
    issued = lote.documents(scheme.authority, list(scheme.parties.values()), sequence=42, now=NOW)[
        LIST
    ]
    whole = told(_read(scheme, signed(scheme, issued)))

    broken = copy.deepcopy(issued)
    certificates = service_of(broken)["ServiceDigitalIdentity"]["X509Certificates"]
    certificates.insert(0, {"val": "AAAA"})
    for document in (broken, json.loads(_with_note(issued))):
        data = signed(scheme, document)
        theirs = by_openvc(scheme, data)
        assert isinstance(theirs, TrustList)
        assert told(_read(scheme, data)) == told_by_openvc(theirs) == whole
        assert "refused" not in judge("judge", documents=[document])[0]


def _read(scheme: TestScheme, data: bytes) -> TrustedList:
    found = by_us(scheme, data)
    assert isinstance(found, TrustedList), found
    return found


def _with_note(document: Document) -> str:
    noted = copy.deepcopy(document)
    entity_of(noted)["TrustedEntityInformation"]["TEInformationExtensions"].append(
        {"Critical": False, "id": "https://elders.example/1", "value": 1}
    )
    return json.dumps(noted)
