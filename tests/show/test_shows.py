"""Procedures, the end, abort, stages, hands, recovery (SEMANTICS 2, 5, 6)."""

import pytest

from launchctl.runbook import actions as act
from launchctl.show import events as ev
from launchctl.show.commands import Command, Settle
from launchctl.show.engine import Engine
from launchctl.show.fold import apply
from launchctl.show.inputs import (
    Answer,
    Ended,
    HandSeen,
    OrdersSeen,
    Settled,
    Sight,
    StageSeen,
)
from launchctl.show.tables import IllegalEvent
from launchctl.show.timeline import planned
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import (
    START,
    T0,
    book,
    cue,
    hold,
    http,
    post,
    procedure,
    scene,
    when,
)
from tests.show.play import Play

ON = StageSeen("main", connected=True, program="A", streaming=False)


def test_a_procedure_starts_by_its_condition_and_again_after_known_false():
    """SEMANTICS 6: by `when` (again only after known false, `once_per` over)."""
    lost = procedure(
        "slide",
        cue("show", scene("Slide")),
        when=when("stages.main.stream_lost", 5 * SECOND),
        once_per_us=MINUTE,
    )
    runbook = book(
        cue("on", act.Stream(stream="start"), at="T-50m"),
        cue("e", at="T-0"),
        procedures=lost,
    )
    play = Play(runbook)
    live = StageSeen("main", connected=True, program="A", streaming=True)
    t = T0 - 50 * MINUTE
    play.give(t + SECOND, live)
    play.give(t + 10 * SECOND, ON)
    play.give(t + 30 * SECOND, live)
    play.give(t + 32 * SECOND, ON)
    play.run(T0 - MINUTE)
    took_s = 20_000
    ended_us = play.named("procedure_ended")[0].at_us
    assert t + 15 * SECOND + took_s == ended_us
    assert [t + 15 * SECOND, ended_us + MINUTE] == play.fired_us("show")


def test_a_procedure_runs_in_a_hold_and_its_call_waits_for_it():
    """SEMANTICS 2 and 6: holds never stop procedures; `call` is ok when it ended."""
    runbook = book(
        cue("x", act.CallProcedure(call="p"), hold("stop"), at="T-0"),
        cue("e", at="T+1h"),
        procedures=procedure(
            "p", cue("one", scene("A")), cue("two", scene("B"), after="one")
        ),
    )
    play = Play(runbook).run(T0 + MINUTE)
    assert ["done", "done", "done"] == [play.state_of(c) for c in ("x", "one", "two")]
    assert ["stop"] == list(play.engine.state.holds)
    assert T0 + 40_000 == play.named("cue_ended", "x")[0].at_us


def test_calling_a_running_procedure_joins_it():
    """SEMANTICS 6: calling a running one joins it; a new start is a new take."""
    runbook = book(cue("e", at="T-0"), procedures=procedure("p", cue("one", post())))
    play = Play(runbook)
    play.call(START, "call", "p")
    play.call(START + 1000, "call", "p")
    play.call(START + MINUTE, "call", "p")
    play.run(START + 2 * MINUTE)
    assert 2 == len(play.named("procedure_started"))
    assert ["run-1/1/one/0", "run-1/2/one/0"] == [i.key for i in play.named("intent")]


def test_the_show_is_complete_when_nothing_is_alive():
    """SEMANTICS 2: idle, `reserve` and when-alone cues keep nothing alive."""
    runbook = book(
        cue("x", at="T-0"),
        cue("r", at="T+1h", reserve=True),
        cue("w", when="orders.units > 5"),
        procedures=procedure("p", cue("idle")),
    )
    play = Play(runbook).run(T0)
    assert "complete" == str(play.engine.state.show)
    assert ("skipped", "idle") == (play.state_of("r"), play.state_of("idle"))
    assert "green" == play.engine.verdict


