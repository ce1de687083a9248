"""A server as it really is, asked by a wallet in the same process: no socket in between."""

import asyncio

import httpx

from wallet.fetch import Call, Reply


class InProcess:
    """A host of `support.network.Network`: each call goes through the whole application."""

    def __init__(self, app: object) -> None:
        self._transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]

    def __call__(self, call: Call) -> Reply:
        headers = {"accept": call.accept, **call.headers}
        if call.content_type is not None:
            headers["content-type"] = call.content_type
        return asyncio.run(self._send(call, headers))

    async def _send(self, call: Call, headers: dict[str, str]) -> Reply:
        sent = httpx.Request(call.method, call.url, headers=headers, content=call.body)
        answer = await self._transport.handle_async_request(sent)
        body = await answer.aread()
        return Reply(answer.status_code, dict(answer.headers), body)
