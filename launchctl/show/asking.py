"""Cues that ask people: a choice, from its question to its end (SEMANTICS 4).

A choice that fired runs until it is answered and the cues of its option have ended.
Its answer is a call, or its default once ``within`` is over on its own clock.
"""

from __future__ import annotations

from launchctl.show import events as ev
from launchctl.show.agenda import order_of
from launchctl.show.core import Core
from launchctl.show.plan import Planned
from launchctl.show.procedures import alive
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
    """A choice fired: it asks, and looks again when its time is over."""
    choice = planned.cue.choice
    if choice is None:
        return
    name = planned.cue.id
    core.emit(
        ev.CueAsked,
        cue=name,
        roles=choice.ask,
        options=tuple(option.name for option in choice.options),
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
    """The deadlines of choices, in file order: an answer that arrives with it won."""
    names, core.agenda.asked = core.agenda.asked, {}
    for name in sorted(names, key=lambda name: order_of(core.plan, core.state, name)):
        planned = core.plan.cues[name]
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
        if word is not _W.IN_DOUBT and alive(core, other):
            return
        words.setdefault(word, other)
    worst = next((word for word in _WORST if word in words), _W.DONE)
    if worst is not cue.state:
        reason = f"{words[worst]} is {worst}" if worst in words else ""
        core.emit(ev.CueEnded, cue=name, state=str(worst), reason=reason)


def conclude_all(core: Core) -> None:
    """In closing: end the choices whose cues have ended, the inner ones first."""
    for name in reversed(core.running()):
        conclude_choice(core, core.plan.cues[name])
