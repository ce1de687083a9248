"""Every text of a kind that was ever published, by its digest: what cards were made by.

A kind whose words are corrected stays the same kind; a card made before the correction names the
old text in `vct#integrity` (SD-JWT VC 7). So old texts stay in the register (`types/SHA256.json`)
and are published beside the present ones (`types/earlier/SHA256.json`).
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from credential import typemetadata
from credential.errors import CredentialError

FOLDER: Final = "types"


def to_keep(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """The present texts as the register keeps them, by their path in its folder."""
    return {f"{FOLDER}/{_digest(data)}.json": data for data in documents.values()}


def digests(documents: Mapping[str, bytes]) -> frozenset[str]:
    """SHA-256 of each text, as the ledger keeps them once they are published."""
    return frozenset(map(_digest, documents.values()))


def with_earlier(
    documents: Mapping[str, bytes], kept: Mapping[str, bytes], published: frozenset[str]
) -> dict[str, bytes]:
    """The texts to publish: the present ones, and those kept of the same kinds, by their digest.

    What was never published, whoever put it there, is of a kind that is no more, or was kept under
    another digest than its own, stays behind.
    """
    present = {_digest(data) for data in documents.values()}
    vcts = {typemetadata.parse(data).vct for data in documents.values()}
    found = dict(documents)
    for path, data in sorted(kept.items()):
        digest = _digest(data)
        ours = path == f"{FOLDER}/{digest}.json" and digest in published
        if ours and digest not in present and _vct(data) in vcts:
            found[f"earlier/{digest}.json"] = data
    return found


def _vct(data: bytes) -> str | None:
    try:
        return typemetadata.parse(data).vct
    except CredentialError:
        return None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
