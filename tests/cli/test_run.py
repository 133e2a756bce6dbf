"""``launch run`` from start to end, on emulated far ends: two processes, one truth."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from launchctl.clock import wall_us
from launchctl.conductor import viewer
from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.rehearsal.emulators.web import HTML_503, WebEmulator
from launchctl.rehearsal.emulators.x import XEmulator
from launchctl.rehearsal.emulators.x_account import XAccount
from launchctl.store.folder import RunFolder
from tests.real.shop import signed
from tests.show_rig import HANG_S, STORES_SECRET, running_show

RUNBOOK = """
runbook: 1
title: A small reveal
timezone: America/Los_Angeles
t0: 2016-03-31 20:30
stages:
  main: {{driver: obs, url: "{obs}", password: {{env: OBS_MAIN}}}}
accounts:
  ceo: {{network: x, handle: elonmusk, credentials: {{env: X_CEO}}, api: "{x}"}}
crew:
  caller: {{may: [go, hold, abort, end]}}
  comms: {{may: [approve, post, silence]}}
embargoes:
  car: {{default: true, lifts: [{{on_air: Reveal}}]}}
approvals: {{default: [comms]}}
orders:
  deposit: {{USD: 1000}}
  sources: [{{kind: webhook, name: stores, secret: {{env: STORES}}, role: counts}}]
  show_on: {{stage: main, source: PreorderCounter, text: "{{{{ orders.units }}}}"}}
cues:
  - cue: doors
    at: T-0
    late: {{within: any}}
    do: [{{scene: Countdown}}]
  - cue: reveal
    after: doors
    go: caller
    do: [{{scene: Reveal}}, {{counter: open}}]
  - cue: reveal-post
    after: reveal
    wait: {{for: 60s}}
    do: [{{post: {{as: ceo, text: "Model 3. 35,000 dollars."}}}}]
  - {{cue: close, after: reveal, go: caller, do: [{{end: show}}]}}
"""


@dataclass
class Hall:
    """The far ends of one show."""

    obs: ObsEmulator
    x: XEmulator
    runbook: str
    environ: dict[str, str]


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """An emulated OBS and an emulated X."""
    obs = ObsEmulator(
        {"HoldingSlide": [], "Countdown": [], "Reveal": ["PreorderCounter"]},
        texts=["PreorderCounter"],
        password="stage-left",
    )
    x = XEmulator([XAccount.made("elonmusk")], wall_us)
    await obs.start()
    await x.start()
    environ = {"OBS_MAIN": "stage-left", **XAccount.made("elonmusk").environ("X_CEO")}
    yield Hall(obs, x, RUNBOOK.format(obs=obs.url, x=x.url), environ)
    await x.aclose()
    await obs.aclose()


async def test_a_show_from_the_first_line_to_the_exit_code(tmp_path: Path, hall: Hall):
    """Approve, GO, an order, end: the post follows the picture, the order is counted
    onto the stream, the lines have no gap, and green is 0.
    """
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+2s"
    ) as show:
        assert {"run", "run_dir", "url", "pid"} == set(show.place)
        await show.launch("approve", "reveal-post")
        await show.line("cue_ready", cue="reveal")
        assert [] == hall.x.posts
        await show.launch("go", "reveal")
        await show.line("cue_ended", cue="reveal-post", state="done")
        headers, body = signed(STORES_SECRET, "order-1", wall_us() / 1e6)
        hook = f"{show.place['url']}/hooks/stores"
        async with (
            aiohttp.ClientSession() as session,
            session.post(hook, data=body, headers=headers) as answer,
        ):
            assert answer.ok
        status = await show.until(lambda status: status["orders"]["units"] == 1)
        assert "open" == status["counter"]
        await show.launch("go", "close")
        assert 0 == await show.ended()
        report = await show.launch("report")
    assert ["Model 3. 35,000 dollars."] == [post.text for post in hall.x.posts]
    numbers = [line["seq"] for line in show.lines]
    assert list(range(1, len(numbers) + 1)) == numbers
    assert ("green", 64) == (report["verdict"], len(report["journal_digest"]))


async def test_the_show_outlives_who_started_it(tmp_path: Path, hall: Hall):
    """If the terminal is killed, the show goes on, and another one ends it; then the
    front ends, too: nobody is left to stop it.
    """
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+2s"
    ) as show:
        await show.line("cue_ready", cue="reveal")
        show.process.kill()
        await show.process.wait()
        await show.launch("abort", "--why", "the terminal is gone")
        status = await show.until(lambda status: status["state"] == "aborted")
        assert "red" == status["verdict"]
        await _gone((await _meta(show.place["run_dir"]))["front_pid"])


async def test_a_killed_show_is_no_red_show(tmp_path: Path, hall: Hall):
    """If the show's process dies, ``launch run`` says so instead of a verdict."""
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+60s", stderr=True
    ) as show:
        os.kill(show.place["pid"], signal.SIGKILL)
        assert 1 == await show.ended()
        assert show.process.stderr is not None
        said = (await show.process.stderr.read()).decode()
    assert "the show's process was ended by SIGKILL" in said
    assert "Traceback" not in said


