"""What a rehearsal is asked for, on the command line and by the script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from launchctl.cli.options import parse_t0
from launchctl.cli.run import parse_sets
from launchctl.errors import InputError
from launchctl.rehearsal.invented import UNDATED_US, first_look
from launchctl.rehearsal.script import Script, Step, load_script
from launchctl.rehearsal.willing import WILLING_CALLER
from launchctl.runbook.model import Runbook
from launchctl.times import SECOND, Micros, parse_t_offset

_CURTAIN_US = SECOND
"""How long after its last cue a rehearsal that ends early goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every rehearsal is asked for.

    Attributes:
        file: the runbook.
        seed: of all that is drawn by chance.
        script: the people and buyers; None: the one beside the runbook, or nobody.
        yes: in the place of the people, everybody says yes.
        t0: as ``--t0``.
        sets: as ``--set``.
        faults: a plan of what goes wrong, or None.
        chaos: the seed of what goes wrong by chance, or None.
        until: a cue or a T-offset after which somebody ends the show; None: its end.
    """

    file: Path
    seed: int = 0
    script: Path | None = None
    yes: bool = False
    t0: str | None = None
    sets: Sequence[str] = ()
    faults: Path | None = None
    chaos: int | None = None
    until: str | None = None

    @property
    def t0_us(self) -> Micros | None:
        """T-0 as asked for; spans count from a day that is none."""
        return parse_t0(self.t0, UNDATED_US)

    @property
    def proves(self) -> bool:
        """Whether it says something about the show as it stands: it is played to its
        end, and nothing was made to go wrong.
        """
        return self.faults is None and self.chaos is None and self.until is None

    @property
    def has_people(self) -> bool:
        """Whether somebody answers: a script, or everybody with yes."""
        return self.yes or (self.script or script_beside(self.file)) is not None

    @property
    def home(self) -> Path:
        """The folder that the script's files are relative to."""
        return (self.script or self.file).parent

    def played(self) -> Script:
        """People and buyers; last, who ends it early."""
        found = self.script or script_beside(self.file)
        script = load_script(found) if found else Script(people=1, script=())
        steps = () if self.yes else script.script
        if self.until is not None:
            runbook = first_look(
                self.file, t0_us=self.t0_us, sets=parse_sets(self.sets)
            )
            steps = (*steps, _end(runbook, self.until, steps, yes=self.yes))
        return script.model_copy(update={"script": steps})


def script_beside(file: Path) -> Path | None:
    """``show.people.yaml`` beside ``show.yaml``, if it is there."""
    script = file.with_suffix(".people.yaml")
    return script if script.exists() else None


def _end(runbook: Runbook, until: str, steps: Sequence[Step], *, yes: bool) -> Step:
    """Who may end the show does, at that T or after that cue: who calls it in the
    script, with yes or at the console, for the role's baton is theirs.

    Raises:
        InputError: there is no such cue, or nobody may end the show.
    """
    is_t = parse_t_offset(until) is not None
    if not is_t and until not in {cue.id for cue in runbook.cues}:
        raise InputError(
            f"--until {until}: the runbook has no such cue",
            hint="name one of its cues, or a T-offset such as T+30m",
        )
    role = next((name for name, role in runbook.crew.items() if "end" in role.may), "")
    if not role:
        raise InputError(
            f"--until {until}: nobody of the crew may end the show",
            hint="give a role `may: [end]`",
        )
    caller = WILLING_CALLER if yes else role
    return Step(
        at=until if is_t else None,
        after=None if is_t else until,
        wait=0 if is_t else _CURTAIN_US,
        by=next((step.by for step in steps if step.role == role), caller),
        role=role,
        do="end",
        args={"confirm": True},  # what is parked by then is no reason to go on
        why=f"rehearsed until {until}",
    )
