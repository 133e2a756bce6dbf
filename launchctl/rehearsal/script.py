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

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from launchctl.errors import InputError, Problem, RunbookError
from launchctl.rehearsal.buyers import Shape
from launchctl.runbook.base import Name, Span
from launchctl.runbook.nodes import Mapping, Node, Sequence, plain
from launchctl.runbook.yaml import YamlError, parse
from launchctl.times import Micros, parse_t_offset

_LARGEST = 256 * 1024
_SAID = {
    "missing": "it is missing",
    "extra_forbidden": "a script has no such key",
    "model_type": "a script is a mapping with `people: 1` and `script:`",
    "string_type": "it is no text",
}
BY_HAND = frozenset({"cut", "post-by-hand"})
"""What people do themselves, without a call: on the mixer, on their phone."""
_TRIGGERS = ("at", "after", "standby", "hold", "event")


class Step(BaseModel):
    """One line of the script: one trigger, one call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str | None = None
    after: Name | None = None
    standby: Name | None = None
    hold: str | None = None
    every: bool = False
    event: Name | None = None
    wait: Span = 0
    by: str = Field(min_length=1, max_length=64)
    role: Name
    do: Name
    target: str | None = None
    why: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_trigger(self) -> Step:
        given = [name for name in _TRIGGERS if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"a line has one of {', '.join(_TRIGGERS)}; found {found}")
        if self.at is not None and parse_t_offset(self.at) is None:
            raise ValueError(f"{self.at!r} is no T-offset: write it like T-10m")
        if self.every and self.hold is None:
            raise ValueError("`every` stands beside `hold`")
        if self.do in BY_HAND and self.target is None:
            raise ValueError(f"`do: {self.do}` names a scene or an account as `target`")
        return self

    @property
    def t_us(self) -> Micros | None:
        """The T of ``at``; None with another trigger."""
        return None if self.at is None else parse_t_offset(self.at)


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
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise InputError(f"the script {path} cannot be read: {reason}") from None
    if len(text) > _LARGEST:
        raise InputError(f"the script {path} is larger than 256 KiB")
    return parse_script(text, str(path))


def parse_script(text: str, file: str) -> Script:
    """``load_script`` on a text; ``file`` is named in messages."""
    try:
        root, twice = parse(text.encode())
    except YamlError as error:
        raise RunbookError([_fault(file, error)]) from None
    if twice:
        raise RunbookError([_fault(file, error) for error in twice])
    try:
        return Script.model_validate(plain(root))
    except ValidationError as error:
        raise RunbookError(list(_problems(error, root, file))) from None


def _fault(file: str, error: YamlError) -> Problem:
    return Problem(file, error.line, error.column, error.message, hint=error.hint)


def _problems(error: ValidationError, root: Node, file: str) -> Iterator[Problem]:
    for fault in error.errors(include_url=False, include_input=False):
        line, column = _place(root, fault["loc"])
        message = _SAID.get(fault["type"], fault["msg"].removeprefix("Value error, "))
        where = fault["loc"][-1] if fault["loc"] else None
        if isinstance(where, str):
            message = f"{where}: {message}"
        yield Problem(file, line, column, message)


def _place(root: Node, path: tuple[int | str, ...]) -> tuple[int, int]:
    """Line and column of the deepest part of ``path`` that is in the file."""
    node = root
    place = (node.line, node.column)
    for part in path:
        if isinstance(node, Mapping) and part in node.items:
            place = node.keys[str(part)]
            node = node.items[str(part)]
        elif isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part]
            place = (node.line, node.column)
        else:
            break
    return place
