"""What each verb needs of its target, and what it does.

Each function raises ``Refused`` with a sentence, having changed nothing, or gives what
to do once the call is journaled as accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from launchctl.runbook import actions as act
from launchctl.runbook.model import AtT
from launchctl.show import events as ev
from launchctl.show import permissions as per
from launchctl.show.clocks import n_at_wall
from launchctl.show.closing import abort_show, end_show
from launchctl.show.core import Core
from launchctl.show.cues import become_due
from launchctl.show.firing import COUNTER_WORDS, accounts_of
from launchctl.show.holds import open_hold, release_hold, set_t0, t0_from_go
from launchctl.show.inputs import Call
from launchctl.show.outcomes import conclude
from launchctl.show.plan import Planned, Slot, may
from launchctl.show.procedures import start_procedure
from launchctl.show.state import CueState, HoldState
from launchctl.show.tables import FIREABLE, GOOD, UNFIRED, ActionWord, CueWord
from launchctl.show.timeline import expected_us
from launchctl.times import DAY, Micros, parse_instant

Do = Callable[[], None]


class Refused(Exception):  # noqa: N818  it is the call that was refused
    """Why a call was refused, in a sentence."""


def _cue(core: Core, call: Call) -> tuple[Planned, CueState]:
    planned = core.plan.cues.get(call.target or "")
    if planned is None:
        raise Refused(f"there is no cue {call.target!r}")
    return planned, core.state.cues[planned.cue.id]


def _fresh(call: Call, seq: int, what: str) -> None:
    if call.seen is not None and call.seen < seq:
        raise Refused(f"stale: {what} changed since (event {seq}, seen {call.seen})")


# --- go, fire, skip --------------------------------------------------------------


def go(core: Core, call: Call) -> Do:
    """GO fires the standby cue that the person saw, and no other."""
    called = core.plan.cues.get(call.target or "")
    in_procedure = called is not None and called.procedure is not None
    if core.state.holds and not in_procedure:
        raise Refused(f"hold {', '.join(core.state.holds)} is open: resume first")
    if call.target is None and call.seen is None:
        raise Refused("GO names its cue, or the event that was last seen")
    standing = {
        role: core.state.standby[role]
        for role in core.runbook.crew
        if role in call.roles and core.state.standby.get(role, (None, 0))[0] is not None
    }
    if not standing:
        raise Refused("no cue stands by for you")
    for cue, seq in standing.values():
        if call.target in (None, cue) and cue is not None:
            _fresh(call, seq, "the standby")
            return lambda: _do_go(core, core.plan.cues[cue], call.by)
    names = ", ".join(str(cue) for cue, _ in standing.values())
    raise Refused(f"stale: {call.target!r} does not stand by, {names} does")


def _do_go(core: Core, planned: Planned, by: str) -> None:
    if core.state.zero_r_us is None and planned.procedure is None:
        at = planned.cue.at
        offset_us = at.offset_us if isinstance(at, AtT) else 0
        wall_us, zero_us, skipped = t0_from_go(core, offset_us)
        set_t0(core, wall_us, zero_us, by)
        for name in skipped:
            reason = "its instant had passed when T-0 was set"
            core.emit(ev.CueSkipped, cue=name, reason=reason)
    become_due(core, planned, core.now_us, how="go", by=by)


def fire(core: Core, call: Call) -> Do:
    """Fire a cue out of its turn; gates still stand before it."""
    planned, cue = _cue(core, call)
    _fresh(call, cue.seq, f"cue {planned.cue.id}")
    if cue.state not in FIREABLE:
        raise Refused(f"cue {planned.cue.id} is {cue.state}: it cannot be fired")
    if planned.planned_hold is not None:
        raise Refused(f"cue {planned.cue.id} is a planned hold: call hold instead")
    if planned.procedure is None:
        if core.state.holds:
            raise Refused(f"hold {', '.join(core.state.holds)} is open: resume first")
        if core.state.zero_r_us is None:
            raise Refused("T-0 is not set: the first GO sets it")
    return lambda: become_due(core, planned, core.now_us, how="fire", by=call.by)


def skip(core: Core, call: Call) -> Do:
    """The cue will not fire."""
    planned, cue = _cue(core, call)
    name = planned.cue.id
    _fresh(call, cue.seq, f"cue {name}")
    if cue.state not in UNFIRED:
        raise Refused(f"cue {name} is {cue.state}: it cannot be skipped")
    reason = str(call.args.get("why") or "skipped by a person")

    def do() -> None:
        core.emit(ev.CueSkipped, cue=name, by=call.by, reason=reason)

    return do


# --- holds -----------------------------------------------------------------------


def hold(core: Core, call: Call) -> Do:
    """Stop T. Opening an open hold changes nothing."""
    name = call.target or "operator"
    reason = str(call.args.get("why") or "")
    return lambda: open_hold(core, name, "operator", reason=reason, by=call.by)


def resume(core: Core, call: Call) -> Do:
    """Release the named holds; without a name, the only one that is open."""
    names = _named_holds(core, call)
    for hold in names:
        _fresh(call, hold.seq, f"hold {hold.name}")
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
    try:
        until_us = n_at_wall(core.state, parse_instant(str(call.args["at"])))
    except ValueError:
        raise Refused(f"{call.args['at']!r} is no instant with an offset") from None
    if until_us <= core.now_us:
        raise Refused("that instant has passed")
    return until_us


# --- approvals -------------------------------------------------------------------


def _texts(core: Core, call: Call) -> list[tuple[str, Planned]]:
    """(digest, cue) of the texts that a digest, or a cue's name, means."""
    target = call.target or ""
    cues: Iterable[Planned] = core.plan.cues.values()
    if target in core.plan.cues:
        cues = (core.plan.cues[target],)
    found: dict[str, Planned] = {}
    for planned in cues:
        for slot in planned.slots:
            if isinstance(slot.action, act.Post):
                digest = per.digest_of(core, planned, slot)
                if target in (digest, planned.cue.id):
                    found.setdefault(digest, planned)
    if not found:
        raise Refused(f"no text has the digest {target!r}")
    return list(found.items())


