"""Plays the people of a rehearsal: puts their calls into the inbox, by script.

What the script's people do goes the way of every person's call: through the inbox, to
be judged by the conductor. They see what the pages see, and press again when a press
came too late, or when they were shown what it would do (a recycle), as people do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Protocol

from launchctl.clock import Clock
from launchctl.rehearsal.script import BY_HAND, Script, Step
from launchctl.show.inputs import Call
from launchctl.show.status import Status
from launchctl.store.base import Inbox, Line
from launchctl.times import SECOND, Micros, micros, parse_instant

_LOOK_S = 0.05
"""How often a person looks, in seconds of the loop, if nothing wakes them."""
_PRESSES = 3
_ANSWER_S = 10.0
_OVER = frozenset({"complete", "aborted"})
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

Meaning = Callable[[Micros], None]
"""Is told the instants for which somebody has something in mind."""

Hands = Mapping[str, Callable[[Step], str | None]]
"""What a hand does, by its word; a sentence if it cannot."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What became of one line of the script."""

    step: Step
    accepted: bool
    reason: str
    presses: int


@dataclass(slots=True)
class _Waiting:
    """A line whose turn has not come; ``from_us`` is when its trigger held, on N.

    ``hold`` is the hold it is about, ``played`` those it was played for.
    """

    index: int
    step: Step
    from_us: Micros | None = None
    hold: str | None = None
    played: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class _Cast:
    viewer: Sight
    inbox: Inbox
    clock: Clock
    rest: Rest
    hands: Hands
    deeds: list[Deed] = field(default_factory=list)
    events: dict[str, Micros] = field(default_factory=dict)
    answers: dict[str, Line] = field(default_factory=dict)
    seen: int = 0

    async def look(self) -> Status:
        """Read what is new in the journal; the show now."""
        for line in await self.viewer.lines(self.seen):
            self.seen = line["seq"]
            self.events.setdefault(line["event"], parse_instant(line["at"]))
            if line["event"] in {"call_accepted", "call_refused"}:
                self.answers[str(line.get("call"))] = line
        return self.viewer.status()


async def play(  # noqa: PLR0913  what people are given
    script: Script,
    viewer: Sight,
    inbox: Inbox,
    clock: Clock,
    until: asyncio.Event | None = None,
    *,
    rest: Rest | None = None,
    hands: Hands | None = None,
    mean: Meaning = lambda _: None,
    deeds: list[Deed] | None = None,
) -> list[Deed]:
    """Play the script until every line is played, or the show is over.

    Args:
        script: who does what, when.
        viewer: what the people see.
        inbox: where their calls go.
        clock: the run's.
        until: ends it also where the journal has no end: the show's process died.
        rest: how to wait for news; by default a blink of real time.
        hands: what people do without a call, by the word in ``do``.
        mean: is told the instants for which the script has something in mind.
        deeds: gets them one by one, for who does not wait for the end.

    Returns:
        What became of each line that was played.
    """
    deeds = [] if deeds is None else deeds
    cast = _Cast(viewer, inbox, clock, rest or blink, hands or {}, deeds)
    waiting = [_Waiting(index, step) for index, step in enumerate(script.script)]
    acting: set[asyncio.Task[None]] = set()
    try:
        while (waiting or acting) and not (until and until.is_set()):
            status = await cast.look()
            if status["state"] in _OVER:
                break
            now_us = clock.now_us()
            for turn in [
                turn for turn in waiting if _is_due(turn, status, cast, now_us)
            ]:
                waiting.remove(turn)
                if turn.step.every:
                    again = _Waiting(turn.index, turn.step, played=turn.played)
                    waiting.append(again)
                acting.add(asyncio.create_task(_act(cast, turn)))
            finished = {task for task in acting if task.done()}
            acting -= finished
            for task in finished:
                task.result()
            next_us = min(_coming(waiting, status, now_us), default=None)
            if next_us is not None:
                mean(next_us)
            await cast.rest(_LOOK_S if acting else _seconds(next_us, now_us))
    finally:
        for task in acting:
            task.cancel()
        await asyncio.gather(*acting, return_exceptions=True)
    return cast.deeds


async def blink(at_most_s: float | None) -> None:
    """In real time: the journal of another process wakes nobody here."""
    await asyncio.sleep(_LOOK_S if at_most_s is None else min(_LOOK_S, at_most_s))


def _seconds(at_us: Micros | None, now_us: Micros) -> float | None:
    return None if at_us is None else max(0.0, (at_us - now_us) / SECOND)


