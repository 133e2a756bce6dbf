"""What differs, and what a difference means. Pure: no socket, no clock.

After a lost connection two stories are possible, and they ask for opposite things. OBS
was restarted: its unsaved state is gone, nobody meant that, and all of it is asserted
again. Or only the line was cut, and whatever differs now was done by a person: nothing
is asserted against that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from launchctl.drivers.obs.seen import Change
from launchctl.drivers.obs.wanted import RECORD, STREAM, Wanted
from launchctl.times import SECOND, Micros

_GROWN = 0.98
"""A process that lived on has drawn at least this share of the frames expected."""
_SLACK_S = 0.2
"""How far apart counter and clock were read."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one OBS process from the next.

    Attributes:
        salt: drawn by obs-websocket when its server starts; None without a password.
        frames: drawn since OBS started (``renderTotalFrames`` of GetStats).
        fps: frames drawn a second.
        at_us: when that was read, on N.
    """

    salt: str | None
    frames: int
    fps: float
    at_us: Micros


def was_restarted(before: Identity, after: Identity) -> bool:
    """True if another process answers now, as far as anybody can tell.

    The same salt is proof that it is the same one. Another salt also comes from
    switching OBS's WebSocket server off and on; then, and without a password, the frame
    counter tells, if it can: a new process has drawn no more frames than fit into the
    time between, the old one has drawn those on top of its former ones. Where neither
    is certain (OBS stood still meanwhile, or was young) it counts as restarted:
    asserting the wanted state once more is the lesser evil.
    """
    if before.salt is not None and before.salt == after.salt:
        return False
    between = max(0, after.at_us - before.at_us) / SECOND * before.fps
    slack = before.fps * _SLACK_S
    new_at_most = between + slack
    old_at_least = before.frames + between * _GROWN - slack
    return not after.frames >= max(old_at_least, new_at_most)


def hands(wanted: Wanted, found: Mapping[str, Any]) -> tuple[Change, ...]:
    """What a person changed while nobody listened, in the order it was told.

    A stream or recording found stopped is no hand: it may as well have died, and taking
    that for somebody's wish would silence the alarm.
    """
    return tuple(
        (what, found[what])
        for what in wanted.values
        if what in found
        and not wanted.explains(what, found[what])
        and not wanted.doubted(what, found[what])
        and not wanted.awaited(what)
        and not (what in (STREAM, RECORD) and found[what] == "stop")
    )
