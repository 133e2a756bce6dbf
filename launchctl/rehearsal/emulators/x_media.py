"""Media in the X emulator: their life from initialize to expiry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from launchctl.rehearsal.emulators.x_problems import Problem, bad_request
from launchctl.rehearsal.emulators.x_text import Snowflakes
from launchctl.times import SECOND, Micros

MAX_APPEND = 1 << 20
"""An append over 1 MiB meets an empty 413."""


@dataclass(slots=True)
class Medium:
    """One upload. ``state``: uploading, in_progress, succeeded, failed."""

    id: str
    owner: str
    media_type: str
    total_bytes: int
    expires_us: Micros
    state: str = "uploading"
    alt: str = ""
    polls_left: int = 0
    parts: dict[int, bytes] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """As posts name it."""
        return f"{'3' if self.media_type.startswith('image') else '7'}_{self.id}"

    def content(self) -> bytes:
        """The uploaded bytes, in order."""
        return b"".join(self.parts[index] for index in sorted(self.parts))


class Library:
    """All uploads.

    Attributes:
        lifetime_s: how long an upload can be posted.
        polls: how often a film's status is ``in_progress`` before it succeeded.
        fails: whether processing fails.
    """

    def __init__(self, now_us: Callable[[], Micros], ids: Snowflakes) -> None:
        self.media: dict[str, Medium] = {}
        self.lifetime_s = 86_400
        self.polls = 2
        self.check_after_s = 1
        self.fails = False
        self._now_us = now_us
        self._ids = ids

    def initialize(self, owner: str, body: Any) -> dict[str, Any]:
        """Begin an upload.

        Raises:
            Problem: the body is not as it must be.
        """
        fields = body if isinstance(body, dict) else {}
        media_type, total = fields.get("media_type"), fields.get("total_bytes")
        if not isinstance(media_type, str) or type(total) is not int or total <= 0:
            raise bad_request("media_type and total_bytes are needed")
        now_us = self._now_us()
        expires_us = now_us + self.lifetime_s * SECOND
        medium = Medium(self._ids.next(now_us), owner, media_type, total, expires_us)
        self.media[medium.id] = medium
        return self._told(medium)

    def append(self, owner: str, media_id: str, index: int, piece: bytes) -> None:
        """Take one piece.

        Raises:
            Problem: foreign, expired, or over 1 MiB.
        """
        medium = self.owned(owner, media_id)
        if len(piece) > MAX_APPEND:
            raise Problem(413, "")
        medium.parts[index] = piece

    def finalize(self, owner: str, media_id: str) -> dict[str, Any]:
        """All pieces are there; films and GIFs are then processed.

        Raises:
            Problem: pieces are missing.
        """
        medium = self.owned(owner, media_id)
        if len(medium.content()) != medium.total_bytes:
            raise bad_request("Media upload was incomplete: segments are missing")
        moving = medium.media_type.startswith("video") or "gif" in medium.media_type
        slow = moving or self.fails
        medium.state = "in_progress" if slow else "succeeded"
        medium.polls_left = self.polls if slow else 0
        return self._told(medium)

    def status(self, owner: str, media_id: str) -> dict[str, Any]:
        """How far processing is; every question brings it forward.

        Raises:
            Problem: there is no such upload.
        """
        medium = self.owned(owner, media_id)
        if medium.state == "in_progress":
            medium.polls_left -= 1
            if medium.polls_left <= 0:
                medium.state = "failed" if self.fails else "succeeded"
        return self._told(medium)

    def describe(self, owner: str, body: Any) -> dict[str, Any]:
        """Set the alt text.

        Raises:
            Problem: the body is not as it must be.
        """
        try:
            medium = self.owned(owner, body["id"])
            alt = body["metadata"]["alt_text"]["text"]
        except (TypeError, KeyError):
            raise bad_request("id and metadata.alt_text.text are needed") from None
        if not isinstance(alt, str) or len(alt) > 1000:
            raise bad_request("alt_text has at most 1000 characters")
        medium.alt = alt
        return {"data": {"id": medium.id, "associated_metadata": body["metadata"]}}

    def owned(self, owner: str, media_id: Any) -> Medium:
        """An upload of this owner that has not expired.

        Raises:
            Problem: there is none.
        """
        medium = self.media.get(media_id) if isinstance(media_id, str) else None
        expired = medium is not None and medium.expires_us <= self._now_us()
        if medium is None or medium.owner != owner or expired:
            raise bad_request("Your media IDs are invalid.")
        return medium

    def postable(self, owner: str, media_id: str) -> Medium:
        """An upload that a post may carry.

        Raises:
            Problem: it is not ready, expired or somebody else's.
        """
        medium = self.owned(owner, media_id)
        if medium.state != "succeeded":
            raise bad_request("Your media IDs are invalid.")
        return medium

    def _told(self, medium: Medium) -> dict[str, Any]:
        left_s = max(0, (medium.expires_us - self._now_us()) // SECOND)
        data: dict[str, Any] = {
            "id": medium.id,
            "media_key": medium.key,
            "expires_after_secs": left_s,
        }
        if medium.polls_left or medium.state == "failed":
            data["processing_info"] = {
                "state": medium.state,
                "check_after_secs": self.check_after_s,
            }
        return {"data": data}
