"""What X makes of a text: its weight, its t.co addresses, its HTML escapes, its ids."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from twitter_text import extract_urls_with_indices, parse_tweet
from twitter_text.config import config

from launchctl.times import MILLISECOND, Micros

SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?!\w)")


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as the API gives it back, with its ``entities``."""

    text: str
    entities: dict[str, Any]


def kept(text: str) -> str:
    """The text as it is stored: NFC, no blanks around it."""
    return unicodedata.normalize("NFC", text).strip()


def is_too_long(text: str) -> bool:
    """Over 280 weighted characters, or with characters that are not accepted."""
    return bool(text) and not parse_tweet(text, config["version3"]).valid


def cashtag_count(text: str) -> int:
    """How many cashtags; one is allowed."""
    return len(_CASHTAG.findall(text))


def shown(text: str, media_link: str | None) -> Shown:
    """Replace URLs by t.co addresses, append one for media, escape for HTML.

    Args:
        text: as kept.
        media_link: the address of the post's first medium, or None.
    """
    pieces, links, at = [], [], 0
    for found in extract_urls_with_indices(text):
        start, end = found["indices"]
        written = text[start:end]
        full = written if "://" in written else f"http://{written}"
        links.append((_short(full), full))
        pieces += [html.escape(text[at:start], quote=False), links[-1][0]]
        at = end
    pieces.append(html.escape(text[at:], quote=False))
    if media_link is not None:
        links.append((_short(media_link), media_link))
        pieces.append(f"{' ' if text else ''}{links[-1][0]}")
    whole = "".join(pieces)
    return Shown(whole, {"urls": _entities(whole, links)} if links else {})


def _entities(text: str, links: list[tuple[str, str]]) -> list[dict[str, Any]]:
    entities, at = [], 0
    for short, full in links:
        start = text.index(short, at)
        at = start + len(short)
        entities.append(
            {
                "start": start,
                "end": at,
                "url": short,
                "expanded_url": full,
                "display_url": re.sub(r"^https?://(www\.)?", "", full),
            }
        )
    return entities


def _short(url: str) -> str:
    digest = hashlib.sha256(url.encode()).hexdigest()
    return f"https://t.co/{digest[:10]}"


class Snowflakes:
    """Ids that grow with time: milliseconds above bit 22."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, now_us: Micros) -> str:
        """An id of this instant, greater than all before it."""
        made = (now_us // MILLISECOND - SNOWFLAKE_EPOCH_MS) << 22
        self._last = max(made, self._last + 1)
        return str(self._last)
