"""Cues out of a source of chance: triggers, gates, choices, polls, films."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import (
    After,
    ApprovedBy,
    AtCue,
    AtT,
    AtWall,
    Ballot,
    Check,
    Choice,
    Confirmed,
    Cue,
    Else,
    Gate,
    InOption,
    Late,
    OnAir,
    OnRecycle,
    Option,
    OrdersFresh,
    Poll,
    Seen,
    StreamHealthy,
    TwoPerson,
    UrlOk,
    Wait,
    When,
)
from launchctl.times import HOUR, MINUTE, SECOND, Micros
from tests.simulation.book_actions import film, some_action, some_failure
from tests.simulation.draft import NOTICE, PAGE, SCENES, T0, Draft

LATES: tuple[Micros | None, ...] = (None, 0, SECOND, 5 * SECOND, 2 * MINUTE, HOUR)
OFFSETS = (-240, -120, -61, -60, -10)
"""T-offsets of planned holds, in seconds: near enough to each other to overlap."""


def some_cues(draft: Draft, procedure: str | None) -> list[Cue]:
    """A cue; or a choice with the cues of its options behind it."""
    draw = draft.rng.random()
    if procedure is None and draw < 0.12:
        return [_planned_hold(draft)]
    if procedure is None and draw < 0.2:
        return _choice(draft)
    if procedure is None and draw < 0.26:
        return [_poll(draft)]
    if procedure is None and draw < 0.34:
        return [_film(draft)]
    name = draft.name(procedure)
    values = _triggers(draft, procedure)
    return [_plain(draft, name, procedure, values)]


def _plain(
    draft: Draft, name: str, procedure: str | None, values: dict[str, Any]
) -> Cue:
    rng = draft.rng
    repeats = ("when" in values or "go" in values) and "after" not in values
    once = not (repeats and "option" not in values and rng.random() < 0.3)
    do = tuple(
        some_action(draft, procedure, once=once)
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3)))
    )
    pinned = isinstance(values.get("at"), AtWall)
    keeps = procedure is None and not pinned and rng.random() < 0.4
    cue = Cue(
        id=name,
        do=do,
        once=once,
        reserve=rng.random() < 0.1,
        about=rng.choice(((), (), ("figures",), ("product",))),
        teaser=rng.random() < 0.1,
        late=some_late(draft),
        wait=some_wait(draft),
        gate=tuple(some_gate(draft) for _ in range(rng.choice((0, 0, 0, 1, 2)))),
        in_hold_wait=pinned and rng.random() < 0.4,
        on_recycle=OnRecycle.KEEP if keeps else OnRecycle.REPLAY,
        segment=_segment(draft, procedure),
        **values,
    )
    draft.names.append(name)
    if any(act.posts_in(each) for each in do):
        draft.posts.append(name)
    return cue


def _segment(draft: Draft, procedure: str | None) -> str | None:
    if procedure is not None or draft.rng.random() < 0.5:
        return None
    return draft.rng.choice(("opening", "keynote"))


def _planned_hold(draft: Draft) -> Cue:
    rng, name = draft.rng, draft.name(None)
    body = act.HoldBody(
        name=f"plan-{name}",
        for_us=rng.choice((5, 30, 90)) * SECOND,
        release=rng.choice(((), (), ("legal",), ("deputy",))),
    )
    at = AtT(offset_us=rng.choice(OFFSETS) * SECOND)
    draft.names.append(name)
    return Cue(id=name, at=at, do=(act.Hold(hold=body),))


def _choice(draft: Draft) -> list[Cue]:
    rng, name = draft.rng, draft.name(None)
    values = _triggers(draft, None)
    values.pop("when", None)
    if not values:
        values["at"] = AtT(offset_us=rng.randint(-200, 200) * SECOND)
    members: list[Cue] = []
    options = []
    before = list(draft.names)
    for option in ("one", "two"):
        draft.names = [*before]
        its: list[str] = []
        for _ in range(rng.choice((0, 1, 1, 2))):
            own = [each for each in draft.names if each not in before]
            member = draft.name(None)
            inner: dict[str, Any] = {"option": InOption(choice=name, option=option)}
            if own and rng.random() < 0.6:
                inner["after"] = After(all_of=(rng.choice(own),))
            elif rng.random() < 0.3:
                inner["go"] = ("caller",)
            cue = _plain(draft, member, None, inner)
            members.append(cue)
            its.append(member)
        options.append(Option(name=option, cues=tuple(its)))
    draft.names = [*before, name]
    for member in members:
        if member.id in draft.posts:
            draft.posts.remove(member.id)
    choice = Choice(
        ask=rng.choice((("caller",), ("caller", "deputy"))),
        within_us=rng.choice((5, 45, 120)) * SECOND,
        default=rng.choice(("one", "two")),
        options=tuple(options),
    )
    asks = Cue(id=name, choice=choice, late=some_late(draft), **values)
    return [asks, *members]


def _poll(draft: Draft) -> Cue:
    rng, name = draft.rng, draft.name(None)
    values = _triggers(draft, None)
    ballot = Ballot(
        ask=rng.choice((("caller",), ("caller", "comms"), ("caller", "legal"))),
        within_us=rng.choice((5, 60, 120)) * SECOND,
    )
    draft.names.append(name)
    draft.polls.append(name)
    return Cue(id=name, poll=ballot, late=some_late(draft), **values)


def _film(draft: Draft) -> Cue:
    rng, name = draft.rng, draft.name(None)
    values = _triggers(draft, None)
    play = film(rng)
    failure = some_failure(draft, None)
    if failure is not None and failure.policy is not act.OnFailure.IGNORE:
        play = play.model_copy(update={"on_failure": failure})
    draft.names.append(name)
    draft.films.append(name)
    keeps = rng.random() < 0.3
    return Cue(
        id=name,
        do=(play,),
        late=some_late(draft),
        on_recycle=OnRecycle.KEEP
        if keeps and not isinstance(values.get("at"), AtWall)
        else OnRecycle.REPLAY,
        **values,
    )


# --- triggers ---------------------------------------------------------------------


def _triggers(draft: Draft, procedure: str | None) -> dict[str, Any]:
    rng, known = draft.rng, draft.names
    values: dict[str, Any] = {}
    choice = rng.random()
    films = [name for name in draft.films if name in known]
    if procedure is None and films and rng.random() < 0.35:
        values["at"] = AtCue(
            cue=rng.choice(films),
            offset_us=rng.choice((0, 0, 5, -2, -10)) * SECOND,
            film=True,
        )
    elif procedure is None and (choice < 0.35 or not known):
        values["at"] = AtT(offset_us=rng.randint(-300, 300) * SECOND)
    elif procedure is None and choice < 0.5:
        at_us = T0 + rng.randint(-300, 300) * SECOND
        values["at"] = AtWall(at_us=at_us, written="an instant")
    elif known and choice < 0.65:
        values["at"] = AtCue(
            cue=rng.choice(known), offset_us=rng.choice((0, 1, 30, 120)) * SECOND
        )
    elif known and choice < 0.9:
        values["after"] = _after(draft)
    if rng.random() < 0.2 or not (values or procedure):
        values["when"] = some_when(draft)
    if rng.random() < 0.25 and not isinstance(values.get("at"), AtWall):
        values["go"] = rng.choice((("caller",), ("deputy",), ("caller", "deputy")))
    return values


def _after(draft: Draft) -> After:
    rng, known = draft.rng, draft.names
    named = tuple(dict.fromkeys(rng.choices(known, k=rng.choice((1, 1, 2)))))
    also = rng.choice(((), (), ("skipped",), ("failed",), ("skipped", "failed")))
    late_us = rng.choice((None, None, None, 30 * SECOND))
    if len(named) > 1 and rng.random() < 0.4:
        more = rng.choices(known, k=rng.choice((0, 0, 1)))
        all_of = tuple(name for name in more if name not in named)
        return After(all_of=all_of, any_of=named, also=also, or_after_us=late_us)
    return After(all_of=named, also=also, or_after_us=late_us)


def some_when(draft: Draft) -> When:
    """A condition that must be true, perhaps for a while."""
    check = parse_condition(draft.condition())
    return When(check=check, for_us=draft.rng.choice((0, 0, 1, 5)) * SECOND)


# --- gates, late ------------------------------------------------------------------


def some_late(draft: Draft) -> Late | None:
    """Mostly what the table says."""
    rng = draft.rng
    if rng.random() < 0.6:
        return None
    return Late(within_us=rng.choice(LATES), otherwise=rng.choice(tuple(Else)))


def some_wait(draft: Draft) -> Wait | None:
    """Mostly what the table says."""
    rng = draft.rng
    if rng.random() < 0.7:
        return None
    otherwise = rng.choice((None, *Else))
    return Wait(for_us=rng.choice((None, 0, 5 * SECOND, MINUTE)), otherwise=otherwise)


def some_gate(draft: Draft) -> Gate:
    """Of every kind."""
    rng = draft.rng
    kinds = 10 if draft.polls else 9
    match rng.randrange(kinds):
        case 0:
            return OnAir(scene=rng.choice(SCENES), still=rng.random() < 0.4)
        case 1:
            return ApprovedBy(roles=(rng.choice(("comms", "legal")),))
        case 2:
            return Check(check=parse_condition(draft.condition()))
        case 3:
            return OrdersFresh(within_us=rng.choice((5, 60)) * SECOND)
        case 4:
            return Seen(scene=rng.choice(SCENES), output=rng.choice(("live", "spare")))
        case 5:
            return StreamHealthy(output="live")
        case 6:
            return UrlOk(url=PAGE)
        case 7:
            evidence = rng.choice((None, "url"))
            return Confirmed(what=NOTICE, by="legal", evidence=evidence)
        case 8:
            return TwoPerson(role=rng.choice(("caller", "comms")))
        case _:
            age_us = rng.choice((None, 30 * SECOND))
            return Poll(cue=rng.choice(draft.polls), max_age_us=age_us)
