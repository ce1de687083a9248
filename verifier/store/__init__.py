"""What the verifier keeps: domain verbs over SQLAlchemy Core, one method, one transaction."""

from verifier.store.engine import Store

__all__ = ["Store"]
