"""Watching OBS: what changed, and whose doing it was.

Every change is told as ``StageSeen`` (``telling``); one that no command explains also
as ``HandSeen``, and first, so that nothing is decided against a hand already seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from obswebsocket import requests

from launchctl.drivers.base import Context
from launchctl.drivers.obs.diff import Identity, hands, was_restarted
from launchctl.drivers.obs.link import ANSWER_S, Pair
from launchctl.drivers.obs.look import find, item_sources, look_at_everything, text_now
from launchctl.drivers.obs.seen import Change, Seen
from launchctl.drivers.obs.telling import Teller
from launchctl.drivers.obs.trouble import ObsError, RefusedByObsError
from launchctl.drivers.obs.wanted import (
    PROGRAM,
    RECORD,
    STREAM,
    Wanted,
    source_of,
    text_of,
    visible_of,
)
from launchctl.show.inputs import HandSeen, Input, Noted
from launchctl.times import Micros

TRANSITION = "transition"
"""In ``Wanted`` alone: whose choice the current transition was."""


class Watch:
    """Sees one OBS.

    Attributes:
        seen: what OBS told of itself.
        wanted: what OBS was told.
        house: (transition, milliseconds or None) of cuts that bring none of their own.
        heard: the last event about a thing: (value, instant on N).
        why_down: why there is no connection; None while there is one.
        fatal: nothing helps until somebody acts.
        on_up: who hears of a connection; True if OBS was restarted before it.
        on_collection: who hears that another scene collection was loaded.
        on_hand: who hears what a person changed.
    """

    def __init__(self, context: Context, stage: str) -> None:
        self._context = context
        self._stage = stage
        self.seen = Seen()
        self.wanted = Wanted()
        self.house: tuple[str, int | None] | None = None
        self.heard: dict[str, tuple[Any, Micros]] = {}
        self.why_down: str | None = "not connected yet"
        self.fatal = False
        self.on_up: list[Callable[[bool], None]] = []
        self.on_collection: list[Callable[[], None]] = []
        self.on_hand: list[Callable[[str], None]] = []
        self._identity: Identity | None = None
        self._pair: Pair | None = None
        self._items: dict[tuple[str, int], str] = {}
        self._looking = False
        self._teller = Teller(context, stage)
        self._pulse = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- waiting -------------------------------------------------------------------

    @property
    def unsettled(self) -> bool:
        """OBS loads another scene collection, or was not looked through since: a
        request now may crash it, and what it tells is nobody's hand.
        """
        return self.seen.changing or self._looking

    async def changed(self) -> None:
        """Wait for the next news of any kind."""
        await self._pulse.wait()

    def _notify(self) -> None:
        self._pulse.set()
        self._pulse = asyncio.Event()

    @property
    def pair(self) -> Pair | None:
        """The present connections; None while there are none."""
        return self._pair

    def report(self, seen: Input) -> None:
        """Tell the conductor what a command saw on its way."""
        self._context.report(seen)

    # --- what the link tells ---------------------------------------------------------

    def event(self, name: str, data: Mapping[str, Any]) -> None:
        """Fold an event, judge whose doing it was, tell the conductor."""
        try:
            change = self.seen.take(name, data, self._context.now_us())
            if name == "SceneItemEnableStateChanged":
                change = self._item_change(data)
            elif name == "InputSettingsChanged":
                self.spawn(self._check_text(str(data["inputName"])))
            elif name == "CurrentSceneTransitionChanged":
                self._judge_transition()
            elif name == "CurrentSceneCollectionChanged":
                self._looking = True
                self.spawn(self._look_again())
        except (KeyError, TypeError, ValueError):
            return  # an event without its fields tells nothing
        if change is not None and self.why_down is None and not self.unsettled:
            self._judge(change)  # before that, the look finds it
        self._tell()
        self._notify()

    async def up(self, pair: Pair) -> None:
        """Look at everything; tell a restart from a cut line."""
        self.seen = Seen()
        self._looking = False
        self._teller.forget_frames()
        await look_at_everything(pair.events, self.seen)
        identity = await self._identify(pair)
        before, self._identity = self._identity, identity
        restarted = before is not None and was_restarted(before, identity)
        self._pair = pair
        self.why_down = None
        self.fatal = False
        if restarted:
            self.wanted.forget()
            self._items.clear()
            self.house = None
        else:
            await self._find_hands(pair)
        await self._take_over(pair)
        self._tell(restarted=restarted)
        for listener in self.on_up:
            listener(restarted)
        self._notify()

    async def beat(self, pair: Pair) -> None:
        """Ping both connections with questions whose answers are wanted."""
        if self.unsettled:
            return  # asking OBS now has crashed it (obs-websocket issue 894)
        identity, stream = await asyncio.gather(
            self._identify(pair),
            pair.events.call(requests.GetStreamStatus(), ANSWER_S),
        )
        self._identity = identity
        self._teller.take_stream(self.seen, stream.datain)
        for what in tuple(self.wanted.values):
            source = source_of(what)
            if source is not None and not self.unsettled:
                await self._check_text(source)
        self._tell()
        self._notify()

    def down(self, why: str, *, fatal: bool) -> None:
        """No connection; every field is unknown from here on."""
        if self.seen.leaving:
            why = "OBS was closed"
        self.why_down = why
        self.fatal = fatal
        self._pair = None
        self._tell()
        self._notify()

    async def aclose(self) -> None:
        """End what is still being looked up."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    # --- judging --------------------------------------------------------------------

    def _judge(self, change: Change) -> None:
        what, value = change
        self.heard[what] = (value, self._context.now_us())
        if not self.wanted.explains(what, value):
            self._hand(what, value)

    def _hand(self, what: str, value: Any) -> None:
        self.wanted.accept(what, value)
        self._context.report(HandSeen(self._stage, what, value))
        for listener in self.on_hand:
            listener(what)

    def _judge_transition(self) -> None:
        if not self.wanted.explains(TRANSITION, self.seen.transition):
            self.wanted.accept(TRANSITION, self.seen.transition)
            self.house = (self.seen.transition, self.seen.duration_ms)

    def _item_change(self, data: Mapping[str, Any]) -> Change | None:
        scene, number = str(data["sceneName"]), int(data["sceneItemId"])
        shown = bool(data["sceneItemEnabled"])
        source = self._items.get((scene, number))
        if source is None:
            self.spawn(self._learn_items(scene, number, shown=shown))
            return None
        return visible_of(scene, source), shown

    async def _learn_items(self, scene: str, number: int, *, shown: bool) -> None:
        if self._pair is None:
            return
        for known, source in (await item_sources(self._pair.events, scene)).items():
            self._items[scene, known] = source
        if (scene, number) in self._items:
            self._judge((visible_of(scene, self._items[scene, number]), shown))
            self._notify()

    def found_on_program(self, scene: str) -> None:
        """A command asked and found its scene on program, without any event."""
        self.seen.found_on_program(scene, self._context.now_us())
        self._tell()
        self._notify()

    def know_item(self, scene: str, number: int, source: str) -> None:
        """A source's number in a scene, just learnt by a command."""
        self._items[scene, number] = source

    async def _check_text(self, source: str) -> None:
        """OBS 29 sends no event for a changed text: read it and compare."""
        what = text_of(source)
        if self._pair is None or what not in self.wanted.values:
            return
        edition = self.wanted.edition(what)
        if self.wanted.flying(what):
            return
        try:
            text = await text_now(self._pair.events, source)
        except RefusedByObsError:
            return
        same = self.wanted.edition(what) == edition
        if same and not self.wanted.explains(what, text):
            self._hand(what, text)

    async def _look_again(self) -> None:
        """Another scene collection is loaded. Its program is somebody's choice; what
        was set in the old one's sources is not in its, and nobody took it away.
        """
        try:
            if self._pair is None:
                return
            self._items.clear()
            await look_at_everything(self._pair.events, self.seen)
            self.wanted.forget_sources()
            await self._find_hands(self._pair)
        finally:
            self._looking = False
        said = "another scene collection is loaded: what cues set in sources is gone"
        self._context.report(Noted(self._context.name, said, level="warning"))
        for listener in self.on_collection:
            listener()
        self._tell()
        self._notify()

    async def _find_hands(self, pair: Pair) -> None:
        found = await find(pair.events, self.seen, self.wanted.values)
        for what, value in hands(self.wanted, found):
            self._hand(what, value)
        for what, value in found.items():
            if not self.wanted.flying(what) and what not in (STREAM, RECORD):
                self.wanted.accept(what, value)

    async def _take_over(self, pair: Pair) -> None:
        """What nobody told OBS yet is wanted as it is."""
        found = await find(pair.events, self.seen, (PROGRAM, STREAM, RECORD))
        for what, value in found.items():
            if what not in self.wanted.values:
                self.wanted.accept(what, value)
        if self.seen.program is not None:
            self._judge((PROGRAM, self.seen.program))
        self.wanted.accept(TRANSITION, self.seen.transition)
        if self.house is None:
            self.house = (self.seen.transition, self.seen.duration_ms)

    # --- health ---------------------------------------------------------------------

    async def _identify(self, pair: Pair) -> Identity:
        stats = await pair.commands.call(requests.GetStats(), ANSWER_S)
        return Identity(
            pair.commands.salt,
            int(stats.getRenderTotalFrames()),
            float(stats.getActiveFps()),
            self._context.now_us(),
        )

    def _tell(self, *, restarted: bool = False) -> None:
        self._teller.tell(self.seen, self.why_down, restarted=restarted)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Look something up beside the events, which must not wait for it."""

        async def guarded() -> None:
            try:
                await work
            except ObsError:
                return  # the link notices a dead connection by itself

        task = asyncio.get_running_loop().create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
