"""``cordboard serve``: the daemon on a real Asterisk."""

import os
from pathlib import Path
from typing import Annotated

import typer


def command(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The settings; see docs/settings.md.", show_default=False)
    ] = None,
) -> None:
    """Run the daemon until it is told to stop (Ctrl-C or SIGTERM). Calls outlive it.

    Example: cordboard serve --config /etc/cordboard/cordboard.yaml
    """
    from cti_bridge.app.reactor import install  # noqa: PLC0415 - before anything that imports Twisted's reactor

    reactor = install()
    from cti_bridge.app.serving import serve  # noqa: PLC0415 - heavy, and after the reactor

    raise typer.Exit(serve(reactor, config, os.environ))
