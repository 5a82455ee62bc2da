"""Customers: looked up, changed by one at a time, merged and parted, imported, erased."""

from email.message import Message
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

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
from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import Page
from agent_console.errors import InvalidError, NotFoundError, UnavailableError
from agent_console.http.contacts import contacts_of, marked
from agent_console.http.etags import Match, tag
from agent_console.http.guard import Daemon, Seen, Who
from agent_console.http.paging import Cursor, Limit, Serial
from agent_console.limits import MOST_FILE
from agent_console.ports import ContactQuery, Customers, Ports

router = APIRouter(tags=["customers"])

CSV: Final = "text/csv"
_CSV_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "UTF-8, or UTF-16 with its mark; another: `Content-Type: text/csv; charset=windows-1252`.",
        "content": {CSV: {"schema": {"type": "string"}, "example": "account,name,number\nA-1,Chen Wei,075512345678\n"}},
    }
}


def _store(ports: Ports) -> Customers:
    if ports.customers is None:
        raise UnavailableError("customers are not kept here")
    return ports.customers


Words = Annotated[str, Query(alias="q", max_length=200, description="Words in the name.")]
Number = Annotated[str, Query(max_length=40, description="A telephone number, or its beginning, as people write it.")]
Account = Annotated[str, Query(max_length=200, description="A key in another system.")]


@router.get("/customers")
async def list_customers(
    *,
    ports: Daemon,
    q: Words = "",
    number: Number = "",
    account: Account = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CustomerDoc]:
    """Customers by words in their name, by number, by account, in the order of names."""
    return await _store(ports).find(q, number, account, cursor, limit)


@router.post("/customers", status_code=201)
async def add_customer(ports: Daemon, who: Who, wish: NewCustomer, response: Response) -> CustomerDoc:
    """Add a customer."""
    found = await _store(ports).add(wish, who.user)
    tag(response, found.etag)
    return found


@router.post("/customers/import", openapi_extra=_CSV_BODY, max_body_size=MOST_FILE)
async def import_customers(
    ports: Daemon,
    who: Who,
    request: Request,
    column: Annotated[
        list[str] | None, Query(max_length=50, description="`HEADER=FIELD`, where a header says something else.")
    ] = None,
    clear: Annotated[bool, Query(description="An empty cell empties its field; else it changes nothing.")] = False,
) -> CustomersImported:
    """Take in a table with a header line, gzip or not; a damaged one is refused whole. Problems are told with lines."""
    columns = dict(_pair(one) for one in column or ())
    return await _store(ports).take_in(
        await request.body(), columns, who.user, clear=clear, encoding=_encoding_said(request)
    )


def _encoding_said(request: Request) -> str | None:
    """What the ``charset`` of the Content-Type says; None: nothing, or UTF-8, whose mark is seen to anyway."""
    about = Message()
    about["Content-Type"] = request.headers.get("content-type", CSV)
    said = about.get_content_charset()
    return None if said in {"utf-8", "utf8", "us-ascii"} else said


def _pair(text: str) -> tuple[str, str]:
    header, found, field = text.rpartition("=")
    if not found:
        problem = FieldProblem(field="query.column", rule="has no =", way_out="write it as HEADER=FIELD: Phone=number")
        raise InvalidError([problem])
    return header.strip(), field.strip()


@router.post("/customers/merges/{number}/undo")
async def undo_merge(ports: Daemon, who: Who, number: Serial) -> MergeDoc:
    """Part two records that were merged; both are what they are, nothing of either was lost."""
    return await _store(ports).undo_merge(number, who.user)


@router.get("/customers/{customer_id}")
async def get_customer(ports: Daemon, customer_id: str, response: Response) -> CustomerDoc:
    """One customer, with the records for which this one stands, and its merges."""
    found = await _store(ports).customer(customer_id)
    if found is None:
        raise _none(customer_id)
    tag(response, found.etag)
    return found


@router.put("/customers/{customer_id}")
async def put_customer(
    *, ports: Daemon, who: Who, customer_id: str, wish: CustomerWish, match: Match, response: Response
) -> CustomerDoc:
    """Change a record; what the document leaves out becomes empty."""
    found = await _store(ports).put(customer_id, wish, match=match, by=who.user)
    tag(response, found.etag)
    return found


@router.delete("/customers/{customer_id}", status_code=204)
async def delete_customer(ports: Daemon, who: Who, customer_id: str, match: Match) -> None:
    """Remove a record. What facts tell of the person stays: to erase it, POST …/erase."""
    await _store(ports).remove(customer_id, match=match, by=who.user)


@router.post("/customers/{customer_id}/erase")
async def erase_customer(ports: Daemon, who: Who, customer_id: str) -> CustomerErased:
    """Erase the person for good: records, names and numbers in facts, recordings and messages. Figures stay."""
    return await _store(ports).erase(customer_id, who.user)


@router.get("/customers/{customer_id}/contacts")
async def list_customer_contacts(
    ports: Daemon, sight: Seen, customer_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[ContactLine]:
    """The customer's contacts, of all their records and whoever served them, the latest first; not their stories."""
    if await _store(ports).customer(customer_id) is None:
        raise _none(customer_id)
    found = await contacts_of(ports).find(ContactQuery(customer=customer_id, cursor=cursor, limit=limit))
    return found.model_copy(update={"items": await marked(ports, sight, found.items)})


@router.post("/customers/{customer_id}/merge")
async def merge_customers(ports: Daemon, who: Who, customer_id: str, wish: MergeWish) -> MergeDoc:
    """From now on this record stands for another one too. It can be undone, exactly."""
    return await _store(ports).merge(customer_id, wish.other, who.user)


def _none(customer_id: str) -> NotFoundError:
    return NotFoundError(f"there is no customer {customer_id!r}: GET /api/v1/customers finds them")
