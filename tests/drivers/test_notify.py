"""Crew channels: at least once, and never their URLs."""

import importlib
import json
import logging
from contextlib import AsyncExitStack

import pytest

from launchctl.clock import wall_us
from launchctl.drivers.base import Context, Level
from launchctl.drivers.notify import NotifyDriver
from launchctl.errors import SecretMissingError
from launchctl.rehearsal.emulators import web
from launchctl.rehearsal.emulators.web import WebEmulator
from launchctl.runbook.actions import Effect, Notify, NotifyBody
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Notification
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Sight
from launchctl.times import SECOND

# apprise's plugins import it on Python 3.11 and 3.12, whichever channel is used
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")

TOKEN = "channel-token-that-nobody-may-see"


class OneSecret:
    """The channel's URL, or none."""

    def __init__(self, value):
        self.value = value

    def get(self, ref):
        """The URL."""
        if self.value is None:
            raise SecretMissingError(f"{ref} is not set")
        return self.value


@pytest.fixture
async def service():
    """A webhook that takes messages."""
    service = WebEmulator(wall_us)
    await service.start()
    yield service
    await service.aclose()


@pytest.fixture
async def started(service):
    """Makes drivers for URLs, and ends them."""
    async with AsyncExitStack() as stack:

        async def start(value):
            notification = Notification(url=SecretRef(env="CREW"))
            context = Context("notify:crew", wall_us, lambda _: None, OneSecret(value))
            driver = NotifyDriver("crew", notification, context)
            await driver.start(stack)
            return driver

        yield start


def message(limit_s=10.0):
    """A message as the engine gives it."""
    return Command(
        key="run/milestone/1/0",
        attempt=1,
        target="notify:crew",
        action=Notify(notify=NotifyBody(to="crew", text="300,000")),
        effect=Effect.AT_LEAST_ONCE,
        cue="milestone",
        reason="cue milestone",
        content={"text": "300,000"},
        deadline_us=wall_us() + round(limit_s * SECOND),
    )


@pytest.mark.parametrize("scheme", ["http", "json"])
async def test_a_webhook_gets_the_message_as_json(service, started, scheme):
    """json:// and plain addresses need nothing installed."""
    driver = await started(service.url.replace("http", scheme) + f"/crew?t={TOKEN}")

    assert await driver.prepare(message()) is None
    outcome = await driver.send(message())

    assert (Answer.OK, Level.GOOD) == (outcome.answer, driver.health().level)
    [call] = service.acted
    assert ("300,000", "milestone") == (call.json()["message"], call.json()["cue"])


async def test_one_channel_that_accepts_is_enough(service, started):
    """Several channels: ok when one took it, and health says that not all did."""
    driver = await started(f"{service.url}/a\n{service.url}/b\n")
    service.faults.next(web.HTML_503)

    outcome = await driver.send(message())

    assert (Answer.OK, Level.WARNING) == (outcome.answer, driver.health().level)
    assert "1 of 2" in outcome.detail


@pytest.mark.parametrize("fault", [web.HTML_503, web.DROP_AFTER, web.REDIRECT])
async def test_no_channel_that_accepts_is_not_ok(service, started, fault):
    """Nobody was certainly told; sending again does no harm."""
    driver = await started(f"{service.url}/a")
    service.faults.next(fault)

    assert (await driver.send(message())).answer is Answer.UNKNOWN
    assert (await driver.send(message())).answer is Answer.OK


async def test_a_channel_that_hangs_ends_with_the_deadline(service, started):
    """An alert waits for nobody beyond its time."""
    driver = await started(f"{service.url}/a")
    service.faults.next(web.HANG_BEFORE)

    assert (await driver.send(message(limit_s=0.3))).answer is Answer.UNKNOWN


async def test_channels_that_cannot_be_reached_were_not_told(service, started):
    """No byte left: certainly nobody was told."""
    driver = await started(f"{service.url}/a")
    await service.aclose()

    outcome = await driver.send(message())

    assert (Answer.NOT_SENT, None) == (outcome.answer, outcome.sent_us)


async def test_a_missing_channel_is_named(started):
    """The reference is named; nothing is sent."""
    driver = await started(None)

    assert (Level.BAD, "env CREW is not set") == (
        driver.health().level,
        driver.health().text,
    )
    assert (await driver.send(message())).answer is Answer.NOT_SENT
    assert "env CREW" in await driver.prepare(message())


async def test_other_services_go_through_apprise(service, started):
    """Any of apprise's kinds works with the extra installed (here: its form://)."""
    pytest.importorskip("apprise")
    driver = await started(service.url.replace("http", "form") + f"/{TOKEN}")

    outcome = await driver.send(message())

    assert outcome.answer is Answer.OK
    assert b"message=300%2C000" in service.acted[0].body


async def test_without_the_extra_other_services_say_what_to_install(
    started, monkeypatch
):
    """A missing library is a sentence, not a stack trace."""

    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    driver = await started("slack://a/b/c")

    assert "pip install 'launchctl[notify]'" in await driver.prepare(message())
    assert (await driver.send(message())).answer is Answer.NOT_SENT


async def test_messages_cannot_be_read_back(started):
    """What was told cannot be looked up."""
    driver = await started("json://localhost/")

    assert (await driver.read(message())).sight is Sight.UNREADABLE


async def test_a_channels_url_is_never_shown(service, started, caplog):
    """It carries the channel's token."""
    caplog.set_level(logging.DEBUG)
    seen = []
    for scheme in ("http", "form"):
        driver = await started(service.url.replace("http", scheme) + f"/{TOKEN}")
        for fault in (web.HTML_503, web.DROP_AFTER, web.HTML_200):
            service.faults.next(fault)
            seen += [await driver.send(message()), driver.health()]
        seen.append(await driver.prepare(message()))

    assert TOKEN not in json.dumps(repr(seen)) + caplog.text
