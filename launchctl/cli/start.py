"""Starting a show: run, rehearse, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from launchctl.cli.options import T0, CueToCue, Dress, Json, Ntp, Runbook, Sets


def add_to(app: typer.Typer) -> None:
    """Join the command line."""
    app.command("run")(run)
    app.command("rehearse")(rehearse)
    app.command("demo")(demo)


def run(  # noqa: PLR0917  typer calls it by name
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The runbook.", show_default=False),
    ] = None,
    run_dir: Annotated[
        Path | None,
        typer.Option("--run-dir", help="Folder to keep the run in; made if missing."),
    ] = None,
    recover: Annotated[
        Path | None,
        typer.Option(
            "--recover",
            metavar="DIR",
            help="Take up the unfinished run in this folder where it was.",
        ),
    ] = None,
    take_over: Annotated[
        bool,
        typer.Option(
            "--take-over",
            help="With --recover: kill a conductor that is frozen, and take its place.",
        ),
    ] = False,
    new: Annotated[
        bool,
        typer.Option(
            "--new", help="Start anew, though a run of this runbook is unfinished."
        ),
    ] = False,
    t0: T0 = None,
    serve: Annotated[
        str | None,
        typer.Option(
            "--serve",
            metavar="HOST:PORT",
            help="Where all pages are; keys are demanded unless it is loopback."
            " By default a free port of this machine; with --recover as before.",
        ),
    ] = None,
    public: Annotated[
        str | None,
        typer.Option(
            "--public",
            metavar="HOST:PORT",
            help="Where only the public page and the shops' hooks are.",
        ),
    ] = None,
    allow_hosts: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="A further host name that the pages answer to; repeat it for more.",
        ),
    ] = None,
    ntp: Ntp = None,
    detach: Annotated[
        bool,
        typer.Option(
            "--detach",
            help="Start it in the background, say where it is, and end: no terminal"
            " and no logout ends the show.",
        ),
    ] = False,
    sets: Sets = None,
    unrehearsed: Annotated[
        str | None,
        typer.Option(
            "--unrehearsed",
            metavar="WHY",
            help="Run what was not rehearsed green, although the runbook demands it;"
            " the journal keeps your name and the reason.",
            show_default=False,
        ),
    ] = None,
    dress: Dress = False,
    json: Json = False,
) -> None:
    """Run the show: against the real far ends, to its end."""
    from launchctl.cli.run import run_command

    raise typer.Exit(
        run_command(
            file,
            run_dir=run_dir,
            recover=recover,
            take_over=take_over,
            new=new,
            t0=t0,
            serve=serve,
            public=public,
            allow_hosts=allow_hosts or [],
            sets=sets or [],
            ntp=ntp,
            detach=detach,
            unrehearsed=unrehearsed,
            dress=dress,
            as_json=json,
        )
    )


def rehearse(  # noqa: PLR0917  typer calls it by name
    file: Runbook,
    seed: Annotated[
        int, typer.Option("--seed", help="Of all that is drawn by chance.")
    ] = 0,
    script: Annotated[
        Path | None,
        typer.Option(
            "--script",
            metavar="FILE",
            help="Who does what, when. By default NAME.people.yaml beside NAME.yaml;"
            " without a script you are asked, where there is a terminal.",
        ),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="In the place of a script: everybody says yes."),
    ] = False,
    faults: Annotated[
        Path | None,
        typer.Option(
            "--faults",
            metavar="PLAN",
            help="What goes wrong, when: a plan of faults (docs/faults.md).",
        ),
    ] = None,
    chaos: Annotated[
        int | None,
        typer.Option(
            "--chaos",
            metavar="SEED",
            help="What goes wrong is drawn by chance: always the same for a seed.",
        ),
    ] = None,
    speed: Annotated[
        str,
        typer.Option(
            "--speed",
            metavar="max|N",
            help="max: virtual time, days in seconds. N: so many seconds of the show"
            " in a second, with pages and processes as in a show.",
        ),
    ] = "max",
    serve: Annotated[
        str | None,
        typer.Option(
            "--serve", metavar="HOST:PORT", help="Where the pages are, with --speed N."
        ),
    ] = None,
    stage: Annotated[
        Literal["emulated", "real"],
        typer.Option(
            "--stage",
            help="real: your own mixers, at speed 1; posts, calls and orders stay"
            " emulated, and nothing is streamed beyond this machine.",
        ),
    ] = "emulated",
    mark: Annotated[
        bool,
        typer.Option(
            "--mark/--no-mark",
            help="With --stage real: REHEARSAL on top of every scene, until the end.",
        ),
    ] = True,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="CUE|T",
            help="End the show after this cue, or at this T (T+30m): it proves nothing"
            " about what comes after, and is not kept.",
        ),
    ] = None,
    cue_to_cue: CueToCue = False,
    t0: T0 = None,
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Play a runbook against emulated far ends, days in seconds. Touches nothing."""
    if cue_to_cue:
        from launchctl.cli.cue_to_cue import run_cue_to_cue

        paced = None if speed == "max" else speed
        played = (script, faults, chaos, serve, until, paced)
        if yes or stage == "real" or any(each is not None for each in played):
            raise typer.BadParameter(
                "--cue-to-cue has no time, people, pages or faults"
            )
        raise typer.Exit(run_cue_to_cue(file, t0=t0, sets=sets or [], as_json=json))
    from launchctl.cli.asked import Asked
    from launchctl.cli.rehearsing import run_paced, run_virtual

    asked = Asked(
        file=file,
        seed=seed,
        script=script,
        yes=yes,
        t0=t0,
        sets=sets or [],
        faults=faults,
        chaos=chaos,
        until=until,
    )
    real = stage == "real"
    if real or speed != "max" or serve is not None:
        raise typer.Exit(
            run_paced(
                asked, speed, serve=serve, real_stages=real, mark=mark, as_json=json
            )
        )
    raise typer.Exit(run_virtual(asked, as_json=json))


def demo(
    speed: Annotated[
        float,
        typer.Option(
            "--speed", min=1.0, max=200.0, help="Seconds of the show in a second."
        ),
    ] = 20.0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    json: Json = False,
) -> None:
    """Play the reference show at speed, on emulated far ends. Touches nothing real."""
    from launchctl.cli.demo import run_demo

    raise typer.Exit(run_demo(speed=speed, browser=browser, as_json=json))
