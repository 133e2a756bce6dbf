"""One cue with its rules filled in: slots, lateness, waits (SEMANTICS 5 and 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from launchctl.runbook import actions as act
from launchctl.runbook.digest import figures_in
from launchctl.runbook.model import (
    AtCue,
    AtT,
    Cue,
    Else,
    Runbook,
)
from launchctl.show.tables import LATE_DEFAULTS, LEAST_WAIT_US, ONCE_WITHIN_US
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Slot:
    """One action of a cue; a group's post is a slot for each account.

    ``id`` is ``"0"`` or ``"0@brand"``: the index in the cue's list, and the account;
    a thread is a slot for each part, ``"0/1"``. ``after`` is the slot before it, whose
    receipt it hangs on.
    """

    id: str
    action: act.AnyAction
    account: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One cue with its rules filled in.

    Attributes:
        order: file order, over the whole runbook.
        procedure: the procedure it belongs to, or None.
        within_us: how late it may be; None: never late.
        retry_us: how long a certain no is tried again.
        wait_us: how long it waits at closed gates; None: for ever.
        planned_hold: of a cue that only is a planned hold.
        figures: names of the figures its texts use.
        names: what its ``when`` and its check gates read.
        go: roles whose GO fires it.
        posts_only: every action is a post.
    """

    cue: Cue
    order: int
    procedure: str | None
    slots: tuple[Slot, ...]
    within_us: Micros | None
    retry_us: Micros
    late_else: Else
    wait_us: Micros | None
    wait_else: Else
    planned_hold: act.HoldBody | None
    figures: tuple[str, ...]
    topics: tuple[str, ...]
    posts_only: bool

    @property
    def pinned(self) -> bool:
        """True if its clock is N (SEMANTICS 1)."""
        return self.cue.pinned or self.procedure is not None


def planned_cue(
    runbook: Runbook, cue: Cue, procedure: str | None, order: int
) -> Planned:
    """A cue with its rules filled in; ``order`` is its place in the file."""
    within_us, late_else = _late(cue)
    wait_us: Micros | None = None
    if cue.wait is not None and cue.wait.for_us is not None:
        wait_us = cue.wait.for_us
    elif within_us is not None:
        wait_us = max(LEAST_WAIT_US, within_us)
    wait_else = (cue.wait.otherwise if cue.wait else None) or late_else
    return Planned(
        cue=cue,
        order=order,
        procedure=procedure,
        slots=tuple(slots_of(runbook, cue.do)),
        within_us=within_us,
        retry_us=ONCE_WITHIN_US if within_us is None else within_us,
        late_else=late_else,
        wait_us=wait_us,
        wait_else=wait_else,
        planned_hold=_planned_hold(cue) if procedure is None else None,
        figures=figures_in(cue),
        topics=cue.about,
        posts_only=bool(cue.do) and all(act.posts_in(a) for a in cue.do),
    )


def slots_of(runbook: Runbook, actions: Iterable[act.AnyAction]) -> Iterable[Slot]:
    """The slots of a list of actions, in order."""
    for index, action in enumerate(actions):
        posts = act.posts_in(action)
        if not posts:
            yield Slot(str(index), action)
            continue
        name = posts[0].post.account
        group = runbook.groups.get(name)
        for account in group or (name,):
            place = str(index) if group is None else f"{index}@{account}"
            yield from _post_slots(place, account, posts)


def _post_slots(
    place: str, account: str, posts: tuple[act.Post, ...]
) -> Iterable[Slot]:
    """One post, or the parts of a thread, each after the one before."""
    before = None
    for post in posts:
        part = f"{place}/{post.part}" if isinstance(post, act.ThreadPart) else place
        # a part is no action of the runbook, and all that sends takes it for a post
        yield Slot(part, cast("act.AnyAction", post), account, before)
        before = part


def _late(cue: Cue) -> tuple[Micros | None, Else]:
    if cue.late is not None:
        return cue.late.within_us, cue.late.otherwise
    kinds = [action.kind for action in cue.do]
    for row, within_us, otherwise in LATE_DEFAULTS:
        if not row or any(kind in row for kind in kinds):
            return within_us, otherwise
    raise AssertionError("the last row of LATE_DEFAULTS matches every cue")


def _planned_hold(cue: Cue) -> act.HoldBody | None:
    """A ``hold: {name, for}`` alone in a cue whose only trigger is a T-offset < 0."""
    alone = len(cue.do) == 1 and not (cue.after or cue.when or cue.go)
    if not alone or not isinstance(cue.at, AtT) or cue.at.offset_us >= 0:
        return None
    action = cue.do[0]
    if isinstance(action, act.Hold) and action.hold.for_us is not None:
        return action.hold
    return None


def film_us(cue: Cue | None) -> Micros:
    """How long the film of a cue is; 0 without one."""
    films = [a for a in cue.do if isinstance(a, act.PlayMedia)] if cue else []
    return films[0].media.length_us if films else 0


def predecessors(cue: Cue) -> tuple[str, ...]:
    """The cues that its ``after`` and ``at`` name."""
    named = cue.after.named if cue.after else ()
    return (*named, cue.at.cue) if isinstance(cue.at, AtCue) else named
