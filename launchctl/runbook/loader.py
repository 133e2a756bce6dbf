"""From a file to a ``Runbook``: read, resolve, check; every problem at once.

``load`` and ``load_text`` raise ``RunbookError`` with all problems that were found, or
give a runbook that the engine can run as it is.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from launchctl.errors import Problem, RunbookError
from launchctl.runbook import model
from launchctl.runbook.checks import check
from launchctl.runbook.context import Context, zone_hint
from launchctl.runbook.instants import earliest_for, parse_wall
from launchctl.runbook.read_actions import read_do
from launchctl.runbook.read_answers import read_answers
from launchctl.runbook.read_criteria import read_criteria
from launchctl.runbook.read_cues import read_cues, read_procedures
from launchctl.runbook.read_includes import read_includes
from launchctl.runbook.read_orders import read_figure, read_orders
from launchctl.runbook.read_world import (
    VERBS,
    read_account,
    read_approvals,
    read_channel,
    read_device,
    read_embargo,
    read_groups,
    read_output,
    read_role,
    read_stage,
    read_table,
    read_vars,
    read_zone,
)
from launchctl.runbook.reader import Fields, Read, Reader, bounded_guesses, near
from launchctl.runbook.unbuilt import TOP
from launchctl.runbook.yaml import MAX_BYTES, Node, Scalar, YamlError, parse
from launchctl.times import Micros

DEFAULT_LOCALE = "en_US"
SET_KEYS = ("url", "api", "playback")


def load(  # noqa: PLR0913  what a run can be given from outside
    path: str | Path,
    *,
    t0_us: Micros | None = None,
    sets: Sequence[tuple[str, str]] = (),
    base_dir: Path | None = None,
    environ: Mapping[str, str] | None = None,
    now_us: Micros | None = None,
) -> model.Runbook:
    """Read a runbook file.

    Args:
        path: of the file; it stands in every message.
        t0_us: T-0 by ``--t0``: every wall instant written in the runbook moves with it.
        sets: addresses by ``--set``: ``("stages.main.url", "ws://...")``.
        base_dir: where media and other relative files lie; default: beside the file.
        environ: for addresses written ``{env: NAME}``; default: the process's own.
        now_us: the wall clock, for a ``t0`` that is a time of day alone.

    Raises:
        RunbookError: with every problem found.
    """
    where = Path(path)
    try:
        with where.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be read"
        raise RunbookError([Problem(str(path), 1, 1, f"cannot read: {why}")]) from None
    return load_text(
        data,
        path=str(path),
        t0_us=t0_us,
        sets=sets,
        base_dir=where.parent if base_dir is None else base_dir,
        environ=environ,
        now_us=now_us,
    )


def load_text(  # noqa: PLR0913  as load
    text: str | bytes,
    *,
    path: str = "runbook.yaml",
    t0_us: Micros | None = None,
    sets: Sequence[tuple[str, str]] = (),
    base_dir: Path | None = None,
    environ: Mapping[str, str] | None = None,
    now_us: Micros | None = None,
) -> model.Runbook:
    """As ``load``, of text in memory; ``path`` names it in messages.

    Raises:
        RunbookError: with every problem found.
    """
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    reader = Reader(path)
    context = Context(
        reader=reader,
        base_dir=Path(path).parent if base_dir is None else base_dir,
        environ=os.environ if environ is None else environ,
        sets=_sets(reader, sets),
    )
    runbook = None
    with bounded_guesses():
        fields = _document(reader, data)
        if fields is not None:
            read_includes(context, fields)
            runbook = model.Runbook(
                **_read(context, fields, t0_us, now_us),
                digest=_digest(data, context),
                path=path,
                includes=tuple(context.includes),
                overrides=tuple(sets),
                shift_us=context.shift_us,
                instants=tuple(context.instants),
            )
            check(context, runbook)
    if reader.problems:
        raise RunbookError(list(dict.fromkeys(reader.problems)))
    assert runbook is not None
    warnings = tuple(str(warning) for warning in sorted(set(reader.warnings)))
    return runbook.model_copy(update={"warnings": warnings})


def _sets(reader: Reader, sets: Sequence[tuple[str, str]]) -> dict[str, str]:
    """``--set`` may change addresses, and nothing else."""
    found: dict[str, str] = {}
    for key, value in sets:
        parts = key.split(".")
        if len(parts) == 3 and (parts[0], parts[2]) in (
            ("stages", "url"),
            ("accounts", "api"),
            ("outputs", "playback"),
            ("osc", "url"),
        ):
            found[key] = value
            continue
        reader.problems.append(
            Problem(
                "--set",
                1,
                1,
                f"{key!r} cannot be set from outside: expected "
                "stages.NAME.url, accounts.NAME.api, outputs.NAME.playback or "
                "osc.NAME.url",
            )
        )
    return found


def _document(reader: Reader, data: bytes) -> Fields | None:
    """The top mapping, or None after noting why there is none."""
    try:
        root, twice = parse(data)
    except YamlError as error:
        reader.problem((error.line, error.column), error.message, error.hint)
        return None
    for slip in twice:
        reader.problem((slip.line, slip.column), slip.message)
    if isinstance(root, Scalar) and root.value is None:
        reader.problem(root, "the file is empty", "begin with runbook: 1")
        return None
    return reader.fields(root, "runbook")


def _digest(data: bytes, context: Context) -> str:
    """SHA-256 over the text, includes and the bytes of media. A BOM does not count."""
    total = hashlib.sha256(b"launchctl runbook 1\n")
    text = data.removeprefix(b"\xef\xbb\xbf")
    total.update(b"%d\n" % len(text))
    total.update(text)
    for file, part in context.includes.items():
        total.update(f"include {len(file.encode())} {file} {len(part)}\n".encode())
        total.update(part)
    for file, digest in sorted(context.media.items()):
        total.update(f"{len(file.encode())} {file} {digest}\n".encode())
    return total.hexdigest()


def _read(
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
    _read_world(context, fields, values)
    criteria = read_criteria(context, has_hard_out=fields.has("hard_out"))
    values["criteria"] = fields.take("criteria", criteria) or ()
    values["cues"] = fields.take("cues", read_cues(context, "cues")) or ()
    values["segments"] = tuple(context.segments)
    procedures = fields.take("procedures", read_procedures(context))
    answers = fields.take("answers", read_answers(context))
    values["procedures"] = {**(procedures or {}), **(answers or {})}
    values["safe"] = fields.take("safe", read_do(context, "safe", "safe")) or ()
    fields.done(later=TOP)
    for key in context.sets:
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
