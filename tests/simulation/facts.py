"""What a journal says, read line by line, by the document alone.

This is a second, plain reading of SEMANTICS 1 to 6, written to disagree with the engine
where the engine is wrong: it takes nothing from ``launchctl.show`` but types.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import Cue, Runbook
from launchctl.times import Micros, micros, parse_instant
from tests.simulation.trace import Line

Span = tuple[Micros, Micros | None]


@dataclass(slots=True)
class CueFacts:
    """One cue, as far as its lines tell."""

    word: str
    procedure: str | None
    entered_us: Micros = 0
    procedure_take: int = 0
    due_us: Micros | None = None
    released_us: Micros | None = None
    """When a person let it go on: by GO, ``fire``, or the release of its hold."""
    how: str = ""
    released_seq: int = 0
    fired_us: Micros | None = None
    fired_seq: int = 0
    takes: list[int] = field(default_factory=list)
    own_firings: int = 0
    """Firings since it last became pending, but those by ``fire``."""
    outcome: str | None = None
    ended_us: Micros | None = None


@dataclass(slots=True)
class StageFacts:
    """One stage: what is on program, and when a scene was last known there."""

    connected: bool = False
    program: str | None = None
    streaming: bool | None = None
    reconnecting: bool | None = None
    last_on: dict[str, Micros] = field(default_factory=dict)
    by_hand: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """Field -> (seq, value) of a person's change that no later firing overruled."""
    wants_stream: bool = False


@dataclass(slots=True)
class KeyFacts:
    """One action key: its attempts, and what became of the last."""

    attempt: int = 0
    last: str = ""
    """intent, sent, ok, no (a certain one), unknown, may (sent again is safe)."""
    oks: int = 0
    by_person: bool = False


