"""Keeping the machine awake while a run goes on, where systemd-logind can do that.

``systemd-inhibit`` holds the lock for as long as the program that it runs: a ``cat``
that ends with our end of its pipe. So nothing is left behind, however we end.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack, suppress

_PROGRAM = "systemd-inhibit"
_SURE_S = 2.0
"""Whoever gets no lock is told at once; after this it is held."""


async def keep_awake(stack: AsyncExitStack, why: str) -> bool:
    """Take the lock until the stack unwinds; False where nobody gives one."""
    program = shutil.which(_PROGRAM)
    if program is None:
        return False
    process = await asyncio.create_subprocess_exec(
        program,
        "--what=sleep:idle:handle-lid-switch",
        "--who=launchctl",
        f"--why={why}",
        "--mode=block",
        "cat",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _SURE_S)
        return False
    stack.push_async_callback(_let_sleep, process)
    return True


async def _let_sleep(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _SURE_S)
        return
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
