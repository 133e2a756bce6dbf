"""Amend: what has not fired takes a new text (SEMANTICS 2)."""

from __future__ import annotations

import pytest

from launchctl.runbook import actions as act
from launchctl.runbook.model import After, Embargo, Lift, Stage
from launchctl.show.inputs import RunbookSeen
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import START, T0, book, choice, cue, post, procedure, scene
from tests.show.lists import confirmed, shown
from tests.show.play import Play

NEW = "n" * 64


def amended(*cues, **fields):
    """The new runbook."""
    return book(*cues, **{"digest": NEW, **fields})


def offered(play, at_us, new):
    """The conductor has found the new runbook beside the old one."""
    play._mirror.offer(new)
    play.give(at_us, RunbookSeen(new))


def amend(play, at_us, new, **fields):
    """Amend on its list; gives the list."""
    offered(play, at_us, new)
    return confirmed(play, at_us, "amend", new.digest, **fields)


def states(play, *names):
    """Where cues are."""
    return [play.state_of(name) for name in names]


def test_unfired_cues_take_the_new_text_and_removed_ones_are_skipped():
    """SEMANTICS 2: told in terms of the show; the run takes the new digest."""
    play = Play(
        book(
            cue("opening", scene("A"), at="T-0"),
            cue("film", scene("F"), at="T+4m"),
            cue("news", post("Old"), at="T+5m"),
            cue("encore", scene("E"), at="T+9m"),
            cue("end", at="T+1h"),
        )
    )
    new = amended(
        cue("opening", scene("Other"), at="T-0"),
        cue("film", scene("F"), at="T+6m"),
        cue("news", post("New"), at="T+5m"),
        cue("bow", scene("B"), at="T+7m"),
        cue("end", at="T+1h"),
    )
    listed = amend(play, T0 + MINUTE, new)
    assert (
        "opening: has begun, and keeps its text",
        "film: at T+00:04:00 -> T+00:06:00",
        "news: text changed",
        "new cue bow",
        "encore: removed, so skipped",
    ) == listed
    assert NEW == play.engine.state.digest == play.engine.status(play.now_us)["digest"]
    play.run(T0 + 20 * MINUTE)
    assert ["done", "done", "done", "done", "skipped"] == states(
        play, "opening", "film", "news", "bow", "encore"
    )
    assert [T0 + 6 * MINUTE] == play.fired_us("film")
    assert ["New"] == [c.content["text"] for c in play.sent("account:ceo")]
    assert ["A", "F", "B"] == [c.content["scene"] for c in play.sent("stage:main")]


def test_it_is_refused_without_the_shown_difference():
    """SEMANTICS 2, 8: on the shown difference's digest; nothing changes before."""
    play = Play(book(cue("a", scene("A"), at="T-0")))
    new = amended(cue("a", scene("B"), at="T-0"))
    offered(play, START, new)
    shown(play, START, "amend", NEW)
    assert "d" * 64 == play.engine.state.digest
    play.run(START + SECOND)
    again = play.call(START + MINUTE, "amend", NEW)
    play.run(START + MINUTE)
    assert "that is the runbook that runs" == play.refusal(again)


def test_what_is_past_due_meets_the_late_rule():
    """SEMANTICS 2: a new cue whose instant has passed meets the late rule."""
    play = Play(book(cue("end", at="T+1h")))
    new = amended(
        cue("lost", scene("A"), at="T-10m", late={"within_us": 0, "otherwise": "skip"}),
        cue("news", post(), at="T-10m"),
        cue("end", at="T+1h"),
    )
    listed = amend(play, T0, new)
    said = "(its instant has passed: the late rule decides)"
    assert (f"new cue lost {said}", f"new cue news {said}") == listed
    assert ["skipped", "parked"] == states(play, "lost", "news")


def test_an_approval_is_for_the_old_text():
    """SEMANTICS 5, 2: a change of the text voids its approval."""
    fields = {"default_approvals": ("comms",)}
    play = Play(
        book(cue("news", post("Old"), at="T-0"), cue("end", at="T+1h"), **fields)
    )
    play.call(START, "approve", "news")
    new = amended(cue("news", post("New"), at="T-0"), cue("end", at="T+1h"), **fields)
    amend(play, START + MINUTE, new)
    play.run(T0 + MINUTE)
    assert "waiting" == play.state_of("news")
    assert [] == play.sent("account:ceo")


