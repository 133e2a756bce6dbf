"""The http driver: one POST to a web service, then a look from outside.

A shop is flipped live by a call whose answer says little; ``confirm`` says how its
effect is seen: a page that shall contain some words within some time. A 2xx whose
effect does not show in its time is *unknown*, not ok: a person decides.

The command's key goes along as ``Idempotency-Key``, for services that know it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import aiohttp
from multidict import CIMultiDict

from launchctl.drivers.base import Context, Health, Level, Outcome, Reading
from launchctl.drivers.wire import (
    Exchange,
    exchange_once,
    open_session,
    scrub,
    seconds_left,
)
from launchctl.errors import SecretMissingError
from launchctl.runbook.actions import Action, Confirm, Http, HttpBody
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Sight
from launchctl.times import SECOND, Micros, format_span

_POST_US = 10 * SECOND
_LOOK_S = 5.0
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 2.0
_RETRY_AFTER = re.compile(r"\d{1,5}")


class HttpDriver:
    """All http calls of a runbook (target ``http``).

    Args:
        context: what the conductor gives.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._calls: aiohttp.ClientSession
        self._looks: aiohttp.ClientSession
        self._health = Health(Level.GOOD, "no call yet")
        self._lacks: tuple[str, ...] = ()

    async def start(self, stack: AsyncExitStack) -> None:
        """Make the sessions; nobody is asked yet."""
        now_us = self._context.now_us
        self._calls = await open_session(stack, now_us, fresh=True)
        self._looks = await open_session(stack, now_us, fresh=False)

    async def prepare(self, command: Command) -> str | None:
        """Secrets there, the address a URL, the confirming page reachable."""
        return await self._lack_of(_body(command), to_come=True)

    async def lacks(self, actions: Iterable[Action]) -> tuple[str, ...]:
        """Secrets, addresses and confirming pages of every call that is to come."""
        bodies = [action.http for action in actions if isinstance(action, Http)]
        said = await asyncio.gather(*(self._lack_of(body) for body in bodies))
        self._lacks = tuple(dict.fromkeys(filter(None, said)))
        return self._lacks

    async def _lack_of(self, body: HttpBody, *, to_come: bool = False) -> str | None:
        """``to_come``: the call was not made yet, so its effect must not show."""
        try:
            self._headers(body, "")
        except SecretMissingError as error:
            return str(error)
        for url in (body.url, body.confirm.get if body.confirm else body.url):
            if not _is_url(url):
                return f"{url!r} is no http address."
        if body.confirm is None:
            return None
        seen = await self._seen(body.confirm, _LOOK_S)
        if seen is None:
            return f"{_host(body.confirm.get)}, which shall confirm, does not answer."
        if seen and to_come:
            return f"{_host(body.confirm.get)} shows already what the call shall do."
        return None

    async def send(self, command: Command) -> Outcome:
        """POST once; then, if the runbook says how, wait until its effect is seen."""
        body = _body(command)
        try:
            headers, secrets = self._headers(body, command.key)
        except SecretMissingError as error:
            return self._note(body, Outcome(Answer.NOT_SENT, str(error)))
        now_us = self._context.now_us()
        left_s = _time_for_the_call(command, now_us)
        if left_s <= 0:
            detail = "its deadline had passed before it was sent"
            return self._note(body, Outcome(Answer.NOT_SENT, detail))
        exchange = await exchange_once(
            self._calls,
            "POST",
            body.url,
            limit_s=left_s,
            headers=headers,
            json=command.content.get("json", body.json_body),
        )
        outcome = self._answer(body, exchange, secrets)
        if outcome.answer is Answer.OK and body.confirm is not None:
            outcome = await self._confirmed(command, body.confirm, outcome)
        return self._note(body, outcome)

    async def read(self, command: Command) -> Reading:
        """Look at the confirming page once; without one nothing can be known."""
        confirm = _body(command).confirm
        if confirm is None:
            detail = "the call has no `confirm` to read"
            return Reading(Sight.UNREADABLE, detail=detail, final=True)
        seen = await self._seen(confirm, _LOOK_S)
        if seen is None:
            detail = f"{_host(confirm.get)} does not answer"
            return Reading(Sight.UNREADABLE, detail=detail)
        return Reading(Sight.FOUND if seen else Sight.ABSENT)

    async def check(self) -> Health:
        """The last known health: every call goes elsewhere, ``lacks`` asks each."""
        return self.health()

    def health(self) -> Health:
        """The last known health, and what calls to come lack."""
        if not self._lacks:
            return self._health
        good = self._health.level is Level.GOOD
        level = Level.WARNING if good else self._health.level
        return Health(level, "; ".join((self._health.text, *self._lacks)))

    # --- the call -------------------------------------------------------------------

    def _headers(
        self, body: HttpBody, key: str
    ) -> tuple[CIMultiDict[str], tuple[str, ...]]:
        """Headers with their secrets, and the secrets alone.

        Raises:
            SecretMissingError: naming the reference.
        """
        headers = CIMultiDict({"User-Agent": "launchctl", "Idempotency-Key": key})
        secrets = []
        for name, value in body.headers.items():
            if isinstance(value, str):
                headers[name] = value
            else:
                headers[name] = self._context.secrets.get(value).strip()
                secrets.append(headers[name])
        return headers, tuple(secrets)

    def _answer(
        self, body: HttpBody, exchange: Exchange, secrets: tuple[str, ...]
    ) -> Outcome:
        host, status, now_us = _host(body.url), exchange.status, self._context.now_us()
        sent_us = exchange.sent_us
        if status is None:
            answer = Answer.NOT_SENT if sent_us is None else Answer.UNKNOWN
            return Outcome(answer, f"{host}: {exchange.trouble}", sent_us)
        if 200 <= status < 300:
            return Outcome(Answer.OK, "", sent_us, now_us)
        said = scrub(exchange.text(), secrets, limit=120)
        detail = f"{host} answered {status}{': ' if said else ''}{said}"
        # 408: it may have heard enough of the call to act on it
        if not 400 <= status < 500 or status == 408:
            return Outcome(Answer.UNKNOWN, detail, sent_us)
        retry_at_us = None
        after = exchange.headers.get("retry-after", "")
        if status == 429 and _RETRY_AFTER.fullmatch(after):
            retry_at_us = now_us + int(after) * SECOND
        return Outcome(Answer.REFUSED, detail, sent_us, now_us, retry_at_us=retry_at_us)

    async def _confirmed(
        self, command: Command, confirm: Confirm, accepted: Outcome
    ) -> Outcome:
        """Look until the effect is seen, or its time or the command's is over.

        What is still unseen then is read on by whoever settles doubts.
        """
        pause_s = _FIRST_PAUSE_S
        now_us = self._context.now_us()
        until_us = now_us + confirm.within_us
        if command.deadline_us:
            until_us = max(now_us, min(until_us, command.deadline_us))
        within = format_span(round((until_us - now_us), -5))
        while (left_s := seconds_left(until_us, self._context.now_us())) > 0:
            if await self._seen(confirm, min(left_s, _LOOK_S)):
                seen_us = self._context.now_us()
                return Outcome(Answer.OK, "", accepted.sent_us, seen_us)
            left_s = seconds_left(until_us, self._context.now_us())
            await asyncio.sleep(max(0.0, min(pause_s, left_s)))
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        effect = f"show {confirm.contains!r}" if confirm.contains else "answer 2xx"
        detail = (
            f"{_host(_body(command).url)} accepted the call, but "
            f"{_host(confirm.get)} did not {effect} within {within}"
        )
        return Outcome(Answer.UNKNOWN, detail, accepted.sent_us)

    async def _seen(self, confirm: Confirm, limit_s: float) -> bool | None:
        """Whether the page shows the effect now; None if it does not answer."""
        exchange = await exchange_once(
            self._looks,
            "GET",
            confirm.get,
            limit_s=limit_s,
            headers={"User-Agent": "launchctl", "Cache-Control": "no-cache"},
        )
        if exchange.status is None or exchange.status >= 500:
            return None
        if not 200 <= exchange.status < 300:
            return False
        return confirm.contains is None or confirm.contains in exchange.text()

    def _note(self, body: HttpBody, outcome: Outcome) -> Outcome:
        level = {
            Answer.OK: Level.GOOD,
            Answer.REFUSED: Level.WARNING,
            Answer.UNKNOWN: Level.WARNING,
            Answer.NOT_SENT: Level.OFFLINE,
        }[outcome.answer]
        text = outcome.detail or f"{_host(body.url)} took the last call"
        self._health = Health(level, text)
        return outcome


def _time_for_the_call(command: Command, now_us: Micros) -> float:
    """Seconds for the POST alone: the deadline may leave time to confirm as well."""
    limit_us = command.action.timeout_us or _POST_US
    deadline_us = command.deadline_us or now_us + limit_us
    return seconds_left(min(deadline_us, now_us + limit_us), now_us)


def _body(command: Command) -> HttpBody:
    assert isinstance(command.action, Http), "the http driver is given http calls only"
    return command.action.http


def _is_url(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _host(url: str) -> str:
    """Whom an address names, without user, path or query: these may hold secrets."""
    return urlsplit(url).hostname or "the address"
