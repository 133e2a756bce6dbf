"""Media of posts: ``POST /api/v2/media``, which digests after it has answered.

A 202 means that the server is still at it; ``GET /api/v1/media/:id`` is 206 until it is
done. What no post shows is dropped by the server after a day; we count with an hour.

Source: docs.joinmastodon.org, "media".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.answers import is_success
from launchctl.drivers.api import Api
from launchctl.drivers.mastodon.answers import said_by
from launchctl.drivers.mastodon.server import Server
from launchctl.drivers.media import MediaTroubleError, Rules
from launchctl.drivers.uploads import Uploaded
from launchctl.drivers.wire import Exchange, seconds_left
from launchctl.runbook.actions import Media
from launchctl.times import HOUR, Micros

_REQUEST_S = 30.0
_PAUSE_S = 1.0


class _Attachment(BaseModel):
    id: str = Field(pattern=r"^[\w-]{1,64}$")


class MastodonUploader:
    """Uploads the media of one account. ``server`` is known once it was asked."""

    def __init__(self, api: Api, home: Path, now_us: Callable[[], Micros]) -> None:
        self.server = Server()
        self._api = api
        self._home = home
        self._now_us = now_us

    @property
    def rules(self) -> Rules:
        """What the account's server takes."""
        return self.server.rules

    async def upload(self, medium: Media, *, until_us: Micros) -> Uploaded:
        """Upload one file with its description; digested when this returns.

        Raises:
            MediaTroubleError: with the sentence for people.
        """
        kind = self.rules.kind(medium.file)
        assert kind is not None  # the rules have seen the file
        path = self._home / medium.file
        try:
            content = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise MediaTroubleError(f"{medium.file} cannot be read.") from error
        form = aiohttp.FormData()
        form.add_field(
            "file", content, filename=path.name, content_type=kind.media_type
        )
        if medium.alt:
            form.add_field("description", medium.alt)
        exchange = await self._api.tell("/api/v2/media", _REQUEST_S, data=form)
        media_id = _id_in(medium, exchange)
        while exchange.status in (202, 206):
            if seconds_left(until_us, self._now_us()) <= _PAUSE_S:
                raise MediaTroubleError(f"Mastodon is still processing {medium.file}.")
            await asyncio.sleep(_PAUSE_S)
            exchange = await self._api.ask(f"/api/v1/media/{media_id}", _REQUEST_S)
            _id_in(medium, exchange)
        return Uploaded(media_id, self._now_us() + HOUR)


def _id_in(medium: Media, exchange: Exchange) -> str:
    if is_success(exchange):
        try:
            return _Attachment.model_validate(exchange.json_object()).id
        except ValidationError:
            pass
    said = said_by(exchange) or exchange.trouble or f"status {exchange.status}"
    raise MediaTroubleError(f"{medium.file} could not be uploaded: {said}.")
