"""Lists of trusted entities: signer, shape, dates and what is made of them."""

import copy
import json

import pytest
from support.scheme import NOW, shared

from credential import base64url, jose
from credential.errors import CredentialError, Malformed
from credential.names import (
    ENTITY_EXTENSION,
    STATUS_WITHDRAWN,
    SVC_CARD_ISSUANCE,
    TYP_STATUS_LIST,
    lote_type,
)
from credential.trust import Role
from credential.trust.entities import LIST_SERVICES, anchors_of, issuers_of
from credential.trust.lists import MAX_LIST, open_list
from registrar import lote
from registrar.authority import LIST_SIGNER, SNAPSHOT_SIGNER

DAY = 86_400
PUB_EAA = "pub-eaa-providers"


@pytest.fixture
def scheme():
    return shared()


@pytest.fixture
def document(scheme):
    made = lote.documents(scheme.authority, list(scheme.parties.values()), sequence=42, now=NOW)
    return copy.deepcopy(made[PUB_EAA])


def signed(scheme, document, *, signer=LIST_SIGNER, typ="jose", header=None, x5c=True) -> bytes:
    pair = scheme.authority.pairs[signer]
    full = {"cty": "json", "iat": NOW, **(jose.x5c_header([pair.der]) if x5c else {})}
    return jose.sign(
        document, typ=typ, signer=pair.signer, header={**full, **(header or {})}
    ).encode()


def read(scheme, data, *, name=PUB_EAA, now=NOW, pins=None):
    return open_list(
        data,
        list_type=lote_type(name),
        services=LIST_SERVICES[name],
        pins=pins if pins is not None else [scheme.authority.pairs[LIST_SIGNER].der],
        now=now,
    )


def refusal(scheme, data, **changes) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        read(scheme, data, **changes)
    return caught.value


def information(document):
    return document["LoTE"]["ListAndSchemeInformation"]


def entity(document):
    return document["LoTE"]["TrustedEntitiesList"][0]


def service(document):
    return entity(document)["TrustedEntityServices"][0]["ServiceInformation"]


def test_what_the_registrar_signs_is_read(scheme, document):
    found = read(scheme, lote.sign(scheme.authority, document, now=NOW))
    assert found.sequence == 42
    assert found.operator == "Stelselbeheerder Regie (test)"
    assert found.next_update - found.issued == 7 * DAY
    first = issuers_of(found)[0]
    assert first.name == "Gemeente Voorbeeldstad"
    assert first.municipality_codes == ("0599",)
    assert first.issuing(NOW)
    assert first.status_prefix == "https://localhost:8441/0599/status/"
    assert first.status_aggregation == "https://localhost:8441/0599/status-lists"
    assert len(first.vcts) == 8


@pytest.mark.spec("TS 119 602", "6.8", "operator and territory are the signer's")
def test_operator_and_territory_are_the_signers(scheme, document):
    information(document)["SchemeOperatorName"] = [{"lang": "nl", "value": "Iemand anders"}]
    assert refusal(scheme, signed(scheme, document)).code == "lote.operator"
    information(document)["SchemeOperatorName"][0]["value"] = "Stelselbeheerder Regie (test)"
    assert read(scheme, signed(scheme, document))
    information(document)["SchemeTerritory"] = "BE"
    assert refusal(scheme, signed(scheme, document)).code == "lote.operator"


@pytest.mark.spec("TS 119 602", "6.8", "a pinned signer inside its validity")
def test_only_a_pinned_signer_counts(scheme, document):
    elsewhere = signed(scheme, document, signer=SNAPSHOT_SIGNER)
    assert refusal(scheme, elsewhere).code == "lote.signer"
    assert refusal(scheme, signed(scheme, document), pins=[]).code == "lote.signer"
    assert refusal(scheme, signed(scheme, document, x5c=False)).code == "jose.x5c"
    late = NOW + 1000 * DAY
    information(document)["ListIssueDateTime"] = lote.moment(late)
    information(document)["NextUpdate"] = lote.moment(late + DAY)
    assert refusal(scheme, signed(scheme, document), now=late).code == "x5c.expired"


def test_the_header_tells_the_same_story(scheme, document):
    ahead = signed(scheme, document, header={"iat": NOW + 301})
    assert refusal(scheme, ahead).code == "lote.iat"
    other = signed(scheme, document, header={"x5t#S256": base64url.sha256(b"iets")})
    assert refusal(scheme, other).code == "lote.x5t"


