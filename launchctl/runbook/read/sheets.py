"""Reading what the caller has written beside a cue: its line of the call sheet."""

from __future__ import annotations

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node
from launchctl.runbook.read.reader import NAME, Read

MAX_COLUMNS = 16
MAX_NOTE = 200


def read_sheet(context: Context) -> Read[model.Sheet]:
    """``sheet: {warn: 2m, say: "...", lx: "Q 11"}``: all but two keys are free."""
    reader = context.reader

    def read(node: Node) -> model.Sheet | None:
        fields = reader.fields(node, "sheet")
        if fields is None:
            return None
        warn_us = fields.take("warn", reader.span("sheet.warn"))
        say = fields.take("say", reader.text("sheet.say", MAX_NOTE))
        columns: dict[str, str] = {}
        for key in [key for key in fields.node.items if key not in ("warn", "say")]:
            note = fields.take(key, reader.text(f"sheet.{key}", MAX_NOTE))
            if not NAME.fullmatch(key):
                reader.problem(fields.at(key), f"sheet: {key!r} is no name")
            elif note is not None:
                columns[key] = note
        if len(columns) > MAX_COLUMNS:
            reader.problem(node, f"sheet: at most {MAX_COLUMNS} columns in one cue")
        fields.done()
        if not fields.sound:
            return None
        return model.Sheet(warn_us=warn_us, say=say, columns=columns)

    return read
