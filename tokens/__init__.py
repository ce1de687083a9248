"""Keys in a hardware token (PKCS#11), for whoever holds keys: registrar, issuer, verifier.

It knows none of them, and reads no settings or files itself.
"""
