"""From cue to cue: what stands before each, as a jump folds it (SEMANTICS 2)."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.actions import Effect
from launchctl.show.cue_to_cue import CueToCue
from launchctl.times import SECOND
from tests.show.build import T0, book, choice, cue, post, procedure, scene


def stepped(*cues, **fields):
    """A runbook of these cues, to be stepped through."""
    return CueToCue(book(*cues, **fields), T0)


def show(source, **fields):
    """Show a source in the scene on program."""
    return act.Visible(visible=act.Visibility(source=source, **fields))


def test_before_a_cue_stands_what_all_cues_before_it_set():
    """SEMANTICS 2: the wanted state folded up to a cue; its own actions not yet."""
    table = stepped(
        cue("a", scene("A"), act.Audio(audio=act.Fader(input="Mic", open=True))),
        cue("b", scene("B"), show("Logo"), act.Counter(counter="open"), after="a"),
        cue("c", scene("C"), after="b"),
    )
    assert table.before("a").fields == {}
    assert table.before("b").fields == {
        ("main", "program"): "A",
        ("main", "audio:Mic"): True,
    }
    before_c = table.before("c")
    assert before_c.fields == {
        ("main", "program"): "B",
        ("main", "audio:Mic"): True,
        ("main", "visible:B/Logo"): True,
    }
    assert before_c.page == {"counter": "open"}
    assert table.before(None).fields["main", "program"] == "C"


def test_stream_and_recording_are_told_and_never_set():
    """Nothing is sent; nobody watches, and nothing is kept."""
    table = stepped(
        cue("a", act.Stream(stream="start"), act.Record(record="start")),
        cue("b", scene("B"), after="a"),
    )
    before = table.before("b")
    assert before.fields == {}
    assert before.never == {("main", "stream"): "start", ("main", "record"): "start"}


def test_what_is_shown_for_a_while_is_over_one_cue_later():
    """LANGUAGE 11: ``for``; a name that was shown ten cues ago is not shown."""
    third = act.LowerThirdBody(source="Name", text="Ana", scene="A", for_us=8 * SECOND)
    table = stepped(
        cue("a", scene("A")),
        cue("name", act.LowerThird(lower_third=third), after="a"),
        cue("b", scene("B"), after="name"),
        cue("c", scene("C"), after="b"),
    )
    shown = {"b": True, "c": False}
    for name, is_shown in shown.items():
        fields = table.before(name).fields
        assert fields["main", "visible:A/Name"] is is_shown
        assert fields["main", "text:Name"] == "Ana"


def test_of_a_choice_the_default_counts_and_elsewhere_the_option_one_is_in():
    """SEMANTICS 2: cues of the other options have not run."""
    asked = choice(
        "which",
        {
            "gala": (cue("g1", scene("G1")), cue("g2", scene("G2"), after="g1")),
            "plain": (cue("p1", scene("P1")),),
        },
    )
    table = stepped(cue("a", scene("A")), *asked, cue("z", scene("Z"), at="T+1m"))
    assert table.before("g2").fields == {("main", "program"): "G1"}
    assert table.before("p1").fields == {("main", "program"): "A"}
    assert table.before("z").fields == {("main", "program"): "P1"}


def test_cues_of_procedures_have_no_place():
    """They are called; nobody steps to them, and they leave nothing."""
    table = stepped(
        cue("a", scene("A")),
        cue("b", scene("B"), after="a"),
        procedures=procedure("trouble", cue("sorry", scene("Sorry"))),
    )
    assert table.cues == ("a", "b")
    assert table.before(None).fields == {("main", "program"): "B"}


def test_a_text_reads_as_it_would_and_says_what_is_not_known_yet():
    """What would leave is listed with the text as it would read, each account's own."""
    table = stepped(
        cue("a", post("It is {{ vars.what }}."), post("{{ orders.units }} sold")),
        vars={"what": "here"},
    )
    known, unknown = table.effects("a")
    assert (known.target, known.text, known.unread) == (
        "account:ceo",
        "It is here.",
        None,
    )
    assert unknown.text == "{{ orders.units }} sold"
    assert "orders.units" in (unknown.unread or "")


def test_only_wanted_commands_to_stages_are_ever_made():
    """Whatever the runbook does, a step commands stages alone."""
    table = stepped(
        cue("a", scene("A"), show("Logo"), post(), act.Stream(stream="start")),
        cue("b", act.SetTransition(transition=act.Transition(name="Fade")), after="a"),
    )
    for (stage, what), value in table.before(None).fields.items():
        command = table.command(stage, what, value)
        assert command is not None
        assert (command.target, command.effect) == ("stage:main", Effect.WANTED)
