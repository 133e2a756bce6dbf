"""The pages in a real browser: what the crew sees and presses on the night."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from launchctl.clock import Origin
from launchctl.runbook.model import Cue, Procedure
from launchctl.times import HOUR, MINUTE, SECOND, format_instant
from launchctl.web.app import FEED
from tests.real.browser import HANG_S, chromium
from tests.web.recording_view import (
    T0,
    T0_US,
    RecordingInbox,
    RecordingView,
    a_cue,
    a_runbook,
    a_site,
    a_status,
)

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

GO_READY = "document.querySelector('button.go:not([aria-disabled])')"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    """One Chromium for all tests here; each closes its pages."""
    async with chromium() as running:
        yield running


@pytest.fixture
def a_page(browser):
    """Opens a page of an application that lives as long as the page."""

    @asynccontextmanager
    async def opening(view: RecordingView, inbox: Any, path: str, *size: int):
        async with a_site(view, inbox) as client:
            tab = await browser.tab(*size)
            await tab.open(str(client.make_url(path)))
            try:
                yield client, browser, tab
            finally:
                await browser.aclose()

    return opening


def a_view() -> RecordingView:
    """A view whose clock runs, 21 minutes into the show."""
    return RecordingView(origin=Origin.here(T0_US + 21 * MINUTE))


async def test_the_clock_moves_and_news_arrive(a_page) -> None:
    """T counts on between two frames; a new event is on the page without a reload."""
    view = a_view()
    async with a_page(view, None, "/crew?lang=en") as (_, _, tab):
        await tab.until("$('t').textContent.startsWith('T+00:21')")
        shown = await tab.run("$('t').textContent")
        await tab.until(f"$('t').textContent > '{shown}'")
        view.say("fired", cue="reveal", by="Ada")
        await tab.until("$('log').innerText.includes('by Ada')")
        view.set(cues=[a_cue("reveal", "in_doubt")])
        await tab.until("$('cues').innerText.includes('in doubt')")
        assert tab.errors == []


async def test_go_is_pressed_by_keyboard(a_page) -> None:
    """G finds the GO, Enter presses it: the call names the cue and the seq shown."""
    view = a_view()
    for number in range(4):
        view.say("noted", text=str(number))
    inbox = RecordingInbox(lambda c: view.say("call_accepted", call=c.id, by=c.by))
    async with a_page(view, inbox, "/crew?lang=en") as (_, _, tab):
        await tab.until(GO_READY)
        await tab.press("g", 71, "g")
        await tab.press("Enter", 13, "\r")
        await asyncio.wait_for(inbox.came.wait(), HANG_S)
        call = inbox.calls[0]
        assert (call.verb, call.target, call.seen) == ("go", "reveal", 4)
        assert abs(call.at_us - view.now_us()) < 30 * SECOND
        await tab.until("document.querySelector('.toast.yes')")
        assert tab.errors == []


async def test_a_refusal_is_said(a_page) -> None:
    """What the conductor refuses stands on the page, with its reason."""
    view = a_view()
    inbox = RecordingInbox(
        lambda c: view.say("call_refused", call=c.id, reason="the standby changed")
    )
    async with a_page(view, inbox, "/crew?lang=en") as (_, _, tab):
        await tab.until(GO_READY)
        await tab.run(f"{GO_READY}.click()")
        await tab.until(
            "document.querySelector('.toast.no')?.textContent"
            ".includes('refused. the standby changed')"
        )


async def test_an_abort_takes_two_presses(a_page) -> None:
    """The first press asks, the second calls: no dialog, and no accident."""
    view = a_view()
    inbox = RecordingInbox(lambda c: view.say("call_accepted", call=c.id, by=c.by))
    abort = "document.querySelector('[data-act=abort]')"
    async with a_page(view, inbox, "/crew?lang=en") as (_, _, tab):
        await tab.until(abort)
        await tab.run(f"{abort}.click()")
        assert await tab.run(f"{abort}.textContent") == "Sure? Abort show"
        assert inbox.calls == []
        await tab.run(f"{abort}.click()")
        await asyncio.wait_for(inbox.came.wait(), HANG_S)
        assert [call.verb for call in inbox.calls] == ["abort"]


async def test_a_lost_feed_is_said_loudly(a_page) -> None:
    """When the feed stops the page says so over everything, and crosses out its T."""
    view = a_view()
    async with a_page(view, None, "/crew?lang=en") as (client, _, tab):
        await tab.until(GO_READY)
        assert await tab.run("$('stale').hidden")
        await client.app[FEED].aclose()
        await tab.until("!$('stale').hidden")
        await tab.until("document.body.hasAttribute('data-stale')")
        await client.server.close()
        await tab.until("$('stale').textContent.startsWith('CONNECTION LOST')")


async def test_a_silent_feed_is_stale(a_page, monkeypatch) -> None:
    """A stream that stays open and says nothing is not trusted either."""
    monkeypatch.setattr("launchctl.web.feed.PING_S", 3600.0)
    async with a_page(a_view(), None, "/crew?lang=en") as (_, _, tab):
        await tab.until("$('stale').textContent.startsWith('STALE')")


async def test_six_tabs_share_one_stream(a_page) -> None:
    """However many tabs are open, one connection is taken, and a call gets through."""
    view = a_view()
    inbox = RecordingInbox(lambda c: view.say("call_accepted", call=c.id, by=c.by))
    async with a_page(view, inbox, "/crew?lang=en") as (client, browser, tab):
        tabs = [tab, *[await browser.tab() for _ in range(6)]]
        for each in tabs:
            await each.open(str(client.make_url("/crew?lang=en")))
            await each.until(GO_READY)
        assert client.app[FEED].readers == 1
        await tabs[-1].run(f"{GO_READY}.click()")
        await asyncio.wait_for(inbox.came.wait(), HANG_S)
        assert inbox.calls[0].verb == "go"


@pytest.mark.parametrize("path", ["/crew?lang=de", "/?lang=de", "/login?lang=de"])
async def test_a_phone_scrolls_in_one_direction(a_page, path: str) -> None:
    """At 360 pixels nothing sticks out sideways, with everything open and long."""
    view = a_view()
    long = "stage-left-camera-seven-on-the-crane"
    view.set(
        holds=[{"name": long, "kind": "operator", "reason": long * 3, "until": None,
                "since": "2016-04-01T03:00:00.000000Z", "release": ["caller"]}],
        standby={"caller": {"cue": long, "seq": 1}},
        cues=[a_cue(long, "parked", reason="late 31:50: parked"),
              *a_status()["cues"]],
        rehearsal=True,
    )  # fmt: skip
    async with a_page(view, None, path, 360, 740) as (_, _, tab):
        if path.startswith("/crew"):
            await tab.until(f"document.body.innerText.includes('{long}')")
        assert await tab.run("document.documentElement.scrollWidth") == 360
        assert tab.errors == []


async def test_every_control_has_a_name(a_page) -> None:
    """Each button, link and field has a name, as the browser computes it."""
    view = a_view()
    view.set(
        holds=[{"name": "operator", "kind": "operator", "reason": "", "until": None,
                "since": "2016-04-01T03:00:00.000000Z", "release": []}],
        cues=[a_cue("reveal", "parked"), a_cue("film"), a_cue("post", "in_doubt")],
        silenced=["ceo"],
    )  # fmt: skip
    async with a_page(view, None, "/crew?lang=en") as (_, _, tab):
        await tab.until("document.querySelector('#cues .acts button')")
        tree = await tab.send("Accessibility.getFullAXTree")
        controls = [
            node for node in tree["nodes"]
            if not node["ignored"] and node["role"]["value"]
            in {"button", "link", "textbox", "DisclosureTriangle"}
        ]  # fmt: skip
        assert len(controls) > 12
        assert [node for node in controls if not node["name"]["value"].strip()] == []


async def test_the_open_page_follows_the_document(a_page) -> None:
    """Title, state, counter and posts appear, and a change without a reload."""
    view = a_view()
    view.set(posts=[])
    async with a_page(view, None, "/?lang=en") as (_, _, tab):
        await tab.until("$('state').textContent === 'Live now'")
        await tab.until("!document.getElementById('no-posts').hidden")
        view.set(posts=a_status()["posts"])
        await tab.until("$('posts').innerText.includes('unveils')")
        await tab.until("$('units').textContent === '115,300'")
        assert "$35k" not in await tab.run("document.documentElement.innerHTML")
        assert tab.errors == []


async def test_the_countdown_of_the_open_page_runs(a_page) -> None:
    """Before T-0 the open page counts down by the server's clock."""
    view = RecordingView(origin=Origin.here(T0_US - 90 * MINUTE))
    async with a_page(view, None, "/?lang=en") as (_, _, tab):
        await tab.until("$('count').textContent.startsWith('01:')")
        shown = await tab.run("$('count').textContent")
        await tab.until(f"$('count').textContent < '{shown}'")


