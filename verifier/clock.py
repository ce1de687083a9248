"""The one place where time and entropy enter this component."""

import secrets
import time


def now() -> int:
    """Seconds since the epoch, UTC."""
    return int(time.time())


def monotonic() -> float:
    """Seconds on a clock that never goes back; only for measuring a duration."""
    return time.monotonic()


def random_bytes(length: int) -> bytes:
    """`length` bytes from the operating system's generator."""
    return secrets.token_bytes(length)
