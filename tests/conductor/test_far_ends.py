"""The far ends of a run: what a rehearsal must not reach."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from launchctl.conductor.far_ends import FarEnds, demand_emulated
from launchctl.errors import InputError
from launchctl.runbook.loader import load_text
from launchctl.runbook.model import Runbook

_SHOW = """
runbook: 1
title: A show
t0: 2016-03-31T20:30:00-07:00
stages: {{main: {{driver: obs, url: "{stage}"}}}}
accounts: {{ceo: {{network: x, handle: elonmusk, credentials: {{env: X}}{api}}}}}
cues:
  - {{cue: doors, at: T-0, do: [{{scene: Countdown}}]}}
"""


def show(stage: str, api: str | None) -> Runbook:
    """A show with one stage and one account at those addresses."""
    more = "" if api is None else f', api: "{api}"'
    return load_text(_SHOW.format(stage=stage, api=more), path="show.yaml")


def test_emulators_on_this_machine_are_let_through():
    """A rehearsal on loopback addresses alone may start."""
    demand_emulated(show("ws://127.0.0.1:4455", "http://localhost:8080"))


@pytest.mark.parametrize(
    ("stage", "api", "named"),
    [
        ("ws://10.0.0.12:4455", "http://[::1]:8080", "stage main"),
        ("ws://127.0.0.1:4455", None, "account ceo"),
        ("ws://127.0.0.1:4455", "https://api.x.com", "account ceo"),
    ],
)
def test_a_real_far_end_stops_a_rehearsal(stage: str, api: str | None, named: str):
    """Whatever would be reached for real is named, and nothing starts."""
    with pytest.raises(InputError, match=f"would reach {named} for real"):
        demand_emulated(show(stage, api))


async def test_far_ends_start_side_by_side() -> None:
    """One that does not answer keeps nobody from the others."""
    here = asyncio.Event()

    class Waits:
        """A driver whose far end does not answer before another was begun."""

        async def start(self, stack: AsyncExitStack) -> None:
            """Wait for the other."""
            del stack
            await here.wait()

    class Begins:
        """Another."""

        async def start(self, stack: AsyncExitStack) -> None:
            """Be begun."""
            del stack
            here.set()

    far_ends = FarEnds({"stage:main": Waits(), "stage:backup": Begins()})  # type: ignore[dict-item]
    async with asyncio.timeout(30), AsyncExitStack() as stack:
        await far_ends.start(stack)
