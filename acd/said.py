"""Sentences that explain: English for logs and command lines, with a code and details for every other language."""

from collections.abc import Mapping
from typing import Any, Self


class Said(str):
    """A sentence of an explanation. ``code`` is stable; ``details`` are what is filled into it."""

    __slots__ = ("code", "details")

    code: str
    details: Mapping[str, Any]

    def __new__(cls, text: str, code: str, **details: Any) -> Self:
        """The sentence, and what it is made of."""
        said = super().__new__(cls, text)
        said.code = code
        said.details = details
        return said
