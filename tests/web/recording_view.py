"""A view whose status and lines the test sets by hand, and an inbox that records.

They stand where the conductor's viewer and the store's inbox stand in a run; nothing in
them decides. ``__main__`` serves them, to look at the pages without a show.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from launchctl.clock import Origin
from launchctl.errors import JournalError
from launchctl.runbook.actions import Counter, Post, PostBody, Scene
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import (
    Account,
    After,
    AtT,
    Cue,
    Orders,
    PublicOrders,
    Role,
    Rounding,
    Runbook,
    Stage,
)
from launchctl.show.inputs import Call
from launchctl.show.status import Status
from launchctl.store.chain import GENESIS, canonical, link
from launchctl.times import MINUTE, SECOND, format_instant, parse_instant
from launchctl.web.app import SERVER_OPTIONS, make_app

T0 = "2016-04-01T03:30:00.000000Z"
T0_US = parse_instant(T0)
SECRET_TEXT = "Model 3. $35k. Reserve yours tonight."
SENT_TEXT = "Model 3 unveils tonight, 8:30pm PT."


def a_runbook(**changes: Any) -> Runbook:
    """The evening of a reveal, small: doors, opening, reveal by GO, the post."""
    post = PostBody(account="ceo", text=SECRET_TEXT)
    values: dict[str, Any] = {
        "title": "Model 3 reveal",
        "digest": "d1",
        "path": "reveal.yaml",
        "locale": "en_US",
        "timezone": "America/Los_Angeles",
        "t0_us": T0_US,
        "stages": {"main": Stage(url="ws://127.0.0.1:1")},
        "accounts": {
            "ceo": Account(
                network="x", handle="elonmusk", credentials=SecretRef(env="X_CEO")
            )
        },
        "crew": {
            "caller": Role(may=("go", "hold", "abort", "retime", "end")),
            "comms": Role(may=("approve", "post", "silence")),
            "commerce": Role(may=("counter",)),
        },
        "orders": Orders(
            public=PublicOrders(round=Rounding(down=100), delay_us=5 * SECOND)
        ),
        "cues": (
            Cue(id="teaser", at=AtT(offset_us=-30 * MINUTE)),
            Cue(id="doors", at=AtT(offset_us=-30 * MINUTE), do=(Scene(scene="Doors"),)),
            Cue(id="opening", at=AtT(offset_us=0), do=(Scene(scene="Keynote"),)),
            Cue(
                id="reveal",
                after=After(all_of=("opening",)),
                go=("caller",),
                do=(Scene(scene="Reveal"), Counter(counter="open")),
            ),
            Cue(
                id="reveal-post", after=After(all_of=("reveal",)), do=(Post(post=post),)
            ),
        ),
    }
    return Runbook(**(values | changes))


def a_cue(name: str, state: str = "pending", **changes: Any) -> dict[str, Any]:
    """One cue's status."""
    known = {
        "cue": name, "procedure": None, "state": state, "planned": None, "due": None,
        "fired": None, "sent": None, "confirmed": None, "late_by_s": None, "by": None,
        "reason": None, "go": [], "take": 1, "segment": None, "expected": None,
    }  # fmt: skip
    return known | changes


def a_post(cue: str, state: str = "waiting", **changes: Any) -> dict[str, Any]:
    """One post's status."""
    known = {
        "cue": cue, "account": "ceo", "network": "x", "state": state, "id": None,
        "url": None, "text": SECRET_TEXT, "attempts": 0, "digest": f"d-{cue}",
        "needs": ["comms"], "approved": [],
    }  # fmt: skip
    return known | changes


