"""What an account's server allows: each one sets its own limits.

Source: docs.joinmastodon.org, GET /api/v2/instance; the defaults are Mastodon's own.
"""

from __future__ import annotations

from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.answers import is_success
from launchctl.drivers.media import Kind, Rules
from launchctl.drivers.wire import Exchange
from launchctl.runbook.networks import NETWORKS, mastodon_length

_ENDINGS = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
}


class _Statuses(BaseModel):
    max_characters: int = NETWORKS["mastodon"].length
    max_media_attachments: int = 4
    characters_reserved_per_url: int = 23


class _Media(BaseModel):
    supported_mime_types: tuple[str, ...] = tuple(_ENDINGS.values())
    image_size_limit: int = 16_777_216
    video_size_limit: int = 103_809_024
    description_limit: int = 1_500


class _Configuration(BaseModel):
    statuses: _Statuses = _Statuses()
    media_attachments: _Media = _Media()


class Server(BaseModel):
    """A server: its own name, and what it takes."""

    domain: str = ""
    configuration: _Configuration = Field(default_factory=_Configuration)

    @property
    def rules(self) -> Rules:
        """What it takes of media."""
        media = self.configuration.media_attachments
        return Rules(
            shown="Mastodon",
            kinds={
                ending: Kind(
                    kind,
                    media.image_size_limit
                    if kind.startswith("image/")
                    else media.video_size_limit,
                    alone=kind.startswith("video/"),
                )
                for ending, kind in _ENDINGS.items()
                if kind in media.supported_mime_types
            },
            max_media=self.configuration.statuses.max_media_attachments,
            max_alt=media.description_limit,
        )

    def trouble_with(self, text: str, *, has_media: bool) -> str | None:
        """A sentence if the server will refuse the text; None if it fits."""
        if not text.strip():
            return None if has_media else "The text is empty."
        limits = self.configuration.statuses
        length = mastodon_length(text, limits.characters_reserved_per_url)
        if length <= limits.max_characters:
            return None
        return (
            f"The text is {length - limits.max_characters} too long for this Mastodon "
            f"server: it counts {length}, {limits.max_characters} fit (a URL counts "
            f"{limits.characters_reserved_per_url})."
        )


def server_in(exchange: Exchange) -> Server | None:
    """The server that an answer describes; None if it describes none."""
    if not is_success(exchange):
        return None
    try:
        return Server.model_validate(exchange.json_object())
    except ValidationError:
        return None
