"""Reading the figures that are announced."""

from __future__ import annotations

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.read.money import read_round
from launchctl.runbook.read.reader import Fields
from launchctl.runbook.read.triggers import read_as_of

FIGURE_OF = ("orders.units", "orders.placed", "orders.net_units", "orders.waitlist")


def read_figure(context: Context, name: str, fields: Fields) -> model.Figure | None:
    """A number taken once."""
    reader = context.reader
    of = fields.need("of", reader.word("of", FIGURE_OF))
    rounding = fields.take("round", read_round(context))
    as_of = fields.take("as_of", read_as_of(context, name))
    node = fields.raw("bounds")
    bounds = None
    if node is not None:
        read_one = reader.integer("bounds", 0)
        found = reader.listed("bounds", read_one, single=False)(node)
        if found is None or len(found) != 2 or found[0] > found[1]:
            reader.expected(
                node, "bounds", "two numbers, the lower first: [1000, 9000]"
            )
            fields.sound = False
        else:
            bounds = (found[0], found[1])
    else:
        reader.warn(fields.node, f"figure {name} has no `bounds`: any number goes out")
    if of is None:
        return None
    return model.Figure(name=name, of=of, round=rounding, bounds=bounds, as_of=as_of)
