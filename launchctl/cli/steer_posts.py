"""The verbs for what is said in public: approve, silence, settle, adopt and kin."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from launchctl.cli.verb import Cue, Work, one, verb

_Account = Annotated[
    str | None,
    typer.Option("--account", help="Which account's, where the cue posts to several."),
]


def _receipt(post_url: str | None, account: str | None) -> dict[str, Any]:
    """Where the post is; its id too where the URL shows it, so that replies find it."""
    receipt = {"url": post_url, "account": account}
    found = re.search(r"/status/(\d+)", post_url or "")
    if found:
        receipt["id"] = found[1]
    return {key: value for key, value in receipt.items() if value}


@verb("approve")
def approve(
    text: Annotated[str, typer.Argument(metavar="CUE|DIGEST", show_default=False)],
    show: Annotated[
        bool, typer.Option("--show", help="Print the exact texts and approve nothing.")
    ] = False,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            metavar="INSTANT",
            help="Until when it holds; by default a day beyond the planned send.",
        ),
    ] = None,
) -> Work:
    """Approve the exact texts of a cue, or one text by its digest."""
    from launchctl.cli.texts import texts_work

    args = {"expires": expires} if expires else {}
    return texts_work("approve", text, args, only_show=show)


@verb("revoke")
def revoke(
    text: Annotated[str, typer.Argument(metavar="CUE|DIGEST", show_default=False)],
) -> Work:
    """Take an approval back."""
    from launchctl.cli.texts import texts_work

    return texts_work("revoke", text, {})


@verb("silence")
def silence(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT|all", show_default=False)],
) -> Work:
    """Let no post of an account leave: what comes due is parked."""
    return one("silence", account)


@verb("unsilence")
def unsilence(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT|all", show_default=False)],
) -> Work:
    """End a silence. Sends nothing by itself."""
    return one("unsilence", account)


@verb("settle")
def settle(
    cue: Cue,
    outcome: Annotated[
        str, typer.Argument(metavar="sent|not-sent", show_default=False)
    ],
    post_url: Annotated[
        str | None, typer.Argument(metavar="URL", show_default=False)
    ] = None,
    account: _Account = None,
) -> Work:
    """Decide what is in doubt: it was sent (there is its URL), or it was not."""
    if outcome not in {"sent", "not-sent"}:
        raise typer.BadParameter(f"{outcome!r} is neither sent nor not-sent")
    if outcome == "sent" and not post_url:
        raise typer.BadParameter("say where it is: settle CUE sent URL")
    if outcome == "not-sent" and post_url:
        raise typer.BadParameter("what was not sent has no URL")
    return one("settle", cue, outcome=outcome, **_receipt(post_url, account))


@verb("adopt")
def adopt(
    cue: Cue,
    post_url: Annotated[
        str | None, typer.Argument(metavar="[URL]", show_default=False)
    ] = None,
    account: _Account = None,
) -> Work:
    """Take a post made by hand as the cue's own; without URL the one that was found."""
    return one("adopt", cue, **_receipt(post_url, account))


@verb("override")
def override(
    cue: Cue,
    gate: Annotated[str, typer.Argument(metavar="GATE", show_default=False)],
) -> Work:
    """Open one gate for this take, with --why. An embargo: two people, within 60 s."""
    return one("override", cue, gate=gate)


@verb("undo")
def undo(cue: Cue) -> Work:
    """Take back what a cue told a web service, by the call that the runbook names."""
    return one("undo", cue)


@verb("retire")
def retire(
    cues: Annotated[list[str] | None, typer.Argument(metavar="CUE")] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="All posts about this.")
    ] = None,
    containing: Annotated[
        str | None, typer.Option("--containing", help="All posts with these words.")
    ] = None,
) -> Work:
    """Void posts that have not been sent: they will not be, whoever fires their cue."""
    args = {"cues": cues, "topic": topic, "containing": containing}
    return one("retire", None, **{key: value for key, value in args.items() if value})
