"""From an old root to the root of today: each signed by the one before, and nothing else."""

import hashlib
import itertools
from dataclasses import dataclass

import pytest
from cryptography import x509
from support import forge
from support.rollover import cross, rolled, root
from support.scheme import NOW, build

from credential import gathering, rootchain, snapshot
from credential.errors import CredentialError
from credential.rootchain import Root
from registrar.certificates import Pair

YEAR = 365 * 86_400


def print_of(der: bytes) -> bytes:
    return hashlib.sha256(der).digest()


@dataclass(frozen=True)
class Row:
    pairs: tuple[Pair, ...]
    roots: tuple[Root, ...]

    @property
    def file(self) -> bytes:
        return rootchain.write(self.roots)

    def follow(self, pinned: int = 0, *, now: int = NOW, chain: bytes | None = None) -> bytes:
        return rootchain.follow(
            print_of(self.pairs[pinned].der),
            self.pairs[-1].der,
            self.file if chain is None else chain,
            now=now,
        )


def row(count: int = 3) -> Row:
    pairs = tuple(root(number) for number in range(count))
    steps = [Root(pairs[0].der, None)]
    steps += [Root(new.der, cross(old, new)) for old, new in itertools.pairwise(pairs)]
    return Row(pairs, tuple(steps))


@pytest.fixture(scope="module")
def three() -> Row:
    return row()


def refusal(*args, **kwargs) -> str:
    with pytest.raises(CredentialError) as caught:
        rootchain.follow(*args, **kwargs)
    return caught.value.code


@pytest.mark.spec("Regie formats", "8", "a new root is signed by the old one")
def test_every_root_of_the_row_leads_to_the_last(three: Row) -> None:
    newest = print_of(three.pairs[-1].der)
    assert [three.follow(number) for number in range(3)] == [newest] * 3
    # Whoever has the newest needs no row.
    assert rootchain.follow(newest, three.pairs[-1].der, None, now=NOW) == newest


def test_without_a_row_or_from_another_root_nothing_is_followed(three: Row) -> None:
    first, last = three.pairs[0].der, three.pairs[-1].der
    assert refusal(print_of(first), last, None, now=NOW) == "scheme.fingerprint"
    assert refusal(print_of(b"x"), last, three.file, now=NOW) == "scheme.fingerprint"
    assert refusal(print_of(first), root(9).der, three.file, now=NOW) == "scheme.roots_end"
    # Never back: who believes the newest takes no older one.
    assert refusal(print_of(last), first, three.file, now=NOW) == "scheme.roots_end"


def test_a_step_that_the_old_root_did_not_sign_is_refused(three: Row) -> None:
    old, middle, new = three.pairs
    stranger = root(9)
    for wrong in (
        cross(stranger, middle),
        cross(old, new),
        cross(old, stranger),
        middle.der,
        old.der,
        cross(old, middle, subject=root(9, name="een ander").certificate.subject),
        cross(old, middle, drop=[x509.BasicConstraints.oid]),
        cross(old, middle, drop=[x509.KeyUsage.oid]),
    ):
        changed = (three.roots[0], Root(middle.der, wrong), three.roots[2])
        code = refusal(print_of(old.der), new.der, rootchain.write(changed), now=NOW)
        assert code == "scheme.roots_unsigned"
        # Whoever already believes the middle one does not need that step.
        assert rootchain.follow(
            print_of(middle.der), new.der, rootchain.write(changed), now=NOW
        ) == print_of(new.der)


def test_a_new_root_is_signed_by_its_own_key(three: Row) -> None:
    old = three.pairs[0]
    # Somebody else's certificate around the new key: its dates are not the holder's words.
    other = Pair(
        x509.load_der_x509_certificate(forge.again(three.pairs[1].der, old)), three.pairs[1].key
    )
    steps = (three.roots[0], Root(other.der, cross(old, three.pairs[1])))
    code = refusal(print_of(old.der), other.der, rootchain.write(steps), now=NOW)
    assert code == "scheme.roots_unsigned"


