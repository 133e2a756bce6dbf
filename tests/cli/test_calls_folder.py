"""Call verbs over the run folder: real stores, the real engine and conductor."""

from __future__ import annotations

import asyncio
import getpass
import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from launchctl.cli.errors import run
from launchctl.clock import Origin
from launchctl.conductor.conductor import Conductor
from launchctl.conductor.far_ends import FarEnds
from launchctl.drivers.base import Health, Level, Outcome, Reading
from launchctl.runbook.loader import load
from launchctl.show.engine import Engine
from launchctl.show.inputs import Answer, Receipt, Sight
from launchctl.store.base import Store
from launchctl.store.folder import RunFolder, RunMeta, runs_root

SHOW = """\
runbook: 1
title: Small show
accounts:
  ceo: {network: x, handle: elonmusk, credentials: {env: X_CEO}}
crew:
  caller: {may: [go, hold, abort, end]}
  comms: {may: [approve, post, silence]}
approvals: {default: [comms]}
cues:
  - {cue: opening, go: caller}
  - {cue: reveal, after: opening, go: caller}
  - cue: reveal-post
    after: reveal
    do: [{post: {as: ceo, text: "Here it is."}}]
  - {cue: curtain, go: caller, after: reveal-post, do: [{end: show}]}
procedures:
  slide: {cues: [{cue: quiet, do: [{silence: all}]}]}
"""


class RecordingAccount:
    """A fake account: every post gets a receipt."""

    def __init__(self):
        self.sent = []

    async def start(self, stack):
        """Nothing to connect."""

    async def prepare(self, command):
        """Nothing to prepare."""

    async def send(self, command):
        """Post it."""
        self.sent.append(command.content["text"])
        receipt = Receipt("71", "https://x.test/71")
        return Outcome(Answer.OK, receipt=receipt)

    async def read(self, command):
        """What was sent is there."""
        return Reading(Sight.UNREADABLE)

    async def check(self):
        """Ready."""
        return self.health()

    def health(self):
        """Ready."""
        return Health(Level.GOOD)


class Stage:
    """A run that is conducted in this process, on real files."""

    def __init__(self, folder, account, ended):
        self.folder = folder
        self.account = account
        self.ended = ended

    async def launch(self, *arguments):
        """Run a verb as a person would; its exit code."""
        return await asyncio.to_thread(run, list(arguments))

    async def lines(self):
        """The whole journal."""
        async with self.folder.journal() as journal:
            return await journal.read()

    async def until(self, wanted):
        """Wait until the journal has a line that ``wanted`` accepts; that line."""
        async with asyncio.timeout(30), self.folder.journal() as journal:
            async for lines in journal.follow(0):
                for line in lines:
                    if wanted(line):
                        return line
        raise AssertionError


@asynccontextmanager
async def conducted(tmp_path, text=SHOW):
    """The show, running, as the newest run."""
    file = tmp_path / "show.yaml"
    file.write_text(text)
    runbook = load(file)
    origin = Origin.here()
    meta = RunMeta(run="test-run", title="t", runbook=file.name, origin=origin)
    folder = RunFolder.create(runs_root() / "test-run", meta, runbook)
    account = RecordingAccount()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        store = Store(
            journal=await enter(folder.journal(writer=True)),
            inbox=await enter(folder.inbox()),
            ledger=await enter(folder.ledger(None, writer=True)),
            lease=folder.lease(),
        )
        conductor = Conductor(
            Engine(folder.runbook(), "test-run"),
            store,
            origin,
            lambda _report: FarEnds({"account:ceo": account}),
            find_runbook=folder.amended,
        )
        conducting = asyncio.create_task(conductor.run())
        stage = Stage(folder, account, conducting)
        try:
            await stage.until(lambda line: line["event"] == "run_started")
            yield stage
        finally:
            conducting.cancel()
            await asyncio.gather(conducting, return_exceptions=True)


async def test_a_show_is_called_from_the_command_line_to_its_end(tmp_path, capsys):
    """Approve, GO, GO, the post leaves, GO: complete and green."""
    async with conducted(tmp_path) as stage:
        assert 0 == await stage.launch("approve", "reveal-post")
        assert 0 == await stage.launch("go", "opening")
        await stage.until(lambda line: line.get("cue") == "reveal" and _ready(line))
        assert 0 == await stage.launch("go", "reveal")
        await stage.until(lambda line: line.get("cue") == "curtain" and _ready(line))
        assert 0 == await stage.launch("go", "curtain")

        assert "green" == await stage.ended
        assert ["Here it is."] == stage.account.sent
        assert 0 == await stage.launch("report", "--json")

    *_, last = capsys.readouterr().out.splitlines()
    report = json.loads(last)
    assert ("complete", "green") == (report["state"], report["verdict"])
    assert ["sent"] == [post["state"] for post in report["posts"]]
    assert 3 == report["calls"]["go accepted"]
    assert 64 == len(report["journal_digest"])


def _ready(line):
    return line["event"] == "standby"


