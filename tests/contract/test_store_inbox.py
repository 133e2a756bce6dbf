"""What every inbox must do, on every implementation."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from launchctl.errors import InputError, JournalError
from launchctl.show.inputs import Call
from tests.contract.stores import DAY_US, take


def call(key: str, **fields: Any) -> Call:
    """A GO by Mira."""
    return Call(key, "mira", frozenset({"caller", "comms"}), "go", **fields)


class TestInbox:
    """Calls on their way to the conductor."""

    async def test_call_comes_back_as_put(self, backend):
        """Every field survives; the position is the store's."""
        front, conductor = await backend.inboxes()
        put = call("a1", target="reveal", args={"why": "jetzt ✓"}, seen=7, at_us=DAY_US)
        position = await front.put(put)
        assert await conductor.read() == [replace(put, position=position)]

    async def test_positions_grow(self, backend):
        """Later calls have higher positions, and reading goes on behind one."""
        front, conductor = await backend.inboxes()
        positions = [await front.put(call(key)) for key in "abc"]
        assert positions == sorted(set(positions))
        later = await conductor.read(after=positions[0])
        assert [entry.id for entry in later] == ["b", "c"]

    async def test_same_id_is_put_once(self, backend):
        """A repeated id gives the first position and leaves the first call alone."""
        front, conductor = await backend.inboxes()
        first = await front.put(call("a", target="one"))
        await front.put(call("b"))
        assert await front.put(call("a", target="two")) == first
        assert [(c.id, c.target) for c in await conductor.read()] == [
            ("a", "one"),
            ("b", None),
        ]

    async def test_both_ends_may_put(self, backend):
        """Page and command line write at once; no call is lost."""
        front, cli = await backend.inboxes()
        keys = [f"{n}" for n in range(40)]
        await asyncio.gather(
            *((front if n % 2 else cli).put(call(key)) for n, key in enumerate(keys))
        )
        assert {entry.id for entry in await front.read()} == set(keys)

    async def test_follow_gives_calls_as_they_arrive(self, backend):
        """The conductor sees each call once, in order."""
        front, conductor = await backend.inboxes()
        first = await front.put(call("a"))
        followed = asyncio.create_task(take(conductor.follow(after=first), 2))
        await front.put(call("b"))
        await front.put(call("c"))
        assert [entry.id for entry in await followed] == ["b", "c"]

    @pytest.mark.parametrize(
        "bad",
        [
            call(""),
            call("a", args={"x": object()}),
            call("a", args={"x": "y" * 70_000}),
        ],
        ids=["no id", "no plain value", "too large"],
    )
    async def test_call_that_cannot_be_kept_is_refused(self, backend, bad):
        """Nonsense is told to whoever put it, and never reaches the conductor."""
        front, conductor = await backend.inboxes()
        with pytest.raises(InputError):
            await front.put(bad)
        assert await conductor.read() == []

    async def test_closed_inbox_takes_nothing(self, backend):
        """A call is never lost silently."""
        front, _ = await backend.inboxes()
        await front.aclose()
        with pytest.raises(JournalError, match="not open"):
            await front.put(call("a"))
