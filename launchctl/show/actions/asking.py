"""Cues that ask people, from the question to the end: choices and polls.

A choice (SEMANTICS 4) runs until it is answered and the cues of its option have ended.
Its answer is a call, or its default once ``within`` is over on its own clock. A poll
(SEMANTICS 5) runs until all roles said go, or is held once its time, on N, is over.
"""

from __future__ import annotations

from launchctl.show import events as ev
from launchctl.show.actions.procedures import alive
from launchctl.show.agenda import order_of
from launchctl.show.core import Core
from launchctl.show.holds import open_hold
from launchctl.show.inputs import Call
from launchctl.show.plan import Planned
from launchctl.show.tables import CueWord
from launchctl.times import Micros

_W = CueWord
_WORST = (_W.IN_DOUBT, _W.FAILED, _W.SKIPPED)


def asks(core: Core, name: str) -> bool:
    """True while the choice waits for its answer."""
    cue = core.state.cues[name]
    asked = core.plan.cues[name].cue.choice is not None
    return asked and cue.state is _W.RUNNING and cue.chosen is None


def ask(core: Core, planned: Planned) -> None:
    """A choice or a poll fired: it asks, and looks again when its time is over."""
    name, asked = planned.cue.id, planned.cue.choice or planned.cue.poll
    if asked is None:
        return
    options = planned.cue.choice.options if planned.cue.choice else ()
    core.emit(
        ev.CueAsked,
        cue=name,
        roles=asked.ask,
        options=tuple(option.name for option in options),
        idle=tuple(
            other
            for other in core.plan.option_cues(name)
            if core.state.cues[other].state is not _W.IDLE
        ),
    )
    core.agenda.asked[name] = None


def answer(
    core: Core, name: str, option: str | None, how: str, by: str | None = None
) -> None:
    """Take an option (None: the choice was skipped); the others are not taken."""
    choice = core.plan.cues[name].cue.choice
    assert choice is not None
    taken = choice.option(option) if option else None
    idle = [
        other
        for other in core.plan.option_cues(name, option)
        if core.state.cues[other].state is _W.IDLE
    ]
    core.emit(
        ev.Chosen,
        cue=name,
        by=by,
        option=option,
        cues=taken.cues if taken else (),
        not_taken=tuple(idle),
        how=how,
    )


def left_out(core: Core, planned: Planned) -> None:
    """A choice that was skipped before it was answered: no option is taken."""
    name = planned.cue.id
    cue = core.state.cues[name]
    if planned.cue.choice is None or cue.state is not _W.SKIPPED or cue.chosen:
        return
    others = core.plan.option_cues(name)
    if any(core.state.cues[other].state is _W.IDLE for other in others):
        answer(core, name, None, "skip")


def choice_until(core: Core, planned: Planned) -> Micros | None:
    """On the cue's clock: when the default is taken."""
    choice, fired_us = planned.cue.choice, core.state.cues[planned.cue.id].fired_us
    if choice is None or fired_us is None:
        return None
    return core.clock(planned, fired_us) + choice.within_us


def check_asked(core: Core) -> None:
    """The deadlines of choices and polls, in file order: an answer that arrives with
    it has won.
    """
    names, core.agenda.asked = core.agenda.asked, {}
    for name in sorted(names, key=lambda name: order_of(core.plan, core.state, name)):
        planned = core.plan.cues[name]
        if planned.cue.poll is not None:
            _check_poll(core, planned)
            continue
        until_us = choice_until(core, planned)
        if not core.open_to_fire or until_us is None or not asks(core, name):
            continue
        if core.clock(planned) < until_us:
            core.hint(planned, until_us, "asked")
            continue
        assert planned.cue.choice is not None
        answer(core, name, planned.cue.choice.default, "default")


