"""Menus of keys on a scripted switch: every effect, the queue and back, and callers who vanish."""

import pytest

from acd.events import DeclareReady, LogIn, StartTalk
from facts.ids import AgentId, ContactId
from facts.states import LeftQueue
from tests.cti_bridge.shell.menu_stage import Stage

FLOW = """
flow: main
title: All kinds of nodes
languages: [en]
start: choose
max_errors: {count: 9, next: queue}
variables: {pin: {type: digits, private: true}, tier: {}}
nodes:
  choose:
    type: menu
    prompts: [first, second]
    choices:
      - {name: queue, key: 1, next: queue}
      - {name: pin, key: 2, next: pin}
      - {name: lookup, key: 3, next: lookup}
      - {name: outside, key: 4, next: outside}
      - {name: message, key: 5, next: message}
      - {name: state, key: 6, next: state}
      - {name: customer, key: 7, next: customer}
    no_input: {retries: 1, next: queue}
    no_match: {retries: 1, next: queue}
  pin:
    type: collect
    input: keys
    private: true
    variable: pin
    min_length: 4
    max_length: 4
    prompts: [pin]
    next: bye
    no_input: {retries: 0, next: bye}
    no_match: {retries: 0, next: bye}
  lookup:
    type: lookup
    url: "http://crm.example/{caller.number}"
    prompts: [moment]
    results: {tier: tier}
    next: bye
    not_found: queue
    fallback: outside
  customer: {type: lookup, source: customer, results: {tier: tier}, next: queue, not_found: bye, fallback: outside}
  state:
    type: branch
    cases:
      - {when: "not hours.day or hours.night", next: queue}
      - {when: queue.sales.expected_wait_s >= 60 and queue.sales.waiting == 0 and queue.sales.open, next: bye}
    otherwise: outside
  outside: {type: transfer, to: "5559990000", failed: queue, ring_s: 20}
  message: {type: voicemail, mailbox: sales, next: bye}
  queue:
    type: queue
    queue: sales
    announce: {every_s: 30, prompts: [still], position: true, expected_wait: true}
    leave: {key: "9", next: message}
    callback: {key: "5", next: bye}
    exits: {closed: message}
    after_talk: rate
  rate:
    type: survey
    question: satisfied
    prompts: [rate]
    next: bye
    no_input: {retries: 0, next: bye}
    no_match: {retries: 0, next: bye}
  bye: {type: hang_up, prompts: [bye]}
prompts:
  first: {en: first}
  second: {en: second}
  pin: {en: pin}
  moment: {en: moment}
  still: {en: still}
  rate: {en: rate}
  bye: {en: bye}
"""


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path, FLOW)


def at_menu(stage):
    return stage.arrive().expect("ANSWER").expect('SET VARIABLE "CHANNEL(language)"')


def in_queue(stage):
    at_menu(stage).expect('STREAM FILE "first"', f"200 result={ord('1')} endpos=1")
    stage.expect('SET VARIABLE "ACD_QUEUE" "sales"').expect('SET VARIABLE "ACD_KEYS" "95"')
    stage.expect('SET VARIABLE "ACD_AFTER"')
    assert stage.over
    stage.waits()
    return stage


def test_one_sound_after_the_other_and_a_key_stops_them(stage):
    at_menu(stage).expect('STREAM FILE "first" "0123456789*#"')
    stage.expect('STREAM FILE "second"', f"200 result={ord('2')} endpos=1")
    assert stage.command().startswith('STREAM FILE "pin"')


def test_a_missing_sound_is_no_hang_up(stage):
    at_menu(stage).expect("STREAM FILE", "200 result=-1 endpos=0").expect("CHANNEL STATUS", "200 result=6")
    assert stage.command().startswith('STREAM FILE "second"')
    stage.reply("200 result=-1 endpos=0").expect("CHANNEL STATUS", "511 Command Not Permitted on a dead channel")
    assert stage.over
    assert stage.facts("MenuEnded")[0].outcome == "caller_left"


def test_no_key_in_time(stage):
    at_menu(stage).expect("STREAM FILE").expect("STREAM FILE")
    assert stage.command() == "WAIT FOR DIGIT 5000" or stage.command() == 'WAIT FOR DIGIT "5000"'
    stage.pass_s(5.01)
    stage.reply()
    assert stage.facts("MenuInputGiven")[0].outcome == "no_input"
    assert stage.command().startswith('STREAM FILE "no_input"')


