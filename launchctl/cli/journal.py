"""``launch journal``: its lines, and the proof that none was touched."""

from __future__ import annotations

import asyncio
import json
import os
from io import TextIOWrapper
from pathlib import Path

from launchctl.cli.output import print_json
from launchctl.cli.words import line_in_words
from launchctl.errors import InputError
from launchctl.store.base import Line
from launchctl.store.chain import GENESIS, Damage, canonical, link
from launchctl.store.folder import RunFolder
from launchctl.store.sqlite import SqliteJournal
from launchctl.store.sqlite.journal import damaged

_SQLITE = b"SQLite format 3\0"
"""How every database file begins."""


def print_journal(
    run_dir: Path | None, *, after: int, follow: bool, as_json: bool
) -> None:
    """Print the lines behind ``after``; with ``follow`` until Ctrl-C."""
    asyncio.run(_print(RunFolder.open(run_dir), after, follow, as_json))


async def _print(folder: RunFolder, after: int, follow: bool, as_json: bool) -> None:
    async with folder.journal() as journal:
        if not follow:
            _say(await journal.read(after), as_json=as_json)
            return
        async for lines in journal.follow(after):
            _say(lines, as_json=as_json)


def _say(lines: list[Line], *, as_json: bool) -> None:
    for line in lines:
        if as_json:
            print_json(line)
        else:
            print(f"{line['seq']:>6}  {line_in_words(line)}", flush=True)


def verify_journal(run_dir: Path | None, *, as_json: bool) -> None:
    """Read every line again and follow the chain over them.

    Raises:
        JournalError: a line was changed, lost or put in between; says which.
    """
    _say_sound(*asyncio.run(_verify(RunFolder.open(run_dir).journal())), as_json)


def verify_file(file: Path, *, as_json: bool) -> None:
    """The same for a backup, or for an export, whose chain is only computed: compare
    its digest with one that you have.

    Raises:
        InputError: there is no such file.
        JournalError: a line was changed, lost or put in between; says which.
    """
    if not file.is_file():
        raise InputError(f"there is no file {file}")
    with file.open("rb") as opened:
        is_database = opened.read(len(_SQLITE)) == _SQLITE
    if is_database:
        lines, digest = asyncio.run(_verify(SqliteJournal(file, writer=False)))
    else:
        lines, digest = _chain_of(file)
    _say_sound(lines, digest, as_json)


def export_journal(run_dir: Path | None, file: Path, *, as_json: bool) -> None:
    """Write the journal as canonical lines into a new file.

    Raises:
        InputError: the file is there already, or cannot be written.
        JournalError: the journal is damaged; nothing was exported.
    """
    lines = asyncio.run(_sound_lines(RunFolder.open(run_dir).journal()))
    with _new(file) as out:
        out.writelines(canonical(line) + "\n" for line in lines)
    verify_file(file, as_json=as_json)


def back_up_journal(run_dir: Path | None, file: Path, *, as_json: bool) -> None:
    """Copy ``journal.db`` into a new file, and verify the copy.

    Raises:
        InputError: the file is there already, or cannot be written.
        JournalError: it cannot be read; or the copy is damaged, as the journal is then.
    """
    folder = RunFolder.open(run_dir)
    _new(file).close()
    asyncio.run(_back_up(folder.journal(), file))
    verify_file(file, as_json=as_json)


def _say_sound(lines: int, digest: str, as_json: bool) -> None:
    if as_json:
        print_json({"ok": True, "lines": lines, "journal_digest": digest})
    else:
        print(f"{lines} lines, none changed or lost\njournal digest {digest}")


async def _verify(journal: SqliteJournal) -> tuple[int, str]:
    async with journal:
        await journal.demand_sound()
        return await journal.head(), await journal.digest()


async def _sound_lines(journal: SqliteJournal) -> list[Line]:
    async with journal:
        await journal.demand_sound()
        return await journal.read()


async def _back_up(journal: SqliteJournal, file: Path) -> None:
    async with journal:
        await journal.backup(file)


def _chain_of(file: Path) -> tuple[int, str]:
    seq, chain = 0, GENESIS
    with file.open(encoding="utf-8") as lines:
        for text in lines:
            try:
                found = int(json.loads(text)["seq"])
            except (ValueError, KeyError, TypeError):
                raise damaged(
                    file, Damage(seq + 1, f"line {seq + 1} is no journal line")
                ) from None
            if found != seq + 1:
                why = f"line {seq + 1} is missing: {found} follows"
                raise damaged(file, Damage(seq + 1, why))
            seq, chain = found, link(chain, text.rstrip("\n"))
    return seq, chain.hex()


def _new(file: Path) -> TextIOWrapper:
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise InputError(
            f"{file} cannot be written: {error.strerror}", hint="name a new file"
        ) from None
    return os.fdopen(descriptor, "w", encoding="utf-8")
