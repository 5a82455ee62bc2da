"""The daemon goes and comes back while consoles are connected and people talk: everybody sees the same as before."""

import asyncio
import signal
from pathlib import Path

import pytest

from agent_console.client import Client, LiveView
from agent_console.documents.desk import DeskContact
from agent_console.documents.floor import AlarmDoc
from agent_console.documents.supervision import Said
from facts import time
from facts.journal import AlarmRaised
from tests.agent_console.virtual.conftest import QUEUES, USERS
from tests.agent_console.virtual_centre import PASSWORD, VirtualCentre, running

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("virtual-centre")]

TALKS, FIRST, SECOND = "+493012340001", "+493012340002", "+493012340003"
SOON_S = 20.0


def together(desk: LiveView) -> DeskContact | None:
    """The talk, when both sides hear each other."""
    found = desk.desk_contact("talking")
    return found if found is not None and found.acts["hold"] is None else None


def in_line(floor: LiveView) -> list[tuple[str, int]] | None:
    """Who waits, with the time of joining, in order; None: not everybody is there yet."""
    rows = sorted(floor.waiting.values(), key=lambda row: row.position)
    return [(row.caller_number, row.joined_at) for row in rows] if len(rows) == 2 else None


async def script(centre: VirtualCentre, how: signal.Signals) -> None:
    async with Client(centre.url) as anna, Client(centre.url) as nora:
        await anna.log_in("anna", PASSWORD)
        await nora.log_in("nora", PASSWORD)
        await anna.desk_sign_in()
        async with anna.live("desk") as desk, nora.live("waiting", "agents") as floor:
            await anna.desk_ready()
            centre.call(TALKS)
            ringing = await desk.until(lambda now: now.desk_contact("ringing"), SOON_S)
            await anna.answer_contact(ringing.contact_id)
            talk = await desk.until(together, SOON_S)
            for number in (FIRST, SECOND):
                centre.call(number)
                await floor.until(
                    lambda now, number=number: any(  # type: ignore[misc]  # bound at once
                        row.caller_number == number for row in now.waiting.values()
                    ),
                    SOON_S,
                )
            line = await floor.until(in_line, SOON_S)
            said = await nora.say_to_team("north", Said(text="Fire drill at ten"))

            await asyncio.to_thread(centre.end, how)
            await desk.until(lambda now: not now.connected, SOON_S)
            assert desk.desk_contacts[talk.contact_id].state == "talking", "what was last known stays"
            await asyncio.to_thread(centre.start)

            for view in (desk, floor):
                await view.until(lambda now: now.connected and now.connections == 2, SOON_S)
            again = await desk.until(together, SOON_S)
            assert (again.contact_id, again.answered_at, again.caller_number) == (
                talk.contact_id,
                talk.answered_at,
                talk.caller_number,
            )
            assert [number for number, _ in line] == [FIRST, SECOND]
            assert await floor.until(in_line, SOON_S) == line
            assert await floor.until(lambda now: now.agents["anna"].activity == "TALKING", SOON_S)
            words = await desk.until(
                lambda now: [one for one in now.desk_messages.values() if one.message_id != said.message_id] or None,
                SOON_S,
            )
            assert [(one.sender, one.team, one.text) for one in words] == [("nora", "north", "Fire drill at ten")]
            assert abs(words[0].at - said.at) < time.SECOND, "as it was said, and not anew"
            assert (await anna.hold_contact(talk.contact_id)).state == "held", "and can be acted on"
            centre.hang_up(TALKS)
            over = await desk.until(lambda now: now.desk_contact("wrap_up"), SOON_S)
            assert over.contact_id == talk.contact_id


def ringing(floor: LiveView) -> list[AlarmDoc] | None:
    """The alarms that ring; None: none does."""
    return [alarm for alarm in floor.alarms.values() if alarm.cleared_at is None] or None


async def alarm_script(centre: VirtualCentre) -> None:
    async with Client(centre.url) as nora:
        await nora.log_in("nora", PASSWORD)
        async with nora.live("alarms") as floor:
            centre.call(FIRST)
            before = await floor.until(ringing, SOON_S)
        await asyncio.to_thread(centre.end)
        await asyncio.to_thread(centre.start)
        async with nora.live("alarms") as floor:
            again = ringing(floor)
        listed = [alarm async for alarm in nora.every(nora.list_alarms)]
    assert [alarm.alarm for alarm in before] == ["longest_wait"]
    assert again == before, "the same alarm rings on"
    assert listed == before


def test_an_alarm_rings_on_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, {"alarms": {"longest_wait_s": 1}, "users": USERS}) as centre:
        asyncio.run(asyncio.wait_for(alarm_script(centre), 120))
        raised = [fact for fact in centre.facts() if isinstance(fact, AlarmRaised)]
        assert len(raised) == 1, "and is not raised again"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_restart_changes_nothing_for_whoever_is_connected(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path, {"queues": QUEUES, "users": USERS}) as centre:
        asyncio.run(asyncio.wait_for(script(centre, how), 120))
        assert "Traceback" not in centre.log()
