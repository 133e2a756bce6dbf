"""A real OBS Studio, headless, started from nothing and stopped without a trace.

It gets a virtual X display, software rendering, and a configuration of its own below
the given folder, so that nobody's OBS is touched. obs-websocket listens on every
interface; a shim around bind(2), compiled on the spot, keeps it on loopback.

    with start_obs(tmp_path) as obs:
        obs.url, obs.password
        obs.kill(); obs.restart()

``tests/obs_config.py`` writes what it starts with, the shim included.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.obs_config import (
    COLOURS,
    COUNTER,
    FPS,
    HEIGHT,
    MICROPHONE,
    PASSWORD,
    WIDTH,
    Setting,
    compile_shim,
    write_configuration,
)

__all__ = [
    "COLOURS",
    "COUNTER",
    "FPS",
    "HEIGHT",
    "MICROPHONE",
    "PASSWORD",
    "WIDTH",
    "ObsProcess",
    "start_obs",
    "why_not",
]


def why_not() -> str | None:
    """Why real OBS cannot run here, or None if it can."""
    lacking = [tool for tool in ("obs", "Xvfb", "gcc") if shutil.which(tool) is None]
    return (
        f"real OBS needs {', '.join(lacking)}, not installed here" if lacking else None
    )


class ObsProcess:
    """A running OBS and its display.

    Attributes:
        url, password: of obs-websocket.
        pid: of the present OBS process.
        folder: configuration, logs and recordings.
    """

    def __init__(self, folder: Path, setting: Setting) -> None:
        self.folder = folder
        self._setting = setting
        self.password = PASSWORD
        self.port = _free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self._obs: subprocess.Popen[bytes] | None = None
        self._display: subprocess.Popen[bytes] | None = None
        self._name = ""
        self._log = (folder / "obs.log").open("ab")

    @property
    def pid(self) -> int:
        """The process id of the present OBS."""
        assert self._obs is not None, "OBS is not running"
        return self._obs.pid

    def start(self) -> None:
        """Start display and OBS; returns when obs-websocket answers."""
        write_configuration(self.folder, self.port, self._setting)
        compile_shim(self.folder)
        self._open_display()
        self.launch()

    def launch(self) -> None:
        """Start OBS with the configuration as it lies on disk."""
        run = self.folder / "run"
        run.mkdir(mode=0o700, exist_ok=True)
        self._obs = subprocess.Popen(
            [
                "obs",
                "--multi",
                "--collection",
                "Show",
                "--profile",
                "Show",
                "--disable-missing-files-check",
                "--disable-shutdown-check",
                "--websocket_ipv4_only",
            ],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "XDG_CONFIG_HOME": str(self.folder / "config"),
                "XDG_RUNTIME_DIR": str(run),
                "LANG": "C.UTF-8",
                "DISPLAY": self._name,
                "QT_QPA_PLATFORM": "xcb",
                "LIBGL_ALWAYS_SOFTWARE": "1",
                "GALLIUM_DRIVER": "llvmpipe",
                "LP_NUM_THREADS": "1",
                "LD_PRELOAD": str(self.folder / "loopback.so"),
            },
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd=self.folder,
            start_new_session=True,
        )
        self._wait_for(lambda: _speaks_websocket(self.port), "obs-websocket", 60.0)

    def kill(self) -> None:
        """SIGKILL: what was not saved is lost."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Killed, and started again; returns when obs-websocket answers."""
        if self._obs is not None:
            self.kill()
        self.launch()

    def freeze(self) -> None:
        """SIGSTOP: connections stay, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Stop OBS and its display. Idempotent."""
        if self._obs is not None:
            os.kill(self.pid, signal.SIGCONT)
            self._end(signal.SIGINT)
        if self._display is not None:
            self._display.terminate()
            self._display.wait(10)
            self._display = None
        self._log.close()

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """A pixel (red, green, blue) of the virtual display, read from its memory: the
        program, once ``OpenVideoMixProjector`` shows it there.
        """
        image = (self.folder / "screen/Xvfb_screen0").read_bytes()

        def header(word: int) -> int:
            return int.from_bytes(image[word * 4 : word * 4 + 4], "big")

        # XWDFile.h: header size 0, bits a pixel 11, bytes a line 12, colours 19
        start = header(0) + header(19) * 12 + y * header(12) + x * header(11) // 8
        blue, green, red = image[start : start + 3]
        return red, green, blue

    def _end(self, first: signal.Signals) -> None:
        obs, self._obs = self._obs, None
        if obs is None:
            return
        for sign in (first, signal.SIGTERM, signal.SIGKILL):
            if obs.poll() is None:
                os.kill(obs.pid, sign)
                try:
                    obs.wait(8)
                except subprocess.TimeoutExpired:
                    continue
        obs.wait(8)

    def _open_display(self) -> None:
        screen = self.folder / "screen"
        screen.mkdir(exist_ok=True)
        reading, writing = os.pipe()
        with (self.folder / "xvfb.log").open("ab") as log:
            self._display = subprocess.Popen(
                [
                    "Xvfb",
                    "-displayfd",
                    str(writing),
                    "-screen",
                    "0",
                    f"{WIDTH}x{HEIGHT}x24",
                    "-fbdir",
                    str(screen),
                    "-nolisten",
                    "tcp",
                    "+extension",
                    "GLX",
                    "-noreset",
                ],
                stdout=log,
                stderr=log,
                pass_fds=(writing,),
                start_new_session=True,
            )
        os.close(writing)
        with os.fdopen(reading) as chosen:
            number = chosen.readline().strip()
        assert number, f"Xvfb did not start: see {self.folder}/xvfb.log"
        self._name = f":{number}"

    def _wait_for(self, ready, what: str, at_most_s: float) -> None:
        deadline = time.monotonic() + at_most_s
        while not ready():
            assert self._obs is not None
            assert self._obs.poll() is None, f"OBS ended: see {self.folder}/obs.log"
            assert time.monotonic() < deadline, f"no {what} within {at_most_s} s"
            time.sleep(0.02)


@contextmanager
def start_obs(
    folder: Path,
    *,
    rtmp: str | None = None,
    scenes: Mapping[str, tuple[int, int, int]] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Iterator[ObsProcess]:
    """Real OBS with scenes Countdown, Keynote, Reveal, HoldingSlide, the text source
    PreorderCounter (in Reveal) and the audio input Lectern (in Keynote). Skips with
    the reason where OBS is missing; fails instead if LAUNCH_REQUIRE_REAL is 1.

    Args:
        folder: for configuration, logs and recordings.
        rtmp: where it streams to, with key ``launch``; nobody listens by default.
        scenes: more scenes, each with the colour that fills it.
        texts: more text sources, each with the scene it stands in.
    """
    reason = why_not()
    if reason is not None:
        if os.environ.get("LAUNCH_REQUIRE_REAL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder.mkdir(parents=True, exist_ok=True)
    nobody = f"rtmp://127.0.0.1:{_free_port()}/live"
    obs = ObsProcess(folder, Setting(rtmp or nobody, scenes or {}, texts or {}))
    try:
        obs.start()
        yield obs
    finally:
        obs.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _speaks_websocket(port: int) -> bool:
    lines = (
        "GET / HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: bGF1bmNoY3RsIHRlc3RzIQ==",
    )
    try:
        with socket.create_connection(("127.0.0.1", port), 1.0) as knock:
            knock.settimeout(1.0)
            knock.sendall("\r\n".join((*lines, "", "")).encode())
            return b" 101 " in knock.recv(64)
    except OSError:
        return False
