"""Make the golden journals of the present version: ``python -m tests.golden.make``.

Once for every release, never again for a version that was released. The shows of
``runbooks/`` and ``examples/`` are played in a made-up world, by seed, with people who
do everything that can be done; of all these journals the few are kept that together
have every event that was reached.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from launchctl import __version__
from launchctl.runbook.loader import load_text
from launchctl.runbook.model import Confirmed as ConfirmedGate
from launchctl.runbook.model import Runbook
from launchctl.runbook.references import all_cues
from launchctl.show import events as ev
from launchctl.show.commands import AnyCommand, Command, ProbeUrl, Settle, TakeFigure
from launchctl.show.engine import Engine
from launchctl.show.inputs import (
    Answer,
    Call,
    ClockStepped,
    Ended,
    FigureTaken,
    FilmSeen,
    HandSeen,
    HealthSeen,
    Noted,
    OrdersSeen,
    OutputSeen,
    PostSeen,
    Receipt,
    RunbookSeen,
    Settled,
    Sight,
    StageSeen,
    Stalled,
    UrlSeen,
)
from launchctl.show.tables import NEEDS
from launchctl.store.chain import GENESIS, canonical, link
from launchctl.times import (
    HOUR,
    MILLISECOND,
    MINUTE,
    SECOND,
    Micros,
    format_instant,
    parse_instant,
)
from tests.golden.reading import FILE, fold_of
from tests.show.play import Play, Reply

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
START = parse_instant("2027-03-16T17:00:00+00:00")
SEEDS, TURNS = 5, 150
OFTEN = ("go", "resume", "approve", "choose", "vote", "confirm", "fire", "recycle")
SPANS = (MILLISECOND, SECOND, 20 * SECOND, MINUTE, 10 * MINUTE, HOUR)
SUPPOSED = ("ok", "ok", "ok", "ok", "refused", "unknown", "not_sent")


AMENDMENT = "\n  - {cue: a-later-thought, at: T+17m}\n"
"""A cue more, for runbooks that end with their cues."""


class QuickPlay(Play):
    """A play without the checks of each step: those are the tests' of the engine."""

    def _check_expected(self) -> None:
        pass