def _coming(
    waiting: Iterable[_Waiting], status: Status, now_us: Micros
) -> Iterator[Micros]:
    """When the turns come that come by themselves, as it looks now."""
    for turn in waiting:
        step = turn.step
        if step.hold is not None:
            for hold in status["holds"]:
                at_us = parse_instant(hold["since"]) + step.wait
                fits = fnmatchcase(hold["name"], step.hold)
                if fits and (hold["name"], hold["since"]) not in turn.played:
                    yield at_us
        elif turn.from_us is not None:
            yield turn.from_us + step.wait
        elif (
            step.t_us is not None and status["t_s"] is not None and not status["holds"]
        ):
            yield now_us + step.t_us - micros(status["t_s"])


def _is_due(turn: _Waiting, status: Status, cast: _Cast, now_us: Micros) -> bool:
    if turn.step.hold is not None:
        return _is_held(turn, status, now_us)
    if turn.from_us is None:
        turn.from_us = _triggered_us(turn.step, status, cast, now_us)
    return turn.from_us is not None and now_us >= turn.from_us + turn.step.wait


def _is_held(turn: _Waiting, status: Status, now_us: Micros) -> bool:
    """Whether a hold that fits has been open for the line's ``wait``."""
    for hold in status["holds"]:
        which = (hold["name"], hold["since"])
        fits = fnmatchcase(hold["name"], turn.step.hold or "")
        since_us = parse_instant(hold["since"])
        if fits and which not in turn.played and now_us >= since_us + turn.step.wait:
            turn.played.add(which)
            turn.hold = hold["name"]
            return True
    return False


def _triggered_us(
    step: Step, status: Status, cast: _Cast, now_us: Micros
) -> Micros | None:
    """When, on N, the line's trigger held; None if it does not hold yet."""
    if step.t_us is not None:
        t_s = status["t_s"]
        return None if t_s is None or micros(t_s) < step.t_us else now_us
    if step.after is not None:
        states = {cue["cue"]: cue["state"] for cue in status["cues"]}
        return now_us if states.get(step.after) == "done" else None
    if step.standby is not None:
        standing = {standby["cue"] for standby in status["standby"].values()}
        return now_us if step.standby in standing else None
    return cast.events.get(step.event or "")


async def _act(cast: _Cast, turn: _Waiting) -> None:
    """Make the call; press again, looking anew, if it came too late."""
    step = turn.step
    if step.do in cast.hands or step.do in BY_HAND:
        cast.deeds.append(_by_hand(step, cast.hands))
        return
    answer: Line | None = None
    presses, digest = 0, None
    while presses < _PRESSES:
        presses += 1
        for number, target in enumerate(_targets(turn, cast.viewer.status())):
            answer = await _press(cast, turn, f"{presses}-{number}", target, digest)
        if answer is None or answer["event"] == "call_accepted":
            break
        shown = answer.get("digest")  # a list: they read it, and mean it
        if shown is None and not any(
            word in str(answer.get("reason")) for word in _TOO_LATE
        ):
            break
        digest = shown
    accepted = answer is not None and answer["event"] == "call_accepted"
    reason = "nobody answered" if answer is None else str(answer.get("reason") or "")
    cast.deeds.append(Deed(step, accepted, reason, presses))


def _by_hand(step: Step, hands: Hands) -> Deed:
    """What no call is made for: nobody can refuse it."""
    if step.do not in hands:
        reason = "only a rehearsal in virtual time has hands for this"
        return Deed(step, False, reason, 0)
    trouble = hands[step.do](step)
    return Deed(step, trouble is None, trouble or "", 1)


def _targets(turn: _Waiting, status: Status) -> list[str | None]:
    """What the call names: of a text its digest, the hold, or what the script says."""
    step = turn.step
    if step.hold is not None:
        return [step.target or turn.hold]
    if step.do not in {"approve", "revoke"}:
        return [step.target]
    posts = [post for post in status["posts"] if post["cue"] == step.target]
    digests: list[str | None] = [*dict.fromkeys(post["digest"] for post in posts)]
    return digests or [step.target]


async def _press(
    cast: _Cast, turn: _Waiting, attempt: str, target: str | None, digest: str | None
) -> Line | None:
    step = turn.step
    args: dict[str, Any] = dict(step.args)
    if digest is not None:
        args["digest"] = digest
    if step.why:
        args["why"] = step.why
    call = Call(
        id=f"script-{turn.index + 1}-{len(turn.played)}-{attempt}",
        by=step.by,
        roles=frozenset({step.role}),
        verb=step.do,
        target=target,
        args=args,
        seen=cast.viewer.seq,
        at_us=cast.clock.now_us(),
    )
    await cast.inbox.put(call)
    try:
        async with asyncio.timeout(_ANSWER_S):
            while call.id not in cast.answers:
                await cast.look()
                await cast.rest(_LOOK_S / 10)
    except TimeoutError:
        return None
    return cast.answers[call.id]
