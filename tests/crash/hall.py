"""The far ends of one show that is killed, and its buyers: they outlive the conductor.

All of it runs in the process that kills, on its own loop, at the speed of the show.
What the far ends kept is what the invariants are checked against.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from launchctl.cli.new_run import run_id
from launchctl.clock import Origin
from launchctl.orders.model import Delivery, Happening
from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.rehearsal.emulators.web import WebEmulator
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
from launchctl.rehearsal.scenery import scenery_of
from launchctl.runbook.loader import load
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import resolve_show
from launchctl.store.base import Ledger
from launchctl.store.folder import RunFolder, RunMeta
from launchctl.times import SECOND, Micros

SPEED = 20.0
BEGINS_IN_US = 10 * SECOND
"""N from the making of the folder to T-0."""
_BATCHES, _BATCH = 6, 4
_RUNBOOK = Path(__file__).with_name("show.yaml")
_PICTURE = Path(__file__).parents[2] / "runbooks" / "assets" / "m3.png"
HANDLES = {"ceo": "elonmusk", "brand": "TeslaMotors"}


class Desk(asyncio.DatagramProtocol):
    """A light desk: it keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[bytes] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        """A message came."""
        self.told.append(data)


@dataclass
class Hall:
    """One run folder with all its far ends.

    Attributes:
        units: ordered so far.
    """

    folder: RunFolder
    origin: Origin
    obs: ObsEmulator
    x: XEmulator
    web: WebEmulator
    desk: Desk
    runbook: Runbook
    secrets: dict[str, str] = field(repr=False)
    units: int = 0

    def texts(self, account: str) -> list[str]:
        """What stands under the account's name, in order."""
        handle = HANDLES[account].casefold()
        return [p.text for p in self.x.posts if p.handle.casefold() == handle]

    def posted(self, path: str) -> int:
        """How often a call had its effect."""
        return sum(call.path == path for call in self.web.acted)


@asynccontextmanager
async def hall(folder: Path) -> AsyncIterator[Hall]:
    """A show about to begin, with an audience that orders."""
    source = folder / "source"
    source.mkdir(parents=True)
    shutil.copyfile(_RUNBOOK, source / "show.yaml")
    shutil.copyfile(_PICTURE, source / "m3.png")
    origin = Origin.here(speed=SPEED)
    x = XEmulator([XAccount.made(h) for h in HANDLES.values()], origin.now_us)
    web = WebEmulator(origin.now_us)
    web.when_posted("/flip", page="/page", shows="Reserve now")
    await x.start()
    await web.start()
    loop = asyncio.get_running_loop()
    transport, desk = await loop.create_datagram_endpoint(
        Desk, local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    environ = {
        "OBS_MAIN": "stage-left",
        "STORES": "whsec_c3RvcmVz",
        "LIGHTS": f"osc://127.0.0.1:{port}",
        "CREW_CHANNEL": web.url.replace("http", "json") + "/crew",
        "SHOP_FLIP": f"{web.url}/flip",
        "SHOP_PAGE": f"{web.url}/page",
        "SHOP_REFRESH": f"{web.url}/refresh",
    }
    for name, handle in HANDLES.items():
        environ |= XAccount.made(handle).environ(f"X_{name.upper()}")
    obs = await _mixer(load(source / "show.yaml", environ=environ), origin)
    sets = (
        ("stages.main.url", obs.url),
        *((f"accounts.{name}.api", x.url) for name in HANDLES),
    )
    t0_us = origin.start_us + BEGINS_IN_US
    runbook = load(
        source / "show.yaml",
        t0_us=t0_us,
        sets=sets,
        environ=environ,
        now_us=origin.start_us,
    )
    meta = RunMeta(
        run=run_id(origin.start_us, runbook.title),
        title=runbook.title,
        runbook="show.yaml",
        origin=origin,
        home=str(source),
        loaded_us=origin.start_us,
        t0_us=t0_us,
        sets=sets,
        environ=environ,
    )
    run = RunFolder.create(folder / "run", meta, runbook)
    made = Hall(run, origin, obs, x, web, desk, runbook, resolve_show(runbook, environ))
    assert runbook.orders is not None
    try:
        async with (
            run.journal(writer=True),
            run.inbox(),
            run.ledger(runbook.orders, writer=True) as ledger,
        ):
            pass
        async with run.ledger(runbook.orders, writer=True) as ledger:
            buying = asyncio.create_task(_buy(made, ledger))
            try:
                yield made
            finally:
                buying.cancel()
                await asyncio.gather(buying, return_exceptions=True)
    finally:
        transport.close()
        await obs.aclose()
        await web.aclose()
        await x.aclose()


async def _mixer(runbook: Runbook, origin: Origin) -> ObsEmulator:
    seen = scenery_of(runbook, "main")
    obs = ObsEmulator(
        seen.scenes,
        texts=seen.texts,
        audio=seen.audio,
        password="stage-left",
        now_us=origin.now_us,
    )
    await obs.start()
    return obs


async def _buy(seen: Hall, ledger: Ledger) -> None:
    """The front's part: orders, each delivered twice, and a heartbeat each second."""
    bought = 0
    while True:
        now_us = seen.origin.now_us()
        if bought < _BATCHES:
            deliveries = [_order(bought * _BATCH + n, now_us) for n in range(_BATCH)]
            await ledger.record_all([*deliveries, *deliveries])
            seen.units += sum(each.quantity or 0 for each in deliveries)
            bought += 1
        await ledger.heartbeat("stores", seen.origin.now_us())
        await asyncio.sleep(1)


def _order(number: int, now_us: Micros) -> Delivery:
    return Delivery(
        source="stores",
        event_id=f"event-{number}",
        what=Happening.PLACED,
        order_id=f"order-{number}",
        occurred_us=now_us,
        received_us=now_us,
        placed_us=now_us,
        quantity=1 + number % 2,
        currency="USD",
        deposit_minor=100_000,
    )
