"""The browser console itself: built files, and one page for every address of a view.

Files under ``/assets/`` carry a digest of their contents in their names and are kept by browsers for good; the page is
asked for anew each time. Compressed files lie beside the plain ones, so nothing is compressed twice.
"""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from agent_console.errors import NotFoundError
from agent_console.http.problem import response_of

_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_EACH_TIME: Final = "no-cache"
_NOT_BUILT: Final = "The console has not been built here: run `make console` in the checkout of Cordboard.\n"
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
}


def console_pages(folder: Path) -> Route:
    """Everything that is no API: to be the last route. ``folder``: what the build made."""
    root = folder.resolve()

    async def serve(request: Request) -> Response:
        path = request.path_params["path"]
        if path.startswith("api/"):
            return response_of(NotFoundError(f"/{path} is no operation: GET /api/v1/openapi.json lists them"))
        file = (root / path).resolve()
        within = file.is_relative_to(root)
        if within and file.is_file():
            return _file(request, file, _FOR_GOOD if path.startswith("assets/") else _EACH_TIME)
        if not within or _is_a_files(path) or not (root / "index.html").is_file():
            return PlainTextResponse("There is no such file.\n" if root.is_dir() else _NOT_BUILT, 404)
        return _file(request, root / "index.html", _EACH_TIME)

    return Route("/{path:path}", serve, methods=["GET"], name="console_page", include_in_schema=False)


def _is_a_files(path: str) -> bool:
    """Whether an address can only be a file's: names of contacts have dots too, and they stand below their view's."""
    return path.startswith("assets/") or ("/" not in path and bool(Path(path).suffix))


def _file(request: Request, file: Path, kept: str) -> Response:
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    media_type = _TYPES.get(file.suffix, "application/octet-stream")
    packed = file.with_name(f"{file.name}.gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        return FileResponse(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type)
    return FileResponse(file, headers=headers, media_type=media_type)