def test_abort_skips_silences_drops_and_runs_safe():
    """SEMANTICS 6: unfired skipped, waiting attempts dropped, all silenced, `safe:`."""

    def answer(command):
        if isinstance(command, Command) and command.target == "account:ceo":
            return [(SECOND, Ended(command.key, command.attempt, Answer.NOT_SENT))]
        if isinstance(command, Command):
            return [(SECOND, Ended(command.key, command.attempt, Answer.OK))]
        return []

    runbook = book(
        cue("x", post(), at="T-0"),
        cue("y", at="T+1h"),
        safe=(scene("Holding"), act.Counter(counter="hide")),
    )
    play = Play(runbook, answer=answer)
    play.call(T0 + 1500 * 1000, "abort", why="smoke")
    play.run(T0 + MINUTE)
    state = play.engine.state
    assert ("aborted", "red", "hidden") == (
        str(state.show),
        state.verdict,
        state.counter,
    )
    assert ["ceo", "brand"] == list(state.silenced)
    assert ("failed", "skipped") == (play.state_of("x"), play.state_of("y"))
    assert ["run-1/safe/0"] == [c.key for c in play.sent("stage:main")]
    assert 1 == len(play.sent("account:ceo"))


def test_an_abort_waits_for_the_wire():
    """SEMANTICS 6: the wire is settled."""
    runbook = book(cue("x", post(), at="T-0"))
    play = Play(runbook, answer=lambda _: [])
    play.call(T0 + 1, "abort")
    play.give(T0 + SECOND, Ended("run-1/0/x/0", 1, Answer.UNKNOWN))
    play.run(T0 + 2 * SECOND)
    assert "closing" == str(play.engine.state.show)
    play.give(T0 + 61 * SECOND, Settled("run-1/0/x/0", 1, Sight.ABSENT))
    play.run(T0 + 2 * MINUTE)
    assert ("aborted", "in_doubt") == (str(play.engine.state.show), play.state_of("x"))


def test_the_end_action_waits_for_the_cues_other_actions():
    """SEMANTICS 6: end: the cue's other actions ended."""
    runbook = book(cue("x", post(), act.End(end="show"), at="T-0"), cue("y", at="T+1h"))
    play = Play(runbook).run(T0 + MINUTE)
    assert T0 + 100_000 == play.named("closing")[0].at_us
    assert ("done", "skipped") == (play.state_of("x"), play.state_of("y"))
    assert "green" == play.engine.verdict


@pytest.mark.parametrize(
    ("policy", "seen"),
    [
        ("ignore", ("done", "counting")),
        ("continue", ("failed", "counting")),
        ("hold", ("failed", "holding")),
        ("abort", ("failed", "aborted")),
    ],
)
def test_on_failure(policy, seen):
    """SEMANTICS 6: what a certain failure does."""
    failure = act.Failure(policy=act.OnFailure(policy))
    runbook = book(
        cue("x", scene("A", on_failure=failure), at="T-0"), cue("y", at="T+1h")
    )

    def answer(command):
        return [(SECOND, Ended(command.key, command.attempt, Answer.REFUSED))]

    play = Play(runbook, answer=answer).run(T0 + MINUTE)
    assert seen == (play.state_of("x"), str(play.engine.state.show))


# --- stages and hands ----------------------------------------------------------------


def test_a_restarted_stage_gets_its_wanted_state_again_and_is_asked_about_the_rest():
    """SEMANTICS 6 and 9.15: scene and text again; microphone and stream ask."""
    text = act.SetText(text=act.SourceText(source="Title", text="Hi"))
    microphone = act.Audio(audio=act.Fader(input="Mic", open=True))
    mute = act.Audio(audio=act.Fader(input="Band", open=False))
    runbook = book(
        cue(
            "x",
            scene("A"),
            text,
            microphone,
            mute,
            act.Stream(stream="start"),
            at="T-0",
        ),
        cue("y", at="T+1h"),
    )
    play = Play(runbook).run(T0 + SECOND)
    before = len(play.commands)
    play.give(T0 + 2 * SECOND, StageSeen("main", connected=False))
    play.give(T0 + 3 * SECOND, StageSeen("main", connected=True, restarted=True))
    play.run(T0 + MINUTE)
    again = play.commands[before:]
    assert ["scene", "text", "audio"] == [c.action.kind for c in again]
    assert ["audio:Mic", "stream"] == [e.what for e in play.named("needs_person")]


