"""``launch rehearse``: the report of a show, and an exit code to build on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from launchctl.cli.app import app

EXAMPLES = Path(__file__).parents[2] / "examples"


def rehearse(*words: str):
    """Run the verb; its exit code and what it printed."""
    result = CliRunner().invoke(app, ["rehearse", *words])
    return result.exit_code, result.stdout


def test_a_green_rehearsal_reports_like_a_show():
    """DESIGN 8: the same report as ``launch report --json``, with ``rehearsed``."""
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
