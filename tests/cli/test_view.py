"""The terminal view: what a caller must see is there, in 80 by 24 and upwards."""

from __future__ import annotations

import asyncio
import io
import re

import pytest
from rich.console import Console
from statuses import AT, a_cue, a_line, a_post, a_status

from launchctl.cli import view
from launchctl.cli.notices import Notices
from launchctl.cli.view import render, show_until
from launchctl.times import parse_instant

NOW = parse_instant(AT)

BUSY = a_status(
    rehearsal=True,
    state="holding",
    standby={"caller": {"cue": "reveal", "seq": 40}},
    next=["reveal", "opening", "curtain"],
    gates=[
        {"cue": "reveal-post", "gate": "embargo car", "why": "Reveal is not on air"}
    ],
    holds=[
        {
            "name": "sound",
            "kind": "operator",
            "reason": "no lectern",
            "since": "2016-04-01T03:19:30.000000Z",
            "until": None,
            "release": ["caller"],
        }
    ],
    cues=[
        a_cue("reveal", "standby", go=["caller"]),
        a_cue("opening", planned="2016-04-01T03:30:00.000000Z"),
        a_cue("reveal-post", "waiting"),
        a_cue("old-post", "parked", reason="it came due under silence"),
        a_cue("curtain", go=["caller"]),
    ],
    stages=[
        {
            "stage": "main",
            "connected": True,
            "program": "Keynote",
            "wanted": "Countdown",
            "streaming": True,
            "by_hand": ["program"],
            "text": "115,000",
        },
        {
            "stage": "backup",
            "connected": False,
            "program": None,
            "wanted": None,
            "streaming": None,
            "by_hand": [],
            "text": "",
        },
    ],
    orders={
        "placed": 109_500,
        "units": 115_000,
        "net_units": 114_990,
        "by_currency": {"USD": 115_000},
        "deposits": {"USD": 11_500_000_000},
        "implied_value": {
            "amount_minor": 483_000_000_000,
            "currency": "USD",
            "basis": "average with options",
        },
        "quarantined": 3,
        "available": 0,
        "waitlist": 4_990,
    },
    counter="open",
    silenced=["brand"],
    health={
        "stage:main": {"level": "good", "text": ""},
        "account:ceo": {"level": "bad", "text": "another handle answers"},
    },
)


def picture(status, lines=(), width=80, height=24) -> str:
    """The view as plain text of a terminal of that size."""
    out = io.StringIO()
    screen = Console(
        file=out, width=width, height=height, force_terminal=True, no_color=True
    )
    with screen.capture() as shot:
        screen.print(render(status, list(lines), NOW))
    return shot.get()