class Show:
    """One runbook, played by seed."""

    def __init__(self, runbook: Runbook, later: Runbook, seed: int) -> None:
        self.rng = Random(seed)
        self.book, self.later = runbook, later
        start_us = min(START, runbook.t0_us or START) - HOUR // 2
        self.play = QuickPlay(runbook, start_us, self.answer)
        self.cues = [cue for _, cue in all_cues(runbook)]
        self.options = [o.name for c in self.cues if c.choice for o in c.choice.options]
        for stage in runbook.stages:
            self.play.give(start_us, StageSeen(stage, connected=True, program="Wait"))

    def answer(self, command: AnyCommand) -> Reply:
        """What a far end makes of a command: mostly what it should."""
        rng = self.rng
        later_us = rng.choice((20, 100, 900, 4_000)) * MILLISECOND
        match command:
            case TakeFigure():
                value = rng.choice((5, 1000, 200_000))
                return [(later_us, FigureTaken(command.figure, value, 7))]
            case ProbeUrl():
                return [(later_us, UrlSeen(command.url, ok=rng.random() < 0.7))]
            case Settle():
                sight = rng.choice(list(Sight))
                receipt = Receipt("r1", "https://x/r1") if sight != "absent" else None
                key, attempt = command.command.key, command.command.attempt
                return [(later_us, Settled(key, attempt, sight, receipt))]
            case Command():
                return list(self._ended(command, later_us))
        return []

    def _ended(self, command: Command, later_us: Micros) -> Iterator[Any]:
        answer = Answer(self.rng.choice(SUPPOSED))
        if command.action.kind == "media":
            start_us = self.play.now_us + later_us
            yield later_us, FilmSeen(command.key, command.attempt, start_us)
            if self.rng.random() < 0.3:
                yield later_us + SECOND, FilmSeen(command.key, command.attempt, None)
            later_us += 30 * SECOND
        receipt = (
            Receipt(f"id-{command.key}", "https://x/1") if answer == "ok" else None
        )
        yield later_us, Ended(command.key, command.attempt, answer, receipt=receipt)

    def turn(self) -> None:
        """Something happens."""
        play, draw = self.play, self.rng.random()
        if draw < 0.4:
            play.run(play.now_us + self.rng.choice(SPANS))
        elif draw < 0.45:
            play.sleep(play.now_us + self.rng.choice(SPANS))
        elif draw < 0.6:
            play.give(play.now_us, self.rng.choice(list(self.sights())))
            play.run(play.now_us)
        elif draw < 0.62:
            self.crash()
        elif draw < 0.64:
            self.amend(self.later)
        else:
            verb = self.rng.choice([*NEEDS, *OFTEN * 3])
            if verb not in {"end", "abort"} or self.rng.random() < 0.05:
                self.call(verb)

    def sights(self) -> Iterator[Any]:
        """What can be seen of the world now."""
        rng, now_us = self.rng, self.play.now_us
        yield HealthSeen("disk", rng.choice(("good", "warning")), "it fills")
        yield Stalled(rng.choice(("suspended", "blocked")), 7 * SECOND)
        yield ClockStepped(rng.randint(-30, 30) * SECOND)
        yield Noted("crew", "well", level=rng.choice(("info", "warning")))
        yield OrdersSeen({"units": rng.randint(1, 900), "placed": 1}, now_us)
        for stage in self.book.stages:
            program = rng.choice(("Wait", "Reveal", "Keynote"))
            yield StageSeen(stage, connected=True, program=program, streaming=True)
            yield StageSeen(stage, connected=False)
            yield HandSeen(stage, "program", program)
        for output in self.book.outputs:
            yield OutputSeen(output, moving=True, moved_us=now_us, edge_us=now_us)
        for account in self.book.accounts:
            yield PostSeen(account, "p1", "https://x/p1", "By hand.", now_us)

    def call(self, verb: str) -> None:
        """Somebody who may everything calls, and confirms a list that is shown."""
        rng, state = self.rng, self.play.engine.state
        roles = frozenset(self.book.crew) or {"caller"}
        names = [*state.cues, *state.holds, *self.book.accounts, *self.book.procedures]
        names += [*self.book.figures, "open", "freeze", "all", "T-5m", "+5m", None]
        gates = self.play.engine.status(self.play.now_us)["gates"]
        gate = rng.choice(gates) if gates else {"cue": None, "gate": ""}
        target = self._target(verb, names, gate["cue"])
        args: dict[str, Any] = {"why": "a rehearsed reason", "evidence": "https://x/e"}
        args |= {"gate": gate["gate"], "confirm": True}
        args["vote"] = rng.choice(("go", "no"))
        args |= {"outcome": rng.choice(("sent", "not-sent")), "url": "https://x/1"}
        args["option"] = rng.choice(self.options) if self.options else ""
        if verb == "retire":
            args["containing"] = "e"
        if verb == "resume" and rng.random() < 0.2:
            args["at"] = format_instant(self.play.now_us + 20 * SECOND)
        by = rng.choice(("ann", "bob"))
        number = self._say(verb, target, args, by, roles)
        answered = [e for e in self.play.events if getattr(e, "call", None) == number]
        digest = getattr(answered[-1], "digest", None) if answered else None
        if digest:
            self._say(verb, target, {**args, "digest": digest}, by, roles)
        if verb == "override":
            self._say(verb, target, args, "cat", roles)

    def _target(self, verb: str, names: list[Any], gated: str | None) -> Any:
        """What the verb is most likely about."""
        cues = self.play.engine.state.cues
        states = {"settle": "in_doubt", "choose": "running", "vote": "running"}
        fitting: list[Any] = {
            "override": [gated],
            "take-baton": sorted(self.book.crew) or ["caller"],
            "resume": [*self.play.engine.state.holds, None],
            "recycle": ["T-5m", "T-1m", "T+1m", *cues],
            "confirm": [
                gate.what
                for cue in self.cues
                for gate in cue.gate
                if isinstance(gate, ConfirmedGate)
            ]
            + [*cues],
            "approve": [post["cue"] for post in self.status()["posts"]],
        }.get(verb) or [n for n, c in cues.items() if c.state == states.get(verb)]
        if verb == "approve" and fitting:
            digests = [post["digest"] for post in self.status()["posts"]]
            return self.rng.choice(digests)
        fits = bool(fitting) and self.rng.random() < 0.9
        return self.rng.choice(fitting if fits else names)

    def status(self) -> Any:
        """What the people see."""
        return self.play.engine.status(self.play.now_us)

    def crash(self) -> None:
        """The process dies, and another takes up the journal."""
        engine = Engine(self.book, "run-1")
        for event in self.play.events:
            if isinstance(event, ev.Amended):
                engine.offer(self.later)
            engine.apply(event)
        self.play.engine = engine
        self.play._agenda.clear()
        self.play._take(engine.start(self.play.now_us))
        for stage in self.book.stages:
            seen = StageSeen(stage, connected=True, restarted=True, program="Wait")
            self.play.give(self.play.now_us + SECOND, seen)

    def _say(
        self, verb: str, target: str | None, args: Any, by: str, roles: Any
    ) -> str:
        now_us = self.play.now_us
        number = f"call-{len(self.play.steps)}-{self.rng.randint(0, 10**6)}"
        seen = self.play.engine.state.seq
        self.play.give(
            now_us, Call(number, by, roles, verb, target, args, seen, now_us, 0)
        )
        self.play.run(now_us)
        return number

    def amend(self, later: Runbook) -> None:
        """Another text of the same runbook comes in, and is taken."""
        self.play._mirror.offer(later)
        self.play.give(self.play.now_us, RunbookSeen(later))
        for by in ("ann", "bob", "ann"):
            roles = frozenset(self.book.crew) or {"caller"}
            number = self._say("amend", later.digest, {"why": "typo"}, by, roles)
            answered = [
                e for e in self.play.events if getattr(e, "call", None) == number
            ]
            shown = getattr(answered[-1], "digest", None) if answered else None
            if shown:
                self._say("amend", later.digest, {"digest": shown}, by, roles)


