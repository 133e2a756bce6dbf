"""How a person of a rehearsal makes one call: through the inbox, as every call goes.

They see what the pages see, and press again when a press came too late, or when they
were shown what it would do (a recycle), as people do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from launchctl.clock import Clock
from launchctl.rehearsal.script import BY_HAND, Step
from launchctl.show.inputs import Call
from launchctl.show.status import Status
from launchctl.store.base import Inbox, Line
from launchctl.times import Micros, parse_instant

LOOK_S = 0.05
"""How often a person looks, in seconds of the loop, if nothing wakes them."""
_PRESSES = 3
_ANSWER_S = 10.0
_TOO_LATE = ("expired", "stale", "changed")
"""Words of a refusal after which a person looks again and presses again."""


class Sight(Protocol):
    """What the people look at: a viewer of the run."""

    @property
    def seq(self) -> int:
        """The last journal line they saw."""
        ...

    def status(self) -> Status:
        """The show now."""
        ...

    async def lines(self, after: int = 0) -> list[Line]:
        """Journal lines behind ``after``."""
        ...


Rest = Callable[[float | None], Awaitable[None]]
"""Waits until something may have changed, at most so many seconds; None: for ever."""

ByHand = Callable[[Step], Awaitable[str | None]]
"""Does what no call is made for; a sentence if it cannot be done."""

Hands = Mapping[str, ByHand]
"""By the word in ``do``."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What became of one line of the script; ``answer`` is the last press's line of the
    journal, None where nobody answered or no call was made.
    """

    step: Step
    accepted: bool
    reason: str
    presses: int
    answer: Line | None = None


@dataclass(slots=True)
class People:
    """Whoever presses: what they see, where their calls go, what they heard.

    Attributes:
        events: when the journal had an event of that name first, on N.
        answers: the journal's answer to each call, by its id.
        confirms: what they are shown is what they mean.
    """

    viewer: Sight
    inbox: Inbox
    clock: Clock
    rest: Rest
    hands: Hands = field(default_factory=dict)
    events: dict[str, Micros] = field(default_factory=dict)
    answers: dict[str, Line] = field(default_factory=dict)
    seen: int = 0
    confirms: bool = True

    async def look(self) -> Status:
        """Read what is new in the journal; the show now."""
        for line in await self.viewer.lines(self.seen):
            self.seen = line["seq"]
            self.events.setdefault(line["event"], parse_instant(line["at"]))
            if line["event"] in {"call_accepted", "call_refused"}:
                self.answers[str(line.get("call"))] = line
        return self.viewer.status()

    async def act(self, step: Step, call: str, hold: str | None = None) -> Deed:
        """Make the call; press again, looking anew, if it came too late.

        Args:
            step: who does what.
            call: what the ids of its calls begin with.
            hold: the hold it is about, where the step names none.
        """
        if step.do in self.hands or step.do in BY_HAND:
            return await self._by_hand(step)
        answer: Line | None = None
        presses, digest = 0, None
        while presses < _PRESSES:
            presses += 1
            for number, target in enumerate(self._targets(step, hold)):
                name = f"{call}-{presses}-{number}"
                answer = await self._press(step, name, target, digest)
            if answer is None or answer["event"] == "call_accepted":
                break
            digest = answer.get("digest") if self.confirms else None
            late = any(word in str(answer.get("reason")) for word in _TOO_LATE)
            if digest is None and not late:
                break
        if answer is None:
            return Deed(step, False, "nobody answered", presses)
        accepted = answer["event"] == "call_accepted"
        return Deed(step, accepted, str(answer.get("reason") or ""), presses, answer)

    async def _by_hand(self, step: Step) -> Deed:
        """What no call is made for: nobody can refuse it."""
        if step.do not in self.hands:
            return Deed(step, False, "nobody here has hands for this", 0)
        trouble = await self.hands[step.do](step)
        return Deed(step, trouble is None, trouble or "", 1)

    def _targets(self, step: Step, hold: str | None) -> Sequence[str | None]:
        """What the call names: of a text its digest, the hold, or what is said."""
        if step.do not in {"approve", "revoke"}:
            return [step.target or hold]
        posts = self.viewer.status()["posts"]
        digests = [post["digest"] for post in posts if post["cue"] == step.target]
        return list(dict.fromkeys(digests)) or [step.target]

    async def _press(
        self, step: Step, call_id: str, target: str | None, digest: str | None
    ) -> Line | None:
        args: dict[str, Any] = dict(step.args)
        if digest is not None:
            args["digest"] = digest
        if step.why:
            args["why"] = step.why
        call = Call(
            id=call_id,
            by=step.by,
            roles=frozenset({step.role}),
            verb=step.do,
            target=target,
            args=args,
            seen=self.viewer.seq,
            at_us=self.clock.now_us(),
        )
        await self.inbox.put(call)
        try:
            async with asyncio.timeout(_ANSWER_S):
                while call.id not in self.answers:
                    await self.look()
                    await self.rest(LOOK_S / 10)
        except TimeoutError:
            return None
        return self.answers[call.id]