def plain(text: str) -> str:
    """Without escape sequences."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize(
    "said",
    [
        "REHEARSAL",
        "Model 3 reveal",
        "T-00:10:00",
        "HOLDING",
        "03:20:00 UTC",
        "HOLD sound: no lectern (for 0:30; caller may release it)",
        "STANDBY reveal",
        "GO: caller",
        "opening",
        "in 10:00",
        "PARKED",
        "old-post: it came due",
        "CLOSED GATES",
        "Reveal is not on air",
        "115,000 open",
        "4,830,000,000 USD",
        "3 aside",
        "main Keynote LIVE",
        "by hand: program",
        "backup offline",
        "another handle",
        "SILENCED brand",
    ],
)
def test_the_view_says_it_in_80_by_24(said):
    """Everything that a caller decides by fits the smallest terminal."""
    assert said in plain(picture(BUSY))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 60)])
def test_the_view_fills_its_terminal_exactly(width, height):
    """No line is longer than the terminal, and there are as many as it has."""
    lines = [a_line(n, "fired", cue="x" * 300) for n in range(1, 100)]

    shown = plain(picture(BUSY, lines, width, height)).splitlines()

    assert height == len(shown)
    assert all(len(line) <= width for line in shown)


def test_a_doubt_says_what_is_known_and_who_decides():
    """What may have left is read for so long; then a person is told what to type."""
    doubt = {
        "cue": "reveal-post",
        "account": "ceo",
        "target": "account:ceo",
        "decided": AT,
        "sent": AT,
        "detail": "not found",
    }
    until = AT.replace(":00.", ":12.")
    reading = plain(picture(a_status(doubts=[{**doubt, "until": until}]), [], 120, 40))
    assert f"reveal-post (ceo): sent {AT[11:19]} UTC; not found" in reading
    assert "read 0:12 more" in reading
    open_ = [{**doubt, "until": None}]
    left = plain(picture(a_status(doubts=open_, posts=[]), [], 120, 40))
    assert "launch settle reveal-post sent URL " in left
    assert "launch settle reveal-post not-sent " in left
    two = [a_post("reveal-post", "d1"), a_post("reveal-post", "d2")]
    left = plain(picture(a_status(doubts=open_, posts=two), [], 120, 40))
    assert "launch settle reveal-post not-sent --account ceo" in left


def test_the_newest_lines_are_at_the_bottom():
    """The log shows what just happened, not what began."""
    lines = [a_line(n, "noted", about=f"thing-{n}", text="x") for n in range(1, 60)]

    shown = plain(picture(BUSY, lines))

    assert "thing-59" in shown
    assert "thing-1 " not in shown


def test_a_show_without_anything_is_drawn_too():
    """Before T-0 is set, without stages, orders or cues."""
    shown = plain(picture(a_status(state="scheduled", t_s=None, l_s=None, t0=None)))

    assert "T-?" in shown
    assert "SCHEDULED" in shown
    assert "STANDBY none" in shown


def test_runbook_texts_are_no_markup():
    """A title or reason in square brackets is text, not style."""
    shown = plain(picture(a_status(runbook="[bold]Reveal[/bold] [x]")))

    assert "[bold]Reveal[/bold] [x]" in shown


class RecordedViewer:
    """A fake viewer: a status, and lines that grow."""

    def __init__(self, status, lines):
        self._status = status
        self.journal = lines
        self.read = asyncio.Event()

    def status(self):
        """The show."""
        return self._status

    async def lines(self, after=0):
        """Lines behind ``after``."""
        new = [line for line in self.journal if line["seq"] > after]
        if not new:
            self.read.set()  # whoever asks has seen everything
        return new

    async def follow(self, after=None):
        """Nothing new."""
        yield []


async def test_without_a_terminal_every_line_is_printed_once(capsys):
    """A log file gets the journal in words, in order, to the last line."""
    lines = [a_line(1, "run_started"), a_line(2, "fired", cue="opening", by="Ada")]
    viewer = RecordedViewer(a_status(), lines)
    done = asyncio.Event()
    watching = asyncio.create_task(show_until(viewer, done))
    await viewer.read.wait()
    lines.append(a_line(3, "show_ended", state="complete"))
    done.set()
    await watching

    said = capsys.readouterr().out.splitlines()

    assert [
        "03:20:00    T-00:10:00  the run of - begins",
        "03:20:00    T-00:10:00  opening FIRED, by Ada",
        "03:20:00    T-00:10:00  THE SHOW IS complete, -",
    ] == said


async def test_in_a_terminal_the_last_picture_is_of_the_end(monkeypatch):
    """``done`` ends the view, and not before the end was drawn."""
    out = io.StringIO()
    screen = Console(file=out, force_terminal=True, width=80, height=24)
    monkeypatch.setattr(view, "console", lambda: screen)
    viewer = RecordedViewer(a_status(state="complete", verdict="green"), [])
    done = asyncio.Event()
    done.set()

    await show_until(viewer, done)

    assert "COMPLETE" in out.getvalue()
    assert "verdict green" in out.getvalue()


async def test_routine_does_not_hide_what_happened(monkeypatch):
    """That orders came in is said by the counter, not by every second line."""
    out = io.StringIO()
    screen = Console(file=out, force_terminal=True, width=80, height=24)
    monkeypatch.setattr(view, "console", lambda: screen)
    lines = [a_line(1, "fired", cue="opening", take=1)]
    lines += [a_line(seq, "orders_seen") for seq in range(2, 200)]
    done = asyncio.Event()
    done.set()

    await show_until(RecordedViewer(a_status(), lines), done)

    assert "opening FIRED" in out.getvalue()
    assert "orders are counted" not in out.getvalue()


def test_the_callers_warning_and_what_is_said_stand_at_standby():
    """The warning once it is expected within `warn`; what is said, on standby."""
    sheet = {"warn_s": 120.0, "say": "On her first step", "lx": "Q 11"}
    soon, later = "2016-04-01T03:21:30.000000Z", "2016-04-01T03:25:00.000000Z"
    status = a_status(
        cues=[
            a_cue("opening", sheet=sheet, expected=soon),
            a_cue("film", sheet=sheet, expected=later),
            a_cue("reveal", "standby", sheet=sheet | {"warn_s": None}, expected=later),
        ],
        standby={"caller": {"cue": "reveal", "seq": 40}},
        next=["opening", "film"],
    )
    lines = [" ".join(line.split()) for line in plain(picture(status)).splitlines()]
    warned = [line for line in lines if line.startswith("WARN")]
    assert len(warned) == 1
    assert warned[0].startswith('WARN opening: "On her first step" in 1:30')
    assert any(line.startswith('say "On her first step"') for line in lines)


def test_next_counts_to_the_expected_instant():
    """After a hold the plan is history: the countdown is to when it is expected
    (SEMANTICS 1).
    """
    planned, expected = "2016-04-01T03:21:30.000000Z", "2016-04-01T03:25:00.000000Z"
    status = a_status(
        cues=[a_cue("opening", planned=planned, expected=expected)],
        standby={},
        next=["opening"],
    )
    lines = [" ".join(line.split()) for line in plain(picture(status)).splitlines()]
    assert any(line.startswith("next opening in 5:00") for line in lines)


def test_segments_stand_with_over_and_under():
    """What runs, what comes, how far over, and a hard out that will be missed."""
    part = {
        "presenter": "Ada",
        "planned": AT,
        "planned_end": AT,
        "may_drop": False,
    }
    ends = "2016-04-01T03:22:00.000000Z"
    spans = {"expected_start": ends, "expected_end": ends, "over_s": 180.0}
    status = a_status(
        segments=[
            {"segment": "doors", "state": "done", **part, **spans},
            {"segment": "keynote", "state": "running", **part, **spans},
            {"segment": "cars", "state": "pending", **part, **spans, "over_s": -20.0},
        ],
        over_s=0.2,
        hard_out={"at": ends, "late": True},
    )
    lines = [" ".join(line.split()) for line in plain(picture(status)).splitlines()]
    expected = [
        "SEGMENT keynote ends in 2:00 OVER 3:00",
        "segment cars begins in 2:00 under 0:20",
        "SHOW hard out in 2:00: WILL BE MISSED on time",
    ]
    assert expected == [line for line in lines if line.split(" ")[0].lower() in _FIRST]


_FIRST = ("segment", "show")


async def test_the_last_line_says_where_the_pages_are_and_what_happened(monkeypatch):
    """The view covers what was printed before it, so it says it itself; a notice
    stands there while it is new, and is printed once the screen is free.
    """
    out, err = io.StringIO(), io.StringIO()
    screen = Console(file=out, force_terminal=True, width=80, height=24)
    monkeypatch.setattr(view, "console", lambda: screen)
    monkeypatch.setattr("sys.stderr", err)
    notices = Notices("http://127.0.0.1:8000/crew")
    viewer = RecordedViewer(a_status(), [])
    done = asyncio.Event()
    watching = asyncio.create_task(show_until(viewer, done, notices))
    await viewer.read.wait()
    assert "http://127.0.0.1:8000/crew" in out.getvalue()
    notices.say("pages and hooks are down")
    assert "" == err.getvalue()
    done.set()
    await watching

    assert "pages and hooks are down" in out.getvalue()
    assert "launch: pages and hooks are down\n" == err.getvalue()


@pytest.mark.parametrize("target", ["conductor", "disk"])
def test_what_nobody_may_overlook_stands_first(target):
    """A show without a conductor, or without room for its journal: the first line."""
    text = "NOBODY CONDUCTS THIS SHOW: process 7 has ended."
    lost = BUSY | {"health": {target: {"level": "bad", "text": text}}}
    assert plain(picture(lost)).splitlines()[0].startswith(text)
