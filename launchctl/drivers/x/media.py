"""Media of posts, by X's v2 upload: initialize, append, finalize, wait, describe.

tweepy cannot do it (only v1.1). Pieces are 1 MiB: larger ones meet an empty 413. What
is uploaded expires (24 h as a rule), so its time is kept and it is uploaded again when
it would not live to be posted.

Source: docs.x.com, "Media upload (chunked)" and "Create media metadata".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.media import MIB, Kind, MediaTroubleError, Rules
from launchctl.drivers.uploads import Uploaded
from launchctl.drivers.wire import Exchange, seconds_left
from launchctl.drivers.x.answers import said_by
from launchctl.drivers.x.far import Far
from launchctl.runbook.actions import Media
from launchctl.times import SECOND, Micros

CHUNK = 1 << 20
_REQUEST_S = 30.0
_IMAGE = ("image/jpeg", "image/png", "image/webp")
_CATEGORIES = dict.fromkeys(_IMAGE, "tweet_image") | {
    "image/gif": "tweet_gif",
    "video/mp4": "tweet_video",
    "video/quicktime": "tweet_video",
}
RULES = Rules(
    shown="X",
    kinds={
        ".jpg": Kind("image/jpeg", 5 * MIB),
        ".jpeg": Kind("image/jpeg", 5 * MIB),
        ".png": Kind("image/png", 5 * MIB),
        ".webp": Kind("image/webp", 5 * MIB),
        ".gif": Kind("image/gif", 15 * MIB, alone=True),
        ".mp4": Kind("video/mp4", 512 * MIB, alone=True),
        ".mov": Kind("video/quicktime", 512 * MIB, alone=True),
    },
    max_media=4,
    max_alt=1_000,
)


class _Processing(BaseModel):
    state: str
    check_after_secs: float = 1.0


class _Upload(BaseModel):
    id: str = Field(pattern=r"^\d{1,20}$")
    expires_after_secs: int = 86_400
    processing_info: _Processing | None = None


class _Answer(BaseModel):
    data: _Upload


class XUploader:
    """Uploads the media of one account. One call uploads one medium, once."""

    rules = RULES

    def __init__(self, far: Far, home: Path, now_us: Callable[[], Micros]) -> None:
        self._far = far
        self._home = home
        self._now_us = now_us

    async def upload(self, medium: Media, *, until_us: Micros) -> Uploaded:
        """Upload one file and describe it; ready to be posted when it returns.

        Raises:
            MediaTroubleError: with the sentence for people.
        """
        path = self._home / medium.file
        kind = RULES.kind(medium.file)
        assert kind is not None  # the rules have seen the file
        try:
            handle = await asyncio.to_thread(path.open, "rb")
        except OSError as error:
            raise MediaTroubleError(f"{medium.file} cannot be read.") from error
        try:
            begun = await self._call(
                medium,
                "/2/media/upload/initialize",
                {
                    "media_type": kind.media_type,
                    "total_bytes": path.stat().st_size,
                    "media_category": _CATEGORIES[kind.media_type],
                },
            )
            await self._append(medium, begun.id, handle)
        finally:
            handle.close()
        done = await self._call(medium, f"/2/media/upload/{begun.id}/finalize", None)
        expires_us = self._now_us() + done.expires_after_secs * SECOND
        await self._processed(medium, done, until_us)
        if medium.alt:
            await self._describe(medium, begun.id)
        return Uploaded(begun.id, expires_us)

    async def _append(self, medium: Media, media_id: str, handle: BinaryIO) -> None:
        index = 0
        while piece := await asyncio.to_thread(handle.read, CHUNK):
            form = aiohttp.FormData()
            form.add_field("segment_index", str(index))
            form.add_field(
                "media",
                piece,
                filename="piece",
                content_type="application/octet-stream",
            )
            route = f"/2/media/upload/{media_id}/append"
            exchange = await self._far.part(route, form, _REQUEST_S)
            if exchange.status is None or not 200 <= exchange.status < 300:
                raise _refusal(medium, exchange)
            index += 1

    async def _processed(
        self, medium: Media, upload: _Upload, until_us: Micros
    ) -> None:
        """Wait until X has digested a film or GIF, as often as it asks to."""
        while (info := upload.processing_info) and info.state != "succeeded":
            if info.state == "failed":
                raise MediaTroubleError(f"X could not process {medium.file}.")
            pause_s = min(max(info.check_after_secs, 0.1), 30.0)
            if pause_s >= seconds_left(until_us, self._now_us()):
                raise MediaTroubleError(f"X is still processing {medium.file}.")
            await asyncio.sleep(pause_s)
            exchange = await self._far.call(
                "GET",
                "/2/media/upload",
                _REQUEST_S,
                params={"command": "STATUS", "media_id": upload.id},
            )
            upload = _upload(medium, exchange)

    async def _describe(self, medium: Media, media_id: str) -> None:
        body = {"id": media_id, "metadata": {"alt_text": {"text": medium.alt}}}
        exchange = await self._far.call(
            "POST", "/2/media/metadata", _REQUEST_S, json=body
        )
        if exchange.status is None or not 200 <= exchange.status < 300:
            raise _refusal(medium, exchange)

    async def _call(self, medium: Media, route: str, body: object) -> _Upload:
        exchange = await self._far.call("POST", route, _REQUEST_S, json=body)
        return _upload(medium, exchange)


def _upload(medium: Media, exchange: Exchange) -> _Upload:
    if exchange.status is not None and 200 <= exchange.status < 300:
        try:
            return _Answer.model_validate(exchange.json_object()).data
        except ValidationError:
            pass
    raise _refusal(medium, exchange)


def _refusal(medium: Media, exchange: Exchange) -> MediaTroubleError:
    said = said_by(exchange) or exchange.trouble or f"status {exchange.status}"
    return MediaTroubleError(f"{medium.file} could not be uploaded: {said}.")
