"""The part of the fold that keeps permissions (SEMANTICS 5 and 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.show import events as ev
from launchctl.show.state import (
    ApprovedText,
    BatonState,
    Confirmation,
    OverrideState,
    State,
    UrlState,
)


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


PERMIT_HANDLERS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.OverrideAsked: _override_asked,
    ev.Overridden: _overridden,
    ev.Confirmed: _confirmed,
    ev.BatonTaken: _baton_taken,
    ev.EmbargoWarned: _embargo_warned,
    ev.Retired: _retired,
    ev.UrlChecked: _url_checked,
}
