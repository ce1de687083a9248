"""One copy of a card: every claim disclosable on its own, nothing to tell two copies apart by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from credential import sdjwt
from credential.names import TYP_CARD, vct_of
from credential.sdjwt import Decoys, Disclosable, Issuable
from credential.strictjson import Json, Object
from issuer.certificates import Leaf
from issuer.status import Entropy

# Digests are filled up to a fixed number, so that their count does not tell which claims a
# person lacks, nor how often they moved or how many nationalities they have (RFC 9901, 4.2.5).
DIGESTS: Final = 16
NESTED_DIGESTS: Final = 8
ELEMENTS: Final = 16
"""Of every list; one that is longer is filled up to the next multiple."""


@dataclass(frozen=True, repr=False)
class Sheet:
    """What all copies of one batch share."""

    kind: str
    claims: Object
    iat: int
    exp: int
    integrity: str | None = None
    """What pins the text of the type it is made by; `None` where no scheme is there to say."""


def make(sheet: Sheet, *, holder: Object, uri: str, idx: int, leaf: Leaf, entropy: Entropy) -> str:
    """One signed copy for one key of the holder, with its own place in the status lists."""
    hidden = {name: Disclosable(_hide(value)) for name, value in sheet.claims.items()}
    payload: Mapping[str, Issuable] = {
        "vct": vct_of(sheet.kind),
        **({} if sheet.integrity is None else {"vct#integrity": sheet.integrity}),
        "iat": sheet.iat,
        "nbf": sheet.iat,
        "exp": sheet.exp,
        "cnf": {"jwk": holder},
        "status": {"status_list": {"idx": idx, "uri": uri}},
        **hidden,
    }
    return sdjwt.issue(
        payload,
        signer=leaf.signer,
        x5c=[leaf.der],
        typ=TYP_CARD,
        entropy=entropy,
        decoys=max(0, DIGESTS - len(hidden)),
    )


def _hide(value: Json) -> Issuable:
    if isinstance(value, dict):
        members = {name: Disclosable(_hide(one)) for name, one in value.items()}
        return Decoys(members, max(0, NESTED_DIGESTS - len(members)))
    if isinstance(value, list):
        return Decoys([Disclosable(_hide(one)) for one in value], _missing(len(value)))
    return value


def _missing(length: int) -> int:
    return -length % ELEMENTS if length else ELEMENTS
