"""Values and the types of their variables: what ``flow check`` finds, and what the interpreter makes of the rest."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ivr import effects, inputs
from ivr.flow import Value, Variable
from ivr.variable_types import fitting
from tests.ivr.flows_for_tests import Caller, flows_of, problems_of

FLOW = """\
flow: f
start: begin
variables:
  pin: {{type: digits}}
  count: {{type: number{default}}}
  paid: {{type: amount}}
  day: {{type: date}}
  agreed: {{type: yes_no}}
  free: {{}}
nodes:
  begin: {node}
  end: {{type: hang_up}}
"""
BRANCH = "{{type: branch, cases: [{{when: '{}', next: end}}], otherwise: end}}"
SET = "{{type: set, variables: {{{}}}, next: end}}"
SAY = "{{type: say, prompts: [{{value: {}, as: {}}}], next: end}}"


def found(folder: Path, node: str, default: str = "") -> list[tuple[str, int, str]]:
    return [(p.rule, p.line, p.message) for p in problems_of(folder, FLOW.format(node=node, default=default))]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ('count == "5"', "compares count (a number) with '5' (a text)"),
        ("pin > 3", "compares pin (a text) with 3 (a number)"),
        ("pin in [1, 2]", "compares pin (a text) with 1 (a number)"),
        ("day > -5", "compares day (a text) with -5 (a number)"),
        ("agreed == 1", "compares agreed (true or false) with 1 (a number)"),
        ("starts_with(paid, pin)", "compares paid (a number) with a beginning (a text)"),
        ("not (count < day)", "compares count (a number) with day (a text)"),
        ('queue.sales.waiting == "many"', "compares queue.sales.waiting (a number) with 'many' (a text)"),
        ("caller.number > 5", "compares caller.number (a text) with 5 (a number)"),
    ],
)
def test_what_can_never_agree_is_told(tmp_path: Path, condition: str, said: str) -> None:
    ((rule, line, message),) = found(tmp_path, BRANCH.format(condition), "")[:1]
    assert (rule, line) == ("type", 11)
    assert message.startswith(said)


@pytest.mark.parametrize(
    "condition",
    [
        "count > 5 and paid <= 1.5 and count == paid",
        'pin == "0755" or pin in ["1", "2"] or pin != none',
        "agreed or agreed == true or hours.office and queue.sales.open == true",
        'free == 5 or free == "x" or starts_with(caller.number, "+86")',
        'day < "2026-01-31" and language in ["en"] and caller.withheld == false and call.shop == "x"',
        "count in [1, -2] and 1 < count < 9",
    ],
)
def test_what_may_agree_is_no_mistake(tmp_path: Path, condition: str) -> None:
    assert found(tmp_path, BRANCH.format(condition.replace("'", "''"))) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("count: many", "should be a number, as the variable is of type number; is 'many'"),
        ("day: 31.12.2026", "should be a day, such as 2026-01-31, as the variable is of type date; is '31.12.2026'"),
        ("day: 2026-02-31", "should be a day"),
        ("pin: 12x4", "should be digits"),
        ("agreed: perhaps", "should be true or false"),
        ("paid: true", "should be a number"),
    ],
)
def test_values_of_another_type_are_told(tmp_path: Path, given: str, said: str) -> None:
    ((rule, line, message),) = found(tmp_path, SET.format(given))
    assert (rule, line) == ("type", 11)
    assert message.startswith(said)


def test_defaults_of_another_type_are_told(tmp_path: Path) -> None:
    assert [(rule, line) for rule, line, _ in found(tmp_path, SET.format(""), ", default: none yet")] == [("type", 5)]
    assert found(tmp_path, SET.format(""), ", default: 5") == []


def test_values_that_fit_or_empty_a_variable_are_no_mistake(tmp_path: Path) -> None:
    fine = "count: 5, paid: 0.5, day: 2026-01-31, agreed: yes, pin: 0755, free: x"
    assert found(tmp_path, SET.format(fine)) == []
    assert found(tmp_path, SET.format('count: "{pin}", day: ""')) == []


@pytest.mark.parametrize(
    ("value", "spoken_as"),
    [("day", "number"), ("count", "date"), ("agreed", "digits"), ("day", "money"), ("paid", "time")],
)
def test_values_that_cannot_be_spoken_so_are_told(tmp_path: Path, value: str, spoken_as: str) -> None:
    ((rule, _, message),) = found(tmp_path, SAY.format(value, spoken_as))
    assert (rule, message.rpartition(" ")[2]) == ("type", spoken_as)


def test_an_unknown_currency_is_told(tmp_path: Path) -> None:
    assert found(tmp_path, SAY.format("paid", "money, currency: EUR")) == []
    assert [rule for rule, _, _ in found(tmp_path, SAY.format("paid", "money, currency: EUA"))] == ["currency"]


def test_levels_and_priorities_that_are_none_are_told(tmp_path: Path) -> None:
    node = "{type: set, priority: high, skills: {english: 11, chinese: '{count}'}, next: end}"
    assert [rule for rule, _, _ in found(tmp_path, node)] == ["type", "type"]
    assert found(tmp_path, "{type: set, priority: '{count}', skills: {english: 10}, next: end}") == []


def test_braces_that_hold_no_name_are_told(tmp_path: Path) -> None:
    node = "{type: set, data: {a: '{ pin }', b: '{}', c: '{pin} {\"json\": 1}'}, next: end}"
    assert [message[:9] for _, _, message in found(tmp_path, node)] == ["{ pin } i", "{} is no "]


DIALS = """\
flow: f
start: ask
variables: {who: {type: digits}}
nodes:
  ask: {type: collect, variable: who, max_length: LENGTH, prompts: [use_keys], next: dial,
        no_input: {next: end}, no_match: {next: end}}
  dial: {type: transfer, to: "{who}", failed: end}
  end: {type: hang_up}
