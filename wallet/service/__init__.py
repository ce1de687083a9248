"""Use cases of the wallet; the only door for commands and screens."""
