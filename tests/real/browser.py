"""A real Chromium, driven over its DevTools protocol (chromedevtools.github.io)."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--remote-debugging-port=0", "--no-proxy-server",
    "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)  # fmt: skip
HANG_S = 30.0
"""Bounds a hang; nothing here waits for a time to pass."""


class Tab:
    """One page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.errors: list[str] = []
        """What the console called an error, and every uncaught exception."""
        self._socket = socket
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._loaded = asyncio.Event()
        self._last = 0
        self._reader = asyncio.create_task(self._read())

    async def send(self, method: str, **params: Any) -> Any:
        """One protocol command and its result."""
        self._last += 1
        answer = asyncio.get_running_loop().create_future()
        self._answers[self._last] = answer
        await self._socket.send_json(
            {"id": self._last, "method": method, "params": params}
        )
        return await asyncio.wait_for(answer, HANG_S)

    async def start(self, width: int, height: int) -> None:
        """Switch on what is listened to; set the size of the screen."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.send(f"{domain}.enable")
        await self.resize(width, height)

    async def resize(self, width: int, height: int) -> None:
        """The page gets a screen of this size."""
        await self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip

    async def open(self, url: str) -> None:
        """Go there, and wait until it is loaded."""
        self._loaded.clear()
        await self.send("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), HANG_S)

    async def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is awaited.

        ``$('id')`` in it is the element with that id.
        """
        found = await self.send(
            "Runtime.evaluate",
            expression=f"(($) => {script})((id) => document.getElementById(id))",
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, condition: str) -> Any:
        """Wait until an expression is true; looked at on every frame of the page."""
        return await self.run(
            "new Promise((done, fail) => {"
            f" const end = performance.now() + {HANG_S * 1000 - 2000};"
            f" const look = () => {{ const found = ({condition});"
            " if (found) done(found);"
            " else if (performance.now() > end)"
            f"  fail(new Error({json.dumps('never: ' + condition)}));"
            " else setTimeout(look, 20); }; look(); })"
        )

    async def press(self, key: str, code: int, text: str = "") -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            await self.send(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key,
                windowsVirtualKeyCode=code, text=text if kind == "keyDown" else "",
            )  # fmt: skip

    async def picture(self, *, whole: bool = False) -> bytes:
        """A screenshot as PNG, of the screen or of the whole page."""
        found = await self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(found["data"])

    async def aclose(self) -> None:
        """Close the page."""
        await self.send("Page.close")
        await self._socket.close()
        await self._reader

    async def _read(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            if (answer := self._answers.pop(said.get("id", 0), None)) is not None:
                if "error" in said:
                    answer.set_exception(RuntimeError(said["error"]["message"]))
                else:
                    answer.set_result(said["result"])
            elif said.get("method") == "Page.loadEventFired":
                self._loaded.set()
            else:
                self._note(said.get("method"), said.get("params", {}))

    def _note(self, method: str | None, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(params["exceptionDetails"])[:600])
        if method == "Log.entryAdded" and params["entry"]["level"] == "error":
            entry = params["entry"]
            self.errors.append(f"{entry['text']} {entry.get('url', '')}")
        if method == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.errors.append(json.dumps(params["args"])[:600])


class Browser:
    """A running Chromium; ``tab`` opens pages in it."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session = session
        self._origin = origin
        self._tabs: list[Tab] = []

    async def tab(self, width: int = 1440, height: int = 900) -> Tab:
        """A new page."""
        async with self._session.put(f"{self._origin}/json/new?about:blank") as answer:
            target = await answer.json()
        tab = Tab(
            await self._session.ws_connect(
                target["webSocketDebuggerUrl"], max_msg_size=0
            )
        )
        self._tabs.append(tab)
        await tab.start(width, height)
        return tab

    async def aclose(self) -> None:
        """Close every page."""
        while self._tabs:
            await self._tabs.pop().aclose()


def find_chromium() -> str:
    """Where Chromium is; skips the test, saying so, where there is none.

    With ``LAUNCH_REQUIRE_REAL=1`` a missing browser fails the test.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if os.environ.get("LAUNCH_REQUIRE_REAL") == "1":
        pytest.fail("LAUNCH_REQUIRE_REAL=1, but there is no chromium")
    pytest.skip("NO BROWSER TEST: there is no chromium on this machine")


@asynccontextmanager
async def chromium():
    """Start a Chromium with a fresh profile; end it by its own pid afterwards."""
    path = find_chromium()
    profile = Path(tempfile.mkdtemp(prefix="launch-chromium-"))
    process = await asyncio.create_subprocess_exec(
        path, *_FLAGS, f"--user-data-dir={profile}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    draining = None
    try:
        origin = await asyncio.wait_for(_origin(process), HANG_S)
        draining = asyncio.create_task(process.stderr.read())
        async with aiohttp.ClientSession(trust_env=False) as session:
            browser = Browser(session, origin)
            yield browser
            await browser.aclose()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        if draining is not None:
            await draining
        shutil.rmtree(profile, ignore_errors=True)


async def _origin(process: asyncio.subprocess.Process) -> str:
    async for line in process.stderr:
        if b"DevTools listening on ws://" in line:
            return "http://" + line.decode().split("ws://")[1].split("/")[0]
    raise AssertionError("chromium ended before it listened")