def test_hang_up_ends_the_menu_once(stage):
    at_menu(stage)
    stage.hang_up()
    stage.gone()
    kinds = [fact.kind for fact in stage.facts()]
    assert kinds[-3:] == ["MenuEnded", "ContactAbandoned", "ContactEnded"]


def test_a_secret_number_is_in_no_fact_and_recording_pauses(stage):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('2')}")
    for key in "7391":
        stage.press(key)
    assert stage.nodes()[-1] == "bye"
    assert [action["State"] for action in stage.switch.of("MixMonitorMute")] == ["1", "0"]
    assert "7391" not in repr(stage.facts())
    assert "7391" not in repr(stage.switch.actions)


def test_an_answer_of_another_system_is_awaited_with_keys_alive(stage):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('3')}")
    stage.expect('STREAM FILE "moment" ""')
    assert "200" in stage.command()
    stage.lookups.answer("found", tier="gold")
    stage.reply()
    assert stage.command().startswith('STREAM FILE "bye"')


@pytest.mark.parametrize(("outcome", "node"), [("not_found", "queue"), ("failed", "outside"), ("timed_out", "outside")])
def test_an_answer_that_is_none(stage, outcome, node):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('3')}")
    stage.lookups.answer(outcome)
    assert stage.nodes()[-1] == node


def test_a_caller_who_leaves_cancels_the_look_up(stage):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('3')}")
    ((_, waiting),) = stage.lookups.asked
    stage.hang_up()
    assert waiting.called
    assert stage.facts("MenuEnded")[0].outcome == "caller_left"


def test_nobody_is_a_customer_yet(stage):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('7')}")
    assert stage.nodes()[-1] == "bye"


def test_hours_and_queues_are_told_at_once(stage):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('6')}")
    assert stage.nodes()[-1] == "bye"


def test_a_transfer_comes_back_with_its_outcome(stage):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('4')}")
    stage.expect('SET VARIABLE "ACD_RING" "20"').expect('EXEC "Goto" "acd-outside,5559990000,1"')
    assert stage.over
    stage.arrive("&resume=transfer&status=NOANSWER")
    assert stage.nodes()[-1] == "queue"
    stage.expect('SET VARIABLE "ACD_QUEUE"').reply().reply()
    assert stage.command().startswith('EXEC "Goto" "acd-wait,s,1"')


def test_a_transfer_that_was_answered_ends_the_call(stage):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('4')}").reply().reply()
    stage.arrive("&resume=transfer&status=ANSWER")
    assert stage.command() == "HANGUP"


def test_a_message_is_a_fact_even_when_the_caller_just_hangs_up(stage):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('5')}")
    stage.expect("GET FULL VARIABLE", "200 result=1 (/spool)")
    assert 'RECORD FILE "/spool/recording/voicemail-sales-1.1" "wav" "0123456789*#"' in stage.command()
    stage.pass_s(7)
    stage.hang_up()
    stage.gone()
    left = stage.facts("VoicemailLeft")[0]
    assert (left.file, left.length_us) == ("/spool/recording/voicemail-sales-1.1.wav", 7_000_000)
    assert not stage.facts("ContactAbandoned")


def test_a_message_that_cannot_be_written_is_counted(stage):
    at_menu(stage).expect("STREAM FILE", f"200 result={ord('5')}").reply("200 result=1 (/spool)")
    stage.reply("200 result=-1 (writefile)").expect("CHANNEL STATUS", "200 result=6")
    assert stage.counts.counted == {"voicemail_failed": 1}
    assert not stage.facts("VoicemailLeft")
    assert stage.command().startswith('STREAM FILE "bye"')


# -- in the queue -----------------------------------------------------------------------------------------------------


def test_the_key_to_leave_the_queue(stage):
    in_queue(stage)
    stage.queue_key("3")
    assert not stage.switch.of("Redirect")
    stage.queue_key("9")
    assert stage.facts("ContactLeftQueue")[0].outcome is LeftQueue.KEY
    (redirect,) = stage.switch.of("Redirect")
    assert (redirect["Channel"], redirect["Context"]) == ("PJSIP/trunk-1", "acd-menu")
    stage.arrive("&resume=queue")
    assert stage.command().startswith("GET FULL VARIABLE")


def test_news_of_waiting_that_comes_late_does_not_queue_a_caller_who_left(stage):
    in_queue(stage)
    stage.queue_key("9")
    stage.waits()
    stage.arrive("&resume=queue")
    stage.waits()
    assert len(stage.facts("ContactQueued")) == 1
    assert stage.engine.contact("1.1") is None


