"""Callbacks on whole calls: the daemon as it is, on the virtual switch, by the deployed dialplan."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from acd.contact_state import Place
from cti_bridge.virtual_pbx.settings import CustomerHabits
from facts.states import Activity, Declared
from facts.time import DAY, HOUR, MINUTE, SECOND
from reporting.kpi.fold import Folds, Records
from reporting.kpi.records import Visit
from simulation.distributions.durations import Constant
from storage.erasure import erase
from tests.cti_bridge.whole_centre import WholeCentre

BUSY = CustomerHabits(busy=1.0)
SILENT = CustomerHabits(no_answer=1.0, busy=0.0)
THERE = CustomerHabits(answer=Constant(mean_s=3.0), no_answer=0.0, busy=0.0)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[WholeCentre]:
    whole = WholeCentre(tmp_path)
    yield whole
    whole.close()


def asked(centre: WholeCentre, number: str = "4155550101") -> str:
    """A caller who asked for a callback and has hung up; their contact's id."""
    caller, contact_id = centre.call(number=number)
    caller.press("5")
    centre.pass_s(4)
    assert not caller.on_the_line
    return contact_id


def test_agent_first_then_the_customer_and_the_wait_is_counted_once(centre: WholeCentre) -> None:
    contact_id = asked(centre)
    joined = centre.contact(contact_id).joined_at
    centre.work("ann")
    assert centre.rings("1001")
    assert centre.shown_at("1001") == "4155550101"
    centre.pass_s(2)
    centre.answer("1001")
    assert centre.contact(contact_id).place is Place.DIALLING
    centre.pass_s(4)
    assert centre.dialled == [("4155550101", "8123")], "the customer sees the number that they had called"
    assert centre.hears("1001")
    (connected,) = centre.facts("ContactConnected", contact_id)
    assert connected.waited_us == pytest.approx(centre.clock.now() - joined, abs=2 * SECOND)
    centre.pass_s(30)
    centre.customer_hangs_up()
    centre.pass_s(1)
    assert centre.pbx.phone("1001").state == "idle"
    (talk,) = centre.facts("TalkEnded", contact_id)
    assert (talk.ended_by, round(talk.talk_us / SECOND)) == ("caller", 31)
    kinds = centre.kinds(contact_id)
    assert kinds[-1] == "ContactEnded"
    assert [kinds.count(kind) for kind in ("ContactOffered", "ContactQueued", "ContactEnded")] == [1, 1, 1]
    assert "ContactAbandoned" not in kinds
    assert centre.agent("ann").activity is Activity.IDLE
    records = Records()
    Folds(records).apply_all(centre.entries())
    (visit,) = [record for record in records.records if isinstance(record, Visit)]
    assert (visit.outcome, visit.callback_outcome) == ("answered", "connected")


def test_nobody_behind_overtakes(centre: WholeCentre) -> None:
    first = asked(centre)
    _, second = centre.call(number="4155550102")
    assert centre.contact(second).position == 2
    centre.work("ann")
    assert centre.contact(first).agent_id == "ann"
    centre.answer("1001")
    assert centre.contact(second).place is Place.WAITING


def test_a_busy_customer_is_tried_again_at_the_same_place(centre: WholeCentre) -> None:
    centre.customer = BUSY
    contact_id = asked(centre)
    _, second = centre.call(number="4155550102")
    centre.work("ann")
    centre.answer("1001")
    centre.pass_s(1)
    assert centre.pbx.phone("1001").state == "talking", "the agent hears the tone"
    centre.pass_s(4)
    (attempt,) = centre.facts("CallbackAttempted", contact_id)
    assert (attempt.outcome, attempt.attempt) == ("busy", 1)
    assert [offer.outcome for offer in centre.facts("OfferEnded")] == ["answered"], "the next was rung at a free phone"
    assert centre.contact(second).agent_id == "ann"
    centre.answer("1001")
    _, third = centre.call(number="4155550103")
    centre.customer = THERE
    centre.pass_s(600)
    assert centre.contact(contact_id).position == 1
    centre.hang_up("1001")
    assert centre.contact(contact_id).agent_id == "ann"
    centre.answer("1001")
    centre.pass_s(4)
    assert centre.contact(contact_id).place is Place.CONNECTED
    assert centre.contact(third).place is Place.WAITING