"""


def test_a_caller_may_dial_an_extension_and_no_number_that_costs(tmp_path: Path) -> None:
    assert problems_of(tmp_path, DIALS.replace("LENGTH", "4")) == []
    (problem,) = problems_of(tmp_path, DIALS.replace("LENGTH", "15"))
    assert (problem.rule, problem.line, problem.key) == ("dialled", 7, "nodes.dial.to")


# -- while a call goes on -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        ("digits", 12345674, "12345674"),
        ("digits", "0049", "0049"),
        ("digits", 5.5, None),
        ("number", "42", 42),
        ("number", " 7 ", 7),
        ("number", 1.5, Decimal("1.5")),
        ("number", "many", None),
        ("number", True, None),
        ("amount", 1204.1, Decimal("1204.1")),
        ("amount", float("nan"), None),
        ("amount", float("inf"), None),
        ("amount", "1e400", None),
        ("date", "2026-03-31", "2026-03-31"),
        ("date", "20260331", "2026-03-31"),
        ("date", "2026-03-31T10:05", "2026-03-31T10:05"),
        ("date", "tomorrow", None),
        ("date", 20260331, None),
        ("yes_no", "Yes", True),
        ("yes_no", 0, False),
        ("yes_no", "perhaps", None),
        ("text", 5, 5),
        ("text", float("nan"), None),
        ("text", {"a": 1}, None),
    ],
)
def test_what_comes_is_held_by_type(kind: Any, value: Any, held: Value) -> None:
    made = fitting(Variable(type=kind), value)
    assert (made, type(made)) == (held, type(held))


ASKS = """\
flow: f
start: fetch
variables: {card: {type: digits}, left: {type: number}, owed: {type: amount}}
nodes:
  fetch: {type: lookup, url: "https://a.example/", results: {card: card, left: left, owed: owed},
          next: set, fallback: bad}
  set: {type: set, variables: {left: "{left}"}, next: which}
  which:
    type: branch
    cases: [{when: 'card == "12345674" and left > 2 and owed == 0.1', next: good}]
    otherwise: bad
  good: {type: menu, prompts: [keys_only], choices: [{name: a, key: 1, next: done}],
         no_input: {next: bad}, no_match: {next: bad}}
  done: {type: hang_up}
  bad: {type: hang_up}
"""


def test_an_answer_is_what_its_variables_want(tmp_path: Path) -> None:
    caller = Caller(flows_of(tmp_path, ASKS), "f")
    lookup = caller.one(effects.Lookup)
    answer = {"card": 12345674, "left": "3", "owed": 0.1}
    caller.does(inputs.LookupDone(lookup_id=lookup.lookup_id, outcome="found", answer=answer))
    assert caller.path() == ["fetch", "set", "which", "good"]


def test_keys_pressed_while_something_is_looked_up_answer_the_next_question(tmp_path: Path) -> None:
    caller = Caller(flows_of(tmp_path, ASKS), "f")
    lookup = caller.one(effects.Lookup)
    caller.presses("1")
    answer = {"card": "12345674", "left": 3, "owed": 0.1}
    caller.does(inputs.LookupDone(lookup_id=lookup.lookup_id, outcome="found", answer=answer))
    assert caller.path() == ["fetch", "set", "which", "good", "done"]


SURVEYS = """\
flow: f
start: ask
variables: {score: {type: SCORE}}
nodes:
  ask: {type: survey, question: happy, variable: score, prompts: [], next: which,
        no_input: {next: end}, no_match: {next: end}}
  which: {type: branch, cases: [{when: score < 3, next: sorry}], otherwise: end}
  sorry: {type: hang_up, prompts: [cannot_be_taken]}
  end: {type: hang_up}
"""


def test_a_flow_may_go_by_the_score_of_a_survey(tmp_path: Path) -> None:
    caller = Caller(flows_of(tmp_path, SURVEYS.replace("SCORE", "number")), "f").presses("2")
    assert caller.path() == ["ask", "which", "sorry"]
    wrong = problems_of(tmp_path, SURVEYS.replace("SCORE", "date"))
    assert [(p.rule, p.key) for p in wrong if p.line == 5] == [("type", "nodes.ask.variable")]
