"""The interpreter on every other kind of node: collect, confirm, branch, lookup, subflow, queue, transfer, the ends."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from facts.journal import Fact, MenuEnded, MenuInputGiven, MenuNodeEntered, SurveyAnswered
from facts.requirements import AllOf, AtLeast
from facts.time import SECOND
from ivr import effects, inputs
from ivr.flow import Flow, Recording, Value
from ivr.prompts.sounds import sounds_of
from ivr.run import Phase
from tests.ivr.flows_for_tests import Caller, flows_of

HEAD = """
flow: f
start: root
languages: [en, zh]
time_zone: Asia/Shanghai
escape: {key: "0", next: person}
variables: {value: {}, number: {type: number}, secret: {private: true}, tier: {label: Tier}}
prompts: {ask: {en: Ask, zh: 问}, bye: {en: Bye, zh: 再见}}
nodes:
  root: {type: branch, cases: [{when: none, next: bye}, {when: none, next: person}], otherwise: first}
  person: {type: queue, queue: people}
  bye: {type: hang_up, prompts: [bye]}
"""
"""The root leads everywhere, so that no node is unreachable whatever a test is about."""


def walk(tmp_path: Path, nodes: str, *more: str, **call: Any) -> Caller:
    return Caller(flows_of(tmp_path, HEAD + nodes, *more), "f", **call)


def shown(facts: list[Fact]) -> str:
    return " ".join(repr(fact) for fact in facts)


# -- collect --------------------------------------------------------------------------------------------------------

COLLECT = """
  first:
    type: collect
    input: keys
    variable: value
    prompts: [ask]
    next: bye
    no_input: {retries: 1, next: person}
    no_match: {retries: 1, next: person}
"""


def collect(tmp_path: Path, more: str) -> Caller:
    return walk(tmp_path, COLLECT + more).hears_all()


def test_digits_end_with_the_terminator(tmp_path: Path) -> None:
    caller = collect(tmp_path, "    min_length: 2\n    max_length: 6\n").presses("123#")
    assert caller.run.variables["value"] == "123"
    assert caller.run.node == "bye"
    assert effects.SetVariable("value", "123") in caller.effects


def test_digits_end_with_the_greatest_length_and_a_late_terminator_is_nothing(tmp_path: Path) -> None:
    nodes = COLLECT.replace("next: bye", "next: again") + "    max_length: 3\n" + COLLECT.replace("first:", "again:")
    caller = walk(tmp_path, nodes).hears_all().presses("123")
    assert caller.run.node == "again"
    caller.presses("#")
    assert caller.run.no_matches == 0
    caller.presses("7#", after_s=1)
    assert caller.run.variables["value"] == "7"


def test_digits_end_with_silence(tmp_path: Path) -> None:
    caller = collect(tmp_path, "    min_length: 2\n    inter_digit_s: 2\n").presses("12")
    assert caller.run.deadline == caller.now + 2 * SECOND
    assert caller.waits().run.variables["value"] == "12"


def test_too_few_digits_are_no_match(tmp_path: Path) -> None:
    caller = collect(tmp_path, "    min_length: 4\n").presses("123#")
    assert caller.hears() == ["no_match", "ask"]
    assert caller.hears_all().presses("1#").run.node == "person"


@pytest.mark.parametrize(
    ("kind", "keys", "value"),
    [
        ("number", "0042#", 42),
        ("amount", "12*5#", Decimal("12.5")),
        ("amount", "*99#", Decimal("0.99")),
        ("amount", "7#", Decimal(7)),
        ("date", "20261122", "2026-11-22"),
        ("date\n    date_format: ddmmyyyy", "22112026", "2026-11-22"),
        ("date\n    date_format: mmdd", "1122", "1970-11-22"),
        ("account\n    check: luhn", "79927398713#", "79927398713"),
        ("account\n    check: mod97", "98#", "98"),
        ("account\n    check: mod11_2", "11010519491231002*#", "11010519491231002*"),
        ("account\n    check: verhoeff", "2363#", "2363"),
        ("account\n    check: damm", "5724#", "5724"),
    ],
)
def test_each_kind_of_value(tmp_path: Path, kind: str, keys: str, value: object) -> None:
    caller = collect(tmp_path, f"    kind: {kind}\n").presses(keys)
    assert caller.run.variables["value"] == value


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("number\n    most: '41'", "42#"),
        ("amount", "1*2*3#"),
        ("amount\n    least: '0.01'", "0#"),
        ("date", "20260230"),
        ("date\n    most: today", "19700102"),
        ("date\n    least: 2000-01-01", "19991231"),
        ("account\n    check: luhn", "79927398710#"),
        ("account\n    check: mod97", "97#"),
        ("account\n    check: mod11_2", "110105194912310021#"),
        ("account\n    check: verhoeff", "2364#"),
        ("account\n    check: damm", "5727#"),
        ("digits", "#"),
    ],
)
def test_each_kind_refuses_what_it_is_not(tmp_path: Path, kind: str, keys: str) -> None:
    assert collect(tmp_path, f"    kind: {kind}\n").presses(keys).hears() == ["no_match", "ask"]


def test_the_escape_of_number_entry_is_a_key_of_its_own(tmp_path: Path) -> None:
    assert collect(tmp_path, "").presses("0").run.node == "first"
    assert collect(tmp_path, "").presses("12**").run.node == "person"


def test_private_digits_are_nowhere_but_in_the_lookup_that_needs_them(tmp_path: Path) -> None:
    nodes = COLLECT.replace("variable: value", "variable: secret\n    private: true\n    max_length: 4").replace(
        "next: bye", "next: check", 1
    )
    nodes += """
  check: {type: lookup, url: "https://x.example/a", method: POST, send: {pin: "{secret}"}, next: tell, fallback: tell}
  tell: {type: set, next: person}
