"""How X says no: problem+json bodies, and the faults that belong to X alone.

The wording of the duplicate refusal is X's own: drivers look for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from launchctl.rehearsal.emulators.network import Refusal
from launchctl.rehearsal.emulators.web import Fault
from launchctl.times import SECOND, Micros

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
TOO_LONG = "Your Tweet text is too long."
_TITLES = {
    400: "Invalid Request",
    401: "Unauthorized",
    402: "CreditsDepleted",
    403: "Forbidden",
    404: "Not Found Error",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


class Problem(Refusal):
    """A refusal. An empty detail is an empty body (X's 413)."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}

    def response(self) -> web.Response:
        """As it goes over the wire."""
        if not self.detail:
            return web.Response(status=self.status, headers=self.headers)
        return web.Response(
            status=self.status,
            body=body(self.status, self.detail),
            headers={**self.headers, "Content-Type": "application/problem+json"},
        )


def body(status: int, detail: str) -> bytes:
    """A problem+json body."""
    problem: dict[str, Any] = {
        "title": _TITLES.get(status, "Error"),
        "type": "about:blank",
        "status": status,
        "detail": detail,
    }
    if status == 400:
        problem["errors"] = [{"message": detail}]
        problem["detail"] = "One or more parameters to your request was invalid."
    return json.dumps(problem).encode()


def bad_request(message: str) -> Problem:
    """A 400 that says which parameter."""
    return Problem(400, message)


def says(status: int, detail: str) -> Fault:
    """X refuses with this problem."""
    return Fault(
        f"{status}: {detail}",
        status=status,
        body=body(status, detail),
        content_type="application/problem+json",
    )


def rate_limited(
    reset_in_s: float | None = 900.0, *, day: bool = False, remaining: int = 0
) -> Fault:
    """A 429: with a reset ahead, in the past (negative), or without (None).

    ``day`` puts it on the account's 24 hours instead of the 15 minutes.
    """

    def headers(now_us: Micros) -> dict[str, str]:
        if reset_in_s is None:
            return {}
        reset = str(now_us // SECOND + round(reset_in_s))
        prefix = "x-user-limit-24hour-" if day else "x-rate-limit-"
        return {
            f"{prefix}limit": "100",
            f"{prefix}remaining": str(remaining),
            f"{prefix}reset": reset,
        }

    return Fault(
        f"429, reset {reset_in_s}",
        status=429,
        body=body(429, "Too Many Requests"),
        content_type="application/problem+json",
        headers=headers,
    )


NO_CREDIT = says(402, "Your enrolled account does not have any credits.")
UNAUTHORIZED = says(401, "Unauthorized")
FORBIDDEN = says(403, "You are not permitted to perform this action.")
DUPLICATED = says(403, DUPLICATE)
JSON_503 = says(503, "Service Unavailable")
EMPTY_429 = Fault("empty 429", status=429)
NO_ID_200 = Fault(
    "2xx without an id",
    status=200,
    body=b'{"data": {"text": "hello"}}',
    content_type="application/json",
)
ECHO = Fault(
    "a proxy that echoes the request",
    status=403,
    body=lambda request: body(403, str(dict(request.headers))),
    content_type="application/problem+json",
)
