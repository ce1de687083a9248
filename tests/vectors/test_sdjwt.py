"""RFC 9901: its worked examples, and the inputs they and sd-jwt-python's tests are made from."""

import pytest
from support.cards import counter
from support.sdtags import load, plain
from support.vectors import files, read_json, read_text, read_yaml

from credential import base64url, jose, keybinding, sdjwt
from credential.errors import Malformed, NotAllowed, NotTrusted

TYPES = frozenset({"example+sd-jwt", "dc+sd-jwt"})
ISSUER = jose.key_from_jwk(read_json("sd-jwt/rendered/issuer_public_key.json"))


def opened(compact):
    return sdjwt.verify(sdjwt.parse(compact, typ=TYPES), ISSUER)


def presented(compact):
    """What the key binding covers: without the KB-JWT."""
    return compact[: compact.rindex("~") + 1]


def check_key_binding(compact, payload, expected):
    unverified = sdjwt.parse(compact, typ=TYPES)
    key = jose.key_from_jwk(payload["cnf"]["jwk"])
    verified = jose.verify(jose.parse(unverified.kb_jwt, typ="kb+jwt"), key)
    assert verified.payload == expected
    assert expected["sd_hash"] == base64url.sha256(unverified.presented)


@pytest.mark.spec("RFC 9901", "5", "the worked examples, as issued")
@pytest.mark.parametrize(
    "path",
    [
        "sd-jwt/rendered/simple.json",
        "sd-jwt/rendered/sd_jwt_vc_pid.json",
        "sd-jwt/rendered/w3c_vcdm.json",
    ],
)
def test_issued(path):
    example = read_json(path)
    found = opened(example["issued_sd_jwt"])
    assert found.payload == example["processed_payload_all_disclosed"]
    assert {part.digest for part in found.disclosures} == {
        one["digest"] for one in example["disclosures"]
    }


@pytest.mark.spec("RFC 9901", "5", "the worked examples, as presented")
@pytest.mark.parametrize(
    "path", files("sd-jwt/rendered/[sw]*.json") + files("sd-jwt/rendered/complex_*.json")
)
def test_presented(path):
    example = read_json(path)
    compact = example.get("presentation_sd_jwt_kb") or example["presentation"]
    found = opened(presented(compact))
    assert found.payload == example["processed_payload_presented"]
    if example["kb_jwt_payload"] is None:
        assert compact.endswith("~")
    else:
        check_key_binding(compact, found.payload, example["kb_jwt_payload"])


@pytest.mark.spec("RFC 9901", "6", "flat, structured and recursive hiding of the same address")
@pytest.mark.parametrize("path", files("sd-jwt/rendered/address_only_*.json"))
def test_address_examples(path):
    example = read_json(path)
    parts = [one["disclosure"] for one in example["disclosures"]]
    key = jose.generate_key()

    def processed(payload, *disclosures):
        jws = jose.sign(payload, typ="example+sd-jwt", signer=jose.KeySigner(key))
        compact = "~".join((jws, *disclosures, ""))
        return sdjwt.verify(sdjwt.parse(compact, typ=TYPES), key.public_key())

    found = processed(example["issuer_jwt_payload"], *parts)
    assert found.payload == example["processed_payload_all_disclosed"]
    assert [part.digest for part in found.disclosures] == [
        one["digest"] for one in example["disclosures"]
    ]
    # What lies in something hidden comes with it, and with nothing else.
    deepest = max(found.disclosures, key=lambda part: len(part.path))
    released = found.select([deepest.path]).by_path
    assert released.keys() == {deepest.path} | (
        {("address",)} if deepest.parent is not None else set()
    )
    if "variant_one_subclaim_open_payload" in example:
        open_country = example["variant_one_subclaim_open_payload"]
        rest = [
            one["disclosure"] for one in example["disclosures"] if one["contents"][1] != "country"
        ]
        assert processed(open_country, *rest).payload == found.payload