"""
    caller = walk(tmp_path, nodes)
    assert caller.effects[3:5] == (effects.PauseRecording(), caller.one(effects.Listen))
    assert caller.one(effects.Listen).private
    caller.hears_all()
    everything = []
    for key in "4711":
        caller.presses(key)
        everything += [*map(repr, caller.effects), repr(caller.run), repr(inputs.Digits(key))]
    assert effects.ResumeRecording() in caller.effects
    lookup = caller.one(effects.Lookup)
    assert lookup.send == {"pin": "4711"}
    caller.does(inputs.LookupDone(lookup_id=lookup.lookup_id, outcome="found", answer={"pin": "4711"}))
    everything += [repr(caller.run), *map(repr, caller.effects), str(caller.run.attributes()), shown(caller.facts)]
    assert "4711" not in " ".join(everything)
    assert "secret" not in caller.run.attributes()
    assert not caller.all_of(effects.SetVariable)


# -- confirm, survey ------------------------------------------------------------------------------------------------


def test_confirm_asks_yes_or_no(tmp_path: Path) -> None:
    nodes = """
  first: {type: confirm, prompts: [ask], yes: bye, no: person, no_input: {next: bye}, no_match: {next: bye}}
"""
    assert walk(tmp_path, nodes).presses("1").run.node == "bye"
    assert walk(tmp_path, nodes).presses("2").run.node == "person"
    assert walk(tmp_path, nodes).presses("0").run.node == "person"
    assert walk(tmp_path, nodes).says("yes").run.node == "bye"
    assert walk(tmp_path, nodes).says("no").run.node == "person"


def test_a_survey_answer_is_a_fact_of_the_contact(tmp_path: Path) -> None:
    nodes = """
  first: {type: survey, question: mood, prompts: [ask], next: bye, no_input: {next: bye}, no_match: {next: bye}}
"""
    caller = walk(tmp_path, nodes).presses("4")
    answer = SurveyAnswered(contact_id=caller.run.contact_id, question="mood", score=4, worst=1, best=5)
    assert answer in caller.facts
    assert walk(tmp_path, nodes).says("five").run.node == "bye"
    assert walk(tmp_path, nodes).presses("6").run.node == "first"


# -- set, branch ----------------------------------------------------------------------------------------------------


def test_set_reaches_variables_language_distributor_and_agent(tmp_path: Path) -> None:
    nodes = """
  first:
    type: set
    variables: {value: "from {caller.number}", number: 7, tier: gold}
    language: zh
    priority: "{number}"
    skills: {"speaks_{language}": 3, billing: "9"}
    data: {note: "{tier} customer"}
    next: person
