"""Pictures of posts: ``uploadBlob``, whose answer goes into the record.

A blob that no record names is dropped after some hours; we count with one. Films go
through a service of Bluesky's own and are not taken here.

Source: docs.bsky.app, ``com.atproto.repo.uploadBlob``, ``app.bsky.embed.images``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from launchctl.drivers.answers import is_success
from launchctl.drivers.api import Api
from launchctl.drivers.bluesky.answers import said_by
from launchctl.drivers.media import Kind, MediaTroubleError, Rules
from launchctl.drivers.uploads import Uploaded
from launchctl.runbook.actions import Media
from launchctl.times import HOUR, Micros

_REQUEST_S = 30.0
_MAX_BYTES = 1_000_000
"""Two million since 2026, but not on every server yet."""

RULES = Rules(
    shown="Bluesky",
    kinds={
        ".jpg": Kind("image/jpeg", _MAX_BYTES),
        ".jpeg": Kind("image/jpeg", _MAX_BYTES),
        ".png": Kind("image/png", _MAX_BYTES),
        ".webp": Kind("image/webp", _MAX_BYTES),
        ".gif": Kind("image/gif", _MAX_BYTES),
    },
    max_media=4,
    max_alt=2_000,
)


class _Blob(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: Literal["blob"] = Field(alias="$type")
    ref: dict[str, str]


class _Answer(BaseModel):
    blob: _Blob


class BlueskyUploader:
    """Uploads the pictures of one account."""

    rules = RULES

    def __init__(self, api: Api, home: Path, now_us: Callable[[], Micros]) -> None:
        self._api = api
        self._home = home
        self._now_us = now_us

    async def upload(self, medium: Media, *, until_us: Micros) -> Uploaded:  # noqa: ARG002  a picture needs no digesting
        """Upload one picture; its reference is the blob as the server told it.

        Raises:
            MediaTroubleError: with the sentence for people.
        """
        kind = RULES.kind(medium.file)
        assert kind is not None  # the rules have seen the file
        try:
            content = await asyncio.to_thread((self._home / medium.file).read_bytes)
        except OSError as error:
            raise MediaTroubleError(f"{medium.file} cannot be read.") from error
        exchange = await self._api.tell(
            "/xrpc/com.atproto.repo.uploadBlob",
            _REQUEST_S,
            data=content,
            headers={"Content-Type": kind.media_type},
        )
        return Uploaded(_blob_in(medium, exchange), self._now_us() + HOUR)


def _blob_in(medium: Media, exchange: Any) -> dict[str, Any]:
    if is_success(exchange):
        try:
            blob = _Answer.model_validate(exchange.json_object()).blob
        except ValidationError:
            pass
        else:
            return blob.model_dump(by_alias=True)
    said = said_by(exchange) or exchange.trouble or f"status {exchange.status}"
    raise MediaTroubleError(f"{medium.file} could not be uploaded: {said}.")
