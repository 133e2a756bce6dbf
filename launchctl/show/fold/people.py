"""The part of the fold that keeps what people said: calls, approvals, batons.

SEMANTICS 5 and 8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.show import events as ev
from launchctl.show.state import (
    Answered,
    Approval,
    ApprovedText,
    BatonState,
    Confirmation,
    OverrideState,
    State,
    UrlState,
)


def _standby(state: State, event: ev.Standby) -> None:
    state.standby[event.role] = (event.cue, event.seq)


def _call_accepted(state: State, event: ev.CallAccepted) -> None:
    state.answered[event.call] = Answered(accepted=True, reason="", seq=event.seq)
    state.inbox_position = max(state.inbox_position, event.position)


def _call_refused(state: State, event: ev.CallRefused) -> None:
    state.answered[event.call] = Answered(
        accepted=False, reason=event.reason, seq=event.seq
    )
    state.inbox_position = max(state.inbox_position, event.position)


def _approved(state: State, event: ev.Approved) -> None:
    state.approvals.setdefault(event.digest, {})[event.role] = Approval(
        by=event.by or "", at_us=event.at_us, expires_us=event.expires_us
    )
    for cue, slot in event.places:
        remember_text(state, event, cue, slot)


def _revoked(state: State, event: ev.Revoked) -> None:
    given = state.approvals.get(event.digest, {})
    for role in event.roles:
        given.pop(role, None)


def _silenced(state: State, event: ev.Silenced) -> None:
    for account in event.accounts:
        state.silenced.setdefault(account, event.seq)


def _unsilenced(state: State, event: ev.Unsilenced) -> None:
    for account in event.accounts:
        if state.silenced.pop(account, None) is not None:
            state.spoke_again_us[account] = event.at_us


def _override_asked(state: State, event: ev.OverrideAsked) -> None:
    cue = state.cues[event.cue or ""]
    cue.overrides[event.gate] = OverrideState(
        take=event.take,
        by=event.by or "",
        reason=event.reason,
        at_us=event.at_us,
        until_us=event.until_us,
    )


def _overridden(state: State, event: ev.Overridden) -> None:
    cue = state.cues[event.cue or ""]
    cue.overrides[event.gate] = OverrideState(
        take=event.take,
        by=event.by or "",
        reason=event.reason,
        at_us=event.at_us,
        asked_by=event.asked_by,
    )


def _baton_taken(state: State, event: ev.BatonTaken) -> None:
    state.batons[event.role] = BatonState(event.by or "", event.seq, event.at_us)


def _embargo_warned(state: State, event: ev.EmbargoWarned) -> None:
    state.warned[event.embargo] = event.at_us


def _retired(state: State, event: ev.Retired) -> None:
    for cue, slot in event.slots:
        state.retired.setdefault(cue, {}).setdefault(slot, event.reason)


def _confirmed(state: State, event: ev.Confirmed) -> None:
    about = event.what or f"cue:{event.cue}"
    state.confirmed.setdefault(about, {})[event.by or ""] = Confirmation(
        event.roles, event.at_us, event.evidence
    )


def _url_checked(state: State, event: ev.UrlChecked) -> None:
    state.urls[event.url] = UrlState(event.ok, event.at_us, event.detail)


def remember_text(state: State, event: ev.Approved, cue: str, slot: str) -> None:
    """What was approved here, so that a change of it can be shown."""
    texts = state.approved_texts.setdefault(cue, {}).setdefault(slot, [])
    texts[:] = [text for text in texts if text.digest != event.digest][-1:]
    texts.append(ApprovedText(event.digest, event.words, event.by or "", event.at_us))


HANDLERS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.Standby: _standby,
    ev.CallAccepted: _call_accepted,
    ev.CallRefused: _call_refused,
    ev.Approved: _approved,
    ev.Revoked: _revoked,
    ev.Silenced: _silenced,
    ev.Unsilenced: _unsilenced,
    ev.OverrideAsked: _override_asked,
    ev.Overridden: _overridden,
    ev.Confirmed: _confirmed,
    ev.BatonTaken: _baton_taken,
    ev.EmbargoWarned: _embargo_warned,
    ev.Retired: _retired,
    ev.UrlChecked: _url_checked,
}
