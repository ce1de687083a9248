"""Registration certificates and questions with one thing wrong, and whether `openvc` refuses too.

All of them are refused by us. Where `openvc` is not the one to refuse, the row says why.
"""

import base64
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID, NameOID
from support import forge
from support.scheme import GRIJPGRAAG, NOW, TestScheme

from credential import base64url, jose, strictjson
from credential.names import TYP_REGISTRATION, vct_of
from credential.trust import Role
from registrar.authority import REGISTRATION_SIGNER, REGISTRATION_STATUS_SIGNER
from registrar.certificates import Pair

DAY = 86_400


class Row(NamedTuple):
    """What is done to a certificate, whether the other refuses it, and why not where it does not."""

    change: Callable[[TestScheme, str], str]
    refused: bool
    why: str = ""


def with_members(**members: Any) -> Callable[[TestScheme, str], str]:
    return lambda scheme, compact: forge.registration(scheme, compact, **members)


def with_header(**header: Any) -> Callable[[TestScheme, str], str]:
    return lambda scheme, compact: forge.registration(scheme, compact, header=header)


def without(*members: str) -> Callable[[TestScheme, str], str]:
    return lambda scheme, compact: forge.registration(scheme, compact, drop=members)


def _header_only(**members: Any) -> Callable[[TestScheme, str], str]:
    """Another header on the payload and signature that stand."""

    def change(_: TestScheme, compact: str) -> str:
        header, payload, signature = compact.split(".")
        found = {**strictjson.loads_object(base64url.decode(header)), **members}
        return f"{base64url.encode(strictjson.dumps(found))}.{payload}.{signature}"

    return change


def _written(old: bytes, new: bytes) -> Callable[[TestScheme, str], str]:
    """Genuinely signed, with other bytes in the payload."""

    def change(scheme: TestScheme, compact: str) -> str:
        payload = jose.parse(compact, typ=TYP_REGISTRATION).dangerous_payload()
        text = strictjson.dumps({**payload, "exp": 0})
        assert old in text
        return forge.registration_of(scheme, text.replace(old, new, 1))

    return change


def _text_changed(_: TestScheme, compact: str) -> str:
    header, payload, signature = compact.split(".")
    text = base64url.decode(payload).replace(b"age_over_18", b"age_over_21")
    return f"{header}.{base64url.encode(text)}.{signature}"


def _unsigned(scheme: TestScheme, compact: str) -> str:
    header, payload, _ = _header_only(alg="none")(scheme, compact).split(".")
    return f"{header}.{payload}."


def _signed_by(name: str) -> Callable[[TestScheme, str], str]:
    def change(scheme: TestScheme, compact: str) -> str:
        return forge.registration(scheme, compact, signer=scheme.authority.pairs[name])

    return change


def _by_itself(scheme: TestScheme, compact: str) -> str:
    own = scheme.verifier().access
    pair = Pair(x509.load_der_x509_certificate(own.x5c[0]), own.signer._key)
    return forge.registration(scheme, compact, signer=pair)


def _another_key(scheme: TestScheme, compact: str) -> str:
    certificate = scheme.authority.pairs[REGISTRATION_SIGNER].certificate
    stranger = Pair(certificate, ec.generate_private_key(ec.SECP256R1()))
    return forge.registration(scheme, compact, signer=stranger)


def _anchor_inside(scheme: TestScheme, compact: str) -> str:
    ders = [scheme.authority.pairs[one].der for one in (REGISTRATION_SIGNER, "registration")]
    chain = [base64.b64encode(der).decode() for der in ders]
    return forge.registration(scheme, compact, header={"x5c": chain})


def _wrapped(_: TestScheme, compact: str) -> str:
    return base64url.encode(compact.encode())


MEMBER = "it reads what it needs, and leaves the rest of the profile to its caller"
OURS = "a rule of our scheme: every certificate ends and can be taken back"
TOLERANT = "it reads a natural person's and an older draft's names as well"

