"""Stages stepped from cue to cue: set to what stands before each, and nothing else.

The only drivers here are those of stages: no network, shop or desk can be reached. What
a field was before the first step is what it is again before the first cue that sets it,
so that a step back leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from launchctl.conductor.counter import counter_reads
from launchctl.drivers.base import Driver, Standing
from launchctl.orders.model import Totals
from launchctl.runbook.model import Runbook
from launchctl.runbook.templates import Template
from launchctl.show.cue_to_cue import CueToCue, Field
from launchctl.show.inputs import Answer

Ask = Callable[[str], Awaitable[bool]]
"""Asks at the console before a microphone opens, a film runs, the counter shows."""


@dataclass(slots=True)
class Step:
    """What a step did.

    Attributes:
        cue: before which the stages stand now; None: behind the last.
        stands: by stage: what is on program, and all else that a cue before would
            have set, or that this step changed, as it is now.
        set: the fields that were changed.
        declined: what was asked, and was not to be.
        failed: sentences about what a stage did not do.
        page: ``counter`` and ``player`` as they would be.
        never: sentences about what would be so, and is left alone.
    """

    cue: str | None
    stands: dict[str, dict[str, Any]] = field(default_factory=dict)
    set: list[Field] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    page: dict[str, str] = field(default_factory=dict)
    never: list[str] = field(default_factory=list)


class Stages:
    """The stages of a runbook, and where they were before the first step."""

    def __init__(
        self, runbook: Runbook, book: CueToCue, drivers: Mapping[str, Driver]
    ) -> None:
        self._runbook = runbook
        self._book = book
        self._drivers = drivers
        self._found: dict[Field, Any] = {}
        """As it was before anything was set."""
        self._declined: dict[Field, Any] = {}

    async def stand(self, cue: str | None, ask: Ask) -> Step:
        """Set the stages to what stands before a cue; ask where a person decides."""
        standing = self._book.before(cue)
        fields = standing.fields | self._counter(standing.page.get("counter"))
        step = Step(cue, page=standing.page)
        step.never = [
            f"{stage}: {what} would {word}: it is left alone"
            for (stage, what), word in standing.never.items()
        ]
        await self._learn([name for name in fields if name not in self._found])
        wanted = self._found | fields
        now = await self._now([*wanted])
        for name in sorted(wanted, key=_order):
            value = wanted[name]
            if now.get(name) == value:
                self._declined.pop(name, None)
            elif await self._may(name, value, ask, step):
                await self._set(name, value, step)
        programs = [(stage, "program") for stage in self._runbook.stages]
        shown = list(dict.fromkeys([*programs, *fields, *step.set]))
        for (stage, what), value in (await self._now(shown)).items():
            step.stands.setdefault(stage, {})[what] = value
        return step

    async def _learn(self, names: list[Field]) -> None:
        """What stands there that is about to be set for the first time."""
        self._found |= await self._now(names)

    async def _now(self, names: list[Field]) -> dict[Field, Any]:
        found: dict[Field, Any] = {}
        for stage in dict.fromkeys(stage for stage, _ in names):
            driver: object = self._drivers.get(f"stage:{stage}")
            if isinstance(driver, Standing):
                asked = [what for of, what in names if of == stage]
                values = await driver.standing(asked)
                found |= {(stage, what): value for what, value in values.items()}
        return found

    async def _may(self, name: Field, value: Any, ask: Ask, step: Step) -> bool:
        """Whether it may be set; what was declined is not asked at every step."""
        question = self._question(name, value)
        if question is None:
            return True
        if name not in self._declined or self._declined[name] != value:
            if await ask(f"{name[0]}: {question}"):
                self._declined.pop(name, None)
                return True
            self._declined[name] = value
        step.declined.append(f"{name[0]}: {question}")
        return False

    def _question(self, name: Field, value: Any) -> str | None:
        shown = self._counter("open")
        if name in shown and shown[name] == value:
            return f"the counter would be open: show {value!r}?"
        return self._book.asks(*name, value)

    async def _set(self, name: Field, value: Any, step: Step) -> None:
        stage, what = name
        command = self._book.command(stage, what, value)
        if command is None:
            return
        outcome = await self._drivers[f"stage:{stage}"].send(command)
        if outcome.answer is Answer.OK:
            step.set.append(name)
        else:
            step.failed.append(f"{stage}: {what}: {outcome.detail or outcome.answer}")

    def _counter(self, state: str | None) -> dict[Field, str]:
        """The counter's text, with nothing ordered yet; none if no cue has set it."""
        orders = self._runbook.orders
        show_on = orders.show_on if orders else None
        if show_on is None or state is None:
            return {}
        text = ""
        if state != "hidden":
            template = Template(source=show_on.text)
            limit = orders.limit if orders else None
            none_yet = Totals(available=limit.units if limit else None)
            text = counter_reads(self._runbook, template, none_yet)
        stage = show_on.stage or self._runbook.first_stage or ""
        return {(stage, f"text:{show_on.source}"): text}


def _order(name: Field) -> int:
    """The transition before the scene; the scene last, when all of it is ready."""
    return {"transition": 0, "program": 2}.get(name[1], 1)
