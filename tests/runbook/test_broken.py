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