def test_the_key_for_a_callback(stage):
    in_queue(stage)
    stage.queue_key("5")
    asked = stage.facts("CallbackRequested")[0]
    assert (asked.number, asked.queue) == ("5551230001", "sales")
    stage.arrive("&resume=queue")
    assert stage.command().startswith('STREAM FILE "bye"')
    stage.hang_up()
    stage.gone()
    assert stage.engine.contact("1.1").callback_number == "5551230001"
    assert not {"ContactAbandoned", "ContactEnded"} & {fact.kind for fact in stage.facts()}
    assert len(stage.menus.resting) == len(stage.coordinator.calls) == 0


def test_a_callback_that_cannot_be_is_told_and_the_caller_waits_on(stage):
    stage.number = "anonymous"
    in_queue(stage)
    stage.queue_key("5")
    assert not stage.facts("CallbackRequested")
    assert stage.switch.of("Setvar")[-1]["Value"] == "no_callback"
    assert stage.engine.contact("1.1").position == 1
    stage.queue_key("9")
    assert stage.facts("ContactLeftQueue")[0].outcome is LeftQueue.KEY


def test_announcements_come_in_their_time_and_keep_the_place(stage):
    for event in (LogIn, DeclareReady):
        stage.coordinator.tell(event(agent_id=AgentId("ann")))
    stage.coordinator.tell(StartTalk(contact_id=ContactId("other"), agent_id=AgentId("ann")))
    in_queue(stage)
    stage.pass_s(29.9)
    assert not stage.switch.of("Redirect")
    stage.pass_s(0.2)
    told = stage.facts("ExpectedWaitTold")[0]
    assert (told.position, told.expected_wait_us) == (1, 180_000_000)
    assert stage.switch.of("Setvar")[-1]["Value"] == "still&position_is&number&wait_is&duration"
    assert stage.switch.of("Redirect")[-1]["Context"] == "acd-announce"
    stage.waits()
    stage.pass_s(30)
    assert len(stage.switch.of("Redirect")) == 2
    assert len(stage.facts("ContactQueued")) == 1


def test_nobody_is_announced_to_while_a_phone_rings(stage):
    in_queue(stage)
    stage.pass_s(25)
    for event in (LogIn, DeclareReady):
        stage.coordinator.tell(event(agent_id=AgentId("ann")))
    stage.pass_s(6)
    assert stage.switch.of("Originate")
    assert not stage.switch.of("Redirect")


def test_no_announcement_after_the_caller_has_gone(stage):
    in_queue(stage)
    stage.gone()
    stage.pass_s(60)
    assert not stage.switch.of("Redirect")
    assert len(stage.menus.resting) == 0
    assert not stage.reactor.getDelayedCalls()


def test_a_queue_that_is_closed(stage):
    in_queue(stage)
    assert stage.menus.resting.queue_left("1.1", "closed")
    assert stage.switch.of("Redirect")[-1]["Context"] == "acd-menu"
    assert stage.nodes()[-1] == "message"
    assert not stage.menus.resting.queue_left("2.2", "closed")


def test_a_queue_that_does_not_keep_the_caller_says_so(stage):
    in_queue(stage)
    stage.menus.resting.queue_left("1.1", "timed_out")
    stage.arrive("&resume=queue")
    stage.expect('STREAM FILE "cannot_be_taken"')
    assert stage.command() == "HANGUP"


def test_a_survey_after_the_talk(stage):
    in_queue(stage)
    for event in (LogIn, DeclareReady):
        stage.coordinator.tell(event(agent_id=AgentId("ann")))
    leg = stage.switch.of("Originate")[0]["ChannelId"]
    stage.says("Newstate", "ChannelState: 6", f"Uniqueid: {leg}")
    stage.says("UserEvent", "Uniqueid: 1.1", "UserEvent: AcdTalked", "Call: 1.1")
    stage.arrive("&resume=talk").expect('STREAM FILE "rate"', f"200 result={ord('4')} endpos=1")
    assert stage.facts("SurveyAnswered")[0].score == 4
    stage.gone()
    assert stage.facts("ContactEnded")[0].ended_by == "agent"
    assert not stage.facts("ContactAbandoned")


@pytest.mark.parametrize("why", ["queue", "talk", "transfer"])
def test_a_run_that_nobody_knows_any_more_is_left_to_the_dialplan(stage, why):
    stage.arrive(f"&resume={why}")
    assert stage.over
    assert stage.command() == ""
