"""Who should see which card, as this issuer tells wallets (CIR 2024/2979, annex III).

The scheme says it per kind, in `party.json`; a table `[[disclosure]]` in `issuer.toml` may be
stricter, never less strict. Wallets get it in the metadata, as TS 119 472-3 4.2.5 carries it.
Whoever changes one revokes the cards of that kind (ARF 3.0 EDP_11).
"""

from collections.abc import Mapping, Sequence

import msgspec

from credential import disclosurepolicy, strictjson
from credential.errors import CredentialError
from credential.names import KINDS
from credential.strictjson import Object
from issuer.errors import SettingsFault


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Settings: a name that is not known is a mistake, not a wish."""


class AuthorizedParty(_Strict, frozen=True, kw_only=True):
    """Who may see it; what is stated here must all hold (ARF 3.0 EDP_02)."""

    identifier: str | None = None
    service_id: str | None = None
    entitlement_uri: str | None = None


class TrustedRoot(_Strict, frozen=True, kw_only=True):
    """A certificate that must stand in the path of the asker's registration."""

    issuer_dn: str
    serial_number: str


class Disclosure(_Strict, frozen=True, kw_only=True):
    """The policy of one kind of card."""

    kind: str
    policy_uri: str
    policy_type: str
    description: str | None = None
    policy_info_url: str | None = None
    authorized_parties: tuple[AuthorizedParty, ...] = ()
    trusted_roots: tuple[TrustedRoot, ...] = ()


def check(found: Sequence[Disclosure]) -> None:
    """One policy per kind, each of a form that wallets know."""
    kinds = [one.kind for one in found]
    if len(set(kinds)) != len(kinds) or not set(kinds) <= set(KINDS):
        raise SettingsFault("settings.value", key="disclosure.kind")
    for one in found:
        try:
            policy = disclosurepolicy.parse(document(one))
        except CredentialError as error:
            key = f"disclosure.{error.params.get('member', one.kind)}"
            raise SettingsFault("settings.value", key=key) from None
        if policy.form is None:
            raise SettingsFault("settings.value", key="disclosure.policy_type")


def require(found: Sequence[Disclosure], scheme: Mapping[str, Object], municipality: str) -> None:
    """Refuses a policy less strict than the scheme's for the same kind (Regie trust 4.7)."""
    for one in found:
        floor = scheme.get(one.kind)
        if floor is not None and not disclosurepolicy.at_least(
            disclosurepolicy.parse(document(one)), disclosurepolicy.parse(floor)
        ):
            raise SettingsFault(
                "disclosure.looser", "Regie trust 4.7", kind=one.kind, municipality=municipality
            )


def of_party(party: Object) -> Mapping[str, Object]:
    """The policies of the scheme as `party.json` hands them over, by kind."""
    stated = strictjson.obj(party, "disclosure") if "disclosure" in party else {}
    found = {kind: strictjson.obj(stated, kind) for kind in stated}
    for one in found.values():
        disclosurepolicy.parse(one)
    return found


def metadata(found: Sequence[Disclosure], scheme: Mapping[str, Object], kind: str) -> Object:
    """The member of `credential_metadata` for this kind; none where anyone may see it.

    Our own where we have one: it was found to be as strict as the scheme's.
    """
    policy = next((document(one) for one in found if one.kind == kind), scheme.get(kind))
    return {} if policy is None else {disclosurepolicy.MEMBER: policy}


def document(policy: Disclosure) -> Object:
    """The policy as wallets read it; what is not stated is left out."""
    members: Object = msgspec.json.decode(msgspec.json.encode(policy))
    return {name: value for name, value in members.items() if name != "kind"}
