"""The emulated far ends of one runbook: started, named, and opened by invented secrets.

The same for a rehearsal in virtual time, where they listen in memory, and for a paced
one, where they listen on loopback. Faults are the emulators' own switches
(``stages["main"].freeze()``, ``networks["x"].faults.next(...)``).
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from launchctl.rehearsal.emulators.hls import HlsEmulator
from launchctl.rehearsal.emulators.networks import EMULATED, Surroundings
from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.rehearsal.emulators.osc import OscDesk
from launchctl.rehearsal.emulators.web import HttpFarEnd, WebEmulator
from launchctl.rehearsal.invented import invented_secrets
from launchctl.rehearsal.scenery import actions_of, scenery_of, web_addresses
from launchctl.runbook.actions import Http, Stream
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import front_needs, show_needs


@dataclass(slots=True)
class World:
    """Where the emulated far ends are, and what opens them.

    Attributes:
        stages: by name; a stage that stays real is not there.
        outputs: the CDN of each output that has a ``playback``, by name.
        networks: by name: ``x``.
        web: the shop and every other service that is called or asked by its address.
        desks: that take OSC, by name.
        not_emulated: sentences about what the runbook names and nobody emulates.
        sets: addresses that replace those of the runbook.
        show_secrets, front_secrets: as ``runbook.secrets.resolve_*`` give them.
        hook_secrets: by order source: what its buyers sign with.
    """

    web: WebEmulator
    stages: dict[str, ObsEmulator] = field(default_factory=dict)
    outputs: dict[str, HlsEmulator] = field(default_factory=dict)
    networks: dict[str, HttpFarEnd] = field(default_factory=dict)
    desks: dict[str, OscDesk] = field(default_factory=dict)
    not_emulated: list[str] = field(default_factory=list)
    sets: list[tuple[str, str]] = field(default_factory=list)
    show_secrets: dict[str, str] = field(default_factory=dict, repr=False)
    front_secrets: dict[str, str] = field(default_factory=dict, repr=False)
    hook_secrets: dict[str, str] = field(default_factory=dict, repr=False)


@asynccontextmanager
async def emulated(
    runbook: Runbook, surroundings: Surroundings, *, real_stages: bool = False
) -> AsyncIterator[World]:
    """Start the far ends that the runbook names; stop them on leaving."""
    async with AsyncExitStack() as stack:
        chance = surroundings.chance.of("secrets")
        world = World(WebEmulator(surroundings.now_us))
        stack.push_async_callback(world.web.aclose)
        await world.web.start()
        _furnish(world.web, runbook)
        world.sets += [(origin, world.web.url) for origin in _origins(runbook)]
        values: dict[str, str | Mapping[str, str]] = {}
        if not real_stages:
            for name, stage in runbook.stages.items():
                password = chance.hex(12) if stage.password else None
                values[f"stage {name}"] = password or ""
                await _stage(world, stack, runbook, name, password, surroundings)
        await _outputs(world, stack, runbook, surroundings)
        values |= await _networks(world, stack, runbook, surroundings)
        for name in runbook.osc:
            world.desks[name] = desk = OscDesk(surroundings.now_us)
            stack.callback(desk.close)
            world.sets.append((f"osc.{name}.url", await desk.start()))
        for name in runbook.notify:
            values[f"channel {name}"] = f"{world.web.url}/crew-channel/{name}"
        for source in runbook.orders.sources if runbook.orders else ():
            secret = base64.b64encode(bytes.fromhex(chance.hex(24))).decode()
            world.hook_secrets[source.name] = f"whsec_{secret}"
            values[f"order source {source.name}"] = world.hook_secrets[source.name]
        world.show_secrets = invented_secrets(show_needs(runbook), values)
        world.front_secrets = invented_secrets(front_needs(runbook), values)
        yield world


async def _stage(  # noqa: PLR0913, PLR0917  what one mixer is made of
    world: World,
    stack: AsyncExitStack,
    runbook: Runbook,
    name: str,
    password: str | None,
    surroundings: Surroundings,
) -> None:
    scenery = scenery_of(runbook, name)
    world.stages[name] = mixer = ObsEmulator(
        scenery.scenes,
        texts=scenery.texts,
        audio=scenery.audio,
        films=scenery.films,
        password=password,
        now_us=surroundings.now_us,
        draw=surroundings.chance.of(f"stage {name}").hex,
    )
    stack.push_async_callback(mixer.aclose)
    world.sets.append((f"stages.{name}.url", await mixer.start()))
    if not _is_started(runbook, name):
        mixer.world.outputs.start(mixer.world.outputs.stream)


def _is_started(runbook: Runbook, stage: str) -> bool:
    """True if a cue starts the stage's stream, or nobody watches it: else somebody
    started it before the show.
    """
    watched = any(
        output.playback is not None and runbook.stage_of(name) == stage
        for name, output in runbook.outputs.items()
    )
    return not watched or any(
        isinstance(action, Stream)
        and action.stream == "start"
        and (action.stage or runbook.first_stage) == stage
        for action in actions_of(runbook)
    )


async def _outputs(
    world: World, stack: AsyncExitStack, runbook: Runbook, surroundings: Surroundings
) -> None:
    for name, output in runbook.outputs.items():
        if output.playback is None:
            continue
        world.outputs[name] = cdn = HlsEmulator(surroundings.now_us)
        mixer = world.stages.get(runbook.stage_of(name))
        if mixer is not None:
            cdn.follow(mixer.world)
        stack.push_async_callback(cdn.aclose)
        url = await cdn.start()
        world.sets.append((f"outputs.{name}.playback", f"{url}/{name}.m3u8"))


async def _networks(
    world: World, stack: AsyncExitStack, runbook: Runbook, surroundings: Surroundings
) -> dict[str, str | Mapping[str, str]]:
    """Start the networks; the credentials of each account."""
    handles: dict[str, list[str]] = {}
    for account in runbook.accounts.values():
        handles.setdefault(account.network, []).append(account.handle)
    for network in (each for each in handles if each in EMULATED):
        far_end = EMULATED[network].far_end(handles[network], surroundings)
        world.networks[network] = far_end
        stack.push_async_callback(far_end.aclose)
        await far_end.start()
    values: dict[str, str | Mapping[str, str]] = {}
    for name, account in runbook.accounts.items():
        network = account.network
        if network in world.networks:
            values[f"account {name}"] = EMULATED[network].values(account.handle)
            world.sets.append((f"accounts.{name}.api", world.networks[network].url))
        else:
            world.not_emulated.append(
                f"account {name}: nothing emulates the network {network!r},"
                " so its posts go nowhere"
            )
    return values


def _furnish(web: WebEmulator, runbook: Runbook) -> None:
    """Pages that are asked are there; what a call shall bring about, it does."""
    effects = {}
    for action in actions_of(runbook):
        if isinstance(action, Http) and action.http.confirm is not None:
            confirm = action.http.confirm
            effects[urlsplit(confirm.get).path or "/"] = (
                urlsplit(action.http.url).path or "/",
                confirm.contains or "ok",
            )
    for url in web_addresses(runbook):
        path = urlsplit(url).path or "/"
        if path not in effects:
            web.pages[path] = "ok"
    for page, (path, shows) in effects.items():
        web.when_posted(path, page=page, shows=shows)


def _origins(runbook: Runbook) -> Iterator[str]:
    """Every origin that services and pages of the runbook lie at, once."""
    parts = (urlsplit(url) for url in web_addresses(runbook))
    yield from dict.fromkeys(f"{each.scheme}://{each.netloc}" for each in parts)
