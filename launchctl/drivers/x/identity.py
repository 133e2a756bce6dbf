"""Whose credentials these are, as X itself says: GET /2/users/me.

The answer's ``x-access-level`` header tells besides what an OAuth 1.0a token may do; a
token made before its app was allowed to write stays read-only until it is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.wire import Exchange


class _Me(BaseModel):
    id: str = Field(pattern=r"^\d{1,20}$")
    username: str


class _Answer(BaseModel):
    data: _Me


@dataclass(frozen=True, slots=True)
class Identity:
    """An account: its id, its handle, and whether the token may only read."""

    user_id: str
    handle: str
    read_only: bool

    def is_called(self, handle: str) -> bool:
        """Whether it is this handle; case does not matter on X."""
        return self.handle.casefold() == handle.casefold()


def identity_in(exchange: Exchange) -> Identity | None:
    """The account that an answer names; None if it names none."""
    if exchange.status is None or not 200 <= exchange.status < 300:
        return None
    try:
        me = _Answer.model_validate(exchange.json_object()).data
    except ValidationError:
        return None
    read_only = exchange.headers.get("x-access-level") == "read"
    return Identity(me.id, me.username, read_only)
