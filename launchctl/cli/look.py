"""Looking at a run: status, watch, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from launchctl.cli.options import Json, KeyFile, RunDir, Url


def add_to(app: typer.Typer) -> None:
    """Join the command line."""
    app.command("status")(status)
    app.command("watch")(watch)
    app.command("report")(report)


def status(
    run_dir: RunDir = None,
    url: Url = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show the run as it is now."""
    from launchctl.cli.calls import Way
    from launchctl.cli.looking import show_status

    show_status(Way(run_dir=run_dir, url=url, key_file=key_file, json=json))


def watch(run_dir: RunDir = None) -> None:
    """Watch the run in the terminal until it ends, or Ctrl-C (which stops nothing)."""
    from launchctl.cli.looking import watch_run

    watch_run(run_dir)


def report(
    run_dir: RunDir = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            "--compare",
            metavar="DIR",
            help="Print what changed since the run in that folder.",
            show_default=False,
        ),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture",
            metavar="FILE",
            help="Draw the run's timeline into a file (SVG).",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Print what was planned and what was run. Ends with 1 if the show went wrong."""
    from launchctl.cli.looking import show_report

    raise typer.Exit(show_report(run_dir, compare, picture, as_json=json))
