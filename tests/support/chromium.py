"""Chromium without a window, spoken to over a pipe: pages are put in, axe-core looks at them."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--remote-debugging-pipe",
    "about:blank",
)


def binary() -> str | None:
    """Chromium, if this machine has it."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def axe_core() -> Path | None:
    """axe-core as `npm pack axe-core@4.x` gives it, unpacked; named by REGIE_AXE_CORE or in build/."""
    places = [os.environ.get("REGIE_AXE_CORE", ""), str(ROOT / "build/axe-core/package/axe.min.js")]
    return next((Path(place) for place in places if place and Path(place).is_file()), None)


class Chromium:
    """One browser with one page."""

    def __init__(self, profile: Path, *, seconds: float = 20.0) -> None:
        found = binary()
        assert found is not None
        to_child, self._out = os.pipe()
        self._in, from_child = os.pipe()
        high = [os.dup(fd) for fd in (to_child, from_child)]

        def as_three_and_four() -> None:
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self._process = subprocess.Popen(
            [found, *ARGUMENTS[:-1], f"--user-data-dir={profile}", ARGUMENTS[-1]],
            pass_fds=(3, 4),
            preexec_fn=as_three_and_four,  # noqa: PLW1509 - Chromium reads 3 and writes 4
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for fd in (to_child, from_child, *high):
            os.close(fd)
        self._seconds = seconds
        self._deadline = 0.0
        self._buffer = b""
        self._number = 0
        self._session = ""
        try:
            targets = self.call("Target.getTargets")["targetInfos"]
            page = next(item["targetId"] for item in targets if item["type"] == "page")
            attached = self.call("Target.attachToTarget", targetId=page, flatten=True)
            self._session = attached["sessionId"]
            self.call("Page.enable")
        except BaseException:
            self.close()
            raise

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol and its result."""
        self._number += 1
        self._deadline = time.monotonic() + self._seconds
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]  # type: ignore[no-any-return]

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            left = self._deadline - time.monotonic()
            ready, _, _ = select.select([self._in], [], [], max(left, 0))
            part = os.read(self._in, 1 << 20) if ready else b""
            assert part, "Chromium ended or took too long"
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(line)  # type: ignore[no-any-return]

    def show(self, html: str) -> None:
        """Put this page in, in place of the one before."""
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", frameId=frame, html=html)

    def width(self, pixels: int) -> None:
        """How wide the screen is; 320 is 1280 at 400 % (WCAG 1.4.10)."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=pixels,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )

    def colours(self, scheme: str) -> None:
        """What the person prefers: light or dark."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def picture(self) -> bytes:
        """The whole page as PNG."""
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        return base64.b64decode(taken["data"])

    def close(self) -> None:
        """End it, and wait for that."""
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)
