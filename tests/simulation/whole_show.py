"""A whole show as files: what a seed draws, what is kept, and what can be made smaller.

``whole-7.yaml`` is the runbook, and its first line says how it is played; beside it lie
``whole-7.people.yaml``, ``whole-7.faults.yaml`` and, if it may be amended,
``whole-7.amended.yaml``.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random

from launchctl.rehearsal.invented import first_look
from launchctl.rehearsal.trouble.chaos import chaos
from tests.simulation.whole_books import amended_book, whole_book
from tests.simulation.whole_people import whole_script

KEPT_SHOWS = Path(__file__).parent / "kept_shows"


@dataclass(frozen=True)
class WholeShow:
    """One show, its people and its trouble, as texts.

    Attributes:
        seed: of all that chance decides while it is played.
        besides: who plays beside the script: ``yes``, ``knowing``, ``buyers``.
        book, people, faults: the runbook, the script, the plan of faults.
        amended: the runbook that somebody may amend it to.
    """

    seed: int
    besides: tuple[str, ...]
    book: str
    people: str
    faults: str
    amended: str | None = None

    def write(self, folder: Path, name: str) -> Path:
        """As files; the runbook's."""
        folder.mkdir(parents=True, exist_ok=True)
        how = f"# seed {self.seed}: {' '.join(self.besides)}\n"
        file = folder / f"{name}.yaml"
        file.write_text(how + self.book, "utf-8")
        (folder / f"{name}.people.yaml").write_text(self.people, "utf-8")
        (folder / f"{name}.faults.yaml").write_text(self.faults, "utf-8")
        if self.amended is not None:
            amended = folder / f"{name}.amended.yaml"
            amended.write_text(self.amended, "utf-8")
        return file


def drawn(seed: int) -> WholeShow:
    """The show of a seed."""
    rng = Random(f"show {seed}")
    book = whole_book(seed)
    amended = amended_book(seed, book) if rng.random() < 0.4 else None
    besides = [] if rng.random() < 0.15 else ["yes"]
    besides += [name for name in ("knowing", "buyers") if rng.random() < 0.6]
    with tempfile.TemporaryDirectory() as folder:
        file, other = Path(folder) / "show.yaml", Path(folder) / "amended.yaml"
        file.write_text(book, "utf-8")
        runbook = first_look(file)
        digest = None
        if amended is not None:
            other.write_text(amended, "utf-8")
            digest = first_look(other).digest
    plan = [line.written() for line in chaos(seed, runbook).plan]
    faults = "".join(f"  - {json.dumps(line)}\n" for line in plan)
    return WholeShow(
        seed=seed,
        besides=tuple(besides),
        book=book,
        people=whole_script(seed, runbook, digest),
        faults=f"faults: 1\nplan:\n{faults}",
        amended=amended,
    )


def read(file: Path) -> WholeShow:
    """A show that was kept."""
    how, _, book = file.read_text("utf-8").partition("\n")
    seed, _, besides = how.removeprefix("# seed ").partition(":")

    def beside(what: str) -> Path:
        return file.with_name(f"{file.stem}.{what}.yaml")

    amended = beside("amended")
    return WholeShow(
        seed=int(seed),
        besides=tuple(besides.split()),
        book=book,
        people=beside("people").read_text("utf-8"),
        faults=beside("faults").read_text("utf-8"),
        amended=amended.read_text("utf-8") if amended.exists() else None,
    )


def kept() -> list[Path]:
    """The runbooks of all kept shows."""
    return sorted(KEPT_SHOWS.glob("whole-*[0-9].yaml"))
