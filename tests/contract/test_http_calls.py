"""What the http driver promises: one POST, an honest answer, an effect seen."""

import asyncio
import logging
from contextlib import AsyncExitStack

import pytest

from launchctl.clock import wall_us
from launchctl.drivers.base import Context, Level
from launchctl.drivers.http import HttpDriver
from launchctl.rehearsal.emulators import web
from launchctl.rehearsal.emulators.web import Fault, WebEmulator
from launchctl.runbook.actions import Effect, Http, HttpBody
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Sight
from launchctl.times import SECOND
from tests.contract.posts_table import HandClock, PlantedSecrets

TOKEN = "shop-token-that-nobody-may-see"
REFUSALS = [400, 401, 403, 404, 409, 422, 429]
UNKNOWN = [
    web.DROP_BEFORE,
    web.DROP_AFTER,
    web.EMPTY_503,
    web.HTML_503.after_commit(),
    web.REDIRECT,
    Fault("408", status=408),
    Fault("100 MB", status=200, body=b"x" * (2 << 20)),
]


class Shop:
    """The http driver, and a service it calls."""

    def __init__(self, service: WebEmulator, clock, secrets):
        self.service = service
        self.clock = clock
        self.context = Context("http", clock, lambda _: None, secrets)
        self.driver = HttpDriver(self.context)

    def command(self, *, confirm_within="5s", contains="Reserve", **changes):
        """Flip the shop, confirmed by its page unless ``contains`` is None."""
        confirm = {
            "get": f"{self.service.url}/m3",
            "contains": contains,
            "within": confirm_within,
        }
        body = {
            "url": f"{self.service.url}/flags/m3",
            "json": {"live": True},
            "headers": {"X-Token": {"env": "SHOP"}, "X-Plain": "yes"},
            **({"confirm": confirm} if contains else {}),
            **changes.pop("body", {}),
        }
        action = Http(http=HttpBody.model_validate(body))
        limit_us = round(changes.pop("limit_s", 10.0) * SECOND)
        return Command(
            key="run/-/shop-flip/0",
            attempt=1,
            target="http",
            action=action,
            effect=Effect.ONCE,
            cue="shop-flip",
            reason="cue shop-flip",
            sent_after_us=self.clock(),
            deadline_us=self.clock() + limit_us,
        )


@pytest.fixture
async def shop():
    """A shop whose page shows "Reserve" once it was flipped."""
    service = WebEmulator(HandClock())
    await service.start()
    service.pages["/m3"] = "Coming soon"
    service.when_posted("/flags/m3", page="/m3", shows="<b>Reserve now</b>")
    shop = Shop(service, wall_us, PlantedSecrets(single={"env SHOP": TOKEN}))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(service.aclose)
        await shop.driver.start(stack)
        yield shop


async def test_a_call_is_made_once_and_its_effect_seen(shop):
    """Ok means 2xx and then the page that shows it."""
    outcome = await shop.driver.send(shop.command())

    assert outcome.answer is Answer.OK
    [call] = shop.service.acted
    assert ("POST", "/flags/m3", {"live": True}) == (
        call.method,
        call.path,
        call.json(),
    )
    assert (TOKEN, "yes", "run/-/shop-flip/0") == (
        call.headers["X-Token"],
        call.headers["X-Plain"],
        call.headers["Idempotency-Key"],
    )
    assert outcome.confirmed_us >= outcome.sent_us


async def test_a_header_of_the_runbook_goes_before_ours(shop):
    """Whatever its case: one header of a name, the one that was written."""
    headers = {"user-agent": "reveal", "IDEMPOTENCY-KEY": "k"}

    await shop.driver.send(shop.command(contains=None, body={"headers": headers}))

    sent = {
        name.lower(): value for name, value in shop.service.acted[0].headers.items()
    }
    assert ("reveal", "k") == (sent["user-agent"], sent["idempotency-key"])


async def test_an_effect_that_comes_later_is_waited_for(shop):
    """The page is asked until it shows the effect."""
    shop.service.when_posted("/flags/m3", page="/m3", shows="Reserve", after_s=0.3)

    outcome = await shop.driver.send(shop.command(confirm_within="30s"))

    assert outcome.answer is Answer.OK
    assert len([call for call in shop.service.calls if call.method == "GET"]) > 1


async def test_an_accepted_call_without_effect_is_unknown_and_says_so(shop):
    """A 2xx whose effect does not show in its time is for a person to decide."""
    shop.service.when_posted("/flags/m3", page="/m3", shows="Sold out")

    outcome = await shop.driver.send(shop.command(confirm_within="300ms"))

    assert outcome.answer is Answer.UNKNOWN
    expected = "accepted the call, but 127.0.0.1 did not show 'Reserve' within 300ms"
    assert expected in outcome.detail
    assert len(shop.service.acted) == 1


async def test_without_confirm_a_2xx_is_ok(shop):
    """Nothing to look at: the service's word is all there is."""
    assert (await shop.driver.send(shop.command(contains=None))).answer is Answer.OK