# Every visible text against what lies behind it, by the formula of WCAG 2 (relative
# luminance): 4.5:1, or 3:1 for large text.
_TOO_FAINT = """(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(style.color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) faint.push(`${element.textContent}: ${ratio}`);
  }
  return faint;
})()"""


@pytest.mark.parametrize("path", ["/crew?lang=en", "/?lang=en", "/login?lang=en"])
async def test_every_text_can_be_read(a_page, path: str) -> None:
    """Text has the contrast that WCAG AA asks for, in every state a cue can have."""
    view = a_view()
    states = ["idle", "pending", "standby", "waiting", "held", "running", "done",
              "failed", "parked", "skipped", "not_taken", "in_doubt"]  # fmt: skip
    view.set(
        cues=[a_cue(f"cue-{state}", state, reason="why") for state in states],
        rehearsal=True,
        silenced=["ceo"],
    )
    async with a_page(view, None, path) as (_, _, tab):
        if path.startswith("/crew"):
            await tab.until("$('cues').children.length === 12")
        assert await tab.run(_TOO_FAINT) == []
        await tab.run("document.querySelector('h1').style.color = '#444'")
        assert len(await tab.run(_TOO_FAINT)) == 1, "the measure itself sees nothing"


async def test_a_procedure_is_started_from_the_page(a_page) -> None:
    """A procedure is one button away, pressed twice."""
    crisis = Procedure(name="crisis", cues=(Cue(id="quiet"),))
    view = RecordingView(
        a_runbook(procedures={"crisis": crisis}), origin=Origin.here(T0_US)
    )
    inbox = RecordingInbox(lambda c: view.say("call_accepted", call=c.id, by=c.by))
    crisis_button = "document.querySelector('[data-act=call-crisis]')"
    async with a_page(view, inbox, "/crew?lang=en") as (_, _, tab):
        await tab.until(crisis_button)
        await tab.run(f"{crisis_button}.click()")
        await tab.run(f"{crisis_button}.click()")
        await asyncio.wait_for(inbox.came.wait(), HANG_S)
        assert [(c.verb, c.target) for c in inbox.calls] == [("call", "crisis")]


