"""The baton: who calls the show for a role at the moment (SEMANTICS 8).

The verbs of ``tables.BATON_VERBS`` are taken from the holder of a role that may give
them. A free baton goes to the first who calls; another person takes it with a reason.
"""

from __future__ import annotations

from launchctl.show import events as ev
from launchctl.show.core import Core
from launchctl.show.inputs import Call
from launchctl.show.plan import may
from launchctl.show.tables import BATON_VERBS, NEEDS
from launchctl.show.verbs.base import Do, Refused, fresh


def claim(core: Core, call: Call) -> str | None:
    """The role whose free baton goes to the caller by this call; None: no baton moves.

    Raises:
        Refused: somebody else holds every baton that the call could use.
    """
    if call.verb not in BATON_VERBS:
        return None
    roles = [role for role in _roles(core, call) if role in call.roles]
    batons = core.state.batons
    if not roles or any(
        role in batons and batons[role].by == call.by for role in roles
    ):
        return None
    free = [role for role in roles if role not in batons]
    if free:
        return free[0]
    held = ", ".join(f"{batons[role].by} holds the baton of {role}" for role in roles)
    raise Refused(f"{held}: take-baton {roles[0]}, with a reason, goes first")


def _roles(core: Core, call: Call) -> list[str]:
    """The roles by which the call may be given, in file order."""
    crew = core.runbook.crew
    match call.verb:
        case "go":
            standing = core.state.standby
            asked = [
                role
                for role in crew
                if role in standing and standing[role][0] in (call.target, None)
            ]
            return asked or [role for role in crew if role in standing]
        case "resume":
            holds = core.state.holds
            named = [holds[call.target]] if call.target in holds else [*holds.values()]
            released = [role for hold in named for role in hold.release]
            return [role for role in crew if role in released]
        case "choose":
            asked_cue = core.plan.by_id.get(call.target or "")
            choice = asked_cue.choice if asked_cue else None
            return [role for role in crew if choice and role in choice.ask]
    needs = NEEDS[call.verb]
    planned = core.plan.cues.get(call.target or "")
    if call.verb in ("skip", "fire") and planned is not None and planned.posts_only:
        needs = (*needs, "post")
    return [r for r in crew if not needs or any(may(crew[r].may, n) for n in needs)]


def take_baton(core: Core, call: Call) -> Do:
    """Take the baton of one's role; from somebody else only with a reason."""
    role = call.target or ""
    if role not in core.runbook.crew:
        raise Refused(f"there is no role {role!r}")
    if role not in call.roles:
        raise Refused(f"{call.by} is not {role}")
    held = core.state.batons.get(role)
    reason = str(call.args.get("why") or "").strip()
    if held is not None:
        fresh(call, held.seq, f"the baton of {role}")
        if held.by == call.by:
            raise Refused(f"{call.by} holds the baton of {role} already")
        if not reason:
            raise Refused(f"{held.by} holds the baton of {role}: give a reason")
    return lambda: move(core, role, call.by, reason)


def move(core: Core, role: str, by: str, reason: str) -> None:
    """The baton of the role is in this person's hands now."""
    held = core.state.batons.get(role)
    core.emit(
        ev.BatonTaken,
        by=by,
        role=role,
        before=held.by if held is not None else None,
        reason=reason,
    )