def journals() -> Iterator[tuple[str, dict[str, Any], set[str]]]:
    """Every journal that could be made: a name, what is kept of it, its events."""
    files = [*ROOT.glob("runbooks/*.yaml"), *ROOT.glob("examples/*.yaml")]
    for file in sorted(files):
        text = file.read_text()
        if "include:" in text or "file:" in text or "media: [{" in text:
            continue  # it does not stand alone
        for seed in range(SEEDS):
            kept = _journal(file, text, seed)
            if kept is not None:
                names = {line["event"] for line in kept["lines"]}
                yield f"{file.stem}-{seed}", kept, names


def _journal(file: Path, text: str, seed: int) -> dict[str, Any] | None:
    environ = {"MAIN_HLS": "https://example.com/main.m3u8"}
    try:
        book = load_text(text, path=FILE, environ=environ, now_us=START)
        text_later = text + AMENDMENT if text.rstrip().endswith("}") else text
        later = load_text(text_later, path=FILE, environ=environ, now_us=START)
    except Exception as error:  # noqa: BLE001  its media is not here
        print(f"{file.name}: {error}", file=sys.stderr)
        return None
    show = Show(book, later, seed)
    try:
        for _ in range(TURNS):
            if show.play.engine.finished:
                break
            show.turn()
        show.play.run(show.play.now_us + HOUR)
    except Exception as error:  # noqa: BLE001  only what went through is kept
        print(f"{file.name} {seed}: {error!r}", file=sys.stderr)
        return None
    lines = [json.loads(json.dumps(ev.encode(event))) for event in show.play.events]
    chain = GENESIS
    for line in lines:
        chain = link(chain, canonical(line))
    kept = {
        "runbook": text,
        "amendment": text_later,
        "loaded_us": START,
        "environ": environ,
        "at_us": show.play.now_us,
        "lines": lines,
        "journal_digest": chain.hex(),
    }
    return {**kept, "status": fold_of(kept)}


def main() -> None:
    """Choose greedily, and write."""
    folder = HERE / __version__
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = {name: (kept, names) for name, kept, names in journals()}
    left: set[str] = set().union(*(names for _, names in made.values()))
    print(f"not reached: {sorted(set(ev.REGISTRY) - left)}")
    while left:
        name = max(made, key=lambda each: (len(made[each][1] & left), each))
        kept, names = made.pop(name)
        left -= names
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        file = folder / f"{name}.json.gz"
        file.write_bytes(gzip.compress(text.encode(), mtime=0))
        print(f"{file.name}: {len(kept['lines'])} lines, {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
