"""Invariants 6, 7, 14 and 15: what may leave, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import Seen
from launchctl.show.commands import Command
from launchctl.times import MINUTE, Micros
from tests.simulation import reading_gates as reading
from tests.simulation.facts import Facts
from tests.simulation.facts_cues import GOOD, instant
from tests.simulation.rule import (
    Invariant,
)
from tests.simulation.trace import Line, Sent

BEGUN = ("running", "done", "failed", "in_doubt")


KEYED = frozenset({"bluesky", "mastodon"})
"""Networks that know our key: a second send of it makes no second post."""


class SentOnce(Invariant):
    """SEMANTICS 9.6: per once key at most one ok; an intent of this very process before
    each send; nothing after unknown, or another process's open intent, without key or
    proof; a certain no is tried again within fired + ``within`` alone.
    """

    number = 6

    def __init__(self) -> None:
        self._mine: set[tuple[str, int]] = set()
        self._out: set[tuple[str, int]] = set()

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A second ok, or an intent that must not be."""
        if line["event"] == "intent":
            self._mine.add((line["key"], line["attempt"]))
            yield from self._intent(facts, line)
        ok = line.get("answer") == "ok" or line.get("sight") == "found"
        if ok and self._is_once(facts, line) and facts.key(line["key"]).oks:
            yield f"{line['key']} is ok twice"

    def _is_once(self, facts: Facts, line: Line) -> bool:
        if line["cue"] is None:
            return False
        action, _ = facts.action(line["cue"], line["slot"])
        return action.effect is act.Effect.ONCE

    def _intent(self, facts: Facts, line: Line) -> Iterator[str]:
        key, cue = facts.key(line["key"]), facts.cues[line["cue"]]
        right = f"/{cue.procedure_take}/{line['cue']}/{line['slot']}"
        if not line["key"].endswith(right) or line["attempt"] != key.attempt + 1:
            yield f"{line['key']} is not the key of attempt {key.attempt + 1}"
        fired = cue.released_seq > 0 and cue.how == "fire"
        anew = fired and key.attempt > 0 and cue.fired_us == facts.at_us
        action, account = facts.action(line["cue"], line["slot"])
        if key.last in ("intent", "sent", "unknown", "ok"):
            yield f"{line['key']} is sent again after {key.last}"
        if key.last.startswith("read ") and not self._may(facts, key, action, account):
            superseded = key.last == "read older" and anew
            if not superseded:
                yield f"{line['key']} is sent again after {key.last}"
        if key.attempt and not anew:
            yield from self._in_time(facts, line)

    def _may(self, facts: Facts, key: Any, action: Any, account: str | None) -> bool:
        """The far end refuses a second one: by our key, by its word, or by proof."""
        if isinstance(action, act.Http):
            return action.http.again == "safe" and key.last != "read older"
        if isinstance(action, act.Post) and key.last == "read absent":
            owner = facts.runbook.accounts[account or ""]
            return owner.doubt == "resend" or owner.network in KEYED
        # a stream is read: what it is not, it may be told again by a person
        return isinstance(action, act.Stream) and key.last == "read absent"

    def _in_time(self, facts: Facts, line: Line) -> Iterator[str]:
        name, at_us = line["cue"], instant(line["at"])
        late, fired_us = facts.cue[name].late, facts.cues[name].fired_us
        within_us = late.within_us if late and late.within_us is not None else None
        span_us = 2 * MINUTE if within_us is None else within_us
        spent_us = facts.clock(name, at_us) - facts.clock(name, fired_us or 0)
        if spent_us > span_us:
            yield f"{line['key']} is tried again {spent_us} us after it fired"

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """A send without its own intent, or the same attempt twice."""
        command = sent.command
        if command.effect != act.Effect.ONCE:
            return
        attempt = (command.key, command.attempt)
        if attempt not in self._mine:
            yield f"{attempt} left without an intent of this process"
        if attempt in self._out:
            yield f"{attempt} left twice"
        if facts.key(command.key).last != "intent":
            yield f"{attempt} left, but its key is {facts.key(command.key).last}"
        self._out.add(attempt)

    def crash(self, facts: Facts) -> None:
        """Another process begins: no intent is its own."""
        self._mine.clear()


