"""Virtual time: the clock jumps, nothing real is reached, nothing spins."""

from __future__ import annotations

import asyncio
import gc
import socket
import subprocess
import sys
import threading

import pytest

from launchctl.conductor.sleeper import Sleeper
from launchctl.times import HOUR, SECOND
from launchctl.virtual import VirtualClock, VirtualTimeError, run_virtually

START = 1_459_480_000 * SECOND


async def test_outside_of_it_sockets_are_as_ever():
    """The guard is there only while a rehearsal runs, and only for its thread."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        socket.create_connection(address).close()


def test_a_week_passes_at_once():
    """Time jumps to the next deadline: every sleep and time-out takes no time."""

    async def week():
        loop = asyncio.get_running_loop()
        clock = VirtualClock(loop, START)
        await asyncio.sleep(7 * 24 * 3600)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await loop.create_future()
        return clock.now_us()

    assert START + 7 * 24 * HOUR + 1_000 == run_virtually(week)


def test_the_sleeper_does_not_spin():
    """It comes to its deadline to the microsecond, by timers alone."""

    async def sleep():
        clock = VirtualClock(asyncio.get_running_loop(), START)
        await Sleeper(clock.now_us, spins=False).until(START + 3 * HOUR + 7)
        return clock.now_us()

    assert START + 3 * HOUR + 7 == run_virtually(sleep)


def test_what_spins_is_stopped():
    """Who waits for an instant without a timer would never see it: the loop says so."""

    async def spin():
        loop = asyncio.get_running_loop()
        while loop.time() < 1:
            await asyncio.sleep(0)

    with pytest.raises(VirtualTimeError, match="spins"):
        run_virtually(spin)


def test_what_waits_for_nothing_is_told():
    """A loop in which no timer is left would hang for ever."""

    async def wait():
        await asyncio.get_running_loop().create_future()

    with pytest.raises(VirtualTimeError, match="stands still"):
        run_virtually(wait)


async def _thread():
    threading.Thread(target=print).start()


async def _look_up():
    await asyncio.get_running_loop().getaddrinfo("example.org", 80)


async def _look_up_in_line():
    await asyncio.to_thread(socket.getaddrinfo, "example.org", 80)


async def _connect():
    await asyncio.open_connection("127.0.0.1", 9)


async def _raw_socket():
    with socket.socket() as raw:
        raw.connect(("127.0.0.1", 9))


async def _serve():
    await asyncio.start_server(print, "127.0.0.1", 0)


async def _program():
    await asyncio.create_subprocess_exec(sys.executable, "-V")


async def _blocking_program():
    subprocess.run([sys.executable, "-V"], check=True)  # noqa: ASYNC221  refused


@pytest.mark.parametrize(
    "reach",
    [
        _thread,
        _look_up,
        _look_up_in_line,
        _connect,
        _raw_socket,
        _serve,
        _program,
        _blocking_program,
    ],
)
def test_nothing_real_is_reached(reach):
    """No kernel sockets, subprocesses, threads, name look-ups."""
    with pytest.raises(VirtualTimeError):
        run_virtually(reach)


def test_an_executor_runs_in_line():
    """``to_thread`` works, on the rehearsal's own thread, and takes no time."""

    async def ask():
        before = asyncio.get_running_loop().time()
        found = await asyncio.to_thread(threading.get_ident)
        return found, asyncio.get_running_loop().time() - before

    assert (threading.get_ident(), 0.0) == run_virtually(ask)


def test_garbage_is_collected_again_behind_it():
    """Within it is looked for seldom; who rehearses in a longer life keeps its ways."""
    before = gc.get_threshold()

    async def within() -> int:
        return gc.get_threshold()[0]

    assert run_virtually(within) > before[0]
    assert before == gc.get_threshold()
    with pytest.raises(VirtualTimeError):
        run_virtually(_thread)
    assert before == gc.get_threshold()