def _acts_as(core: Core, call: Call, asked: tuple[str, ...], what: str) -> list[str]:
    crew = core.runbook.crew
    named = call.args.get("role")
    roles = [
        role
        for role in asked
        if role in call.roles
        and named in (None, role)
        and role in crew
        and may(crew[role].may, "approve")
    ]
    if not roles:
        raise Refused(f"{what} asks for {', '.join(asked) or 'nobody'}")
    return roles


def _asked(core: Core, digest: str) -> tuple[str, ...]:
    """Every role that some gate before this text asks for."""
    roles: dict[str, None] = {}
    for planned in core.plan.cues.values():
        for slot in planned.slots:
            if not isinstance(slot.action, act.Post):
                continue
            if per.digest_of(core, planned, slot) == digest:
                roles.update(dict.fromkeys(per.roles_asked(core, planned)))
                for gate in planned.cue.gate:
                    roles.update(dict.fromkeys(getattr(gate, "roles", ())))
    return tuple(roles)


def approve(core: Core, call: Call) -> Do:
    """Consent to exact texts; expires 24 h after the send planned now, or as said."""
    _out_of_bounds(core, call)
    given: list[tuple[str, str, Micros | None]] = []
    for digest, planned in _texts(core, call):
        expires_us = _expires(core, call, planned)
        roles = _acts_as(core, call, _asked(core, digest), f"cue {planned.cue.id}")
        given.extend((digest, role, expires_us) for role in roles)

    def do() -> None:
        for digest, role, expires_us in given:
            core.emit(
                ev.Approved, by=call.by, digest=digest, role=role, expires_us=expires_us
            )

    return do


def _out_of_bounds(core: Core, call: Call) -> None:
    for _, planned in _texts(core, call):
        for name in planned.figures:
            figure = core.state.figures.get(name)
            if figure is not None and not figure.in_bounds:
                raise Refused(f"figure {name} is out of bounds: {figure.rounded}")


def _expires(core: Core, call: Call, planned: Planned) -> Micros | None:
    if "expires" in call.args:
        try:
            return n_at_wall(core.state, parse_instant(str(call.args["expires"])))
        except ValueError:
            raise Refused("expires is no instant with an offset") from None
    send_us = expected_us(core, planned.cue.id)
    return None if send_us is None else max(send_us, core.now_us) + DAY


def revoke(core: Core, call: Call) -> Do:
    """Take a consent back."""
    taken: list[tuple[str, tuple[str, ...]]] = []
    for digest, planned in _texts(core, call):
        roles = _acts_as(core, call, _asked(core, digest), f"cue {planned.cue.id}")
        taken.append((digest, tuple(roles)))
    reason = str(call.args.get("why") or "")

    def do() -> None:
        for digest, roles in taken:
            core.emit(ev.Revoked, by=call.by, digest=digest, roles=roles, reason=reason)

    return do


# --- silence, counter ------------------------------------------------------------