def conclude_choice(core: Core, planned: Planned) -> None:
    """End the choice once nothing of its option is alive: done, or the worst of it."""
    name = planned.cue.id
    cue = core.state.cues[name]
    choice = planned.cue.choice
    if choice is None or cue.state not in (_W.RUNNING, _W.IN_DOUBT):
        return
    option = choice.option(cue.chosen) if cue.chosen else None
    if option is None:
        if not core.open_to_fire:
            reason = "the show ended before it was answered"
            core.emit(ev.CueEnded, cue=name, state=str(_W.SKIPPED), reason=reason)
        return
    words: dict[CueWord, str] = {}
    for other in option.cues:
        word = core.state.cues[other].state
        if word is not _W.IN_DOUBT and _goes_on(core, other):
            return
        words.setdefault(_W.SKIPPED if word is _W.PARKED else word, other)
    worst = next((word for word in _WORST if word in words), _W.DONE)
    if worst is not cue.state:
        reason = f"{words[worst]} is {worst}" if worst in words else ""
        core.emit(ev.CueEnded, cue=name, state=str(worst), reason=reason)


def _goes_on(core: Core, name: str) -> bool:
    """True while something may come of the cue; in closing nobody fires what parked."""
    if core.open_to_fire:
        return alive(core, name)
    return core.state.cues[name].state is _W.RUNNING


# --- polls -----------------------------------------------------------------------


def poll_until(core: Core, name: str) -> Micros | None:
    """The instant of N at which the poll's time is over."""
    poll, fired_us = core.plan.by_id[name].poll, core.state.cues[name].fired_us
    return None if poll is None or fired_us is None else fired_us + poll.within_us


def vote(core: Core, name: str, roles: tuple[str, ...], word: str, call: Call) -> None:
    """Count it; a no opens the hold at once, and voting goes on."""
    reason = str(call.args.get("why") or "")
    core.emit(ev.Voted, cue=name, by=call.by, roles=roles, vote=word, reason=reason)
    if word == "no":
        said = f"{', '.join(roles)} ({call.by}): no"
        _hold(core, name, f"{said}, {reason}" if reason else said, call.by)
    conclude_poll(core, core.plan.cues[name])


def conclude_poll(core: Core, planned: Planned) -> None:
    """All go: done at once. The show ended first: skipped."""
    name, poll = planned.cue.id, planned.cue.poll
    cue = core.state.cues[name]
    if poll is None or cue.state is not _W.RUNNING:
        return
    if all(role in cue.votes and cue.votes[role].go for role in poll.ask):
        core.emit(ev.CueEnded, cue=name, state=str(_W.DONE), reason="all go")
    elif not core.open_to_fire:
        reason = "the show ended before all had voted"
        core.emit(ev.CueEnded, cue=name, state=str(_W.SKIPPED), reason=reason)


def _check_poll(core: Core, planned: Planned) -> None:
    """Time is over without all go: held; a resume asks again."""
    name, until_us = planned.cue.id, poll_until(core, planned.cue.id)
    cue, poll = core.state.cues[name], planned.cue.poll
    if poll is None or until_us is None or cue.state is not _W.RUNNING:
        return
    if not core.open_to_fire:
        return
    if core.now_us < until_us:
        core.agenda.at_n(until_us, "asked", name)
        return
    missing = [role for role in poll.ask if role not in cue.votes]
    against = [role for role, vote in cue.votes.items() if not vote.go]
    said = f"no: {', '.join(against)}" if against else ""
    silent = f"no vote: {', '.join(missing)}" if missing else ""
    reason = "; ".join(part for part in (said, silent) if part)
    core.emit(ev.CueHeld, cue=name, hold=f"poll:{name}", reason=reason)
    _hold(core, name, reason)


def _hold(core: Core, name: str, reason: str, by: str | None = None) -> None:
    open_hold(core, f"poll:{name}", "machine", reason=reason, by=by)


# --- the end ---------------------------------------------------------------------


def conclude_asked(core: Core, planned: Planned) -> bool:
    """End what asked, if it can end; False for a cue that asks nobody."""
    if planned.cue.choice is not None:
        conclude_choice(core, planned)
    elif planned.cue.poll is not None:
        conclude_poll(core, planned)
    else:
        return False
    return True


def conclude_all(core: Core) -> None:
    """In closing: end what asks, choices within choices first."""
    for name in reversed(core.running()):
        conclude_asked(core, core.plan.cues[name])
