"""Calls of the real Asterisk worked over the real API: sessions, acts, refusals, supervision, the live channel."""

from collections.abc import Iterator
from typing import Any

import pytest

from agent_console.documents.administration import SettingChange
from agent_console.documents.desk import Consult, NotReady, SetOutcome, Transfer
from agent_console.documents.supervision import (
    Monitor,
    Monitored,
    Move,
    PreviewWish,
    Said,
    SetAgentState,
    SetPriority,
    SetQueues,
    SetSkills,
)
from facts.states import Declared
from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import CALLER_HZ, Phones
from tests.e2e.conftest import acting_daemon
from tests.e2e.daemon import Daemon
from tests.e2e.office import HERTZ, STAFF, Office, hear_each_other
from tests.e2e.people import People, Person, give_passwords, people_of
from tests.servers.ports import free_port

ANN, BOB = HERTZ["ann"], HERTZ["bob"]
PORT = free_port()


@pytest.fixture(scope="module")
def acting(asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with its API, and people who may use it."""
    settings = {
        "web": {"port": PORT},
        "teams": {"north": {"title": "North"}, "south": {}},
        "agents": {name: {**agent, "team": "south" if name == "cyd" else "north"} for name, agent in STAFF.items()},
        "users": {
            **{name: {"role": "agent", "agent": name} for name in ("ann", "bob", "cyd")},
            "susan": {"role": "supervisor", "teams": ["north"], "agent": "sue"},
            "olga": {"role": "administrator"},
        },
    }
    yield from acting_daemon(asterisk_of_session, tmp_path_factory.mktemp("api"), **settings)


@pytest.fixture(scope="module")
def passwords(acting: Daemon) -> dict[str, str]:
    return give_passwords(acting, "ann", "bob", "cyd", "susan", "olga")


@pytest.fixture
def people(acting: Daemon, passwords: dict[str, str]) -> Iterator[People]:
    with people_of(f"http://127.0.0.1:{PORT}", passwords) as people:
        yield people


@pytest.fixture
def _bob_as_before(people: People) -> Iterator[None]:
    """Whatever becomes of the test, Bob has his skills again, and is an exception in no queue."""
    susan = people.sign_in("susan")
    skills = susan.do(susan.client.get_agent, "bob").skills
    try:
        yield
    finally:
        susan.do(susan.client.set_agent_queues, "bob", SetQueues(without_queues=[], extra_queues=[]))
        susan.do(susan.client.set_agent_skills, "bob", SetSkills(skills=skills))


def talk(office: Office, ann: Person) -> tuple[Any, Any, str]:
    """Ann answers a caller at her desk, as her console would."""
    office.phone("ann")
    ann.do(ann.client.desk_ready)
    caller = office.enter("1")
    ringing = ann.until(lambda live: live.desk_contact("ringing"))
    assert (ringing.caller_number, ringing.queue) == ("5551230001", "sales")
    leg = office.leg("ann")
    answered = ann.do(ann.client.answer_contact, ringing.contact_id)
    assert answered.state == "talking"
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    return caller, leg, ringing.contact_id


def test_a_call_from_the_sign_in_to_the_outcome(office: Office, people: People) -> None:
    ann, bob = people.sign_in("ann", "desk"), people.sign_in("bob", "desk")
    caller, leg, contact = talk(office, ann)
    assert ann.do(ann.client.hold_contact, contact).state == "held"
    caller.wait_hears(MUSIC_HZ)
    assert ann.until(lambda live: live.desk_contact("held")).contact_id == contact
    again = ann.problem(ann.client.hold_contact, contact)
    assert (again.status, again.error_id, again.reason_id) == (409, "state_changed", "already_held")
    assert again.present is not None
    assert again.present["state"] == "held"
    assert ann.do(ann.client.retrieve_contact, contact).state == "talking"
    phone = office.phone("bob")
    assert ann.do(ann.client.consult_contact, contact, Consult(to_kind="agent", to="bob")).state == "consulting"
    assert bob.until(lambda live: live.desk_contact("ringing")).contact_id == contact
    bob.do(bob.client.answer_contact, contact)
    asked = phone.expect_ring()
    hear_each_other(leg, ANN, asked, BOB)
    foreign = bob.problem(bob.client.complete_contact, contact)
    assert (foreign.status, foreign.reason_id) == (409, "not_yours")
    assert ann.do(ann.client.complete_contact, contact).state == "over"
    hear_each_other(caller, CALLER_HZ, asked, BOB)
    assert bob.until(lambda live: live.desk_contact("talking")).contact_id == contact
    bob.do(bob.client.set_outcome, contact, SetOutcome(resolved=True, notes="done"))
    late = ann.problem(ann.client.hold_contact, contact)
    assert (late.status, late.error_id) == (409, "state_changed")
    caller.hang_up()
    asked.wait_ended()
    office.over(contact)
    gone = bob.problem(bob.client.hang_up_contact, contact)
    assert (gone.status, gone.reason_id) == (409, "over")
    said = office.wait("DispositionSet")
    assert (said.agent_id, said.resolved, said.notes) == ("bob", True, "done")


def test_what_the_desk_shows_after_a_reload_is_what_is_so(office: Office, people: People) -> None:
    ann = people.sign_in("ann", "desk")
    caller, leg, contact = talk(office, ann)
    ann.do(ann.client.hold_contact, contact)
    again = people.sign_in("ann", "desk")
    shown = again.until(lambda live: live.desk_contact("held"))
    (read,) = again.do(again.client.get_desk).contacts
    assert (shown.contact_id, read.contact_id, read.state) == (contact, contact, "held")
    assert again.do(again.client.retrieve_contact, contact).state == "talking"
    assert ann.until(lambda live: live.desk_contact("talking")).contact_id == contact
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    assert again.do(again.client.hang_up_contact, contact).state == "over"
    caller.wait_ended()
    ann.do(ann.client.desk_not_ready, NotReady(reason="break"))


def test_a_supervisor_listens_whispers_and_says_something_to_the_team(office: Office, people: People) -> None:
    ann, susan = people.sign_in("ann", "desk"), people.sign_in("susan", "desk", "agents")
    caller, leg, contact = talk(office, ann)
    phone = office.phone("sue")
    heard = susan.do(susan.client.monitor_contact, contact, Monitor(mode="listen"))
    assert (heard.agent, heard.mode) == ("ann", "listen")
    spying = phone.expect_ring()
    spying.wait_hears(CALLER_HZ)
    susan.do(susan.client.monitor_contact, contact, Monitor(mode="whisper"))
    leg.wait_hears(HERTZ["sue"])
    assert not caller.hears(HERTZ["sue"])
    susan.do(susan.client.stop_monitoring, contact)
    spying.wait_ended()
    own = ann.problem(ann.client.monitor_contact, contact, Monitor(mode="listen"))
    assert own.status == 403
    said = susan.do(susan.client.say_to_team, "north", Said(text="Please be brief today."))
    assert ann.until(lambda live: live.desk_messages.get(said.message_id)).text == "Please be brief today."
    assert susan.problem(susan.client.say_to_team, "south", Said(text="no")).status in (403, 404)
    caller.hang_up()
    office.over(contact)


def test_a_supervisor_is_on_the_line_still_after_a_restart_and_told_so(office: Office, people: People) -> None:
    ann, susan = people.sign_in("ann", "desk"), people.sign_in("susan", "desk")
    caller, leg, contact = talk(office, ann)
    phone = office.phone("sue")
    susan.do(susan.client.monitor_contact, contact, Monitor(mode="whisper"))
    spying = phone.expect_ring()
    leg.wait_hears(HERTZ["sue"])
    assert susan.until(lambda live: live.desk.listening if live.desk else None)[0].mode == "whisper"
    office.kill_daemon()
    office.start_daemon()

    def listening() -> list[Monitored]:
        try:
            return susan.do(susan.client.get_desk).state.listening
        except OSError:
            return []

    office.until(listening, 10, "what susan hears to be known again")
    assert listening() == [Monitored(contact_id=contact, agent="ann", mode="whisper", supervisor="susan")]
    leg.wait_hears(HERTZ["sue"])
    assert not caller.hears(HERTZ["sue"])
    assert susan.do(susan.client.monitor_contact, contact, Monitor(mode="listen")).mode == "listen"
    leg.wait_hears_not(HERTZ["sue"])
    susan.until(lambda live: live.desk is not None and [one.mode for one in live.desk.listening] == ["listen"])
    susan.do(susan.client.stop_monitoring, contact)
    spying.wait_ended()
    susan.until(lambda live: live.desk is not None and not live.desk.listening)
    caller.hang_up()
    office.over(contact)


def test_why_a_caller_waits_and_an_agent_idles_and_what_a_change_would_do(office: Office, people: People) -> None:
    susan, olga, bob = people.sign_in("susan", "waiting"), people.sign_in("olga"), people.sign_in("bob", "desk")
    office.phone("bob")
    caller = office.enter("2")
    contact = office.wait("ContactQueued").contact_id
    caller.wait_hears(MUSIC_HZ)
    why = susan.do(susan.client.explain_contact, contact)
    assert (why.code, why.queue, why.position) == ("none_free", "support", 1)
    (verdict,) = [agent for agent in why.agents if agent.agent == "bob"]
    assert (verdict.qualified, [obstacle.code for obstacle in verdict.ruled_out_by]) == (True, ["not_ready"])
    idles = susan.do(susan.client.explain_agent, "bob")
    assert (idles.code, [obstacle.code for obstacle in idles.obstacles]) == ("cannot", ["not_ready"])
    assert contact in [waiting.contact_id for waiting in idles.contacts]

    before = olga.do(olga.client.get_setting, "agents", "bob").document
    others = {agent: olga.do(olga.client.get_setting, "agents", agent).document for agent in ("cyd", "dee")}
    more = [
        SettingChange(section="agents", name=name, document={**document, "skills": {}})
        for name, document in others.items()
    ]
    wish = PreviewWish(section="agents", name="bob", document={**before, "skills": {}}, more=more)
    told = olga.do(olga.client.preview_change, wish)
    assert (told.unroutable, told.gone_queues) == ([contact], [])
    assert [problem.field for problem in told.problems] == ["queues.support.requires"], "nobody would have the skill"
    assert set(told.idle_agents) >= {"bob", "cyd", "dee"}
    kept = olga.do(olga.client.preview_change, PreviewWish(section="agents", name="bob", document=before))
    assert (kept.unroutable, kept.idle_agents) == ([], [])
    gone = olga.do(olga.client.preview_change, PreviewWish(section="queues", name="support"))
    assert gone.gone_queues == ["support"] or gone.problems
    assert olga.do(olga.client.get_setting, "agents", "bob").document == before, "only looked at"

    bob.do(bob.client.desk_ready)
    office.leg("bob")
    assert susan.do(susan.client.explain_contact, contact).code == "rings"
    bob.do(bob.client.answer_contact, contact)
    caller.wait_hears(BOB)
    talks = susan.do(susan.client.explain_contact, contact)
    assert (talks.code, talks.details) == ("talks", {"agents": ["bob"]})
    assert [obstacle.code for obstacle in susan.do(susan.client.explain_agent, "bob").obstacles] == ["busy"]
    caller.hang_up()
    office.over(contact)


def test_a_supervisor_raises_moves_and_withdraws_who_waits(office: Office, people: People) -> None:
    susan = people.sign_in("susan", "waiting", "queues")
    caller = office.enter("1")
    contact = office.wait("ContactQueued").contact_id
    caller.wait_hears(MUSIC_HZ)
    why = susan.do(susan.client.explain_contact, contact)
    assert (why.contact_id, why.queue) == (contact, "sales")
    raised = susan.do(susan.client.set_priority, contact, SetPriority(priority=7))
    assert (raised.queue, raised.priority) == ("sales", 7)
    moved = susan.do(susan.client.move_contact, contact, Move(queue="support"))
    assert (moved.queue, moved.position) == ("support", 1)
    assert susan.problem(susan.client.move_contact, contact, Move(queue="nowhere")).status in (404, 409, 422)
    susan.do(susan.client.withdraw_contact, contact)
    caller.wait_ended()
    assert office.wait("ContactLeftQueue", queue="support").outcome == "withdrawn"
    gone = susan.problem(susan.client.set_priority, contact, SetPriority(priority=1))
    assert (gone.status, gone.error_id) in {(409, "state_changed"), (404, "not_found")}
    office.over(contact)


@pytest.mark.usefixtures("_bob_as_before")
def test_a_skill_given_by_a_supervisor_connects_who_waits(office: Office, people: People) -> None:
    susan, bob = people.sign_in("susan", "agents"), people.sign_in("bob", "desk")
    phone = office.phone("bob")
    susan.do(susan.client.set_agent_skills, "bob", SetSkills(skills={"support": 5}))
    bob.do(bob.client.desk_ready)
    caller = office.enter("1")
    contact = office.wait("ContactQueued").contact_id
    phone.expect_silence(0.5)
    assert susan.problem(susan.client.set_agent_skills, "cyd", SetSkills(skills={"sales": 1})).status in (403, 404)
    row = susan.do(susan.client.set_agent_skills, "bob", SetSkills(skills={"support": 5, "sales": 3}))
    assert row.skills == {"support": 5, "sales": 3}
    leg = phone.expect_ring()
    bob.do(bob.client.answer_contact, contact)
    hear_each_other(caller, CALLER_HZ, leg, BOB)
    caller.hang_up()
    office.over(contact)


@pytest.mark.usefixtures("_bob_as_before")
def test_who_is_put_into_a_queue_is_rung_without_the_skill_and_taken_out_is_not(office: Office, people: People) -> None:
    susan, bob = people.sign_in("susan", "agents"), people.sign_in("bob", "desk")
    phone = office.phone("bob")
    susan.do(susan.client.set_agent_skills, "bob", SetSkills(skills={"support": 5}))
    bob.do(bob.client.desk_ready)
    caller = office.enter("1")
    contact = office.wait("ContactQueued").contact_id
    phone.expect_silence(0.5)
    row = susan.do(susan.client.set_agent_queues, "bob", SetQueues(without_queues=[], extra_queues=["sales"]))
    assert (row.skills, row.extra_queues) == ({"support": 5}, ["sales"])
    leg = phone.expect_ring()
    bob.do(bob.client.answer_contact, contact)
    hear_each_other(caller, CALLER_HZ, leg, BOB)
    row = susan.do(susan.client.set_agent_queues, "bob", SetQueues(without_queues=["sales"], extra_queues=[]))
    assert [one.contact_id for one in row.contacts] == [contact], "a talk goes on"
    hear_each_other(caller, CALLER_HZ, leg, BOB)
    caller.hang_up()
    office.over(contact)
    second = office.enter("1")
    waits = office.wait("ContactQueued", 2).contact_id
    phone.expect_silence(1)
    why = susan.do(susan.client.explain_contact, waits)
    (of_bob,) = (one for one in why.agents if one.agent == "bob")
    assert (of_bob.qualified, of_bob.ruled_out_by[0].code) == (False, "taken_out")
    second.hang_up()
    office.over(waits)


def test_an_agent_is_made_not_ready_by_the_supervisor_and_sees_it(office: Office, people: People) -> None:
    susan, ann = people.sign_in("susan", "agents"), people.sign_in("ann", "desk")
    caller, _, contact = talk(office, ann)
    wish = SetAgentState(declared=Declared.NOT_READY, reason="meal")
    assert susan.do(susan.client.set_agent_state, "ann", wish).agent == "ann"
    assert ann.until(lambda live: live.desk if live.desk and live.desk.pending else None).pending_reason == "meal"
    caller.hang_up()
    office.over(contact)
    shown = ann.until(lambda live: live.desk if live.desk and live.desk.reason == "meal" else None)
    assert shown.declared is Declared.NOT_READY


def test_an_emergency_closes_the_queue_and_sends_who_waits_away(office: Office, people: People) -> None:
    susan = people.sign_in("susan", "queues")
    caller = office.enter("1")
    contact = office.wait("ContactQueued").contact_id
    try:
        closed = susan.do(susan.client.close_queue, "sales")
        assert (closed.open, closed.closed_by_hand) == (False, True)
        assert susan.until(lambda live: live.queues["sales"] if not live.queues["sales"].open else None).waiting == 0
        caller.wait_ended()
        office.over(contact)
        ann = people.sign_in("ann", "desk")
        assert ann.problem(ann.client.close_queue, "sales").status == 403
    finally:
        assert susan.do(susan.client.open_queue, "sales").open
    assert office.wait("ContactLeftQueue").queue == "sales"


def test_two_who_edit_the_same_setting_and_one_who_transfers_to_it(office: Office, people: People) -> None:
    olga, ann = people.sign_in("olga"), people.sign_in("ann", "desk")
    read = olga.do(olga.client.get_setting, "agents", "bob")
    first = olga.do(olga.client.put_setting, "agents", "bob", {**read.document, "name": "Bob"}, match=read.etag)
    second = olga.problem(olga.client.put_setting, "agents", "bob", {**read.document, "name": "Rob"}, match=read.etag)
    assert (second.status, second.error_id, second.etag) == (412, "edited_meanwhile", first.etag)
    caller, leg, contact = talk(office, ann)
    nowhere = ann.problem(ann.client.transfer_contact, contact, Transfer(to_kind="agent", to="nobody"))
    assert (nowhere.status, nowhere.error_id) == (422, "invalid")
    assert nowhere.errors is not None
    assert [(error.field, "directory" in error.way_out) for error in nowhere.errors] == [("body.to", True)]
    phone = office.phone("bob")
    ann.do(ann.client.transfer_contact, contact, Transfer(to_kind="agent", to="bob"))
    leg.wait_ended()
    taken = phone.expect_ring()
    bob = people.sign_in("bob", "desk")
    assert bob.do(bob.client.answer_contact, contact).state == "talking"
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    caller.hang_up()
    office.over(contact)


def test_calls_that_nobody_signed_in_for_are_nobodys(office: Office, people: People, phones: Phones) -> None:
    """Of an act on another's contact not even the state is told."""
    ann, cyd = people.sign_in("ann", "desk"), people.sign_in("cyd", "desk")
    caller, _, contact = talk(office, ann)
    assert cyd.do(cyd.client.get_desk).contacts == []
    foreign = cyd.problem(cyd.client.hang_up_contact, contact)
    assert (foreign.status, foreign.reason_id) in {(409, "not_at_this_desk"), (404, None)}
    caller.wait_hears(ANN)
    caller.hang_up()
    office.over(contact)
