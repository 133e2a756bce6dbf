"""What the SQLite files promise beyond the contract."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from launchctl.errors import JournalError
from launchctl.show.inputs import Call
from launchctl.store.base import DiskFullError
from launchctl.store.chain import Damage
from launchctl.store.sqlite import SqliteInbox, SqliteJournal, SqliteLedger
from launchctl.store.sqlite import writer as writer_module
from launchctl.store.sqlite.ballast import Ballast
from launchctl.store.sqlite.keeper import Keeper

HANG_S = 20.0
WRITER_PROGRAM = Path(__file__).with_name("append_for_ever.py")


def line(seq: int, **fields: Any) -> dict[str, Any]:
    """An event line as the engine writes them."""
    return {"seq": seq, "event": "noted", "v": 1, **fields}


def edit(path: Path, statement: str) -> None:
    """Change the file behind everybody's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


async def until(condition: Any) -> None:
    """Wait for something that another thread brings about."""
    async with asyncio.timeout(HANG_S):
        while not condition():
            await asyncio.sleep(0.005)


# --- files ---------------------------------------------------------------------------


async def test_files_are_for_their_owner_only(tmp_path):
    """Every file of a run has mode 0600, whatever the umask."""
    before = os.umask(0)
    try:
        async with (
            SqliteJournal(tmp_path / "journal.db", writer=True) as journal,
            SqliteLedger(tmp_path / "ledger.db", writer=True),
            SqliteInbox(tmp_path / "inbox.db") as inbox,
        ):
            await journal.append([line(1)])
            await inbox.put(Call("a", "mira", frozenset({"caller"}), "go"))
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}
    assert {"journal.db", "journal.db-wal", "journal.db.ballast"} <= set(modes)


async def test_readers_make_no_files(tmp_path):
    """Looking at a run that has not begun reads nothing and leaves nothing behind."""
    async with (
        SqliteJournal(tmp_path / "journal.db", writer=False) as journal,
        SqliteLedger(tmp_path / "ledger.db", writer=False) as ledger,
        SqliteInbox(tmp_path / "inbox.db") as inbox,
    ):
        assert await journal.read() == []
        assert (await ledger.totals()).placed == 0
        assert await inbox.read() == []
    assert list(tmp_path.iterdir()) == []


async def test_reader_finds_a_journal_that_begins_later(tmp_path):
    """A reader may be there before the show."""
    path = tmp_path / "journal.db"
    async with SqliteJournal(path, writer=False) as reader:
        follower = reader.follow()
        first = asyncio.create_task(anext(follower))
        await asyncio.sleep(0)
        async with SqliteJournal(path, writer=True) as journal:
            await journal.append([line(1)])
            async with asyncio.timeout(HANG_S):
                assert await first == [line(1)]
        await follower.aclose()


async def test_reader_cannot_append(tmp_path):
    """Only the show writes the journal, only the front the ledger."""
    async with SqliteJournal(tmp_path / "journal.db", writer=False) as journal:
        with pytest.raises(JournalError, match="reading only"):
            await journal.append([line(1)])
    async with SqliteLedger(tmp_path / "ledger.db", writer=False) as ledger:
        with pytest.raises(JournalError, match="reading only"):
            await ledger.heartbeat("shop", 0)


@pytest.mark.parametrize("writer", [True, False])
async def test_file_of_a_newer_launchctl_is_refused(tmp_path, writer):
    """What a newer version wrote is neither read wrongly nor written over."""
    path = tmp_path / "journal.db"
    edit(path, "PRAGMA user_version=99")
    with pytest.raises(JournalError, match="newer launchctl"):
        await SqliteJournal(path, writer=writer).open()


async def test_foreign_file_is_refused_with_a_sentence(tmp_path):
    """A file that is no database says so, without a stack of library errors."""
    path = tmp_path / "journal.db"
    path.write_bytes(b"no database at all " * 100)
    with pytest.raises(JournalError, match="no such file of launchctl"):
        await SqliteJournal(path, writer=True).open()


