"""Fixtures that give a running Asterisk. A test that asks for one is marked `e2e` by itself."""

from collections.abc import Iterator

import pytest

from tests.asterisk.instance import Asterisk, new_instance
from tests.asterisk.phones import Phones


@pytest.fixture(scope="session")
def asterisk_of_session(request: pytest.FixtureRequest) -> Iterator[Asterisk]:
    """One Asterisk for all tests of this process; tests take `real_asterisk`."""
    instance = new_instance("session")
    yield instance
    instance.remove(keep_logs=bool(request.session.testsfailed))


@pytest.fixture
def real_asterisk(asterisk_of_session: Asterisk) -> Iterator[Asterisk]:
    """The session's Asterisk, without a call before and after the test."""
    asterisk_of_session.wait_idle()
    yield asterisk_of_session
    asterisk_of_session.wait_idle()


@pytest.fixture
def private_asterisk(request: pytest.FixtureRequest) -> Iterator[Asterisk]:
    """An Asterisk of the test's own, to be killed, reloaded or configured."""
    failed = request.session.testsfailed
    instance = new_instance("private")
    yield instance
    instance.remove(keep_logs=request.session.testsfailed > failed)


@pytest.fixture
def phones(real_asterisk: Asterisk) -> Iterator[Phones]:
    """Phones at the session's Asterisk."""
    with Phones(real_asterisk) as made:
        yield made
