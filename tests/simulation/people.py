"""People who call the show: right, stale, too late, twice, and out of turn."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import ApprovedBy, Confirmed
from launchctl.show.inputs import Call, HealthSeen
from launchctl.show.tables import CueWord
from launchctl.times import SECOND, format_instant
from tests.simulation.book_changes import amended
from tests.simulation.draft import ACCOUNTS, NOTICE, SCENES, T0
from tests.simulation.world import World

EVERYBODY = frozenset({"caller", "comms", "legal", "deputy"})
CREW = ("ann", "bob", "cyd")
VERBS: tuple[tuple[str, float], ...] = (
    ("go", 9),
    ("hold", 4),
    ("resume", 7),
    ("recycle", 6),
    ("fire", 4),
    ("choose", 10),
    ("vote", 12),
    ("confirm", 6),
    ("override", 8),
    ("skip", 2),
    ("approve", 5),
    ("revoke", 1),
    ("silence", 1),
    ("unsilence", 2),
    ("settle", 6),
    ("adopt", 3),
    ("counter", 1),
    ("call", 2),
    ("do", 1.5),
    ("retime", 1.5),
    ("jump", 0.7),
    ("amend", 1.5),
    ("retire", 0.5),
    ("take-baton", 2),
    ("end", 0.2),
    ("abort", 0.15),
    ("post delete", 0.1),
    ("sing", 0.1),
)
"""verb -> weight: much of what moves T, little of what ends the show."""

DEEDS = (
    "{scene: Reveal}",
    "{scene: Wait, stage: side}",
    "{audio: {input: Mic, open: true}}",
    "{counter: open}",
    "{player: spare}",
    "{say: {to: stage, text: hello}}",
    "{record: start}",
    "{stream: start}",
    "{nonsense}",
)
HANDS: tuple[tuple[str, Any], ...] = (
    ("audio:Mic", True),
    ("audio:Mic", False),
    ("stream", "stop"),
    ("stream", "start"),
    ("text:Count", "by hand"),
    ("visible:Wait/Logo", False),
    ("visible:Reveal/Name", True),
    ("record", "stop"),
)


CONFIRMED = (CueWord.WAITING, CueWord.RUNNING)
"""A gate of a waiting cue, or a task of a running one, may want a person's word."""


