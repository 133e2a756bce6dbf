"""Faults of mixers, CDNs, timelines and shops: the switches of their emulators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar, runtime_checkable

from launchctl.rehearsal.backstage import Backstage
from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.rehearsal.trouble.lasting import CannotError, Undo
from launchctl.rehearsal.trouble.plan import Line
from launchctl.rehearsal.trouble.words import OUTPUTS, SHOPS, STAGES
from launchctl.times import SECOND

T = TypeVar("T")

_SLOW_S = 1.5
"""Slower than people are used to, and inside every deadline."""


@runtime_checkable
class Lags(Protocol):
    """A network whose timelines may show a post later."""

    lag_s: float


def begin(backstage: Backstage, line: Line) -> Undo | None:
    """Let it happen; how it ends, if it lasts.

    Raises:
        CannotError: there is nothing that it could happen to.
    """
    if line.fault in STAGES:
        stages = backstage.world.stages
        mixer = _named(stages, line.on or backstage.show.runbook.first_stage, "stage")
        return _MIXER[line.fault](mixer)
    if line.fault in OUTPUTS:
        cdn = _named(backstage.world.outputs, line.on, "output")
        cdn.freeze()
        return cdn.thaw
    if line.fault in SHOPS:
        return _shop_down(backstage, line)
    _lag(backstage, line)
    return None


def _named(things: Mapping[str, T], name: str | None, what: str) -> T:
    name = name or next(iter(things), None)
    if name is None or name not in things:
        raise CannotError(f"no {what} {name or ''!r} is emulated")
    return things[name]


def _shop_down(backstage: Backstage, line: Line) -> Undo:
    orders = backstage.show.runbook.orders
    names = [source.name for source in orders.sources] if orders else []
    name = line.on or next(iter(names), "")
    if name not in names:
        raise CannotError(f"there is no order source {name!r}")
    if not backstage.ledger.lose(name):
        raise CannotError(f"{name} is down already")
    return lambda: backstage.ledger.find(name, backstage.clock.now_us())


def _lag(backstage: Backstage, line: Line) -> None:
    lagging = {
        name: network
        for name, network in backstage.world.networks.items()
        if isinstance(network, Lags)
    }
    _named(lagging, line.on, "timeline of").lag_s = line.span_us / SECOND


# --- mixers -----------------------------------------------------------------------


def _killed(mixer: ObsEmulator) -> Undo:
    if not mixer.is_up:
        raise CannotError("OBS is down already")
    dying = asyncio.ensure_future(mixer.kill())

    async def boot() -> None:
        await dying
        if not mixer.is_up:
            await mixer.boot()

    return boot


def _frozen(mixer: ObsEmulator) -> Undo:
    mixer.freeze()
    return mixer.thaw


def _dropped(mixer: ObsEmulator) -> None:
    mixer.drop()


def _slow(mixer: ObsEmulator) -> Undo:
    mixer.slow(_SLOW_S)
    return lambda: mixer.slow(0.0)


def _stream_lost(mixer: ObsEmulator) -> Undo:
    mixer.world.outputs.lose_server()
    return mixer.world.outputs.find_server


def _film_stalls(mixer: ObsEmulator) -> Undo:
    name = _playing(mixer)
    films = mixer.world.films
    films.act(name, "PAUSE")
    return lambda: films.act(name, "PLAY")


def _film_cut(mixer: ObsEmulator) -> None:
    """The operator cuts away from it by hand."""
    _playing(mixer)
    world = mixer.world
    others = [scene for scene in world.now.scenes if scene != world.target]
    if not others:
        raise CannotError("there is no other scene to cut to")
    world.cut(others[0])


def _playing(mixer: ObsEmulator) -> str:
    for name, film in mixer.world.films.all.items():
        if film.state == "PLAYING":
            return name
    raise CannotError("no film plays")


_MIXER: Mapping[str, Callable[[ObsEmulator], Undo | None]] = {
    "obs-killed": _killed,
    "obs-frozen": _frozen,
    "obs-dropped": _dropped,
    "obs-slow": _slow,
    "stream-lost": _stream_lost,
    "film-stalls": _film_stalls,
    "film-cut": _film_cut,
}
