"""What must be so after a show was killed, by the far ends' own records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from launchctl.conductor.folding import fold
from launchctl.conductor.viewer import Viewer
from launchctl.show.engine import Engine
from launchctl.show.events import decode
from launchctl.store.base import Line
from launchctl.times import SECOND, Micros, parse_instant
from tests.crash.hall import Hall
from tests.crash.state_text import text_of

_SCENES = ("Keynote", "Reveal", "Closing")
_TEXTS = {
    "ceo": ("This is Model 3.", "{} reserved."),
    "brand": (
        "We start in a minute.",
        "It has five seats.",
        "It is yours from 2017.",
    ),
}
_RESENT = ("brand",)
"""Accounts of ``doubt: resend``."""
_LATE_US = SECOND
_AGAIN_US = 110 * SECOND
"""Fired + within (2 min), less the pause before the next attempt."""
_PAUSE_US = 2 * SECOND


@dataclass(frozen=True, slots=True)
class Told:
    """What the run itself says.

    Attributes:
        lines: the whole journal.
        code: the exit code of the last life.
        answers: of the crew's calls, by id.
        doubts: what the crew said of what was in doubt: (cue, account, outcome).
        state: what the last life held in its head at its end, as text.
        deaths: the journal's head at each death.
    """

    lines: list[Line]
    code: int
    answers: Mapping[str, Line]
    doubts: list[tuple[str, str | None, str]]
    state: str | None
    deaths: list[int]

    def of(self, *events: str) -> list[Line]:
        """Lines of these events."""
        return [line for line in self.lines if line["event"] in events]


async def broken(seen: Hall, told: Told) -> list[str]:
    """Every invariant that does not hold, in a sentence."""
    found = []
    if told.code not in (0, 1):
        found.append(f"the last life ended with {told.code}")
    viewer = await Viewer.open(seen.folder)
    try:
        status = viewer.status()
    finally:
        await viewer.aclose()
    found += _posts(seen, told, status)
    found += _doubts(told)
    found += _calls_out(seen, told)
    found += _stage(seen, told, status)
    found += _journal(seen, told)
    found += _cues(told, status)
    async with seen.folder.journal() as journal:
        damage = await journal.verify()
    if damage is not None:
        found.append(f"the journal is damaged: {damage.why}")
    return found


def _posts(seen: Hall, told: Told, status: Any) -> Iterator[str]:
    """Each once: by itself, or once a person had said that it is not there."""
    tonight = status["figures"].get("tonight", {}).get("value")
    for account, texts in _TEXTS.items():
        count = Counter(seen.texts(account))
        for text in texts:
            count.setdefault(text.format(tonight), 0)
        for text, times in count.items():
            if times > 1:
                yield f"{account} posted {text!r} {times} times"
            if text not in [known.format(tonight) for known in texts]:
                yield f"{account} posted what nobody wrote: {text!r}"
    for post in status["posts"]:
        if post["state"] != "sent" or post["text"] not in seen.texts(post["account"]):
            yield f"the post of {post['cue']} is {post['state']}"


def _doubts(told: Told) -> Iterator[str]:
    """In doubt only what reading does not show, and what may not be sent again."""
    for cue, account, outcome in told.doubts:
        if account is not None and outcome == "sent":
            yield f"{cue} of {account} was in doubt, though reading shows it"
        if account in _RESENT and _might_go_again(told, cue):
            yield f"{cue} of {account} was in doubt, though it may be sent again"


def _might_go_again(told: Told, cue: str) -> bool:
    """Whether it was certainly absent, and within its time to be tried again."""
    fired = [line for line in told.of("fired") if line["cue"] == cue]
    doubt = [line for line in told.of("settled") if line["cue"] == cue]
    span_us = parse_instant(doubt[-1]["at"]) - parse_instant(fired[0]["at"])
    return span_us < _AGAIN_US and doubt[-1]["sight"] == "absent"


def _calls_out(seen: Hall, told: Told) -> Iterator[str]:
    """Once, as a machine or a person saw to it; what may repeat came at least once."""
    for what, times in (
        ("the shop was flipped", seen.posted("/flip")),
        ("the lights got their cue", len(seen.desk.told)),
    ):
        if times != 1:
            yield f"{what} {times} times"
    if ("flip", None, "sent") in told.doubts:
        yield "the flip was in doubt, though its page shows it"
    for what, path in (("safe call", "/refresh"), ("word to the crew", "/crew")):
        if seen.posted(path) == 0:
            yield f"the {what} never came"


def _stage(seen: Hall, told: Told, status: Any) -> Iterator[str]:
    """The right scene at the end, each in its order, and the number that was sold."""
    world = seen.obs.world
    shown = [each.scene for each in world.program_history][1:]  # one is there at first
    commanded = [
        line["content"]["scene"]
        for line in told.of("commanded")
        if line["kind"] == "scene"
    ]
    if world.now.program != commanded[-1]:
        yield f"{world.now.program} is on program, {commanded[-1]} is wanted"
    left = iter(commanded)
    if not all(scene in left for scene in shown):
        yield f"scenes came as {shown}, and were commanded as {commanded}"
    if not set(_SCENES) <= set(shown):
        yield f"only {shown} were ever shown"
    # a person may have opened it when a machine asked, after the cue that muted it
    *_, (_, is_open) = (
        line["wanted"] for line in told.of("commanded") if line["kind"] == "audio"
    )
    if world.now.muted.get("Lectern", False) is is_open:
        yield f"the microphone was last wanted {'open' if is_open else 'muted'}"
    sold = status["orders"]["units"]
    if sold != seen.units:
        yield f"{seen.units} were sold and {sold} counted"
    tonight = status["figures"].get("tonight", {}).get("value")
    for text in seen.texts("ceo"):
        if text.endswith("reserved.") and text != f"{tonight} reserved.":
            yield f"the figure is {tonight}, the post says {text!r}"
    if len(told.of("figure_taken")) > 1:
        yield "the figure was taken twice"


def _journal(seen: Hall, told: Told) -> Iterator[str]:
    """Folded from scratch it gives what the conductor held in its head."""
    numbers = [line["seq"] for line in told.lines]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "the journal has a gap"
    engine = Engine(seen.folder.runbook(), seen.folder.meta.run)
    for line in told.lines:
        fold(engine, decode(line), seen.folder.amended)
    folded = text_of(engine.state).split("\n")
    for held, read in zip((told.state or "").split("\n"), folded, strict=False):
        if told.state is not None and held != read:
            yield f"the conductor held {held[:400]}, the journal says {read[:400]}"
    if len(told.of("recovered")) > len(told.deaths):
        yield "there are more recoveries than deaths"
    calls = Counter(line["call"] for line in told.of("call_accepted", "call_refused"))
    for call, times in calls.items():
        if times > 1:
            yield f"call {call} was answered {times} times"


def _cues(told: Told, status: Any) -> Iterator[str]:
    """Fired once a take but by ``fire``; never a burst; every cue came to an end."""
    fires = {line["seq"]: line for line in told.of("call_accepted")}
    last_late_us: Micros | None = None
    seen: Counter[tuple[str, int]] = Counter()
    by_hand = 0
    pressed = sum(line.get("verb") in {"go", "fire"} for line in fires.values())
    for line in told.of("fired"):
        at_us = parse_instant(line["at"])
        if line.get("by"):
            by_hand += 1
        else:
            seen[line["cue"], line.get("take") or 1] += 1
            if last_late_us is not None and at_us < last_late_us + _PAUSE_US:
                yield f"{line['cue']} fired in a burst"
        if (line.get("late_by_s") or 0.0) >= _LATE_US / SECOND:
            last_late_us = at_us
    for (cue, take), times in seen.items():
        if times > 1:
            yield f"{cue} fired {times} times in take {take}"
    if by_hand > pressed:
        yield "more cues were fired by hand than anybody pressed"
    for cue in status["cues"]:
        if cue["state"] != "done":
            yield f"{cue['cue']} is left {cue['state']}"
