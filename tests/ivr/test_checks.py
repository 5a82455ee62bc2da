"""``flow check`` finds each kind of mistake and names it with file and line."""

from pathlib import Path
from typing import NamedTuple

import pytest

from ivr.checks import Known
from ivr.loader import check_with_neighbours
from tests.ivr.flows_for_tests import problems_of, written

GOOD = """\
flow: f
start: main
languages: [en]
variables:
  name: {}
  pin: {type: digits, private: true}
nodes:
  main:
    type: menu
    prompts: [hello]
    choices:
      - {name: one, key: 1, next: ask}
      - {name: two, key: 2, next: bye}
    no_input: {next: bye}
    no_match: {next: bye}
  ask:
    type: collect
    private: true
    variable: pin
    prompts: [hello]
    next: where
    no_input: {next: bye}
    no_match: {next: bye}
  where:
    type: branch
    cases:
      - {when: name == "x", next: bye}
    otherwise: keep
  keep: {type: set, variables: {name: "a {caller.number}"}, next: look}
  look: {type: lookup, url: "https://x.example/{name}", send: {pin: "{pin}"}, results: {name: a.b}, next: bye,
         fallback: bye}
  bye: {type: hang_up, prompts: [hello]}
prompts:
  hello: {en: Hello.}
"""


class Case(NamedTuple):
    """A change of the good flow, where its mistake is told, and part of what is said."""

    old: str
    new: str
    at: tuple[int, str]
    says: str


