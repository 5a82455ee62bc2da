"""Acts on calls over HTTP, whole: client, API, call control, virtual PBX. What cannot be is told with what is."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from agent_console.client import ApiError, Client, LiveView
from agent_console.documents.desk import Consult, DeskContact, Dial, NotReady, SendDigits, SetOutcome, Transfer
from agent_console.documents.media import VoicemailDoc
from agent_console.documents.supervision import Monitor, SetPriority, SetQueues, SetSkills
from tests.agent_console.virtual_centre import PASSWORD, VirtualCentre

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("virtual-centre")]

CALLER = "+493012340077"
SOON_S = 20.0

Desk = tuple[Client, LiveView]


@contextlib.asynccontextmanager
async def at_desk(centre: VirtualCentre, name: str) -> AsyncIterator[Desk]:
    """Somebody at their desk, ready; at the end they have nothing to do and are signed out."""
    async with Client(centre.url) as client:
        await client.log_in(name, PASSWORD)
        await client.desk_sign_in()
        async with client.live("desk") as live:
            await client.desk_ready()
            try:
                yield client, live
            finally:
                centre.hang_up(CALLER)
                for call in live.desk_contacts.values():
                    if call.acts["hang_up"] is None:
                        with contextlib.suppress(ApiError):  # the caller was faster
                            await client.hang_up_contact(call.contact_id)
                await live.until(lambda _: live.desk_contact("wrap_up") or not live.desk_contacts, SOON_S)
                for contact_id in list(live.desk_contacts):
                    await client.end_wrap_up_contact(contact_id)
        await client.desk_sign_out()


async def talk(centre: VirtualCentre, desk: Desk) -> DeskContact:
    """A call that has been answered, and whose two sides hear each other."""
    client, live = desk
    centre.call(CALLER)
    ringing = await live.until(lambda _: live.desk_contact("ringing"), SOON_S)
    assert (await client.answer_contact(ringing.contact_id)).state == "talking"

    def together(_: LiveView) -> DeskContact | None:
        found = live.desk_contacts[ringing.contact_id]
        return found if found.acts["hold"] is None else None

    return await live.until(together, SOON_S)


async def refusal(wish: Awaitable[object]) -> ApiError:
    with pytest.raises(ApiError) as refused:
        await wish
    return refused.value


def played(script: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(script(), 120))


def test_a_call_is_held_and_retrieved_muted_and_ended(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with at_desk(centre, "anna") as desk:
            client, live = desk
            call = await talk(centre, desk)
            held = await client.hold_contact(call.contact_id)
            assert (held.state, held.parties[0].state) == ("held", "held")
            assert held.acts["retrieve"] is None
            assert (await client.retrieve_contact(call.contact_id)).state == "talking"
            assert (await client.mute_contact(call.contact_id)).muted is True
            assert (await client.unmute_contact(call.contact_id)).muted is False
            await client.send_digits_contact(call.contact_id, SendDigits(digits="12#"))
            await client.hang_up_contact(call.contact_id)
            await live.until(lambda _: live.desk_contact("wrap_up"), SOON_S)

    played(script)


def test_what_is_not_possible_now_is_a_conflict_that_shows_the_call_as_it_is(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with at_desk(centre, "anna") as desk:
            client, live = desk
            call = await talk(centre, desk)
            refused = await refusal(client.retrieve_contact(call.contact_id))
            assert (refused.status, refused.error_id, refused.problem.reason_id) == (409, "state_changed", "not_held")
            present = DeskContact.model_validate(refused.problem.present)
            assert (present.contact_id, present.state) == (call.contact_id, "talking")
            assert present.acts["retrieve"] is not None
            assert present.acts["retrieve"].reason_id == "not_held"
            centre.hang_up(CALLER)
            await live.until(lambda _: live.desk_contact("wrap_up"), SOON_S)
            late = await refusal(client.hold_contact(call.contact_id))
            assert (late.status, late.problem.reason_id) == (409, "in_wrap_up")
            await client.end_wrap_up_contact(call.contact_id)
            over = await refusal(client.hold_contact(call.contact_id))
            assert (over.status, over.problem.reason_id) == (409, "over")
            assert DeskContact.model_validate(over.problem.present).state == "over"
            outcome = await client.set_outcome(call.contact_id, SetOutcome(disposition="solved", notes="after all"))
            assert (outcome.outcome.resolved, outcome.outcome.notes) == (True, "after all")

    played(script)


def test_nobody_acts_on_somebody_elses_call_or_learns_of_it(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with at_desk(centre, "anna") as desk, Client(centre.url) as bruno:
            call = await talk(centre, desk)
            await bruno.log_in("bruno", PASSWORD)
            refused = await refusal(bruno.hang_up_contact(call.contact_id))
            assert (refused.status, refused.error_id, refused.problem.present) == (404, "not_found", None)
            assert (await refusal(bruno.set_outcome(call.contact_id, SetOutcome(notes="mine")))).status == 404
            assert (await refusal(bruno.hang_up_contact("no-such-contact"))).status == 404
            assert (await refusal(bruno.get_contact(call.contact_id))).status == 403
            assert desk[1].desk_contacts[call.contact_id].state == "talking"

    played(script)


@pytest.mark.parametrize(
    "number",
    [
        "911@evil",
        "12\r\nAction: Originate",
        "1,2,3",
        "${SHELL(id)}",
        "1&PJSIP/1002",
        "",
        "9" * 33,
    ],
)
def test_what_a_dialplan_would_read_is_no_number(centre: VirtualCentre, number: str) -> None:
    async def script() -> None:
        async with at_desk(centre, "anna") as (client, live):
            await client.desk_not_ready(NotReady(reason="break"))
            wish = Dial.model_construct(_fields_set={"number"}, number=number)
            refused = await refusal(client.dial(wish))
            assert refused.status == 422
            [field] = refused.problem.errors or []
            assert (field.field, bool(field.rule), bool(field.way_out)) == ("body.number", True, True)
            assert not live.desk_contacts

    played(script)


def test_targets_that_are_none_are_refused_by_their_field(centre: VirtualCentre) -> None:
    hostile = ["no-such", "a,b", "1002&PJSIP/x", "x\r\nAction: Logoff", "${EXTEN}", "../../etc", " ", "\x00"]

    async def script() -> None:
        async with at_desk(centre, "anna") as desk:
            client, live = desk
            call = await talk(centre, desk)
            for to in hostile:
                for kind in ("agent", "queue", "number", "flow"):
                    wish = Transfer(to_kind=kind, to=to)
                    refused = await refusal(client.transfer_contact(call.contact_id, wish))
                    assert (refused.status, (refused.problem.errors or [])[0].field) == (422, "body.to"), (kind, to)
            asked = await refusal(client.consult_contact(call.contact_id, Consult(to_kind="agent", to="anna")))
            assert (asked.problem.errors or [])[0].field == "body.to"
            away = await refusal(client.consult_contact(call.contact_id, Consult(to_kind="agent", to="zoe")))
            assert (away.status, away.problem.reason_id) == (409, "agent_signed_out")
            assert live.desk_contacts[call.contact_id].state == "talking"

    played(script)


def test_a_talk_is_listened_to_and_a_waiting_call_raised_and_withdrawn(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with at_desk(centre, "anna") as desk, Client(centre.url) as nora:
            call = await talk(centre, desk)
            await nora.log_in("nora", PASSWORD)
            heard = await nora.monitor_contact(call.contact_id, Monitor(mode="listen"))
            assert (heard.agent, heard.mode, heard.supervisor) == ("anna", "listen", "nora")
            assert (await nora.monitor_contact(call.contact_id, Monitor(mode="whisper"))).mode == "whisper"
            await nora.stop_monitoring(call.contact_id)
            async with nora.live("waiting") as floor:
                centre.call("+493012340078")
                row = await floor.until(
                    lambda _: next((r for r in floor.waiting.values() if r.caller_number == "+493012340078"), None),
                    SOON_S,
                )
                assert (await nora.set_priority(row.contact_id, SetPriority(priority=5))).priority == 5
                await nora.withdraw_contact(row.contact_id)
                await floor.until(lambda _: row.contact_id not in floor.waiting, SOON_S)
            again = await refusal(nora.withdraw_contact(row.contact_id))
            assert again.status == 409
            assert isinstance(again.problem.present, dict), "it is told how it is, not that it never was"
            assert again.problem.present["contact_id"] == row.contact_id
            async with Client(centre.url) as root:
                await root.log_in("root", PASSWORD)
                trail = [(one.action, one.actor) for one in (await root.list_changes(key=call.contact_id)).items]
            assert trail == [("monitoring_stopped", "nora"), ("monitored", "nora"), ("monitored", "nora")]

    played(script)


def test_who_is_taken_out_of_a_queue_is_not_rung_and_who_is_put_in_needs_no_skill(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with at_desk(centre, "anna") as (client, desk), Client(centre.url) as nora, Client(centre.url) as root:
            await nora.log_in("nora", PASSWORD)
            await root.log_in("root", PASSWORD)

            async def answered_and_over() -> None:
                ringing = await desk.until(lambda _: desk.desk_contact("ringing"), SOON_S)
                await client.answer_contact(ringing.contact_id)
                await desk.until(lambda _: desk.desk_contacts[ringing.contact_id].acts["hang_up"] is None, SOON_S)
                await client.hang_up_contact(ringing.contact_id)
                await desk.until(lambda _: desk.desk_contact("wrap_up"), SOON_S)
                await client.end_wrap_up_contact(ringing.contact_id)

            async with nora.live("waiting", "agents") as floor:
                await nora.set_agent_queues("anna", SetQueues(without_queues=["sales"], extra_queues=[]))
                await floor.until(lambda _: floor.agents["anna"].without_queues == ["sales"], SOON_S)
                centre.call(CALLER)
                row = await floor.until(lambda _: next(iter(floor.waiting.values()), None), SOON_S)
                assert (row.place, row.qualified.taken_out, row.qualified.free) == ("WAITING", 1, 0)
                (latest,) = (await root.list_revisions(limit=1)).items
                await root.undo_revision(latest.number)
                await answered_and_over()
                await floor.until(lambda _: not floor.waiting, SOON_S)
                await nora.set_agent_skills("anna", SetSkills(skills={}))
                centre.call(CALLER)
                row = await floor.until(lambda _: next(iter(floor.waiting.values()), None), SOON_S)
                assert (row.place, row.qualified.taken_out, row.qualified.free) == ("WAITING", 0, 0)
                await nora.set_agent_queues("anna", SetQueues(without_queues=[], extra_queues=["sales"]))
                await answered_and_over()
                found = {one.queue: one.exception for one in (await nora.list_agent_queues("anna")).items}
                assert found == {"front": None, "sales": "put_in"}
            await nora.set_agent_queues("anna", SetQueues(without_queues=[], extra_queues=[]))
            await nora.set_agent_skills("anna", SetSkills(skills={"english": 5}))

    played(script)


def test_supervisors_see_a_parked_caller_and_who_parked_them(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with at_desk(centre, "anna") as desk, Client(centre.url) as nora:
            client, _ = desk
            call = await talk(centre, desk)
            await nora.log_in("nora", PASSWORD)
            assert (await nora.get_contact(call.contact_id)).parked_by is None
            assert (await client.park_contact(call.contact_id)).state == "parked"
            (line,) = (await nora.list_contacts(place="parked")).items
            assert (line.contact_id, line.place, line.parked_by) == (call.contact_id, "parked", "anna")
            assert line.parked_at is not None

    played(script)


def test_who_was_not_there_since_the_start_is_in_their_state_since_nobody_knows_when(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with Client(centre.url) as nora:
            await nora.log_in("nora", PASSWORD)
            gone = await nora.get_agent("arne")
            assert (gone.declared, gone.since) == ("LOGGED_OUT", None)
            assert (await nora.get_desk()).state.since is None
            await nora.desk_sign_in()
            here = await nora.get_agent("arne")
            assert here.since is not None
            assert here.since == (await nora.get_desk()).state.since
            await nora.desk_sign_out()
            assert (await nora.get_agent("arne")).since is not None

    played(script)


def test_a_number_is_dialled_from_the_desk(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with at_desk(centre, "anna") as (client, live):
            await client.desk_not_ready(NotReady(reason="break"))
            call = await client.dial(Dial(number="+493012345678", queue="sales"))
            assert (call.direction, call.caller_number) == ("outbound", "+493012345678")
            await live.until(lambda _: live.desk_contacts.get(call.contact_id), SOON_S)
            await client.hang_up_contact(call.contact_id)

    played(script)


async def eventually(look: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Wait until something is so."""
    for _ in range(200):
        if await look() == wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"it is never {wanted}")


