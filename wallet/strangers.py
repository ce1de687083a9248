"""Issuers outside the scheme: believed for their own address, and for what a chosen anchor signs.

    Offered -> (metadata, signed under an anchor or not at all) -> Described, by a Stranger

Their metadata is theirs by https; each card is judged by its own chain when it arrives. None of it
is registered anywhere, and the resident is told so. Sources: OpenID4VCI 1.0 12.2; HAIP 1.0 4.
"""

from typing import Final

from credential import jose, strictjson, typemetadata
from credential.errors import CredentialError
from credential.foreigncard import ForeignTrust
from credential.names import MEDIA_JSON, MEDIA_JWT, TYP_ISSUER_METADATA, sounds_like_ours
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object
from credential.trust import Trust
from credential.typemetadata import TypeMetadata
from wallet import messages, offer
from wallet.fetch import Reply
from wallet.offer import MAX_METADATA, OK, Anywhere, Described, Offered, Stranger
from wallet.refusals import MessageError
from wallet.session import Wanted

ACCEPT: Final = f"{MEDIA_JWT}, {MEDIA_JSON};q=0.9"
"""The signed form first: it may name an organisation, an address cannot."""
MAX_NAME: Final = 120
MAX_CLAIMS: Final = 200
MAX_KINDS: Final = 32
_SECTION: Final = "OpenID4VCI 1.0 12.2.4"


def describe(
    offered: Offered, reply: Reply, foreign: ForeignTrust, trust: Trust, *, now: int
) -> Described:
    """What an issuer outside the scheme says of itself.

    Signed metadata that no anchor stands behind is refused, never read as if it were unsigned.
    """
    payload, organisation = _payload(offered, reply, foreign, now)
    if payload.get("credential_issuer") != offered.issuer:
        raise MessageError("issuer.metadata_identifier", "OpenID4VCI 1.0 12.2.3")
    # Our own additions are the scheme's: a stranger has no cases and no account here.
    plain = {name: value for name, value in payload.items() if name != "nl_regie"}
    metadata = messages.convert(plain, messages.IssuerMetadata, "issuer.metadata_malformed")
    for url in offer.endpoints(metadata):
        offer.check_endpoint(url, Anywhere())
    names = offered.configurations or _usable(metadata, trust)
    if not names:
        raise MessageError("issuer.configuration", _SECTION)
    wanted = tuple(_wanted(name, metadata, trust) for name in names)
    issuer = Stranger(
        organisation or offered.host, offered.issuer, vouched=organisation is not None
    )
    types = {one.vct: _type(one, payload) for one in wanted}
    return Described(offered, metadata, issuer, Anywhere(), wanted, types)


def read_type(document: Object) -> TypeMetadata:
    """What a stranger calls one of its kinds, as it was kept."""
    return typemetadata.parse(strictjson.dumps(document))


def _payload(
    offered: Offered, reply: Reply, foreign: ForeignTrust, now: int
) -> tuple[Object, str | None]:
    """The metadata, and the organisation that signed it; unsigned it is nobody's but the host's."""
    if reply.status != OK:
        raise MessageError("issuer.metadata_response", "OpenID4VCI 1.0 12.2.2")
    if reply.media_type == MEDIA_JSON:
        try:
            return strictjson.loads_object(reply.body, max_bytes=MAX_METADATA), None
        except CredentialError:
            raise MessageError("issuer.metadata_malformed", _SECTION) from None
    if reply.media_type != MEDIA_JWT:
        raise MessageError("issuer.metadata_response", "OpenID4VCI 1.0 12.2.2")
    raw = reply.body.decode("ascii", "replace")
    jws = jose.parse(raw, typ=TYP_ISSUER_METADATA, max_bytes=MAX_METADATA)
    leaf = foreign.signer(jws.x5c(), now=now)
    payload = jose.verify(jws, leaf.key).payload
    if payload.get("sub") != offered.issuer:
        raise MessageError("issuer.metadata_identifier", "OpenID4VCI 1.0 12.2.3")
    offer.check_times(payload, now)
    return payload, terminal_safe(leaf.organization or leaf.common_name, max_length=MAX_NAME)


def _usable(metadata: messages.IssuerMetadata, trust: Trust) -> tuple[str, ...]:
    """One configuration of each type that this wallet can hold."""
    found: dict[str, str] = {}
    for name, one in metadata.credential_configurations_supported.items():
        if one.vct and offer.usable(one, metadata) and not _of_scheme(one.vct, trust):
            found.setdefault(one.vct, name)
    return tuple(found.values())[:MAX_KINDS]


def _wanted(name: str, metadata: messages.IssuerMetadata, trust: Trust) -> Wanted:
    """One offered configuration; the types of the scheme are for its own issuers."""
    configuration = metadata.credential_configurations_supported.get(name)
    if configuration is None:
        raise MessageError("offer.unknown_configuration", "OpenID4VCI 1.0 4.1.1")
    vct = configuration.vct or ""
    if not vct or not offer.usable(configuration, metadata):
        raise MessageError("issuer.configuration", _SECTION)
    if _of_scheme(vct, trust):
        raise MessageError("issuer.kind_not_allowed", "Regie trust 4.4")
    return Wanted(name, vct, vct)


def _of_scheme(vct: str, trust: Trust) -> bool:
    return sounds_like_ours(vct) or vct in trust.listed_kinds


def _type(wanted: Wanted, payload: Object) -> Object:
    """`credential_metadata` of a configuration as type metadata: the same texts, other names.

    Entries about one claim twice refuse the issuer (OpenID4VCI 1.0 B.2); the rest is bounded and
    made safe where it is read.
    """
    try:
        supported = strictjson.obj(payload, "credential_configurations_supported")
        said = strictjson.obj(supported, wanted.configuration).get("credential_metadata")
        described: Object = said if isinstance(said, dict) else {}
        claims = described.get("claims")
        listed = claims if isinstance(claims, list) else []
        if len(listed) > MAX_CLAIMS:
            raise MessageError("issuer.metadata_malformed", _SECTION)
        found: Object = {
            "vct": wanted.vct,
            "display": _texts(described.get("display"), "name"),
            "claims": [_claim(one) for one in listed],
        }
        read_type(found)
    except CredentialError:
        raise MessageError("issuer.metadata_malformed", _SECTION) from None
    return found


def _claim(value: Json) -> Json:
    if not isinstance(value, dict):
        raise MessageError("issuer.metadata_malformed", _SECTION)
    return {
        "path": value.get("path"),
        "display": _texts(value.get("display"), "label"),
        "mandatory": value.get("mandatory") is True,
    }


def _texts(displays: Json, member: str) -> list[Json]:
    """Names by language; one without a language counts as English, as the examples write it."""
    found: list[Json] = []
    for one in displays if isinstance(displays, list) else []:
        name = one.get("name") if isinstance(one, dict) else None
        if isinstance(one, dict) and isinstance(name, str) and name.strip():
            locale = one.get("locale")
            text = terminal_safe(name, max_length=MAX_NAME)
            found.append({"locale": locale if isinstance(locale, str) else "en", member: text})
    return found
