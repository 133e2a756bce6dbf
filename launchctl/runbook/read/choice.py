"""Reading what asks: a choice with the cues behind each answer, and a poll."""

from __future__ import annotations

from collections.abc import Callable

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.reader import Fields, Read
from launchctl.runbook.read.words import near

Cues = tuple[model.Cue, ...]
ReadCues = Callable[[Context, str], Read[Cues]]


def read_choice(
    context: Context, fields: Fields, name: str, read_cues: ReadCues
) -> tuple[model.Choice | None, Cues]:
    """The choice's own keys, and all cues of its options in file order."""
    reader = context.reader
    ask = fields.need("ask", reader.listed("ask", context.refer("role", "ask")))
    within_us = fields.need("within", reader.span("within"))
    default = fields.need("default", reader.name("default"))
    found = fields.need("options", _options(context, name, read_cues))
    if ask is None or within_us is None or default is None or found is None:
        return None, () if found is None else found[1]
    options, cues = found
    names = [option.name for option in options]
    if default not in names:
        fields.sound = False
        reader.problem(
            fields.node.items["default"],
            f"default: there is no option {default!r}",
            near(default, names),
        )
        return None, cues
    choice = model.Choice(
        ask=ask, within_us=within_us, default=default, options=options
    )
    return choice, cues


def _options(
    context: Context, name: str, read_cues: ReadCues
) -> Read[tuple[tuple[model.Option, ...], Cues]]:
    reader = context.reader

    def read(node: Node) -> tuple[tuple[model.Option, ...], Cues] | None:
        fields = reader.fields(node, "options")
        if fields is None:
            return None
        if not fields.node.items:
            reader.problem(node, "options: a choice needs at least one")
            return None
        options: list[model.Option] = []
        cues: list[model.Cue] = []
        for key, item in fields.node.items.items():
            here = Scalar(*fields.at(key), key, key)
            if reader.name("options")(here) is None:
                continue
            place = model.InOption(choice=name, option=key)
            own = _option_cues(context, place, item, read_cues)
            direct = tuple(cue.id for cue in own if cue.option == place)
            options.append(model.Option(name=key, cues=direct))
            cues.extend(own)
        return tuple(options), tuple(cues)

    return read


def _option_cues(
    context: Context, place: model.InOption, node: Node, read_cues: ReadCues
) -> Cues:
    fields = context.reader.fields(node, f"option {place.option}")
    if fields is None:
        return ()
    before, context.option = context.option, place
    what = f"option {place.option}: cues"
    cues = fields.need("cues", read_cues(context, what))
    context.option = before
    fields.done()
    return cues or ()


def read_poll(context: Context, fields: Fields) -> model.Ballot | None:
    """``poll: {ask: [roles], within: 2m}``; such a cue does nothing else."""
    reader = context.reader

    def read(node: Node) -> model.Ballot | None:
        own = reader.fields(node, "poll")
        if own is None:
            return None
        ask = own.need("ask", reader.listed("poll.ask", context.refer("role", "ask")))
        within_us = own.need("within", reader.span("poll.within"))
        own.done()
        if not ask or within_us is None or not own.sound:
            return None
        return model.Ballot(ask=tuple(dict.fromkeys(ask)), within_us=within_us)

    ballot = fields.take("poll", read)
    for key in ("do", "once"):
        if ballot is not None and fields.has(key):
            fields.sound = False
            reader.problem(
                fields.at(key),
                f"a poll does nothing but ask: it has no `{key}`",
                "put it into a cue after the poll",
            )
    return ballot