"""
    caller = walk(tmp_path, nodes, number="123")
    queue = caller.one(effects.Queue)
    assert queue.priority == 7
    assert queue.requirement == AllOf((AtLeast("billing", 9), AtLeast("speaks_zh", 3)))  # type: ignore[arg-type]  # SkillName
    assert queue.attributes == {
        "language": "zh",
        "value": "from 123",
        "number": "7",
        "Tier": "gold",
        "note": "gold customer",
    }
    assert effects.SetVariable("language", "zh") in caller.effects


BRANCH = """
  first:
    type: branch
    cases:
      - {when: 'number > 5 and caller.number in ["1", "2"]', next: bye}
      - {when: hours.office and queue.people.expected_wait_s < 60, next: person}
    otherwise: bye
"""


def test_a_branch_asks_for_what_only_the_shell_knows(tmp_path: Path) -> None:
    caller = walk(tmp_path, BRANCH)
    ask = caller.one(effects.Ask)
    assert ask.names == ("hours.office", "queue.people.expected_wait_s")
    before = caller.run
    assert caller.does(inputs.Told(ask.ask_id + 1, {})).run == before
    told: dict[str, Value] = {"hours.office": True, "queue.people.expected_wait_s": 59.5}
    assert caller.does(inputs.Told(ask.ask_id, told)).run.node == "person"
    assert caller.facts[2].via == "case_2"  # type: ignore[attr-defined]  # MenuNodeEntered


def test_a_branch_that_nobody_answers_takes_the_unknown_as_false(tmp_path: Path) -> None:
    caller = walk(tmp_path, BRANCH).waits()
    assert caller.run.node == "bye"
    assert caller.one(effects.Report).what == "state_unknown"


# -- lookup ---------------------------------------------------------------------------------------------------------

LOOKUP = """
  first:
    type: lookup
    url: "https://x.example/c/{caller.number}"
    results: {value: name, number: deep.count, tier: deep.list}
    timeout_s: 2
    prompts: [ask]
    next: person
    not_found: bye
    fallback: bye
"""


def test_a_lookup_puts_parts_of_the_answer_into_variables(tmp_path: Path) -> None:
    caller = walk(tmp_path, LOOKUP, number="+86/../1")
    lookup = caller.one(effects.Lookup)
    assert lookup.url == "https://x.example/c/%2B86%2F..%2F1"
    assert lookup.timeout_us == 2 * SECOND
    answer = {"name": "x" * 9999, "deep": {"count": 3, "list": [1]}}
    caller.does(inputs.LookupDone(lookup_id=lookup.lookup_id, outcome="found", answer=answer))
    assert caller.run.node == "person"
    assert caller.run.variables["value"] == "x" * 500
    assert caller.run.variables["number"] == 3
    assert caller.run.variables["tier"] is None
    assert caller.all_of(effects.StopPlaying)


@pytest.mark.parametrize("outcome", ["failed", "timed_out", "not_found"])
def test_a_lookup_that_fails_goes_on(tmp_path: Path, outcome: str) -> None:
    caller = walk(tmp_path, LOOKUP)
    done = inputs.LookupDone(lookup_id=caller.one(effects.Lookup).lookup_id, outcome=outcome)  # type: ignore[arg-type]  # one of the three
    assert caller.does(done).run.node == "bye"


def test_a_lookup_that_is_never_answered_falls_back(tmp_path: Path) -> None:
    caller = walk(tmp_path, LOOKUP)
    late = caller.one(effects.Lookup).lookup_id
    caller.does(inputs.Tick(), after_s=3)
    assert caller.run.node == "bye"
    assert [report.what for report in caller.all_of(effects.Report)] == ["lookup_failed"]
    before = caller.run
    assert caller.does(inputs.LookupDone(lookup_id=late, outcome="found")).run == before


# -- subflow --------------------------------------------------------------------------------------------------------

INNER = """
flow: inner
start: ask
languages: [en, zh]
variables: {got: {}, given: {}}
prompts: {q: {en: Q, zh: 问}}
nodes:
  ask:
    type: menu
    prompts: [q]
    choices:
      - {name: good, key: 1, next: good}
      - {name: bad, key: 2, next: bad}
    no_input: {next: bad}
    no_match: {next: bad}
  good: {type: set, variables: {got: "<{given}>"}, next: done}
  done: {type: return, result: fine}
  bad: {type: return, result: refused}