LIFT = {"car": Embargo(name="car", default=True, lifts=(Lift(at_us=T0 - MINUTE),))}
LATER = {"car": Embargo(name="car", default=True, lifts=(Lift(at_us=T0 + HOUR),))}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ({"embargoes": LIFT}, {"embargoes": LATER}, "an embargo changed"),
        ({"embargoes": LIFT}, {}, "an embargo changed"),
        ({"about": ("car",)}, {"about": ()}, "the topics of news changed"),
        ({}, {"teaser": True}, "`public` of news"),
    ],
)
def test_an_embargo_public_or_a_topic_takes_a_second_person(old, new, why):
    """SEMANTICS 2: Embargo, `public:` or topic changed: a second person."""

    def whole(make, fields):
        tables = {k: v for k, v in fields.items() if k == "embargoes"}
        own = {k: v for k, v in fields.items() if k != "embargoes"}
        return make(
            cue("news", post(), at="T-0", **own), cue("end", at="T+1h"), **tables
        )

    play = Play(whole(book, old))
    listed = amend(play, START, whole(amended, new), by="ann", roles={"caller"})
    assert f"takes a second person: {why}" == listed[-1]
    assert "d" * 64 == play.engine.state.digest
    digest = play.named("call_refused")[-1].digest
    alone = play.call(START + MINUTE, "amend", NEW, by="ann", digest=digest)
    play.run(START + MINUTE)
    assert "ann asked for it: a second person confirms" == play.refusal(alone)
    play.call(START + 2 * MINUTE, "take-baton", "caller", by="ben", why="second person")
    second = play.call(START + 2 * MINUTE, "amend", NEW, by="ben", digest=digest)
    play.run(START + 2 * MINUTE)
    assert play.refusal(second) is None
    assert NEW == play.engine.state.digest


def test_the_second_person_comes_in_time():
    """SEMANTICS 2: what was asked for long ago is asked for anew."""
    play = Play(book(cue("end", at="T+1h"), embargoes=LIFT))
    amend(play, START, amended(cue("end", at="T+1h")), by="ann", roles={"caller"})
    digest = play.named("call_refused")[-1].digest
    play.call(START + 9 * MINUTE, "take-baton", "caller", by="ben", why="second")
    play.call(START + 9 * MINUTE, "amend", NEW, by="ben", digest=digest)
    play.run(START + 10 * MINUTE)
    assert "d" * 64 == play.engine.state.digest


def test_lifts_that_are_others_now_have_not_held():
    """SEMANTICS 5: a latch belongs to the lift as it was written."""
    cues = (cue("news", post(), at="T+5m"), cue("end", at="T+2h"))
    play = Play(book(*cues, embargoes=LIFT))
    amend(play, T0, amended(*cues, embargoes=LATER), by="ann", roles={"caller"})
    digest = play.named("call_refused")[-1].digest
    play.call(T0 + MINUTE, "take-baton", "caller", by="ben", why="second person")
    play.call(T0 + MINUTE, "amend", NEW, by="ben", digest=digest)
    play.run(T0 + 6 * MINUTE)
    assert [] == play.sent("account:ceo")
    assert {} == play.engine.state.latches


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"t0_us": T0 + HOUR}, "`t0` changed: a run cannot do that"),
        (
            {"stages": {"main": Stage(url="ws://127.0.0.1:2")}},
            "`stages` changed: a run cannot do that",
        ),
        ({"crew": {}}, "`crew` changed: a run cannot do that"),
    ],
)
def test_far_ends_people_and_t0_stay(fields, why):
    """SEMANTICS 2: amended is what is to come, not what the run stands on."""
    play = Play(book(cue("end", at="T+1h")))
    offered(play, START, amended(cue("end", at="T+1h"), **fields))
    call = play.call(START, "amend", NEW)
    play.run(START)
    assert why == play.refusal(call)


def test_what_is_not_in_the_runs_folder_is_refused():
    """SEMANTICS 8: a runbook that nobody pinned."""
    play = Play(book(cue("end", at="T+1h")))
    call = play.call(START, "amend", "x" * 64)
    play.run(START)
    assert "there is no such runbook in the run's folder" == play.refusal(call)


def test_a_running_procedure_keeps_its_text_and_others_take_the_new_one():
    """SEMANTICS 2: unfired cues take the new text; what runs is left alone."""
    crisis = procedure("crisis", cue("quiet", scene("C")), cue("after", at="quiet+1h"))
    slide = procedure("slide", cue("show", scene("S")))
    end = cue("end", at="T+3h")
    play = Play(book(end, procedures=crisis | slide))
    play.call(T0, "call", "crisis")
    play.run(T0 + SECOND)
    new_crisis = procedure("crisis", cue("quiet", scene("D")))
    new_slide = procedure("slide", cue("show", scene("T")), cue("more", scene("U")))
    new = amended(end, procedures=new_crisis | new_slide)
    listed = amend(play, T0 + MINUTE, new)
    assert "quiet: has begun, and keeps its text" in listed
    assert "show: scene changed" in listed
    play.call(T0 + 2 * MINUTE, "call", "slide")
    play.run(T0 + 2 * HOUR)
    assert ["done"] * 4 == states(play, "quiet", "after", "show", "more")
    scenes = [c.content["scene"] for c in play.sent("stage:main")]
    assert ["C", "T", "U"] == scenes


