"""Cues that wait for each other, and procedures that call each other."""

from __future__ import annotations

from collections.abc import Iterator

from launchctl.runbook import model
from launchctl.runbook.actions import (
    CallProcedure,
    OnFailure,
)
from launchctl.runbook.checks.cues import place_of
from launchctl.runbook.context import Context
from launchctl.runbook.model import Cue, Runbook
from launchctl.runbook.references import all_cues


def _waits_for(cue: Cue, choices: dict[str, Cue]) -> list[str]:
    """The cues that must have fired or ended before this one can; ``X end`` where it is
    a choice's end that is waited for.
    """
    found = [
        f"{name} end" if name in choices else name
        for name in (cue.after.named if cue.after else ())
    ]
    if isinstance(cue.at, model.AtCue):
        found.append(cue.at.cue)
    if cue.option:
        found.append(cue.option.choice)
    return found


def check_cycles(context: Context, runbook: Runbook) -> None:
    """A ring of cues that wait for each other; reported once, at its first cue."""
    cues = {cue.id: cue for _, cue in all_cues(runbook)}
    choices = {name: cue for name, cue in cues.items() if cue.choice}
    graph = {name: _waits_for(cue, choices) for name, cue in cues.items()}
    for name in choices:
        graph[f"{name} end"] = [name]
    for cue in cues.values():
        if cue.option and cue.option.choice in choices:
            choice = cue.option.choice
            end = f"{cue.id} end" if cue.choice else cue.id
            graph[f"{choice} end"].append(end)
    for name, waits in graph.items():
        graph[name] = [before for before in waits if before in graph]
    for ring in rings(graph):
        first = cues[ring[0].removesuffix(" end")]
        with context.reader.within(first.id):
            context.reader.problem(
                place_of(context, first),
                f"these cues wait for each other: {ring_words(ring)}",
            )


def ring_words(ring: list[str]) -> str:
    """``a -> b -> a``; a long ring loses its middle."""
    names = [*ring, ring[0]]
    if len(names) > 10:
        names = [*names[:5], "...", *names[-4:]]
    return " -> ".join(names)


def rings(graph: dict[str, list[str]]) -> list[list[str]]:
    """The cycles that a depth-first walk closes; each a list in walking order."""
    state: dict[str, int] = {}
    rings: list[list[str]] = []
    for start, first in graph.items():
        if start in state:
            continue
        path: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(first))]
        state[start] = 1
        path.append(start)
        while stack:
            name, following = stack[-1]
            step = next(following, None)
            if step is None:
                state[name] = 2
                stack.pop()
                path.pop()
            elif state.get(step) == 1:
                if step != name:
                    rings.append(path[path.index(step) :])
            elif step not in state:
                state[step] = 1
                path.append(step)
                stack.append((step, iter(graph[step])))
    return rings


def check_calls(context: Context, runbook: Runbook) -> None:
    """Procedures that call each other in a ring would never end."""
    graph = {
        name: [
            called
            for cue in procedure.cues
            for called in _calls(cue)
            if called in runbook.procedures
        ]
        for name, procedure in runbook.procedures.items()
    }
    for name in [name for name, called in graph.items() if name in called]:
        context.reader.problem(
            context.places[f"procedure {name}"],
            f"the procedure {name!r} calls itself",
        )
    for ring in rings(graph):
        context.reader.problem(
            context.places[f"procedure {ring[0]}"],
            f"these procedures call each other: {ring_words(ring)}",
        )


def _calls(cue: Cue) -> Iterator[str]:
    for action in cue.do:
        if isinstance(action, CallProcedure):
            yield action.call
        failure = action.on_failure
        if failure and failure.policy is OnFailure.CALL and failure.procedure:
            yield failure.procedure