@pytest.mark.spec("RFC 8725", "3.11", "a list is a list and nothing else")
def test_nothing_else_is_served_as_a_list(scheme, document):
    registration = scheme.verifier().registrations["inschrijven"].encode()
    assert refusal(scheme, registration).code == "jose.typ"
    for typ in (TYP_STATUS_LIST, "JWT", "tl+jwt", "regie-scheme+jwt"):
        assert refusal(scheme, signed(scheme, document, typ=typ)).code == "jose.typ"
    assert read(scheme, signed(scheme, document, typ="JOSE"))


def test_a_general_json_serialisation_is_refused(scheme, document):
    assert isinstance(refusal(scheme, b'{"payload":"e30","signatures":[]}'), Malformed)


@pytest.mark.spec("TS 119 602", "6.3.3", "the list of this type")
def test_another_lists_bytes_are_refused(scheme):
    other = scheme.read("lote/wrpac-providers.jwt")
    assert read(scheme, other, name="wrpac-providers").sequence
    assert refusal(scheme, other).code == "lote.type"


def test_a_service_type_of_another_list_is_refused(scheme, document):
    service(document)["ServiceTypeIdentifier"] = "http://uri.etsi.org/19602/SvcType/WRPAC/Issuance"
    assert refusal(scheme, signed(scheme, document)).code == "lote.service_type"


@pytest.mark.spec("TS 119 602", "6.3.15", "fresh at the moment of use")
def test_dates(scheme, document):
    data = signed(scheme, document)
    assert read(scheme, data, now=NOW + 7 * DAY - 1)
    assert refusal(scheme, data, now=NOW + 7 * DAY).code == "lote.expired"
    assert refusal(scheme, data, now=NOW - 301).code in ("lote.issued", "lote.iat")
    information(document)["NextUpdate"] = None
    assert refusal(scheme, signed(scheme, document)).code == "lote.closed"
    information(document)["NextUpdate"] = lote.moment(NOW + 213 * DAY)
    assert refusal(scheme, signed(scheme, document)).code == "lote.period"


@pytest.mark.spec("TS 119 602", "6.1.3", "date-times have one form")
@pytest.mark.parametrize(
    "moment",
    [
        "2026-01-05T00:00:00.000Z",
        "2026-01-05T00:00:00+01:00",
        "2026-01-05 00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-05T00:00:00Z\n",
        1767571200,
        True,
    ],
)
def test_date_times_have_one_form(scheme, document, moment):
    information(document)["NextUpdate"] = moment
    assert isinstance(refusal(scheme, signed(scheme, document)), Malformed)


@pytest.mark.spec("TS 119 602", "6.3.2", "sequence numbers")
@pytest.mark.parametrize("number", [True, "42", 0, -1, 1.5, None])
def test_sequence_numbers_are_positive_integers(scheme, document, number):
    information(document)["LoTESequenceNumber"] = number
    assert isinstance(refusal(scheme, signed(scheme, document)), Malformed)


@pytest.mark.spec("TS 119 602", "JSON schema", "no unknown members")
def test_an_unknown_member_at_any_level_refuses_the_list(scheme, document):
    for place in (
        lambda d: d,
        lambda d: d["LoTE"],
        information,
        lambda d: information(d)["SchemeOperatorAddress"],
        lambda d: information(d)["SchemeOperatorName"][0],
        entity,
        lambda d: entity(d)["TrustedEntityInformation"],
        lambda d: entity(d)["TrustedEntityServices"][0],
        service,
        lambda d: service(d)["ServiceDigitalIdentity"],
        lambda d: service(d)["ServiceDigitalIdentity"]["X509Certificates"][0],
    ):
        changed = copy.deepcopy(document)
        place(changed)["Extra"] = "x"
        assert refusal(scheme, signed(scheme, changed)).code == "lote.unknown_member"


def test_wrong_shapes_refuse_the_list(scheme, document):
    def change(edit):
        changed = copy.deepcopy(document)
        edit(changed)
        return refusal(scheme, signed(scheme, changed))

    def camel(d):
        d["LoTE"]["listAndSchemeInformation"] = d["LoTE"].pop("ListAndSchemeInformation")

    def empty_entities(d):
        d["LoTE"]["TrustedEntitiesList"] = []

    def empty_names(d):
        service(d)["ServiceName"] = []

    def no_issue(d):
        del information(d)["ListIssueDateTime"]

    def mixed(d):
        information(d)["PolicyOrLegalNotice"].append({"LoTELegalNotice": "tekst"})

    for edit in (camel, empty_entities, empty_names, no_issue, mixed):
        assert isinstance(change(edit), Malformed)
    bare = document["LoTE"]
    assert isinstance(refusal(scheme, signed(scheme, bare)), Malformed)


