"""A real OBS in a rehearsal: nothing of it may leave the machine it runs beside.

OBS is the user's own, and its settings say where its stream goes. It is started only if
that is on loopback; a stream that is under way to elsewhere is a show, not a rehearsal.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from obswebsocket import requests

from launchctl.drivers.base import Outcome
from launchctl.drivers.obs.attempt import Attempt, ok
from launchctl.drivers.obs.protocol import Request
from launchctl.runbook.actions import Action, Record, Stream
from launchctl.show.commands import Command

Ask = Callable[[Request], Awaitable[Request]]
"""Asks OBS one question."""


async def withheld(attempt: Attempt, command: Command) -> Outcome | None:
    """What becomes of a start that would leave the machine: nothing is sent, and the
    rehearsal goes on. None: it may be sent.

    Raises:
        ObsError: OBS did not say where it streams to, so that nothing is started.
    """
    if not _starts_output(command.action):
        return None
    target = await public_target(attempt.ask)
    if target is None:
        return None
    detail = f"rehearsal: not started, for OBS streams to {target}"
    return ok(attempt, attempt.now_us(), detail)


def _starts_output(action: Action) -> bool:
    return (isinstance(action, Stream) and action.stream == "start") or (
        isinstance(action, Record) and action.record == "start"
    )


async def public_target(ask: Ask) -> str | None:
    """Where OBS would stream to, if not to loopback; None: it stays here.

    ``GetStreamServiceSettings`` (obs-websocket 5.x) gives ``streamServiceType``
    (``rtmp_common``, ``rtmp_custom``, ``whip_custom``) and, in
    ``streamServiceSettings``, ``server``; a known service may have ``auto`` there. The
    key is never told.

    Raises:
        ObsError: OBS did not say.
    """
    told = (await ask(requests.GetStreamServiceSettings())).datain
    settings = told.get("streamServiceSettings") or {}
    server = str(settings.get("server") or "")
    host = urlsplit(server).hostname or ""
    if _is_loopback(host):
        return None
    return host or str(settings.get("service") or "a service that it does not name")


async def live_target(ask: Ask) -> str | None:
    """Where OBS streams to now, if not to loopback; None: nowhere, or it stays here.

    Raises:
        ObsError: OBS did not say.
    """
    status = (await ask(requests.GetStreamStatus())).datain
    if not status.get("outputActive") and not status.get("outputReconnecting"):
        return None
    return await public_target(ask)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