BAD: dict[str, Row] = {
    "another type": Row(with_members(typ="JWT"), True),
    "the German profile": Row(with_members(typ="rc-rp+jwt"), True),
    "the form for proximity": Row(with_members(typ="rc-wrp+cwt"), True),
    "no signature": Row(_unsigned, True),
    "signed with a shared secret": Row(_header_only(alg="HS256"), True),
    "another algorithm": Row(_header_only(alg="ES384"), True),
    "a critical header": Row(with_header(crit=["x"], x=1), True),
    "a payload that is not encoded": Row(with_header(b64=False), True),
    "an address of keys": Row(
        with_header(jku="https://elders.example"), False, "it does not follow it, and goes on"
    ),
    "a certificate hash of another": Row(
        with_header(**{"x5t#S256": base64url.sha256(b"iets")}), False, "it does not compare it"
    ),
    "signed tomorrow": Row(
        with_header(iat=NOW + DAY), False, "it shows the time in the header, and decides without"
    ),
    "the anchor inside": Row(
        _anchor_inside,
        False,
        "HAIP 1.0, 6.1.1: a rule for verifiers and issuers, not of TS 119 475",
    ),
    "text changed": Row(_text_changed, True),
    "the key of nobody": Row(_another_key, True),
    "the signer of status lists": Row(_signed_by(REGISTRATION_STATUS_SIGNER), True),
    "signed by the asker itself": Row(_by_itself, True),
    "the text wrapped once more": Row(_wrapped, True),
    "a member twice": Row(_written(b'"sub":', b'"sub":"NTRNL-9","sub":'), True),
    "a number beyond numbers": Row(_written(b'"exp":0', b'"exp":1e400'), True),
    "expired": Row(with_members(iat=NOW - 9 * DAY, exp=NOW - 61), True),
    "thirteen months": Row(with_members(exp=NOW + 395 * DAY), True),
    "an end that is true": Row(with_members(exp=True), True),
    "an end that is text": Row(with_members(exp="2027"), True),
    "not yet in force": Row(with_members(nbf=NOW + 61), True),
    "from the future": Row(with_members(iat=NOW + 61, exp=NOW + DAY), True),
    "without an end": Row(without("exp"), False, OURS),
    "cannot be taken back": Row(without("status"), False, OURS),
    "entitlement as text": Row(
        with_members(entitlements="https://uri.etsi.org/19475/Entitlement/Service_Provider"), True
    ),
    "no entitlement": Row(with_members(entitlements=[]), True),
    "an entitlement by number": Row(with_members(entitlements=["0.4.0.19475.1.1"]), True),
    "an entitlement nobody knows": Row(
        with_members(entitlements=["https://uri.etsi.org/19475/Entitlement/Onbekend"]),
        False,
        "it looks at the beginning of the address alone",
    ),
    "the shape of the first edition": Row(
        with_members(sub={"legal_name": "x"}),
        False,
        "it reads nobody in it, and then binds it to nobody: see the bonds",
    ),
    "a purpose without words": Row(with_members(purpose=[]), False, MEMBER),
    "a natural person": Row(with_members(sub_gn="Jan", sub_fn="Jansen"), False, TOLERANT),
    "no authority to complain to": Row(without("supervisory_authority"), False, MEMBER),
    "an address that is not https": Row(
        with_members(privacy_policy="http://elders.example"), False, MEMBER
    ),
    "letters that turn around": Row(
        with_members(name="Wonen\u202e"), False, "what may be shown is its caller's to judge"
    ),
}


class Asker(NamedTuple):
    """An access certificate with one thing wrong."""

    changes: dict[str, Any]
    refused: bool
    why: str = ""


def _usage(**bits: bool) -> dict[str, Any]:
    none = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return {"add": [(x509.KeyUsage(**{**none, **bits}), True)]}


