"""What a verb of the command line is: its own arguments, the options that all share,
and the calls it makes.

A verb is a few lines beside the others of its kind (``steer``, ``steer_posts``,
``steer_time``): what it wants, in the words of ``POST /api/v1/calls``.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Annotated, Any, cast

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

Cue = Annotated[str, typer.Argument(metavar="CUE", show_default=False)]
Work = Callable[[Desk, Way], Awaitable[list[CallAnswer]]]

_REGISTERED: dict[str, Callable[..., Work]] = {}


def add_to(app: typer.Typer) -> None:
    """Join the command line."""
    for name, make in _REGISTERED.items():
        app.command(name)(_command(make, _carry_out))


def said(words: Sequence[str]) -> tuple[Work, Way]:
    """What somebody says who is at a show already: a verb and its arguments.

    Raises:
        TyperException: it is no verb, or not how that verb is said.
    """
    return cast(
        "tuple[Work, Way]",
        _spoken()(args=[*words], prog_name="", standalone_mode=False),
    )


@cache
def _spoken() -> typer.Typer:
    """The verbs alone, which give what they want and do nothing."""
    app = typer.Typer(
        add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )
    for name, make in _REGISTERED.items():
        app.command(name, add_help_option=False)(
            _command(make, lambda work, way: (work, way))
        )
    return app


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


def verb(name: str) -> Callable[[Callable[..., Work]], Callable[..., Work]]:
    """Make a command of a function that takes its own arguments and gives the work.

    The command's signature is the function's own parameters and the shared options.
    """

    def register(make: Callable[..., Work]) -> Callable[..., Work]:
        _REGISTERED[name] = make
        return make

    return register


def _command(
    make: Callable[..., Work], carry: Callable[[Work, Way], Any]
) -> Callable[..., Any]:
    """A command of a verb: what is done with the work that it makes."""
    own = list(inspect.signature(make, eval_str=True).parameters.values())
    shared = list(inspect.signature(_shared, eval_str=True).parameters.values())

    def command(**given: Any) -> Any:
        way = Way(**{option.name: given.pop(option.name) for option in shared})
        return carry(make(**given), way)

    command.__doc__ = make.__doc__
    command.__annotations__ = {p.name: p.annotation for p in [*own, *shared]}
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in [*own, *shared]]
    )
    return command


def _carry_out(work: Work, way: Way) -> None:
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
            print_answer(answer)
    if not all(answer.accepted for answer in answers):
        raise typer.Exit(1)


def print_answer(answer: CallAnswer) -> None:
    """Print what became of a call."""
    for line in answer.listed:
        print(line)
    word = "accepted" if answer.accepted else "refused"
    print(f"{word}: {answer.reason}" if answer.reason else word)


def one(verb: str, target: str | None = None, **args: Any) -> Work:
    """The plain case: one call about what the person names, as the show is now."""

    async def work(desk: Desk, _way: Way) -> list[CallAnswer]:
        seen = (await desk.status())["seq"]
        return [await desk.call(Wish(verb, target, args, seen))]

    return work


def confirmed(confirm: bool) -> dict[str, Any]:
    """The argument of what asks to be confirmed."""
    return {"confirm": True} if confirm else {}
