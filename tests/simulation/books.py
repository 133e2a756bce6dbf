"""Whole runbooks out of a source of chance: only what the loader would let through.

Names are fixed words, so that the checkers' own small condition reader knows them all.
"""

from __future__ import annotations

from random import Random

from launchctl.runbook import actions as act
from launchctl.runbook.base import SecretRef
from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import (
    Account,
    AsOf,
    AtCue,
    AtT,
    AtWall,
    Check,
    Confirmed,
    Criterion,
    Cue,
    Embargo,
    Figure,
    Gate,
    Lift,
    OnAir,
    OscDevice,
    OthersLift,
    Output,
    Procedure,
    Role,
    Rounding,
    Runbook,
    Seen,
    Segment,
    Stage,
)
from launchctl.times import HOUR, MINUTE, SECOND
from tests.simulation.book_cues import some_cues, some_when
from tests.simulation.draft import NOTICE, SCENES, START, T0, Draft

__all__ = ["CREW", "SCENES", "START", "T0", "generate"]

_SECRET = SecretRef(env="X")
CREW = {
    "caller": Role(may=("go", "hold", "abort", "retime", "end", "silence", "counter")),
    "comms": Role(may=("approve", "post", "silence", "hold", "override")),
    "legal": Role(may=("approve", "override")),
    "deputy": Role(may=("go", "retime")),
}


def generate(rng: Random) -> Runbook:
    """A whole show: 3 to 15 cues, 0 to 3 procedures, the world they need."""
    draft = Draft(rng, figures=rng.random() < 0.4)
    draft.procedures = [f"p{n}" for n in range(rng.choice((0, 0, 1, 2)))]
    has_t0 = rng.random() < 0.85
    cues: list[Cue] = []
    for _ in range(rng.randint(3, 12)):
        cues += some_cues(draft, None)
    if not has_t0 and all(cue.pinned for cue in cues):
        cues.append(Cue(id="last", go=("caller",)))
    procedures = {name: _procedure(draft, name) for name in draft.procedures}
    if rng.random() < 0.2:
        procedures["rumour"] = _answer()
    return Runbook(
        title="A generated show",
        digest="d" * 64,
        path="generated.yaml",
        t0_us=T0 if has_t0 else None,
        timezone="UTC",
        hard_out_us=rng.choice((None, None, T0 + 10 * MINUTE)),
        stages={name: Stage(url="ws://127.0.0.1:1") for name in ("main", "side")},
        outputs={
            "live": Output(playback="http://127.0.0.1:1/live.m3u8"),
            "spare": Output(
                stage="side", playback="http://127.0.0.1:1/s.m3u8", delay_us=5 * SECOND
            ),
        },
        accounts=_accounts(rng),
        groups={"company": ("ceo", "brand")},
        crew=CREW,
        embargoes=_embargoes(draft),
        approvals={"figures": ("comms", "legal")} if rng.random() < 0.3 else {},
        default_approvals=("comms",) if rng.random() < 0.4 else (),
        four_eyes=rng.random() < 0.1,
        criteria=_criteria(draft),
        figures=_figures(draft),
        osc={"desk": OscDevice(url="osc://127.0.0.1:1")},
        cues=tuple(cues),
        segments=(
            Segment(name="opening", duration_us=2 * MINUTE, may_drop=True),
            Segment(name="keynote"),
        ),
        procedures=procedures,
        safe=(act.Scene(scene="Wait"), act.Counter(counter="hide")),
    )


def _accounts(rng: Random) -> dict[str, Account]:
    resend = rng.random() < 0.3
    return {
        name: Account(
            network="x",
            handle=name,
            credentials=_SECRET,
            doubt="resend" if resend and name == "brand" else "ask",
            by_hand=rng.choice((None, None, None, "watch", "watch", "ask")),
        )
        for name in ("ceo", "brand")
    }


def _figures(draft: Draft) -> dict[str, Figure]:
    if not draft.figures:
        return {}
    rng = draft.rng
    as_of: AsOf | None = None
    match rng.randrange(6):
        case 0:
            as_of = AtT(offset_us=rng.randint(-200, 100) * SECOND)
        case 1:
            at_us = T0 + rng.randint(-200, 100) * SECOND
            as_of = AtWall(at_us=at_us, written="an instant")
        case 2:
            as_of = AtCue(cue=draft.names[0], offset_us=rng.choice((0, 30)) * SECOND)
    fig = Figure(
        name="sold",
        of="orders.units",
        round=rng.choice((None, Rounding(down=10))),
        bounds=rng.choice((None, (100, 900))),
        as_of=as_of,
    )
    return {"sold": fig}


def _criteria(draft: Draft) -> tuple[Criterion, ...]:
    rng = draft.rng
    return tuple(
        Criterion(
            from_us=-rng.choice((60, 200)) * SECOND,
            until_us=rng.choice((None, 0, 60 * SECOND)),
            check=parse_condition(draft.condition()),
            before_t0=rng.choice(("hold", "hold", "warn")),
        )
        for _ in range(rng.choice((0, 0, 0, 1, 2)))
    )


def _embargoes(draft: Draft) -> dict[str, Embargo]:
    rng = draft.rng
    found = {}
    if rng.random() < 0.5:
        others = OthersLift(at_us=T0 + 2 * MINUTE, who="the press")
        found["car"] = Embargo(
            name="car",
            default=True,
            lifts=tuple(_lift(draft) for _ in range(rng.choice((0, 1, 1, 2)))),
            not_before_us=rng.choice(
                (None, None, T0 + rng.randint(-300, 300) * SECOND)
            ),
            others_lift=rng.choice((None, others)),
        )
    if rng.random() < 0.3:
        found["numbers"] = Embargo(
            name="numbers", topics=("figures",), lifts=(_lift(draft),)
        )
    return found


def _lift(draft: Draft) -> Lift:
    rng = draft.rng
    match rng.randrange(7):
        case 0:
            return Lift(at_us=T0 + rng.randint(-300, 300) * SECOND)
        case 1:
            return Lift(gate=Check(check=parse_condition(draft.condition())))
        case 2:
            return Lift(gate=Confirmed(what=NOTICE, by="legal"))
        case 3 | 4:
            return Lift(gate=Seen(scene=rng.choice(SCENES), output="live"))
        case _:
            return Lift(gate=OnAir(scene=rng.choice(SCENES)))


def _procedure(draft: Draft, name: str) -> Procedure:
    rng = draft.rng
    outer, draft.names = draft.names, []
    posts, draft.posts = draft.posts, []
    cues: list[Cue] = []
    for _ in range(rng.randint(1, 3)):
        cues += some_cues(draft, name)
    draft.names, draft.posts = outer, posts
    gate: tuple[Gate, ...] = ()
    if rng.random() < 0.2:
        gate = (Check(check=parse_condition(draft.condition())),)
    return Procedure(
        name=name,
        cues=tuple(cues),
        gate=gate,
        when=some_when(draft) if rng.random() < 0.5 else None,
        once_per_us=rng.choice((0, 30, 600)) * SECOND,
    )


def _answer() -> Procedure:
    """A prepared answer to a rumour: one cue that posts."""
    body = act.PostBody(account="ceo", text="No.", teaser=True)
    cue = Cue(id="rumour", do=(act.Post(post=body),), teaser=True)
    return Procedure(name="rumour", cues=(cue,), answer=True, once_per_us=HOUR)
