"""Preparing what comes: side by side, and never the show's end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from launchctl.conductor.prepare import Preparer
from launchctl.show.inputs import Noted


class RecordingFarEnd:
    """A driver that prepares as it is told."""

    def __init__(self, answer: Callable[[str], Awaitable[str | None]]) -> None:
        self._answer = answer

    async def prepare(self, command: Any) -> str | None:
        """Answer for the command's cue."""
        return await self._answer(command.key)


class ComingCues:
    """An engine that only says which cues come; each has one command."""

    def __init__(self, *cues: str) -> None:
        self._cues = cues
        self.state = SimpleNamespace(
            cues={cue: SimpleNamespace(take=1) for cue in cues}, digest="as loaded"
        )

    def coming(self, now_us: int, within_us: int) -> list[str]:
        """All of them."""
        assert now_us <= within_us
        return list(self._cues)

    def preview(self, cue: str, now_us: int) -> list[Any]:
        """Its one command, of which preparing sees target and key."""
        assert now_us == 0
        return [SimpleNamespace(target="account:ceo", key=cue)]


async def noted(
    answer: Callable[[str], Awaitable[str | None]], *cues: str
) -> tuple[str | None, str]:
    """Prepare the cues until the first trouble is told: its cue and words."""
    told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    preparer = Preparer(
        ComingCues(*cues),  # type: ignore[arg-type]
        {"account:ceo": RecordingFarEnd(answer)},  # type: ignore[dict-item]
        lambda: 0,
        told.set_result,
    )
    preparing = asyncio.create_task(preparer.run())
    async with asyncio.timeout(60):
        await asyncio.wait({preparing, told}, return_when=asyncio.FIRST_COMPLETED)
    assert told.done(), "preparing ended without a word"
    assert not preparing.done(), "the feeder ended: so would the show"
    preparing.cancel()
    await asyncio.gather(preparing, return_exceptions=True)
    trouble: Noted = told.result()
    return trouble.cue, trouble.text


async def test_a_slow_far_end_delays_no_other_cue() -> None:
    """While one cue's preparing hangs, the next cue's trouble is told."""
    hangs = asyncio.Event()

    async def answer(cue: str) -> str | None:
        if cue == "slow":
            await hangs.wait()
        return "the text is too long"

    assert ("quick", "the text is too long") == await noted(answer, "slow", "quick")


async def test_a_drivers_defect_while_preparing_is_told() -> None:
    """A driver that raises is trouble of its cue, not the end of the show."""

    async def answer(cue: str) -> str | None:
        raise KeyError(cue)

    assert ("reveal", "preparing failed: KeyError") == await noted(answer, "reveal")


async def test_what_was_amended_is_prepared_again() -> None:
    """SEMANTICS 2, amend: the cue has a new text, in the same take: nobody knows yet
    whether the network takes it.
    """
    engine, asked = ComingCues("news"), 0
    again = asyncio.Event()

    async def answer(cue: str) -> str | None:
        nonlocal asked
        asked += 1
        if engine.state.digest == "as loaded":
            engine.state.digest = "as amended"
        else:
            again.set()
        return None

    preparer = Preparer(
        engine,  # type: ignore[arg-type]
        {"account:ceo": RecordingFarEnd(answer)},  # type: ignore[dict-item]
        lambda: 0,
        lambda seen: None,
    )
    preparing = asyncio.create_task(preparer.run())
    async with asyncio.timeout(60):
        await again.wait()
    preparing.cancel()
    await asyncio.gather(preparing, return_exceptions=True)
    assert 2 == asked
