"""What the language's models are made of: frozen models, names, spans, secrets."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from launchctl.times import Micros, parse_span


class Frozen(BaseModel):
    """An immutable part of a runbook. Unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _span(value: object) -> object:
    return parse_span(value) if isinstance(value, str) else value


Span = Annotated[Micros, BeforeValidator(_span)]
"""A span in microseconds. Text such as ``2m14s`` is read; the loader refuses a number
without a unit in a runbook, so an ``int`` here is microseconds."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""An identifier: cue, account, stage, role, figure."""

Text = Annotated[str, Field(min_length=1, max_length=4000)]
"""A text that people read, or a name at a far end (a scene, a source)."""


class SecretRef(Frozen):
    """A secret by reference: ``{env: NAME}`` or ``{file: path}``, never its value."""

    env: Name | None = None
    file: str | None = None

    def __str__(self) -> str:
        return f"env {self.env}" if self.env else f"file {self.file}"
