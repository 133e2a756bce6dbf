"""``launch``: the list of verbs."""

from __future__ import annotations

from typing import Annotated

import typer

import launchctl.cli.steer
import launchctl.cli.steer_posts
import launchctl.cli.steer_time  # noqa: F401
from launchctl.cli import crew, journal_verbs, look, prepare, start, verb

app = typer.Typer(
    name="launch",
    help=(
        "The conductor for livestreamed product launches: scenes, posts and the"
        " pre-order counter in step, on time, exactly once."
    ),
    epilog=(
        "Exit codes: 0 fine; 1 the show went wrong or the call was refused;"
        " 2 bad input; 3 a far end is out of reach."
    ),
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from launchctl import __version__

        print(f"launchctl {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version_asked: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


prepare.add_to(app)
start.add_to(app)
look.add_to(app)
journal_verbs.add_to(app)
verb.add_to(app)
crew.add_to(app)
