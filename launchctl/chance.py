"""The one place that draws by chance: ids, nonces, salts, jitter.

A show draws from the operating system. A rehearsal draws from a seed, so that it can be
played again; each user has a stream of its own, by name, so that one who draws once
more does not change what the others get.
"""

from __future__ import annotations

import random
import secrets
from typing import Protocol


class Chance(Protocol):
    """Where random values come from."""

    def hex(self, size: int) -> str:
        """``size`` random bytes, as hexadecimal digits."""
        ...

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        ...


class SystemChance:
    """The operating system's randomness."""

    def hex(self, size: int) -> str:
        """``size`` random bytes, as hexadecimal digits."""
        return secrets.token_hex(size)

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        return secrets.SystemRandom().uniform(low, high)


class SeededChance:
    """The same values for the same ``seed`` and name, everywhere."""

    def __init__(self, seed: int, name: str = "") -> None:
        self.seed = seed
        self._random = random.Random(f"{seed} {name}")  # noqa: S311  to be the same again

    def of(self, name: str) -> SeededChance:
        """The stream of one user."""
        return SeededChance(self.seed, name)

    def hex(self, size: int) -> str:
        """``size`` random bytes, as hexadecimal digits."""
        return self._random.randbytes(size).hex()

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        return self._random.uniform(low, high)
