"""The parts of the terminal view about what is out there: counter, stages, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from launchctl.cli.words import money, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchctl.show.status import OutputStatus, StageStatus, Status

_LEVEL_STYLE = {
    "good": "green",
    "warning": "yellow",
    "bad": "bold red",
    "offline": "bold red",
}
_LEVEL_ORDER = {"offline": 0, "bad": 1, "warning": 2, "good": 3}


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
