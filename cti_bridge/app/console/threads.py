"""Slow work beside the loop: SQL and hashing in a few threads of their own, errors in the console's words."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import structlog

from agent_console.errors import UnavailableError
from storage.errors import StorageError

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """A bounded pool; what comes when all are busy waits its turn."""

    def __init__(self, most: int = 4, name: str = "console") -> None:
        self._pool = ThreadPoolExecutor(max_workers=most, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do it there; a database that is away becomes `UnavailableError`."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))
        except StorageError as error:
            log.error("console_database_trouble", reason=str(error))  # noqa: TRY400 - the reason says it all
            raise UnavailableError("the database cannot be used just now; the daemon's log tells more") from error

    def begin(self, work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do it there; nobody waits for it, and trouble is told in the log."""
        self._pool.submit(work, *args, **kwargs).add_done_callback(_tell_trouble)

    def stop(self) -> None:
        """Begin nothing more; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _tell_trouble(done: "Future[object]") -> None:
    error = None if done.cancelled() else done.exception()
    if error is not None:
        log.error("console_database_trouble", reason=str(error))
