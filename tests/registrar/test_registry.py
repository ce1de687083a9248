"""The register as an auditor reads it: TS5 answers, and everything that must not pass for one."""

from dataclasses import replace

import pytest
from support.scheme import (
    NOW,
    REGISTRY,
    VOORBEELDSTAD,
    VOORBEELDWONEN,
    WESTHOVE,
    build,
)

from credential import jose, strictjson
from credential.errors import CredentialError, Malformed, NotTrusted, NotValidNow
from credential.names import REGISTRATION_EXTENSION, vct_of
from registrar import audit, registry, registryreader, standing
from registrar.authority import LIST_SIGNER, SNAPSHOT_SIGNER
from registrar.life import Event, Step
from registrar.registryreader import Reader

DAY = 86_400
PARTY = "NTRNL-90000001"
OTHER = "NTRNL-90000012"
USE = "inschrijven"


@pytest.fixture(scope="module")
def scheme():
    return build(names=(VOORBEELDSTAD, WESTHOVE, VOORBEELDWONEN))


def reader(scheme, tree=None):
    files = scheme.tree if tree is None else tree
    pins = [scheme.tree[path] for path in scheme.tree if path.startswith("signers/")]
    return Reader(files.__getitem__, REGISTRY, pins)


def refused(scheme, path, data, now=NOW):
    """The code with which this file is refused in the place of that one."""
    with pytest.raises(CredentialError) as error:
        reader(scheme, {**scheme.tree, path: data}).answer(path, now=now)
    return error.value.code


def signed(scheme, payload, *, name=LIST_SIGNER, typ="JWT", **header):
    pair = scheme.authority.pairs[name]
    members = {**jose.x5c_header([pair.der]), **header}
    return jose.sign(payload, typ=typ, signer=pair.signer, header=members).encode()


def said(scheme, path):
    return dict(jose.parse(scheme.tree[path].decode(), typ="JWT").dangerous_payload())


@pytest.mark.spec("TS5 v1.3", "GET /wrp", "the list of parties, one page")
def test_the_list_names_everybody(scheme):
    found = reader(scheme).parties(now=NOW)
    assert [one["tradeName"] for one in found] == [
        "Gemeente Voorbeeldstad",
        "Gemeente Westhove",
        "Woonstichting Voorbeeldwonen",
    ]
    assert said(scheme, registry.INDEX)["pagination"] == {"has_next_page": False}


@pytest.mark.spec("TS5 v1.3", "GET /wrp/{identifier}", "a party with all it is registered for")
def test_a_party_says_what_its_certificates_say(scheme):
    found = reader(scheme).party(PARTY, now=NOW)
    required = {
        "identifier", "legalPerson", "country", "supportURI", "srvDescription", "isPSB",
        "entitlements", "supervisoryAuthority", "registryURI", "isIntermediary",
    }  # fmt: skip
    assert required <= {*found}
    assert found["legalPerson"] == {"legalName": ["Woonstichting Voorbeeldwonen"]}
    assert "postalAddress" not in found
    assert found["supervisoryAuthority"]["name"] == "Autoriteit Persoonsgegevens"
    ids = [use["intendedUseIdentifier"] for use in found["intendedUse"]]
    assert USE in ids
    assert len(ids) == 6
    issuer = reader(scheme).party("NTRNL-90000011", now=NOW)
    assert issuer["isPSB"] is True
    kinds = scheme.parties[VOORBEELDSTAD].issuing.kinds
    offered = [one["meta"]["vct_values"] for one in issuer["providesAttestations"]]
    assert offered == [[vct_of(kind)] for kind in kinds]


@pytest.mark.spec("TS5 v1.3", "IntendedUse", "the words of the register, claims in the plural")
def test_an_intended_use(scheme):
    found = reader(scheme).intended_use(PARTY, USE, now=NOW)
    assert found["isRegistered"] is True
    assert found["createdAt"] == "2026-01-01"
    assert found["purpose"][0] == {"lang": "nl", "content": "Inschrijven als woningzoekende"}
    assert found["privacyPolicy"][0]["policyURI"].startswith("https://")
    assert all("claims" in one and "claim" not in one for one in found["credentials"])
    assert found[REGISTRATION_EXTENSION]["retention"]["duration"] == "P2Y"


