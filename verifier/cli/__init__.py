"""The `regie-verifier` command: parse, call the service, print; no logic."""

from verifier.cli.main import main

__all__ = ["main"]
