"""What stands before a text or a call that leaves: embargo, approval, figure, silence.

SEMANTICS 5 (implied gates) and 6 (silence). Each function gives a sentence when it is
closed, and None when it is open. They are read while a cue waits, and once more just
before a byte leaves.
"""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.digest import approval_digest
from launchctl.runbook.embargo import embargoes_of
from launchctl.show.clocks import wall_at
from launchctl.show.core import Core
from launchctl.show.gates.figures import as_of_in_words
from launchctl.show.gates.names import gate_name
from launchctl.show.gates.overrides import embargo_gate, is_overridden
from launchctl.show.plan import Planned, Slot
from launchctl.show.state import HandPost
from launchctl.times import format_instant


def why_closed(core: Core, planned: Planned, slot: Slot) -> str | None:
    """Why this action must not leave now; None if it may."""
    if is_retired(core, planned, slot):
        return "it was retired"
    return (
        why_silenced(core, planned, slot)
        or why_by_hand(core, planned, slot)
        or why_embargoed(core, planned, slot)
        or why_unapproved(core, planned, slot)
        or why_no_figure(core, planned)
    )


def is_retired(core: Core, planned: Planned, slot: Slot) -> bool:
    """True if the post is void: nothing stands before it, and it never leaves."""
    return slot.id in core.state.retired.get(planned.cue.id, {})


def why_same_eyes(core: Core, planned: Planned, by: str) -> str | None:
    """With ``four_eyes`` who approved a text of the cue does not fire it."""
    if not core.runbook.four_eyes:
        return None
    for slot in planned.slots:
        if isinstance(slot.action, act.Post) and not is_retired(core, planned, slot):
            given = core.state.approvals.get(digest_of(core, planned, slot), {})
            for role, approval in given.items():
                if approval.by == by:
                    return f"four eyes: {by} approved this text as {role}"
    return None


# --- silence ---------------------------------------------------------------------


def why_silenced(core: Core, planned: Planned, slot: Slot) -> str | None:
    """Silence stops posts, but those of a procedure that say otherwise."""
    action = slot.action
    if not isinstance(action, act.Post) or slot.account is None:
        return None
    if action.post.despite_silence and planned.procedure is not None:
        return None
    if slot.account in core.state.silenced:
        return f"{slot.account} is silenced"
    # unsilence sends nothing: what came due before it waits for a person
    since_us = core.state.cues[planned.cue.id].wait_from_us
    spoke_us = core.state.spoke_again_us.get(slot.account)
    if since_us is None or spoke_us is None or spoke_us <= since_us:
        return None
    return f"it was due while {slot.account} was silenced"


def all_silenced(core: Core, planned: Planned) -> str | None:
    """A sentence if nothing of the cue could leave: then it is parked."""
    if not planned.posts_only:
        return None
    reasons = [why_silenced(core, planned, slot) for slot in planned.slots]
    return reasons[0] if all(reasons) else None


# --- by hand ---------------------------------------------------------------------


def why_by_hand(core: Core, planned: Planned, slot: Slot) -> str | None:
    """Somebody did it already, or is asked first; ``fire`` sends it all the same."""
    cue = core.state.cues[planned.cue.id]
    if cue.insisted:
        return None
    if slot.id in cue.actions and cue.actions[slot.id].superseded:
        return cue.actions[slot.id].superseded
    if slot.account is None:
        return None
    found = superseded_by(core, planned, slot)
    if found is not None:
        return f"superseded: {slot.account} posted by hand ({found.url or found.id})"
    if core.runbook.accounts[slot.account].by_hand == "ask":
        return f"{slot.account} is asked first: send it now, or adopt what was posted"
    return None


def superseded_by(core: Core, planned: Planned, slot: Slot) -> HandPost | None:
    """The last post made by hand that may stand for this one."""
    name, found = planned.cue.id, None
    for post in core.state.hand_posts.values():
        here = post.cue == name and post.account == slot.account
        found = post if here and not post.embargoes else found
    return found


