"""A far end at which nobody listens is left alone for a while, and says so.

After three tries in a row of which not a byte left, its circuit is open: what is tried
again waits for the next try instead of knocking by itself, and the far end's health
says when that is. A first try always leaves: the post that was due just now is the best
probe there is, and the last that shall wait.

Mixers are not among them: their drivers keep a connection and try again by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from launchctl.drivers.base import Health, Level, Outcome
from launchctl.runbook.actions import Http
from launchctl.show.actions.again import jittered
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer
from launchctl.times import SECOND, Micros

FAILURES = 3
"""So many tries in a row open a circuit."""
PAUSES_US = tuple(n * SECOND for n in (5, 10, 20, 30))
"""Until the next try; the last repeats."""


@dataclass(slots=True)
class _Circuit:
    """One far end: failures in a row, and when it is tried next (None: closed)."""

    failures: int = 0
    next_us: Micros | None = None
    words: str = ""
    why: str = ""


class Circuits:
    """Of all far ends of a run, by name: ``account:ceo``, ``http shop.example``."""

    def __init__(self, now_us: Callable[[], Micros]) -> None:
        self._now_us = now_us
        self._circuits: dict[str, _Circuit] = {}

    def not_yet(self, command: Command) -> Outcome | None:
        """The answer to a further attempt that comes too early; None: let it leave."""
        circuit = self._circuits.get(_far_end_of(command))
        if circuit is None or circuit.next_us is None or command.attempt <= 1:
            return None
        if self._now_us() >= circuit.next_us:
            return None
        detail = f"{circuit.why}; {circuit.words}"
        return Outcome(Answer.NOT_SENT, detail, retry_at_us=circuit.next_us)

    def took(self, command: Command, outcome: Outcome) -> None:
        """An attempt ended: whatever was answered, somebody is there; or nobody is."""
        if command.target.startswith("stage:"):
            return
        name = _far_end_of(command)
        if outcome.answer is not Answer.NOT_SENT:
            self._circuits.pop(name, None)
            return
        circuit = self._circuits.setdefault(name, _Circuit())
        circuit.failures += 1
        circuit.why = outcome.detail
        if circuit.failures >= FAILURES:
            self._open(name, circuit)

    def _open(self, name: str, circuit: _Circuit) -> None:
        times = circuit.failures - FAILURES
        pause_us = jittered(
            PAUSES_US[min(times, len(PAUSES_US) - 1)], f"{name}/{circuit.failures}"
        )
        circuit.next_us = self._now_us() + pause_us
        host = f"{name.partition(' ')[2]}: " if " " in name else ""
        circuit.words = (
            f"{host}circuit open after {circuit.failures} failures in a row, "
            f"next try in {pause_us / SECOND:.0f} s"
        )

    def health(self, target: str, health: Health) -> Health:
        """A far end's health, with what its open circuits say."""
        said = [
            circuit.words
            for name, circuit in self._circuits.items()
            if circuit.words and name.partition(" ")[0] == target
        ]
        if not said:
            return health
        return Health(Level.OFFLINE, "; ".join((health.text, *said)), health.details)


def _far_end_of(command: Command) -> str:
    if isinstance(command.action, Http):
        return f"{command.target} {urlsplit(command.action.http.url).hostname}"
    return command.target
