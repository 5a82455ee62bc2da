"""The interpreter on nodes that ask for a choice: keys, silence, nonsense, retries, escape."""

from pathlib import Path

import pytest

from facts.journal import MenuEnded, MenuInputGiven
from facts.time import SECOND
from ivr import effects, inputs, interpreter
from ivr.errors import UnknownFlow
from ivr.flow import Flow
from ivr.run import Phase
from tests.ivr.flows_for_tests import Caller, flows_of

MENU = """
flow: shop
start: hello
escape: {key: "0", next: person}
nodes:
  hello: {type: say, prompts: [hello], next: main}
  main:
    type: menu
    input: keys
    prompts: [main]
    choices:
      - {name: sales, key: 1, next: sales}
      - {name: billing, key: 2, next: bye}
      - {name: twelve, key: 12, next: bye}
    no_input: {retries: 1, next: bye}
    no_match: {retries: 1, next: person, prompts: [what]}
  sales: {type: queue, queue: sales}
  person: {type: queue, queue: support, prompts: [wait]}
  bye: {type: hang_up, prompts: [bye], served: true}
prompts: {hello: {en: Hello.}, main: {en: "Press 1 or 2."}, bye: {en: Bye.}, wait: {en: Wait.}, what: {en: "What?"}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> dict[str, Flow]:
    return flows_of(tmp_path, MENU)


def at_menu(shop: dict[str, Flow]) -> Caller:
    return Caller(shop, "shop").hears_all()


def test_the_greeting_plays_first_and_may_be_interrupted(shop: dict[str, Flow]) -> None:
    caller = Caller(shop, "shop")
    play = caller.one(effects.Play)
    assert [part.name for part in play.prompts] == ["hello"]
    assert play.interruptible
    assert play.language == "en"


def test_a_key_leads_to_its_queue_with_what_was_chosen(shop: dict[str, Flow]) -> None:
    caller = at_menu(shop).presses("1").waits()  # 1 could still become 12
    queue = caller.one(effects.Queue)
    assert queue.queue == "sales"
    assert queue.attributes == {"language": "en", "main": "sales"}
    assert caller.path() == ["hello", "main", "sales"]
    assert caller.run.phase is Phase.QUEUED
    ended = caller.facts[-1]
    assert ended == MenuEnded(contact_id=caller.run.contact_id, flow="shop", node="sales", outcome="queued")


def test_a_longer_key_is_taken_at_once(shop: dict[str, Flow]) -> None:
    caller = at_menu(shop).presses("12")
    assert caller.run.node == "bye"


def test_a_key_during_the_prompt_stops_it(shop: dict[str, Flow]) -> None:
    caller = Caller(shop, "shop").hears_all()
    caller = Caller(shop, "shop")
    caller.does(inputs.PromptDone(caller.run.playing or 0))
    playing = caller.run.playing
    caller.presses("2")
    assert caller.effects[0] == effects.StopPlaying(playing or 0)
    assert caller.run.node == "bye"


def test_keys_typed_ahead_in_the_greeting_answer_the_menu(shop: dict[str, Flow]) -> None:
    caller = Caller(shop, "shop").presses("2")
    assert caller.path() == ["hello", "main", "bye"]
    assert caller.hears() == ["bye"]


def test_several_keys_at_once_are_taken_one_after_the_other(shop: dict[str, Flow]) -> None:
    caller = at_menu(shop).does(inputs.Digits("1", ended=True))
    assert caller.run.node == "sales"


def test_silence_asks_again_and_then_goes_the_no_input_way(shop: dict[str, Flow]) -> None:
    caller = at_menu(shop).waits()
    assert caller.hears() == ["no_input", "main"]
    caller.waits()
    assert caller.run.node == "bye"
    outcomes = [fact.outcome for fact in caller.facts if isinstance(fact, MenuInputGiven)]
    assert outcomes == ["no_input", "no_input"]


def test_a_wrong_key_asks_again_in_the_nodes_own_words(shop: dict[str, Flow]) -> None:
    caller = at_menu(shop).presses("7")
    assert caller.hears() == ["what", "main"]
    caller.hears_all().presses("7")
    assert caller.run.node == "person"


def test_the_first_digit_is_waited_for_from_the_end_of_the_prompt(shop: dict[str, Flow]) -> None:
    caller = Caller(shop, "shop")
    caller.does(inputs.PromptDone(caller.run.playing or 0))
    assert caller.run.deadline is None
    caller.does(inputs.PromptDone(caller.run.playing or 0), after_s=3)
    assert caller.run.deadline == caller.now + 5 * SECOND


def test_a_tick_too_early_changes_nothing(shop: dict[str, Flow]) -> None:
    caller = at_menu(shop)
    before = caller.run
    caller.does(inputs.Tick(), after_s=4.9)
    assert caller.run == before
    assert caller.effects == ()


def test_a_key_after_the_deadline_finds_the_time_out_done(shop: dict[str, Flow]) -> None:
    late = at_menu(shop).does(inputs.Digits("2"), after_s=6)
    in_steps = at_menu(shop)
    in_steps.does(inputs.Tick(), after_s=6).does(inputs.Digits("2"))
    assert late.run == in_steps.run
    assert late.facts == in_steps.facts


def test_the_escape_key_leads_to_a_person_from_menu_and_greeting(shop: dict[str, Flow]) -> None:
    for caller in (at_menu(shop).presses("0"), Caller(shop, "shop").presses("0")):
        assert caller.run.node == "person"
        assert caller.hears() == ["wait"]


def test_errors_of_the_whole_call_are_limited(tmp_path: Path) -> None:
    text = MENU.replace("escape:", "max_errors: {count: 2, next: person}\nescape:").replace("retries: 1", "retries: 9")
    caller = at_menu(flows_of(tmp_path, text)).waits().hears_all().presses("7")
    assert caller.run.node == "person"
    assert [fact.via for fact in caller.facts if fact.kind == "MenuNodeEntered"][-1] == "max_errors"  # type: ignore[attr-defined]  # only this kind has it


def test_a_prompt_that_was_stopped_cannot_end(shop: dict[str, Flow]) -> None:
    caller = Caller(shop, "shop")
    stale = caller.run.playing or 0
    caller.presses("2")
    before = caller.run
    assert caller.does(inputs.PromptDone(stale)).run == before


@pytest.mark.parametrize("keys", ["", "2"])
def test_a_caller_who_hangs_up_ends_the_run(shop: dict[str, Flow], keys: str) -> None:
    caller = at_menu(shop).presses(keys).does(inputs.HungUp())
    assert caller.run.ended
    assert isinstance(caller.facts[-1], MenuEnded)
    assert caller.facts[-1].outcome == "caller_left"
    assert caller.does(inputs.Digits("1")).effects == ()
    assert caller.does(inputs.HungUp()).effects == ()


def test_hanging_up_in_the_queue_leaves_the_menus_outcome(shop: dict[str, Flow]) -> None:
    caller = at_menu(shop).presses("1").waits().does(inputs.HungUp())
    assert [fact.outcome for fact in caller.facts if isinstance(fact, MenuEnded)] == ["queued"]


def test_the_end_says_goodbye_then_hangs_up(shop: dict[str, Flow]) -> None:
    caller = at_menu(shop).presses("2")
    assert caller.hears() == ["bye"]
    caller.hears_all()
    assert caller.effects[-1] == effects.HangUp()
    assert caller.facts[-1].contained  # type: ignore[attr-defined]  # MenuEnded
    assert caller.run.ended


def test_keys_that_no_telephone_has_are_nothing(shop: dict[str, Flow]) -> None:
    caller = at_menu(shop)
    before = caller.run
    assert caller.does(inputs.Digits("A\n²x")).run == before


def test_an_unknown_flow_is_named_with_those_that_there_are(shop: dict[str, Flow]) -> None:
    with pytest.raises(UnknownFlow, match=r"no flow 'shup'; there are shop"):
        interpreter.begin(shop, "shup", inputs.Call(contact_id="c"), 0)  # type: ignore[arg-type]  # any text serves
