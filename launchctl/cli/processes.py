"""The two processes of a run, and how they are started.

The *show* conducts; the *front* serves pages and hooks. They meet only in the run
folder. Each is given only its own secrets, through its standard input: never its
environment, which every process of the same user can read.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launchctl.errors import InputError, LaunchError, RefusedError

_READY_S = 60.0
_STOP_S = 10.0

_PASSED_ON = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "USER", "LOGNAME", "VIRTUAL_ENV")
_PREFIXES = ("LC_", "XDG_", "PYTHON")


def child_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """What a child inherits: where things are, and nothing that could be a secret."""
    return {
        name: value
        for name, value in environ.items()
        if name in _PASSED_ON or name.startswith(_PREFIXES)
    }


@dataclass
class Child:
    """A started process of a run.

    No transport of the event loop holds it: that would kill it when the loop closes,
    and a front may be left behind to say that nobody conducts.
    """

    name: str
    process: subprocess.Popen[bytes]
    ready: dict[str, Any]
    log: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    async def wait(self) -> int:
        """Its exit code."""
        if self.process.poll() is None:
            ended, loop = asyncio.Event(), asyncio.get_running_loop()
            descriptor = os.pidfd_open(self.pid)
            loop.add_reader(descriptor, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(descriptor)
                os.close(descriptor)
        return self.process.wait()

    def tell(self, **words: Any) -> None:
        """A line on its standard input; nothing if it hears no more."""
        if self.process.stdin is not None:
            with suppress(OSError, ValueError):
                self.process.stdin.write(json.dumps(words).encode() + b"\n")
                self.process.stdin.flush()

    async def ask(self, **words: Any) -> dict[str, Any]:
        """``tell``, and the line that it answers with; one at a time.

        Raises:
            ValueError: it ended, or answered with no JSON.
        """
        self.tell(**words)
        if self.process.stdout is None:
            raise ValueError("the child has no pipes")
        loop, said = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.process.stdout, said.set)
        try:
            await said.wait()
        finally:
            loop.remove_reader(self.process.stdout)
        # Its line is written in one piece: see ``say``.
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    async def stop(self) -> None:
        """Ask it to stop; insist after ten seconds."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                async with asyncio.timeout(_STOP_S):
                    await self.wait()
            except TimeoutError:
                self.process.kill()
                await self.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


async def start_child(name: str, folder: Path, boot: Mapping[str, Any]) -> Child:
    """Start ``show`` or ``front`` on a run folder and wait until it says it is ready.

    The child reads one JSON line (``boot``) from its standard input, answers with one
    JSON line on its standard output, and logs to ``NAME.log`` in the folder. It is the
    leader of its own session: a closed terminal does not take the show with it.

    Raises:
        LaunchError: it ended, or answered nothing in time; with its last words.
    """
    log = folder / f"{name}.log"
    with log.open("ab") as stderr:
        log.chmod(0o600)
        process = subprocess.Popen(  # noqa: S603, ASYNC220  our own program; a few ms
            [sys.executable, "-m", f"launchctl.cli.{name}_process", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=child_environ(os.environ),
            start_new_session=True,
        )
    child = Child(name, process, {}, log)
    try:
        async with asyncio.timeout(_READY_S):
            child.ready = await child.ask(**boot)
    except (TimeoutError, ValueError, OSError) as error:
        await child.stop()
        raise _failed_to_start(name, log) from error
    except BaseException:
        await child.stop()
        raise
    if "error" in child.ready:
        await child.stop()
        raise as_error(child.ready)
    return child


def as_error(answer: Mapping[str, Any]) -> LaunchError:
    """What ``error_in_words`` said, as an error of the branch of its exit code."""
    branches = {InputError.exit_code: InputError, RefusedError.exit_code: RefusedError}
    branch = branches.get(answer["exit"], LaunchError)
    return branch(answer["error"], hint=answer["hint"])


def _failed_to_start(name: str, log: Path) -> LaunchError:
    words = log.read_text(errors="replace").strip().splitlines()
    last = f": {words[-1]}" if words else ""
    return LaunchError(f"the {name} process did not start{last}", hint=f"see {log}")


def read_boot() -> dict[str, Any]:
    """In the child: the boot line. Standard input stays open; its end means that
    the starter is gone.
    """
    boot: dict[str, Any] = json.loads(sys.stdin.readline())
    return boot


def hear_starter(hear: Callable[[dict[str, Any]], None], gone: asyncio.Event) -> None:
    """In the child, on its loop: what the starter says, a JSON line each; ``gone`` is
    set once nobody is there to say more.
    """
    loop, stdin = asyncio.get_running_loop(), sys.stdin.fileno()
    words = bytearray()

    def look() -> None:
        heard = os.read(stdin, 4096)
        if not heard:
            loop.remove_reader(stdin)
            gone.set()
        words.extend(heard)
        while b"\n" in words:
            line, _, rest = words.partition(b"\n")
            words[:] = rest
            hear(json.loads(line))

    loop.add_reader(stdin, look)


def say(**answer: Any) -> None:
    """In the child: a line that the starter waits for; the first says it is ready."""
    print(json.dumps(answer), flush=True)


def say_failed(error: LaunchError) -> None:
    """In the child: why it will not start."""
    say(**error_in_words(error))


def error_in_words(error: LaunchError) -> dict[str, Any]:
    """An error for another process: its sentence, what to do, and its exit code."""
    return {"error": str(error), "hint": error.hint, "exit": error.exit_code}
