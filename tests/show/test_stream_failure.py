"""The evening of runbooks/stream-failure.yaml, minute by minute: the viewers' picture
stands still 40 s before the reveal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from launchctl.runbook import load
from launchctl.show.commands import AnyCommand, Command
from launchctl.show.inputs import Answer, Ended, FilmSeen, OutputSeen, StageSeen
from launchctl.times import HOUR, MILLISECOND, MINUTE, SECOND, Micros
from tests.show.lists import confirmed
from tests.show.play import Play, Reply, all_well

SHOW = Path(__file__).parents[2] / "runbooks" / "stream-failure.yaml"
LAG = 20 * MILLISECOND
LENGTH = 2 * MINUTE + 14 * SECOND


def projector(command: AnyCommand) -> Reply:
    """The film plays to its end, whatever viewers see of it."""
    if isinstance(command, Command) and command.action.kind == "media":
        ends_us = command.sent_after_us + LAG + LENGTH
        ended = Ended(command.key, command.attempt, Answer.OK, confirmed_us=ends_us)
        seen = FilmSeen(command.key, command.attempt, command.sent_after_us + LAG)
        return [(LAG, seen), (LAG + LENGTH, ended)]
    return all_well(command)


class Evening:
    """The show as its people and its far ends play it; instants are minutes and
    seconds after 19:00.
    """

    def __init__(self) -> None:
        runbook = load(SHOW, environ={})
        assert runbook.t0_us is not None
        self.t0_us = runbook.t0_us
        self.play = Play(runbook, self.t0_us - HOUR, answer=projector)
        for stage in ("main", "backup"):
            self.streams(stage, -60, 0, "Empty", on=False)
        for text in (
            "minute-to-go",
            "reveal-post",
            "stoerung",
            "back-post",
            "not-tonight",
        ):
            self.call(-59, 0, "approve", text, roles=frozenset({"comms"}))
        for stage, output in (("main", "live"), ("backup", "backup")):
            self.streams(stage, -30, 1, "Countdown")
            self.edge(output, -30, 15)
        for role in ("caller", "comms", "video"):
            roles = frozenset({role})
            self.call(-4, 0, "vote", "final-poll", roles=roles, by=role, vote="go")

    def us(self, minute: int, second: float = 0) -> Micros:
        """An instant of the evening."""
        return self.t0_us + minute * MINUTE + int(second * SECOND)

    def call(self, minute: int, second: int, *call: str, **fields: Any) -> str:
        """A person's call."""
        return self.play.call(self.us(minute, second), *call, **fields)

    def streams(
        self, stage: str, minute: int, second: int, program: str, *, on: bool = True
    ) -> None:
        """A mixer says what is on program, and whether it streams."""
        seen = StageSeen(
            stage, connected=True, program=program, streaming=on, reconnecting=False
        )
        self.play.give(self.us(minute, second), seen)

    def edge(
        self, output: str, minute: int, second: int, *, moving: bool = True
    ) -> None:
        """The viewers' edge moves, or has stood for 10 s."""
        at_us = self.us(minute, second)
        moved_us = at_us if moving else at_us - 10 * SECOND
        self.play.give(at_us, OutputSeen(output, moving=moving, moved_us=moved_us))

    def until(self, minute: int, second: float = 0) -> None:
        """Play to this instant."""
        self.play.run(self.us(minute, second))

    def holds(self) -> list[str]:
        """The holds that are open."""
        status = self.play.engine.status(self.play.now_us)
        return [hold["name"] for hold in status["holds"]]

    def posts(self, account: str) -> list[str]:
        """The cues whose posts went to an account."""
        return [command.cue for command in self.play.sent(f"account:{account}")]


def lost() -> Evening:
    """Until 19:31:40: the film runs, viewers have seen nothing for 20 s, and the spare
    has been away for ten minutes.
    """
    evening = Evening()
    evening.streams("backup", 21, 0, "Keynote", on=False)
    evening.edge("backup", 21, 10, moving=False)
    evening.call(29, 46, "go", "film")
    evening.edge("live", 31, 30, moving=False)
    evening.until(31, 40)
    return evening


def on_backup() -> Evening:
    """Until 19:34:10: statement out, the spare streams, and viewers see it."""
    evening = lost()
    evening.call(31, 50, "call", "stoerung")
    evening.call(32, 30, "call", "to-backup")
    evening.streams("backup", 32, 31, "HoldingSlide")
    evening.edge("backup", 32, 35)
    evening.until(34, 10)
    return evening


def again() -> Evening:
    """Until 19:39:50: recycled, resumed at 19:36:40, the film has run again."""
    evening = on_backup()
    confirmed(evening.play, evening.us(34, 20), "recycle", "film")
    evening.call(36, 40, "resume", "recycle")
    evening.call(37, 26, "go", "film")
    evening.until(39, 50)
    return evening