async def test_a_killed_front_comes_back_where_it_was(tmp_path: Path, hall: Hall):
    """If the front's process dies, ``launch run`` says so and starts it again at the
    same address, under the same names; the show goes on, and orders count.
    """
    named = ("--allow-host", "launch.example")
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+2s", *named, stderr=True
    ) as show:
        await show.line("cue_ready", cue="reveal")
        first = (await _meta(show.place["run_dir"]))["front_pid"]
        os.kill(first, signal.SIGKILL)
        assert show.process.stderr is not None
        said = ""
        async with asyncio.timeout(HANG_S):
            while "are back" not in said:
                said += (await show.process.stderr.readline()).decode()
        assert "PAGES AND HOOKS ARE DOWN: the front's process was ended by" in said
        assert first != (await _meta(show.place["run_dir"]))["front_pid"]
        for level in ("bad", "good"):
            await show.line("health", target="front", level=level)
        headers, body = signed(STORES_SECRET, "order-1", wall_us() / 1e6)
        async with aiohttp.ClientSession() as session:
            hook = f"{show.place['url']}/hooks/stores"
            async with session.post(hook, data=body, headers=headers) as answer:
                assert 200 == answer.status
            for host, status in (("launch.example", 200), ("evil.example", 403)):
                page = session.get(show.place["url"], headers={"Host": host})
                async with page as answer:
                    assert status == answer.status, host
        await show.until(lambda status: status["orders"]["units"] == 1)
        await show.launch("go", "reveal")
        await show.launch("abort", "--why", "seen enough")
        assert 1 == await show.ended()


async def test_a_crashed_show_is_taken_up_where_it_was(tmp_path: Path, hall: Hall):
    """After kill -9 ``--recover`` goes on: nothing that was done is done again, and the
    post that waited still waits for the picture.
    """
    options = ("--t0", "+2s")
    async with running_show(
        tmp_path, hall.runbook, hall.environ, *options, stderr=True
    ) as show:
        await show.launch("approve", "reveal-post")
        await show.line("cue_ready", cue="reveal")
        os.kill(show.place["pid"], signal.SIGKILL)
        assert 1 == await show.ended()
    folder = show.place["run_dir"]
    async with running_show(tmp_path, None, hall.environ, "--recover", folder) as again:
        assert folder == again.place["run_dir"]
        assert show.place["url"] == again.place["url"]
        await again.launch("go", "reveal")
        await again.line("cue_ended", cue="reveal-post", state="done")
        await again.launch("go", "close")
        assert 0 == await again.ended()
    fired = [line["cue"] for line in again.lines if line["event"] == "fired"]
    assert ["doors", "reveal", "reveal-post", "close"] == fired
    assert ["Model 3. 35,000 dollars."] == [post.text for post in hall.x.posts]


async def test_a_front_left_behind_makes_room_for_its_successor(
    tmp_path: Path, hall: Hall
):
    """Starter and show are killed, the front lives: ``--recover`` ends it and serves
    at the same address.
    """
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+2s"
    ) as show:
        await show.line("cue_ready", cue="reveal")
        show.process.kill()
        await show.process.wait()
        front = (await _meta(show.place["run_dir"]))["front_pid"]
        os.kill(show.place["pid"], signal.SIGKILL)
        await _gone(show.place["pid"])
    folder = show.place["run_dir"]
    async with running_show(tmp_path, None, hall.environ, "--recover", folder) as again:
        await _gone(front)
        assert show.place["url"] == again.place["url"]
        await again.launch("abort", "--why", "seen enough")
        assert 1 == await again.ended()


