"""The verbs that move the show: retime, recycle, jump, do, amend.

Without ``--confirm`` those that act on a list print it and its digest, and do nothing;
with the digest they act, as long as the list is still the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from launchctl.cli.verb import Work, one, verb

Confirm = Annotated[
    str | None,
    typer.Option(
        "--confirm",
        metavar="DIGEST",
        help="Act on the list that was shown with this digest.",
        show_default=False,
    ),
]


def confirmed_by(digest: str | None) -> dict[str, str]:
    """The argument that confirms a shown list."""
    return {"digest": digest} if digest else {}


@verb("recycle")
def recycle(
    to: Annotated[str, typer.Argument(metavar="T-x|CUE", show_default=False)],
    confirm: Confirm = None,
) -> Work:
    """Set T back, in a hold: what came after runs again. What was sent stays sent."""
    return one("recycle", to, **confirmed_by(confirm))


@verb("retime")
def retime(
    to: Annotated[str, typer.Argument(metavar="INSTANT|+SPAN", show_default=False)],
    confirm: Confirm = None,
) -> Work:
    """Let T-0 fall on another instant, or that much later than it was set."""
    return one("retime", to, **confirmed_by(confirm))


@verb("jump")
def jump(
    cue: Annotated[str, typer.Argument(metavar="CUE", show_default=False)],
    confirm: Confirm = None,
) -> Work:
    """Leave out what stands before a cue, and set the stages as if it had run."""
    return one("jump", cue, **confirmed_by(confirm))


@verb("do")
def do(
    action: Annotated[str, typer.Argument(metavar="ACTION", show_default=False)],
) -> Work:
    """Carry out one action that can be repeated, such as '{scene: Slide}'."""
    return one("do", action=action)


@verb("amend")
def amend(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The new runbook.", show_default=False),
    ],
    confirm: Confirm = None,
) -> Work:
    """Let what has not fired take the text of another runbook."""
    from launchctl.cli.amending import amend_work

    return amend_work(file, confirmed_by(confirm))
