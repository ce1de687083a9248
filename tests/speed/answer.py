"""One answer of a wallet, from the encrypted form to the verdict, without network and database."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from support.holder_simulator import Lies
from support.keys import test_key
from support.service_door import Door
from support.verifier_home import make_home

from credential import jose, jwe
from verifier import messages
from verifier.checks import Accepted, Expected, examine
from verifier.messages import Presented
from verifier.request import ENC_VALUES
from verifier.store import transactions
from verifier.transaction import Fetched

# Each of two cards: the issuer's signature and the holder's.
VERIFIES = 4


def exchange() -> Callable[[], object]:
    """Raw ECDH with a key that was made for this one answer."""
    key, other = test_key("issuer"), test_key("holder").public_key()
    return lambda: key.exchange(ec.ECDH(), other)


@contextmanager
def judged() -> Iterator[Callable[[], object]]:
    """Decrypt, decode, ask again, check every signature, binding and status, and decide."""
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder))
        door = Door(home)
        verifier = door.verifier
        request = door.ask()
        token = door.holder().form(request, Lies(), jose.generate_key())["response"]
        name = str(request.payload["response_uri"]).rsplit("/", 1)[1]
        found = transactions.find(verifier.store, verifier.sealer, name)
        assert isinstance(found, Fetched)
        now = verifier.now()
        expected = Expected(
            verifier.profile(found.profile).profile,
            verifier.client_id,
            found.secrets,
            verifier.amounts,
        )

        def judge() -> None:
            plain = jwe.decrypt(
                token,
                key=found.secrets.key,
                kid=found.secrets.kid,
                enc_allowed=ENC_VALUES,
                max_bytes=messages.MAX_RESPONSE,
            )
            payload = messages.payload(plain)
            assert isinstance(payload, Presented)
            generation = verifier.scheme.generation(now)
            report = examine(payload.vp_token, payload.rights_key, expected, generation, now)
            assert isinstance(report.verdict, Accepted)

        try:
            yield judge
        finally:
            home.close()
