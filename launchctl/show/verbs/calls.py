"""People's calls: accepted or refused, once, with a reason (SEMANTICS 8).

``answer`` checks what holds for every verb: answered before, the state of the show, the
role, expiry. Then the verb's own function says why not, or does it. A refused call
changes nothing. A new verb is a row in ``tables.NEEDS``, a function in this room, and
its line in ``_VERBS``.
"""

from __future__ import annotations

from collections.abc import Callable

from launchctl.show import events as ev
from launchctl.show.core import Core
from launchctl.show.inputs import Call
from launchctl.show.plan import may
from launchctl.show.tables import (
    CALL_EXPIRY_US,
    CLOSING_VERBS,
    EXPIRING,
    FINISHED,
    FINISHED_VERBS,
    NEEDS,
    NOT_BUILT,
    ShowWord,
)
from launchctl.show.verbs import (
    amend,
    asks,
    batons,
    cues,
    jump,
    permits,
    posts,
    recycle,
    retime,
    show,
)
from launchctl.show.verbs.base import Do, Refused
from launchctl.show.verbs.shown import Shown

_VERBS: dict[str, Callable[[Core, Call], Do]] = {
    "go": cues.go,
    "fire": cues.fire,
    "skip": cues.skip,
    "choose": asks.choose,
    "vote": asks.vote,
    "confirm": asks.confirm,
    "hold": show.hold,
    "resume": show.resume,
    "approve": posts.approve,
    "revoke": posts.revoke,
    "silence": posts.silence,
    "unsilence": posts.unsilence,
    "counter": posts.counter,
    "settle": posts.settle,
    "adopt": posts.adopt,
    "override": permits.override,
    "undo": cues.undo,
    "retire": permits.retire,
    "call": show.call_procedure,
    "recycle": recycle.recycle,
    "jump": jump.jump,
    "amend": amend.amend,
    "do": jump.do_one,
    "retime": retime.retime,
    "end": show.end,
    "abort": show.abort,
    "take-baton": batons.take_baton,
}


def answer(core: Core, call: Call) -> None:
    """Answer a call; the same id again gets no second answer, and no event."""
    if call.id in core.state.answered:
        return
    try:
        _check(core, call)
        do = _VERBS[call.verb](core, call)
        free = batons.claim(core, call)
    except Refused as refused:
        core.emit(
            ev.CallRefused,
            by=call.by,
            cue=_cue(core, call),
            call=call.id,
            verb=call.verb,
            target=call.target,
            position=call.position,
            reason=str(refused),
            listed=refused.lines if isinstance(refused, Shown) else (),
            digest=refused.digest if isinstance(refused, Shown) else None,
        )
        return
    core.emit(
        ev.CallAccepted,
        by=call.by,
        cue=_cue(core, call),
        call=call.id,
        verb=call.verb,
        target=call.target,
        position=call.position,
        args={str(key): value for key, value in call.args.items()},
    )
    if free is not None:
        batons.move(core, free, call.by, "the first to call")
    do()


def _cue(core: Core, call: Call) -> str | None:
    return call.target if call.target in core.state.cues else None


def _check(core: Core, call: Call) -> None:
    if not isinstance(call.target, str | None):
        raise Refused("a target is a name")
    if call.verb in NOT_BUILT:
        raise Refused(f"{call.verb} is not built yet in this release")
    if call.verb not in NEEDS:
        raise Refused(f"there is no verb {call.verb!r}")
    word = core.state.show
    if word in FINISHED and call.verb not in FINISHED_VERBS:
        raise Refused(f"the show is {word}")
    if word is ShowWord.CLOSING and call.verb not in CLOSING_VERBS:
        raise Refused("the show is closing")
    _check_role(core, call)
    if call.verb in EXPIRING and core.now_us - call.at_us > CALL_EXPIRY_US:
        age_s = (core.now_us - call.at_us) / 1_000_000
        raise Refused(f"expired: pressed {age_s:.1f} s ago, at most 2 s")


def _check_role(core: Core, call: Call) -> None:
    needs = NEEDS[call.verb]
    if call.verb in ("skip", "fire") and _posts_only(core, call):
        needs = (*needs, "post")
    if call.verb == "call" and _is_answer(core, call):
        needs = (*needs, "post")
    crew = core.runbook.crew
    roles = [name for name in crew if name in call.roles]
    if not roles:
        raise Refused(f"{call.by} has no role in this show")
    if needs and not any(may(crew[role].may, verb) for role in roles for verb in needs):
        have = ", ".join(roles)
        raise Refused(f"{have} may not {call.verb}: it needs {' or '.join(needs)}")


def _is_answer(core: Core, call: Call) -> bool:
    procedure = core.runbook.procedures.get(call.target or "")
    return procedure is not None and procedure.answer


def _posts_only(core: Core, call: Call) -> bool:
    planned = core.plan.cues.get(call.target or "")
    return planned is not None and planned.posts_only
