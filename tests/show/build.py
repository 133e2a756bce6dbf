"""Small runbooks for tests, built without a loader."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.base import SecretRef
from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import (
    Account,
    After,
    At,
    AtCue,
    AtT,
    AtWall,
    Choice,
    Cue,
    InOption,
    Option,
    Procedure,
    Role,
    Runbook,
    Stage,
    When,
)
from launchctl.times import HOUR, SECOND, Micros, parse_span, parse_t_offset

T0 = 1_600_000_000 * SECOND
"""The wall instant of T-0 in most tests."""

START = T0 - HOUR
"""When most test shows start."""

CREW = {
    "caller": Role(may=("go", "hold", "abort", "retime", "end", "post", "silence")),
    "comms": Role(may=("approve", "post", "silence")),
    "legal": Role(may=("approve",)),
    "commerce": Role(may=("counter",)),
}


def book(*cues: Cue, **fields: Any) -> Runbook:
    """A runbook with a stage, two accounts, a group and a crew."""
    secret = SecretRef(env="X")
    values: dict[str, Any] = {
        "title": "A test show",
        "digest": "d" * 64,
        "path": "test.yaml",
        "t0_us": T0,
        "timezone": "UTC",
        "stages": {"main": Stage(url="ws://127.0.0.1:1")},
        "accounts": {
            "ceo": Account(network="x", handle="ceo", credentials=secret),
            "brand": Account(network="x", handle="brand", credentials=secret),
        },
        "groups": {"company": ("ceo", "brand")},
        "crew": CREW,
        "cues": cues,
    }
    return Runbook(**{**values, **fields})


def cue(name: str, *do: act.AnyAction, **fields: Any) -> Cue:
    """A cue; ``at`` is ``T-10s`` or ``X+5s`` or an instant, ``after`` a name or list,
    ``when`` a condition.
    """
    if "at" in fields:
        fields["at"] = at(fields["at"])
    after = fields.get("after")
    if isinstance(after, str):
        fields["after"] = After(all_of=(after,))
    elif isinstance(after, tuple):
        fields["after"] = After(all_of=after)
    if isinstance(fields.get("when"), str):
        fields["when"] = when(fields["when"])
    return Cue(id=name, do=do, **fields)


def choice(
    name: str, options: dict[str, tuple[Cue, ...]], **fields: Any
) -> tuple[Cue, ...]:
    """A choice and the cues of its options; ``default`` is the last option, ``within``
    45 s.
    """
    asked = Choice(
        ask=fields.pop("ask", ("caller",)),
        within_us=fields.pop("within", 45 * SECOND),
        default=fields.pop("default", list(options)[-1]),
        options=tuple(
            Option(name=key, cues=tuple(one.id for one in cues if one.option is None))
            for key, cues in options.items()
        ),
    )
    inner = [
        one
        if one.option
        else one.model_copy(update={"option": InOption(choice=name, option=key)})
        for key, cues in options.items()
        for one in cues
    ]
    return (cue(name, choice=asked, **fields), *inner)


def at(written: str | Micros) -> At:
    """A trigger instant."""
    if isinstance(written, int):
        return AtWall(at_us=written, written=str(written))
    offset = parse_t_offset(written) if written.startswith("T") else None
    if offset is not None:
        return AtT(offset_us=offset)
    name, _, later = written.partition("+")
    return AtCue(cue=name, offset_us=parse_span(later))


def when(source: str, for_us: Micros = 0) -> When:
    """A condition, and how long it must have been true."""
    return When(check=parse_condition(source), for_us=for_us)


def scene(name: str, **fields: Any) -> act.Scene:
    """Cut to a scene."""
    return act.Scene(scene=name, **fields)


def post(text: str = "Hello", account: str = "ceo", **fields: Any) -> act.Post:
    """Publish a text."""
    return act.Post(post=act.PostBody(account=account, text=text, **fields))


def http(**fields: Any) -> act.Http:
    """Call a web service."""
    return act.Http(http=act.HttpBody(url="http://127.0.0.1:1/flip", **fields))


def hold(name: str = "pause", for_us: Micros | None = None, **fields: Any) -> act.Hold:
    """A hold; with ``for_us`` it may be a planned one."""
    return act.Hold(hold=act.HoldBody(name=name, for_us=for_us, **fields))


def procedure(name: str, *cues: Cue, **fields: Any) -> dict[str, Procedure]:
    """One procedure, as the runbook holds it."""
    if isinstance(fields.get("when"), str):
        fields["when"] = when(fields["when"])
    return {name: Procedure(name=name, cues=cues, **fields)}
