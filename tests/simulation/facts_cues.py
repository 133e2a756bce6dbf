"""The checkers' fold of cues and their actions (SEMANTICS 3, 4 and 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import Cue, Runbook
from launchctl.times import Micros
from launchctl.times import parse_instant as _parse_instant
from tests.simulation.trace import Line

instant = lru_cache(4096)(_parse_instant)
"""An instant as it stands in a line."""

GOOD = ("ok", "ignored")


@dataclass(slots=True)
class FilmFacts:
    """How the present playing of a cue's film stands."""

    word: str = "playing"
    """playing, ended (really), or interrupted."""
    start_us: Micros | None = None
    end_us: Micros | None = None


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
    fired_t_us: Micros | None = None
    before_us: Micros | None = None
    """When it fired before that: what was confirmed since then counts."""
    fired_seq: int = 0
    take: int = 0
    retaken: bool = False
    """A recycle counted its next take already."""
    own_firings: int = 0
    """Firings since it last became pending, but those by ``fire``."""
    outcome: str | None = None
    ended_us: Micros | None = None
    manual: bool = False
    film: FilmFacts | None = None
    slots: dict[str, str] = field(default_factory=dict)
    """slot -> how its action ended."""
    chosen: str | None = None
    overrides: dict[str, Line] = field(default_factory=dict)
    """gate -> the line that overrode it, for its ``take``."""
    asked: dict[str, Line] = field(default_factory=dict)
    """gate -> the line that asked for a second person."""

    @property
    def next_take(self) -> int:
        """The take of its next firing."""
        return self.take if self.retaken else self.take + 1


@dataclass(slots=True)
class KeyFacts:
    """One action key: its attempts, and what became of the last."""

    attempt: int = 0
    last: str = ""
    """intent, sent, ok, no (a certain one), unknown, may (sent again is safe)."""
    oks: int = 0


