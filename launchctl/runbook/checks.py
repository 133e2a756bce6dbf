"""What only the whole shows: everything that is refused at load (SEMANTICS 11), and
what loads but should be looked at (warnings).
"""

from __future__ import annotations

from collections.abc import Iterator

from launchctl.runbook import model
from launchctl.runbook.actions import (
    CallProcedure,
    Counter,
    Effect,
    Hold,
    OnFailure,
    PlayMedia,
    Scene,
    StageAction,
)
from launchctl.runbook.check_figures import check_figures
from launchctl.runbook.check_posts import check_posts
from launchctl.runbook.context import Context
from launchctl.runbook.embargo import embargoes_of
from launchctl.runbook.languages import said_in
from launchctl.runbook.model import Cue, OnAir, Runbook, Seen
from launchctl.runbook.references import all_cues, check_references


def check(context: Context, runbook: Runbook) -> None:
    """Note every problem that no single value shows, and every warning."""
    check_references(context, runbook)
    for procedure, cue in all_cues(runbook):
        with context.reader.within(cue.id):
            _check_triggers(context, runbook, cue, procedure)
            _check_actions(context, runbook, cue)
            _check_gates(context, runbook, cue)
    _check_segments(context, runbook)
    _check_words(context, runbook)
    _check_cycles(context, runbook)
    _check_calls(context, runbook)
    _check_safe(context, runbook)
    _check_lifts(context, runbook)
    _check_starts(context, runbook)
    check_figures(context, runbook, _behind)
    check_posts(context, runbook)


def _at(context: Context, cue: Cue) -> tuple[int, int]:
    return context.places[f"cue {cue.id}"]


# --- triggers -------------------------------------------------------------------------


def _check_triggers(
    context: Context, runbook: Runbook, cue: Cue, procedure: str
) -> None:
    reader = context.reader
    triggered = cue.at or cue.after or cue.when or cue.go
    if procedure:
        if isinstance(cue.at, model.AtT | model.AtWall):
            reader.problem(
                _at(context, cue),
                "a procedure has no T and no wall instant",
                "its cues count from each other: at: OTHER + 10s",
            )
    elif (
        cue.option is None
        and not triggered
        and not (runbook.t0_us is None and runbook.cues[0].id == cue.id)
    ):
        reader.problem(
            _at(context, cue),
            "the cue has no trigger: nothing would ever fire it",
            "give it at, after, when or go",
        )
    if cue.in_hold_wait and not cue.pinned:
        reader.problem(
            _at(context, cue),
            "in_hold: only a cue at a wall instant runs on in a hold",
        )
    if cue.on_recycle is model.OnRecycle.KEEP and (procedure or cue.pinned):
        reader.problem(
            _at(context, cue),
            "on_recycle: a recycle leaves procedures and cues at wall instants alone",
        )


def _check_words(context: Context, runbook: Runbook) -> None:
    """All but posts speak the runbook's own language."""
    for text in context.texts:
        for path in text.template.paths if text.use != "post" else ():
            known = runbook.vars.get(path[1]) if path[0] == "vars" else None
            if isinstance(known, dict) and said_in(known, runbook.locale) is None:
                with context.reader.within(text.cue):
                    context.reader.problem(
                        text.at,
                        f"vars.{path[1]} has no words in {runbook.locale!r}, the "
                        "runbook's locale",
                    )


def _check_segments(context: Context, runbook: Runbook) -> None:
    """``skip NAME`` means a cue or a segment, never either."""
    cues = {cue.id for _, cue in all_cues(runbook)}
    for segment in runbook.segments:
        if segment.name in cues:
            line = context.reader.line_in_words(
                context.places[f"cue {segment.name}"][0],
                context.places[f"segment {segment.name}"][0],
            )
            context.reader.problem(
                context.places[f"segment {segment.name}"],
                f"a segment cannot be called {segment.name!r}: the cue in {line} is",
            )


def _predecessors(cue: Cue) -> Iterator[str]:
    if cue.after:
        yield from cue.after.cues
    if isinstance(cue.at, model.AtCue):
        yield cue.at.cue
    if cue.option and not (cue.after and cue.after.by_one):
        yield cue.option.choice


def _waits_for(cue: Cue, choices: dict[str, Cue]) -> list[str]:
    """As ``_predecessors``; ``X end`` where it is a choice's end that is waited for."""
    found = [
        f"{name} end" if name in choices else name
        for name in (cue.after.cues if cue.after else ())
    ]
    if isinstance(cue.at, model.AtCue):
        found.append(cue.at.cue)
    if cue.option:
        found.append(cue.option.choice)
    return found


def _check_cycles(context: Context, runbook: Runbook) -> None:
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
    for ring in _rings(graph):
        first = cues[ring[0].removesuffix(" end")]
        with context.reader.within(first.id):
            context.reader.problem(
                _at(context, first),
                f"these cues wait for each other: {_ring_words(ring)}",
            )


def _ring_words(ring: list[str]) -> str:
    """``a -> b -> a``; a long ring loses its middle."""
    names = [*ring, ring[0]]
    if len(names) > 10:
        names = [*names[:5], "...", *names[-4:]]
    return " -> ".join(names)


def _rings(graph: dict[str, list[str]]) -> list[list[str]]:
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


def _check_calls(context: Context, runbook: Runbook) -> None:
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
    for ring in _rings(graph):
        context.reader.problem(
            context.places[f"procedure {ring[0]}"],
            f"these procedures call each other: {_ring_words(ring)}",
        )


