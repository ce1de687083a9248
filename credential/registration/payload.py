"""The payload of a registration certificate, member by member (TS 119 475 v1.2.1).

Unknown members are ignored; known ones of a wrong type make the whole certificate malformed, and
so does anything wrong inside our own extension object. Reading and writing stay in one place per
side, since the standard is still being corrected.
"""

import re
from typing import Final

from credential import strictjson
from credential.dcql import parse_path
from credential.errors import Malformed
from credential.names import REGISTRATION_EXTENSION, Path
from credential.periods import is_period
from credential.plaintext import terminal_safe
from credential.registration.model import (
    AttestationGrant,
    ClaimGrant,
    CredentialGrant,
    Intermediary,
    LegalBasis,
    Localised,
    Retention,
    RightsContact,
)
from credential.strictjson import Json, Object

_SECTION: Final = "TS 119 475"
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_SERVICE = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_HTTPS = re.compile(r"https://[!-~]+")
_GDPR = re.compile(r"(6\.1\.[a-f]|9\.2\.[a-j])\Z")
_STARTS: Final = frozenset({"disclosure", "end_of_registration", "end_of_tenancy", "decision"})


def malformed(member: str) -> Malformed:
    """The refusal for a member of a wrong shape."""
    return Malformed("registration.member", _SECTION, member=member)


def name(payload: Object) -> str:
    """The trade name; text that a terminal would obey is no name."""
    return shown(payload, "name")


def filled(payload: Object, member: str) -> str:
    """A text that is not empty."""
    found = strictjson.text(payload, member)
    if not found:
        raise malformed(member)
    return found


def https(payload: Object, member: str) -> str:
    """An https address; in ASCII, since it is shown to people and typed over."""
    found = strictjson.text(payload, member)
    if not _HTTPS.fullmatch(found):
        raise malformed(member)
    return found


def shown(payload: Object, member: str) -> str:
    """A text that is not empty and that a terminal would print as it is."""
    found = filled(payload, member)
    if terminal_safe(found) != found:
        raise malformed(member)
    return found


def check_rest(payload: Object) -> None:
    """The members we do not use have the type the profile gives them all the same."""
    for member in ("policy_id", "srv_description"):
        if member in payload and not strictjson.array(payload, member):
            raise malformed(member)
    for member in ("certificate_policy", "jti"):
        strictjson.text_or_none(payload, member)


def legal_name(payload: Object) -> str:
    """The legal person's name; natural persons have no place in our scheme."""
    if "sub_gn" in payload or "sub_fn" in payload:
        raise Malformed("registration.natural_person", _SECTION)
    return shown(payload, "sub_ln")


def country(payload: Object) -> str:
    """The country, ISO 3166-1 alpha-2."""
    found = strictjson.text(payload, "country")
    if not _COUNTRY.match(found):
        raise malformed("country")
    return found


def service_id(payload: Object) -> str:
    """The service: `srv_id`, or the name it had in drafts; both and unequal is two stories."""
    both = [payload[one] for one in ("srv_id", "service_identifier") if one in payload]
    if not both or any(one != both[0] for one in both):
        raise malformed("srv_id")
    found = both[0]
    if not isinstance(found, str) or not _SERVICE.match(found):
        raise malformed("srv_id")
    return found


def entitlements(payload: Object) -> frozenset[str]:
    """The entitlements in URI form; which are known is the caller's to judge."""
    found = strictjson.texts(payload, "entitlements")
    if not found:
        raise malformed("entitlements")
    return frozenset(found)


def localised(value: Json, member: str) -> Localised:
    """An array of `lang` and `value`, at least one, as Dutch and English."""
    if not isinstance(value, list) or not value:
        raise malformed(member)
    texts: dict[str, str] = {}
    for one in value:
        if not isinstance(one, dict):
            raise malformed(member)
        lang = strictjson.text(one, "lang").partition("-")[0].lower()
        texts.setdefault(lang, terminal_safe(filled(one, "value")))
    first = next(iter(texts.values()))
    nl = texts.get("nl") or texts.get("en") or first
    return Localised(nl=nl, en=texts.get("en") or nl)


def authority(payload: Object, extension: Object | None) -> dict[str, str]:
    """The supervisory authority: contacts of the profile, name and country of our extension."""
    found = strictjson.obj(payload, "supervisory_authority")
    contacts: dict[str, str] = {
        one: filled(found, one) for one in ("email", "phone", "uri") if one in found
    }
    if not contacts:
        raise malformed("supervisory_authority")
    if extension is not None and "authority" in extension:
        stated = strictjson.obj(extension, "authority")
        contacts |= {one: filled(stated, one) for one in ("name", "country")}
    return {one: terminal_safe(text) for one, text in contacts.items()}


