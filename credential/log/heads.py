"""Signed heads of the log, and the eight words to keep one elsewhere (formats.md 2)."""

from dataclasses import dataclass
from typing import Final

from credential import base64url, jose, strictjson, words
from credential.errors import Malformed
from credential.jose import PublicKey, Signer
from credential.log.entries import LOG_ID_BYTES
from credential.names import TYP_LOG_HEAD

HEAD_WORDS: Final = 8
# Eight words of twelve bits.
HEAD_PREFIX: Final = HEAD_WORDS * words.BITS // 8
MAX_HEAD: Final = 2048

_HASH: Final = 32


@dataclass(frozen=True, slots=True)
class Head:
    """What the log key signed: the chain of `log_id` has `n` entries and ends in `h`."""

    log_id: bytes
    n: int
    h: bytes
    at: int


def sign_head(log_id: bytes, n: int, h: bytes, at: int, signer: Signer) -> str:
    """The head as a JWS by the log key."""
    if len(log_id) != LOG_ID_BYTES or n < 0 or len(h) != _HASH:
        raise Malformed("log.head", "Regie formats 2")
    payload: strictjson.Object = {
        "log": base64url.encode(log_id),
        "n": n,
        "h": base64url.encode(h),
        "at": at,
    }
    return jose.sign(payload, typ=TYP_LOG_HEAD, signer=signer)


def open_head(token: str, key: PublicKey) -> Head:
    """The head, if the log key signed it."""
    unverified = jose.parse(token, typ=TYP_LOG_HEAD, max_bytes=MAX_HEAD)
    payload = jose.verify(unverified, key).payload
    log_id, h = (base64url.decode(strictjson.text(payload, name)) for name in ("log", "h"))
    n = strictjson.integer(payload, "n")
    if len(log_id) != LOG_ID_BYTES or n < 0 or len(h) != _HASH:
        raise Malformed("log.head", "Regie formats 2")
    return Head(log_id, n, h, strictjson.integer(payload, "at"))


def head_words(h: bytes) -> tuple[str, ...]:
    """The first 96 bits of h(n) as eight words."""
    return words.words_for(h[:HEAD_PREFIX])


def words_match(typed: str, h: bytes) -> bool:
    """Whether these words, as a person types them, are those of h(n)."""
    return words.bytes_for(typed) == h[:HEAD_PREFIX]
