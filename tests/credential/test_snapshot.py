"""The snapshot: one door, nothing older, nothing mixed, nothing unlisted."""

import hashlib

import pytest
from support import forge
from support.scheme import NOW, VOORBEELDWONEN, build, shared

from credential import gathering, jose, snapshot, strictjson, twins
from credential.errors import CredentialError, Malformed, NotTrusted, NotValidNow
from credential.names import TYP_SCHEME
from credential.trust import Role
from registrar import lote
from registrar.authority import LIST_SIGNER, SNAPSHOT_SIGNER

DAY = 86_400


@pytest.fixture
def scheme():
    return build()


def refusal(scheme, *, now=NOW, floor=0) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        scheme.open(now, floor=floor)
    return caught.value


def payload(scheme) -> dict:
    return jose.parse(scheme.read("scheme.jws").decode(), typ=TYP_SCHEME).dangerous_payload()


def resign(scheme, changed, *, signer=SNAPSHOT_SIGNER, typ=TYP_SCHEME, chain=None, pair=None):
    pair = pair or scheme.authority.pairs[signer]
    token = jose.sign(
        changed, typ=typ, signer=pair.signer, header=jose.x5c_header(chain or [pair.der])
    )
    scheme.swap("scheme.jws", token.encode())


def test_a_fresh_install_opens_the_scheme(scheme):
    trust = scheme.open(NOW)
    assert trust.sequence == 1
    assert trust.operator == "Stelselbeheerder Regie (test)"
    assert trust.next_update == NOW + 7 * DAY
    assert len(trust.issuers) == 2
    assert trust.scheme_jws.encode() == scheme.read("scheme.jws")


def test_a_client_fetches_first_and_opens_from_a_folder(scheme, tmp_path):
    found = gathering.gather(scheme.read, fingerprint=scheme.fingerprint, now=NOW, gone=(KeyError,))
    needed = set(found) - {"scheme.jws", "root.cer"}
    assert set(needed) >= {"revoked.json", "lote/pub-eaa-providers.jwt", "signers/lists.cer"}
    assert not [path for path in needed if path.startswith(("registration", "crl", "ca/"))]
    for path, data in found.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    trust = snapshot.open_scheme(
        lambda path: (tmp_path / path).read_bytes(),
        fingerprint=scheme.fingerprint,
        floor=1,
        now=NOW,
    )
    assert trust.sequence == 1


@pytest.mark.spec("Regie formats", "8", "the root is the one whose fingerprint was given")
def test_another_root_is_refused(scheme):
    other = shared()
    scheme.swap("root.cer", other.read("root.cer"))
    assert refusal(scheme).code == "scheme.fingerprint"
    scheme.swap("scheme.jws", other.read("scheme.jws"))
    assert refusal(scheme).code == "scheme.fingerprint"


@pytest.mark.spec("Regie formats", "8", "every file hash-checked before it is read")
def test_a_changed_file_is_refused(scheme):
    opened = snapshot.open_snapshot(
        scheme.read("scheme.jws"), scheme.root, fingerprint=scheme.fingerprint, now=NOW
    )
    for path in opened.needed:
        before = scheme.read(path)
        scheme.swap(path, before + b" ")
        found = refusal(scheme)
        assert found.code == "scheme.file_hash"
        assert found.params["file"] == path
        scheme.swap(path, before)
    assert scheme.open(NOW)


def test_a_missing_file_is_not_passed_over(scheme):
    del scheme.tree["revoked.json"]
    with pytest.raises(KeyError):
        scheme.open(NOW)


def test_a_snapshot_without_a_list_or_a_revoked_set_is_refused(scheme):
    full = payload(scheme)
    for path, expected in (
        ("lote/wrpac-providers.jwt", "scheme.list_missing"),
        ("revoked.json", "json.syntax"),
        ("signers/lists.cer", "lote.signer"),
    ):
        files = {name: digest for name, digest in full["files"].items() if name != path}
        resign(scheme, {**full, "files": files})
        assert refusal(scheme).code == expected


@pytest.mark.spec("Regie formats", "8", "a lower sequence is refused")
def test_an_older_snapshot_is_refused(scheme):
    old = dict(scheme.tree)
    assert scheme.publish(NOW + DAY).sequence == 2
    scheme.tree = old
    found = refusal(scheme, now=NOW + DAY, floor=2)
    assert isinstance(found, NotValidNow)
    assert found.code == "scheme.rollback"
    assert scheme.open(NOW + DAY, floor=1)


