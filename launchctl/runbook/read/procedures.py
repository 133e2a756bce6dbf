"""Reading procedures: small cue lists by name."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.cues import read_cues
from launchctl.runbook.read.gates import read_gates
from launchctl.runbook.read.reader import Read
from launchctl.runbook.read.triggers import read_when


def read_procedures(context: Context) -> Read[dict[str, model.Procedure]]:
    """``procedures:`` by name."""
    reader = context.reader

    def read(node: Node) -> dict[str, model.Procedure] | None:
        fields = reader.fields(node, "procedures")
        if fields is None:
            return None
        found = {}
        for name, item in fields.node.items.items():
            context.place(f"procedure {name}", item)
            context.procedure = name
            procedure = _read_procedure(context, name, item)
            context.procedure = ""
            if procedure is not None:
                found[name] = procedure
        return found

    return read


def _read_procedure(context: Context, name: str, node: Node) -> model.Procedure | None:
    reader = context.reader
    if reader.name("procedures")(Scalar(node.line, node.column, name, name)) is None:
        return None
    fields = reader.fields(node, f"procedure {name}")
    if fields is None:
        return None
    when = fields.take("when", read_when(context))
    once_per = fields.take("once_per", reader.span("once_per"))
    gate = fields.take("gate", read_gates(context, f"procedure {name} gate"))
    cues = fields.need("cues", read_cues(context, f"procedure {name}: cues"))
    fields.done()
    if not fields.sound or cues is None:
        return None
    if not cues and not reader.problems:
        reader.problem(node, f"the procedure {name!r} has no cues")
    values: dict[str, Any] = {} if once_per is None else {"once_per_us": once_per}
    return model.Procedure(name=name, when=when, gate=gate or (), cues=cues, **values)
