"""A network in memory for the wallet's `Fetch`: hosts as functions, failures by knob."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wallet.fetch import Call, Reply
from wallet.links import host_of
from wallet.refusals import Lost, NotSent

Handler = Callable[[Call], Reply]


def reply(status: int, body: bytes | str, media_type: str, **headers: str) -> Reply:
    data = body.encode() if isinstance(body, str) else body
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"content-type": media_type, **names}, data)


@dataclass
class Network:
    """Routes by host and port; keeps every call, so that a test sees all that left."""

    hosts: dict[str, Handler] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    refuse: Callable[[Call], bool] = lambda _call: False
    """Which calls fail before a byte leaves."""
    lose: Callable[[Call], bool] = lambda _call: False
    """Which calls arrive, with the answer lost."""
    drop: Callable[[Call], bool] = lambda _call: False
    """Which calls may have left and never arrive."""

    @property
    def peers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(host_of(call.url) for call in self.calls))

    def send(self, call: Call) -> Reply:
        host = host_of(call.url)
        handler = self.hosts.get(host)
        if handler is None or self.refuse(call):
            raise NotSent("network.failed", host=host)
        self.calls.append(call)
        if self.drop(call):
            raise Lost("network.failed", host=host)
        answer = handler(call)
        if self.lose(call):
            raise Lost("network.failed", host=host)
        return answer

    def posts(self, path: str = "") -> list[Call]:
        return [
            call
            for call in self.calls
            if call.method == "POST" and urlsplit(call.url).path.startswith(path)
        ]
