"""The far ends of a paced rehearsal: emulated OBS, networks and shop, in one process.

Started by ``launch demo`` as ``python -m launchctl.cli.emulators_process FOLDER``; its
loop runs at the rehearsal's speed, so that a fade or a timeline's lag takes as long, in
show time, as the real one. The boot line names the clock and who has an account.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from launchctl.cli.logs import log_to
from launchctl.cli.processes import read_boot, say_ready
from launchctl.clock import Origin, new_loop
from launchctl.rehearsal.emulators.hls import HlsEmulator
from launchctl.rehearsal.emulators.networks import EMULATED
from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.rehearsal.emulators.web import WebEmulator


async def serve(boot: dict[str, Any]) -> None:
    """Emulate until asked to stop, or until whoever started it is gone.

    ``boot``: ``origin`` (the clock), ``networks`` (by name: handles that have an
    account there), ``stages`` (by name: scenes with their sources, texts, audio inputs,
    password), ``effects`` (path of a POST to [page, what it then shows]).
    """
    now_us = Origin(**boot["origin"]).now_us
    async with AsyncExitStack() as stack:
        networks = {}
        for name, handles in boot["networks"].items():
            network = EMULATED[name].far_end(handles, now_us)
            stack.push_async_callback(network.aclose)
            networks[name] = await network.start()
        web = WebEmulator(now_us)
        stack.push_async_callback(web.aclose)
        for path, (page, shows) in boot["effects"].items():
            web.when_posted(path, page=page, shows=shows)
        stages = {}
        for name, mixer in boot["stages"].items():
            obs = ObsEmulator(
                mixer["scenes"],
                texts=mixer["texts"],
                audio=mixer["audio"],
                films={name: (file, s) for name, (file, s) in mixer["films"].items()},
                password=mixer["password"],
                now_us=now_us,
            )
            stack.push_async_callback(obs.aclose)
            stages[name] = await obs.start()
        hls = HlsEmulator(now_us)
        stack.push_async_callback(hls.aclose)
        say_ready(
            stages=stages,
            networks=networks,
            web=await web.start(),
            hls=await hls.start(),
        )
        await _stopped()


async def _stopped() -> None:
    """SIGTERM, or the end of standard input: the starter is gone."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    reader = asyncio.StreamReader()
    pipe, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    gone = asyncio.create_task(reader.read())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({gone, stopping}, return_when=asyncio.FIRST_COMPLETED)
    pipe.close()
    for task in (gone, stopping):
        task.cancel()
    await asyncio.gather(gone, stopping, return_exceptions=True)


def main() -> int:
    """The process."""
    log_to(Path(sys.argv[1]) / "emulators.log")
    boot = read_boot()
    loop = new_loop(boot["origin"]["speed"])
    try:
        loop.run_until_complete(serve(boot))
    finally:
        loop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
