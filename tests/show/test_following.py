"""A stage that follows another (SEMANTICS 6)."""

from launchctl.runbook import actions as act
from launchctl.runbook.model import Embargo, Lift, OnAir, Stage
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Ended, HandSeen, StageSeen
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import T0, book, cue, post, scene
from tests.show.lists import confirmed
from tests.show.play import Play, all_well

STAGES = {
    "main": Stage(url="ws://127.0.0.1:1"),
    "backup": Stage(url="ws://127.0.0.1:2", follows="main"),
    "wall": Stage(url="ws://127.0.0.1:3"),
}
AWAY = StageSeen("backup", connected=False)


def _text(text):
    return act.SetText(text=act.SourceText(source="Title", text=text))


def _show(*cues, **fields):
    return book(*cues, cue("end", at="T+2h"), stages=STAGES, **fields)


def _broken(command):
    """The backup refuses everything."""
    if isinstance(command, Command) and command.target == "stage:backup":
        refused = Ended(command.key, command.attempt, Answer.REFUSED, "no such scene")
        return [(SECOND, refused)]
    return all_well(command)


def _kinds(play, stage):
    return [command.action.kind for command in play.sent(f"stage:{stage}")]


def test_it_gets_the_wanted_commands_of_the_stage_it_follows():
    """Main and backup show the same; what is sent once is not copied, nor the wall."""
    film = act.PlayMedia(
        media=act.FilmBody(play="f.mp4", source="F", scene="Film", length_us=MINUTE)
    )
    runbook = _show(
        cue("a", scene("A"), _text("Hi"), act.Stream(stream="start"), at="T-0"),
        cue("w", scene("Loop", stage="wall"), at="T+1s"),
        cue("film", film, at="T+2s"),
    )
    play = Play(runbook).run(T0 + MINUTE)
    assert ["scene", "text", "stream", "media"] == _kinds(play, "main")
    assert ["scene", "text", "media"] == _kinds(play, "backup")
    assert ["scene"] == _kinds(play, "wall")
    stages = play.engine.state.stages
    assert {"program": "Film", "text:Title": "Hi"} == stages["backup"].wanted
    shown = {one["stage"]: one for one in play.engine.status(play.now_us)["stages"]}
    assert ("Film", "main") == (shown["backup"]["wanted"], shown["backup"]["follows"])


def test_its_failure_only_warns():
    """The cue is done and no hold opens; the warning says where."""
    runbook = _show(cue("a", scene("A"), at="T-0"), cue("b", after="a"))
    play = Play(runbook, answer=_broken).run(T0 + MINUTE)
    assert ["done", "done"] == [play.state_of("a"), play.state_of("b")]
    assert "counting" == str(play.engine.state.show)
    notes = [(note.level, note.text) for note in play.named("noted")]
    assert [("warning", "backup: scene: no such scene")] == notes
    assert "green" == play.run(T0 + 3 * HOUR).engine.verdict


def test_do_jump_and_safe_are_followed_too():
    """Every wanted command of the stage that leads, whoever gave it."""
    runbook = _show(
        cue("a", scene("A"), at="T+10m"),
        cue("b", scene("B"), at="T+20m"),
        safe=(scene("Holding"),),
    )
    play = Play(runbook)
    play.call(T0, "do", action="{scene: Slide}")
    play.run(T0 + SECOND)
    confirmed(play, T0 + 2 * SECOND, "jump", "b")
    play.call(T0 + 6 * SECOND, "abort", why="smoke")
    play.run(T0 + MINUTE)
    for stage in ("main", "backup"):
        scenes = [command.action.scene for command in play.sent(f"stage:{stage}")]
        assert ["Slide", "A", "Holding"] == scenes