"""
OUTER = """
  first:
    type: subflow
    flow: inner
    give: {given: "{caller.number}"}
    take: {value: got}
    results: {refused: bye}
    next: person
"""


def test_a_subflow_has_its_own_variables_and_gives_back_what_is_taken(tmp_path: Path) -> None:
    caller = walk(tmp_path, OUTER, INNER, number="77").presses("1")
    assert caller.run.flow == "f"
    assert caller.run.node == "person"
    assert caller.run.variables["value"] == "<77>"
    assert caller.run.frames == ()
    assert caller.one(effects.Queue).attributes["ask"] == "good"


def test_the_result_of_a_subflow_chooses_the_way(tmp_path: Path) -> None:
    caller = walk(tmp_path, OUTER, INNER).presses("2")
    assert caller.run.node == "bye"
    entered = [(fact.flow, fact.node, fact.via) for fact in caller.facts if isinstance(fact, MenuNodeEntered)]
    assert entered[-2:] == [("inner", "bad", "bad"), ("f", "bye", "refused")]


def test_the_way_to_a_person_leads_out_of_a_subflow(tmp_path: Path) -> None:
    caller = walk(tmp_path, OUTER, INNER).presses("0")
    assert (caller.run.flow, caller.run.node, caller.run.frames) == ("f", "person", ())


def test_a_return_at_the_top_hangs_up(tmp_path: Path) -> None:
    caller = walk(tmp_path, "  first: {type: return}\n")
    assert caller.effects[-1] == effects.HangUp()
    assert caller.run.ended


# -- queue ----------------------------------------------------------------------------------------------------------

QUEUE = """
  first:
    type: queue
    queue: people
    prompts: [ask]
    announce: {every_s: 30, position: true, expected_wait: true}
    leave: {key: "*", next: bye}
    callback: {key: "1", number: "{caller.number}", next: bye}
    exits: {closed: bye}
    after_talk: rate
  rate: {type: survey, question: mood, prompts: [ask], next: bye, no_input: {next: bye}, no_match: {next: bye}}
"""


def queued(tmp_path: Path) -> Caller:
    return walk(tmp_path, QUEUE, number="555").hears_all()


def test_the_queue_hears_its_keys(tmp_path: Path) -> None:
    queue = queued(tmp_path).one(effects.Queue)
    assert (queue.keys, queue.announce_every_us, queue.after_talk) == ("*1", 30 * SECOND, True)
    left = queued(tmp_path).presses("7*")
    assert left.effects[0] == effects.LeaveQueue()
    assert left.run.node == "bye"
    called_back = queued(tmp_path).presses("1")
    assert called_back.effects[0] == effects.RequestCallback("555")
    assert "555" not in repr(called_back.effects[0])


def test_position_and_wait_are_spoken_in_whole_minutes(tmp_path: Path) -> None:
    caller = queued(tmp_path).does(inputs.PositionTold(position=2, expected_wait_s=61))
    parts = caller.one(effects.Play).prompts
    assert [(part.name, part.value) for part in parts] == [
        ("position_is", None),
        ("number", 2),
        ("wait_is", None),
        ("duration", 120),
    ]
    assert len(caller.does(inputs.PositionTold(position=1)).one(effects.Play).prompts) == 2


def test_a_queue_that_does_not_take_the_caller(tmp_path: Path) -> None:
    assert queued(tmp_path).does(inputs.QueueLeft("closed")).run.node == "bye"
    other = queued(tmp_path).does(inputs.QueueLeft("full"))
    assert other.hears() == ["cannot_be_taken"]
    assert other.hears_all().run.ended
    assert [fact.outcome for fact in other.facts if isinstance(fact, MenuEnded)] == ["queued", "hung_up"]


def test_after_the_talk_comes_the_survey(tmp_path: Path) -> None:
    caller = queued(tmp_path).does(inputs.Connected())
    assert caller.run.phase is Phase.TALKING
    assert caller.presses("1").effects == ()
    caller.does(inputs.TalkOver())
    assert caller.run.node == "rate"
    assert caller.hears() == ["ask"]


def test_without_a_survey_the_call_ends_with_the_talk(tmp_path: Path) -> None:
    caller = walk(tmp_path, QUEUE.replace("    after_talk: rate\n", "").split("  rate:", maxsplit=1)[0]).hears_all()
    caller.does(inputs.Connected()).does(inputs.TalkOver())
    assert caller.effects == (effects.HangUp(),)
    assert caller.run.ended


def test_keys_typed_ahead_of_a_queue_do_not_answer_a_later_question(tmp_path: Path) -> None:
    nodes = """
  first: {type: say, prompts: [ask], next: wait}
  wait: {type: queue, queue: people, leave: {key: "*", next: again}}
  again: {type: confirm, prompts: [ask], yes: bye, no: person, no_input: {next: bye}, no_match: {next: bye}}
