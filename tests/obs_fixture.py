"""A real OBS Studio, headless, started from nothing and stopped without a trace.

It gets a virtual X display, software rendering, and a configuration of its own below
the given folder, so that nobody's OBS is touched. obs-websocket listens on every
interface; a shim around bind(2), compiled on the spot, keeps it on loopback.

    with start_obs(tmp_path) as obs:
        obs.url, obs.password
        obs.kill(); obs.restart()
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

WIDTH, HEIGHT, FPS = 640, 360, 30
PASSWORD = "stage-left"
COUNTER = "PreorderCounter"
MICROPHONE = "Lectern"
COLOURS = {
    "Countdown": (200, 30, 30),
    "Keynote": (30, 160, 30),
    "Reveal": (30, 30, 200),
    "HoldingSlide": (90, 90, 90),
}
"""Scenes and the colour (red, green, blue) that fills each. Starts on HoldingSlide."""

_SHIM = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int bind(int fd, const struct sockaddr *asked, socklen_t size) {
  int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  struct sockaddr_storage own;
  if (size > sizeof own) return next(fd, asked, size);
  memcpy(&own, asked, size);
  struct sockaddr_in *v4 = (struct sockaddr_in *)&own;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&own;
  if (own.ss_family == AF_INET && v4->sin_addr.s_addr == htonl(INADDR_ANY))
    v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (own.ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr))
    v6->sin6_addr = in6addr_loopback;
  return next(fd, (struct sockaddr *)&own, size);
}
"""


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

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
        _configure(self.folder, self.port)
        _compile_shim(self.folder)
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
def start_obs(folder: Path) -> Iterator[ObsProcess]:
    """Real OBS with scenes Countdown, Keynote, Reveal, HoldingSlide, the text source
    PreorderCounter (in Reveal) and the audio input Lectern (in Keynote). Skips with
    the reason where OBS is missing; fails instead if LAUNCH_REQUIRE_REAL is 1.
    """
    reason = why_not()
    if reason is not None:
        if os.environ.get("LAUNCH_REQUIRE_REAL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder.mkdir(parents=True, exist_ok=True)
    obs = ObsProcess(folder)
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


def _compile_shim(folder: Path) -> None:
    source = folder / "loopback.c"
    source.write_text(_SHIM)
    library = folder / "loopback.so"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True
    )


def _configure(folder: Path, port: int) -> None:
    """Every file that OBS needs to start without a question."""
    base = folder / "config/obs-studio"
    profile, scenes = base / "basic/profiles/Show", base / "basic/scenes"
    recordings = folder / "recordings"
    for each in (profile, scenes, recordings):
        each.mkdir(parents=True, exist_ok=True)
    (base / "global.ini").write_text(
        _ini(
            {
                "General": {
                    "FirstRun": "true",
                    "LastVersion": 486539266,
                    "InfoIncrement": 99,
                    "EnableAutoUpdates": "false",
                    "ConfirmOnExit": "false",
                },
                "Basic": {
                    "Profile": "Show",
                    "ProfileDir": "Show",
                    "SceneCollection": "Show",
                    "SceneCollectionFile": "Show",
                },
                "BasicWindow": {
                    "PreviewEnabled": "false",
                    "WarnBeforeStartingStream": "false",
                    "WarnBeforeStoppingStream": "false",
                    "WarnBeforeStoppingRecord": "false",
                },
                "OBSWebSocket": {
                    "FirstLoad": "false",
                    "ServerEnabled": "true",
                    "ServerPort": port,
                    "AlertsEnabled": "false",
                    "AuthRequired": "true",
                    "ServerPassword": PASSWORD,
                },
            }
        )
    )
    (profile / "basic.ini").write_text(
        _ini(
            {
                "General": {"Name": "Show"},
                "Video": {
                    "BaseCX": WIDTH,
                    "BaseCY": HEIGHT,
                    "OutputCX": WIDTH,
                    "OutputCY": HEIGHT,
                    "FPSType": 0,
                    "FPSCommon": FPS,
                },
                "Output": {"Mode": "Simple", "Reconnect": "false"},
                "SimpleOutput": {
                    "FilePath": recordings,
                    "RecFormat": "mkv",
                    "VBitrate": 600,
                    "Preset": "ultrafast",
                    "RecQuality": "Stream",
                    "StreamEncoder": "x264",
                    "RecEncoder": "x264",
                },
            }
        )
    )
    nobody = f"rtmp://127.0.0.1:{_free_port()}/live"
    (profile / "service.json").write_text(
        json.dumps(
            {"type": "rtmp_custom", "settings": {"server": nobody, "key": "launch"}}
        )
    )
    (scenes / "Show.json").write_text(json.dumps(_collection()))


def _ini(sections: dict[str, dict[str, object]]) -> str:
    return "\n".join(
        "\n".join(
            [f"[{name}]", *(f"{key}={value}" for key, value in values.items()), ""]
        )
        for name, values in sections.items()
    )


def _collection() -> dict[str, object]:
    sources: list[dict[str, object]] = [
        {
            "id": "color_source_v3",
            "versioned_id": "color_source_v3",
            "name": f"{scene} colour",
            "settings": {
                "color": 0xFF000000 | blue << 16 | green << 8 | red,
                "width": WIDTH,
                "height": HEIGHT,
            },
        }
        for scene, (red, green, blue) in COLOURS.items()
    ]
    sources.append(
        {
            "id": "text_ft2_source",
            "versioned_id": "text_ft2_source_v2",
            "name": COUNTER,
            "settings": {
                "text": "",
                "font": {
                    "face": "DejaVu Sans",
                    "style": "Bold",
                    "size": 48,
                    "flags": 1,
                },
            },
        }
    )
    sources.append(
        {
            "id": "ffmpeg_source",
            "versioned_id": "ffmpeg_source",
            "name": MICROPHONE,
            "settings": {},
        }
    )
    for scene in COLOURS:
        items = [(f"{scene} colour", 0, 0)]
        if scene == "Reveal":
            items.append((COUNTER, 40, HEIGHT // 2))
        if scene == "Keynote":
            items.append((MICROPHONE, 0, 0))
        sources.append(_scene(scene, items))
    return {
        "name": "Show",
        "current_scene": "HoldingSlide",
        "current_program_scene": "HoldingSlide",
        "scene_order": [{"name": name} for name in COLOURS],
        "sources": sources,
        "current_transition": "Cut",
        "transition_duration": 300,
        "transitions": [],
        "modules": {},
    }


def _scene(name: str, items: list[tuple[str, int, int]]) -> dict[str, object]:
    return {
        "id": "scene",
        "versioned_id": "scene",
        "name": name,
        "settings": {
            "id_counter": len(items),
            "items": [
                {
                    "name": source,
                    "id": number,
                    "visible": True,
                    "pos": {"x": float(x), "y": float(y)},
                    "scale": {"x": 1.0, "y": 1.0},
                    "align": 5,
                }
                for number, (source, x, y) in enumerate(items, 1)
            ],
        },
    }
