"""The terminal view of a run: everything the caller needs, in 80 by 24 and upwards.

``render`` makes one picture of a status; ``show_until`` draws it four times a second
until the run is over. The picture is made of parts that give way in a fixed order when
the terminal is small: first the log, then the panels; clock, holds and standby stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from launchctl.cli.notices import Notices
from launchctl.cli.output import console
from launchctl.cli.view_far_ends import (
    counter_part,
    health_part,
    stages_part,
    trouble_part,
)
from launchctl.cli.view_parts import gates_part, holds_part, next_part, said_part
from launchctl.cli.view_segments import segments_part
from launchctl.cli.words import line_in_words, t_clock, time_of_day
from launchctl.times import Micros, parse_instant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rich.console import Console

    from launchctl.show.status import Status

PERIOD_S = 0.25
"""Four pictures a second: smooth for a clock of seconds, cheap for the machine."""

_LAST_LINES = 50
_ROUTINE = ("orders_seen",)
"""Several a minute all evening, and the counter says it: they would hide the rest."""
_AHEAD = ("running", "pending")
_STATE_STYLE = {
    "scheduled": "cyan",
    "counting": "bold green",
    "holding": "bold black on yellow",
    "closing": "bold cyan",
    "complete": "bold green",
    "aborted": "bold white on red",
}


class Watched(Protocol):
    """What the view looks at: ``launchctl.conductor.viewer.Viewer`` is one."""

    def status(self) -> Status:
        """The show now."""
        ...

    def follow(self, after: int | None = None) -> AsyncIterator[list[Any]]:
        """New journal lines, for ever."""
        ...

    async def lines(self, after: int = 0) -> list[Any]:
        """Journal lines behind ``after``."""
        ...


def render(
    status: Status,
    lines: Sequence[Mapping[str, Any]],
    now: Micros,
    note: str = "",
) -> RenderableType:
    """One picture of the show at ``now`` (N).

    Args:
        status: the show.
        lines: the latest of the journal.
        now: N.
        note: a line for the bottom, such as where the pages are.
    """
    holds = holds_part(status, now)
    gates = gates_part(status)
    segments = segments_part(status, now)
    layout = Layout()
    parts = [Layout(_head(status), size=2)]
    trouble = trouble_part(status)
    if trouble is not None:
        parts.insert(0, Layout(trouble, size=2))
    if holds is not None:
        parts.append(Layout(holds, size=min(3, len(status["holds"]))))
    if segments is not None:
        coming = [s for s in status["segments"] if s["state"] in _AHEAD]
        parts.append(Layout(segments, size=min(4, 1 + len(coming))))
    parts.append(Layout(_middle(status, now), minimum_size=9, ratio=2))
    if gates is not None:
        parts.append(
            Layout(
                gates, size=min(5, 1 + len(status["gates"]) + len(status["overrides"]))
            )
        )
    parts.append(Layout(_log(lines), minimum_size=4, ratio=1))
    if note:
        parts.append(Layout(_cut(Text(note, style="reverse")), size=1))
    layout.split_column(*parts)
    return layout


def _cut(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


async def show_until(
    viewer: Watched, done: asyncio.Event, notices: Notices | None = None
) -> None:
    """Draw the run until ``done`` is set; plain lines where there is no terminal.

    The last line of ``notices`` stands below the picture, or before the lines.
    """
    screen = console()
    notices = notices or Notices()
    if not screen.is_terminal:
        if notices.standing:
            print(notices.standing, flush=True)
        await _print_lines_until(viewer, done)
        return
    notices.on_screen = True
    try:
        await _draw_until(viewer, done, notices, screen)
    finally:
        notices.free()


async def _draw_until(
    viewer: Watched, done: asyncio.Event, notices: Notices, screen: Console
) -> None:
    latest: list[Any] = []
    seen = 0
    with Live(console=screen, screen=True, auto_refresh=False) as live:
        while True:
            new = await viewer.lines(seen)
            seen = new[-1]["seq"] if new else seen
            told = [line for line in new if line["event"] not in _ROUTINE]
            latest = [*latest, *told][-_LAST_LINES:]
            status = viewer.status()
            now_us = parse_instant(status["at"])
            picture = render(status, latest, now_us, notices.last_line())
            live.update(picture, refresh=True)
            if done.is_set():
                return
            await _wait(done, PERIOD_S)


async def _print_lines_until(viewer: Watched, done: asyncio.Event) -> None:
    """For a pipe or a log file: each line of the log once, as it comes."""
    seen = 0
    while True:
        last_round = done.is_set()
        for line in await viewer.lines(seen):
            if line["event"] not in _ROUTINE:
                print(line_in_words(line), flush=True)
            seen = line["seq"]
        if last_round:
            return
        await _wait(done, PERIOD_S)


async def _wait(done: asyncio.Event, period_s: float) -> None:
    try:
        async with asyncio.timeout(period_s):
            await done.wait()
    except TimeoutError:
        pass


def _head(status: Status) -> RenderableType:
    title = Table.grid(expand=True)
    title.add_column(no_wrap=True, ratio=1)
    title.add_column(justify="right", no_wrap=True)
    name = Text(status["runbook"], style="bold")
    if status["rehearsal"]:
        name = Text.assemble(("REHEARSAL", "bold black on magenta"), " ", name)
    title.add_row(name, Text(status["run"], style="dim"))

    clock = Table.grid(expand=True, padding=(0, 2))
    clock.add_column(no_wrap=True)
    clock.add_column(no_wrap=True)
    clock.add_column(no_wrap=True, ratio=1)
    clock.add_column(justify="right", no_wrap=True)
    state = status["state"]
    verdict = status["verdict"]
    clock.add_row(
        Text(t_clock(status["t_s"]), style="bold"),
        Text(f" {state.upper()} ", style=_STATE_STYLE.get(state, "")),
        Text(f"verdict {verdict}", style=verdict) if verdict else _l_clock(status),
        Text(f"{time_of_day(status['at'])} UTC"),
    )
    return Group(title, clock)


def _l_clock(status: Status) -> Text:
    """L, where a hold has made it differ from T."""
    l_s, t_s = status["l_s"], status["t_s"]
    if l_s is None or t_s is None or abs(l_s - t_s) < 1:
        return Text("")
    return Text(t_clock(l_s).replace("T", "L", 1), style="dim")


def _middle(status: Status, now: Micros) -> RenderableType:
    columns = Layout()
    right = Group(
        said_part(status),
        counter_part(status),
        stages_part(status),
        health_part(status),
    )
    columns.split_row(
        Layout(next_part(status, now), ratio=3),
        Layout(Padding(right, (0, 0, 0, 2)), ratio=2),
    )
    return columns


def _log(lines: Sequence[Mapping[str, Any]]) -> RenderableType:
    return _Tail([line_in_words(line) for line in lines])


class _Tail:
    """The last lines that fit, newest at the bottom."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def __rich_console__(self, _screen: Any, options: Any) -> Any:
        height = options.height or options.max_height
        yield Text("LOG", style="dim")
        for line in self._lines[-(height - 1) :] if height > 1 else []:
            yield Text(line, no_wrap=True, overflow="ellipsis")
