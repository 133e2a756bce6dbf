"""Gates and embargoes that would wait for what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator

from launchctl.runbook import model
from launchctl.runbook.actions import Scene
from launchctl.runbook.checks.cues import place_of
from launchctl.runbook.context import Context
from launchctl.runbook.embargo import embargoes_of
from launchctl.runbook.model import Cue, OnAir, Runbook, Seen
from launchctl.runbook.references import all_cues


def _scenes(cue: Cue, runbook: Runbook) -> set[tuple[str, str]]:
    return {
        (action.scene, stage)
        for action in cue.do
        if isinstance(action, Scene)
        for stage in _stages(action, runbook)
    }


def _stages(action: Scene, runbook: Runbook) -> tuple[str, ...]:
    lead = action.stage or runbook.first_stage or ""
    return (lead, *runbook.followers(lead))


def _shows(gate: model.Gate | None, cue: Cue, runbook: Runbook) -> bool:
    """True if the cue puts the gate's scene on program."""
    return runbook.picture_of(gate) in _scenes(cue, runbook)


def check_gates(context: Context, runbook: Runbook, cue: Cue) -> None:
    """A cue that waits for what only itself would do never fires."""
    reader = context.reader
    for index, gate in enumerate(cue.gate):
        if isinstance(gate, OnAir | Seen):
            place = context.places.get(
                f"cue {cue.id} gate {index}", place_of(context, cue)
            )
            if not runbook.stages and isinstance(gate, OnAir):
                reader.problem(place, "on_air needs `stages:` in the runbook")
            elif _shows(gate, cue, runbook):
                reader.problem(
                    place,
                    f"the cue waits for {gate.scene!r} on air, which it puts there "
                    "itself",
                    "put the scene into a cue of its own",
                )
    for index, action in enumerate(cue.do):
        for name in embargoes_of(runbook, cue, action):
            for lift in runbook.embargoes[name].lifts:
                shown = lift.gate
                if isinstance(shown, OnAir | Seen) and _shows(shown, cue, runbook):
                    reader.problem(
                        context.places.get(
                            f"cue {cue.id} do {index}", place_of(context, cue)
                        ),
                        f"this {action.kind} stands beside the scene "
                        f"{shown.scene!r}, which must be on air before the "
                        f"embargo {name!r} lifts",
                        "put it into a cue after that one",
                    )


def check_starts(context: Context, runbook: Runbook) -> None:
    """A procedure's start does not wait, so nobody asks for a page meanwhile."""
    for name, procedure in runbook.procedures.items():
        for index, gate in enumerate(procedure.gate):
            if isinstance(gate, model.UrlOk):
                context.reader.problem(
                    context.places[f"procedure {name} gate {index}"],
                    "url_ok: a procedure's start does not wait for a page",
                    "write the gate on the cue that needs the page",
                )


def check_lifts(context: Context, runbook: Runbook) -> None:
    """An embargo that waits for what it guards never opens."""
    cues = {cue.id: cue for _, cue in all_cues(runbook)}
    for name, embargo in runbook.embargoes.items():
        guarded = {
            cue.id
            for cue in cues.values()
            if any(name in embargoes_of(runbook, cue, action) for action in cue.do)
        }
        late = behind(cues, guarded)
        for lift in embargo.lifts:
            if problem := _lift_problem(runbook, lift.gate, cues, guarded, late):
                context.reader.problem(
                    context.places[f"embargo {name}"], f"embargo {name}: {problem}"
                )
            elif isinstance(lift.gate, OnAir | Seen) and not any(
                _shows(lift.gate, cue, runbook) for cue in cues.values()
            ):
                context.reader.warn(
                    context.places[f"embargo {name}"],
                    f"embargo {name}: no cue puts {lift.gate.scene!r} on air; only a "
                    "cut by hand would lift it",
                )


def behind(cues: dict[str, Cue], guarded: set[str]) -> set[str]:
    """Guarded cues, and all that can only come after one of them: those of which one
    way lies wholly behind.
    """
    ways: dict[tuple[str, int], set[str]] = {}
    leading: dict[str, list[tuple[str, int]]] = {}
    for cue in cues.values():
        for number, way in enumerate(_ways(cue)):
            ways[cue.id, number] = set(way)
            for name in ways[cue.id, number]:
                leading.setdefault(name, []).append((cue.id, number))
    found = set(guarded)
    reached = sorted(guarded)
    while reached:
        name = reached.pop()
        for follower, number in leading.get(name, ()):
            ways[follower, number].discard(name)
            if follower not in found and not ways[follower, number]:
                found.add(follower)
                reached.append(follower)
    return found


def _ways(cue: Cue) -> Iterator[tuple[str, ...]]:
    """Groups of cues of each of which one must have fired or ended before this one."""
    if cue.after:
        yield from cue.after.ways
    if isinstance(cue.at, model.AtCue):
        yield (cue.at.cue,)
    if cue.option:
        yield (cue.option.choice,)


def _lift_problem(
    runbook: Runbook,
    gate: model.Gate | None,
    cues: dict[str, Cue],
    guarded: set[str],
    behind: set[str],
) -> str | None:
    if isinstance(gate, OnAir | Seen):
        showing = [cue.id for cue in cues.values() if _shows(gate, cue, runbook)]
        # beside a guarded action is reported there
        late = [name for name in showing if name in behind and name not in guarded]
        if late and all(name in behind for name in showing):
            return (
                f"it lifts by {gate.scene!r} on air, which comes only after what it "
                f"guards (cue {late[0]!r})"
            )
    if isinstance(gate, model.Check):
        read = {path[1] for path in gate.check.paths if path[0] == "cues"}
        for name in sorted(read & behind):
            return f"it lifts by the cue {name!r}, which it guards"
    return None