class Facts:
    """The fold of the checker."""

    def __init__(self, runbook: Runbook) -> None:
        self.runbook = runbook
        self.seq = 0
        self.at_us: Micros = 0
        self.show = "scheduled"
        self.zero_us: Micros | None = None
        self.skew_us: Micros = 0
        self.holds: dict[str, Micros] = {}
        self.stopped_us: Micros | None = None
        self.stops: list[tuple[Micros, Micros]] = []
        self.silences: dict[str, list[Span]] = {}
        self.latched: dict[str, set[int]] = {}
        self.approvals: dict[tuple[str, str], Micros | None] = {}
        self.figures: dict[str, int] = {}
        self.orders: dict[str, Any] = {}
        self.complete_us: Micros | None = None
        self.conditions: dict[str, tuple[bool | None, Micros]] = {}
        self.keys: dict[str, KeyFacts] = {}
        self.late_us: Micros | None = None
        """The last firing that was a second or more late."""
        self.scene_oks: set[tuple[str, str]] = set()
        """(stage, scene) that a cue's own scene action brought on program."""
        self.hand_cuts: set[tuple[str, str]] = set()
        self.stages = {name: StageFacts() for name in runbook.stages}
        self.cue: dict[str, Cue] = {}
        self.cues: dict[str, CueFacts] = {}
        for cue in runbook.cues:
            self._know(cue, None)
        for name, procedure in runbook.procedures.items():
            for cue in procedure.cues:
                self._know(cue, name)

    def _know(self, cue: Cue, procedure: str | None) -> None:
        self.cue[cue.id] = cue
        word = "pending" if procedure is None else "idle"
        self.cues[cue.id] = CueFacts(word, procedure)

    # --- clocks (SEMANTICS 1) -----------------------------------------------------

    def r(self, n_us: Micros) -> Micros:
        """N minus all time under hold."""
        stops = list(self.stops)
        if self.stopped_us is not None:
            stops.append((self.stopped_us, max(n_us, self.stopped_us)))
        stood_us = sum(
            min(to_us, n_us) - from_us for from_us, to_us in stops if from_us < n_us
        )
        return n_us - stood_us

    def t(self, n_us: Micros) -> Micros | None:
        """T, or None before T-0 is set."""
        return None if self.zero_us is None else self.r(n_us) - self.zero_us

    def on_n(self, name: str) -> bool:
        """True if the cue's clock is N: pinned, or in a procedure."""
        return self.cue[name].pinned or self.cues[name].procedure is not None

    def clock(self, name: str, n_us: Micros) -> Micros:
        """An instant of N on the cue's own clock."""
        return n_us if self.on_n(name) else self.r(n_us)

    def silenced(self, account: str | None) -> bool:
        """True while the account is silenced."""
        spans = self.silences.get(account or "", [])
        return bool(spans) and spans[-1][1] is None

    def action(self, cue: str, slot: str) -> tuple[act.AnyAction, str | None]:
        """An action by its slot, and the account it speaks for."""
        index, _, member = slot.partition("@")
        action = self.cue[cue].do[int(index)]
        own = action.post.account if isinstance(action, act.Post) else None
        return action, member or own

    # --- the fold -----------------------------------------------------------------

    def fold(self, line: Line) -> None:
        """Take in one line."""
        self.seq = line["seq"]
        self.at_us = parse_instant(line["at"])
        handler = getattr(self, f"_{line['event']}", None)
        if handler is not None:
            handler(line, self.cues.get(line["cue"] or ""))

    def _run_started(self, _line: Line, _cue: None) -> None:
        for cue in self.cues.values():
            cue.entered_us = self.at_us

    def _recovered(self, _line: Line, _cue: None) -> None:
        for stage in self.stages.values():
            stage.connected = False
        for key in self.keys.values():
            if key.last in ("intent", "sent"):
                key.last = "unknown"

    def _t0_set(self, line: Line, _cue: None) -> None:
        self.zero_us = parse_instant(line["zero"])
        if self.show == "scheduled":
            self.show = "counting"

    def _clock_stepped(self, line: Line, _cue: None) -> None:
        self.skew_us = micros(line["skew_s"])

    def _hold_opened(self, line: Line, _cue: None) -> None:
        since_us = parse_instant(line["since"])
        self.holds[line["name"]] = since_us
        if self.stopped_us is None:
            self.stopped_us = since_us
        self.show = "holding"

    def _hold_released(self, line: Line, _cue: None) -> None:
        del self.holds[line["name"]]
        if not self.holds:
            assert self.stopped_us is not None
            self.stops.append((self.stopped_us, parse_instant(line["ended"])))
            self.stopped_us = None
            self.show = "scheduled" if self.zero_us is None else "counting"

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

    def _silenced(self, line: Line, _cue: None) -> None:
        self._hush(line["accounts"])

    def _hush(self, accounts: Iterable[str]) -> None:
        for account in accounts:
            if not self.silenced(account):
                self.silences.setdefault(account, []).append((self.at_us, None))

    def _unsilenced(self, line: Line, _cue: None) -> None:
        for account in line["accounts"]:
            if self.silenced(account):
                spans = self.silences[account]
                spans[-1] = (spans[-1][0], self.at_us)

    def _approved(self, line: Line, _cue: None) -> None:
        expires = line["expires"]
        until_us = None if expires is None else parse_instant(expires)
        self.approvals[line["digest"], line["role"]] = until_us

    def _revoked(self, line: Line, _cue: None) -> None:
        for role in line["roles"]:
            self.approvals.pop((line["digest"], role), None)

    def _embargo_latched(self, line: Line, _cue: None) -> None:
        self.latched.setdefault(line["embargo"], set()).add(line["lift"])

    def _figure_taken(self, line: Line, _cue: None) -> None:
        self.figures[line["figure"]] = line["value"]

    def _orders_seen(self, line: Line, _cue: None) -> None:
        self.orders = line["values"]
        complete = line["complete"]
        self.complete_us = None if complete is None else parse_instant(complete)

    def _condition_changed(self, line: Line, _cue: None) -> None:
        self.conditions[line["owner"]] = (line["value"], parse_instant(line["since"]))

    def _procedure_started(self, line: Line, _cue: None) -> None:
        for name in line["cues"]:
            before = self.cues[name]
            self.cues[name] = CueFacts(
                "pending",
                line["procedure"],
                entered_us=self.at_us,
                procedure_take=before.procedure_take + 1,
                takes=before.takes,
            )
            self.conditions.pop(f"cue:{name}", None)

    # --- cues ---------------------------------------------------------------------

    def _over(self, cue: CueFacts, word: str) -> None:
        cue.word = cue.outcome = word
        cue.ended_us = self.at_us

    def _cue_ready(self, _line: Line, cue: CueFacts) -> None:
        cue.word = "standby"

    def _cue_unready(self, _line: Line, cue: CueFacts) -> None:
        cue.word = "pending"

    def _cue_due(self, line: Line, cue: CueFacts) -> None:
        cue.word, cue.how = "waiting", line["how"]
        cue.due_us = parse_instant(line["due"])
        cue.outcome = cue.ended_us = None
        cue.released_us = None
        if cue.how != "triggers":
            cue.released_seq, cue.released_us = self.seq, self.at_us

    def _cue_held(self, line: Line, cue: CueFacts) -> None:
        cue.word = "held"
        if line["due"] is not None:
            cue.due_us, cue.how = parse_instant(line["due"]), "triggers"

    def _cue_freed(self, _line: Line, cue: CueFacts) -> None:
        cue.word, cue.released_us = "waiting", self.at_us

    def _cue_parked(self, _line: Line, cue: CueFacts) -> None:
        cue.word = "parked"

    def _cue_skipped(self, _line: Line, cue: CueFacts) -> None:
        self._over(cue, "skipped")

    def _fired(self, line: Line, cue: CueFacts) -> None:
        cue.word = "running"
        cue.fired_us, cue.fired_seq = self.at_us, self.seq
        cue.takes.append(line["take"])
        cue.own_firings += cue.how != "fire"
        if line["late_by_s"] >= 1:
            self.late_us = self.at_us

    def _cue_ended(self, line: Line, cue: CueFacts) -> None:
        self._over(cue, line["state"])

    def _cue_rearmed(self, _line: Line, cue: CueFacts) -> None:
        cue.word, cue.entered_us, cue.own_firings = "pending", self.at_us, 0
        cue.due_us = None

    def _cue_adopted(self, _line: Line, cue: CueFacts) -> None:
        self._over(cue, "done")

    # --- attempts -----------------------------------------------------------------

    def key(self, key: str) -> KeyFacts:
        """What is known of an action's key."""
        return self.keys.setdefault(key, KeyFacts())

    def _attempt(self, line: Line) -> None:
        if line["wanted"] is None:
            return
        stage = self.stages[line["target"].removeprefix("stage:")]
        what, value = line["wanted"]
        stage.by_hand.pop(what, None)
        if what == "stream":
            stage.wants_stream = value == "start"

    def _intent(self, line: Line, _cue: CueFacts) -> None:
        key = self.key(line["key"])
        key.attempt, key.last, key.by_person = line["attempt"], "intent", False
        self._attempt(line)

    def _commanded(self, line: Line, _cue: CueFacts) -> None:
        self._attempt(line)

    def _attempt_ended(self, line: Line, cue: CueFacts | None) -> None:
        key = self.key(line["key"])
        answer = line["answer"]
        key.last = {"ok": "ok", "unknown": "unknown"}.get(answer, "no")
        key.oks += answer == "ok"
        if answer != "ok" or cue is None:
            return
        action, _ = self.action(line["cue"], line["slot"])
        if isinstance(action, act.Scene):
            stage = action.stage or self.runbook.first_stage or ""
            self.scene_oks.add((stage, action.scene))
            self.stages[stage].last_on[action.scene] = self.at_us

    def _settled(self, line: Line, _cue: CueFacts) -> None:
        key = self.key(line["key"])
        found = line["sight"] == "found"
        key.oks += found
        key.last = "ok" if found else f"read {line['sight']}"

    def _settled_by_hand(self, line: Line, _cue: CueFacts) -> None:
        for name, key in self.keys.items():
            if name.split("/")[2:] == [line["cue"], line["slot"]]:
                key.last = "ok" if line["became"] == "ok" else "no"

    # --- stages -------------------------------------------------------------------

    def _stage_seen(self, line: Line, _cue: None) -> None:
        stage = self.stages[line["stage"]]
        if stage.program is not None and stage.program != line["program"]:
            stage.last_on[stage.program] = self.at_us
        stage.connected = line["connected"]
        stage.program = line["program"] if line["connected"] else None
        stage.streaming, stage.reconnecting = line["streaming"], line["reconnecting"]
        if stage.program is not None:
            stage.last_on[stage.program] = self.at_us

    def _by_hand_change(self, line: Line, _cue: None) -> None:
        stage = self.stages[line["stage"]]
        stage.by_hand[line["what"]] = (self.seq, line["value"])
        if line["what"] == "stream":
            stage.wants_stream = line["value"] == "start"
        if line["what"] == "program":
            if stage.program is not None:
                stage.last_on[stage.program] = self.at_us
            stage.program = line["value"]
            stage.last_on[line["value"]] = self.at_us
            if (self.t(self.at_us) or 0) >= 0 and self.zero_us is not None:
                self.hand_cuts.add((line["stage"], line["value"]))
