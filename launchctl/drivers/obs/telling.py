"""Telling the conductor how a stage is: each change once, and how its stream fares."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from launchctl.drivers.base import Context
from launchctl.drivers.obs.messages import state_sentence
from launchctl.drivers.obs.seen import Seen, SkippedShare
from launchctl.show.inputs import Noted, StageSeen


class Teller:
    """Reports one stage."""

    def __init__(self, context: Context, stage: str) -> None:
        self._context = context
        self._stage = stage
        self._skipped = SkippedShare()
        self._last: StageSeen | None = None

    def tell(self, seen: Seen, why_down: str | None, *, restarted: bool) -> None:
        """Report the stage if anything about it changed. Without a connection
        (``why_down`` says why) nothing about it is known.
        """
        now = self._stage_seen(seen, why_down, restarted=restarted)
        if restarted or now != self._last:
            self._last = dataclasses.replace(now, restarted=False)
            self._context.report(now)

    def _stage_seen(
        self, seen: Seen, why_down: str | None, *, restarted: bool
    ) -> StageSeen:
        if why_down is not None:
            return StageSeen(self._stage, connected=False, detail=why_down)
        return StageSeen(
            self._stage,
            connected=True,
            restarted=restarted,
            program=seen.program,
            streaming=seen.stream.active,
            reconnecting=seen.stream.reconnecting,
            recording=seen.record.active,
            skipped=seen.skipped,
            detail=state_sentence(seen),
        )

    def forget_frames(self) -> None:
        """Another connection: frames counted before it mean nothing now."""
        self._skipped.clear()

    def take_stream(self, seen: Seen, status: Mapping[str, Any]) -> None:
        """Take what GetStreamStatus answered into ``seen``; note a stream that
        reconnected, for OBS then counts its frames anew.
        """
        active = bool(status.get("outputActive"))
        reconnecting = bool(status.get("outputReconnecting"))
        if seen.stream.state not in ("STARTING", "STOPPING"):
            seen.stream.look(active=active, reconnecting=reconnecting)
        if not active or reconnecting:
            self._skipped.clear()
            seen.skipped = None
            return
        counters_fell = self._skipped.add(
            int(status.get("outputSkippedFrames") or 0),
            int(status.get("outputTotalFrames") or 0),
        )
        if counters_fell:
            self._context.report(
                Noted(
                    f"stage:{self._stage}",
                    "the stream reconnected: OBS counts its frames anew",
                    level="warning",
                )
            )
        seen.skipped = self._skipped.share
