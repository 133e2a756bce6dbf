"""Send a call and wait for its answer: over the run folder, or over HTTP.

The command line never acts. It puts a call into the inbox and watches the journal for
``call_accepted`` or ``call_refused`` with the call's id, exactly as the pages do. Who
can write the run folder acts as its operating-system user with all roles; over HTTP a
crew key says who it is.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from launchctl.errors import InputError

if TYPE_CHECKING:
    from launchctl.show.status import Status

ANSWER_WITHIN_S = 10.0
"""How long an answer may take before we say that nobody answers."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a call goes: the options that all call verbs share."""

    run_dir: Path | None = None
    url: str | None = None
    key_file: Path | None = None
    why: str | None = None
    evidence: str | None = None
    id: str | None = None
    act_as: str | None = None
    json: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: the verb with its target and arguments.

    ``seen`` is the journal's seq that the person was looking at; None where it does not
    matter.
    """

    verb: str
    target: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """What became of a call: the conductor's word, and its line in the journal."""

    id: str
    accepted: bool
    reason: str
    seq: int | None
    listed: tuple[str, ...] = ()
    """What the person has to see first; ``digest`` confirms it."""
    digest: str | None = None
    journal_digest: str | None = None
    """The journal's hash chain after that line: the receipt."""


class Desk(Protocol):
    """A run, as somebody who calls it sees it."""

    async def status(self) -> Status:
        """The show now."""
        ...

    async def since_s(self, seq: int) -> float | None:
        """Real seconds since the journal's line ``seq``; None if it is not known."""
        ...

    async def call(self, wish: Wish) -> CallAnswer:
        """Send it and wait for the answer.

        Raises:
            InputError: over HTTP, the key or the call cannot be read.
            OutOfReachError: nobody answered in time.
        """
        ...


@contextlib.asynccontextmanager
async def at_desk(way: Way) -> AsyncIterator[Desk]:
    """Open the run that the options name.

    Raises:
        InputError: there is no such run, or the options contradict each other.
        OutOfReachError: the address does not answer.
    """
    if way.url is not None and way.run_dir is not None:
        raise InputError("--url and --run-dir name two runs", hint="give one of them")
    if way.url is not None:
        from launchctl.cli.desk_http import at_http_desk

        async with at_http_desk(way) as desk:
            yield desk
    else:
        from launchctl.cli.desk_folder import at_folder_desk

        async with at_folder_desk(way) as desk:
            yield desk


def new_call_id(way: Way) -> str:
    """The id the person chose, or a fresh one."""
    return way.id or uuid.uuid4().hex


def all_args(way: Way, wish: Wish) -> dict[str, Any]:
    """The wish's arguments with reason and evidence, where they were given."""
    args = dict(wish.args)
    if way.why:
        args["why"] = way.why
    if way.evidence:
        args["evidence"] = way.evidence
    return args
