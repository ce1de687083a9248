"""Use cases of the verifier: the only door for the command line and the web."""
