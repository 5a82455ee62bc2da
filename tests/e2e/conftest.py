"""Fixtures of the end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asterisk.instance import Asterisk
from tests.e2e.daemon import Daemon


@pytest.fixture
def daemon(real_asterisk: Asterisk, tmp_path: Path) -> Iterator[Daemon]:
    """A daemon on the session's Asterisk, running."""
    node = Daemon(real_asterisk, tmp_path)
    try:
        node.start()
        yield node
    finally:
        node.stop()
    assert "Traceback" not in node.log(), node.log()


@pytest.fixture
def stopped_daemon(real_asterisk: Asterisk, tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that the test starts itself."""
    node = Daemon(real_asterisk, tmp_path)
    try:
        yield node
    finally:
        node.stop()
    assert "Traceback" not in node.log(), node.log()
