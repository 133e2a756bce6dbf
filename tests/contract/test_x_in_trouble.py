"""X in trouble, through the whole conductor: what becomes of the cue and of its post,
what the report says, and how many posts lie at X. The table is that of
docs/far-ends.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from launchctl.rehearsal.emulators import web
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
from launchctl.rehearsal.emulators.x_problems import (
    DUPLICATED,
    NO_CREDIT,
    UNAUTHORIZED,
    rate_limited,
)
from tests.conducted import T0, Conducted, conduct, show_clock
from tests.contract.trouble_table import Row, side_by_side, told_in_docs

CEO = XAccount.made("elonmusk")
TEXT = "Model 3."
SHOW = """\
runbook: 1
title: A post, and X in trouble
timezone: UTC
t0: {t0}
accounts:
  ceo:
    network: x
    handle: elonmusk
    credentials: {{env: X}}
    api: "{x}"
    doubt: {doubt}
cues:
  - cue: reveal-post
    at: T-0
    late: {{within: {within}, else: park}}
    do: [{{post: {{as: ceo, text: "Model 3."}}}}]
  - {{cue: close, at: T+{ends_s}s, do: [{{end: show}}]}}
"""
_Arrange = Callable[[XEmulator], None]
_Act = Callable[[XEmulator, Conducted], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """How X goes wrong, and in which show."""

    arrange: _Arrange = lambda _x: None
    act: _Act | None = None
    doubt: str = "ask"
    within: str = "30s"
    ends_s: int = 80


def meets(*faults: web.Fault, times: int = 1, on: str = "post", **show: Any) -> Case:
    """The next requests meet these faults, each so often."""

    def arrange(x: XEmulator) -> None:
        for fault in faults:
            x.faults.next(fault, on=on, times=times)

    return Case(arrange, **show)


def lags(fault: web.Fault, lag_s: float, **show: Any) -> Case:
    """A fault, and a timeline that shows posts only so much later."""

    def arrange(x: XEmulator) -> None:
        x.lag_s = lag_s
        x.faults.next(fault)

    return Case(arrange, **show)


def hand_before(x: XEmulator) -> None:
    """The text stands there, a minute and more before ours is due."""
    x.post_by_hand("elonmusk", TEXT)


def unreadable(x: XEmulator) -> None:
    """The answer is lost, and so is every look for the post."""
    x.faults.next(web.DROP_AFTER)
    x.faults.next(web.HTML_503, on="timeline", times=200)


def away(until_s: float | None) -> _Act:
    """Nobody listens from shortly before the post on, and perhaps again later."""

    async def act(x: XEmulator, show: Conducted) -> None:
        await show.at(-5)
        port = int(x.url.rpartition(":")[2])
        await x.aclose()
        if until_s is not None:
            await show.at(until_s)
            await x.start(port=port)

    return act


CASES: dict[str, Case] = {
    "429, its reset in 8 s": meets(rate_limited(8)),
    "429 without a reset": meets(rate_limited(None)),
    "429, its reset in the past": meets(rate_limited(-60)),
    "429, its reset after `within`": meets(rate_limited(600), times=9),
    "401": meets(UNAUTHORIZED, times=99),
    "402": meets(NO_CREDIT, times=99),
    "403 duplicate, found since the intent": meets(DUPLICATED.after_commit()),
    "403 duplicate, found older": Case(hand_before),
    "403 duplicate, not found": meets(DUPLICATED),
    "HTML 503 before the commit": meets(web.HTML_503),
    "HTML 503 after the commit": meets(web.HTML_503.after_commit()),
    "garbage in a 200, not posted": meets(web.GARBAGE_200),
    "garbage in a 200, posted": meets(web.GARBAGE_200.after_commit()),
    "a redirect": meets(web.REDIRECT),
    "dropped before the commit": meets(web.DROP_BEFORE),
    "dropped after the commit": meets(web.DROP_AFTER),
    "a hang before the commit": meets(web.HANG_BEFORE),
    "a hang after the commit": meets(web.HANG_AFTER),
    "dropped after the commit, the timeline 6 s behind": lags(web.DROP_AFTER, 6),
    "dropped after the commit, the timeline 70 s behind": lags(web.DROP_AFTER, 70),
    "dropped after the commit, the timeline unreadable": Case(unreadable),
    "`doubt: resend`, dropped before the commit": meets(
        web.DROP_BEFORE, doubt="resend", within="2m"
    ),
    "`doubt: resend`, dropped after the commit, the timeline 70 s behind": lags(
        web.DROP_AFTER, 70, doubt="resend", within="2m", ends_s=140
    ),
    "nobody listens for 10 s": Case(act=away(10)),
    "nobody listens": Case(act=away(None)),
}
TABLE = told_in_docs("x")


@dataclass(frozen=True)
class Result:
    """What a show in trouble left."""

    show: Conducted
    x: XEmulator


async def play(case: Case, folder: Path) -> Result:
    """Conduct the show of one case."""
    folder.mkdir()
    origin = show_clock()
    x = XEmulator([CEO], origin.now_us)
    await x.start()
    case.arrange(x)
    text = SHOW.format(
        t0=T0, x=x.url, doubt=case.doubt, within=case.within, ends_s=case.ends_s
    )

    async def act(show: Conducted) -> None:
        if case.act is not None:
            await case.act(x, show)
        await show.at(case.ends_s - 1)
        await show.look()

    try:
        show = await conduct(text, folder, CEO.environ("X"), origin, act)
    finally:
        await x.aclose()
    return Result(show, x)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Every case, played side by side."""
    return side_by_side(CASES, play, tmp_path_factory.mktemp("x"))


def outcome(result: Result) -> Row:
    """What the report tells of the post, and X holds of it."""
    cue, post = result.show.cue("reveal-post"), result.show.post("reveal-post")
    return Row(cue["state"], post["state"], len(result.x.posts), cue["reason"] or "")


def test_every_fault_stands_in_the_table() -> None:
    """docs/far-ends.md tells of each fault that is played here, and of no other."""
    assert list(CASES) == list(TABLE)


def test_an_account_at_which_nobody_listens_says_when_it_is_tried_next(
    results: dict[str, Result],
) -> None:
    """Its circuit is open; tried again less and less often, and not by every post."""
    show = results["nobody listens"].show
    last = show.said("health", target="account:ceo")[-1]
    assert "offline" == last["level"]
    assert "no connection could be made; circuit open after" in last["text"]
    assert "failures in a row, next try in" in last["text"]
    assert 4 <= show.post("reveal-post")["attempts"] <= 6


def test_what_was_found_is_no_trouble_any_more(results: dict[str, Result]) -> None:
    """The account's health tells of a lost answer until the post was found."""
    show = results["dropped after the commit, the timeline 6 s behind"].show
    told = [line["level"] for line in show.said("health", target="account:ceo")]
    assert ["warning", "good"] == told[-2:]


@pytest.mark.parametrize("fault", CASES)
def test_a_fault_has_its_outcome(fault: str, results: dict[str, Result]) -> None:
    """SEMANTICS 6, Sending once: journal, page and report tell what the table tells,
    and X never holds two of ours.
    """
    found = outcome(results[fault])
    assert TABLE[fault].fits(found), found
    assert found.there <= 1
