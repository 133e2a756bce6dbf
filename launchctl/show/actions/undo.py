"""Taking back what a web service was told (SEMANTICS 6).

A call that has an ``undo`` offers it once it has left. The undo is one more call, made
when a person asks for it, and once: its intent is durable first, and no machine repeats
it. It stands under no embargo, for it takes back what left when that was open.
"""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.show.actions.loose import UNDO, send_loose
from launchctl.show.core import Core
from launchctl.show.plan import Planned, Slot
from launchctl.show.state import ActionState
from launchctl.show.tables import ActionWord

_LEFT = (ActionWord.OK, ActionWord.IN_DOUBT)
_WORDS = {ActionWord.OK: "done", ActionWord.FAILED: "failed"}
_ORDER = ("failed", "sent", "offered", "done")


def undo_of(core: Core, planned: Planned) -> str | None:
    """Where the undo of a cue is: ``offered``, ``sent``, ``done``, ``failed``; None if
    there is nothing to undo.
    """
    words = set(_words(core, planned).values())
    return next((word for word in _ORDER if word in words), None)


def to_undo(core: Core, planned: Planned) -> list[Slot]:
    """The calls of a cue that left, or may have, and nobody has taken back."""
    words = _words(core, planned)
    return [slot for slot in planned.slots if words.get(slot.id) in _ORDER[::2]]


def undo(core: Core, planned: Planned, slot: Slot) -> None:
    """Make the call that takes this one back."""
    back = act.undone(slot.action)
    assert back is not None
    place = _place(planned, slot)
    before = sum(action.slot == place for action in core.state.loose.values())
    key = f"{core.run}/{place}/{before + 1}"
    send_loose(core, key, place, back, f"undo of cue {planned.cue.id}")


def _words(core: Core, planned: Planned) -> dict[str, str]:
    """Slot -> where its undo is, of those that left and have one."""
    actions = core.state.cues[planned.cue.id].actions
    found = {}
    for slot in planned.slots:
        left = actions.get(slot.id)
        if left is None or left.state not in _LEFT or act.undone(slot.action) is None:
            continue
        last = _last(core, _place(planned, slot), left)
        found[slot.id] = _WORDS.get(last.state, "sent") if last else "offered"
    return found


def _last(core: Core, place: str, left: ActionState) -> ActionState | None:
    """The last undo since the call itself."""
    since_us = left.began_us or 0
    mine = [
        action
        for action in core.state.loose.values()
        if action.slot == place and (action.began_us or 0) >= since_us
    ]
    return mine[-1] if mine else None


def _place(planned: Planned, slot: Slot) -> str:
    return f"{UNDO}{planned.cue.id}/{slot.id}"
