"""A new wallet that knows the scheme, or none at all."""

from collections.abc import Callable
from pathlib import Path

from wallet.config import Config
from wallet.fetch import Fetch
from wallet.service.wallet import Entropy, Wallet, discard


def make(
    home: Path,
    passphrase: str,
    config: Config,
    *,
    network: Callable[[Config], Fetch],
    now: int,
    entropy: Entropy,
) -> Wallet:
    """Makes the wallet and brings in the newest list; without a scheme there is none to get."""
    wallet = Wallet.create(home, passphrase, config=config, at=now, entropy=entropy)
    if not config.scheme_url:
        return wallet
    # Deferred: a wallet without a scheme needs no network (docs/speed.md).
    from wallet.service.sync import sync  # noqa: PLC0415

    try:
        sync(wallet, network(wallet.config), now=now)
    except BaseException:
        # A wallet with the wrong address or fingerprint would be a dead end: try again.
        wallet.close()
        discard(wallet.home)
        raise
    return wallet
