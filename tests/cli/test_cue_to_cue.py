"""``launch rehearse --cue-to-cue``: a console for the caller, or a pipe."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from launchctl.cli.app import app

RUNBOOK = Path(__file__).parents[2] / "runbooks" / "model-3-reveal.yaml"


def stepped(said: str, *words: str):
    """Step through the reference show; exit code and output."""
    words = ("rehearse", str(RUNBOOK), "--cue-to-cue", *words)
    result = CliRunner().invoke(app, words, input=said)
    return result.exit_code, result.stdout


def lines(said: str) -> list[dict]:
    """As a script reads it: a line for each step, refusal and question."""
    code, out = stepped(said, "--json")
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


def test_each_step_is_a_line_with_sheet_stages_and_what_would_leave():
    """The stage stands as folded; what would leave is listed as it reads."""
    start, reveal, _asked, after = lines("jump reveal\nnext\nno\nquit\n")
    assert (start["said"], start["cue"]) == ("start", "day-before")
    assert (start["go"][0]["leaves"], start["go"][0]["target"]) == (
        True,
        "account:brand",
    )
    assert "Tomorrow evening, 8:30pm PT" in start["go"][0]["text"]
    assert (reveal["cue"], reveal["sheet"]["warn_s"]) == ("reveal", 120.0)
    assert reveal["sheet"]["departments"] == {"lx": "Q 41"}
    assert reveal["stages"]["main"]["program"] == "Keynote"
    assert [each["action"] for each in reveal["go"]] == [
        "scene Reveal (Fade 500ms)",
        "counter open",
    ]
    assert after["cue"] == "reveal-post"
    assert after["stages"]["main"]["program"] == "Reveal"


def test_the_counter_shows_only_if_the_console_says_yes():
    """It is asked in the same pipe; the next line answers."""
    *_, asked, after = lines("jump reveal\nnext\nyes\n")
    assert "the counter would be open" in asked["asks"]
    assert after["stages"]["main"]["text:PreorderCounter"] == "0 reserved"
    *_, asked, after = lines("jump reveal\nnext\nno\n")
    assert after["declined"] == [asked["asks"]]
    assert after["stages"]["main"]["text:PreorderCounter"] == ""


def test_back_and_the_bounds_and_a_name_that_is_not_there():
    """What cannot be done is said, and the caller stays where they are."""
    said = lines("back\njump nowhere\nfly\nnext\nback\nlist\n")
    refused = [line["refused"] for line in said if "refused" in line]
    assert refused == [
        "this is the first cue",
        "there is no cue nowhere to jump to: see list",
        "say next, back, jump CUE, list, quit",
    ]
    assert said[-2]["cue"] == "day-before"
    assert (said[-1]["at"], said[-1]["cues"][0]) == (0, "day-before")


def test_people_read_a_sheet_line_the_stage_and_the_text():
    """In prose: say, departments, what stands, what leaves."""
    code, out = stepped("jump film\nquit\n")
    assert code == 0
    assert "stage main: emulated" in out
    assert "say   Film on his last word" in out
    assert "lx  Q 14, house dark" in out
    assert "stream would start: it is left alone" in out
    assert "film mission.mp4 in Film" in out


def test_what_only_a_played_show_has_is_refused():
    """Nobody shall think that people answered, or that anything went wrong."""
    for words in (["--yes"], ["--speed", "10"], ["--chaos", "0"]):
        code, _ = stepped("quit\n", *words)
        assert code == 2
