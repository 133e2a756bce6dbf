"""What a show waits for people to say, as everybody can read it, and what says yes.

Each question is answered by one ordinary call. Whoever plays the people of a rehearsal
asks here: the crew that says yes to everything, and the person at the console.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from launchctl.rehearsal.scenery import gates_of
from launchctl.runbook.model import Confirmed, Runbook
from launchctl.show.status import GateStatus, PostStatus, Status
from launchctl.times import Micros, parse_instant

EVIDENCE = "https://rehearsal.invalid/evidence"
"""What a rehearsal's people show where evidence is asked for."""


@dataclass(frozen=True, slots=True)
class Question:
    """One of them, and the call that says yes. Two that want the same call are equal.

    Attributes:
        verb, target: of the call.
        args: its arguments.
        person: who of the role, where two are asked: ``one``.
        role: who is asked.
        words: what is asked, as a clause: ``GO for reveal``.
        options: what can be answered instead, where that is a word.
        at_us: N of the instant before which nobody wants the answer; 0: none.
        mark: changes when the same is asked anew.
    """

    verb: str
    target: str
    args: tuple[tuple[str, str], ...] = ()
    person: str = ""
    role: str = field(default="", compare=False)
    words: str = field(default="", compare=False)
    options: tuple[str, ...] = field(default=(), compare=False)
    at_us: Micros = field(default=0, compare=False)
    mark: str = field(default="", compare=False)


def questions(status: Status, runbook: Runbook) -> Iterator[Question]:
    """All that is asked now. What is in doubt is not among them: nobody can say yes."""
    yield from _gos(status)
    yield from _texts(status)
    yield from _asks(status)
    for gate in status["gates"]:
        yield from _approvals(gate, status["posts"])
        yield from _confirmations(gate, runbook)
    yield from _repairs(status, runbook)


def roles_that_may(runbook: Runbook, words: Iterable[str]) -> list[str]:
    """The roles of the crew that may do any of these."""
    wanted = {*words, "*", "everything"}
    return [name for name, role in runbook.crew.items() if wanted & {*role.may}]


def _gos(status: Status) -> Iterator[Question]:
    planned = {cue["cue"]: cue["planned"] for cue in status["cues"]}
    for role, standby in status["standby"].items():
        cue = standby["cue"]
        at = planned.get(cue)
        yield Question(
            "go",
            cue,
            role=role,
            words=f"GO for {cue}",
            at_us=parse_instant(at) if at else 0,
            mark=str(standby["seq"]),
        )


def _texts(status: Status) -> Iterator[Question]:
    for post in status["posts"]:
        if post["state"] in {"waiting", "parked"}:
            for role in post["needs"]:
                yield _approval(post, role)


def _approval(post: PostStatus, role: str) -> Question:
    return Question(
        "approve",
        post["digest"],
        (("role", role),),
        role=role,
        words=f"approve the text of {post['cue']} as {post['account']}",
    )


def _asks(status: Status) -> Iterator[Question]:
    """Choices, polls and tasks."""
    for choice in status["choices"]:
        yield Question(
            "choose",
            choice["choice"],
            (("option", str(choice["default"])),),
            role=choice["ask"][0],
            words=f"choose {choice['default']} at {choice['choice']}",
            options=tuple(choice["options"]),
        )
    for poll in status["polls"]:
        for role in poll["missing"] if poll["until"] else ():
            yield Question(
                "vote",
                poll["poll"],
                (("role", role), ("vote", "go")),
                role=role,
                words=f"vote go at {poll['poll']}",
            )
    for task in status["tasks"]:
        yield Question(
            "confirm",
            task["cue"],
            role=task["who"],
            words=f"confirm {task['cue']}: {task['what']}",
        )


def _approvals(closed: GateStatus, posts: Iterable[PostStatus]) -> Iterator[Question]:
    """A cue may want consent to its texts that no rule of ``approvals`` asks for."""
    kind, _, roles = closed["gate"].partition(": ")
    if kind != "approved_by":
        return
    for post in posts:
        given = {approval["role"] for approval in post["approved"]}
        for role in roles.split(", "):
            if post["cue"] == closed["cue"] and role not in given:
                yield _approval(post, role)


def _confirmations(closed: GateStatus, runbook: Runbook) -> Iterator[Question]:
    """What people may record to be so, if the cue waits for that."""
    kind, _, role = closed["gate"].partition(": ")
    cue = closed["cue"]
    if kind == "two_person":
        for person in ("one", "two"):
            yield Question(
                "confirm",
                cue,
                (("role", role),),
                person,
                role=role,
                words=f"confirm {cue}, as person {person} of two",
            )
    for gate in gates_of(runbook):
        if isinstance(gate, Confirmed) and gate.what in closed["why"]:
            yield Question(
                "confirm",
                gate.what,
                (("role", gate.by),),
                role=gate.by,
                words=f"confirm {gate.what}, which {cue} waits for",
            )


def _repairs(status: Status, runbook: Runbook) -> Iterator[Question]:
    """Of what stands still."""
    for hold in status["holds"]:
        if hold["until"] is None:
            reason = f" ({hold['reason']})" if hold["reason"] else ""
            yield Question(
                "resume",
                hold["name"],
                role=next(iter(hold["release"]), ""),
                words=f"resume from the hold {hold['name']}{reason}",
                mark=hold["since"],
            )
    for cue in status["cues"]:
        if cue["state"] == "parked":
            reason = f" ({cue['reason']})" if cue["reason"] else ""
            yield Question(
                "fire",
                cue["cue"],
                role=next(iter(roles_that_may(runbook, ["go"])), ""),
                words=f"fire {cue['cue']}, which is parked{reason}",
                mark=f"{cue['take']} {cue['reason']}",
            )
