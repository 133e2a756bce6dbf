"""Before the show: init, check, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from launchctl.cli.options import T0, Json, Ntp, Runbook, Sets


def add_to(app: typer.Typer) -> None:
    """Join the command line."""
    app.command("init")(init)
    app.command("check")(check)
    app.command("schema")(schema)


def init(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it.")
    ] = Path("show.yaml"),
    json: Json = False,
) -> None:
    """Write a small runbook to start from. Never overwrites anything."""
    from launchctl.cli.output import print_json
    from launchctl.cli.starter import write_starter

    write_starter(file)
    if json:
        print_json({"file": str(file)})
    else:
        print(f"{file} is written. Next: launch check {file}")


def check(  # noqa: PLR0917  its options
    file: Runbook,
    live: Annotated[
        bool, typer.Option("--live", help="Ask every far end whether it is ready.")
    ] = False,
    call_sheet: Annotated[
        Path | None,
        typer.Option(
            "--call-sheet", metavar="OUT.html", help="Write it as a page to print."
        ),
    ] = None,
    ntp: Ntp = None,
    t0: T0 = None,
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Read a runbook, and print what will happen when, and under which embargo."""
    from launchctl.cli.checking import run_check

    raise typer.Exit(
        run_check(
            file,
            live=live,
            ntp=ntp,
            call_sheet=call_sheet,
            t0=t0,
            sets=sets or [],
            as_json=json,
        )
    )


def schema(
    json: Json = False,  # noqa: ARG001  it is JSON either way
) -> None:
    """Print the JSON Schema of runbooks, for editors."""
    import json as json_module

    from launchctl.runbook.schema import runbook_schema

    print(json_module.dumps(runbook_schema(), indent=2, ensure_ascii=False))
