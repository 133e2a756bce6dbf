"""An evening: an example, played by the pure engine to its end, with its people.

An evening is a small YAML file, named for its example:

- ``people``: lines such as ``T-1m ann caller go reveal why=late``: when (from the wall
  instant of T-0, which no hold moves), who, the role, the verb, its target, arguments.
  Who is shown a list first confirms it a second later.
- ``world``: lines such as ``T+1m hand main Slide``; the verbs are those of ``_WORLD``.
- ``answers``: what a far end says to a command, by the words of the story: ``{scene
  Keynote: refused}``, or ``refused once``. All else does what it is told.
- ``approves``: ``no`` if nobody approves the texts before the show.
- ``story``: what the show did, line by line; the test compares it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook import load
from launchctl.runbook.model import Runbook
from launchctl.runbook.nodes import plain
from launchctl.runbook.references import all_cues
from launchctl.runbook.yaml import parse
from launchctl.show import events as ev
from launchctl.show.actions.wanted import wanted_of
from launchctl.show.commands import AnyCommand, Command, Settle, TakeFigure
from launchctl.show.inputs import (
    Answer,
    Ended,
    FigureTaken,
    FilmSeen,
    HandSeen,
    Input,
    OrdersSeen,
    OutputSeen,
    PostSeen,
    RunbookSeen,
    Settled,
    Sight,
    StageSeen,
)
from launchctl.times import (
    HOUR,
    SECOND,
    Micros,
    format_instant,
    format_t,
    parse_instant,
    parse_span,
    parse_t_offset,
)
from tests.show.play import Play, Reply, all_well

NO_T0_US = parse_instant("2027-03-16T18:00:00+00:00")
"""T-0 of the lines of an evening whose example leaves T-0 to the first GO."""
AFTER_US = 26 * HOUR
"""How long after the last instant that is written down an evening may go on."""
FIGURE = 2_345


@dataclass(slots=True)
class Evening:
    """One evening, and what came of it."""

    runbook: Runbook
    play: Play
    verbs: list[str] = field(default_factory=list)

    @property
    def story(self) -> list[str]:
        """What the show did, for people to read."""
        return [line for event in self.play.events if (line := told(event))]


def play_evening(example: Path, script: dict[str, Any]) -> Evening:
    """Play it; the show must come to its end."""
    runbook = load(example, environ={})
    t0_us = NO_T0_US if runbook.t0_us is None else runbook.t0_us
    walls = [instant.at_us for instant in runbook.instants]
    start_us = min([t0_us - 2 * HOUR, *(wall - HOUR for wall in walls)])
    world = _World(runbook, script.get("answers", {}))
    evening = Evening(runbook, Play(runbook, start_us, world.answer))
    world.play = evening.play
    _begin(evening, start_us, approves=script.get("approves", True))
    lines = [(_at(line, t0_us), "people", line) for line in script.get("people", ())]
    lines += [(_at(line, t0_us), "world", line) for line in script.get("world", ())]
    for at_us, whose, line in sorted(lines, key=lambda each: each[0]):
        words = line.split(" ", 1)[1]
        if whose == "people":
            _press(evening, at_us, words.replace("NEW", world.offered))
        else:
            world.happens(at_us, words)
    evening.play.run(max([t0_us, *walls]) + AFTER_US)
    no_end = "\n".join(["the evening has no end:", *evening.story])
    assert evening.play.engine.finished, no_end
    return evening


def _at(line: str, t0_us: Micros) -> Micros:
    offset_us = parse_t_offset(line.split(" ", 1)[0])
    assert offset_us is not None, line
    return t0_us + offset_us


def _begin(evening: Evening, start_us: Micros, *, approves: bool) -> None:
    """The far ends are there, and who must approve has done so."""
    play, runbook = evening.play, evening.runbook
    for stage in runbook.stages:
        seen = StageSeen(stage, connected=True, program="Start", streaming=False)
        play.give(start_us + 1, seen)
    for output in runbook.outputs:
        moving = OutputSeen(output, moving=True, moved_us=start_us, delay_us=5 * SECOND)
        play.give(start_us + 1, moving)
    for _, cue in all_cues(runbook) if approves else ():
        texts = any(act.posts_in(action) for action in cue.do)
        if texts and runbook.default_approvals:
            play.call(
                start_us + SECOND, "approve", cue.id, by="cleo", roles=runbook.crew
            )


def _press(evening: Evening, at_us: Micros, words: str) -> None:
    by, role, verb, *rest = _split(words)
    args = dict(word.split("=", 1) for word in rest if "=" in word)
    target = next((word for word in rest if "=" not in word), None)
    evening.verbs.append(verb)
    play = evening.play
    play.run(at_us - 1)
    called = play.call(at_us, verb, target, by=by, roles=(role,), **args)
    play.run(at_us)
    for refused in play.named("call_refused"):
        if refused.call == called and refused.digest:
            again = {**args, "digest": refused.digest}
            play.call(at_us + SECOND, verb, target, by=by, roles=(role,), **again)


def _split(words: str) -> list[str]:
    """Words, of which one between quotes may hold blanks."""
    parts = words.split("'")
    found: list[str] = []
    for number, part in enumerate(parts):
        if number % 2 and found and found[-1].endswith("="):
            found[-1] += part
        elif number % 2:
            found.append(part)
        else:
            found.extend(part.split())
    return found


# --- the world ------------------------------------------------------------------------


@dataclass(slots=True)
class _World:
    """Far ends that do what they are told, but for ``answers``."""

    runbook: Runbook
    answers: dict[str, str]
    play: Play = field(init=False)
    offered: str = ""

    def answer(self, command: AnyCommand) -> Reply:
        """What the far end says, and what is seen of it then."""
        if isinstance(command, TakeFigure):
            return [(SECOND, FigureTaken(command.figure, FIGURE, 7))]
        if isinstance(command, Settle):
            key, attempt = command.command.key, command.command.attempt
            after_us = command.until_us - self.play.now_us
            return [(after_us, Settled(key, attempt, Sight.ABSENT))]
        if not isinstance(command, Command):
            return all_well(command)
        what = wanted_of(command.action, command.content)
        words = command_words(command.action, command.content, what)
        wrong, _, once = self.answers.get(words, "").partition(" ")
        if once:
            del self.answers[words]
        if wrong:
            ended = Ended(command.key, command.attempt, Answer(wrong), "by the evening")
            return [(SECOND, ended)]
        if isinstance(command.action, act.PlayMedia):
            length_us = command.action.media.length_us
            began = FilmSeen(command.key, command.attempt, self.play.now_us)
            ended = Ended(command.key, command.attempt, Answer.OK)
            seen = self._seen(command.target, program=command.action.media.scene)
            return [(20_000, began), (20_001, seen), (length_us, ended)]
        return [*all_well(command), *self._picture(command)]

    def _picture(self, command: Command) -> Iterator[tuple[Micros, Input]]:
        match command.action:
            case act.Scene(scene=scene):
                yield 20_001, self._seen(command.target, program=scene)
            case act.Stream(stream=word):
                yield 20_001, self._seen(command.target, streaming=word == "start")

    def _seen(self, target: str, **changes: Any) -> StageSeen:
        name = target.removeprefix("stage:")
        stage = self.play.engine.state.stages[name]
        values = {"program": stage.program, "streaming": stage.streaming, **changes}
        return StageSeen(name, connected=True, **values)

    def happens(self, at_us: Micros, words: str) -> None:
        """A line of the world."""
        verb, *rest = _split(words)
        if verb == "sleeps":
            self.play.sleep(at_us)
            return
        self.play.run(at_us - 1)
        self.play.give(at_us, _WORLD[verb](self, at_us, rest))

    def orders(self, at_us: Micros, words: list[str]) -> Input:
        """``orders units=500``."""
        values = {key: int(n) for key, n in (word.split("=") for word in words)}
        return OrdersSeen(values, at_us)

    def hand(self, _at_us: Micros, words: list[str]) -> Input:
        """``hand main Slide``."""
        return HandSeen(words[0], "program", words[1])

    def posted(self, at_us: Micros, words: list[str]) -> Input:
        """``posted ceo 'We did it.'``."""
        url = "https://x.example/status/7"
        return PostSeen(words[0], "7", url, words[1], at_us)

    def lost(self, _at_us: Micros, words: list[str]) -> Input:
        """``lost main``."""
        return StageSeen(words[0], connected=False)

    def drops(self, _at_us: Micros, words: list[str]) -> Input:
        """``drops main 0.05``: the share of frames that it skips."""
        return self._seen(words[0], skipped=float(words[1]))

    def stream(self, _at_us: Micros, words: list[str]) -> Input:
        """``stream main off``."""
        return self._seen(words[0], streaming=words[1] == "on")

    def amended(self, _at_us: Micros, words: list[str]) -> Input:
        """``amended parts/new.yaml``: a new text is offered, beside the example."""
        new = load(Path(self.runbook.path).parent / words[0], environ={})
        self.play._mirror.offer(new)
        self.offered = new.digest
        return RunbookSeen(new)

    def back(self, _at_us: Micros, words: list[str]) -> Input:
        """``back main Keynote``: it is connected again, with that on program."""
        return self._seen(words[0], program=words[1])

    def moves(self, at_us: Micros, words: list[str]) -> Input:
        """``moves live 40m``: its edge moves, and is told of for so long."""
        for later_us in range(0, parse_span(words[1]), 5 * SECOND):
            moved_us = at_us + later_us
            seen = OutputSeen(words[0], moving=True, moved_us=moved_us)
            self.play.give(moved_us, seen)
        return OutputSeen(words[0], moving=True, moved_us=at_us)

    def still(self, at_us: Micros, words: list[str]) -> Input:
        """``still live``: the edge of the output does not move."""
        return OutputSeen(words[0], moving=False, moved_us=at_us - 10 * SECOND)


_WORLD: dict[str, Callable[[_World, Micros, list[str]], Input]] = {
    "orders": _World.orders,
    "hand": _World.hand,
    "posted": _World.posted,
    "lost": _World.lost,
    "drops": _World.drops,
    "stream": _World.stream,
    "still": _World.still,
    "back": _World.back,
    "moves": _World.moves,
    "amended": _World.amended,
}


# --- the story ------------------------------------------------------------------------

_TOLD: dict[str, tuple[str, ...]] = {
    "call_refused": ("verb", "target", "reason"),
    "chosen": ("option", "how"),
    "confirmed": ("what", "evidence"),
    "counter_set": ("counter",),
    "cue_adopted": ("receipt_url",),
    "cue_asked": ("roles",),
    "cue_ended": ("state", "reason"),
    "cue_held": ("reason",),
    "cue_manual": ("film",),
    "cue_parked": ("reason",),
    "cue_rearmed": (),
    "cue_skipped": ("reason",),
    "embargo_opened": ("embargo",),
    "embargo_warned": ("embargo", "who", "why"),
    "figure_taken": ("figure", "value", "rounded"),
    "fired": (),
    "hard_out": ("late",),
    "hold_opened": ("name", "kind"),
    "hold_released": ("name",),
    "needs_person": ("text",),
    "noted": ("text",),
    "overridden": ("gate", "reason"),
    "override_asked": ("gate", "reason"),
    "passed": (),
    "player_set": ("output",),
    "post_by_hand": ("account", "text"),
    "procedure_started": ("procedure", "why"),
    "promise_checked": ("promise", "stage", "why"),
    "recycled": ("cues",),
    "retired": ("reason",),
    "revoked": ("roles",),
    "said": ("to", "text"),
    "settled_by_hand": ("became",),
    "show_ended": ("state", "verdict"),
    "shown_for": ("what", "show"),
    "silenced": ("accounts",),
    "t0_set": ("t0_us",),
    "unsilenced": ("accounts",),
    "voted": ("roles", "vote"),
    "baton_taken": ("role", "reason"),
    "amended": ("changed", "dropped"),
}
"""Events that the story tells, and what of them."""


def told(event: ev.Event) -> str:
    """An event as a line of the story; empty if it is not told."""
    when = format_instant(event.at_us) if event.t_us is None else _t(event.t_us)
    if isinstance(event, ev.Intent | ev.Commanded):
        where = event.target.partition(":")[2] or event.target
        said = command_words(event.kind, event.content, event.wanted)
        return f"{when} {event.cue or event.slot}: {said} ({where})"
    if event.event not in _TOLD or _goes_without_saying(event):
        return ""
    parts = [_word(getattr(event, name)) for name in _TOLD[event.event]]
    who = [event.cue] if event.cue else []
    return " ".join([when, event.event, *who, *(part for part in parts if part)])


def _goes_without_saying(event: ev.Event) -> bool:
    """A cue that is done, and a list that was shown to be confirmed."""
    match event:
        case ev.CueEnded(state="done"):
            return True
        case ev.CallRefused(digest=str()):
            return True
        case ev.T0Set(t_us=None):
            return True
    return False


def _t(t_us: Micros) -> str:
    """T to the second: how quickly a far end answered is no part of the story."""
    return format_t(t_us // SECOND * SECOND)


def _word(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    if isinstance(value, int) and value > NO_T0_US // 2:
        return format_instant(value)
    return "" if value in (None, "") else str(value)


def command_words(
    action: act.AnyAction | str, content: dict[str, Any], wanted: Any = None
) -> str:
    """What a far end is told: ``scene Reveal``, ``post Here it is.``."""
    kind = action if isinstance(action, str) else action.kind
    if kind == "scene":
        return f"scene {content['scene']}"
    if "text" in content:
        return f"{kind} {content['text']}"
    if wanted is not None and not isinstance(wanted[1], dict):
        what = wanted[0].partition(":")[2]
        value = wanted[1] if isinstance(wanted[1], str) else json.dumps(wanted[1])
        return " ".join(part for part in (kind, what, value) if part)
    return kind


def read_script(path: Path) -> dict[str, Any]:
    """An evening's file."""
    found = plain(parse(path.read_bytes())[0])
    assert isinstance(found, dict)
    return found
