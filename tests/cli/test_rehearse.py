"""``launch rehearse``: the report of a show, and an exit code to build on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from launchctl.cli.app import app
from launchctl.cli.starter import write_starter
from launchctl.errors import InputError

EXAMPLES = Path(__file__).parents[2] / "examples"


def rehearse(*words: str):
    """Run the verb; its exit code and what it printed."""
    result = CliRunner().invoke(app, ["rehearse", *words])
    return result.exit_code, result.stdout


def test_a_green_rehearsal_reports_like_a_show():
    """The same report as ``launch report --json``, with ``rehearsed``."""
    code, out = rehearse(str(EXAMPLES / "trigger-at-t.yaml"), "--json")

    report = json.loads(out)
    assert (0, "green", True) == (code, report["verdict"], report["rehearsal"])
    assert {"doors", "opening"} <= {cue["cue"] for cue in report["cues"]}
    assert {"findings", "journal_digest", "orders", "holds"} <= report.keys()
    assert {"babel", "jinja2", "tzdata"} <= report["rehearsed"]["made_with"].keys()


def test_nobody_answered_is_said_and_ends_with_1():
    """Without a script gates are never answered, and the report says so."""
    code, out = rehearse(str(EXAMPLES / "first-go.yaml"))

    assert 1 == code
    assert "nobody answered: opening stands by for GO by caller" in " ".join(
        out.split()
    )


def test_a_script_beside_the_runbook_is_played(tmp_path: Path):
    """``show.people.yaml`` beside ``show.yaml`` is taken by itself."""
    file = tmp_path / "show.yaml"
    file.write_text((EXAMPLES / "trigger-go.yaml").read_text())
    file.with_suffix(".people.yaml").write_text(
        "people: 1\nscript:\n"
        "  - {standby: reveal, by: Ana, role: caller, do: go, target: reveal}\n"
    )
    code, out = rehearse(str(file), "--json")

    report = json.loads(out)
    assert (0, "green") == (code, report["verdict"])
    assert [True] == [deed["accepted"] for deed in report["rehearsed"]["people"]]


@pytest.mark.parametrize("seed", ["0", "7"])
def test_the_seed_gives_the_journal(seed: str):
    """One seed, one digest."""
    words = (str(EXAMPLES / "action-post.yaml"), "--seed", seed, "--json")
    first, second = json.loads(rehearse(*words)[1]), json.loads(rehearse(*words)[1])

    assert first["journal_digest"] == second["journal_digest"]


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """The small show of ``launch init``, with a caller who calls its opening."""
    file = tmp_path / "show.yaml"
    write_starter(file)
    file.with_suffix(".people.yaml").write_text(
        "people: 1\nscript:\n"
        "  - {standby: opening, by: Ana, role: caller, do: go, target: opening}\n"
    )
    return file


@pytest.mark.parametrize("people", [(), ("--yes",)], ids=["script", "yes"])
def test_until_ends_the_show_behind_a_cue(starter: Path, people: tuple[str, ...]):
    """``--until CUE``: who calls the show ends it; what follows is left out."""
    words = (str(starter), "--until", "opening", "--json", *people)
    code, out = rehearse(*words)

    report = json.loads(out)
    states = {cue["cue"]: cue["state"] for cue in report["cues"]}
    assert (0, "complete") == (code, report["state"])
    assert ("done", False) == (states["opening"], states["curtain"] == "done")


def test_until_ends_a_show_in_which_something_lies_parked(tmp_path: Path):
    """An end is asked back about what is parked; who rehearses until there meant it."""
    file = tmp_path / "show.yaml"
    file.write_text(
        "runbook: 1\ntitle: Parked\nt0: 2026-12-01T18:00:00Z\n"
        "stages: {main: {driver: obs, url: 'ws://127.0.0.1:4455'}}\n"
        "crew: {caller: {may: [go, end]}}\n"
        "cues:\n"
        "  - {cue: stuck, at: T-0, gate: [check: stages.main.streaming],\n"
        "     wait: {for: 5s, else: park}}\n"
        "  - {cue: later, at: T+1h}\n"
    )
    _, out = rehearse(str(file), "--until", "T+1m", "--json")

    report = json.loads(out)
    states = {cue["cue"]: cue["state"] for cue in report["cues"]}
    assert ("complete", "skipped") == (report["state"], states["later"])
    assert "parked" in json.dumps(report)


def test_what_people_were_refused_is_told_where_the_show_did_not_end(starter: Path):
    """A call that was refused is in the report, whatever became of the show."""
    script = starter.with_suffix(".people.yaml")
    script.write_text(
        "people: 1\nscript:\n"
        "  - {at: T-0, by: Bob, role: caller, do: resume, target: nothing}\n"
        "  - {standby: opening, by: Ana, role: caller, do: go, target: opening}\n"
    )
    _, out = rehearse(str(starter), "--json")

    deeds = json.loads(out)["rehearsed"]["people"]
    assert {"Ana": True, "Bob": False} == {d["by"]: d["accepted"] for d in deeds}


def test_a_rehearsal_that_ended_early_is_not_kept(starter: Path, own_state: Path):
    """It proves nothing of what comes after it."""
    rehearse(str(starter), "--until", "opening")
    assert [] == [each for each in own_state.rglob("*") if each.is_file()]


@pytest.mark.parametrize("until", ["curtains", "T+"])
def test_until_names_a_cue_or_a_t(starter: Path, until: str):
    """Anything else is refused, before anything starts."""
    result = CliRunner().invoke(app, ["rehearse", str(starter), "--until", until])
    assert isinstance(result.exception, InputError)
    assert "no such cue" in str(result.exception)