def test_a_customer_who_does_not_answer_hears_the_phone_for_so_long_and_no_longer(tmp_path: Path) -> None:
    centre = WholeCentre(tmp_path, queues={"sales": {"callbacks": {"ring_s": 20, "attempts": 1}}, "help": {}})
    centre.customer = SILENT
    contact_id = asked(centre)
    centre.work("ann")
    centre.answer("1001")
    centre.pass_s(19)
    assert centre.customers()
    centre.pass_s(2)
    assert not centre.customers()
    centre.pass_s(5)
    assert centre.facts("CallbackEnded", contact_id)[0].outcome == "exhausted"
    assert centre.kinds(contact_id)[-1] == "ContactEnded"
    centre.close()


def test_an_agent_who_hangs_up_stops_the_customer_s_phone_and_another_tries(centre: WholeCentre) -> None:
    contact_id = asked(centre)
    centre.work("ann")
    centre.answer("1001")
    centre.pass_s(1)
    assert centre.customers()
    centre.daemon.desk.not_ready("ann", "break")
    centre.hang_up("1001")
    assert not centre.customers()
    assert centre.facts("CallbackAttempted", contact_id)[0].outcome == "agent_missing"
    assert centre.contact(contact_id).callback_attempts == 0
    centre.work("bob")
    centre.answer("1002")
    centre.pass_s(4)
    assert centre.facts("ContactConnected", contact_id)[0].agent_id == "bob"


def test_the_agent_s_hang_up_ends_the_customer_s_call(centre: WholeCentre) -> None:
    contact_id = asked(centre)
    centre.work("ann")
    centre.answer("1001")
    centre.pass_s(10)
    centre.hang_up("1001")
    centre.pass_s(1)
    assert not centre.customers()
    assert [fact.ended_by for fact in centre.facts("TalkEnded", contact_id)] == ["agent"]
    assert [fact.ended_by for fact in centre.facts("ContactEnded", contact_id)] == ["agent"]


def test_a_caller_who_stays_on_the_line_is_ended_before_they_are_dialled(centre: WholeCentre) -> None:
    centre.work("ann")
    centre.daemon.desk.not_ready("ann", "break")
    caller, contact_id = centre.call()
    caller.press("5")
    centre.pass_s(0.2)
    centre.daemon.desk.ready("ann")
    centre.pass_s(0.1)
    centre.answer("1001")
    assert not caller.on_the_line
    centre.pass_s(5)
    assert centre.contact(contact_id).place is Place.CONNECTED
    assert "ContactEnded" not in centre.kinds(contact_id)


def test_a_hidden_number_cannot_be_called_back_and_waits_on(centre: WholeCentre) -> None:
    caller, contact_id = centre.call(number="")
    caller.press("5")
    centre.pass_s(3)
    assert caller.on_the_line
    assert centre.contact(contact_id).position == 1
    assert "CallbackRequested" not in centre.kinds(contact_id)


# -- restarts and lost connections ----------------------------------------------------------------------------------


def test_a_callback_outlives_the_daemon(centre: WholeCentre) -> None:
    contact_id = asked(centre)
    before = centre.contact(contact_id)
    _, second = centre.call(number="4155550102")
    centre.work("ann")
    centre.restart(after_s=30)
    after = centre.contact(contact_id)
    assert (after.joined_at, after.callback_number) == (before.joined_at, before.callback_number)
    assert after.agent_id == "ann"
    assert centre.contact(second).position == 2
    centre.answer("1001")
    centre.pass_s(4)
    assert centre.dialled == [("4155550101", "8123")]
    assert centre.kinds(contact_id).count("CallbackRequested") == 1


