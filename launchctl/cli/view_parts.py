"""The parts of the terminal view: each makes one block of a status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from launchctl.cli.words import countdown, duration, time_of_day
from launchctl.times import Micros, micros, parse_instant

if TYPE_CHECKING:
    from launchctl.show.status import (
        CueStatus,
        OverrideStatus,
        Status,
    )

_NEXT = 8
_TO_WARN = ("pending", "standby")
_ATTENTION = {"held", "parked", "in_doubt", "failed"}


def holds_part(status: Status, now: Micros) -> RenderableType | None:
    """Open holds with reason, age and who may release them; None if there is none."""
    if not status["holds"]:
        return None
    block = Table.grid(expand=True)
    block.add_column(no_wrap=True, ratio=1)
    for hold in status["holds"]:
        age_us = now - parse_instant(hold["since"])
        told = [f"for {duration(age_us)}"]
        if hold["until"]:
            told.append(f"ends {countdown(parse_instant(hold['until']) - now)}")
        if hold["release"]:
            told.append(f"{', '.join(hold['release'])} may release it")
        reason = f": {hold['reason']}" if hold["reason"] else ""
        text = f"HOLD {hold['name']}{reason} ({'; '.join(told)})"
        block.add_row(Text(text, style="bold yellow", overflow="ellipsis"))
    return block


def gates_part(status: Status) -> RenderableType | None:
    """Closed and overridden gates, each with its reason; None if there is none."""
    if not status["gates"] and not status["overrides"]:
        return None
    block = Table.grid(expand=True, padding=(0, 1))
    block.add_column(no_wrap=True)
    block.add_column(no_wrap=True)
    block.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    block.add_row(Text("CLOSED GATES", style="dim"))
    for gate in status["gates"]:
        block.add_row(Text(gate["cue"], style="bold"), gate["gate"], Text(gate["why"]))
    for given in status["overrides"]:
        block.add_row(
            Text(given["cue"], style="bold"), given["gate"], override_in_words(given)
        )
    return block


def override_in_words(given: OverrideStatus) -> Text:
    """Who overrode a gate and why; or that a second person has to confirm it."""
    if given["until"] is not None:
        until = time_of_day(given["until"])
        text = f"override asked by {given['by']}: a second person until {until} UTC"
    else:
        first = f"{given['asked_by']} and " if given["asked_by"] else ""
        text = f"OVERRIDDEN by {first}{given['by']}"
    return Text(f"{text} ({given['why']})", style="bold yellow")


def said_part(status: Status) -> RenderableType:
    """The last words to the presenter and the crew."""
    lines = [
        Text.assemble((f"SAID to {to} ", "dim"), (said["text"], "bold"))
        for to, said in status["said"].items()
    ]
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*lines)


def next_part(status: Status, now: Micros) -> RenderableType:
    """Standby per role, what runs or waits for a person, and what comes next."""
    block = Table.grid(expand=True, padding=(0, 1))
    block.add_column(no_wrap=True)
    block.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    block.add_column(no_wrap=True, justify="right")
    by_name = {cue["cue"]: cue for cue in status["cues"]}
    for criterion in status["criteria"]:
        if criterion["state"] != "true":
            mark = Text(criterion["state"].upper(), style="bold black on yellow")
            text = f"{criterion['criterion']}: {criterion['check']}"
            block.add_row(mark, Text(text))
    _standby_rows(block, status, by_name)
    _asked_rows(block, status, now)
    _task_rows(block, status, now)
    _doubt_rows(block, status, now)
    _promise_rows(block, status, now)
    found = {post["cue"] for post in status["posts"] if "found" in post}
    for cue in status["cues"]:
        if (warned := _warning(cue, now)) is not None:
            mark = Text("WARN", style="bold black on yellow")
            block.add_row(mark, warned, Text(_expected(cue, now)))
        if cue["state"] in _ATTENTION:
            why = f": {cue['reason']}" if cue["reason"] else ""
            state = Text(cue["state"].upper(), style="bold red")
            block.add_row(state, Text(f"{cue['cue']}{why}"))
            if cue["cue"] in found:
                block.add_row("", Text(f"launch adopt {cue['cue']}", style="bold"))
        elif cue["state"] in {"running", "waiting"}:
            block.add_row(Text(cue["state"], style="cyan"), Text(cue["cue"]))
    standing = {standby["cue"] for standby in status["standby"].values()}
    for name in [name for name in status["next"] if name not in standing][:_NEXT]:
        when = _when(by_name[name], now) if name in by_name else ""
        block.add_row(Text("next", style="dim"), Text(name), Text(when))
    return block


def _standby_rows(block: Table, status: Status, by_name: dict[str, CueStatus]) -> None:
    for role, standby in status["standby"].items():
        mark = Text("STANDBY", style="bold black on green")
        baton = status["batons"].get(role)
        who = f"GO: {role} ({baton['by']})" if baton else f"GO: {role}"
        block.add_row(mark, Text(standby["cue"], style="bold"), Text(who))
        said = _said(by_name.get(standby["cue"]))
        if said:
            block.add_row(Text(""), Text(f'say "{said}"', style="italic"))
    if not status["standby"]:
        block.add_row(Text("STANDBY", style="dim"), Text("none", style="dim"))


def _promise_rows(block: Table, status: Status, now: Micros) -> None:
    for promise in status["promises"]:
        if promise["why"]:
            left = countdown(parse_instant(promise["due"]) - now)
            mark = Text("PROMISE", style="bold black on yellow")
            said = Text(f"{promise['promise']}: {promise['why']}")
            block.add_row(mark, said, Text(left))


def _task_rows(block: Table, status: Status, now: Micros) -> None:
    for task in status["tasks"]:
        left = countdown(parse_instant(task["until"]) - now)
        mark = Text("TASK", style="bold black on cyan")
        said = Text(f"{task['cue']}: {task['what']}")
        block.add_row(mark, said, Text(f"{task['who']} {left}"))


def _doubt_rows(block: Table, status: Status, now: Micros) -> None:
    """What may have left: what is known of it, and what decides."""
    for doubt in status["doubts"]:
        since = f"sent {doubt['sent'][11:19]} UTC" if doubt["sent"] else "perhaps sent"
        who = f" ({doubt['account']})" if doubt["account"] else ""
        said = Text(f"{doubt['cue']}{who}: {since}; {doubt['detail']}")
        if doubt["until"] is not None:
            left_us = max(0, parse_instant(doubt["until"]) - now)
            left = f"read {duration(left_us)} more"
            block.add_row(Text("DOUBT", style="bold yellow"), said, Text(left))
        else:
            block.add_row(Text("DOUBT", style="bold red"), said)
            several = sum(post["cue"] == doubt["cue"] for post in status["posts"]) > 1
            account = f" --account {doubt['account']}" if several else ""
            for outcome in ("sent URL", "not-sent"):  # a line each: neither is cut off
                words = f"launch settle {doubt['cue']} {outcome}{account}"
                block.add_row("", Text(words, style="bold"))


def _asked_rows(block: Table, status: Status, now: Micros) -> None:
    """Choices and polls that wait for people."""
    for choice in status["choices"]:
        mark = Text("CHOOSE", style="bold black on cyan")
        answers = ", ".join(
            f"{option} (default)" if option == choice["default"] else option
            for option in choice["options"]
        )
        left = (
            countdown(parse_instant(choice["until"]) - now) if choice["until"] else ""
        )
        asked = f"{', '.join(choice['ask'])} {left}".rstrip()
        block.add_row(mark, Text(f"{choice['choice']}: {answers}"), Text(asked))
    for poll in status["polls"]:
        if poll["until"]:
            mark = Text("POLL", style="bold black on cyan")
            said = [f"{vote['role']} {vote['vote']}" for vote in poll["votes"]]
            said += [f"{role} ?" for role in poll["missing"]]
            left = countdown(parse_instant(poll["until"]) - now)
            block.add_row(mark, Text(f"{poll['poll']}: {', '.join(said)}"), Text(left))


def _said(cue: CueStatus | None) -> str | None:
    """What the caller says at its GO."""
    return cue.get("sheet", {}).get("say") if cue is not None else None


def _warning(cue: CueStatus, now: Micros) -> Text | None:
    """The caller's warning: a cue that is expected within its ``warn``."""
    sheet = cue.get("sheet", {})
    expected = cue["expected"]
    if not sheet.get("warn_s") or expected is None or cue["state"] not in _TO_WARN:
        return None
    left_us = parse_instant(expected) - now
    if not 0 <= left_us <= micros(sheet["warn_s"]):
        return None
    said = f': "{sheet["say"]}"' if sheet.get("say") else ""
    return Text(f"{cue['cue']}{said}", style="bold")


def _expected(cue: CueStatus, now: Micros) -> str:
    expected = cue["expected"]
    return "" if expected is None else countdown(parse_instant(expected) - now)


def _when(cue: CueStatus, now: Micros) -> str:
    comes = cue["due"] or cue["expected"] or cue["planned"]
    if comes is not None:
        return countdown(parse_instant(comes) - now)
    return f"GO: {', '.join(cue['go'])}" if cue["go"] else ""
