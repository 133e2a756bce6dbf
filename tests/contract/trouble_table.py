"""The tables of docs/far-ends.md that say what becomes of what when a far end fails."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
