"""Reading what a show plays on: mixers, outputs, desks, crew channels."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.read.reader import Fields
from launchctl.runbook.unbuilt import DRIVERS


def read_stage(context: Context, name: str, fields: Fields) -> model.Stage | None:
    """One mixer."""
    reader = context.reader
    fields.need("driver", reader.word("driver", ("obs",), DRIVERS))
    url = fields.need("url", context.address("url", f"stages.{name}.url", "stage"))
    password = fields.take("password", context.secret("password"))
    follows = fields.take("follows", context.refer("stage", "follows"))
    if url is None:
        return None
    return model.Stage(driver="obs", url=url, password=password, follows=follows)


def read_output(context: Context, name: str, fields: Fields) -> model.Output | None:
    """What viewers see."""
    reader = context.reader
    stage = fields.take("stage", context.refer("stage", f"outputs.{name}.stage"))
    path = f"outputs.{name}.playback"
    read = context.address("playback", path, "web")
    if not fields.has("playback") and path in context.sets:
        fields.raw("playback")
        playback = read(fields.node)
    else:
        playback = fields.take("playback", read)
    delay = fields.take("delay", reader.span("delay"))
    watch = fields.take("watch", context.address("watch", "", "link"))
    if stage is None and "stage" not in context.kinds:
        reader.problem(
            fields.node, f"output {name}: nothing feeds it", "declare `stages:`"
        )
        return None
    values: dict[str, Any] = {} if delay is None else {"delay_us": delay}
    return model.Output(stage=stage, playback=playback, watch=watch, **values)


def read_channel(
    context: Context, _name: str, fields: Fields
) -> model.Notification | None:
    """A crew channel."""
    url = fields.need("url", context.secret("url"))
    return None if url is None else model.Notification(url=url)


def read_device(context: Context, name: str, fields: Fields) -> model.OscDevice | None:
    """A desk that takes Open Sound Control."""
    url = fields.need("url", context.address("url", f"osc.{name}.url", "osc"))
    if url is None:
        return None
    if urlsplit(url).port is None:
        context.reader.problem(
            fields.at("url"), "url: a desk listens on a port", "osc://10.0.0.7:8000"
        )
        return None
    return model.OscDevice(url=url)
