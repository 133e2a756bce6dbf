"""``launch crew``: keys for those who call over the network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from launchctl.cli.options import Json

_Keys = Annotated[
    Path | None,
    typer.Option("--keys", help="The file of crew keys, if not this user's own."),
]
_Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]

_crew = typer.Typer(
    help="Who may call over the network: add, list, revoke keys.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


def add_to(app: typer.Typer) -> None:
    """Join the command line."""
    app.add_typer(_crew, name="crew")


@_crew.command("add")
def add(
    name: _Name,
    role: Annotated[
        list[str],
        typer.Option("--role", help="A role of the runbook's crew; may be repeated."),
    ],
    keys: _Keys = None,
    json: Json = False,
) -> None:
    """Make a key for a person. It is shown once and kept nowhere."""
    from launchctl.cli.output import print_json
    from launchctl.store.keys import CrewKeys

    key = CrewKeys(keys).add(name, *role)
    if json:
        print_json({"name": name, "roles": role, "key": key})
        return
    print(f"key for {name} ({', '.join(role)}), shown this once:\n\n    {key}\n")
    print("They send it as `Authorization: Bearer KEY`, or set LAUNCH_KEY.")


@_crew.command("list")
def show(keys: _Keys = None, json: Json = False) -> None:
    """List who has a key, and for which roles."""
    from launchctl.cli.output import print_json
    from launchctl.store.keys import CrewKeys
    from launchctl.times import format_instant

    people = CrewKeys(keys).list()
    if json:
        print_json(
            [
                {
                    "name": person.name,
                    "roles": [*person.roles],
                    "added": format_instant(person.added_us),
                }
                for person in people
            ]
        )
        return
    if not people:
        print("nobody has a key")
    for person in people:
        roles = ", ".join(person.roles)
        print(f"{person.name:24} {roles:32} {format_instant(person.added_us)[:10]}")


@_crew.command("revoke")
def revoke(name: _Name, keys: _Keys = None, json: Json = False) -> None:
    """Take a person's key away; it stops working at once."""
    from launchctl.cli.output import print_json
    from launchctl.store.keys import CrewKeys

    CrewKeys(keys).revoke(name)
    if json:
        print_json({"name": name, "revoked": True})
    else:
        print(f"{name} has no key any more")
