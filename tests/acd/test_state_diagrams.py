"""The drawn state machines are those of the code."""

import runpy
from pathlib import Path

from acd.agent_state import SLOT_TABLE

DRAW = Path(__file__).parents[2] / "docs" / "state-diagrams" / "draw.py"


def test_the_diagrams_are_fresh_and_show_every_move() -> None:
    pages = dict(runpy.run_path(str(DRAW))["pages"]())
    for path, text in pages.items():
        assert path.read_text(encoding="utf-8") == text, f"run {DRAW.name}: {path.name} is not what the tables say"
    agent = pages[DRAW.with_name("agent.md")]
    for event, moves in SLOT_TABLE.items():
        for before, after in moves.items():
            assert f"{before.name} --> {after.name}: {event.value}" in agent
