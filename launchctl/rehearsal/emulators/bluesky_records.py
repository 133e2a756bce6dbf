"""Records in the Bluesky emulator: their keys, their hashes, what they may hold."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from wcwidth import iter_graphemes

from launchctl.rehearsal.emulators.network import Refusal
from launchctl.rehearsal.emulators.web import Fault
from launchctl.times import Micros, parse_instant

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")


class BlueskyRefusal(Refusal):
    """An XRPC error: a name and words."""

    def __init__(self, name: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.name = name
        self.status = status

    def response(self) -> web.Response:
        """As it goes over the wire."""
        body = {"error": self.name, "message": str(self)}
        return web.json_response(body, status=self.status)


def says(status: int, words: str) -> Fault:
    """Bluesky refuses in its own words."""
    names = {400: "InvalidRequest", 401: "AuthenticationRequired", 403: "Forbidden"}
    names |= {429: "RateLimitExceeded", 503: "NotEnoughResources"}
    body = {"error": names.get(status, "Error"), "message": words}
    return Fault(
        f"{status}: {words}",
        status=status,
        body=json.dumps(body).encode(),
        content_type="application/json",
    )


def is_tid(rkey: str) -> bool:
    """Whether a record may stand under this key."""
    return _TID.fullmatch(rkey) is not None


class Tids:
    """Keys of this instant, each greater than the one before."""

    def __init__(self, now_us: Callable[[], Micros]) -> None:
        self._now_us = now_us
        self._last = 0

    def next(self) -> str:
        """A new key."""
        self._last = max(self._now_us() << 10, self._last + 1)
        return "".join(
            _ALPHABET[(self._last >> 5 * at) & 31] for at in range(12, -1, -1)
        )


def cid_of(value: Any) -> str:
    """What stands for a content: the same for the same bytes."""
    digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
    return "bafyrei" + base64.b32encode(digest).decode().lower().rstrip("=")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Ref(_Strict):
    uri: str = Field(pattern=r"^at://")
    cid: str = Field(pattern=r"^baf")


class _Reply(_Strict):
    root: _Ref
    parent: _Ref


class _Index(_Strict):
    start: int = Field(alias="byteStart", ge=0)
    end: int = Field(alias="byteEnd", ge=0)


class _Facet(_Strict):
    index: _Index
    features: list[dict[str, str]]


class _Image(_Strict):
    image: dict[str, Any]
    alt: str


class _Images(_Strict):
    type: str = Field(alias="$type", pattern=r"^app\.bsky\.embed\.images$")
    images: list[_Image] = Field(min_length=1, max_length=4)


class _Post(_Strict):
    type: str = Field(alias="$type", pattern=r"^app\.bsky\.feed\.post$")
    text: str
    created: str = Field(alias="createdAt")
    langs: list[str] = Field(default=[], max_length=3)
    facets: list[_Facet] = []
    reply: _Reply | None = None
    embed: _Images | None = None


class _Repost(_Strict):
    type: str = Field(alias="$type", pattern=r"^app\.bsky\.feed\.repost$")
    subject: _Ref
    created: str = Field(alias="createdAt")


def check_record(collection: str, value: Any, has_blob: Callable[[str], bool]) -> None:
    """What the lexicon demands of a record.

    Raises:
        BlueskyRefusal: it is not so.
    """
    try:
        if collection == REPOST:
            parse_instant(_Repost.model_validate(value).created)
            return
        if collection != POST:
            raise BlueskyRefusal("InvalidRequest", f"Lexicon not found: {collection}")
        post = _Post.model_validate(value)
        parse_instant(post.created)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        words = f"Invalid {collection} record: {error.errors()[0]['msg']} at $.{where}"
        raise BlueskyRefusal("InvalidRequest", words) from None
    except ValueError:
        words = f"Invalid {collection} record: createdAt is no datetime"
        raise BlueskyRefusal("InvalidRequest", words) from None
    _check_text(post)
    for image in post.embed.images if post.embed else ():
        ref = image.image.get("ref", {}).get("$link", "")
        if not has_blob(ref):
            raise BlueskyRefusal("BlobNotFound", f"Could not find blob: {ref}")


def _check_text(post: _Post) -> None:
    length, size = len(list(iter_graphemes(post.text))), len(post.text.encode())
    if length > 300:
        words = f"grapheme too big (maximum 300, got {length}) at $.record.text"
        raise BlueskyRefusal("InvalidRequest", f"Invalid {POST} record: {words}")
    for facet in post.facets:
        if not facet.index.start < facet.index.end <= size:
            raise BlueskyRefusal("InvalidRequest", f"Invalid {POST} record: $.facets")
