"""Operations of the API: contacts.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests, moment, path_part
from agent_console.documents.contacts import ContactLine, Story
from agent_console.documents.floor import ContactWhy
from agent_console.documents.values import Page
from facts.time import Instant


class ContactsOperations(Requests):
    """Operations on contacts."""

    async def list_contacts(
        self,
        *,
        place: str | None = None,
        queue: str | None = None,
        agent: str | None = None,
        customer: str | None = None,
        number: str | None = None,
        from_: Instant | None = None,
        to: Instant | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[ContactLine]:
        """Contacts that one may see, live and past, the latest first."""
        return await self._get(
            Page[ContactLine],
            "GET",
            "/api/v1/contacts",
            query={
                "place": place,
                "queue": queue,
                "agent": agent,
                "customer": customer,
                "number": number,
                "from": moment(from_),
                "to": moment(to),
                "cursor": cursor,
                "limit": limit,
            },
        )

    async def list_recent(self, *, cursor: str | None = None, limit: int = 20) -> Page[ContactLine]:
        """One's own contacts, the latest first."""
        return await self._get(
            Page[ContactLine], "GET", "/api/v1/desk/recent", query={"cursor": cursor, "limit": limit}
        )

    async def get_contact(self, contact_id: str) -> ContactLine:
        """One contact. The ETag is of its outcome: that is what is corrected."""
        return await self._get(ContactLine, "GET", f"/api/v1/contacts/{path_part(contact_id)}")

    async def get_story(self, contact_id: str) -> Story:
        """Every fact of a contact, in order and in words."""
        return await self._get(Story, "GET", f"/api/v1/contacts/{path_part(contact_id)}/story")

    async def explain_contact(self, contact_id: str) -> ContactWhy:
        """Why a contact still waits: who was considered, what rules each out, what will change when; or who parked it."""  # noqa: E501 - as the API says it
        return await self._get(ContactWhy, "GET", f"/api/v1/contacts/{path_part(contact_id)}/explanation")
