"""The journal's answers to calls, for whoever waits for one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from launchctl.store.base import Line

KEPT = 10_000
"""Answers kept, so that a call sent again is answered without being called again."""

_ACCEPTED = {"call_accepted": True, "call_refused": False}


class Answers:
    """Every ``call_accepted`` and ``call_refused`` that passed by, by the call's id."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Line] = OrderedDict()
        self._waiting: dict[str, list[asyncio.Future[Line]]] = {}

    def note(self, line: Line) -> None:
        """Keep a line that answers a call, and wake who waits for it."""
        if line["event"] not in _ACCEPTED:
            return
        call_id = str(line["call"])
        self._known[call_id] = line
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        for future in self._waiting.get(call_id, ()):
            if not future.done():
                future.set_result(line)

    async def wait(self, call_id: str, timeout_s: float) -> Line:
        """The line that answers a call, also if it was answered before.

        Raises:
            TimeoutError: none came in time.
        """
        if call_id in self._known:
            return self._known[call_id]
        future: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(call_id, [])
        waiting.append(future)
        try:
            return await asyncio.wait_for(future, timeout_s)
        finally:
            waiting.remove(future)
            if not waiting:
                self._waiting.pop(call_id, None)


def was_accepted(line: Line) -> bool:
    """Whether a line that answers a call says yes."""
    return _ACCEPTED[line["event"]]
