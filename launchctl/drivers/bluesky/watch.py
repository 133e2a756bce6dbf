"""What an account's owner posts by hand: the newest records that are not ours."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from launchctl.drivers.bluesky.answers import Seen, receipt_for
from launchctl.drivers.bluesky.records import is_ours
from launchctl.drivers.wire import Exchange
from launchctl.show.inputs import PostSeen
from launchctl.times import MINUTE, Micros, parse_instant

_LOOK_BACK_US = 30 * MINUTE


class _Page(BaseModel):
    records: tuple[Seen, ...]


class Watch:
    """Remembers what was seen. A record's key tells ours from all others."""

    def __init__(self, name: str, handle: str) -> None:
        self._name = name
        self._handle = handle
        self._seen: set[str] = set()

    def news(self, exchange: Exchange, now_us: Micros) -> list[PostSeen]:
        """The posts of an answer that are new here and not ours, oldest first.

        Raises:
            ValidationError: the answer lists no records.
        """
        page = _Page.model_validate(exchange.json_object())
        found = []
        for record in page.records:
            at_us = _made_us(record.value, now_us)
            new = record.uri not in self._seen and now_us - at_us <= _LOOK_BACK_US
            self._seen.add(record.uri)
            if new and not is_ours(record.rkey):
                found.append(self._reported(record, at_us))
        return sorted(found, key=lambda post: post.at_us)

    def _reported(self, record: Seen, at_us: Micros) -> PostSeen:
        receipt = receipt_for(record.uri, self._handle)
        return PostSeen(
            account=self._name,
            id=receipt.id,
            url=receipt.url,
            text=_written(record.value),
            at_us=at_us,
            reply="reply" in record.value,
        )


def _made_us(value: dict[str, Any], now_us: Micros) -> Micros:
    """When it was made, by the word of whoever made it; not in the future."""
    try:
        return min(parse_instant(str(value.get("createdAt"))), now_us)
    except ValueError:
        return now_us


def _written(value: dict[str, Any]) -> str:
    """The text, with links that apps shorten at their full length."""
    raw = str(value.get("text", "")).encode()
    facets = value.get("facets")
    links: list[tuple[int, int, str]] = []
    for facet in facets if isinstance(facets, list) else []:
        try:
            place = facet["index"]["byteStart"], facet["index"]["byteEnd"]
            links += [(*place, str(f["uri"])) for f in facet["features"] if "uri" in f]
        except (KeyError, TypeError):
            continue
    for start, end, uri in sorted(links, reverse=True):
        raw = raw[:start] + uri.encode() + raw[end:]
    return raw.decode(errors="replace")
