"""The lock file of a run folder."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys

import pytest

from launchctl.errors import FencedError, RefusedError
from launchctl.store.lease import FileLease, Holder, began_ticks

HOLD = (
    "import sys\n"
    "from launchctl.store.lease import FileLease\n"
    "lease = FileLease(sys.argv[1])\n"
    "lease.acquire()\n"
    "print('held', flush=True)\n"
    "sys.stdin.read()\n"
)


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lease."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_refusal_names_the_holder(holder, tmp_path):
    """Who is refused learns which process to end."""
    lease = FileLease(tmp_path / "lock")
    with pytest.raises(RefusedError, match=f"pid {holder.pid}, since 20"):
        lease.acquire()
    assert not lease.is_held


def test_stopped_holder_still_holds(holder, tmp_path):
    """A frozen conductor may wake up: its lease is not for the taking."""
    os.kill(holder.pid, signal.SIGSTOP)
    with pytest.raises(RefusedError):
        FileLease(tmp_path / "lock").acquire()


def test_killed_holder_frees_it(holder, tmp_path):
    """The kernel gives back what a dead process held."""
    holder.kill()
    holder.wait()
    lease = FileLease(tmp_path / "lock")
    lease.acquire()
    assert lease.holder() == Holder(
        os.getpid(), began_ticks(os.getpid()), lease.holder().since_us, epoch=2
    )
    lease.release()


def test_program_started_by_the_holder_does_not_inherit_it(tmp_path):
    """The lease ends with its holder, whatever that started."""
    lease = FileLease(tmp_path / "lock")
    lease.acquire()
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False
    )
    try:
        lease.release()
        other = FileLease(tmp_path / "lock")
        other.acquire()
        other.release()
    finally:
        child.communicate(b"\n")


async def test_lease_is_an_async_context(tmp_path):
    """It opens and closes like the rest of the store."""
    path = tmp_path / "lock"
    async with FileLease(path) as lease:
        assert lease.is_held
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not lease.is_held
    assert path.exists()


def test_start_of_a_process_tells_it_from_a_later_one():
    """Pids come again; pid and start do not."""
    assert began_ticks(os.getpid()) == began_ticks(os.getpid()) > 0
    assert began_ticks(2**22 + 1) == 0


def test_unreadable_holder_is_nobody(tmp_path):
    """A lock file with garbage in it names nobody, and can be taken."""
    path = tmp_path / "lock"
    path.write_text("garbage")
    lease = FileLease(path)
    assert lease.holder() is None
    lease.acquire()
    assert lease.holder().pid == os.getpid()
    lease.release()


def test_a_stopped_holder_is_killed_and_nobody_else(holder, tmp_path):
    """A frozen conductor is ended for certain, and then the lease is free; where nobody
    holds it, nobody is harmed.
    """
    os.kill(holder.pid, signal.SIGSTOP)
    lease = FileLease(tmp_path / "lock")
    lease.evict()
    assert -signal.SIGKILL == holder.wait(timeout=30)
    lease.acquire()
    assert 2 == lease.holder().epoch
    lease.release()
    lease.evict()


def test_a_number_that_was_given_away_again_is_spared(holder, tmp_path):
    """A pid alone names no process: the lock file says when it began, too."""
    path = tmp_path / "lock"
    path.write_text(path.read_text().replace('"began": ', '"began": 1'))
    FileLease(path).evict()
    assert holder.poll() is None


@pytest.mark.parametrize("put_back", [False, True])
def test_a_lost_lock_fences_its_holder(tmp_path, put_back):
    """Whose file is gone, or is another one, must not act any more."""
    path = tmp_path / "lock"
    lease = FileLease(path)
    lease.acquire()
    lease.demand("http", "body leaves")
    written = path.read_bytes()
    path.unlink()
    if put_back:
        path.write_bytes(written)
    with pytest.raises(FencedError, match="has lost its run"):
        lease.demand()


def test_another_epoch_fences_the_holder_of_an_older_one(tmp_path):
    """Where a lock was given to two, the later one has the run."""
    path = tmp_path / "lock"
    lease = FileLease(path)
    lease.acquire()
    path.write_text(path.read_text().replace('"epoch": 1', '"epoch": 2'))
    with pytest.raises(FencedError):
        lease.demand()


def test_a_holder_that_moves_is_seen_to(tmp_path):
    """Who holds a run beats; that it has not for long is seen by anybody, and a wall
    clock has no say in it.
    """
    path = tmp_path / "lock"
    assert 0 == FileLease(path).still_s()
    holder = FileLease(path)
    holder.acquire()
    at_first = FileLease(path).still_s()
    os.utime(path, ns=(0, 0))
    since_boot = FileLease(path).still_s()
    assert since_boot > at_first
    holder.beat()
    assert FileLease(path).still_s() < since_boot
    holder.release()
