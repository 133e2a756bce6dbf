"""A real RTMP server: nginx with its rtmp module, on loopback.

What OBS sends comes in over RTMP and can be watched as HLS, as viewers would.
Configuration, logs and segments lie below the given folder.

    with start_rtmp(tmp_path / "rtmp") as server:
        server.url, server.key       # for OBS
        server.playlist()            # the viewers' end
        server.kill(); server.restart()
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_MODULES = (
    Path("/usr/lib/nginx/modules/ngx_rtmp_module.so"),
    Path("/usr/lib64/nginx/modules/ngx_rtmp_module.so"),
)
_CONFIGURATION = """
load_module {module};
daemon off;
master_process off;  # one process: killing or freezing it is all of it
pid nginx.pid;
error_log error.log notice;
events {{ worker_connections 256; }}
rtmp {{
  server {{
    listen 127.0.0.1:{rtmp_port};
    application live {{
      live on;
      hls on;
      hls_path {folder}/hls;
      hls_fragment 2s;
      hls_playlist_length 20s;
    }}
  }}
}}
http {{
  access_log off;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
  server {{
    listen 127.0.0.1:{http_port};
    location / {{ root hls; add_header Cache-Control no-store; }}
  }}
}}
"""


def why_not() -> str | None:
    """Why there can be no RTMP server here, or None if there can."""
    if _nginx() is None:
        return "an RTMP server needs nginx, not installed here"
    if _module() is None:
        return "an RTMP server needs nginx's rtmp module, not installed here"
    return None


def _nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _module() -> Path | None:
    return next((each for each in _MODULES if each.exists()), None)


class RtmpServer:
    """A running RTMP server.

    Attributes:
        url, key: where OBS sends its stream, as in OBS's own settings.
        playback: the HLS playlist that viewers fetch.
        pid: of the present process.
    """

    key = "launch"

    def __init__(self, folder: Path) -> None:
        rtmp_port, http_port = _free_ports()
        self.url = f"rtmp://127.0.0.1:{rtmp_port}/live"
        self.playback = f"http://127.0.0.1:{http_port}/{self.key}.m3u8"
        self._folder = folder
        self._ports = (rtmp_port, http_port)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the present server."""
        assert self._process is not None, "the RTMP server is not running"
        return self._process.pid

    @property
    def running(self) -> bool:
        """True between a start and the next kill or stop."""
        return self._process is not None

    def start(self) -> None:
        """Start it on its ports; returns when both take connections."""
        for name in ("hls", "temp"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        (self._folder / "nginx.conf").write_text(
            _CONFIGURATION.format(
                module=_module(),
                folder=self._folder,
                rtmp_port=self._ports[0],
                http_port=self._ports[1],
            )
        )
        nginx = _nginx()
        assert nginx is not None
        with (self._folder / "nginx.log").open("ab") as log:
            self._process = subprocess.Popen(
                [nginx, "-p", self._folder, "-c", "nginx.conf", "-e", "error.log"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
            )
        self._wait_for_ports(20.0)

    def kill(self) -> None:
        """SIGKILL: every connection breaks."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Killed if it runs, and started again on the same ports."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """SIGSTOP: connections stay, nothing is read, no segment ends."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Stop it. Idempotent."""
        if self._process is not None:
            os.kill(self.pid, signal.SIGCONT)
            self._end(signal.SIGTERM)

    def playlist(self) -> tuple[str, ...]:
        """The segments that viewers are offered now, oldest first; empty if none."""
        try:
            with urllib.request.urlopen(self.playback, timeout=5) as answer:
                lines = answer.read().decode().splitlines()
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return ()
        return tuple(line for line in lines if line and not line.startswith("#"))

    def _end(self, sign: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(sign)
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(8)

    def _wait_for_ports(self, at_most_s: float) -> None:
        deadline = time.monotonic() + at_most_s
        while not all(_listens(port) for port in self._ports):
            assert self._process is not None
            assert self._process.poll() is None, f"nginx ended: see {self._folder}"
            assert time.monotonic() < deadline, f"no nginx within {at_most_s} s"
            time.sleep(0.02)


@contextmanager
def start_rtmp(folder: Path) -> Iterator[RtmpServer]:
    """An RTMP server. Skips with the reason where nginx or its module is missing;
    fails instead if LAUNCH_REQUIRE_REAL is 1.
    """
    reason = why_not()
    if reason is not None:
        if os.environ.get("LAUNCH_REQUIRE_REAL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    server = RtmpServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        for probe in (first, second):
            probe.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True
