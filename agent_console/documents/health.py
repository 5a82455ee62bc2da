"""Whether the daemon lives, and whether every part is ready."""

from typing import Literal

from agent_console.documents.values import Document


class Alive(Document):
    """The process answers."""

    status: Literal["alive"] = "alive"
    version: str


class Part(Document):
    """One part of the daemon."""

    part: str
    ready: bool
    reason: str = ""
    """Why not, and what to do."""
    needed: bool = True
    """Whether calls depend on it; the others are told, and do not make the whole unready."""


class Readiness(Document):
    """Every part; ready when all are that calls depend on."""

    ready: bool
    parts: list[Part]
