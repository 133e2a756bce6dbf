"""``launch journal``: what it proves, exports and copies."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from launchctl.cli import main
from launchctl.clock import Origin
from launchctl.runbook.loader import load
from launchctl.store.folder import RunFolder, RunMeta

LINES = 700
"""More than one reading takes, and than are looked at when a journal is opened."""


def line(seq: int) -> dict[str, object]:
    """A journal line, with words that no ASCII has."""
    return {"seq": seq, "event": "noted", "v": 1, "text": f"für {seq} Wagen"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run folder with a journal."""
    book = tmp_path / "show.yaml"
    book.write_text(
        "runbook: 1\ntitle: t\ntimezone: UTC\nt0: 2027-03-16 19:00\n"
        "cues: [{cue: doors, at: T-0}]\n"
    )
    run = tmp_path / "run"
    meta = RunMeta("r", "t", "show.yaml", Origin.here())
    made = RunFolder.create(run, meta, load(book))

    async def fill() -> None:
        async with made.journal(writer=True) as journal:
            await journal.append([line(seq) for seq in range(1, LINES + 1)])

    asyncio.run(fill())
    return run


def launch(capsys, *words: object, code: int = 0) -> str:
    """A verb's output, or its error."""
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert code == (ended.value.code or 0)
    said = capsys.readouterr()
    return said.err if code else said.out


def answer(capsys, *words: object) -> dict[str, object]:
    """A verb's JSON."""
    found: dict[str, object] = json.loads(launch(capsys, *words, "--json"))
    return found


@pytest.mark.parametrize("verb", ["export", "backup"])
def test_what_was_taken_out_has_the_same_digest(folder, tmp_path, capsys, verb):
    """An export and a backup verify by themselves, to the digest of the journal."""
    taken = tmp_path / "taken"
    own = answer(capsys, "journal", "verify", "--run-dir", folder)
    made = answer(capsys, "journal", verb, taken, "--run-dir", folder)
    assert own == made == answer(capsys, "journal", "verify", taken)
    assert LINES == own["lines"]
    assert 0o600 == taken.stat().st_mode & 0o777
    assert [taken] == list(tmp_path.glob("taken*"))


@pytest.mark.parametrize("verb", ["export", "backup"])
def test_nothing_is_overwritten(folder, tmp_path, capsys, verb):
    """A file that is there stays as it is."""
    taken = tmp_path / "taken"
    taken.write_text("my only copy")
    said = launch(capsys, "journal", verb, taken, "--run-dir", folder, code=2)
    assert "File exists" in said
    assert "my only copy" == taken.read_text()


def damage(database: Path, statement: str) -> None:
    """Change the file behind everybody's back."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE event SET line = replace(line, 'Wagen', 'Autos') WHERE seq = 31", 31),
        ("DELETE FROM event WHERE seq = 32", 32),
    ],
)
def test_a_damaged_journal_is_refused_with_its_place(
    folder, tmp_path, capsys, statement, seq
):
    """File and seq of the first line that does not fit; nothing is exported."""
    damage(folder / "journal.db", statement)
    said = launch(capsys, "journal", "verify", "--run-dir", folder, code=1)
    assert f"{folder / 'journal.db'}: damaged at seq {seq}" in said
    taken = tmp_path / "taken"
    launch(capsys, "journal", "export", taken, "--run-dir", folder, code=1)
    assert not taken.exists()


def test_a_journal_damaged_at_its_end_is_not_even_opened(folder, capsys):
    """What was written last is looked at whenever a journal is opened."""
    statement = f"UPDATE event SET line = '{{}}' WHERE seq = {LINES - 3}"
    damage(folder / "journal.db", statement)
    said = launch(capsys, "journal", "--run-dir", folder, code=1)
    assert f"damaged at seq {LINES - 3}" in said


def test_an_unfinished_run_whose_journal_is_damaged_is_not_taken_up(folder, capsys):
    """Wherever the damage is: no show is conducted on a record that is not whole."""
    damage(folder / "journal.db", "UPDATE event SET line = '{}' WHERE seq = 31")
    said = launch(capsys, "run", "--recover", folder, code=1)
    assert f"{folder / 'journal.db'}: damaged at seq 31" in said


def test_a_changed_export_is_found_out(folder, tmp_path, capsys):
    """A missing line by itself, a changed one by the digest."""
    taken = tmp_path / "taken"
    own = answer(capsys, "journal", "export", taken, "--run-dir", folder)
    lines = taken.read_text().splitlines(keepends=True)
    taken.write_text("".join(lines).replace("für 5 ", "für 6 "))
    assert (
        own["journal_digest"]
        != answer(capsys, "journal", "verify", taken)["journal_digest"]
    )
    taken.write_text("".join(lines[:4] + lines[5:]))
    assert "seq 5" in launch(capsys, "journal", "verify", taken, code=1)
