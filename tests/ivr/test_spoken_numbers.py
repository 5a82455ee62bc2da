"""Whole numbers as callers say them."""

import pytest

from ivr import effects, inputs
from ivr.flow import Collect, Retry
from ivr.grammar import Grammar, of_node
from tests.ivr.flows_for_tests import Caller, flows_of


def listening(language: str, **more: object) -> Grammar:
    away = Retry(next="x")
    node = Collect(variable="n", kind="number", prompts=(), next="x", no_input=away, no_match=away, **more)  # type: ignore[arg-type]  # a test's own fields
    found = of_node(node, language, None)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("language", "said", "meant"),
    [
        ("en", "twelve", "12"),
        ("en", "Twenty-five", "25"),
        ("en", "one two", "12"),
        ("en", "zero", "0"),
        ("en", "one hundred and five", None),
        ("zh", "十二", "12"),
        ("zh", "两", "2"),
        ("zh", "二", "2"),
        ("zh", "二十", "20"),
        ("zh", "幺二", "12"),
        ("zh", "一二", "12"),
        ("zh", "一百零五", None),
    ],
)
def test_numbers_in_words(language: str, said: str, meant: str | None) -> None:
    assert listening(language, max_length=2).meaning(said) == meant


def test_hundreds_when_they_are_wanted() -> None:
    assert listening("en", least="90", most="120").meaning("one hundred and five") == "105"
    assert listening("en", least="90", most="120").meaning("one hundred five") == "105"
    assert listening("zh", least="90", most="120").meaning("一百零五") == "105"
    assert listening("zh", least="90", most="120").meaning("十二") is None


@pytest.mark.parametrize("more", [{"max_length": 6}, {"least": "-5", "most": "5"}, {"most": "1.5"}])
def test_other_ranges_are_heard_digit_by_digit(more: dict[str, object]) -> None:
    assert listening("en", **more).kind == "digits"


FLOW = """
flow: f
start: ask
variables: {n: {type: number}}
nodes:
  ask:
    type: collect
    kind: number
    most: 30
    max_length: 2
    variable: n
    prompts: [q]
    next: bye
    no_input: {next: bye}
    no_match: {next: bye}
  bye: {type: hang_up}
prompts: {q: {en: How many}}
"""


def test_a_number_is_read_back_as_one(tmp_path) -> None:
    caller = Caller(flows_of(tmp_path, FLOW), "f").hears_all()
    caller.does(inputs.SpeechStarted()).does(inputs.Spoken("twelve", 0.5))
    (play,) = [effect for effect in caller.effects if isinstance(effect, effects.Play)]
    assert [(part.spoken_as, part.value) for part in play.prompts][1] == ("number", 12)
    caller.does(inputs.SpeechStarted()).does(inputs.Spoken("yes", 0.9))
    assert caller.run.scope()["n"] == 12
