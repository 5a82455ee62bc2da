"""The example script, as a newcomer runs it, takes a call of the virtual PBX."""

import os
import subprocess
import sys

import pytest

from tests.agent_console.virtual_centre import PASSWORD, VirtualCentre
from tests.architecture.sources import ROOT

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("virtual-centre")]

SCRIPT = ROOT / "docs" / "examples" / "take_a_call.py"


def test_the_example_is_short() -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 40


def test_the_example_answers_a_call_and_wraps_it_up(centre: VirtualCentre) -> None:
    command = [sys.executable, str(SCRIPT), centre.url, "anna", "solved"]
    env = {**os.environ, "CORDBOARD_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as script:
        assert script.stdout is not None
        try:
            assert script.stdout.readline() == "ready\n"
            centre.call("+493012340001")
            assert script.stdout.readline() == "+493012340001 calls for Sales\n"
            assert script.stdout.readline() == "talking\n"
            assert centre.switch("state", "1001") == "talking"
            centre.hang_up("+493012340001")
            said, complained = script.communicate(timeout=60)
        finally:
            script.kill()
    assert (said, complained, script.returncode) == ("done\n", "", 0)
    written = centre.wait_facts(lambda facts: any(fact.kind == "AgentLoggedOut" for fact in facts))
    facts = {fact.kind: fact for fact in written}
    assert facts["DispositionSet"].disposition == "solved"
    assert facts["WrapUpEnded"].agent_id == facts["AgentLoggedOut"].agent_id == "anna"
