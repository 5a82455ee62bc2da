"""Errors as ``application/problem+json`` (RFC 9457)."""

from typing import Any

from pydantic import Field

from agent_console.documents.values import Document

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:cordboard:error:"


class FieldProblem(Document):
    """One field that was refused."""

    field: str
    """Its path: ``body.number``, ``query.limit``."""
    rule: str
    """What it has to be."""
    way_out: str
    """What to do."""


class Problem(Document):
    """Why a request was not done. ``error_id`` is stable; programs decide by it."""

    type: str = Field(examples=["urn:cordboard:error:state_changed"])
    title: str
    status: int
    detail: str
    error_id: str
    errors: list[FieldProblem] | None = None
    """With `invalid`: every field that was refused."""
    reason_id: str | None = None
    """With `state_changed`: why, in a stable word, as an act's own refusal has it."""
    present: dict[str, Any] | None = None
    """With `state_changed` and `edited_meanwhile`: how things are now."""
    etag: str | None = None
    """With `edited_meanwhile`: the present ETag."""
    retry_after_s: float | None = None
    """With `too_many`: when to try again."""