CASES = [
    Case(
        "start: main",
        "start: mian",
        at=(2, "start"),
        says="edge to nowhere: there is no node 'mian'; did you mean 'main'?",
    ),
    Case(
        "key: 2, next: bye",
        "key: 2, next: buy",
        at=(13, "nodes.main.choices[1].next"),
        says="edge to nowhere",
    ),
    Case(
        "key: 2",
        "key: 1",
        at=(13, "nodes.main.choices[1].key"),
        says="key used twice: '1'",
    ),
    Case(
        "name: two",
        "name: one",
        at=(13, "nodes.main.choices[1].name"),
        says="already a choice",
    ),
    Case(
        ", key: 2",
        "",
        at=(13, "nodes.main.choices[1]"),
        says="cannot be chosen",
    ),
    Case(
        "    no_input: {next: bye}\n    no_match: {next: bye}\n  ask",
        "    no_match: {next: bye}\n  ask",
        at=(8, "nodes.main.no_input"),
        says="menu without no-input branch",
    ),
    Case(
        "    no_match: {next: bye}\n  ask",
        "  ask",
        at=(8, "nodes.main.no_match"),
        says="menu without no-match branch",
    ),
    Case(
        "key: 1, next: ask",
        "key: 1, next: bye",
        at=(16, "nodes.ask"),
        says="unreachable node",
    ),
    Case(
        "prompts: [hello]\n    choices",
        "prompts: [helo]\n    choices",
        at=(10, "nodes.main.prompts[0]"),
        says="missing prompt: there is no",
    ),
    Case(
        "languages: [en]",
        "languages: [en, zh]",
        at=(10, "nodes.main.prompts[0]"),
        says="no text for language 'zh'",
    ),
    Case(
        "variable: pin",
        "variable: pni",
        at=(19, "nodes.ask.variable"),
        says="unknown variable 'pni'; did you mean 'pin'?",
    ),
    Case(
        'name == "x"',
        'nome == "x"',
        at=(27, "nodes.where.cases[0].when"),
        says="unknown variable 'nome'",
    ),
    Case(
        'name == "x"',
        "name = 3",
        at=(27, "nodes.where.cases[0].when"),
        says="cannot be read",
    ),
    Case(
        'name == "x"',
        "open('x')",
        at=(27, "nodes.where.cases[0].when"),
        says="not allowed",
    ),
    Case(
        'name == "x"',
        "queue.sales.size > 3",
        at=(27, "nodes.where.cases[0].when"),
        says="queue.NAME has waiting",
    ),
    Case(
        "a {caller.number}",
        "a {caller.nubmer}",
        at=(29, "nodes.keep.variables.name"),
        says="unknown variable",
    ),
    Case(
        "a {caller.number}",
        "a {pin}",
        at=(29, "nodes.keep.variables.name"),
        says="a private value would get into 'name'",
    ),
    Case(
        "x.example/{name}",
        "x.example/{pin}",
        at=(30, "nodes.look.url"),
        says="would get out",
    ),
    Case(
        "https://x.example",
        "https://{name}.example",
        at=(30, "nodes.look.url"),
        says="must not choose whom we ask",
    ),
    Case(
        "https://x.example",
        "ftp://x.example",
        at=(30, "nodes.look.url"),
        says="should be an address",
    ),
    Case(
        "results: {name: a.b}",
        "results: {nme: a.b}",
        at=(30, "nodes.look.results.nme"),
        says="unknown variable",
    ),
    Case(
        "    private: true\n    variable",
        "    variable",
        at=(16, "nodes.ask.private"),
        says="both be `private: true`",
    ),
    Case(
        "type: menu",
        "type: menu\n    private: true",
        at=(10, "nodes.main.private"),
        says="cannot be private",
    ),
    Case(
        "otherwise: keep",
        "otherwise: bye\n  x: {type: say, prompts: [], next: y}\n  y: {type: say, prompts: [], next: x}",
        at=(29, "nodes.x"),
        says="loop without exit",
    ),
    Case(
        "no_input: {next: bye}\n    no_match: {next: bye}\n  ask",
        "no_input: {next: main}\n    no_match: {next: bye}\n  ask",
        at=(8, "nodes.main"),
        says="loop without exit for a silent caller",
    ),
    Case(
        "next: look}",
        "next: where}",
        at=(24, "nodes.where"),
        says="ask nothing and say nothing",
    ),
    Case(
        "flow: f\n",
        "flow: f\ntime_zone: Mars/Base\n",
        at=(2, "time_zone"),
        says="there is no time zone",
    ),
    Case(
        "keep: {type: set,",
        "keep: {type: set, language: fr,",
        at=(29, "nodes.keep.language"),
        says="not among the flow's",
    ),
    Case(
        "    prompts: [hello]\n    next",
        "    min_length: 9\n    max_length: 4\n    prompts: [hello]\n    next",
        at=(20, "nodes.ask.min_length"),
        says="not be more than",
    ),
    Case(
        "    prompts: [hello]\n    next",
        "    check: luhn\n    prompts: [hello]\n    next",
        at=(20, "nodes.ask.check"),
        says="kind: account",
    ),
    Case(
        "    prompts: [hello]\n    next",
        "    kind: date\n    least: soon\n    prompts: [hello]\n    next",
        at=(21, "nodes.ask.least"),
        says="should be a date",
    ),
    Case(
        "hello: {en: Hello.}",
        "hello: {en: {recording: gone.wav}}",
        at=(34, "prompts.hello.en"),
        says="there is no file 'gone.wav'",
    ),
    Case(
        "hello: {en: Hello.}",
        "hello: {en: ''}",
        at=(34, "prompts.hello.en"),
        says="give a text",
    ),
    Case(
        "flow: f\n",
        "flow: f\nprompt_files: [gone.yaml]\n",
        at=(2, "prompt_files[0]"),
        says="cannot be read",
    ),
    Case(
        "variables:\n",
        "variables:\n  language: {}\n",
        at=(5, "variables.language"),
        says="meaning of its own",
    ),
    Case(
        "prompts: [hello]}\nprompts",
        "prompts: [{value: pin, as: digits}]}\nprompts",
        at=(32, "nodes.bye.prompts[0].value"),
        says="only be spoken at a node marked",
    ),
    Case(
        'name == "x"',
        'not (pin == "1234")',
        at=(27, "nodes.where.cases[0].when"),
        says="the private variable 'pin' would get out by the way",
    ),
    Case(
        'name == "x"',
        '\'starts_with(pin, "12") or name == "x"\'',
        at=(27, "nodes.where.cases[0].when"),
        says="the private variable 'pin' would get out by the way",
    ),
    Case(
        'name == "x"',
        '"pin in [name]"',
        at=(27, "nodes.where.cases[0].when"),
        says="the private variable 'pin' would get out by the way",
    ),
    Case(
        "name: one, key: 1, next: ask}\n      - {name: two,",
        "name: one, key: 1, next: ask, say: {en: [two]}}\n      - {name: two, say: {en: [Two!]},",
        at=(13, "nodes.main.choices[1].say.en"),
        says="words used twice: 'Two!' already means 'one'",
    ),
    Case(
        "type: menu",
        "type: menu\n    input: speech",
        at=(13, "nodes.main.choices[0]"),
        says="takes speech only, and it has no `say`",
    ),
    Case(
        "    prompts: [hello]\n    next",
        "    terminator: '5'\n    prompts: [hello]\n    next",
        at=(20, "nodes.ask.terminator"),
        says="'5' is part of what is keyed in",
    ),
    Case(
        "    prompts: [hello]\n    next",
        "    kind: amount\n    terminator: '*'\n    prompts: [hello]\n    next",
        at=(21, "nodes.ask.terminator"),
        says="'*' is part of what is keyed in",
    ),
    Case(
        "    prompts: [hello]\n    next",
        "    kind: date\n    prompts: [hello]\n    next",
        at=(20, "nodes.ask.kind"),
        says="gives no digits: variable 'pin' should be of type date or text",
    ),
    Case(
        "flow: f\n",
        "flow: f\nescape: {key: '0', entry_key: '##', next: bye}\n",
        at=(17, "nodes.ask.terminator"),
        says="key used twice: '#' ends the entry",
    ),
    Case(
        "flow: f\n",
        "flow: f\nmax_errors: {count: 3, next: main}\n",
        at=(2, "max_errors.next"),
        says="loop without exit: every further error leads here again",
    ),
    Case(
        "fallback: bye",
        "fallback: look",
        at=(30, "nodes.look"),
        says="ask nothing and say nothing",
    ),
    Case(
        'keep: {type: set, variables: {name: "a {caller.number}"}, next: look}',
        "keep: {type: queue, queue: sales, exits: {full: over, timed_out: look}}\n"
        "  over: {type: transfer, to: '5', failed: keep}",
        at=(29, "nodes.keep"),
        says="ask nothing and say nothing",
    ),
]


