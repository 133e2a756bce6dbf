"""From cue to cue: what stands before each, had all cues before it run (SEMANTICS 2).

Nothing fires and no time passes: the caller steps through the runbook, and the stages
are set to what would stand then. The fold is the jump's. Cues come in file order;
those of procedures are called, and have no place in it. Of a choice the default's cues
count, and before a cue of another option that option's. What is shown for a while is
shown before the next cue, and over before the one after that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.digest import text_of
from launchctl.runbook.model import Cue, Runbook
from launchctl.show.actions.build import target_of
from launchctl.show.actions.content import NotRenderedError, render
from launchctl.show.actions.for_a_while import ends_itself
from launchctl.show.actions.left import Left, left_on_page, left_on_stages
from launchctl.show.actions.wanted import action_for
from launchctl.show.commands import Command
from launchctl.show.core import Core
from launchctl.show.inputs import StageSeen
from launchctl.show.world.stages import question, take_stage
from launchctl.times import Micros

Field = tuple[str, str]
"""A stage, and what of it: ``program``, ``text:SOURCE``, ``visible:SCENE/SOURCE``,
``audio:INPUT``, ``transition``."""

_NEVER = frozenset({"stream", "record"})
"""Of a stage, but nothing that a rehearsal without an audience starts or stops."""


@dataclass(slots=True)
class Standing:
    """What stands before a cue.

    Attributes:
        fields: what the stages would show.
        page: ``counter`` (open, frozen, hidden) and ``player``, where cues set them.
        never: what would be so and is never made so here: stream and recording.
    """

    fields: dict[Field, Any] = field(default_factory=dict)
    page: dict[str, str] = field(default_factory=dict)
    never: dict[Field, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """One action of a cue: where it goes, and its text as it would read.

    Attributes:
        action: as written.
        target: ``stage:main``, ``account:ceo``, ``http``; empty: the show itself.
        text: rendered, as far as that is possible before the show; None: it has none.
        unread: why ``text`` is as written and not as it would read.
    """

    action: act.AnyAction
    target: str
    text: str | None = None
    unread: str | None = None


class CueToCue:
    """A runbook, stepped through."""

    def __init__(self, runbook: Runbook, now_us: Micros) -> None:
        self._core = Core(runbook, "cue-to-cue")
        self._core.now_us = now_us
        planned = sorted(self._core.plan.cues.values(), key=lambda each: each.order)
        self.cues = tuple(each.cue.id for each in planned if each.procedure is None)
        """In file order."""

    def cue(self, name: str) -> Cue:
        """The cue of that name; also one of a procedure."""
        return self._core.plan.by_id[name]

    def see(self, seen: StageSeen) -> None:
        """A stage was seen: some sources are shown in the scene that is on program."""
        take_stage(self._core, seen)

    def before(self, name: str | None) -> Standing:
        """What stands when a cue (None: the end) stands by."""
        cues = self._run_before(name)
        standing = Standing(page=left_on_page(self._core, cues))
        for left in left_on_stages(self._core, cues):
            for stage in (left.stage, *self._core.runbook.followers(left.stage)):
                for what, value in _fields(left, over=left.cue != cues[-1]):
                    self._stand(standing, stage, what, value)
        return standing

    def _stand(self, standing: Standing, stage: str, what: str, value: Any) -> None:
        if what in _NEVER:
            standing.never[stage, what] = str(value)
            return
        standing.fields[stage, what] = value

    def asks(self, stage: str, what: str, value: Any) -> str | None:
        """What a person is asked before a field is set; None: it may just be set."""
        return question(self._core, stage, what, value)

    def _run_before(self, name: str | None) -> list[str]:
        """The cues that would have run before one, in file order."""
        at = len(self.cues) if name is None else self.cues.index(name)
        options = self._options(name)
        return [each for each in self.cues[:at] if self._taken(each, options)]

    def _options(self, name: str | None) -> dict[str, str]:
        """The options by which one comes to the cue, by choice."""
        found: dict[str, str] = {}
        while name is not None and (option := self.cue(name).option) is not None:
            found[option.choice] = option.option
            name = option.choice
        return found

    def _taken(self, name: str, options: dict[str, str]) -> bool:
        """True if the choices it is of, all the way up, come to its options."""
        while (option := self.cue(name).option) is not None:
            choice = self.cue(option.choice).choice
            assert choice is not None
            if options.get(option.choice, choice.default) != option.option:
                return False
            name = option.choice
        return True

    def effects(self, name: str) -> Iterator[Effect]:
        """What GO would do, action by action; a group's post once for each account."""
        for slot in self._core.plan.cues[name].slots:
            target = target_of(self._core, slot.action, slot.account)
            written = text_of(slot.action)
            if written is None:
                yield Effect(slot.action, target)
                continue
            try:
                text = render(self._core, slot.action, slot.account)
            except NotRenderedError as error:
                yield Effect(slot.action, target, written, str(error))
            else:
                yield Effect(slot.action, target, text)

    def command(self, stage: str, what: str, value: Any) -> Command | None:
        """The command that makes a field of a stage so; None: nothing can."""
        action = action_for(stage, what, value)
        if action is None:
            return None
        return Command(
            key=f"cue-to-cue/{stage}/{what}",
            attempt=1,
            target=f"stage:{stage}",
            action=action,
            effect=action.effect,
            cue="",
            reason="cue to cue",
        )


def _fields(left: Left, *, over: bool) -> Iterator[tuple[str, Any]]:
    """As single fields: a lower third is a text, and a source that is shown. ``over``:
    the time is over of what is made for a while.
    """
    ends = ends_itself(left.action)
    kind, _, place = left.what.partition(":")
    if kind == "lower_third":
        yield f"text:{place.rpartition('/')[2]}", left.value
        yield f"visible:{place}", ends[1] if ends and over else True
    else:
        yield left.what, ends[1] if ends and over else left.value
