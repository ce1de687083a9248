"""What the kinds of cards of an issuer are called and hold (OpenID4VCI 1.0, 12.2.4)."""

from credential.names import FORMAT_CARD, vct_of
from credential.strictjson import Json, Object
from credential.trust import Trust
from credential.typemetadata import ClaimType, TypeMetadata
from issuer import proofs
from issuer.cards.claims import CLAIMS
from issuer.config import Declared
from issuer.texts import LANGUAGES, find, sentence


def configuration(
    kind: str,
    *,
    trust: Trust | None,
    attested: bool,
    attestation_required: bool,
    disclosure: Object,
) -> Object:
    """One of `credential_configurations_supported`; `attested`: key attestations are looked at.

    `disclosure`: the member that says who should see it, where there is one.
    """
    needs: Object = {"key_attestations_required": {}} if attestation_required else {}
    proof: Object = {"proof_signing_alg_values_supported": ["ES256"], **needs}
    types = proofs.TYPES if attested else (proofs.JWT,)
    return {
        "format": FORMAT_CARD,
        "vct": vct_of(kind),
        "scope": kind,
        "credential_signing_alg_values_supported": ["ES256"],
        "cryptographic_binding_methods_supported": ["jwk"],
        "proof_types_supported": dict.fromkeys(types, proof),
        "credential_metadata": {**_described(kind, trust), **disclosure},
    }


def declared(one: Declared) -> list[Json]:
    """What a resident states for a card that a person decides on."""
    return [
        {
            "name": field.name,
            "type": field.type,
            "required": field.required,
            "most": field.most,
            "choices": list(field.choices),
            "label": {"nl": field.nl, "en": field.en},
        }
        for field in one.fields
    ]


def _described(kind: str, trust: Trust | None) -> Object:
    """As the scheme describes it; without a scheme, in our own words."""
    found = None if trust is None else trust.types.get(vct_of(kind))
    if found is not None:
        return {"display": _display(found), "claims": [_claim(one) for one in found.claims]}
    display: list[Json] = [
        {"name": sentence(language, f"kind.{kind}"), "locale": language} for language in LANGUAGES
    ]
    claims: list[Json] = [
        {"path": [name], "display": _labels({one: find(one, f"claim.{name}") for one in LANGUAGES})}
        for name in CLAIMS.get(kind, ())
    ]
    return {"display": display, "claims": claims} if claims else {"display": display}


def _display(found: TypeMetadata) -> list[Json]:
    display: list[Json] = []
    for language in LANGUAGES:
        one: Object = {"name": found.name(language), "locale": language}
        said = found.description(language)
        display.append(one if said is None else {**one, "description": said})
    return display


def _claim(one: ClaimType) -> Object:
    claim: Object = {
        "path": list(one.path),
        "display": _labels({language: one.label(language) for language in LANGUAGES}),
    }
    return {**claim, "mandatory": True} if one.mandatory else claim


def _labels(labels: dict[str, str | None]) -> list[Json]:
    return [
        {"name": label, "locale": language}
        for language, label in labels.items()
        if label is not None
    ]
