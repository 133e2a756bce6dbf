"""LinkedIn's words: accounts, drafts and refusals, and what becomes of a commentary."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from launchctl.rehearsal.emulators.network import Refusal, made
from launchctl.rehearsal.emulators.web import Fault

_RESERVED = re.compile(r"(?<!\\)(?:\\\\)*([|{}@\[\]()<>*_~]|#(?!\w))")


class LinkedInRefusal(Refusal):
    """An error of the API."""

    def __init__(self, status: int, words: str, code: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.code = code

    def response(self) -> web.Response:
        """As it goes over the wire."""
        return web.json_response(
            _problem(self.status, str(self), self.code), status=self.status
        )


def _problem(status: int, words: str, code: str = "") -> dict[str, Any]:
    codes = {
        401: "INVALID_ACCESS_TOKEN",
        403: "ACCESS_DENIED",
        429: "TOO_MANY_REQUESTS",
    }
    code = code or codes.get(status, "ERROR")
    return {"message": words, "status": status, "code": code, "serviceErrorCode": 100}


def says(status: int, words: str) -> Fault:
    """LinkedIn refuses in its own words."""
    return Fault(
        f"{status}: {words}",
        status=status,
        body=json.dumps(_problem(status, words)).encode(),
        content_type="application/json",
    )


@dataclass(frozen=True, slots=True)
class LinkedInAccount:
    """A person or an organisation; ``handle`` is its URN."""

    handle: str
    access_token: str = field(repr=False)

    @classmethod
    def made(cls, handle: str) -> Self:
        """An account with credentials made from its handle: for emulators alone."""
        return cls(handle, f"AQ{made('access token', handle, 60)}")

    def values(self) -> dict[str, str]:
        """What stands behind a runbook's ``credentials`` prefix."""
        return {"ACCESS_TOKEN": self.access_token}


class _Loose(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Image(_Loose):
    """A picture of a draft, by its URN."""

    id: str
    alt: str = Field(default="", alias="altText", max_length=4_086)


class _Images(_Loose):
    images: list[Image] = Field(min_length=2, max_length=20)


class _Content(_Loose):
    media: Image | None = None
    many: _Images | None = Field(default=None, alias="multiImage")


class _Reshare(_Loose):
    parent: str


class Draft(_Loose):
    """A post as it is asked for."""

    author: str
    commentary: str
    visibility: str = Field(pattern="^(PUBLIC|CONNECTIONS)$")
    distribution: dict[str, Any]
    state: str = Field(alias="lifecycleState", pattern="^PUBLISHED$")
    closed: bool = Field(alias="isReshareDisabledByAuthor")
    content: _Content | None = None
    reshare: _Reshare | None = Field(default=None, alias="reshareContext")


def images_of(draft: Draft) -> list[Image]:
    """Its pictures, one or many."""
    if draft.content is None:
        return []
    if draft.content.media is not None:
        return [draft.content.media]
    return draft.content.many.images if draft.content.many else []


def published(commentary: str) -> str:
    """What LinkedIn makes of a commentary: it ends at a reserved character."""
    found = _RESERVED.search(commentary)
    text = commentary[: found.start(1)] if found else commentary
    return re.sub(r"\\(.)", r"\1", text)
