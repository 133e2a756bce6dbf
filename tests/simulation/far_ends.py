"""The far ends of a made-up world: honest, often in trouble, and changed by hand.

What was published is found when they are read, or cannot be read. So the number of
times a text stands there tells whether it was sent twice. A film ends really only if
nothing took its scene off program before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import Runbook
from launchctl.show.commands import AnyCommand, Command, ProbeUrl, Settle, TakeFigure
from launchctl.show.inputs import (
    Answer,
    Ended,
    FigureTaken,
    FilmSeen,
    HandSeen,
    Input,
    OutputSeen,
    PostSeen,
    Receipt,
    Settled,
    Sight,
    StageSeen,
    UrlSeen,
)
from launchctl.times import MILLISECOND, MINUTE, SECOND, Micros
from tests.simulation.rule import BrokenError

ANSWERS = (Answer.REFUSED, Answer.NOT_SENT, Answer.UNKNOWN)
Give = Callable[[Input, Micros], int]
"""Something comes in, some time later; gives a number by which it can be called off."""


@dataclass
class Film:
    """A film that plays at a stage: its end is on its way."""

    key: str
    attempt: int
    scene: str
    start_us: Micros
    length_us: Micros
    coming: list[int]
    over: Answer | None = None


class FarEnds:
    """All mixers, networks and pages of one show.

    Attributes:
        trouble: how often one of them does not answer ok, from 0 to 1.
        published: key -> how often it stands there.
    """

    def __init__(
        self, runbook: Runbook, rng: Random, trouble: float, give: Give, off: Any
    ) -> None:
        self.runbook, self.rng, self.trouble = runbook, rng, trouble
        self.now_us: Micros = 0
        self.published: dict[str, int] = {}
        self.texts: dict[str, tuple[str, str]] = {}
        """key -> (account, text) of what was sent."""
        self.programs: dict[str, str | None] = dict.fromkeys(runbook.stages, "Wait")
        self.online = dict.fromkeys(runbook.stages, True)
        self.films: dict[str, Film] = {}
        self._give = give
        self._call_off: Callable[[int], None] = off

    def command(self, command: AnyCommand) -> None:
        """Something is asked of a far end."""
        match command:
            case Settle():
                self._settle(command)
            case TakeFigure():
                value = self.rng.choice((5, 123, 500, 5_000))
                span_us = self.rng.choice((0, 1, 40)) * SECOND
                self._give(FigureTaken(command.figure, value, 7), span_us)
            case ProbeUrl():
                ok = self.rng.random() >= self.trouble
                detail = "" if ok else self.rng.choice(("503", "timed out"))
                span_us = self.rng.choice((0, 1, 5)) * SECOND
                self._give(UrlSeen(command.url, ok, detail), span_us)
            case Command(action=act.PlayMedia()):
                self._play(command)
            case Command():
                self._answer(command)

    def _answer(self, command: Command) -> None:
        rng, answer = self.rng, Answer.OK
        if rng.random() < self.trouble:
            answer = rng.choice(ANSWERS)
        went = answer is Answer.OK or (answer is Answer.UNKNOWN and rng.random() < 0.5)
        if went:
            self.publish(command)
        receipt = None
        if answer is Answer.OK and command.target.startswith("account:"):
            receipt = _receipt(command.key)
        later_us = rng.choice((0, 20, 100, 900, 4_000)) * MILLISECOND
        retry_us = None
        if answer is Answer.REFUSED and rng.random() < 0.2:
            retry_us = self.now_us + 15 * SECOND
        ended = Ended(
            command.key, command.attempt, answer, receipt=receipt, retry_at_us=retry_us
        )
        self._give(ended, later_us)
        if rng.random() < 0.05:
            self._give(ended, later_us + SECOND)
        if went and isinstance(command.action, act.Scene):
            name = command.target.removeprefix("stage:")
            self._cut(name, command.action.scene, later_us)
            before_us = rng.choice((0, 0, 10 * MILLISECOND))
            self._give(self.stage(name), max(0, later_us - before_us))

    def publish(self, command: Command) -> None:
        """It stands there now.

        Raises:
            BrokenError: it stood there before (SEMANTICS 9.6).
        """
        self.published[command.key] = 1 + self.published.get(command.key, 0)
        said = str(command.content.get("text", ""))
        self.texts[command.key] = (command.target.removeprefix("account:"), said)
        safe = isinstance(command.action, act.Http) and command.action.http.again
        once = command.effect is act.Effect.ONCE
        # a stream is read: what it is not, it may be told again
        read = isinstance(command.action, act.Stream)
        if once and self.published[command.key] > 1 and not (safe or read):
            raise BrokenError(f"invariant 6: {command.key} was published twice")

    def _settle(self, settle: Settle) -> None:
        command, rng = settle.command, self.rng
        there = bool(self.published.get(command.key))
        sight = Sight.FOUND if there else rng.choice((Sight.ABSENT, Sight.OLDER))
        if rng.random() < 0.3:
            sight = Sight.UNREADABLE
        receipt = None
        if sight in (Sight.FOUND, Sight.OLDER):
            receipt = _receipt(command.key)
        settled = Settled(command.key, command.attempt, sight, receipt)
        span_us = max(0, settle.until_us - self.now_us)
        self._give(settled, span_us if sight is not Sight.FOUND else span_us // 3)
        if there and sight is Sight.UNREADABLE:
            found = Settled(
                command.key, command.attempt, Sight.FOUND, _receipt(command.key)
            )
            self._give(found, span_us + MINUTE)

    # --- films --------------------------------------------------------------------

    def _play(self, command: Command) -> None:
        """Play it, or, after a crash, look whether it plays on."""
        assert isinstance(command.action, act.PlayMedia)
        body, name = command.action.media, command.target.removeprefix("stage:")
        film = self.films.get(name)
        mine = film is not None and (film.key, film.attempt) == (
            command.key,
            command.attempt,
        )
        if command.content.get("resume"):
            self._looked_at(command, film if mine else None)
            return
        if self.rng.random() < self.trouble or not self.online[name]:
            answer = self.rng.choice(ANSWERS)
            self._give(Ended(command.key, command.attempt, answer), SECOND)
            return
        self._cut(name, body.scene, 0)
        self._give(self.stage(name), 0)
        later_us = self.rng.choice((0, 40, 900)) * MILLISECOND
        film = Film(
            command.key,
            command.attempt,
            body.scene,
            self.now_us + later_us,
            body.length_us,
            [],
        )
        self.films[name] = film
        self._give(FilmSeen(film.key, film.attempt, film.start_us), later_us)
        self._to_its_end(film)

    def _to_its_end(self, film: Film) -> None:
        end_us = film.start_us + film.length_us
        ended = Ended(film.key, film.attempt, Answer.OK, confirmed_us=end_us)
        lag_us = self.rng.choice((0, 0, 30)) * MILLISECOND
        film.coming.append(self._give(ended, max(0, end_us - self.now_us) + lag_us))

    def _looked_at(self, command: Command, film: Film | None) -> None:
        """After a crash: it plays on, is over, or nobody knows."""
        if film is None:
            ended = Ended(command.key, command.attempt, Answer.REFUSED, "not playing")
            self._give(ended, 0)
        elif film.over is not None:
            end_us = film.start_us + film.length_us
            ok = film.over is Answer.OK
            ended = Ended(
                film.key, film.attempt, film.over, confirmed_us=end_us if ok else None
            )
            self._give(ended, 0)
        else:
            self._give(FilmSeen(film.key, film.attempt, film.start_us), 0)
            self._to_its_end(film)

    def film_passes(self, now_us: Micros) -> None:
        """What has run to its end by now has run to its end, seen or not."""
        for film in self.films.values():
            if film.over is None and film.start_us + film.length_us <= now_us:
                film.over = Answer.OK

    def pause(self, name: str, span_us: Micros) -> None:
        """A film stands for a while: its end comes later."""
        film = self.films.get(name)
        if film is None or film.over is not None or film.start_us > self.now_us:
            return
        self._forget(film)
        film.start_us += span_us
        self._give(FilmSeen(film.key, film.attempt, None), 0)
        self._give(FilmSeen(film.key, film.attempt, film.start_us), span_us)
        self._to_its_end(film)

    def interrupt(self, name: str, detail: str) -> None:
        """The film does not come to its end: stopped, skipped, or cut away from."""
        film = self.films.get(name)
        if film is None or film.over is not None:
            return
        self._forget(film)
        film.over = Answer.REFUSED
        lag_us = self.rng.choice((0, 20)) * MILLISECOND
        self._give(Ended(film.key, film.attempt, Answer.REFUSED, detail), lag_us)

    def _forget(self, film: Film) -> None:
        for number in film.coming:
            self._call_off(number)
        film.coming.clear()

    # --- stages and what viewers see ----------------------------------------------

    def _cut(self, name: str, scene: str, later_us: Micros) -> None:
        film = self.films.get(name)
        self.programs[name] = scene
        if film is not None and scene != film.scene:
            ends_us = film.start_us + film.length_us
            if film.over is None and self.now_us + later_us < ends_us:
                self.interrupt(name, "its scene left program")

    def stage(self, name: str, **fields: Any) -> StageSeen:
        """A report of the stage as it is."""
        online = self.online[name]
        values: dict[str, Any] = {
            "streaming": self.rng.random() < 0.7,
            "reconnecting": False,
            "program": self.programs[name] if online else None,
            **fields,
        }
        return StageSeen(name, connected=online, **values)

    def output(self, name: str) -> None:
        """The viewers' edge moves, stands, or is later than it was."""
        rng = self.rng
        moving = rng.random() < 0.75
        delay_us = rng.choice((None, None, 8 * SECOND, 25 * SECOND))
        moved_us = self.now_us if moving else self.now_us - 11 * SECOND
        self._give(OutputSeen(name, moving, moved_us, delay_us=delay_us), 0)

    def cut_by_hand(self, name: str, scene: str) -> None:
        """A person cuts at the mixer."""
        if not self.online[name] or self.programs[name] == scene:
            return
        self._give(HandSeen(name, "program", scene), 0)
        self._cut(name, scene, 0)
        self._give(self.stage(name), 0)

    def turn_by_hand(self, name: str, what: str, value: Any) -> None:
        """A person changes something else at the mixer."""
        if self.online[name]:
            self._give(HandSeen(name, what, value), 0)

    def plug(self, name: str, *, online: bool, restarted: bool = False) -> None:
        """A stage goes, or comes back, perhaps with its state lost."""
        self.online[name] = online
        if restarted:
            self.programs[name] = "Wait"
            self.interrupt(name, "the mixer restarted")
        self._give(self.stage(name, restarted=restarted and online), 0)

    # --- what owners post by themselves -------------------------------------------

    def post_by_hand(self, account: str) -> None:
        """Something turns up on a timeline: somebody's own, or one of ours."""
        rng = self.rng
        ours = [key for key, (who, _) in self.texts.items() if who == account]
        if ours and rng.random() < 0.4:
            key = rng.choice(ours)
            receipt, text = _receipt(key), self.texts[key][1]
        else:
            receipt, text = _receipt(f"hand{rng.randrange(6)}"), "my own words"
        at_us = self.now_us - rng.choice((0, 20, 4_000)) * SECOND
        reply = rng.random() < 0.1
        seen = PostSeen(account, receipt.id, receipt.url, text, at_us, reply=reply)
        self._give(seen, 0)


def _receipt(key: str) -> Receipt:
    return Receipt(f"id-{key}", f"https://x/{key}")
