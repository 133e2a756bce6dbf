"""When an attempt may be made again, and after which pause (SEMANTICS 6).

A certain no: till fired + ``within``. An unknown: only where sending again does no
harm, and not before the far end was read.
"""

from __future__ import annotations

import zlib

from launchctl.runbook import actions as act
from launchctl.runbook.model import Account
from launchctl.runbook.networks import NETWORKS
from launchctl.show.core import Core
from launchctl.show.inputs import Sight
from launchctl.show.state import ActionState
from launchctl.show.tables import BACKOFF_US, JITTER
from launchctl.times import Micros


def pause_us(action: ActionState) -> Micros:
    """The pause before the next attempt: longer each time, and not the same for all
    that failed together. The jitter is of the key, so that a fold finds the same.
    """
    base_us = BACKOFF_US[min(action.attempt, len(BACKOFF_US)) - 1]
    return jittered(base_us, f"{action.key}/{action.attempt}")


def jittered(span_us: Micros, seed: str) -> Micros:
    """A span, longer or shorter by up to ``JITTER``; the same for the same seed."""
    share = zlib.crc32(seed.encode()) / 0xFFFF_FFFF
    return round(span_us * (1 + JITTER * (2 * share - 1)))


def in_time(core: Core, cue: str, at_us: Micros) -> bool:
    """Whether an attempt at this instant is within fired + ``within``."""
    if core.state.closing == "abort":
        return False
    planned = core.plan.cues[cue]
    fired_us = core.state.cues[cue].fired_us
    assert fired_us is not None
    ahead_us = at_us - core.now_us
    limit_us = core.clock(planned, fired_us) + planned.retry_us
    return core.clock(planned) + ahead_us <= limit_us


def may_resend(core: Core, cue: str, action: ActionState, sight: Sight) -> bool:
    """Under a key, by ``again: safe``, or by ``doubt: resend`` once the lag window has
    passed. The former sender is dead: its attempt has ended, or its process has (the
    conductor proves that before it recovers).
    """
    if not in_time(core, cue, core.now_us + pause_us(action)):
        return False
    slots = core.plan.cues[cue].slots
    slot = next(s for s in slots if s.id == action.slot)
    match slot.action:
        case act.Http():
            return slot.action.http.again == "safe"
        case act.Post() if slot.account is not None and sight is Sight.ABSENT:
            account = core.runbook.accounts[slot.account]
            return account.doubt == "resend" or _keeps_key(core, account, action)
        case _:
            return False


def _keeps_key(core: Core, account: Account, action: ActionState) -> bool:
    """Whether the network still remembers the key of the first attempt."""
    known = NETWORKS.get(account.network)
    return known is not None and core.now_us < action.began_us + known.key_us
