"""The corpus of broken runbooks: exactly these messages, at exactly these places.

Each file of ``broken/`` ends with what the loader must say about it, one line each:
``#! LINE:COLUMN: message (hint)``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from launchctl.errors import RunbookError
from launchctl.runbook import load

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yaml"))
_MARK = "#! "


def expectations(path: Path) -> list[str]:
    """What the file says it must be refused with."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(_MARK) for line in lines if line.startswith(_MARK)]


def test_the_corpus_is_there() -> None:
    """At least forty ways to get a runbook wrong are written down."""
    assert len(BROKEN) >= 40
    assert all(expectations(path) for path in BROKEN)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_runbook_is_refused_with_all_its_problems(path: Path) -> None:
    """Every problem is named, with file, line, column, cue and near miss."""
    with pytest.raises(RunbookError) as caught:
        load(path, environ={})
    expected = [f"{path}:{line}" for line in expectations(path)]
    assert expected == [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ("once-in-repeated-cue", "once: false"),
        ("once-in-safe", "safe"),
        ("before-a-cue", "film"),
        ("cyclic-calls", "call"),
        ("in-hold-unpinned", "in_hold"),
        ("post-beside-its-gate", "gate"),
        ("lift-behind-what-it-guards", "embargo"),
        ("seen-of-its-own-scene", "seen"),
        ("no-trigger", "no trigger"),
        ("choice-incomplete", "default"),
        ("seen-without-playback", "playback"),
        ("live-count-in-post", "figure"),
    ],
)
def test_what_could_only_go_wrong_on_the_night_does_not_load(
    file: str, word: str
) -> None:
    """SEMANTICS 11: each of its rules has its runbook, and the error names the rule."""
    with pytest.raises(RunbookError) as caught:
        load(HERE / "broken" / f"{file}.yaml", environ={})
    assert word in " ".join(str(problem) for problem in caught.value.problems)
