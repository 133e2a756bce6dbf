"""Plays the people of a rehearsal by script: each line when its turn comes.

What they do goes the way of every person's call (``pressing.py``), to be judged by the
conductor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from launchctl.clock import Clock
from launchctl.rehearsal.pressing import LOOK_S, Deed, Hands, People, Rest, Sight
from launchctl.rehearsal.script import Script, Step
from launchctl.show.status import Status
from launchctl.store.base import Inbox
from launchctl.times import SECOND, Micros, micros, parse_instant

_OVER = frozenset({"complete", "aborted"})

_EVERY_AT_MOST = 100
"""Holds that one line ends: what opens anew each time it is released has no end."""

Meaning = Callable[[Micros], None]
"""Is told the instants for which somebody has something in mind."""


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
    cast = People(viewer, inbox, clock, rest or blink, hands or {})
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
                if turn.step.every and len(turn.played) < _EVERY_AT_MOST:
                    again = _Waiting(turn.index, turn.step, played=turn.played)
                    waiting.append(again)
                acting.add(asyncio.create_task(_played(cast, turn, deeds)))
            finished = {task for task in acting if task.done()}
            acting -= finished
            for task in finished:
                task.result()
            next_us = min(_coming(waiting, status, now_us), default=None)
            if next_us is not None:
                mean(next_us)
            rest_s = _seconds(next_us, now_us)
            if acting:
                rest_s = LOOK_S if rest_s is None else min(LOOK_S, rest_s)
            await cast.rest(rest_s)
    finally:
        for task in acting:
            task.cancel()
        await asyncio.gather(*acting, return_exceptions=True)
    return deeds


async def blink(at_most_s: float | None) -> None:
    """In real time: the journal of another process wakes nobody here."""
    await asyncio.sleep(LOOK_S if at_most_s is None else min(LOOK_S, at_most_s))


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


def _is_due(turn: _Waiting, status: Status, cast: People, now_us: Micros) -> bool:
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
    step: Step, status: Status, cast: People, now_us: Micros
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


async def _played(cast: People, turn: _Waiting, deeds: list[Deed]) -> None:
    call = f"script-{turn.index + 1}-{len(turn.played)}"
    deeds.append(await cast.act(turn.step, call, turn.hold))
