"""The notify driver: messages to the crew's own channels, at least once.

A channel's URL is a secret (it carries its token), so it never appears in a detail.
JSON webhooks (``json://``, ``jsons://``, or a plain ``http(s)://`` address) are sent by
ourselves; every other kind needs the extra ``launchctl[notify]`` (apprise). A reference
may hold several URLs, one a line; one that accepts is enough.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from launchctl.drivers.base import Context, Health, Level, Outcome, Reading
from launchctl.drivers.wire import exchange_once, open_session, seconds_left
from launchctl.errors import SecretMissingError
from launchctl.runbook.model import Notification
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Sight
from launchctl.times import SECOND, format_instant

_LIMIT_S = 10.0
_WEBHOOKS = {"json": "http", "jsons": "https", "http": "http", "https": "https"}


class NotifyDriver:
    """One crew channel of the runbook (target ``notify:NAME``).

    Args:
        name: of the channel in the runbook.
        notification: its URL, by reference.
        context: what the conductor gives.
    """

    def __init__(self, name: str, notification: Notification, context: Context) -> None:
        self.name = name
        self._notification = notification
        self._context = context
        self._urls: tuple[str, ...] = ()
        self._session: aiohttp.ClientSession
        self._health = Health(Level.OFFLINE, f"{name}: nothing sent yet")

    async def start(self, stack: AsyncExitStack) -> None:
        """Take the URLs; nobody is asked yet."""
        now_us = self._context.now_us
        self._session = await open_session(stack, now_us, fresh=True)
        try:
            value = self._context.secrets.get(self._notification.url)
        except SecretMissingError as error:
            self._health = Health(Level.BAD, str(error))
            return
        self._urls = tuple(line.strip() for line in value.splitlines() if line.strip())
        trouble = self._trouble()
        self._health = Health(
            Level.BAD if trouble else Level.GOOD,
            trouble or f"{self.name}: {len(self._urls)} channel(s), none asked yet",
        )

    async def prepare(self, command: Command) -> str | None:  # noqa: ARG002  one interface
        """A sentence if no channel can be used."""
        return self._trouble()

    async def send(self, command: Command) -> Outcome:
        """Tell every channel; ok when one accepted."""
        if trouble := self._trouble():
            return Outcome(Answer.NOT_SENT, trouble)
        now_us = self._context.now_us()
        deadline_us = command.deadline_us or now_us + round(_LIMIT_S * SECOND)
        limit_s = seconds_left(deadline_us, now_us)
        if limit_s <= 0:
            return Outcome(
                Answer.NOT_SENT, "its deadline had passed before it was sent"
            )
        answers = await asyncio.gather(
            *(self._tell(url, command, limit_s) for url in self._urls)
        )
        taken = answers.count(Answer.OK)
        if taken:
            text = f"{self.name}: {taken} of {len(answers)} channels took the last one"
            level = Level.GOOD if taken == len(answers) else Level.WARNING
            self._health = Health(level, text)
            return Outcome(Answer.OK, text, now_us, self._context.now_us())
        text = f"{self.name}: no channel accepted the message"
        self._health = Health(Level.WARNING, text)
        if answers.count(Answer.NOT_SENT) == len(answers):
            return Outcome(Answer.NOT_SENT, text)
        return Outcome(Answer.UNKNOWN, text, now_us)

    async def read(self, command: Command) -> Reading:  # noqa: ARG002  one interface
        """Messages cannot be read back."""
        return Reading(
            Sight.UNREADABLE, detail="messages cannot be read back", final=True
        )

    async def check(self) -> Health:
        """The last known health: asking would be telling."""
        return self._health

    def health(self) -> Health:
        """The last known health."""
        return self._health

    def _trouble(self) -> str | None:
        if not self._urls:
            return f"{self.name} has no channel: {self._notification.url} is empty."
        if all(_is_webhook(url) for url in self._urls) or _apprise() is not None:
            return None
        return (
            f"{self.name} is no JSON webhook: other channels need the extra, "
            f"pip install 'launchctl[notify]'."
        )

    async def _tell(self, url: str, command: Command, limit_s: float) -> Answer:
        text = str(command.content.get("text", ""))
        if not _is_webhook(url):
            return await self._tell_apprise(url, text, limit_s)
        message = {
            "version": "1.0",
            "title": "launchctl",
            "message": text,
            "type": "info",
            "cue": command.cue,
            "key": command.key,
            "at": format_instant(self._context.now_us()),
        }
        parts = urlsplit(url)
        target = parts._replace(scheme=_WEBHOOKS[parts.scheme]).geturl()
        exchange = await exchange_once(
            self._session, "POST", target, limit_s=limit_s, json=message
        )
        if exchange.sent_us is None:
            return Answer.NOT_SENT
        accepted = exchange.status is not None and 200 <= exchange.status < 300
        return Answer.OK if accepted else Answer.UNKNOWN

    async def _tell_apprise(self, url: str, text: str, limit_s: float) -> Answer:
        apprise = _apprise()
        if apprise is None:
            return Answer.NOT_SENT
        channel = apprise.Apprise()
        if not channel.add(url):
            return Answer.NOT_SENT
        try:
            async with asyncio.timeout(limit_s):
                told = await channel.async_notify(body=text, title="launchctl")
        except Exception:  # noqa: BLE001  a plugin's failure is a channel that refused
            return Answer.UNKNOWN
        return Answer.OK if told else Answer.UNKNOWN


def _is_webhook(url: str) -> bool:
    return urlsplit(url).scheme in _WEBHOOKS


def _apprise() -> Any | None:
    """The optional library, or None. It and urllib3 log URLs with their tokens."""
    try:
        module = importlib.import_module("apprise")
    except ImportError:
        return None
    module.logger.disabled = True
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    return module
