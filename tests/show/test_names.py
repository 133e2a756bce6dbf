"""What names mean in conditions, all of the table (SEMANTICS 4, names)."""

from __future__ import annotations

import pytest

from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import Output
from launchctl.show.inputs import OrdersSeen, OutputSeen, StageSeen
from launchctl.show.values import read
from launchctl.times import MINUTE, SECOND
from tests.show.build import START, T0, book, cue, procedure, scene, when
from tests.show.play import Play

# 2020-09-13 12:26:40 UTC, a Sunday, is T-0; in Kiritimati it is 14 hours later.
SAID = [
    "t == 60.0",
    "clock.hour == 2",
    "clock.minute == 27",
    "clock.weekday == 1",
    "show.state == 'counting'",
    "cues['x'].state == 'done'",
    "cues['e'].state == 'pending'",
    "stages.main.connected",
    "stages.main.program == 'A'",
    "stages.main.streaming",
    "!stages.main.reconnecting",
    "!stages.main.stream_lost",
    "stages.main.skipped == 0.25",
    "outputs.live.age == 30.0",
    "outputs.live.moving == false",
    "accounts.ceo.silenced",
    "!accounts.brand.silenced",
    "orders.units == 7",
    "orders.placed == 5",
    "orders.age == 45.0",
    "vars.city == 'Rome'",
]


@pytest.fixture(scope="module")
def play():
    """A show at T+1m, of which everything is known."""
    runbook = book(
        cue("x", scene("A"), at="T-0"),
        cue("e", at="T+1h", when="orders.units + orders.placed > 100"),
        timezone="Pacific/Kiritimati",
        outputs={"live": Output(stage="main", playback="http://127.0.0.1:1/l.m3u8")},
        vars={"city": "Rome"},
    )
    play = Play(runbook)
    live = {"connected": True, "streaming": True, "reconnecting": False}
    play.give(T0, StageSeen("main", program="A", skipped=0.25, **live))
    play.give(
        T0 + 30 * SECOND, OutputSeen("live", moving=False, moved_us=T0 + 30 * SECOND)
    )
    counts = {"units": 7, "placed": 5}
    play.give(T0 + 30 * SECOND, OrdersSeen(counts, complete_us=T0 + 15 * SECOND))
    play.call(T0 + 30 * SECOND, "silence", "ceo")
    play.run(T0 + MINUTE)
    play.engine._core.now_us = play.now_us
    return play


@pytest.mark.parametrize("source", SAID)
def test_every_name_has_its_value(play, source):
    """SEMANTICS 4: the table of names; durations are seconds, counts integers."""
    assert read(play.engine._core, parse_condition(source)) is True


@pytest.mark.parametrize(
    "source",
    [
        "t > 0.0",
        "stages.main.program == 'A'",
        "orders.units > 0",
        "outputs.live.moving",
    ],
)
def test_what_is_not_known_yet_is_unknown(source):
    """SEMANTICS 4: `t` is null before T-0 is set; missing and offline are unknown."""
    outputs = {"live": Output(stage="main", playback="http://127.0.0.1:1/l.m3u8")}
    runbook = book(cue("x", go=("caller",)), t0_us=None, outputs=outputs)
    play = Play(runbook).run(START + SECOND)
    assert read(play.engine._core, parse_condition(source)) is None


def test_an_abort_is_news_to_whoever_reads_who_is_silent():
    """SEMANTICS 6 Abort: all accounts are silenced, and conditions know it."""
    reads = when("accounts.ceo.silenced")
    crisis = procedure("crisis", cue("slide"), when=reads)
    play = Play(book(cue("a", at="T-0"), procedures=crisis))
    play.call(START + SECOND, "abort")
    play.run(START + 2 * SECOND)
    assert play.engine.state.conditions["procedure:crisis"][0] is True
