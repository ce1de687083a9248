"""A scheme under a new root, with or without the word of the old one."""

import hashlib
from dataclasses import replace

from cryptography import x509
from support import forge
from support.scheme import NOW, TestScheme, counter

from credential import jose, rootchain, strictjson
from credential.names import TYP_SCHEME
from credential.rootchain import Root
from registrar import certificates
from registrar.authority import ROOT, SNAPSHOT_SIGNER
from registrar.certificates import Pair, Subject


def root(number: int, *, now: int = NOW, name: str = "hoofdsleutel") -> Pair:
    subject = Subject("NL", "Stelselbeheerder Regie (test)", "NTRNL-90000010", "0" * 20, name)
    return certificates.make_root(
        subject, development=True, now=now, entropy=counter(number * 10_000)
    )


def cross(old: Pair, new: Pair, **changes) -> bytes:
    """What the old root signs for the name and key of the new one."""
    return forge.again(new.der, old, add=[(_authority_key(old), False)], **changes)


def rolled(scheme: TestScheme, *, confirmed: bool = True) -> TestScheme:
    """The same scheme, its snapshot signed under a new root that the old one signed (or not)."""
    old = scheme.authority.pairs[ROOT]
    assert isinstance(old, Pair)
    new = root(77, now=scheme.now)
    signer = scheme.authority.pairs[SNAPSHOT_SIGNER]
    below = forge.again(signer.der, new, add=[(_authority_key(new), False)])
    made = replace(scheme, tree={**scheme.tree, "root.cer": new.der}, _trust=None)
    payload = jose.parse(scheme.read("scheme.jws").decode(), typ=TYP_SCHEME).dangerous_payload()
    files = {**strictjson.obj(payload, "files")}
    if "root.cer" in files:
        files["root.cer"] = hashlib.sha256(new.der).hexdigest()
    if confirmed:
        chain = rootchain.write((Root(old.der, None), Root(new.der, cross(old, new))))
        files[rootchain.FILE] = hashlib.sha256(chain).hexdigest()
        made.tree[rootchain.FILE] = chain
    token = jose.sign(
        {**payload, "files": files},
        typ=TYP_SCHEME,
        signer=signer.signer,
        header=jose.x5c_header([below]),
    )
    made.tree["scheme.jws"] = token.encode()
    return made


def resigned(scheme: TestScheme, **members) -> dict[str, bytes]:
    """The tree with another snapshot over the same files, signed as always."""
    payload = jose.parse(scheme.read("scheme.jws").decode(), typ=TYP_SCHEME).dangerous_payload()
    signer = scheme.authority.pairs[SNAPSHOT_SIGNER]
    token = jose.sign(
        {**payload, **members},
        typ=TYP_SCHEME,
        signer=signer.signer,
        header=jose.x5c_header([signer.der]),
    )
    return {**scheme.tree, "scheme.jws": token.encode()}


def _authority_key(parent: Pair) -> x509.AuthorityKeyIdentifier:
    own = parent.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)
