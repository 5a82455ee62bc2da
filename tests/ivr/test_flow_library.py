"""Flows while the daemon runs: new ones take effect for new calls, wrong ones never."""

import os
from pathlib import Path

import pytest

from facts.ids import ContactId
from ivr import inputs, interpreter
from ivr.checks import Known
from ivr.errors import FlowError
from ivr.flow_library import FlowLibrary

FLOW = "flow: {name}\nstart: bye\nnodes:\n  bye: {{type: hang_up, prompts: [{prompt}]}}\nprompt_files: [said.yaml]\n"
PROMPTS = "prompts:\n  bye: {{en: {text}}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.yaml").write_text(FLOW.format(name="one", prompt="bye"), encoding="utf-8")
    (tmp_path / "said.yaml").write_text(PROMPTS.format(text="Goodbye."), encoding="utf-8")
    (tmp_path / "x.calls.yaml").write_text("flows: [one.yaml]\ncalls: []\n", encoding="utf-8")
    return tmp_path


def later(path: Path, text: str, seconds: int) -> None:
    """Write, with a time that differs from the one before."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime + seconds))


def test_only_flow_files_of_a_folder_are_read(folder: Path) -> None:
    library = FlowLibrary((folder,))
    assert set(library.flows) == {"one"}
    assert not library.changed()


def test_a_change_makes_new_flows_for_new_calls_only(folder: Path) -> None:
    library = FlowLibrary((folder,))
    before = library.flows
    run, _ = interpreter.begin(before, "one", inputs.Call(contact_id=ContactId("c")), 0)
    later(folder / "one.yaml", FLOW.format(name="one", prompt="bye") + "title: Newer\n", 5)
    later(folder / "two.yaml", FLOW.format(name="two", prompt="bye"), 5)
    assert library.changed()
    assert library.reload() == []
    assert set(library.flows) == {"one", "two"}
    assert library.flows["one"].version != before["one"].version
    assert run.now_in() is before["one"]
    assert not library.changed()


def test_a_prompt_file_is_part_of_the_version(folder: Path) -> None:
    library = FlowLibrary((folder / "one.yaml",))
    before = library.flows["one"].version
    later(folder / "said.yaml", PROMPTS.format(text="Farewell."), 5)
    assert library.changed()
    assert library.reload() == []
    assert library.flows["one"].version != before
    assert library.flows["one"].catalogue["bye"]["en"].text == "Farewell."


def test_flows_with_mistakes_replace_nothing(folder: Path) -> None:
    library = FlowLibrary((folder,))
    before = library.flows
    later(folder / "one.yaml", FLOW.format(name="one", prompt="buy"), 5)
    problems = library.reload()
    assert [(problem.rule, problem.line) for problem in problems] == [("missing_prompt", 4)]
    assert library.flows is before
    assert not library.changed()
    (folder / "one.yaml").unlink()
    assert library.changed()


def test_flows_that_the_settings_would_miss_replace_nothing(folder: Path) -> None:
    later(folder / "two.yaml", FLOW.format(name="two", prompt="bye"), 5)
    library = FlowLibrary((folder,))
    before = library.flows
    (folder / "two.yaml").unlink()
    (problem,) = library.reload(None, {"one", "two"})
    assert problem.message == "there is no flow 'two' any more, to which the settings lead"
    assert library.flows is before
    queue = FLOW.format(name="two", prompt="bye").replace("type: hang_up", "type: queue, queue: sails")
    later(folder / "two.yaml", queue, 9)
    (problem,) = library.reload(Known(queues=frozenset({"sales"})), {"one", "two"})
    assert (problem.rule, problem.line) == ("unknown_queue", 4)
    assert library.flows is before
    assert library.reload(Known(queues=frozenset({"sails"})), {"one", "two"}) == []


def test_it_does_not_start_with_mistakes(folder: Path) -> None:
    (folder / "one.yaml").write_bytes(b"flow: one\nnodes: \xff\n")
    with pytest.raises(FlowError, match="not UTF-8"):
        FlowLibrary((folder,))
    with pytest.raises(FlowError, match="cannot be read"):
        FlowLibrary((folder / "gone.yaml",))


def test_files_of_other_editors_are_read_and_their_mistakes_found(tmp_path: Path) -> None:
    flow = "\ufeffflow: one\r\nstart: bye\r\nnodes:\r\n  bye: {type: hang_up}\r\n"
    (tmp_path / "one.yml").write_bytes(flow.encode())
    assert set(FlowLibrary((tmp_path,)).flows) == {"one"}
    (tmp_path / "two.yaml").write_bytes(b"flow: two\n\n\nnodes: \xff\n")
    with pytest.raises(FlowError, match=r"two.yaml:4: not UTF-8"):
        FlowLibrary((tmp_path,))
    (tmp_path / "two.yaml").write_bytes(b"flow: two\n\nnodes: \x00\n")
    with pytest.raises(FlowError, match=r"two.yaml:3: not YAML: special characters"):
        FlowLibrary((tmp_path,))
