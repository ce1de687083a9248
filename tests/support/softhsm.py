"""A hardware token in software (SoftHSM), for tests; skipped with a reason where it is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PIN = "135790"
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


def module() -> str:
    """The library of SoftHSM; skips a newcomer's test, never one in CI."""
    found = next((path for path in _MODULES if Path(path).exists()), None)
    if found is not None and shutil.which("softhsm2-util"):
        return found
    reason = "SoftHSM is not installed (Debian package softhsm2)"
    if os.environ.get("REGIE_CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def make_token(folder: Path, label: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh token in this folder; returns the library to use it with."""
    library = module()
    tokens = folder / "tokens"
    tokens.mkdir(parents=True, exist_ok=True)
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    words = ["softhsm2-util", "--init-token", "--free", "--label", label]
    subprocess.run([*words, "--pin", PIN, "--so-pin", PIN], check=True, capture_output=True)
    # The library reads its settings when it starts: another test of this process may have done so.
    import pkcs11

    pkcs11.lib(library).reinitialize()
    return library
