"""Messages to desks: sent once over UDP, to a listener that takes them apart."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pythonosc.osc_message import OscMessage

from launchctl.drivers.base import Context, Level
from launchctl.drivers.osc import OscDriver
from launchctl.runbook.actions import Effect, Osc, OscBody
from launchctl.runbook.model import OscDevice
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Sight
from tests.contract.posts_table import PlantedSecrets


class Desk(asyncio.DatagramProtocol):
    """A desk that keeps what it hears."""

    def __init__(self):
        self.heard = asyncio.Queue()

    def datagram_received(self, data, _addr):
        """One message."""
        message = OscMessage(data)
        self.heard.put_nowait((message.address, message.params))


def command(*args, address="/cue/11/go"):
    """A message as the engine gives it."""
    body = OscBody(to="lights", address=address, args=args)
    return Command("k", 1, "osc:lights", Osc(osc=body), Effect.ONCE, "one", "cue one")


@asynccontextmanager
async def joined(host="127.0.0.1"):
    """A driver and a desk."""
    loop = asyncio.get_running_loop()
    transport, desk = await loop.create_datagram_endpoint(
        Desk, local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    device = OscDevice(url=f"osc://{host}:{port}")
    context = Context("osc:lights", lambda: 7, print, PlantedSecrets(), Path())
    driver = OscDriver("lights", device, context)
    async with AsyncExitStack() as stack:
        stack.callback(transport.close)
        await driver.start(stack)
        yield driver, desk


async def test_a_message_arrives_with_its_arguments():
    """Whole numbers, numbers, texts and truth; ok means sent (SEMANTICS 6)."""
    async with joined() as (driver, desk):
        assert await driver.prepare(command(1, 0.5, "go", True)) is None
        outcome = await driver.send(command(1, 0.5, "go", True))
        async with asyncio.timeout(10):
            heard = await desk.heard.get()

    assert (Answer.OK, 7) == (outcome.answer, outcome.sent_us)
    assert ("/cue/11/go", [1, 0.5, "go", True]) == heard


async def test_a_desk_cannot_be_read():
    """What a crash left open is a person's to judge (SEMANTICS 6)."""
    async with joined() as (driver, _):
        assert Sight.UNREADABLE is (await driver.read(command())).sight


async def test_a_desk_that_cannot_be_found_gets_nothing():
    """Certainly not sent, and bad in the preflight (SEMANTICS 6)."""
    async with joined("no-such-desk.invalid") as (driver, _):
        assert Answer.NOT_SENT is (await driver.send(command())).answer
        assert "cannot be found" in str(await driver.prepare(command()))
        assert Level.BAD is (await driver.check()).level


async def test_without_the_extra_it_says_what_to_install(monkeypatch):
    """A sentence, not a crash; nothing was sent (SEMANTICS 6)."""
    monkeypatch.setitem(sys.modules, "pythonosc.osc_message_builder", None)
    async with joined() as (driver, _):
        outcome = await driver.send(command())

    assert Answer.NOT_SENT is outcome.answer
    assert "launchctl[osc]" in outcome.detail