def a_status(**changes: Any) -> Status:
    """Ten minutes into the evening: the reveal stands by, its post waits."""
    status: dict[str, Any] = {
        "run": "r1", "runbook": "Model 3 reveal", "digest": "d1", "rehearsal": False,
        "state": "counting", "verdict": None, "t0": T0,
        "standby": {"caller": {"cue": "reveal", "seq": 3}},
        "batons": {},
        "overrides": [],
        "choices": [],
        "polls": [],
        "criteria": [],
        "next": ["reveal-post"],
        "gates": [
            {"cue": "reveal-post", "gate": "embargo car", "why": "not on air yet"}
        ],
        "holds": [],
        "embargoes": [{"name": "car", "open": False, "why": "waits for scene Reveal"}],
        "figures": {}, "silenced": [], "counter": "open",
        "cues": [
            a_cue("teaser", "done"),
            a_cue("doors", "done", planned="2016-04-01T03:00:00.000000Z",
                  due="2016-04-01T03:00:00.000000Z", late_by_s=0.0004,
                  fired="2016-04-01T03:00:00.000412Z"),
            a_cue("opening", "done", planned=T0, due=T0,
                  fired="2016-04-01T03:30:00.000301Z", late_by_s=0.0003),
            a_cue("reveal", "standby", planned="2016-04-01T03:52:00.000000Z",
                  go=["caller"]),
            a_cue("reveal-post"),
        ],
        "segments": [],
        "promises": [],
        "tasks": [],
        "doubts": [],
        "over_s": None,
        "expected_end": None,
        "hard_out": None,
        "said": {},
        "posts": [
            a_post("teaser", "sent", text=SENT_TEXT, id="7", needs=[],
                   url="https://x.com/elonmusk/status/7",
                   approved=[{"role": "comms", "by": "Ada"}], attempts=1),
            a_post("reveal-post"),
        ],
        "outputs": [],
        "player": None,
        "stages": [
            {"stage": "main", "connected": True, "program": "Keynote",
             "wanted": "Keynote", "streaming": True, "by_hand": [], "text": ""}
        ],
        "orders": {
            "placed": 104_211, "units": 115_387, "net_units": 115_102,
            "by_currency": {"USD": 80_112, "EUR": 35_275},
            "deposits": {"USD": 8_011_200_000, "EUR": 3_527_500_000},
            "implied_value": {"amount_minor": 484_625_400_000, "currency": "USD",
                              "basis": "average with options"},
            "quarantined": 0, "available": None, "waitlist": None,
        },
        "health": {
            "stage:main": {"level": "good", "text": "30 fps"},
            "account:ceo": {"level": "good", "text": "as @elonmusk"},
        },
        "journal_digest": "j1",
    }  # fmt: skip
    return status | changes  # type: ignore[return-value]


class RecordingView:
    """A view of a show that the test plays by hand.

    Attributes:
        reads: how often ``lines`` was asked.
    """

    def __init__(
        self, runbook: Runbook | None = None, *, origin: Origin | None = None
    ) -> None:
        self.runbook = runbook or a_runbook()
        self.speed = 1.0
        self.reads = 0
        self.now_fixed: int | None = T0_US + 10 * MINUTE if origin is None else None
        self._origin = origin
        self._status = a_status()
        self._lines: list[dict[str, Any]] = []
        self._news: list[asyncio.Queue[list[dict[str, Any]]]] = []
        self.broken = False
        self.says = "rehearsal"

    @property
    def band(self) -> str:
        """What the test set."""
        return self.says

    def now_us(self) -> int:
        """The instant that the test set, or one that runs from its origin."""
        if self._origin is not None:
            return self._origin.now_us()
        assert self.now_fixed is not None
        return self.now_fixed

    def status(self) -> Status:
        """What the test set, at the instant it is."""
        now_us = self.now_us()
        status: dict[str, Any] = copy.deepcopy(dict(self._status))
        passed_s = (now_us - T0_US) / SECOND
        clocks = {
            "at": format_instant(now_us), "seq": len(self._lines),
            "t_s": passed_s, "l_s": passed_s,
        }  # fmt: skip
        return clocks | status  # type: ignore[return-value]

    async def lines(self, after: int = 0, limit: int | None = None) -> list[Any]:
        """What was said so far."""
        self.reads += 1
        found = self._lines[after:]
        return found if limit is None else found[:limit]

    async def digest(self, seq: int) -> str:
        """The chain after a line that was said."""
        chain = GENESIS
        for line in self._lines[:seq]:
            chain = link(chain, canonical(line))
        return chain.hex()

    async def follow(self) -> AsyncIterator[list[Any]]:
        """What is said from now on."""
        queue: asyncio.Queue[list[dict[str, Any]]] = asyncio.Queue()
        self._news.append(queue)
        while True:
            yield await queue.get()
            if self.broken:
                raise JournalError("the disk is gone")

    def set(self, **changes: Any) -> None:
        """Change the status; tell followers that something beside the journal moved."""
        self._status = {**self._status, **changes}  # type: ignore[typeddict-item]
        self._tell([])

    def say(self, event: str, **fields: Any) -> dict[str, Any]:
        """Journal one line and tell it."""
        line = {
            "seq": len(self._lines) + 1, "at": format_instant(self.now_us()),
            "t_s": 0.0, "event": event, "cue": None, "by": None, "v": 1, **fields,
        }  # fmt: skip
        self._lines.append(line)
        self._tell([line])
        return line

    def _tell(self, batch: list[dict[str, Any]]) -> None:
        for queue in self._news:
            queue.put_nowait(batch)


