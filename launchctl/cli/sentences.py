"""One journal line as a sentence: what happened, to what, and why.

A template names fields of the line in braces. What stands in square brackets is left
out if a field in it is empty. ``{x:at}`` is an instant as a time of day in UTC,
``{x:s}`` a number of seconds, ``{x:and}`` a list, ``{x:again}`` a count from 2 on. Of
several wordings (``||``) the first is taken that has all its fields.
``launch journal --json`` has the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from launchctl.times import SECOND, micros, parse_instant, to_datetime

SENTENCES: dict[str, str] = {
    "run_started": "the run of {title} begins[, T-0 at {t0:at}]",
    "recovered": "a conductor has taken the show up again",
    "t0_set": "T-0 is set to {t0:at}",
    "clock_stepped": "the wall clock stepped: it is {skew_s:s} off the run's own",
    "stalled": "nobody conducted for {lost_s:s} ({cause})",
    "hold_opened": "hold {name}[: {reason}]",
    "hold_timed": "hold {name} will end at {until:at}",
    "hold_released": "hold {name} is released",
    "standby": "{cue} stands by[ for {role}] || nothing stands by[ for {role}]",
    "call_accepted": "{verb}[ {target}]",
    "call_refused": "refused: {verb}[ {target}]: {reason}",
    "approved": "a text[ of {words}] is approved[ as {role}][, until {expires:at}]",
    "revoked": "approvals are taken back[: {reason}]",
    "silenced": "silenced: {accounts:and}",
    "unsilenced": "no longer silenced: {accounts:and}",
    "counter_set": "the counter is {counter}",
    "player_set": "the page plays[ {output}]",
    "procedure_started": "procedure {procedure} begins[: {why}]",
    "procedure_ended": "procedure {procedure} has ended",
    "procedure_refused": "procedure {procedure} did not begin: {reason}",
    "hard_out": "the expected end is {expected:at}, the hard out {hard_out:at}",
    "promise_checked": "the promise {promise}, due {due:at}[: {why}]",
    "closing": "the show closes ({why})[: {reason}]",
    "show_ended": "THE SHOW IS {state}, {verdict}",
    "recycled": "T goes back to {to_s:s}; again: {cues:and}",
    "amend_asked": "an amendment waits for a second person",
    "amended": "the show follows another text[; new: {added:and}][; changed: "
    "{changed:and}]",
    "passed": "{cue} stands as it was",
    "cue_ready": "{cue} is ready for its GO",
    "cue_unready": "{cue} is no longer ready",
    "cue_due": "{cue} is due[, {late_by_s:s} late]",
    "cue_held": "{cue} is held by {hold}[: {reason}]",
    "cue_freed": "{cue} goes on after its hold",
    "cue_parked": "{cue} IS PARKED[: {reason}]",
    "cue_skipped": "{cue} is skipped[: {reason}]",
    "fired": "{cue} FIRED[, {late_by_s:s} late]",
    "cue_ended": "{cue} is {state}[: {reason}]",
    "cue_rearmed": "{cue} may fire again",
    "cue_asked": "{cue} asks {roles:and}",
    "chosen": "{cue}: {option} is chosen ({how})",
    "voted": "{roles:and} says {vote} to {cue}[: {reason}]",
    "intent": "{cue}: {kind} is about to be sent to {target}"
    "[, attempt {attempt:again}]",
    "commanded": "{cue}: {kind} to {target}",
    "attempt_ended": "{cue}: answer {answer}, so it is {became}[: {detail}]"
    "[ {receipt_url}]",
    "settled": "{cue}: the far end was read ({sight}), so it is {became}[: {detail}]"
    "[ {receipt_url}]",
    "action_ended": "{cue}: an action is {became}[: {detail}]",
    "shown_for": "stage {stage}: {what} until {until:at}",
    "film_seen": "{cue}: the film plays",
    "cue_manual": "{cue} hangs on film {film}",
    "settled_by_hand": "{cue}: a person says it is {became}[: {detail}]"
    "[ {receipt_url}]",
    "cue_adopted": "{cue} is adopted as done by hand[ {receipt_url}]",
    "override_asked": "{cue}: gate {gate} shall be overridden until {until:at}; a "
    "second person confirms[: {reason}]",
    "overridden": "{cue}: gate {gate} IS OVERRIDDEN[: {reason}][, asked by {asked_by}]",
    "confirmed": "confirmed: {what}[ ({evidence})]",
    "baton_taken": "the baton of {role} moves[ from {before}][: {reason}]",
    "embargo_warned": "embargo {embargo}: {who} lift it at {others:at}[: {why}]",
    "retired": "posts are void[: {reason}]",
    "url_seen": "{url}[: {detail}]",
    "stage_seen": "stage {stage}[ shows {program}][: {detail}]",
    "output_seen": "output {output}[, {delay_s:s} behind][: {detail}]",
    "by_hand_change": "stage {stage}: {what} by hand[: {value}]",
    "post_by_hand": "{account} posted by hand: {text}[ {receipt_url}]",
    "said": "to {to}: {text}",
    "needs_person": "stage {stage} needs a person: {text}",
    "orders_seen": "orders are counted",
    "figure_asked": "figure {figure} is as of {as_of:at}",
    "figure_taken": "figure {figure} is {rounded}",
    "embargo_begun": "embargo {embargo} begins to lift[: {why}]",
    "embargo_latched": "embargo {embargo}: one lift holds[: {why}]",
    "embargo_opened": "embargo {embargo} IS OPEN",
    "condition_changed": "{owner} is now {value}",
    "health": "{target} is {level}[: {text}]",
    "noted": "{about}: {text}",
}
"""By event. An event that is not here is said by its name and its fields."""

_CLAUSE = re.compile(r"\[([^\]]*)\]")
_FIELD = re.compile(r"\{(\w+)(?::(\w+))?\}")
_LATE_S = 0.05
"""Lateness that people would notice; less is not said."""


def sentence(line: Mapping[str, Any]) -> str | None:
    """What a line says; None if there is no sentence for its event."""
    template = SENTENCES.get(str(line["event"]))
    if template is None:
        return None
    if abs(line.get("late_by_s") or 0) < _LATE_S:
        line = {**line, "late_by_s": None}

    wordings = [_worded(each, line) for each in template.split(" || ")]
    return next((said for said, whole in wordings if whole), wordings[-1][0])


def _worded(template: str, line: Mapping[str, Any]) -> tuple[str, bool]:
    """The wording, and whether nothing is missing in it."""

    def clause(match: re.Match[str]) -> str:
        words = [_said(line, *field.groups()) for field in _FIELD.finditer(match[1])]
        return match[1] if all(words) else ""

    wording = _CLAUSE.sub(clause, template)
    whole = all(_said(line, *field.groups()) for field in _FIELD.finditer(wording))
    said = _FIELD.sub(lambda field: _said(line, *field.groups()) or "-", wording)
    return said, whole


def _said(line: Mapping[str, Any], name: str, how: str | None) -> str:
    value = line.get(name)
    if value is None or value in ("", [], {}):
        return ""
    match how:
        case "at":
            return to_datetime(parse_instant(value), "UTC").strftime("%H:%M:%S UTC")
        case "s":
            return f"{micros(value) / SECOND:,.1f} s"
        case "again":
            return str(value) if value > 1 else ""
        case "and":
            return ", ".join(_plain(item) for item in value)
        case _:
            return _plain(value)


def _plain(value: Any) -> str:
    """A pair (cue, procedure) is called by its first."""
    text = str(value[0]) if isinstance(value, list) else str(value)
    return " ".join(text.split())
