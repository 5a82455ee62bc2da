"""Who sits at the terminal, and how they see that long work goes on."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BAR_FROM_FACTS = 200_000
"""With so many facts an operation takes longer than two seconds."""


def user() -> str:
    """The name of whoever runs the command, for the audit log."""
    import getpass  # noqa: PLC0415 - few commands need it

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user: a container that runs under a bare number
        return str(os.getuid())


@contextmanager
def bar(doing: str, total: int, least: int = BAR_FROM_FACTS) -> Iterator[Callable[[int], object]]:
    """A progress bar on a terminal, when ``least`` steps make it worth one; call what it gives with each step."""
    if total < least or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only long runs need it
    from rich.progress import Progress  # noqa: PLC0415 - as above

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=total)
        yield lambda step: progress.advance(task, step)


BAR_FROM_ROWS = 10_000
"""So many rows of a spreadsheet take longer than two seconds on a slow machine."""


@contextmanager
def writing(name: str, rows: int | None) -> Iterator[Callable[[int], object]]:
    """A file is written: a bar where its rows are counted and many, else something that moves."""
    if rows is not None and rows >= BAR_FROM_ROWS:
        with bar(f"writing {name}", rows, BAR_FROM_ROWS) as advance:
            yield advance
    else:
        with busy(f"writing {name}"):
            yield lambda _: None


@contextmanager
def busy(doing: str) -> Iterator[None]:
    """Something that moves on a terminal while work goes on of which nobody knows how long it takes."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.text import Text  # noqa: PLC0415 - as above

    with Console(stderr=True).status(Text(doing)):
        yield
