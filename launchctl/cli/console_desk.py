"""The desk of a rehearsal in virtual time: calls of whoever sits at the console."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from launchctl.cli.calls import CallAnswer, Way, Wish, all_args
from launchctl.errors import InputError
from launchctl.rehearsal.backstage import Backstage
from launchctl.rehearsal.pressing import Deed, People
from launchctl.rehearsal.questions import questions, roles_that_may
from launchctl.rehearsal.recorded import turn_of
from launchctl.rehearsal.script import Step
from launchctl.runbook.model import Runbook
from launchctl.show.status import Status
from launchctl.show.tables import NEEDS
from launchctl.store.base import Line
from launchctl.times import SECOND, parse_instant


@dataclass(slots=True)
class ConsoleDesk:
    """Everybody's desk: each call is made by the role that it is asked of.

    Attributes:
        backstage: where they are.
        people: who presses.
        way: how the call at hand goes.
        person: who of the role says it, where that matters.
        said: the line of a script that repeats each call, by what its ids begin with.
    """

    backstage: Backstage
    people: People
    way: Way = field(default_factory=Way)
    person: str = ""
    said: dict[str, Step] = field(default_factory=dict)

    async def status(self) -> Status:
        """The show now."""
        return await self.backstage.show.whole_status()

    async def since_s(self, seq: int) -> float | None:
        """Seconds of the show since the journal's line ``seq``."""
        for line in (await self.backstage.show.lines(seq - 1))[:1]:
            since_us = self.backstage.clock.now_us() - parse_instant(line["at"])
            return since_us / SECOND
        return None

    async def call(self, wish: Wish) -> CallAnswer:
        """Press, and wait for the conductor's word.

        Raises:
            InputError: the line names another run, or nobody.
        """
        by, role = self._who(wish)
        lines = await self.backstage.show.lines()
        turn = turn_of(wish.verb, wish.target, self.backstage.show.status(), lines)
        step = Step(
            **turn,
            by=by,
            role=role,
            do=wish.verb,
            target=wish.target,
            args=all_args(self.way, wish),
        )
        name = f"console-{len(self.said) + 1}"
        self.said[name] = step
        deed = await self.people.act(step, name)
        line = deed.answer or {}
        return CallAnswer(
            id=str(line.get("call", "")),
            accepted=deed.accepted,
            reason=deed.reason,
            seq=line.get("seq"),
            listed=tuple(line.get("listed", ())),
            digest=line.get("digest"),
        )

    def deeds(self, lines: Iterable[Line]) -> list[Deed]:
        """What became of each call, by the journal at the end: the last one may have
        ended the show, so that nobody was there to hear the answer.
        """
        deeds = {
            name: Deed(step, False, "nobody answered", 1)
            for name, step in self.said.items()
        }
        for line in lines:
            name = str(line.get("call", "")).rsplit("-", 2)[0]
            if line["event"] in {"call_accepted", "call_refused"} and name in deeds:
                accepted = line["event"] == "call_accepted"
                reason = str(line.get("reason") or "")
                deeds[name] = Deed(self.said[name], accepted, reason, 1, line)
        return [*deeds.values()]

    def _who(self, wish: Wish) -> tuple[str, str]:
        """The name and the role: as ``--as`` says, or whom the call is asked of."""
        if self.way.run_dir or self.way.url:
            raise InputError("this console has one show", hint="leave the run out")
        runbook = self.backstage.show.runbook
        name, _, role = (self.way.act_as or "").partition(":")
        role = role or asked_of(wish, self.backstage.show.status(), runbook)
        if role not in runbook.crew:
            known = ", ".join(sorted(runbook.crew))
            raise InputError(f"the runbook has no role {role!r}", hint=f"has: {known}")
        return name or "-".join(filter(None, (role, self.person))), role


def asked_of(wish: Wish, status: Status, runbook: Runbook) -> str:
    """The role that a call is asked of: whom the show asks, or the first that may."""
    named = wish.args.get("role")
    if named:
        return str(named)
    for question in questions(status, runbook):
        if (question.verb, question.target) == (wish.verb, wish.target):
            return question.role
    if wish.verb == "take-baton":
        return wish.target or ""
    may = roles_that_may(runbook, NEEDS.get(wish.verb, ()))
    return next(iter(may or runbook.crew), "")
