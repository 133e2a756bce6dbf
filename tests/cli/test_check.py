"""``launch check``: the resolved timeline, embargoes, problems and far ends."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from launchctl.cli.errors import run
from launchctl.rehearsal.emulators.obs import ObsEmulator

SHOW = """\
runbook: 1
title: Small reveal
timezone: America/Los_Angeles
t0: 2016-03-31 20:30
stages:
  main: {driver: obs, url: "ws://127.0.0.1:9", password: {env: OBS_MAIN}}
accounts:
  ceo: {network: x, handle: elonmusk, credentials: {env: X_CEO}}
crew:
  caller: {may: [go, hold, abort, end]}
  comms: {may: [approve, post], timezone: Europe/Berlin}
approvals: {default: [comms]}
embargoes:
  car: {default: true, lifts: [{on_air: Reveal}], not_before: 2016-03-31 20:00}
cues:
  - {cue: doors, at: T-10m, do: [{scene: Countdown}]}
  - cue: reveal
    at: T-0
    go: caller
    do: [{scene: Reveal, transition: {fade: 500ms}}]
  - cue: reveal-post
    after: reveal
    do: [{post: {as: ceo, text: "Here it is."}}]
  - cue: teaser
    at: 2016-03-31 10:00
    public: teaser
    do: [{post: {as: ceo, text: "Tonight."}}]
procedures:
  slide: {cues: [{cue: holding, do: [{scene: HoldingSlide}]}]}
safe: [{scene: HoldingSlide}]
"""


@pytest.fixture
def show(tmp_path):
    """A runbook on disk."""
    file = tmp_path / "show.yaml"
    file.write_text(SHOW)
    return file


def checked(capsys, *arguments):
    """The JSON that check prints."""
    assert 0 == run(["check", "--json", *map(str, arguments)])
    return json.loads(capsys.readouterr().out)


def test_the_timeline_has_every_zone(show, capsys):
    """UTC, the home zone and the zone of a role."""
    found = checked(capsys, show)

    doors = next(row for row in found["timeline"] if row["cue"] == "doors")
    assert ["UTC", "America/Los_Angeles", "Europe/Berlin"] == found["zones"]
    assert "2016-04-01T03:20:00.000000Z" == doors["planned"]
    assert -600.0 == doors["t_s"]
    assert {
        "UTC": "2016-04-01 03:20:00",
        "America/Los_Angeles": "2016-03-31 20:20:00",
        "Europe/Berlin": "2016-04-01 05:20:00",
    } == doors["local"]


def test_the_timeline_is_in_order_of_time(show, capsys):
    """The file's order is for writing; a caller reads by the clock."""
    found = checked(capsys, show)

    assert ["teaser", "doors", "reveal", "reveal-post", "holding"] == [
        row["cue"] for row in found["timeline"]
    ]
    assert "slide" == found["timeline"][-1]["procedure"]


def test_what_stands_under_which_embargo_is_told(show, capsys):
    """The post is under the default embargo, the teaser is not, a scene never is."""
    found = checked(capsys, show)

    under = {row["cue"]: row["do"][0]["embargoes"] for row in found["timeline"]}
    assert {
        "teaser": [],
        "doors": [],
        "reveal": [],
        "reveal-post": ["car"],
        "holding": [],
    } == under
    assert "on_air: Reveal" in found["embargoes"]["car"]


def test_people_read_the_same(show, capsys):
    """Instants without the year, what starts a cue, what it does, its embargo."""
    assert 0 == run(["check", str(show)])

    said = capsys.readouterr().out
    assert "T-0 is 2016-03-31 20:30:00 America/Los_Angeles" in said
    assert "03-31 20:20:00" in said
    assert "at T-0; GO of caller" in said
    assert "scene Reveal (Fade 500ms)" in said
    assert 'post as ceo "Here it is."  [embargo car]' in said
    assert "under no embargo:\n  teaser: post as ceo" in said
    assert "slide/holding" in said


def test_t0_moves_every_wall_instant_and_says_so(show, capsys):
    """To run the show on another day; each moved instant is listed."""
    found = checked(capsys, show, "--t0", "2016-04-02T20:30:00-07:00")

    by_name = {row["cue"]: row["planned"] for row in found["timeline"]}
    assert "2016-04-03T03:30:00.000000Z" == found["t0"]
    assert "2016-04-02T17:00:00.000000Z" == by_name["teaser"]
    assert {"2016-03-31 10:00", "2016-03-31 20:00"} <= {
        moved["written"] for moved in found["shifted"]
    }


@pytest.mark.parametrize("t0", ["tomorrow", "+soon", "2016-04-02T20:30:00"])
def test_a_t0_that_cannot_be_read_is_bad_input(show, t0, capsys):
    """It needs its offset from UTC, or a span."""
    assert 2 == run(["check", str(show), "--t0", t0])

    assert f"--t0 {t0}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "said"),
    [("nonsense", "there is no value"), ("stages.main.uri=x", "stages.main.uri")],
)
def test_a_set_that_cannot_be_read_is_bad_input(show, written, said, capsys):
    """Only addresses can be overridden."""
    assert 2 == run(["check", str(show), "--set", written])

    assert said in capsys.readouterr().err


