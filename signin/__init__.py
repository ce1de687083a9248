"""Letting people log in at a provider of their organisation (OpenID Connect 1.0), as its client.

Shared by the issuer and the verifier; it knows neither, and reads no settings or files itself.
"""
