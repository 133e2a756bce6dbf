"""Whole generated shows, played to their end by seed, in a few milliseconds each.

The same seed gives the same runbook, world and people, on every machine.
"""

from __future__ import annotations

from random import Random

from launchctl.show.inputs import Call, ClockStepped, Noted, OrdersSeen
from launchctl.show.tables import CueWord
from launchctl.times import HOUR, MILLISECOND, MINUTE, SECOND, Micros
from tests.simulation.books import generate
from tests.simulation.case import Case, case_of
from tests.simulation.people import People
from tests.simulation.world import BrokenError, World, replay

TURNS = 80
"""Things that happen before people bring the show to its end."""

SLEEPS = (1 * SECOND, 10 * SECOND, 3 * MINUTE, 1 * HOUR, 30 * HOUR)


class ShowBrokeError(BrokenError):
    """A show broke: its message says how, and how to replay it.

    Attributes:
        case: its script, as far as it came.
    """

    case: Case | None = None


def show_of(seed: int) -> World:
    """The show of a seed, begun."""
    rng = Random(seed)
    return World(generate(rng), rng, trouble=rng.choice((0.0, 0.1, 0.4)))


def play(seed: int, world: World | None = None) -> World:
    """Play one show to its end; give what happened.

    Raises:
        ShowBrokeError: an invariant does not hold; the message says which, and how to
            replay it.
    """
    try:
        world = world or show_of(seed)
        rng = world.rng
        people = People(world, rng)
        for _ in range(TURNS):
            if world.engine.finished:
                break
            turn(world, people, rng)
        bring_to_its_end(world, people)
        world.finish()
        if seed % 4 == 0:
            replay(world.trace)
    except Exception as error:
        failed = ShowBrokeError(
            f"seed {seed}, seq {world.head if world else 0}: {error!r}\n{error}\n"
            f"replay: python -m tests.simulation --seed {seed}"
        )
        if world is not None:
            failed.case = case_of(world.runbook, world.trace.items, str(error))
        raise failed from error
    return world


def turn(world: World, people: People, rng: Random) -> None:
    """One thing happens."""
    draw = rng.random()
    if people.half_done() and draw < 0.7:
        world.call(people.call())
    elif draw < 0.45:
        world.advance(world.now_us + span_us(rng))
    elif draw < 0.8:
        world.call(people.call())
    elif draw < 0.88:
        people.meddle()
    elif draw < 0.92:
        sample(world, rng)
    elif draw < 0.95:
        world.step(world.now_us + rng.choice(SLEEPS))  # it slept through all of it
    elif draw < 0.97:
        world.crash(lose=rng.random() < 0.5)
    elif draw < 0.98:
        world.give(ClockStepped(rng.randint(-30, 30) * SECOND))
    else:
        world.give(people.call(), rng.choice((0, 1, 30)) * SECOND)


def span_us(rng: Random) -> Micros:
    """Some time to let pass."""
    return rng.choice((MILLISECOND, SECOND, 7 * SECOND, 20 * SECOND, MINUTE))


def sample(world: World, rng: Random) -> None:
    """The orders as somebody counted them, or a note that decides nothing."""
    if rng.random() < 0.2:
        world.give(Noted("disk", "it fills", level=rng.choice(("info", "warning"))))
        return
    complete_us = world.now_us - rng.choice((0, 4, 100)) * SECOND
    values = {"units": rng.choice((0, 100, 499, 500, 900))}
    world.give(OrdersSeen(values, rng.choice((complete_us, complete_us, None))))


# --- to the end -------------------------------------------------------------------


def bring_to_its_end(world: World, people: People) -> None:
    """Everything works again, and people answer everything that is open.

    Raises:
        BrokenError: the show does not end by that.
    """
    world.far.trouble = 0.0
    for name in world.runbook.stages:
        world.far.plug(name, online=True)
    for role in world.runbook.crew:
        world.call(people.sure("take-baton", role, why="I end it"))
    for _ in range(5):
        if world.engine.finished:
            return
        world.advance(world.now_us + 100 * SECOND)
        for call in _answers(world, people):
            world.call(call)
    _settle(world, people)
    world.call(people.sure("end", None, confirm=True))
    for _ in range(6):
        world.advance(world.now_us + 10 * MINUTE)
    if not world.engine.finished:
        state = world.engine.state
        left = {name: str(cue.state) for name, cue in state.cues.items()}
        raise BrokenError(f"the show does not end: {state.show}, {left}")


def _settle(world: World, people: People) -> None:
    """What is in doubt, a person knows."""
    for name, cue in world.engine.state.cues.items():
        if cue.state is CueWord.IN_DOUBT:
            world.call(people.sure("settle", name, outcome="sent"))


def _answers(world: World, people: People) -> list[Call]:
    state = world.engine.state
    calls = [people.sure("resume", name, confirm=True) for name in state.holds]
    calls += [people.sure("approve", name) for name in people.unapproved()]
    for name, cue in state.cues.items():
        verb = {
            CueWord.PARKED: people.rng.choice(("fire", "skip")),
            CueWord.IN_DOUBT: "settle",
            CueWord.STANDBY: "go",
            CueWord.FAILED: people.rng.choice(("fire", "skip")),
        }.get(cue.state)
        if verb is not None:
            truth = {"outcome": "sent"} if verb == "settle" else {}
            calls.append(people.sure(verb, name, **truth))
    return calls
