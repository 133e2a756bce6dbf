"""The public document: the little that everybody may know, in one cacheable JSON.

It is built from a list of what may be shown, never from the status less what may not:
title, T-0, a public word for the state, the counter (rounded down and delayed as the
runbook says, and only once it is open), where to watch, and posts that the network has
confirmed. Cue names, texts that have not left, reasons and crew names have no way in.

Its bytes change only when what it says changes, so its validator is strong, and caches
in front serve it to any number of viewers.
"""

from __future__ import annotations

import hashlib
from collections import deque
from typing import Any

from aiohttp import web

from launchctl.clock import wall_us
from launchctl.runbook.model import Runbook
from launchctl.show.status import Status
from launchctl.times import MILLISECOND, SECOND, Micros, format_instant
from launchctl.web.base import View
from launchctl.web.reader import encode

CACHE = "public, max-age=1, s-maxage=1"
REBUILD_US = SECOND // 2
"""The document is rebuilt at most twice a second, however many ask."""
GAP_US = 10 * SECOND
"""Samples further apart than this (and the delay) start anew."""

_STATES = {
    "scheduled": "scheduled",
    "counting": "counting",
    "holding": "hold",
    "closing": "ended",
    "complete": "ended",
    "aborted": "ended",
}


class PublicCounter:
    """The counter as the open page may show it: rounded down, and not fresh.

    While it is frozen no new sample is taken, so the last shown value stands. While it
    is hidden there is nothing, and what was shown is forgotten.
    """

    def __init__(self, runbook: Runbook) -> None:
        rules = runbook.orders.public if runbook.orders else None
        self.down = rules.round.down if rules and rules.round else 1
        self.delay_us = rules.delay_us if rules else 0
        self._samples: deque[tuple[Micros, int]] = deque()
        self._shown: int | None = None
        self._last_us: Micros | None = None

    def show(self, status: Status, now_us: Micros) -> dict[str, Any] | None:
        """Take a sample and give what may be shown now; None while hidden."""
        orders, state = status["orders"], status["counter"]
        if orders is None or state not in {"open", "frozen"}:
            self._forget()
            return None
        if state == "open":
            # Nobody asked for a while: what was seen then is not late, it is old.
            if self._last_us is None or now_us - self._last_us > self.delay_us + GAP_US:
                self._forget()
            self._samples.append((now_us, orders["units"]))
            self._last_us = now_us
        while self._samples and self._samples[0][0] <= now_us - self.delay_us:
            self._shown = self._samples.popleft()[1]
        if self._shown is None or self._shown < 0:
            return None
        units = self._shown // self.down * self.down
        return {"units": units, "rounded_down_to": self.down, "state": state}

    def _forget(self) -> None:
        self._samples.clear()
        self._shown = None


class PublicDocument:
    """The document of one run, with its validator."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._counter = PublicCounter(view.runbook)
        self._built_us = -REBUILD_US
        self._anchor = (view.now_us(), wall_us())
        self.body = b""
        self.etag = ""

    def refresh(self, real_us: Micros) -> None:
        """Build it again if the last one is old. ``real_us`` is any monotonic clock."""
        if real_us - self._built_us < REBUILD_US and self.body:
            return
        self._built_us = real_us
        self.body = encode(self.build())
        self.etag = f'"{hashlib.sha256(self.body).hexdigest()[:24]}"'

    def build(self) -> dict[str, Any]:
        """The document as plain values."""
        status = self._view.status()
        return {
            "title": self._view.runbook.title,
            "rehearsal": status["rehearsal"],
            "state": _public_state(status),
            "t0": status["t0"],
            "t_s": _standing_t(status),
            "clock": self._clock(),
            "counter": self._counter.show(status, self._view.now_us()),
            "player": self._player(status),
            "posts": [self._post(post) for post in status["posts"] if _is_out(post)],
        }

    def _clock(self) -> dict[str, Any]:
        """How the run's clock maps to the wall: stable bytes until the wall steps."""
        now_us, at_wall_us = self._view.now_us(), wall_us()
        then_us, then_wall_us = self._anchor
        drift_us = (now_us - then_us) - (at_wall_us - then_wall_us) * self._view.speed
        if abs(drift_us) > 250 * MILLISECOND * max(self._view.speed, 1):
            self._anchor = (now_us, at_wall_us)
        return {
            "now": format_instant(self._anchor[0]),
            "wall": format_instant(self._anchor[1]),
            "speed": self._view.speed,
        }

    def _player(self, status: Status) -> dict[str, Any] | None:
        """Where people watch: the output that the crew chose, if it says where."""
        output = self._view.runbook.outputs.get(status["player"] or "")
        if output is None or output.watch is None:
            return None
        return {"output": status["player"], "watch": output.watch}

    def _post(self, post: Any) -> dict[str, Any]:
        account = self._view.runbook.accounts.get(post["account"])
        return {
            "handle": account.handle if account else post["account"],
            "network": post["network"],
            "text": post["text"],
            "url": post["url"],
        }


def public_handler(document: PublicDocument, clock: Any) -> Any:
    """The handler of ``GET /api/v1/public``; ``clock`` gives monotonic seconds."""

    async def get(request: web.Request) -> web.Response:
        document.refresh(round(clock() * SECOND))
        headers = {"ETag": document.etag, "Cache-Control": CACHE}
        if matches(request.headers.get("If-None-Match", ""), document.etag):
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=document.body, content_type="application/json", headers=headers
        )

    return get


def matches(condition: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` header names the validator (weak comparison)."""
    given = {part.strip().removeprefix("W/") for part in condition.split(",")}
    return etag.removeprefix("W/") in given or "*" in given


def _is_out(post: Any) -> bool:
    return bool(post["state"] == "sent")


def _has_begun(status: Status) -> bool:
    return status["t_s"] is not None and status["t_s"] >= 0


def _public_state(status: Status) -> str:
    word = _STATES.get(status["state"], "scheduled")
    # A hold after T-0 is the crew's business: the public sees the show go on.
    return "live" if word in {"counting", "hold"} and _has_begun(status) else word


def _standing_t(status: Status) -> float | None:
    """T in whole seconds while the countdown stands; None while it runs or is over."""
    t_s = status["t_s"]
    if status["state"] != "holding" or t_s is None or _has_begun(status):
        return None
    return float(int(t_s))
