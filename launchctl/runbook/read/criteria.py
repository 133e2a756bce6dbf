"""Reading criteria: what must be so in a span of the countdown."""

from __future__ import annotations

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.reader import Fields, Read
from launchctl.runbook.read.words import shown
from launchctl.times import parse_t_offset

_END = "hard_out"


def read_criteria(
    context: Context, *, has_hard_out: bool
) -> Read[tuple[model.Criterion, ...]]:
    """``criteria: [{from, until, check, broken}]``."""
    reader = context.reader

    def read_one(node: Node) -> model.Criterion | None:
        fields = reader.fields(node, "criteria")
        if fields is None:
            return None
        from_us = fields.need("from", _offset(context, "criteria.from"))
        until = fields.need("until", _until(context, has_hard_out=has_hard_out))
        check = fields.need("check", context.condition("criteria.check"))
        before = fields.take("broken", _broken(context))
        fields.done()
        if from_us is None or until is None or check is None or not fields.sound:
            return None
        until_us = None if until == _END else int(until)
        if until_us is not None and until_us <= from_us:
            _empty(context, fields)
            return None
        return model.Criterion(
            from_us=from_us,
            until_us=until_us,
            check=check,
            before_t0="warn" if before == "warn" else "hold",
        )

    return reader.listed("criteria", read_one, single=False)


def _empty(context: Context, fields: Fields) -> None:
    context.reader.problem(
        fields.at("until"), "criteria: `until` is not later than `from`"
    )


def _offset(context: Context, what: str) -> Read[int]:
    def read(node: Node) -> int | None:
        try:
            offset_us = parse_t_offset(node.text) if isinstance(node, Scalar) else None
        except ValueError as error:
            context.reader.problem(node, f"{what}: {error}")
            return None
        if offset_us is None:
            context.reader.problem(
                node, f"{what}: expected a T-offset such as T-10m, found {shown(node)}"
            )
        return offset_us

    return read


def _until(context: Context, *, has_hard_out: bool) -> Read[str]:
    read_offset = _offset(context, "criteria.until")

    def read(node: Node) -> str | None:
        if isinstance(node, Scalar) and node.text == _END:
            if not has_hard_out:
                context.reader.problem(node, "criteria.until: there is no `hard_out`")
                return None
            return _END
        offset_us = read_offset(node)
        return None if offset_us is None else str(offset_us)

    return read


def _broken(context: Context) -> Read[str]:
    """``{before_t0: hold|warn, after_t0: warn}``; gives what happens before T-0."""
    reader = context.reader

    def read(node: Node) -> str | None:
        fields = reader.fields(node, "broken")
        if fields is None:
            return None
        before = fields.take("before_t0", reader.word("before_t0", ("hold", "warn")))
        fields.take("after_t0", reader.word("after_t0", ("warn",)))
        fields.done()
        return (before or "hold") if fields.sound else None

    return read
