"""Calls over the run folder: for whoever may write it."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
from collections.abc import AsyncIterator

from launchctl.cli.calls import (
    ANSWER_WITHIN_S,
    CallAnswer,
    Way,
    Wish,
    all_args,
    new_call_id,
)
from launchctl.clock import Origin
from launchctl.conductor.aftercare import answer_calls
from launchctl.conductor.viewer import Viewer
from launchctl.errors import InputError, OutOfReachError, RefusedError
from launchctl.show.inputs import Call
from launchctl.show.status import Status
from launchctl.store.base import Line
from launchctl.store.folder import RunFolder
from launchctl.times import parse_instant, seconds

_ANSWERS = {"call_accepted": True, "call_refused": False}
_OVER = frozenset({"complete", "aborted"})


@contextlib.asynccontextmanager
async def at_folder_desk(way: Way) -> AsyncIterator[FolderDesk]:
    """The run in ``way.run_dir``, or the newest one.

    Raises:
        InputError: there is no run.
    """
    folder = RunFolder.open(way.run_dir)
    viewer = await Viewer.open(folder)
    try:
        yield FolderDesk(viewer, way)
    finally:
        await viewer.aclose()


class FolderDesk:
    """A run on this machine."""

    def __init__(self, viewer: Viewer, way: Way) -> None:
        self._viewer = viewer
        self._way = way

    async def status(self) -> Status:
        """The show now."""
        return self._viewer.status()

    async def since_s(self, seq: int) -> float | None:
        """Real seconds since the journal's line ``seq``."""
        for line in (await self._viewer.lines(seq - 1))[:1]:
            elapsed_us = self._origin.now_us() - parse_instant(line["at"])
            return seconds(elapsed_us) / self._origin.speed
        return None

    async def call(self, wish: Wish) -> CallAnswer:
        """Put the call into the inbox and wait for the conductor's word.

        Raises:
            OutOfReachError: nobody conducts this run, or nobody answered in time.
        """
        call_id = new_call_id(self._way)
        known = await self._answer_in(await self._viewer.lines(0), call_id)
        if known is not None:
            return known
        self._check_alive()
        seen = self._viewer.seq
        async with self._viewer.folder.inbox() as inbox:
            await inbox.put(self._as_call(call_id, wish))
        if self._viewer.engine.finished:
            with contextlib.suppress(
                RefusedError
            ):  # its conductor still lives, and answers
                await answer_calls(self._viewer.folder)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._wait(call_id, seen)
        except TimeoutError:
            raise OutOfReachError(
                f"nobody answered the call within {ANSWER_WITHIN_S:g} s",
                hint=f"it lies in the inbox of {self._viewer.folder.path}",
            ) from None

    async def _wait(self, call_id: str, after: int) -> CallAnswer:
        async for lines in self._viewer.follow(after):
            answer = await self._answer_in(lines, call_id)
            if answer is not None:
                return answer
        raise AssertionError("the journal is followed for ever")

    async def _answer_in(self, lines: list[Line], call_id: str) -> CallAnswer | None:
        for line in lines:
            accepted = _ANSWERS.get(line["event"])
            if accepted is not None and line.get("call") == call_id:
                reason = str(line.get("reason") or "")
                listed, digest = tuple(line.get("listed", ())), line.get("digest")
                receipt = await self._viewer.digest(line["seq"])
                return CallAnswer(
                    call_id, accepted, reason, line["seq"], listed, digest, receipt
                )
        return None

    def _as_call(self, call_id: str, wish: Wish) -> Call:
        person, roles = _who(self._way.act_as, frozenset(self._viewer.runbook.crew))
        args = all_args(self._way, wish)
        if self._way.act_as:
            args["claimed_by"] = _os_user()
        return Call(
            id=call_id,
            by=person,
            roles=roles,
            verb=wish.verb,
            target=wish.target,
            args=args,
            seen=wish.seen,
            at_us=self._origin.now_us(),
        )

    def _check_alive(self) -> None:
        state = self._viewer.status()["state"]
        pid = self._viewer.meta.pid
        if state not in _OVER and pid is not None and not _alive(pid):
            raise OutOfReachError(
                f"nobody conducts this run: process {pid} is gone",
                hint=f"launch run --recover {self._viewer.folder.path} goes on with it",
            )

    @property
    def _origin(self) -> Origin:
        return self._viewer.meta.origin


def _who(act_as: str | None, every_role: frozenset[str]) -> tuple[str, frozenset[str]]:
    """Name and roles: the OS user with all roles, or whom ``--as`` claims."""
    if act_as is None:
        return _os_user(), every_role
    name, colon, role = act_as.partition(":")
    if not name or (colon and not role):
        raise InputError(
            f"{act_as!r} names nobody", hint="write --as NAME or NAME:ROLE"
        )
    if not role:
        return name, every_role
    if role not in every_role:
        known = ", ".join(sorted(every_role))
        raise InputError(f"the runbook has no role {role!r}", hint=f"it has: {known}")
    return name, frozenset({role})


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
