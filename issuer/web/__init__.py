"""The issuer's async edge: reads bounded bodies, hops once to a thread, answers."""

from issuer.web.app import create_app

__all__ = ["create_app"]
