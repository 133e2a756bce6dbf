"""The checkers' fold of what is outside: stages, outputs, embargoes, consents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import Runbook
from launchctl.times import Micros
from launchctl.times import micros as to_micros
from tests.simulation.facts_cues import CueFacts, instant
from tests.simulation.trace import Line

Span = tuple[Micros, Micros | None]


@dataclass(slots=True)
class StageFacts:
    """One stage: what is on program, and when a scene was there."""

    connected: bool = False
    program: str | None = None
    streaming: bool | None = None
    reconnecting: bool | None = None
    live_us: Micros | None = None
    """Since when it has streamed without a break."""
    on: dict[str, list[list[Micros]]] = field(default_factory=dict)
    """scene -> spans in which it was known to be on program."""
    by_hand: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """Field -> (seq, value) of a person's change that no later firing overruled."""
    wants_stream: bool = False

    def there(self, scene: str, at_us: Micros) -> None:
        """The scene is on program now; it may have been before."""
        if self.program == scene and self.on.get(scene):
            self.on[scene][-1][1] = at_us
        else:
            self.on.setdefault(scene, []).append([at_us, at_us])


@dataclass(slots=True)
class OutputFacts:
    """One output: since when its edge stands or moves, and how late it is."""

    moving: bool | None = None
    moved_us: Micros | None = None
    moves: list[list[Micros]] = field(default_factory=list)
    """Spans in which it moved; the last grows while it does."""
    delay_us: Micros = 0


class WorldFold:
    """What lines say of the world; the other half of ``Facts``."""

    runbook: Runbook
    seq: int
    at_us: Micros
    said_t_us: Micros | None
    skew_us: Micros
    silences: dict[str, list[Span]]
    latched: dict[str, dict[int, Micros | None]]
    began: dict[tuple[str, int], Micros]
    cuts: dict[tuple[str, str], list[tuple[Micros, Micros | None]]]
    approvals: dict[tuple[str, str], Micros | None]
    figures: dict[str, int]
    orders: dict[str, Any]
    complete_us: Micros | None
    confirmed: dict[str, list[Line]]
    pages: dict[str, Micros]
    retired: set[tuple[str, str]]
    hand_posts: dict[tuple[str, str], int]
    stages: dict[str, StageFacts]
    outputs: dict[str, OutputFacts]

    def silenced(self, account: str | None) -> bool:
        """True while the account is silenced."""
        spans = self.silences.get(account or "", [])
        return bool(spans) and spans[-1][1] is None

    def _clock_stepped(self, line: Line, _cue: None) -> None:
        self.skew_us = to_micros(line["skew_s"])

    # --- people's consents --------------------------------------------------------

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
        until_us = None if expires is None else instant(expires)
        self.approvals[line["digest"], line["role"]] = until_us

    def _revoked(self, line: Line, _cue: None) -> None:
        for role in line["roles"]:
            self.approvals.pop((line["digest"], role), None)

    def _confirmed(self, line: Line, _cue: None) -> None:
        about = line["what"] or f"cue {line['cue']}"
        self.confirmed.setdefault(about, []).append(line)

    def _url_seen(self, line: Line, _cue: None) -> None:
        if line["ok"]:
            self.pages[line["url"]] = self.at_us

    def _retired(self, line: Line, _cue: None) -> None:
        self.retired.update((cue, slot) for cue, slot in line["slots"])

    def _post_by_hand(self, line: Line, cue: CueFacts | None) -> None:
        if cue is not None:
            self.hand_posts[line["cue"], line["account"]] = self.seq

    # --- embargoes, figures, orders -----------------------------------------------

    def _embargo_begun(self, line: Line, _cue: None) -> None:
        self.began[line["embargo"], line["lift"]] = self.at_us

    def _embargo_latched(self, line: Line, _cue: None) -> None:
        self.latched.setdefault(line["embargo"], {})[line["lift"]] = self.said_t_us

    def _figure_taken(self, line: Line, _cue: None) -> None:
        self.figures[line["figure"]] = line["value"]

    def _orders_seen(self, line: Line, _cue: None) -> None:
        self.orders = line["values"]
        complete = line["complete"]
        self.complete_us = None if complete is None else instant(complete)

    # --- stages -------------------------------------------------------------------

    def _attempt(self, line: Line) -> None:
        if line["wanted"] is None:
            return
        stage = self.stages[line["target"].removeprefix("stage:")]
        what, value = line["wanted"]
        if not line["slot"].startswith("again/"):
            stage.by_hand.pop(what, None)
            if what.startswith("lower_third:"):  # it shows, and later hides, its source
                shown = "visible:" + what.removeprefix("lower_third:")
                stage.by_hand.pop(shown, None)
        if what == "stream":
            stage.wants_stream = value == "start"

    def _brought(self, action: act.Scene) -> None:
        """A cue's own scene action ended ok: it lifts, and the scene is there."""
        name = action.stage or self.runbook.first_stage or ""
        self.cuts.setdefault((name, action.scene), []).append(
            (self.at_us, self.said_t_us)
        )
        self.stages[name].there(action.scene, self.at_us)

    def _stage_seen(self, line: Line, _cue: None) -> None:
        stage = self.stages[line["stage"]]
        program = line["program"] if line["connected"] else None
        if stage.program is not None:  # there until now
            stage.there(stage.program, self.at_us)
        if program is not None:
            stage.there(program, self.at_us)
        stage.connected, stage.program = line["connected"], program
        stage.streaming, stage.reconnecting = line["streaming"], line["reconnecting"]
        live = stage.connected and stage.streaming and not stage.reconnecting
        if not live:
            stage.live_us = None
        elif stage.live_us is None:
            stage.live_us = self.at_us

    def _by_hand_change(self, line: Line, _cue: None) -> None:
        stage, value = self.stages[line["stage"]], line["value"]
        stage.by_hand[line["what"]] = (self.seq, value)
        if line["what"] == "stream":
            stage.wants_stream = value == "start"
        if line["what"] == "program":
            if stage.program is not None:
                stage.there(stage.program, self.at_us)
            stage.there(value, self.at_us)
            stage.program = value
            if self.said_t_us is not None and self.said_t_us >= 0:
                place = (line["stage"], value)
                self.cuts.setdefault(place, []).append((self.at_us, self.said_t_us))

    def _output_seen(self, line: Line, _cue: None) -> None:
        output = self.outputs[line["output"]]
        if output.moving and output.moves:
            output.moves[-1][1] = self.at_us
        if line["moving"] and not output.moving:
            output.moves.append([self.at_us, self.at_us])
        output.moving = line["moving"]
        output.moved_us = instant(line["moved"]) if line["moved"] else None
        if line["delay_s"] is not None:
            output.delay_us = to_micros(line["delay_s"])
