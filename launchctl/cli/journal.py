"""``launch journal``: its lines, and the proof that none was touched."""

from __future__ import annotations

import asyncio
from pathlib import Path

from launchctl.cli.output import print_json
from launchctl.cli.words import line_in_words
from launchctl.errors import JournalError
from launchctl.store.base import Line
from launchctl.store.folder import RunFolder


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
    folder = RunFolder.open(run_dir)
    lines, digest = asyncio.run(_verify(folder))
    if as_json:
        print_json({"ok": True, "lines": lines, "journal_digest": digest})
    else:
        print(f"{lines} lines, none changed or lost\njournal digest {digest}")


async def _verify(folder: RunFolder) -> tuple[int, str]:
    async with folder.journal() as journal:
        damage = await journal.verify()
        if damage is not None:
            raise JournalError(
                f"the journal is damaged at line {damage.seq}: {damage.why}",
                hint=f"keep {folder.path} as it is; lines before it are sound",
            )
        return await journal.head(), await journal.digest()
