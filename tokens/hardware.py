"""Keys in a hardware token (PKCS#11): they sign and compute, and never leave it.

The library is an extra of its own (`pip install regie[pkcs11]`); it is imported here alone.
"""

import hashlib
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from credential.jose import PublicKey, WrittenHeaders

_SECRET_BITS: Final = 256
_T = TypeVar("_T")


class Fault(Protocol):
    """How whoever uses a token wants its faults raised: a code, and names to fill in."""

    def __call__(self, code: str, **params: str) -> Exception:
        """The error to raise."""
        ...


class HardwareToken:
    """One token under one PIN; every thread has a session of its own, as the standard wants."""

    def __init__(self, module: str, label: str, pin: str, fault: Fault) -> None:
        self._fault = fault
        try:
            import pkcs11  # noqa: PLC0415 - only where the settings name a token
            from pkcs11.util import ec as curves  # noqa: PLC0415
        except ImportError:
            raise self._fault("hsm.not_installed") from None
        self._p11: Any = pkcs11
        self._curves: Any = curves
        self._label = label
        self._pin = pin
        self._local = threading.local()
        try:
            library = pkcs11.lib(module)
        except (pkcs11.exceptions.PKCS11Error, OSError, RuntimeError):
            raise self._fault("hsm.module") from None
        self._token = self._guard(lambda: library.get_token(token_label=label))
        # Kept open: with its last session a process is logged out.
        self._first = self._guard(self._open)

    def signer(self, label: str) -> "HardwareSigner | None":
        """The signing key with this label; None if the token has none."""
        public = self._find(label, self._p11.ObjectClass.PUBLIC_KEY)
        if public is None or self._find(label, self._p11.ObjectClass.PRIVATE_KEY) is None:
            return None
        key = serialization.load_der_public_key(self._curves.encode_ec_public_key(public))
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            raise self._fault("hsm.curve", label=label)
        return HardwareSigner(self, label, key)

    def make_signer(self, label: str) -> bool:
        """Makes a P-256 key that cannot be taken out; an existing one is never replaced."""
        if self.signer(label) is not None:
            return False
        names = self._p11.Attribute

        def make() -> None:
            session = self._session()
            curve = session.create_domain_parameters(
                self._p11.KeyType.EC,
                {names.EC_PARAMS: self._curves.encode_named_curve_parameters("secp256r1")},
                local=True,
            )
            curve.generate_keypair(
                label=label,
                id=hashlib.sha256(label.encode()).digest()[:16],
                store=True,
                private_template={names.SENSITIVE: True, names.EXTRACTABLE: False},
            )

        self._guard(make)
        return True

    def refuse(self, code: str, **params: str) -> Exception:
        """The fault of this code, as whoever opened the token wants it."""
        return self._fault(code, **params)

    def sign(self, label: str, digest: bytes) -> bytes:
        """The ECDSA signature of a SHA-256 digest: r and s, 32 bytes each."""
        key = self._known(label, self._p11.ObjectClass.PRIVATE_KEY)
        mechanism = self._p11.Mechanism.ECDSA
        return bytes(self._guard(lambda: key.sign(digest, mechanism=mechanism)))

    def has_secret(self, label: str) -> bool:
        """Whether there is a secret key with this label."""
        return self._find(label, self._p11.ObjectClass.SECRET_KEY) is not None

    def make_secret(self, label: str) -> bool:
        """Makes a secret of 256 bits for `mac`; an existing one is never replaced."""
        if self.has_secret(label):
            return False
        names = self._p11.Attribute

        def make() -> None:
            self._session().generate_key(
                self._p11.KeyType.GENERIC_SECRET,
                _SECRET_BITS,
                label=label,
                store=True,
                template={names.SIGN: True, names.SENSITIVE: True, names.EXTRACTABLE: False},
            )

        self._guard(make)
        return True

    def mac(self, label: str, data: bytes) -> bytes:
        """HMAC-SHA-256 under a secret of the token."""
        key = self._known(label, self._p11.ObjectClass.SECRET_KEY)
        mechanism = self._p11.Mechanism.SHA256_HMAC
        return bytes(self._guard(lambda: key.sign(data, mechanism=mechanism)))

    def destroy(self, label: str) -> None:
        """Destroys every object of this label, if there is any."""

        def drop() -> None:
            names = self._p11.Attribute
            for old in list(self._session().get_objects({names.LABEL: label})):
                old.destroy()

        self._guard(drop)
        self._local = threading.local()

    def rename(self, label: str, to: str) -> None:
        """Gives every object of this label another one; the key that had that name is destroyed."""
        self.destroy(to)

        def move() -> None:
            session = self._session()
            for one in list(session.get_objects({self._p11.Attribute.LABEL: label})):
                one[self._p11.Attribute.LABEL] = to

        self._guard(move)
        self._local = threading.local()

    def _known(self, label: str, kind: Any) -> Any:  # noqa: ANN401 - the library's own types
        found = self._find(label, kind)
        if found is None:
            raise self._fault("hsm.key_missing", label=label)
        return found

    def _find(self, label: str, kind: Any) -> Any:  # noqa: ANN401
        """The one object of this label, remembered per thread with its session."""
        kept: dict[tuple[str, int], Any] = self._local.__dict__.setdefault("keys", {})
        if (label, int(kind)) in kept:
            return kept[label, int(kind)]
        names = self._p11.Attribute

        def look() -> list[Any]:
            return list(self._session().get_objects({names.LABEL: label, names.CLASS: kind}))

        found = self._guard(look)
        if len(found) > 1:
            # Two keys of one name: which one signs must not depend on the order of a list.
            raise self._fault("hsm.key_twice", label=label)
        if not found:
            return None
        kept[label, int(kind)] = found[0]
        return found[0]

    def _session(self) -> Any:  # noqa: ANN401
        session = self._local.__dict__.get("session")
        if session is None:
            session = self._open()
            self._local.session = session
        return session

    def _open(self) -> Any:  # noqa: ANN401
        try:
            return self._token.open(rw=True, user_pin=self._pin)
        except self._p11.exceptions.UserAlreadyLoggedIn:
            # Who logs in does so for every session of the process (PKCS#11 2.40, 5.6).
            return self._token.open(rw=True)

    def _guard(self, use: Callable[[], _T]) -> _T:
        """Runs this, and turns every fault of the token into ours, without what it says."""
        try:
            return use()
        except self._p11.exceptions.PinIncorrect:
            raise self._fault("hsm.pin", label=self._label) from None
        except self._p11.exceptions.NoSuchToken:
            raise self._fault("hsm.no_token", label=self._label) from None
        except self._p11.exceptions.PKCS11Error:
            # A session that broke is opened anew at the next use.
            self._local = threading.local()
            raise self._fault("hsm.failed", label=self._label) from None


class HardwareSigner:
    """A `credential.jose.Signer` whose key stays in the token."""

    def __init__(self, token: HardwareToken, label: str, public: PublicKey) -> None:
        self._token = token
        self._label = label
        self._public = public
        self._written = WrittenHeaders()

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies what this one signs."""
        return self._public

    @property
    def written(self) -> WrittenHeaders:
        """The headers this key has signed under before."""
        return self._written

    def sign(self, data: bytes) -> bytes:
        """The ES256 signature of `data`: r and s, 32 bytes each."""
        return self._token.sign(self._label, hashlib.sha256(data).digest())

    def refuse(self, code: str) -> Exception:
        """The fault of this code, as whoever opened the token wants it."""
        return self._token.refuse(code, label=self._label)
