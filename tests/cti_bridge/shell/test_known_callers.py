"""Callers who are known: from the first fact on, in the queue, and to the flow that asks for their record."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from cti_bridge.shell.calls import KnownCustomer
from facts.ids import CustomerId
from tests.cti_bridge.shell.menu_stage import Stage

WEI = KnownCustomer(customer_id=CustomerId("c1"), name="Chen Wei", tier="gold", language="zh")

STRAIGHT = """
flow: main
title: Straight
languages: [en]
start: queue
nodes:
  queue: {type: queue, queue: sales}
"""
ASKS = """
flow: main
title: Asks for the account
languages: [en]
start: account
variables: {account: {type: digits}, tier: {}, matter: {}}
nodes:
  account:
    type: collect
    input: keys
    variable: account
    min_length: 2
    max_length: 2
    prompts: [account]
    next: who
    no_input: {retries: 0, next: queue}
    no_match: {retries: 0, next: queue}
  who:
    type: lookup
    source: customer
    send: {account: "{account}"}
    results: {tier: tier, matter: open_matters.0}
    next: queue
    not_found: queue
    fallback: bye
  queue: {type: queue, queue: sales}
  bye: {type: hang_up}
prompts:
  account: {en: account}
"""


class Callers:
    """Knows whom the test says, when it says so."""

    def __init__(self) -> None:
        self.arriving: Deferred[None] = succeed(None)
        self.known: KnownCustomer | None = None
        self.asked: list[dict[str, str]] = []
        self.answer: Any = None

    def identify(self, call: Any) -> Deferred[None]:
        call.customer = self.known
        return self.arriving

    def record_of(self, call: Any, by: Any) -> Deferred[Any]:
        self.asked.append(dict(by))
        if isinstance(self.answer, Exception):
            return fail(self.answer)
        if self.answer is not None:
            call.customer = WEI
        return succeed(self.answer)


@pytest.fixture
def callers() -> Callers:
    return Callers()


def stage(tmp_path: Any, flow: str, callers: Callers) -> Any:
    made = Stage(tmp_path, flow)
    made.menus.customers = callers
    made.menus.attach(made.coordinator, made.clock)
    return made


def wait_in_the_queue(stage: Any) -> Any:
    while not stage.over:
        stage.reply()
    stage.waits()
    (queued,) = stage.facts("ContactQueued")
    return queued


def test_who_is_known_by_number_is_so_from_the_first_fact_on(tmp_path: Any, callers: Callers) -> None:
    callers.known = WEI
    on = stage(tmp_path, STRAIGHT, callers).arrive()
    (offered,) = on.facts("ContactOffered")
    assert offered.customer_id == "c1"
    queued = wait_in_the_queue(on)
    assert (queued.customer_id, queued.attributes) == ("c1", {"customer_tier": "gold", "language": "en"})
    assert "Chen" not in repr(on.entries), "a name is in no fact"
    assert "Chen" not in repr(on.coordinator.calls.get("1.1").customer)


def test_facts_name_the_record_that_was_found_and_the_distributor_knows_whose_it_is(
    tmp_path: Any, callers: Callers
) -> None:
    callers.known = KnownCustomer(customer_id=CustomerId("c2"), person=CustomerId("c1"), name="Chen Wei")
    on = stage(tmp_path, STRAIGHT, callers).arrive()
    (offered,) = on.facts("ContactOffered")
    queued = wait_in_the_queue(on)
    assert (offered.customer_id, queued.customer_id) == ("c2", "c2")
    joined = on.coordinator.calls.get(offered.contact_id).routing
    assert (joined.customer_id, joined.person) == ("c2", "c1")


def test_a_call_waits_for_its_customer_before_it_is_offered(tmp_path: Any, callers: Callers) -> None:
    callers.known, callers.arriving = WEI, Deferred()
    on = stage(tmp_path, STRAIGHT, callers).arrive()
    assert on.entries == []
    callers.arriving.callback(None)
    assert len(on.facts("ContactOffered")) == 1


def test_who_is_not_known_has_no_id(tmp_path: Any, callers: Callers) -> None:
    queued = wait_in_the_queue(stage(tmp_path, STRAIGHT, callers).arrive())
    assert (queued.customer_id, queued.attributes) == (None, {"language": "en"})


def key_in(on: Any, keys: str) -> None:
    on.expect("ANSWER").expect("SET VARIABLE")
    for key in keys:
        on.press(key)


def test_a_flow_finds_the_customer_by_an_account(tmp_path: Any, callers: Callers) -> None:
    callers.answer = {"customer_id": "c1", "tier": "gold", "open_matters": ["invoice 17"]}
    on = stage(tmp_path, ASKS, callers).arrive()
    (offered,) = on.facts("ContactOffered")
    assert offered.customer_id is None
    key_in(on, "42")
    assert callers.asked == [{"account": "42"}]
    queued = wait_in_the_queue(on)
    assert queued.customer_id == "c1"
    assert queued.attributes["tier"] == "gold"


def test_a_database_that_does_not_answer_is_the_flows_fallback(tmp_path: Any, callers: Callers) -> None:
    callers.answer = RuntimeError("away")
    on = stage(tmp_path, ASKS, callers).arrive()
    key_in(on, "42")
    assert on.nodes()[-1] == "bye"
