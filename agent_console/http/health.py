"""Whether the process lives and its parts are ready; for whoever supervises it, without sign-in."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from agent_console.documents.health import Alive, Readiness
from agent_console.http.guard import Daemon

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz(ports: Daemon) -> Alive:
    """The process answers."""
    return Alive(version=ports.floor.place().version)


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Some part is not ready."}})
async def readyz(ports: Daemon, response: Response) -> Readiness:
    """Every part of the daemon, and whether it is ready; 503 when one is not that calls depend on."""
    parts = list(ports.floor.parts())
    ready = all(part.ready for part in parts if part.needed)
    response.status_code = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return Readiness(ready=ready, parts=parts)
