"""Whole runbooks out of a source of chance: only what the loader would let through.

Names are fixed words, so that the checkers' own small condition reader knows them all.
"""

from __future__ import annotations

from random import Random
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.base import SecretRef
from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import (
    Account,
    After,
    ApprovedBy,
    AtCue,
    AtT,
    AtWall,
    Check,
    Cue,
    Else,
    Embargo,
    Figure,
    Gate,
    Late,
    Lift,
    OnAir,
    OrdersFresh,
    Procedure,
    Role,
    Rounding,
    Runbook,
    Stage,
    Wait,
    When,
)
from launchctl.times import HOUR, MINUTE, SECOND, Micros

T0: Micros = 1_600_000_000 * SECOND
START: Micros = T0 - 10 * MINUTE

SCENES = ("Wait", "Reveal", "Film")
WORDS = ("pending", "done", "failed", "running")
_SECRET = SecretRef(env="X")
_ALL = ("go", "hold", "abort", "retime", "end", "post", "silence", "approve", "counter")
CREW = {
    "caller": Role(may=_ALL),
    "comms": Role(may=("approve", "post", "silence", "hold")),
    "legal": Role(may=("approve",)),
    "deputy": Role(may=("go",)),
}
LATES: tuple[Micros | None, ...] = (None, 0, SECOND, 5 * SECOND, 2 * MINUTE, HOUR)


def generate(rng: Random) -> Runbook:
    """A whole show: 3 to 12 cues, 0 to 2 procedures, the world they need."""
    return _Writer(rng).write()


