"""Who starts a runbook that has a run already is asked what is meant."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from launchctl.cli.new_run import make_folder
from launchctl.cli.take_up import offer
from launchctl.clock import Origin
from launchctl.errors import InputError
from launchctl.runbook.loader import load
from launchctl.store.folder import RunFolder, RunMeta

SHOW = """
runbook: 1
title: An evening
t0: 2027-03-16 19:00
timezone: UTC
cues: [{cue: doors, at: T-0}]
"""


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """An unfinished run of ``show.yaml`` beside it; nobody conducts it."""
    file = tmp_path / "show.yaml"
    file.write_text(SHOW)
    meta = RunMeta(
        run="r",
        title="An evening",
        runbook=file.name,
        origin=Origin.here(),
        home=str(tmp_path),
    )
    return asyncio.run(make_folder(tmp_path / "run", meta, load(file, environ={})))


@pytest.fixture
def conducted(run: RunFolder) -> Iterator[RunFolder]:
    """The same, and somebody holds it."""
    lease = run.lease()
    lease.acquire()
    yield run
    lease.release()


def at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, *, yes: bool
) -> list[tuple[str, bool]]:
    """Somebody is there, and answers; what was asked, and its default."""
    asked: list[tuple[str, bool]] = []

    def confirm(text: str, *, default: bool, err: bool) -> bool:
        assert err
        asked.append((text, default))
        return yes

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", confirm)
    return asked


@pytest.mark.parametrize("yes", [True, False])
def test_an_unfinished_run_is_taken_up_if_a_person_says_so(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch, *, yes: bool
) -> None:
    """Taking it up is the default; the question says what a new run does not know."""
    asked = at_a_terminal(monkeypatch, yes=yes)
    found = offer(run.path.parent / "show.yaml", run.path, ask=True)
    assert (run.path if yes else None) == found
    ((text, default),) = asked
    assert default is True
    assert "knows nothing of what this one has sent" in text


def test_a_second_show_begins_only_if_a_person_wants_two(
    conducted: RunFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both would post. Enter starts nothing, and says how a frozen one is replaced."""
    file = conducted.path.parent / "show.yaml"
    asked = at_a_terminal(monkeypatch, yes=False)
    with pytest.raises(InputError, match="nothing was started"):
        offer(file, conducted.path, ask=True)
    assert [False] == [default for _, default in asked]
    frozen = f"launch run --recover {conducted.path} --take-over"
    assert frozen in capsys.readouterr().err
    at_a_terminal(monkeypatch, yes=True)
    assert offer(file, conducted.path, ask=True) is None


def test_a_script_starts_no_second_show_beside_one(conducted: RunFolder) -> None:
    """Both would post: where nobody can be asked, ``--new`` has to be said."""
    file = conducted.path.parent / "show.yaml"
    with pytest.raises(InputError, match="is being conducted") as refused:
        offer(file, conducted.path, ask=False)
    assert "--take-over" in refused.value.hint
    assert "--new" in refused.value.hint
