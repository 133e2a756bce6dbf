"""Tasks: a person does it, and says so with evidence (SEMANTICS 6)."""

from pathlib import Path

from launchctl.runbook import load
from launchctl.show.engine import Engine
from launchctl.times import MINUTE
from tests.show.build import T0
from tests.show.play import Play

EXAMPLE = Path(__file__).parents[2] / "examples" / "action-task.yaml"
EVIDENCE = "https://notices.example/17"


def played():
    """The example: a task at T-0, and a cue after it."""
    return Play(load(EXAMPLE, t0_us=T0))


def test_a_task_is_ok_once_its_role_confirmed_it_with_evidence():
    """SEMANTICS 6: task: ok when its role confirmed, with evidence."""
    play = played()
    late = T0 + 10 * MINUTE
    play.call(late, "confirm", "notice", roles=("legal",), evidence=EVIDENCE)
    asked = play.run(T0 + MINUTE).engine.status(play.now_us)["tasks"]
    assert [("notice", "legal")] == [(task["cue"], task["who"]) for task in asked]
    play.run(late)
    assert ("done", [late]) == (play.state_of("notice"), play.fired_us("notice-is-out"))
    ended = play.named("action_ended", "notice")
    assert [("ann", EVIDENCE, "ok")] == [(e.by, e.detail, e.became) for e in ended]
    assert [] == play.commands


def test_a_task_needs_its_role_and_evidence():
    """SEMANTICS 8: confirm: the role named; a refused call changes nothing."""
    play = played()
    other = play.call(T0 + MINUTE, "confirm", "notice", roles=("caller",), evidence="x")
    bare = play.call(T0 + MINUTE, "confirm", "notice", roles=("legal",))
    play.run(T0 + 2 * MINUTE)
    assert "the task of notice is confirmed by legal" == play.refusal(other)
    assert "with evidence" in play.refusal(bare)
    assert "running" == play.state_of("notice")


def test_a_task_nobody_confirmed_fails_and_the_show_goes_on():
    """SEMANTICS 6: deadline `within`; on_failure continue: the cue fails."""
    play = played().run(T0 + 30 * MINUTE)
    reason = "task: legal confirmed nothing within 30m"
    assert reason == play.engine.state.cues["notice"].reason
    assert ("failed", {}) == (play.state_of("notice"), play.engine.state.holds)


def test_a_task_stays_asked_over_a_crash():
    """SEMANTICS 5: a recovered machine asks nobody twice and keeps the deadline."""
    play = played().run(T0 + MINUTE)
    again = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        again.apply(event)
    assert () == again.recover(T0 + 2 * MINUTE).commands
    decision = again.step(T0 + 30 * MINUTE)
    ended = [e.became for e in decision.events if e.event == "action_ended"]
    assert ["failed"] == ended


def test_the_end_of_the_show_drops_its_tasks():
    """SEMANTICS 2: while closing nobody confirms anything: an open task has failed."""
    play = played()
    play.call(T0 + MINUTE, "end", roles=("caller",))
    play.run(T0 + 2 * MINUTE)
    assert ("failed", "complete") == (play.state_of("notice"), play.engine.state.show)
