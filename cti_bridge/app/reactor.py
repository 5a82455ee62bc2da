"""The reactor, installed first thing and verified: nobody else imports ``twisted.internet.reactor``.

Twisted runs on the asyncio loop, so that asyncio libraries (the web server, Redis) live in the same process.
"""

import asyncio
import sys
from typing import Any

from twisted.internet import asyncioreactor


class WrongReactorError(RuntimeError):
    """Some import installed another reactor before us."""


def install() -> Any:
    """Install the asyncio reactor on a new loop, verify it, and return it. Calling it again returns the same."""
    if "twisted.internet.reactor" not in sys.modules:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        asyncioreactor.install(loop)  # type: ignore[no-untyped-call]  # Twisted has no types here
    from twisted.internet import reactor  # noqa: PLC0415, TID251 - the one place: after installing, never before

    if not isinstance(reactor, asyncioreactor.AsyncioSelectorReactor):
        raise WrongReactorError(
            f"{type(reactor).__name__} is installed: a module imported twisted.internet.reactor before cti_bridge.app"
        )
    return reactor