def _calls(cue: Cue) -> Iterator[str]:
    for action in cue.do:
        if isinstance(action, CallProcedure):
            yield action.call
        failure = action.on_failure
        if failure and failure.policy is OnFailure.CALL and failure.procedure:
            yield failure.procedure


# --- actions --------------------------------------------------------------------------


def _check_actions(context: Context, runbook: Runbook, cue: Cue) -> None:
    reader = context.reader
    for index, action in enumerate(cue.do):
        place = context.places.get(f"cue {cue.id} do {index}", _at(context, cue))
        if action.effect is Effect.ONCE and not cue.once:
            reader.problem(
                place,
                f"{action.kind} cannot be undone: it does not go into a cue with "
                "`once: false`",
            )
        ignored = action.on_failure and action.on_failure.policy is OnFailure.IGNORE
        if isinstance(action, PlayMedia) and ignored:
            reader.problem(
                place,
                "media.on_failure: an interrupted film cannot be ignored",
                "what hangs on it would follow; `continue` is the default",
            )
        if isinstance(action, PlayMedia) and _films(cue) > 1:
            reader.problem(place, "a cue plays one film", "put each into its own cue")
        if isinstance(action, Hold) and action.hold.for_us and not _plans(cue):
            reader.problem(
                place,
                "hold.for: a planned hold stands alone in a cue whose only trigger is "
                "a T-offset before T-0",
                "a hold without `for` ends when somebody resumes",
            )
        if isinstance(action, StageAction) and "stage" not in context.kinds:
            reader.problem(place, f"{action.kind} needs `stages:` in the runbook")
        if isinstance(action, Counter) and runbook.orders is None:
            reader.warn(place, "there is no `orders:`: the counter has nothing to show")


def _films(cue: Cue) -> int:
    return sum(isinstance(action, PlayMedia) for action in cue.do)


def _plans(cue: Cue) -> bool:
    """True if the cue may be a planned hold."""
    others = cue.after or cue.when or cue.go or len(cue.do) != 1
    return isinstance(cue.at, model.AtT) and cue.at.offset_us < 0 and not others


def _check_safe(context: Context, runbook: Runbook) -> None:
    for index, action in enumerate(runbook.safe):
        if action.effect is not Effect.WANTED:
            context.reader.problem(
                context.places[f"safe {index}"],
                f"safe: {action.kind} is not repeatable",
                "what abort leaves behind is scenes, texts, audio, counter",
            )


# --- gates and embargoes --------------------------------------------------------------


def _scenes(cue: Cue, runbook: Runbook) -> set[tuple[str, str]]:
    return {
        (action.scene, action.stage or runbook.first_stage or "")
        for action in cue.do
        if isinstance(action, Scene)
    }


def _shows(gate: model.Gate | None, cue: Cue, runbook: Runbook) -> bool:
    """True if the cue puts the gate's scene on program."""
    return runbook.picture_of(gate) in _scenes(cue, runbook)


def _check_gates(context: Context, runbook: Runbook, cue: Cue) -> None:
    """A cue that waits for what only itself would do never fires."""
    reader = context.reader
    for index, gate in enumerate(cue.gate):
        if isinstance(gate, OnAir | Seen):
            place = context.places.get(f"cue {cue.id} gate {index}", _at(context, cue))
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
                            f"cue {cue.id} do {index}", _at(context, cue)
                        ),
                        f"this {action.kind} stands beside the scene "
                        f"{shown.scene!r}, which must be on air before the "
                        f"embargo {name!r} lifts",
                        "put it into a cue after that one",
                    )


def _check_starts(context: Context, runbook: Runbook) -> None:
    """A procedure's start does not wait, so nobody asks for a page meanwhile."""
    for name, procedure in runbook.procedures.items():
        for index, gate in enumerate(procedure.gate):
            if isinstance(gate, model.UrlOk):
                context.reader.problem(
                    context.places[f"procedure {name} gate {index}"],
                    "url_ok: a procedure's start does not wait for a page",
                    "write the gate on the cue that needs the page",
                )


def _check_lifts(context: Context, runbook: Runbook) -> None:
    """An embargo that waits for what it guards never opens."""
    cues = {cue.id: cue for _, cue in all_cues(runbook)}
    for name, embargo in runbook.embargoes.items():
        guarded = {
            cue.id
            for cue in cues.values()
            if any(name in embargoes_of(runbook, cue, action) for action in cue.do)
        }
        behind = _behind(cues, guarded)
        for lift in embargo.lifts:
            if problem := _lift_problem(runbook, lift.gate, cues, guarded, behind):
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


def _behind(cues: dict[str, Cue], guarded: set[str]) -> set[str]:
    """Guarded cues, and all that can only come after one of them."""
    followers: dict[str, list[str]] = {}
    open_ways: dict[str, int] = {}
    for cue in cues.values():
        for before in _predecessors(cue):
            followers.setdefault(before, []).append(cue.id)
        # of `any` every way must be behind; of the others one is enough
        open_ways[cue.id] = len(cue.after.cues) if cue.after and cue.after.by_one else 1
    found = set(guarded)
    reached = sorted(guarded)
    while reached:
        for name in followers.get(reached.pop(), ()):
            open_ways[name] -= 1
            if name not in found and open_ways[name] <= 0:
                found.add(name)
                reached.append(name)
    return found


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
