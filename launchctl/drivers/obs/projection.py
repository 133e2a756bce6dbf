"""Texts that follow a number: the latest wins, at most ten a second leave.

OBS shows 30 pictures a second and accepts thousands of texts; all but the last one of
a tenth of a second would be work for nothing. A text is not tied to a cue: a lost one
is replaced by the next. A source that a person has written into is left alone until
somebody says otherwise, and so is every source after OBS was restarted: what a
reconnect brings back by itself is nobody's decision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from obswebsocket import requests

from launchctl.drivers.obs.link import ANSWER_S, Link
from launchctl.drivers.obs.trouble import ObsError, RefusedByObsError
from launchctl.drivers.obs.wanted import Wanted, source_of, text_of

SPACING_S = 0.1


class Projection:
    """Carries the latest text of each source to OBS. ``run`` does the work."""

    def __init__(
        self, link: Callable[[], Link | None], wanted: Callable[[], Wanted]
    ) -> None:
        self._link = link
        self._wanted = wanted
        self._latest: dict[str, str] = {}
        self._due: set[str] = set()
        self._by_hand: set[str] = set()
        self._stood: set[str] = set()
        """Texts that stood when OBS was restarted: somebody says whether they do."""
        self._refused: dict[str, str] = {}
        self._work = asyncio.Event()

    def show(self, source: str, text: str, *, over_hand: bool = False) -> None:
        """Show ``text`` as soon as may be; an older one not yet sent is dropped.

        ``over_hand``: somebody asked for it, so a person's own text is replaced too.
        """
        if over_hand:
            self._by_hand.discard(source)
            self._stood.discard(source)
        if self._latest.get(source) != text or over_hand:
            self._latest[source] = text
            self._due.add(source)
            self._work.set()

    def connected(self, restarted: bool) -> None:  # noqa: FBT001  a listener's shape
        """Send what waited; after a restart nothing before somebody says so."""
        if restarted:
            self._by_hand.clear()
            self._stood.update(self._latest)
        self._refused.clear()
        self._work.set()

    def moved(self) -> None:
        """Another scene collection is loaded: its sources show nothing of it yet. It
        stood all the while, so this opens nothing again.
        """
        self._by_hand.clear()
        self._due.update(set(self._latest) - self._stood)
        self._refused.clear()
        self._work.set()

    def hand(self, what: str) -> None:
        """A person changed ``what``: if it is a text shown here, it is theirs now."""
        source = source_of(what)
        if source in self._latest:
            self._by_hand.add(source)

    def complaints(self) -> list[str]:
        """Sentences for the stage's health."""
        said = [
            f"{source!r} was changed by hand and is left alone"
            for source in sorted(self._by_hand)
        ]
        return [*self._refused.values(), *said]

    async def run(self) -> None:
        """Send what is due, every tenth of a second at most; until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            link = self._link()
            if link is None or link.pair is None:
                continue  # ``connected`` wakes us
            for source in sorted(self._due - self._by_hand - self._stood):
                await self._send(link, source)
            await asyncio.sleep(SPACING_S)

    async def _send(self, link: Link, source: str) -> None:
        pair = link.pair
        if pair is None:
            return
        self._due.discard(source)
        text = self._latest[source]
        ask = requests.SetInputSettings(
            inputName=source, inputSettings={"text": text}, overlay=True
        )
        with self._wanted().telling(text_of(source), text) as told:
            try:
                await pair.commands.call(ask, ANSWER_S)
            except RefusedByObsError as error:
                told.failed()
                self._refused[source] = str(error)
            except ObsError:
                told.doubt()
                self._due.add(source)
            else:
                self._refused.pop(source, None)
