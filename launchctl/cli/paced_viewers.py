"""The viewers that the script of a paced rehearsal asks for: they come, and they go."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from launchctl.cli.processes import start_child
from launchctl.rehearsal.script import Script
from launchctl.rehearsal.viewers import Seen

Leave = Callable[[], Awaitable[Seen | None]]
"""Sends them home; what they saw, None where nobody watched."""


def viewers_of(script: Script) -> int:
    """How many the script asks for."""
    return sum(shape.viewers or 0 for shape in script.audience)


def not_played(script: Script) -> list[str]:
    """What of it virtual time leaves out, in sentences."""
    viewers = viewers_of(script)
    if not viewers:
        return []
    return [f"viewers: {viewers}: there are pages only at a pace (--speed N)"]


def in_words(seen: Seen) -> str:
    """What the viewers got, as a sentence."""
    failed = f", {seen.failed:,} times not" if seen.failed else ""
    return (
        f"{seen.viewers:,} viewers were served {seen.served:,} times{failed};"
        f" the newest page that one of them had was at most {seen.oldest_s:.1f} s old"
    )


@asynccontextmanager
async def watched_by(viewers: int, url: str) -> AsyncIterator[Leave]:
    """Let so many watch the page at ``url``; none, and no process is started.

    Raises:
        LaunchError: their process did not start.
    """
    if not viewers:
        yield _nobody
        return
    with tempfile.TemporaryDirectory(prefix="launch-viewers-") as folder:
        boot = {"url": url, "viewers": viewers}
        child = await start_child("viewers", Path(folder), boot)

        async def leave() -> Seen | None:
            try:
                return Seen(**await child.ask(leave=True))
            except ValueError:  # it died: what they saw is not known
                return None

        try:
            yield leave
        finally:
            await child.stop()


async def _nobody() -> None:
    return None
