"""The script of a rehearsal: who does what, when. A small YAML file.

```yaml
people: 1
script:
  - {at: T-4m, by: Ada, role: caller, do: hold, target: breath}
  - {standby: reveal, wait: 3s, by: Ada, role: caller, do: go, target: reveal}
  - {after: reveal, by: Ben, role: comms, do: approve, target: reveal-post}
  - {hold: breath, wait: 20s, by: Ada, role: caller, do: resume}
  - {hold: "late:*", every: true, wait: 5s, by: Ada, role: caller, do: resume}
```

Each line has one trigger: ``at`` (a T-offset; T stands in a hold), ``after`` (a cue is
done), ``standby`` (a cue stands by), ``hold`` (a hold is open whose name fits) or
``event`` (the journal has an event of that name), and may ``wait`` a span of show time
behind it. ``do`` is a verb of the calls; or ``cut`` (the operator cuts to the scene
``target`` by hand, ``args: {stage: main}``) or ``post-by-hand`` (the account ``target``
posts ``args: {text: ...}`` from the phone). A line is played once; one on a hold, with
``every``, for every such hold, and its target is that hold. Beside ``script`` there may
be an ``audience``: what buyers do (``buyers.py``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from launchctl.rehearsal.buyers import Shape
from launchctl.rehearsal.document import parse_document, read_document
from launchctl.runbook.base import Name, Span
from launchctl.times import Micros, parse_t_offset

_SHAPE = "a script is a mapping with `people: 1` and `script:`"
BY_HAND = frozenset({"cut", "post-by-hand"})
"""What people do themselves, without a call: on the mixer, on their phone."""
_TRIGGERS = ("at", "after", "standby", "hold", "event")


class Turn(BaseModel):
    """When a line's turn comes: one trigger, and a span of show time behind it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str | None = None
    after: Name | None = None
    standby: Name | None = None
    hold: str | None = None
    event: Name | None = None
    wait: Span = 0

    @model_validator(mode="after")
    def _one_trigger(self) -> Self:
        given = [name for name in _TRIGGERS if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"a line has one of {', '.join(_TRIGGERS)}; found {found}")
        if self.at is not None and parse_t_offset(self.at) is None:
            raise ValueError(f"{self.at!r} is no T-offset: write it like T-10m")
        return self

    @property
    def t_us(self) -> Micros | None:
        """The T of ``at``; None with another trigger."""
        return None if self.at is None else parse_t_offset(self.at)


class Step(Turn):
    """One line of the script: one trigger, one call."""

    every: bool = False
    by: str = Field(min_length=1, max_length=64)
    role: Name
    do: Name
    target: str | None = None
    why: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Step:
        if self.every and self.hold is None:
            raise ValueError("`every` stands beside `hold`")
        if self.do in BY_HAND and self.target is None:
            raise ValueError(f"`do: {self.do}` names a scene or an account as `target`")
        return self


class Script(BaseModel):
    """A whole script, in file order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    people: int = Field(ge=1, le=1)
    script: tuple[Step, ...]
    audience: tuple[Shape, ...] = ()


def load_script(path: Path) -> Script:
    """Read and check a script.

    Raises:
        InputError: it cannot be read.
        RunbookError: it is no script; names every fault with line and column.
    """
    return parse_script(read_document(path, "script"), str(path))


def parse_script(text: str, file: str) -> Script:
    """``load_script`` on a text; ``file`` is named in messages."""
    return parse_document(text, file, Script, "script", _SHAPE)
