"""The far ends of a paced rehearsal, as the show's processes are told of them.

They stand in a helper process (``emulators_process.py``), which also takes the clock's
origin: late enough that everything stands before the first cue.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from launchctl.cli.processes import Child, start_child
from launchctl.clock import Origin
from launchctl.errors import InputError
from launchctl.rehearsal.pressing import ByHand
from launchctl.rehearsal.script import Step
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class FarEnds:
    """What ``rehearsal.world`` started in the helper process, on its clock; ``by_hand``
    is as ``rehearsal.pressing.ByHand``.
    """

    by_hand: ByHand
    origin: Origin
    sets: list[tuple[str, str]]
    show_secrets: dict[str, str] = field(repr=False)
    front_secrets: dict[str, str] = field(repr=False)
    hook_secrets: dict[str, str] = field(repr=False)


@asynccontextmanager
async def far_ends(
    runbook: Path,
    first_us: Micros,
    speed: float,
    *,
    t0_us: Micros | None,
    sets: Sequence[tuple[str, str]],
    real_stages: bool = False,
) -> AsyncIterator[FarEnds]:
    """Start the far ends that the runbook names; stop them on leaving.

    Args:
        runbook: the file.
        first_us: the first cue's instant; N begins before it.
        speed: of the clock.
        t0_us: as ``--t0``.
        sets: addresses, as ``--set``.
        real_stages: mixers are not emulated.

    Raises:
        InputError: something has no emulator.
        LaunchError: the process did not start.
    """
    boot = {
        "began": Origin.here(first_us, speed).as_json(),
        "runbook": str(runbook),
        "t0_us": t0_us,
        "sets": list(sets),
        "seed": secrets.randbits(64),  # others on this machine must not guess it
        "real_stages": real_stages,
    }
    with tempfile.TemporaryDirectory(prefix="launch-rehearse-") as folder:
        child = await start_child("emulators", Path(folder), boot)
        try:
            told = dict(child.ready)
            if missing := told.pop("not_emulated"):
                raise InputError("; ".join(missing))
            origin = Origin(**told.pop("origin"))
            addresses = [(path, value) for path, value in told.pop("sets")]
            yield FarEnds(_hands(child), origin, addresses, **told)
        finally:
            await child.stop()


def _hands(child: Child) -> ByHand:
    """Hands on the emulators in that process."""
    one_at_a_time = asyncio.Lock()

    async def by_hand(step: Step) -> str | None:
        async with one_at_a_time:
            try:
                said = await child.ask(**step.model_dump(mode="json"))
            except ValueError:
                return "the emulators are gone"
        trouble: str | None = said["trouble"]
        return trouble

    return by_hand