def test_a_reconnect_without_restart_asserts_nothing():
    """SEMANTICS 6: only a lost state is set again."""
    play = Play(book(cue("x", scene("A"), at="T-0"), cue("y", at="T+1h")))
    play.run(T0 + SECOND)
    play.give(T0 + 2 * SECOND, StageSeen("main", connected=False))
    play.give(T0 + 3 * SECOND, StageSeen("main", connected=True, program="B"))
    play.run(T0 + MINUTE)
    assert 1 == len(play.commands)


def test_a_cut_by_hand_is_the_wanted_state_and_offers_its_cue():
    """SEMANTICS 6: by_hand_change becomes wanted; `fire` of the cue it matches."""
    runbook = book(cue("x", scene("A"), at="T-0"), cue("y", scene("B"), at="T+1h"))
    play = Play(runbook).run(T0 + SECOND)
    play.give(T0 + 2 * SECOND, HandSeen("main", "program", "B"))
    play.give(T0 + 3 * SECOND, StageSeen("main", connected=True, restarted=True))
    play.run(T0 + MINUTE)
    assert "B" == play.commands[-1].action.scene
    stage = play.engine.status(play.now_us)["stages"][0]
    assert (["program: B"], ["y"]) == (stage["by_hand"], stage["offers"])


def test_an_action_undone_by_hand_failed_and_is_not_retried():
    """SEMANTICS 6 and 9.15: an action it undid failed."""
    runbook = book(cue("x", scene("A"), at="T-0"), cue("y", at="T+1h"))
    play = Play(runbook)
    play.give(T0 + 10_000, HandSeen("main", "program", "Other"))
    play.run(T0 + MINUTE)
    assert "failed" == play.state_of("x")
    assert 1 == len(play.commands)


# --- recovery ------------------------------------------------------------------------


def _recovered(play, at_us):
    engine = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        engine.apply(ev.decode(ev.encode(event)))
    return engine, engine.start(at_us)


def test_recovery_settles_open_intents_and_sends_nothing_once_again():
    """SEMANTICS 5 and invariant 6: an open intent is read, never sent blind."""
    runbook = book(cue("x", post(), at="T-0"), cue("y", at="T+1h"))
    play = Play(runbook, answer=lambda _: []).run(T0)
    engine, decision = _recovered(play, T0 + 5 * SECOND)
    assert [Settle] == [type(command) for command in decision.commands]
    assert T0 == decision.commands[0].command.sent_after_us
    assert "running" == str(engine.state.cues["x"].state)


def test_recovery_sends_open_wanted_commands_once_their_stage_is_seen():
    """SEMANTICS 5: re-send wanted commands without outcome, re-assert wanted state."""
    runbook = book(cue("x", scene("A"), at="T-0"), cue("y", at="T+1h"))
    play = Play(runbook, answer=lambda _: []).run(T0)
    engine, decision = _recovered(play, T0 + 5 * SECOND)
    assert () == decision.commands
    seen = engine.step(T0 + 6 * SECOND, [StageSeen("main", connected=True)])
    assert ["run-1/1/x/0", "A"] == [seen.commands[0].key, seen.commands[1].action.scene]


def test_recovery_leaves_what_somebody_cut_to_meanwhile():
    """Invariant 15: no recovery undoes a human cut."""
    runbook = book(cue("x", scene("A"), at="T-0"), cue("y", at="T+1h"))
    play = Play(runbook)
    play.give(T0 + SECOND, StageSeen("main", connected=True, program="A"))
    play.run(T0 + 2 * SECOND)
    engine, _ = _recovered(play, T0 + 5 * SECOND)
    seen = StageSeen("main", connected=True, program="Hand")
    decision = engine.step(T0 + 6 * SECOND, [seen])
    assert "Hand" == engine.state.stages["main"].wanted["program"]
    assert ["Hand"] == [command.action.scene for command in decision.commands]


