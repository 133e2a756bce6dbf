"""Media of posts: what a network takes of them, and the checks of files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launchctl.runbook.actions import Media

MIB = 1 << 20


class MediaTroubleError(Exception):
    """A picture or film cannot be uploaded. The sentence is for people."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file's ending stands for. ``alone``: it goes with no other medium."""

    media_type: str
    max_bytes: int
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What one network takes; ``max_alt`` in characters."""

    shown: str
    kinds: Mapping[str, Kind]
    max_media: int
    max_alt: int

    def kind(self, file: str) -> Kind | None:
        """The kind of a file, by its ending."""
        return self.kinds.get(Path(file).suffix.lower())

    def trouble_with(self, media: tuple[Media, ...], home: Path) -> str | None:
        """A sentence if these media cannot go together, or are not there; else None.

        Reads files: call it in a thread.
        """
        if len(media) > self.max_media:
            return (
                f"{self.shown} takes {self.max_media} media at most, the post has "
                f"{len(media)}."
            )
        kinds = [(medium.file, self.kind(medium.file)) for medium in media]
        alone = [file for file, kind in kinds if kind is not None and kind.alone]
        if alone and len(media) > 1:
            return (
                f"{alone[0]} must be alone: {self.shown} mixes films and GIFs with "
                "nothing."
            )
        troubles = (self._trouble_with_one(medium, home) for medium in media)
        return next((sentence for sentence in troubles if sentence), None)

    def _trouble_with_one(self, medium: Media, home: Path) -> str | None:
        path = home / medium.file
        kind = self.kind(medium.file)
        if kind is None:
            return f"{medium.file}: {self.shown} takes {', '.join(self.kinds)}."
        if not path.is_file():
            return f"{medium.file} is not there."
        size = path.stat().st_size
        if not 0 < size <= kind.max_bytes:
            return (
                f"{medium.file} has {size} bytes; {self.shown} takes 1 to "
                f"{kind.max_bytes}."
            )
        if medium.sha256 and _digest(path) != medium.sha256:
            return f"{medium.file} has changed since the runbook was loaded."
        if len(medium.alt) > self.max_alt:
            return f"{medium.file}: the alt text has over {self.max_alt} characters."
        return None


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
