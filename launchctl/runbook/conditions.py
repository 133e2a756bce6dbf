"""Conditions: CEL over declared names, with three outcomes.

Contract (the language room completes it): ``Condition`` is a frozen pydantic model that
accepts a string; ``names`` are the dotted names it reads; ``evaluate(values)`` gives
True, False, or None for *unknown* (a missing name, an error, an offline far end).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from launchctl.runbook.base import Frozen


class Condition(Frozen):
    """One CEL expression.

    ``names`` are what it reads, dotted: ``orders.units``, ``stages.main.streaming``,
    ``cues.film.state`` (written ``cues['film'].state``), ``t``, ``clock.hour``.
    """

    source: str
    names: frozenset[str] = frozenset()

    def evaluate(self, values: Mapping[str, Any]) -> bool | None:
        """True, False, or None when it cannot be known. ``values`` is nested."""
        raise NotImplementedError