def intermediary(payload: Object) -> Intermediary | None:
    """The party in between; `act`, where present, must name the same one."""
    act = strictjson.obj(payload, "act") if "act" in payload else None
    if "intermediary" not in payload:
        if act is not None:
            raise malformed("act")
        return None
    found = strictjson.obj(payload, "intermediary")
    identifier = filled(found, "sub")
    if act is not None and act.get("sub") != identifier:
        raise Malformed("registration.act", _SECTION)
    member = "sname" if "sname" in found else "name"
    return Intermediary(identifier, terminal_safe(strictjson.text_or_none(found, member) or ""))


def credentials(payload: Object) -> tuple[CredentialGrant, ...]:
    """What may be asked: `claim`, or `claims` only where `claim` is absent."""
    return tuple(_grant(one) for one in _objects(payload, "credentials"))


def provides(payload: Object) -> tuple[AttestationGrant, ...]:
    """What may be issued; a later edition's scheme addresses are refused."""
    return tuple(
        AttestationGrant(filled(one, "format"), _types(one.get("meta")))
        for one in _objects(payload, "provides_attestations")
    )


def status(payload: Object) -> bool:
    """Whether the certificate names its place on a status list; a wrong one is malformed."""
    if "status" not in payload:
        return False
    listed = strictjson.obj(strictjson.obj(payload, "status"), "status_list")
    if strictjson.integer(listed, "idx") < 0:
        raise malformed("status")
    https(listed, "uri")
    return True


def extension(payload: Object) -> Object | None:
    """Our own object, `None` where it is absent."""
    if REGISTRATION_EXTENSION not in payload:
        return None
    return strictjson.obj(payload, REGISTRATION_EXTENSION)


def legal_basis(own: Object | None) -> tuple[LegalBasis, ...] | None:
    """The grounds stated."""
    if own is None or "legal_basis" not in own:
        return None
    return tuple(_basis(one) for one in _objects(own, "legal_basis")) or None


def retention(own: Object | None) -> Retention | None:
    """How long it is kept, as stated."""
    if own is None or "retention" not in own:
        return None
    found = strictjson.obj(own, "retention")
    duration, starts = strictjson.text(found, "duration"), strictjson.text(found, "starts")
    if not is_period(duration) or starts not in _STARTS:
        raise malformed("retention")
    return Retention(duration, starts, localised(found.get("text"), "retention"))


def recipients(own: Object | None) -> tuple[str, ...] | None:
    """Who else gets it: empty is the statement that nobody does."""
    if own is None or "onward_sharing" not in own:
        return None
    found = strictjson.texts(strictjson.obj(own, "onward_sharing"), "recipients")
    return tuple(map(terminal_safe, found))


def rights(own: Object | None) -> RightsContact | None:
    """Where rights are exercised."""
    if own is None or "rights" not in own:
        return None
    found = strictjson.obj(own, "rights")
    return RightsContact(
        uri=https(found, "uri") if "uri" in found else None,
        email=shown(found, "email") if "email" in found else None,
        phone=shown(found, "phone") if "phone" in found else None,
    )


def required(own: Object | None) -> frozenset[tuple[str, Path]]:
    """The claims the party says it cannot do without."""
    if own is None or "claims" not in own:
        return frozenset()
    return frozenset(
        (strictjson.text(one, "vct"), parse_path(one.get("path")))
        for one in _objects(own, "claims")
        if strictjson.boolean(one, "required", default=False)
    )


def _objects(holder: Object, member: str) -> list[Object]:
    found = strictjson.array(holder, member) if member in holder else []
    objects = [one for one in found if isinstance(one, dict)]
    if len(objects) != len(found):
        raise malformed(member)
    return objects


def _basis(found: Object) -> LegalBasis:
    gdpr = strictjson.text(found, "gdpr")
    if not _GDPR.match(gdpr):
        raise malformed("legal_basis")
    law = localised(found["law"], "legal_basis") if "law" in found else Localised("", "")
    return LegalBasis(gdpr, law, https(found, "uri") if "uri" in found else None)


def _grant(found: Object) -> CredentialGrant:
    # Presence decides, not emptiness: an empty `claim` grants the type and no attribute.
    member = "claim" if "claim" in found else "claims"
    claims = _objects(found, member)
    return CredentialGrant(
        filled(found, "format"), _types(found.get("meta")), tuple(_claim(one) for one in claims)
    )


def _claim(found: Object) -> ClaimGrant:
    values = tuple(strictjson.array(found, "values")) if "values" in found else None
    return ClaimGrant(parse_path(found.get("path")), values)


def _types(meta: Json) -> frozenset[str]:
    """The types of a `meta`; one that is no object matches nothing."""
    if not isinstance(meta, dict):
        return frozenset()
    if "vct_values" in meta:
        return frozenset(strictjson.texts(meta, "vct_values"))
    return frozenset({strictjson.text(meta, "doctype_value")} if "doctype_value" in meta else ())
