"""The verbs that answer what asks: choose, vote.

As in ``verbs``: each raises ``Refused``, having changed nothing, or gives what to do.
"""

from __future__ import annotations

from launchctl.show import asking
from launchctl.show.core import Core
from launchctl.show.inputs import Call
from launchctl.show.tables import CueWord
from launchctl.show.verbs import Do, Refused, cue_of, fresh

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