class RecordingInbox:
    """An inbox that records calls and lets the test's ``answer`` reply to each."""

    def __init__(self, answer: Callable[[Call], None] | None = None) -> None:
        self.calls: list[Call] = []
        self.came = asyncio.Event()
        self.answer = answer
        self.broken = False

    async def put(self, call: Call) -> int:
        """Record it; the same id keeps its place."""
        if self.broken:
            raise JournalError("the disk is full", hint="free some space")
        for position, known in enumerate(self.calls, 1):
            if known.id == call.id:
                return position
        self.calls.append(call)
        self.came.set()
        if self.answer:
            self.answer(call)
        return len(self.calls)

    async def read(self, after: int = 0) -> list[Call]:
        """Calls so far."""
        return self.calls[after:]

    async def follow(self, after: int = 0) -> AsyncIterator[list[Call]]:
        """Nobody follows it here."""
        raise NotImplementedError
        yield []


class OneKey:
    """A ring with the key ``good-key`` of Ada, comms, until she is revoked."""

    def __init__(self) -> None:
        self.revoked = False

    def authenticate(self, key: str) -> tuple[str, frozenset[str]] | None:
        """Ada, or nobody."""
        if key == "good-key" and not self.revoked:
            return "Ada", frozenset({"comms"})
        return None


@asynccontextmanager
async def a_site(
    view: RecordingView, inbox: RecordingInbox | None = None, **options: Any
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """The application on a free port of loopback, and a client without cookies."""
    values = {"keys": OneKey(), "address": "127.0.0.1:0"} | options
    app = make_app(view, inbox or RecordingInbox(), **values)
    server = TestServer(app)
    client = TestClient(server, cookie_jar=DummyCookieJar())
    async with client:
        yield client


async def _serve(port: int) -> None:
    view = RecordingView(origin=Origin.here(T0_US + 21 * MINUTE + 30 * SECOND))
    inbox = RecordingInbox(
        lambda call: view.say("call_accepted", call=call.id, by=call.by, verb=call.verb)
    )
    view.set(rehearsal=True, counter="open")
    for event, cue in (("run_started", None), ("fired", "doors"), ("fired", "opening")):
        view.say(event, cue=cue)
    app = make_app(view, inbox, keys=OneKey(), address=f"127.0.0.1:{port}")
    runner = web.AppRunner(app, **SERVER_OPTIONS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"http://127.0.0.1:{port}/crew", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    import sys

    asyncio.run(_serve(int(sys.argv[1])))
