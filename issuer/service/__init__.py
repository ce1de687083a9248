"""The use cases: the only door for the commands and the web."""
