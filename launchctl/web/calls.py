"""``POST /api/v1/calls``: a person's call, put into the inbox and answered.

The answer is the journal's: 200 if the conductor accepted, 409 if it refused, 504 if it
said nothing in time. In the last case the call stays in the inbox: the same id asks
again without calling twice.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from launchctl.errors import JournalError
from launchctl.show.inputs import Call
from launchctl.store.base import Inbox
from launchctl.times import Micros, parse_instant
from launchctl.web.answers import was_accepted
from launchctl.web.base import PERSON, Person, View, problem
from launchctl.web.feed import Feed

MAX_BODY = 64 * 1024
BODY_S = 5.0
"""A call that takes longer to arrive is cut off."""
ANSWER_S = 5.0
"""How long the conductor may take before the person is told that it said nothing."""

Word = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z_ -]*$")]


class CallBody(BaseModel):
    """What a page or a script sends. Unknown keys are refused.

    Attributes:
        id: chosen by the caller, so that sending it twice calls once.
        verb: go, hold, resume, skip, approve, ...
        target: what it is about; left out where the verb needs none.
        args: further arguments; ``why`` and ``evidence`` among them.
        seen: the journal's seq that the person was looking at.
        at: RFC 3339, when it was pressed, on the run's clock; left out: now.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,64}$")]
    verb: Word
    target: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    args: dict[str, Any] = Field(default_factory=dict)
    seen: Annotated[int, Field(ge=0)] | None = None
    at: Annotated[str, Field(max_length=40)] | None = None


def calls_handler(view: View, inbox: Inbox, feed: Feed) -> Any:
    """The handler of ``POST /api/v1/calls``; who calls is already known."""

    async def post(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return problem(415, "a call is JSON: Content-Type: application/json")
        try:
            raw = await asyncio.wait_for(request.read(), BODY_S)
        except TimeoutError:
            return problem(408, "the call took too long to arrive")
        try:
            body = CallBody.model_validate_json(raw)
            at_us = _pressed(body, view.now_us())
        except ValidationError as error:
            return problem(400, _first_fault(error))
        except ValueError as error:
            return problem(400, f"at: {error}")
        return await _call(_as_call(body, at_us, request[PERSON]), inbox, feed, view)

    return post


def _as_call(body: CallBody, at_us: Micros, person: Person) -> Call:
    return Call(
        id=body.id,
        by=person.name,
        roles=person.roles,
        verb=body.verb,
        target=body.target,
        args=body.args,
        seen=body.seen,
        at_us=at_us,
    )


async def _call(call: Call, inbox: Inbox, feed: Feed, view: View) -> web.Response:
    try:
        await inbox.put(call)
        line = await feed.answers.wait(call.id, ANSWER_S)
        digest = await view.digest(line["seq"])
    except JournalError as error:
        return problem(503, f"the call could not be stored: {error}", error.hint)
    except TimeoutError:
        return problem(
            504,
            f"the conductor did not answer within {ANSWER_S:g} s; it may still act",
            "look at the log; the same id asks again without calling twice",
        )
    accepted = was_accepted(line)
    answer = {
        "accepted": accepted,
        "reason": line.get("reason"),
        "seq": line["seq"],
        "journal_digest": digest,
    }
    if not accepted and line.get("digest"):
        answer |= {"listed": line["listed"], "digest": line["digest"]}
    return web.json_response(answer, status=200 if accepted else 409)


def _pressed(body: CallBody, now_us: Micros) -> Micros:
    """When it was pressed: never later than now, or it would outlive its expiry."""
    return now_us if body.at is None else min(parse_instant(body.at), now_us)


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    return f"{where}: {fault['msg']}" if where else str(fault["msg"])
