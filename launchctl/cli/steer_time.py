"""The verbs that move time: retime, recycle.

Without ``--confirm`` each prints what it would do and the list's digest, and does
nothing; with the digest it acts, as long as the list is still the same.
"""

from __future__ import annotations

from typing import Annotated

import typer

from launchctl.cli.steer import Work, one, verb

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