def test_every_step_counts_today(three: Row) -> None:
    old, middle, _ = three.pairs
    ended = cross(old, middle, not_before=NOW - 9, not_after=NOW - 1)
    later = cross(old, middle, not_before=NOW + 1, not_after=NOW + 9)
    for der, code in ((ended, "scheme.roots_expired"), (later, "scheme.roots_not_yet")):
        steps = rootchain.write((three.roots[0], Root(middle.der, der)))
        assert refusal(print_of(old.der), middle.der, steps, now=NOW) == code
    with pytest.raises(CredentialError) as caught:
        three.follow(now=NOW + 30 * YEAR)
    assert caught.value.code == "scheme.roots_expired"


@pytest.mark.parametrize(
    "document",
    [
        b"[]",
        b"{}",
        b'{"version":1,"roots":[]}',
        b'{"version":2,"roots":[{"certificate":"AAAA"}]}',
        b'{"version":true,"roots":[{"certificate":"AAAA"}]}',
        b'{"version":1,"roots":["AAAA"]}',
        b'{"version":1,"roots":[{"certificate":"AAAA","x":1}]}',
        b'{"version":1,"roots":[{"certificate":"A A"}]}',
        b'{"version":1,"roots":[{"certificate":"AAAA"},{"certificate":"AAAA","cross":"AAAA"}]}',
        b'{"version":1,"roots":[{"certificate":"AAAA"},{"certificate":"BBBB"}]}',
        b'{"version":1,"roots":[{"certificate":"AAAA"},{"certificate":"BBBB","cross":7}]}',
        b"\xff",
    ],
)
def test_a_row_of_a_wrong_shape_is_refused(document: bytes, three: Row) -> None:
    with pytest.raises(CredentialError):
        three.follow(chain=document)


def test_a_row_has_at_most_eight_steps() -> None:
    first = row(1).roots
    many = [Root(bytes([number]), b"x") for number in range(9)]
    assert len(rootchain.read(rootchain.write((*first, *many[:8])))) == 9
    with pytest.raises(CredentialError) as caught:
        rootchain.read(rootchain.write((*first, *many)))
    assert caught.value.code == "scheme.roots"


def test_what_is_no_certificate_is_malformed(three: Row) -> None:
    old, new = three.pairs[0].der, three.pairs[1].der
    steps = rootchain.write((Root(old, None), Root(new, b"nothing")))
    assert refusal(print_of(old), new, steps, now=NOW) == "x5c.certificate"


def test_all_roots_of_a_verified_row_for_what_is_kept(three: Row) -> None:
    last = three.pairs[-1].der
    found = rootchain.under(print_of(last), last, three.file)
    assert found == tuple(pair.der for pair in reversed(three.pairs))
    assert rootchain.under(print_of(last), last, None) == (last,)
    with pytest.raises(CredentialError):
        rootchain.under(print_of(three.pairs[0].der), last, three.file)


# --- the whole scheme under a new root --------------------------------------------------------------


def test_a_reader_with_the_old_fingerprint_opens_the_scheme_under_the_new_root() -> None:
    before = build()
    after = rolled(before)
    old, new = before.fingerprint, print_of(after.read("root.cer"))
    assert old == after.fingerprint != new
    for pinned in (old, new):
        found = gathering.gather(after.read, fingerprint=pinned, now=NOW, gone=(KeyError,))
        assert rootchain.FILE in found
        trust = snapshot.open_scheme(found.__getitem__, fingerprint=pinned, floor=0, now=NOW)
        assert print_of(trust.root) == new
    # Whoever believes the new one takes nothing under the old one any more.
    with pytest.raises(CredentialError) as caught:
        snapshot.open_scheme(before.read, fingerprint=new, floor=0, now=NOW)
    assert caught.value.code == "scheme.fingerprint"


def test_a_row_that_the_snapshot_does_not_name_is_refused() -> None:
    made = rolled(build())
    made.tree[rootchain.FILE] += b" "
    with pytest.raises(CredentialError) as caught:
        gathering.gather(made.read, fingerprint=made.fingerprint, now=NOW, gone=(KeyError,))
    assert caught.value.code == "scheme.file_hash"
