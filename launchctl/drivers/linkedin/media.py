"""Pictures of posts: ``initializeUpload``, a PUT, and waiting until they are there.

The address of the upload is LinkedIn's to name. The token goes only to LinkedIn's own
hosts, or to where ``api`` is.

Source: learn.microsoft.com/linkedin, "Images API".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.answers import is_success
from launchctl.drivers.api import Api
from launchctl.drivers.linkedin.answers import said_by
from launchctl.drivers.media import Kind, MediaTroubleError, Rules
from launchctl.drivers.uploads import Uploaded
from launchctl.drivers.wire import Exchange, seconds_left
from launchctl.runbook.actions import Media
from launchctl.times import HOUR, Micros

_REQUEST_S = 30.0
_PAUSE_S = 1.0
_MAX_BYTES = 8_000_000

RULES = Rules(
    shown="LinkedIn",
    kinds={
        ".jpg": Kind("image/jpeg", _MAX_BYTES),
        ".jpeg": Kind("image/jpeg", _MAX_BYTES),
        ".png": Kind("image/png", _MAX_BYTES),
        ".gif": Kind("image/gif", _MAX_BYTES),
    },
    max_media=20,
    max_alt=4_086,
)


class _Begun(BaseModel):
    image: str = Field(pattern=r"^urn:li:image:[\w-]+$")
    upload_url: str = Field(alias="uploadUrl")


class _Answer(BaseModel):
    value: _Begun


class LinkedInUploader:
    """Uploads the pictures of one author."""

    rules = RULES

    def __init__(
        self, api: Api, owner: str, home: Path, now_us: Callable[[], Micros]
    ) -> None:
        self._api = api
        self._owner = owner
        self._home = home
        self._now_us = now_us

    async def upload(self, medium: Media, *, until_us: Micros) -> Uploaded:
        """Upload one picture; what names it is its URN.

        Raises:
            MediaTroubleError: with the sentence for people.
        """
        try:
            content = await asyncio.to_thread((self._home / medium.file).read_bytes)
        except OSError as error:
            raise MediaTroubleError(f"{medium.file} cannot be read.") from error
        begun = await self._begin(medium)
        exchange = await self._api.put(begun.upload_url, content, _REQUEST_S)
        if not is_success(exchange):
            raise _refusal(medium, exchange)
        while not await self._is_there(medium, begun.image):
            if seconds_left(until_us, self._now_us()) <= _PAUSE_S:
                raise MediaTroubleError(f"LinkedIn is still processing {medium.file}.")
            await asyncio.sleep(_PAUSE_S)
        return Uploaded(begun.image, self._now_us() + HOUR)

    async def _begin(self, medium: Media) -> _Begun:
        exchange = await self._api.tell(
            "/rest/images?action=initializeUpload",
            _REQUEST_S,
            json={"initializeUploadRequest": {"owner": self._owner}},
        )
        try:
            if is_success(exchange):
                begun = _Answer.model_validate(exchange.json_object()).value
                if self._is_linkedins(begun.upload_url):
                    return begun
        except ValidationError:
            pass
        raise _refusal(medium, exchange)

    def _is_linkedins(self, url: str) -> bool:
        there, home = urlsplit(url), urlsplit(self._api.base)
        if (there.scheme, there.netloc) == (home.scheme, home.netloc):
            return True
        host = there.hostname or ""
        return there.scheme == "https" and f".{host}".endswith(".linkedin.com")

    async def _is_there(self, medium: Media, image: str) -> bool:
        exchange = await self._api.ask(
            f"/rest/images/{quote(image, safe='')}", _REQUEST_S
        )
        told: dict[str, Any] = exchange.json_object() or {}
        status = told.get("status")
        if not is_success(exchange) or status not in ("PROCESSING", "AVAILABLE"):
            raise _refusal(medium, exchange)
        return bool(status == "AVAILABLE")


def _refusal(medium: Media, exchange: Exchange) -> MediaTroubleError:
    said = said_by(exchange) or exchange.trouble or f"status {exchange.status}"
    return MediaTroubleError(f"{medium.file} could not be uploaded: {said}.")
