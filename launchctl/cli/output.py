"""What reaches the terminal: plain where it is no terminal, or where NO_COLOR asks."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_WIDTH = 120


def print_json(value: Any) -> None:
    """One JSON document on one line of stdout."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def console() -> Console:
    """A rich console on stdout; plain text, not wrapped at 80, where it is a pipe."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    return Console(
        no_color="NO_COLOR" in os.environ or not terminal,
        width=None if terminal else _PLAIN_WIDTH,
        highlight=False,
        soft_wrap=not terminal,
    )
