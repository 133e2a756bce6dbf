"""What a whole show has, drawn once, so that its cues may name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

THREADS = ("x", "mastodon", "bluesky")
"""Networks that know replies and threads."""


@dataclass
class Draft:
    """A show in the making.

    Attributes:
        side: "": one mixer; ``spare``: one of its own; ``follows``: it follows main.
        network: of the account ``brand``.
        group: ``company`` is brand and sky.
        figure: ``sold`` is a figure.
        procedures: down, crisis, tally and the answer rumour are there.
        poll: the poll ``ready`` is.
    """

    rng: Random
    side: str = field(init=False)
    network: str = field(init=False)
    group: bool = field(init=False)
    figure: bool = field(init=False)
    procedures: bool = field(init=False)
    poll: bool = field(init=False)

    def __post_init__(self) -> None:
        """Draw."""
        rng = self.rng
        self.side = rng.choice(("", "", "", "spare", "follows"))
        self.network = rng.choice(("bluesky", "linkedin", "mastodon", "x"))
        self.group = self.network != "bluesky" and rng.random() < 0.3
        self.figure = rng.random() < 0.4
        self.procedures = rng.random() < 0.6
        self.poll = rng.random() < 0.4
