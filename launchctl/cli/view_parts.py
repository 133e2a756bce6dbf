"""The parts of the terminal view: each makes one block of a status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from launchctl.cli.words import countdown, duration, money, number, time_of_day
from launchctl.times import Micros, micros, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchctl.show.status import (
        CueStatus,
        OutputStatus,
        OverrideStatus,
        StageStatus,
        Status,
    )

_NEXT = 8
_TO_WARN = ("pending", "standby")
_LEVEL_STYLE = {
    "good": "green",
    "warning": "yellow",
    "bad": "bold red",
    "offline": "bold red",
}
_LEVEL_ORDER = {"offline": 0, "bad": 1, "warning": 2, "good": 3}
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
            left = f"read for {countdown(parse_instant(doubt['until']) - now)}"
            block.add_row(Text("DOUBT", style="bold yellow"), said, Text(left))
        else:
            block.add_row(Text("DOUBT", style="bold red"), said)
            words = f"launch settle {doubt['cue']} sent URL, or not-sent"
            account = f" --account {doubt['account']}" if doubt["account"] else ""
            block.add_row("", Text(f"{words}{account}", style="bold"))


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
    planned = cue["due"] or cue["planned"]
    if planned is not None:
        return countdown(parse_instant(planned) - now)
    return f"GO: {', '.join(cue['go'])}" if cue["go"] else ""


def counter_part(status: Status) -> RenderableType:
    """Units, what they are worth, and whether the stream shows them."""
    orders = status["orders"]
    if orders is None:
        return Text("")
    lines = [
        Text.assemble(
            ("COUNTER ", "dim"),
            (number(orders["units"]), "bold"),
            f" {status['counter']}",
        )
    ]
    value = orders["implied_value"]
    if value:
        worth = money(value["amount_minor"], value["currency"])
        lines.append(Text(f"  worth {worth}", no_wrap=True, overflow="ellipsis"))
    available, waitlist = orders["available"], orders["waitlist"]
    if available is not None and waitlist is not None:
        lines.append(Text(f"  {number(available)} left, {number(waitlist)} waiting"))
    if orders["quarantined"]:
        lines.append(Text(f"  {number(orders['quarantined'])} aside", style="yellow"))
    return Group(*lines)


def stages_part(status: Status) -> RenderableType:
    """Each stage: what is on program, what is wanted, and whose hand it was."""
    lines = []
    for stage in status["stages"]:
        name = stage["stage"]
        if not stage["connected"]:
            lines.append(Text(f"STAGE {name} offline", style="bold red"))
            continue
        live = Text(" LIVE", style="bold red") if stage["streaming"] else Text("")
        program = stage["program"] or "?"
        lead = stage.get("follows")
        as_lead = (f" follows {lead}", "dim") if lead else ""
        lines.append(
            Text.assemble(
                ("STAGE ", "dim"), f"{name} ", (program, "bold"), live, as_lead
            )
        )
        if stage["by_hand"]:
            hands = ", ".join(stage["by_hand"])
            lines.append(Text(f"  by hand: {hands}", style="yellow"))
        elif stage["wanted"] and stage["wanted"] != stage["program"]:
            lines.append(Text(f"  wanted: {stage['wanted']}", style="yellow"))
        lines.extend(_asked(stage))
        if stage["text"]:
            lines.append(Text(f'  "{stage["text"]}"', style="dim"))
    lines.extend(_output_line(output) for output in status["outputs"])
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*lines)


def _output_line(output: OutputStatus) -> Text:
    words: dict[bool | None, tuple[str, str]] = {
        True: ("moves", ""),
        False: ("STANDS STILL", "bold red"),
    }
    word, style = words.get(output["moving"], ("not seen", "yellow"))
    shown = " on our page" if output["playing"] else ""
    behind = f" {output['delay_s']:.0f} s behind" if output["moving"] else ""
    return Text.assemble(
        ("OUTPUT ", "dim"), f"{output['output']} ", (word, style), behind + shown
    )


def _asked(stage: StageStatus) -> Iterator[Text]:
    """What a person is asked: the cue that a hand did, and what a restart left open."""
    for cue in stage.get("offers", ()):
        yield Text(f"  launch fire {cue}: it is there", style="bold")
    for question in stage.get("asks", ()):
        yield Text(f"  ASKS {question}", style="bold red")


def trouble_part(status: Status) -> RenderableType | None:
    """What nobody may overlook: no conductor, no room for the journal."""
    health = [status["health"].get(name) for name in ("conductor", "disk")]
    bad = [each["text"] for each in health if each and each["level"] == "bad"]
    return Text(" · ".join(bad), style="bold white on red") if bad else None


def health_part(status: Status) -> RenderableType:
    """Every far end, the worst first."""
    rows = sorted(
        status["health"].items(),
        key=lambda row: (_LEVEL_ORDER.get(str(row[1].get("level")), 0), row[0]),
    )
    lines = []
    for name, health in rows:
        level = str(health.get("level", "?"))
        lines.append(Text.assemble((f"{level:8}", _LEVEL_STYLE.get(level, "")), name))
        if health.get("text") and level != "good":
            lines.append(Text(f"  {health['text']}", style="yellow"))
    if status["silenced"]:
        lines.append(
            Text(f"SILENCED {', '.join(status['silenced'])}", style="bold red")
        )
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*lines)
