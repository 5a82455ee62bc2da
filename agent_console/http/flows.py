"""Voice menus as the daemon has them: what there is, what is in each, and a drawing with the ways that callers went."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from agent_console.documents.media import FlowDoc
from agent_console.documents.values import Moment, Page
from agent_console.errors import NotFoundError, UnavailableError
from agent_console.http.guard import Daemon
from agent_console.http.paging import Cursor, Limit, page
from agent_console.ports import Flows, Ports
from facts.languages import ReaderLanguage

router = APIRouter(prefix="/flows", tags=["flows"])

SVG: Final = "image/svg+xml"
FlowPath = Annotated[str, Path(max_length=64)]


def _flows(ports: Ports) -> Flows:
    if ports.flows is None:
        raise UnavailableError("this daemon has no voice menus")
    return ports.flows


@router.get("")
async def list_flows(ports: Daemon, cursor: Cursor = None, limit: Limit = 50) -> Page[FlowDoc]:
    """Voice menus, with the numbers that they answer; their contents are told of one."""
    return page(_flows(ports).flows(), lambda flow: flow.flow, cursor, limit)


@router.get("/{flow}")
async def get_flow(ports: Daemon, flow: FlowPath) -> FlowDoc:
    """One, with the contents of its file."""
    found = _flows(ports).flow(flow)
    if found is None:
        raise _none(flow)
    return found


@router.get("/{flow}/drawing", response_class=Response, responses={200: {"content": {SVG: {}}}})
async def draw_flow(
    ports: Daemon,
    flow: FlowPath,
    start: Annotated[
        Moment | None, Query(alias="from", description="Callers from this instant on are counted.")
    ] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Callers before it.")] = None,
    language: Annotated[
        ReaderLanguage, Query(description="Of its words; names in the flow are drawn as they were written.")
    ] = "en",
) -> Response:
    """A drawing of it; with `from` also how many callers went each way, and where they were lost."""
    found = await _flows(ports).drawing(flow, start, end, language)
    if found is None:
        raise _none(flow)
    return Response(found, media_type=SVG)


def _none(flow: str) -> NotFoundError:
    return NotFoundError(f"there is no voice menu {flow!r}: GET /api/v1/flows lists them")
