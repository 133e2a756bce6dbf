"""N, R and T: which instant is which (SEMANTICS 1).

**N** is what the engine is given. **R** is N minus all time under hold, the union of
holds. **T = R - zero**. A recycle sets R back, so that T goes back and every instant
that it does not concern keeps its T. All are integers in microseconds; R stands still
in a hold, so one R can be many N, and ``n_at_r`` gives the first.
"""

from __future__ import annotations

from launchctl.show.state import State
from launchctl.times import Micros


def r_at(state: State, n_us: Micros) -> Micros:
    """R at an instant of N, past or (as if no hold came or went) to come."""
    if state.stopped_since_us is not None:
        n_us = min(n_us, state.stopped_since_us)
    stood_us = 0
    for began_us, ended_us in reversed(state.stops):
        if n_us > began_us:
            stood_us += min(n_us, ended_us) - began_us
    for at_us, back_us in state.jumps:
        if at_us <= n_us:
            stood_us += back_us
    return n_us - stood_us


def n_at_r(state: State, r_us: Micros) -> Micros:
    """The first instant of N at which R was, or will be, ``r_us``.

    In a hold R's future has no instant; what it would be without the hold is given.
    After a recycle it is the present pass that counts, as far back as it goes.
    """
    n_us, pass_us = r_us, None
    for at_us, _ in reversed(state.jumps):
        began_r_us = r_at(state, at_us)
        if r_us >= began_r_us:
            n_us, pass_us = at_us + r_us - began_r_us, at_us
            break
    for began_us, ended_us in state.stops:
        if pass_us is not None and began_us < pass_us:
            continue
        if n_us <= began_us:
            return n_us
        n_us += ended_us - began_us
    return n_us


def t_at(state: State, n_us: Micros) -> Micros | None:
    """T at an instant of N; None before T-0 is set."""
    if state.zero_r_us is None:
        return None
    return r_at(state, n_us) - state.zero_r_us


def wall_at(state: State, n_us: Micros) -> Micros:
    """What the wall clock shows at an instant of N."""
    return n_us + state.skew_us


def n_at_wall(state: State, wall_us: Micros) -> Micros:
    """The instant of N of a wall instant."""
    return wall_us - state.skew_us