def test_what_ends_by_itself_ends_there_too():
    """`for: 8s` on both stages, each from its own success."""
    third = act.LowerThirdBody(source="Name", text="Anna", scene="A", for_us=8 * SECOND)
    play = Play(_show(cue("a", act.LowerThird(lower_third=third), at="T-0")))
    play.run(T0 + MINUTE)
    for stage in ("main", "backup"):
        first, last = play.sent(f"stage:{stage}")
        assert ("lower_third", "visible") == (first.action.kind, last.action.kind)
        assert not last.action.visible.show


def test_what_it_missed_is_sent_when_it_is_back():
    """Away for two commands: the last state is sent, a microphone is asked for."""
    opened = act.Audio(audio=act.Fader(input="Mic", open=True))

    def answer(command):
        gone = T0 <= play.now_us < T0 + MINUTE
        if isinstance(command, Command) and command.target == "stage:backup" and gone:
            missed = Ended(command.key, command.attempt, Answer.NOT_SENT, "offline")
            return [(1000, missed)]
        return all_well(command)

    runbook = _show(
        cue("z", scene("Z"), at="T-10m"),
        cue("a", scene("A"), at="T-0"),
        cue("b", scene("B"), opened, at="T+10s"),
    )
    play = Play(runbook, answer=answer)
    play.give(T0 - 5 * MINUTE, StageSeen("backup", connected=True, program="Z"))
    play.give(T0 - SECOND, AWAY)
    play.give(T0 + MINUTE, StageSeen("backup", connected=True, program="Z"))
    play.run(T0 + 2 * MINUTE)
    scenes = [command.action for command in play.sent("stage:backup")]
    assert ["Z", "A", "B", "B"] == [one.scene for one in scenes if one.kind == "scene"]
    assert ["audio:Mic"] == [asked.what for asked in play.named("needs_person")]
    play.give(T0 + 3 * MINUTE, AWAY)
    play.give(T0 + 4 * MINUTE, StageSeen("backup", connected=True, program="B"))
    before = len(play.commands)
    play.run(T0 + 5 * MINUTE)
    assert before == len(play.commands)


def test_what_a_person_cut_to_while_it_was_away_stays():
    """Invariant 15: no recovery of the link undoes a human cut."""
    play = Play(_show(cue("a", scene("A"), at="T-0")), answer=_broken)
    play.give(T0 - 5 * MINUTE, StageSeen("backup", connected=True, program="Z"))
    play.give(T0 - SECOND, AWAY)
    play.give(T0 + MINUTE, StageSeen("backup", connected=True, program="Hand"))
    play.run(T0 + 2 * MINUTE)
    assert 1 == len(play.sent("stage:backup"))
    assert "Hand" == play.engine.state.stages["backup"].wanted["program"]


def test_a_cut_by_hand_is_not_followed():
    """It gets commands; what a person does at one mixer stays at that mixer."""
    play = Play(_show(cue("a", scene("A"), at="T-0")))
    play.give(T0 + SECOND, HandSeen("main", "program", "Hand"))
    play.run(T0 + MINUTE)
    assert 1 == len(play.sent("stage:backup"))


def test_what_it_confirmed_lifts_what_waits_for_it():
    """SEMANTICS 5: a lift by its picture latches with the scene of the cue there."""
    reveal = OnAir(scene="Reveal", stage="backup")
    embargo = Embargo(name="car", default=True, lifts=(Lift(gate=reveal),))
    runbook = _show(
        cue("reveal", scene("Reveal"), at="T-0"),
        cue("post", post(), after="reveal"),
        embargoes={"car": embargo},
    )
    play = Play(runbook).run(T0 + MINUTE)
    assert ["cue reveal brought Reveal on program"] == [
        one.why for one in play.named("embargo_latched")
    ]
    assert "done" == play.state_of("post")


def test_a_cue_is_prepared_on_every_stage_that_will_show_it():
    """Trouble is known a minute early, at the backup too."""
    play = Play(_show(cue("a", scene("A"), at="T-0"))).run(T0 - MINUTE)
    asked = [command.target for command in play.engine.preview("a", play.now_us)]
    assert ["stage:main", "stage:backup"] == asked
