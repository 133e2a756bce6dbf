"""A failing whole show made small: lines of its files are left out while it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.simulation.case import signature
from tests.simulation.rule import BrokenError
from tests.simulation.whole import WholeBrokeError, play_show
from tests.simulation.whole_show import KEPT_SHOWS, WholeShow

PLAYS = 120
"""How often it is played at most: a smaller show is a help, not a duty."""


def keep_whole(show: WholeShow, plays: int = PLAYS, folder: Path = KEPT_SHOWS) -> str:
    """Make a failing show small and keep it; a sentence for who reads the output."""
    small = shrink_whole(show, plays)
    if small is None:
        return f"whole show {show.seed} does not fail again"
    file = small.write(folder, f"whole-{show.seed}")
    return (
        f"whole show {show.seed}: {size(small)} of {size(show)} lines are left;"
        f" python -m tests.simulation --case {file}"
    )


def shrink_whole(show: WholeShow, plays: int = PLAYS) -> WholeShow | None:
    """The smallest show found that fails in the same way; None if it does not fail."""
    kind = fails_with(show)
    if kind is None:
        return None
    left = iter(range(plays))

    def still(smaller: WholeShow) -> bool:
        return next(left, None) is not None and fails_with(smaller) == kind

    for beside in show.besides:
        rest = tuple(each for each in show.besides if each != beside)
        show = _if(still, replace(show, besides=rest), show)
    for part in ("book", "people", "faults"):
        show = _fewer(show, part, still)
    return show


def fails_with(show: WholeShow) -> str | None:
    """What breaks, without names and numbers; None if nothing does."""
    try:
        play_show(show)
    except WholeBrokeError as failed:
        cause = failed.__cause__
        return signature(cause if isinstance(cause, BrokenError) else failed)
    return None


def _if(
    still: Callable[[WholeShow], bool], smaller: WholeShow, show: WholeShow
) -> WholeShow:
    return smaller if still(smaller) else show


def _fewer(show: WholeShow, part: str, still: Callable[[WholeShow], bool]) -> WholeShow:
    """Without blocks of entries, then without single ones."""
    size = max(1, len([*_entries(getattr(show, part))]) // 2)
    while True:
        place = 0
        while place < len([*_entries(getattr(show, part))]):
            lines = getattr(show, part).splitlines(keepends=True)
            gone = {*[*_entries(getattr(show, part))][place : place + size]}
            text = "".join(x for n, x in enumerate(lines) if n not in gone)
            smaller = replace(show, **{part: _whole(text)})
            if still(smaller):
                show = smaller
            else:
                place += size
        if size == 1:
            return show
        size //= 2


def _entries(text: str) -> Iterator[int]:
    """The lines that hold one cue, one turn of the script or one fault each."""
    for number, line in enumerate(text.splitlines()):
        if line.startswith("  - {"):
            yield number


def _whole(text: str) -> str:
    """A list without entries is written as one."""
    lines = text.splitlines()
    after = [*lines[1:], ""]
    found = [
        f"{line} []"
        if line in ("script:", "audience:", "plan:") and not then.startswith("  - ")
        else line
        for line, then in zip(lines, after, strict=True)
    ]
    return "\n".join(found) + "\n"


def size(show: WholeShow) -> int:
    """How many cues, turns and faults it has."""
    return sum(len([*_entries(text)]) for text in (show.book, show.people, show.faults))
