"""Calls over HTTP: for whoever is elsewhere and has a crew key."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp

from launchctl.cli.calls import (
    ANSWER_WITHIN_S,
    CallAnswer,
    Way,
    Wish,
    all_args,
    new_call_id,
)
from launchctl.errors import InputError, OutOfReachError
from launchctl.show.status import Status

_ANSWERED = {200: True, 409: False}


@contextlib.asynccontextmanager
async def at_http_desk(way: Way) -> AsyncIterator[HttpDesk]:
    """The run behind ``way.url``.

    Raises:
        InputError: the address or the key file cannot be used.
    """
    if way.act_as:
        raise InputError(
            "--as is for the run folder; over HTTP the key says who calls",
            hint="leave out --as, or --url",
        )
    headers = {}
    key = _key(way)
    if key:
        headers["Authorization"] = f"Bearer {key}"
    # Neither a proxy of the environment nor a redirect may see the key.
    async with aiohttp.ClientSession(
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S),
        trust_env=False,
    ) as session:
        yield HttpDesk(session, _base(way.url or ""), way)


class HttpDesk:
    """A run behind its pages."""

    def __init__(self, session: aiohttp.ClientSession, base: str, way: Way) -> None:
        self._session = session
        self._base = base
        self._way = way

    async def status(self) -> Status:
        """The show now."""
        code, document = await self._ask("GET", "/api/v1/state", None)
        if code != 200:
            raise _refused(code, document)
        return cast("Status", document)

    async def since_s(self, seq: int) -> float | None:  # noqa: ARG002  the interface's
        """Not told over HTTP: the conductor compares what was seen."""
        return None

    async def call(self, wish: Wish) -> CallAnswer:
        """Post the call; the front waits for the conductor's word.

        Sent again by nobody: a POST whose answer was lost can be asked for with the
        same ``--id``.
        """
        call_id = new_call_id(self._way)
        body: dict[str, Any] = {
            "id": call_id,
            "verb": wish.verb,
            "target": wish.target,
            "args": all_args(self._way, wish),
            "seen": wish.seen,
        }
        code, document = await self._ask("POST", "/api/v1/calls", body)
        accepted = _ANSWERED.get(code)
        if accepted is None or "accepted" not in document:
            raise _refused(code, document)
        reason = str(document.get("reason") or "")
        return CallAnswer(
            call_id,
            bool(document["accepted"]),
            reason,
            document["seq"],
            tuple(str(row) for row in document.get("listed") or ()),
            document.get("digest"),
            document.get("journal_digest"),
        )

    async def _ask(
        self, method: str, path: str, body: Any
    ) -> tuple[int, dict[str, Any]]:
        address = self._base + path
        try:
            async with self._session.request(
                method, address, json=body, allow_redirects=False
            ) as answer:
                document = await answer.json()
        except aiohttp.ContentTypeError:
            raise OutOfReachError(
                f"{self._base} answered, but not as launchctl", hint="is --url right?"
            ) from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise OutOfReachError(
                f"{self._base} does not answer ({type(error).__name__})",
                hint="is the run up, and --url right?",
            ) from None
        if not isinstance(document, dict):
            raise OutOfReachError(f"{self._base} answered, but not as launchctl")
        return answer.status, document


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError(
            f"{url!r} is no address of a run", hint="like http://host:port"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _key(way: Way) -> str | None:
    if way.key_file is None:
        return os.environ.get("LAUNCH_KEY")
    try:
        return way.key_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise InputError(f"the key file {way.key_file} cannot be read") from None


def _refused(code: int, document: dict[str, Any]) -> InputError | OutOfReachError:
    said = str(document.get("error") or f"HTTP {code}")
    if code == 401:
        return InputError(
            f"the run wants a crew key: {said}",
            hint="launch crew add NAME --role R makes one; give it with --key-file",
        )
    if code < 500:
        return InputError(f"the run did not take it: {said}")
    return OutOfReachError(f"the run cannot answer now: {said}")
