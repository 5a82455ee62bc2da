"""A fresh site for each test, or one for a module that only looks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent_console.site import Site, opened


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as found:
        yield found
