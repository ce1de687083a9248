"""Runs `python -m wallet.provider`."""

from wallet.provider import main

main()
