"""Whose credentials these are, as X itself says: GET /2/users/me.

The answer's ``x-access-level`` header tells besides what an OAuth 1.0a token may do; a
token made before its app was allowed to write stays read-only until it is made anew.
"""

from __future__ import annotations

from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.answers import is_success
from launchctl.drivers.identity import Identity
from launchctl.drivers.wire import Exchange

_READ_ONLY = "X lets its token only read; make a new one with write access"


class _Me(BaseModel):
    id: str = Field(pattern=r"^\d{1,20}$")
    username: str


class _Answer(BaseModel):
    data: _Me


def identity_in(exchange: Exchange) -> Identity | None:
    """The account that an answer names; None if it names none."""
    if not is_success(exchange):
        return None
    try:
        me = _Answer.model_validate(exchange.json_object()).data
    except ValidationError:
        return None
    read_only = exchange.headers.get("x-access-level") == "read"
    trouble = _READ_ONLY if read_only else ""
    return Identity(me.id, f"@{me.username}", (me.username,), trouble)
