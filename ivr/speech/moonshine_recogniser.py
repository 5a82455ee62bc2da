"""The English default: Moonshine in a pool of processes. An optional extra, ``speech-en``.

The model hears a whole utterance at once, so audio is only kept until the speech is over. Threads would not help, the
model holds the interpreter lock between its many small steps; processes do. A process that dies fails the utterances
under way (their callers go on with keys), and the next utterance finds a new pool.
"""

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from ivr.grammar import Grammar
from ivr.speech import moonshine_model
from ivr.speech.recogniser import Decided, Decision, Failure, Overloaded, Recognition

MOST_BYTES = 16000 * 20
"""Twenty seconds: nobody says more to a menu."""


class MoonshineRecogniser:
    """Recognises English. ``most_waiting`` utterances per process may wait for their decision.

    ``on_restart`` is told when the pool had to be made anew. Raises
    :class:`ivr.speech.recogniser.RecogniserMissing` when the extra is not installed.
    """

    def __init__(
        self,
        model: Path | None = None,
        *,
        processes: int = 1,
        most_waiting: int = 4,
        on_restart: Callable[[], None] | None = None,
    ) -> None:
        self._model = model or moonshine_model.packaged_model()
        self._processes = processes
        self._most = processes * most_waiting
        self._on_restart = on_restart
        self._lock = threading.Lock()
        self._deciding = 0
        self._closed = False
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        # spawn: a fork of a process with a reactor and threads is a copy of all their locks
        pool = ProcessPoolExecutor(
            self._processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_load,
            initargs=(str(self._model),),
        )
        for _ in range(self._processes):
            pool.submit(os.getpid)  # load now, not when the first caller has spoken
        return pool

    def begin(self, grammar: Grammar, decided: Decided) -> "MoonshineUtterance":
        """Begin an utterance; raises :class:`Overloaded`."""
        if self._deciding >= self._most:
            raise Overloaded(f"moonshine: {self._deciding} utterances wait for their decision already")
        return MoonshineUtterance(self, grammar, decided)

    def warm_up(self, patience_s: float = 30.0) -> None:
        """Wait until the model is in memory; TimeoutError when it is not in time."""
        self._pool.submit(os.getpid).result(patience_s)

    def pids(self) -> tuple[int, ...]:
        """The processes, for metrics and for tests that kill one."""
        return tuple(getattr(self._pool, "_processes", None) or ())

    def close(self) -> None:
        """Stop the processes."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    # -- for its utterances ------------------------------------------------------------------------------------------

    def decide(self, samples: bytes, grammar: Grammar, decided: Decided) -> "Future[Recognition] | None":
        """Have it recognised; the callback comes from another thread. None: it has failed already, and was told so."""
        with self._lock:
            self._deciding += 1
        future = self._submitted(samples, grammar)
        if future is None:
            self._over(decided, Failure("moonshine: no process"))
            return None
        future.add_done_callback(lambda done: self._over(decided, _decision(done)))
        return future

    def _submitted(self, samples: bytes, grammar: Grammar) -> "Future[Recognition] | None":
        for _ in range(2):
            pool = self._pool
            try:
                return pool.submit(_recognise, samples, grammar)
            except BrokenProcessPool:
                self._replace(pool)
            except RuntimeError:  # closed
                return None
        return None

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._closed or self._pool is not broken:
                return
            self._pool = self._new_pool()
        broken.shutdown(wait=False)
        if self._on_restart is not None:
            self._on_restart()

    def _over(self, decided: Decided, decision: Decision) -> None:
        with self._lock:
            self._deciding -= 1
        with contextlib.suppress(Exception):  # a callback that fails must not stop the pool's thread
            decided(decision)


class MoonshineUtterance:
    """Audio of one utterance, kept until the speech is over."""

    def __init__(self, recogniser: MoonshineRecogniser, grammar: Grammar, decided: Decided) -> None:
        self._recogniser = recogniser
        self._grammar = grammar
        self._decided = decided
        self._samples = bytearray()
        self._cancelled = False
        self._future: Future[Recognition] | None = None

    def feed(self, samples: bytes) -> None:
        """More audio."""
        if len(self._samples) < MOST_BYTES:
            self._samples += samples

    def finish(self) -> None:
        """Decide."""
        if not self._cancelled:
            self._future = self._recogniser.decide(bytes(self._samples), self._grammar, self._tell)

    def cancel(self) -> None:
        """Forget it; what is being computed already is computed in vain."""
        self._cancelled = True
        self._samples.clear()
        if self._future is not None:
            self._future.cancel()

    def _tell(self, decision: Decision) -> None:
        if not self._cancelled:
            self._decided(decision)


def _decision(done: "Future[Recognition]") -> Decision:
    if done.cancelled():
        return Failure("moonshine: cancelled")
    error = done.exception()
    return done.result() if error is None else Failure(f"moonshine: {type(error).__name__}")


# -- in the worker process ------------------------------------------------------------------------------------------

_worker: dict[str, Any] = {}


def _load(model: str) -> None:
    """Runs once in each process."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _worker["model"] = moonshine_model.MoonshineModel(Path(model))


def _die_with_parent() -> None:
    """A daemon that was killed must not leave 300 MB behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _recognise(samples: bytes, grammar: Grammar) -> Recognition:
    found: Recognition = _worker["model"].recognise(samples, grammar)
    return found