"""
    caller = walk(tmp_path, nodes).presses("1")
    assert caller.run.node == "wait"
    assert caller.presses("*").run.node == "again"
    assert caller.hears() == ["ask"]


def test_a_key_that_answers_the_next_question_is_not_the_way_to_a_person(tmp_path: Path) -> None:
    nodes = """
  first: {type: say, prompts: [ask], next: rate}
  rate: {type: survey, question: q, lowest: 0, prompts: [ask], next: bye, no_input: {next: bye}, no_match: {next: bye}}
"""
    assert walk(tmp_path, nodes).presses("0").run.node == "bye"


# -- transfer, voicemail --------------------------------------------------------------------------------------------


def test_a_transfer_that_is_not_taken_goes_on(tmp_path: Path) -> None:
    nodes = "  first: {type: transfer, to: '+86{number}', failed: person}\n"
    caller = walk(tmp_path, nodes.replace("{number}", "400"))
    assert caller.one(effects.Transfer).to == "+86400"
    assert caller.does(inputs.TransferEnded("busy")).run.node == "person"
    taken = walk(tmp_path, nodes.replace("{number}", "400")).does(inputs.TransferEnded("answered"))
    assert taken.effects == (effects.HangUp(),)


def test_what_is_no_number_is_not_dialled(tmp_path: Path) -> None:
    caller = walk(tmp_path, "  first: {type: transfer, to: 'Local/{call.dialled}', failed: person}\n", dialled="x@y")
    assert not caller.all_of(effects.Transfer)
    assert caller.run.node == "person"


def test_a_voicemail_message(tmp_path: Path) -> None:
    caller = walk(tmp_path, "  first: {type: voicemail, mailbox: box, prompts: [ask], next: bye}\n").hears_all()
    message = caller.one(effects.Voicemail)
    assert (message.mailbox, message.longest_us) == ("box", 120 * SECOND)
    assert caller.does(inputs.MessageTaken()).run.node == "bye"


# -- speech ---------------------------------------------------------------------------------------------------------

SPOKEN = """
  first:
    type: menu
    prompts: [ask]
    choices:
      - {name: bill, key: 1, next: bye, prompts: [bye], say: {en: [billing, my bill], zh: [账单]}}
      - {name: mute, key: 2, next: person}
    no_input: {retries: 3, next: person}
    no_match: {retries: 3, next: person}
"""


@pytest.fixture
def spoken(tmp_path: Path) -> dict[str, Flow]:
    return flows_of(tmp_path, HEAD + SPOKEN)


def test_what_was_said_chooses(spoken: dict[str, Flow]) -> None:
    caller = Caller(spoken, "f").says("My bill!", 0.9)
    assert caller.run.node == "bye"
    given = [fact for fact in caller.facts if isinstance(fact, MenuInputGiven)]
    assert [(fact.choice, fact.mode, fact.confidence) for fact in given] == [("bill", "speech", 0.9)]


def test_speech_stops_the_prompt_at_its_beginning(spoken: dict[str, Flow]) -> None:
    caller = Caller(spoken, "f")
    playing = caller.run.playing or 0
    caller.does(inputs.SpeechStarted())
    assert caller.effects == (effects.StopPlaying(playing),)
    assert caller.run.deadline is not None


SAID_FIRST = """
  first: {type: say, prompts: [ask], next: notice}
  notice: {type: say, prompts: [ask], next: choose}
  choose:
    type: menu
    prompts: [ask]
    choices:
      - {name: bill, key: 1, next: bye, say: {en: [billing], zh: [账单]}}
      - {name: mute, key: 2, next: person}
    no_input: {retries: 3, next: person}
    no_match: {retries: 3, next: person}
