"""What the far ends' own records must say of a whole show, whatever its journal tells.

Networks know what was published, shops what was called and sold, mixers who cut when
and which numbers they were given. The journal is asked only for what people decided.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from launchctl.orders.model import Delivery, Happening
from launchctl.rehearsal.rehearse import Rehearsed
from launchctl.runbook import actions as act
from launchctl.runbook.model import Runbook
from launchctl.runbook.references import all_cues
from launchctl.times import MILLISECOND, Micros, parse_instant
from tests.simulation.whole_published import leaked, published, told_otherwise
from tests.simulation.whole_recorded import Record

IN_FLIGHT_US = 100 * MILLISECOND
"""What left just before a hand cut arrives just after it."""


def judge(done: Rehearsed, record: Record) -> Iterator[str]:
    """All that does not agree."""
    assert record.runbook is not None
    books = [record.runbook, *record.amended]
    yield from published(done, record, books)
    yield from leaked(done, record, books)
    yield from called_twice(done, record.runbook)
    yield from miscounted(done, record.runbook, record.handed)
    yield from miswritten(done, record.runbook)
    yield from cut_against_a_hand(done, record)
    yield from told_otherwise(done)


# --- shops ------------------------------------------------------------------------


def called_twice(done: Rehearsed, book: Runbook) -> Iterator[str]:
    """Each call had its effect once, or a person fired it again."""
    calls = Counter(call.path for call in done.backstage.world.web.acted)
    fired = Counter(
        line["target"]
        for line in done.lines
        if line["event"] == "call_accepted" and line["verb"] == "fire"
    )
    for home, cue in all_cues(book):
        for action in cue.do:
            if not isinstance(action, act.Http) or action.http.again or home:
                continue
            times = calls[re.sub(r"^https?://[^/]+", "", action.http.url)]
            if times > 1 + fired[cue.id]:
                yield f"called {times} times: {action.http.url}"


def miscounted(
    done: Rehearsed, book: Runbook, handed: Sequence[Delivery]
) -> Iterator[str]:
    """The counter is what the shops handed over, less what could not come through."""
    if book.orders is None:
        return
    orders: dict[tuple[str, str], list[Delivery]] = {}
    for each in _arrived(done, book, handed):
        known = each.currency is None or each.currency in book.orders.deposit_minor
        if known:
            orders.setdefault((each.source, each.order_id), []).append(each)
    exact = Counter({"placed": 0, "units": 0, "net_units": 0})
    for order in orders.values():
        placed = [each for each in order if each.what is Happening.PLACED]
        if not placed:
            continue
        quantities = [each.quantity or 0 for each in placed]
        last = max(placed, key=lambda each: (each.occurred_us, each.event_id))
        exact["placed"] += 1
        exact["units"] += max(quantities)
        exact["net_units"] += (last.quantity or 0) * (len(placed) == len(order))
    said: Any = done.status["orders"] or exact
    for name, number in exact.items():
        if said[name] != number:
            yield f"counted {said[name]} {name} of {number}"


def _arrived(
    done: Rehearsed, book: Runbook, handed: Sequence[Delivery]
) -> Iterator[Delivery]:
    """What came through; of what was handed over twice, one may still wait."""
    ledger = done.backstage.ledger
    sources = book.orders.sources if book.orders else ()
    waiting = Counter(
        (source.name, each.event_id)
        for source in sources
        for each in ledger.waiting(source.name)
    )
    for each in handed:
        key = each.source, each.event_id
        if waiting[key]:
            waiting[key] -= 1
        else:
            yield each


def miswritten(done: Rehearsed, book: Runbook) -> Iterator[str]:
    """The numbers that a mixer was given never fall, and are never more than there
    were.
    """
    if book.orders is None or book.orders.show_on is None:
        return
    on = book.orders.show_on
    mixer = done.backstage.world.stages[on.stage or book.first_stage or ""]
    texts = [t for source, t, _ in mixer.world.text_history if source == on.source]
    numbers = [int(re.sub(r"\D", "", text)) for text in texts if re.search(r"\d", text)]
    if numbers != sorted(numbers):
        yield f"the counter on the picture went back: {numbers}"
    said: Any = done.status["orders"]
    if numbers and numbers[-1] > (said["units"] if said else 0):
        yield f"the counter on the picture shows {numbers[-1]}, there were {said}"


# --- mixers -----------------------------------------------------------------------


def cut_against_a_hand(done: Rehearsed, record: Record) -> Iterator[str]:
    """After a cut by hand the show cuts to another scene only because a cue fired
    since, or a person said so.
    """
    reasons = sorted(
        parse_instant(line["at"])
        for line in done.lines
        if line["event"] in ("fired", "closing")
        or (line["event"] == "call_accepted" and line["verb"] in ("do", "jump"))
    )
    for name, mixer in done.backstage.world.stages.items():
        asked = {
            (each.data["sceneName"], each.at_us)
            for each in mixer.requests
            if each.name == "SetCurrentProgramScene"
        }
        hand: tuple[str, Micros] | None = None
        for world, scene, at_us in record.cuts:
            if world is not mixer.world:
                continue
            if (scene, at_us) not in asked:
                hand = scene, at_us
            elif hand is not None and scene != hand[0]:
                since_us = hand[1] - IN_FLIGHT_US
                if not any(since_us <= reason <= at_us for reason in reasons):
                    yield f"{name}: cut to {scene}, a person had cut to {hand[0]}"
                hand = None
