"""Chains: cues that each come a span after one other, and after nothing else.

``at: X + d``, ``after: X`` alone, and an option's cue after its choice are links. When
such a cue is expected follows from the first of its chain that is still to come, and
from the spans between: nobody has to walk all that lie between them. Links form a
forest; it is cut into paths, so that a place on one tells the way to all before it, and
from any cue few paths lead to the root.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from launchctl.runbook.model import AtCue, Cue
from launchctl.show.plan.cues import film_us
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cue is: its path, its index there, and what lies before it.

    ``span_us`` and ``spans`` count from the root: how long after it, and over how many
    links that are a span, not just "at once".
    """

    path: int
    index: int
    span_us: Micros
    spans: int


@dataclass(slots=True)
class Chains:
    """All paths of a runbook. Cues that neither lead nor follow are on none."""

    paths: list[list[str]] = field(default_factory=list)
    above: list[str | None] = field(default_factory=list)
    """path -> the cue on another path that its first comes after."""
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Link:
    to: str
    span_us: Micros
    is_span: bool


def make_chains(cues: Mapping[str, Cue]) -> Chains:
    """Cut the links of a runbook into paths; linear in its cues."""
    links = {name: link for name, cue in cues.items() if (link := _link(cues, cue))}
    after: dict[str, list[str]] = {}
    for name, link in links.items():
        after.setdefault(link.to, []).append(name)
    order = [name for name in after if name not in links]
    for name in order:  # it grows: every cue comes behind what it comes after
        order.extend(after.get(name, ()))
    longest = _longest(order, after)
    chains = Chains()
    for name in order:
        link = links.get(name)
        before = chains.places[link.to] if link else None
        if link is None or before is None or longest[link.to] != name:
            path, index = len(chains.paths), 0
            chains.paths.append([name])
            chains.above.append(link.to if link else None)
        else:
            path, index = before.path, before.index + 1
            chains.paths[path].append(name)
        chains.places[name] = Place(
            path,
            index,
            (before.span_us if before else 0) + (link.span_us if link else 0),
            (before.spans if before else 0) + (link.is_span if link else 0),
        )
    return chains


def _longest(order: list[str], after: Mapping[str, list[str]]) -> dict[str, str]:
    """Of each cue, that of those after it behind which most cues come."""
    behind = dict.fromkeys(order, 1)
    found = {}
    for name in reversed(order):
        if name in after:
            behind[name] += sum(behind[other] for other in after[name])
            found[name] = max(after[name], key=behind.__getitem__)
    return found


def _link(cues: Mapping[str, Cue], cue: Cue) -> _Link | None:
    """The one cue that plans this one; None if there is none, or several."""
    if isinstance(cue.at, AtCue):
        to, is_span = cue.at.cue, True
        span_us = cue.at.offset_us + (film_us(cues.get(to)) if cue.at.film else 0)
    elif cue.at is None and cue.after is not None and len(cue.after.named) == 1:
        to = cue.after.named[0]
        span_us = film_us(cues.get(to))
        is_span = span_us > 0
    elif cue.at is None and cue.after is None and cue.option is not None:
        to, span_us, is_span = cue.option.choice, 0, False
    else:
        return None
    return _Link(to, span_us, is_span) if to in cues and span_us >= 0 else None