"""


def test_who_answers_during_the_greeting_is_heard(tmp_path: Path) -> None:
    caller = Caller(flows_of(tmp_path, HEAD + SAID_FIRST), "f")
    assert caller.one(effects.Listen).grammar.meaning("billing") == "bill"
    playing = caller.run.playing or 0
    caller.does(inputs.SpeechStarted())
    assert caller.effects[0] == effects.StopPlaying(playing)
    assert not caller.all_of(effects.StopListening)
    assert not caller.all_of(effects.Listen)
    assert not caller.all_of(effects.Play)
    assert caller.path() == ["root", "first", "notice", "choose"]
    assert caller.does(inputs.Spoken("billing", 0.9)).run.node == "bye"


def test_nonsense_during_the_greeting_is_answered_by_the_question(tmp_path: Path) -> None:
    caller = Caller(flows_of(tmp_path, HEAD + SAID_FIRST), "f").says("hello", 0.9)
    assert (caller.run.node, caller.hears()) == ("choose", ["no_match", "ask"])
    assert caller.one(effects.Listen).grammar.kind == "choices"


def test_who_says_nothing_more_during_the_greeting_is_asked(tmp_path: Path) -> None:
    caller = Caller(flows_of(tmp_path, HEAD + SAID_FIRST), "f").does(inputs.SpeechStarted())
    assert caller.waits().hears() == ["no_input", "ask"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("next: notice", "interruptible: false, next: notice"),
        ("next: choose", "interruptible: false, next: choose"),
        ("type: menu", "type: menu\n    interruptible: false"),
        ("type: menu", "type: menu\n    input: keys"),
    ],
)
def test_a_greeting_or_question_that_is_to_be_heard_out_is(tmp_path: Path, old: str, new: str) -> None:
    caller = Caller(flows_of(tmp_path, HEAD + SAID_FIRST.replace(old, new)), "f")
    assert not caller.all_of(effects.Listen)
    before = caller.run
    assert caller.does(inputs.SpeechStarted()).run == before
    assert caller.does(inputs.Spoken("billing", 0.9)).run == before


def test_a_key_during_the_greeting_wins_over_what_is_said(tmp_path: Path) -> None:
    caller = Caller(flows_of(tmp_path, HEAD + SAID_FIRST), "f").presses("1")
    assert caller.run.node == "bye"
    assert caller.does(inputs.Spoken("billing", 0.9)).run.node == "bye"
    assert len([f for f in caller.facts if isinstance(f, MenuInputGiven)]) == 1


def test_an_alternative_that_fits_is_taken(spoken: dict[str, Flow]) -> None:
    other = (inputs.Alternative("hill", 0.8), inputs.Alternative("billing", 0.75))
    assert Caller(spoken, "f").says("willing", 0.9, alternatives=other).run.node == "bye"


def test_a_key_beats_speech_that_is_being_decided(spoken: dict[str, Flow]) -> None:
    caller = Caller(spoken, "f").does(inputs.SpeechStarted(), after_s=1).presses("2")
    assert caller.run.node == "person"
    before = caller.run
    assert caller.does(inputs.Spoken("billing", 0.99)).run == before


def test_little_confidence_is_asked_back(spoken: dict[str, Flow]) -> None:
    caller = Caller(spoken, "f").says("billing", 0.5)
    assert caller.hears() == ["did_you_say", "bye", "yes_or_no"]
    assert caller.run.phase is Phase.CONFIRMING
    assert caller.one(effects.Listen).grammar.kind == "yes_no"
    assert caller.says("yes").run.node == "bye"


@pytest.mark.parametrize("answer", ["no", "2", "silence", "nonsense"])
def test_what_is_not_confirmed_is_asked_again(spoken: dict[str, Flow], answer: str) -> None:
    caller = Caller(spoken, "f").says("billing", 0.5)
    if answer == "2":
        caller.presses("2")
    elif answer == "silence":
        caller.waits()
    else:
        caller.says(answer)
    assert caller.run.node == "first"
    assert caller.hears() == ["no_match", "ask"]


def test_a_key_confirms(spoken: dict[str, Flow]) -> None:
    assert Caller(spoken, "f").says("billing", 0.5).presses("1").run.node == "bye"


def test_the_way_to_a_person_is_open_while_the_caller_is_asked_back(tmp_path: Path) -> None:
    text = HEAD.replace('key: "0", next: person', 'key: "0", next: person, say: {en: [agent], zh: [人工]}') + SPOKEN
    flows = flows_of(tmp_path, text)
    assert Caller(flows, "f").says("billing", 0.5).presses("0").run.node == "person"
    said = Caller(flows, "f").says("billing", 0.5).says("agent")
    assert said.run.node == "person"
    assert [f.choice for f in said.facts if isinstance(f, MenuInputGiven)] == ["escape"]


def test_a_choice_without_prompts_is_read_back_by_its_words(tmp_path: Path) -> None:
    flows = flows_of(tmp_path, HEAD + SPOKEN.replace(" prompts: [bye],", ""))
    asked = Caller(flows, "f").says("my bill", 0.5)
    read_back = asked.one(effects.Play).prompts[1]
    assert (read_back.name, read_back.recording) == ("bill", Recording(text="billing"))
    assert ("bill", "billing") in {(sound.name, sound.text) for sound in sounds_of(flows.values())}
    assert asked.says("yes").run.node == "bye"


def test_after_two_failures_keys_are_offered(spoken: dict[str, Flow]) -> None:
    caller = Caller(spoken, "f").says("mumble")
    assert caller.hears() == ["no_match", "ask"]
    assert caller.says("billing", 0.1).hears() == ["no_match", "use_keys", "ask"]
    assert caller.says("mumble").hears() == ["no_match", "ask"]


def test_without_a_recogniser_the_call_goes_on_with_keys(spoken: dict[str, Flow]) -> None:
    caller = Caller(spoken, "f").does(inputs.SpeechFailed("killed"))
    assert caller.hears() == ["keys_only", "ask"]
    assert caller.one(effects.Report).what == "speech_failed"
    assert caller.one(effects.Listen).grammar is None
    assert caller.does(inputs.SpeechFailed("again")).effects == ()
    assert caller.does(inputs.Spoken("billing")).run.node == "first"
    assert caller.presses("1").run.node == "bye"


def test_the_words_for_a_person_work_at_a_menu(tmp_path: Path) -> None:
    text = HEAD.replace('key: "0", next: person', 'key: "0", next: person, say: {en: [agent], zh: [人工]}') + SPOKEN
    flows = flows_of(tmp_path, text)
    assert Caller(flows, "f").says("agent").run.node == "person"
    assert Caller(flows, "f", language="zh").says("人 工").run.node == "person"
    assert Caller(flows, "f").says("agent", 0.5).hears() == ["did_you_say", "an_agent", "yes_or_no"]


def test_digits_are_said_into_a_collect_node(tmp_path: Path) -> None:
    nodes = COLLECT.replace("input: keys", "kind: account\n    check: luhn\n    min_length: 8\n    max_length: 8")
    caller = walk(tmp_path, nodes)
    assert caller.one(effects.Listen).grammar.kind == "digits"
    assert caller.says("one two three four five six seven four").run.variables["value"] == "12345674"
    wrong = walk(tmp_path, nodes).says("one two three four five six seven five")
    assert wrong.hears() == ["no_match", "ask"]
    unsure = walk(tmp_path, nodes).says("one two three four five six seven four", 0.5)
    assert [(p.name, p.value) for p in unsure.one(effects.Play).prompts][1] == ("heard", "12345674")


# -- loops ----------------------------------------------------------------------------------------------------------


def test_a_loop_that_the_check_cannot_see_ends_the_call(tmp_path: Path) -> None:
    nodes = """
  first: {type: say, prompts: [], next: second}
  second: {type: branch, cases: [{when: value == "x", next: bye}], otherwise: first}
"""
    caller = walk(tmp_path, nodes)
    assert caller.run.ended
    assert caller.one(effects.Report).what == "endless_loop"
    assert caller.effects[-1] == effects.HangUp()
    assert [fact.outcome for fact in caller.facts if isinstance(fact, MenuEnded)] == ["failed"]