def test_a_duplicate_member_refuses_the_list(scheme, document):
    text = json.dumps(document).replace(
        '"LoTEVersionIdentifier"', '"SchemeTerritory":"NL","LoTEVersionIdentifier"', 1
    )
    assert refusal(scheme, signed(scheme, text.encode())).code == "json.duplicate"


@pytest.mark.spec("TS 119 602", "6.6.9", "criticality of extensions")
def test_an_unknown_critical_extension_refuses_the_list(scheme, document):
    extensions = entity(document)["TrustedEntityInformation"]["TEInformationExtensions"]
    extensions.append({"Critical": False, "id": "https://elders.example/1", "value": 1})
    assert read(scheme, signed(scheme, document))
    for name, value in (("Critical", True), ("critical", True), ("Critical", "no")):
        extensions[-1] = {name: value, "id": "https://elders.example/1"}
        assert refusal(scheme, signed(scheme, document)).code == "lote.critical_extension"


def test_our_own_extension_twice_is_two_stories(scheme, document):
    extensions = entity(document)["TrustedEntityInformation"]["TEInformationExtensions"]
    extensions.append(copy.deepcopy(extensions[0]))
    assert refusal(scheme, signed(scheme, document)).code == "lote.extension_repeated"


@pytest.mark.spec("TS 119 602", "6.6.3", "certificates are base64 of DER")
def test_a_certificate_that_does_not_parse_is_dropped(scheme, document):
    listed = service(document)["ServiceDigitalIdentity"]["X509Certificates"]
    good = listed[0]["val"]
    for wrong in ("-----BEGIN CERTIFICATE-----", good[:40] + " " + good[40:], "AAAA"):
        service(document)["ServiceDigitalIdentity"]["X509Certificates"] = [
            {"val": wrong},
            {"val": good},
        ]
        found = issuers_of(read(scheme, signed(scheme, document)))
        assert found[0].card_anchors == (base64url.decode_padded(good),)
        service(document)["ServiceDigitalIdentity"]["X509Certificates"] = [{"val": wrong}]
        assert issuers_of(read(scheme, signed(scheme, document)))[0].card_anchors == ()


def test_an_issuer_without_its_own_extension_is_malformed(scheme, document):
    del entity(document)["TrustedEntityInformation"]["TEInformationExtensions"]
    with pytest.raises(Malformed):
        issuers_of(read(scheme, signed(scheme, document)))


def test_two_issuers_with_one_oin_are_malformed(scheme, document):
    listed = document["LoTE"]["TrustedEntitiesList"]
    listed.append(copy.deepcopy(listed[0]))
    with pytest.raises(Malformed) as caught:
        issuers_of(read(scheme, signed(scheme, document)))
    assert caught.value.code == "lote.oin_repeated"


@pytest.mark.parametrize("member", ["oin", "municipality_codes", "organization_identifier"])
def test_the_entity_extension_has_its_members(scheme, document, member):
    information_ = entity(document)["TrustedEntityInformation"]
    own = information_["TEInformationExtensions"][0]
    assert own["id"] == ENTITY_EXTENSION
    own["value"][member] = 7
    with pytest.raises(Malformed):
        issuers_of(read(scheme, signed(scheme, document)))


def test_a_service_needs_its_status_and_since(scheme, document):
    assert service(document)["ServiceTypeIdentifier"] == SVC_CARD_ISSUANCE
    since = service(document).pop("StatusStartingTime")
    with pytest.raises(Malformed):
        issuers_of(read(scheme, signed(scheme, document)))
    service(document)["StatusStartingTime"] = since
    service(document)["ServiceStatus"] = "https://elders.example/onbekend"
    with pytest.raises(Malformed):
        issuers_of(read(scheme, signed(scheme, document)))


def test_a_list_may_be_empty(scheme, document):
    del document["LoTE"]["TrustedEntitiesList"]
    assert issuers_of(read(scheme, signed(scheme, document))) == ()


def test_size_and_depth_are_bounded(scheme, document):
    assert refusal(scheme, b"a" * (MAX_LIST + 1)).code == "lote.too_large"
    assert refusal(scheme, "é".encode()).code == "lote.ascii"
    deep = b'{"LoTE":' * 200 + b"1" + b"}" * 200
    assert isinstance(refusal(scheme, signed(scheme, deep)), Malformed)


