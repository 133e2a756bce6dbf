"""Reading a whole runbook: its head, its world, its cues."""

from __future__ import annotations

from typing import Any

from launchctl.errors import Problem
from launchctl.runbook import model
from launchctl.runbook.context import Context, zone_hint
from launchctl.runbook.instants import earliest_for, parse_wall
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.accounts import read_account, read_groups
from launchctl.runbook.read.actions import read_do
from launchctl.runbook.read.answers import read_answers
from launchctl.runbook.read.constants import read_vars
from launchctl.runbook.read.crew import VERBS, read_approvals, read_role
from launchctl.runbook.read.criteria import read_criteria
from launchctl.runbook.read.cues import read_cues
from launchctl.runbook.read.embargoes import read_embargo
from launchctl.runbook.read.far_ends import (
    read_channel,
    read_device,
    read_output,
    read_stage,
)
from launchctl.runbook.read.figures import read_figure
from launchctl.runbook.read.orders import read_orders
from launchctl.runbook.read.procedures import read_procedures
from launchctl.runbook.read.reader import Fields, Read, Reader
from launchctl.runbook.read.tables import read_table
from launchctl.runbook.read.words import near
from launchctl.runbook.read.zones import read_zone
from launchctl.times import Micros

DEFAULT_LOCALE = "en_US"


def read_runbook(
    context: Context, fields: Fields, t0_us: Micros | None, now_us: Micros | None
) -> dict[str, Any]:
    """Every value of the runbook, by the model's names."""
    reader = context.reader
    fields.need("runbook", _version(reader))
    values: dict[str, Any] = {
        "title": fields.need("title", reader.text("title", 200)) or "?",
        "locale": fields.take("locale", _locale(reader)) or DEFAULT_LOCALE,
    }
    context.timezone = fields.take("timezone", read_zone(context, "timezone"))
    values["timezone"] = context.timezone
    if context.timezone is None and fields.has("timezone"):
        context.timezone = "UTC"  # it is wrong, and said so once; read on
    values["t0_us"] = _t0(context, fields, t0_us, now_us)
    hard_out = fields.take("hard_out", context.wall("hard_out", "hard_out"))
    values["hard_out_us"] = hard_out.at_us if hard_out else None
    rehearsed = fields.take("require_rehearsed", _require_rehearsed(reader))
    values["require_rehearsed_us"] = rehearsed
    _read_world(context, fields, values)
    criteria = read_criteria(context, has_hard_out=fields.has("hard_out"))
    values["criteria"] = fields.take("criteria", criteria) or ()
    values["cues"] = fields.take("cues", read_cues(context, "cues")) or ()
    values["segments"] = tuple(context.segments)
    procedures = fields.take("procedures", read_procedures(context))
    answers = fields.take("answers", read_answers(context))
    values["procedures"] = {**(procedures or {}), **(answers or {})}
    values["safe"] = fields.take("safe", read_do(context, "safe", "safe")) or ()
    fields.done()
    unknown = [*context.sets, *(context.origins.keys() - context.origins_met)]
    for key in sorted(unknown):
        reader.problems.append(Problem("--set", 1, 1, f"{key!r} is not in the runbook"))
    return values


def _read_world(context: Context, fields: Fields, values: dict[str, Any]) -> None:
    tables: tuple[tuple[str, str, Any], ...] = (
        ("stages", "stage", read_stage),
        ("outputs", "output", read_output),
        ("accounts", "account", read_account),
        ("crew", "role", read_role),
        ("embargoes", "embargo", read_embargo),
        ("figures", "figure", read_figure),
        ("notify", "channel", read_channel),
        ("osc", "device", read_device),
    )
    for key, kind, read_one in tables:
        found = fields.take(key, read_table(context, key, read_one, kind))
        values[key] = found or {}
    if not fields.has("crew"):
        values["crew"] = {"caller": model.Role(may=VERBS)}
    values["groups"] = fields.take("groups", read_groups(context)) or {}
    values["orders"] = fields.take("orders", read_orders(context))
    values["vars"] = fields.take("vars", read_vars(context)) or {}
    approvals = fields.take("approvals", read_approvals(context)) or {}
    values["default_approvals"] = approvals.pop("default", ())
    values["four_eyes"] = approvals.pop("four_eyes", None) is not None
    values["approvals"] = approvals


def _version(reader: Reader) -> Read[int]:
    def read(node: Node) -> int | None:
        if isinstance(node, Scalar) and node.value == 1 and node.text == "1":
            return 1
        reader.expected(node, "runbook", "1, the version of the language")
        return None

    return read


def _require_rehearsed(reader: Reader) -> Read[Micros]:
    """``require_rehearsed: {within: 7d}``."""

    def read(node: Node) -> Micros | None:
        fields = reader.fields(node, "require_rehearsed")
        if fields is None:
            return None
        within_us = fields.need("within", reader.span("require_rehearsed.within"))
        fields.done()
        if not fields.sound:
            return None
        if not within_us:
            reader.problem(node, "require_rehearsed.within: longer than nothing")
            return None
        return within_us

    return read


def _locale(reader: Reader) -> Read[str]:
    def read(node: Node) -> str | None:
        from babel import Locale, UnknownLocaleError  # noqa: PLC0415  slow to import
        from babel.localedata import locale_identifiers  # noqa: PLC0415

        text = reader.text("locale", 32)(node)
        if text is None:
            return None
        try:
            Locale.parse(text)
        except (UnknownLocaleError, ValueError):
            reader.problem(
                node,
                f"locale: there is none called {text!r}",
                near(text, locale_identifiers()),
            )
            return None
        return text

    return read


def _t0(
    context: Context, fields: Fields, t0_us: Micros | None, now_us: Micros | None
) -> Micros | None:
    """T-0, and with it where dates begin and how far ``--t0`` moves everything."""
    node = fields.raw("t0")
    written: Micros | None = None
    if node is not None:
        written = _written_t0(context, node, now_us)
        fields.sound = fields.sound and written is not None
    context.earliest_us = earliest_for(written if written is not None else t0_us)
    if t0_us is None:
        return written
    if written is not None:
        context.shift_us = t0_us - written
    return t0_us


def _written_t0(context: Context, node: Node, now_us: Micros | None) -> Micros | None:
    reader = context.reader
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        reader.expected(node, "t0", "an instant such as 2016-03-31 20:30")
        return None
    try:
        return parse_wall(node.text, context.timezone, now_us)
    except ValueError as error:
        reader.problem(node, f"t0: {error}", zone_hint(error))
        return None
