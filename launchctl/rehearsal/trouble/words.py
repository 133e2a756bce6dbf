"""The words of faults, and how long each usually lasts. No rehearsal is needed for it:
plans are checked against this table before anything runs.
"""

from __future__ import annotations

from launchctl.times import MINUTE, SECOND, Micros

STAGES: dict[str, Micros] = {
    "obs-killed": 3 * SECOND,
    "obs-frozen": 5 * SECOND,
    "obs-dropped": 0,
    "obs-slow": 10 * SECOND,
    "stream-lost": 12 * SECOND,
    "film-stalls": 15 * SECOND,
    "film-cut": 0,
}
"""``on`` a stage."""
OUTPUTS: dict[str, Micros] = {"edge-frozen": 20 * SECOND}
"""``on`` an output."""
ANSWERS: dict[str, Micros] = {
    "rate-limited": 8 * SECOND,
    "rate-limited-no-reset": 0,
    "rate-limited-past-reset": 0,
    "unauthorized": 0,
    "no-credit": 0,
    "html-503": 0,
    "html-503-after": 0,
    "garbage-200": 0,
    "garbage-200-after": 0,
    "drop-before": 0,
    "drop-after": 0,
    "hang-before": 0,
    "hang-after": 0,
}
"""``on`` a network, or ``web``: what the next ``times`` posts meet. ``-after``: the far
end has done what was asked before it goes wrong."""
TIMELINES: dict[str, Micros] = {"timeline-lags": 6 * SECOND}
"""``on`` a network: from now on a timeline shows a post so much later."""
SHOPS: dict[str, Micros] = {"shop-down": 2 * MINUTE}
"""``on`` an order source: it is out of reach, and floods when it is back."""
PEOPLE: dict[str, Micros] = {
    "go-delayed": 3 * SECOND,
    "go-late": 12 * SECOND,
    "vote-no": 0,
}
"""Of the next GO, or vote."""
MACHINE: dict[str, Micros] = {
    "suspended": 20 * SECOND,
    "clock-stepped": 5 * SECOND,
    "clock-stepped-back": 5 * SECOND,
    "crash": 5 * SECOND,
}
"""Of the machine that conducts."""

FAR_ENDS = frozenset({*STAGES, *OUTPUTS, *TIMELINES, *SHOPS})
"""What begins at a far end, by its switches."""
WORDS: dict[str, Micros] = {
    **STAGES, **OUTPUTS, **ANSWERS, **TIMELINES, **SHOPS, **PEOPLE, **MACHINE,
}  # fmt: skip
"""Word -> how long it lasts where the plan does not say ``for``."""
