"""The resolved timeline of a runbook: what ``launch check`` prints.

One row a cue, in the order in which they are planned: when, what starts it, what it
waits for, what it does, and under which embargo what it sends stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, assert_never

from launchctl.runbook import actions as act
from launchctl.runbook.embargo import embargoes_of
from launchctl.runbook.model import At, AtCue, AtT, AtWall, Cue, Embargo, Runbook
from launchctl.runbook.references import all_cues
from launchctl.show.gates.names import gate_name
from launchctl.show.timeline import PlannedCue, planned
from launchctl.times import (
    SECOND,
    Micros,
    format_instant,
    format_span,
    format_t,
    seconds,
    to_datetime,
)

_LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class Deed:
    """One action in words, and the embargoes before it (none: it may always leave)."""

    text: str
    guarded: bool
    embargoes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One cue of the timeline; ``planned_us`` None if no instant can be planned."""

    cue: str
    procedure: str | None
    planned_us: Micros | None
    t_us: Micros | None
    pinned: bool
    starts: str
    gates: tuple[str, ...]
    does: tuple[Deed, ...]


def rows_of(runbook: Runbook) -> list[Row]:
    """Every cue: by planned instant, those without one behind, procedures last."""
    cues = {cue.id: cue for _, cue in all_cues(runbook)}
    rows = [_row(runbook, cues[at.cue], at) for at in planned(runbook)]
    far = 1 << 62
    rows.sort(
        key=lambda row: (
            row.procedure is not None,
            far if row.planned_us is None else row.planned_us,
            far if row.t_us is None else row.t_us,
        )
    )
    return rows


def _row(runbook: Runbook, cue: Cue, at: PlannedCue) -> Row:
    return Row(
        cue=cue.id,
        procedure=at.procedure,
        planned_us=at.wall_us,
        t_us=at.t_us,
        pinned=at.pinned,
        starts=starts_in_words(cue, at.procedure),
        gates=tuple(gate_name(gate) for gate in cue.gate),
        does=tuple(_deeds(runbook, cue)),
    )


def _deeds(runbook: Runbook, cue: Cue) -> Iterator[Deed]:
    if cue.choice is not None:
        answers = " or ".join(option.name for option in cue.choice.options)
        within = format_span(cue.choice.within_us)
        text = f"choose {answers} (after {within}: {cue.choice.default})"
        yield Deed(text, guarded=False, embargoes=())
    if cue.poll is not None:
        within = format_span(cue.poll.within_us)
        text = f"poll {', '.join(cue.poll.ask)} (within {within})"
        yield Deed(text, guarded=False, embargoes=())
    for action in cue.do:
        names = tuple(embargoes_of(runbook, cue, action)) if action.guarded else ()
        yield Deed(action_in_words(action), action.guarded, names)


def starts_in_words(cue: Cue, procedure: str | None) -> str:
    """What makes the cue due: ``at T-10m``, ``after reveal``, ``GO of caller``."""
    parts = []
    if cue.at is not None:
        parts.append(_at_in_words(cue.at))
    if cue.option is not None:
        parts.append(f"if {cue.option.choice} is {cue.option.option}")
    if cue.after is not None:
        at_last = cue.after.or_after_us
        latest = "" if at_last is None else f" or {format_span(at_last)} later"
        parts.append(f"after {cue.after.words}{latest}")
    if cue.when is not None:
        held = f" for {format_span(cue.when.for_us)}" if cue.when.for_us else ""
        parts.append(f"when {cue.when.check.source}{held}")
    if cue.go:
        parts.append(f"GO of {' or '.join(cue.go)}")
    if not parts:
        return f"with {procedure}" if procedure else "-"
    return "; ".join(parts)


def _at_in_words(at: At) -> str:
    match at:
        case AtT():
            return f"at T{'+' if at.offset_us > 0 else '-'}{_span(at.offset_us)}"
        case AtWall():
            return f"at {at.written}"
        case AtCue():
            sign = "-" if at.offset_us < 0 else "+"
            end = f"{at.cue}.end" if at.film else at.cue
            return f"at {end} {sign} {_span(at.offset_us)}"
        case _:
            assert_never(at)


def _span(span_us: Micros) -> str:
    return "0" if span_us == 0 else format_span(abs(span_us))


