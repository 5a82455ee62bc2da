"""Parked customers over HTTP and on the live channel: who sees which, who may fetch them, what supervisors do."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from agent_console.client import Client, LiveView
from agent_console.documents.desk import DeskContact, SendDigits
from agent_console.documents.floor import ParkedRow
from agent_console.documents.supervision import Move, SetPriority
from tests.agent_console.site import SETTINGS
from tests.agent_console.virtual.test_acts import CALLER, SOON_S, Desk, at_desk, played, refusal, talk
from tests.agent_console.virtual_centre import PASSWORD, VirtualCentre, running

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("virtual-centre")]

USERS = {**SETTINGS["users"], "arne": {"title": "Arne Ek", "agent": "arne", "teams": ["north"]}}
PARK_S = 600


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualCentre]:
    queues = {name: {**queue, "wrap_up_s": 30} for name, queue in SETTINGS["queues"].items()}
    more = {"queues": queues, "users": USERS, "calls": {**SETTINGS["calls"], "park_s": PARK_S}}
    with running(tmp_path_factory.mktemp("centre"), more) as found:
        yield found


@contextlib.asynccontextmanager
async def as_user(centre: VirtualCentre, name: str) -> AsyncIterator[Client]:
    async with Client(centre.url) as client:
        await client.log_in(name, PASSWORD)
        yield client


@contextlib.asynccontextmanager
async def parked(centre: VirtualCentre) -> AsyncIterator[tuple[Desk, DeskContact]]:
    """A customer whom Anna, of the north, has parked."""
    async with at_desk(centre, "anna") as desk:
        call = await talk(centre, desk)
        await desk[0].park_contact(call.contact_id)
        yield desk, call


async def listed(client: Client) -> list[str]:
    return [row.contact_id for row in (await client.list_parked()).items]


def test_they_are_seen_by_the_parkers_team_by_its_leaders_and_by_nobody_else(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with contextlib.AsyncExitStack() as stack:
            who = {name: await stack.enter_async_context(as_user(centre, name)) for name in USERS}
            live = {name: await stack.enter_async_context(client.live("parked")) for name, client in who.items()}
            for view in live.values():
                await view.until(lambda one: one.connected, SOON_S)
            async with parked(centre) as (_, call):
                contact = call.contact_id

                def there(view: LiveView) -> ParkedRow | None:
                    return view.parked.get(contact)

                for name in ("anna", "arne", "nora", "root"):
                    row = await live[name].until(there, SOON_S)
                    assert (row.parked_by, row.parked_by_name, row.team) == ("anna", "Anna Ek", "north")
                    assert (row.queue, row.queue_title, row.caller_number) == ("sales", "Sales", CALLER)
                    assert row.returns_at == row.parked_at + PARK_S * 1_000_000
                    assert (row.fetched_by, row.fetched_by_name) == (None, None)
                    (told,) = (await who[name].list_parked()).items
                    assert told == row
                for name in ("bruno", "sam"):
                    assert await listed(who[name]) == []
                    assert not live[name].parked
            for name in ("anna", "arne", "nora", "root"):
                await live[name].until(lambda view: not view.parked, SOON_S)
                assert await listed(who[name]) == []

    played(script)


def test_a_colleague_picks_up_and_the_second_is_told_in_plain_words(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with parked(centre) as ((anna, desk), call), as_user(centre, "arne") as arne:
            contact = call.contact_id
            signed_out = await refusal(arne.pick_up_contact(contact))
            assert (signed_out.status, signed_out.problem.reason_id) == (409, "signed_out")
            await arne.desk_sign_in()
            async with arne.live("desk", "parked") as live:
                await live.until(lambda view: view.parked.get(contact), SOON_S)
                await arne.pick_up_contact(contact)
                late = await refusal(anna.pick_up_contact(contact))
                assert (late.status, late.error_id) == (409, "state_changed")
                assert late.problem.reason_id in {"being_picked_up", "picked_up_already"}
                talking = await live.until(lambda view: view.desk_contact("talking"), SOON_S)
                assert talking.contact_id == contact
                await live.until(lambda view: not view.parked, SOON_S)
                await desk.until(lambda view: view.desk_contact("parked") is None, SOON_S)
                too_late = await refusal(anna.pick_up_contact(contact))
                assert (too_late.status, too_late.problem.reason_id) == (409, "picked_up_already")
                centre.hang_up(CALLER)
                await live.until(lambda view: view.desk_contact("wrap_up"), SOON_S)
                await arne.end_wrap_up_contact(contact)
            gone = await refusal(arne.pick_up_contact(contact))
            assert (gone.status, gone.problem.reason_id) == (409, "not_parked_any_more")
            await arne.desk_sign_out()

    played(script)


def test_who_does_not_see_them_may_not_fetch_them_nor_learn_of_them(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with parked(centre) as (_, call), as_user(centre, "bruno") as bruno, as_user(centre, "sam") as sam:
            contact = call.contact_id
            await bruno.desk_sign_in()
            refused = await refusal(bruno.pick_up_contact(contact))
            assert (refused.status, refused.error_id, refused.problem.present) == (404, "not_found", None)
            unknown = await refusal(bruno.pick_up_contact("no-such-contact"))
            assert unknown.status == 404
            assert (await refusal(bruno.explain_contact(contact))).status == 403
            for act in (
                sam.return_contact(contact),
                sam.withdraw_contact(contact),
                sam.move_contact(contact, Move(queue="support")),
                sam.explain_contact(contact),
            ):
                assert (await refusal(act)).status == 403
            other = await refusal(bruno.send_digits_contact(contact, SendDigits(digits="1")))
            assert other.status == 404, "only picking up is a colleague's affair"
            await bruno.desk_sign_out()

    played(script)


def test_what_a_colleague_sees_parked_is_theirs_to_fetch_and_nothing_else(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with parked(centre) as (_, call), as_user(centre, "arne") as arne:
            for act in (arne.hang_up_contact(call.contact_id), arne.retrieve_contact(call.contact_id)):
                assert (await refusal(act)).status == 404
            assert (await refusal(arne.return_contact(call.contact_id))).status == 403

    played(script)


def test_the_explanation_says_who_parked_and_what_will_change_when(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with parked(centre) as (_, call), as_user(centre, "nora") as nora, as_user(centre, "arne") as arne:
            (row,) = (await nora.list_parked()).items
            for client in (nora, arne):
                why = await client.explain_contact(call.contact_id)
                assert (why.place, why.code, why.details["agent"]) == ("parked", "parked", "anna")
                assert "Anna Ek parked" in why.summary
                (change,) = why.changes
                assert (change.at, change.code, change.details) == (
                    row.returns_at,
                    "parked_returns",
                    {"queue": "sales"},
                )

    played(script)


def test_a_supervisor_sends_one_back_into_the_queue(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with parked(centre) as ((anna, desk), call), as_user(centre, "nora") as nora:
            raised = await refusal(nora.set_priority(call.contact_id, SetPriority(priority=3)))
            assert raised.status == 409
            assert ParkedRow.model_validate(raised.problem.present).contact_id == call.contact_id
            before = (await nora.get_contact(call.contact_id)).joined_at
            await anna.end_wrap_up_contact(call.contact_id)
            row = await nora.return_contact(call.contact_id)
            assert (row.contact_id, row.queue, row.joined_at) == (call.contact_id, "sales", before)
            assert await listed(nora) == []
            again = await refusal(nora.return_contact(call.contact_id))
            assert (again.status, again.problem.reason_id) == (409, "not_parked")
            ringing = await desk.until(lambda view: view.desk_contact("ringing"), SOON_S)
            assert (await anna.answer_contact(ringing.contact_id)).state == "talking"
            await desk.until(lambda view: (c := view.desk_contact("talking")) and c.acts["hang_up"] is None, SOON_S)
        async with as_user(centre, "root") as root:
            (change, *_) = [
                line for line in (await root.list_changes(resource="contact")).items if line.action == "sent_back"
            ]
            assert (change.actor, change.before, change.after) == (
                "nora",
                {"parked_by": "anna", "queue": "sales"},
                {"queue": "sales"},
            )

    played(script)


def test_a_supervisor_moves_one_to_another_queue_and_hangs_up_on_another(centre: VirtualCentre) -> None:
    async def script() -> None:
        async with parked(centre) as (_, call), as_user(centre, "nora") as nora:
            assert (await refusal(nora.move_contact(call.contact_id, Move(queue="support")))).status == 403
            assert (await refusal(nora.move_contact(call.contact_id, Move(queue="none")))).status == 404
            row = await nora.move_contact(call.contact_id, Move(queue="front"))
            assert (row.contact_id, row.queue) == (call.contact_id, "front")
            assert await listed(nora) == []
            centre.hang_up(CALLER)
        async with parked(centre) as ((_, desk), call), as_user(centre, "nora") as nora:
            await nora.withdraw_contact(call.contact_id)
            await desk.until(lambda view: view.desk_contact("parked") is None, SOON_S)
            assert await listed(nora) == []
            assert (await nora.get_contact(call.contact_id)).place == "ended"

        def ends(facts: list[Any]) -> list[Any]:
            return [fact for fact in facts if fact.kind == "ContactEnded" and fact.contact_id == call.contact_id]

        assert [fact.ended_by.value for fact in ends(centre.wait_facts(ends))] == ["supervisor"]

    played(script)
