"""The server process: uvicorn, and the timer that keeps status lists young."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from credential.errors import CredentialError
from issuer.errors import IssuerError
from issuer.keys import read_private
from issuer.service import desk, statuslists
from issuer.service.office import Office
from issuer.web.answers import note
from issuer.web.app import create_app

ROUND_SECONDS: Final = 30
KEEP_CASES_SECONDS: Final = 30 * 86_400


def run(office: Office, *, now: Callable[[], int], moment: Callable[[], float], home: Path) -> None:
    """Serves until it is told to stop."""
    settings = office.settings
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    metrics = settings.metrics_token_file
    token = None if metrics is None else read_private(home / metrics).decode("ascii").strip()
    publish_to = None if settings.publish_to is None else home / settings.publish_to

    async def background() -> AsyncIterator[None]:
        await run_in_threadpool(maintain, office, now(), publish_to)
        rounds = asyncio.create_task(_rounds(office, now, publish_to))
        try:
            yield
        finally:
            rounds.cancel()
            with suppress(asyncio.CancelledError):
                await rounds
            office.close()

    listen(
        create_app(office, now=now, moment=moment, background=background, metrics_token=token),
        host=settings.host,
        port=settings.port,
        tls_cert=None if settings.tls_cert is None else home / settings.tls_cert,
        tls_key=None if settings.tls_key is None else home / settings.tls_key,
        behind_proxy=settings.behind_proxy,
    )


def listen(
    app: Starlette,
    *,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool = False,
) -> None:
    """One process, TLS unless a proxy does that, no line per request: addresses are personal."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
        loop="asyncio",
        http="httptools",
        access_log=False,
        server_header=False,
        proxy_headers=behind_proxy,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


def maintain(office: Office, now: int, publish_to: Path | None) -> None:
    """Signs status lists that are due and forgets what is over; a fault waits for next time.

    Each step on its own: a certificate that is over must not keep what people left behind. Of
    several processes one does it.
    """

    def sign() -> None:
        if statuslists.due(office, now):
            statuslists.publish(office, now, publish_to)

    def forget() -> None:
        desk.purge(office, now, KEEP_CASES_SECONDS)

    def alone(step: Callable[[], None]) -> None:
        # Another signs this very moment, perhaps by a clock that is ahead: no fault of ours.
        with office.store.alone("maintenance") as mine:
            if mine:
                step()

    for step in (sign, forget):
        try:
            alone(step)
        except (IssuerError, CredentialError) as fault:
            note(fault.code, fault.section, 0)
        except Exception as fault:  # noqa: BLE001 - a full disk today must not end every later round
            note(f"unexpected.{type(fault).__name__}", "", 0)


async def _rounds(office: Office, now: Callable[[], int], publish_to: Path | None) -> None:
    while True:
        await asyncio.sleep(ROUND_SECONDS)
        await run_in_threadpool(maintain, office, now(), publish_to)
