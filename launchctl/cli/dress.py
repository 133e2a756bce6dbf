"""Before a dress rehearsal: nobody outside may be watching the stages it takes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from launchctl.clock import Origin
from launchctl.drivers import registry
from launchctl.drivers.base import Context
from launchctl.errors import InputError
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import GivenSecrets
from launchctl.show.inputs import Input, StageSeen


async def demand_unseen(runbook: Runbook, secrets: Mapping[str, str]) -> None:
    """Look at every stage; one that cannot be reached shows nobody anything.

    Raises:
        InputError: a stage is streaming: its viewers would see the rehearsal.
    """
    seen: dict[str, StageSeen] = {}

    def report(given: Input) -> None:
        if isinstance(given, StageSeen):
            seen[given.stage] = given

    clock, keys = Origin.here(), GivenSecrets(secrets)
    files = Path(runbook.path).parent
    async with AsyncExitStack() as stack:
        for name, stage in runbook.stages.items():
            context = Context(f"stage:{name}", clock.now_us, report, keys, files)
            await registry.stage_driver(stage, context).start(stack)
        live = [name for name, one in seen.items() if one.streaming or one.reconnecting]
    if live:
        raise InputError(
            f"a dress rehearsal would be seen: stage {', '.join(live)} is streaming",
            hint="stop the stream there first",
        )
