"""Every error that people see: whose fault, where, what next.

``LaunchError`` is the root. Its three branches are the three exit codes that scripts
build on: what somebody wrote is wrong (2), the far end is out of reach (3), and the
show or a call was refused (1). Anything else that escapes is a defect of launchctl.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class LaunchError(Exception):
    """An error with a sentence for the person who has to act on it.

    Attributes:
        hint: what to do next, or an empty string.
        exit_code: what the command line ends with.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a runbook, at its place.

    ``line`` and ``column`` count from 1. ``cue`` is the cue it belongs to, or empty.
    """

    file: str
    line: int
    column: int
    message: str
    cue: str = ""
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        cue = f" cue {self.cue!r}:" if self.cue else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}:{cue} {self.message}{hint}"


class InputError(LaunchError):
    """What somebody wrote or asked for is wrong: exit code 2."""

    exit_code = 2


class RunbookError(InputError):
    """A runbook that does not load. Carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SecretMissingError(InputError):
    """A secret that the runbook names is not there. Never says what it holds."""


class RefusedError(LaunchError):
    """The conductor, or a rule, said no: exit code 1."""


class OutOfReachError(LaunchError):
    """A far end does not answer, or refuses us: exit code 3."""

    exit_code = 3


class JournalError(LaunchError):
    """The journal cannot be written or is damaged; the show must freeze."""


class FencedError(JournalError):
    """Another conductor has the run: this one stops, and does nothing more."""
