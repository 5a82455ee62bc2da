"""Menus of keys on the real Asterisk: every kind of node, what may go wrong in it, and callers who hang up there."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeGuard

import pytest

from facts.journal import AnyFact, MenuNodeEntered
from facts.time import SECOND
from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import AGENT_HZ, WORLD_HZ, Phones
from tests.e2e.callers import Caller
from tests.e2e.daemon import Daemon
from tests.e2e.listening import STOPS_WITHIN_S, quickest
from tests.sip_phone import Answer, Reject, Ring, audio

LONG_HZ, NEXT_HZ, ANNOUNCED_HZ, BYE_HZ = 1000.0, 1500.0, 1200.0, 1800.0
PIN = "73915086241"
"""Too long to be found by chance in what a daemon writes: moments, names of calls."""

LOOKUP_S = 3
"""How long another system may take."""

pytestmark = pytest.mark.xdist_group("menus")

FLOW = """
flow: reception
title: Every kind of node
languages: [en]
start: choose
max_errors: {{count: 8, next: to_support}}
variables: {{pin: {{type: digits, private: true}}, what: {{type: digits}}, tier: {{}}, spare: {{}}}}
nodes:
  choose:
    type: menu
    prompts: [long]
    choices:
      - {{name: talk, key: 1, next: say}}
      - {{name: secret, key: 2, next: pin}}
      - {{name: asked, key: 3, next: what}}
      - {{name: waits, key: 4, next: to_sales}}
      - {{name: outside, key: 5, next: outside}}
      - {{name: message, key: 6, next: message}}
      - {{name: sure, key: 7, next: sure}}
      - {{name: state, key: 8, next: state}}
      - {{name: rate, key: 9, next: rate}}
    first_digit_s: 2
    no_input: {{retries: 1, next: to_support}}
    no_match: {{retries: 2, next: to_support}}
  say: {{type: say, prompts: [long], interruptible: false, next: bye}}
  pin:
    type: collect
    private: true
    input: keys
    variable: pin
    min_length: 11
    max_length: 11
    prompts: [next]
    next: check_pin
    no_input: {{retries: 1, next: to_support}}
    no_match: {{retries: 1, next: to_support}}
  check_pin:
    type: lookup
    url: "http://{host}:{port}/pin"
    method: POST
    send: {{pin: "{{pin}}"}}
    results: {{tier: tier}}
    next: bye
    fallback: to_support
  what:
    type: collect
    variable: what
    min_length: 1
    max_length: 1
    prompts: [next]
    next: ask
    no_input: {{retries: 0, next: to_support}}
    no_match: {{retries: 0, next: to_support}}
  ask:
    type: lookup
    url: "http://{host}:{port}/{{what}}"
    timeout_s: {lookup_s}
    results: {{tier: customer.tier}}
    next: gold
    not_found: unknown
    fallback: to_support
  gold:
    type: branch
    cases: [{{when: tier == "gold", next: to_sales}}]
    otherwise: to_support
  unknown: {{type: hang_up, prompts: [bye]}}
  outside: {{type: transfer, to: "5559990000", failed: sure, ring_s: 2}}
  message: {{type: voicemail, mailbox: sales, prompts: [next], next: bye}}
  sure:
    type: confirm
    prompts: [long]
    yes: to_sales
    no: bye
    first_digit_s: 2
    no_input: {{retries: 0, next: to_support}}
    no_match: {{retries: 0, next: to_support}}
  state:
    type: branch
    cases:
      - {{when: "hours.never or not hours.always", next: to_sales}}
      - {{when: queue.support.waiting == 0 and queue.support.agents_ready == 0 and queue.support.open, next: bye}}
    otherwise: to_support
  to_sales:
    type: queue
    queue: sales
    announce: {{every_s: 10, prompts: [announced], position: true}}
    leave: {{key: "9", next: sure}}
    callback: {{key: "5", next: bye}}
    after_talk: rate
  to_support: {{type: queue, queue: support}}
  rate:
    type: survey
    question: satisfied
    prompts: [next]
    next: bye
    no_input: {{retries: 0, next: bye}}
    no_match: {{retries: 0, next: bye}}
  bye: {{type: hang_up, prompts: [bye], served: true}}
