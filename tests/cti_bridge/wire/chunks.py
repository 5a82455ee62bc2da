"""Ways to cut a stream of bytes into chunks, as a network may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


def cut(stream: bytes, sizes: list[int]) -> Iterator[bytes]:
    """The stream in chunks of these sizes, again and again from the first."""
    position, turn = 0, 0
    while position < len(stream):
        size = sizes[turn % len(sizes)]
        yield stream[position : position + size]
        position += size
        turn += 1


def fed(feed: Callable[[bytes], list[T]], stream: bytes, sizes: list[int]) -> list[T]:
    """All that a parser makes of the stream in such chunks."""
    return [item for chunk in cut(stream, sizes) for item in feed(chunk)]


chunk_sizes = st.lists(st.integers(1, 40), min_size=1, max_size=12)
