"""Open Sound Control: a message to a light, sound or effects desk, over UDP.

Nobody answers, so *ok* means that the message left this machine, and no more. What a
crash leaves open cannot be read back: a person looks at the desk. The encoding is
python-osc's, the extra ``launchctl[osc]``, imported when the first message is made.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from launchctl.crossings import crossing
from launchctl.drivers.base import Context, Health, Level, Outcome, Reading
from launchctl.runbook.actions import Osc, OscBody
from launchctl.runbook.model import OscDevice
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Sight

_OPEN_S = 1.5
_MISSING = "messages to desks need python-osc: install launchctl[osc]"


class _TroubleError(Exception):
    """Nothing left; the sentence says why."""


class OscDriver:
    """One desk (target ``osc:NAME``)."""

    def __init__(self, name: str, device: OscDevice, context: Context) -> None:
        self._name = name
        self._url = urlsplit(device.url)
        self._context = context
        self._transport: asyncio.DatagramTransport | None = None
        self._health = Health(Level.GOOD, "nobody answers on OSC: sent is all we know")

    async def start(self, stack: AsyncExitStack) -> None:
        """Nothing is opened before it is needed."""
        stack.callback(self._close)

    async def prepare(self, command: Command) -> str | None:
        """Find the desk's address and encode the message."""
        try:
            _encoded(_body(command))
            await self._opened()
        except _TroubleError as trouble:
            return str(trouble)
        return None

    async def send(self, command: Command) -> Outcome:
        """Send the message once; ok means that it left."""
        try:
            message = _encoded(_body(command))
            transport = await self._opened()
        except _TroubleError as trouble:
            return Outcome(Answer.NOT_SENT, str(trouble))
        now_us = self._context.now_us()
        crossing("osc", "message leaves")
        transport.sendto(message)
        return Outcome(Answer.OK, sent_us=now_us, confirmed_us=now_us)

    async def read(self, command: Command) -> Reading:  # noqa: ARG002  Driver
        """A desk cannot be asked."""
        return Reading(
            Sight.UNREADABLE, detail="a desk says nothing: look at it", final=True
        )

    async def check(self) -> Health:
        """Whether its address can be found."""
        try:
            await self._opened()
        except _TroubleError as trouble:
            self._health = Health(Level.BAD, str(trouble))
        return self._health

    def health(self) -> Health:
        """The last known health."""
        return self._health

    async def _opened(self) -> asyncio.DatagramTransport:
        if self._transport is None or self._transport.is_closing():
            where = (self._url.hostname or "", self._url.port or 0)
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(_OPEN_S):
                    self._transport, _ = await loop.create_datagram_endpoint(
                        asyncio.DatagramProtocol, remote_addr=where
                    )
            except (OSError, TimeoutError) as error:
                why = getattr(error, "strerror", None) or "it took too long"
                raise _TroubleError(f"{self._name} cannot be found: {why}") from None
        return self._transport

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _body(command: Command) -> OscBody:
    assert isinstance(command.action, Osc)
    return command.action.osc


def _encoded(body: OscBody) -> bytes:
    try:
        from pythonosc.osc_message_builder import (  # noqa: PLC0415  an extra
            BuildError,
            OscMessageBuilder,
        )
    except ImportError:
        raise _TroubleError(_MISSING) from None
    builder = OscMessageBuilder(address=body.address)
    try:
        for value in body.args:
            builder.add_arg(value)
        return bytes(builder.build().dgram)
    except (BuildError, ValueError) as error:
        raise _TroubleError(f"the message cannot be made: {error}") from None
