"""Settings that are changed while the daemon runs: entries, several at once, revisions, export and import, preview."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse

from agent_console.documents.administration import (
    ImportedDoc,
    RevisionDoc,
    RevisionLine,
    SectionName,
    SettingDoc,
    SettingsChange,
)
from agent_console.documents.problems import FieldProblem
from agent_console.documents.supervision import PreviewDoc, PreviewWish
from agent_console.documents.values import Line, Page
from agent_console.errors import InvalidError, NotFoundError, UnavailableError
from agent_console.http.access import Sight
from agent_console.http.contacts import in_sight
from agent_console.http.etags import Match, MatchOrNew, tag
from agent_console.http.floor import agents_in_sight, hidden_queues
from agent_console.http.guard import Daemon, Seen, Who
from agent_console.http.paging import MOST, Cursor, Limit, Serial, cursor_of_parts, number_of, page_in_order
from agent_console.http.problems_in_sight import problems_in_sight
from agent_console.limits import MOST_FILE
from agent_console.ports import Ports, SettingsStore

router = APIRouter(tags=["settings"])

YAML: Final = "application/yaml"
_YAML_BODY: Final = {
    "requestBody": {"required": True, "content": {YAML: {"schema": {"type": "string"}, "example": "skills: {}"}}}
}


EntryName = Annotated[Line, Path()]


def _store(ports: Ports) -> SettingsStore:
    if ports.settings is None:
        raise UnavailableError("settings cannot be changed here: this daemon keeps none in a database")
    return ports.settings


@router.get("/settings/export", response_class=PlainTextResponse, responses={200: {"content": {YAML: {}}}})
async def export_settings(ports: Daemon) -> Response:
    """Everything that can be changed here, as a settings file has it; rows of stars stand for secrets."""
    return PlainTextResponse(await _store(ports).export(), media_type=YAML)


@router.post("/settings/import", openapi_extra=_YAML_BODY, max_body_size=MOST_FILE)
async def import_settings(ports: Daemon, who: Who, request: Request) -> ImportedDoc:
    """Put the sections that a YAML text has in place of those that are there."""
    try:
        text = (await request.body()).decode()
    except UnicodeDecodeError as error:
        problem = FieldProblem(field="body", rule="has to be UTF-8 text", way_out="save the file as UTF-8")
        raise InvalidError([problem]) from error
    return await _store(ports).take_in(text, who.user)


@router.post("/settings/changes")
async def change_settings(ports: Daemon, who: Who, wish: SettingsChange) -> RevisionLine:
    """Change several entries at once, all or none: a skills matrix, two people who swap their phones."""
    return await _store(ports).change(wish, who.user)


@router.get("/settings/revisions")
async def list_revisions(ports: Daemon, cursor: Cursor = None, limit: Limit = 50) -> Page[RevisionLine]:
    """Changes of the settings, the latest first. Without any, the settings file leads."""
    found = list(await _store(ports).revisions(None if cursor is None else number_of(cursor), limit + 1))
    part = found[:limit]
    return Page(items=part, next_cursor=cursor_of_parts(part[-1].number) if len(found) > limit else None)


@router.get("/settings/revisions/{number}")
async def get_revision(ports: Daemon, number: Serial) -> RevisionDoc:
    """A change, with what was before and after."""
    return await _store(ports).revision(number)


@router.post("/settings/revisions/{number}/undo")
async def undo_revision(ports: Daemon, who: Who, number: Serial) -> RevisionLine:
    """Take a change back, by a new one; refused when later changes of the same entries stand on it."""
    return await _store(ports).undo(number, who.user)


@router.get("/settings/{section}")
async def list_settings(
    ports: Daemon,
    section: SectionName,
    cursor: Cursor = None,
    limit: Annotated[int | None, Query(ge=1, le=MOST, description="How many at once; absent: all.")] = None,
) -> Page[SettingDoc]:
    """The entries of a section, in their order; a section that is one entry (routing, alarms) is named like itself."""
    return page_in_order(list(await _store(ports).section(section)), lambda entry: entry.name, cursor, limit)


@router.get("/settings/{section}/{name}")
async def get_setting(ports: Daemon, section: SectionName, name: EntryName, response: Response) -> SettingDoc:
    """One entry."""
    found = await _store(ports).entry(section, name)
    if found is None:
        raise NotFoundError(f"there is no {name!r} among the {section}: GET /api/v1/settings/{section} lists them")
    tag(response, found.etag)
    return found


@router.put("/settings/{section}/{name}")
async def put_setting(
    *,
    ports: Daemon,
    who: Who,
    section: SectionName,
    name: EntryName,
    document: Annotated[Any, Body(description="The entry as a settings file has it; stars keep a secret.")],
    match: MatchOrNew,
    response: Response,
) -> SettingDoc:
    """Make or change an entry; in force when this answers, with every caller's place kept."""
    if document is None:
        raise InvalidError([FieldProblem(field="body", rule="is null", way_out="send the entry, or DELETE it")])
    found = await _store(ports).put(section, name, document, match=match, by=who.user)
    tag(response, found.etag)
    return found


@router.delete("/settings/{section}/{name}", status_code=204)
async def delete_setting(ports: Daemon, who: Who, section: SectionName, name: EntryName, match: Match) -> None:
    """Remove an entry; refused while others refer to it."""
    await _store(ports).remove(section, name, match=match, by=who.user)


@router.post("/preview")
async def preview_change(ports: Daemon, sight: Seen, wish: PreviewWish) -> PreviewDoc:
    """What a change of the settings would do to who waits and works now, other teams' unnamed. Nothing is changed."""
    seen = agents_in_sight(ports, sight)
    if seen is None:
        return await _store(ports).preview(wish)
    found = await _store(ports).preview(_with_hidden(ports, sight, wish))
    unroutable, routable = (in_sight(ports, sight, named) for named in (found.unroutable, found.routable))
    idle = [agent for agent in found.idle_agents if agent in seen]
    hidden = hidden_queues(ports, sight)
    gone = [queue for queue in found.gone_queues if queue not in hidden]
    shown = {
        "unroutable": unroutable,
        "unroutable_elsewhere": len(found.unroutable) - len(unroutable),
        "routable": routable,
        "routable_elsewhere": len(found.routable) - len(routable),
        "idle_agents": idle,
        "idle_agents_elsewhere": len(found.idle_agents) - len(idle),
        "gone_queues": gone,
        "gone_queues_elsewhere": len(found.gone_queues) - len(gone),
        "problems": problems_in_sight(ports, sight, wish, found.problems),
    }
    return found.model_copy(update=shown)


def _with_hidden(ports: Ports, sight: Sight, wish: PreviewWish) -> PreviewWish:
    """Of queues that one does not see nothing would change, as with the change itself."""
    row = ports.floor.agent(wish.name) if wish.section == "agents" and wish.partial else None
    if row is None or not isinstance(wish.document, dict):
        return wish
    hidden, document = hidden_queues(ports, sight), dict(wish.document)
    for key, present in (("without_queues", row.without_queues), ("extra_queues", row.extra_queues)):
        wished = document.get(key)
        if isinstance(wished, list):
            document[key] = [*wished, *(queue for queue in present if queue in hidden and queue not in wished)]
    return wish.model_copy(update={"document": document})
