"""Runs `python -m wallet.provider`."""

from wallet.provider.cli import main

main()
