"""An emulated CDN: HLS playlists whose edge moves with the clock, or stands still."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

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
        return web.Response(
            text=self._playlist(), content_type="application/vnd.apple.mpegurl"
        )

    def _playlist(self) -> str:
        at_us = self.now_us() if self.frozen_us is None else self.frozen_us
        newest = (at_us - self.behind_us) // self.segment_us - 1
        length = self.segment_us / SECOND
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:6",
            f"#EXT-X-TARGETDURATION:{max(1, round(length))}",
            f"#EXT-X-MEDIA-SEQUENCE:{newest - _SEGMENTS + 1}",
        ]
        for number in range(newest - _SEGMENTS + 1, newest + 1):
            if self.dated:
                began = format_instant(number * self.segment_us)
                lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{began}")
            lines += [f"#EXTINF:{length:.3f},", f"segment-{number}.ts"]
        return "\n".join(lines) + "\n"
