"""The world of the demo: emulated far ends, and invented secrets for them."""

from __future__ import annotations

import base64
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import launchctl
from launchctl.cli.processes import start_child
from launchctl.clock import Origin
from launchctl.errors import InputError
from launchctl.rehearsal.emulators.networks import EMULATED
from launchctl.runbook import actions as act
from launchctl.runbook.loader import load
from launchctl.runbook.model import Runbook, UrlOk
from launchctl.runbook.references import all_cues
from launchctl.runbook.secrets import front_needs, show_needs
from launchctl.times import SECOND

_RUNBOOK = "model-3-reveal.yaml"
_SCRIPT = "model-3-people.yaml"


@dataclass(frozen=True, slots=True)
class World:
    """Where the emulated far ends are, and what opens them.

    Attributes:
        sets: addresses that replace those of the runbook.
        environ: every secret that the runbook names, good for the emulators alone.
        hook_secret: what the buyers sign their orders with.
    """

    sets: tuple[tuple[str, str], ...]
    environ: Mapping[str, str] = field(repr=False)
    hook_secret: str = field(repr=False)


def demo_files() -> tuple[Path, Path]:
    """The demo's runbook and script: of this package, or of the repository around it.

    Raises:
        InputError: they are not there.
    """
    package = Path(launchctl.__file__).parent
    script = package / "rehearsal" / "demo" / _SCRIPT
    for home in (package / "rehearsal" / "demo", package.parent / "runbooks"):
        if (home / _RUNBOOK).exists() and script.exists():
            return home / _RUNBOOK, script
    raise InputError(
        "the demo's runbook is not here",
        hint="run it from a checkout of the repository: make demo",
    )


def first_look(runbook_file: Path) -> Runbook:
    """The runbook before any far end is up: its addresses mean nothing yet.

    Raises:
        RunbookError: it does not load.
    """
    return load(runbook_file, environ=_Anything())


@asynccontextmanager
async def emulated(runbook: Runbook, origin: Origin) -> AsyncIterator[World]:
    """Start the far ends that the runbook names; stop them on leaving.

    Raises:
        LaunchError: their process did not start.
    """
    passwords = {name: secrets.token_urlsafe(12) for name in runbook.stages}
    boot = {
        "origin": origin.as_json(),
        "networks": _networks(runbook),
        "stages": {
            name: {"password": passwords[name], **scenery(runbook, name)}
            for name in runbook.stages
        },
        "effects": _effects(runbook),
    }
    with tempfile.TemporaryDirectory(prefix="launch-demo-") as folder:
        child = await start_child("emulators", Path(folder), boot)
        try:
            hls, networks = child.ready["hls"], child.ready["networks"]
            stages = child.ready["stages"].items()
            hook_secret = _hook_secret()
            yield World(
                sets=(
                    *((f"stages.{name}.url", url) for name, url in stages),
                    *(
                        (f"accounts.{name}.api", networks[account.network])
                        for name, account in runbook.accounts.items()
                    ),
                    *(
                        (
                            f"outputs.{name}.playback",
                            f"{hls}/{name}.m3u8",
                        )
                        for name, output in runbook.outputs.items()
                        if output.playback is not None
                    ),
                    *((origin, child.ready["web"]) for origin in _origins(runbook)),
                ),
                environ=_environ(runbook, passwords, hook_secret, child.ready["web"]),
                hook_secret=hook_secret,
            )
        finally:
            await child.stop()


def _networks(runbook: Runbook) -> dict[str, list[str]]:
    """By network: the handles that the show posts under.

    Raises:
        InputError: a network that nothing emulates.
    """
    found: dict[str, list[str]] = {}
    for name, account in runbook.accounts.items():
        if account.network not in EMULATED:
            raise InputError(
                f"nothing emulates {account.network!r}, where account {name!r} is"
            )
        found.setdefault(account.network, []).append(account.handle)
    return found