async def left_message(centre: VirtualCentre, client: Client) -> VoicemailDoc:
    """A message for sales that a caller leaves now."""
    known = {one.voicemail_id for one in (await client.list_voicemails()).items}
    centre.call(CALLER, key="3#")  # the second key ends the message
    async with client.live("voicemails") as live:

        def new(_: LiveView) -> VoicemailDoc | None:
            return next((one for key, one in live.voicemails.items() if key not in known), None)

        return await live.until(new, SOON_S)


def test_who_left_a_message_is_called_back_by_one_at_a_time_and_a_declined_call_is_none(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with at_desk(centre, "anna") as (client, live):
            left = await left_message(centre, client)
            assert (left.mailbox, left.caller_number, left.called_by) == ("sales", CALLER, None)
            await client.desk_not_ready(NotReady(reason="break"))
            declined = await client.call_voicemail_back(left.voicemail_id)
            assert (declined.direction, declined.caller_number, declined.queue) == ("outbound", CALLER, "sales")
            await live.until(lambda _: live.desk_contacts.get(declined.contact_id), SOON_S)
            refused = await refusal(client.call_voicemail_back(left.voicemail_id))
            assert (refused.status, refused.error_id) == (409, "conflict"), "one call at a time"
            await eventually(lambda: asyncio.to_thread(centre.switch, "state", "1001"), "ringing")
            assert centre.switch("phone", "1001", "hang_up") == "True"
            await live.until(lambda _: not live.desk_contacts, SOON_S)

            async def called_by() -> str | None:
                return (await client.get_voicemail(left.voicemail_id)).called_by

            await eventually(called_by, None)  # nobody was called
            call = await client.call_voicemail_back(left.voicemail_id)
            await live.until(lambda _: live.desk_contacts.get(call.contact_id), SOON_S)
            await client.hang_up_contact(call.contact_id)

    played(script)
