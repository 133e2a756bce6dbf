"""The parts without a socket: what was wanted, what was seen, what differs."""

import pytest

from launchctl.drivers.obs.diff import Identity, hands, was_restarted
from launchctl.drivers.obs.seen import Output, Seen, SkippedShare
from launchctl.drivers.obs.wanted import Wanted, item_of, visible_of
from launchctl.times import SECOND

STATE = "OBS_WEBSOCKET_OUTPUT_"


def identity(salt, frames, at_s):
    """An OBS at 30 frames a second."""
    return Identity(salt, frames, 30.0, at_s * SECOND)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # the same salt is proof, whatever the counter says (it was frozen)
        (identity("a", 9000, 0), identity("a", 9010, 100), False),
        # another salt, and the old frames are gone
        (identity("a", 9000, 0), identity("b", 60, 5), True),
        # another salt, counter above the old one, but no room for both
        (identity("a", 300, 0), identity("b", 2900, 100), True),
        # the WebSocket server was switched off and on: the frames went on
        (identity("a", 9000, 0), identity("b", 9150, 5), False),
        # too young to tell: assert once more rather than never
        (identity("a", 0, 0), identity("b", 3, 1), True),
        # no password: the counter alone
        (identity(None, 9000, 0), identity(None, 9150, 5), False),
        (identity(None, 9000, 0), identity(None, 90, 5), True),
    ],
)
def test_a_restart_is_told_from_a_cut_line(before, after, expected):
    """By the salt where it proves something, else by frames drawn."""
    assert was_restarted(before, after) is expected


def test_a_command_on_its_way_explains_its_own_value_and_the_former_hand_does_not():
    """While flying and after, its value is wanted; any other value is a hand."""
    wanted = Wanted({"program": "A"})
    with wanted.telling("program", "B"):
        assert wanted.explains("program", "B")
        assert not wanted.explains("program", "C")
    assert wanted.values == {"program": "B"}


def test_a_refused_command_restores_what_was_wanted():
    """OBS did not do it, so leaving the former value is still a hand."""
    wanted = Wanted({"program": "A"})
    with wanted.telling("program", "B") as told:
        told.failed()
    with wanted.telling("text:Clock", "1") as told:
        told.failed()
    assert wanted.values == {"program": "A"}


def test_a_refused_command_does_not_undo_a_hand_that_came_meanwhile():
    """The hand's word is newer."""
    wanted = Wanted({"program": "A"})
    with wanted.telling("program", "B") as told:
        wanted.accept("program", "C")
        told.failed()
    assert wanted.values == {"program": "C"}


def test_a_doubtful_command_found_undone_is_no_hand():
    """It may never have arrived; blaming a person would keep it from being repeated."""
    wanted = Wanted({"program": "A"})
    with wanted.telling("program", "B") as told:
        told.doubt()
    assert hands(wanted, {"program": "A"}) == ()
    assert hands(wanted, {"program": "B"}) == ()
    assert hands(wanted, {"program": "C"}) == (("program", "C"),)


def test_differences_are_hands_but_a_stopped_output_is_not():
    """A stream found stopped may have died; the alarm must not be silenced."""
    wanted = Wanted({"text:Clock": "1", "stream": "start", "record": "stop"})
    found = {"text:Clock": "2", "stream": "stop", "record": "start", "program": "X"}
    assert hands(wanted, found) == (("text:Clock", "2"), ("record", "start"))


def test_a_reading_across_a_command_proves_nothing():
    """Every change of the record starts a new edition of that thing alone."""
    wanted = Wanted({"text:A": "1", "text:B": "1"})
    before = wanted.edition("text:A"), wanted.edition("text:B")
    with wanted.telling("text:A", "2"):
        pass
    assert wanted.edition("text:A") != before[0]
    assert wanted.edition("text:B") == before[1]


def test_a_slash_in_a_scene_s_name_does_not_confuse():
    """The scenes that exist decide where the source's name begins."""
    what = visible_of("Act 1/2", "Logo")
    assert item_of(what, {"Act 1/2": None}) == ("Act 1/2", "Logo")
    assert item_of("program", {}) is None


@pytest.mark.parametrize(
    ("states", "hand", "active", "reconnecting"),
    [
        (["STARTING"], None, False, False),
        (["STARTING", "STARTED"], "start", True, False),
        (["STARTING", "STOPPED"], None, False, False),
        (["STARTED", "STOPPING", "STOPPED"], "stop", False, False),
        (["STARTED", "STOPPED"], None, False, False),
        (["STARTED", "RECONNECTING"], None, False, True),
        (["STARTED", "RECONNECTING", "RECONNECTED"], None, True, False),
        (["STARTED", "RECONNECTING", "STOPPED"], None, False, False),
    ],
)
def test_an_output_that_stops_without_stopping_died(states, hand, active, reconnecting):
    """Only a stop that began with STOPPING may be a person's."""
    output = Output()
    told = [output.take({"outputState": STATE + state}) for state in states]
    assert (told[-1], output.active, output.reconnecting) == (
        hand,
        active,
        reconnecting,
    )


def test_a_status_that_contradicts_an_event_is_believed_the_second_time():
    """OBS's answers lag behind its events; but an event may also be missing."""
    output = Output()
    output.look(active=True)
    assert (True, 1) == (output.active, output.count)
    output.take({"outputState": "OBS_WEBSOCKET_OUTPUT_STOPPED"})
    output.look(active=True)
    assert (False, 2) == (output.active, output.count)
    output.look(active=False)
    output.look(active=True)
    assert (False, 2) == (output.active, output.count)
    output.look(active=True)
    assert (True, 3) == (output.active, output.count)


def test_a_program_counts_only_when_its_transition_is_over():
    """The scene event comes at the end; between, the old scene stands."""
    seen = Seen(program="A")
    seen.take("SceneTransitionStarted", {}, 1)
    assert (seen.program, seen.moving) == ("A", True)
    seen.take("SceneTransitionVideoEnded", {}, 2)
    change = seen.take("CurrentProgramSceneChanged", {"sceneName": "B"}, 3)
    assert change == ("program", "B")
    assert (seen.program_us, seen.moving, seen.settling) == (3, False, True)
    seen.take("SceneTransitionEnded", {}, 4)
    assert seen.settling is False


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Fade", "Fade"), ("fade", "Fade"), ("stinger", "Boom"), ("wipe", None)],
)
def test_a_transition_is_found_by_name_case_or_kind(name, expected):
    """People call it fade, whatever OBS's language calls it."""
    seen = Seen(transitions={"Fade": "fade_transition", "Boom": "stinger_transition"})
    assert seen.find_transition(name) == expected


def test_the_skipped_share_is_of_the_last_seconds_and_falls_with_the_counter():
    """A counter that went back is a reconnect, and no negative share."""
    share = SkippedShare(window=2)
    assert [share.add(0, 0), share.share] == [False, None]
    assert [share.add(3, 30), share.share] == [False, 0.1]
    assert [share.add(3, 60), share.add(3, 90), share.share] == [False, False, 0.0]
    assert [share.add(0, 10), share.share] == [True, None]
