"""What ``flow check`` remarks and does not call a mistake."""

from pathlib import Path

from ivr.loader import check_with_neighbours
from tests.ivr.flows_for_tests import written

FLOW = """\
flow: f
start: main
variables: {shown: {default: x}, idle: {}, used: {}}
nodes:
  main:
    type: menu
    prompts: [hello]
    choices:
      - {name: one, key: 1, next: keep}
      - {name: two, say: {en: [two]}, next: bye}
    no_input: {next: bye}
    no_match: {next: bye}
  keep: {type: set, variables: {used: "a"}, next: bye}
  bye: {type: hang_up}
prompts:
  hello: {en: Hello.}
  spare: {en: Never.}
"""


def remarked(folder: Path, text: str) -> list[tuple[int, str, str]]:
    checked = check_with_neighbours(written(folder, text))
    assert checked.problems == []
    return [(remark.line, remark.key, remark.rule) for remark in checked.remarks]


def test_what_nothing_uses_and_voice_alone_are_remarked(tmp_path: Path) -> None:
    assert remarked(tmp_path, FLOW) == [
        (3, "variables.idle", "unused_variable"),
        (10, "nodes.main.choices[1]", "no_key"),
        (17, "prompts.spare", "unused_prompt"),
    ]


def test_a_menu_for_speech_only_is_meant_so(tmp_path: Path) -> None:
    text = FLOW.replace("key: 1", "say: {en: [one]}").replace("type: menu", "type: menu\n    input: speech")
    assert "no_key" not in [rule for _, _, rule in remarked(tmp_path, text)]
