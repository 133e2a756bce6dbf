"""A crew that says yes to everything: for a first rehearsal without a script.

They read nothing, so this proves no judgement. It shows whether a runbook, called as it
was planned, comes to its end: every GO when its cue is planned, or at once where it is
not; every approval, vote and confirmation; the default of every choice; holds and held
cues are resumed, and what is parked is fired.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from launchctl.clock import Clock
from launchctl.rehearsal.backstage import Backstage
from launchctl.rehearsal.people import Meaning, blink
from launchctl.rehearsal.pressing import Rest, Sight
from launchctl.rehearsal.questions import EVIDENCE, Question, questions
from launchctl.runbook.model import Runbook
from launchctl.show.inputs import Call
from launchctl.store.base import Inbox
from launchctl.times import HOUR, MINUTE, SECOND, Micros

WILLING_CALLER = "willing-caller"
"""Who presses GO, and so holds the baton."""
THINKS_US = 3 * SECOND
"""How long they look before they press; a GO for what nobody can have seen is refused.
"""
_AGAIN_US = (0, 10 * MINUTE, 24 * HOUR)
"""What was refused, or is asked again, may need its time: an embargo, a figure."""


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
    since: dict[Question, Micros] = field(default_factory=dict)
    tried: dict[Question, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def answer(self) -> None:
        """Make each call whose time has come."""
        now_us = self.clock.now_us()
        asked = dict.fromkeys(questions(self.show.status(), self.show.runbook))
        self.since = {
            each: max(each.at_us, self.since.get(each, now_us + THINKS_US))
            for each in asked
        }
        for question in self.since:
            at_us = self._next_us(question)
            if at_us is not None and at_us <= now_us:
                self.tried[question] = self.tried.get(question, 0) + 1
                await self._call(question)

    def _next_us(self, question: Question) -> Micros | None:
        """When they answer this; None: not any more."""
        tried = self.tried.get(question, 0)
        if tried >= len(_AGAIN_US):
            return None
        return self.since[question] + _AGAIN_US[tried]

    def next_s(self) -> float | None:
        """Seconds until the next call; None if nothing is asked."""
        now_us = self.clock.now_us()
        known = (self._next_us(question) for question in self.since)
        coming = [max(at_us, now_us + SECOND) for at_us in known if at_us is not None]
        if not coming:
            return None
        self.mean(min(coming))
        return (min(coming) - now_us) / SECOND

    async def _call(self, question: Question) -> None:
        args = dict(question.args)
        role, person = args.get("role"), question.person
        named = ["willing", role or "caller", *([person] if person else [])]
        crew = [role] if role else sorted(self.show.runbook.crew)
        await self.inbox.put(
            Call(
                id=f"willing-{next(self.numbers)}",
                by="-".join(named),
                roles=frozenset(crew),
                verb=question.verb,
                target=question.target,
                args={**args, "why": "everybody says yes", "evidence": EVIDENCE},
                seen=self.show.seq,
                at_us=self.clock.now_us(),
            )
        )
