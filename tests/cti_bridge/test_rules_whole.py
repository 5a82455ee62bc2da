"""The distributor's rules on whole calls: the daemon as it is, on the virtual switch, by the deployed dialplan."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acd.contact_state import Place
from cti_bridge.shell.floor_desk import FloorDesk
from facts.states import Activity, Declared
from facts.time import MINUTE, SECOND
from tests.cti_bridge.whole_centre import AMI_PORT, FLOW, SETTINGS, WholeCentre


@pytest.fixture
def site(tmp_path: Path) -> Any:
    made = []

    def make(flow: str = FLOW, sales: dict[str, Any] | None = None, **changes: Any) -> WholeCentre:
        queues = {"sales": {"ring_s": 10, **(sales or {})}, "help": SETTINGS["queues"]["help"]}
        made.append(WholeCentre(tmp_path, flow, **{"queues": queues, **changes}))
        return made[-1]

    yield make
    for centre in made:
        centre.close()


# -- who may take it ------------------------------------------------------------------------------------------------


def test_after_so_many_seconds_the_second_group_may_take_the_call(site: Any) -> None:
    sales = {"requires": "en>=3", "relaxation": [{"after_s": 20, "drop": ["en"]}]}
    centre = site(sales=sales)
    centre.work("bob")
    _, contact_id = centre.call()
    centre.pass_s(18)
    assert not centre.rings("1002")
    centre.pass_s(2)
    assert centre.rings("1002")
    (step,) = centre.facts("RequirementRelaxed", contact_id)
    assert (step.step, step.after_us) == (1, 20 * SECOND)
    centre.answer("1002")
    assert centre.facts("ContactConnected", contact_id)[0].agent_id == "bob"


def test_a_reserve_group_helps_after_so_many_seconds(site: Any) -> None:
    agents = {**SETTINGS["agents"], "eve": {"phone": "1003", "reserve": ["back"], "skills": {"en": 5}}}
    centre = site(sales={"requires": "en>=3", "relaxation": [{"after_s": 15, "open": ["back"]}]}, agents=agents)
    centre.work("eve")
    centre.call()
    centre.pass_s(13)
    assert not centre.rings("1003")
    centre.pass_s(2)
    assert centre.rings("1003")


def test_the_preferred_agent_is_waited_for_and_then_anybody_is_rung(site: Any) -> None:
    centre = site()
    centre.work("ann", "bob")
    centre.call(number="4155550109")  # for sales: ann is the longest idle
    centre.answer("1001")
    centre.call(number="4155550108")
    centre.answer("1002")
    centre.hang_up("1001")
    _, contact_id = centre.call("2")
    assert centre.contact(contact_id).alone_for == "bob"
    assert not centre.rings("1001"), "bob is preferred, and busy"
    centre.hang_up("1002")
    assert centre.contact(contact_id).agent_id == "bob"


def test_the_preferred_agent_is_not_waited_for_longer_than_told(site: Any) -> None:
    centre = site()
    centre.work("bob")
    centre.call()
    centre.answer("1002")
    centre.work("ann")
    centre.call("2")
    centre.pass_s(28)
    assert not centre.rings("1001")
    centre.pass_s(2)
    assert centre.rings("1001")


def test_who_talked_with_the_customer_last_is_tried_first(site: Any) -> None:
    flow = FLOW.replace("  to_sales:", "  known: {type: set, data: {customer_id: c42}, next: to_sales}\n  to_sales:")
    flow = flow.replace("next: to_sales}\n      - {name: help", "next: known}\n      - {name: help")
    centre = site(flow, sales={"last_agent": True})
    centre.work("ann", "bob")
    centre.call()
    centre.answer("1001")
    centre.pass_s(5)
    centre.hang_up("1001")
    centre.pass_s(5)
    _, contact_id = centre.call()
    assert centre.contact(contact_id).agent_id == "ann", "bob has been idle for longer"


def test_ring_several_and_the_first_to_answer_has_it(site: Any) -> None:
    centre = site(sales={"agent_order": "ring_several", "ring_count": 2})
    centre.work("ann", "bob")
    _, contact_id = centre.call()
    assert centre.rings("1001")
    assert centre.rings("1002")
    centre.answer("1002")
    assert not centre.rings("1001")
    assert centre.contact(contact_id).agents == ("bob",)
    assert (centre.agent("ann").declared, centre.agent("ann").misses) == (Declared.READY, 0)


def test_the_higher_priority_is_served_first(site: Any) -> None:
    centre = site()
    _, first = centre.call("1", number="4155550101")
    _, important = centre.call("3", number="4155550102")
    assert (centre.contact(important).position, centre.contact(first).position) == (1, 2)
    centre.work("ann")
    assert centre.contact(important).agent_id == "ann"


# -- who may wait ---------------------------------------------------------------------------------------------------

NIGHT = """
flow: night
languages: [en]
start: say_so
variables: {tier: {}}
nodes:
  say_so: {type: say, prompts: [night], next: message}
  message: {type: voicemail, mailbox: night, prompts: [leave], next: bye}
  bye: {type: hang_up, prompts: [night]}
