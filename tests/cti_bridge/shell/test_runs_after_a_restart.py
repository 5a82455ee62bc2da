"""The node dies while callers wait, talk, or are called outside; the next one has journal, switch and files."""

import pytest
from structlog.testing import capture_logs

from acd.events import DeclareReady, LogIn
from cti_bridge.app.flow_archive import MOST_VERSIONS, FlowArchive
from cti_bridge.shell.ami_client import Snapshot
from cti_bridge.shell.remembering import remember
from cti_bridge.wire.ami import AmiParser
from facts.ids import AgentId
from ivr.loader import load, load_shipped
from tests.cti_bridge.shell.menu_stage import GREETING, Stage

FLOW = """
flow: main
start: pin
variables: {pin: {type: digits, private: true}, sum: {type: amount}, tier: {default: none yet}}
nodes:
  pin:
    type: collect
    input: keys
    private: true
    variable: pin
    min_length: 4
    max_length: 4
    prompts: [pin]
    next: sum
    no_input: {retries: 0, next: queue}
    no_match: {retries: 0, next: queue}
  sum:
    type: collect
    kind: amount
    variable: sum
    prompts: [sum]
    next: queue
    no_input: {retries: 0, next: outside}
    no_match: {retries: 0, next: outside}
  outside: {type: transfer, to: "5559990000", failed: queue}
  queue:
    type: queue
    queue: sales
    announce: {every_s: 30, position: true}
    leave: {key: "9", next: which}
    after_talk: rate
  which: {type: branch, cases: [{when: sum == 12.5 and pin == none, next: rich}], otherwise: bye}
  rich: {type: hang_up, prompts: [rich]}
  rate:
    type: survey
    question: satisfied
    prompts: [rate]
    next: bye
    no_input: {retries: 0, next: bye}
    no_match: {retries: 0, next: bye}
  bye: {type: hang_up, prompts: [bye]}
prompts: {pin: {en: pin}, sum: {en: sum}, rich: {en: rich}, rate: {en: rate}, bye: {en: bye}}
"""


@pytest.fixture
def archive(tmp_path):
    return FlowArchive(tmp_path / "versions")


@pytest.fixture
def before(tmp_path, archive):
    """A caller who gave a PIN and 12.50 waits in the queue."""
    stage = Stage(tmp_path, FLOW)
    archive.keep(stage.menus.flows)
    stage.arrive().expect("ANSWER").expect('SET VARIABLE "CHANNEL(language)"')
    stage.expect('STREAM FILE "pin"', f"200 result={ord('7')}")
    for key in "391":
        stage.press(key)
    stage.expect('STREAM FILE "sum"', f"200 result={ord('1')}")
    for key in "2*5#":
        stage.press(key)
    stage.expect('SET VARIABLE "ACD_QUEUE" "sales"').expect('SET VARIABLE "ACD_KEYS" "9"').expect("SET VARIABLE")
    assert stage.over
    stage.waits()
    return stage


def restarted(tmp_path, before, archive, context="acd-wait", *, flow=FLOW, bridge="", leg=""):
    """The next node, when the switch has told where everybody is."""
    stage = Stage(tmp_path, flow, past=remember(before.entries), versions=archive)
    stage.reactor.advance(before.reactor.seconds() + 3)
    stage.coordinator._resume.begin(stage.coordinator)
    channels = [_channel("1.1", "PJSIP/trunk-1", context, bridge)]
    channels += [_channel(leg, "PJSIP/1001-1", "acd-leg", bridge, "ChanVariable: ACD_AGENT=ann")] if leg else []
    stage.coordinator.switch_connected(Snapshot(channels=tuple(channels), devices=()))
    return stage


def _channel(channel_id, name, context, bridge, *more):
    parser = AmiParser()
    parser.feed(GREETING)
    lines = ["Event: CoreShowChannel", f"Channel: {name}", f"Uniqueid: {channel_id}", f"Context: {context}",
             "ChannelState: 6", f"BridgeId: {bridge}", "ChanVariable: ACD_CALL=1.1", *more]  # fmt: skip
    (message,) = parser.feed("\r\n".join(lines).encode() + b"\r\n\r\n")
    return message


def test_the_key_in_the_queue_and_all_that_is_no_secret(tmp_path, before, archive):
    stage = restarted(tmp_path, before, archive)
    assert stage.facts("ContactQueued")[0].returned
    stage.queue_key("9")
    assert stage.nodes() == ["which", "rich"]
    assert stage.switch.of("Redirect")[-1]["Context"] == "acd-menu"
    stage.arrive("&resume=queue")
    assert stage.command().startswith('STREAM FILE "rich"')


def test_the_secret_is_nowhere(before):
    assert "7391" not in "".join(fact.state for fact in before.facts("MenuRested"))
    assert "7391" not in repr(before.facts())


def test_announcements_go_on(tmp_path, before, archive):
    stage = restarted(tmp_path, before, archive, "acd-announce")
    stage.pass_s(30.1)
    assert stage.switch.of("Redirect")[-1]["Context"] == "acd-announce"


def test_the_survey_after_a_talk_that_begins_later(tmp_path, before, archive):
    stage = restarted(tmp_path, before, archive)
    for event in (LogIn, DeclareReady):
        stage.coordinator.tell(event(agent_id=AgentId("ann")))
    leg = stage.switch.of("Originate")[0]["ChannelId"]
    stage.says("Newstate", "ChannelState: 6", f"Uniqueid: {leg}")
    stage.says("UserEvent", "Uniqueid: 1.1", "UserEvent: AcdTalked", "Call: 1.1")
    stage.arrive("&resume=talk")
    assert stage.command().startswith('STREAM FILE "rate"')


