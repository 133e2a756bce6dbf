"""A runbook in the making: the words it is made of, and what has been named so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from launchctl.times import SECOND, Micros

T0: Micros = 1_600_000_000 * SECOND
START: Micros = T0 - 320 * SECOND
"""Just before the first of all T-offsets, which lie within 5 minutes of T-0."""

SCENES = ("Wait", "Reveal", "Film")
ACCOUNTS = ("ceo", "brand")
WORDS = ("pending", "done", "failed", "running")
PAGE = "https://shop.example/m3"
NOTICE = "notice published"


@dataclass
class Draft:
    """What later cues may name. Names of the show's cues begin with c."""

    rng: Random
    names: list[str] = field(default_factory=list)
    """Cues that stand before, in the list that is being written."""
    posts: list[str] = field(default_factory=list)
    films: list[str] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    procedures: list[str] = field(default_factory=list)
    figures: bool = False
    number: int = 0

    def name(self, procedure: str | None) -> str:
        """The next cue's."""
        found = f"c{self.number}"
        if procedure is None:
            self.number += 1
        else:
            found = f"{procedure}-{len(self.names)}"
        return found

    def text(self) -> str:
        """Some words to be posted, each its own."""
        figure = " {{ figures['sold'] | number }}" if self.figures else ""
        said = "Hello" + (figure if self.rng.random() < 0.5 else "")
        return f"{said} {self.number}.{len(self.names)}"

    def condition(self) -> str:
        """In the small language that the checkers read: comparisons joined by &&."""
        rng = self.rng
        cues = [name for name in self.names if name.startswith("c")] or ["c0"]
        found = [
            f"orders.units >= {rng.choice((100, 500))}",
            "stages.main.connected",
            f"stages.main.program == '{rng.choice(SCENES)}'",
            "stages.main.stream_lost",
            f"cues['{rng.choice(cues)}'].state == '{rng.choice(WORDS)}'",
            f"t >= {rng.randint(-120, 120)}.0",
            f"accounts.{rng.choice(ACCOUNTS)}.silenced",
            f"show.state == '{rng.choice(('holding', 'counting'))}'",
            "outputs.live.moving",
            f"outputs.live.age < {rng.choice((4, 12))}.0",
        ]
        first = rng.choice(found)
        if rng.random() < 0.2:
            return f"{first} && {rng.choice(found)}"
        return first
