"""Wiping a whole wallet: first the keys, so that nothing that is left can be read; then the rest.

No passphrase is needed for it: who forgot it wants this most, and who can reach the folder can
throw it away without us. It leaves other files in the folder alone.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from wallet import device, files, keyfile, lock
from wallet.errors import NotReady, WalletError
from wallet.lock import WriterLock
from wallet.service import folder
from wallet.store import DATABASE_FILE


def reset(home: Path) -> None:
    """Nothing of the wallet stays; `wallet.busy` while another program has it open.

    The key file goes last: after a crash it is damaged, never absent, and `reset` can go on.
    """
    if not any((home / name).exists() for name in (keyfile.FILE, DATABASE_FILE)):
        raise NotReady("wallet.none")
    held = WriterLock.take(home)
    try:
        if (home / keyfile.FILE).exists():
            _destroy(home / keyfile.FILE)
        with suppress(WalletError):
            keyring = device.find(home)
            if keyring is not None:
                keyring.drop()
        for name in folder.FOLDERS:
            shutil.rmtree(home / name, ignore_errors=True)
        for name in folder.FILES:
            (home / f"{name}{files.DRAFT}").unlink(missing_ok=True)
            (home / name).unlink(missing_ok=True)
        (home / lock.FILE).unlink(missing_ok=True)
    finally:
        held.release()
    with suppress(OSError):
        home.rmdir()


def _destroy(path: Path) -> None:
    """Overwrites the wrapped master key before it is unlinked: without it nothing can be read."""
    try:
        with path.open("r+b") as file:
            size = os.fstat(file.fileno()).st_size
            file.write(bytes(size))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        raise NotReady("reset.keyfile", file=path.name) from None