def _accounts(core: Core, call: Call) -> tuple[str, ...]:
    target = call.target or "all"
    known = target == "all" or target in core.runbook.accounts
    if not known and target not in core.runbook.groups:
        raise Refused(f"there is no account {target!r}")
    return accounts_of(core, (target,))


def silence(core: Core, call: Call) -> Do:
    """What comes due on these accounts is parked, what waits is parked now."""
    accounts = _accounts(core, call)

    def do() -> None:
        core.emit(ev.Silenced, by=call.by, accounts=accounts)

    return do


def unsilence(core: Core, call: Call) -> Do:
    """Accounts may speak again; nothing is sent by that."""
    accounts = _accounts(core, call)
    for account in accounts:
        if account in core.state.silenced:
            _fresh(call, core.state.silenced[account], f"{account}'s silence")

    def do() -> None:
        core.emit(ev.Unsilenced, by=call.by, accounts=accounts)

    return do


def counter(core: Core, call: Call) -> Do:
    """Open, freeze or hide the counter."""
    word = COUNTER_WORDS.get(str(call.target))
    if word is None:
        raise Refused("the counter is set to open, freeze or hide")

    def do() -> None:
        core.emit(ev.CounterSet, by=call.by, counter=word)

    return do


# --- settle, adopt ---------------------------------------------------------------


def _slot(
    planned: Planned, cue: CueState, call: Call, words: Iterable[str]
) -> Slot | None:
    """The one action that is meant; by ``account`` where there are several."""
    account = call.args.get("account")
    fitting = [
        slot
        for slot in planned.slots
        if account in (None, slot.account)
        and slot.action.effect is act.Effect.ONCE
        and (cue.actions[slot.id].state if slot.id in cue.actions else "") in words
    ]
    if len(fitting) > 1:
        accounts = ", ".join(str(slot.account or slot.id) for slot in fitting)
        raise Refused(f"cue {planned.cue.id} has several, name the account: {accounts}")
    return fitting[0] if fitting else None


def _said(call: Call, name: str) -> str | None:
    value = call.args.get(name)
    return None if value is None else str(value)


def settle(core: Core, call: Call) -> Do:
    """A person says what became of an action in doubt: ``sent`` or ``not-sent``."""
    planned, cue = _cue(core, call)
    name = planned.cue.id
    _fresh(call, cue.seq, f"cue {name}")
    outcome = str(call.args.get("outcome", "")).replace("_", "-")
    if outcome not in ("sent", "not-sent"):
        raise Refused("settle says sent or not-sent")
    if cue.state is not CueWord.IN_DOUBT:
        raise Refused(f"cue {name} is {cue.state}, not in doubt")
    slot = _slot(planned, cue, call, (ActionWord.IN_DOUBT,))
    if slot is None:
        raise Refused(f"nothing of cue {name} is in doubt there")
    became = ActionWord.OK if outcome == "sent" else ActionWord.FAILED

    def do() -> None:
        core.emit(
            ev.SettledByHand,
            cue=name,
            by=call.by,
            slot=slot.id,
            became=str(became),
            receipt_id=_said(call, "id"),
            receipt_url=_said(call, "url"),
            detail=str(call.args.get("why") or f"{outcome}, says {call.by}"),
        )
        conclude(core, planned)

    return do


def adopt(core: Core, call: Call) -> Do:
    """What a person did by hand counts: the cue is done, with their receipt."""
    planned, cue = _cue(core, call)
    name = planned.cue.id
    _fresh(call, cue.seq, f"cue {name}")
    if cue.state not in (*UNFIRED, CueWord.IN_DOUBT):
        raise Refused(f"cue {name} is {cue.state}: nothing to adopt")
    words = ("", *(word for word in ActionWord if word not in GOOD))
    posts = any(isinstance(slot.action, act.Post) for slot in planned.slots)
    slot = _slot(planned, cue, call, words) if posts else None
    url = _said(call, "url") or _said(call, "evidence")

    def do() -> None:
        core.emit(
            ev.CueAdopted,
            cue=name,
            by=call.by,
            slots=(slot.id,) if slot else (),
            receipt_id=_said(call, "id"),
            receipt_url=url,
        )

    return do


# --- procedures, the end ---------------------------------------------------------


def call_procedure(core: Core, call: Call) -> Do:
    """Start a procedure, or join it."""
    name = call.target or ""
    if name not in core.runbook.procedures:
        raise Refused(f"there is no procedure {name!r}")

    def do() -> None:
        start_procedure(core, name, f"called by {call.by}", call.by)

    return do


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
