"""Posts as records: their keys and their bytes, the same at every attempt.

A record's key is chosen before it is sent, from the command's key alone; its bytes from
the message and the instant of the intent. So the same command is the same record
however often it is sent, and ``swapRecord: null`` lets it be made once at most.

Keys are TIDs: 53 bits of microseconds and 10 of a clock's id, in base 32. Ours are
hashes, laid into the years 1970 to 1978, when nobody posted on Bluesky: they never
stand among the newest records, and tell a post of ours from one made by hand.

Source: atproto.com, "Record Key" and "TID"; the lexicons ``app.bsky.feed.post`` and
``app.bsky.richtext.facet``.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from launchctl.drivers.message import Message
from launchctl.times import Micros, to_datetime

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_SPAN_BITS, _CLOCK_BITS = 48, 10
_URI = re.compile(r"at://([^/\s]+)/([\w.]+)/([\w.~:-]+)")
_TID = re.compile(f"[{_ALPHABET[:16]}][{_ALPHABET}]{{12}}")

_URL = re.compile(r"https?://[^\s<>]+")
_BARE = re.compile(
    r"(?<![\w@./-])(?:www\.[\w-]+(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?=/))"
    r"(?:/[^\s<>]*)?",
    re.IGNORECASE,
)
_TAG = re.compile(r"(?<!\S)#(?!\d+\b)(\w[\w-]{0,63})")
_TRAILING = ".,;:!?\"'"


def record_key(key: str) -> str:
    """The TID of a command, of its key alone."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    return _tid(digest >> (64 - _SPAN_BITS - _CLOCK_BITS))


def is_ours(rkey: str) -> bool:
    """Whether a record's key is one of ``record_key``'s."""
    if not _TID.fullmatch(rkey):
        return False
    number = 0
    for character in rkey:
        number = number << 5 | _ALPHABET.index(character)
    return number >> _CLOCK_BITS < 1 << _SPAN_BITS


def _tid(number: int) -> str:
    return "".join(_ALPHABET[(number >> 5 * at) & 31] for at in range(12, -1, -1))


def parts_of(uri: str) -> dict[str, str] | None:
    """Of a record's address: ``repo``, ``collection`` and ``rkey``; None of another."""
    found = _URI.fullmatch(uri)
    return found and dict(
        zip(("repo", "collection", "rkey"), found.groups(), strict=True)
    )


def collection_of(message: Message) -> str:
    """Where the message's record goes."""
    return POST if message.repost is None else REPOST


def record_of(
    message: Message,
    *,
    at_us: Micros,
    lang: str | None,
    blobs: list[dict[str, Any]],
    hangs_on: dict[str, Any] | None,
) -> dict[str, Any]:
    """The record of a message.

    Args:
        message: what to publish.
        at_us: the instant of the intent.
        lang: of the account.
        blobs: its pictures, as ``uploadBlob`` told of them, in order.
        hangs_on: of a reply its ``root`` and ``parent``, of a repost its ``subject``.
    """
    created = to_datetime(at_us).strftime("%Y-%m-%dT%H:%M:%S.")
    created += f"{at_us // 1000 % 1000:03d}Z"
    if message.repost is not None:
        return {"$type": REPOST, "subject": hangs_on, "createdAt": created}
    record: dict[str, Any] = {
        "$type": POST,
        "text": message.text,
        "createdAt": created,
    }
    if lang:
        record["langs"] = [lang.replace("_", "-")]
    if facets := facets_of(message.text):
        record["facets"] = facets
    if hangs_on is not None:
        record["reply"] = hangs_on
    if blobs:
        images = [
            {"image": blob, "alt": medium.alt}
            for blob, medium in zip(blobs, message.media, strict=True)
        ]
        record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
    return record


def facets_of(text: str) -> list[dict[str, Any]]:
    """Links and hashtags with their places, in bytes of UTF-8.

    A bare address counts as a link where it has a path or begins with ``www.``.
    """
    found: list[tuple[int, int, dict[str, Any]]] = []
    for match in _URL.finditer(text):
        end = match.start() + len(_trimmed(match[0]))
        found.append((match.start(), end, _link(text[match.start() : end])))
    for match in _BARE.finditer(text):
        if not any(start <= match.start() < end for start, end, _ in found):
            end = match.start() + len(_trimmed(match[0]))
            written = text[match.start() : end]
            found.append((match.start(), end, _link(f"https://{written}")))
    for match in _TAG.finditer(text):
        feature = {"$type": "app.bsky.richtext.facet#tag", "tag": match[1]}
        found.append((match.start(), match.end(), feature))
    return [
        {
            "index": {
                "byteStart": len(text[:start].encode()),
                "byteEnd": len(text[:end].encode()),
            },
            "features": [feature],
        }
        for start, end, feature in sorted(found, key=lambda one: one[0])
    ]


def _link(uri: str) -> dict[str, Any]:
    return {"$type": "app.bsky.richtext.facet#link", "uri": uri}


def _trimmed(url: str) -> str:
    """Without the punctuation that ends the sentence around it."""
    url = url.rstrip(_TRAILING)
    return url[:-1] if url.endswith(")") and "(" not in url else url
