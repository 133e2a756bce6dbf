"""Rehearsals are kept by digest, and a run can demand a green one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from launchctl.errors import InputError
from launchctl.store.rehearsals import (
    Rehearsed,
    keep,
    kept,
    last_of,
    rehearsals_root,
    why_not_rehearsed,
)
from launchctl.times import HOUR, Micros, parse_instant

FILE = "/shows/reveal.yaml"
NOW = parse_instant("2026-11-22T12:00:00Z")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def played(
    hours_ago: float, digest: str = "d1", verdict: str = "green", file: str = FILE
) -> Rehearsed:
    """A rehearsal that was played."""
    at_us: Micros = NOW - int(hours_ago * HOUR)
    reasons = () if verdict == "green" else ("cue reveal failed",)
    report = {"run": f"{hours_ago}"}
    one = Rehearsed(at_us, digest, "Reveal", verdict, reasons, report, file)
    keep(one)
    return one


def test_a_green_rehearsal_of_this_text_is_enough_while_it_is_recent() -> None:
    """Of another text, red, or too long ago: none of them is; the reason says which."""
    assert "this text was never rehearsed" == why_not_rehearsed("d1", HOUR, NOW)
    played(1, digest="d2")
    assert "this text was never rehearsed" == why_not_rehearsed("d1", HOUR, NOW)
    played(3)
    why = "its last rehearsal, 3h ago, was green"
    assert why == why_not_rehearsed("d1", 2 * HOUR, NOW)
    assert why_not_rehearsed("d1", 3 * HOUR, NOW) is None
    played(1, verdict="red")
    assert why_not_rehearsed("d1", 3 * HOUR, NOW) is None
    red = "its last rehearsal, 1h ago, was red: cue reveal failed"
    assert red == why_not_rehearsed("d1", 2 * HOUR, NOW)


def test_the_last_one_of_a_show_is_found_whatever_its_text_was() -> None:
    """Two versions of a runbook share its title and its file; two files of one title
    are two shows.
    """
    played(2)
    newest = played(1, digest="d2")
    played(0.5, file="/shows/autumn.yaml")
    assert newest == last_of("Reveal", FILE)
    assert last_of("Reveal", "/shows/spring.yaml") is None
    assert last_of("Another", FILE) is None


def test_one_that_was_kept_without_its_file_is_known_by_its_title() -> None:
    """What earlier versions kept is still compared with."""
    old = played(1)
    for path in rehearsals_root().glob("*.json"):
        known = json.loads(path.read_text())
        del known["file"]
        path.write_text(json.dumps(known))
    found = last_of("Reveal", FILE)
    assert found == replace(old, file="")


def test_what_cannot_be_read_proves_nothing() -> None:
    """A file that is torn, or something else altogether, is left out."""
    played(1)
    for name, text in (("z1", "{"), ("z2", "[]"), ("z3", '{"at": "soon"}')):
        (rehearsals_root() / f"{name}.json").write_text(text)
    assert 1 == len(list(kept()))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A clear error with the folder, and no half file."""
    (tmp_path / "launchctl").write_text("in the way")
    with pytest.raises(InputError, match="the rehearsal cannot be kept in"):
        played(1)
