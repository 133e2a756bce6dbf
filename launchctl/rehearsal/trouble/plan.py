"""A plan of faults: what goes wrong when in a rehearsal. A small YAML file.

```yaml
faults: 1
plan:
  - {at: T-2m, fault: obs-killed, on: main, for: 8s}
  - {after: reveal, fault: drop-after, on: x}
  - {event: film_seen, wait: 30s, fault: film-stalls, for: 20s}
  - {standby: reveal, fault: crash, for: 5s}
```

The triggers are those of a script of people (``script.py``). ``fault`` is a word of the
tables in ``docs/faults.md``; ``on`` names where (a stage, an output, a network or
``web``, an order source; the first of its kind without), ``for`` how long, ``times``
how many requests meet it. Each line happens once.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from launchctl.rehearsal.document import parse_document, read_document
from launchctl.rehearsal.script import Script, Step, Turn
from launchctl.rehearsal.trouble.words import WORDS
from launchctl.runbook.base import Name, Span
from launchctl.times import SECOND, Micros

_SHAPE = "a plan of faults is a mapping with `faults: 1` and `plan:`"


class Line(Turn):
    """One fault: when, what, where, for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    fault: str
    on: Name | None = None
    for_us: Span | None = Field(default=None, alias="for")
    times: int = Field(default=1, ge=1, le=1_000)

    @field_validator("fault")
    @classmethod
    def _is_known(cls, word: str) -> str:
        if word not in WORDS:
            close = get_close_matches(word, WORDS, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ValueError(f"no fault is called {word!r}{hint}")
        return word

    @property
    def span_us(self) -> Micros:
        """How long it lasts; what is usual, if the line does not say."""
        return WORDS[self.fault] if self.for_us is None else self.for_us

    def written(self) -> dict[str, Any]:
        """The line as a plan file has it."""
        given = self.model_dump(exclude_defaults=True, by_alias=True)
        for key in {"for", "wait"} & given.keys():
            given[key] = f"{given[key] / SECOND:g}s"
        return given


class Plan(BaseModel):
    """A whole plan, in file order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    faults: int = Field(ge=1, le=1)
    plan: tuple[Line, ...]

    def script(self) -> Script:
        """The same as a script, whose steps name their line: triggers are read in one
        place.
        """
        turns = Turn.model_fields.keys()
        return Script(
            people=1,
            script=tuple(
                Step(
                    **{key: getattr(line, key) for key in turns},
                    by="trouble",
                    role="trouble",
                    do=line.fault,
                    args={"line": number},
                )
                for number, line in enumerate(self.plan)
            ),
        )


def load_plan(path: Path) -> Plan:
    """Read and check a plan.

    Raises:
        InputError: it cannot be read.
        RunbookError: it is no plan; names every fault with line and column.
    """
    return parse_plan(read_document(path, "plan of faults"), str(path))


def parse_plan(text: str, file: str) -> Plan:
    """``load_plan`` on a text; ``file`` is named in messages."""
    return parse_document(text, file, Plan, "plan of faults", _SHAPE)