async def test_what_moves_the_show_is_shown_first(a_page) -> None:
    """A jump prints its list on the page; only the second key, which names the list,
    acts on it, and Escape leaves everything as it is (SEMANTICS 8).
    """
    view = a_view()
    listed = ["film: skipped", "stage main: program becomes Keynote"]

    def answer(call: Any) -> None:
        if call.args.get("digest") == "d75ceca57fb9":
            view.say("call_accepted", call=call.id, by=call.by)
        else:
            why = {"reason": "confirm it", "listed": listed, "digest": "d75ceca57fb9"}
            view.say("call_refused", call=call.id, **why)

    inbox = RecordingInbox(answer)
    jump = "[...document.querySelectorAll('[data-act=jump]')].at(-1)"
    async with a_page(view, inbox, "/crew?lang=en") as (_, _, tab):
        await tab.until(jump)
        await tab.run(f"{jump}.click()")
        await tab.until("$('shown')?.innerText.includes('film: skipped')")
        await tab.press("Escape", 27, "")
        await tab.until("!$('shown')")
        await tab.run(f"{jump}.click()")
        await tab.until("document.activeElement.dataset.act === 'leave'")
        assert await tab.run(_TOO_FAINT) == []
        await tab.run("document.querySelector('[data-act=confirm-list]').click()")
        await tab.until("document.querySelector('.toast.yes')")
        last = inbox.calls[-1]
        assert ("jump", "reveal-post") == (last.verb, last.target)
        assert {"digest": "d75ceca57fb9"} == last.args
        assert all("409 (Conflict)" in error for error in tab.errors)


