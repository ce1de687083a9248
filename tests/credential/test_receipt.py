"""The receipt: what a verifier states, and every way in which a wallet does not accept it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import scheme
from support.keys import test_signer as signer_of

from credential import base64url, jose, receipt, strictjson
from credential.errors import CredentialError
from credential.names import TYP_RECEIPT, TYP_RIGHTS_ANSWER

NOW = scheme.NOW
SHARED = scheme.shared()
VERIFIER = SHARED.verifier()
LEAF = SHARED.leaf()
VCT = "https://regie.example/ns/kaart/persoonsgegevens/1"
ENDPOINT = "https://localhost:8442/rights"
JKT = jose.thumbprint(signer_of("rights key").public_key)

DISCLOSED = (
    receipt.Disclosed(
        "persoon",
        VCT,
        (
            (("given_name",), ("d1",)),
            (("address", "postal_code"), ("d2", "d3")),
            (("stays", 0), ("d4",)),
        ),
    ),
    receipt.Disclosed("verblijf", "urn:v", ()),
)
FACTS = receipt.Receipt(
    client_id=VERIFIER.client_id,
    org=receipt.Organisation("Voorbeeldwonen", VERIFIER.oin, LEAF.service_id),
    iat=NOW + 2,
    jti="r" * 22,
    nonce="n-0S6_WzA2Mj",
    request_hash=base64url.sha256("request"),
    registration_hash=base64url.sha256("registration"),
    disclosed=DISCLOSED,
    kept=(("persoon", ("given_name",)),),
    retention=receipt.Retention("P6M", "end_of_registration"),
    rights_endpoint=ENDPOINT,
    rights_jkt=JKT,
)
EXPECTED = receipt.ReceiptExpectation(
    leaf=LEAF.der,
    client_id=FACTS.client_id,
    nonce=FACTS.nonce,
    request_hash=FACTS.request_hash,
    registration_hash=FACTS.registration_hash,
    disclosed=DISCLOSED,
    retention=FACTS.retention,
    rights_endpoint=ENDPOINT,
    rights_jkt=JKT,
    transaction_data_hashes=(),
    sent_at=NOW,
    now=NOW + 3,
)


def build(signer=VERIFIER.access.signer, x5c=VERIFIER.access.x5c, **changes):
    return receipt.build(replace(FACTS, **changes), signer=signer, x5c=x5c)


def refused(token, **changes):
    with pytest.raises(CredentialError) as fault:
        receipt.verify(token, replace(EXPECTED, **changes))
    return fault.value.code


@pytest.mark.spec("Regie formats", "3", "what was built is what is read")
def test_round_trip():
    assert receipt.verify(build(), EXPECTED) == FACTS


@pytest.mark.spec("Regie formats", "3", "the members, and no values")
def test_members():
    payload = jose.parse(build(), typ=TYP_RECEIPT).dangerous_payload()
    assert payload == {
        "iss": FACTS.client_id,
        "org": {"name": "Voorbeeldwonen", "oin": VERIFIER.oin, "service_id": "inschrijving"},
        "iat": NOW + 2,
        "jti": "r" * 22,
        "nonce": FACTS.nonce,
        "request_hash": FACTS.request_hash,
        "registration_hash": FACTS.registration_hash,
        "disclosed": [
            {
                "query_id": "persoon",
                "vct": VCT,
                "claims": [
                    {"path": ["given_name"], "digests": ["d1"]},
                    {"path": ["address", "postal_code"], "digests": ["d2", "d3"]},
                    {"path": ["stays", 0], "digests": ["d4"]},
                ],
            },
            {"query_id": "verblijf", "vct": "urn:v", "claims": []},
        ],
        "kept": [{"query_id": "persoon", "path": ["given_name"]}],
        "retention": {"duration": "P6M", "starts": "end_of_registration"},
        "rights_endpoint": ENDPOINT,
        "cnf": {"jkt": JKT},
    }


@pytest.mark.spec("Regie formats", "3", "a shorter retention than registered is kept to")
@pytest.mark.parametrize("duration", ["P6M", "P5M", "P180D", "P25W", "P1D"])
def test_a_receipt_may_promise_less_than_was_registered(duration):
    kept = receipt.Retention(duration, "end_of_registration")
    assert receipt.verify(build(retention=kept), EXPECTED).retention == kept


@pytest.mark.spec("Regie formats", "3", "without rights endpoint or stated retention")
def test_the_least_receipt():
    absent = {
        "registration_hash": None,
        "retention": None,
        "rights_endpoint": None,
        "rights_jkt": None,
    }
    token = build(**absent, kept=())
    assert set(jose.parse(token, typ=TYP_RECEIPT).dangerous_payload()).isdisjoint(
        {"registration_hash", "retention", "rights_endpoint", "cnf"}
    )
    read = receipt.verify(token, replace(EXPECTED, **absent))
    assert read.delete_by is None


@pytest.mark.spec("Regie formats", "3", "signed by the key of the request's certificate")
def test_signature():
    other = SHARED.verifier(scheme.GRIJPGRAAG)
    token = build(signer=other.access.signer, x5c=other.access.x5c)
    assert refused(token) == "receipt.leaf"
    assert refused(build(signer=other.access.signer)) == "jose.signature"


@pytest.mark.spec("Regie formats", "3", "a JWS of another type")
def test_typ():
    token = jose.sign({}, typ=TYP_RIGHTS_ANSWER, signer=VERIFIER.access.signer)
    assert refused(token) == "jose.typ"


@pytest.mark.spec("Regie formats", "3", "each member must be what the wallet knows")
@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("receipt.iss", {"client_id": "x509_hash:other"}),
        ("receipt.org", {"org": replace(FACTS.org, oin="00000099000000009000")}),
        ("receipt.org", {"org": replace(FACTS.org, service_id="toewijzing")}),
        ("receipt.org", {"org": replace(FACTS.org, service_id=None)}),
        ("receipt.nonce", {"nonce": "other"}),
        ("receipt.request_hash", {"request_hash": base64url.sha256("x")}),
        ("receipt.registration_hash", {"registration_hash": base64url.sha256("x")}),
        ("receipt.registration_hash", {"registration_hash": None}),
        ("receipt.disclosed", {"disclosed": DISCLOSED[:1]}),
        ("receipt.disclosed", {"disclosed": (replace(DISCLOSED[0], claims=()), DISCLOSED[1])}),
        ("receipt.disclosed", {"disclosed": (replace(DISCLOSED[0], vct="urn:x"), DISCLOSED[1])}),
        (
            "receipt.disclosed",
            {
                "disclosed": (
                    replace(
                        DISCLOSED[0],
                        claims=((("given_name",), ("d1", "d9")), *DISCLOSED[0].claims[1:]),
                    ),
                    DISCLOSED[1],
                )
            },
        ),
        ("receipt.jkt", {"rights_jkt": base64url.sha256("x")}),
        ("receipt.jkt", {"rights_jkt": None}),
        ("receipt.retention", {"retention": receipt.Retention("P7Y", "end_of_registration")}),
        ("receipt.retention", {"retention": receipt.Retention("P6M", "decision")}),
        ("receipt.retention", {"retention": receipt.Retention("P1M", "disclosure")}),
        # Half a year can be shorter than 184 days, and longer than 180.
        ("receipt.retention", {"retention": receipt.Retention("P184D", "end_of_registration")}),
        ("receipt.retention", {"retention": receipt.Retention("soon", "end_of_registration")}),
        ("receipt.retention", {"retention": None}),
        ("receipt.rights_endpoint", {"rights_endpoint": "https://elsewhere.example/rights"}),
        ("receipt.rights_endpoint", {"rights_endpoint": None}),
        ("receipt.iat", {"iat": NOW - 301}),
        ("receipt.iat", {"iat": NOW + 304}),
    ],
    ids=map(str, range(21)),
)
def test_refused(code, change):
    if "disclosed" in change:
        change = {**change, "kept": ()}
    assert refused(build(**change)) == code


@pytest.mark.spec("Regie formats", "3", "the order in which things are named does not matter")
def test_order_does_not_matter():
    turned = tuple(replace(one, claims=one.claims[::-1]) for one in DISCLOSED[::-1])
    receipt.verify(build(disclosed=turned), EXPECTED)


@pytest.mark.spec(
    "Regie formats", "3", "`delete_by` for `disclosure` alone, and no later than stated"
)
def test_delete_by():
    kept = receipt.Retention("P1M", "disclosure")
    token = build(retention=kept)
    payload = jose.parse(token, typ=TYP_RECEIPT).dangerous_payload()
    assert payload["retention"] == {
        "duration": "P1M",
        "starts": "disclosure",
        "delete_by": "2026-02-01",
    }
    expected = {"retention": kept}
    assert receipt.verify(token, replace(EXPECTED, **expected)).delete_by == date(2026, 2, 1)
    for stated, code in (
        ("2026-02-02", "receipt.delete_by"),
        ("morgen", "receipt.delete_by"),
        (None, "receipt.delete_by"),
    ):
        retention = {**payload["retention"], "delete_by": stated}
        if stated is None:
            del retention["delete_by"]
        assert refused(resign({**payload, "retention": retention}), **expected) == code
    sooner = {**payload["retention"], "delete_by": "2026-01-10"}
    receipt.verify(resign({**payload, "retention": sooner}), replace(EXPECTED, **expected))
    other = {"duration": "P6M", "starts": "end_of_registration", "delete_by": "2026-07-01"}
    assert refused(resign({**payload, "retention": other})) == "receipt.delete_by"


def resign(payload):
    return jose.sign(
        payload, typ=TYP_RECEIPT, signer=VERIFIER.access.signer, header=VERIFIER.access.header
    )


@pytest.mark.spec("Regie formats", "3", "what cannot be a receipt is neither built nor read")
@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("receipt.jti", {"jti": "short"}),
        ("receipt.hash", {"request_hash": "AAAA"}),
        ("receipt.retention", {"retention": receipt.Retention("P6M", "never")}),
        ("receipt.query_id", {"kept": (("other", ("a",)),)}),
        ("receipt.query_id", {"disclosed": (DISCLOSED[0], DISCLOSED[0])}),
        ("period.duration", {"retention": receipt.Retention("six months", "disclosure")}),
    ],
    ids=["jti", "hash", "starts", "kept", "twice", "duration"],
)
def test_not_built(code, change):
    with pytest.raises(CredentialError) as fault:
        build(**change)
    assert fault.value.code == code


@pytest.mark.parametrize(
    "member", ["iss", "org", "iat", "jti", "nonce", "request_hash", "disclosed", "kept"]
)
def test_missing_member(member):
    payload = dict(jose.parse(build(), typ=TYP_RECEIPT).dangerous_payload())
    del payload[member]
    assert refused(resign(payload)) == "json.member"


@pytest.mark.parametrize(
    "change",
    [
        {"disclosed": ["x"]},
        {"disclosed": [{}]},
        {"disclosed": [{"query_id": "a", "vct": "b", "claims": [1]}]},
        {"disclosed": [{"query_id": "a", "vct": "b", "claims": [{"path": [], "digests": []}]}]},
        {"kept": [1]},
        {"kept": [{"query_id": "a", "path": [-1]}]},
        {"cnf": {"jkt": 1}},
        {"cnf": None},
        {"retention": []},
        {"iat": 1.5},
        {"iat": True},
    ],
    ids=str,
)
def test_malformed_member(change):
    payload = dict(jose.parse(build(), typ=TYP_RECEIPT).dangerous_payload())
    refused(resign({**payload, **change}))


def test_a_receipt_that_failed_can_still_be_shown():
    assert receipt.dangerous_read(build(nonce="other")).nonce == "other"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["path", "query_id", "vct", "claims", "digests", "name", "oin"]), inner
        )
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["iss", "org", "iat", "jti", "nonce", "disclosed", "kept", "retention", "cnf"]
        ),
        JSON,
    )
)
def test_garbage_raises_only_our_errors(change):
    payload = jose.parse(build(), typ=TYP_RECEIPT).dangerous_payload()
    token = jose.sign(
        strictjson.dumps({**payload, **change}), typ=TYP_RECEIPT, signer=VERIFIER.access.signer
    )
    try:
        receipt.dangerous_read(token)
    except CredentialError:
        return


@pytest.mark.spec("Regie formats", "3", "several presentations of one query, each by its own")
def test_several_of_one_query():
    several = (
        receipt.Disclosed("place", "urn:p", ((("object_id",), ("d1",)),)),
        receipt.Disclosed("place", "urn:p", ((("object_id",), ("d2",)),)),
        receipt.Disclosed("place", "urn:p", ()),
        receipt.Disclosed("place", "urn:p", ()),
    )
    token = build(disclosed=several, kept=(("place", ("object_id",)),))
    assert receipt.verify(token, replace(EXPECTED, disclosed=several[::-1])).disclosed == several
    assert refused(token, disclosed=several[:3]) == "receipt.disclosed"
    assert refused(token, disclosed=several[1:]) == "receipt.disclosed"


@pytest.mark.spec("Regie formats", "3", "what was signed for besides: exactly that, in that order")
def test_transaction_data_hashes():
    signed = (base64url.sha256("a"), base64url.sha256("b"))
    token = build(transaction_data_hashes=signed)
    wanted = replace(EXPECTED, transaction_data_hashes=signed)
    assert receipt.verify(token, wanted).transaction_data_hashes == signed
    for other in ((), signed[:1], signed[::-1], (*signed, signed[0])):
        assert refused(token, transaction_data_hashes=other) == "receipt.transaction_data"
    assert refused(build(), transaction_data_hashes=signed) == "receipt.transaction_data"
    assert "transaction_data_hashes" not in jose.parse(build(), typ=TYP_RECEIPT).dangerous_payload()
    with pytest.raises(CredentialError) as fault:
        build(transaction_data_hashes=("AAAA",))
    assert fault.value.code == "receipt.hash"
