"""Holds, procedures, the end: what people do to the show (SEMANTICS 8)."""

from __future__ import annotations

from launchctl.show import events as ev
from launchctl.show.actions.procedures import start_procedure
from launchctl.show.clocks import n_at_wall, wall_at
from launchctl.show.closing import abort_show, end_show
from launchctl.show.core import Core
from launchctl.show.holds import open_hold, release_hold
from launchctl.show.inputs import Call
from launchctl.show.state import HoldState
from launchctl.show.tables import CueWord
from launchctl.show.verbs.base import Do, Refused, fresh, wall_of
from launchctl.times import Micros


def hold(core: Core, call: Call) -> Do:
    """Stop T. Opening an open hold changes nothing."""
    name = call.target or "operator"
    reason = str(call.args.get("why") or "")
    return lambda: open_hold(core, name, "operator", reason=reason, by=call.by)


def resume(core: Core, call: Call) -> Do:
    """Release the named holds; without a name, the only one that is open."""
    names = _named_holds(core, call)
    for hold in names:
        fresh(call, hold.seq, f"hold {hold.name}")
        if not any(role in call.roles for role in hold.release):
            who = ", ".join(hold.release)
            raise Refused(f"hold {hold.name} is released by {who}")
        early = hold.kind == "planned" and "at" not in call.args
        if early and not call.args.get("confirm"):
            raise Refused(
                f"hold {hold.name} is planned: releasing it early brings T-0 forward;"
                " confirm it"
            )
    until_us = _until(core, call)

    def do() -> None:
        for hold in names:
            if until_us is None:
                release_hold(core, hold.name, call.by)
            else:
                core.emit(ev.HoldTimed, by=call.by, name=hold.name, until_us=until_us)

    return do


def _named_holds(core: Core, call: Call) -> list[HoldState]:
    if not core.state.holds:
        raise Refused("no hold is open")
    listed = call.args.get("holds", ())
    if not isinstance(listed, list | tuple):
        raise Refused("holds is a list of names")
    named = [call.target] if call.target else [str(name) for name in listed]
    if not named:
        if len(core.state.holds) > 1:
            raise Refused(
                f"several holds are open, name one: {', '.join(core.state.holds)}"
            )
        named = list(core.state.holds)
    for name in named:
        if name not in core.state.holds:
            raise Refused(f"no hold {name!r} is open: {', '.join(core.state.holds)}")
    return [core.state.holds[name] for name in named]


def _until(core: Core, call: Call) -> Micros | None:
    if "at" not in call.args:
        return None
    now_us = wall_at(core.state, core.now_us)
    written = str(call.args["at"])
    until_us = n_at_wall(core.state, wall_of(core, written, now_us, now_us))
    if until_us <= core.now_us:
        raise Refused("that instant has passed")
    return until_us


def call_procedure(core: Core, call: Call) -> Do:
    """Start a procedure, or join it."""
    name = call.target or ""
    if name not in core.runbook.procedures:
        raise Refused(f"there is no procedure {name!r}")
    if core.runbook.procedures[name].answer:
        _not_answered(core, name)

    def do() -> None:
        start_procedure(core, name, f"called by {call.by}", call.by)

    return do


def _not_answered(core: Core, name: str) -> None:
    """An answer is given once: two people who see one rumour send one post."""
    cue = core.state.cues[name]
    if cue.state is CueWord.DONE:
        urls = [action.receipt_url for action in cue.actions.values()]
        where = next((url for url in urls if url), "done")
        raise Refused(f"{name} was answered already: {where}")


def end(core: Core, call: Call) -> Do:
    """End the show; confirmed while something is parked or in doubt."""
    open_words = (CueWord.PARKED, CueWord.IN_DOUBT)
    waiting = [n for n, cue in core.state.cues.items() if cue.state in open_words]
    if waiting and not call.args.get("confirm"):
        raise Refused(f"parked or in doubt: {', '.join(waiting)}; confirm the end")
    reason = str(call.args.get("why") or "called")
    return lambda: end_show(core, reason, call.by)


def abort(core: Core, call: Call) -> Do:
    """Stop everything and leave what is safe. Never expires."""
    reason = str(call.args.get("why") or "called")
    return lambda: abort_show(core, reason, call.by)