async def test_missing_folder_is_refused_with_a_sentence(tmp_path):
    """A writer does not invent a run folder."""
    with pytest.raises(JournalError, match=r"journal\.db"):
        await SqliteJournal(tmp_path / "none" / "journal.db", writer=True).open()


# --- commits -------------------------------------------------------------------------


async def test_what_comes_during_a_commit_shares_the_next_one(tmp_path):
    """Natural group commit: while one commit is held up, all others gather for one."""
    path = tmp_path / "journal.db"
    async with SqliteJournal(path, writer=True) as journal:
        await journal.append([line(1)])
        commits: list[str] = []
        journal._writer._connection.set_trace_callback(commits.append)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            first = asyncio.create_task(journal.append([line(2)]))
            await until(lambda: "BEGIN IMMEDIATE" in commits)
            rest = [
                asyncio.create_task(journal.append([line(seq)])) for seq in range(3, 60)
            ]
            await until(lambda: journal._writer._queue.qsize() == 1)
            other.execute("ROLLBACK")
        await asyncio.gather(first, *rest)
        assert commits.count("COMMIT") == 2
        assert await journal.head() == 59


async def test_reader_in_a_transaction_stops_no_append(tmp_path):
    """Readers never hold up the writer, and see one state until they end."""
    path = tmp_path / "journal.db"
    async with SqliteJournal(path, writer=True) as journal:
        await journal.append([line(1)])
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            counted = "SELECT count(*) FROM event"
            assert reader.execute(counted).fetchone() == (1,)
            await journal.append([line(2)])
            assert reader.execute(counted).fetchone() == (1,)
            reader.execute("COMMIT")
            assert reader.execute(counted).fetchone() == (2,)


async def test_second_writer_is_found_out(tmp_path):
    """Where another conductor wrote a line, ours is refused and theirs stays."""
    path = tmp_path / "journal.db"
    async with (
        SqliteJournal(path, writer=True) as ours,
        SqliteJournal(path, writer=True) as theirs,
    ):
        await ours.append([line(1)])
        await theirs.append([line(2, by="them")])
        with pytest.raises(JournalError, match="another conductor"):
            await ours.append([line(2, by="us")])
        assert (await ours.read())[1] == line(2, by="them")


async def test_cancelled_append_is_written_all_the_same(tmp_path):
    """Who stops waiting does not tear a hole into the journal."""
    async with SqliteJournal(tmp_path / "journal.db", writer=True) as journal:
        lost = asyncio.create_task(journal.append([line(1)]))
        await asyncio.sleep(0)
        lost.cancel()
        with pytest.raises(asyncio.CancelledError):
            await lost
        await journal.append([line(2)])
        assert await journal.head() == 2


async def test_closing_writes_what_was_asked_for(tmp_path):
    """Nothing in the queue is dropped by a clean end."""
    path = tmp_path / "journal.db"
    journal = SqliteJournal(path, writer=True)
    await journal.open()
    tasks = [asyncio.create_task(journal.append([line(seq)])) for seq in range(1, 51)]
    await asyncio.sleep(0)
    await journal.aclose()
    await asyncio.gather(*tasks)
    async with SqliteJournal(path, writer=False) as reader:
        assert await reader.head() == 50


async def test_threads_end_with_their_files(tmp_path):
    """Closing leaves no thread behind."""
    before = set(threading.enumerate())
    async with (
        SqliteJournal(tmp_path / "journal.db", writer=True) as journal,
        SqliteLedger(tmp_path / "ledger.db", writer=True),
    ):
        await journal.append([line(1)])
        names = {thread.name for thread in set(threading.enumerate()) - before}
        assert {"write journal.db", "read journal.db", "keep ledger.db"} <= names
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not {name for name in left if name.endswith(".db")}


async def test_log_does_not_grow_without_end(tmp_path, monkeypatch):
    """Under a flood the writer itself makes the log start anew."""
    bound = 256 * 1024
    monkeypatch.setattr(writer_module, "_MAX_WAL_BYTES", bound)
    async with SqliteJournal(tmp_path / "journal.db", writer=True) as journal:
        for seq in range(1, 401):
            await journal.append([line(seq, filler="x" * 4_000)])
        log = tmp_path / "journal.db-wal"
        assert log.stat().st_size < 2 * bound