class CueFold:
    """What lines say of cues; the other half of ``Facts``."""

    runbook: Runbook
    seq: int
    at_us: Micros
    cue: dict[str, Cue]
    cues: dict[str, CueFacts]
    keys: dict[str, KeyFacts]
    late_us: Micros | None

    def key(self, key: str) -> KeyFacts:
        """What is known of an action's key."""
        return self.keys.setdefault(key, KeyFacts())

    def action(self, cue: str, slot: str) -> tuple[Any, str | None]:
        """An action by its slot, and the account it speaks for."""
        place, _, part = slot.partition("/")
        index, _, member = place.partition("@")
        action = self.cue[cue].do[int(index)]
        posts = act.posts_in(action)
        if not posts:
            return action, None
        post = posts[int(part) - 1] if part else posts[0]
        return post, member or post.post.account

    def slots(self, cue: str) -> list[tuple[str, Any, str | None]]:
        """(slot, action, account) of every action of a cue."""
        found: list[tuple[str, Any, str | None]] = []
        for index, action in enumerate(self.cue[cue].do):
            posts = act.posts_in(action)
            if not posts:
                found.append((str(index), action, None))
                continue
            name = posts[0].post.account
            group = self.runbook.groups.get(name)
            for account in group or (name,):
                place = str(index) if group is None else f"{index}@{account}"
                if isinstance(action, act.Thread):
                    found += [
                        (f"{place}/{n}", post, account)
                        for n, post in enumerate(posts, 1)
                    ]
                else:
                    found.append((place, action, account))
        return found

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
        cue.due_us = instant(line["due"])
        cue.outcome = cue.ended_us = None
        cue.released_us = None
        if cue.how != "triggers":
            cue.released_seq, cue.released_us = self.seq, self.at_us

    def _cue_held(self, line: Line, cue: CueFacts) -> None:
        if cue.word == "running":  # a poll without all go: it asks again
            cue.own_firings = 0
        cue.word = "held"
        if line["due"] is not None:
            cue.due_us, cue.how = instant(line["due"]), "triggers"

    def _cue_freed(self, _line: Line, cue: CueFacts) -> None:
        cue.word, cue.released_us = "waiting", self.at_us

    def _cue_parked(self, line: Line, cue: CueFacts) -> None:
        cue.word = "parked"
        if line["due"] is not None:
            cue.due_us = instant(line["due"])

    def _cue_skipped(self, line: Line, cue: CueFacts) -> None:
        self._over(cue, "skipped")
        if line["due"] is not None:
            cue.due_us = instant(line["due"])

    def _took(self, line: Line, cue: CueFacts) -> None:
        cue.before_us, cue.fired_us = cue.fired_us, self.at_us
        cue.fired_t_us = self.said_t_us
        cue.fired_seq = self.seq
        cue.take, cue.retaken = line["take"], False

    said_t_us: Micros | None = None
    """T as the present line says it."""

    def _fired(self, line: Line, cue: CueFacts) -> None:
        cue.word = "running"
        self._took(line, cue)
        cue.own_firings += cue.how != "fire"
        cue.slots = {slot: cue.slots.get(slot, "") for slot in line["kept"]}
        cue.ended_us = None
        if line["late_by_s"] >= 1:
            self.late_us = self.at_us

    def _passed(self, line: Line, cue: CueFacts) -> None:
        cue.due_us = instant(line["due"])
        self._took(line, cue)
        cue.own_firings += line["by"] is None
        self._over(cue, "done")

    def _cue_ended(self, line: Line, cue: CueFacts) -> None:
        self._over(cue, line["state"])

    def _cue_rearmed(self, _line: Line, cue: CueFacts) -> None:
        cue.word, cue.entered_us, cue.own_firings = "pending", self.at_us, 0
        cue.due_us = None
        cue.slots = {}

    def _cue_adopted(self, line: Line, cue: CueFacts) -> None:
        for slot in line["slots"]:
            cue.slots[slot] = "ok"
        self._over(cue, "done")

    def _cue_manual(self, line: Line, cue: CueFacts) -> None:
        cue.manual = line["manual"]

    # --- what asks ----------------------------------------------------------------

    def _cue_asked(self, line: Line, cue: CueFacts) -> None:
        cue.chosen = None
        for name in line["idle"]:
            before = self.cues[name]
            self.cues[name] = CueFacts("idle", before.procedure, take=before.take)

    def _chosen(self, line: Line, cue: CueFacts) -> None:
        cue.chosen = line["option"]
        for name in line["cues"]:
            self.cues[name].word = "pending"
            self.cues[name].entered_us = self.at_us
        for name in line["not_taken"]:
            self.cues[name].word = "not_taken"

    # --- permits ------------------------------------------------------------------

    def _override_asked(self, line: Line, cue: CueFacts) -> None:
        cue.asked[line["gate"]] = line

    def _overridden(self, line: Line, cue: CueFacts) -> None:
        cue.overrides[line["gate"]] = line

    # --- attempts -----------------------------------------------------------------

    def _attempt_ended(self, line: Line, cue: CueFacts | None) -> None:
        key = self.key(line["key"])
        answer = line["answer"]
        key.last = {"ok": "ok", "unknown": "unknown"}.get(answer, "no")
        key.oks += answer == "ok"
        if cue is None:
            return
        cue.slots[line["slot"]] = line["became"]
        if cue.film is not None and self._is_film(line):
            ended = line["became"] == "ok"
            cue.film.word = "ended" if ended else "interrupted"
            said = line["confirmed"]
            cue.film.end_us = instant(said) if said else self.at_us

    def _is_film(self, line: Line) -> bool:
        return isinstance(self.action(line["cue"], line["slot"])[0], act.PlayMedia)

    def _action_ended(self, line: Line, cue: CueFacts | None) -> None:
        if cue is None:
            return
        cue.slots[line["slot"]] = line["became"]
        if cue.film is not None and self._is_film(line):
            cue.film.word = "interrupted"

    def _film_seen(self, line: Line, cue: CueFacts) -> None:
        assert cue.film is not None
        cue.film.start_us = instant(line["start"]) if line["start"] else None

    def _settled(self, line: Line, cue: CueFacts) -> None:
        key = self.key(line["key"])
        found = line["sight"] == "found"
        key.oks += found
        key.last = "ok" if found else f"read {line['sight']}"
        cue.slots[line["slot"]] = line["became"]

    def _settled_by_hand(self, line: Line, cue: CueFacts) -> None:
        cue.slots[line["slot"]] = line["became"]
        for name, key in self.keys.items():
            if name.split("/", 3)[2:] == [line["cue"], line["slot"]]:
                key.last = "ok" if line["became"] == "ok" else "no"
