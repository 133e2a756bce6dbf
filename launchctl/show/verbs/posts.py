"""The verbs about texts and money: approve, revoke, silence, settle, adopt, counter.

As in ``verbs``: each raises ``Refused``, having changed nothing, or gives what to do.
"""

from __future__ import annotations

from collections.abc import Iterable

from launchctl.runbook import actions as act
from launchctl.show import events as ev
from launchctl.show.actions.ending import conclude
from launchctl.show.actions.firing import COUNTER_WORDS, accounts_of
from launchctl.show.clocks import n_at_wall
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.gates.wording import words_of
from launchctl.show.inputs import Call
from launchctl.show.outlook.expected import expected_us
from launchctl.show.plan import Planned, Slot, may
from launchctl.show.state import CueState
from launchctl.show.tables import GOOD, UNFIRED, ActionWord, CueWord
from launchctl.show.verbs.base import Do, Refused, cue_of, fresh
from launchctl.times import DAY, Micros, parse_instant

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
        cue = core.state.cues[planned.cue.id]
        if core.runbook.four_eyes and cue.by == call.by and cue.state in UNFIRED:
            raise Refused(
                f"four eyes: {call.by} fires cue {planned.cue.id}, somebody else"
                " approves its text"
            )
        expires_us = _expires(core, call, planned)
        roles = _acts_as(core, call, _asked(core, digest), f"cue {planned.cue.id}")
        given.extend((digest, role, expires_us) for role in roles)

    def do() -> None:
        for digest, role, expires_us in given:
            places = _places(core, digest)
            core.emit(
                ev.Approved,
                by=call.by,
                digest=digest,
                role=role,
                expires_us=expires_us,
                words=words_of(core.runbook, places[0][1]),
                places=tuple((planned.cue.id, slot.id) for planned, slot in places),
            )

    return do


def _places(core: Core, digest: str) -> list[tuple[Planned, Slot]]:
    """Where the text with this digest stands."""
    return [
        (planned, slot)
        for planned in core.plan.cues.values()
        for slot in planned.slots
        if slot.account is not None and per.digest_of(core, planned, slot) == digest
    ]


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
            fresh(call, core.state.silenced[account], f"{account}'s silence")

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
        if account in (None, slot.account, slot.id)
        and slot.action.effect is act.Effect.ONCE
        and (cue.actions[slot.id].state if slot.id in cue.actions else "") in words
    ]
    if len(fitting) > 1:
        accounts = ", ".join(slot.account or slot.id for slot in fitting)
        raise Refused(f"cue {planned.cue.id} has several, name the account: {accounts}")
    return fitting[0] if fitting else None


def _said(call: Call, name: str) -> str | None:
    value = call.args.get(name)
    return None if value is None else str(value)


def settle(core: Core, call: Call) -> Do:
    """A person says what became of an action in doubt: ``sent`` or ``not-sent``."""
    planned, cue = cue_of(core, call)
    name = planned.cue.id
    fresh(call, cue.seq, f"cue {name}")
    outcome = str(call.args.get("outcome", "")).replace("_", "-")
    if outcome not in ("sent", "not-sent"):
        raise Refused("settle says sent or not-sent")
    if cue.state is not CueWord.IN_DOUBT:
        raise Refused(f"cue {name} is {cue.state}, not in doubt")
    slot = _slot(planned, cue, call, (ActionWord.IN_DOUBT,))
    if slot is None:
        raise Refused(f"nothing of cue {name} is in doubt there")
    url = _said(call, "url")
    if url and not url.startswith(("https://", "http://")):
        raise Refused(f"{url!r} is no address: settle takes https://...")
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
    planned, cue = cue_of(core, call)
    name = planned.cue.id
    fresh(call, cue.seq, f"cue {name}")
    if cue.state not in (*UNFIRED, CueWord.IN_DOUBT):
        raise Refused(f"cue {name} is {cue.state}: nothing to adopt")
    words = ("", *(word for word in ActionWord if word not in GOOD))
    posts = any(isinstance(slot.action, act.Post) for slot in planned.slots)
    slot = _slot(planned, cue, call, words) if posts else None
    found = per.superseded_by(core, planned, slot) if slot else None
    url = _said(call, "url") or _said(call, "evidence")
    receipt_id = _said(call, "id")
    if found is not None and url in (None, found.url):
        url, receipt_id = found.url, found.id
    if slot is not None and not (url or receipt_id):
        raise Refused(f"no post by hand was found for cue {name}: give its address")
    in_doubt = [a.slot for a in cue.actions.values() if a.state is ActionWord.IN_DOUBT]
    if slot is None:  # of all that may have left, the person's word is the end
        adopted = [a.slot for a in cue.actions.values() if a.superseded]
        adopted = sorted({*adopted, *in_doubt})
    elif {*in_doubt} - {slot.id}:
        others = ", ".join(sorted({*in_doubt} - {slot.id}))
        raise Refused(f"{others} of cue {name} is in doubt as well: settle that first")
    else:
        adopted = [slot.id]

    def do() -> None:
        core.emit(
            ev.CueAdopted,
            cue=name,
            by=call.by,
            slots=tuple(adopted),
            receipt_id=receipt_id,
            receipt_url=url,
        )

    return do
