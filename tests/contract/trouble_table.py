"""The tables of docs/far-ends.md that say what becomes of what when a far end fails,
and the playing of their faults.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.skipping import run_skipping

_Name = TypeVar("_Name")
_Case = TypeVar("_Case")
_Result = TypeVar("_Result")
_PAGE = Path(__file__).parents[2] / "docs" / "far-ends.md"


@dataclass(frozen=True)
class Row:
    """What a fault comes to.

    Attributes:
        cue: its state in the end.
        post: the state of its post or call in the end.
        there: how many of them the far end has.
        says: words of the report's reason; "" if it has none to give.
    """

    cue: str
    post: str
    there: int
    says: str

    def fits(self, found: Row) -> bool:
        """Whether a show came to this; of the reason some words are enough."""
        same = (self.cue, self.post, self.there) == (found.cue, found.post, found.there)
        return same and self.says in found.says and bool(self.says) == bool(found.says)


def rows(name: str) -> list[list[str]]:
    """The cells of the table between ``<!-- trouble: name -->`` and its end."""
    page = _PAGE.read_text(encoding="utf-8")
    _, _, behind = page.partition(f"<!-- trouble: {name} -->")
    table, _, _ = behind.partition(f"<!-- /trouble: {name} -->")
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]
    ]


def told_in_docs(name: str) -> dict[str, Row]:
    """The rows of a table by their fault."""
    return {
        fault: Row(cue, post, int(there), says.strip('"-'))
        for fault, cue, post, there, says in rows(name)
    }


def side_by_side(
    cases: Mapping[_Name, _Case],
    play: Callable[[_Case, Path], Coroutine[Any, Any, _Result]],
    folder: Path,
) -> dict[_Name, _Result]:
    """Play every fault in a show of its own, all at once; what each came to."""

    async def all_of_them() -> list[_Result]:
        return await asyncio.gather(
            *(
                play(case, folder / str(number))
                for number, case in enumerate(cases.values())
            )
        )

    return dict(zip(cases, run_skipping(all_of_them()), strict=True))
