"""The stream and the recording: started, stopped, and when OBS's word says so.

StartStream succeeds without any server and fails 70 ms later, so only the state that
follows counts. And what OBS answers when asked lags behind its events: right after
STOPPED its status still says active. Where the two disagree, they are given a moment.
"""

from __future__ import annotations

from collections.abc import Callable

from obswebsocket import requests

from launchctl.drivers.base import Outcome
from launchctl.drivers.obs.attempt import Attempt, expect, ok
from launchctl.drivers.obs.messages import OUTPUT_NOT_RUNNING, OUTPUT_RUNNING
from launchctl.drivers.obs.protocol import Request
from launchctl.drivers.obs.seen import Output
from launchctl.drivers.obs.trouble import ObsError, RefusedByObsError
from launchctl.drivers.obs.wanted import RECORD, STREAM, Told
from launchctl.runbook.actions import Record, Stream
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer

_WORD_S = 0.5
"""How long OBS's event may take before OBS is asked."""
_TIMES, _BETWEEN_S = 10, 0.05
"""How often, and how far apart, OBS is asked while its word and its events differ."""

LOOKS: dict[str, Callable[[], Request]] = {
    STREAM: requests.GetStreamStatus,
    RECORD: requests.GetRecordStatus,
}
"""What to ask about each."""


async def run_stream(attempt: Attempt, command: Command) -> Outcome:
    """Start or stop the stream; ok when it is live and not reconnecting, or stopped."""
    wish = expect(command, Stream).stream
    change = requests.StartStream() if wish == "start" else requests.StopStream()
    return await _run_output(attempt, STREAM, wish, change)


async def run_record(attempt: Attempt, command: Command) -> Outcome:
    """Start or stop the recording."""
    wish = expect(command, Record).record
    change = requests.StartRecord() if wish == "start" else requests.StopRecord()
    return await _run_output(attempt, RECORD, wish, change)


async def _run_output(
    attempt: Attempt, what: str, wish: str, change: Request
) -> Outcome:
    """Send it unless it is so already, and wait for the state that follows."""
    watch, output = attempt.watch, _output(attempt, what)
    if await is_already(attempt, what, wish):
        watch.wanted.accept(what, wish)
        return ok(attempt, attempt.now_us(), "already so")
    count = output.count
    with watch.wanted.telling(what, wish) as told:
        try:
            await attempt.tell(change)
        except RefusedByObsError as error:
            if error.code not in (OUTPUT_RUNNING, OUTPUT_NOT_RUNNING):
                told.failed()
                raise
        try:
            return await _output_state(attempt, what, wish, count, told)
        except ObsError:
            told.doubt()
            raise


async def _output_state(
    attempt: Attempt, what: str, wish: str, count: int, told: Told
) -> Outcome:
    output = _output(attempt, what)

    def reached() -> bool:
        return output.is_as(wish)

    def died() -> bool:
        stopped = output.state == "STOPPED" and output.count > count
        return wish == "start" and stopped

    while not await attempt.until(lambda: reached() or died(), _WORD_S):
        if await _status_is(attempt, what, wish):
            return ok(attempt, attempt.now_us(), "confirmed by asking")
    if reached():
        return ok(attempt, attempt.now_us())
    told.failed()
    thing = "stream: no server took it" if what == STREAM else "recording"
    return Outcome(
        Answer.REFUSED,
        f"OBS started and at once stopped the {thing}",
        sent_us=attempt.sent_us,
    )


async def is_already(attempt: Attempt, what: str, wish: str) -> bool:
    """True if it is so by OBS's events and its status; in the end its status counts."""
    output = _output(attempt, what)
    for _ in range(_TIMES):
        there = await _status_is(attempt, what, wish)
        if there == output.is_as(wish):
            break
        agree = _agreement(output, wish, there=there)
        await attempt.until(agree, _BETWEEN_S)
    return there


def _agreement(output: Output, wish: str, *, there: bool) -> Callable[[], bool]:
    return lambda: output.is_as(wish) == there


async def _status_is(attempt: Attempt, what: str, wish: str) -> bool:
    status = (await attempt.ask(LOOKS[what]())).datain
    active, trying = status.get("outputActive"), status.get("outputReconnecting")
    return bool(active) and not trying if wish == "start" else not active and not trying


def _output(attempt: Attempt, what: str) -> Output:
    seen = attempt.watch.seen
    return seen.stream if what == STREAM else seen.record
