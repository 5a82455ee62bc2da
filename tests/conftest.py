"""What all tests share: fixtures of the real Asterisk, marks by fixture, Hypothesis profile."""

import pytest
from hypothesis import settings

from tests.asterisk.fixtures import asterisk_of_session, phones, private_asterisk, real_asterisk

__all__ = ["asterisk_of_session", "phones", "private_asterisk", "real_asterisk"]

# the gate draws the same examples every time; `--hypothesis-profile=search` looks for new ones
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("gate")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for an Asterisk is an end-to-end test."""
    for item in items:
        if {"asterisk_of_session", "private_asterisk"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.e2e)
