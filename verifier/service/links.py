"""Links that open a wallet; those that stand on a screen change while you look at them.

A code on a screen can be photographed and sent to somebody else, who then answers for whoever took
the picture (OpenID4VP 1.0, 14.2). So what a page or a desk shows for another device names, beside
the request, the moment it was shown: a keyed hash over the request and a window of time. It is
accepted in its own window and the next; nothing is written for it.
"""

import hmac
from typing import Final

from verifier import request
from verifier.service.verifier import Verifier
from verifier.transaction import Created, Device, Fetched, Origin

_CHARACTERS: Final = 32  # 128 bits


def link(verifier: Verifier, item: Created | Fetched, now: int) -> str:
    """What a wallet opens, now."""
    uri = f"{verifier.config.base_url}/request/{item.id}"
    if turns(item):
        uri += f"/{_token(verifier, item.id, _window(verifier, now))}"
    return request.invitation(verifier.identity(item.id).client_id, uri)


def admits(verifier: Verifier, item: Created, token: str | None, now: int) -> bool:
    """Whether somebody who comes with this may fetch the request at this moment."""
    if not turns(item):
        return token is None
    window = _window(verifier, now)
    return token is not None and any(
        hmac.compare_digest(token.encode(), _token(verifier, item.id, one).encode())
        for one in (window, window - 1)
    )


def turns(item: Created | Fetched) -> bool:
    """Whether its link changes: shown on a screen, for whichever device comes by."""
    return item.device is Device.OTHER and item.about.origin in (Origin.PAGE, Origin.DESK)


def seconds_left(verifier: Verifier, now: int) -> int:
    """Until the link that is shown now is no longer the newest."""
    length = verifier.config.protocol.qr_seconds
    return length - now % length


def _window(verifier: Verifier, now: int) -> int:
    return now // verifier.config.protocol.qr_seconds


def _token(verifier: Verifier, transaction: str, window: int) -> str:
    return verifier.sealer.session(f"link:{transaction}:{window}")[:_CHARACTERS]