@pytest.mark.parametrize("status", REFUSALS)
async def test_a_4xx_is_refused(shop, status):
    """The service's own no is certain."""
    fault = Fault("no", status=status, body=b"flag is locked")
    shop.service.faults.next(fault)

    outcome = await shop.driver.send(shop.command())

    assert outcome.answer is Answer.REFUSED
    assert f"127.0.0.1 answered {status}: flag is locked" == outcome.detail
    assert shop.service.acted == []


async def test_a_429_says_when_to_come_back(shop):
    """Retry-After in seconds is told on N."""
    fault = Fault("busy", status=429, headers=lambda _: {"Retry-After": "30"})
    shop.service.faults.next(fault)

    outcome = await shop.driver.send(shop.command())

    assert outcome.retry_at_us == outcome.confirmed_us + 30 * SECOND


@pytest.mark.parametrize("fault", UNKNOWN, ids=lambda fault: fault.name)
async def test_anything_else_is_unknown_and_was_sent_once(shop, fault):
    """5xx, drops, redirects and endless answers: nobody knows; nobody asks twice."""
    shop.service.faults.next(fault)

    outcome = await shop.driver.send(shop.command())

    assert outcome.answer is Answer.UNKNOWN
    posts = [call for call in shop.service.calls if call.method == "POST"]
    assert (1, "/flags/m3") == (len(posts), posts[0].path)


async def test_no_answer_before_the_deadline_is_unknown(shop):
    """The deadline ends the wait."""
    shop.service.faults.next(web.HANG_AFTER)

    outcome = await shop.driver.send(shop.command(limit_s=0.5))

    assert (Answer.UNKNOWN, 1) == (outcome.answer, len(shop.service.acted))


async def test_no_connection_means_certainly_not_sent(shop):
    """If nobody listens, no byte left."""
    await shop.service.aclose()

    outcome = await shop.driver.send(shop.command())

    assert (Answer.NOT_SENT, None) == (outcome.answer, outcome.sent_us)
    assert shop.driver.health().level is Level.OFFLINE


async def test_a_missing_secret_is_named_and_nothing_sent(shop):
    """A call never leaves with an empty token."""
    shop.context.secrets.single.clear()

    trouble = await shop.driver.prepare(shop.command())
    outcome = await shop.driver.send(shop.command())

    assert (Answer.NOT_SENT, "env SHOP is not set") == (outcome.answer, trouble)
    assert shop.service.acted == []


@pytest.mark.parametrize(
    ("page", "sight"), [("Reserve", Sight.FOUND), ("Coming soon", Sight.ABSENT)]
)
async def test_a_doubtful_call_is_settled_by_its_page(shop, page, sight):
    """What an unknown call did is read from the page that confirms it."""
    shop.service.pages["/m3"] = page

    assert (await shop.driver.read(shop.command())).sight is sight


async def test_without_confirm_a_call_cannot_be_read(shop):
    """No page, no knowledge."""
    reading = await shop.driver.read(shop.command(contains=None))

    assert reading.sight is Sight.UNREADABLE


async def test_a_page_that_does_not_answer_settles_nothing(shop):
    """Not being able to look is not the same as seeing nothing."""
    shop.service.faults.next(web.EMPTY_503, on="get")

    assert (await shop.driver.read(shop.command())).sight is Sight.UNREADABLE


@pytest.mark.parametrize(
    ("page", "words"),
    [(None, "does not answer"), ("Reserve", "shows already"), ("Soon", None)],
)
async def test_preparing_looks_at_the_confirming_page(shop, page, words):
    """A page that is dead, or shows the effect before the call, is trouble early."""
    if page is None:
        shop.service.faults.next(web.EMPTY_503, on="get")
    else:
        shop.service.pages["/m3"] = page

    trouble = await shop.driver.prepare(shop.command())

    assert trouble is None if words is None else words in trouble


async def test_an_address_that_is_none_is_trouble(shop):
    """Said while preparing, and never sent."""
    command = shop.command(contains=None, body={"url": "shop.example/flags"})

    assert "is no http address" in await shop.driver.prepare(command)
    assert (await shop.driver.send(command)).answer is Answer.NOT_SENT


async def test_no_secret_is_ever_shown(shop, caplog):
    """A service that echoes its request does not get a token onto the page."""
    caplog.set_level(logging.DEBUG)
    seen = []
    for status in (200, 403, 503):
        echo = Fault(
            "echo", status=status, body=lambda r: str(dict(r.headers)).encode()
        )
        shop.service.faults.next(echo)
        command = shop.command(confirm_within="50ms")
        seen += [await shop.driver.send(command), shop.driver.health()]

    assert "'X-Token': '***'" in repr(seen).replace("\\", "")
    assert TOKEN not in repr(seen) + repr(vars(shop.driver)) + caplog.text


async def test_a_cancelled_call_leaves_no_certain_answer(shop):
    """Cancelled in mid-air: the caller is told so."""
    shop.service.faults.next(web.HANG_AFTER)
    sending = asyncio.create_task(shop.driver.send(shop.command()))
    async with asyncio.timeout(20):
        await shop.service.faults.hanging.wait()
    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
