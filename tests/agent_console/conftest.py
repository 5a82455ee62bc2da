"""A fresh site for each test, or one for a module that only looks."""

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from cti_bridge.app import menus
from ivr.loader import load_shipped
from tests.agent_console.site import Site, opened


@pytest.fixture(scope="session", autouse=True)
def _flows_read_once() -> Iterator[None]:
    """The shipped flows are the same for every site."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(menus, "load_shipped", functools.cache(load_shipped))
        yield


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as found:
        yield found
