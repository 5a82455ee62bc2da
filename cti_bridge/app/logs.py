"""Logging: one event a line, JSON in production, readable on a terminal; Twisted's own lines join in.

Identifiers are bound by whoever logs; personal data is never given to a logger.
"""

import logging
import sys
from typing import TextIO

import structlog
from twisted.logger import STDLibLogObserver, globalLogBeginner

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(level: str = "info", *, json: bool = False, to: TextIO | None = None) -> None:
    """Send everything from this level on to standard error, or to an open text file."""
    stream = sys.stderr if to is None else to
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(LEVELS[level], logging.WARNING), stream=stream, format="%(message)s")
    globalLogBeginner.beginLoggingTo([STDLibLogObserver()], redirectStandardIO=False)