class People:
    """Calls out of a source of chance, at a world's present state."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world, self.rng = world, rng
        self.given: list[Call] = []
        self._number = 0
        self._amendments = 0

    def call(self, verb: str | None = None) -> Call:
        """Some call; now and then one that was made before, under the same id."""
        rng = self.rng
        if self.given and rng.random() < 0.05:
            return rng.choice(self.given)
        if verb is None and self.half_done() and rng.random() < 0.85:
            again = self._shown() or self._second()
            if again is not None:
                return again
        if verb is None:
            verb = self._verb()
        if verb == "amend":
            self.pin()
        target = self._target(verb)
        args = self._looked_up(target) if verb == "settle" else self._args(verb)
        return self.make(verb, target, **args)

    def half_done(self) -> bool:
        """A list was shown, or a second person is waited for."""
        last = self.world.lines[-1] if self.world.lines else {}
        asked = last.get("event") in ("override_asked", "amend_asked")
        return asked or bool(last.get("digest") and last["event"] == "call_refused")

    def _verb(self) -> str:
        """Mostly something that the show may want, now and then anything."""
        verb = ""
        for _ in range(8):
            verb = self.rng.choices(*zip(*VERBS, strict=True))[0]
            if self._wanted(verb) or self.rng.random() < 0.05:
                break
        return verb

    def _wanted(self, verb: str) -> bool:
        state = self.world.engine.state
        match verb:
            case "go":
                return any(cue for cue, _ in state.standby.values())
            case "resume":
                return bool(state.holds)
            case "recycle" | "jump":
                return state.zero_r_us is not None
            case "choose" | "vote" | "settle" | "fire" | "override" | "adopt":
                return bool(self._fitting(verb))
            case "approve" | "revoke":
                return bool(self.unapproved())
            case "confirm":
                book = self.world.engine.runbook
                waits = [n for n, c in state.cues.items() if c.state in CONFIRMED]
                lifts = [each for e in book.embargoes.values() for each in e.lifts]
                return bool(waits) or any(
                    isinstance(lift.gate, Confirmed) for lift in lifts
                )
            case "unsilence":
                return bool(state.silenced)
            case "call":
                return bool(self.world.runbook.procedures)
        return True

    def make(self, verb: str, target: str | None, **args: Any) -> Call:
        """One call; what was seen and when it was pressed are left to chance."""
        rng, world = self.rng, self.world
        self._number += 1
        seen: int | None = world.head
        if rng.random() < 0.15:
            seen = rng.choice((None, max(0, world.head - rng.randint(1, 40))))
        pressed_us = world.now_us
        if rng.random() < 0.1:
            pressed_us -= rng.choice((1, 2, 3)) * SECOND
        roles = EVERYBODY
        if rng.random() < 0.2:
            roles = frozenset({rng.choice(sorted(EVERYBODY))})
        call = Call(
            f"call-{self._number}",
            rng.choice(CREW[:2] if rng.random() < 0.9 else CREW),
            roles,
            verb,
            target,
            args,
            seen,
            pressed_us,
            self._number,
        )
        self.given.append(call)
        return call

    def sure(self, verb: str, target: str | None, **args: Any) -> Call:
        """A call that sees all there is and comes at once."""
        made = self.make(verb, target, **args)
        return replace(
            made,
            id=f"{made.id}-sure",
            by="ann",
            roles=EVERYBODY,
            seen=None,
            at_us=self.world.now_us,
        )

    def _shown(self) -> Call | None:
        """The same call again, with the digest of the list that it was shown."""
        last = self.world.lines[-1] if self.world.lines else {}
        if last.get("event") != "call_refused" or not last.get("digest"):
            return None
        before = next((c for c in reversed(self.given) if c.id == last["call"]), None)
        if before is None:
            return None
        digest = last["digest"] if self.rng.random() < 0.9 else "0" * 12
        args = {**before.args, "digest": digest}
        return self.make(before.verb, before.target, **args)

    def _second(self) -> Call | None:
        """What one person asked for, and another has to say too."""
        last = self.world.lines[-1] if self.world.lines else {}
        if last.get("event") not in ("override_asked", "amend_asked"):
            return None
        before = self.given[-1]
        call = self.make(before.verb, before.target, **before.args)
        self.given[-1] = replace(call, by="bob" if before.by == "ann" else "ann")
        return self.given[-1]

    # --- targets ------------------------------------------------------------------

    def _target(self, verb: str) -> str | None:  # noqa: C901, PLR0912  an arm a verb
        rng, state = self.rng, self.world.engine.state
        match verb:
            case "go":
                standing = [cue for cue, _ in state.standby.values() if cue]
                return rng.choice([*(standing * 3), None, self._cue()])
            case "resume":
                return rng.choice([*state.holds, None])
            case "hold":
                return rng.choice(("operator", "weather", None))
            case "silence" | "unsilence":
                return rng.choice(("all", "ceo", "company", "nobody"))
            case "take-baton":
                return rng.choice(sorted(EVERYBODY))
            case "counter":
                return rng.choice(("open", "freeze", "hide"))
            case "call":
                return rng.choice([*[*self.world.runbook.procedures] * 4, "p9"])
            case "recycle":
                return self._back_to()
            case "retime":
                return self._t0()
            case "amend":
                offered = [book.digest for book in self.world.offered]
                return rng.choice([*offered[-2:], "no such digest"])
            case "do" | "end" | "abort":
                return None
            case "retire":
                return rng.choice([None, *self.posting()])
            case _:
                return self._cue_for(verb)

    def _cue_for(self, verb: str) -> str:
        """A cue to which the verb may well be given."""
        return self.rng.choice([*(self._fitting(verb) * 4), self._cue()])

    def _fitting(self, verb: str) -> list[str]:
        state, cues = self.world.engine.state, self.world.engine.runbook.cues
        words: dict[str, tuple[CueWord, ...]] = {
            "settle": (CueWord.IN_DOUBT,),
            "fire": (CueWord.PARKED, CueWord.FAILED, CueWord.SKIPPED),
            "adopt": (CueWord.PARKED, CueWord.IN_DOUBT),
            "override": (CueWord.WAITING,),
            "jump": (CueWord.PENDING, CueWord.STANDBY),
        }
        running = [n for n, c in state.cues.items() if c.state is CueWord.RUNNING]
        match verb:
            case "choose":
                asks = [c.id for c in cues if c.choice and c.id in running]
                return [name for name in asks if state.cues[name].chosen is None]
            case "vote":
                return [c.id for c in cues if c.poll and c.id in running]
            case "confirm":
                gated = [c.id for c in cues if c.gate]
                return [*gated, *running, NOTICE, NOTICE, NOTICE]
            case "approve" | "revoke":
                return self.unapproved()
        return [n for n, c in state.cues.items() if c.state in words.get(verb, ())]

    def _cue(self) -> str:
        return self.rng.choice([*self.world.engine.state.cues, "c99"])

    def posting(self) -> list[str]:
        """The cues with a post."""
        book = self.world.engine.runbook
        cues = [*book.cues, *(c for p in book.procedures.values() for c in p.cues)]
        return [c.id for c in cues if any(act.posts_in(a) for a in c.do)]

    def unapproved(self) -> list[str]:
        """The cues with a post, if anybody is asked to approve any."""
        book = self.world.engine.runbook
        asked = book.default_approvals or book.approvals
        gates = [gate for cue in book.cues for gate in cue.gate]
        asked = asked or any(isinstance(gate, ApprovedBy) for gate in gates)
        return self.posting() if asked else []

    def _back_to(self) -> str:
        rng, cues = self.rng, self.world.engine.state.cues
        fired = [name for name, cue in cues.items() if cue.fired_us is not None]
        if fired and rng.random() < 0.6:
            return rng.choice(fired)
        t_s = int(self.world.lines[-1]["t_s"] or 0)
        to_s = t_s - rng.choice((-5, 1, 10, 60, 300))
        return f"T{'-' if to_s < 0 else '+'}{abs(to_s)}s"

    def _t0(self) -> str:
        rng = self.rng
        if rng.random() < 0.3:
            return rng.choice(("+30s", "-30s", "+5m", "soon"))
        at_us = max(T0, self.world.now_us) + rng.randint(-300, 300) * SECOND
        return format_instant(at_us)

    def pin(self) -> None:
        """Somebody writes a new runbook, now and then."""
        if self._amendments < 4 and self.rng.random() < 0.7:
            self._amendments += 1
            book = self.world.engine.runbook
            self.world.offer(amended(self.rng, book, self._amendments))

    # --- arguments ----------------------------------------------------------------

    def _looked_up(self, name: str | None) -> dict[str, Any]:
        """Who says that it was not sent has looked; of the rest they may be wrong."""
        cue = self.world.engine.state.cues.get(name or "")
        stands = cue is not None and any(
            self.world.far.published.get(action.key) for action in cue.actions.values()
        )
        sent = stands or self.rng.random() < 0.3
        return {"outcome": "sent" if sent else "not-sent", **self._account()}

    def _args(self, verb: str) -> dict[str, Any]:  # noqa: C901, PLR0912  an arm a verb
        rng = self.rng
        match verb:
            case "take-baton":
                return rng.choice(({}, {"why": "my turn"}))
            case "adopt":
                url = {"url": "https://x/by-hand"}
                return {**rng.choice((url, url, {})), **self._account()}
            case "end":
                return {"confirm": rng.random() < 0.5}
            case "resume":
                if rng.random() < 0.2:
                    at_us = self.world.now_us + rng.randint(-5, 90) * SECOND
                    return {"at": format_instant(at_us)}
                return {"confirm": rng.random() < 0.7}
            case "approve" if rng.random() < 0.2:
                at_us = self.world.now_us + rng.randint(-5, 300) * SECOND
                return {"expires": format_instant(at_us)}
            case "choose":
                return {"option": rng.choice(("one", "two", "three"))}
            case "vote":
                return {"vote": rng.choice(("go", "go", "go", "no", "perhaps"))}
            case "confirm":
                said = rng.choice(("https://x/notice", "I saw it", ""))
                return {"evidence": said}
            case "override":
                return {"gate": self._gate(), "why": rng.choice(("it must", "now", ""))}
            case "do":
                return {"action": rng.choice(DEEDS)}
            case "retire":
                return rng.choice(({}, {"topic": "figures"}, {"containing": "hello 2"}))
            case _:
                return {}

    def _gate(self) -> str:
        kinds = ("on_air", "seen", "check", "url_ok", "poll", "two_person", "confirmed")
        rest = ("embargo", "orders_fresh", "approval", "hold")
        embargoes = [*self.world.runbook.embargoes] * 6
        return self.rng.choice((*kinds, *rest, *embargoes))

    def _account(self) -> dict[str, str]:
        return self.rng.choice(({}, {}, {"account": "ceo"}, {"account": "brand"}))

    # --- hands at the mixer, and what happens to it ---------------------------------

    def meddle(self) -> None:
        """A hand, a plug, a film that is stopped, a post by its owner."""
        rng, world = self.rng, self.world
        stage = rng.choice(list(world.runbook.stages))
        match rng.randrange(9):
            case 0 | 1:
                world.far.cut_by_hand(stage, rng.choice((*SCENES, "Other")))
            case 2:
                world.far.turn_by_hand(stage, *rng.choice(HANDS))
            case 3:
                world.far.interrupt(stage, "somebody stopped it")
            case 4:
                world.far.pause(stage, rng.choice((2, 15)) * SECOND)
            case 5:
                world.far.output(rng.choice(("live", "spare")))
            case 6:
                world.far.post_by_hand(rng.choice(ACCOUNTS))
            case 7:
                level = rng.choice(("good", "bad", "offline"))
                world.give(HealthSeen(f"account:{rng.choice(ACCOUNTS)}", level))
            case _:
                online = rng.random() < 0.6
                world.far.plug(stage, online=online, restarted=rng.random() < 0.4)