@pytest.mark.spec("Regie formats", "8", "mixed files are refused")
def test_lists_of_another_publication_are_refused(scheme):
    old = scheme.read("lote/pub-eaa-providers.jwt")
    scheme.publish(NOW + DAY)
    scheme.swap("lote/pub-eaa-providers.jwt", old)
    assert refusal(scheme, now=NOW + DAY).code == "scheme.file_hash"
    full = payload(scheme)
    files = {**full["files"], "lote/pub-eaa-providers.jwt": hashlib.sha256(old).hexdigest()}
    resign(scheme, {**full, "files": files})
    assert refusal(scheme, now=NOW + DAY).code == "scheme.mixed"


@pytest.mark.spec("Regie formats", "8", "no grace")
def test_dates(scheme):
    end = NOW + 7 * DAY
    assert scheme.open(end - 1)
    assert refusal(scheme, now=end).code == "scheme.expired"
    assert refusal(scheme, now=NOW - 301).code == "scheme.not_yet_valid"
    assert scheme.open(NOW - 300)
    full = payload(scheme)
    resign(scheme, {**full, "next_update": NOW + 7 * DAY + 1})
    assert refusal(scheme).code == "scheme.period"


def test_an_archived_scheme_labels_but_decides_nothing_later(scheme):
    archived = snapshot.open_archived_scheme(scheme.read, fingerprint=scheme.fingerprint)
    assert archived.types
    x5c = scheme.verifier().access.x5c
    assert archived.verifier_leaf(x5c, NOW + DAY).oin
    with pytest.raises(NotValidNow):
        archived.verifier_leaf(x5c, NOW + 8 * DAY)


@pytest.mark.spec("Regie formats", "8", "only the snapshot signer signs it")
def test_only_the_snapshot_signer_counts(scheme):
    full = payload(scheme)
    resign(scheme, full, signer=LIST_SIGNER)
    assert refusal(scheme).code == "scheme.signer"
    # An authority below the root may not vouch for a snapshot signer of its own.
    authority = scheme.authority.role(Role.VERIFIER_ACCESS)
    own = scheme.authority.pairs[SNAPSHOT_SIGNER]
    below = forge.again(own.der, authority)
    resign(scheme, full, chain=[below, authority.der])
    assert refusal(scheme).code == "scheme.signer"
    verifier = scheme.verifier(VOORBEELDWONEN)
    token = jose.sign(
        full, typ=TYP_SCHEME, signer=verifier.access.signer, header=verifier.access.header
    )
    scheme.swap("scheme.jws", token.encode())
    assert refusal(scheme).code == "x5c.no_anchor"


def test_another_type_is_refused(scheme):
    resign(scheme, payload(scheme), typ="JWT")
    assert refusal(scheme).code == "jose.typ"


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": True},
        {"sequence": "1"},
        {"sequence": 0},
        {"issued": 1.5},
        {"next_update": None},
        {"files": []},
        {"files": {"../scheme.jws": "0" * 64}},
        {"files": {"/etc/passwd": "0" * 64}},
        {"files": {"lote/.verborgen": "0" * 64}},
        {"files": {"lote//x": "0" * 64}},
        {"files": {"revoked.json": "0" * 63}},
        {"files": {"revoked.json": 0}},
    ],
)
def test_a_snapshot_of_a_wrong_shape_is_malformed(scheme, change):
    resign(scheme, {**payload(scheme), **change})
    assert isinstance(refusal(scheme), Malformed)


def test_a_revoked_set_of_a_wrong_shape_is_malformed(scheme):
    none = {"certificates": [], "registrations": []}
    for wrong in (
        {"certificates": ["ABC"], "registrations": []},
        {"certificates": []},
        {},
        {**none, "until": {"0" * 64: 1}},
        {**none, "certificates": ["0" * 64], "until": {"0" * 64: "1"}},
        {**none, "until": []},
    ):
        data = strictjson.dumps(wrong)
        scheme.swap("revoked.json", data)
        full = payload(scheme)
        files = {**full["files"], "revoked.json": hashlib.sha256(data).hexdigest()}
        resign(scheme, {**full, "files": files})
        assert isinstance(refusal(scheme), Malformed)