@pytest.mark.parametrize("after_s", [1, 6], ids=["it rings still", "they talk already"])
def test_a_daemon_that_dies_while_the_customer_is_dialled(centre: WholeCentre, after_s: float) -> None:
    contact_id = asked(centre)
    centre.work("ann")
    centre.answer("1001")
    centre.restart(after_s)
    centre.pass_s(6)
    assert centre.hears("1001")
    assert centre.contact(contact_id).place is Place.CONNECTED
    centre.customer_hangs_up()
    kinds = centre.kinds(contact_id)
    assert [kinds.count(kind) for kind in ("CallbackEnded", "TalkEnded", "ContactEnded")] == [1, 1, 1]
    assert len(centre.dialled) == 1
    assert centre.agent("ann").activity is Activity.IDLE


def test_a_daemon_that_dies_during_the_talk(centre: WholeCentre) -> None:
    contact_id = asked(centre)
    centre.work("ann")
    centre.answer("1001")
    centre.pass_s(10)
    centre.restart(5)
    assert centre.agent("ann").activity is Activity.TALKING
    centre.pass_s(10)
    centre.hang_up("1001")
    (talk,) = centre.facts("TalkEnded", contact_id)
    assert talk.ended_by == "agent"
    assert talk.talk_us == pytest.approx(22 * SECOND, abs=2 * SECOND)
    assert not centre.customers()


def test_a_talk_that_ended_while_nobody_was_there_counts_as_tried(centre: WholeCentre) -> None:
    contact_id = asked(centre)
    centre.work("ann")
    centre.answer("1001")
    centre.kill()
    centre.pass_s(20)
    centre.customer_hangs_up()
    centre.daemon = centre._start()
    (attempt,) = centre.facts("CallbackAttempted", contact_id)
    assert attempt.outcome == "failed"
    view = centre.contact(contact_id)
    assert (view.place, view.callback_attempts) == (Place.SCHEDULED, 1)


@pytest.mark.parametrize("after_s", [1, 6], ids=["it rings still", "they talk already"])
def test_a_connection_lost_while_the_customer_is_dialled(centre: WholeCentre, after_s: float) -> None:
    contact_id = asked(centre)
    centre.work("ann")
    centre.answer("1001")
    centre.pass_s(after_s)
    centre.lose_connection()
    centre.pass_s(10)
    assert centre.daemon.connected
    assert centre.contact(contact_id).place is Place.CONNECTED
    centre.customer_hangs_up()
    assert centre.kinds(contact_id).count("TalkEnded") == 1


def test_sign_ins_and_callbacks_are_found_whatever_their_age(tmp_path: Path) -> None:
    rules = {"callbacks": {"expires_s": 7 * DAY / SECOND, "retry_s": 4 * DAY / SECOND}, "ring_s": 10}
    centre = WholeCentre(tmp_path, queues={"sales": rules, "help": {}})
    centre.customer = BUSY
    contact_id = asked(centre)
    centre.work("ann")
    centre.answer("1001")
    centre.pass_s(10)
    before = centre.contact(contact_id)
    assert before.place is Place.SCHEDULED
    centre.daemon.desk.ready("ann")
    for _ in range(3):
        for _ in range(17):
            centre.pass_s(HOUR / SECOND)
        centre.restart(after_s=2 * MINUTE / SECOND)
    after = centre.contact(contact_id)
    assert (after.joined_at, after.callback_due, after.callback_attempts) == (before.joined_at, before.callback_due, 1)
    assert centre.agent("ann").declared is Declared.READY
    centre.close()


def test_after_an_outage_of_days_nobody_is_believed_to_be_at_their_desk(centre: WholeCentre) -> None:
    contact_id = asked(centre)
    centre.work("ann")
    centre.restart(after_s=2 * DAY / SECOND)
    assert centre.agent("ann").declared is Declared.LOGGED_OUT
    assert centre.facts("CallbackEnded", contact_id)[0].outcome == "expired"


