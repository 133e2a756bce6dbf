"""People who call the show: right, stale, too late, twice, and out of turn."""

from __future__ import annotations

from random import Random
from typing import Any

from launchctl.runbook import actions as act
from launchctl.show.inputs import Call
from launchctl.times import SECOND, format_instant
from tests.simulation.books import SCENES
from tests.simulation.world import World

EVERYBODY = frozenset({"caller", "comms", "legal", "deputy"})
VERBS = (
    ("go", 8),
    ("hold", 3),
    ("resume", 5),
    ("fire", 4),
    ("skip", 2),
    ("approve", 5),
    ("revoke", 1),
    ("silence", 1),
    ("unsilence", 2),
    ("settle", 3),
    ("adopt", 1),
    ("counter", 1),
    ("call", 2),
    ("take-baton", 2),
    ("end", 0.2),
    ("abort", 0.15),
    ("jump", 0.1),
    ("sing", 0.1),
)


class People:
    """Calls out of a source of chance, at a world's present state."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world, self.rng = world, rng
        self.given: list[Call] = []
        self._number = 0

    def call(self, verb: str | None = None) -> Call:
        """Some call; now and then one that was made before, under the same id."""
        rng = self.rng
        if self.given and rng.random() < 0.05:
            return rng.choice(self.given)
        if verb is None:
            verb = rng.choices(*zip(*VERBS, strict=True))[0]
        return self.make(verb, self._target(verb), **self._args(verb))

    def make(self, verb: str, target: str | None, **args: Any) -> Call:
        """One call; what was seen and when it was pressed are left to chance."""
        rng, world = self.rng, self.world
        self._number += 1
        seen: int | None = world.head
        if rng.random() < 0.15:
            seen = rng.choice((None, max(0, world.head - rng.randint(1, 40))))
        pressed_us = world.now_us
        if rng.random() < 0.1:
            pressed_us -= rng.choice((1, 2, 3)) * SECOND
        roles = EVERYBODY
        if rng.random() < 0.2:
            roles = frozenset({rng.choice(sorted(EVERYBODY))})
        call = Call(
            f"call-{self._number}",
            rng.choice(("ann", "bob")),
            roles,
            verb,
            target,
            args,
            seen,
            pressed_us,
            self._number,
        )
        self.given.append(call)
        return call

    def _target(self, verb: str) -> str | None:
        rng, state = self.rng, self.world.engine.state
        match verb:
            case "go":
                standing = [cue for cue, _ in state.standby.values() if cue]
                return rng.choice([*(standing * 3), None, self._cue()])
            case "resume":
                return rng.choice([*state.holds, None])
            case "hold":
                return rng.choice(("operator", "weather", None))
            case "silence" | "unsilence":
                return rng.choice(("all", "ceo", "company", "nobody"))
            case "take-baton":
                return rng.choice(sorted(EVERYBODY))
            case "counter":
                return rng.choice(("open", "freeze", "hide"))
            case "call":
                return rng.choice([*self.world.runbook.procedures, "p9"])
            case "settle" | "fire":
                words = ("in_doubt",) if verb == "settle" else ("parked", "failed")
                fitting = [n for n, c in state.cues.items() if c.state in words]
                return rng.choice([*(fitting * 3), self._cue()])
            case "approve" | "revoke":
                return rng.choice([*(self.posting() * 4), self._cue()])
            case _:
                return self._cue()

    def _cue(self) -> str:
        return self.rng.choice([*self.world.engine.state.cues, "c99"])

    def posting(self) -> list[str]:
        """The cues with a post."""
        book = self.world.runbook
        cues = [*book.cues, *(c for p in book.procedures.values() for c in p.cues)]
        return [c.id for c in cues if any(isinstance(a, act.Post) for a in c.do)]

    def _args(self, verb: str) -> dict[str, Any]:
        rng = self.rng
        match verb:
            case "settle":
                outcome = rng.choice(("sent", "not-sent"))
                return {"outcome": outcome, **self._account()}
            case "take-baton":
                return rng.choice(({}, {"why": "my turn"}))
            case "adopt":
                return {"url": "https://x/by-hand", **self._account()}
            case "end":
                return {"confirm": rng.random() < 0.5}
            case "resume":
                if rng.random() < 0.2:
                    at_us = self.world.now_us + rng.randint(-5, 90) * SECOND
                    return {"at": format_instant(at_us)}
                return {"confirm": rng.random() < 0.5}
            case "approve" if rng.random() < 0.2:
                at_us = self.world.now_us + rng.randint(-5, 300) * SECOND
                return {"expires": format_instant(at_us)}
            case _:
                return {}

    def _account(self) -> dict[str, str]:
        return self.rng.choice(({}, {}, {"account": "ceo"}, {"account": "brand"}))

    # --- hands at the mixer, and what happens to it ---------------------------------

    def meddle(self) -> None:
        """A hand, a plug, a sample of orders, a step of the clock."""
        rng, world = self.rng, self.world
        stage = rng.choice(list(world.runbook.stages))
        match rng.randrange(4):
            case 0 | 1:
                world.cut_by_hand(stage, rng.choice((*SCENES, "Other")))
            case 2:
                what, value = rng.choice(
                    (
                        ("audio:Mic", rng.random() < 0.5),
                        ("stream", "stop"),
                        ("text:Count", "by hand"),
                        ("visible:Wait/Logo", False),
                        ("record", "stop"),
                    )
                )
                world.turn_by_hand(stage, what, value)
            case _:
                online = rng.random() < 0.6
                world.plug(stage, online=online, restarted=rng.random() < 0.4)
