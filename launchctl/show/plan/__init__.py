"""What never changes in a run, worked out once: order, slots, rules, who reads what."""

from launchctl.show.plan.cues import Planned, Slot, film_us, predecessors, slots_of
from launchctl.show.plan.make import make_plan
from launchctl.show.plan.plan import Plan, may, promise_key, roles_that_may

__all__ = [
    "Plan",
    "Planned",
    "Slot",
    "film_us",
    "make_plan",
    "may",
    "predecessors",
    "promise_key",
    "roles_that_may",
    "slots_of",
]
