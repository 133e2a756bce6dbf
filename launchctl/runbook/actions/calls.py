"""What calls other machines: web services, and desks of light and sound."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from launchctl.runbook.actions.base import Action, Effect
from launchctl.runbook.base import Frozen, Name, SecretRef, Span


class Confirm(Frozen):
    """How an http call's effect is seen from outside."""

    get: str
    contains: str | None = None
    within_us: Span = Field(default=90_000_000, alias="within")


class Undo(Frozen):
    """The call that takes another back: at the same address (``url`` None), under the
    same headers. It is offered to a person, and never made by itself.
    """

    url: str | None = None
    json_body: Any = Field(default=None, alias="json")
    confirm: Confirm | None = None


class HttpBody(Frozen):
    """One http call. ``again: safe`` says that a repeated call does no harm."""

    method: Literal["POST"] = "POST"
    url: str
    json_body: Any = Field(default=None, alias="json")
    headers: dict[str, str | SecretRef] = Field(default_factory=dict)
    again: Literal["safe"] | None = None
    confirm: Confirm | None = None
    undo: Undo | None = None
    teaser: bool = Field(default=False, alias="public")


class Http(Action):
    """Call a web service, once."""

    kind = "http"
    effect = Effect.ONCE
    guarded = True
    http: HttpBody


def undone(action: Action) -> Http | None:
    """The call that takes this one back; None if the runbook names none."""
    if not isinstance(action, Http) or action.http.undo is None:
        return None
    body, undo = action.http, action.http.undo
    back = HttpBody(
        url=undo.url or body.url,
        json_body=undo.json_body,
        headers=body.headers,
        confirm=undo.confirm,
    )
    return Http(http=back, timeout_us=action.timeout_us)


class OscBody(Frozen):
    """One message of Open Sound Control to a device of the runbook's ``osc:``."""

    to: Name
    address: str
    args: tuple[Any, ...] = ()


class Osc(Action):
    """Tell a desk (light, sound, effects) something. Once, and nobody answers."""

    kind = "osc"
    effect = Effect.ONCE
    osc: OscBody