def _long_show():
    runbook = book(
        cue("p", hold("p", MINUTE), at="T-10m"),
        cue("a", scene("A"), at="T-5m", go=("caller",)),
        cue("b", post(), after="a"),
        cue("c", http(), at="T-0", when=when("orders.units > 3", 2 * SECOND)),
        cue("d", post(account="company"), at=T0 + SECOND),
        cue("r", scene("R"), when="t >= 5.0", once=False),
        procedures=procedure("q", cue("q1", scene("Q")), cue("q2", after="q1")),
        default_approvals=("comms",),
    )
    play = Play(runbook, T0 - 12 * MINUTE)
    play.call(T0 - 11 * MINUTE - 30 * SECOND, "approve", "b")
    play.call(T0 - 4 * MINUTE, "go", "a")
    play.call(T0 - 3 * MINUTE, "hold", "h")
    play.call(T0 - 2 * MINUTE, "call", "q")
    play.give(T0 - MINUTE, OrdersSeen({"units": 4}))
    play.call(T0, "resume", "h")
    play.call(T0 + MINUTE, "silence", "brand")
    return play.run(T0 + 5 * MINUTE)


def test_the_same_inputs_give_the_same_events_from_any_prefix():
    """Invariant 1: same inputs, same events, from any prefix folded."""
    play = _long_show()
    assert 50 < len(play.events)
    for cut in range(1, len(play.steps), 20):
        engine = Engine(play.engine.runbook, "run-1")
        whole, events = Engine(play.engine.runbook, "run-1"), []
        events.extend(whole.start(T0 - 12 * MINUTE).events)
        for at_us, inputs in play.steps[:cut]:
            events.extend(whole.step(at_us, inputs).events)
        for event in events:
            engine.apply(event)
        for at_us, inputs in play.steps[cut:]:
            events.extend(engine.step(at_us, inputs).events)
        assert play.events == events, f"after step {cut}"


# --- tables and timeline -------------------------------------------------------------


def test_an_illegal_event_raises_and_changes_nothing():
    """SEMANTICS 3: all else is illegal."""
    play = Play(book(cue("x", at="T-0"))).run(T0 - SECOND)
    before, seq = repr(play.engine.state), play.engine.state.seq
    for event in (
        ev.Fired(seq=seq + 1, cue="x", take=1),
        ev.CueReady(seq=seq + 2, cue="x"),
        ev.HoldReleased(seq=seq + 1, name="a", ended_us=0),
        ev.ShowEnded(seq=seq + 1, state="complete", verdict="green"),
        ev.CueEnded(seq=seq + 1, cue="x", state="done"),
    ):
        with pytest.raises(IllegalEvent):
            apply(play.engine.state, event)
        assert before == repr(play.engine.state)


def test_the_planned_timeline_counts_planned_holds():
    """SEMANTICS 1: t0 has planned holds built in; a cue at a hold's T comes after."""
    runbook = book(
        cue("wall", at=T0 - 3 * HOUR),
        cue("later", at="wall+1h"),
        cue("before", at="T-20m"),
        cue("p", hold("p", 5 * MINUTE), at="T-10m"),
        cue("same", at="T-10m"),
        cue("go", after="same", go=("caller",)),
        cue("free", go=("caller",)),
    )
    walls = {row.cue: row.wall_us for row in planned(runbook)}
    assert {
        "wall": T0 - 3 * HOUR,
        "later": T0 - 2 * HOUR,
        "before": T0 - 25 * MINUTE,
        "p": T0 - 15 * MINUTE,
        "same": T0 - 10 * MINUTE,
        "go": T0 - 10 * MINUTE,
        "free": None,
    } == walls


def test_coming_cues_are_listed_for_preparing():
    """Cues are prepared 60 s before, or on becoming standby."""
    runbook = book(
        cue("x", post(), at="T-0"),
        cue("g", scene("G"), go=("caller",)),
        cue("z", at="T+1h"),
    )
    play = Play(runbook).run(T0 - 61 * SECOND)
    assert ["g"] == play.engine.coming(play.now_us, MINUTE)
    assert ["g", "x"] == play.engine.coming(T0 - 60 * SECOND, MINUTE)
    assert ["account:ceo"] == [c.target for c in play.engine.preview("x", play.now_us)]
