"""Bringing a database to this release: the tables, and what only the seal can fill in."""

from collections.abc import Callable

from verifier import clock, keys
from verifier.config import Config
from verifier.store import Store, people


def migrate(config: Config, entropy: Callable[[int], bytes] = clock.random_bytes) -> None:
    """Safe to run twice; needs the keys only where somebody is registered already."""
    store = Store.open(config.database, migrate=True)
    try:
        if people.unindexed(store):
            people.index_contacts(store, keys.load_sealer(config.keys, entropy))
    finally:
        store.close()
