"""What every journal must do, on every implementation."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from launchctl.errors import JournalError
from launchctl.store.chain import canonical
from launchctl.store.memory import (
    MemoryJournal,
)
from tests.contract.stores import line, take


class TestJournal:
    """The append-only record of decisions."""

    async def test_new_journal_is_empty(self, backend):
        """A journal without lines has head 0 and the digest of nothing."""
        _, reader = await backend.journals()
        assert await reader.head() == 0
        assert await reader.read() == []
        assert await reader.digest() == "00" * 32
        assert await reader.verify() is None

    async def test_lines_come_back_as_written(self, backend):
        """What is appended is read back, equal and in order, by everybody."""
        writer, reader = await backend.journals()
        lines = [
            line(1, text="Größe 🚀", nested={"b": [1, None, True], "a": "x"}),
            line(2, t_s=-600.25, big=2**60),
            line(3, cue=None, half="\ud83d", nul="\0"),
        ]
        await writer.append(lines[:2])
        await writer.append(lines[2:])
        assert await reader.read() == lines
        assert await writer.read() == lines
        assert await reader.head() == 3

    async def test_read_starts_after_and_stops_at_limit(self, backend):
        """``after`` is not part of the answer; ``limit`` bounds it."""
        writer, reader = await backend.journals()
        await writer.append([line(seq) for seq in range(1, 8)])
        assert [e["seq"] for e in await reader.read(after=5)] == [6, 7]
        assert [e["seq"] for e in await reader.read(after=2, limit=3)] == [3, 4, 5]
        assert await reader.read(after=7) == []
        assert await reader.read(after=2, limit=0) == []

    async def test_long_batch_is_whole(self, backend):
        """A batch of any length is appended at once and read back whole."""
        writer, reader = await backend.journals()
        lines = [line(seq, n=seq) for seq in range(1, 1_701)]
        await writer.append(lines)
        assert await reader.read() == lines
        assert await reader.verify() is None

    async def test_empty_batch_changes_nothing(self, backend):
        """Appending no line is no event."""
        writer, reader = await backend.journals()
        await writer.append([])
        assert await reader.head() == 0

    @pytest.mark.parametrize(
        "seqs", [[2], [5], [1], [3, 5], [3, 3], [3, 4, 2]], ids=str
    )
    async def test_wrong_seq_is_refused_whole(self, backend, seqs):
        """A batch that does not continue the journal is refused; nothing stays."""
        writer, reader = await backend.journals()
        await writer.append([line(1), line(2)])
        with pytest.raises(JournalError, match="next line is"):
            await writer.append([line(seq) for seq in seqs])
        assert await reader.head() == 2
        await writer.append([line(3)])
        assert [e["seq"] for e in await reader.read()] == [1, 2, 3]

    @pytest.mark.parametrize(
        "bad", [{"event": "x"}, line(1, t_s=float("nan")), line(1, what=object())]
    )
    async def test_line_that_is_no_json_event_is_refused(self, backend, bad):
        """A line needs its seq and plain JSON values."""
        writer, reader = await backend.journals()
        with pytest.raises(JournalError, match="no JSON event"):
            await writer.append([bad])
        assert await reader.head() == 0

    async def test_concurrent_appends_keep_their_order(self, backend):
        """Appends asked for in order are in order, however they share commits."""
        writer, reader = await backend.journals()
        await asyncio.gather(*(writer.append([line(seq)]) for seq in range(1, 201)))
        assert [e["seq"] for e in await reader.read()] == list(range(1, 201))

    async def test_digest_is_the_chain_over_canonical_lines(self, backend):
        """The digest can be computed by anybody who has the lines."""
        writer, reader = await backend.journals()
        lines = [line(1, b=1, a="ä"), line(2, x=0.5)]
        await writer.append(lines)
        chain = bytes(32)
        for text in ('{"a":"ä","b":1,"event":"noted","seq":1,"v":1}',):
            assert text == canonical(lines[0])
        for entry in lines:
            chain = hashlib.sha256(chain + canonical(entry).encode()).digest()
        assert await reader.digest() == chain.hex()

    async def test_digest_after_a_line(self, backend):
        """A receipt names the chain as it was then, whatever came since."""
        writer, reader = await backend.journals()
        digests = []
        for seq in (1, 2, 3):
            await writer.append([line(seq)])
            digests.append(await reader.digest())
        assert digests == [await reader.digest(seq) for seq in (1, 2, 3)]
        with pytest.raises(JournalError, match="no line 4"):
            await reader.digest(4)

    async def test_digest_does_not_depend_on_batches(self, backend):
        """One batch or many: the same lines have the same digest."""
        writer, _ = await backend.journals()
        lines = [line(seq, n=seq * 7) for seq in range(1, 21)]
        for entry in lines:
            await writer.append([entry])
        other = MemoryJournal()
        await other.open()
        await other.append(lines)
        assert await writer.digest() == await other.digest()

    async def test_follow_gives_old_lines_then_new_ones(self, backend):
        """Who follows misses nothing, from ``after`` on."""
        writer, reader = await backend.journals()
        await writer.append([line(1), line(2)])
        followed = asyncio.create_task(take(reader.follow(after=1), 3))
        await writer.append([line(3)])
        await writer.append([line(4)])
        assert [e["seq"] for e in await followed] == [2, 3, 4]

    async def test_many_may_follow(self, backend):
        """Followers do not take lines from each other."""
        writer, reader = await backend.journals()
        tasks = [asyncio.create_task(take(reader.follow(), 50)) for _ in range(8)]
        for seq in range(1, 51):
            await writer.append([line(seq)])
        for followed in await asyncio.gather(*tasks):
            assert [e["seq"] for e in followed] == list(range(1, 51))

    async def test_follow_ends_with_the_journal(self, backend):
        """Closing ends those who follow, and takes no more."""
        writer, reader = await backend.journals()
        waiting = asyncio.create_task(take(reader.follow(), 1))
        await asyncio.sleep(0)
        await reader.aclose()
        assert await waiting == []
        await writer.aclose()
        with pytest.raises(JournalError, match="not open"):
            await writer.append([line(1)])