def test_an_erased_number_is_not_called_back(centre: WholeCentre) -> None:
    contact_id = asked(centre)
    centre.kill()
    erase(centre.journal, at=centre.clock.now(), by="eve", number="4155550101")
    centre.daemon = centre._start()
    assert centre.facts("CallbackEnded", contact_id)[0].outcome == "cancelled"
    assert centre.kinds(contact_id)[-1] == "ContactEnded"


def test_the_situation_is_noted_at_the_start_and_several_times_a_day(centre: WholeCentre) -> None:
    centre.work("ann")
    centre.pass_s(6 * HOUR / SECOND + 1)
    notes = centre.facts("SituationNoted")
    assert [sorted(note.agents) for note in notes] == [[], ["ann"]]
    assert msgspec.to_builtins(notes[-1].agents["ann"]) == {"phone": "PJSIP/1001", "declared": "READY"}


# -- flows that ask for the number, or offer a callback in the menu -------------------------------------------------

ASKING = """
flow: reception
languages: [en]
start: choose
variables: {back: {type: digits}}
nodes:
  choose:
    type: menu
    prompts: [choose]
    choices: [{name: wait, key: 1, next: to_sales}, {name: call_me, key: 2, next: which}]
    no_input: {retries: 0, next: to_sales}
    no_match: {retries: 0, next: to_sales}
  to_sales: {type: queue, queue: sales, callback: {key: "5", next: bye, ask: which}}
  which:
    type: collect
    variable: back
    min_length: 3
    prompts: [which]
    next: book
    no_input: {retries: 0, next: bye}
    no_match: {retries: 0, next: bye}
  book: {type: callback, queue: sales, number: "{back}", next: bye, failed: sorry}
  sorry: {type: say, prompts: [sorry], next: which}
  bye: {type: hang_up, prompts: [bye]}
prompts: {choose: {en: choose}, which: {en: which}, sorry: {en: sorry}, bye: {en: bye}}
"""


def test_who_hides_the_number_is_asked_for_one_and_keeps_the_place(tmp_path: Path) -> None:
    centre = WholeCentre(tmp_path, ASKING)
    caller, contact_id = centre.call(number="")
    joined = centre.contact(contact_id).joined_at
    _, second = centre.call(number="4155550102")
    caller.press("5")
    centre.pass_s(2)
    assert centre.contact(second).position == 1, "while the number is keyed in nobody is rung for them"
    caller.press("4155550177#")
    centre.pass_s(8)
    assert not caller.on_the_line
    view = centre.contact(contact_id)
    assert (view.joined_at, view.position, view.callback_number) == (joined, 1, "4155550177")
    queued = centre.facts("ContactQueued", contact_id)
    assert [(fact.entered, fact.returned) for fact in queued] == [(1, False), (1, True)]
    centre.work("ann")
    centre.answer("1001")
    centre.pass_s(4)
    assert centre.dialled == [("4155550177", "8123")]
    records = Records()
    Folds(records).apply_all(centre.entries())
    visits = [record for record in records.records if isinstance(record, Visit) and record.contact_id == contact_id]
    assert [(visit.outcome, visit.callback_outcome) for visit in visits] == [("answered", "connected")]
    centre.close()


def test_a_menu_takes_callbacks_and_refuses_numbers_that_are_none(tmp_path: Path) -> None:
    centre = WholeCentre(tmp_path, ASKING)
    caller, contact_id = centre.call("2", number="4155550101")
    caller.press("911#")
    centre.pass_s(4)
    assert centre.facts("MenuNodeEntered", contact_id)[-1].via != "failed"
    assert "sorry" in [fact.node for fact in centre.facts("MenuNodeEntered", contact_id)]
    caller.press("4155550177#")
    centre.pass_s(6)
    assert not caller.on_the_line
    assert centre.contact(contact_id).callback_number == "4155550177"
    kinds = centre.kinds(contact_id)
    assert [kinds.count(kind) for kind in ("ContactQueued", "CallbackRequested", "ContactAbandoned")] == [1, 1, 0]
    centre.close()
