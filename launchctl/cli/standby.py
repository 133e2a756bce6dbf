"""GO and resume: which cue, which hold does the person mean?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from launchctl.cli.calls import CallAnswer, Desk, Way, Wish
from launchctl.errors import RefusedError
from launchctl.show.status import StandbyStatus, Status

FRESH_S = 0.5
"""So young a standby was not yet seen by whoever pressed GO."""


def go_work(
    cue: str | None,
) -> Callable[[Desk, Way], Awaitable[list[CallAnswer]]]:
    """GO of ``cue``, or of what stands by now.

    The call names the cue and the seq that the person saw, so that the conductor can
    refuse a GO meant for another one.
    """

    async def work(desk: Desk, way: Way) -> list[CallAnswer]:
        status = await desk.status()
        if cue is not None:
            return [await desk.call(Wish("go", cue, {}, status["seq"]))]
        standby = only_standby(status, _role(way))
        since_s = await desk.since_s(standby["seq"])
        if since_s is not None and since_s < FRESH_S:
            raise RefusedError(
                f"{standby['cue']} stands by only since {max(since_s, 0.0):.1f} s:"
                " look again before GO",
                hint=f"or name it: launch go {standby['cue']}",
            )
        if not way.json:
            print(f"GO {standby['cue']}")
        return [await desk.call(Wish("go", standby["cue"], {}, status["seq"]))]

    return work


def only_standby(status: Status, role: str | None) -> StandbyStatus:
    """The one standby there is (for ``role``, if it is named).

    Raises:
        RefusedError: nothing stands by, or roles stand by for different cues.
    """
    standing = status["standby"]
    if role is not None:
        standing = {name: what for name, what in standing.items() if name == role}
    if not standing:
        holds = ", ".join(hold["name"] for hold in status["holds"])
        whom = f" for {role}" if role else ""
        hint = (
            f"open holds: {holds}" if holds else "launch status shows what comes next"
        )
        raise RefusedError(f"no cue stands by{whom}", hint=hint)
    if len({what["cue"] for what in standing.values()}) > 1:
        listed = ", ".join(f"{what['cue']} ({name})" for name, what in standing.items())
        raise RefusedError(
            f"more than one cue stands by: {listed}", hint="name one: launch go CUE"
        )
    return max(standing.values(), key=lambda what: what["seq"])


def resume_work(
    names: list[str], args: Mapping[str, Any]
) -> Callable[[Desk, Way], Awaitable[list[CallAnswer]]]:
    """Release the holds named; without a name the only one that is open."""

    async def work(desk: Desk, _way: Way) -> list[CallAnswer]:
        status = await desk.status()
        wanted = names or [only_hold(status)]
        answers = []
        for name in wanted:
            answers.append(await desk.call(Wish("resume", name, args, status["seq"])))
            status = await desk.status()
        return answers

    return work


def only_hold(status: Status) -> str:
    """The one open hold.

    Raises:
        RefusedError: none is open, or several are.
    """
    names = [hold["name"] for hold in status["holds"]]
    if not names:
        raise RefusedError("no hold is open")
    if len(names) > 1:
        raise RefusedError(
            f"{len(names)} holds are open: {', '.join(names)}",
            hint="name those to release: launch resume HOLD...",
        )
    return names[0]


def _role(way: Way) -> str | None:
    if way.act_as is None:
        return None
    return way.act_as.partition(":")[2] or None
