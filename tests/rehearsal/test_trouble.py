"""What goes wrong in a rehearsal: by a plan, or drawn by chance."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchctl.errors import RunbookError
from launchctl.rehearsal.batches import shops
from launchctl.rehearsal.hands import people
from launchctl.rehearsal.rehearse import Rehearsal, rehearse
from launchctl.rehearsal.script import parse_script
from launchctl.rehearsal.trouble.chaos import chaos
from launchctl.rehearsal.trouble.injecting import Injected, trouble
from launchctl.rehearsal.trouble.plan import load_plan, parse_plan
from launchctl.rehearsal.trouble.words import WORDS
from launchctl.runbook.loader import load
from tests.rehearsal.test_rehearse import SCRIPT, SHOW

ROOT = Path(__file__).parents[2]


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """A file with a small show of a day."""
    file = tmp_path / "show.yaml"
    file.write_text(SHOW)
    return file


def planned(lines: str):
    """A plan's planner."""
    plan = parse_plan(f"faults: 1\nplan:\n{lines}", "plan.yaml")
    return lambda _runbook: plan


def played(file: Path, planner, script: str = SCRIPT):
    """Rehearse in trouble; what came of it, and of each fault."""
    injected: list[Injected] = []
    beside = [people(parse_script(script, "script.yaml"), []), shops()]
    beside.append(trouble(planner, injected))
    return rehearse(Rehearsal(runbook=file, beside=beside)), injected


def events(done) -> list[str]:
    """Their names, in order."""
    return [line["event"] for line in done.lines]


def test_an_answer_that_is_lost_is_found_by_reading(show: Path):
    """SEMANTICS 6: the post is there, its answer was dropped: it is read."""
    done, (fault,) = played(show, planned("- {after: reveal, fault: drop-after}"))

    assert (1, "") == (fault.met, fault.why_not)
    assert ["Here it is."] == [p.text for p in done.backstage.world.networks["x"].posts]
    assert "settled" in events(done)
    assert "green" == done.verdict


def test_a_conductor_that_dies_is_followed_by_another(show: Path):
    """SEMANTICS 5, Recovery: the journal is folded, nothing is sent twice, and the
    show comes to its end.
    """
    lines = (
        "- {standby: reveal, fault: crash, for: 1s}\n"
        "- {event: intent, fault: crash, for: 30s}\n"
        "- {after: tell, wait: 3h, fault: crash, for: 10m}\n"
    )
    done, faults = played(show, planned(lines))

    assert 3 == done.backstage.conducting.crashes
    assert ["", "", ""] == [fault.why_not for fault in faults]
    assert 3 == events(done).count("recovered")
    assert done.over
    assert 1 >= len(done.backstage.world.networks["x"].posts)


def test_a_machine_that_sleeps_is_late_and_never_early(show: Path):
    """SEMANTICS 3 and 5: N passes in suspend; what became due meets its late rule."""
    plan = planned("- {at: T-10m2s, fault: suspended, for: 40s}")
    done, _ = played(show, plan)

    assert "stalled" in events(done)
    doors = next(c for c in done.status["cues"] if c["cue"] == "doors")
    assert ("cue_held" in events(done)) == (doors["state"] != "done")
    assert "cue_held" in events(done)  # late by 38 s, and 5 s are a scene's


def test_a_mixer_that_dies_comes_back_and_is_told_again(show: Path):
    """SEMANTICS 5: wanted state is asserted after a device's restart."""
    plan = planned("- {after: doors, wait: 20s, fault: obs-killed, for: 4s}")
    script = SCRIPT.replace("wait: 4s", "wait: 60s")
    done, (fault,) = played(show, plan, script)

    assert fault.at_us is not None
    shown = [e.scene for e in done.backstage.world.stages["main"].world.program_history]
    assert ["Countdown", "Reveal"] == [*dict.fromkeys(shown)]
    assert {"needs_person", "health"} & set(events(done))
    assert [] == done.told()["out_of_reach"]  # it was only down


def test_a_go_that_was_held_up_is_refused_and_pressed_again(show: Path):
    """SEMANTICS 8: a GO expires 2 s after it was pressed."""
    done, _ = played(show, planned("- {event: run_started, fault: go-delayed}"))

    refused = [line for line in done.lines if line["event"] == "call_refused"]
    assert ["go"] == [line["verb"] for line in refused]
    assert "green" == done.verdict


def test_what_has_nothing_to_happen_to_says_why(show: Path):
    """A fault that did not happen is told as such, with its reason."""
    lines = (
        "- {at: T-9m, fault: film-cut}\n- {at: T-9m, fault: obs-frozen, on: side}\n"
        "- {at: T-9m, fault: shop-down}\n- {event: recycled, fault: crash}\n"
    )
    _, faults = played(show, planned(lines))

    assert [
        "no film plays",
        "no stage 'side' is emulated",
        "there is no order source ''",
        "",
    ] == [fault.why_not for fault in faults]
    assert [None] * 4 == [fault.at_us for fault in faults]


def test_one_seed_of_chaos_gives_one_journal(show: Path):
    """Trouble is drawn from its seed, and the rehearsal stays the same."""
    for seed in range(3):
        one, two = (played(show, lambda b, s=seed: chaos(s, b))[0] for _ in range(2))
        assert one.lines == two.lines


def test_chaos_draws_every_word_from_what_is_there():
    """Each word can be drawn where the runbook has what it happens to."""
    runbook = load(ROOT / "runbooks/model-3-reveal.yaml", environ=dict.fromkeys(
        ("OBS_MAIN_URL", "X_API"), "x"))  # fmt: skip
    words = {line.fault for seed in range(400) for line in chaos(seed, runbook).plan}
    assert set(WORDS) == words


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{at: T, fault: obs-kiled}", "fault: no fault is called 'obs-kiled'; did you"),
        ("{at: T, after: a, fault: crash}", "a line has one of at, after, standby,"),
        ("{at: T, fault: crash, times: 0}", "times: Input should be greater than"),
        ("{at: T, foor: 1s, fault: crash}", "foor: a plan of faults has no such key"),
    ],
)
def test_a_fault_of_the_plan_is_named_where_it_stands(line: str, said: str):
    """File, line, column, what is wrong, and what was probably meant."""
    with pytest.raises(RunbookError) as raised:
        parse_plan(f"faults: 1\nplan:\n- {line}", "p.yaml")
    assert str(raised.value).startswith(f"p.yaml:3:3: {said}")


def test_every_word_is_documented():
    """docs/faults.md tells of each fault."""
    told = (ROOT / "docs/faults.md").read_text()
    assert [] == [word for word in WORDS if f"`{word}`" not in told]


def test_the_documented_plan_loads():
    """What docs/faults.md shows is a plan."""
    page = (ROOT / "docs/faults.md").read_text()
    text = page.partition("```yaml faults\n")[2].partition("```")[0]
    assert parse_plan(text, "docs/faults.md").plan


def test_the_reference_plan_loads():
    """runbooks/*.faults.yaml are plans."""
    plans = [*(ROOT / "runbooks").glob("*.faults.yaml")]
    assert plans
    assert all(load_plan(path).plan for path in plans)
