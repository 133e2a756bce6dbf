"""People at the console of a rehearsal in virtual time."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from launchctl.cli import console, rehearsing
from launchctl.cli.app import app
from launchctl.cli.console import PeopleAtConsole
from launchctl.rehearsal.hands import people
from launchctl.rehearsal.recorded import script_of
from launchctl.rehearsal.rehearse import Rehearsal, Rehearsed, rehearse
from launchctl.rehearsal.script import load_script

EXAMPLES = Path(__file__).parents[2] / "examples"
HANG_S = 120


class Person:
    """Says these lines, one at each prompt, and then leaves."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.asked = 0

    def __call__(self, prompt: str) -> str | None:
        """What is said next."""
        self.asked += 1
        return next(self._lines, None)


def played(file: Path, *lines: str) -> tuple[Rehearsed, PeopleAtConsole]:
    """Rehearse with somebody who says this at the console."""
    sits = PeopleAtConsole(Person(lines))
    return rehearse(Rehearsal(runbook=file, beside=(sits.play,))), sits


def cues(done: Rehearsed) -> dict[str, tuple[str, str | None]]:
    """What became of each cue, and when it fired."""
    return {cue["cue"]: (cue["state"], cue["fired"]) for cue in done.status["cues"]}


def story(done: Rehearsed) -> list[tuple[str, str, str | None]]:
    """The journal, but for who called and how calls are named."""
    return [
        (line["event"], line["at"], line.get("cue"))
        for line in done.lines
        if line["event"] != "noted"
    ]


SAYING_YES = [
    "action-hold",
    "action-task",
    "choice",
    "first-go",
    "gate-approved-by",
    "gate-confirmed",
    "gate-two-person",
    "networks",
    "poll",
]


@pytest.mark.parametrize("name", SAYING_YES)
def test_whoever_says_yes_to_everything_comes_to_the_end(name: str):
    """SEMANTICS 5, 7: whatever a show asks of people is asked at the console, of the
    role it is asked of; what was said makes a script that tells the same story.
    """
    file = EXAMPLES / f"{name}.yaml"
    done, sits = played(file, *[""] * 40)

    deeds = sits.deeds(done.lines)
    assert [] == [deed for deed in deeds if not deed.accepted]
    assert ("green", False) == (done.verdict, sits.left)
    assert deeds

    script, _ = script_of([deed.step for deed in deeds], "said.people.yaml")
    again = rehearse(Rehearsal(runbook=file, beside=(people(script, []),)))
    assert story(done) == story(again)


def test_the_same_answers_give_the_same_journal():
    """To the last byte, however long somebody thought about them."""
    said = ["w 20s", "hold breath", "n", "", "", ""]
    first, _ = played(EXAMPLES / "trigger-go.yaml", *said)
    second, _ = played(EXAMPLES / "trigger-go.yaml", *said)
    assert first.digest == second.digest


def test_later_is_asked_later(capsys: pytest.CaptureFixture[str]):
    """``w 20s``: 20 seconds of the show."""
    at_once, _ = played(EXAMPLES / "trigger-go.yaml", "")
    later, _ = played(EXAMPLES / "trigger-go.yaml", "w 20s", "")

    fired = [
        next(line for line in done.lines if line["event"] == "fired")["t_s"]
        for done in (at_once, later)
    ]
    assert 20.0 == pytest.approx(fired[1] - fired[0])
    assert "caller: GO for reveal?" in capsys.readouterr().out


def test_no_is_not_asked_again():
    """The show waits for that answer to its end, and says so."""
    done, sits = played(EXAMPLES / "first-go.yaml", "n", "never asked")
    assert ["opening stands by for GO by caller"] == done.nobody_answered
    assert not sits.left


def test_no_to_a_poll_is_a_vote():
    """SEMANTICS 7: it is one role's, and the poll has its answer."""
    done, sits = played(EXAMPLES / "poll.yaml", "n", *[""] * 10)
    (first, *_) = sits.deeds(done.lines)
    assert ("vote", "no", True) == (
        first.step.do,
        first.step.args["vote"],
        first.accepted,
    )


@pytest.mark.parametrize(("said", "option"), [("run-it", "run-it"), ("", "skip-it")])
def test_a_choice_takes_the_word_that_is_said(said: str, option: str):
    """One of its options; Enter is the default."""
    done, _ = played(EXAMPLES / "choice.yaml", "", said)
    (chosen,) = (line for line in done.lines if line["event"] == "chosen")
    assert (option, "call") == (chosen["option"], chosen["how"])


