"""The evening and the week of runbooks/model-3-reveal.yaml, as they were meant to go
and as they can go: a rumour, a post from his own phone, a clock nobody holds.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from launchctl.runbook import load
from launchctl.show.commands import AnyCommand, Command, TakeFigure
from launchctl.show.inputs import (
    Answer,
    Ended,
    FigureTaken,
    FilmSeen,
    OrdersSeen,
    OutputSeen,
    PostSeen,
    StageSeen,
)
from launchctl.times import HOUR, MILLISECOND, MINUTE, SECOND, Micros, from_datetime
from tests.show.play import Play, Reply, all_well

SHOW = Path(__file__).parents[2] / "runbooks" / "model-3-reveal.yaml"
CALIFORNIA = ZoneInfo("America/Los_Angeles")
LAG = 20 * MILLISECOND
FILM = 100 * SECOND
FIGURES = (
    "first-figure",
    "day-one-post",
    "climbing-post",
    "planning-remark",
    "saturday-morning-post",
    "saturday-post",
    "week-post",
)
TEXTS = (
    "day-before",
    "teaser",
    "reveal-post",
    "how-to-order",
    "storage-note",
    "rare-earths",
    *FIGURES,
)
TAKEN = {
    "tonight": 118_240,
    "day-one": 180_412,
    "climbing": 198_003,
    "saturday-morning": 253_377,
    "saturday": 276_431,
    "week": 326_812,
}
"""What the ledger says, unrounded; the orders of magnitude that were published."""


def world(command: AnyCommand) -> Reply:
    """The film plays to its end, and the ledger knows every figure."""
    if isinstance(command, TakeFigure):
        return [(LAG, FigureTaken(command.figure, TAKEN[command.figure], 7))]
    if isinstance(command, Command) and command.action.kind == "media":
        start_us = command.sent_after_us + LAG
        ended = Ended(
            command.key, command.attempt, Answer.OK, confirmed_us=start_us + FILM
        )
        seen = FilmSeen(command.key, command.attempt, start_us)
        return [(LAG, seen), (LAG + FILM, ended)]
    return all_well(command)


def at(day: int, hour: int, minute: int = 0) -> Micros:
    """An instant of the week in California; days 30 and 31 are March's."""
    month = 3 if day >= 30 else 4
    moment = datetime(2016, month, day, hour, minute, tzinfo=CALIFORNIA)
    return from_datetime(moment)


class Week:
    """The show as its people and its far ends play it."""

    def __init__(self) -> None:
        runbook = load(SHOW, environ={})
        assert runbook.t0_us is not None
        self.t0_us = runbook.t0_us
        self.play = Play(runbook, self.t0_us - 36 * HOUR, answer=world)
        for role, texts in (("comms", TEXTS), ("legal", FIGURES)):
            for text in texts:
                self.play.call(
                    self.t0_us - 35 * HOUR, "approve", text, roles={role}, by=role
                )
        for role in ("caller", "comms", "commerce"):
            fields = {"roles": {role}, "by": role, "vote": "go"}
            self.call(-3 * MINUTE, "vote", "final-poll", **fields)
        self.stage(-HOUR, "Empty", streaming=False)
        self.stage(-30 * MINUTE + SECOND, "Countdown", streaming=True)
        self.play.give(
            self.t0_us - 29 * MINUTE,
            OutputSeen("live", moving=True, moved_us=self.t0_us - 29 * MINUTE),
        )

    def call(self, t_us: Micros, verb: str, target: str, **fields: Any) -> str:
        """A person's call, relative to T-0 as planned."""
        return self.play.call(self.t0_us + t_us, verb, target, **fields)

    def stage(self, t_us: Micros, program: str, *, streaming: bool) -> None:
        """The mixer says what is on program, and whether it streams."""
        seen = StageSeen("main", connected=True, program=program, streaming=streaming)
        self.play.give(self.t0_us + t_us, seen)

    def units(self, at_us: Micros, units: int) -> None:
        """What the ledger counts at an instant."""
        self.play.give(at_us, OrdersSeen({"units": units}, complete_us=at_us))

    def evening(self) -> Week:
        """Until the stream stops: film at T+4:10, reveal at T+8:25."""
        self.call(4 * MINUTE + 10 * SECOND, "go", "film")
        self.call(8 * MINUTE + 25 * SECOND, "go", "reveal")
        for minute in range(16, 20):
            self.units(self.t0_us + minute * MINUTE, 118_240)
        self.play.run(self.t0_us + HOUR)
        self.stage(HOUR, "Countdown", streaming=False)
        return self

    def posts(self, account: str) -> list[tuple[str, Micros]]:
        """The cues whose posts left from an account, and when they fired."""
        sent = self.play.sent(f"account:{account}")
        return [(c.cue, self.play.fired_us(c.cue)[-1]) for c in sent]


