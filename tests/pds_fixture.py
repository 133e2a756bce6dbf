"""A real Bluesky server (PDS, from npm) on loopback, for the contract of posts.

Its packages are installed once into ``~/.cache/launchctl/pds-VERSION`` (two minutes on
two cores, most of it the compiling of better-sqlite3; 560 MB), and started in three
seconds. It runs on a Node.js of npm too: the server needs a newer one than Debian has.

    with start_pds(tmp_path) as server:
        server.url
        server.account("anna.test")  # made on it; gives what logs in
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_PDS, _PLC, _NODE, _GYP = "0.5.35", "0.0.1", "22.23.3", "13.1.0"
_START = Path(__file__).parent / "pds.mjs"
_ANSWER_S = 30.0


@dataclass(frozen=True)
class PdsAccount:
    """An account on the server, and what logs it in."""

    handle: str
    did: str
    mail: str = field(repr=False)
    app_password: str = field(repr=False)

    def values(self) -> dict[str, str]:
        """What stands behind a runbook's ``credentials`` prefix."""
        return {"IDENTIFIER": self.mail, "APP_PASSWORD": self.app_password}


@dataclass
class Pds:
    """A running server."""

    url: str
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def account(self, handle: str) -> PdsAccount:
        """Make an account."""
        mail = f"{handle.partition('.')[0]}@mail.test"
        made = self.call(
            "server.createAccount",
            {"handle": handle, "email": mail, "password": f"password of {handle}"},
        )
        self._tokens[made["did"]] = made["accessJwt"]
        app = self.call("server.createAppPassword", {"name": "launchctl"}, made["did"])
        return PdsAccount(handle, made["did"], mail, app["password"])

    def call(self, method: str, body: dict[str, Any], did: str | None = None) -> Any:
        """A procedure, as the owner of an account."""
        headers = {"Content-Type": "application/json"}
        if did is not None:
            headers["Authorization"] = f"Bearer {self._tokens[did]}"
        url = f"{self.url}/xrpc/com.atproto.{method}"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:
            return json.loads(answer.read() or b"null")

    def ask(self, method: str, query: str) -> bytes:
        """A query that anybody may make."""
        url = f"{self.url}/xrpc/com.atproto.{method}?{query}"
        with urllib.request.urlopen(url, timeout=_ANSWER_S) as answer:
            content: bytes = answer.read()
        return content


@contextmanager
def start_pds(folder: Path) -> Iterator[Pds]:
    """Start a server whose data lies below ``folder``; stop it on leaving.

    Skips the test with the reason where npm or a compiler is missing; fails instead if
    LAUNCH_REQUIRE_REAL is 1.
    """
    home = installed()
    node = _node_of(home)
    with (
        (folder / "pds.log").open("wb") as log,
        subprocess.Popen(
            [node, _START, folder / "data"],
            cwd=home,
            env={"PATH": os.environ["PATH"], "LOG_ENABLED": "0", "HOME": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()  # empty if it ended; a hang is bounded
            if not line:
                pytest.fail(f"the PDS did not start: see {folder / 'pds.log'}")
            yield Pds(json.loads(line)["url"])
        finally:
            process.terminate()


def installed() -> Path:
    """The folder with the server's packages, installed if they are not yet there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    home = cache / "launchctl" / f"pds-{_PDS}"
    done = home / "installed"
    if done.exists():
        return home
    missing = [name for name in ("npm", "make", "g++") if shutil.which(name) is None]
    if missing:
        _give_up(f"there is no {', '.join(missing)}")
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            try:
                _install(home)
            except subprocess.CalledProcessError as error:
                words = (error.stderr or b"").decode(errors="replace")[-800:]
                _give_up(f"{error.cmd[0]} failed: {words}")
            done.touch()
    return home


def _install(home: Path) -> None:
    (home / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    packages = [
        f"@atproto/pds@{_PDS}",
        f"@did-plc/server@{_PLC}",
        f"node-linux-{_machine()}@{_NODE}",
        f"node-gyp@{_GYP}",
    ]
    subprocess.run([*npm, *packages], cwd=home, check=True, capture_output=True)
    # The one package with a part in C++: what is prebuilt lies where nobody can go.
    gyp = home / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
    headers = home / "node_modules" / f"node-linux-{_machine()}"
    subprocess.run(
        [_node_of(home), gyp, "rebuild", "--release", f"--nodedir={headers}"],
        cwd=home / "node_modules" / "better-sqlite3",
        check=True,
        capture_output=True,
    )


def _node_of(home: Path) -> Path:
    return home / "node_modules" / f"node-linux-{_machine()}" / "bin" / "node"


def _machine() -> str:
    return {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "x64")


def _give_up(reason: str) -> None:
    if os.environ.get("LAUNCH_REQUIRE_REAL") == "1":
        pytest.fail(f"LAUNCH_REQUIRE_REAL=1, but no PDS can be had: {reason}")
    pytest.skip(f"no real Bluesky server: {reason}")
