"""Where shows to be killed are born: one process that imports once, then forks.

python -m tests.crash.zygote      a line of JSON in, a line out

A born show is a process of its own, as ``launch run`` would start it: it takes the
lease, conducts, and is killed or stopped at the crossing that its order names. Nothing
but its death is emulated.

An order: ``id``, ``folder``, ``secrets``, ``at`` (a crossing, or null), ``how``
(``kill`` or ``stop``), ``trace`` (write every crossing to this file, or null),
``state`` (the file for what the conductor held in its head, once the show is over).
Answers: ``{"id", "pid"}``, and once it has ended ``{"id", "code"}``: the exit code,
negative for a signal, and ``SHUT_OUT`` if the run folder could not be had.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from launchctl.cli import show_process
from launchctl.cli.logs import log_to
from launchctl.clock import new_loop
from launchctl.crossings import Watcher, watched
from launchctl.errors import JournalError
from launchctl.store.folder import RunFolder
from tests.crash.state_text import text_of

SHUT_OUT = 73
_DEFECT = 70


def watcher_of(order: dict[str, Any]) -> Watcher:
    """Counts crossings by name; the n-th of a name is ``NAME#n``."""
    counts: Counter[str] = Counter()
    lock = threading.Lock()
    end = signal.SIGSTOP if order["how"] == "stop" else signal.SIGKILL
    trace = order["trace"] and os.open(order["trace"], os.O_CREAT | os.O_WRONLY, 0o600)

    def watch(place: str, step: str) -> None:
        name = f"{place}: {step}"
        with lock:
            counts[name] += 1
            point = f"{name}#{counts[name]}"
            if trace:
                os.write(trace, f"{point}\n".encode())
        if point == order["at"]:
            # this very thread is the first to stop: to the process alone, a stop may
            # come when the thread has long gone on
            signal.pthread_kill(threading.get_ident(), end)

    return watch


def live(order: dict[str, Any]) -> int:
    """One show, from its lease to its end."""
    folder = RunFolder.open(Path(order["folder"]))
    out = os.open(folder.path / "show.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    null = os.open(os.devnull, os.O_RDWR)
    for old, new in ((null, 0), (null, 1), (out, 2)):
        os.dup2(old, new)
    log_to(folder.path / "show.log")
    conductors: list[Any] = []

    class Remembered(show_process.Conductor):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            conductors.append(self)

    show_process.Conductor = Remembered  # type: ignore[misc]
    # many shows share this machine: none may take the processor for itself
    show_process.ask_for_realtime = lambda: "normal priority"
    loop = new_loop(folder.meta.origin.speed)
    with watched(watcher_of(order)):
        conducting = show_process.conduct(
            folder, {"secrets": order["secrets"], "warnings": []}
        )
        code = loop.run_until_complete(conducting)
    if order["state"]:
        Path(order["state"]).write_text(text_of(conductors[0].engine.state))
    return code


def born(order: dict[str, Any]) -> int:
    """Fork; the pid."""
    pid = os.fork()
    if pid:
        return pid
    code = _DEFECT
    try:
        os.setsid()
        code = live(order)
    except JournalError:
        code = SHUT_OUT
    except BaseException:  # noqa: BLE001  a show's process ends with its show
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> None:
    """Answer orders until there are no more; then end what still lives."""
    watching = selectors.DefaultSelector()
    watching.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
    living: dict[int, int] = {}
    pending = b""
    say(ready=os.getpid())
    while True:
        for key, _ in watching.select():
            if key.data is None:
                read = os.read(sys.stdin.fileno(), 1 << 16)
                if not read:
                    for pid in living:
                        os.kill(pid, signal.SIGKILL)
                    return
                *lines, pending = (pending + read).split(b"\n")
                for line in lines:
                    order = json.loads(line)
                    pid = born(order)
                    descriptor = os.pidfd_open(pid)
                    living[pid] = descriptor
                    data = (order["id"], pid)
                    watching.register(descriptor, selectors.EVENT_READ, data)
                    say(id=order["id"], pid=pid)
            else:
                order_id, pid = key.data
                _, status = os.waitpid(pid, 0)
                watching.unregister(key.fd)
                os.close(living.pop(pid))
                say(id=order_id, code=os.waitstatus_to_exitcode(status))


def say(**answer: Any) -> None:
    """One line out."""
    os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
