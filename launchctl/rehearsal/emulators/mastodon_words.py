"""Mastodon's words: accounts, drafts, refusals; its HTML, lengths and instants."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field
from wcwidth import iter_graphemes

from launchctl.rehearsal.emulators.network import Refusal, made
from launchctl.rehearsal.emulators.web import Fault
from launchctl.times import MILLISECOND, SECOND, Micros, to_datetime

_URL = re.compile(r"https?://[^\s]+")
_MENTION = re.compile(r"(?<![\w/])@(\w+)(?:@([\w.-]+\w))?")
_TAG = re.compile(r"(?<![\w/#])#(\w+)")


class MastodonRefusal(Refusal):
    """An error of the API."""

    def __init__(
        self, status: int, words: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(words)
        self.status = status
        self.headers = headers or {}

    def response(self) -> web.Response:
        """As it goes over the wire."""
        return web.json_response(
            {"error": str(self)}, status=self.status, headers=self.headers
        )


def says(status: int, words: str) -> Fault:
    """Mastodon refuses in its own words."""
    return Fault(
        f"{status}: {words}",
        status=status,
        body=json.dumps({"error": words}).encode(),
        content_type="application/json",
    )


def rate_limited(reset_in_s: float) -> Fault:
    """A 429 whose window ends so much later."""

    def headers(now_us: Micros) -> Mapping[str, str]:
        reset = instant(now_us + round(reset_in_s * SECOND))
        limits = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0"}
        return {**limits, "X-RateLimit-Reset": reset}

    return Fault(
        f"429, reset {reset_in_s:g}",
        status=429,
        body=b'{"error": "Too many requests"}',
        content_type="application/json",
        headers=headers,
    )


def instant(at_us: Micros) -> str:
    """As the API writes it: milliseconds, UTC."""
    at = to_datetime(at_us)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_us // MILLISECOND % 1000:03d}Z"


def length_of(text: str) -> int:
    """A URL counts 23, a mention without its server, all else by grapheme."""
    without = _MENTION.sub(r"@\1", _URL.sub("x" * 23, text))
    return len(list(iter_graphemes(without)))


def shown(text: str) -> str:
    """The text as the API gives it back."""
    paragraphs = re.split(r"\n{2,}", text.strip())
    return "".join(f"<p>{_line(part)}</p>" for part in paragraphs if part)


def _line(text: str) -> str:
    pieces, at = [], 0
    for found in _URL.finditer(text):
        pieces += [_plain(text[at : found.start()]), _link(found[0])]
        at = found.end()
    return "".join([*pieces, _plain(text[at:])])


def _plain(text: str) -> str:
    escaped = html.escape(text, quote=False).replace("\n", "<br />")
    named = _MENTION.sub(
        r'<span class="h-card"><a class="u-url mention">@<span>\1</span></a></span>',
        escaped,
    )
    return _TAG.sub(r'<a class="mention hashtag" rel="tag">#<span>\1</span></a>', named)


def _link(url: str) -> str:
    scheme, _, rest = url.partition("://")
    scheme, head, tail = f"{scheme}://", html.escape(rest[:30]), html.escape(rest[30:])
    return (
        f'<a href="{html.escape(url)}" rel="nofollow noopener">'
        f'<span class="invisible">{scheme}</span><span class="ellipsis">{head}</span>'
        f'<span class="invisible">{tail}</span></a>'
    )


@dataclass(frozen=True, slots=True)
class MastodonAccount:
    """One account; ``handle`` is ``user@server``."""

    handle: str
    user_id: str
    access_token: str = field(repr=False)

    @classmethod
    def made(cls, handle: str) -> Self:
        """An account with credentials made from its handle: for emulators alone."""
        number = int.from_bytes(handle.encode()[:6]) % 10**17
        return cls(handle, f"1{number:017d}", made("access token", handle, 43))

    @property
    def username(self) -> str:
        """Its name on its own server."""
        return self.handle.partition("@")[0]

    def values(self) -> dict[str, str]:
        """What stands behind a runbook's ``credentials`` prefix."""
        return {"ACCESS_TOKEN": self.access_token}


class Draft(BaseModel):
    """A status as it is asked for."""

    model_config = ConfigDict(strict=True, extra="forbid")

    status: str = ""
    media_ids: list[str] = Field(default=[], max_length=4)
    in_reply_to_id: str | None = None
    language: str | None = None
    visibility: str | None = None