async def test_a_living_show_without_a_starter_is_looked_after_again(
    tmp_path: Path, hall: Hall
):
    """Starter and front are killed, the show lives: ``--recover`` starts a front at the
    same address, leaves the show alone, and ends with its verdict.
    """
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+2s"
    ) as show:
        await show.launch("approve", "reveal-post")
        await show.line("cue_ready", cue="reveal")
        show.process.kill()
        await show.process.wait()
        front = (await _meta(show.place["run_dir"]))["front_pid"]
        os.kill(front, signal.SIGKILL)
        await _gone(front)
    folder = show.place["run_dir"]
    async with running_show(tmp_path, None, hall.environ, "--recover", folder) as again:
        assert show.place == again.place
        async with (
            aiohttp.ClientSession() as session,
            session.get(again.place["url"]) as answer,
        ):
            assert 200 == answer.status
        await again.launch("go", "reveal")
        await again.line("cue_ended", cue="reveal-post", state="done")
        await again.launch("go", "close")
        assert 0 == await again.ended()
    assert [] == [line for line in again.lines if line["event"] == "recovered"]
    assert ["Model 3. 35,000 dollars."] == [post.text for post in hall.x.posts]


async def test_a_living_show_is_not_taken_up(tmp_path: Path, hall: Hall):
    """Two conductors never share a run: the second is refused, naming the first."""
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+60s"
    ) as show:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "launchctl", "run", "--recover", show.place["run_dir"]),
            env=show.environ,
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await process.communicate()
    assert 1 == process.returncode
    assert str(show.place["pid"]) in err.decode()


async def test_a_frozen_show_is_taken_over(
    tmp_path: Path, hall: Hall, monkeypatch: pytest.MonkeyPatch
):
    """A conductor that is stopped still holds its run, and everybody sees that it does
    not move; ``--take-over`` kills it for certain, and the successor posts what it had
    promised, once.
    """
    monkeypatch.setattr(viewer, "_FROZEN_S", 2.0)
    named = ("--allow-host", "launch.example")
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+2s", *named, stderr=True
    ) as show:
        await show.launch("approve", "reveal-post")
        await show.line("cue_ready", cue="reveal")
        os.kill(show.place["pid"], signal.SIGSTOP)
        folder = show.place["run_dir"]
        looking = await viewer.Viewer.open(RunFolder(Path(folder)))
        async with asyncio.timeout(HANG_S):
            while not looking.frozen:
                await asyncio.sleep(0.1)
        assert "STANDS STILL" in looking.status()["health"]["conductor"]["text"]
        await looking.aclose()
        taking = ("--recover", folder, "--take-over")
        async with running_show(tmp_path, None, hall.environ, *taking) as again:
            assert 1 == await show.ended()
            assert show.process.stderr is not None
            assert "ended by SIGKILL" in (await show.process.stderr.read()).decode()
            async with aiohttp.ClientSession() as session:
                page = session.get(
                    again.place["url"], headers={"Host": "launch.example"}
                )
                async with page as answer:
                    assert 200 == answer.status
            await again.launch("go", "reveal")
            await again.line("cue_ended", cue="reveal-post", state="done")
            await again.launch("go", "close")
            assert 0 == await again.ended()
    assert ["Model 3. 35,000 dollars."] == [post.text for post in hall.x.posts]


async def test_an_unfinished_run_is_offered(tmp_path: Path, hall: Hall):
    """SEMANTICS 5 (Recovery): who starts a runbook whose last run was cut off is told
    how to take that one up, and starts no second show; ``--new`` does.
    """
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+60s", stderr=True
    ) as show:
        code, err = await _run_once(tmp_path, hall)
        assert 2 == code
        assert f"is being conducted: {show.place['run_dir']}" in err
        assert "--take-over" in err
        os.kill(show.place["pid"], signal.SIGKILL)
        assert 1 == await show.ended()
    folder = show.place["run_dir"]
    code, err = await _run_once(tmp_path, hall)
    assert 2 == code
    assert f"is unfinished, and nobody conducts it: {folder}" in err
    assert f"launch run --recover {folder}" in err
    assert f"launch run {tmp_path / 'runbook.yaml'} --new" in err
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+60s", "--new"
    ) as new:
        assert folder != new.place["run_dir"]
        await new.launch("abort", "--why", "seen enough")
        assert 1 == await new.ended()


