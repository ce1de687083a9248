"""What the process that is to die does: the use cases of the wallet, as its commands run them."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from crash import keeping

from credential import snapshot
from credential.rights import Right
from credential.trust import Trust
from wallet import clock, config, doors, keyfile, links, proof
from wallet.caution import Warn
from wallet.errors import WalletError
from wallet.service import add, requests, rights, share, sync
from wallet.service.wallet import SCHEME_FOLDER, Wallet, key_file
from wallet.store.values import Notice

PASSPHRASE = "vijf woorden uit een boek"
unlock = cache(keyfile.unlock)


def trust_of(home: Path) -> Trust:
    """The same scheme, opened once for all processes."""
    folder = home / SCHEME_FOLDER
    scheme = (folder / "scheme.jws").read_bytes()
    return _trust_of(folder, config.load(home).fingerprint, scheme)


_opened: dict[tuple[str, bytes], Trust] = {}


def _trust_of(folder: Path, fingerprint: str, scheme: bytes) -> Trust:
    found = _opened.get((fingerprint, scheme))
    if found is None:
        found = _opened[fingerprint, scheme] = snapshot.open_scheme(
            lambda path: (folder / path).read_bytes(),
            fingerprint=bytes.fromhex(fingerprint),
            floor=0,
            now=clock.now(),
        )
    return found


def warm(home: Path) -> None:
    """Before the fork: what does not concern dying, and is slow."""
    if (home / keyfile.FILE).exists():
        with suppress(WalletError):  # damaged by a reset that was cut off
            unlock(key_file(home), PASSPHRASE)
    if (home / SCHEME_FOLDER / "scheme.jws").exists():
        trust_of(home)


def quicken() -> None:
    """In the process that is to die: takes over what `warm` prepared."""
    keyfile.unlock = unlock
    Wallet._open_trust = lambda self, _now: trust_of(self.home)  # type: ignore[method-assign]


def opened(home: Path, now: int) -> Wallet:
    return Wallet.open(home, PASSPHRASE, write=True, at=now, entropy=clock.random_bytes)


def _notices(found: tuple[Notice, ...]) -> list[str]:
    return [one.code for one in found]


def _open(home: Path) -> dict[str, Any]:
    """Twice: what was mended is told once."""
    with opened(home, clock.now()) as wallet:
        first = wallet.notices
    with opened(home, clock.now()) as wallet:
        return {"notices": _notices(first), "again": _notices(wallet.notices)}


def _posed(wallet: Wallet, link: str, now: int) -> tuple[Any, share.Posed]:
    fetch = doors.network(wallet.config)
    found = links.parse(link)
    assert isinstance(found, links.PresentationLink)
    return fetch, share.receive(wallet, fetch, found, lang="nl", now=now)


def _share(home: Path, *, link: str) -> dict[str, Any]:
    now = clock.now()
    with opened(home, now) as wallet:
        fetch, posed = _posed(wallet, link, now)
        option = posed.question.options[0]
        # Everything is agreed to, but to using a copy again.
        accepted = [warn for warn in option.warnings if warn is not Warn.REUSE]
        done = share.share(wallet, fetch, posed, option, accepted=accepted, now=now)
        return _done(done)


def _done(done: share.Done) -> dict[str, Any]:
    return {
        "activity": done.id,
        "settlement": type(done.settlement).__name__,
        "receipt": None if done.verdict is None else proof.word(done.verdict),
        "confirm_code": done.confirm_code,
    }


def _show(home: Path, *, link: str) -> dict[str, Any]:
    now = clock.now()
    with opened(home, now) as wallet:
        return {"activity": _posed(wallet, link, now)[1].id}


def _decline(home: Path, *, link: str) -> dict[str, Any]:
    now = clock.now()
    with opened(home, now) as wallet:
        fetch, posed = _posed(wallet, link, now)
        return {"activity": share.decline(wallet, fetch, posed, now=now).id}


def _resend(home: Path, *, activity: str) -> dict[str, Any]:
    now = clock.now()
    with opened(home, now) as wallet:
        return _done(share.resend(wallet, doors.network(wallet.config), activity, now=now))


def _ask(home: Path, *, activity: str, right: str, confirm: bool = False) -> dict[str, Any]:
    """With `confirm`: also the second question, as `ask --confirm` puts it."""
    now = clock.now()
    with opened(home, now) as wallet:
        fetch = doors.network(wallet.config)
        found = rights.ask(wallet, fetch, activity, Right(right), now=now)
        consequence = None if found.answer is None else found.answer.consequence
        if confirm and consequence is not None:
            found = rights.ask(
                wallet, fetch, activity, Right(right), now=now, confirm=consequence.id
            )
        erased = [] if found.answer is None else [[*path] for path in found.answer.erased]
        return {"state": found.state, "outcome": found.outcome, "erased": erased}


def _add(home: Path, *, link: str, code: str) -> dict[str, Any]:
    now = clock.now()
    with opened(home, now) as wallet:
        fetch = doors.network(wallet.config)
        found = links.parse(link)
        assert isinstance(found, links.OfferByReference | links.OfferByValue)
        look = add.look(wallet, fetch, found, now=now)
        return _progress(add.accept(wallet, fetch, look, tx_code=code, now=now))


def _collect(home: Path) -> dict[str, Any]:
    now = clock.now()
    with opened(home, now) as wallet:
        found = requests.collect(wallet, doors.network(wallet.config), now=now)
        return {"waiting": [_progress(one.progress) for one in found]}


def _progress(found: add.Progress) -> dict[str, Any]:
    return {
        "state": found.state,
        "number": found.number,
        "received": [card.kind for card in found.received],
        "denied": [[kind, reason] for kind, reason in found.denied],
    }


def _init(home: Path, *, settings: dict[str, Any]) -> dict[str, Any]:
    made = config.Config(**{**settings, "allow_networks": tuple(settings["allow_networks"])})
    now = clock.now()
    wallet = Wallet.create(home, PASSPHRASE, config=made, at=now, entropy=clock.random_bytes)
    with wallet:
        sync.sync(wallet, doors.network(made), now=now)
        return {"scheme": wallet.trust(now).sequence}


def _sync(home: Path) -> dict[str, Any]:
    now = clock.now()
    with opened(home, now) as wallet:
        return {"sequence": sync.sync(wallet, doors.network(wallet.config), now=now).sequence}


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "open": _open,
    "show": _show,
    "share": _share,
    "decline": _decline,
    "resend": _resend,
    "ask": _ask,
    "add": _add,
    "collect": _collect,
    "init": _init,
    "sync": _sync,
    **keeping.jobs(opened),
}
