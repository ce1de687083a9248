"""The municipality: validates against the BRP, issues, revokes, accounts."""