class GatesOpen(Invariant):
    """SEMANTICS 9.7: none fires with a closed gate; nothing guarded leaves under a
    closed embargo by any path, nothing unapproved, nothing silenced.
    """

    number = 7

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A firing at a closed gate, or a lift that did not hold."""
        at_us = instant(line["at"])
        if line["event"] == "fired":
            for why in reading.closed(facts, line["cue"], at_us):
                yield f"{line['cue']} fired: {why}"
        if line["event"] == "passed":
            yield from self._passed(facts, line["cue"])
        if line["event"] == "embargo_latched":
            yield from self._lift(facts, line, at_us)
        if line["event"] == "amended":
            yield from self._amended(facts, line, at_us)

    def _passed(self, facts: Facts, name: str) -> Iterator[str]:
        """Without its gates only what a recycle left nothing of passes."""
        cue, slots = facts.cues[name], facts.slots(name)
        ended = all(cue.slots.get(slot) in GOOD for slot, _, _ in slots)
        if not cue.retaken or not slots or not ended:
            yield f"{name} passed, but something of it was left to run"

    def _lift(self, facts: Facts, line: Line, at_us: Micros) -> Iterator[str]:
        lift = facts.runbook.embargoes[line["embargo"]].lifts[line["lift"]]
        name = f"lift {line['lift']} of {line['embargo']}"
        if lift.at_us is not None:
            if at_us + facts.skew_us < lift.at_us:
                yield f"{name} latched before its instant"
            return
        gate = lift.gate
        picture = facts.runbook.picture_of(gate)
        if gate is None or hasattr(gate, "roles"):
            return
        if picture is None:
            if not reading.gate_open(facts, gate, "", at_us):
                yield f"{name} latched, but its gate is closed"
            return
        scene, stage = picture
        cuts = facts.cuts.get((stage, scene), [])
        if not cuts:
            yield f"{name} latched, but no cue and no hand brought {scene}"
        elif isinstance(gate, Seen) and not any(
            reading.delayed(facts, gate.output, cut_us, at_us) for cut_us, _ in cuts
        ):
            yield f"{name} latched before viewers saw {scene}"

    def _amended(self, facts: Facts, line: Line, at_us: Micros) -> Iterator[str]:
        """What an embargo covers, or when it lifts, takes two persons to change."""
        old, new = facts.runbook, facts.offered[line["digest"]]
        was = {cue.id: cue for cue in old.cues}
        changed = old.embargoes != new.embargoes or any(
            cue.id in was and reading.guarded_as(cue) != reading.guarded_as(was[cue.id])
            for cue in new.cues
        )
        asked = facts.amend_asked.get(line["digest"])
        second = asked is not None and asked[0] != line["by"]
        young = asked is not None and at_us - asked[1] <= 5 * MINUTE
        if changed and not (second and young):
            yield "an embargo was amended by one person alone"
        for name in line["changed"]:
            cue = facts.cues.get(name)
            if cue is None or cue.word not in BEGUN:
                continue
            # what a procedure did in a run that is over, the next does anew
            if cue.procedure is None or cue.procedure in facts.procedures_running:
                yield f"{name} has begun, and took another text"

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """A guarded or silenced thing that left."""
        command = sent.command
        if command.effect != act.Effect.ONCE or not command.cue:
            return
        action, account = facts.action(command.cue, slot_of(command))
        why = reading.barred(facts, command.cue, action, account, sent.at_us)
        if why is not None:
            yield f"{command.key} left: {why}"
        if isinstance(action, act.Post) and facts.silenced(account):
            despite = action.post.despite_silence
            if not (despite and facts.cues[command.cue].procedure is not None):
                yield f"{command.key} left while {account} was silenced"


class GatedAnew(Invariant):
    """SEMANTICS 9.14: what came due under silence does not leave by itself, not even
    after the silence; nor what a silence found waiting or being tried again.
    """

    number = 14

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """A post that a silence lay over since its due."""
        command = sent.command
        if not command.cue or command.effect != act.Effect.ONCE:
            return
        slot = slot_of(command)
        action, account = facts.action(command.cue, slot)
        if not isinstance(action, act.Post):
            return
        cue = facts.cues[command.cue]
        if (command.cue, slot) in facts.retired:
            yield f"{command.key} left, though it was retired"
        if cue.how != "fire":
            owner = facts.runbook.accounts[account or ""]
            if owner.by_hand == "ask":
                yield f"{command.key} left, and nobody asked {account}"
            if (command.cue, account) in facts.hand_posts:
                yield f"{command.key} left, though {account} posted by hand"
        if action.post.despite_silence and cue.procedure is not None:
            return
        since_us = cue.due_us if cue.released_us is None else cue.released_us
        for _, to_us in facts.silences.get(account or "", []):
            if to_us is None or (since_us is not None and since_us < to_us):
                yield f"{command.key} left, though a silence lay over it"


class HumanCuts(Invariant):
    """SEMANTICS 9.15: no retry, re-assertion or recovery undoes a human cut: only a
    firing after it, or ``safe:``, may.
    """

    number = 15

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """A stage command against a hand."""
        command = sent.command
        kind, _, name = command.target.partition(":")
        if kind != "stage" or command.key.split("/")[1] in ("safe", "do", "jump"):
            return  # what a person asked for just now, or an abort
        what, value = wanted(command)
        hand = facts.stages[name].by_hand.get(what)
        if hand is None or hand[1] == value:
            return
        fired_seq = facts.cues[command.cue].fired_seq if command.cue else 0
        if fired_seq < hand[0]:
            yield f"{command.key} sets {what} to {value}, a person set {hand[1]}"


def slot_of(command: Command) -> str:
    """The place of a cue's action, as its key ends: run, take, cue, slot."""
    return command.key.split("/", 3)[3]


def wanted(command: Command) -> tuple[str, Any]:
    """The field of a stage that a command sets, and its value."""
    match command.action:
        case act.Scene(scene=scene):
            return "program", scene
        case act.PlayMedia(media=media):
            return "program", media.scene
        case act.LowerThird(lower_third=third):
            place = f"{command.content.get('scene')}/{third.source}"
            return f"lower_third:{place}", command.content.get("text")
        case act.SetText(text=text):
            return f"text:{text.source}", command.content.get("text")
        case act.Visible(visible=visible):
            scene = visible.scene or command.content.get("scene")
            return f"visible:{scene}/{visible.source}", visible.show
        case act.Audio(audio=audio):
            return f"audio:{audio.input}", audio.open
        case act.Stream(stream=word):
            return "stream", word
        case act.Record(record=word):
            return "record", word
        case _:
            return "transition", None