def test_a_call_is_said_as_on_the_command_line(capsys: pytest.CaptureFixture[str]):
    """By the role that may; what cannot be read is said, and nothing else happens."""
    lines = ("skip", "fly", "skip nothing", "skip reveal --why 'no car'")
    done, sits = played(EXAMPLES / "trigger-go.yaml", *lines)

    deeds = sits.deeds(done.lines)
    assert [("skip", "nothing", False), ("skip", "reveal", True)] == [
        (deed.step.do, deed.step.target, deed.accepted) for deed in deeds
    ]
    assert "skipped" == cues(done)["reveal"][0]
    out = capsys.readouterr().out
    assert "Missing argument 'CUE'" in out
    assert "No such command 'fly'" in out
    assert "no cue 'nothing'" in out


def test_another_run_cannot_be_called_from_here(capsys: pytest.CaptureFixture[str]):
    """The console has one show."""
    played(EXAMPLES / "trigger-go.yaml", "skip reveal --run-dir /tmp", "hold --as A:b")
    out = capsys.readouterr().out
    assert "this console has one show" in out
    assert "the runbook has no role 'b'" in out


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A show with a GO, and a terminal."""
    file = tmp_path / "show.yaml"
    file.write_text((EXAMPLES / "trigger-go.yaml").read_text())
    monkeypatch.setattr(rehearsing, "at_terminal", lambda: True)
    return file


def test_the_answers_become_the_script_beside_the_runbook(
    show: Path, monkeypatch: pytest.MonkeyPatch
):
    """The next rehearsal takes it by itself, asks nobody, and is as green."""
    said = Person(["", "", "y"])
    monkeypatch.setattr(console, "input", said, raising=False)
    first = CliRunner().invoke(app, ["rehearse", str(show)])
    script = load_script(show.with_suffix(".people.yaml"))
    second = CliRunner().invoke(app, ["rehearse", str(show)])

    asked = said.asked
    assert (0, 0) == (first.exit_code, second.exit_code)
    assert ["go"] == [step.do for step in script.script]
    assert asked == said.asked, "the script answers"


def test_who_leaves_proves_nothing(
    show: Path, monkeypatch: pytest.MonkeyPatch, own_state: Path
):
    """``q``: nobody answers any more, and no rehearsal is kept."""
    monkeypatch.setattr(console, "input", Person(["q"]), raising=False)
    result = CliRunner().invoke(app, ["rehearse", str(show)])

    assert 1 == result.exit_code
    assert "nobody answered" in " ".join(result.stdout.split())
    assert [] == [each for each in own_state.rglob("*") if each.is_file()]
    assert not show.with_suffix(".people.yaml").exists()


@pytest.mark.parametrize("words", [["--yes"], ["--json"]])
def test_nobody_is_asked_who_need_not_be(
    show: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
):
    """Somebody answers already, or a script reads."""
    said = Person([])
    monkeypatch.setattr(console, "input", said, raising=False)
    CliRunner().invoke(app, ["rehearse", str(show), *words])
    assert 0 == said.asked


@contextmanager
def at_a_terminal(show: Path, state: Path) -> Iterator[tuple[int, subprocess.Popen]]:
    """The real program on a terminal of its own: our end of it, and the process."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "launchctl", "rehearse", str(show)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "XDG_STATE_HOME": str(state), "TERM": "dumb"},
    ) as process:
        os.close(theirs)
        try:
            yield ours, process
        finally:
            process.kill()
    os.close(ours)


def test_it_asks_on_a_terminal(show: Path, own_state: Path):
    """A real one; what was said is not written where nobody wants it."""
    with at_a_terminal(show, own_state) as (ours, process):
        os.write(ours, b"\nn\n")
        seen = read(ours)
        assert 0 == process.wait(HANG_S), seen
    assert "GO for reveal?" in seen
    assert "Write what you said" in seen
    assert not show.with_suffix(".people.yaml").exists()


def test_an_interrupt_ends_it_while_it_asks(show: Path, own_state: Path):
    """At once, though the loop stands still: exit code 130, as everywhere."""
    with at_a_terminal(show, own_state) as (ours, process):
        seen = read(ours, "GO for reveal?\r\n> ")
        while process.poll() is None:  # the first may come before it listens
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
        assert 130 == process.returncode, seen


def read(terminal: int, until: str | None = None) -> str:
    """What is written to it until these words, or until its other end is closed."""
    seen = b""
    while until is None or until not in seen.decode(errors="replace"):
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux: nobody holds the other end any more
            break
        seen += piece
    return seen.decode()
