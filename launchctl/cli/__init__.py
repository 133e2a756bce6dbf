"""The command line: the composition root.

``app`` lists the verbs; each module beside it holds one group of them. Everything heavy
is imported by the verb that needs it, so that ``launch --help`` is there at once.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Run ``launch`` and end the process with its exit code.

    0 fine, 1 the show went wrong or the call was refused, 2 bad input, 3 a far end is
    out of reach; 130 interrupted at the keyboard.
    """
    from launchctl.cli.errors import run

    raise SystemExit(run(argv))
