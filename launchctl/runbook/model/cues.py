"""Cues, what they ask, and the lists they stand in."""

from __future__ import annotations

from pydantic import Field

from launchctl.runbook.actions import AnyAction
from launchctl.runbook.base import Frozen, Name, Span, Text
from launchctl.runbook.model.gates import Gate
from launchctl.runbook.model.policies import Late, OnRecycle, Wait
from launchctl.runbook.model.triggers import After, At, AtWall, When


class Option(Frozen):
    """One answer to a choice, and the cues that it makes pending."""

    name: Name
    cues: tuple[Name, ...] = ()


class Choice(Frozen):
    """A cue that asks: one of ``ask`` chooses an option.

    ``within_us`` after it fired ``default`` is taken.
    """

    ask: tuple[Name, ...]
    within_us: Span
    default: Name
    options: tuple[Option, ...]

    def option(self, name: str) -> Option | None:
        """The option of this name."""
        return next((one for one in self.options if one.name == name), None)


class Ballot(Frozen):
    """``poll: {ask, within}``: a cue that asks each of the roles for go or no."""

    ask: tuple[Name, ...]
    within_us: Span


class InOption(Frozen):
    """Where a cue of an option belongs."""

    choice: Name
    option: Name


class Sheet(Frozen):
    """A cue's line of the call sheet: the caller's warning before it, what is said, and
    free notes by department.
    """

    warn_us: Span | None = None
    say: Text | None = None
    columns: dict[Name, Text] = Field(default_factory=dict)


class Cue(Frozen):
    """One atomic unit of action.

    ``late`` and ``wait`` None take the table of SEMANTICS 5 (``show/tables.py``).
    ``choice`` and ``poll`` make it ask; ``option`` says of which choice's option it is
    a cue: these stand behind their choice in file order. ``line`` is where it stands in
    the file, for messages.
    """

    id: Name
    at: At | None = None
    after: After | None = None
    when: When | None = None
    go: tuple[Name, ...] = ()
    gate: tuple[Gate, ...] = ()
    wait: Wait | None = None
    late: Late | None = None
    about: tuple[Name, ...] = ()
    teaser: bool = False
    once: bool = True
    reserve: bool = False
    in_hold_wait: bool = False
    on_recycle: OnRecycle = OnRecycle.REPLAY
    do: tuple[AnyAction, ...] = ()
    segment: Name | None = None
    choice: Choice | None = None
    poll: Ballot | None = None
    option: InOption | None = None
    sheet: Sheet | None = None
    file: str = ""
    line: int = 0

    @property
    def pinned(self) -> bool:
        """True if a wall instant is its trigger: holds do not move it."""
        return isinstance(self.at, AtWall)

    @property
    def when_alone(self) -> bool:
        """True if a condition is its only trigger."""
        return self.when is not None and not (self.at or self.after or self.go)


class Segment(Frozen):
    """A part of the show, such as the keynote; its cues name it.

    ``duration_us`` None: it ends with the last of its cues.
    """

    name: Name
    duration_us: Span | None = None
    presenter: Text | None = None
    may_drop: bool = False


class Procedure(Frozen):
    """A small cue list, called by name or started by its ``when``.

    An ``answer`` is one with one cue that posts, prepared for a rumour; ``match`` are
    the words by which people recognise that.
    """

    name: Name
    when: When | None = None
    once_per_us: Span = 30_000_000
    gate: tuple[Gate, ...] = ()
    cues: tuple[Cue, ...]
    answer: bool = False
    match: tuple[Text, ...] = ()