def scenery(  # noqa: C901  an arm a kind
    runbook: Runbook, stage: str
) -> dict[str, Any]:
    """What a mixer needs for the show: scenes with their sources, texts and inputs.

    The scene of ``safe:`` is on program at first, or the first that is named.
    """
    scenes: dict[str, list[str]] = {}
    texts: dict[str, None] = {}
    audio: dict[str, None] = {}
    films: dict[str, tuple[str, float]] = {}
    shown: list[tuple[str | None, str]] = []
    actions = [*runbook.safe, *(a for _, cue in all_cues(runbook) for a in cue.do)]
    for action in actions:
        if getattr(action, "stage", None) not in {None, stage}:
            continue
        match action:
            case act.Scene():
                scenes.setdefault(action.scene, [])
            case act.SetText():
                texts[action.text.source] = None
            case act.LowerThird():
                texts[action.lower_third.source] = None
                shown.append((action.lower_third.scene, action.lower_third.source))
            case act.PlayMedia():
                film = action.media
                shown.append((film.scene, film.source))
                films[film.source] = (film.play, film.length_us / SECOND)
            case act.Audio():
                audio[action.audio.input] = None
            case act.Visible():
                shown.append((action.visible.scene, action.visible.source))
    if runbook.orders and runbook.orders.show_on:
        texts[runbook.orders.show_on.source] = None
    for scene, source in shown:
        for name in [scene] if scene else list(scenes):
            scenes.setdefault(name, []).append(source)
    return {"scenes": scenes, "texts": [*texts], "audio": [*audio], "films": films}


def _pages(runbook: Runbook) -> Iterator[tuple[str, str]]:
    """(address of a call, address of the page that shows it); no page: empty."""
    for _, cue in all_cues(runbook):
        for action in cue.do:
            if isinstance(action, act.Http):
                confirm = action.http.confirm
                yield action.http.url, confirm.get if confirm else ""
        for gate in cue.gate:
            if isinstance(gate, UrlOk):
                yield gate.url, ""


def _origins(runbook: Runbook) -> tuple[str, ...]:
    """Every origin that calls and pages of the runbook lie at, once."""
    found = (urlsplit(url) for addresses in _pages(runbook) for url in addresses if url)
    return tuple(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in found))


def _effects(runbook: Runbook) -> dict[str, tuple[str, str]]:
    """What a call changes: path to (path of the page, what it then shows)."""
    effects = {}
    for _, cue in all_cues(runbook):
        for action in cue.do:
            if isinstance(action, act.Http) and action.http.confirm is not None:
                confirm = action.http.confirm
                page = urlsplit(confirm.get).path
                effects[urlsplit(action.http.url).path] = (page, confirm.contains or "")
    return effects


def _environ(
    runbook: Runbook, passwords: Mapping[str, str], hook_secret: str, web: str
) -> dict[str, str]:
    """Every secret that the runbook names, invented for the emulators."""
    environ: dict[str, str] = {}
    for need in front_needs(runbook):
        environ[need.ref.env or ""] = hook_secret
    for need in show_needs(runbook):
        kind, _, name = need.what.partition(" ")
        reference = need.ref.env or ""
        if kind == "stage":
            environ[reference] = passwords[name]
        elif kind == "account":
            account = runbook.accounts[name]
            values = EMULATED[account.network].values(account.handle)
            environ |= {f"{reference}_{part}": value for part, value in values.items()}
        elif kind == "channel":
            environ[reference] = f"{web}/crew-channel/{name}"
        else:
            environ[reference] = "emulated"
    return environ


class _Anything(dict[str, str]):
    """An environment for a first look at the runbook: every address is loopback's."""

    def __missing__(self, name: str) -> str:
        return "http://127.0.0.1:9"

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ARG002  see above
        """Every name has a value."""
        return self[name]

    def __contains__(self, name: object) -> bool:
        return True


def _hook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