def test_a_picture_that_stands_still_stops_the_clock_and_not_the_film() -> None:
    """SEMANTICS 6 Procedures, Film: the edge is still for 10 s and then 5 s more, and
    the hold is open; the film runs on, and what hangs on its end waits for a GO.
    """
    evening = lost()
    assert [evening.us(31, 35)] == evening.play.fired_us("stop-the-clock")
    assert ["stream"] == evening.holds()
    assert "running" == evening.play.state_of("film")
    evening.until(33)
    assert "done" == evening.play.state_of("film")
    assert [] == evening.play.fired_us("black")


def test_a_spare_that_is_away_is_told_and_holds_nothing() -> None:
    """SEMANTICS 6: its own procedure warns the crew after 10 s; T goes on."""
    evening = Evening()
    evening.streams("backup", 21, 0, "Keynote", on=False)
    evening.until(22)
    assert [evening.us(21, 10)] == evening.play.fired_us("tell-video")
    assert [] == evening.holds()


def test_the_statement_leaves_in_the_hold_and_once() -> None:
    """SEMANTICS 6: an answer runs in holds; a second call of it is refused."""
    evening = on_backup()
    twice = evening.call(34, 11, "call", "stoerung")
    evening.until(34, 12)
    assert evening.play.refusal(twice) is not None
    assert ["minute-to-go", "stoerung"] == evening.posts("brand")


def test_the_crew_is_told_only_when_viewers_see_the_spare() -> None:
    """SEMANTICS 5: seen counts from where the edge moves: 32:35, and 25 s of delay."""
    evening = on_backup()
    assert [evening.us(33)] == evening.play.fired_us("viewers-are-back")
    assert "backup" == evening.play.engine.state.player


def test_the_recycle_lists_the_film_and_keeps_what_was_said() -> None:
    """SEMANTICS 2: a cue's name is T of its firing; further back lies the teaser, which
    is kept. Nothing is sent twice.
    """
    evening = on_backup()
    listed = confirmed(evening.play, evening.us(34, 20), "recycle", "film")
    assert "film: runs again (was done)" in listed
    assert not any(line.startswith("minute-to-go") for line in listed)
    assert ["recycle"] == evening.holds()
    listed = confirmed(evening.play, evening.us(34, 30), "recycle", "T+27m")
    assert any(line.startswith("minute-to-go: kept") for line in listed)
    evening.call(35, 0, "resume", "recycle")
    evening.until(37)
    assert "done" == evening.play.state_of("minute-to-go")
    assert 1 == evening.posts("brand").count("minute-to-go")


def test_after_the_resume_the_film_runs_again_and_black_follows() -> None:
    """SEMANTICS 2, 6: in its second take the film ends outside a hold."""
    evening = again()
    assert [1, 2] == [event.take for event in evening.play.named("fired", "film")]
    assert "done" == evening.play.state_of("black")
    assert [] == evening.holds()


def test_the_post_leaves_when_the_spares_viewers_have_seen_the_reveal() -> None:
    """SEMANTICS 5: GO cuts in the room at once; post and shop wait the 25 s, and the
    shop 2 s more, for the post was late (9.9).
    """
    evening = again()
    evening.call(39, 55, "go", "reveal")
    evening.until(40, 20)
    assert "done" == evening.play.state_of("reveal")
    assert [] == evening.posts("ceo")
    evening.call(40, 30, "call", "back-again")
    evening.until(41)
    seen_us = evening.us(40, 20) + LAG
    assert [seen_us] == evening.play.fired_us("reveal-post")
    assert [seen_us + 2 * SECOND] == evening.play.fired_us("shop-flip")
    assert ["reveal-post"] == evening.posts("ceo")
    assert ["minute-to-go", "stoerung", "back-post"] == evening.posts("brand")


def test_nothing_leaves_while_the_spares_viewers_see_nothing() -> None:
    """SEMANTICS 5: the room has its reveal; a lift by seen waits with the edge."""
    evening = again()
    evening.call(39, 55, "go", "reveal")
    evening.edge("backup", 40, 10, moving=False)
    evening.until(44)
    assert "done" == evening.play.state_of("reveal")
    assert [] == evening.posts("ceo")
    assert [] == evening.play.fired_us("shop-flip")


def test_no_reveal_tonight_is_one_statement_and_silence() -> None:
    """SEMANTICS 6: all accounts are silenced; despite_silence lets the one post out."""
    evening = on_backup()
    evening.call(34, 20, "call", "no-reveal-tonight")
    evening.call(34, 30, "call", "back-again")
    evening.until(36)
    assert ["minute-to-go", "stoerung", "not-tonight"] == evening.posts("brand")
