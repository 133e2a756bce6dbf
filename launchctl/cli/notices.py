"""What whoever started a show must hear of it beside the journal.

A terminal view covers the whole screen and is drawn four times a second: a word printed
beside it would be gone before it is read. So the view shows the latest notice as its
last line, and all of them are printed again once the screen is free.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

_LATEST_S = 15.0
"""How long a notice stands on the screen, in real seconds."""


@dataclass(slots=True)
class Notices:
    """The notices of one run.

    Attributes:
        standing: what the last line says while there is no news: where the pages are.
        on_screen: a view covers the terminal; nothing may be printed now.
    """

    standing: str = ""
    on_screen: bool = False
    _said: list[str] = field(default_factory=list)
    _latest_s: float = 0.0

    def say(self, text: str) -> None:
        """Tell it now: on the screen's last line, or on standard error."""
        self._said.append(text)
        self._latest_s = time.monotonic()
        if not self.on_screen:
            _print(text)

    def last_line(self) -> str:
        """For the view: the latest notice while it is new, else what stands."""
        if self._said and time.monotonic() - self._latest_s < _LATEST_S:
            return self._said[-1]
        return self.standing

    def free(self) -> None:
        """The screen is free again: say what was only seen in passing."""
        if self.on_screen:
            self.on_screen = False
            for text in self._said:
                _print(text)


def _print(text: str) -> None:
    print(f"launch: {text}", file=sys.stderr, flush=True)
