"""The verbs that call the show: go, hold, resume, skip, fire, approve, silence and kin.

Each is a few lines: what it wants, in the words of ``POST /api/v1/calls``. The options
that all of them share are declared once, in ``_shared``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from launchctl.cli.calls import CallAnswer, Desk, Way, Wish, at_desk
from launchctl.cli.options import (
    ActAs,
    CallId,
    Evidence,
    Json,
    KeyFile,
    RunDir,
    Url,
    Why,
)

_Cue = Annotated[str, typer.Argument(metavar="CUE", show_default=False)]
_Account = Annotated[
    str | None,
    typer.Option("--account", help="Which account's, where the cue posts to several."),
]
_Work = Callable[[Desk, Way], Awaitable[list[CallAnswer]]]

_REGISTERED: list[tuple[str, Callable[..., None]]] = []


def add_to(app: typer.Typer) -> None:
    """Join the command line."""
    for name, command in _REGISTERED:
        app.command(name)(command)


def _shared(  # noqa: PLR0917  typer calls it by name
    run_dir: RunDir = None,
    url: Url = None,
    key_file: KeyFile = None,
    why: Why = None,
    evidence: Evidence = None,
    id: CallId = None,  # noqa: A002  the option's name
    act_as: ActAs = None,
    json: Json = False,
) -> None:
    """The options of every call verb; only its signature is used."""


def _verb(name: str) -> Callable[[Callable[..., _Work]], Callable[..., _Work]]:
    """Make a command of a function that takes its own arguments and gives the work.

    The command's signature is the function's own parameters and the shared options.
    """

    def register(make: Callable[..., _Work]) -> Callable[..., _Work]:
        own = list(inspect.signature(make, eval_str=True).parameters.values())
        shared = list(inspect.signature(_shared, eval_str=True).parameters.values())

        def command(**given: Any) -> None:
            way = Way(**{option.name: given.pop(option.name) for option in shared})
            _carry_out(make(**given), way)

        command.__doc__ = make.__doc__
        command.__annotations__ = {p.name: p.annotation for p in [*own, *shared]}
        command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in [*own, *shared]]
        )
        _REGISTERED.append((name, command))
        return make

    return register


def _carry_out(work: _Work, way: Way) -> None:
    """Send the calls, print the answers, and end with 1 if one was refused."""
    import asyncio

    from launchctl.cli.answers import in_json
    from launchctl.cli.output import print_json

    async def at_the_desk() -> list[CallAnswer]:
        async with at_desk(way) as desk:
            return await work(desk, way)

    answers = asyncio.run(at_the_desk())
    for answer in answers:
        if way.json:
            print_json(in_json(answer))
        else:
            for line in answer.listed:
                print(line)
            word = "accepted" if answer.accepted else "refused"
            print(f"{word}: {answer.reason}" if answer.reason else word)
    if not all(answer.accepted for answer in answers):
        raise typer.Exit(1)


def _one(verb: str, target: str | None = None, **args: Any) -> _Work:
    """The plain case: one call about what the person names, as the show is now."""

    async def work(desk: Desk, _way: Way) -> list[CallAnswer]:
        seen = (await desk.status())["seq"]
        return [await desk.call(Wish(verb, target, args, seen))]

    return work


Work = _Work
verb, one = _verb, _one
"""For the modules beside this one that add verbs."""


def _confirmed(confirm: bool) -> dict[str, Any]:
    return {"confirm": True} if confirm else {}


def _receipt(post_url: str | None, account: str | None) -> dict[str, Any]:
    """Where the post is; its id too where the URL shows it, so that replies find it."""
    receipt = {"url": post_url, "account": account}
    found = re.search(r"/status/(\d+)", post_url or "")
    if found:
        receipt["id"] = found[1]
    return {key: value for key, value in receipt.items() if value}


@_verb("go")
def go(
    cue: Annotated[
        str | None, typer.Argument(metavar="CUE", show_default=False)
    ] = None,
) -> _Work:
    """Fire the standby cue. Without CUE: the one that stands by now."""
    from launchctl.cli.standby import go_work

    return go_work(cue)


@_verb("choose")
def choose(
    choice: Annotated[str, typer.Argument(metavar="CHOICE", show_default=False)],
    option: Annotated[str, typer.Argument(metavar="OPTION", show_default=False)],
) -> _Work:
    """Answer a choice that asks; the cues of its other options are not taken."""
    return _one("choose", choice, option=option)


@_verb("vote")
def vote(
    poll: Annotated[str, typer.Argument(metavar="POLL", show_default=False)],
    word: Annotated[str, typer.Argument(metavar="go|no", show_default=False)],
    role: Annotated[
        str | None,
        typer.Option("--role", help="For this role only."),
    ] = None,
) -> _Work:
    """Say go or no to a poll; your last word counts until it closes."""
    if word not in {"go", "no", "no-go"}:
        raise typer.BadParameter(f"{word!r} is neither go nor no")
    return _one("vote", poll, vote=word, **({"role": role} if role else {}))


@_verb("confirm")
def confirm(
    what: Annotated[str, typer.Argument(metavar="WHAT|CUE", show_default=False)],
) -> _Work:
    """Record that something outside is so, with --evidence; or confirm a cue."""
    return _one("confirm", what)


@_verb("hold")
def hold(name: Annotated[str, typer.Argument(metavar="NAME")] = "operator") -> _Work:
    """Stop the countdown until somebody resumes."""
    return _one("hold", name)


@_verb("resume")
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
) -> _Work:
    """Release the holds named, or the only one open."""
    from launchctl.cli.standby import resume_work

    args = {"at": at} if at else {}
    return resume_work(holds or [], args | _confirmed(confirm))


@_verb("skip")
def skip(cue: _Cue) -> _Work:
    """Leave a cue out."""
    return _one("skip", cue)


@_verb("fire")
def fire(cue: _Cue) -> _Work:
    """Fire one cue now, whatever its triggers say. Its gates still hold."""
    return _one("fire", cue)


@_verb("approve")
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
) -> _Work:
    """Approve the exact texts of a cue, or one text by its digest."""
    from launchctl.cli.texts import texts_work

    args = {"expires": expires} if expires else {}
    return texts_work("approve", text, args, only_show=show)


@_verb("revoke")
def revoke(
    text: Annotated[str, typer.Argument(metavar="CUE|DIGEST", show_default=False)],
) -> _Work:
    """Take an approval back."""
    from launchctl.cli.texts import texts_work

    return texts_work("revoke", text, {})


@_verb("silence")
def silence(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT|all", show_default=False)],
) -> _Work:
    """Let no post of an account leave: what comes due is parked."""
    return _one("silence", account)


@_verb("unsilence")
def unsilence(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT|all", show_default=False)],
) -> _Work:
    """End a silence. Sends nothing by itself."""
    return _one("unsilence", account)


@_verb("counter")
def counter(
    state: Annotated[
        str, typer.Argument(metavar="open|freeze|hide", show_default=False)
    ],
) -> _Work:
    """Open, freeze or hide the pre-order counter."""
    if state not in {"open", "freeze", "hide"}:
        raise typer.BadParameter(f"{state!r} is none of open, freeze, hide")
    return _one("counter", state)


@_verb("settle")
def settle(
    cue: _Cue,
    outcome: Annotated[
        str, typer.Argument(metavar="sent|not-sent", show_default=False)
    ],
    post_url: Annotated[
        str | None, typer.Argument(metavar="URL", show_default=False)
    ] = None,
    account: _Account = None,
) -> _Work:
    """Decide what is in doubt: it was sent (there is its URL), or it was not."""
    if outcome not in {"sent", "not-sent"}:
        raise typer.BadParameter(f"{outcome!r} is neither sent nor not-sent")
    if outcome == "sent" and not post_url:
        raise typer.BadParameter("say where it is: settle CUE sent URL")
    if outcome == "not-sent" and post_url:
        raise typer.BadParameter("what was not sent has no URL")
    return _one("settle", cue, outcome=outcome, **_receipt(post_url, account))


@_verb("adopt")
def adopt(
    cue: _Cue,
    post_url: Annotated[
        str | None, typer.Argument(metavar="[URL]", show_default=False)
    ] = None,
    account: _Account = None,
) -> _Work:
    """Take a post made by hand as the cue's own; without URL the one that was found."""
    return _one("adopt", cue, **_receipt(post_url, account))


