"""Amend: what has not fired takes a new text (SEMANTICS 2).

The new runbook comes as an input; what runs from then on is the old one *merged* with
it: what has begun keeps its text. The event names the new runbook's digest and what
keeps the old text, so that a fold needs nothing but the journal and the pinned files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from launchctl.runbook.model import AtT, Cue, Runbook
from launchctl.show import events as ev
from launchctl.show.core import Core
from launchctl.show.inputs import Call
from launchctl.show.plan.amended import all_cues, same_text
from launchctl.show.state import CueState
from launchctl.show.tables import AMEND_SECOND_US, UNFIRED, CueWord
from launchctl.show.verbs.base import Do, Refused
from launchctl.show.verbs.differences import cue_words, needs_second, top_words
from launchctl.show.verbs.shown import confirm_list

FIXED = (
    "stages",
    "outputs",
    "accounts",
    "crew",
    "orders",
    "notify",
    "timezone",
    "locale",
    "t0_us",
    "shift_us",
    "overrides",
)
"""What a run cannot change: its far ends, its people, its zone; T-0 has `retime`."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What an amendment does."""

    new: Runbook
    added: tuple[str, ...]
    changed: tuple[str, ...]
    kept: tuple[str, ...]
    """Cues that have begun, and so keep the old text."""
    skipped: tuple[str, ...]
    dropped: tuple[str, ...]
    """Cues of procedures that are gone."""
    procedures: tuple[str, ...]
    """Procedures that run, and so keep the old text."""
    closed: tuple[str, ...]
    """Embargoes whose lifts are others now."""


def amend(core: Core, call: Call) -> Do:
    """Unfired cues take the new text, removed ones are skipped."""
    new = core.offered.get(call.target or "")
    if new is None:
        raise Refused("there is no such runbook in the run's folder")
    if new.digest == core.state.digest:
        raise Refused("that is the runbook that runs")
    for name in FIXED:
        if getattr(new, name) != getattr(core.runbook, name):
            raise Refused(f"`{name.removesuffix('_us')}` changed: a run cannot do that")
    change = _change(core, new)
    lines = _lines(core, change)
    second = needs_second(core.runbook, new, change.closed)
    if second is not None:
        lines.append(f"takes a second person: {second}")
    confirm_list(call, lines)
    if second is None:
        return partial(_do, core, call, change)
    asked = core.state.amend_asked.get(new.digest)
    fresh = asked is not None and core.now_us - asked[1] <= AMEND_SECOND_US
    if asked is None or not fresh:
        return partial(_ask, core, call, new)
    if asked[0] == call.by:
        raise Refused(f"{call.by} asked for it: a second person confirms")
    return partial(_do, core, call, change)


def _change(core: Core, new: Runbook) -> _Change:
    old_cues, new_cues = all_cues(core.runbook), all_cues(new)
    for name, (_, procedure) in new_cues.items():
        if name in old_cues and old_cues[name][1] != procedure:
            raise Refused(f"cue {name} moves between the show and a procedure")
    for name, (cue, _) in new_cues.items():
        choice = cue.option.choice if cue.option else None
        if name not in old_cues and choice in old_cues and _keeps(core, choice, None):
            raise Refused(f"cue {name} is new in choice {choice}, which has begun")
    running = tuple(n for n, p in core.state.procedures.items() if p.running)
    gone = [name for name in running if name not in new.procedures]
    if gone:
        raise Refused(f"procedure {gone[0]} runs: it cannot be removed now")
    kept = [n for n, (_, procedure) in old_cues.items() if _keeps(core, n, procedure)]
    changed = [
        name
        for name, (cue, _) in new_cues.items()
        if name in old_cues and not same_text(cue, old_cues[name][0])
    ]
    removed = [name for name in old_cues if name not in new_cues]
    old_lifts, new_lifts = core.runbook.embargoes, new.embargoes
    return _Change(
        new=new,
        added=tuple(n for n in new_cues if n not in old_cues),
        changed=tuple(name for name in changed if name not in kept),
        kept=tuple(kept),
        skipped=tuple(
            name
            for name in removed
            if old_cues[name][1] is None and core.state.cues[name].state in UNFIRED
        ),
        dropped=tuple(
            n for n in removed if old_cues[n][1] is not None and n not in kept
        ),
        procedures=running,
        closed=tuple(
            name
            for name, embargo in old_lifts.items()
            if name not in new_lifts or new_lifts[name].lifts != embargo.lifts
        ),
    )


def _keeps(core: Core, name: str, procedure: str | None) -> bool:
    """True if the cue, its procedure, or the choice it belongs to has begun."""
    if procedure is not None and core.state.procedures[procedure].running:
        return True
    option = core.plan.cues[name].cue.option
    while option is not None:
        if _begun(core.state.cues[option.choice]):
            return True
        option = core.plan.cues[option.choice].cue.option
    return procedure is None and _begun(core.state.cues[name])


def _begun(cue: CueState) -> bool:
    if cue.actions:
        return True
    if cue.state in (*UNFIRED, CueWord.IDLE):
        return False
    return cue.state is not CueWord.SKIPPED or cue.fired_us is not None


# --- what the person sees --------------------------------------------------------


def _lines(core: Core, change: _Change) -> list[str]:
    old_cues, new_cues = all_cues(core.runbook), all_cues(change.new)
    lines = top_words(core.runbook, change.new)
    for name, (cue, _) in new_cues.items():
        if name in change.added:
            lines.append(f"new cue {name}{_late(core, cue)}")
        elif name in change.changed:
            words = cue_words(old_cues[name][0], cue)
            lines.append(f"{name}: {words}{_late(core, cue)}")
        elif not same_text(cue, old_cues[name][0]):
            lines.append(f"{name}: has begun, and keeps its text")
    lines.extend(f"{name}: removed, so skipped" for name in change.skipped)
    lines.extend(f"{name}: removed" for name in change.dropped)
    return lines or ["nothing that the show would notice"]


def _late(core: Core, cue: Cue) -> str:
    """Said of a cue whose instant has passed."""
    zero_us = core.state.zero_r_us
    if not isinstance(cue.at, AtT) or cue.go or zero_us is None:
        return ""
    past = zero_us + cue.at.offset_us < core.clock_r()
    return " (its instant has passed: the late rule decides)" if past else ""


# --- doing it --------------------------------------------------------------------


def _ask(core: Core, call: Call, new: Runbook) -> None:
    core.emit(ev.AmendAsked, by=call.by, digest=new.digest)


def _do(core: Core, call: Call, change: _Change) -> None:
    cues = all_cues(change.new)
    names = tuple(core.runbook.procedures)
    core.emit(
        ev.Amended,
        by=call.by,
        digest=change.new.digest,
        added=tuple(
            (name, cues[name][1] or "")
            for name in change.added
            if cues[name][1] not in change.procedures
        ),
        options=tuple(n for n in change.added if cues[n][0].option is not None),
        changed=change.changed,
        kept=change.kept,
        dropped=change.dropped,
        procedures_kept=change.procedures,
        procedures_added=tuple(n for n in change.new.procedures if n not in names),
        procedures_dropped=tuple(n for n in names if n not in change.new.procedures),
        closed=change.closed,
    )
    for name in change.skipped:
        reason = "the amended runbook has no such cue"
        core.emit(ev.CueSkipped, cue=name, by=call.by, reason=reason)
