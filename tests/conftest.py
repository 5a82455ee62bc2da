"""What all tests share: fixtures of the real Asterisk, marks by fixture, Hypothesis profile."""

import pytest
from _pytest.nodeid import NodeId
from hypothesis import settings

from tests.asterisk.fixtures import asterisk_of_session, phones, private_asterisk, real_asterisk

__all__ = ["asterisk_of_session", "phones", "private_asterisk", "real_asterisk"]

# the gate draws the same examples every time; `--hypothesis-profile=search` looks for new ones
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("gate")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that asks for an Asterisk is an end-to-end test; those of one group run in one process."""
    for item in items:
        if {"asterisk_of_session", "private_asterisk"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.e2e)
    if config.getoption("loadgroup", default=False):
        for item in items:
            tell_group(item)


def tell_group(item: pytest.Item) -> None:
    """Say a test's group behind its name, where pytest-xdist looks for it when it shares out the tests.

    It does so itself, but in a place that pytest does not read from 9.2 on: groups were torn apart without a word
    (https://github.com/pytest-dev/pytest-xdist/issues/1386).
    """
    group = "_".join(sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")}))
    if group:
        item._id = NodeId.parse(f"{item.nodeid}@{group}")
        assert item.nodeid.endswith(f"@{group}"), "tests of a group share what they stand on: keep them together"