def test_procedures_come_and_go():
    """SEMANTICS 2: a procedure that does not run can be removed, another added."""
    end = cue("end", at="T+3h")
    old = procedure("slide", cue("show", scene("S")))
    play = Play(book(end, procedures=old))
    new = amended(end, procedures=procedure("crisis", cue("quiet", scene("C"))))
    listed = amend(play, T0, new)
    assert (
        "new procedure crisis",
        "procedure slide: removed",
        "new cue quiet",
        "show: removed",
    ) == listed
    gone = play.call(T0 + MINUTE, "call", "slide")
    play.call(T0 + MINUTE, "call", "crisis")
    play.run(T0 + 2 * MINUTE)
    assert "there is no procedure 'slide'" == play.refusal(gone)
    assert "done" == play.state_of("quiet")


def test_a_choice_that_was_asked_keeps_its_options():
    """SEMANTICS 2, 9.16: what has begun keeps its text, with all that hangs in it."""

    def demo(name):
        options = {"cam": (cue("cam-on", scene(name)),), "no": ()}
        return (*choice("demo", options, at="T-1m"), cue("end", at="T+1h"))

    play = Play(book(*demo("Old")))
    play.run(T0 - 50 * SECOND)
    listed = amend(play, T0 - 50 * SECOND, amended(*demo("New")))
    assert ("cam-on: has begun, and keeps its text",) == listed
    play.call(T0 - 40 * SECOND, "choose", "demo", option="cam")
    play.run(T0)
    assert ["Old"] == [c.content["scene"] for c in play.sent("stage:main")]


def test_a_standby_takes_the_new_text_too():
    """SEMANTICS 2, 8: what a person saw stand by has changed: an older GO is stale."""
    play = Play(book(cue("go", scene("A"), go=("caller",)), cue("end", at="T+1h")))
    play.run(START)
    seen = play.engine.state.seq
    new = amended(cue("go", scene("B"), go=("caller",)), cue("end", at="T+1h"))
    amend(play, START + SECOND, new)
    play.call(START + MINUTE, "go", "go")
    play.run(START + 2 * MINUTE)
    assert ["B"] == [c.content["scene"] for c in play.sent("stage:main")]
    assert seen < play.engine.state.cues["go"].seq


def test_recycled_cues_take_the_new_text_when_nothing_of_them_is_kept():
    """SEMANTICS 2: what a recycle made pending has not begun, but for what was sent."""
    end = cue("end", at="T+1h")

    def show(make, name):
        return make(
            cue("look", scene(name), at="T-20s"),
            cue("news", post(name), at="T-20s"),
            end,
        )

    play = Play(show(book, "Old"))
    confirmed(play, T0, "recycle", "T-30s")
    listed = amend(play, T0 + 10 * SECOND, show(amended, "New"))
    assert (
        "look: scene changed",
        "news: has begun, and keeps its text",
    ) == listed
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 2 * MINUTE)
    assert ["Old", "New"] == [c.content["scene"] for c in play.sent("stage:main")]
    assert ["Old"] == [c.content["text"] for c in play.sent("account:ceo")]


def test_the_difference_tells_of_calls_triggers_and_what_a_run_demands():
    """SEMANTICS 2: told in terms of the show, each by the word of its key."""
    flip = act.HttpBody(url="https://shop.example/flip")
    back = flip.model_copy(update={"undo": act.Undo(json_body={"live": False})})
    either = After(all_of=("opening",), any_of=("film",))
    play = Play(
        book(
            cue("opening", at="T-0"),
            cue("film", at="T+4m"),
            cue("call", act.Http(http=flip), at="T+5m"),
            cue("bow", after="opening", go=("caller",)),
        )
    )
    new = amended(
        cue("opening", at="T-0"),
        cue("film", at="T+4m"),
        cue("call", act.Http(http=back), at="T+5m"),
        cue("bow", after=either, go=("caller",)),
        require_rehearsed_us=7 * 24 * HOUR,
    )
    listed = amend(play, T0 - MINUTE, new)
    for line in (
        "require_rehearsed: changed",
        "call: http changed",
        "bow: after changed",
    ):
        assert line in listed
