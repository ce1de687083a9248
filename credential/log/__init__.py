"""The resident's log: entries, the chain that binds them, and signed heads (formats.md 2)."""

from credential.log.chain import ChainReport, Fault, Row, verify_chain
from credential.log.entries import (
    BLIND_BYTES,
    LOG_ID_BYTES,
    Event,
    entry_bytes,
    entry_hash,
    genesis,
    link,
    read_entry,
    removed_body,
)
from credential.log.heads import Head, head_words, open_head, sign_head, words_match

__all__ = [
    "BLIND_BYTES",
    "LOG_ID_BYTES",
    "ChainReport",
    "Event",
    "Fault",
    "Head",
    "Row",
    "entry_bytes",
    "entry_hash",
    "genesis",
    "head_words",
    "link",
    "open_head",
    "read_entry",
    "removed_body",
    "sign_head",
    "verify_chain",
    "words_match",
]
