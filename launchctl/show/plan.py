"""What never changes in a run, worked out once: order, slots, rules, who follows whom.

The engine looks things up here instead of searching, so that a step costs the same with
10,000 cues as with 100.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from launchctl.runbook import actions as act
from launchctl.runbook.conditions import Condition
from launchctl.runbook.digest import figures_in
from launchctl.runbook.model import (
    AtCue,
    AtT,
    AtWall,
    Check,
    Confirmed,
    Criterion,
    Cue,
    Else,
    Gate,
    OrdersFresh,
    Poll,
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


@dataclass(slots=True)
class Plan:
    """The runbook, indexed."""

    runbook: Runbook
    cues: dict[str, Planned] = field(default_factory=dict)
    by_id: dict[str, Cue] = field(default_factory=dict)
    followers: dict[str, list[str]] = field(default_factory=dict)
    """cue -> cues whose ``after`` or ``at`` names it."""
    readers: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    """subject of a condition (``("stages","main")``) -> owners: ``cue:X``, ..."""
    confirmed: dict[str, list[Confirmed]] = field(default_factory=dict)
    """What people have to record -> the gates that wait for it."""
    criteria: dict[str, Criterion] = field(default_factory=dict)
    """``criterion:N``, from 1, as their holds are called."""
    polls: list[str] = field(default_factory=list)
    t_cues: list[str] = field(default_factory=list)
    wall_cues: list[str] = field(default_factory=list)
    planned_holds: list[str] = field(default_factory=list)
    """Cues that only are a planned hold, by (T-offset, file order)."""
    unpinned: list[str] = field(default_factory=list)
    promises: dict[str, act.Promise] = field(default_factory=dict)
    """cue -> what its (first promising) post promises."""
    last_picture: str | None = None
    """The last unpinned cue of the file that acts on a stage, and is no reserve."""
    first: str | None = None
    """The first unpinned cue in file order: its GO sets T-0 where the file does not."""
    figure_users: dict[str, list[str]] = field(default_factory=dict)
    figures_on: dict[str, list[str]] = field(default_factory=dict)
    """cue -> figures that are as of its firing."""
    timed: dict[str, None] = field(default_factory=dict)
    """Owners whose condition changes with time alone: read each whole second."""
    posts_of: dict[str, list[tuple[Planned, Slot]]] = field(default_factory=dict)
    """account -> its posts, in file order."""
    films: dict[str, None] = field(default_factory=dict)
    """Cues that play a film."""
    film_followers: dict[str, list[str]] = field(default_factory=dict)
    """film's cue -> cues that hang on the film."""
    aged: dict[str, None] = field(default_factory=dict)
    """Outputs whose age a condition reads."""
    reads_orders: bool = False
    hold_roles: tuple[str, ...] = ()
    go_roles: tuple[str, ...] = ()

    def procedure_cues(self, name: str) -> tuple[str, ...]:
        """The cues of a procedure, in its file order."""
        return tuple(cue.id for cue in self.runbook.procedures[name].cues)

    def option_cues(self, choice: str, option: str | None = None) -> tuple[str, ...]:
        """The cues of a choice's options, those of choices within them too.

        Args:
            choice: its name.
            option: leave out this one's.
        """
        found: list[str] = []
        asked = self.cues[choice].cue.choice
        for one in asked.options if asked else ():
            if one.name == option:
                continue
            for name in one.cues:
                found += [name, *self.option_cues(name)]
        return tuple(found)

    def go_of(self, name: str) -> tuple[str, ...]:
        """The roles whose GO fires the cue: its own, or those that may ``go``."""
        return self.cues[name].cue.go or self.go_roles


def make_plan(runbook: Runbook) -> Plan:
    """Index a runbook; linear in its cues."""
    plan = Plan(runbook)
    plan.hold_roles = roles_that_may(runbook, "hold")
    plan.go_roles = roles_that_may(runbook, "go")
    for cue in runbook.cues:
        _add(plan, cue, None)
    for name, procedure in runbook.procedures.items():
        for cue in procedure.cues:
            _add(plan, cue, name)
    plan.planned_holds.sort(
        key=lambda name: (_offset(plan, name), plan.cues[name].order)
    )
    plan.first = next((name for name in plan.unpinned), None)
    for name, figure in runbook.figures.items():
        if isinstance(figure.as_of, AtCue):
            plan.figures_on.setdefault(figure.as_of.cue, []).append(name)
    plan.polls = [name for name, cue in plan.by_id.items() if cue.poll is not None]
    _read_names(plan)
    for name, planned in plan.cues.items():
        if any(isinstance(slot.action, act.PlayMedia) for slot in planned.slots):
            plan.films[name] = None
    for name in plan.films:
        plan.film_followers[name] = [
            other
            for other in plan.followers.get(name, ())
            if _hangs_on_film(plan.cues[other].cue, name)
        ]
    return plan