def action_in_words(action: act.AnyAction) -> str:  # noqa: C901, PLR0912  an arm a kind
    """``scene Reveal``, ``post as ceo "Model 3. $35k."``; never a secret."""
    match action:
        case act.Scene():
            how = f" ({_fade(action.transition)})" if action.transition else ""
            return f"scene {action.scene}{how}"
        case act.SetTransition():
            return f"transition {_fade(action.transition)}"
        case act.SetText():
            return f"text {action.text.source} {_quoted(action.text.text)}"
        case act.Visible():
            word = "show" if action.visible.show else "hide"
            return f"{word} {action.visible.source}"
        case act.Audio():
            word = "open" if action.audio.open else "mute"
            return f"{word} {action.audio.input}"
        case act.Repost():
            return f"repost {action.post.reply_to} as {action.post.account}"
        case act.Reply():
            to = action.post.reply_to or action.post.answers
            account = action.post.account
            return f"reply to {to} as {account} {_quoted(action.post.text)}"
        case act.Thread():
            parts = action.thread.parts
            first = _quoted(parts[0].text)
            return f"thread of {len(parts)} as {action.thread.account} {first}"
        case act.Post():
            return f"post as {action.post.account} {_quoted(action.post.text)}"
        case act.Http():
            return f"{action.http.method} {_address(action.http.url)}"
        case act.Osc():
            said = " ".join(str(value) for value in action.osc.args)
            return f"osc {action.osc.to} {action.osc.address} {said}".rstrip()
        case act.Notify():
            return f"notify {action.notify.to} {_quoted(action.notify.text)}"
        case act.Say():
            return f"say to {action.say.to} {_quoted(action.say.text)}"
        case act.LowerThird():
            third = action.lower_third
            return f"lower third {third.source} {_quoted(third.text)}"
        case act.PlayMedia():
            film = action.media
            return f"film {film.play} in {film.scene}, {format_span(film.length_us)}"
        case act.Task():
            return f"{action.task.who} does {_quoted(action.task.what)}"
        case act.Hold():
            for_us = action.hold.for_us
            length = f" for {format_span(for_us)}" if for_us is not None else ""
            return f"hold {action.hold.name}{length}"
        case act.Retire():
            return f"retire {_retired(action.retire)}"
        case act.Silence():
            return f"silence {', '.join(action.silence)}"
        case (
            act.Stream()
            | act.Record()
            | act.Player()
            | act.Counter()
            | act.CallProcedure()
            | act.End()
        ):
            return f"{action.kind} {getattr(action, action.kind)}"
        case _:
            assert_never(action)


def _retired(which: act.RetireBody) -> str:
    if which.topic is not None:
        return f"posts about {which.topic}"
    if which.containing is not None:
        return f"posts containing {_quoted(which.containing)}"
    return f"the posts of {', '.join(which.cues)}"


def _fade(transition: act.Transition) -> str:
    """``Cut``, ``Fade 500ms``."""
    if not transition.duration_us:
        return transition.name
    return f"{transition.name} {format_span(transition.duration_us)}"


def _quoted(text: str) -> str:
    flat = " ".join(text.split())
    cut = flat if len(flat) <= _LONGEST_TEXT else f"{flat[: _LONGEST_TEXT - 3]}..."
    return f'"{cut}"'


def _address(url: str) -> str:
    """Without its query, which may hold a token."""
    return url.partition("?")[0]


def zones_of(runbook: Runbook) -> list[str]:
    """UTC, the home zone and the roles' zones, each once."""
    zones = [
        "UTC",
        runbook.timezone,
        *(role.timezone for role in runbook.crew.values()),
    ]
    return list(dict.fromkeys(zone for zone in zones if zone))


def embargo_in_words(embargo: Embargo, zone: str) -> str:
    """What it covers, and what lifts it."""
    covers = []
    if embargo.default:
        covers.append("everything that is no teaser")
    if embargo.topics:
        covers.append(f"what is about {', '.join(embargo.topics)}")
    lifts = [
        gate_name(lift.gate)
        if lift.gate is not None
        else f"at {_local(lift.at_us, zone)}"
        for lift in embargo.lifts
    ]
    if embargo.not_before_us is not None:
        lifts.append(f"not before {_local(embargo.not_before_us, zone)}")
    if embargo.others_lift is not None:
        others = embargo.others_lift
        lifts.append(f"({others.who}: {_local(others.at_us, zone)})")
    return f"{' and '.join(covers) or 'nothing'}; lifts: {', '.join(lifts) or 'never'}"


def _local(at_us: Micros | None, zone: str) -> str:
    return "-" if at_us is None else f"{local_time(at_us, zone)} {zone}"


def local_time(at_us: Micros, zone: str) -> str:
    """``2016-03-31 20:30:00`` in the zone; with fractions only where there are any."""
    moment = to_datetime(at_us, zone).replace(tzinfo=None)
    return moment.isoformat(" ", "milliseconds" if at_us % SECOND else "seconds")


def row_json(row: Row, zones: list[str]) -> dict[str, Any]:
    """A row as plain values."""
    at_us = row.planned_us
    return {
        "cue": row.cue,
        "procedure": row.procedure,
        "planned": None if at_us is None else format_instant(at_us),
        "t_s": None if row.t_us is None else seconds(row.t_us),
        "local": {}
        if at_us is None
        else {zone: local_time(at_us, zone) for zone in zones},
        "pinned": row.pinned,
        "starts": row.starts,
        "gates": [*row.gates],
        "do": [
            {
                "action": deed.text,
                "guarded": deed.guarded,
                "embargoes": [*deed.embargoes],
            }
            for deed in row.does
        ],
    }


def t_in_words(row: Row) -> str:
    """``T-00:10:00``, or a dash."""
    return "-" if row.t_us is None else format_t(row.t_us)
