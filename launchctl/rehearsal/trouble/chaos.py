"""A plan of faults drawn by chance: for a seed and a runbook always the same one.

It draws from what the runbook has: no film stalls where none plays. Half of the faults
come behind something that happens (a cue is done, an intent is written), because there
they hurt; the others at any instant around the plan.
"""

from __future__ import annotations

from random import Random
from typing import Any

from launchctl.rehearsal.trouble.plan import Line, Plan
from launchctl.rehearsal.trouble.words import (
    ANSWERS,
    MACHINE,
    OUTPUTS,
    PEOPLE,
    SHOPS,
    STAGES,
    TIMELINES,
    WORDS,
)
from launchctl.runbook.model import AtT, Runbook
from launchctl.runbook.references import all_cues
from launchctl.times import MINUTE, SECOND

_MOST = 6
_WAITS_S = (0, 0, 0, 0.05, 0.3, 1, 3, 8, 20, 45)
_EVENTS = ("intent", "commanded", "fired", "standby", "attempt_ended", "film_seen")
_BEFORE_US, _AFTER_US = 5 * MINUTE, 10 * MINUTE
"""Around the T-offsets of the plan."""


def chaos(seed: int, runbook: Runbook) -> Plan:
    """The plan of a seed: one to six faults."""
    draw = Random(f"chaos {seed}")  # noqa: S311  to be the same again
    lines = tuple(_line(draw, runbook) for _ in range(draw.randint(1, _MOST)))
    return Plan(faults=1, plan=lines)


def _line(draw: Random, runbook: Runbook) -> Line:
    places = _places(runbook)
    kind = draw.choice(sorted(places))
    word, on = draw.choice(places[kind])
    given: dict[str, Any] = {**_turn(draw, runbook, word), "fault": word, "on": on}
    if draw.random() < 0.5:
        given["for"] = round(WORDS[word] * draw.choice((0.2, 1.0, 3.0, 8.0)))
    if word in ANSWERS:
        given["times"] = draw.choice((1, 1, 1, 2, 9))
    return Line.model_validate(given)


def _turn(draw: Random, runbook: Runbook, word: str) -> dict[str, Any]:
    wait_us = round(draw.choice(_WAITS_S) * SECOND)
    if word.startswith("film-"):
        return {"event": "film_seen", "wait": wait_us}
    cues = [cue.id for cue in runbook.cues]
    match draw.randrange(5):
        case 0 | 1 if cues:
            return {"after": draw.choice(cues), "wait": wait_us}
        case 2:
            return {"event": draw.choice(_EVENTS), "wait": wait_us}
        case 3 if go := [cue.id for cue in runbook.cues if cue.go]:
            return {"standby": draw.choice(go), "wait": wait_us}
        case _:
            return {"at": _offset(draw, runbook)}


def _offset(draw: Random, runbook: Runbook) -> str:
    planned = [
        cue.at.offset_us for _, cue in all_cues(runbook) if isinstance(cue.at, AtT)
    ]
    low_us = min(planned, default=0) - _BEFORE_US
    high_us = max(planned, default=0) + _AFTER_US
    at_s = draw.randint(low_us // SECOND, high_us // SECOND)
    return f"T{'-' if at_s < 0 else '+'}{abs(at_s)}s"


def _places(runbook: Runbook) -> dict[str, list[tuple[str, str | None]]]:
    """What can go wrong, and where, by kind: each kind is as likely as another."""
    networks = {account.network: None for account in runbook.accounts.values()}
    sources = runbook.orders.sources if runbook.orders else ()
    found: dict[str, list[tuple[str, str | None]]] = {
        "stages": [(word, name) for word in STAGES for name in runbook.stages],
        "outputs": [
            (word, name)
            for word in OUTPUTS
            for name, output in runbook.outputs.items()
            if output.playback is not None
        ],
        "networks": [
            (word, name) for word in (*ANSWERS, *TIMELINES) for name in networks
        ],
        "web": [(word, "web") for word in ANSWERS],
        "shops": [(word, source.name) for word in SHOPS for source in sources],
        "people": [(word, None) for word in PEOPLE],
        "machine": [(word, None) for word in MACHINE],
        "crash": [("crash", None)],
    }
    return {kind: words for kind, words in found.items() if words}