@pytest.mark.spec("TS5 v1.3", "check-intended-use", "worked out from the file, by path and type")
def test_whether_a_claim_is_registered(scheme):
    use = reader(scheme).intended_use(PARTY, USE, now=NOW)
    person = vct_of("persoonsgegevens")
    assert registryreader.is_registered(use, vct=person, path=("age_over_18",))
    assert not registryreader.is_registered(use, vct=person, path=("birthdate",))
    assert not registryreader.is_registered(use, vct=vct_of("woonadres"), path=("age_over_18",))


@pytest.mark.spec("Regie trust", "5", "no file: not registered")
def test_what_is_not_there_is_not_registered(scheme):
    assert reader(scheme).intended_use(PARTY, "iets-anders", now=NOW) is None
    assert reader(scheme).intended_use("NTRNL-99999999", USE, now=NOW) is None


@pytest.mark.spec("Regie trust", "8", "a suspended purpose is registered nowhere")
def test_what_is_stopped_is_not_registered():
    scheme = build(names=(VOORBEELDSTAD, VOORBEELDWONEN))
    party = scheme.parties[VOORBEELDWONEN]
    events = (Event(NOW - DAY, Step.ADMITTED), Event(NOW, Step.SUSPENDED))
    uses = tuple(
        replace(one, steps=events) if one.id == USE else one
        for one in party.services[0].intended_uses
    )
    service = replace(party.services[0], intended_uses=uses)
    scheme.parties[VOORBEELDWONEN] = replace(party, services=(service,))
    scheme.ledger = standing.applied(scheme.ledger, scheme.parties.values(), now=NOW)
    scheme.publish()
    assert reader(scheme).intended_use(PARTY, USE, now=NOW) is None
    uses = reader(scheme).party(PARTY, now=NOW)["intendedUse"]
    stopped = {one["intendedUseIdentifier"]: one.get("revokedAt") for one in uses}
    assert stopped.pop(USE) == "2026-01-01"
    assert set(stopped.values()) == {None}


@pytest.mark.spec("Regie trust", "7 T60", "an x-jku-url is never followed")
def test_a_key_from_elsewhere_opens_nothing(scheme):
    path = registry.party_path(PARTY)
    own = said(scheme, path)
    assert refused(scheme, path, signed(scheme, own, jku="https://evil.example/jwks")) == "jose.jku"
    other = build(names=(VOORBEELDSTAD,))
    assert refused(scheme, path, signed(other, own)) == "registry.signer"
    assert refused(scheme, path, signed(scheme, own, name=SNAPSHOT_SIGNER)) == "registry.signer"


@pytest.mark.spec("Regie trust", "7 T60", "an old file dies")
@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({"exp": NOW}, "registry.expired"),
        ({"iat": NOW + 301, "exp": NOW + DAY}, "registry.not_yet_valid"),
        ({"exp": NOW + 8 * DAY}, "registry.period"),
        ({"exp": True}, "json.member"),
        ({"iss": "https://evil.example"}, "registry.issuer"),
    ],
)
def test_times_and_register(scheme, edit, code):
    path = registry.party_path(PARTY)
    assert refused(scheme, path, signed(scheme, said(scheme, path) | edit)) == code
    assert reader(scheme).answer(path, now=NOW + 7 * DAY - 1)
    assert refused(scheme, path, scheme.tree[path], now=NOW + 7 * DAY) == "registry.expired"


@pytest.mark.spec("Regie trust", "7 T60", "the file of another under this name")
def test_the_answer_about_another_is_refused(scheme):
    mine, theirs = registry.party_path(PARTY), registry.party_path(OTHER)
    assert refused(scheme, mine, scheme.tree[theirs]) == "registry.other_address"
    about = {**said(scheme, theirs), "sub": f"{REGISTRY}/{mine}"}
    tree = {**scheme.tree, mine: signed(scheme, about)}
    with pytest.raises(NotTrusted, match=r"registry.other_party"):
        reader(scheme, tree).party(PARTY, now=NOW)
    use, other = (registry.use_path(PARTY, name) for name in (USE, "rechten"))
    assert refused(scheme, use, scheme.tree[other]) == "registry.other_address"
    about = {**said(scheme, other), "sub": f"{REGISTRY}/{use}"}
    with pytest.raises(NotTrusted, match=r"registry.other_use"):
        reader(scheme, {**scheme.tree, use: signed(scheme, about)}).intended_use(
            PARTY, USE, now=NOW
        )