def talking(before):
    for event in (LogIn, DeclareReady):
        before.coordinator.tell(event(agent_id=AgentId("ann")))
    leg = before.switch.of("Originate")[0]["ChannelId"]
    before.says("Newstate", "ChannelState: 6", f"Uniqueid: {leg}")
    return leg


def test_the_survey_after_a_talk_that_went_on_over_the_restart(tmp_path, before, archive):
    stage = restarted(tmp_path, before, archive, bridge="b1", leg=talking(before))
    stage.queue_key("9")
    assert not stage.switch.of("Redirect")
    stage.says("UserEvent", "Uniqueid: 1.1", "UserEvent: AcdTalked", "Call: 1.1")
    stage.arrive("&resume=talk").expect('STREAM FILE "rate"', f"200 result={ord('4')} endpos=1")
    assert stage.facts("SurveyAnswered")[0].score == 4
    stage.gone()
    assert stage.facts("ContactEnded")


def test_the_caller_is_back_before_the_switch_has_told_where_everybody_is(tmp_path, before, archive):
    talking(before)
    stage = Stage(tmp_path, FLOW, past=remember(before.entries), versions=archive)
    stage.arrive("&resume=talk").expect('STREAM FILE "rate"', f"200 result={ord('4')} endpos=1")
    stage.gone()
    assert [fact.kind for fact in stage.facts()][-1] == "ContactEnded"


def test_a_number_outside_that_did_not_answer(tmp_path, archive):
    before = Stage(tmp_path, FLOW)
    archive.keep(before.menus.flows)
    before.arrive().expect("ANSWER").reply().expect('STREAM FILE "pin"', f"200 result={ord('7')}")
    for key in "391**#":
        before.press(key)
    before.expect('SET VARIABLE "ACD_RING"').expect('EXEC "Goto" "acd-outside,5559990000,1"')
    assert before.over
    stage = restarted(tmp_path, before, archive, "acd-outside")
    stage.arrive("&resume=transfer&status=NOANSWER")
    assert stage.nodes() == ["queue"]
    stage.gone()
    assert stage.facts("ContactEnded")


def test_a_flow_that_went_on_meanwhile_is_not_taken_up_where_it_rested(tmp_path, before, archive):
    before.queue_key("9")
    stage = restarted(tmp_path, before, archive)
    stage.queue_key("9")
    assert not stage.nodes()


CHANGED = FLOW.replace("next: rich}], otherwise: bye", "next: bye}], otherwise: rich")


def test_the_caller_goes_on_in_the_version_with_which_they_began(tmp_path, before, archive):
    stage = restarted(tmp_path, before, archive, flow=CHANGED)
    stage.queue_key("9")
    assert stage.nodes() == ["which", "rich"]


def test_a_version_that_is_not_at_hand_gives_way_to_the_present_one(tmp_path, before):
    with capture_logs() as logs:
        stage = restarted(tmp_path, before, None, flow=CHANGED)
        stage.queue_key("9")
    assert stage.nodes() == ["which", "bye"]
    assert "flow_version_gone" in [line["event"] for line in logs]


@pytest.mark.parametrize(
    "change", [("queue: sales\n", "queue: sales # \n"), ("  queue:\n", "  line:\n"), ("flow: main", "flow: other")]
)
def test_a_flow_that_has_not_the_node_any_more_leaves_the_place_in_the_queue(tmp_path, before, change):
    flow = FLOW.replace(*change)
    if change[1] == "  line:\n":
        flow = flow.replace("next: queue", "next: line").replace("failed: queue", "failed: line")
    with capture_logs() as logs:
        stage = restarted(tmp_path, before, None, flow=flow)
        stage.queue_key("9")
    assert len(stage.facts("ContactQueued")) == 1
    kept = change[1].startswith("queue: sales")
    assert stage.nodes() == (["which", "rich"] if kept else [])
    assert ("run_lost" in [line["event"] for line in logs]) is not kept


def test_an_erased_state_is_no_state(tmp_path, before, archive):
    past = remember(before.entries)
    ((contact_id, rested),) = past.rested().items()
    past.contacts[contact_id].rested = type(rested)(contact_id=rested.contact_id, flow=rested.flow, node=rested.node)
    stage = Stage(tmp_path, FLOW, past=past, versions=archive)
    stage.coordinator.switch_connected(
        Snapshot(channels=(_channel("1.1", "PJSIP/trunk-1", "acd-wait", ""),), devices=())
    )
    stage.queue_key("9")
    assert not stage.nodes()
    assert stage.facts("ContactQueued")[0].returned


def test_shipped_flows_come_back_from_the_archive_as_they_were(archive):
    flows = load_shipped()
    archive.keep(flows)
    assert {name: archive.flow_of(name, flow.version) for name, flow in flows.items()} == flows
    assert archive.flow_of("demo", "0" * 12) is None


def test_the_archive_keeps_the_newest_and_minds_no_broken_file(tmp_path, archive):
    path = tmp_path / "main.yaml"
    versions = []
    for number in range(MOST_VERSIONS + 2):
        path.write_text(f"{FLOW}# {number}\n")
        flows = load([path])
        archive.keep(flows)
        versions.append(flows["main"].version)
    assert [archive.flow_of("main", version) is not None for version in versions] == [False] * 2 + [
        True
    ] * MOST_VERSIONS
    (broken,) = (tmp_path / "versions").glob(f"main@{versions[-1]}.json")
    broken.write_text("{")
    assert archive.flow_of("main", versions[-1]) is None