_ASKED: dict[str, tuple[dict[str, Any], str, tuple[str, str, dict[str, Any]]]] = {
    "a choice": (
        {"choices": [{"choice": "demo", "ask": ["caller"], "options": ["run", "skip"],
                      "default": "skip", "until": T0}]},
        "choose-run",
        ("choose", "demo", {"option": "run"}),
    ),
    "a poll": (
        {"polls": [{"poll": "final", "ask": ["caller", "comms"], "votes": [],
                    "missing": ["caller", "comms"], "until": T0, "result": None}]},
        "vote-no",
        ("vote", "final", {"vote": "no"}),
    ),
    "a task": (
        {"tasks": [{"cue": "notice", "who": "comms", "what": "Publish the notice",
                    "until": T0}]},
        "confirm",
        ("confirm", "notice", {"evidence": "EQS 12345"}),
    ),
    "something outside": (
        {"gates": [{"cue": "numbers", "gate": "confirmed: notice", "why": "not yet"}]},
        "confirm",
        ("confirm", "numbers", {"evidence": "EQS 12345"}),
    ),
    "a post in doubt": (
        {"cues": [a_cue("reveal-post", "in_doubt")]},
        "settlesent_button",
        ("settle", "reveal-post", {"outcome": "sent", "url": "EQS 12345"}),
    ),
    "an offer": (
        {"stages": [{"stage": "main", "connected": True, "program": "Reveal",
                     "wanted": "Reveal", "streaming": True, "by_hand": ["program"],
                     "offers": ["reveal"], "asks": [], "text": ""}]},
        "offer-reveal",
        ("fire", "reveal", {}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("asked", _ASKED)
async def test_what_a_person_is_asked_is_answered_on_the_page(
    a_page, asked: str
) -> None:
    """Every question of a show has its key on the page, and the key says what it says:
    the call that leaves is the answer, with the evidence that was typed.
    """
    status, act, (verb, target, args) = _ASKED[asked]
    view = a_view()
    view.set(**status)
    inbox = RecordingInbox(lambda c: view.say("call_accepted", call=c.id, by=c.by))
    async with a_page(view, inbox, "/crew?lang=en") as (_, _, tab):
        key = f"document.querySelector('[data-act=\"{act}\"]')"
        await tab.until(key)
        await tab.run("window.prompt = () => 'EQS 12345'")
        await tab.run(f"{key}.click()")
        await asyncio.wait_for(inbox.came.wait(), HANG_S)
        (call,) = inbox.calls
        assert (verb, target, args) == (call.verb, call.target, call.args)
        assert tab.errors == []


async def test_routine_does_not_hide_what_happened(a_page) -> None:
    """That orders came in is said by the counter, not by every second line."""
    view = a_view()
    async with a_page(view, None, "/crew?lang=en") as (_, _, tab):
        view.say("fired", cue="opening", by="Ada")
        await tab.until("$('log').innerText.includes('opening')")
        for _ in range(100):
            view.say("orders_seen")
        view.say("fired", cue="reveal", by="Ben")
        await tab.until("$('log').innerText.includes('by Ben')")
        log = await tab.run("$('log').innerText")
        assert "by Ada" in log
        assert "orders" not in log


async def test_a_doubt_says_when_what_and_who_settles_it(a_page) -> None:
    """A post in doubt says when it may have left, what its network shows, and until
    when it is looked for; then, that a person has to settle it (SEMANTICS 6).
    """
    view = a_view()
    doubt = {
        "cue": "reveal-post", "account": "ceo", "target": "account:ceo",
        "decided": "2016-04-01T03:51:00.000000Z", "sent": None,
        "detail": "no answer within 10s", "until": "2016-04-01T03:52:00.000000Z",
    }  # fmt: skip
    view.set(cues=[a_cue("reveal-post", "running")], doubts=[doubt])
    async with a_page(view, None, "/crew?lang=en") as (_, _, tab):
        await tab.until("$('cues').innerText.includes('perhaps sent at 20:51:00')")
        line = await tab.run("document.querySelector('#cues .why').innerText")
        known = "perhaps sent at 20:51:00 · ceo · no answer within 10s"
        assert f"{known} · looked for until 20:52:00" == line
        view.set(
            cues=[a_cue("reveal-post", "in_doubt")], doubts=[doubt | {"until": None}]
        )
        await tab.until("document.querySelector('[data-act=settlesent_button]')")
        line = await tab.run("document.querySelector('#cues .why').innerText")
        assert f"{known} · somebody has to say what became of it" == line
        assert await tab.run(_TOO_FAINT) == []
        assert tab.errors == []


@pytest.mark.parametrize("path", ["/crew", "/stage"])
async def test_next_counts_to_the_expected_instant(a_page, path: str) -> None:
    """After a hold the plan is history: what comes next is counted down to when it is
    expected (SEMANTICS 1).
    """
    view = a_view()
    planned, expected = T0_US + 5 * MINUTE, T0_US + 121 * MINUTE
    film = a_cue(
        "film", planned=format_instant(planned), expected=format_instant(expected)
    )
    view.set(cues=[film], next=["film"], standby={})
    async with a_page(view, None, f"{path}?lang=en") as (_, _, tab):
        await tab.until("$('next').innerText.includes('in 01:')")


@pytest.mark.parametrize("size", [(1440, 900), (360, 740)])
async def test_the_stage_clock_stays_on_one_line(a_page, size: tuple[int, int]) -> None:
    """Also days before T-0, when the hours have three figures."""
    view = RecordingView(origin=Origin.here(T0_US - 101 * HOUR))
    view.set(t_s=-101 * 3600.0)
    async with a_page(view, None, "/stage?lang=en", *size) as (_, _, tab):
        await tab.until("$('t').textContent.startsWith('T-')")
        lines = "$('t').offsetHeight / parseFloat(getComputedStyle($('t')).fontSize)"
        assert await tab.run(lines) < 1.5
        fits = "document.documentElement.scrollWidth <= innerWidth"
        assert await tab.run(fits)


async def test_the_focus_stays_on_go(a_page) -> None:
    """The caller works on GO: when the standby changes GO has the focus again, and its
    first half second takes no press.
    """
    view = a_view()
    async with a_page(view, None, "/crew?lang=en") as (_, _, tab):
        await tab.until(GO_READY)
        await tab.press("g", 71, "g")
        view.set(standby={"caller": {"cue": "doors", "seq": 9}})
        await tab.until("document.activeElement.dataset.cue === 'doors'")
        view.set(standby={})
        await tab.until("!document.querySelector('button.go')")
        view.set(standby={"caller": {"cue": "opening", "seq": 12}})
        await tab.until("document.activeElement.dataset.cue === 'opening'")
