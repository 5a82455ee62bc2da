"""The OpenAPI document: FastAPI's, with our problem documents, security schemes and each operation's rights."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from agent_console.documents.live import OF_DESK, OF_TOPIC, ClientFrame, ServerFrame
from agent_console.documents.problems import MEDIA_TYPE, Problem
from agent_console.http.access import Rule, rule_of
from agent_console.http.guard import COOKIE, CSRF_HEADER

_METHODS: Final = ("get", "post", "put", "delete", "patch")
_SECURITY_SCHEMES: Final = {
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "The console's session."},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER, "description": "With a session, to change things."},
    "token": {"type": "http", "scheme": "bearer", "description": "An API token: `cbt_…`."},
}
_EDITED: Final = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)
_BY_TAG: Final = {
    "session": (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
    "users": (HTTPStatus.TOO_MANY_REQUESTS,),
    "desk": (HTTPStatus.CONFLICT,),
    "supervision": (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED),
    "settings": _EDITED,
    "customers": _EDITED,
}
"""How changes may fail besides what all may, by their tag."""
_NAME_THINGS: Final = frozenset({"desk", "settings", "reports"})
"""Tags whose operations speak of things that may not be there, or not any more, whatever their path."""

_AT_THE_PROVIDER: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_BY_OPERATION: Final = {
    "start_single_sign_on": _AT_THE_PROVIDER,
    "finish_single_sign_on": _AT_THE_PROVIDER,
    "set_outcome": (HTTPStatus.PRECONDITION_FAILED,),
    "get_recording_audio": (HTTPStatus.CONFLICT,),
    "get_voicemail_audio": (HTTPStatus.CONFLICT,),
    "delete_recording": (HTTPStatus.CONFLICT,),
    "call_voicemail_back": (HTTPStatus.CONFLICT,),
    "lock_user": (HTTPStatus.CONFLICT,),
    "correct_agent_time": (HTTPStatus.PRECONDITION_REQUIRED,),
    "correct_contact_outcome": (HTTPStatus.PRECONDITION_REQUIRED,),
}
"""How single operations may fail besides."""
_REF: Final = {"$ref": "#/components/schemas/Problem"}


def describe(app: FastAPI) -> None:
    """Let the application tell its full description, made once."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        openapi_version="3.1.0",
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    # what does not apply is left out of a problem: only what "validation" calls required is always there
    problem = Problem.model_json_schema(mode="validation", ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    components["securitySchemes"] = _SECURITY_SCHEMES
    document["x-websocket"] = _live(schemas)
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                _complete(methods[method], method, path)
    return document


def _live(schemas: dict[str, Any]) -> dict[str, Any]:
    """The live channel, which OpenAPI has no words for: its frames, as those of operations among the schemas."""
    told = (*OF_TOPIC.values(), *OF_DESK.values())
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((frame, "validation") for frame in (ClientFrame, ServerFrame)),
        *((document, "serialization") for document in told),
    ]
    _, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    for name, schema in found["$defs"].items():
        schemas.setdefault(name, schema)
    return {
        "path": "/api/v1/live",
        "client": {"$ref": "#/components/schemas/ClientFrame"},
        "server": {"$ref": "#/components/schemas/ServerFrame"},
        "documents": {topic: _named(kind) for topic, kind in OF_TOPIC.items()},
        "desk": {word: _named(kind) for word, kind in OF_DESK.items()},
    }


def _named(kind: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    rule = rule_of(operation["operationId"])
    responses = operation["responses"]
    if responses.pop("422", None) is not None or method in {"post", "put"} or rule.role is not None:
        _may_fail(responses, HTTPStatus.UNPROCESSABLE_ENTITY)
    if "{" in path or operation["tags"][0] in _NAME_THINGS:
        _may_fail(responses, HTTPStatus.NOT_FOUND)
    for status in _BY_TAG.get(operation["tags"][0], ()) if method != "get" else ():
        _may_fail(responses, status)
    if method != "get":
        _may_fail(responses, HTTPStatus.FORBIDDEN)
        _may_fail(responses, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    for status in _BY_OPERATION.get(operation["operationId"], ()):
        _may_fail(responses, status)
    if rule.role is not None:
        _may_fail(responses, HTTPStatus.UNAUTHORIZED)
        _may_fail(responses, HTTPStatus.FORBIDDEN)
        _may_fail(responses, HTTPStatus.SERVICE_UNAVAILABLE)
        operation["security"] = _security(rule, changes=method != "get")
        operation["x-role"] = rule.role
        if rule.scope is not None:
            operation["x-scope"] = rule.scope


def _may_fail(responses: dict[str, Any], status: HTTPStatus) -> None:
    responses.setdefault(
        str(status.value), {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": dict(_REF)}}}
    )


def _security(rule: Rule, *, changes: bool) -> list[dict[str, list[str]]]:
    session: dict[str, list[str]] = {"session": [], "csrf": []} if changes else {"session": []}
    return [session] if rule.session_only else [session, {"token": []}]
