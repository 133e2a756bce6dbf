"""Where a show is killed: every crossing of a life, and of what comes after a death."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

from tests.crash.show import Killing

_POLLS = re.compile(r"(?:obs: Get\w+ (?:leaves|answered)|show: .*)#(\d+)")
_ENOUGH = 2
"""Reading and thinking change nothing; so often of each kind it is died at."""
_RECOVERY = 80
"""Crossings in which a recovery is over: lease, journal, stage, open attempts."""
_DOWN_S = (0.0, 0.0, 8.0)
"""Of N. Longer than a scene may be late (5 s), so that the late rule has a say."""

BEFORE = (
    "journal.db: commits#4",
    "account:brand: intent is durable#1",
    "account:ceo: answered#1",
)
"""First deaths after which each step of the recovery is died at, too."""


def first_deaths(lives: Iterable[Sequence[str]]) -> list[Killing]:
    """At every crossing that any of these lives came to."""
    points = dict.fromkeys(point for life in lives for point in life if _counts(point))
    return [Killing(point, down_s=_down_s(point)) for point in points]


def second_deaths(before: str, life: Sequence[str]) -> list[Killing]:
    """At every crossing of a recovery: of the first so many of the life it begins."""
    points = dict.fromkeys(point for point in life[:_RECOVERY] if _counts(point))
    return [Killing(before, again=point) for point in points]


def sample(killings: Sequence[Killing], count: int, seed: int) -> list[Killing]:
    """Some of them, the same for the same seed."""
    return random.Random(seed).sample(killings, min(count, len(killings)))


def _counts(point: str) -> bool:
    poll = _POLLS.fullmatch(point)
    return poll is None or int(poll[1]) <= _ENOUGH


def _down_s(point: str) -> float:
    return random.Random(point).choice(_DOWN_S)
