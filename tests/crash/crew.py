"""The crew of the show that is killed: they see what pages show, and press.

They know nothing of crashes. A standby gets its GO, a text its approval, a poll
its votes, a hold its resume, what parked or failed its fire; what a machine asks
is done; and what is in doubt they look up at the far end, and say.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from yarl import URL

from launchctl.conductor.viewer import Viewer
from launchctl.runbook.actions import AnyAction, Http, Osc
from launchctl.show.inputs import Call
from launchctl.show.status import Status
from launchctl.store.base import Inbox, Line
from tests.crash.hall import Hall

_LOOK_S = 0.6
_ANSWER_S = 30.0
"""Seconds of N: then they press again."""
_Wish = tuple[str, str | None, dict[str, Any]]


class Crew:
    """Everybody who calls the show.

    Attributes:
        told: what they said became of what was in doubt: (cue, account, outcome).
        answers: of their calls, by id: the journal's line.
    """

    def __init__(self, seen: Hall, viewer: Viewer, inbox: Inbox) -> None:
        self._hall = seen
        self._viewer = viewer
        self._inbox = inbox
        self._count = itertools.count(1)
        self._pressed: dict[str, tuple[str, float]] = {}
        self._read = 0
        self.told: list[tuple[str, str | None, str]] = []
        self.answers: dict[str, Line] = {}

    async def work(self) -> None:
        """Until the show is over."""
        while not self._viewer.engine.finished:
            for line in await self._viewer.lines(self._read):
                self._read = line["seq"]
                if line["event"] in {"call_accepted", "call_refused"}:
                    self.answers[line["call"]] = line
            if self._read:
                status = self._viewer.status()
                for wish in self._wishes(status):
                    await self._press(wish, status["seq"])
            await asyncio.sleep(_LOOK_S)

    async def _press(self, wish: _Wish, seq: int) -> None:
        verb, target, args = wish
        if self._is_pending(name := f"{verb} {target} {sorted(args.items())}"):
            return
        if verb == "settle":
            told = (str(target), args.get("account"), str(args["outcome"]))
            self.told.append(told)
        call_id = f"crew-{next(self._count):04}"
        self._pressed[name] = call_id, asyncio.get_running_loop().time()
        await self._inbox.put(
            Call(
                id=call_id,
                by="crew",
                roles=frozenset({"caller", "comms"}),
                verb=verb,
                target=target,
                args={"why": "the show goes on", **args},
                seen=seq,
                at_us=self._hall.origin.now_us(),
            )
        )

    def _is_pending(self, name: str) -> bool:
        """Pressed already, and either not answered yet or about to have its effect."""
        call_id, at_s = self._pressed.get(name, ("", 0.0))
        if not call_id:
            return False
        since_s = asyncio.get_running_loop().time() - at_s
        answer = self.answers.get(call_id)
        if answer is not None and answer["event"] == "call_refused":
            return since_s < _LOOK_S
        return since_s < _ANSWER_S

    # --- what they want -------------------------------------------------------------

    def _wishes(self, status: Status) -> Iterator[_Wish]:
        for post in status["posts"]:
            if post["needs"]:
                yield "approve", post["digest"], {}
        for poll in status["polls"]:
            if poll["until"]:
                for role in poll["missing"]:
                    yield "vote", poll["poll"], {"vote": "go", "role": role}
        for standby in status["standby"].values():
            yield "go", standby["cue"], {}
        for hold in status["holds"]:
            yield "resume", hold["name"], {"confirm": True}
        for stage in status["stages"]:
            for text in stage.get("asks", ()):
                yield from self._asked(text)
        yield from self._ended_otherwise(status)

    def _ended_otherwise(self, status: Status) -> Iterator[_Wish]:
        for cue in status["cues"]:
            name, state = cue["cue"], cue["state"]
            if state == "in_doubt":
                yield from self._doubts(name)
            elif state in {"parked", "failed"}:
                yield "fire", name, {}

    def _asked(self, text: str) -> Iterator[_Wish]:
        """After a restart: the counter, the microphone."""
        if "counter" in text.lower():
            yield "counter", "open", {}
        else:
            yield "do", None, {"action": "{audio: {input: Lectern, open: true}}"}

    def _doubts(self, name: str) -> Iterator[_Wish]:
        """They look at the network, at the shop, at the lights."""
        core = self._viewer.engine._core
        planned, cue = core.plan.cues[name], core.state.cues[name]
        for slot in planned.slots:
            action = cue.actions.get(slot.id)
            if action is None or action.state != "in_doubt":
                continue
            there = self._is_there(slot.action, action.content)
            outcome = "sent" if there else "not-sent"
            args: dict[str, Any] = {"outcome": outcome, "url": there or None}
            if slot.account:
                args["account"] = slot.account
            yield "settle", name, args
            return

    def _is_there(self, action: AnyAction, content: Mapping[str, Any]) -> str:
        if isinstance(action, Http):
            return "seen" if self._hall.posted(URL(action.http.url).path) else ""
        if isinstance(action, Osc):
            return "seen" if self._hall.desk.told else ""
        for post in self._hall.x.posts:
            if post.text == content["text"]:
                return f"https://x.com/i/status/{post.id}"
        return ""
