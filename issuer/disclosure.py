"""Who should see which card, as this issuer tells wallets (CIR 2024/2979, annex III).

A table `[[disclosure]]` per kind in `issuer.toml`; wallets get it in the metadata, as
TS 119 472-3 4.2.5 carries it. Whoever changes one revokes the cards of that kind (ARF 3.0 EDP_11).
"""

from collections.abc import Sequence

import msgspec

from credential import disclosurepolicy
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


def metadata(found: Sequence[Disclosure], kind: str) -> Object:
    """The member of `credential_metadata` for this kind; none where anyone may see it."""
    policy = next((document(one) for one in found if one.kind == kind), None)
    return {} if policy is None else {disclosurepolicy.MEMBER: policy}


def document(policy: Disclosure) -> Object:
    """The policy as wallets read it; what is not stated is left out."""
    members: Object = msgspec.json.decode(msgspec.json.encode(policy))
    return {name: value for name, value in members.items() if name != "kind"}