@pytest.mark.spec("Regie trust", "7 T60", "no way out of the folder through a name")
@pytest.mark.parametrize(
    "name", ["../scheme", "..", "NTRNL-1/../../x", "NTRNL-%2e%2e", "", "NTRNL-1\x00", "ntrnl-1"]
)
def test_a_name_is_a_name(scheme, name):
    def read(path):
        raise AssertionError(path)

    closed = replace(reader(scheme), read=read)
    with pytest.raises(Malformed, match=r"registry.identifier"):
        closed.party(name, now=NOW)
    with pytest.raises(Malformed, match=r"registry.identifier"):
        closed.intended_use(name, USE, now=NOW)
    with pytest.raises(Malformed, match=r"registry.identifier"):
        closed.intended_use(PARTY, name if name in ("..", "") else "a/b", now=NOW)


def test_a_strange_identifier_stays_one_segment():
    assert registry.party_path("NTRNL-1/../x") == "wrp/NTRNL-1%2F..%2Fx.jwt"


@pytest.mark.spec("Regie trust", "7 T59", "another kind of message is no answer")
def test_other_messages_are_no_answers(scheme):
    path = registry.party_path(PARTY)
    for other in ("scheme.jws", "lote/wrprc-providers.jwt", "registration-status/1.jwt"):
        assert refused(scheme, path, scheme.tree[other]) in ("jose.typ", "registry.too_large")
    use = next(one for one in scheme.tree if one.startswith("registration/"))
    assert refused(scheme, path, scheme.tree[use]) == "jose.typ"
    assert refused(scheme, path, b"\xff") == "registry.ascii"
    assert refused(scheme, path, b"a" * (registryreader.MAX_ANSWER + 1)) == "registry.too_large"
    unsigned = scheme.tree[path].rpartition(b".")[0] + b"."
    assert refused(scheme, path, unsigned) == "jose.signature"
    number = signed(scheme, {**said(scheme, path), "data": 1})
    with pytest.raises(Malformed, match=r"registry.data"):
        reader(scheme, {**scheme.tree, path: number}).party(PARTY, now=NOW)
    nothing = {name: one for name, one in said(scheme, path).items() if name != "data"}
    assert refused(scheme, path, signed(scheme, nothing)) == "registry.data"


WIDER = {
    "a claim nobody registered": lambda use: use["credentials"][0]["claims"].append(
        {"path": ["birthdate"]}
    ),
    "another type": lambda use: use["credentials"][0]["meta"].update(
        vct_values=[vct_of("woonadres")]
    ),
}


@pytest.mark.spec("Regie trust", "8", "the register is never more permissive than certificates")
@pytest.mark.parametrize("edit", WIDER.values(), ids=WIDER)
def test_a_register_that_says_more_is_found(edit):
    scheme = build(names=(VOORBEELDSTAD, VOORBEELDWONEN))
    for path, of in (
        (registry.use_path(PARTY, USE), lambda data: data),
        (registry.party_path(PARTY), lambda data: data["intendedUse"][0]),
    ):
        before = scheme.tree[path]
        changed = strictjson.loads_object(strictjson.dumps(said(scheme, path)))
        edit(of(changed["data"]))
        scheme.swap(path, signed(scheme, changed))
        codes = [
            one.code
            for one in audit.check(
                scheme.read, scheme.ledger, fingerprint=scheme.fingerprint, now=NOW
            )
        ]
        assert "audit.registry_too_lenient" in codes, path
        scheme.swap(path, before)


def test_a_withdrawn_issuer_is_said_to_issue_nothing():
    scheme = build(names=(VOORBEELDSTAD, WESTHOVE))
    issuing = scheme.parties[WESTHOVE].issuing
    ended = replace(issuing, withdrawn=NOW, withdrawal_reason="ceased")
    scheme.change(WESTHOVE, issuing=ended)
    scheme.publish()
    assert "providesAttestations" not in reader(scheme).party(OTHER, now=NOW)
    path = registry.INDEX
    lenient = strictjson.loads_object(strictjson.dumps(said(scheme, path)))
    gone = next(one for one in lenient["data"] if one["tradeName"] == "Gemeente Westhove")
    gone["providesAttestations"] = lenient["data"][0]["providesAttestations"]
    scheme.swap(path, signed(scheme, lenient))
    codes = {
        one.code
        for one in audit.check(scheme.read, scheme.ledger, fingerprint=scheme.fingerprint, now=NOW)
    }
    assert "audit.registry_too_lenient" in codes
    with pytest.raises(NotValidNow):
        reader(scheme).parties(now=NOW + 8 * DAY)