class _Writer:
    """One runbook in the making; ``names`` are the cues so far."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.names: list[str] = []
        self.posts: list[str] = []
        self.has_t0 = rng.random() < 0.85
        self.figures = rng.random() < 0.4
        self.procedures = [f"p{n}" for n in range(rng.choice((0, 0, 1, 2)))]

    def write(self) -> Runbook:
        """The runbook."""
        rng = self.rng
        cues = tuple(self._cue(None) for _ in range(rng.randint(3, 12)))
        if not self.has_t0 and all(cue.pinned for cue in cues):
            cues = (*cues, Cue(id="last", go=("caller",)))
        procedures = {name: self._procedure(name) for name in self.procedures}
        approvals = {}
        if rng.random() < 0.3:
            approvals = {"figures": ("comms", "legal")}
        asked = rng.random() < 0.4
        return Runbook(
            title="A generated show",
            digest="d" * 64,
            path="generated.yaml",
            t0_us=T0 if self.has_t0 else None,
            timezone="UTC",
            stages={name: Stage(url="ws://127.0.0.1:1") for name in ("main", "side")},
            accounts=self._accounts(),
            groups={"company": ("ceo", "brand")},
            crew=CREW,
            embargoes=self._embargoes(),
            approvals=approvals,
            default_approvals=("comms",) if asked else (),
            figures=self._figures(),
            cues=cues,
            procedures=procedures,
            safe=(act.Scene(scene="Wait"), act.Counter(counter="hide")),
        )

    def _accounts(self) -> dict[str, Account]:
        resend = self.rng.random() < 0.3
        return {
            name: Account(
                network="x",
                handle=name,
                credentials=_SECRET,
                doubt="resend" if resend and name == "brand" else "ask",
            )
            for name in ("ceo", "brand")
        }

    def _figures(self) -> dict[str, Figure]:
        if not self.figures:
            return {}
        bounds = self.rng.choice((None, (100, 900)))
        rules = self.rng.choice((None, Rounding(down=10)))
        fig = Figure(name="sold", of="orders.units", round=rules, bounds=bounds)
        return {"sold": fig}

    def _embargoes(self) -> dict[str, Embargo]:
        rng = self.rng
        found = {}
        if rng.random() < 0.5:
            lifts = tuple(self._lift() for _ in range(rng.choice((0, 1, 1, 2))))
            before = rng.choice((None, None, T0 + rng.randint(-300, 300) * SECOND))
            found["car"] = Embargo(
                name="car", default=True, lifts=lifts, not_before_us=before
            )
        if rng.random() < 0.3:
            found["numbers"] = Embargo(
                name="numbers", topics=("figures",), lifts=(self._lift(),)
            )
        return found

    def _lift(self) -> Lift:
        rng = self.rng
        match rng.randrange(4):
            case 0:
                return Lift(at_us=T0 + rng.randint(-300, 300) * SECOND)
            case 1:
                return Lift(gate=Check(check=parse_condition(self._condition())))
            case _:
                return Lift(gate=OnAir(scene=rng.choice(SCENES)))

    # --- cues ---------------------------------------------------------------------

    def _procedure(self, name: str) -> Procedure:
        rng = self.rng
        outer, self.names = self.names, []
        cues = tuple(self._cue(name) for _ in range(rng.randint(1, 3)))
        self.names = outer
        gate: tuple[Gate, ...] = ()
        if rng.random() < 0.2:
            gate = (Check(check=parse_condition(self._condition())),)
        return Procedure(
            name=name,
            cues=cues,
            gate=gate,
            when=self._when() if rng.random() < 0.5 else None,
            once_per_us=rng.choice((0, 30, 600)) * SECOND,
        )

    def _cue(self, procedure: str | None) -> Cue:
        rng = self.rng
        known = tuple(self.names)
        name = f"{procedure}-{len(known)}" if procedure else f"c{len(known)}"
        self.names.append(name)
        if procedure is None and rng.random() < 0.12:
            return self._planned_hold(name)
        values = self._triggers(procedure, known)
        once = not (
            ("when" in values or "go" in values)
            and "after" not in values
            and rng.random() < 0.3
        )
        do = tuple(
            self._action(procedure, once=once) for _ in range(rng.choice((0, 1, 1, 2)))
        )
        if any(isinstance(each, act.Post) for each in do):
            self.posts.append(name)
        pinned = isinstance(values.get("at"), AtWall)
        return Cue(
            id=name,
            do=do,
            once=once,
            reserve=rng.random() < 0.1,
            about=rng.choice(((), (), ("figures",), ("product",))),
            teaser=rng.random() < 0.1,
            late=self._late(),
            wait=self._wait(),
            gate=tuple(self._gate() for _ in range(rng.choice((0, 0, 0, 1, 2)))),
            in_hold_wait=pinned and rng.random() < 0.4,
            **values,
        )

    def _planned_hold(self, name: str) -> Cue:
        rng = self.rng
        offset_us = -rng.choice((10, 60, 61, 120, 240)) * SECOND
        release = rng.choice(((), (), ("legal",)))
        body = act.HoldBody(
            name=f"plan-{name}",
            for_us=rng.choice((5, 30, 90)) * SECOND,
            release=release,
        )
        return Cue(id=name, at=AtT(offset_us=offset_us), do=(act.Hold(hold=body),))

    def _triggers(
        self, procedure: str | None, known: tuple[str, ...]
    ) -> dict[str, Any]:
        rng = self.rng
        values: dict[str, Any] = {}
        choice = rng.random()
        if procedure is None and (choice < 0.35 or not known):
            offset_us = rng.randint(-300, 300) * SECOND
            values["at"] = AtT(offset_us=offset_us)
        elif procedure is None and choice < 0.5:
            at_us = T0 + rng.randint(-300, 300) * SECOND
            values["at"] = AtWall(at_us=at_us, written="an instant")
        elif known and choice < 0.65:
            values["at"] = AtCue(
                cue=rng.choice(known), offset_us=rng.choice((0, 1, 30, 120)) * SECOND
            )
        elif known and choice < 0.9:
            values["after"] = self._after(known)
        if rng.random() < 0.2 or not (values or procedure):
            values["when"] = self._when()
        if rng.random() < 0.25 and not isinstance(values.get("at"), AtWall):
            values["go"] = rng.choice((("caller",), ("deputy",), ("caller", "deputy")))
        return values

    def _after(self, known: tuple[str, ...]) -> After:
        rng = self.rng
        named = tuple(dict.fromkeys(rng.choices(known, k=rng.choice((1, 1, 2)))))
        also = rng.choice(((), (), ("skipped",), ("failed",), ("skipped", "failed")))
        if len(named) > 1 and rng.random() < 0.4:
            more = rng.choices(known, k=rng.choice((0, 0, 1)))
            all_of = tuple(name for name in more if name not in named)
            return After(all_of=all_of, any_of=named, also=also)
        return After(all_of=named, also=also)

    def _when(self) -> When:
        check = parse_condition(self._condition())
        return When(check=check, for_us=self.rng.choice((0, 0, 1, 5)) * SECOND)

    def _condition(self) -> str:
        rng = self.rng
        names = self.names or ["c0"]
        cues = [name for name in names if name.startswith("c")] or ["c0"]
        found = [
            f"orders.units >= {rng.choice((100, 500))}",
            "stages.main.connected",
            f"stages.main.program == '{rng.choice(SCENES)}'",
            "stages.main.stream_lost",
            f"cues['{rng.choice(cues)}'].state == '{rng.choice(WORDS)}'",
            f"t >= {rng.randint(-120, 120)}.0",
            f"accounts.{rng.choice(('ceo', 'brand'))}.silenced",
            f"show.state == '{rng.choice(('holding', 'counting'))}'",
        ]
        first = rng.choice(found)
        if rng.random() < 0.2:
            return f"{first} && {rng.choice(found)}"
        return first

    def _late(self) -> Late | None:
        rng = self.rng
        if rng.random() < 0.6:
            return None
        return Late(within_us=rng.choice(LATES), otherwise=rng.choice(tuple(Else)))

    def _wait(self) -> Wait | None:
        rng = self.rng
        if rng.random() < 0.7:
            return None
        otherwise = rng.choice((None, *Else))
        return Wait(
            for_us=rng.choice((None, 0, 5 * SECOND, MINUTE)), otherwise=otherwise
        )

    def _gate(self) -> Gate:
        rng = self.rng
        match rng.randrange(4):
            case 0:
                return OnAir(scene=rng.choice(SCENES), still=rng.random() < 0.4)
            case 1:
                return ApprovedBy(roles=(rng.choice(("comms", "legal")),))
            case 2:
                return Check(check=parse_condition(self._condition()))
            case _:
                return OrdersFresh(within_us=rng.choice((5, 60)) * SECOND)

    # --- actions ------------------------------------------------------------------

    def _action(self, procedure: str | None, *, once: bool) -> act.AnyAction:
        rng = self.rng
        failure = self._failure(procedure)
        stage = rng.choice((None, None, "side"))
        wanted: list[act.AnyAction] = [
            act.Scene(scene=rng.choice(SCENES), stage=stage, on_failure=failure),
            act.Scene(scene=rng.choice(SCENES), on_failure=failure),
            act.SetText(
                text=act.SourceText(source="Count", text=rng.choice(("a", "b"))),
                on_failure=failure,
            ),
            act.Visible(
                visible=act.Visibility(source="Logo", scene="Wait", show=once),
                on_failure=failure,
            ),
            act.Audio(
                audio=act.Fader(input="Mic", open=rng.random() < 0.5),
                on_failure=failure,
            ),
            act.Record(record=rng.choice(("start", "stop")), on_failure=failure),
            act.Counter(counter=rng.choice(("open", "freeze", "hide"))),
            act.Notify(notify=act.NotifyBody(to="crew", text="now")),
        ]
        rare: list[act.AnyAction] = [
            act.Hold(hold=act.HoldBody(name=rng.choice(("stop", "look")))),
            act.Silence(silence=(rng.choice(("all", "ceo", "company")),)),
        ]
        if self.procedures and procedure is None:
            rare.append(act.CallProcedure(call=rng.choice(self.procedures)))
        if rng.random() < 0.1:
            rare.append(act.End(end="show"))
        if rng.random() < 0.15:
            return rng.choice(rare)
        if not once or rng.random() < 0.4:
            return rng.choice(wanted)
        return self._once(failure, procedure)

    def _once(
        self, failure: act.Failure | None, procedure: str | None
    ) -> act.AnyAction:
        rng = self.rng
        draw = rng.random()
        if draw < 0.2:
            again = rng.choice((None, "safe"))
            body = act.HttpBody(
                url="http://127.0.0.1:1/flip", again=again, public=rng.random() < 0.2
            )
            return act.Http(http=body, on_failure=failure)
        if draw < 0.35:
            return act.Stream(stream=rng.choice(("start", "stop")), on_failure=failure)
        figure = " {{ figures['sold'] | number }}" if self.figures else ""
        text = "Hello" + (figure if rng.random() < 0.5 else "")
        replies = rng.choice(self.posts) if self.posts and rng.random() < 0.1 else None
        body = act.PostBody(
            account=rng.choice(("ceo", "ceo", "brand", "company")),
            text=f"{text} {len(self.names)}",
            reply_to=None if procedure else replies,
            despite_silence=procedure is not None and rng.random() < 0.5,
            public=rng.random() < 0.1,
        )
        return act.Post(post=body, on_failure=failure)

    def _failure(self, procedure: str | None) -> act.Failure | None:
        rng = self.rng
        if rng.random() < 0.6:
            return None
        policy = rng.choice(tuple(act.OnFailure))
        if policy is act.OnFailure.CALL:
            if not self.procedures or procedure is not None:
                return None
            return act.Failure(policy=policy, procedure=rng.choice(self.procedures))
        if policy is act.OnFailure.ABORT and rng.random() < 0.7:
            return None
        return act.Failure(policy=policy)
