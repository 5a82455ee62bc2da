"""Operations of the API: customers.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests, path_part
from agent_console.documents.contacts import ContactLine
from agent_console.documents.customers import (
    CustomerDoc,
    CustomerErased,
    CustomersImported,
    CustomerWish,
    MergeDoc,
    MergeWish,
    NewCustomer,
)
from agent_console.documents.values import Page


class CustomersOperations(Requests):
    """Operations on customers."""

    async def list_customers(
        self, *, q: str = "", number: str = "", account: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[CustomerDoc]:
        """Customers by words in their name, by number, by account, in the order of names."""
        return await self._get(
            Page[CustomerDoc],
            "GET",
            "/api/v1/customers",
            query={"q": q, "number": number, "account": account, "cursor": cursor, "limit": limit},
        )

    async def add_customer(self, wish: NewCustomer) -> CustomerDoc:
        """Add a customer."""
        return await self._get(CustomerDoc, "POST", "/api/v1/customers", wish=wish)

    async def import_customers(
        self, content: str | bytes, *, column: list[str] | None = None, clear: bool = False
    ) -> CustomersImported:
        """Take in a table with a header line, gzip or not; a damaged one is refused whole. Problems are told with lines."""  # noqa: E501 - as the API says it
        return await self._get(
            CustomersImported,
            "POST",
            "/api/v1/customers/import",
            query={"column": column, "clear": clear},
            content=("text/csv", content),
        )

    async def undo_merge(self, number: int) -> MergeDoc:
        """Part two records that were merged; both are what they are, nothing of either was lost."""
        return await self._get(MergeDoc, "POST", f"/api/v1/customers/merges/{path_part(number)}/undo")

    async def get_customer(self, customer_id: str) -> CustomerDoc:
        """One customer, with the records for which this one stands, and its merges."""
        return await self._get(CustomerDoc, "GET", f"/api/v1/customers/{path_part(customer_id)}")

    async def put_customer(self, customer_id: str, wish: CustomerWish, *, match: str) -> CustomerDoc:
        """Change a record; what the document leaves out becomes empty."""
        return await self._get(
            CustomerDoc, "PUT", f"/api/v1/customers/{path_part(customer_id)}", wish=wish, match=match
        )

    async def delete_customer(self, customer_id: str, *, match: str) -> None:
        """Remove a record. What facts tell of the person stays: to erase it, POST …/erase."""
        await self._do("DELETE", f"/api/v1/customers/{path_part(customer_id)}", match=match)

    async def erase_customer(self, customer_id: str) -> CustomerErased:
        """Erase the person for good: records, names and numbers in facts, recordings and messages. Figures stay."""
        return await self._get(CustomerErased, "POST", f"/api/v1/customers/{path_part(customer_id)}/erase")

    async def list_customer_contacts(
        self, customer_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> Page[ContactLine]:
        """The customer's contacts, of all their records and whoever served them, the latest first; not their stories."""  # noqa: E501 - as the API says it
        return await self._get(
            Page[ContactLine],
            "GET",
            f"/api/v1/customers/{path_part(customer_id)}/contacts",
            query={"cursor": cursor, "limit": limit},
        )

    async def merge_customers(self, customer_id: str, wish: MergeWish) -> MergeDoc:
        """From now on this record stands for another one too. It can be undone, exactly."""
        return await self._get(MergeDoc, "POST", f"/api/v1/customers/{path_part(customer_id)}/merge", wish=wish)