def all_by_hand(core: Core, planned: Planned) -> str | None:
    """A sentence if no post of the cue may leave by itself: then it is parked."""
    if not planned.posts_only:
        return None
    reasons = [why_by_hand(core, planned, slot) for slot in planned.slots]
    return reasons[0] if all(reasons) else None


# --- embargo ---------------------------------------------------------------------


def why_embargoed(core: Core, planned: Planned, slot: Slot) -> str | None:
    """The first closed embargo that covers the action."""
    for name in closed_embargoes(core, planned, slot):
        return f"embargo {name}: {why_embargo_closed(core, name)}"
    return None


def closed_embargoes(core: Core, planned: Planned, slot: Slot) -> list[str]:
    """The embargoes that are closed before the action, and not overridden."""
    return [
        name
        for name in embargoes_of(core.runbook, planned.cue, slot.action)
        if why_embargo_closed(core, name) is not None
        and not is_overridden(core, planned, embargo_gate(name))
    ]


def why_embargo_closed(core: Core, name: str) -> str | None:
    """What the embargo waits for; None if it is open. No lift at all never opens."""
    embargo = core.runbook.embargoes[name]
    latched = core.state.latches.get(name, {})
    for index, lift in enumerate(embargo.lifts):
        if index not in latched:
            if lift.at_us is not None:
                return f"lifts at {format_instant(lift.at_us)}"
            what = gate_name(lift.gate) if lift.gate is not None else "nothing"
            return f"lift {index + 1} has not come ({what})"
    not_before_us = embargo.not_before_us
    if not_before_us is not None and wall_at(core.state, core.now_us) < not_before_us:
        return f"not before {format_instant(not_before_us)}"
    if not embargo.lifts and not_before_us is None:
        return "nothing lifts it"
    return None


# --- approval --------------------------------------------------------------------


def digest_of(core: Core, planned: Planned, slot: Slot) -> str:
    """What approvals of this post are given to; no value is in it."""
    known = core.digests.get((planned.cue.id, slot.id))
    if known is None:
        assert isinstance(slot.action, act.Post)
        assert slot.account is not None
        known = approval_digest(core.runbook, slot.action, slot.account)
        core.digests[planned.cue.id, slot.id] = known
    return known


def roles_asked(core: Core, planned: Planned) -> tuple[str, ...]:
    """All roles that ``approvals`` names for the cue's topics; none named: default."""
    book = core.runbook
    roles: dict[str, None] = {}
    for topic in planned.topics or ("",):
        roles.update(dict.fromkeys(book.approvals.get(topic, book.default_approvals)))
    return tuple(roles)


def missing_roles(core: Core, digest: str, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the roles whose consent to the digest is not there, or expired."""
    given = core.state.approvals.get(digest, {})
    missing = []
    for role in roles:
        approval = given.get(role)
        expired = approval is not None and (
            approval.expires_us is not None and approval.expires_us <= core.now_us
        )
        if approval is None or expired:
            missing.append(role)
    return tuple(missing)


def why_unapproved(core: Core, planned: Planned, slot: Slot) -> str | None:
    """An unapproved text never leaves."""
    if not isinstance(slot.action, act.Post) or isinstance(slot.action, act.Repost):
        return None
    roles = roles_asked(core, planned)
    if not roles:
        return None
    missing = missing_roles(core, digest_of(core, planned, slot), roles)
    return f"not approved by {', '.join(missing)}" if missing else None


# --- figure ----------------------------------------------------------------------


def why_no_figure(core: Core, planned: Planned) -> str | None:
    """Every figure the cue uses is taken, and within its bounds."""
    for name in planned.figures:
        figure = core.state.figures.get(name)
        if figure is None or figure.value is None:
            as_of = core.runbook.figures[name].as_of
            when = f" (as of {as_of_in_words(as_of)})" if as_of is not None else ""
            return f"figure {name} is not taken yet{when}"
        if not figure.in_bounds:
            return f"figure {name} is out of bounds: {figure.rounded}"
    return None
