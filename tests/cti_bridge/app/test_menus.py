"""Menus from the settings: which flow answers whom, when, and how many; the site's threshold; recognisers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from config.load import load
from cti_bridge.app.entry_points import entry_points_from
from cti_bridge.app.menus import DialledNumbers, library_of, recognisers_of, with_threshold
from cti_bridge.app.opening import Opening
from cti_bridge.app.prompts import flows_in_use
from cti_bridge.shell.calls import Call, Calls, Place
from facts.ids import ContactId, QueueName
from facts.time import HOUR, SECOND
from ivr.loader import load_shipped

SETTINGS = """
site: {time_zone: UTC, country: CN}
queues: {sales: {requires: "sales>=1", service_level: {threshold_s: 20}, opening_hours: office}}
skills: {sales: Selling}
opening_hours: {office: {weekly: {mon: ["09:00-17:00"]}}}
entry_points:
  "075512345678":
    flow: service
    routes:
      - {flow: demo, closed: office}
      - {flow: identify, prefixes: ["+86755"], language: zh}
    emergency: demo
    most_calls: 2
    overflow: demo
  "8123": {flow: service}
speech: {recognisers: {en: {engine: vosk, model: /nowhere}}}
"""
MONDAY_NOON = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()) * SECOND


class Now:
    """As much of a coordinator as entry points look at."""

    def __init__(self, at):
        self.at = at
        self.calls = Calls(at)

    def now(self):
        return self.at


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "cordboard.yaml"
    path.write_text(SETTINGS)
    return load(path, {})


@pytest.fixture
def numbers(settings):
    return DialledNumbers(entry_points_from(settings), Opening(settings), "CN", "service")


def call(dialled, caller="5551230001", name="1.1"):
    made = Call(ContactId(name), name, "PJSIP/trunk-1", Place.MENU)
    made.dialled, made.caller_number = dialled, caller
    return made


def test_hours_decide(numbers):
    now: Any = Now(MONDAY_NOON)
    assert numbers.answer(call("075512345678"), now).flow == "service"
    now.at += 6 * HOUR
    assert numbers.answer(call("075512345678"), now).flow == "demo"


def test_a_number_is_known_in_every_form_and_by_its_own_name(numbers):
    answer = numbers.answer(call("+8675512345678"), Now(MONDAY_NOON))
    assert answer.entry_point == "075512345678"


def test_the_caller_s_prefix_decides(numbers):
    answer = numbers.answer(call("075512345678", "075587654321"), Now(MONDAY_NOON))
    assert (answer.flow, answer.language) == ("identify", "zh")
    assert numbers.region_of("075587654321") == "CN"


def test_too_many_calls_overflow_and_the_arriving_one_does_not_count(numbers):
    now: Any = Now(MONDAY_NOON)
    arriving = call("075512345678", name="9.9")
    arriving.entry_point = "075512345678"
    now.calls.add(arriving)
    for name in ("1.1", "1.2"):
        assert numbers.answer(arriving, now).flow == "service"
        other = call("", name=name)
        other.entry_point = "075512345678"
        now.calls.add(other)
    assert numbers.answer(arriving, now).flow == "demo"


def test_the_emergency_switch(numbers):
    numbers.thrown["*"] = "the test"
    assert numbers.answer(call("075512345678"), Now(MONDAY_NOON)).why == "emergency"


def test_a_number_that_nobody_has(numbers):
    answer = numbers.answer(call("999"), Now(MONDAY_NOON))
    assert (answer.entry_point, answer.flow) == ("999", "service")


def test_opening_hours_are_kept_for_days_and_then_looked_up_again(settings):
    opening, noon = Opening(settings), MONDAY_NOON
    assert opening.is_open("office", noon) is True
    assert opening.is_open("office", noon + 24 * HOUR) is False
    assert opening.is_open("office", noon + 28 * 24 * HOUR) is True
    assert opening.is_open("nowhere", noon) is None
    assert opening.queue_is_open(QueueName("sales"), noon + 24 * HOUR) is False
    assert opening.queue_is_open(QueueName("none"), noon) is None
    assert opening.open_now(noon) == {"office"}


def test_the_site_s_threshold_is_that_of_nodes_that_say_nothing_else():
    flows = with_threshold(load_shipped(), 0.55)
    node: Any = flows["demo"].node("main_menu")
    assert node.confirm_below == 0.55


def test_a_recogniser_that_is_missing_leaves_keys(settings):
    assert recognisers_of(settings) == {}


def test_flows_in_use_are_those_that_answer_and_those_they_go_into(settings):
    assert set(flows_in_use(settings, load_shipped())) == {"service", "demo", "identify", "sorry"}


def test_a_flow_of_the_site_may_go_into_a_shipped_one(settings, tmp_path):
    flow = "flow: mine\nstart: who\nnodes:\n  who: {type: subflow, flow: identify, next: end}\n  end: {type: hang_up}\n"
    (tmp_path / "mine.yaml").write_text(flow)
    site = settings.model_copy(update={"flows": (tmp_path,)})
    assert set(library_of(site).flows) == {"mine"}
