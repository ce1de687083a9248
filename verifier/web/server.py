"""Serving: uvicorn with one application, no access log, nothing about persons."""

import asyncio
import ipaddress
import resource
from typing import Any, Final

import uvicorn

from verifier import clock
from verifier.errors import NotReady
from verifier.metrics import Metrics
from verifier.service.verifier import Verifier
from verifier.service.webhooks import background
from verifier.web import logs
from verifier.web.app import build
from verifier.web.patience import HEAD_SECONDS, patient

_SOCKETS: Final = 65_536


class Loop(asyncio.SelectorEventLoop):
    """Asyncio's own, with as much patience for a handshake as for a head."""

    async def create_server(self, *arguments: Any, **named: Any) -> asyncio.Server:  # noqa: ANN401
        """Uvicorn has no setting for it, and asyncio waits a minute."""
        if named.get("ssl") is not None:
            named.setdefault("ssl_handshake_timeout", HEAD_SECONDS)
        return await super().create_server(*arguments, **named)


def serve(
    verifier: Verifier, host: str, port: int, *, metrics: tuple[str, int] | None = None
) -> None:
    """Serve until ended; over https, or on loopback behind a proxy of ours that does that."""
    config = verifier.config
    operation = config.operation
    tls = config.tls_cert is not None and config.tls_key is not None
    if not tls and not (operation.proxies and _is_loopback(host)):
        raise NotReady("config.value", "Architecture, Https", key="tls_cert")
    logs.to_stderr()
    for profile in (*verifier.profiles.values(), *verifier.paper.values()):
        if (closed := verifier.closed(profile)) is not None:
            logs.closed(closed, profile.profile.intended_use)
    _allow_sockets()
    figures = None
    if metrics is not None:
        figures = Metrics(verifier)
        try:
            figures.serve(*metrics)
        except OSError:
            raise NotReady("metrics.busy", "", port=metrics[1]) from None
    with background(verifier):
        uvicorn.run(
            build(verifier, metrics=figures, moment=clock.monotonic),
            host=host,
            port=port,
            ssl_certfile=str(config.tls_cert) if tls else None,
            ssl_keyfile=str(config.tls_key) if tls else None,
            loop=f"{__name__}:Loop",
            http=patient(operation.proxies, operation.per_address),
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="warning",
            proxy_headers=False,  # who is behind a proxy is for `address_of` to say
            server_header=False,
            date_header=True,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _allow_sockets() -> None:
    """As many open sockets as the system lets us have: each slow client holds one for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _SOCKETS if hard == resource.RLIM_INFINITY else min(hard, _SOCKETS)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