prompts:
  long: {{en: {{text: long, recording: long.wav}}}}
  next: {{en: {{text: next, recording: next.wav}}}}
  announced: {{en: {{text: announced, recording: announced.wav}}}}
  bye: {{en: {{text: bye, recording: bye.wav}}}}
"""


class OtherSystem(BaseHTTPRequestHandler):
    """Answers well, badly, too much, or not at all, by the path."""

    heard: list[bytes] = []  # noqa: RUF012 - of the whole class

    def do_GET(self) -> None:
        path = self.path.strip("/")
        if path == "3":
            time.sleep(LOOKUP_S + 9)
        status = {"2": 500, "5": 404, "6": 302}.get(path, 200)
        body = {"4": b'{"customer": "' + b"x" * 10_000_000 + b'"}', "7": b"<html>"}.get(path)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/1")
        body = body or b'{"customer": {"tier": "gold"}}'
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def other_system() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), OtherSystem)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


CLOSED = """
flow: closed
start: bye
nodes: {bye: {type: hang_up, prompts: [bye]}}
prompts: {bye: {en: {text: bye, recording: bye.wav}}}
"""
HOURS = {
    "always": {"weekly": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}},
    "never": {},
}


@pytest.fixture(scope="module")
def menus(
    asterisk_of_session: Asterisk, other_system: ThreadingHTTPServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Daemon]:
    """One daemon for all tests here; each caller has a number of their own."""
    folder = tmp_path_factory.mktemp("menus")
    for name, hertz, seconds in [("long", LONG_HZ, 8), ("next", NEXT_HZ, 1), ("announced", ANNOUNCED_HZ, 2)]:
        audio.write_wav(folder / f"{name}.wav", audio.tone(hertz, seconds))
    audio.write_wav(folder / "bye.wav", audio.tone(BYE_HZ, 0.6))
    flow = FLOW.format(host="127.0.0.1", port=other_system.server_address[1], lookup_s=LOOKUP_S)
    (folder / "closed.yaml").write_text(CLOSED)
    more = {
        "opening_hours": HOURS,
        "flows": [str(folder / "reception.yaml"), str(folder / "closed.yaml")],
        "entry_points": {"8123": {"flow": "reception", "emergency": "closed"}},
    }
    node = Daemon(asterisk_of_session, folder, flow=flow, more=more)
    try:
        node.start()
        yield node
    finally:
        node.stop()
    assert "Traceback" not in node.log(), node.log()


def arrive(menus: Daemon, phones: Phones, key: str = "") -> Caller:
    caller = Caller(menus, phones)
    caller.wait_hears(LONG_HZ)
    if key:
        caller.press(key)
    return caller


def test_a_key_stops_the_prompt_and_is_the_answer(menus: Daemon, phones: Phones) -> None:
    def stopped_after() -> float:
        caller = arrive(menus, phones)
        let_go = caller.press("2")
        caller.wait_hears(NEXT_HZ)
        caller.leave()
        return caller.last_heard(LONG_HZ) - let_go

    assert quickest(stopped_after) < STOPS_WITHIN_S


def test_a_prompt_that_may_not_be_interrupted_goes_on(menus: Daemon, phones: Phones) -> None:
    caller = arrive(menus, phones, "1")
    caller.wait_node("say")
    time.sleep(0.3)
    caller.press("2")
    time.sleep(0.5)
    caller.wait_hears(LONG_HZ)
    assert caller.path()[-1] == "say"
    caller.leave()


def test_a_secret_number_reaches_the_other_system_and_nothing_else(menus: Daemon, phones: Phones) -> None:
    caller = arrive(menus, phones, "2")
    caller.wait_hears(NEXT_HZ)
    caller.press(PIN)
    caller.wait_node("bye", via="next")
    caller.call.wait_ended()
    caller.wait("ContactEnded")
    assert OtherSystem.heard[-1] == b'{"pin":"%s"}' % PIN.encode()
    assert PIN not in menus.log()
    journal = b"".join(path.read_bytes() for path in menus.home.rglob("*") if path.is_file())
    assert PIN.encode() not in journal
    assert caller.contact_id.encode() in journal
    given = [fact for fact in caller.facts("MenuInputGiven") if fact.node == "pin"]
    assert [(fact.choice, fact.confidence) for fact in given] == [("", None)]


@pytest.mark.parametrize(
    ("what", "node"),
    [("1", "to_sales"), ("2", "to_support"), ("3", "to_support"), ("4", "to_support"), ("5", "unknown"),
     ("6", "to_support"), ("7", "to_support")],
    ids=["answers", "500", "hangs", "10 MB", "404", "redirects", "no JSON"],
)  # fmt: skip
def test_a_lookup_ends_in_time_at_the_right_edge(menus: Daemon, phones: Phones, what: str, node: str) -> None:
    caller = arrive(menus, phones, "3")
    caller.wait_hears(NEXT_HZ)
    caller.press(what)
    caller.wait_node(node)
    entered = {e.fact.node: e.at for e in menus.entries() if is_node_of(e.fact, caller.contact_id)}
    assert (entered[node] - entered["ask"]) / SECOND < LOOKUP_S + 2
    caller.leave()


def is_node_of(fact: AnyFact, contact_id: str) -> TypeGuard[MenuNodeEntered]:
    """Whether a caller came to a node."""
    return isinstance(fact, MenuNodeEntered) and fact.contact_id == contact_id


def test_keys_of_the_queue_announcements_and_the_way_back(menus: Daemon, phones: Phones) -> None:
    caller = arrive(menus, phones, "4")
    caller.wait("ContactQueued", queue="sales")
    caller.wait_hears(MUSIC_HZ)
    caller.press("3")
    time.sleep(0.3)
    caller.wait_hears(MUSIC_HZ)
    caller.wait_hears(ANNOUNCED_HZ, 14)
    assert caller.wait("ExpectedWaitTold").position == 1
    caller.wait_hears(MUSIC_HZ)
    assert len(caller.facts("ContactQueued")) == 1
    caller.press("9")
    caller.wait("ContactLeftQueue", outcome="key")
    caller.wait_node("sure", via="leave")
    caller.wait_hears(LONG_HZ)
    caller.press("1")
    caller.wait_node("to_sales", via="yes")
    caller.wait_hears(MUSIC_HZ)
    caller.leave()
    assert [fact.queue for fact in caller.facts("ContactQueued")] == ["sales", "sales"]


def test_an_agent_does_not_wait_for_an_announcement(menus: Daemon, phones: Phones) -> None:
    caller = arrive(menus, phones, "4")
    caller.wait_hears(ANNOUNCED_HZ, 16)
    phones.agent("1001", Answer())
    menus.work("ann")
    try:
        caller.wait_hears(AGENT_HZ)
        caller.leave()
    finally:
        menus.agent("sign-out", "ann")


def test_a_survey_after_the_talk(menus: Daemon, phones: Phones) -> None:
    phone = phones.agent("1001", Answer(talk=1.0))
    menus.work("ann")
    try:
        caller = arrive(menus, phones, "4")
        phone.expect_ring(10).wait_answered()
        caller.wait_node("rate", via="after_talk")
        caller.wait_hears(NEXT_HZ, since=caller.pressed_at)
        caller.press("5")
        assert caller.wait("SurveyAnswered").score == 5
        caller.call.wait_ended()
        ended = caller.wait("ContactEnded")
    finally:
        menus.agent("sign-out", "ann")
    assert ended.ended_by == "agent"
    assert not caller.facts("ContactAbandoned")


def test_a_transfer_that_is_taken(menus: Daemon, phones: Phones) -> None:
    phones.world(Answer())
    caller = arrive(menus, phones, "5")
    caller.wait_hears(WORLD_HZ)
    caller.leave()
    assert not caller.facts("ContactAbandoned")


@pytest.mark.parametrize("behaviour", [Reject(486), Ring()], ids=["busy", "no answer"])
def test_a_transfer_that_is_not_taken_goes_on_in_the_flow(menus: Daemon, phones: Phones, behaviour) -> None:
    phones.world(behaviour)
    caller = arrive(menus, phones, "5")
    caller.wait_node("sure", via="failed")
    caller.wait_hears(LONG_HZ)
    caller.press("2")
    caller.call.wait_ended()


def test_a_message_is_kept_by_the_contact_s_name(menus: Daemon, phones: Phones) -> None:
    caller = arrive(menus, phones, "6")
    caller.wait_hears(NEXT_HZ)
    time.sleep(1.5)
    caller.call.say(audio.tone(700.0, 4.0))  # a part of it before the tone of the recording, on a busy machine
    caller.call.wait_said()
    caller.press("#")
    left = caller.wait("VoicemailLeft", mailbox="sales")
    caller.wait_node("bye", via="next")
    caller.call.wait_ended()
    assert caller.contact_id.replace("/", "_") in left.file
    assert audio.share(audio.read_wav(Path(left.file)), 700.0) > 0.3


def test_state_of_hours_and_queues(menus: Daemon, phones: Phones) -> None:
    caller = arrive(menus, phones, "8")
    caller.wait_node("bye", via="case_2")
    caller.call.wait_ended()


def test_silence_and_nonsense_end_at_a_person(menus: Daemon, phones: Phones) -> None:
    caller = arrive(menus, phones, "0")
    caller.wait("MenuInputGiven", outcome="no_match")
    caller.press("*#")
    caller.wait_node("to_support")
    caller.leave()


NODES = {
    "1": "say",
    "2": "pin",
    "3": "what",
    "4": "to_sales",
    "5": "outside",
    "6": "message",
    "7": "sure",
    "9": "rate",
}


@pytest.mark.parametrize("key", ["", *NODES])
def test_hang_up_in_every_kind_of_node(menus: Daemon, phones: Phones, key: str) -> None:
    phones.world(Ring())
    caller = arrive(menus, phones, key)
    caller.wait_node(NODES.get(key, "choose"))
    time.sleep(0.3)
    facts = caller.leave()
    ends = [fact.kind for fact in facts if fact.kind in ("ContactEnded", "ContactAbandoned", "MenuEnded")]
    assert ends.count("ContactEnded") == ends.count("MenuEnded") == 1


def test_hang_up_while_another_system_is_asked(menus: Daemon, phones: Phones) -> None:
    caller = arrive(menus, phones, "3")
    caller.wait_hears(NEXT_HZ)
    caller.press("3")
    caller.wait_node("ask")
    time.sleep(0.1)
    assert caller.leave()[-1].kind == "ContactEnded"
    time.sleep(LOOKUP_S + 0.2)
    assert caller.path()[-1] == "ask"


def test_a_changed_flow_is_for_the_next_caller(menus: Daemon, phones: Phones) -> None:
    before = menus.flow_path.read_text()
    reloaded, kept = (menus.log().count(what) for what in ("flows_reloaded", "flows_kept"))
    old = arrive(menus, phones)
    try:
        menus.flow_path.write_text(before.replace("key: 7, next: sure", "key: 7, next: rate"))
        _wait_log(menus, "flows_reloaded", reloaded + 1)
        new = arrive(menus, phones, "7")
        new.wait_node("rate")
        old.press("7")
        old.wait_node("sure")
        new.leave()
        old.leave()
        menus.flow_path.write_text(before.replace("next: sure", "next: nowhere"))
        _wait_log(menus, "flows_kept", kept + 1)
        arrive(menus, phones, "7").wait_node("rate")
    finally:
        menus.flow_path.write_text(before)
    _wait_log(menus, "flows_reloaded", reloaded + 2)


def test_the_emergency_switch_is_thrown_while_calls_are_in_progress(menus: Daemon, phones: Phones) -> None:
    seen = len(menus.facts("EntryPointSwitched"))
    before = arrive(menus, phones)
    menus.cordboard("entry-point", "emergency", "8123", "--by", "bo")
    try:
        meanwhile = Caller(menus, phones)
        meanwhile.wait_hears(BYE_HZ, since=0)
        meanwhile.call.wait_ended()
        assert "EMERGENCY (by bo)" in menus.cordboard("entry-point", "list")
        before.press("7")
        before.wait_node("sure")
        before.leave()
    finally:
        menus.cordboard("entry-point", "normal", "8123")
    arrive(menus, phones).leave()
    switched = [(fact.entry_point, fact.emergency, fact.by) for fact in menus.facts("EntryPointSwitched")[seen:]]
    assert switched[0] == ("8123", True, "bo")
    assert [emergency for _, emergency, _ in switched] == [True, False]


def _wait_log(daemon: Daemon, what: str, count: int) -> None:
    deadline = time.monotonic() + 20
    while daemon.log().count(what) < count:
        assert time.monotonic() < deadline, daemon.log()[-2000:]
        time.sleep(0.1)
