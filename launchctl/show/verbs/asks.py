"""The verbs that answer what asks: choose, vote, confirm.

As in ``verbs``: each raises ``Refused``, having changed nothing, or gives what to do.
"""

from __future__ import annotations

from launchctl.runbook.model import Confirmed, TwoPerson
from launchctl.show import events as ev
from launchctl.show.actions import asking
from launchctl.show.actions.tasks import end_tasks, open_tasks
from launchctl.show.core import Core
from launchctl.show.inputs import Call
from launchctl.show.plan import Planned
from launchctl.show.tables import CueWord
from launchctl.show.verbs.base import Do, Refused, cue_of, fresh

VOTES = {"go": "go", "no": "no", "no-go": "no"}


def choose(core: Core, call: Call) -> Do:
    """Answer a choice that asks; also in a hold."""
    planned, cue = cue_of(core, call)
    name, choice = planned.cue.id, planned.cue.choice
    if choice is None:
        raise Refused(f"cue {name} is no choice")
    if cue.chosen is not None:
        raise Refused(f"choice {name} was answered: {cue.chosen}")
    if not asking.asks(core, name):
        raise Refused(f"choice {name} is {cue.state}: it does not ask")
    if not any(role in call.roles for role in choice.ask):
        raise Refused(f"choice {name} asks {', '.join(choice.ask)}")
    fresh(call, cue.seq, f"choice {name}")
    option = str(call.args.get("option") or "")
    if choice.option(option) is None:
        known = ", ".join(one.name for one in choice.options)
        raise Refused(f"choice {name} has no option {option!r}: {known}")
    return lambda: asking.answer(core, name, option, "call", call.by)


def vote(core: Core, call: Call) -> Do:
    """Say go or no to a poll, for the roles asked that one has; no is never stale."""
    planned, cue = cue_of(core, call)
    name, poll = planned.cue.id, planned.cue.poll
    if poll is None:
        raise Refused(f"cue {name} is no poll")
    if cue.state is not CueWord.RUNNING:
        raise Refused(f"poll {name} is {cue.state}: it does not ask")
    named = call.args.get("role")
    roles = tuple(
        role for role in poll.ask if role in call.roles and named in (None, role)
    )
    if not roles:
        raise Refused(f"poll {name} asks {', '.join(poll.ask)}")
    word = VOTES.get(str(call.args.get("vote")))
    if word is None:
        raise Refused("vote is go or no")
    if word == "go":
        fresh(call, cue.seq, f"poll {name}")
    return lambda: asking.vote(core, name, roles, word, call)


def confirm(core: Core, call: Call) -> Do:
    """Record that something outside is so, with evidence; or confirm a cue, as one of
    two persons. The target is what the gates call it, or a cue that waits for it.
    """
    target = call.target or ""
    planned = core.plan.cues.get(target)
    if planned is not None and open_tasks(core, planned):
        return _confirm_tasks(core, planned, call)
    gates = _asked(core, target)
    if not gates:
        raise Refused(f"nothing waits for a confirmation of {target!r}")
    named = call.args.get("role")
    mine = [
        (gate, role)
        for gate, role in gates
        if role in call.roles and named in (None, role)
    ]
    if not mine:
        who = ", ".join(dict.fromkeys(role for _, role in gates))
        raise Refused(f"{target!r} is confirmed by {who}")
    evidence = str(call.args.get("evidence") or "").strip()
    for gate, _ in mine:
        _check_evidence(gate, evidence)

    def do() -> None:
        found: dict[str, dict[str, None]] = {}
        for gate, role in mine:
            what = gate.what if isinstance(gate, Confirmed) else ""
            found.setdefault(what, {})[role] = None
        for what, roles in found.items():
            core.emit(
                ev.Confirmed,
                cue=None if what else target,
                by=call.by,
                roles=tuple(roles),
                what=what,
                evidence=evidence,
            )

    return do


def _confirm_tasks(core: Core, planned: Planned, call: Call) -> Do:
    """The person did what the cue's tasks ask of their role."""
    tasks = open_tasks(core, planned)
    named = call.args.get("role")
    mine = [
        slot
        for slot, action in tasks
        if action.task.who in call.roles and named in (None, action.task.who)
    ]
    if not mine:
        who = ", ".join(dict.fromkeys(action.task.who for _, action in tasks))
        raise Refused(f"the task of {planned.cue.id} is confirmed by {who}")
    evidence = str(call.args.get("evidence") or "").strip()
    if not evidence:
        raise Refused("a task is confirmed with evidence: say what shows it")
    return lambda: end_tasks(core, planned, mine, call.by, evidence)


def _asked(core: Core, target: str) -> list[tuple[Confirmed | TwoPerson, str]]:
    """The gates that a confirmation may open, each with its role."""
    planned = core.plan.cues.get(target)
    found: list[tuple[Confirmed | TwoPerson, str]] = [
        (gate, gate.by) for gate in core.plan.confirmed.get(target, ())
    ]
    for gate in planned.cue.gate if planned else ():
        if isinstance(gate, Confirmed):
            found.append((gate, gate.by))
        elif isinstance(gate, TwoPerson):
            found.append((gate, gate.role))
    return found


def _check_evidence(gate: Confirmed | TwoPerson, evidence: str) -> None:
    if isinstance(gate, TwoPerson):
        return
    if not evidence:
        raise Refused(f"{gate.what!r} is confirmed with evidence: say what shows it")
    if gate.evidence == "url" and not evidence.startswith(("https://", "http://")):
        raise Refused(f"the evidence of {gate.what!r} is an address (https://...)")
