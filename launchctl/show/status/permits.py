"""The part of the status that says who permitted what."""

from __future__ import annotations

from typing import Any

from launchctl.show.core import Core
from launchctl.show.gates.overrides import take_of
from launchctl.show.gates.wording import changes, words_of
from launchctl.show.plan import Planned, Slot
from launchctl.show.status.shapes import EarlierText, OverrideStatus
from launchctl.show.status.shapes_asks import BatonStatus
from launchctl.times import format_instant


def overrides(core: Core) -> list[OverrideStatus]:
    """Gates overridden in the present takes, and those that wait for a second person;
    what was asked for and not confirmed in time is no longer there.
    """
    rows: list[OverrideStatus] = []
    for name, cue in core.state.cues.items():
        for gate, given in cue.overrides.items():
            over = given.until_us is not None and given.until_us < core.now_us
            past = given.take != take_of(cue) and given.take != cue.take
            if over or past:
                continue
            until_us = given.until_us
            rows.append(
                {
                    "cue": name,
                    "gate": gate,
                    "by": given.by,
                    "why": given.reason,
                    "at": format_instant(given.at_us),
                    "until": None if until_us is None else format_instant(until_us),
                    "asked_by": given.asked_by,
                }
            )
    return rows


def batons(core: Core) -> dict[str, BatonStatus]:
    """By role: who calls the show for it; a role that is not listed is free."""
    return {
        role: {
            "by": baton.by,
            "since": format_instant(baton.since_us),
            "seq": baton.seq,
        }
        for role, baton in core.state.batons.items()
    }


def others(core: Core, embargo: str) -> dict[str, Any] | None:
    """Who else lifts the embargo, when, and whether we were warned of that."""
    lift = core.runbook.embargoes[embargo].others_lift
    if lift is None:
        return None
    return {
        "at": format_instant(lift.at_us),
        "who": lift.who,
        "warned": embargo in core.state.warned,
    }


def earlier(core: Core, item: Planned, slot: Slot, digest: str) -> EarlierText | None:
    """What was approved for this post before it changed, and how it did."""
    texts = core.state.approved_texts.get(item.cue.id, {}).get(slot.id, ())
    for text in reversed(texts):
        if text.digest != digest:
            now = words_of(core.runbook, slot)
            return {
                "by": text.by,
                "at": format_instant(text.at_us),
                "changes": changes(text.words, now),
            }
    return None