def test_a_revoked_authority_anchors_nothing(scheme):
    anchor = scheme.authority.role(Role.VERIFIER_ACCESS).der
    data = strictjson.dumps(
        {"certificates": [hashlib.sha256(anchor).hexdigest()], "registrations": []}
    )
    scheme.swap("revoked.json", data)
    full = payload(scheme)
    files = {**full["files"], "revoked.json": hashlib.sha256(data).hexdigest()}
    resign(scheme, {**full, "files": files})
    trust = scheme.open(NOW)
    assert trust.anchors(Role.VERIFIER_ACCESS) == ()
    with pytest.raises(NotTrusted):
        trust.verifier_leaf(scheme.verifier().access.x5c, NOW)


def test_what_is_not_ascii_or_too_large_is_malformed(scheme):
    scheme.swap("scheme.jws", b"\xff")
    assert refusal(scheme).code == "scheme.ascii"
    scheme.swap("scheme.jws", b"a" * (4 * 1024 * 1024 + 1))
    assert refusal(scheme).code == "scheme.too_large"


def test_every_published_snapshot_keeps_its_place(scheme):
    first = scheme.read("snapshots/1.jws")
    assert first == scheme.read("scheme.jws")
    scheme.publish()
    assert scheme.read("snapshots/2.jws") == scheme.read("scheme.jws") != first


@pytest.mark.spec("Regie formats", "8", "never back, and one text per number")
@pytest.mark.spec("Regie trust", "7", "lower number; same number, other bytes")
def test_a_snapshot_never_goes_back_on_the_one_kept(scheme):
    first = scheme.read("scheme.jws")
    snapshot.require_not_back(None, first)
    snapshot.require_not_back(first, first)
    scheme.publish(NOW + DAY)
    second = scheme.read("scheme.jws")
    snapshot.require_not_back(first, second)
    with pytest.raises(NotValidNow) as lower:
        snapshot.require_not_back(second, first)
    assert lower.value.code == "scheme.rollback"
    full = payload(scheme)
    resign(scheme, {**full, "next_update": full["next_update"] - 1})
    with pytest.raises(NotTrusted) as other:
        snapshot.require_not_back(second, scheme.read("scheme.jws"))
    assert other.value.code == "scheme.two_versions"
    resign(scheme, {**full, "sequence": 3, "issued": NOW})
    with pytest.raises(NotValidNow) as earlier:
        snapshot.require_not_back(second, scheme.read("scheme.jws"))
    assert earlier.value.code == "scheme.rollback"
    # The same text under the twin of its signature, which anybody can make.
    twin = twins.of_jws(second.decode()).encode()
    assert twin != second
    snapshot.require_not_back(second, twin)


def test_one_type_described_twice_is_refused(scheme):
    data = scheme.read("types/woonadres-1.json")
    full = payload(scheme)
    scheme.swap("types/other-1.json", data)
    files = {**full["files"], "types/other-1.json": hashlib.sha256(data).hexdigest()}
    resign(scheme, {**full, "files": files})
    assert refusal(scheme).code == "scheme.type_repeated"


def test_lists_of_another_number_of_the_same_moment_are_refused(scheme):
    old = scheme.read("lote/wrprc-providers.jwt")
    scheme.publish(NOW)
    full = payload(scheme)
    scheme.swap("lote/wrprc-providers.jwt", old)
    digest = hashlib.sha256(old).hexdigest()
    resign(scheme, {**full, "files": {**full["files"], "lote/wrprc-providers.jwt": digest}})
    assert refusal(scheme).code == "scheme.mixed"


def test_a_file_may_not_be_of_any_size(scheme):
    scheme.swap("types/woonadres-1.json", b" " * (snapshot.MAX_FILE + 1))
    assert refusal(scheme).code == "scheme.file_too_large"


def test_a_list_ends_when_its_snapshot_does(scheme):
    documents = lote.documents(
        scheme.authority, list(scheme.parties.values()), sequence=1, now=NOW - 60
    )
    data = lote.sign(scheme.authority, documents["wrprc-providers"], now=NOW - 60)
    full = payload(scheme)
    scheme.swap("lote/wrprc-providers.jwt", data)
    digest = hashlib.sha256(data).hexdigest()
    resign(scheme, {**full, "files": {**full["files"], "lote/wrprc-providers.jwt": digest}})
    assert refusal(scheme).code == "scheme.mixed"
