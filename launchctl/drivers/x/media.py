"""Media of posts, by X's v2 upload: initialize, append, finalize, wait, describe.

tweepy cannot do it (only v1.1). Pieces are 1 MiB: larger ones meet an empty 413. What
is uploaded expires (24 h as a rule), so its time is kept and it is uploaded again when
it would not live to be posted.

Source: docs.x.com, "Media upload (chunked)" and "Create media metadata".
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.wire import Exchange, seconds_left
from launchctl.drivers.x.answers import said_by
from launchctl.drivers.x.far import Far
from launchctl.runbook.actions import Media
from launchctl.times import SECOND, Micros

CHUNK = 1 << 20
MAX_MEDIA = 4
MAX_ALT = 1_000
_REQUEST_S = 30.0
_MIB = 1 << 20
_KINDS = {
    ".jpg": ("image/jpeg", "tweet_image", 5 * _MIB),
    ".jpeg": ("image/jpeg", "tweet_image", 5 * _MIB),
    ".png": ("image/png", "tweet_image", 5 * _MIB),
    ".webp": ("image/webp", "tweet_image", 5 * _MIB),
    ".gif": ("image/gif", "tweet_gif", 15 * _MIB),
    ".mp4": ("video/mp4", "tweet_video", 512 * _MIB),
    ".mov": ("video/quicktime", "tweet_video", 512 * _MIB),
}


class MediaTroubleError(Exception):
    """A picture or film cannot be uploaded. The sentence is for people."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A medium that X has, and until when it keeps it (on N)."""

    media_id: str
    expires_us: Micros


class _Processing(BaseModel):
    state: str
    check_after_secs: float = 1.0


class _Upload(BaseModel):
    id: str = Field(pattern=r"^\d{1,20}$")
    expires_after_secs: int = 86_400
    processing_info: _Processing | None = None


class _Answer(BaseModel):
    data: _Upload


def trouble_with(media: tuple[Media, ...], home: Path) -> str | None:
    """A sentence if these media cannot go together, or are not there; else None.

    Reads files: call it in a thread.
    """
    if len(media) > MAX_MEDIA:
        return f"X takes {MAX_MEDIA} media at most, the post has {len(media)}."
    moving = [m.file for m in media if _category(m.file) not in ("", "tweet_image")]
    if moving and len(media) > 1:
        return f"{moving[0]} must be alone: X mixes films and GIFs with nothing."
    for medium in media:
        if sentence := _trouble_with_one(medium, home):
            return sentence
    return None


def _trouble_with_one(medium: Media, home: Path) -> str | None:
    path = home / medium.file
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        return f"{medium.file}: X takes {', '.join(_KINDS)}."
    if not path.is_file():
        return f"{medium.file} is not there."
    size, limit = path.stat().st_size, kind[2]
    if not 0 < size <= limit:
        return f"{medium.file} has {size} bytes; X takes 1 to {limit}."
    if medium.sha256 and _digest(path) != medium.sha256:
        return f"{medium.file} has changed since the runbook was loaded."
    if len(medium.alt) > MAX_ALT:
        return f"{medium.file}: the alt text has over {MAX_ALT} characters."
    return None


def _category(file: str) -> str:
    kind = _KINDS.get(Path(file).suffix.lower())
    return kind[1] if kind else ""


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class Uploader:
    """Uploads the media of one account. One call uploads one medium, once."""

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
        media_type, category, _ = _KINDS[path.suffix.lower()]
        try:
            handle = await asyncio.to_thread(path.open, "rb")
        except OSError as error:
            raise MediaTroubleError(f"{medium.file} cannot be read.") from error
        try:
            begun = await self._call(
                medium,
                "/2/media/upload/initialize",
                {
                    "media_type": media_type,
                    "total_bytes": path.stat().st_size,
                    "media_category": category,
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
