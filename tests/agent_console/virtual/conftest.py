"""One daemon on a virtual PBX for all tests of a module: each works with callers and agents of its own."""

from collections.abc import Iterator

import pytest

from tests.agent_console.site import SETTINGS
from tests.agent_console.virtual_centre import VirtualCentre, running

QUEUES = {name: {**queue, "wrap_up_s": 30} for name, queue in SETTINGS["queues"].items()}
USERS = {**SETTINGS["users"], "nora": {**SETTINGS["users"]["nora"], "agent": "arne"}}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualCentre]:
    with running(tmp_path_factory.mktemp("centre"), {"queues": QUEUES, "users": USERS}) as found:
        yield found