@_verb("override")
def override(
    cue: _Cue,
    gate: Annotated[str, typer.Argument(metavar="GATE", show_default=False)],
) -> _Work:
    """Open one gate for this take, with --why. An embargo: two people, within 60 s."""
    return _one("override", cue, gate=gate)


@_verb("undo")
def undo(cue: _Cue) -> _Work:
    """Take back what a cue told a web service, by the call that the runbook names."""
    return _one("undo", cue)


@_verb("retire")
def retire(
    cues: Annotated[list[str] | None, typer.Argument(metavar="CUE")] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="All posts about this.")
    ] = None,
    containing: Annotated[
        str | None, typer.Option("--containing", help="All posts with these words.")
    ] = None,
) -> _Work:
    """Void posts that have not been sent: they will not be, whoever fires their cue."""
    args = {"cues": cues, "topic": topic, "containing": containing}
    return _one("retire", None, **{key: value for key, value in args.items() if value})


@_verb("take-baton")
def take_baton(
    role: Annotated[str, typer.Argument(metavar="ROLE", show_default=False)],
) -> _Work:
    """Call the show for a role from now on; with --why, if somebody else does."""
    return _one("take-baton", role)


@_verb("call")
def call(
    procedure: Annotated[str, typer.Argument(metavar="PROCEDURE", show_default=False)],
) -> _Work:
    """Start a procedure."""
    return _one("call", procedure)


@_verb("end")
def end(
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Even if something is parked or in doubt.")
    ] = False,
) -> _Work:
    """End the show."""
    return _one("end", **_confirmed(confirm))


@_verb("abort")
def abort() -> _Work:
    """Stop everything: cues skipped, accounts silenced, the safe state set."""
    return _one("abort")
