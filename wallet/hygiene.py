"""What the process does before it holds a secret (ARCHITECTURE.md, Wallet)."""

import ctypes
import os
import resource
import sys
from typing import Final

SECRET_VARIABLES: Final = ("REGIE_PASSPHRASE", "REGIE_PIN")
_PR_SET_DUMPABLE: Final = 4
_PR_GET_DUMPABLE: Final = 3


def start() -> dict[str, str]:
    """No core dumps, no debugger of the same user, secrets out of the environment; returns them.

    What is written from here on is for the owner alone.
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    forbid_dumping()
    return take_secrets()


def forbid_dumping() -> None:
    """Linux: other processes of this user can read neither memory nor environment."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def dumpable() -> bool:
    """Whether another process of this user could read this one; where it cannot be told: no."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0))


def take_secrets() -> dict[str, str]:
    """The secrets given by environment, removed from it so that no child inherits them."""
    return {name: os.environ.pop(name) for name in SECRET_VARIABLES if name in os.environ}


def clean_environment() -> dict[str, str]:
    """The environment a child process may see."""
    return {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES}