async def test_keeper_copies_the_log_by_a_timer(tmp_path):
    """Checkpoints come by themselves, and an idle log is shortened."""
    path = tmp_path / "journal.db"
    async with SqliteJournal(path, writer=True) as journal:
        keeper = Keeper(path, "", 1, every_s=0.01)
        await keeper.open()
        await journal.append([line(1, filler="x" * 1_500_000)])
        await until(lambda: path.stat().st_size > 1_500_000)
        log = tmp_path / "journal.db-wal"
        await until(lambda: log.stat().st_size == 0)
        await keeper.aclose()


# --- damage --------------------------------------------------------------------------


async def damaged(path: Path, count: int, statement: str) -> Damage | None:
    """What ``verify`` finds after the file was changed."""
    async with SqliteJournal(path, writer=True) as journal:
        await journal.append([line(seq) for seq in range(1, count + 1)])
    edit(path, statement)
    reader = SqliteJournal(path, writer=False)
    await reader._reader.open()
    try:
        return await reader.verify()
    finally:
        await reader.aclose()


async def test_changed_line_is_found(tmp_path):
    """Changing one character anywhere is found, with its place."""
    change = "UPDATE event SET line = replace(line, 'noted', 'noted!') WHERE seq = 700"
    damage = await damaged(tmp_path / "journal.db", 1_200, change)
    assert damage == Damage(700, "line 700 was changed after it was written")


async def test_missing_line_is_found(tmp_path):
    """A line taken out leaves a gap that is named."""
    change = "DELETE FROM event WHERE seq = 3"
    damage = await damaged(tmp_path / "journal.db", 10, change)
    assert damage == Damage(3, "line 3 is missing: 4 follows")


async def test_opening_finds_damage_near_the_end(tmp_path):
    """The conductor never goes on from lines that were changed."""
    path = tmp_path / "journal.db"
    await damaged(path, 900, "UPDATE event SET line = '{}' WHERE seq = 890")
    with pytest.raises(JournalError, match="line 890 was changed"):
        await SqliteJournal(path, writer=True).open()


async def test_old_damage_does_not_make_opening_slow(tmp_path):
    """Opening reads only the end; ``verify`` reads it all."""
    path = tmp_path / "journal.db"
    await damaged(path, 900, "UPDATE event SET line = '{}' WHERE seq = 5")
    async with SqliteJournal(path, writer=True) as journal:
        assert (await journal.verify()).seq == 5


# --- disk full, kill -----------------------------------------------------------------


class RoomyBallast(Ballast):
    """Ballast of a disk that SQLite's page limit plays: freeing it lifts the limit."""

    def __init__(self, beside: Path) -> None:
        super().__init__(beside, size_bytes=64 * 1024)
        self.on_free: Any = None

    def free(self) -> bool:
        """Give the room back, to SQLite too."""
        if self.on_free:
            self.on_free()
        return super().free()


async def test_full_disk_costs_the_ballast_and_no_line(tmp_path):
    """A full disk frees the ballast, keeps the decision and says that it is full."""
    path = tmp_path / "journal.db"
    ballast = RoomyBallast(path)
    async with SqliteJournal(path, writer=True, ballast=ballast) as journal:
        connection = journal._writer._connection
        connection.execute("PRAGMA max_page_count=8")
        ballast.on_free = lambda: connection.execute("PRAGMA max_page_count=40")
        assert ballast.is_there
        await journal.append([line(1, filler="x" * 40_000)])
        assert journal.disk_full
        assert not ballast.is_there
        await journal.append([line(2, event="hold_opened")])
        with pytest.raises(DiskFullError, match="the disk is full"):
            await journal.append([line(3, filler="x" * 400_000)])
        assert await journal.head() == 2
        assert await journal.verify() is None
        connection.execute("PRAGMA max_page_count=4000")
        assert await journal.lay_ballast()
        assert not journal.disk_full
        await journal.append([line(3)])