@pytest.mark.spec("RFC 9901", "8.1", "the JSON form holds the same parts as the compact one")
@pytest.mark.parametrize("path", files("sd-jwt/rendered/json_*.json"))
def test_json_serialization(path):
    example = read_json(path)
    jws = example["jws_json"]
    for signature, valid in zip(
        jws.get("signatures", [jws]), example["signature_valid_with_issuer_public_key"], strict=True
    ):
        # The disclosures stand in the first signature's unprotected header only.
        header = jws.get("header") or jws["signatures"][0]["header"]
        compact = ".".join((signature["protected"], jws["payload"], signature["signature"]))
        compact = "~".join((compact, *header["disclosures"], ""))
        if not valid:
            with pytest.raises(NotTrusted, match=r"jose.signature"):
                opened(compact)
            continue
        found = opened(compact)
        assert found.payload == example["processed_payload"]
        if example["kb_jwt_payload"]:
            check_key_binding(compact + header["kb_jwt"], found.payload, example["kb_jwt_payload"])


def test_the_json_form_itself_is_not_read():
    with pytest.raises(Malformed):
        sdjwt.parse(read_text("sd-jwt/rendered/json_flattened_issuance.json"), typ=TYPES)


# The inputs: issue them ourselves, release what the holder releases, compare.


def settings(path):
    folder = path.split("/")[1]
    if folder == "testcases":
        return read_yaml("sd-jwt/testcases/settings.yml")
    return read_yaml("sd-jwt/inputs/settings.yml")


def private(jwk):
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.derive_private_key(int.from_bytes(base64url.decode(jwk["d"]), "big"), ec.SECP256R1())


def chosen(wanted, payload, path=()):
    """The paths a `holder_disclosed_claims` names: wherever it says true."""
    if isinstance(wanted, dict):
        for name, below in wanted.items():
            yield from chosen(below, payload, (*path, name))
    elif isinstance(wanted, list):
        for index, below in enumerate(wanted):
            yield from chosen(below, payload, (*path, index))
    elif wanted is True:
        yield path


def issued(path):
    case = load(read_text(path))
    made = settings(path)
    keys = made["key_settings"]
    payload = dict(case["user_claims"])
    payload |= {"iat": made["iat"], "exp": made["exp"]}
    payload.setdefault("iss", made["identifiers"]["issuer"])
    if case.get("key_binding"):
        payload["cnf"] = {"jwk": jose.public_jwk(private(keys["holder_key"]).public_key())}
    compact = sdjwt.issue(
        payload,
        signer=jose.KeySigner(private(keys["issuer_keys"][0])),
        x5c=[b"-"],
        typ=(case.get("extra_header_parameters") or {}).get("typ", "example+sd-jwt"),
        entropy=counter(),
        decoys=3 if case.get("add_decoy_claims") else 0,
    )
    return case, payload, compact


@pytest.mark.parametrize(
    "path",
    files("sd-jwt/inputs/*/specification.yml") + files("sd-jwt/testcases/*/specification.yml"),
)
def test_inputs(path):
    case, payload, compact = issued(path)
    held = opened(compact)
    assert held.payload == plain(payload)
    wanted = list(chosen(case.get("holder_disclosed_claims") or {}, held.payload))
    if path.endswith("slide_deck/specification.yml"):
        # Its holder releases members of a `credentialSubject` that the issuer never made.
        with pytest.raises(NotAllowed, match=r"sdjwt.no_such_claim"):
            held.select(wanted)
        return
    shown = opened(held.select(wanted).compact)
    expected = case.get("expect_verified_user_claims")
    if expected is not None:
        standard = {
            name: held.payload[name]
            for name in ("iss", "iat", "exp", "cnf")
            if name in held.payload
        }
        assert shown.payload == plain(expected) | standard
    if case.get("key_binding"):
        made = settings(path)
        signer = jose.KeySigner(private(made["key_settings"]["holder_key"]))
        bound = keybinding.make(
            held.select(wanted).compact,
            signer=signer,
            aud=made["identifiers"]["verifier"],
            nonce=made["key_binding_nonce"],
            iat=made["iat"],
        )
        kb = jose.parse(bound.rsplit("~", 1)[1], typ="kb+jwt")
        check_key_binding(bound, held.payload, kb.dangerous_payload())


def test_what_the_rendered_examples_were_made_from():
    """Ours of `simple` hides and shows what the published one does, with other salts."""
    _, _, compact = issued("sd-jwt/inputs/simple/specification.yml")
    published = read_json("sd-jwt/rendered/simple.json")
    ours, theirs = opened(compact), opened(published["issued_sd_jwt"])
    assert ours.payload.keys() == theirs.payload.keys()
    assert {part.path for part in ours.disclosures} == {part.path for part in theirs.disclosures}
    with pytest.raises(NotAllowed):
        ours.select([("nationalities", 2)])
