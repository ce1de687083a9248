"""Asked twice, done once: what an Idempotency-Key promises, also when the first answer got lost."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from credential.strictjson import Object
from verifier.errors import Refused
from verifier.service.verifier import Verifier
from verifier.store import once as store

HOUR: Final = 3600
CLAIM_SECONDS: Final = 30


@dataclass(frozen=True)
class Told:
    """An answer as it was given, and as it is given again."""

    status: int
    body: Object


def once(
    verifier: Verifier, client: str, key: str | None, request: bytes, work: Callable[[], Told]
) -> Told:
    """Do `work`, or say again what it said when this key came first; another request is refused.

    Without a key every request counts. What was refused is not kept: put right, it may be sent
    again under the same key.
    """
    if key is None:
        return work()
    now = verifier.now()
    hidden = verifier.sealer.session(f"idempotency:{client}:{key}")
    asked = verifier.sealer.session(f"request:{sha256(request).hexdigest()}")
    earlier = store.claim(
        verifier.store,
        verifier.sealer,
        client,
        hidden,
        asked,
        now=now,
        until=now + CLAIM_SECONDS,
        end=now + verifier.config.api.remember_hours * HOUR,
    )
    if earlier is not None:
        if not hmac.compare_digest(earlier.request, asked):
            raise Refused("api.key_reused", "", status=422)
        if earlier.status is None:
            raise Refused("api.key_in_hand", "", status=409)
        return Told(earlier.status, earlier.answer)
    try:
        told = work()
    except Refused:
        store.release(verifier.store, client, hidden)
        raise
    store.answered(verifier.store, verifier.sealer, client, hidden, told.status, told.body)
    return told
