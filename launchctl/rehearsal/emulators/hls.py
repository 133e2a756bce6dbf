"""An emulated CDN: HLS playlists whose edge moves with the clock, or stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from launchctl.rehearsal.emulators.obs_world import World
from launchctl.rehearsal.emulators.web import HttpFarEnd
from launchctl.times import SECOND, Micros, format_instant

_SEGMENTS = 5


class HlsEmulator(HttpFarEnd):
    """Any path is a playlist of segments; faults ``on`` get.

    Attributes:
        segment_us: how long a segment is.
        behind_us: how far the edge is behind the clock, besides its own segment.
        dated: whether segments carry EXT-X-PROGRAM-DATE-TIME.
        frozen_us: the instant at which the edge stopped; None: it moves.
    """

    def __init__(self, now_us: Callable[[], Micros]) -> None:
        super().__init__(now_us)
        self.segment_us = 2 * SECOND
        self.behind_us = 4 * SECOND
        self.dated = True
        self.frozen_us: Micros | None = None
        self._mixer: World | None = None
        self._live_us: tuple[Micros, Micros] | None = None

    def follow(self, mixer: World) -> None:
        """Carry what this mixer streams: nothing before it does, and no more after."""
        self._mixer = mixer

    def freeze(self) -> None:
        """The edge stops, as when a server hangs and nobody notices."""
        self.frozen_us = self.now_us()

    def thaw(self) -> None:
        """It moves again."""
        self.frozen_us = None

    def make_app(self) -> web.Application:
        """Any path."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.Response:
        fault = await self.faults.take("get")
        if fault is not None:
            return await self.faults.play(fault, request, self.now_us())
        playlist = self._playlist()
        if playlist is None:
            return web.Response(status=404, text="nothing has been streamed yet")
        return web.Response(text=playlist, content_type="application/vnd.apple.mpegurl")

    def _span_us(self) -> tuple[Micros, Micros]:
        """What viewers can have: from the stream's first instant to its last."""
        now_us = self.now_us() if self.frozen_us is None else self.frozen_us
        if self._mixer is None:
            return 0, now_us
        stream = self._mixer.outputs.stream
        if stream.active and not stream.reconnecting:
            loop_s = asyncio.get_running_loop().time()
            began_us = self.now_us() - round((loop_s - stream.began_s) * SECOND)
            self._live_us = (began_us, now_us)
        return self._live_us or (now_us, now_us)

    def _playlist(self) -> str | None:
        """The newest segments; None before there is one."""
        began_us, at_us = self._span_us()
        newest = (at_us - self.behind_us) // self.segment_us - 1
        oldest = max(newest - _SEGMENTS + 1, began_us // self.segment_us)
        if oldest > newest:
            return None
        length = self.segment_us / SECOND
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:6",
            f"#EXT-X-TARGETDURATION:{max(1, round(length))}",
            f"#EXT-X-MEDIA-SEQUENCE:{oldest}",
        ]
        for number in range(oldest, newest + 1):
            if self.dated:
                began = format_instant(number * self.segment_us)
                lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{began}")
            lines += [f"#EXTINF:{length:.3f},", f"segment-{number}.ts"]
        return "\n".join(lines) + "\n"
