"""Posts that people make by hand, from their phones (SEMANTICS 6, hands).

An account with ``by_hand: watch`` is looked at while one of its unsent posts is due or
expected soon. What turns up there and no intent explains stands for that post: it parks
as superseded, and a person adopts it or fires ours all the same. Under a closed embargo
it is a leak: an alarm, and nothing else.
"""

from __future__ import annotations

import unicodedata

from launchctl.runbook.embargo import embargoes_of
from launchctl.show import events as ev
from launchctl.show.actions.settling import take_settled
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.inputs import PostSeen, Receipt, Settled, Sight
from launchctl.show.outlook.expected import ExpectedTimeline
from launchctl.show.plan import Planned, Slot
from launchctl.show.state import ActionState
from launchctl.show.tables import GOOD, RUNNING, UNFIRED, ActionWord, CueWord
from launchctl.times import MINUTE, Micros

NEAR_US = 30 * MINUTE
"""How long before its expected send a post made by hand may stand for ours."""

_OPEN = (
    ActionWord.SENT,
    ActionWord.RETRYING,
    ActionWord.SETTLING,
    ActionWord.IN_DOUBT,
)
_CAN_PARK = (CueWord.PENDING, CueWord.STANDBY, CueWord.WAITING)


def watched(core: Core) -> list[str]:
    """Accounts on which a post made by hand would matter now, in file order."""
    if core.state.show not in RUNNING:
        return []
    found = []
    for name, account in core.runbook.accounts.items():
        if account.by_hand == "watch":
            sends = _next_sends(core, name)
            if sends and sends[0][0] - core.now_us <= NEAR_US:
                found.append(name)
    return found


def take_post(core: Core, seen: PostSeen) -> None:
    """A post turned up. Ours, known already, or older than the run: nothing."""
    known = f"{seen.account}/{seen.id}" in core.state.hand_posts
    before = seen.at_us < core.state.started_us
    if known or before or seen.account not in core.runbook.accounts:
        return
    if _explained(core, seen):
        return
    cue, slot = _meant(core, seen)
    embargoes = _closed(core, cue, slot)
    covered = slot is not None and bool(_guards(core, cue, slot))
    if cue is None and not embargoes:
        return
    superseded = cue if not (seen.reply or (covered and embargoes)) else None
    if superseded is None and not embargoes:
        return
    core.emit(
        ev.PostByHand,
        cue=superseded.cue.id if superseded else None,
        account=seen.account,
        receipt_id=seen.id,
        receipt_url=seen.url,
        text=seen.text,
        posted_us=seen.at_us,
        embargoes=() if superseded else embargoes,
    )
    if embargoes:
        _alarm(core, seen, embargoes)
    if superseded is not None:
        _supersede(core, superseded)


def _supersede(core: Core, planned: Planned) -> None:
    """Its posts do not leave by themselves; one that is only that is parked now."""
    why = per.all_by_hand(core, planned)
    if why is not None and core.state.cues[planned.cue.id].state in _CAN_PARK:
        core.emit(ev.CueParked, cue=planned.cue.id, reason=why)


def _alarm(core: Core, seen: PostSeen, embargoes: tuple[str, ...]) -> None:
    text = (
        f"{seen.account} posted by hand under embargo {', '.join(embargoes)}:"
        f" {seen.url or seen.id}"
    )
    core.emit(ev.HealthChanged, target=f"hand:{seen.account}", level="bad", text=text)
    core.emit(ev.NoteTaken, about=f"hand:{seen.account}", text=text, level="bad")


# --- which of ours it stands for -------------------------------------------------


def _next_sends(core: Core, account: str) -> list[tuple[Micros, int, Planned, Slot]]:
    """(expected send on N, order, cue, slot) of the account's unsent posts, in turn."""
    slots = [
        (planned, slot)
        for planned, slot in core.plan.posts_of.get(account, ())
        if core.state.cues[planned.cue.id].state in UNFIRED
        and _unsent(core, planned, slot)
    ]
    expected = ExpectedTimeline(core)
    sends = []
    for planned, slot in slots:
        at_us = _send_us(core, planned, expected.cue_us(planned.cue.id))
        if at_us is not None:
            sends.append((at_us, planned.order, planned, slot))
    sends.sort(key=lambda send: send[:2])
    return sends


def _unsent(core: Core, planned: Planned, slot: Slot) -> bool:
    action = core.state.cues[planned.cue.id].actions.get(slot.id)
    return action is None or action.state not in GOOD


def _send_us(core: Core, planned: Planned, expected_us: Micros | None) -> Micros | None:
    """When it was due; else when it is expected, now at the earliest; None: unknown."""
    cue = core.state.cues[planned.cue.id]
    if cue.due_us is not None and cue.state is not CueWord.PENDING:
        return cue.due_us
    if planned.cue.reserve:
        return None  # it may never leave: nothing is expected, nothing stands for it
    if cue.state is CueWord.STANDBY:
        return core.now_us
    return None if expected_us is None else max(expected_us, core.now_us)


def _meant(core: Core, seen: PostSeen) -> tuple[Planned | None, Slot | None]:
    """The account's next unsent post, if this one is near its send or after its due."""
    for at_us, _, planned, slot in _next_sends(core, seen.account):
        if seen.at_us >= at_us - NEAR_US:
            if per.superseded_by(core, planned, slot) is None:
                return planned, slot
            continue
        break
    return None, None


def _guards(core: Core, planned: Planned | None, slot: Slot | None) -> tuple[str, ...]:
    """The embargoes that cover a post of ours."""
    if planned is None or slot is None:
        return ()
    return embargoes_of(core.runbook, planned.cue, slot.action)


def _closed(core: Core, planned: Planned | None, slot: Slot | None) -> tuple[str, ...]:
    """Closed embargoes that the post breaks: by default, and of what it stands for."""
    named = _guards(core, planned, slot)
    return tuple(
        name
        for name, embargo in core.runbook.embargoes.items()
        if (embargo.default or name in named)
        and per.why_embargo_closed(core, name) is not None
    )


# --- ours after all --------------------------------------------------------------


def _explained(core: Core, seen: PostSeen) -> bool:
    """A receipt of ours names it, or an open attempt says the same: then that is it."""
    for planned, slot in core.plan.posts_of.get(seen.account, ()):
        action = core.state.cues[planned.cue.id].actions.get(slot.id)
        if action is None:
            continue
        if action.receipt_id == seen.id:
            return True
        if action.state in _OPEN and _says(action, seen):
            if action.state is ActionWord.IN_DOUBT:
                _found(core, action, seen)
            return True
    return False


def _says(action: ActionState, seen: PostSeen) -> bool:
    return _plain(str(action.content.get("text", ""))) == _plain(seen.text)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _found(core: Core, action: ActionState, seen: PostSeen) -> None:
    """A receipt that is found later settles the doubt."""
    receipt = Receipt(seen.id, seen.url)
    take_settled(core, Settled(action.key, action.attempt, Sight.FOUND, receipt))
