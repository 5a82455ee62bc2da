"""The bridge between the two coroutine flavours: Deferreds here, asyncio in the libraries that want it.

Awaiting one flavour inside the other fails at run time; everything crosses here. A Task is kept referenced until it
is done, and asyncio's CancelledError, which is no Exception, becomes Twisted's, which is.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


def to_deferred(coroutine: Coroutine[Any, Any, T]) -> Deferred[T]:
    """Run an asyncio coroutine on the present loop; its result or failure as a Deferred."""
    deferred: Deferred[T] = Deferred.fromFuture(asyncio.get_event_loop().create_task(coroutine))
    deferred.addErrback(_cancelled)
    return deferred


def _cancelled(failure: Failure) -> Failure:
    if isinstance(failure.value, asyncio.CancelledError):
        raise CancelledError from failure.value
    return failure


def to_future(deferred: Deferred[T]) -> asyncio.Future[T]:
    """A Deferred's result as a future of the present loop."""
    return deferred.asFuture(asyncio.get_event_loop())