def test_the_flow_that_the_cases_start_from_is_right(tmp_path: Path) -> None:
    assert problems_of(tmp_path, GOOD) == []


@pytest.mark.parametrize("case", CASES, ids=[f"{case.at[1]} {case.says[:30]}" for case in CASES])
def test_each_mistake_is_named_with_its_line(tmp_path: Path, case: Case) -> None:
    assert case.old in GOOD
    problems = problems_of(tmp_path, GOOD.replace(case.old, case.new, 1))
    found = [problem for problem in problems if case.says in problem.message]
    assert found, [str(problem) for problem in problems]
    assert (found[0].line, found[0].key) == case.at
    assert found[0].file.endswith("flow0.yaml")


def test_mistakes_of_grammar_and_of_meaning_come_together(tmp_path: Path) -> None:
    broken = GOOD.replace("key: 2, next: bye", "key: 2, next: buy").replace("private: true}", "private: maybe}")
    broken = broken.replace("prompts: [hello]\n    choices", "prompts: [helo]\n    choices")
    rules = {problem.rule for problem in problems_of(tmp_path, broken)}
    assert {"edge_to_nowhere", "type", "missing_prompt"} <= rules
    assert "unreachable" not in rules  # the graph is not judged while parts of it could not be read


def test_an_edge_to_a_node_with_a_mistake_is_not_an_edge_to_nowhere(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, GOOD.replace("type: hang_up", "type: hangup"))
    assert [problem.rule for problem in problems] == ["value"]


def test_the_escape_key_is_a_key_of_every_menu(tmp_path: Path) -> None:
    text = GOOD.replace("nodes:", 'escape: {key: "2", next: ask}\nnodes:', 1)
    assert [p.rule for p in problems_of(tmp_path, text)] == ["key_twice"]
    same = GOOD.replace("nodes:", 'escape: {key: "2", next: bye}\nnodes:', 1)
    assert problems_of(tmp_path, same) == []


def test_errors_of_the_whole_call_are_an_exit_for_silent_callers(tmp_path: Path) -> None:
    text = GOOD.replace("no_input: {next: bye}", "no_input: {next: main}", 1)
    assert problems_of(tmp_path, text)
    assert problems_of(tmp_path, text.replace("nodes:", "max_errors: {count: 3, next: bye}\nnodes:", 1)) == []


def test_names_outside_the_file_are_checked_when_they_are_known(tmp_path: Path) -> None:
    text = GOOD.replace('name == "x"', "hours.ofice and queue.sale.waiting > 3")
    assert problems_of(tmp_path, text) == []
    known = Known(queues=frozenset({"sales"}), calendars=frozenset({"office"}))
    messages = [problem.message for problem in problems_of(tmp_path, text, known=known)]
    assert messages == [
        "there is no calendar 'ofice'; did you mean 'office'?",
        "there is no queue 'sale'; did you mean 'sales'?",
    ]


SUB = """\
flow: {name}
start: call
variables: {{mine: {{}}, secret: {{private: true}}}}
nodes:
  call: {{type: subflow, flow: {other}, take: {{mine: {theirs}}}, next: end}}
  end: {{type: return}}
"""


def test_a_menu_without_a_no_input_branch_is_told_as_that_alone(tmp_path: Path) -> None:
    text = GOOD.replace("    no_input: {next: bye}\n", "", 1)
    assert [p.rule for p in problems_of(tmp_path, text)] == ["no_no_input"]


