"""What a journal says, read line by line, by the document alone.

This is a second, plain reading of SEMANTICS 1 to 6, written to disagree with the engine
where the engine is wrong: it takes nothing from ``launchctl.show`` but types.
"""

from __future__ import annotations

from typing import Any

from launchctl.runbook.actions import Scene
from launchctl.runbook.model import Cue, Runbook
from launchctl.show.inputs import Call
from launchctl.times import Micros
from launchctl.times import micros as to_micros
from tests.simulation.facts_cues import CueFacts, CueFold, FilmFacts, KeyFacts, instant
from tests.simulation.facts_world import OutputFacts, Span, StageFacts, WorldFold
from tests.simulation.trace import Line

__all__ = ["CueFacts", "Facts", "FilmFacts", "KeyFacts", "StageFacts", "instant"]


class Facts(CueFold, WorldFold):
    """The fold of the checker."""

    def __init__(self, runbook: Runbook) -> None:
        self.runbook = runbook
        self.offered: dict[str, Runbook] = {}
        self.seq = 0
        self.at_us: Micros = 0
        self.said_t_us: Micros | None = None
        self.show = "scheduled"
        self.zero_us: Micros | None = None
        self.skew_us: Micros = 0
        self.holds: dict[str, Micros] = {}
        self.stopped_us: Micros | None = None
        self.stops: list[tuple[Micros, Micros]] = []
        self.jumps: list[tuple[Micros, Micros]] = []
        """(instant, by how much T went back)."""
        self.silences: dict[str, list[Span]] = {}
        self.latched: dict[str, dict[int, Micros | None]] = {}
        self.began: dict[tuple[str, int], Micros] = {}
        self.cuts: dict[tuple[str, str], list[tuple[Micros, Micros | None]]] = {}
        """(stage, scene) -> (N, T) at which a cue's own scene action, or from T-0 on a
        hand, brought it on program, and no recycle took that back."""
        self.approvals: dict[tuple[str, str], Micros | None] = {}
        self.figures: dict[str, int] = {}
        self.orders: dict[str, Any] = {}
        self.complete_us: Micros | None = None
        self.conditions: dict[str, tuple[bool | None, Micros]] = {}
        self.keys: dict[str, KeyFacts] = {}
        self.late_us: Micros | None = None
        """The last firing that was a second or more late."""
        self.confirmed: dict[str, list[Line]] = {}
        self.pages: dict[str, Micros] = {}
        """url -> its last 2xx."""
        self.retired: set[tuple[str, str]] = set()
        self.hand_posts: dict[tuple[str, str], int] = {}
        """(cue, account) -> seq of a post by hand that stands for its post."""
        self.calls: dict[str, Call] = {}
        """What people called, by its id."""
        self.moved: dict[str, int] = {}
        """cue -> the seq that last changed its state."""
        self.hold_seqs: dict[str, int] = {}
        self.standby: dict[str, tuple[str | None, int]] = {}
        self.amend_asked: dict[str, tuple[str, Micros]] = {}
        self.procedures_running: set[str] = set()
        self.stages = {name: StageFacts() for name in runbook.stages}
        self.outputs = {name: OutputFacts() for name in runbook.outputs}
        self.cue: dict[str, Cue] = {}
        self.cues: dict[str, CueFacts] = {}
        self._know_all()

    def _know_all(self) -> None:
        """The texts of all cues, and those that are new."""
        self.cue = {}
        for cue in self.runbook.cues:
            self._know(cue, None)
        for name, procedure in self.runbook.procedures.items():
            for cue in procedure.cues:
                self._know(cue, name)

    def _know(self, cue: Cue, procedure: str | None) -> None:
        self.cue[cue.id] = cue
        comes = procedure is None and cue.option is None
        if cue.id not in self.cues:
            word = "pending" if comes else "idle"
            self.cues[cue.id] = CueFacts(word, procedure, entered_us=self.at_us)

    # --- clocks (SEMANTICS 1) -----------------------------------------------------

    def r(self, n_us: Micros) -> Micros:
        """N minus all time under hold, and minus what recycles took back."""
        found = n_us
        for from_us, to_us in self.stops:
            if from_us < n_us:
                found -= (min(n_us, to_us)) - from_us
        if self.stopped_us is not None and self.stopped_us < n_us:
            found -= n_us - self.stopped_us
        for at_us, back_us in self.jumps:
            if at_us <= n_us:
                found -= back_us
        return found

    def t(self, n_us: Micros) -> Micros | None:
        """T, or None before T-0 is set."""
        return None if self.zero_us is None else self.r(n_us) - self.zero_us

    def on_n(self, name: str) -> bool:
        """True if the cue's clock is N: pinned, or in a procedure."""
        return self.cue[name].pinned or self.cues[name].procedure is not None

    def clock(self, name: str, n_us: Micros) -> Micros:
        """An instant of N on the cue's own clock."""
        return n_us if self.on_n(name) else self.r(n_us)

    # --- the fold -----------------------------------------------------------------

    def fold(self, line: Line) -> None:
        """Take in one line."""
        self.seq = line["seq"]
        self.lived_us, self.at_us = self.at_us, instant(line["at"])
        said = line["t_s"]
        self.said_t_us = None if said is None else to_micros(said)
        handler = getattr(self, f"_{line['event']}", None)
        name = line["cue"] or ""
        cue = self.cues.get(name)
        word = None if cue is None else cue.word
        if handler is not None:
            handler(line, cue)
        if cue is not None and self.cues[name].word != word:
            self.moved[name] = self.seq

    def _run_started(self, _line: Line, _cue: None) -> None:
        for cue in self.cues.values():
            cue.entered_us = self.at_us

    def _recovered(self, _line: Line, _cue: None) -> None:
        for stage in self.stages.values():
            stage.connected = False
            stage.live_us = None
        for output in self.outputs.values():
            if output.moving and output.moves:
                output.moves[-1][1] = self.lived_us
            output.moving = output.moved_us = None
        for key in self.keys.values():
            if key.last in ("intent", "sent"):
                key.last = "unknown"

    lived_us: Micros = 0
    """The last instant of the process that died."""

    def _t0_set(self, line: Line, _cue: None) -> None:
        self.zero_us = instant(line["zero"])
        if self.show == "scheduled":
            self.show = "counting"

    def _standby(self, line: Line, _cue: Any) -> None:
        self.standby[line["role"]] = (line["cue"], self.seq)

    def _amend_asked(self, line: Line, _cue: None) -> None:
        self.amend_asked[line["digest"]] = (line["by"], self.at_us)

    def _hold_timed(self, line: Line, _cue: None) -> None:
        self.hold_seqs[line["name"]] = self.seq

    def _hold_opened(self, line: Line, _cue: None) -> None:
        since_us = instant(line["since"])
        self.holds[line["name"]] = since_us
        self.hold_seqs[line["name"]] = self.seq
        if self.stopped_us is None:
            self.stopped_us = since_us
        self.show = "holding"

    def _hold_released(self, line: Line, _cue: None) -> None:
        del self.holds[line["name"]]
        if not self.holds:
            assert self.stopped_us is not None
            self.stops.append((self.stopped_us, instant(line["ended"])))
            self.stopped_us = None
            self.show = "scheduled" if self.zero_us is None else "counting"

    def _recycled(self, line: Line, _cue: None) -> None:
        if self.stopped_us is not None:
            self.stops.append((self.stopped_us, self.at_us))
        self.jumps.append((self.at_us, to_micros(line["back_s"])))
        self.stopped_us = self.at_us
        self.holds = {"recycle": self.at_us}
        self.hold_seqs = {"recycle": self.seq}
        self.show = "holding"
        to_us = to_micros(line["to_s"])
        self.cuts = {
            place: [cut for cut in cuts if cut[1] is not None and cut[1] < to_us]
            for place, cuts in self.cuts.items()
        }
        for embargo, lift in line["unlatched"]:
            self.latched.get(embargo, {}).pop(lift, None)
            self.began.pop((embargo, lift), None)
        kept = {(name, slot) for name, slot in line["kept"]}
        for name in (*line["cues"], *line["idle"]):
            before = self.cues[name]
            self.cues[name] = CueFacts(
                "idle" if name in line["idle"] else "pending",
                None,
                entered_us=self.at_us,
                take=before.take + 1,
                retaken=True,
                film=before.film,
                slots={s: w for s, w in before.slots.items() if (name, s) in kept},
            )
            self.moved[name] = self.seq
        for name in line["again"]:
            self.cues[name].word = "running"
            self.cues[name].outcome = self.cues[name].ended_us = None

    def _amended(self, line: Line, _cue: None) -> None:
        old, new = self.runbook, self.offered[line["digest"]]
        kept, running = set(line["kept"]), set(line["procedures_kept"])
        was = {cue.id: cue for cue in old.cues}
        cues = [was[c.id] if c.id in kept and c.id in was else c for c in new.cues]
        known = {cue.id for cue in cues}
        cues += [cue for cue in old.cues if cue.id not in known]
        procedures = {
            name: old.procedures[name] if name in running else one
            for name, one in new.procedures.items()
        }
        values = {"cues": tuple(cues), "procedures": procedures}
        self.runbook = new.model_copy(update=values)
        for name in line["dropped"]:
            del self.cues[name]
        self._know_all()
        for name in line["closed"]:
            self.latched.pop(name, None)
            self.began = {k: v for k, v in self.began.items() if k[0] != name}
        for name in (*line["changed"], *line["dropped"]):
            self.conditions.pop(f"cue:{name}", None)

    def _closing(self, line: Line, _cue: None) -> None:
        self.show = "closing"
        if self.stopped_us is not None:
            self.stops.append((self.stopped_us, self.at_us))
            self.stopped_us = None
        self.holds.clear()
        for name in line["skipped"]:
            self._over(self.cues[name], "skipped")
        self._hush(line["silenced"])

    def _show_ended(self, line: Line, _cue: None) -> None:
        self.show = line["state"]

    def _condition_changed(self, line: Line, _cue: None) -> None:
        self.conditions[line["owner"]] = (line["value"], instant(line["since"]))

    def _procedure_ended(self, line: Line, _cue: None) -> None:
        self.procedures_running.discard(line["procedure"])

    def _procedure_started(self, line: Line, _cue: None) -> None:
        self.procedures_running.add(line["procedure"])
        for name in line["cues"]:
            before = self.cues[name]
            self.cues[name] = CueFacts(
                "pending",
                line["procedure"],
                entered_us=self.at_us,
                procedure_take=before.procedure_take + 1,
                take=before.take,
            )
            self.conditions.pop(f"cue:{name}", None)

    # --- both halves ---------------------------------------------------------------

    def _chosen(self, line: Line, cue: CueFacts) -> None:
        super()._chosen(line, cue)
        for name in line["cues"]:
            self.conditions.pop(f"cue:{name}", None)

    def _intent(self, line: Line, _cue: CueFacts) -> None:
        key = self.key(line["key"])
        key.attempt, key.last = line["attempt"], "intent"
        self._attempt(line)

    def _commanded(self, line: Line, cue: CueFacts | None) -> None:
        self._attempt(line)
        if cue is not None and line["kind"] == "media":
            cue.film = FilmFacts()

    def _attempt_ended(self, line: Line, cue: CueFacts | None) -> None:
        super()._attempt_ended(line, cue)
        if line["answer"] != "ok":
            return
        if cue is not None:
            action, _ = self.action(line["cue"], line["slot"])
            if isinstance(action, Scene):
                self._brought(action)
        elif line["slot"].startswith("follow/"):  # by a stage that follows
            _, stage, name, place = line["slot"].split("/", 3)
            action = self.action(name, place)[0] if name in self.cue else None
            if isinstance(action, Scene):
                self._brought(action.model_copy(update={"stage": stage}))
