"""The one background thread on which all phones of a test process live."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Network:
    """An asyncio loop in a daemon thread. Phones and calls change only there; tests wait outside."""

    _one: "Network | None" = None
    _lock = threading.Lock()

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.changed = threading.Condition()
        self.hung_up: list[float] = []
        """When phones have ended calls of their own accord, by the monotonic clock."""
        self._thread = threading.Thread(target=self.loop.run_forever, name="sip-phones", daemon=True)
        self._thread.start()

    @classmethod
    def get(cls) -> "Network":
        """The network of this process, started on first use."""
        with cls._lock:
            if cls._one is None:
                cls._one = cls()
            return cls._one

    def run(self, work: Coroutine[Any, Any, T], timeout: float | None = 30) -> T:
        """Run a coroutine on the thread and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout)

    def do(self, function: Callable[[], T]) -> T:
        """Run a function on the thread and wait for its result."""
        done: Future[T] = Future()

        def call() -> None:
            try:
                done.set_result(function())
            except BaseException as error:  # noqa: BLE001  # handed to the thread that asked
                done.set_exception(error)

        self.loop.call_soon_threadsafe(call)
        return done.result(30)

    def notify(self) -> None:
        """Wake the tests that wait: something has changed."""
        with self.changed:
            self.changed.notify_all()

    def wait(self, test: Callable[[], bool], timeout: float) -> bool:
        """Wait on a test's thread until `test` holds; whether it did in time."""
        with self.changed:
            return self.changed.wait_for(test, timeout)
