"""Serving over https: uvicorn with one application, no access log, nothing about persons."""

import uvicorn

from verifier.errors import NotReady
from verifier.service.verifier import Verifier
from verifier.web.app import build


def serve(verifier: Verifier, host: str, port: int) -> None:
    """Serve until ended."""
    config = verifier.config
    if config.tls_cert is None or config.tls_key is None:
        raise NotReady("config.value", "Architecture, Https", key="tls_cert")
    uvicorn.run(
        build(verifier),
        host=host,
        port=port,
        ssl_certfile=str(config.tls_cert),
        ssl_keyfile=str(config.tls_key),
        loop="asyncio",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
    )
