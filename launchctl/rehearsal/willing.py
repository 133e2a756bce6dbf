"""A crew that says yes to everything: for a first rehearsal without a script.

They read nothing, so this proves no judgement. It shows whether a runbook, called as it
was planned, comes to its end: every GO when its cue is planned, or at once where it is
not; every approval, vote and confirmation; the default of every choice; holds and held
cues are resumed, and what is parked is fired.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from launchctl.clock import Clock
from launchctl.rehearsal.backstage import Backstage
from launchctl.rehearsal.people import Meaning, Rest, Sight, blink
from launchctl.rehearsal.scenery import gates_of
from launchctl.runbook.model import Confirmed, Runbook
from launchctl.show.inputs import Call
from launchctl.show.status import GateStatus, Status
from launchctl.store.base import Inbox
from launchctl.times import HOUR, MINUTE, SECOND, Micros, parse_instant

WILLING_CALLER = "willing-caller"
"""Who presses GO, and so holds the baton."""
_THINKS_US = 3 * SECOND
"""How long they look before they press; a GO for what nobody can have seen is refused.
"""
_AGAIN_US = (0, 10 * MINUTE, 24 * HOUR)
"""What was refused, or is asked again, may need its time: an embargo, a figure."""
_EVIDENCE = "https://rehearsal.invalid/evidence"

_Wish = tuple[str, str | None, tuple[tuple[str, str], ...]]
"""(verb, target, arguments)."""


class Staged(Sight, Protocol):
    """What they look at, and the runbook they know."""

    @property
    def runbook(self) -> Runbook:
        """What runs."""
        ...


async def willing(backstage: Backstage) -> None:
    """``say_yes`` in virtual time."""
    show = backstage.show
    await say_yes(
        show, backstage.inbox, backstage.clock, rest=show.wait, mean=backstage.mean
    )


async def say_yes(
    show: Staged,
    inbox: Inbox,
    clock: Clock,
    *,
    rest: Rest = blink,
    mean: Meaning = lambda _: None,
) -> None:
    """Answer whatever the show asks, for ever. ``rest`` and ``mean`` as in
    ``people.play``.
    """
    crew = _Crew(show, inbox, clock, mean)
    while True:
        await crew.answer()
        await rest(crew.next_s())


@dataclass(slots=True)
class _Crew:
    show: Staged
    inbox: Inbox
    clock: Clock
    mean: Meaning
    since: dict[_Wish, Micros] = field(default_factory=dict)
    tried: dict[_Wish, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def answer(self) -> None:
        """Make each call whose time has come."""
        now_us = self.clock.now_us()
        status = self.show.status()
        wished = dict(self._wishes(status))
        self.since = {
            wish: max(at_us, self.since.get(wish, now_us + _THINKS_US))
            for wish, at_us in wished.items()
        }
        for wish in self.since:
            at_us = self._next_us(wish)
            if at_us is not None and at_us <= now_us:
                self.tried[wish] = self.tried.get(wish, 0) + 1
                await self._call(wish)

    def _next_us(self, wish: _Wish) -> Micros | None:
        """When they make this call; None: not any more."""
        tried = self.tried.get(wish, 0)
        if tried >= len(_AGAIN_US):
            return None
        return self.since[wish] + _AGAIN_US[tried]

    def next_s(self) -> float | None:
        """Seconds until the next call; None if nothing is asked."""
        now_us = self.clock.now_us()
        known = (self._next_us(wish) for wish in self.since)
        coming = [max(at_us, now_us + SECOND) for at_us in known if at_us is not None]
        if not coming:
            return None
        self.mean(min(coming))
        return (min(coming) - now_us) / SECOND

    def _wishes(self, status: Status) -> Iterator[tuple[_Wish, Micros]]:
        """What is asked, and not before when it is answered."""
        planned = {cue["cue"]: cue["planned"] for cue in status["cues"]}
        for standby in status["standby"].values():
            at = planned.get(standby["cue"])
            yield ("go", standby["cue"], ()), parse_instant(at) if at else 0
        for wish in (*self._answers(status), *self._repairs(status)):
            yield wish, 0

    def _answers(self, status: Status) -> Iterator[_Wish]:
        """To what the show asks."""
        for post in status["posts"]:
            if post["state"] in {"waiting", "parked"}:
                for role in post["needs"]:
                    yield "approve", post["digest"], (("role", role),)
        for choice in status["choices"]:
            yield "choose", choice["choice"], (("option", str(choice["default"])),)
        for poll in status["polls"]:
            for role in poll["missing"] if poll["until"] else ():
                yield "vote", poll["poll"], (("role", role), ("vote", "go"))
        for task in status["tasks"]:
            yield "confirm", task["cue"], ()
        for gate in status["gates"]:
            yield from self._confirmations(gate)

    @staticmethod
    def _repairs(status: Status) -> Iterator[_Wish]:
        """Of what stands still."""
        for hold in status["holds"]:
            if hold["until"] is None:
                yield "resume", hold["name"], ()
        for cue in status["cues"]:
            if cue["state"] == "parked":
                yield "fire", cue["cue"], ()

    def _confirmations(self, closed: GateStatus) -> Iterator[_Wish]:
        """What people may record to be so, if the cue waits for that."""
        kind, _, role = closed["gate"].partition(": ")
        if kind == "two_person":
            for person in ("one", "two"):
                yield "confirm", closed["cue"], (("role", role), ("as", person))
        for gate in gates_of(self.show.runbook):
            if isinstance(gate, Confirmed) and gate.what in closed["why"]:
                yield "confirm", gate.what, (("role", gate.by),)

    async def _call(self, wish: _Wish) -> None:
        verb, target, given = wish
        args: dict[str, Any] = dict(given)
        person = [args.pop("as")] if "as" in args else []
        roles = frozenset(self._crew_of(args))
        await self.inbox.put(
            Call(
                id=f"willing-{next(self.numbers)}",
                by="-".join(["willing", args.get("role", "caller"), *person]),
                roles=roles,
                verb=verb,
                target=target,
                args={**args, "why": "everybody says yes", "evidence": _EVIDENCE},
                seen=self.show.seq,
                at_us=self.clock.now_us(),
            )
        )

    def _crew_of(self, args: Mapping[str, Any]) -> list[str]:
        role = args.get("role")
        return [str(role)] if role else sorted(self.show.runbook.crew)
