"""The pilot wallet provider: vouches that a wallet holds its keys, and for nothing else.

A server of its own (`regie-wallet-provider`); of the wallet it uses what both sides must agree on.
Why it says no more, and what it sees: decision 0013.
"""


def main() -> None:
    """Entry point of `regie-wallet-provider`."""
    # Deferred: the wallet itself never loads a web server.
    from wallet.provider.cli import main as run  # noqa: PLC0415

    run()
