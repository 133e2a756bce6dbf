"""Where this process touches the world: each durable write, each byte that leaves.

``crossing(place, step)`` stands right before such an act, and right after one whose end
matters; nothing is awaited between it and the act. Without a watcher it is one look at
an empty tuple. The show's process sets its lease to watch: a conductor that was frozen
and replaced raises here instead of acting. Tests set crashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Watcher = Callable[[str, str], None]
"""Told the place and the step; what it raises stops the act."""

_watchers: tuple[Watcher, ...] = ()


def crossing(place: str, step: str) -> None:
    """This process is at ``step`` of what it does at ``place``. From any thread."""
    for watch in _watchers:
        watch(place, step)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Ask ``watcher`` at every crossing, after those that are asked already."""
    global _watchers  # noqa: PLW0603  the process has one border with the world
    before = _watchers
    _watchers = (*before, watcher)
    try:
        yield
    finally:
        _watchers = before
