"""Any failure as a problem document: the one place where errors become HTTP."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from agent_console.documents.problems import MEDIA_TYPE, PREFIX, FieldProblem, Problem
from agent_console.errors import (
    ConsoleError,
    EditedMeanwhileError,
    InvalidError,
    MethodNotAllowedError,
    StateChangedError,
    TooLargeError,
    TooManyError,
)
from agent_console.http.etags import quoted
from agent_console.http.refusals import field_problems
from agent_console.limits import MOST_BODY, MOST_FILE

log = structlog.get_logger(__name__)


def problem_of(error: ConsoleError) -> Problem:
    """The document of an error of our own."""
    edited = error if isinstance(error, EditedMeanwhileError) else None
    has_present = isinstance(error, StateChangedError | EditedMeanwhileError)
    return Problem(
        type=PREFIX + error.error_id,
        title=error.title,
        status=error.status,
        detail=str(error),
        error_id=error.error_id,
        errors=list(error.errors) if isinstance(error, InvalidError) else None,
        reason_id=error.reason_id if isinstance(error, StateChangedError) else None,
        present=_plain(error.present) if has_present else None,  # type: ignore[attr-defined]  # both have it
        etag=edited.etag if edited is not None else None,
        retry_after_s=error.retry_after_s if isinstance(error, TooManyError) else None,
    )


def _plain(present: Any) -> Any:
    return present.model_dump(mode="json") if isinstance(present, BaseModel) else present


def response_of(error: ConsoleError, more: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that failed so; with ``more`` headers."""
    problem = problem_of(error)
    headers = {**(more or {})}
    if isinstance(error, TooManyError):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.etag is not None:
        headers["ETag"] = quoted(problem.etag)
    return Response(problem.model_dump_json(exclude_none=True), problem.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Turn every failure of this application into a problem document."""

    @app.exception_handler(ConsoleError)
    async def ours(_request: Request, error: ConsoleError) -> Response:
        return response_of(error)

    @app.exception_handler(RequestValidationError)
    async def refused(_request: Request, error: RequestValidationError) -> Response:
        return response_of(InvalidError(field_problems(error.errors())))

    @app.exception_handler(HTTPException)
    async def plain(_request: Request, error: HTTPException) -> Response:
        known = _OF_THE_FRAMEWORK.get(error.status_code)
        return _plain_http(error) if known is None else response_of(known, error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
        return response_of(ConsoleError("the daemon's log tells more"))


_UNREADABLE = InvalidError(
    [FieldProblem(field="body", rule="cannot be read", way_out="send JSON in UTF-8, or leave the body out")]
)
"""What the framework calls a bad request: a body that is not even text."""

TOO_LARGE = TooLargeError(
    f"the body is larger than {MOST_BODY // 1024} KiB ({MOST_FILE // 1024 // 1024} MiB for files that are imported): "
    "send less at once"
)
_METHOD = MethodNotAllowedError(
    "this address does not take this method; the header Allow names those that it takes, "
    "and GET /api/v1/openapi.json lists all operations"
)
_OF_THE_FRAMEWORK: Mapping[int, ConsoleError] = {400: _UNREADABLE, 405: _METHOD, 413: TOO_LARGE}
"""Errors of the framework in our own words."""


def _plain_http(error: HTTPException) -> Response:
    """Another error of the framework."""
    status = HTTPStatus(error.status_code)
    problem = Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=str(error.detail),
        error_id=status.phrase.lower().replace(" ", "_"),
    )
    return Response(problem.model_dump_json(exclude_none=True), status, error.headers, MEDIA_TYPE)