async def test_a_doubt_is_settled_after_the_show(tmp_path: Path):
    """SEMANTICS 2: once a show is complete, settle and adopt are still accepted, though
    its conductor has ended with it; everything else is refused.
    """
    web = WebEmulator(wall_us)
    await web.start()
    web.faults.next(HTML_503)
    flip = f"{{http: {{url: '{web.url}/flip', json: {{}}}}}}"
    runbook = f"""
runbook: 1
title: A doubt
timezone: UTC
t0: 2016-03-31 20:30
crew: {{caller: {{may: [go, hold, abort, end, post]}}}}
embargoes: {{none: {{default: true, not_before: 2016-03-31 20:00}}}}
cues:
  - {{cue: flip, at: T-0, late: {{within: any}}, do: [{flip}]}}
  - {{cue: close, at: T+1s, do: [{{end: show}}]}}
"""
    try:
        async with running_show(tmp_path, runbook, {}, "--t0", "+2s") as show:
            await show.line("cue_ended", cue="flip", state="in_doubt")
            assert 1 == await show.ended()
            (doubt,) = (await show.status())["doubts"]
            assert "503" in doubt["detail"]
            await show.launch("settle", "flip", "sent", f"{web.url}/flip")
            assert [] == (await show.status())["doubts"]
            await show.launch("hold", code=1)
    finally:
        await web.aclose()


async def test_sigterm_means_it(tmp_path: Path, hall: Hall):
    """A supervisor that stops ``launch run`` stops both processes."""
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+60s"
    ) as show:
        show.process.send_signal(signal.SIGTERM)
        assert 1 == await show.ended()
        for name in ("pid", "front_pid"):
            pid = (await _meta(show.place["run_dir"]))[name]
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


async def test_secrets_are_on_no_disk_and_in_no_environment(tmp_path: Path, hall: Hall):
    """Neither run folder nor the processes' environments hold a secret."""
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+60s"
    ) as show:
        secrets = [*hall.environ.values(), STORES_SECRET]
        meta = await _meta(show.place["run_dir"])
        places = [
            Path(f"/proc/{meta[name]}/environ") for name in ("pid", "front_pid")
        ] + [file for file in Path(show.place["run_dir"]).rglob("*") if file.is_file()]
        for place in places:
            found = place.read_bytes()
            assert [] == [s for s in secrets if s.encode() in found], place


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("X_CEO_ACCESS_TOKEN", "account ceo needs X_CEO_ACCESS_TOKEN"),
        ("OBS_MAIN", "stage main needs OBS_MAIN"),
    ],
)
async def test_a_missing_secret_starts_nothing(
    tmp_path: Path, hall: Hall, missing: str, said: str
):
    """Bad input is exit code 2, names whose secret it is, and leaves no run folder."""
    code, err = await _run_once(tmp_path, hall, without=missing)
    assert 2 == code
    assert said in err
    assert not (tmp_path / "state" / "launchctl" / "runs").exists()


async def test_a_taken_address_starts_nothing(tmp_path: Path, hall: Hall):
    """An address that is taken is said with its cure; no process is left."""
    taken = hall.x.url.removeprefix("http://")
    code, err = await _run_once(tmp_path, hall, "--serve", taken)
    assert 2 == code
    assert f"cannot listen on {taken}" in err
    assert "--serve" in err


async def _gone(pid: int) -> None:
    """Wait until the process has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        async with asyncio.timeout(HANG_S):
            await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def _meta(run_dir: str) -> dict[str, int]:
    import json

    meta: dict[str, int] = json.loads((Path(run_dir) / "run.json").read_text())
    return meta


async def _run_once(
    folder: Path, hall: Hall, *options: str, without: str = ""
) -> tuple[int, str]:
    file = folder / "runbook.yaml"
    file.write_text(hall.runbook)
    environ = {
        **os.environ,
        **hall.environ,
        "STORES": STORES_SECRET,
        "XDG_STATE_HOME": str(folder / "state"),
    }
    environ.pop(without, None)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "launchctl", "run", str(file), "--t0", "+60s", *options),
        env=environ,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(HANG_S):
        _, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, err.decode()
