"""``cordboard demo``: everything on this machine."""

import math
import os
from pathlib import Path
from typing import Annotated

import typer

FASTEST = 3600
"""An hour in a second; no machine keeps up with more."""


def _number(value: float | None) -> float | None:
    """Neither infinite nor ``nan``, which is less than nothing and more than nothing."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no length of time")
    return value


def _writable(file: Path | None) -> Path | None:
    """A file that could be written; better now than after the last minute."""
    if file is not None and not file.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {file.absolute().parent}")
    if file is not None and file.is_dir():
        raise typer.BadParameter(f"{file} is a folder")
    return file


def command(
    *,
    minutes: Annotated[
        float | None,
        typer.Option(
            help="Virtual minutes to run; without it until Ctrl-C.", min=0.1, show_default=False, callback=_number
        ),
    ] = None,
    speed: Annotated[
        float,
        typer.Option(help="How much faster time passes, for everybody alike.", min=0.1, max=FASTEST, callback=_number),
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed, the same callers.")] = 1,
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json", help="Write the figures of the end to this file.", show_default=False, callback=_writable
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Another contact centre than the embedded one.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the console in the browser of this desktop.")
    ] = True,
) -> None:
    """Run a contact centre on a virtual telephone switch: callers call, agents answer, figures come.

    Example: cordboard demo --minutes 20 --speed 60 --seed 7 --json out.json
    """
    from cti_bridge.app.reactor import install  # noqa: PLC0415 - before anything that imports Twisted's reactor

    reactor = install()
    from cti_bridge.app.demo import DemoOptions, run_demo  # noqa: PLC0415 - heavy, and after the reactor

    options = DemoOptions(minutes=minutes, speed=speed, seed=seed, json_file=json_file, config=config, browser=browser)
    raise typer.Exit(run_demo(reactor, options, os.environ))
