"""The driver of one OBS: start, prepare, send, read, check, health.

It makes one attempt per ``send`` and says honestly what came of it. It decides nothing:
retrying, and asserting wanted state again after a restart, is the engine's, which hears
of both through ``StageSeen`` and ``HandSeen``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from typing import Any

from launchctl.drivers.base import Context, Health, Level, Outcome, Reading
from launchctl.drivers.obs.aside import Aside, session
from launchctl.drivers.obs.attempt import Attempt
from launchctl.drivers.obs.confined import withheld
from launchctl.drivers.obs.link import CONNECT_S, Link, Pair
from launchctl.drivers.obs.look import find
from launchctl.drivers.obs.mark import take_away
from launchctl.drivers.obs.messages import (
    connected_health,
    offline,
    state_sentence,
    unwelcome,
)
from launchctl.drivers.obs.outputs import is_already
from launchctl.drivers.obs.perform import DEADLINES_S, PERFORMERS
from launchctl.drivers.obs.prepare import lacking
from launchctl.drivers.obs.projection import Projection
from launchctl.drivers.obs.trouble import (
    ObsError,
    RefusedByObsError,
    RefusedHereError,
    in_words,
)
from launchctl.drivers.obs.wanted import PROGRAM, RECORD, STREAM
from launchctl.drivers.obs.watch import TRANSITION, Watch
from launchctl.errors import OutOfReachError
from launchctl.runbook.actions import (
    Action,
    PlayMedia,
    Record,
    Scene,
    Stream,
)
from launchctl.runbook.model import Stage
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Sight
from launchctl.times import MILLISECOND, SECOND, Micros, micros


class ObsDriver:
    """One stage on one OBS."""

    def __init__(self, definition: Stage, context: Context) -> None:
        self._definition = definition
        self._context = context
        self._watch = Watch(context, context.name.removeprefix("stage:"))
        self._link: Link | None = None
        self._projection = Projection(
            lambda: None if self._watch.unsettled else self._link,
            lambda: self._watch.wanted,
        )
        self._aside = Aside(definition.url, self._password)
        self._needs: tuple[Action, ...] = ()
        self._lacks: tuple[str, ...] = ()
        self._watch.on_up.append(self._projection.connected)
        self._watch.on_collection.append(self._projection.moved)
        self._watch.on_up.append(lambda _restarted: self._unmark())
        self._watch.on_up.append(lambda _restarted: self._look_at_stock())
        self._watch.on_collection.append(self._look_at_stock)
        self._watch.on_hand.append(self._projection.hand)

    async def start(self, stack: AsyncExitStack) -> None:
        """Begin to connect; returns once the first try has ended, either way.

        Raises:
            SecretMissingError: the runbook names a password that is not there.
        """
        password = self._password()
        web = await stack.enter_async_context(session())
        stack.push_async_callback(self._watch.aclose)
        self._link = Link(
            web, self._definition.url, password, self._watch, self._context.pause
        )
        for work in (self._link.run(), self._projection.run()):
            task = asyncio.create_task(work, name=f"{self._context.name} at work")
            task.add_done_callback(self._ended)
            stack.push_async_callback(_cancel, task)
        await self._link.tried.wait()

    async def prepare(self, command: Command) -> str | None:
        """Whether OBS is there and has what the command names; a sentence if not."""
        pair = self._pair
        if pair is None:
            return self._why_not()
        try:
            said = await lacking(pair, self._watch.seen, [command.action])
        except (ObsError, KeyError) as error:
            return in_words(error)
        return "; ".join(said) or None

    async def lacks(self, actions: Iterable[Action]) -> tuple[str, ...]:
        """Sentences about scenes, sources and transitions that OBS does not have; asked
        again by itself whenever OBS comes with another scene collection.
        """
        self._needs = tuple(actions)
        await self._take_stock()
        return self._lacks if self._pair is not None else (self._why_not(),)

    def _look_at_stock(self) -> None:
        self._watch.spawn(self._take_stock())

    async def _take_stock(self) -> None:
        pair = self._pair
        if pair is None or not self._needs:
            return
        await self._left_in_peace(self._context.now_us() + micros(CONNECT_S))
        if self._watch.unsettled:
            return  # asked when it has changed
        with suppress(ObsError, KeyError):  # a dead connection is noticed by the link
            self._lacks = await lacking(pair, self._watch.seen, self._needs)

    async def send(self, command: Command) -> Outcome:
        """One attempt, confirmed by OBS's own word."""
        perform = PERFORMERS.get(type(command.action))
        if perform is None:
            kind = command.action.kind
            return Outcome(Answer.REFUSED, f"OBS has nothing to do with {kind!r}")
        deadline_us = self._deadline(command)
        with self._watch.wanted.waiting(_subject_of(command.action)):
            await self._left_in_peace(deadline_us)
        pair = self._pair
        if pair is None or self._watch.unsettled:
            return Outcome(Answer.NOT_SENT, self._why_not())
        attempt = Attempt(pair, self._watch, self._context.now_us, deadline_us)
        try:
            kept = await withheld(attempt, command) if self._context.confined else None
            return kept or await perform(attempt, command)
        except RefusedHereError as error:
            return Outcome(Answer.REFUSED, str(error))
        except RefusedByObsError as error:
            return Outcome(Answer.REFUSED, str(error), sent_us=attempt.sent_us)
        except (ObsError, KeyError) as error:
            said = in_words(error)
            if attempt.sent_us is None:
                return Outcome(Answer.NOT_SENT, said)
            return Outcome(Answer.UNKNOWN, said, sent_us=attempt.sent_us)

    def _deadline(self, command: Command) -> Micros:
        if command.deadline_us:
            return command.deadline_us
        action = command.action
        span_us = micros(DEADLINES_S[type(action)])
        if isinstance(action, Scene) and action.transition is not None:
            span_us += action.transition.duration_us
        if isinstance(action, PlayMedia):
            span_us += action.media.length_us
        return self._context.now_us() + span_us

    async def _left_in_peace(self, deadline_us: Micros) -> None:
        """Wait while OBS changes its scene collection; a command now may crash it."""
        with suppress(TimeoutError):
            left_s = (deadline_us - self._context.now_us()) / SECOND
            async with asyncio.timeout(max(0.0, left_s)):
                while self._pair is not None and self._watch.unsettled:
                    await self._watch.changed()

    async def read(self, command: Command) -> Reading:
        """Whether the stream or the recording is as the command wanted it."""
        action, pair = command.action, self._pair
        if not isinstance(action, Stream | Record):
            return Reading(Sight.UNREADABLE, detail="OBS keeps no record of commands")
        if pair is None:
            return Reading(Sight.UNREADABLE, detail=self._why_not())
        what = STREAM if isinstance(action, Stream) else RECORD
        wish = action.stream if isinstance(action, Stream) else action.record
        deadline_us = self._context.now_us() + micros(CONNECT_S)
        attempt = Attempt(pair, self._watch, self._context.now_us, deadline_us)
        try:
            there = await is_already(attempt, what, wish)
        except ObsError as error:
            return Reading(Sight.UNREADABLE, detail=str(error))
        return Reading(
            Sight.FOUND if there else Sight.ABSENT,
            detail=state_sentence(self._watch.seen),
        )

    async def standing(self, names: Iterable[str]) -> dict[str, Any]:
        """What stands there now, by the names of the wanted state."""
        pair, seen = self._pair, self._watch.seen
        if pair is None:
            return {}
        asked = tuple(names)
        try:
            found = await find(pair.commands, seen, asked)
        except (ObsError, KeyError):
            return {}  # its health says why
        if TRANSITION in asked:
            length_us = (seen.duration_ms or 0) * MILLISECOND
            found[TRANSITION] = {"name": seen.transition, "duration_us": length_us}
        return found

    async def live_target(self) -> str | None:
        """Where OBS streams to now, if beyond this machine; None: it does not.
        Connects anew, and works before ``start``.

        Raises:
            OutOfReachError: OBS cannot be asked.
        """
        return await self._aside.live_target()

    async def mark(self, *, on: bool) -> None:
        """Put REHEARSAL on top of every scene, or take it away. Connects anew, and
        works before ``start``.

        Raises:
            OutOfReachError: OBS did not do it.
        """
        await self._aside.mark(on=on)

    def _unmark(self) -> None:
        """What a killed rehearsal left in the picture is in no show."""
        if not self._context.confined:
            self._watch.spawn(self._take_mark_away())

    async def _take_mark_away(self) -> None:
        pair = self._pair
        if pair is not None and not self._watch.unsettled:
            with suppress(ObsError, KeyError):  # a dead connection is noticed
                await take_away(lambda each: pair.commands.call(each, CONNECT_S))

    async def check(self) -> Health:
        """Connect anew and ask: reachable, password right, which versions.

        Works before ``start`` too. A good answer also ends the waiting after a refused
        password.
        """
        try:
            text = await self._aside.versions()
        except OutOfReachError as error:
            return Health(Level.BAD, str(error))
        if self._link is not None and self._pair is None:
            self._link.try_again()
        return Health(Level.GOOD, text)

    def _why_not(self) -> str:
        """Why nothing can be asked now: the last health may not know it yet."""
        if self._pair is None and self._watch.why_down is None:
            return offline(self._definition.url, "the connection was just lost")
        return self.health().text

    def health(self) -> Health:
        """The last known health; asks nobody."""
        watch = self._watch
        if watch.why_down is None:
            complaints = (*self._lacks, *self._projection.complaints())
            return connected_health(watch.seen, complaints)
        if watch.fatal:
            return Health(Level.BAD, unwelcome(self._definition.url, watch.why_down))
        return Health(Level.OFFLINE, offline(self._definition.url, watch.why_down))

    def show_text(self, source: str, text: str, *, over_hand: bool = False) -> None:
        """Let a text source follow a number: latest wins, at most ten a second.

        Never blocks and never fails; trouble is in ``health``. A source that a person
        wrote into is left alone until ``over_hand``; so are all after a restart of OBS.
        """
        self._projection.show(source, text, over_hand=over_hand)

    @property
    def _pair(self) -> Pair | None:
        return None if self._link is None else self._link.pair

    def _password(self) -> str | None:
        ref = self._definition.password
        return None if ref is None else self._context.secrets.get(ref)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A loop of ours died of a defect: say so, and have it logged."""
        if task.cancelled() or task.exception() is None:
            return
        error = task.exception()
        self._watch.down(f"the driver failed: {error!r}", fatal=True)
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"{task.get_name()} failed", "exception": error, "task": task}
        )


def _subject_of(action: Action) -> str:
    """What it changes that a scene collection changes too; its kind, if nothing."""
    return PROGRAM if isinstance(action, Scene | PlayMedia) else action.kind


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