def _hangs_on_film(cue: Cue, film: str) -> bool:
    at_end = isinstance(cue.at, AtCue) and cue.at.film and cue.at.cue == film
    return at_end or (cue.after is not None and film in cue.after.cues)


def roles_that_may(runbook: Runbook, verb: str) -> tuple[str, ...]:
    """The roles whose ``may`` holds the verb, in file order."""
    return tuple(name for name, role in runbook.crew.items() if may(role.may, verb))


def may(allowed: Iterable[str], verb: str) -> bool:
    """True if a role's list allows a verb; ``"*"`` allows all."""
    return any(word in (verb, "*", "everything") for word in allowed)


def _add(plan: Plan, cue: Cue, procedure: str | None) -> None:
    planned = _planned(plan.runbook, cue, procedure, len(plan.cues))
    plan.cues[cue.id] = planned
    plan.by_id[cue.id] = cue
    for other in predecessors(cue):
        plan.followers.setdefault(other, []).append(cue.id)
    _promises(plan, cue)
    if isinstance(cue.at, AtT):
        plan.t_cues.append(cue.id)
    if isinstance(cue.at, AtWall):
        plan.wall_cues.append(cue.id)
    if planned.planned_hold is not None:
        plan.planned_holds.append(cue.id)
    if procedure is None and not cue.pinned:
        plan.unpinned.append(cue.id)
        if not cue.reserve and any(isinstance(a, act.StageAction) for a in cue.do):
            plan.last_picture = cue.id
    for slot in planned.slots:
        if slot.account is not None:
            plan.posts_of.setdefault(slot.account, []).append((planned, slot))
    for name in planned.figures:
        plan.figure_users.setdefault(name, []).append(cue.id)


def _promises(plan: Plan, cue: Cue) -> None:
    for action in cue.do:
        if isinstance(action, act.Post) and action.post.promises is not None:
            plan.promises.setdefault(cue.id, action.post.promises)


def predecessors(cue: Cue) -> tuple[str, ...]:
    """The cues that its ``after`` and ``at`` name."""
    named = cue.after.cues if cue.after else ()
    return (*named, cue.at.cue) if isinstance(cue.at, AtCue) else named


def _planned(runbook: Runbook, cue: Cue, procedure: str | None, order: int) -> Planned:
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


def _offset(plan: Plan, name: str) -> Micros:
    at = plan.cues[name].cue.at
    assert isinstance(at, AtT)
    return at.offset_us


# --- who reads what --------------------------------------------------------------


def _read_names(plan: Plan) -> None:
    for name, planned in plan.cues.items():
        if planned.cue.when is not None:
            _reads(plan, planned.cue.when.check, f"cue:{name}")
        _gates_read(plan, planned.cue.gate, f"gate:{name}")
    for name, procedure in plan.runbook.procedures.items():
        if procedure.when is not None:
            _reads(plan, procedure.when.check, f"procedure:{name}")
        _gates_read(plan, procedure.gate, f"start:{name}")
    for number, criterion in enumerate(plan.runbook.criteria, start=1):
        plan.criteria[f"criterion:{number}"] = criterion
        _reads(plan, criterion.check, f"criterion:{number}")
    for name, embargo in plan.runbook.embargoes.items():
        gates = [lift.gate for lift in embargo.lifts if lift.gate is not None]
        _gates_read(plan, gates, f"embargo:{name}")


def _gates_read(plan: Plan, gates: Iterable[Gate], owner: str) -> None:
    for gate in gates:
        if isinstance(gate, Check):
            _reads(plan, gate.check, owner)
        if isinstance(gate, OrdersFresh):
            plan.reads_orders = True
        if isinstance(gate, Confirmed):
            plan.confirmed.setdefault(gate.what, []).append(gate)
        if isinstance(gate, Poll):
            plan.readers.setdefault(("cues", gate.cue), []).append(owner)


def _reads(plan: Plan, condition: Condition, owner: str) -> None:
    if any(
        path[0] in ("t", "clock")
        or path == ("orders", "age")
        or (path[0] == "outputs" and path[2:] == ("age",))
        for path in condition.paths
    ):
        plan.timed[owner] = None
    for path in condition.paths:
        if path[0] == "outputs" and path[2:] == ("age",):
            plan.aged[path[1]] = None
    for subject in dict.fromkeys(subject_of(path) for path in condition.paths):
        owners = plan.readers.setdefault(subject, [])
        if owner not in owners[-1:]:
            owners.append(owner)
        plan.reads_orders = plan.reads_orders or subject == ("orders",)


def subject_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """What a name is about: ``("stages","main")``, ``("orders",)``, ``("t",)``."""
    if path[0] in ("stages", "cues", "accounts", "outputs"):
        return path[:2]
    return path[:1]
