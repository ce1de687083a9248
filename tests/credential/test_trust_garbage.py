"""Whatever stands in a genuinely signed document, only our own errors come out."""

import contextlib
import copy
import hashlib

from support import forge
from support.scheme import NOW, VOORBEELDSTAD, shared

from credential import jose, registration, snapshot, strictjson, typemetadata
from credential.errors import CredentialError
from credential.names import TYP_REGISTRATION, TYP_SCHEME, lote_type
from credential.trust import shapes
from credential.trust.entities import LIST_SERVICES, anchors_of, issuers_of
from credential.trust.lists import open_list
from registrar import lote
from registrar.authority import LIST_SIGNER, SNAPSHOT_SIGNER

JUNK = (None, True, 0, -1, 1.5, "", "x", [], {}, [None], ["x"], [[]], {"a": 1}, "\u202e", 1 << 70)


def places(value, at=()):
    """Every place in a document that can hold something else."""
    yield at
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*at, name))
    elif value and isinstance(value, list):
        # The others are of the same shape.
        yield from places(value[0], (*at, 0))


def with_junk(document):
    """The document with junk in one place, or one member less, for every place and junk."""
    for at in places(document):
        if not at:
            continue
        for junk in JUNK:
            changed = copy.deepcopy(document)
            holder = changed
            for part in at[:-1]:
                holder = holder[part]
            holder[at[-1]] = junk
            yield changed


def only_ours(read) -> None:
    with contextlib.suppress(CredentialError):
        read()


def test_a_registration():
    scheme = shared()
    compact = scheme.verifier().registrations["toewijzing"]
    payload = jose.parse(compact, typ=TYP_REGISTRATION).dangerous_payload()
    leaf, trust = scheme.leaf(), scheme.trust
    for changed in with_junk(payload):
        made = forge.registration_of(scheme, changed)
        only_ours(
            lambda made=made: registration.verify_registration(made, trust, now=NOW, leaf=leaf)
        )
        only_ours(
            lambda made=made, changed=changed: registration.from_verifier_info(
                [
                    {"format": "registration_cert", "data": made},
                    {"format": "registrar_dataset", "data": changed},
                ]
            )
        )


def test_verifier_info():
    sent = registration.to_verifier_info(shared().issuer(VOORBEELDSTAD).registration)
    for changed in with_junk({"info": sent}):
        only_ours(lambda changed=changed: registration.from_verifier_info(changed["info"]))


def test_a_list():
    scheme = shared()
    name = "pub-eaa-providers"
    documents = lote.documents(
        scheme.authority, [scheme.parties[VOORBEELDSTAD]], sequence=1, now=NOW
    )
    pair = scheme.authority.pairs[LIST_SIGNER]

    def read(document):
        found = open_list(
            lote.sign(scheme.authority, document, now=NOW),
            list_type=lote_type(name),
            services=LIST_SERVICES[name],
            pins=[pair.der],
            now=NOW,
        )
        anchors_of([found], issuers_of(found), ())

    read(documents[name])
    for changed in with_junk(documents[name]):
        only_ours(lambda changed=changed: read(changed))
        only_ours(lambda changed=changed: shapes.check_list(changed))


def test_type_metadata():
    for path, data in shared().tree.items():
        if path.startswith("types/woon"):
            for changed in with_junk(strictjson.loads_object(data)):
                raw = strictjson.dumps(changed)
                only_ours(lambda raw=raw: typemetadata.parse(raw))


def test_a_snapshot():
    scheme = shared()
    pair = scheme.authority.pairs[SNAPSHOT_SIGNER]
    payload = jose.parse(scheme.read("scheme.jws").decode(), typ=TYP_SCHEME).dangerous_payload()
    small = {**payload, "files": dict(list(payload["files"].items())[:3])}
    for changed in with_junk(small):
        token = jose.sign(
            changed, typ=TYP_SCHEME, signer=pair.signer, header=jose.x5c_header([pair.der])
        ).encode()
        only_ours(
            lambda token=token: snapshot.open_snapshot(
                token, scheme.root, fingerprint=hashlib.sha256(scheme.root).digest(), now=NOW
            )
        )