IDENTIFIES = """\
flow: mine
start: who
variables: {account: {type: digits}}
nodes:
  who: {type: subflow, flow: identify, take: {account: ACCOUNT}, results: {refused: end}, next: end}
  end: {type: hang_up}
"""


def test_flows_that_come_with_the_product_may_be_called(tmp_path: Path) -> None:
    right, wrong = written(tmp_path, IDENTIFIES.replace("ACCOUNT", "account"), IDENTIFIES.replace("ACCOUNT", "acount"))
    assert check_with_neighbours([right]).problems == []
    said = [p.message for p in check_with_neighbours([wrong]).problems]
    assert said == ["flow 'identify' has no variable 'acount'; did you mean 'account'?"]


def test_a_flow_of_the_site_s_own_stands_for_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    own = "flow: identify\nstart: end\nvariables: {other: {}}\nnodes: {end: {type: return}}\n"
    mine, _ = written(tmp_path, IDENTIFIES.replace("ACCOUNT", "other"), own)
    assert check_with_neighbours([mine]).problems == []
    (tmp_path / "flow1.yaml").write_text(own.replace("other", "else"), encoding="utf-8")
    assert [p.rule for p in check_with_neighbours([mine]).problems] == ["unknown_variable"]


def test_secrets_may_be_compared_with_secrets(tmp_path: Path) -> None:
    text = GOOD.replace("name: {}", "name: {}\n  real: {private: true}")
    text = text.replace('name == "x"', 'name == "x" and pin == real or pin != none')
    assert problems_of(tmp_path, text) == []


def test_a_loop_through_a_queue_that_keeps_callers_or_a_flow_that_asks_is_none(tmp_path: Path) -> None:
    waits = GOOD.replace('keep: {type: set, variables: {name: "a {caller.number}"}, next: look}',
                         "keep: {type: queue, queue: sales, exits: {timed_out: where, full: look}}")  # fmt: skip
    assert problems_of(tmp_path, waits) == []
    asks = GOOD.replace('keep: {type: set, variables: {name: "a {caller.number}"}, next: look}',
                        "keep: {type: subflow, flow: asks, next: where, results: {ok: look}}")  # fmt: skip
    inner = "flow: asks\nstart: a\nnodes:\n  a: {type: say, prompts: [no_input], next: b}\n  b: {type: return}\n"
    assert problems_of(tmp_path, asks, inner) == []
    silent = inner.replace("prompts: [no_input]", "variables: {}").replace("type: say", "type: set")
    assert [p.rule for p in problems_of(tmp_path, asks, silent)] == ["spinning_loop"]


def test_flows_beside_a_file_are_known_and_not_judged(tmp_path: Path) -> None:
    one, _ = written(tmp_path, SUB.format(name="one", other="two", theirs="mine"), "flow: two\nstart: gone\nnodes:\n")
    assert [p.rule for p in check_with_neighbours([one]).problems] == ["unknown_flow"]
    circle, _ = written(tmp_path, one.read_text(), SUB.format(name="two", other="one", theirs="mine"))
    assert [(p.file, p.rule) for p in check_with_neighbours([circle]).problems] == [(str(circle), "subflow_circle")]


def test_subflows_have_to_exist_and_not_to_call_in_a_circle(tmp_path: Path) -> None:
    one = SUB.format(name="one", other="two", theirs="mine")
    assert [p.rule for p in problems_of(tmp_path, one)] == ["unknown_flow"]
    circle = problems_of(tmp_path, one, SUB.format(name="two", other="one", theirs="mine"))
    assert [p.rule for p in circle] == ["subflow_circle", "subflow_circle"]


def test_a_language_without_rules_cannot_speak_values(tmp_path: Path) -> None:
    text = GOOD.replace("[en]", "[fi]").replace("{en: Hello.}", "{fi: Hei.}")
    plain = {problem.rule for problem in problems_of(tmp_path, text)}
    assert "missing_prompt" in plain  # the standard ones, in Finnish
    assert "no_rules" not in plain
    spoken = text.replace("prompts: [hello]}\nprompts", "prompts: [{value: name, as: digits}]}\nprompts")
    assert "no_rules" in {problem.rule for problem in problems_of(tmp_path, spoken)}


def test_secrets_do_not_come_out_of_subflows(tmp_path: Path) -> None:
    inner = "flow: two\nstart: end\nvariables: {secret: {private: true}}\nnodes: {end: {type: return}}\n"
    problems = problems_of(tmp_path, SUB.format(name="one", other="two", theirs="secret"), inner)
    assert [(p.rule, p.line) for p in problems] == [("private", 5)]


def test_two_flows_of_one_name_are_told(tmp_path: Path) -> None:
    assert "name_twice" in [p.rule for p in problems_of(tmp_path, GOOD, GOOD)]