def test_problems_are_told_with_their_places(tmp_path, capsys):
    """On standard error as file:line:column, with exit code 2; nothing on stdout."""
    file = tmp_path / "bad.yaml"
    file.write_text(SHOW.replace("scene: Countdown", "scean: Countdown"))

    assert 2 == run(["check", str(file)])

    said = capsys.readouterr()
    assert "" == said.out
    assert said.err.startswith(f"{file}:16:")
    assert "scene" in said.err
    assert "Traceback" not in said.err


def test_problems_as_json_are_a_list(tmp_path, capsys):
    """Each with file, line, column and cue."""
    file = tmp_path / "bad.yaml"
    file.write_text(SHOW.replace("scene: Countdown", "scean: Countdown"))

    assert 2 == run(["check", str(file), "--json"])

    found = json.loads(capsys.readouterr().out)
    assert 2 == found["exit"]
    assert [(str(file), 16)] == [(p["file"], p["line"]) for p in found["problems"]]


def test_a_file_that_is_not_there_is_bad_input(tmp_path, capsys):
    """Not a trace."""
    assert 2 == run(["check", str(tmp_path / "none.yaml")])

    assert "cannot read: No such file or directory" in capsys.readouterr().err


LIVE = """\
runbook: 1
title: Live
stages: {main: {driver: obs, url: "ws://127.0.0.1:9"}}
cues: [{cue: reveal, go: caller, do: [{scene: Reveal}]}]
"""


def test_a_far_end_out_of_reach_is_named(tmp_path, capsys):
    """``--live`` ends with 3 and says which one."""
    file = tmp_path / "live.yaml"
    file.write_text(LIVE)

    assert 3 == run(["check", str(file), "--live"])

    assert "stage:main" in capsys.readouterr().out


async def test_far_ends_in_reach_are_named_too(tmp_path, capsys):
    """``--live`` ends with 0 if every far end answers well."""
    file = tmp_path / "live.yaml"
    file.write_text(LIVE)
    obs = ObsEmulator({"Reveal": ()})
    url = await obs.start()
    asked = ["check", str(file), "--live", "--set", f"stages.main.url={url}"]

    code = await asyncio.to_thread(run, asked)
    await obs.aclose()

    assert 0 == code
    assert "good     stage:main" in capsys.readouterr().out


def test_a_missing_secret_is_named_and_never_shown(show, monkeypatch, capsys):
    """``--live`` needs the secrets; the message names references."""
    monkeypatch.setenv("OBS_MAIN", "very secret")
    for name in ("X_CEO_CONSUMER_KEY", "X_CEO_CONSUMER_SECRET"):
        monkeypatch.delenv(name, raising=False)

    assert 2 == run(["check", str(show), "--live"])

    said = capsys.readouterr().err
    assert "account ceo needs X_CEO_CONSUMER_KEY" in said
    assert "very secret" not in said


def test_init_writes_a_runbook_that_checks(tmp_path, capsys):
    """The first file that a person sees works."""
    file = tmp_path / "mine.yaml"

    assert 0 == run(["init", str(file)])
    assert 0 == run(["check", str(file)])

    assert "My launch" in capsys.readouterr().out


def test_init_never_overwrites(tmp_path, capsys):
    """Whatever is there stays as it is."""
    file = tmp_path / "mine.yaml"
    file.write_text("precious")

    assert 2 == run(["init", str(file)])

    assert "precious" == file.read_text()
    assert "is there already" in capsys.readouterr().err


def test_init_where_nothing_can_be_written_is_bad_input(tmp_path, capsys):
    """A folder that is not there."""
    assert 2 == run(["init", str(tmp_path / "none" / "mine.yaml")])

    assert "cannot be written: No such file" in capsys.readouterr().err


def test_schema_is_a_json_schema(capsys):
    """Editors read it."""
    assert 0 == run(["schema"])

    assert "properties" in json.loads(capsys.readouterr().out)


def test_the_call_sheet_has_a_line_a_cue_and_a_column_a_department(tmp_path, capsys):
    """`--call-sheet`: T and home time, who says GO, what is said, the departments."""
    file, page = tmp_path / "show.yaml", tmp_path / "sheet.html"
    cue = "  - {cue: doors, at: T-10m, "
    sheet = 'sheet: {warn: 2m, say: "Doors <now>", lx: "Q 1"}, '
    file.write_text(SHOW.replace(cue, cue + sheet))
    checked(capsys, file, "--call-sheet", page)
    text = page.read_text()
    heads = re.findall(r"<th>(.*?)</th>", text)
    assert ["T", "Time", "Warn", "Cue", "What", "GO", "Say", "lx"] == heads
    lines = re.findall(r"<tr><td.*?</tr>", text)
    assert 5 == len(lines)
    doors = next(line for line in lines if "doors" in line)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", doors)
    assert ["T-00:10:00", "03-31 20:20:00"] == cells[:2]
    assert "03-31 20:18:00<small>2m before</small>" == cells[2]
    assert ["Doors &lt;now&gt;", "Q 1"] == cells[6:]
    assert "<script" not in text
    assert "http" not in text


def test_a_call_sheet_that_cannot_be_written_is_bad_input(show, tmp_path, capsys):
    """The reason and exit code 2, no stack trace."""
    assert 2 == run(["check", str(show), "--call-sheet", str(tmp_path / "no" / "x")])
    assert "cannot be written" in capsys.readouterr().err