async def test_go_without_a_name_fires_what_stands_by_once_it_was_seen(
    tmp_path, capsys
):
    """Too fresh a standby is refused: press again, and it is GO."""
    async with conducted(tmp_path) as stage:
        await stage.until(_ready)
        while (code := await stage.launch("go")) != 0:
            told = capsys.readouterr().err
            assert "opening stands by only since" in told
        fired = await stage.until(lambda line: line["event"] == "fired")

    assert (0, "opening", getpass.getuser()) == (code, fired["cue"], fired["by"])
    assert "GO opening\naccepted\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["go", "curtain"], "curtain"),
        (["fire", "none"], "there is no cue 'none'"),
        (["skip", "none"], "there is no cue 'none'"),
        (["settle", "reveal-post", "not-sent"], "not in doubt"),
        (["adopt", "none", "https://x.test/1"], "there is no cue 'none'"),
        (["call", "none"], "there is no procedure 'none'"),
        (["silence", "none"], "there is no account 'none'"),
        (["go", "opening", "--as", "Ben:comms"], "no cue stands by"),
        (["hold", "--as", "Ben:comms"], "comms may not hold"),
        (["resume", "none"], "no hold"),
    ],
)
async def test_a_refusal_ends_with_1_and_the_conductors_reason(
    tmp_path, arguments, said, capsys
):
    """Refused calls change nothing, and are in the journal."""
    async with conducted(tmp_path) as stage:
        assert 1 == await stage.launch(*arguments)
        await stage.until(lambda line: line["event"] == "call_refused")

    told = capsys.readouterr()
    assert said in told.out
    assert "" == told.err


async def test_hold_and_resume_over_the_folder(tmp_path, capsys):
    """With the reason in the journal, and the claimed name marked as claimed."""
    async with conducted(tmp_path) as stage:
        assert 0 == await stage.launch("hold", "sound", "--why", "x", "--as", "Ada")
        opened = await stage.until(lambda line: line["event"] == "hold_opened")
        call = await stage.until(lambda line: line["event"] == "call_accepted")
        assert 0 == await stage.launch("status", "--json")
        assert 0 == await stage.launch("resume")
        await stage.until(lambda line: line["event"] == "hold_released")

    assert ("sound", "x", "Ada") == (opened["name"], opened["reason"], opened["by"])
    assert getpass.getuser() == call["args"]["claimed_by"]
    status = next(
        json.loads(line)
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("{")
    )
    assert ("holding", "sound") == (status["state"], status["holds"][0]["name"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["silence", "all"],
        ["unsilence", "ceo"],
        ["call", "slide"],
        ["skip", "reveal"],
        ["revoke", "reveal-post"],
        ["end"],
    ],
)
async def test_every_other_verb_is_accepted_where_it_may_be(tmp_path, arguments):
    """Whoever may write the folder has all roles."""
    async with conducted(tmp_path) as stage:
        assert 0 == await stage.launch(*arguments)


async def test_abort_ends_the_show_red(tmp_path, capsys):
    """And the report says so, with exit code 1."""
    async with conducted(tmp_path) as stage:
        assert 0 == await stage.launch("abort")
        assert "red" == await stage.ended
        assert 1 == await stage.launch("report")

    said = capsys.readouterr().out
    assert "verdict red" in said
    assert "the show was aborted" in said


async def test_the_same_id_gets_the_same_answer_and_one_event(tmp_path, capsys):
    """A lost answer can be asked for again without calling twice."""
    async with conducted(tmp_path) as stage:
        for _ in range(2):
            asked = ("hold", "sound", "--id", "my-call-1", "--json")
            assert 0 == await stage.launch(*asked)
        lines = await stage.lines()

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    assert 1 == sum(line.get("call") == "my-call-1" for line in lines)


async def test_an_unknown_role_is_bad_input(tmp_path, capsys):
    """Before anything is put into the inbox."""
    async with conducted(tmp_path) as stage:
        assert 2 == await stage.launch("hold", "--as", "Ben:king")
        assert 2 == await stage.launch("hold", "--as", ":caller")

    said = capsys.readouterr().err
    assert "the runbook has no role 'king'" in said
    assert "it has: caller, comms" in said


async def test_nobody_conducting_is_out_of_reach(tmp_path, capsys):
    """A call into an inbox that nobody reads would only surprise somebody later."""
    async with conducted(tmp_path) as stage:
        gone = await asyncio.create_subprocess_exec("true")
        await gone.wait()
        stage.folder.write(replace(stage.folder.meta, pid=gone.pid))

        assert 3 == await stage.launch("hold")

        lines = await stage.lines()
    assert "nobody conducts this run" in capsys.readouterr().err
    assert not any(line["event"].startswith("call_") for line in lines)


async def test_the_journal_is_printed_and_verified(tmp_path, capsys):
    """In words, as JSON lines, behind a seq; and the proof over all lines."""
    async with conducted(tmp_path) as stage:
        assert 0 == await stage.launch("hold", "sound")
        lines = await stage.lines()
        capsys.readouterr()
        assert 0 == await stage.launch("journal", "--json")
        printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert 0 == await stage.launch("journal", "--after", "1")
        words = capsys.readouterr().out
        assert 0 == await stage.launch("journal", "--verify")
        proof = capsys.readouterr().out

    assert lines == printed[: len(lines)]
    assert "the run of" not in words
    assert "hold sound" in words
    assert "none changed or lost" in proof


async def test_watch_ends_with_the_show(tmp_path, capsys):
    """Where there is no terminal it prints the journal, line by line."""
    async with conducted(tmp_path) as stage:
        watching = asyncio.create_task(stage.launch("watch"))
        assert 0 == await stage.launch("end")
        async with asyncio.timeout(30):
            assert 0 == await watching

    assert "THE SHOW IS complete" in capsys.readouterr().out
