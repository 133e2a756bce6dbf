"""Options that many verbs share, declared once so that they read alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from launchctl.errors import InputError
from launchctl.times import SECOND, Micros, parse_instant, parse_span

RunDir = Annotated[
    Path | None,
    typer.Option("--run-dir", help="Folder of the run; by default the newest run."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of prose.")]
Url = Annotated[
    str | None,
    typer.Option("--url", help="Speak to a run over HTTP instead of its folder."),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", help="File with the crew key for --url (or set LAUNCH_KEY)."
    ),
]
Why = Annotated[str | None, typer.Option("--why", help="The reason, for the journal.")]
Evidence = Annotated[
    str | None, typer.Option("--evidence", help="Where it can be seen: a URL, a note.")
]
CallId = Annotated[
    str | None,
    typer.Option("--id", help="Id of the call; the same id is answered once."),
]
ActAs = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME[:ROLE]", help="Whom the journal shall name."),
]
Runbook = Annotated[
    Path, typer.Argument(metavar="FILE", help="The runbook.", show_default=False)
]
T0 = Annotated[
    str | None,
    typer.Option(
        "--t0",
        metavar="INSTANT|+SPAN",
        help="When T-0 shall be; wall instants of the runbook move along.",
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override an address, such as stages.main.url=ws://127.0.0.1:4455.",
    ),
]
Ntp = Annotated[
    str | None,
    typer.Option(
        "--ntp",
        metavar="HOST[:PORT]",
        help="Compare the wall clock with this NTP server, and say how far it is off.",
    ),
]
CueToCue = Annotated[
    bool,
    typer.Option(
        "--cue-to-cue",
        help="Step from cue to cue at the console: the stages are set to what stands"
        " before each, and nothing is sent. A stage whose url is --set is a real one.",
    ),
]
Dress = Annotated[
    bool,
    typer.Option(
        "--dress",
        help="A dress rehearsal: the real stages, and every account and order source"
        " replaced by its test: twin.",
    ),
]


def parse_t0(written: str | None, now_us: Micros) -> Micros | None:
    """``--t0``: an RFC 3339 instant with its offset, or ``+5s`` from now.

    Raises:
        InputError: it is neither.
    """
    if written is None:
        return None
    try:
        if written.startswith("+"):
            # A whole second: people read T-0 off clocks.
            return (now_us + parse_span(written[1:])) // SECOND * SECOND
        return parse_instant(written)
    except ValueError as error:
        raise InputError(
            f"--t0 {written}: {error}",
            hint="write an instant such as 2016-03-31T20:30:00-07:00, or +5m",
        ) from error
