"""How long the machine stood still, for tests of what has to happen within a time."""

import threading
import time
from types import TracebackType
from typing import Self

STEP_S = 0.02
NOTHING_S = 0.05
"""By so much every machine is late now and then."""


class StoodStill:
    """While it is entered, ``s`` counts the seconds by which a thread that only sleeps was woken too late."""

    def __init__(self) -> None:
        self.s = 0.0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._count, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._over.set()
        self._watch.join()

    def _count(self) -> None:
        before = time.monotonic()
        while not self._over.wait(STEP_S):
            now = time.monotonic()
            late = now - before - STEP_S
            self.s += late if late > NOTHING_S else 0.0
            before = now