def _subject(scheme: TestScheme, *more: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    subject = x509.load_der_x509_certificate(scheme.verifier().access.x5c[0]).subject
    return forge.with_attributes(subject, *more)


def askers(scheme: TestScheme) -> dict[str, Asker]:
    """Access certificates that we refuse."""
    twice = _subject(scheme, (NameOID.ORGANIZATION_IDENTIFIER, "NTRNL-90000002"))
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    authority = x509.BasicConstraints(ca=True, path_length=None)
    rule = "a rule of TS 119 411-8; it shows what is there, and leaves it to its caller"
    usage = "it asks nothing of what the holder may use its key for"
    return {
        "two identifiers": Asker({"subject": twice}, True),
        "an authority": Asker({"add": [(authority, True)]}, False, usage),
        "may sign certificates": Asker(
            _usage(digital_signature=True, key_cert_sign=True),
            False,
            usage,
        ),
        "no policy": Asker({"drop": [ExtensionOID.CERTIFICATE_POLICIES]}, False, rule),
        "nowhere to turn": Asker({"drop": [ExtensionOID.SUBJECT_ALTERNATIVE_NAME]}, False, rule),
        "something critical nobody knows": Asker({"add": [(strange, True)]}, True),
        "expired": Asker({"not_after": NOW - 1, "not_before": NOW - DAY}, True),
        "not yet in force": Asker({"not_before": NOW + DAY}, True),
        "of another authority": Asker({"authority": Role.ISSUER_ACCESS}, True),
    }


class Bond(NamedTuple):
    """A registration beside somebody's access certificate."""

    change: Callable[[TestScheme], tuple[str, str]]
    """Who asks, and with which registration."""
    refused: bool
    why: str = ""


def _own(**members: Any) -> Callable[[TestScheme], tuple[str, str]]:
    def change(scheme: TestScheme) -> tuple[str, str]:
        party = scheme.verifier()
        return party.party.id, forge.registration(
            scheme, party.registrations["inschrijven"], **members
        )

    return change


def _swapped(scheme: TestScheme) -> tuple[str, str]:
    return GRIJPGRAAG, scheme.verifier().registrations["inschrijven"]


SERVICE = "TS 119 475 has no identifier of a service yet; `srv_id` is ARF 3.0 Reg_33, and ours"

BONDS: dict[str, Bond] = {
    "somebody else's": Bond(_swapped, True),
    "in small letters": Bond(_own(sub="ntrnl-90000001"), True),
    "with a blank behind it": Bond(_own(sub="NTRNL-90000001 "), False, "it trims what it reads"),
    "no identifier": Bond(_own(sub=""), True),
    "the shape of the first edition": Bond(_own(sub={"legal_name": "x"}), True),
    "another trade name": Bond(_own(name="Woonstichting Anders"), True),
    "another service": Bond(_own(srv_id="verhuur"), False, SERVICE),
    "another register": Bond(_own(registry_uri="https://elders.example"), False, SERVICE),
    "named as asking for another, shown by itself": Bond(
        _own(intermediary={"sub": "NTRNL-90000002", "sname": "Woonstichting Grijpgraag"}),
        False,
        "it binds `sub` alone, and leaves the intermediary to its caller",
    ),
}


class Question(NamedTuple):
    """What is asked, and whether the two find it too much."""

    credential: dict[str, Any]
    us: bool
    them: bool
    why: str = ""


WOONADRES, PERSON = vct_of("woonadres"), vct_of("persoonsgegevens")


def _asks(
    *paths: list[str | int | None], vct: str | list[str] = PERSON, **more: Any
) -> dict[str, Any]:
    types = [vct] if isinstance(vct, str) else vct
    found: dict[str, Any] = {"id": "q", "format": "dc+sd-jwt", "meta": {"vct_values": types}}
    if paths:
        found["claims"] = [{"path": path} for path in paths]
    return {**found, **more}


REGISTERED: list[dict[str, Any]] = [
    {
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [PERSON]},
        "claim": [{"path": ["nationalities", None]}, {"path": ["address", "locality"]}],
    },
    {
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [WOONADRES]},
        "claim": [{"path": ["address"]}, {"path": ["stays", 0]}],
    },
]
"""What the questions below are held against."""

QUESTIONS: dict[str, Question] = {
    "what is registered": Question(_asks(["address", "locality"]), False, False),
    "a child of what is registered": Question(
        _asks(["address", "locality"], vct=WOONADRES), False, False
    ),
    "the parent of what is registered": Question(_asks(["address"]), True, True),
    "another name": Question(_asks(["birthdate"]), True, True),
    "an index under every index": Question(_asks(["nationalities", 0]), False, False),
    "every index under every index": Question(_asks(["nationalities", None]), False, False),
    "every index under one": Question(_asks(["stays", None], vct=WOONADRES), True, True),
    "a name where an index is registered": Question(
        _asks(["nationalities", "x"]), True, False, "null covers names too, for mdoc"
    ),
    "two kinds, each with the other's": Question(
        _asks(["address"], vct=[PERSON, WOONADRES]), True, True
    ),
    "two kinds, each with its own": Question(
        _asks(["address", "locality"], vct=[PERSON, WOONADRES]),
        False,
        True,
        "it wants one entry with all the kinds; we judge each kind by itself",
    ),
    "a kind that is not registered": Question(_asks(["x"], vct="urn:elders:1"), True, True),
    "another format": Question(
        _asks(["address", "locality"], format="mso_mdoc", meta={"doctype_value": PERSON}),
        True,
        True,
    ),
    "meta with more in it": Question(
        _asks(["address", "locality"], meta={"vct_values": [PERSON], "x": 1}), True, True
    ),
    "no claims": Question(
        _asks(), False, True, "of a card nothing is asked then, of an mdoc all: we know the format"
    ),
    "a claim set that leaves it out": Question(
        _asks(
            claims=[
                {"id": "a", "path": ["address", "locality"]},
                {"id": "b", "path": ["birthdate"]},
            ],
            claim_sets=[["a"]],
        ),
        True,
        True,
    ),
}


def plain(value: Any) -> Any:
    """The value as JSON gives it."""
    return json.loads(json.dumps(value))