def test_the_evening_goes_by_its_people_and_its_viewers() -> None:
    """SEMANTICS 5 Embargo, 6 Film: the picture comes back on the film's true end; the
    first post leaves once viewers, 20 s behind, have seen the car; the number follows.
    """
    week = Week().evening()
    after_t0 = [(cue, us - week.t0_us) for cue, us in week.posts("ceo")[1:]]
    seen_us = 8 * MINUTE + 25 * SECOND + LAG + 20 * SECOND
    assert [("reveal-post", seen_us), ("first-figure", 985 * SECOND + LAG)] == [
        (cue, us) for cue, us in after_t0
    ]
    (back_us,) = week.play.fired_us("back-to-him")
    assert 4 * MINUTE + 10 * SECOND + LAG + FILM == back_us - week.t0_us
    figure = week.play.sent("account:ceo")[-1].content["text"]
    assert figure.startswith("More than 118,200 Model 3 reservations so far")
    assert "done" == week.play.state_of("good-night")
    assert [] == week.play.named("hold_opened")


def test_the_week_goes_by_the_clock_and_ends_the_show() -> None:
    """SEMANTICS 1, 5 Figure: every number is of its own instant, rounded down, and said
    at its own; the one on what the shop says comes when the shop says it.
    """
    week = Week().evening()
    week.units(at(1, 10, 11) - LAG, 198_003)
    week.play.run(at(7, 7))
    assert [
        ("day-one-post", at(1, 9, 11)),
        ("climbing-post", at(1, 10, 11)),
        ("planning-remark", at(1, 11)),
        ("saturday-morning-post", at(2, 12)),
        ("saturday-post", at(2, 23, 45)),
        ("storage-again", at(4, 9, 10)),
    ] == [(cue, us) for cue, us in week.posts("ceo")[3:-1]]
    texts = [c.content.get("text", "") for c in week.play.sent("account:ceo")]
    said = [text.split(" ")[i] for text, i in zip(texts[3:5], (2, 0), strict=True)]
    assert ["180,000", "198,000"] == said
    assert "Over 325,000 reserved in the first week" in texts[-1]
    assert "complete" == week.play.engine.state.show
    assert "green" == week.play.engine.verdict


def test_a_hold_of_the_evening_does_not_move_the_week() -> None:
    """SEMANTICS 1: a wall instant is pinned; the evening comes ten minutes later, the
    next morning's number does not.
    """
    week = Week()
    week.call(-2 * MINUTE, "hold", "lectern")
    week.call(8 * MINUTE, "resume", "lectern")
    week.call(14 * MINUTE + 10 * SECOND, "go", "film")
    week.call(18 * MINUTE + 25 * SECOND, "go", "reveal")
    for minute in range(25, 32):
        week.units(week.t0_us + minute * MINUTE, 118_240)
    week.play.run(at(1, 9, 30))
    assert [week.t0_us + 10 * MINUTE] == week.play.fired_us("opening")
    assert [at(1, 9, 11)] == week.play.fired_us("day-one-post")


def test_a_number_he_posted_himself_stands_for_ours() -> None:
    """LANGUAGE Human hands, SEMANTICS 6: his own post parks ours, adopting it is its
    receipt, and the promise that it keeps is kept.
    """
    week = Week().evening()
    own = PostSeen("ceo", "99", "https://x/99", "180k!", at(1, 9, 5), reply=False)
    week.play.give(at(1, 9, 5), own)
    week.play.run(at(1, 9, 20))
    assert "parked" == week.play.state_of("day-one-post")
    adopted = week.play.call(
        at(1, 9, 21), "adopt", "day-one-post", url="https://x/99", id="99"
    )
    week.play.run(at(1, 20))
    assert week.play.refusal(adopted) is None
    assert "done" == week.play.state_of("day-one-post")
    assert [] == week.play.named("promise_at_risk")


def test_a_rumour_is_answered_by_name() -> None:
    """LANGUAGE answers: approved in advance, called when somebody asks, sent once."""
    week = Week().evening()
    week.play.call(at(1, 14), "call", "rare-earths")
    week.play.run(at(1, 15))
    assert ("rare-earths", at(1, 14)) in week.posts("ceo")


def test_a_day_without_an_approval_parks_one_post_and_holds_nobody() -> None:
    """SEMANTICS 5: legal has not read Saturday's number; it waits its hour, then parks,
    and Monday's posts leave all the same.
    """
    week = Week().evening()
    (digest,) = {
        text["digest"]
        for text in week.play.engine.status(week.play.now_us)["posts"]
        if text["cue"] == "saturday-post"
    }
    week.play.call(at(1, 12), "revoke", digest, roles={"legal"}, by="legal")
    week.play.run(at(4, 9, 30))
    assert "parked" == week.play.state_of("saturday-post")
    assert "done" == week.play.state_of("storage-again")
    assert [] == week.play.named("hold_opened")
