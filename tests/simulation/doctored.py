"""Good journals, doctored: what every checker must catch is put into a trace.

A check that cannot fail is none. Each test plays a small show that breaks nothing,
changes its trace in one place, and names the invariant that must speak up.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from random import Random

from launchctl.runbook.model import (
    Else,
    Embargo,
    Late,
)
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Call, Ended
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, post
from tests.simulation.invariants import check
from tests.simulation.trace import Sent, Step, Trace
from tests.simulation.world import World

ALL = frozenset({"caller", "comms", "legal", "commerce"})


ANY = Late(within_us=None, otherwise=Else.PARK)


START = T0 - 10 * MINUTE


class Punctual(Random):
    """Always the first choice: far ends that answer at once."""

    def random(self):
        """Never a trouble."""
        return 0.999

    def choice(self, seq):
        """The quickest."""
        return seq[0]


def show(*cues, **fields):
    """A show in a world in which all goes well."""
    return World(book(*cues, **fields), Punctual(), trouble=0.0, start_us=START)


def say(world, verb, target=None, **args):
    """A call that is made now, by somebody who may everything and sees everything."""
    made = f"call-{world.head}"
    call = Call(made, "ann", ALL, verb, target, args, world.head, world.now_us, 1)
    world.call(call)


def doctored(world, change):
    """A copy of the trace with one change, numbered anew; nothing was wrong before."""
    world.finish()
    items = copy.deepcopy(world.trace.items)
    change(items)
    seq = 0
    for item in items:
        if isinstance(item, dict):
            seq += 1
            item["seq"] = seq
    return {found.number for found in check(Trace(world.runbook, items))}


def where(items, event, name=None):
    """The place of a line."""
    return next(
        place
        for place, item in enumerate(items)
        if isinstance(item, dict)
        and item["event"] == event
        and name in (None, item["cue"], item.get("name"))
    )


def sent(items, target):
    """The place of a command that left."""
    return next(
        place
        for place, item in enumerate(items)
        if isinstance(item, Sent) and item.command.target == target
    )


def like(line, event, **fields):
    """Another line of the same moment."""
    head = {key: line[key] for key in ("seq", "at", "t_s", "by", "v")}
    return {**head, "event": event, "cue": None, **fields}


def opened(line, name, since=None):
    """A hold that opens at the moment of a line."""
    return like(
        line,
        "hold_opened",
        name=name,
        kind="operator",
        release=["caller"],
        since=since or line["at"],
        until=None,
    )


def posting(answer=Answer.OK):
    """A show whose post is answered so."""
    world = show(cue("x", post(), at="T-0"), cue("y", at="T+1h"))
    world.advance(T0 - SECOND)
    world.far.command = lambda command: (
        isinstance(command, Command)
        and world.give(Ended(command.key, command.attempt, answer), SECOND)
    )
    world.advance(T0 + 3 * SECOND)
    return world


def again(items, place):
    """The intent and the send at ``place`` once more, as the next attempt."""
    intent = copy.deepcopy(items[where(items, "intent")])
    left = items[sent(items, "account:ceo")]
    last = next(i for i in reversed(items[:place]) if isinstance(i, dict))
    attempt = intent["attempt"] + 1
    intent |= {"attempt": attempt, "at": last["at"], "t_s": last["t_s"]}
    command = replace(left.command, attempt=attempt)
    items[place:place] = [intent, Sent(command, left.at_us)]


def lifted(gate):
    """An embargo over everything."""
    return {"embargoes": {"car": Embargo(name="car", default=True, lifts=(gate,))}}


def confirmed(world, verb, target, **args):
    """A call that acts on the list that it was shown."""
    say(world, verb, target, **args)
    say(world, verb, target, **args, digest=world.lines[-1]["digest"])


def called(items, verb):
    """The place of an accepted call, of the step that gave it, and the call."""
    place = next(
        n
        for n, item in enumerate(items)
        if isinstance(item, dict)
        and item["event"] == "call_accepted"
        and item["verb"] == verb
    )
    step = max(n for n in range(place) if isinstance(items[n], Step))
    return place, step, items[step].inputs[0]
