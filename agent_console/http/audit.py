"""Who changed what."""

from typing import Annotated

from fastapi import APIRouter, Query

from agent_console.documents.administration import AuditDoc
from agent_console.documents.values import Page
from agent_console.errors import UnavailableError
from agent_console.http.guard import Daemon
from agent_console.http.paging import Cursor, Limit, cursor_of_parts, number_of

router = APIRouter(tags=["audit"])

Word = Annotated[str | None, Query(max_length=200)]


@router.get("/audit")
async def list_changes(
    *,
    ports: Daemon,
    actor: Word = None,
    resource: Word = None,
    key: Word = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AuditDoc]:
    """Changes by people and by the system, the latest first, with what was before and after."""
    if ports.audit is None:
        raise UnavailableError("this daemon keeps no audit log")
    before = None if cursor is None else number_of(cursor)
    found = list(await ports.audit.changes(actor=actor, resource=resource, key=key, before=before, limit=limit + 1))
    part = found[:limit]
    return Page(items=part, next_cursor=cursor_of_parts(part[-1].number) if len(found) > limit else None)
