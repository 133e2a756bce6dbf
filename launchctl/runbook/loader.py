"""From a file to a ``Runbook``: read, resolve, check; every problem at once.

``load`` and ``load_text`` raise ``RunbookError`` with all problems that were found, or
give a runbook that the engine can run as it is.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from launchctl.errors import Problem, RunbookError
from launchctl.runbook import model
from launchctl.runbook.checks import check
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Scalar
from launchctl.runbook.read.includes import read_includes
from launchctl.runbook.read.reader import Fields, Reader
from launchctl.runbook.read.runbook import read_runbook
from launchctl.runbook.read.words import bounded_guesses
from launchctl.runbook.yaml import MAX_BYTES, YamlError, parse
from launchctl.times import Micros


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
    )
    _take_sets(context, sets)
    runbook = None
    with bounded_guesses():
        fields = _document(reader, data)
        if fields is not None:
            read_includes(context, fields)
            runbook = model.Runbook(
                **read_runbook(context, fields, t0_us, now_us),
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


def _take_sets(context: Context, sets: Sequence[tuple[str, str]]) -> None:
    """``--set`` may change addresses, and nothing else."""
    for key, value in sets:
        if key.startswith(("http://", "https://")):
            context.origins[key.rstrip("/")] = value
            continue
        parts = key.split(".")
        if len(parts) == 3 and (parts[0], parts[2]) in (
            ("stages", "url"),
            ("accounts", "api"),
            ("outputs", "playback"),
            ("osc", "url"),
        ):
            context.sets[key] = value
            continue
        context.reader.problems.append(
            Problem(
                "--set",
                1,
                1,
                f"{key!r} cannot be set from outside: expected "
                "stages.NAME.url, accounts.NAME.api, outputs.NAME.playback, "
                "osc.NAME.url or an origin such as https://shop.example",
            )
        )


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