prompts: {night: {en: night}, leave: {en: leave}}
"""


def with_night(centre_of: Callable[..., WholeCentre], tmp_path: Path, **more: Any) -> WholeCentre:
    (tmp_path / "night.yaml").write_text(NIGHT)
    return centre_of(flows=["reception.yaml", "night.yaml"], **more)


def test_a_wait_that_is_too_long_ends_in_another_flow(site: Any, tmp_path: Path) -> None:
    limits = [{"what": "wait", "after_s": 30, "then": {"to_kind": "flow", "to": "night"}}]
    centre = with_night(site, tmp_path, sales={"limits": limits})
    caller, contact_id = centre.call()
    centre.pass_s(29)
    assert centre.contact(contact_id).place is Place.WAITING
    centre.pass_s(5)
    assert caller.on_the_line
    nodes = [(fact.flow, fact.node) for fact in centre.facts("MenuNodeEntered", contact_id)]
    assert nodes[-2:] == [("night", "say_so"), ("night", "message")]
    caller.hang_up()
    centre.pass_s(1)
    kinds = centre.kinds(contact_id)
    assert kinds.count("ContactEnded") == 1
    assert "ContactAbandoned" not in kinds
    assert centre.facts("VoicemailLeft", contact_id)[0].mailbox == "night"
    left = centre.facts("ContactLeftQueue", contact_id)
    assert [(fact.outcome, fact.to) for fact in left] == [("timed_out", "flow:night")]


def test_a_full_queue_sends_to_voicemail(site: Any) -> None:
    limits = [{"what": "waiting", "count": 1, "then": {"to_kind": "voicemail", "to": "invoices"}}]
    centre = site(sales={"limits": limits})
    centre.call(number="4155550101")
    caller, contact_id = centre.call(number="4155550102")
    centre.pass_s(8)
    caller.hang_up()
    centre.pass_s(1)
    assert centre.facts("VoicemailLeft", contact_id)[0].mailbox == "invoices"
    assert centre.facts("ContactLeftQueue", contact_id)[0].outcome == "full"
    assert centre.kinds(contact_id)[-1] == "ContactEnded"


def test_a_limit_may_send_to_a_number_outside(site: Any) -> None:
    limits = [{"what": "none_logged_in", "then": {"to_kind": "number", "to": "+1 415 555-0199"}}]
    centre = site(sales={"limits": limits})
    caller, contact_id = centre.call()
    centre.pass_s(5)
    assert [number for number, _ in centre.dialled] == ["+14155550199"]
    assert centre.customers()[0].bridge is caller.caller.channel.bridge
    centre.customer_hangs_up()
    centre.pass_s(2)
    assert not caller.on_the_line
    assert centre.kinds(contact_id)[-1] == "ContactEnded"
    assert "ContactAbandoned" not in centre.kinds(contact_id)


def test_an_overflow_keeps_the_join_time(site: Any) -> None:
    limits = [{"what": "wait", "after_s": 30, "then": {"to_kind": "queue", "to": "help"}}]
    centre = site(sales={"requires": "fr>=9", "limits": limits})
    _, contact_id = centre.call(number="4155550101")
    joined = centre.contact(contact_id).joined_at
    centre.pass_s(20)
    _, later = centre.call("2", number="4155550102")
    centre.pass_s(10)
    view = centre.contact(contact_id)
    assert (view.queue, view.joined_at, view.position) == ("help", joined, 1)
    assert centre.contact(later).position == 2
    centre.work("ann")
    assert centre.contact(contact_id).agent_id == "ann"


def test_a_flow_s_own_exit_goes_before_the_apology(site: Any) -> None:
    flow = FLOW.replace("queue: sales\n", "queue: sales\n    exits: {full: to_help}\n")
    centre = site(flow, sales={"limits": [{"what": "waiting", "count": 1}]})
    centre.call(number="4155550101")
    caller, contact_id = centre.call(number="4155550102")
    centre.pass_s(2)
    assert centre.contact(contact_id).queue == "help", "from queue to queue without a word between"
    assert caller.on_the_line


def test_who_came_without_a_menu_is_told_that_nobody_can_take_the_call(site: Any) -> None:
    centre = site(sales={"limits": [{"what": "none_logged_in"}]})
    centre.kill()
    caller, contact_id = centre.call("")
    centre.daemon = centre._start()
    centre.pass_s(5)
    assert not caller.on_the_line
    assert {fact.flow for fact in centre.facts("MenuNodeEntered", contact_id)} == {"sorry"}
    assert centre.kinds(contact_id)[-1] == "ContactEnded"


# -- opening hours, and emergencies ---------------------------------------------------------------------------------

UNTIL_SIX = {"office": {"weekly": {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}}}


def test_a_queue_closes_by_its_hours(site: Any, tmp_path: Path) -> None:
    sales = {"opening_hours": "office", "closing": "send_away", "when_closed": {"to_kind": "flow", "to": "night"}}
    centre = with_night(site, tmp_path, sales=sales, opening_hours=UNTIL_SIX)
    caller, contact_id = centre.call()
    assert centre.contact(contact_id).place is Place.WAITING
    now = centre.clock.now()
    centre.pass_s((60 * MINUTE - now % (60 * MINUTE)) / SECOND - 5)
    assert centre.contact(contact_id).place is Place.WAITING
    centre.pass_s(10)
    assert [fact.why for fact in centre.facts("QueueClosed")] == ["hours"]
    assert centre.facts("ContactLeftQueue", contact_id)[0].outcome == "closed"
    assert centre.facts("MenuNodeEntered", contact_id)[-1].flow == "night"
    late, late_id = centre.call(number="4155550102")
    centre.pass_s(2)
    assert centre.facts("MenuNodeEntered", late_id)[-1].flow == "night"
    assert caller.on_the_line == late.on_the_line is True


def test_who_waits_at_closing_time_is_served_also_after_a_restart(site: Any) -> None:
    centre = site(sales={"opening_hours": "office", "closing": "serve"}, opening_hours=UNTIL_SIX)
    _, contact_id = centre.call()
    now = centre.clock.now()
    centre.pass_s((60 * MINUTE - now % (60 * MINUTE)) / SECOND + 5)
    centre.restart(after_s=5)
    assert centre.contact(contact_id).place is Place.WAITING
    centre.work("ann")
    assert centre.contact(contact_id).agent_id == "ann"


def test_an_emergency_closing_spares_callbacks_and_ringing_phones(site: Any) -> None:
    centre = site()
    caller, called_back = centre.call(number="4155550101")
    caller.press("5")
    centre.pass_s(4)
    waiting, sent_away = centre.call(number="4155550102")
    desk = FloorDesk(centre.daemon.coordinator, lambda _: centre.daemon.coordinator.engine.policy)
    assert "1 who waited were sent away" in desk.close("sales", "eve")
    centre.pass_s(5)
    assert not waiting.on_the_line
    assert centre.facts("ContactLeftQueue", sent_away)[0].outcome == "closed"
    assert centre.contact(called_back).callback
    centre.restart()
    (sales, _) = centre.daemon.coordinator.engine.queues()
    assert sales.closed_by_hand
    refused, refused_id = centre.call(number="4155550103")
    centre.pass_s(5)
    assert not refused.on_the_line
    assert centre.facts("ContactLeftQueue", refused_id)[0].outcome == "closed"


# -- changes while callers wait -------------------------------------------------------------------------------------


def test_rules_and_skills_change_while_callers_wait_and_nobody_loses_the_place(site: Any) -> None:
    centre = site(sales={"requires": "en>=6"})
    centre.work("bob")
    callers = [centre.call(number=f"415555010{number}") for number in range(3)]
    ids = [contact_id for _, contact_id in callers]
    joined = [centre.contact(contact_id).joined_at for contact_id in ids]
    centre.change("queues", "sales", {"requires": "en>=7", "ring_s": 10, "priority": 2})
    centre.change("skills", "de", "German")
    centre.change("agents", "eve", {"phone": "1003", "skills": {"fr": 1}})
    assert [centre.contact(contact_id).position for contact_id in ids] == [1, 2, 3]
    assert [centre.contact(contact_id).joined_at for contact_id in ids] == joined
    assert [centre.contact(contact_id).requirement_text for contact_id in ids] == ["en>=7"] * 3
    centre.pass_s(20)
    centre.change("agents", "bob", {"phone": "1002", "skills": {"en": 7}})
    assert centre.contact(ids[0]).agent_id == "bob", "who can take it now is rung at once, for the first of the line"
    centre.change("queues", "sales", {"requires": "en>=7", "ring_s": 15, "priority": 1})
    assert centre.rings("1002"), "a phone that rings goes on ringing through a change"
    centre.answer("1002")
    assert centre.hears("1002") == ["4155550100"]
    (connected,) = centre.facts("ContactConnected", ids[0])
    assert connected.waited_us > 20 * SECOND
    centre.change("agents", "bob", {"phone": "1002", "skills": {"fr": 1}})
    assert centre.hears("1002") == ["4155550100"], "a talk outlasts the skills that it began by"
    assert [centre.contact(contact_id).position for contact_id in ids[1:]] == [1, 2]
    assert all(caller.on_the_line for caller, _ in callers)
    assert [centre.kinds(contact_id).count("ContactQueued") for contact_id in ids] == [1, 1, 1]
    changed_by = [fact.by for fact in centre.facts("PolicyChanged")]
    assert changed_by == ["", *["dana"] * 5], "the first is the beginning; a skill's description changes no rule"


def test_a_limit_set_while_callers_wait_sends_the_newest_on(site: Any) -> None:
    centre = site()
    callers = [centre.call(number=f"415555010{number}") for number in range(3)]
    ids = [contact_id for _, contact_id in callers]
    limit = {"what": "waiting", "count": 2, "holds": "both", "then": {"to_kind": "voicemail", "to": "invoices"}}
    centre.change("queues", "sales", {"ring_s": 10, "limits": [limit]})
    centre.pass_s(8)
    callers[2][0].hang_up()
    centre.pass_s(1)
    assert centre.facts("VoicemailLeft", ids[2])[0].mailbox == "invoices"
    assert [(fact.contact_id, fact.outcome) for fact in centre.facts("ContactLeftQueue")] == [(ids[2], "full")]
    assert [centre.contact(contact_id).position for contact_id in ids[:2]] == [1, 2]
    centre.work("ann")
    assert centre.contact(ids[0]).agent_id == "ann"


# -- what callers are told ------------------------------------------------------------------------------------------


def test_a_flow_s_announcements_never_tell_of_a_longer_wait(site: Any) -> None:
    flow = FLOW.replace(
        "queue: sales\n",
        "queue: sales\n    announce: {every_s: 30, position: true, expected_wait: true}\n",
    )
    centre = site(flow)
    centre.work("ann")
    centre.call(number="4155550100")
    centre.answer("1001")
    _, contact_id = centre.call(number="4155550101")
    for number in range(2, 6):
        centre.call("3", number=f"415555010{number}")  # they go before: the wait becomes longer
        centre.pass_s(30)
    told = centre.facts("ExpectedWaitTold", contact_id)
    assert len(told) == 4
    waits = [fact.expected_wait_us for fact in told if fact.expected_wait_us is not None]
    assert waits
    assert waits == sorted(waits, reverse=True)
    assert [fact.position for fact in told] == [2, 3, 4, 5]
    assert centre.contact(contact_id).place is Place.WAITING


def test_a_menu_may_ask_for_the_expected_wait(site: Any) -> None:
    flow = FLOW.replace("start: choose", "start: ask").replace(
        "  choose:\n",
        "  ask:\n    type: branch\n    cases: [{when: queue.sales.expected_wait_s > 100, next: to_help}]\n"
        "    otherwise: choose\n  choose:\n",
        1,
    )
    centre = site(flow)
    centre.work("ann")
    centre.call(number="4155550100")
    centre.answer("1001")
    _, contact_id = centre.call("", number="4155550101")
    assert centre.contact(contact_id).queue == "help", "three minutes are expected before anything is known"


# -- the switch -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen_after_s", [0.0, 2.0], ids=["before it rings", "while it rings"])
def test_a_switch_that_stands_still_blames_nobody(site: Any, frozen_after_s: float) -> None:
    centre = site(sales={"ring_s": 6, "misses_before_not_ready": 1})
    _, contact_id = centre.call()
    centre.work("ann")
    if frozen_after_s:
        centre.pass_s(frozen_after_s)
    centre.reactor.freeze(AMI_PORT)
    centre.pass_s(20)
    ann = centre.agent("ann")
    assert ann.misses == 0
    assert (ann.declared, ann.reason) == (Declared.NOT_READY, "phone_lost"), "nothing can be offered meanwhile"
    centre.reactor.thaw(AMI_PORT)
    centre.until(lambda: centre.daemon.connected)
    ann = centre.agent("ann")
    assert (ann.declared, ann.activity) == (Declared.READY, Activity.RESERVED)
    assert centre.contact(contact_id).agent_id == "ann"
    assert "no_answer" not in {fact.outcome for fact in centre.facts("OfferEnded")}


def test_a_phone_that_just_rings_is_its_agent_s_no_answer(site: Any) -> None:
    centre = site(sales={"ring_s": 6})
    centre.call()
    centre.work("ann")
    centre.pass_s(7)
    assert (centre.agent("ann").declared, centre.agent("ann").reason) == (Declared.NOT_READY, "no_answer")
    assert centre.daemon.connected