def test_an_authority_listed_as_withdrawn_anchors_nothing(scheme):
    name = "wrpac-providers"
    made = lote.documents(scheme.authority, list(scheme.parties.values()), sequence=42, now=NOW)
    found = copy.deepcopy(made[name])
    listed = read(scheme, signed(scheme, found), name=name)
    assert len(anchors_of([listed], (), ())[Role.VERIFIER_ACCESS]) == 1
    service(found)["ServiceStatus"] = STATUS_WITHDRAWN
    service(found)["StatusStartingTime"] = "2025-12-01T00:00:00Z"
    listed = read(scheme, signed(scheme, found), name=name)
    anchors = anchors_of([listed], (), ())
    assert anchors[Role.VERIFIER_ACCESS] == ()
    assert len(anchors[Role.ISSUER_ACCESS]) == 1


@pytest.mark.parametrize("member", ["oin", "organization_identifier"])
def test_an_issuer_without_a_number_is_malformed(scheme, document, member):
    information = entity(document)["TrustedEntityInformation"]
    information["TEInformationExtensions"][0]["value"][member] = ""
    with pytest.raises(Malformed):
        issuers_of(read(scheme, signed(scheme, document)))


@pytest.mark.spec("Regie formats", "7", "a prefix ends where a name ends")
@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "https://localhost",
        "https://localhost:8441/0599/status",
        "http://localhost:8441/0599/status/",
        "https://localhost:8441/0599/?/",
        "https://localhost:8441/%30599/",
        "https://user@localhost:8441/",
        "https://localhost:8441\\/",
        "//localhost:8441/",
    ],
)
def test_a_status_prefix_is_a_plain_https_folder(scheme, document, prefix):
    service(document)["ServiceInformationExtensions"][0]["value"]["status_prefix"] = prefix
    with pytest.raises(Malformed) as caught:
        issuers_of(read(scheme, signed(scheme, document)))
    assert caught.value.code == "lote.status_prefix"


@pytest.mark.spec("Regie formats", "7", "the list lies under the issuer's prefix")
def test_a_status_list_lies_plainly_under_the_prefix(scheme, document):
    issuer = issuers_of(read(scheme, signed(scheme, document)))[0]
    prefix = issuer.status_prefix
    assert issuer.keeps_status_at(f"{prefix}1")
    assert issuer.keeps_status_at(f"{prefix}a/b..c.jwt")
    for uri in (
        prefix.rstrip("/") + ".evil.example/1",
        f"{prefix}../../0518/status/1",
        f"{prefix}./1",
        f"{prefix}%2e%2e/1",
        f"{prefix}1?time=1",
        f"{prefix}1#x",
        f"{prefix}1\n",
        f"{prefix}\u0131",
        f"{prefix}..\\1",
        f" {prefix}1",
        prefix.replace("https", "HTTPS") + "1",
    ):
        assert not issuer.keeps_status_at(uri), uri


@pytest.mark.spec("Regie trust", "4.5", "issuing needs a service in force")
def test_only_services_in_force_make_a_kind_issuable(scheme, document):
    issuer = issuers_of(read(scheme, signed(scheme, document)))[0]
    assert issuer.issuable(NOW) == issuer.vcts
    old = copy.deepcopy(entity(document)["TrustedEntityServices"][0])
    old["ServiceInformation"]["ServiceStatus"] = STATUS_WITHDRAWN
    own = old["ServiceInformation"]["ServiceInformationExtensions"][0]["value"]
    own["vcts"] = ["https://regie.example/ns/kaart/oud/1"]
    own["status_prefix"] = "https://oud.example/status/"
    entity(document)["TrustedEntityServices"].append(old)
    both = issuers_of(read(scheme, signed(scheme, document)))[0]
    assert both.vcts == issuer.vcts | {"https://regie.example/ns/kaart/oud/1"}
    assert both.issuable(NOW) == issuer.vcts
    assert both.keeps_status_at("https://oud.example/status/1")


def test_an_issuers_name_is_text_for_a_terminal(scheme, document):
    names = entity(document)["TrustedEntityInformation"]["TEName"]
    names[0]["value"] = "Gemeente\x1b[2J \u202eVoorbeeld"
    assert issuers_of(read(scheme, signed(scheme, document)))[0].name == "Gemeente Voorbeeld"


def test_an_authority_signs_no_lists_even_if_pinned(scheme, document):
    pair = scheme.authority.role(Role.CARD)
    data = jose.sign(
        document,
        typ="jose",
        signer=pair.signer,
        header={"cty": "json", "iat": NOW, **jose.x5c_header([pair.der])},
    ).encode()
    assert refusal(scheme, data, pins=[pair.der]).code == "x5c.leaf_is_ca"
