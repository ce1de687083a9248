"""Keys with a name: the same name is the same key for as long as the tests run."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from credential.jose import KeySigner, PrivateKey


@cache
def test_key(name: str) -> PrivateKey:
    """A P-256 key made from its name, so that two processes agree on it."""
    # Not a secret: the number is the name itself, folded below the order of the group.
    number = int.from_bytes(name.encode().ljust(31, b".")[:31], "big")
    return ec.derive_private_key(number, ec.SECP256R1())


@cache
def test_signer(name: str) -> KeySigner:
    return KeySigner(test_key(name))


# pytest must not take them for tests.
test_key.__test__ = False  # type: ignore[attr-defined]
test_signer.__test__ = False  # type: ignore[attr-defined]
