"""The journal of a run: print, verify, export, back up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from launchctl.cli.options import Json, RunDir

_journal = typer.Typer(
    help="Print the journal; or verify, export, back it up.",
    rich_markup_mode=None,
    invoke_without_command=True,
)
_NewFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A new file.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Join the command line."""
    app.add_typer(_journal, name="journal")


@_journal.callback()
def journal(  # noqa: PLR0917  its options
    context: typer.Context,
    run_dir: RunDir = None,
    after: Annotated[
        int, typer.Option("--after", min=0, help="Only lines behind this seq.")
    ] = 0,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with new lines as they come.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--verify", help="The same as `launch journal verify`.")
    ] = False,
    json: Json = False,
) -> None:
    """Print the journal; or verify, export, back it up."""
    from launchctl.cli.journal import print_journal, verify_journal

    if context.invoked_subcommand is not None:
        return
    if check:
        verify_journal(run_dir, as_json=json)
    else:
        print_journal(run_dir, after=after, follow=follow, as_json=json)


@_journal.command("verify")
def verify(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="An export or a backup, instead of a run's own.",
            show_default=False,
        ),
    ] = None,
    run_dir: RunDir = None,
    json: Json = False,
) -> None:
    """Prove that no line was changed or lost: read it all, follow the hash chain."""
    from launchctl.cli.journal import verify_file, verify_journal

    if file is not None:
        verify_file(file, as_json=json)
    else:
        verify_journal(run_dir, as_json=json)


@_journal.command("export")
def export(file: _NewFile, run_dir: RunDir = None, json: Json = False) -> None:
    """Write every line as canonical JSON: anybody can compute the chain over them."""
    from launchctl.cli.journal import export_journal

    export_journal(run_dir, file, as_json=json)


@_journal.command("backup")
def backup(file: _NewFile, run_dir: RunDir = None, json: Json = False) -> None:
    """Copy the journal into one file, also while the show runs, and verify the copy."""
    from launchctl.cli.journal import back_up_journal

    back_up_journal(run_dir, file, as_json=json)
