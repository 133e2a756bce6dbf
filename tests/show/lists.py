"""Calls that act on a shown list: ask, read the list, confirm it."""

from __future__ import annotations

from typing import Any

from launchctl.show import events as ev
from launchctl.times import SECOND, Micros
from tests.show.play import Play


def shown(
    play: Play, at_us: Micros, verb: str, target: str | None = None, **fields: Any
) -> tuple[ev.CallRefused, str]:
    """Ask for the list, and let it be confirmed a second later; gives both answers."""
    asked = play.call(at_us, verb, target, **fields)
    play.run(at_us)
    refused = next(e for e in play.named("call_refused") if e.call == asked)
    assert refused.digest, refused.reason
    again = {**fields, "digest": refused.digest}
    return refused, play.call(at_us + SECOND, verb, target, **again)


def confirmed(
    play: Play, at_us: Micros, verb: str, target: str | None = None, **fields: Any
) -> tuple[str, ...]:
    """Done on its list at ``at_us`` + 1 s; gives the list."""
    refused, call = shown(play, at_us, verb, target, **fields)
    play.run(at_us + SECOND)
    assert play.refusal(call) is None
    return refused.listed
