"""The status of what asks people, choices and polls, and of criteria."""

from __future__ import annotations

from launchctl.show.actions.asking import asks, choice_until, poll_until
from launchctl.show.clocks import t_at
from launchctl.show.core import Core
from launchctl.show.criteria import applies
from launchctl.show.status.shapes_asks import ChoiceStatus, CriterionStatus, PollStatus
from launchctl.show.tables import CueWord
from launchctl.times import format_instant


def choices_of(core: Core) -> list[ChoiceStatus]:
    """Every choice that waits for its answer, in file order."""
    return [_choice(core, name) for name in core.running() if asks(core, name)]


def _choice(core: Core, name: str) -> ChoiceStatus:
    planned = core.plan.cues[name]
    choice, until_us = planned.cue.choice, choice_until(core, planned)
    assert choice is not None
    until = None
    stands = core.state.stopped_since_us is not None and not planned.pinned
    if until_us is not None and not stands:
        until = format_instant(core.now_us + until_us - core.clock(planned))
    return {
        "choice": name,
        "ask": list(choice.ask),
        "options": [option.name for option in choice.options],
        "default": choice.default,
        "until": until,
    }


def polls_of(core: Core) -> list[PollStatus]:
    """Every poll that has asked, in file order."""
    cues = core.state.cues
    return [_poll(core, name) for name in core.plan.polls if cues[name].take]


def _poll(core: Core, name: str) -> PollStatus:
    poll, cue = core.plan.by_id[name].poll, core.state.cues[name]
    assert poll is not None
    until_us = poll_until(core, name) if cue.state is CueWord.RUNNING else None
    results = {CueWord.DONE: "go", CueWord.HELD: "no"}
    return {
        "poll": name,
        "state": str(cue.state),
        "ask": list(poll.ask),
        "votes": [
            {
                "role": role,
                "by": vote.by,
                "vote": "go" if vote.go else "no",
                "at": format_instant(vote.at_us),
            }
            for role, vote in cue.votes.items()
        ],
        "missing": [role for role in poll.ask if role not in cue.votes],
        "until": None if until_us is None else format_instant(until_us),
        "result": results.get(cue.state),
    }


def criteria_of(core: Core) -> list[CriterionStatus]:
    """Every criterion whose time it is."""
    t_us = t_at(core.state, core.now_us)
    if t_us is None or not core.open_to_fire:
        return []
    rows: list[CriterionStatus] = []
    for name, criterion in core.plan.criteria.items():
        if applies(core, criterion, t_us):
            said, _ = core.state.conditions.get(name, (None, 0))
            waived = "waived" if name in core.state.waived else "broken"
            state = "true" if said is True else waived
            check = criterion.check.source
            rows.append({"criterion": name, "check": check, "state": state})
    return rows
