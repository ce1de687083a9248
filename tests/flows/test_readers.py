"""Every reader of a scheme, at its own `sync`: never back, never a mix, and on to a new root."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from support import readers
from support.readers import Reader, Source
from support.rollover import resigned, rolled
from support.scheme import NOW, TestScheme, build

from credential import jose, rootchain
from credential.errors import CredentialError
from credential.names import TYP_SCHEME
from issuer.errors import IssuerError
from verifier.errors import VerifierError
from wallet import doctorwords
from wallet.errors import WalletError
from wallet.service import chains
from wallet.texts import LANGUAGES, Texts

DAY = 86_400
LATER = NOW + DAY
NO = (CredentialError, IssuerError, VerifierError, WalletError)
"""Everything a reader says no with."""


@pytest.fixture(scope="module")
def first() -> TestScheme:
    return build()


@pytest.fixture(scope="module")
def second(first: TestScheme) -> TestScheme:
    """The same scheme a day later."""
    made = replace(first, tree={}, _trust=None)
    made.publish(LATER)
    return made


@pytest.fixture(params=readers.NAMES)
def reader(request, tmp_path: Path, first, monkeypatch) -> tuple[Reader, Source]:
    source = Source(bare(first.tree))
    return readers.make(request.param, tmp_path, first, source, monkeypatch), source


def bare(tree: Mapping[str, bytes]) -> dict[str, bytes]:
    """The tree as a mirror without the archive has it."""
    return {path: data for path, data in tree.items() if not path.startswith("archive/")}


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(NO) as caught:
        act()
    error = caught.value
    return str(getattr(error, "params", {}).get("rule", "") or error.code)


def _files(scheme: TestScheme) -> dict[str, str]:
    token = jose.parse(scheme.read("scheme.jws").decode(), typ=TYP_SCHEME)
    return token.dangerous_payload()["files"]


def _older(first: TestScheme, second: TestScheme) -> dict[str, bytes]:
    return dict(first.tree)


def _other_text(first: TestScheme, second: TestScheme) -> dict[str, bytes]:
    """The number of the one in force, over another set of files."""
    files = {path: data for path, data in second.tree.items() if path.startswith("lote/")}
    named = {**_files(second), "extra.txt": hashlib.sha256(next(iter(files.values()))).hexdigest()}
    return resigned(second, files=named)


def _earlier_date(first: TestScheme, second: TestScheme) -> dict[str, bytes]:
    """A higher number with the date of before."""
    made = replace(first, ledger=replace(second.ledger), tree={}, _trust=None)
    made.publish(NOW)
    return dict(made.tree)


def _changed(path: str) -> Callable[[TestScheme, TestScheme], dict[str, bytes]]:
    return lambda first, second: {**second.tree, path: second.tree[path] + b" "}


def _mixed(first: TestScheme, second: TestScheme) -> dict[str, bytes]:
    return {**second.tree, "revoked.json": b"{}", "lote/pub-eaa-providers.jwt": first.tree[
        "lote/pub-eaa-providers.jwt"
    ]}  # fmt: skip


def _other_root(first: TestScheme, second: TestScheme) -> dict[str, bytes]:
    return dict(rolled(second, confirmed=False).tree)


TABLE = {
    "rolled back": (_older, "scheme.rollback"),
    "one number, two texts": (_other_text, "scheme.two_versions"),
    "a higher number with an earlier date": (_earlier_date, "scheme.rollback"),
    "a list of yesterday": (_mixed, "scheme.file_hash"),
    "a changed list": (_changed("lote/wrpac-providers.jwt"), "scheme.file_hash"),
    "another root": (_other_root, "scheme.fingerprint"),
}


@pytest.mark.spec("Regie formats", "8", "roll-back and mixed files, refused by every reader")
@pytest.mark.spec("Regie trust", "4.6", "never back to a lower sequence, never two under one")
@pytest.mark.parametrize("row", TABLE)
def test_what_every_reader_refuses(reader, first, second, row: str) -> None:
    mine, source = reader
    source.tree = bare(second.tree)
    mine.sync(LATER)
    assert mine.sequence(LATER) == second.ledger.sequence
    make, code = TABLE[row]
    source.tree = bare(make(first, second))
    assert refusal(lambda: mine.sync(LATER)) in (code, code.replace("scheme.", "sync."))
    # What was in force stays so.
    assert mine.sequence(LATER) == second.ledger.sequence
    source.tree = bare(second.tree)
    mine.sync(LATER)


@pytest.mark.spec("Regie formats", "8", "no grace after next_update")
def test_a_stale_scheme_is_refused_by_every_reader(reader, first) -> None:
    mine, _ = reader
    assert refusal(lambda: mine.sync(NOW + 8 * DAY)) == "scheme.expired"


@pytest.mark.spec("Regie formats", "8", "a tree replaced while it is read is read once more")
def test_a_tree_that_is_swapped_once_is_read_again(reader, first, second) -> None:
    mine, source = reader
    source.asked.clear()

    def swap(path: str) -> None:
        if path.startswith("lote/"):
            source.tree = bare(second.tree)

    source.before = swap
    mine.sync(LATER)
    assert mine.sequence(LATER) == second.ledger.sequence
    assert source.asked.count("scheme.jws") == 2


def test_where_there_is_an_archive_nothing_is_read_twice(reader, first, second) -> None:
    mine, source = reader
    source.asked.clear()

    def swap(path: str) -> None:
        if path.startswith("lote/"):
            source.tree = {**first.tree, **second.tree}

    source.tree = dict(first.tree)
    source.before = swap
    mine.sync(NOW)
    assert mine.sequence(NOW) == first.ledger.sequence
    assert source.asked.count("scheme.jws") == 1


@pytest.mark.spec("Regie formats", "8", "files of two publications are refused in the end")
def test_a_tree_that_never_holds_still_is_refused(reader, first, second) -> None:
    mine, source = reader
    trees = [bare(first.tree), bare(second.tree)]
    source.asked.clear()

    def swap(path: str) -> None:
        if path == "scheme.jws":
            source.tree = trees[0]
        if path.startswith("lote/"):
            source.tree = trees[1]

    source.before = swap
    assert refusal(lambda: mine.sync(NOW)) == "scheme.file_hash"
    assert source.asked.count("scheme.jws") == 2
    assert mine.sequence(NOW) == first.ledger.sequence


@pytest.mark.spec("Regie formats", "8", "a new root is signed by the old one; readers keep the new")
def test_every_reader_follows_to_a_new_root_and_stays_there(reader, first, second) -> None:
    mine, source = reader
    assert mine.pin() == first.fingerprint
    after = rolled(second)
    source.tree = dict(after.tree)
    mine.sync(LATER)
    new = hashlib.sha256(after.tree["root.cer"]).digest()
    assert mine.pin() == new != first.fingerprint
    assert mine.sequence(LATER) == second.ledger.sequence
    # Under the old root nothing counts any more, also not what is newer.
    later = replace(second, tree={}, _trust=None)
    later.publish(LATER + DAY)
    source.tree = dict(later.tree)
    assert refusal(lambda: mine.sync(LATER + DAY)) == "scheme.fingerprint"
    source.tree = dict(after.tree)
    mine.sync(LATER + DAY)
    assert mine.pin() == new
    assert rootchain.FILE in source.tree


def test_the_wallet_says_so(tmp_path: Path, first, second, monkeypatch) -> None:
    source = Source(bare(first.tree))
    mine = readers.make("wallet", tmp_path, first, source, monkeypatch)
    assert mine.sync(NOW).new_root is False  # type: ignore[attr-defined]
    source.tree = bare(rolled(second).tree)
    assert mine.sync(LATER).new_root is True  # type: ignore[attr-defined]
    assert mine.sync(LATER).new_root is False  # type: ignore[attr-defined]
    # The check-up names the key that was given, and the one it led to.
    wallet = mine.wallet
    assert wallet is not None
    (told,) = [one for one in chains.check(wallet, now=LATER) if one.code.startswith("scheme")]
    assert told.code == "scheme-followed"
    for lang in LANGUAGES:
        said = doctorwords.what(told, Texts(lang))
        assert first.fingerprint.hex()[:8] in said
        assert wallet.config.fingerprint[:8] in said
