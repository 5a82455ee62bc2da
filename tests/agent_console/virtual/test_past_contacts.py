"""A new daemon on an old database: contacts of today and of earlier days are what they were before it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent_console.client import ApiError, Client
from agent_console.documents.contacts import ContactLine
from agent_console.documents.customers import NewCustomer
from agent_console.documents.desk import SetOutcome
from facts.ids import ContactId, NodeName
from facts.journal import Entry
from facts.time import DAY, MINUTE
from storage.journal import open_journal
from tests.agent_console.virtual.conftest import QUEUES, USERS
from tests.agent_console.virtual_centre import PASSWORD, VirtualCentre, running

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("virtual-centre")]

NUMBER, AS_WRITTEN = "+493012340021", "+49 30 1234-0021"
SOON_S = 20.0
LONG_AGO = 3 * DAY


async def call(centre: VirtualCentre) -> str:
    """Anna talks with a customer, and notes what came of it; the contact."""
    async with Client(centre.url) as root, Client(centre.url) as anna:
        await root.log_in("root", PASSWORD)
        await root.add_customer(NewCustomer(customer_id="chen", name="Chen Wei", numbers=[NUMBER]))
        await anna.log_in("anna", PASSWORD)
        await anna.desk_sign_in()
        async with anna.live("desk") as desk:
            await anna.desk_ready()
            centre.call(NUMBER)
            ringing = await desk.until(lambda now: now.desk_contact("ringing"), SOON_S)
            await anna.answer_contact(ringing.contact_id)
            await desk.until(lambda now: now.desk_contact("talking"), SOON_S)
            centre.hang_up(NUMBER)
            await desk.until(lambda now: now.desk_contact("wrap_up"), SOON_S)
            wish = SetOutcome(disposition="follow_up", resolved=False, notes="asks for a refund")
            await anna.set_outcome(ringing.contact_id, wish)
        await anna.desk_sign_out()
    return ringing.contact_id


def again_long_ago(home: Path, contact_id: str) -> str:
    """The journal holds the same contact of some days ago, by another daemon."""
    with open_journal(home / "journal.sqlite3") as journal:
        mine = list(journal.entries(contact_id=ContactId(contact_id)))
        earlier = ContactId(f"{contact_id}-earlier")
        journal.append(
            Entry(
                node=NodeName("earlier"),
                seq=seq,
                at=entry.at - LONG_AGO,
                fact=msgspec.structs.replace(entry.fact, contact_id=earlier),
            )
            for seq, entry in enumerate(mine, 1)
        )
    return earlier


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[VirtualCentre, str, str]]:
    """A restarted centre, its contact of today, and the one of three days ago."""
    with running(tmp_path_factory.mktemp("past"), {"queues": QUEUES, "users": USERS}) as centre:
        today = asyncio.run(asyncio.wait_for(call(centre), 60))
        centre.end()
        earlier = again_long_ago(centre.home, today)
        centre.start()
        yield centre, today, earlier


def ask(centre: VirtualCentre, user: str, what: str, **more: Any) -> list[ContactLine]:
    """The contacts of a list."""

    async def asked() -> list[ContactLine]:
        async with Client(centre.url) as client:
            await client.log_in(user, PASSWORD)
            answer = getattr(client, what)(**more)
            return list((await answer).items)

    return asyncio.run(asyncio.wait_for(asked(), 30))


@pytest.mark.parametrize(
    ("user", "what", "more"),
    [
        ("root", "list_contacts", {}),
        ("root", "list_contacts", {"number": NUMBER}),
        ("root", "list_contacts", {"number": AS_WRITTEN}),
        ("root", "list_contacts", {"customer": "chen"}),
        ("root", "list_contacts", {"queue": "sales", "agent": "anna"}),
        ("nora", "list_contacts", {}),
        ("anna", "list_contacts", {}),
        ("anna", "list_recent", {}),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, dict) else one,
)
def test_every_list_knows_contacts_from_before_the_start(
    after: tuple[VirtualCentre, str, str], user: str, what: str, more: dict[str, str]
) -> None:
    centre, today, earlier = after
    lines = ask(centre, user, what, **more)
    assert [line.contact_id for line in lines] == [today, earlier]
    for line in lines:
        assert (line.caller_number, line.customer_id, line.place) == (NUMBER, "chen", "ended")
        assert (line.queues, line.agents, line.result) == (["sales"], ["anna"], "answered")
        assert (line.outcome.disposition, line.outcome.resolved) == ("follow_up", False)
        assert line.outcome.notes == "asks for a refund"
    assert lines[0].began_at - lines[1].began_at == LONG_AGO


def test_pages_go_on_from_today_to_earlier_days(after: tuple[VirtualCentre, str, str]) -> None:
    centre, today, earlier = after

    async def pages() -> list[str]:
        found: list[str] = []
        cursor = None
        async with Client(centre.url) as client:
            await client.log_in("root", PASSWORD)
            while True:
                page = await client.list_contacts(limit=1, cursor=cursor)
                found += [line.contact_id for line in page.items]
                cursor = page.next_cursor
                if cursor is None:
                    return found

    assert asyncio.run(asyncio.wait_for(pages(), 30)) == [today, earlier]


def test_times_bound_what_is_listed(after: tuple[VirtualCentre, str, str]) -> None:
    centre, today, earlier = after
    [line] = ask(centre, "root", "list_contacts", number=NUMBER, limit=1)
    assert line.contact_id == today
    wishes: list[dict[str, str]] = [{}, {"customer": "chen"}]
    for more in wishes:
        before = ask(centre, "root", "list_contacts", to=line.began_at - MINUTE, **more)
        assert [one.contact_id for one in before] == [earlier]
        since = ask(centre, "root", "list_contacts", from_=line.began_at - MINUTE, **more)
        assert [one.contact_id for one in since] == [today]


def test_what_came_of_a_contact_can_be_said_after_a_restart_for_a_day(after: tuple[VirtualCentre, str, str]) -> None:
    centre, today, earlier = after
    wish = SetOutcome(disposition="solved", resolved=True, notes="refunded")

    async def late(user: str, contact: str) -> str:
        async with Client(centre.url) as client:
            await client.log_in(user, PASSWORD)
            said = await client.set_outcome(contact, wish)
            return said.caller_number

    assert asyncio.run(asyncio.wait_for(late("anna", today), 30)) == NUMBER
    [line] = ask(centre, "anna", "list_recent", limit=1)
    assert (line.contact_id, line.outcome.disposition, line.outcome.notes) == (today, "solved", "refunded")
    for user, contact in (("bruno", today), ("anna", earlier), ("anna", "nothing")):
        with pytest.raises(ApiError):
            asyncio.run(asyncio.wait_for(late(user, contact), 30))
