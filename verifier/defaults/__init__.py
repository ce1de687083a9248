"""The profiles that `init` installs; edit the copies in the home, not these."""
