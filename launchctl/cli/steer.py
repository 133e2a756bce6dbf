"""The verbs that call the show: go, choose, hold, resume, skip, fire, call and kin."""

from __future__ import annotations

from typing import Annotated

import typer

from launchctl.cli.verb import Cue, Work, confirmed, one, verb


@verb("go")
def go(
    cue: Annotated[
        str | None, typer.Argument(metavar="CUE", show_default=False)
    ] = None,
) -> Work:
    """Fire the standby cue. Without CUE: the one that stands by now."""
    from launchctl.cli.standby import go_work

    return go_work(cue)


@verb("choose")
def choose(
    choice: Annotated[str, typer.Argument(metavar="CHOICE", show_default=False)],
    option: Annotated[str, typer.Argument(metavar="OPTION", show_default=False)],
) -> Work:
    """Answer a choice that asks; the cues of its other options are not taken."""
    return one("choose", choice, option=option)


@verb("vote")
def vote(
    poll: Annotated[str, typer.Argument(metavar="POLL", show_default=False)],
    word: Annotated[str, typer.Argument(metavar="go|no", show_default=False)],
    role: Annotated[
        str | None,
        typer.Option("--role", help="For this role only."),
    ] = None,
) -> Work:
    """Say go or no to a poll; your last word counts until it closes."""
    if word not in {"go", "no", "no-go"}:
        raise typer.BadParameter(f"{word!r} is neither go nor no")
    return one("vote", poll, vote=word, **({"role": role} if role else {}))


@verb("confirm")
def confirm(
    what: Annotated[str, typer.Argument(metavar="WHAT|CUE", show_default=False)],
) -> Work:
    """Record that something outside is so, with --evidence; or confirm a cue."""
    return one("confirm", what)


@verb("hold")
def hold(name: Annotated[str, typer.Argument(metavar="NAME")] = "operator") -> Work:
    """Stop the countdown until somebody resumes."""
    return one("hold", name)


@verb("resume")
def resume(
    holds: Annotated[list[str] | None, typer.Argument(metavar="HOLD")] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="Not now, but then, by itself."),
    ] = None,
    confirm: Annotated[
        bool,
        typer.Option(
            "--confirm", help="Release a planned hold early: T-0 comes forward."
        ),
    ] = False,
) -> Work:
    """Release the holds named, or the only one open."""
    from launchctl.cli.standby import resume_work

    args = {"at": at} if at else {}
    return resume_work(holds or [], args | confirmed(confirm))


@verb("skip")
def skip(cue: Cue) -> Work:
    """Leave a cue out."""
    return one("skip", cue)


@verb("fire")
def fire(cue: Cue) -> Work:
    """Fire one cue now, whatever its triggers say. Its gates still hold."""
    return one("fire", cue)


@verb("counter")
def counter(
    state: Annotated[
        str, typer.Argument(metavar="open|freeze|hide", show_default=False)
    ],
) -> Work:
    """Open, freeze or hide the pre-order counter."""
    if state not in {"open", "freeze", "hide"}:
        raise typer.BadParameter(f"{state!r} is none of open, freeze, hide")
    return one("counter", state)


@verb("take-baton")
def take_baton(
    role: Annotated[str, typer.Argument(metavar="ROLE", show_default=False)],
) -> Work:
    """Call the show for a role from now on; with --why, if somebody else does."""
    return one("take-baton", role)


@verb("call")
def call(
    procedure: Annotated[str, typer.Argument(metavar="PROCEDURE", show_default=False)],
) -> Work:
    """Start a procedure."""
    return one("call", procedure)


@verb("end")
def end(
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Even if something is parked or in doubt.")
    ] = False,
) -> Work:
    """End the show."""
    return one("end", **confirmed(confirm))


@verb("abort")
def abort() -> Work:
    """Stop everything: cues skipped, accounts silenced, the safe state set."""
    return one("abort")
