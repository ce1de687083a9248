"""`verifier_info` and `issuer_info`: one certificate, one story."""

import contextlib
import json

import pytest
from support import forge
from support.scheme import NOW, shared

from credential import base64url, jose, registration
from credential.errors import CredentialError, Malformed, NotAllowed
from credential.names import TYP_REGISTRATION

DOCUMENT = "TS 119 472-2"


@pytest.fixture
def compact():
    return shared().verifier().registrations["inschrijven"]


def element(compact, **more) -> dict:
    return {"format": "registration_cert", "data": compact, **more}


def read(info):
    return registration.from_verifier_info(info)


def refusal(info) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        read(info)
    return caught.value


@pytest.mark.spec(DOCUMENT, "verifier_info", "as it is, or base64url once")
def test_both_forms_are_read(compact):
    assert read([element(compact)]) == compact
    once = base64url.encode(compact.encode())
    assert read([element(once)]) == compact
    assert refusal([element(base64url.encode(once.encode()))]).code == "registration.info"


@pytest.mark.spec(DOCUMENT, "verifier_info", "exactly one registration_cert")
def test_exactly_one(compact):
    assert refusal([element(compact), element(compact)]).code == "registration.info"
    assert refusal([element(compact, credential_ids=["a"])]).code == "registration.info"
    for none in (None, [{"format": "iets_anders", "data": "x"}]):
        found = refusal(none)
        assert isinstance(found, NotAllowed)
        assert found.code == "registration.absent"


def test_unknown_formats_are_ignored(compact):
    assert read([{"format": "iets_anders", "data": 7}, element(compact)]) == compact


def test_other_shapes_are_malformed(compact):
    for wrong in (
        [],
        {},
        json.dumps([element(compact)]),
        ["x"],
        [{"data": compact}],
        [{"format": 1, "data": compact}],
        [{"format": "registration_cert"}],
        [element({"a": 1})],
        [element("")],
        [element("a.b")],
        [element("a.b.c.d")],
        [element("a" * 200_000)],
        [element(compact + "\n")],
    ):
        assert isinstance(refusal(wrong), Malformed)


@pytest.mark.spec(DOCUMENT, "registrar_dataset", "the same party and use")
def test_the_dataset_may_not_tell_another_story(compact):
    def dataset(**members):
        data = {
            "identifier": "NTRNL-90000001",
            "intendedUseIdentifier": "inschrijven",
            **members,
        }
        return [element(compact), {"format": "registrar_dataset", "data": data}]

    assert read(dataset()) == compact
    typed = [{"type": "x", "identifier": "y"}, {"type": "x", "identifier": "NTRNL-90000001"}]
    assert read(dataset(identifier=typed)) == compact
    for wrong in (
        {"identifier": "NTRNL-90000002"},
        {"identifier": []},
        {"identifier": None},
        {"intendedUseIdentifier": "toewijzing"},
        {"intendedUseIdentifier": None},
    ):
        assert refusal(dataset(**wrong)).code == "registration.dataset"
    assert isinstance(
        refusal([element(compact), {"format": "registrar_dataset", "data": "x"}]), Malformed
    )


def test_what_we_send_is_what_we_read(compact):
    sent = registration.to_verifier_info(compact)
    assert read(sent) == compact
    dataset = sent[1]["data"]
    assert dataset["identifier"] == "NTRNL-90000001"
    assert dataset["purpose"][0] == {"lang": "nl", "content": "Inschrijven als woningzoekende"}
    found = registration.verify_registration(
        read(sent), shared().trust, now=NOW, leaf=shared().leaf()
    )
    assert found.intended_use_id == "inschrijven"


def test_an_issuers_information_names_what_it_issues():
    sent = registration.to_verifier_info(shared().issuer().registration)
    assert read(sent) == shared().issuer().registration
    assert sent[1]["data"]["isPSB"] is True
    assert sent[1]["data"]["providesAttestations"]


def test_what_cannot_be_sent_is_refused_by_our_own_errors():
    scheme = shared()
    for held in (scheme.verifier().registrations["inschrijven"], scheme.issuer().registration):
        payload = jose.parse(held, typ=TYP_REGISTRATION).dangerous_payload()
        for member in payload:
            for wrong in (
                {**payload, member: [{}]},
                {k: v for k, v in payload.items() if k != member},
            ):
                with contextlib.suppress(CredentialError):
                    registration.to_verifier_info(forge.registration_of(scheme, wrong))
