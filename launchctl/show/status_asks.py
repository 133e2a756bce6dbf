"""The status of what asks people: choices."""

from __future__ import annotations

from launchctl.show.asking import asks, choice_until
from launchctl.show.core import Core
from launchctl.show.status import ChoiceStatus
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
