"""Faults of the machine that conducts, and slips of the people who call the show."""

from __future__ import annotations

from launchctl.rehearsal.backstage import Backstage
from launchctl.rehearsal.slips import Delayed, Hesitated, SaysNo
from launchctl.rehearsal.trouble.lasting import CannotError
from launchctl.rehearsal.trouble.plan import Line
from launchctl.show.inputs import ClockStepped, Stalled
from launchctl.times import SECOND, Micros


def begin(backstage: Backstage, line: Line) -> None:
    """Let it happen.

    Raises:
        CannotError: there is nothing that it could happen to.
    """
    match line.fault:
        case "go-delayed":
            backstage.inbox.slips["go"] = Delayed(line.span_us)
        case "go-late":
            backstage.inbox.slips["go"] = Hesitated(line.span_us)
        case "vote-no":
            backstage.inbox.slips["vote"] = SaysNo()
        case "suspended":
            backstage.clock.suspend(line.span_us)
            backstage.report(Stalled("suspended", line.span_us))
        case "clock-stepped":
            _step(backstage, line.span_us)
        case "clock-stepped-back":
            _step(backstage, -line.span_us)
        case "crash":
            if not backstage.conducting.crash(line.span_us / SECOND):
                raise CannotError("nobody conducts")
            backstage.mean(backstage.clock.now_us() + line.span_us)


def _step(backstage: Backstage, by_us: Micros) -> None:
    """As the conductor's own watch of the clocks reports it; the pages of a rehearsal
    go by N.
    """
    skew_us = backstage.conducting.engine.state.skew_us
    backstage.report(ClockStepped(skew_us + by_us))
