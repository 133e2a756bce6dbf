"""What a fault's beginning gives: how it ends, or why it cannot happen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

Undo = Callable[[], Awaitable[object] | None]
"""Ends a fault that lasts."""


class CannotError(Exception):
    """The fault has nothing to happen to; the message says why."""
