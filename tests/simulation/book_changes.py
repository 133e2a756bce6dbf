"""A runbook written anew while it runs: what an amendment may bring."""

from __future__ import annotations

from random import Random

from launchctl.runbook import actions as act
from launchctl.runbook.model import AtCue, AtT, Cue, Lift, Runbook
from launchctl.times import SECOND
from tests.simulation.draft import T0


def amended(rng: Random, book: Runbook, number: int) -> Runbook:
    """The runbook with one to three changes, under another digest."""
    changed = book.model_copy(update={"digest": f"{number:064d}"})
    for _ in range(rng.choice((1, 1, 2, 3))):
        change = rng.choice((_moved, _moved, _said, _added, _removed, _lifted, _topic))
        changed = change(rng, changed)
    return changed


def _with(book: Runbook, name: str, **fields: object) -> Runbook:
    cues = tuple(
        cue.model_copy(update=fields) if cue.id == name else cue for cue in book.cues
    )
    return book.model_copy(update={"cues": cues})


def _moved(rng: Random, book: Runbook) -> Runbook:
    """A cue comes at another T."""
    found = [c for c in book.cues if isinstance(c.at, AtT) and not _holds(c)]
    if not found:
        return book
    at = AtT(offset_us=rng.randint(-300, 300) * SECOND)
    return _with(book, rng.choice(found).id, at=at)


def _said(rng: Random, book: Runbook) -> Runbook:
    """A post says something else."""
    found = [c for c in book.cues if any(type(a) is act.Post for a in c.do)]
    if not found:
        return book
    cue = rng.choice(found)
    do = tuple(
        a.model_copy(
            update={"post": a.post.model_copy(update={"text": f"{a.post.text}!"})}
        )
        if type(a) is act.Post
        else a
        for a in cue.do
    )
    return _with(book, cue.id, do=do)


def _added(rng: Random, book: Runbook) -> Runbook:
    """One more cue, somewhere in the file."""
    name = f"n{len(book.cues)}"
    if any(cue.id == name for cue in book.cues):
        return book
    at = AtT(offset_us=rng.randint(-300, 300) * SECOND)
    new = Cue(id=name, at=at, do=(act.Scene(scene="Reveal"),))
    # not between a choice and the cues of its options
    places = [n for n, cue in enumerate(book.cues) if cue.option is None]
    place = rng.choice([*places, len(book.cues)])
    cues = (*book.cues[:place], new, *book.cues[place:])
    return book.model_copy(update={"cues": cues})


def _removed(rng: Random, book: Runbook) -> Runbook:
    """A cue that nothing names is gone."""
    texts = "".join(str(part) for part in (book.figures, book.criteria))
    texts += "".join(str((e.lifts,)) for e in book.embargoes.values())
    found = [
        cue
        for cue in book.cues
        if not (cue.option or cue.choice or cue.poll)
        and not any(_names(other, cue.id) for other in _all(book) if other != cue)
        and f"'{cue.id}'" not in texts
        and not any(f"'{cue.id}'" in str(p.when) for p in book.procedures.values())
    ]
    if not found or len(book.cues) < 3:
        return book
    gone = rng.choice(found)
    cues = tuple(cue for cue in book.cues if cue.id != gone.id)
    return book.model_copy(update={"cues": cues})


def _names(cue: Cue, other: str) -> bool:
    """True if the cue's text names the other one, in a trigger or anywhere else."""
    if isinstance(cue.at, AtCue) and cue.at.cue == other:
        return True
    if cue.after is not None and other in cue.after.named:
        return True
    return f"'{other}'" in str((cue.when, cue.gate, cue.do))


def _all(book: Runbook) -> list[Cue]:
    return [*book.cues, *(c for p in book.procedures.values() for c in p.cues)]


def _holds(cue: Cue) -> bool:
    return any(isinstance(action, act.Hold) for action in cue.do)


def _lifted(rng: Random, book: Runbook) -> Runbook:
    """An embargo's lifts are others."""
    if not book.embargoes:
        return book
    name = rng.choice(sorted(book.embargoes))
    lift = Lift(at_us=T0 + rng.randint(-100, 300) * SECOND)
    new = book.embargoes[name].model_copy(update={"lifts": (lift,)})
    return book.model_copy(update={"embargoes": {**book.embargoes, name: new}})


def _topic(rng: Random, book: Runbook) -> Runbook:
    """A cue is about something else, or a teaser now."""
    cue = rng.choice(book.cues)
    if rng.random() < 0.5:
        return _with(book, cue.id, teaser=not cue.teaser)
    return _with(book, cue.id, about=rng.choice(((), ("figures",))))
