"""Fixtures of the end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import Phones
from tests.e2e.daemon import Daemon
from tests.e2e.office import HERTZ, STAFF, Acting, Office


@pytest.fixture
def daemon(request: pytest.FixtureRequest, real_asterisk: Asterisk, tmp_path: Path) -> Iterator[Daemon]:
    """A daemon on the session's Asterisk, running; its parameter: rules of the queues in place of the usual ones."""
    node = Daemon(real_asterisk, tmp_path, **getattr(request, "param", {}))
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


def acting_daemon(asterisk: Asterisk, folder: Path, **settings: Any) -> Iterator[Daemon]:
    """A daemon whose agents' acts are the test's, running until the test is over."""
    more = {"agents": STAFF, "calls": {"consult_ring_s": 5}, **settings}
    node = Acting(asterisk, folder, more=more, ring_s=20)
    try:
        node.start()
        yield node
    finally:
        node.stop()
    assert "Traceback" not in node.log(), node.log()[-5000:]


@pytest.fixture(scope="module")
def acting(asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One daemon for all tests here."""
    yield from acting_daemon(asterisk_of_session, tmp_path_factory.mktemp("acting"))


@pytest.fixture(scope="module")
def signed_in(acting: Daemon) -> Daemon:
    """Everybody is at work, nobody ready."""
    for agent in HERTZ:
        acting.agent("sign-in", agent)
    return acting


@pytest.fixture
def office(signed_in: Daemon, real_asterisk: Asterisk, phones: Phones) -> Iterator[Office]:
    """A scenario's own phones; what the report says of it is held against them at the end."""
    one = Office(signed_in, phones)
    try:
        yield one
        one.check_times()
    finally:
        one.clear()
