"""What tests of call control share."""

import pytest

from tests.cti_bridge.shell.call_control.floor import Floor


@pytest.fixture
def floor() -> Floor:
    return Floor()
