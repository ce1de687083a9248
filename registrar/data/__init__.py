"""Facts of others that the register is checked against, with where they come from."""
