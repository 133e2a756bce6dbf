"""The machine is kept awake where systemd-logind can, and nobody is told off else."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from launchctl.conductor.awake import keep_awake

HANG_S = 20


@pytest.fixture
def inhibitor(tmp_path, monkeypatch):
    """A place on the PATH for a ``systemd-inhibit`` of ours."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def make(script: str) -> None:
        program = tmp_path / "systemd-inhibit"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return make


async def test_the_lock_is_held_until_the_run_ends(inhibitor, tmp_path):
    """What holds it ends with our end of its pipe: nothing is left behind."""
    inhibitor(f'echo "$@" > {tmp_path}/asked; cat; touch {tmp_path}/ended')
    async with AsyncExitStack() as stack:
        assert await keep_awake(stack, "Model 3 reveal")
        asked = (tmp_path / "asked").read_text()
        assert not (tmp_path / "ended").exists()
    assert "--what=sleep" in asked
    assert "--why=Model 3 reveal" in asked
    assert (tmp_path / "ended").exists()


async def test_where_nobody_gives_a_lock(inhibitor):
    """No D-Bus, no logind: quietly none."""
    inhibitor("echo 'Failed to connect to bus' >&2; exit 1")
    async with AsyncExitStack() as stack:
        assert not await keep_awake(stack, "why")


async def test_where_there_is_no_such_program(monkeypatch, tmp_path):
    """Not every machine has systemd."""
    monkeypatch.setenv("PATH", str(tmp_path))
    async with asyncio.timeout(HANG_S), AsyncExitStack() as stack:
        assert not await keep_awake(stack, "why")
