"""Whole shows through the real conductor and its drivers, in virtual time, in trouble.

A seed gives a show, its people's script, buyers, and what goes wrong
(``whole_show.py``); or a reference show is played in the trouble of a seed. What
happened is read twice: by the checkers of SEMANTICS 9, over all that the engine was
asked and all that left; and at the far ends, whose own records must agree with it
(``whole_far_ends.py``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from launchctl.rehearsal.backstage import Beside
from launchctl.rehearsal.batches import shops
from launchctl.rehearsal.hands import people
from launchctl.rehearsal.rehearse import Rehearsal, Rehearsed, rehearse
from launchctl.rehearsal.script import Script, load_script
from launchctl.rehearsal.trouble.chaos import chaos
from launchctl.rehearsal.trouble.injecting import trouble
from launchctl.rehearsal.trouble.plan import Plan, load_plan
from launchctl.rehearsal.willing import willing
from launchctl.runbook.model import Runbook
from launchctl.show import events as ev
from launchctl.show.engine import Engine
from tests.simulation.invariants import check
from tests.simulation.rule import BrokenError
from tests.simulation.trace import Trace
from tests.simulation.whole_far_ends import judge
from tests.simulation.whole_people import buyers, knowing
from tests.simulation.whole_recorded import Record, recorded
from tests.simulation.whole_show import WholeShow, drawn
from tests.simulation.world import told

RUNBOOKS = Path(__file__).parents[2] / "runbooks"
REFERENCES = ("hybrid-keynote", "model-3-reveal", "stream-failure")


class WholeBrokeError(BrokenError):
    """A show broke; the message says how, and how to replay it."""


@dataclass(frozen=True)
class Playing:
    """What is played: the files, read."""

    file: Path
    seed: int
    script: Script
    plan: Callable[[Runbook], Plan]
    besides: Sequence[str] = ()
    amendments: Sequence[Path] = ()


def play_whole(seed: int) -> Rehearsed:
    """Play the show of a seed, and read it twice.

    Raises:
        WholeBrokeError: something does not hold.
    """
    return play_show(drawn(seed), f"--whole {seed}")


def play_show(show: WholeShow, replay: str = "") -> Rehearsed:
    """Play a show that was drawn, or kept; ``replay`` is the option that does it again.

    Raises:
        WholeBrokeError: as ``play_whole``.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = show.write(Path(folder), "show")
        plan = load_plan(file.with_name("show.faults.yaml"))
        amended = [file.with_name("show.amended.yaml")] if show.amended else []
        playing = Playing(
            file=file,
            seed=show.seed,
            script=load_script(file.with_name("show.people.yaml")),
            plan=lambda _runbook: plan,
            besides=show.besides,
            amendments=amended,
        )
        return _told(playing, f"whole show {show.seed}", replay)


def play_reference(name: str, seed: int) -> Rehearsed:
    """Play a show of ``runbooks/`` with its own people, in the trouble of a seed.

    Raises:
        WholeBrokeError: as ``play_whole``.
    """
    playing = Playing(
        file=RUNBOOKS / f"{name}.yaml",
        seed=seed,
        script=load_script(RUNBOOKS / f"{name}.people.yaml"),
        plan=partial(chaos, seed),
        besides=("yes",) if seed % 2 else (),
    )
    return _told(
        playing, f"{name} in the trouble of {seed}", f"--whole {seed} --of {name}"
    )


def _told(playing: Playing, what: str, replay: str) -> Rehearsed:
    try:
        return _judged(playing)
    except Exception as error:
        raise WholeBrokeError(
            f"{what}: {type(error).__name__}\n{error}\n"
            f"replay: python -m tests.simulation {replay}"
        ) from error


def _judged(playing: Playing) -> Rehearsed:
    with recorded(playing.seed) as record:
        done = rehearse(
            Rehearsal(
                runbook=playing.file,
                seed=playing.seed,
                beside=_beside(playing),
                amendments=playing.amendments,
            )
        )
    assert record.runbook is not None
    wrong = [
        *record.early,
        told(check(Trace(record.runbook, record.items))),
        *judge(done, record),
        *folded_otherwise(done, record),
    ]
    if any(wrong):
        raise BrokenError("\n".join(filter(None, wrong)))
    return done


def _beside(playing: Playing) -> Sequence[Beside]:
    found: list[Beside] = [
        people(playing.script, []),
        shops(playing.script.audience, playing.file.parent),
        trouble(playing.plan, []),
    ]
    more: dict[str, Beside] = {
        "yes": willing,
        "knowing": knowing,
        "buyers": partial(buyers, playing.seed),
    }
    return [*found, *(more[name] for name in playing.besides)]


def folded_otherwise(done: Rehearsed, record: Record) -> Iterator[str]:
    """Invariant 1: the lines alone give the state that the conductor had; and the
    journal is their beginning (it may end while lines are on their way to the disk).
    """
    assert record.runbook is not None
    lines = Trace(record.runbook, record.items).lines
    again = Engine(record.runbook, done.lines[0]["run"] if done.lines else "")
    for book in record.amended:
        again.offer(book)
    for line in lines:
        again.apply(ev.decode(line))
    if again.state != done.backstage.conducting.engine.state:
        yield "the folded journal gives another state"
    mine = [(line["seq"], line["event"], line["at"]) for line in lines]
    kept = [(line["seq"], line["event"], line["at"]) for line in done.lines]
    if kept != mine[: len(kept)] or (done.over and len(kept) != len(mine)):
        yield "the journal is not what was decided"
