"""``cordboard demo``: everything on this machine."""

import os
from pathlib import Path
from typing import Annotated

import typer


def command(
    *,
    minutes: Annotated[
        float | None, typer.Option(help="Virtual minutes to run; without it until Ctrl-C.", min=0.1, show_default=False)
    ] = None,
    speed: Annotated[float, typer.Option(help="How much faster time passes, for everybody alike.", min=0.1)] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed, the same callers.")] = 1,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures of the end to this file.", show_default=False)
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Another contact centre than the embedded one.")
    ] = None,
) -> None:
    """Run a contact centre on a virtual telephone switch: callers call, agents answer, figures come.

    Example: cordboard demo --minutes 20 --speed 60 --seed 7 --json out.json
    """
    from cti_bridge.app.reactor import install  # noqa: PLC0415 - before anything that imports Twisted's reactor

    reactor = install()
    from cti_bridge.app.demo import DemoOptions, run_demo  # noqa: PLC0415 - heavy, and after the reactor

    options = DemoOptions(minutes=minutes, speed=speed, seed=seed, json_file=json_file, config=config)
    raise typer.Exit(run_demo(reactor, options, os.environ))
