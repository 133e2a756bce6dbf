"""The other end of the zygote: shows are born, die, and are seen to."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Birth:
    """A show's process.

    Attributes:
        pid: its process id, once it is there.
        ended: its exit code, once it has ended; negative for a signal.
    """

    pid: asyncio.Future[int]
    ended: asyncio.Future[int]


@dataclass
class Nursery:
    """Gives birth to shows, one after the other or side by side."""

    process: asyncio.subprocess.Process
    _births: dict[int, Birth] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    async def show(
        self,
        folder: Path,
        secrets: Mapping[str, str],
        *,
        at: str | None = None,
        how: str = "kill",
        trace: Path | None = None,
        state: Path | None = None,
    ) -> Birth:
        """A show in ``folder``, to be killed or stopped ``at`` a crossing."""
        loop = asyncio.get_running_loop()
        order_id = next(self._ids)
        birth = Birth(loop.create_future(), loop.create_future())
        self._births[order_id] = birth
        order = {
            "id": order_id,
            "folder": str(folder),
            "secrets": dict(secrets),
            "at": at,
            "how": how,
            "trace": trace and str(trace),
            "state": state and str(state),
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        await self.process.stdin.drain()
        await birth.pid
        return birth

    async def read(self) -> None:
        """Take the zygote's answers."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            answer: dict[str, Any] = json.loads(line)
            birth = self._births[answer["id"]]
            if "pid" in answer:
                birth.pid.set_result(answer["pid"])
            else:
                birth.ended.set_result(answer["code"])


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """A zygote for a while; what it bore ends with it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.crash.zygote",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()  # it has imported what a show needs
    made = Nursery(process)
    reading = asyncio.create_task(made.read())
    try:
        yield made
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await reading
