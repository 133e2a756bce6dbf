"""Where problems are gathered: every one with its file, line, column and cue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from launchctl.errors import Problem
from launchctl.runbook.nodes import Node
from launchctl.runbook.read.words import shown

_LINES_A_FILE = 10_000_000
"""More than a file can have: lines of included files are numbered on from these."""


class Problems:
    """What has been found so far, and where we are.

    Attributes:
        file: for messages.
        cue: the cue being read, or empty.
        problems: everything found so far.
        warnings: what loads, and should still be looked at.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._files = [file]
        self.cue = ""
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def begin_file(self, file: str) -> int:
        """A further file is read: what its lines are numbered on from."""
        self._files.append(file)
        return (len(self._files) - 1) * _LINES_A_FILE

    def place(self, line: int) -> tuple[str, int]:
        """The file and the line in it of a line of the whole load."""
        return self._files[line // _LINES_A_FILE], line % _LINES_A_FILE

    def line_in_words(self, line: int, seen_from: int) -> str:
        """``line 8``, or ``crew.yaml line 8`` if that is another file."""
        file, own = self.place(line)
        same = file == self.place(seen_from)[0]
        return f"line {own}" if same else f"{file} line {own}"

    def problem(self, at: Node | tuple[int, int], message: str, hint: str = "") -> None:
        """Note a fault at a node or a (line, column)."""
        line, column = at if isinstance(at, tuple) else (at.line, at.column)
        file, line = self.place(line)
        self.problems.append(Problem(file, line, column, message, self.cue, hint))

    def warn(self, at: Node | tuple[int, int], message: str, hint: str = "") -> None:
        """Note something that loads and should be looked at."""
        line, column = at if isinstance(at, tuple) else (at.line, at.column)
        file, line = self.place(line)
        self.warnings.append(Problem(file, line, column, message, self.cue, hint))

    @contextmanager
    def within(self, cue: str) -> Iterator[None]:
        """Problems found inside belong to this cue."""
        before, self.cue = self.cue, cue
        try:
            yield
        finally:
            self.cue = before

    def expected(self, node: Node, what: str, expected: str, hint: str = "") -> None:
        """The usual problem: something else than expected stands there."""
        self.problem(node, f"{what}: expected {expected}, found {shown(node)}", hint)