FULL_DISK = """
set -e
mount -t tmpfs -o size=6m tmpfs "$1"
exec "$2" - "$1" <<'PY'
import asyncio, sys
from pathlib import Path
from launchctl.store.base import DiskFullError
from launchctl.store.sqlite import SqliteJournal

async def main():
    path = Path(sys.argv[1]) / "journal.db"
    async with SqliteJournal(path, writer=True) as journal:
        assert not journal.disk_full
        seq = 0
        while not journal.disk_full:
            seq += 1
            line = {"seq": seq, "event": "noted", "v": 1, "filler": "x" * 20_000}
            await journal.append([line])
        await journal.append([{"seq": seq + 1, "event": "hold_opened", "v": 1}])
        last = seq + 1
        try:
            while True:
                lines = [{"seq": last + 1, "event": "noted", "filler": "x" * 20_000}]
                await journal.append(lines)
                last += 1
        except DiskFullError:
            pass
        assert await journal.head() == last
        assert await journal.verify() is None
    print("sound", last > seq)

asyncio.run(main())
PY
"""


def test_real_full_disk_leaves_room_for_the_hold(tmp_path):
    """On a file system that is really full the hold is journaled and nothing breaks."""
    enter = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    probe = subprocess.run(
        [*enter, f'mount -t tmpfs -o size=1m tmpfs "{tmp_path}"'],
        capture_output=True,
        check=False,
    )
    if probe.returncode:
        pytest.skip("no small file system can be mounted here")
    done = subprocess.run(
        [*enter, FULL_DISK, "sh", str(tmp_path), sys.executable],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout == "sound True\n"


async def test_killed_writer_loses_nothing_it_acknowledged(tmp_path):
    """SIGKILL in the middle of appends: every acknowledged line is there and sound."""
    path = tmp_path / "journal.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(WRITER_PROGRAM), str(path), stdout=asyncio.subprocess.PIPE
    )
    acknowledged = 0
    async with asyncio.timeout(HANG_S):
        while acknowledged < 300:
            acknowledged = int(await process.stdout.readline())
        process.kill()
        rest = (await process.stdout.read()).split(b"\n")
        await process.wait()
    # What stands after the last line break was cut off by the kill.
    acknowledged = max([acknowledged, *map(int, rest[:-1])])
    async with SqliteJournal(path, writer=True) as journal:
        head = await journal.head()
        assert head >= acknowledged
        assert await journal.verify() is None
        await journal.append([line(head + 1)])


async def test_a_file_that_cannot_be_read_ends_whoever_follows(tmp_path):
    """From the first look on: nobody waits in silence for a file that is broken."""
    path = tmp_path / "journal.db"
    async with SqliteJournal(path, writer=False) as reader:
        following = asyncio.create_task(anext(reader.follow()))
        await asyncio.sleep(0)
        path.write_bytes(b"this is no database, but it is long enough to be one" * 99)
        async with asyncio.timeout(HANG_S):
            with pytest.raises(JournalError, match=r"journal\.db: it is no such file"):
                await following


@pytest.mark.parametrize("kept", [24, 24 + 100, 24 + 4096, -1, -40, -4096])
async def test_a_torn_last_record_never_happened(tmp_path, kept):
    """The power fails while the last commit is written, wherever in it: what was
    acknowledged before is there and sound, and the journal goes on behind it.
    """
    path, torn = tmp_path / "journal.db", tmp_path / "torn" / "journal.db"
    torn.parent.mkdir()
    log = path.with_name("journal.db-wal")
    async with SqliteJournal(path, writer=True) as journal:
        await journal.append([line(1), line(2)])
        whole = log.stat().st_size
        await journal.append([line(3, filler="x" * 9_000)])
        # What the disk has then: both files, the log cut within the last commit.
        last = log.read_bytes()
        end = whole + kept - 24 if kept > 0 else len(last) + kept
        torn.write_bytes(path.read_bytes())
        torn.with_name("journal.db-wal").write_bytes(last[:end])
    async with SqliteJournal(torn, writer=True) as journal:
        assert 2 == await journal.head()
        assert await journal.verify() is None
        await journal.append([line(3)])
        assert [1, 2, 3] == [each["seq"] for each in await journal.read()]
