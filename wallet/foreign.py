"""Authorities of other schemes this resident chose to trust: `foreign_anchors` in `wallet.toml`."""

import base64
import binascii
import re
from pathlib import Path
from typing import Final

from credential.errors import CredentialError
from wallet.config import Config
from wallet.errors import Usage

MAX_BYTES: Final = 262_144
MAX_ANCHORS: Final = 32
MAX_FILES: Final = 64
SUFFIXES: Final = frozenset({".pem", ".crt"})
_BLOCK: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----"
)


def anchors(config: Config) -> tuple[bytes, ...]:
    """The chosen authorities as DER: of one file, or of every PEM file in a folder."""
    if not config.foreign_anchors:
        return ()
    place = Path(config.foreign_anchors)
    try:
        files = _files(place) if place.is_dir() else [place]
        found = [der for file in files for der in _read(file)]
        for der in found:
            _require_authority(der)
    except (OSError, binascii.Error, CredentialError):
        raise _unusable() from None
    if not found or len(found) > MAX_ANCHORS:
        raise _unusable()
    return tuple(dict.fromkeys(found))


def _files(folder: Path) -> list[Path]:
    found = sorted(one for one in folder.iterdir() if one.suffix in SUFFIXES)
    if len(found) > MAX_FILES:
        raise _unusable()
    return found


def _read(file: Path) -> list[bytes]:
    if file.stat().st_size > MAX_BYTES:
        raise _unusable()
    blocks = _BLOCK.findall(file.read_bytes())
    return [base64.b64decode(b"".join(block.split()), validate=True) for block in blocks]


def _require_authority(der: bytes) -> None:
    """A certificate that can be read and may sign others; any other would refuse every chain."""
    from cryptography import x509  # noqa: PLC0415 - heavy

    from credential.trust import leaf  # noqa: PLC0415

    constraints = leaf.extension(leaf.load(der), x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise _unusable()


def _unusable() -> Usage:
    return Usage("config.value", key="foreign_anchors")
