"""A called service in trouble, through the whole conductor: what becomes of the cue,
what the report says, how often the service acted and how often it was called. The table
is that of docs/far-ends.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from launchctl.rehearsal.emulators import web
from launchctl.rehearsal.emulators.web import Fault, WebEmulator
from tests.conducted import T0, Conducted, conduct, show_clock
from tests.contract.trouble_table import Row, side_by_side, told_in_docs

SHOW = """\
runbook: 1
title: A shop flip, and the shop in trouble
timezone: UTC
t0: {t0}
cues:
  - cue: flip
    at: T-0
    late: {{within: 30s, else: park}}
    do: [{{http: {{url: "{shop}/flip", json: {{live: true}}{more}}}}}]
  - {{cue: close, at: T+{ends_s}s, do: [{{end: show}}]}}
"""
_CONFIRM = ', confirm: {{get: "{shop}/m3", contains: Reserve, within: 5s}}'
_SAFE = ", again: safe"


@dataclass(frozen=True)
class Case:
    """How the shop goes wrong, and how it is called."""

    faults: tuple[Fault, ...] = ()
    times: int = 1
    confirm: bool = False
    safe: bool = False
    shows: str = "Reserve"
    act: Callable[[WebEmulator, Conducted], Awaitable[None]] | None = None
    ends_s: int = 80


def busy(retry_after: str | None) -> Fault:
    """A 429."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Fault("429", status=429, headers=lambda _: headers)


async def gone(shop: WebEmulator, show: Conducted) -> None:
    """Nobody listens any more when the call is due."""
    await show.at(-5)
    await shop.aclose()


LOCKED = Fault("409", status=409, body=b"flag is locked")
CASES: dict[str, Case] = {
    "2xx, confirmed": Case(confirm=True),
    "2xx, `confirm` fails in its time": Case(confirm=True, shows="Sold out"),
    "a 4xx": Case((LOCKED,), times=99),
    "a 4xx, then 2xx": Case((LOCKED,)),
    "429 with Retry-After: 8": Case((busy("8"),)),
    "429 without Retry-After": Case((busy(None),)),
    "503, no `confirm`": Case((web.EMPTY_503,)),
    "503 before it acted, with `confirm`": Case((web.HTML_503,), confirm=True),
    "503 after it acted, with `confirm`": Case(
        (web.HTML_503.after_commit(),), confirm=True
    ),
    "503 after it acted, `again: safe`": Case(
        (web.HTML_503.after_commit(),), safe=True
    ),
    "a redirect": Case((web.REDIRECT,)),
    "dropped before it acted": Case((web.DROP_BEFORE,)),
    "dropped before it acted, `again: safe`": Case((web.DROP_BEFORE,), safe=True),
    "dropped after it acted, with `confirm`": Case((web.DROP_AFTER,), confirm=True),
    "a hang after it acted, no `confirm`": Case((web.HANG_AFTER,)),
    "a hang after it acted, with `confirm`": Case((web.HANG_AFTER,), confirm=True),
    "nobody listens": Case(act=gone),
}
TABLE = told_in_docs("http")


@dataclass(frozen=True)
class Result:
    """What a show in trouble left."""

    show: Conducted
    shop: WebEmulator


async def play(case: Case, folder: Path) -> Result:
    """Conduct the show of one case."""
    folder.mkdir()
    origin = show_clock()
    shop = WebEmulator(origin.now_us)
    await shop.start()
    shop.pages["/m3"] = "Coming soon"
    shop.when_posted("/flip", page="/m3", shows=case.shows)
    for fault in case.faults:
        shop.faults.next(fault, times=case.times)
    more = _CONFIRM.format(shop=shop.url) if case.confirm else ""
    more += _SAFE if case.safe else ""
    text = SHOW.format(t0=T0, shop=shop.url, more=more, ends_s=case.ends_s)

    async def act(show: Conducted) -> None:
        if case.act is not None:
            await case.act(shop, show)
        await show.at(case.ends_s - 1)
        await show.look()

    try:
        show = await conduct(text, folder, {}, origin, act)
    finally:
        await shop.aclose()
    return Result(show, shop)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Every case, played side by side."""
    return side_by_side(CASES, play, tmp_path_factory.mktemp("http"))


def outcome(result: Result) -> Row:
    """What the report tells of the call, what it was answered last, and what it did."""
    cue = result.show.cue("flip")
    last = result.show.said("attempt_ended", cue="flip")[-1]
    return Row(
        cue["state"], last["answer"], len(result.shop.acted), cue["reason"] or ""
    )


def test_every_fault_stands_in_the_table() -> None:
    """docs/far-ends.md tells of each fault that is played here, and of no other."""
    assert list(CASES) == list(TABLE)


@pytest.mark.parametrize("fault", CASES)
def test_a_fault_has_its_outcome(fault: str, results: dict[str, Result]) -> None:
    """SEMANTICS 6, Sending once: journal and report tell what the table tells; the
    service acts twice only where the runbook says that this does no harm.
    """
    found = outcome(results[fault])
    assert TABLE[fault].fits(found), found
    assert found.there <= 1 or CASES[fault].safe
